/* coop/panel.h - what the voices on a recovery of keys weigh that was objected to
 * (rules_recovery.c).
 *
 * Those who confirmed and upheld it stand against those who objected and judged otherwise, the
 * member itself among them. How many must speak is a number of people; which side has more is
 * weighed as votes are (coop/ceilings.h), by the ceilings in force: a class below its ceiling
 * takes no more memberships over than it decides.
 */
#ifndef SHEAF_COOP_PANEL_H
#define SHEAF_COOP_PANEL_H

#include "coop/ceilings.h"
#include "coop/coop_internal.h"

/* Counts one voice more, by its member's class: which of them have a ceiling may change before
 * it is decided. */
void sheaf_panel_voice(sheaf_fold *fold, uint32_t recovery, uint32_t member, bool with);

/* Do the voices for it reach its majority, as a share of all, by the ceilings in force? Those
 * of classes without a ceiling stand in `all` of each alone. */
bool sheaf_panel_reached(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                         const sheaf_votes *with, const sheaf_votes *all);

/* Would it stand by its majority, with so many whole voices more for it, and against it? */
bool sheaf_panel_carried(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                         uint64_t more, uint64_t less);

/* Does it stand although the member itself objected, since all others with a vote now are for
 * it, and enough of them are of classes without a ceiling? Walks over all members, up to the
 * first who is not. */
bool sheaf_panel_by_all(const sheaf_state *state, const struct sheaf_row_recovery *recovery);

#endif
