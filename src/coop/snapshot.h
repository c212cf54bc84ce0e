/* coop/snapshot.h - the whole state as bytes, and back.
 *
 * All follows from the tables: magic, a fingerprint of their layout, how many entries were
 * folded, how many rows each table has, then the rows as the digest hashes them. The bytes are
 * never believed: whoever loads them compares the state with the state.digest that stands on
 * the log at entry `state->size` (sheaf_state_matches), which covers every row. A program with
 * other tables refuses them, and replays the log instead.
 */
#ifndef SHEAF_COOP_SNAPSHOT_H
#define SHEAF_COOP_SNAPSHOT_H

#include "base/buffer.h"
#include "coop/state.h"

/* Nothing is uncommitted. What was written fits in `out` if out->failed stays unset. */
void sheaf_snapshot_put(sheaf_buffer *out, const sheaf_state *state);

/* `state` is fresh from sheaf_state_init(); after a failure it is good for nothing. */
SHEAF_MUST_USE sheaf_status sheaf_snapshot_get(sheaf_slice bytes, sheaf_state *state,
                                               sheaf_err *err);

#endif
