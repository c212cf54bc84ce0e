/* claims/recompute.h - does a closed round's result follow from its transcript?
 *
 * The same for whoever took part and attests, and for whoever verifies years later: add up the
 * masked vectors, compare the survivors with the log, make the result, compare its
 * hash and figures with what the round was closed with.
 */
#ifndef SHEAF_CLAIMS_RECOMPUTE_H
#define SHEAF_CLAIMS_RECOMPUTE_H

#include "base/buffer.h"
#include "claims/vector_source.h"
#include "coop/state.h"
#include "round/config.h"

/* What a round is added up from. Of vectors longer than a chunk (round/chunk.h) the transcript
 * has only hashes; their chunks come from `vectors`, a few at a time.
 *
 * With `chosen` only these chunks are added up: `sum` is then what the hub says the whole sum
 * is. The result must follow from all of that, and it must be the members' sum in every chunk
 * that was chosen; so a sum that is wrong in a share f of its chunks passes n of them, chosen
 * by chance and in secret (chosen.h), with a probability of at most (1 - f)^n. */
typedef struct {
    sheaf_slice transcript;
    sheaf_slice base;            /* the model it started from, empty after statistics */
    sheaf_vector_source vectors; /* get NULL: none are at hand */
    const size_t *chosen;        /* NULL: all */
    size_t chosen_count;
    const uint64_t *sum; /* with `chosen` */
} sheaf_round_evidence;

/* `manifest` is the root of the log up to the entry that opened the round. `result`, which may
 * be NULL, gets the bytes of the result. SHEAF_FAULT names what does not follow, SHEAF_IO what
 * is not at hand. */
SHEAF_MUST_USE sheaf_status sheaf_round_recompute(const sheaf_state *state,
                                                  const struct sheaf_row_round *round,
                                                  const sheaf_hash *manifest,
                                                  const sheaf_round_evidence *evidence,
                                                  sheaf_buffer *result, sheaf_err *err);

/* How large the evidence of a round is. */
typedef struct {
    size_t transcript_max; /* bytes, at the most */
    size_t chunks;         /* of each vector; with more than one they stand beside it */
} sheaf_round_extent;

SHEAF_MUST_USE sheaf_status sheaf_round_extent_of(const sheaf_state *state,
                                                  const struct sheaf_row_round *round,
                                                  const sheaf_hash *manifest,
                                                  sheaf_round_extent *out, sheaf_err *err);

#endif
