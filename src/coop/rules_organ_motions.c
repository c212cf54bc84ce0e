/* Motions that the officers of an organ decide: what they may decide, when a motion passes to
 * the members, and urgent acts. How their votes are counted stands in motion.h. */
#include "coop/coop_internal.h"
#include "coop/motion.h"
#include "coop/organs.h"
#include "coop/override.h"
#include "coop/settled.h"

bool sheaf_organ_urgent(const sheaf_state *state, uint32_t place)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    const struct sheaf_row_organ *organ = sheaf_organ_now(state, place);
    if (!bylaws->urgent_ratify_s || !organ)
        return false;
    return bylaws->urgent_organ_1 ? place + 1 == bylaws->urgent_organ_1
                                  : sheaf_organ_powers(organ->kind) & SHEAF_POWER_act_urgently;
}

/* ---- opening ---- */

sheaf_refusal sheaf_organ_motion_check(const sheaf_fold *fold,
                                       const struct sheaf_motion_open *what)
{
    const sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!what->has_organ, urgent_off);
    SHEAF_REFUSE_IF(!sheaf_organ_now(state, what->organ), no_such_organ);
    SHEAF_REFUSE_IF(!sheaf_office_now(state, fold->member, (uint8_t)what->organ),
                    not_an_officer);
    SHEAF_REFUSE_IF(what->urgent && !sheaf_organ_urgent(state, (uint32_t)what->organ),
                    urgent_off);
    return SHEAF_ACCEPTED;
}

/* It is for an organ only as long as the bylaws ask for no more than an ordinary decision. */
static bool decides(const sheaf_state *state, const struct sheaf_row_motion *motion,
                    uint8_t sort)
{
    return sheaf_organ_decides(sheaf_organ_now(state, motion->of)->kind, motion->effect)
           && sort == SHEAF_decision_sort_ordinary;
}

/* Could the members ratify it in time, by the decision that it needs now? */
static bool in_time(const sheaf_state *state, uint8_t sort)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    const struct sheaf_row_decision *rule = sheaf_decision_by(state, bylaws, sort);
    return (int64_t)rule->notice_s + rule->open_s <= bylaws->urgent_ratify_s;
}

sheaf_refusal sheaf_organ_effect_check(const sheaf_fold *fold,
                                       const struct sheaf_row_motion *motion)
{
    const sheaf_state *state = fold->state;
    if (!motion->urgent) {
        SHEAF_REFUSE_IF(!decides(state, motion, motion->sort), organ_no_power);
        return SHEAF_ACCEPTED;
    }
    SHEAF_REFUSE_IF(!sheaf_effect_undone(motion->effect), urgent_final);
    SHEAF_REFUSE_IF(!in_time(state, motion->sort), urgent_late);
    return SHEAF_ACCEPTED;
}

/* ---- to the members ---- */

void sheaf_motion_refer(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_motion *motion = sheaf_motion_edit(state, row);
    bool any = effect->kind != SHEAF_KIND_none;
    motion->bylaws = sheaf_coop(state)->bylaws;
    motion->sort = SHEAF_decision_sort_ordinary;
    if (any && !sheaf_effect_sort(state, effect, &motion->sort))
        state->failed = true;
    motion->body = SHEAF_body_assembly;
    motion->of = any ? sheaf_effect_class(state, effect) : 0;
    motion->since = fold->index;
    motion->urgent = false;
    motion->yes = motion->no = motion->abstain = 0;
    motion->settled_yes = motion->settled_no = motion->settled_abstain = 0;
    motion->settled_from = sheaf_settled_from(fold);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_motion_electorate_set(state, motion);
    sheaf_conflicts_recount(fold, motion->id, &electorate);
    if (any)
        sheaf_conflict_of_subject(fold, motion->id, &electorate, effect);
    sheaf_motion_schedule(fold, motion);
}

bool sheaf_organ_refers(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    if (motion->body != SHEAF_body_organ)
        return false;
    uint8_t sort = SHEAF_decision_sort_ordinary;
    if (effect->kind != SHEAF_KIND_none && !sheaf_effect_sort(state, effect, &sort))
        state->failed = true;
    bool theirs = decides(state, motion, sort);
    if (motion->urgent)
        theirs = sheaf_organ_urgent(state, motion->of) && in_time(state, sort);
    if (theirs && !sheaf_organ_unable(state, motion))
        return false;
    sheaf_motion_refer(fold, row, effect);
    return true;
}
