/* claims/ahead.h - entries decoded, and their signatures checked, ahead of the fold.
 *
 * The fold comes to entries one by one; decoding them and checking what they are signed with
 * need not wait for it. Who must have signed stands in the state, which only the fold may look
 * at while it runs; so keys are remembered here as entries bring them. That is a guess: what
 * was done ahead counts only if the fold, when it comes to the entry, finds the same key,
 * origin and rules revision, and is done again if not. Any thread may ask and tell.
 */
#ifndef SHEAF_CLAIMS_AHEAD_H
#define SHEAF_CLAIMS_AHEAD_H

#include "claims/check.h"

typedef struct sheaf_ahead_keys sheaf_ahead_keys;

SHEAF_MUST_USE sheaf_status sheaf_ahead_keys_open(sheaf_ahead_keys **out, sheaf_err *err);
void sheaf_ahead_keys_close(sheaf_ahead_keys *keys);

/* The rules revision that entries are read with from now on. */
void sheaf_ahead_revision(sheaf_ahead_keys *keys, uint16_t revision);

/* The keys of a state that was come to in another way than by its entries. */
void sheaf_ahead_keys_of(sheaf_ahead_keys *keys, const sheaf_state *state);

/* One entry, as far as it was dealt with ahead. */
typedef struct {
    bool decoded;
    uint16_t revision;                  /* with which it was decoded */
    sheaf_entry entry;                  /* lives in the arena */
    const sheaf_signature_check *check; /* NULL: not checked */
} sheaf_ahead;

/* Deals with entries[0] to entries[count-1], which stand at index `first` and on; `arena` is
 * reset first; it and `checks`, of `count`, must live as long as `out`. Where it is spent,
 * entries are left to the fold. Signatures are checked from entry `signed_from` on. */
void sheaf_ahead_entries(sheaf_ahead_keys *keys, uint64_t first, const sheaf_slice *entries,
                         size_t count, uint64_t signed_from, sheaf_arena *arena,
                         sheaf_signature_check *checks, sheaf_ahead *out);

#endif
