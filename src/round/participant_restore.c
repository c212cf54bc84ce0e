/* A participant that is made again after a restart; declared in participant.h. */
#include "round/chunk.h"
#include "round/round_internal.h"

#include <stdlib.h>

static sheaf_status memory_read(void *context, uint64_t at, uint8_t *out, size_t len,
                                sheaf_err *err)
{
    const sheaf_slice *words = context;
    (void)err;
    memcpy(out, words->data + at, len);
    return SHEAF_OK;
}

/* The words are those that the head was signed over. */
static sheaf_status words_check(const sheaf_round_config *config,
                                const sheaf_round_message *message,
                                const sheaf_masked_words *words, sheaf_err *err)
{
    size_t count = sheaf_chunk_count(config);
    sheaf_hash *hashes = calloc(count, sizeof *hashes);
    uint8_t *chunk = malloc(sheaf_chunk_bytes(config, 0)); /* none is longer */
    sheaf_status status =
        hashes && chunk ? SHEAF_OK
                        : sheaf_fail(err, SHEAF_NOMEM, "no memory for checking a kept vector");
    for (size_t i = 0; status == SHEAF_OK && i < count; i++) {
        size_t len = sheaf_chunk_bytes(config, i);
        status =
            words->read(words->context, (uint64_t)i * SHEAF_ROUND_CHUNK_BYTES, chunk, len, err);
        if (status == SHEAF_OK)
            hashes[i] = sheaf_sha256(sheaf_bytes(chunk, len));
    }
    if (status == SHEAF_OK) {
        sheaf_hash hash = sheaf_chunks_hash(hashes, count);
        if (!sheaf_hash_equal(&hash, &message->input.hash))
            status = sheaf_fail(err, SHEAF_FAULT,
                                "the vector that was kept of round %u is not the one that "
                                "member %u signed",
                                config->round, message->member);
    }
    free(chunk);
    free(hashes);
    return status;
}

/* Whole, or the head of one whose words stand elsewhere. */
static sheaf_status message_decode(const sheaf_participant *p, sheaf_slice bytes, bool head,
                                   sheaf_round_message *out, sheaf_err *err)
{
    if (head)
        return sheaf_round_input_head_decode(bytes, out, err);
    SHEAF_TRY(sheaf_round_message_decode(bytes, out, err));
    if (out->type != SHEAF_ROUND_INPUT
        || out->input.words.len == sheaf_round_vector_bytes(&p->config))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT, "the vector that was kept of round %u is cut short",
                      p->config.round);
}

sheaf_status sheaf_participant_input_again(sheaf_participant *p, sheaf_slice bytes,
                                           const sheaf_masked_words *words, sheaf_err *err)
{
    sheaf_round_message message;
    int index;
    if (p->have_input || !p->secrets || p->answered >= SHEAF_ROUND_INPUT)
        return sheaf_fail(err, SHEAF_INVALID, "round %u takes no input any more",
                          p->config.round);
    SHEAF_TRY(message_decode(p, bytes, words != NULL, &message, err));
    SHEAF_TRY(sheaf_round_message_check(&p->config, &message, &index, err));
    if (message.type != SHEAF_ROUND_INPUT || index != p->me)
        return sheaf_fail(err, SHEAF_FAULT,
                          "what was kept of round %u is no vector of member %u",
                          p->config.round, sheaf_participant_me(p));
    const sheaf_masked_words inside = {&message.input.words, memory_read};
    SHEAF_TRY(words_check(&p->config, &message, words ? words : &inside, err));
    sheaf_buffer *sent = &p->sent[SHEAF_ROUND_INPUT];
    sheaf_buffer_add(sent, bytes);
    SHEAF_TRY(sheaf_buffer_check(sent, "a kept input", err));
    p->have_input = p->masked = true;
    return SHEAF_OK;
}

sheaf_status sheaf_participant_masked_check(const sheaf_participant *p,
                                            const sheaf_hash *shares, sheaf_err *err)
{
    sheaf_round_message message;
    sheaf_slice sent = sheaf_buffer_slice(&p->sent[SHEAF_ROUND_INPUT]), head;
    bool whole = sheaf_take(&sent, SHEAF_ROUND_INPUT_HEAD_BYTES, &head);
    if (whole)
        SHEAF_TRY(sheaf_round_input_head_decode(head, &message, err));
    if (!whole || !sheaf_hash_equal(&message.input.adverts, &p->adverts.digest)
        || !sheaf_hash_equal(&message.input.shares, shares))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the coordinator shows other shares than those that member %u masked "
                          "its vector over",
                          sheaf_participant_me(p));
    return SHEAF_OK;
}
