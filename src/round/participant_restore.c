/* A participant that is made again after a restart; declared in participant.h. */
#include "round/chunk.h"
#include "round/round_internal.h"

#include <stdlib.h>

/* The words are those that the head was signed over. */
static sheaf_status words_check(const sheaf_round_config *config,
                                const sheaf_round_message *message, sheaf_err *err)
{
    sheaf_slice words = message->input.words, chunk;
    size_t count = sheaf_chunk_count(config);
    sheaf_hash *hashes = calloc(count, sizeof *hashes);
    bool whole = words.len == sheaf_round_vector_bytes(config);
    if (!hashes)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for checking a kept vector");
    for (size_t i = 0; i < count && whole; i++) {
        whole = sheaf_take(&words, sheaf_chunk_bytes(config, i), &chunk);
        if (whole)
            hashes[i] = sheaf_sha256(chunk);
    }
    sheaf_hash hash = sheaf_chunks_hash(hashes, count);
    free(hashes);
    if (!whole || !sheaf_hash_equal(&hash, &message->input.hash))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the vector that was kept of round %u is not the one that member %u "
                          "signed",
                          config->round, message->member);
    return SHEAF_OK;
}

sheaf_status sheaf_participant_input_again(sheaf_participant *p, sheaf_slice bytes,
                                           sheaf_err *err)
{
    sheaf_round_message message;
    int index;
    if (p->have_input || !p->secrets || p->answered >= SHEAF_ROUND_INPUT)
        return sheaf_fail(err, SHEAF_INVALID, "round %u takes no input any more",
                          p->config.round);
    SHEAF_TRY(sheaf_round_message_decode(bytes, &message, err));
    SHEAF_TRY(sheaf_round_message_check(&p->config, &message, &index, err));
    if (message.type != SHEAF_ROUND_INPUT || index != p->me)
        return sheaf_fail(err, SHEAF_FAULT,
                          "what was kept of round %u is no vector of member %u",
                          p->config.round, sheaf_participant_me(p));
    SHEAF_TRY(words_check(&p->config, &message, err));
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
    if (!whole || !sheaf_hash_equal(&message.input.shares, shares))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the coordinator shows other shares than those that member %u masked "
                          "its vector over",
                          sheaf_participant_me(p));
    return SHEAF_OK;
}
