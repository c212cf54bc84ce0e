/* round/unmask.h - the survivors' vectors added, and taken off what masks do not cancel: each
 * survivor's self mask, and the masks between survivors and drop-outs.
 */
#ifndef SHEAF_ROUND_UNMASK_H
#define SHEAF_ROUND_UNMASK_H

#include "crypto/group.h"
#include "round/chunk.h"
#include "round/neighbours.h"
#include "round/survivors.h"

/* All that the sum is made of; arrays by position. */
typedef struct {
    const sheaf_round_config *config;
    const sheaf_neighbours *neighbours;
    const sheaf_survivors *list;
    const sheaf_point *mask_point;
    const sheaf_scalar *self_secret; /* of survivors */
    const sheaf_scalar *mask_secret; /* of dropouts */
    const sheaf_hash *const *chunks; /* of survivors: the hashes of their chunks */
    sheaf_chunk_source source;
    const size_t *chosen; /* NULL: all chunks; else the list that first and count are of */
    bool untrusted;       /* the source may give other bytes: each chunk is hashed again */
} sheaf_unmask;

/* The sum of chunks [first, first + count), a few MiB at a time. SHEAF_FAULT names the member
 * whose chunk is not the one it signed. */
SHEAF_MUST_USE sheaf_status sheaf_unmask_chunks(const sheaf_unmask *work, size_t first,
                                                size_t count, const sheaf_sum_sink *sink,
                                                sheaf_err *err);

/* A sink that is an array of config->words words. */
sheaf_sum_sink sheaf_sum_to(uint64_t *out);

#endif
