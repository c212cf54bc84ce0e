/* claims/verify_kept.h - what a verification keeps in a file, for another to go on from.
 *
 * Bytes, integers big-endian:
 *
 *     "sheaf-kept/v1" LF
 *     u32 and so many bytes: the note of the newest checkpoint that was verified to its end;
 *         none before the first
 *     32 bytes: origin
 *     u64 entries verified, 32 bytes the root of the log's tree over them
 *     u64 each: trusted, voids, first_void, unwitnessed, commitments, evaluations checked and
 *         missing, fault_entry
 *     u32 and so many bytes, twice: the fault in words, what it rests on
 *     the state after those entries (coop/snapshot.h)
 *     32 bytes: SHA-256 over all of that
 *
 * The hash finds what a disk or a copy has spoiled, and stops nobody who may write the file: it
 * is to be kept where only those write whose word one would take for the entries before. What
 * it says of the log is compared again, always: the tree over the entries must have that root,
 * and the next state.digest on the log must list that state.
 */
#ifndef SHEAF_CLAIMS_VERIFY_KEPT_H
#define SHEAF_CLAIMS_VERIFY_KEPT_H

#include "acts/act.h"
#include "claims/replay.h"

enum { SHEAF_RESTS_MAX = 160 };

typedef struct {
    const char *path;        /* of the file, for messages; set by whoever has read it */
    sheaf_slice note, state; /* borrowed */
    char origin[SHEAF_ORIGIN_LEN + 1];
    uint64_t entries;
    sheaf_hash root;
    uint64_t
        trusted; /* entries of which a checkpoint given by the user spared the signatures */
    uint64_t voids, first_void, unwitnessed;
    uint64_t commitments; /* to texts, of the entries that count */
    uint64_t evaluations_checked, evaluations_missing;
    uint64_t fault_entry; /* UINT64_MAX: none */
    char fault[SHEAF_REPLAYED_TEXT_MAX], fault_rests_on[SHEAF_RESTS_MAX];
} sheaf_kept;

/* A file of a state of any size that a machine can hold. */
#define SHEAF_KEPT_BYTES_MAX ((size_t)8 << 30)

/* Is it meant to be such a file? */
bool sheaf_kept_is(sheaf_slice bytes);

/* Appends the bytes; kept->state is not looked at, `state` is written in its place. */
void sheaf_kept_put(sheaf_buffer *out, const sheaf_kept *kept, const sheaf_state *state);

/* All but the state is read; that is left to sheaf_snapshot_get(). */
SHEAF_MUST_USE sheaf_status sheaf_kept_get(sheaf_slice bytes, sheaf_kept *out, sheaf_err *err);

#endif
