/* coop/refusal_detail.h - what exactly of an act the rules refuse, beyond the sentence of its
 * number.
 */
#ifndef SHEAF_COOP_REFUSAL_DETAIL_H
#define SHEAF_COOP_REFUSAL_DETAIL_H

#include "acts/act.h"
#include "base/status.h"
#include "coop/refusal.h"
#include "coop/state.h"

enum { SHEAF_REFUSAL_DETAIL_MAX = SHEAF_MESSAGE_MAX };

typedef struct {
    sheaf_article article; /* on which it rests here; NONE where nothing is refused */
    /* Of bylaws that are founded on or proposed: the article, the place, what stands there, and
     * who speaks: the bylaws themselves, or a floor of the legal form with its source. Of a
     * mandate that a motion asks for: the cap of article 22 that it goes beyond, and what it
     * states. Empty where there is nothing to add. */
    char words[SHEAF_REFUSAL_DETAIL_MAX];
} sheaf_refusal_detail;

/* Of an act, refused in that state, or of the effect of a motion, which may be NULL; of what
 * bylaws allowed when a motion was decided nothing is said. */
void sheaf_refusal_of_act(const sheaf_state *state, sheaf_refusal refusal, const sheaf_act *act,
                          sheaf_refusal_detail *out);
void sheaf_refusal_of_effect(sheaf_refusal refusal, const sheaf_effect *effect,
                             sheaf_refusal_detail *out);

#endif
