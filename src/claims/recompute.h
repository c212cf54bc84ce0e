/* claims/recompute.h - does a closed round's result follow from its transcript?
 *
 * The same for whoever took part and attests, and for whoever verifies years later: add up the
 * masked vectors, compare the survivors with the log, make the result in integers, compare its
 * hash and figures with what the round was closed with.
 */
#ifndef SHEAF_CLAIMS_RECOMPUTE_H
#define SHEAF_CLAIMS_RECOMPUTE_H

#include "base/buffer.h"
#include "coop/state.h"
#include "round/config.h"

/* `manifest` is the root of the log up to the entry that opened the round; `base` the model it
 * started from, empty after statistics. `result`, which may be NULL, gets the bytes of the
 * result. SHEAF_FAULT names what does not follow. */
SHEAF_MUST_USE sheaf_status sheaf_round_recompute(const sheaf_state *state,
                                                  const struct sheaf_row_round *round,
                                                  const sheaf_hash *manifest,
                                                  sheaf_slice transcript, sheaf_slice base,
                                                  sheaf_buffer *result, sheaf_err *err);

/* The most bytes that its transcript can have. */
SHEAF_MUST_USE sheaf_status sheaf_round_transcript_max(const sheaf_state *state,
                                                       const struct sheaf_row_round *round,
                                                       const sheaf_hash *manifest, size_t *out,
                                                       sheaf_err *err);

#endif
