/* coop/preview.h - how what is open stands, votes by proxy among the others, and what its
 * closing would make of it.
 *
 * Votes by proxy count only when a matter closes. To show what the closing would find now they
 * are counted by its own code, on a state that is the caller's alone, and taken back; and so a
 * motion is closed.
 */
#ifndef SHEAF_COOP_PREVIEW_H
#define SHEAF_COOP_PREVIEW_H

#include "base/arena.h"
#include "coop/state.h"

/* Counts the votes by proxy on the motion, election or allocation, if that is open. Everything
 * is as before once the state is rolled back to the mark. */
sheaf_mark sheaf_preview(sheaf_state *state, uint32_t matter);

/* Votes by proxy on a motion, as its closing would count them now; all 0 of one that is not
 * open. The state may be anybody's. */
typedef struct {
    uint32_t yes, no, abstain;
} sheaf_proxied;

sheaf_proxied sheaf_motion_proxied(const sheaf_state *state,
                                   const struct sheaf_row_motion *motion);

/* What becomes of an open motion that closes with the votes it has. */
typedef struct {
    /* The name of a motion_state; or it stays open: "second_call", "longer" as its effect has
     * come to need more time, "referred" from its organ to the members, or "urgent" where its
     * organ has acted and the members are asked. */
    const char *then;
    struct sheaf_row_motion after; /* its row then; of what follows at once the last */
    /* When the time would be over that its effect has come to need, if that is after the
     * closing, in milliseconds since 1970; else 0. */
    int64_t longer;
} sheaf_motion_closing;

/* Closes the motion at `stamp`, as if nothing else happened until then, and takes that back;
 * one that is settled stays as it is. `work` is that of a fold (SHEAF_FOLD_ARENA_BYTES), and is
 * filled. False where memory is spent. */
SHEAF_MUST_USE bool sheaf_preview_closing(sheaf_state *state, uint32_t motion, int64_t stamp,
                                          sheaf_arena *work, sheaf_motion_closing *out);

#endif
