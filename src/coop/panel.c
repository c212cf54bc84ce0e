#include "coop/panel.h"

#include "bylaws/bylaws.h"
#include "bylaws/fixed.h"
#include "coop/ceilings.h"
#include "coop/view.h"

void sheaf_panel_voice(sheaf_fold *fold, uint32_t recovery, uint32_t member, bool with)
{
    uint8_t class = sheaf_member_get(fold->state, member)->class;
    struct sheaf_row_recovery_tally *row =
        sheaf_recovery_tally_have(fold->state, sheaf_pair(recovery, class));
    row->recovery = recovery;
    row->class = class;
    row->with += with;
    row->against += !with;
}

uint8_t sheaf_recovery_majority(const sheaf_state *state,
                                const struct sheaf_row_recovery *recovery)
{
    const struct sheaf_row_decision *rule =
        sheaf_decision_by(state, sheaf_bylaws_now(state), SHEAF_decision_sort_protected);
    return recovery->own ? rule->majority : SHEAF_majority_simple;
}

/* ---- weighing ---- */

/* The voices so far: those for it, and all. */
static void voices(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                   sheaf_votes *with, sheaf_votes *all)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    *with = (sheaf_votes){.all = recovery->confirmations + recovery->upheld};
    *all = (sheaf_votes){.all = with->all + recovery->against + recovery->own};
    for (uint8_t i = 0; i < bylaws->classes; i++) {
        const struct sheaf_row_recovery_tally *row =
            sheaf_recovery_tally_find(state, sheaf_pair(recovery->id, i));
        if (!row || !sheaf_class_limited(state, bylaws, i))
            continue;
        with->of[i] = row->with;
        all->of[i] = row->with + row->against;
    }
}

/* By those who have a vote now: who spoke and left is not of them, and who cannot judge, for
 * want of a key that may, is not for it. */
bool sheaf_panel_by_all(const sheaf_state *state, const struct sheaf_row_recovery *recovery)
{
    uint32_t whole = 0;
    if (recovery->against || !recovery->own)
        return false;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        if (!member->votes || member->id == recovery->member)
            continue;
        const struct sheaf_row_approval *voice =
            sheaf_approval_find(state, sheaf_pair(member->id, recovery->id));
        if (!voice || voice->declines)
            return false;
        whole += !sheaf_class_limited(state, sheaf_bylaws_now(state), member->class);
    }
    return whole >= SHEAF_FIXED_recovery_all;
}

bool sheaf_panel_reached(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                         const sheaf_votes *with, const sheaf_votes *all)
{
    sheaf_ceilings ceilings = sheaf_ceilings_of(state, sheaf_bylaws_now(state), all);
    return sheaf_votes_reach(&ceilings, sheaf_recovery_majority(state, recovery), with, all);
}

bool sheaf_panel_carried(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                         uint64_t more, uint64_t less)
{
    sheaf_votes with, all;
    voices(state, recovery, &with, &all);
    with.all += more;
    all.all += more + less;
    return sheaf_panel_reached(state, recovery, &with, &all);
}

bool sheaf_recovery_whole(const sheaf_state *state, const struct sheaf_row_recovery *recovery)
{
    sheaf_votes with, all;
    voices(state, recovery, &with, &all);
    for (int i = 0; i < SHEAF_CLASSES_MAX; i++)
        if (all.of[i])
            return false;
    return sheaf_coop(state)->voters_unlimited == sheaf_coop(state)->voters;
}
