#include "round/arrival.h"

#include "base/block.h"
#include "crypto/hash_many.h"
#include "round/round_internal.h"

#include <assert.h>
#include <stdlib.h>

/* So many chunks are hashed at a time, sooner together than one by one; and so many of those
 * that have to wait in memory before they are put into a store. */
enum { GROUP = 4, GROUP_STORED = 2 };

struct sheaf_arrival {
    const sheaf_round_config *config; /* the coordinator's */
    sheaf_chunk_store store;          /* all NULL: the words stay in vector[] */
    int index;
    size_t group;
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES];
    uint64_t taken;  /* bytes of words so far */
    uint8_t *vector; /* all of it, or with a store the group that is being filled */
    sheaf_hash *chunks;
};

void sheaf_arrival_abandon(sheaf_arrival *arrival)
{
    if (!arrival)
        return;
    free(arrival->vector);
    free(arrival->chunks);
    free(arrival);
}

static sheaf_arrival *arrival_new(const sheaf_coordinator *c, sheaf_slice head, int index)
{
    sheaf_arrival *arrival = calloc(1, sizeof *arrival);
    if (!arrival)
        return NULL;
    arrival->config = &c->config;
    arrival->store = c->store;
    arrival->index = index;
    memcpy(arrival->head, head.data, sizeof arrival->head);
    size_t room = sheaf_round_vector_bytes(&c->config);
    arrival->group = arrival->store.put ? GROUP_STORED : GROUP;
    if (arrival->store.put && room > GROUP_STORED * (size_t)SHEAF_ROUND_CHUNK_BYTES)
        room = GROUP_STORED * (size_t)SHEAF_ROUND_CHUNK_BYTES;
    arrival->vector = sheaf_block_new(room);
    arrival->chunks = calloc(sheaf_chunk_count(&c->config), sizeof *arrival->chunks);
    if (arrival->vector && arrival->chunks)
        return arrival;
    sheaf_arrival_abandon(arrival);
    return NULL;
}

sheaf_round_answer sheaf_arrival_open(sheaf_coordinator *c, sheaf_slice head, int64_t now_ms,
                                      sheaf_arrival **out, sheaf_err *err)
{
    sheaf_round_message message;
    int index;
    *out = NULL;
    sheaf_coordinator_tick(c, now_ms);
    if (sheaf_round_input_head_decode(head, &message, err) != SHEAF_OK)
        return SHEAF_ROUND_REFUSED;
    sheaf_round_answer before = sheaf_coordinator_known(c, &message, err);
    if (before != SHEAF_ROUND_ACCEPTED)
        return before;
    if (sheaf_coordinator_check(c, &message, &index, err) != SHEAF_OK)
        return SHEAF_ROUND_REFUSED;
    *out = arrival_new(c, head, index);
    if (*out)
        return SHEAF_ROUND_ACCEPTED;
    (void)sheaf_fail(err, SHEAF_NOMEM, "no memory for a vector of %zu bytes",
                     sheaf_round_vector_bytes(&c->config));
    return SHEAF_ROUND_REFUSED;
}

int sheaf_arrival_index(const sheaf_arrival *arrival)
{
    return arrival->index;
}

static uint32_t member_of(const sheaf_arrival *arrival)
{
    return arrival->config->members[arrival->index].member;
}

static sheaf_status length_fail(const sheaf_arrival *arrival, const char *than, sheaf_err *err)
{
    return sheaf_fail(err, SHEAF_FAULT, "the vector of member %u has %s than %zu bytes",
                      member_of(arrival), than, sheaf_round_vector_bytes(arrival->config));
}

/* Where a chunk is filled: its place in the vector, or with a store in the group. */
static uint8_t *chunk_at(const sheaf_arrival *arrival, size_t chunk)
{
    size_t place = arrival->store.put ? chunk % arrival->group : chunk;
    return arrival->vector + place * SHEAF_ROUND_CHUNK_BYTES;
}

/* The group that ends with chunk `last` is complete. */
static sheaf_status group_done(sheaf_arrival *arrival, size_t last, sheaf_err *err)
{
    size_t first = last / arrival->group * arrival->group, count = last + 1 - first;
    sheaf_slice whole[GROUP];
    for (size_t i = 0; i < count; i++)
        whole[i] = sheaf_bytes(chunk_at(arrival, first + i),
                               sheaf_chunk_bytes(arrival->config, first + i));
    sheaf_sha256_many(whole, count, &arrival->chunks[first]);
    for (size_t i = 0; arrival->store.put && i < count; i++) {
        sheaf_chunk_name name = {.index = arrival->index,
                                 .chunk = first + i,
                                 .len = whole[i].len,
                                 .hash = arrival->chunks[first + i]};
        SHEAF_TRY(arrival->store.put(arrival->store.source.context, &name, whole[i], err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_arrival_add(sheaf_arrival *arrival, sheaf_slice words, sheaf_err *err)
{
    if (words.len > sheaf_round_vector_bytes(arrival->config) - arrival->taken)
        return length_fail(arrival, "more", err);
    while (words.len > 0) {
        size_t chunk = arrival->taken / SHEAF_ROUND_CHUNK_BYTES;
        size_t at = arrival->taken % SHEAF_ROUND_CHUNK_BYTES;
        size_t room = sheaf_chunk_bytes(arrival->config, chunk) - at;
        size_t n = words.len < room ? words.len : room;
        memcpy(chunk_at(arrival, chunk) + at, words.data, n);
        words = sheaf_bytes(words.data + n, words.len - n);
        arrival->taken += n;
        bool last = chunk + 1 == sheaf_chunk_count(arrival->config);
        if (n == room && (last || (chunk + 1) % arrival->group == 0))
            SHEAF_TRY(group_done(arrival, chunk, err));
    }
    return SHEAF_OK;
}

/* What is true at the end, whatever happened to the round meanwhile. */
static sheaf_status arrival_check(const sheaf_arrival *arrival, const sheaf_coordinator *c,
                                  const sheaf_round_message *message, sheaf_err *err)
{
    if (arrival->taken != sheaf_round_vector_bytes(&c->config))
        return length_fail(arrival, "fewer", err);
    sheaf_hash hash = sheaf_chunks_hash(arrival->chunks, sheaf_chunk_count(&c->config));
    if (!sheaf_hash_equal(&hash, &message->input.hash))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the vector of member %u does not match its signed hash",
                          message->member);
    return sheaf_coordinator_check_again(c, message, arrival->index, err);
}

sheaf_round_answer sheaf_arrival_close(sheaf_arrival *arrival, sheaf_coordinator *c,
                                       int64_t now_ms, sheaf_err *err)
{
    sheaf_round_message message;
    sheaf_slice head = sheaf_bytes(arrival->head, sizeof arrival->head);
    int index = arrival->index;
    sheaf_coordinator_tick(c, now_ms);
    sheaf_status status = sheaf_round_input_head_decode(head, &message, err);
    assert(status == SHEAF_OK);
    sheaf_round_answer answer = sheaf_coordinator_known(c, &message, err);
    if (answer == SHEAF_ROUND_ACCEPTED
        && (arrival_check(arrival, c, &message, err) != SHEAF_OK
            || sheaf_coordinator_keep(c, &message, index, err) != SHEAF_OK))
        answer = SHEAF_ROUND_REFUSED;
    if (answer == SHEAF_ROUND_ACCEPTED) {
        c->chunks[index] = arrival->chunks;
        arrival->chunks = NULL;
        if (!arrival->store.put) {
            c->vector[index] = arrival->vector;
            arrival->vector = NULL;
        }
        sheaf_coordinator_answered(c, now_ms);
    }
    sheaf_arrival_abandon(arrival);
    return answer;
}

void sheaf_arrival_record(const sheaf_arrival *arrival, sheaf_buffer *out)
{
    sheaf_buffer_add(out, sheaf_bytes(arrival->head, sizeof arrival->head));
    sheaf_buffer_add(out, sheaf_bytes(arrival->chunks->bytes,
                                      sheaf_chunk_count(arrival->config) * SHEAF_HASH_BYTES));
}

/* The hashes of a record, which belong to its head, on the heap. */
static sheaf_status chunks_again(const sheaf_coordinator *c, const sheaf_round_message *message,
                                 sheaf_slice hashes, sheaf_hash **out, sheaf_err *err)
{
    size_t count = sheaf_chunk_count(&c->config);
    sheaf_hash *chunks = calloc(count, sizeof *chunks);
    if (!chunks)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the hashes of a vector");
    bool whole = hashes.len == count * SHEAF_HASH_BYTES;
    if (whole) {
        memcpy(chunks->bytes, hashes.data, hashes.len);
        sheaf_hash hash = sheaf_chunks_hash(chunks, count);
        whole = sheaf_hash_equal(&hash, &message->input.hash);
    }
    if (whole) {
        *out = chunks;
        return SHEAF_OK;
    }
    free(chunks);
    return sheaf_fail(err, SHEAF_FAULT,
                      "the record of the vector of member %u does not match its signed hash",
                      message->member);
}

sheaf_round_answer sheaf_arrival_again(sheaf_coordinator *c, sheaf_slice record, int64_t now_ms,
                                       sheaf_err *err)
{
    sheaf_round_message message;
    sheaf_slice head;
    sheaf_hash *chunks = NULL;
    int index;
    if (!sheaf_take(&record, SHEAF_ROUND_INPUT_HEAD_BYTES, &head)) {
        (void)sheaf_fail(err, SHEAF_INVALID, "the record of a vector is cut short");
        return SHEAF_ROUND_REFUSED;
    }
    if (sheaf_round_input_head_decode(head, &message, err) != SHEAF_OK)
        return SHEAF_ROUND_REFUSED;
    sheaf_round_answer before = sheaf_coordinator_known(c, &message, err);
    if (before != SHEAF_ROUND_ACCEPTED)
        return before;
    if (sheaf_coordinator_check(c, &message, &index, err) != SHEAF_OK
        || chunks_again(c, &message, record, &chunks, err) != SHEAF_OK)
        return SHEAF_ROUND_REFUSED;
    if (sheaf_coordinator_keep(c, &message, index, err) != SHEAF_OK) {
        free(chunks);
        return SHEAF_ROUND_REFUSED;
    }
    c->chunks[index] = chunks;
    sheaf_coordinator_answered(c, now_ms);
    return SHEAF_ROUND_ACCEPTED;
}
