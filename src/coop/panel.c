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

bool sheaf_panel_by_all(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                        uint64_t left)
{
    sheaf_votes with, all;
    if (left || recovery->against || !recovery->own)
        return false;
    voices(state, recovery, &with, &all);
    /* By number: who cannot judge, for want of a key that may, is not for it. */
    uint32_t others =
        sheaf_coop(state)->voters - (sheaf_member_get(state, recovery->member)->votes > 0);
    if (with.all < others)
        return false;
    for (uint8_t i = 0; i < SHEAF_CLASSES_MAX; i++)
        with.all -= with.of[i];
    return with.all >= SHEAF_FIXED_recovery_all;
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
    for (uint8_t i = 0; i < SHEAF_CLASSES_MAX; i++)
        if (all.of[i])
            return false;
    return sheaf_coop(state)->voters_unlimited == sheaf_coop(state)->voters;
}
