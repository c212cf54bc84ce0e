#include "base/block.h"
#include "base/encode.h"
#include "round/round_internal.h"

#include <assert.h>
#include <stdlib.h>

/* Where the vectors are: of which coordinator. */
typedef struct {
    const sheaf_coordinator *c;
} vectors;

static sheaf_status vector_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                               const uint8_t **out, sheaf_err *err)
{
    const sheaf_coordinator *c = ((const vectors *)context)->c;
    if (!c->vector[name->index])
        return c->store.source.get(c->store.source.context, name, scratch, out, err);
    *out = c->vector[name->index] + name->chunk * (size_t)SHEAF_ROUND_CHUNK_BYTES;
    return SHEAF_OK;
}

static sheaf_status sum_to(const sheaf_coordinator *c, const sheaf_sum_sink *to, sheaf_err *err)
{
    vectors from = {c};
    const sheaf_unmask work = {.config = &c->config,
                               .neighbours = &c->neighbours,
                               .list = &c->list,
                               .mask_point = c->adverts.mask,
                               .self_secret = c->self_secret,
                               .mask_secret = c->mask_secret,
                               .chunks = (const sheaf_hash *const *)c->chunks,
                               .source = {&from, vector_get},
                               .untrusted = c->store.put != NULL};
    return sheaf_unmask_chunks(&work, 0, sheaf_chunk_count(&c->config), to, err);
}

/* Where the transcript goes: into a hash or into a buffer. */
typedef struct {
    sheaf_hasher *hasher;
    sheaf_buffer *buffer;
} sink;

static void sink_put(const sink *to, sheaf_slice bytes)
{
    if (to->hasher)
        sheaf_hasher_add(to->hasher, bytes);
    else
        sheaf_buffer_add(to->buffer, bytes);
}

static void sink_put_number(const sink *to, uint32_t value, size_t width)
{
    uint8_t bytes[4];
    sheaf_big_endian_put(bytes, value, width);
    sink_put(to, sheaf_bytes(bytes, width));
}

static void put_messages(const sheaf_coordinator *c, sheaf_round_stage stage, const sink *to)
{
    uint32_t count = 0;
    for (int i = 0; i < c->config.count; i++)
        count += c->message[stage][i] != NULL;
    sink_put_number(to, count, 2);
    for (int i = 0; i < c->config.count; i++) {
        sheaf_slice message = sheaf_coordinator_message(c, stage, i);
        if (!message.data)
            continue;
        if (stage == SHEAF_ROUND_SHARE)
            message.len = sheaf_round_share_head_bytes(&c->config);
        sink_put_number(to, (uint32_t)message.len, 4);
        sink_put(to, message);
    }
}

static void put_secrets(const sheaf_coordinator *c, const uint32_t *members, uint16_t count,
                        const sheaf_scalar *values, const sink *to)
{
    sink_put_number(to, count, 2);
    for (int i = 0; i < count; i++) {
        int index = sheaf_round_index(&c->config, members[i]);
        sink_put_number(to, members[i], 4);
        sink_put(to, sheaf_bytes(values[index].bytes, SHEAF_SCALAR_BYTES));
    }
}

/* A vector of one chunk, the one that its owner signed. */
static sheaf_status put_vector(const sheaf_coordinator *c, int index, const sink *to,
                               sheaf_err *err)
{
    sheaf_chunk_name name = {
        .index = index, .len = sheaf_chunk_bytes(&c->config, 0), .hash = c->chunks[index][0]};
    vectors from = {c};
    const uint8_t *words;
    uint8_t *scratch = malloc(name.len);
    if (!scratch)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a vector of %zu bytes", name.len);
    sheaf_status status = vector_get(&from, &name, scratch, &words, err);
    if (status == SHEAF_OK) {
        sheaf_hash hash = sheaf_sha256(sheaf_bytes(words, name.len));
        if (sheaf_hash_equal(&hash, &name.hash))
            sink_put(to, sheaf_bytes(words, name.len));
        else
            status = sheaf_fail(err, SHEAF_FAULT,
                                "the kept vector of member %u is not the one that it signed",
                                c->config.members[index].member);
    }
    free(scratch);
    return status;
}

static sheaf_status transcript_put(const sheaf_coordinator *c, const sink *to, sheaf_err *err)
{
    sink_put_number(to, SHEAF_ROUND_VERSION, 2);
    sink_put_number(to, SHEAF_TRANSCRIPT_TYPE, 2);
    sink_put_number(to, c->config.round, 4);
    sink_put(to, sheaf_bytes(c->config.manifest.bytes, SHEAF_HASH_BYTES));
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_SURVIVORS; stage++)
        put_messages(c, (sheaf_round_stage)stage, to);
    put_secrets(c, c->list.survivor, c->list.survivors, c->self_secret, to);
    put_secrets(c, c->list.dropout, c->list.dropouts, c->mask_secret, to);
    size_t count = sheaf_chunk_count(&c->config);
    for (int i = 0; i < c->list.survivors; i++) {
        int index = sheaf_round_index(&c->config, c->list.survivor[i]);
        if (count == 1)
            SHEAF_TRY(put_vector(c, index, to, err));
        else
            sink_put(to, sheaf_bytes(c->chunks[index]->bytes, count * SHEAF_HASH_BYTES));
    }
    return SHEAF_OK;
}

static sheaf_status transcript_hash(const sheaf_coordinator *c, sheaf_hash *out, sheaf_err *err)
{
    sheaf_hasher *hasher = sheaf_hasher_open();
    if (!hasher)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for hashing a transcript");
    sheaf_status status = transcript_put(c, &(sink){.hasher = hasher}, err);
    *out = sheaf_hasher_close(hasher);
    return status;
}

bool sheaf_coordinator_joined(const sheaf_coordinator *c)
{
    return c->joined && c->stage == SHEAF_ROUND_REVEAL;
}

sheaf_status sheaf_coordinator_sum_make(const sheaf_coordinator *c, sheaf_hash *transcript,
                                        sheaf_err *err)
{
    assert(c->joined);
    SHEAF_TRY(sum_to(c, &c->sink, err));
    return transcript_hash(c, transcript, err);
}

void sheaf_coordinator_sum_end(sheaf_coordinator *c, const sheaf_hash *transcript)
{
    sheaf_buffer *out = &c->bundle[SHEAF_ROUND_DONE];
    if (!sheaf_coordinator_joined(c))
        return; /* aborted meanwhile */
    c->transcript = *transcript;
    sheaf_round_bundle_head_put(out, &c->config, SHEAF_ROUND_DONE);
    sheaf_buffer_add(out, sheaf_bytes(c->list_text.hash.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add(out, sheaf_bytes(c->transcript.bytes, SHEAF_HASH_BYTES));
    if (out->failed)
        sheaf_coordinator_abort(c, "no memory for the bundle of a sum");
    else
        c->stage = SHEAF_ROUND_DONE;
}

sheaf_status sheaf_coordinator_sum_now(sheaf_coordinator *c, sheaf_err *err)
{
    sheaf_hash transcript;
    c->sum = sheaf_block_new(c->config.words * sizeof *c->sum);
    if (!c->sum)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a sum of %u words", c->config.words);
    sheaf_sum_sink to = sheaf_sum_to(c->sum);
    SHEAF_TRY(sum_to(c, &to, err));
    SHEAF_TRY(transcript_hash(c, &transcript, err));
    sheaf_coordinator_sum_end(c, &transcript);
    return SHEAF_OK;
}

const uint64_t *sheaf_coordinator_sum(const sheaf_coordinator *c)
{
    return c->stage == SHEAF_ROUND_DONE ? c->sum : NULL;
}

const sheaf_survivors *sheaf_coordinator_list(const sheaf_coordinator *c)
{
    return c->list.survivors ? &c->list : NULL;
}

const sheaf_hash *sheaf_coordinator_list_hash(const sheaf_coordinator *c)
{
    return c->list.survivors ? &c->list_text.hash : NULL;
}

const sheaf_hash *sheaf_coordinator_transcript_hash(const sheaf_coordinator *c)
{
    return c->stage == SHEAF_ROUND_DONE ? &c->transcript : NULL;
}

sheaf_status sheaf_coordinator_transcript(const sheaf_coordinator *c, sheaf_buffer *out,
                                          sheaf_err *err)
{
    if (c->stage != SHEAF_ROUND_DONE)
        return sheaf_fail(err, SHEAF_INVALID, "round %u has no transcript: it is in stage %s",
                          c->config.round, sheaf_round_stage_text(c->stage));
    SHEAF_TRY(transcript_put(c, &(sink){.buffer = out}, err));
    return sheaf_buffer_check(out, "the transcript of a round", err);
}
