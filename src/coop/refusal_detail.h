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

/* Of a mandate that a motion asks for: the cap of article 22 that it goes beyond, and what it
 * states. Of bylaws that the act founds a co-op on or proposes: the article, the place, what
 * stands there, and who speaks: the bylaws themselves, or a floor of the legal form with its
 * source. False, and an empty text, where there is nothing to add. */
bool sheaf_refusal_detail(const sheaf_state *state, sheaf_refusal refusal, const sheaf_act *act,
                          char out[SHEAF_REFUSAL_DETAIL_MAX]);

#endif
