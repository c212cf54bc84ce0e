/* coop/preview.h - how what is open stands, votes by proxy among the others.
 *
 * They count only when a matter closes. To show what the closing would find now they are
 * counted by its own code, on a state that is the caller's alone, and taken back.
 */
#ifndef SHEAF_COOP_PREVIEW_H
#define SHEAF_COOP_PREVIEW_H

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

#endif
