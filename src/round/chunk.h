/* round/chunk.h - long vectors, a chunk of 1 MiB at a time.
 *
 * A vector is cut into chunks of SHEAF_ROUND_CHUNK_BYTES, the last one shorter. What its owner
 * signs is SHA-256 over the SHA-256 of each chunk in turn, so whoever has that list can check
 * any one chunk without the others, and a chunk is a blob like any other, named by its hash.
 *
 * A vector of one chunk is a short one: it stands in the transcript itself. Of long ones the
 * transcript has the hashes, and whoever adds up gets the chunks through a source. Nobody holds
 * more than a few chunks in memory, however many participants there are.
 */
#ifndef SHEAF_ROUND_CHUNK_H
#define SHEAF_ROUND_CHUNK_H

#include "round/config.h"

enum { SHEAF_ROUND_CHUNK_BYTES = 1 << 20 };

/* How many chunks a vector of the round has, and how long chunk `i` is. */
static inline size_t sheaf_chunk_count(const sheaf_round_config *config)
{
    return (sheaf_round_vector_bytes(config) + SHEAF_ROUND_CHUNK_BYTES - 1)
           / SHEAF_ROUND_CHUNK_BYTES;
}

static inline size_t sheaf_chunk_bytes(const sheaf_round_config *config, size_t i)
{
    size_t rest = sheaf_round_vector_bytes(config) - i * SHEAF_ROUND_CHUNK_BYTES;
    return rest < SHEAF_ROUND_CHUNK_BYTES ? rest : SHEAF_ROUND_CHUNK_BYTES;
}

/* The hash of a vector whose chunks have these hashes. */
static inline sheaf_hash sheaf_chunks_hash(const sheaf_hash *hashes, size_t count)
{
    return sheaf_sha256(sheaf_bytes(hashes->bytes, count * SHEAF_HASH_BYTES));
}

/* A chunk that is wanted: number `chunk` of the vector of the roster's position `index`. */
typedef struct {
    int index;
    size_t chunk, len;
    sheaf_hash hash;
} sheaf_chunk_name;

/* Where chunks come from. *out is set to `len` bytes, in the source's own memory, where they
 * stay until the sum is done, or in `scratch`. */
typedef struct {
    void *context;
    sheaf_status (*get)(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                        const uint8_t **out, sheaf_err *err);
} sheaf_chunk_source;

/* Where a coordinator keeps vectors. The shell makes a vector durable before the arrival that
 * brought it is closed. */
typedef struct {
    sheaf_status (*put)(void *context, const sheaf_chunk_name *name, sheaf_slice chunk,
                        sheaf_err *err);
    sheaf_chunk_source source; /* its context is that of put, too */
} sheaf_chunk_store;

/* Where a sum goes, from its first word to its last; the sign of each carried to 64 bits. */
typedef struct {
    void *context;
    sheaf_status (*put)(void *context, uint64_t first, const uint64_t *words, size_t count,
                        sheaf_err *err);
} sheaf_sum_sink;

#endif
