/* Motions and ballots. */
#include "coop/coop_internal.h"

#include "bylaws/bylaws.h"

/* The motion is no longer open. */
static void settle(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    sheaf_deadline_clear(fold->state, motion->id, SHEAF_deadline_kind_motion);
    motion->state = to;
    motion->decided = fold->index;
    sheaf_parts_free(fold->state, motion->part_first);
    motion->part_first = 0;
    sheaf_coop_edit(fold->state, 0)->motions_open--;
}

/* ---- opening ---- */

/* Would the effect take place today? Nothing of it stays. */
static sheaf_refusal rehearse(sheaf_fold *fold, const sheaf_effect *effect)
{
    sheaf_fold inner = *fold;
    inner.rehearsal = true;
    inner.member = inner.key = SHEAF_NONE;
    inner.motion = fold->index;
    sheaf_mark mark = sheaf_state_mark(fold->state);
    sheaf_refusal refusal = sheaf_rule_run(&inner, effect->kind, effect->what);
    sheaf_state_roll_back(fold->state, mark);
    return refusal;
}

static sheaf_refusal store_effect(sheaf_fold *fold, struct sheaf_row_motion *motion,
                                  const sheaf_effect *effect)
{
    SHEAF_REFUSE_UNLESS(rehearse(fold, effect));
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_effect_encode(&bytes, effect);
    if (bytes.failed)
        fold->state->failed = true;
    else
        motion->part_first = sheaf_parts_store(fold->state, sheaf_buffer_slice(&bytes));
    sheaf_buffer_deinit(&bytes);
    motion->effect = (uint8_t)effect->kind;
    motion->sort = (uint8_t)(sheaf_kind_shape(effect->kind)->needs - SHEAF_NEEDS_ORDINARY);
    return SHEAF_ACCEPTED;
}

static sheaf_electorate electorate_of(const struct sheaf_row_motion *motion)
{
    return (sheaf_electorate){
        .body = SHEAF_body_assembly, .opened = motion->id, .bylaws = motion->bylaws};
}

sheaf_refusal sheaf_rule_motion_open(sheaf_fold *fold, const struct sheaf_motion_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(sheaf_coop(state)->motions_open >= bylaws->open_max, motions_open_max);
    struct sheaf_row_motion *motion = sheaf_motion_new(state, fold->index);
    motion->id = fold->index;
    motion->by = fold->member;
    motion->title = what->title;
    motion->reason = what->reason;
    motion->bylaws = bylaws->id;
    motion->decided = SHEAF_NONE;
    const sheaf_electorate electorate = electorate_of(motion);
    motion->electorate = sheaf_electorate_count(state, &electorate);
    if (what->has_effect)
        SHEAF_REFUSE_UNLESS(store_effect(fold, motion, what->effect));
    const struct sheaf_row_decision *rule = sheaf_decision_by(state, bylaws, motion->sort);
    motion->opened = fold->stamp;
    motion->closes = fold->stamp + ((int64_t)rule->notice_s + rule->open_s) * 1000;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_deadline_set(state, motion->id, SHEAF_deadline_kind_motion, motion->closes);
    sheaf_coop_edit(state, 0)->motions_open++;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_motion_withdraw(sheaf_fold *fold,
                                         const struct sheaf_motion_withdraw *what)
{
    uint32_t row = sheaf_motion_row(fold->state, what->motion);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_motion);
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    SHEAF_REFUSE_IF(motion->by != fold->member, not_your_motion);
    SHEAF_REFUSE_IF(motion->state != SHEAF_motion_state_open, motion_closed);
    settle(fold, row, SHEAF_motion_state_withdrawn);
    return SHEAF_ACCEPTED;
}

/* ---- ballots ---- */

static uint32_t *tally_of(struct sheaf_row_motion *motion, uint8_t choice)
{
    return choice == SHEAF_choice_yes  ? &motion->yes
           : choice == SHEAF_choice_no ? &motion->no
                                       : &motion->abstain;
}

/* The notice is over, in milliseconds since 1970. */
static int64_t voting_begins(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    const struct sheaf_row_decision *rule =
        sheaf_decision_by(state, sheaf_bylaws_get(state, motion->bylaws), motion->sort);
    return motion->opened + (int64_t)rule->notice_s * 1000;
}

/* Have all voted who may? */
static bool all_voted(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    return motion->yes + motion->no + motion->abstain + sheaf_conflicts(state, motion->id)
           >= motion->electorate;
}

/* Due now: the next entry can only be the tick that settles it. */
static void close_early(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(fold->state, row);
    motion->closes = fold->stamp;
    sheaf_deadline_set(fold->state, motion->id, SHEAF_deadline_kind_motion, fold->stamp);
}

/* Where the law sets a time for protected motions, no bylaws shorten it. */
static void close_if_all_voted(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(fold->state, row);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_find(fold->state, motion->bylaws);
    bool floor = motion->sort == SHEAF_decision_sort_protected
                 && bylaws->form != SHEAF_legal_form_demonstration;
    if (bylaws->early_close && !floor && all_voted(fold->state, motion))
        close_early(fold, row);
}

sheaf_refusal sheaf_matter_motion_open(const sheaf_state *state, uint32_t id,
                                       sheaf_electorate *out)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, id);
    SHEAF_REFUSE_IF(!motion, no_such_matter);
    SHEAF_REFUSE_IF(motion->state != SHEAF_motion_state_open, motion_closed);
    *out = electorate_of(motion);
    return SHEAF_ACCEPTED;
}

/* What the member has cast does not count, and is not waited for. */
void sheaf_matter_motion_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_motion_row(state, id);
    struct sheaf_row_motion *motion = sheaf_motion_edit(state, row);
    const struct sheaf_row_ballot *ballot = sheaf_ballot_find(state, sheaf_pair(id, member));
    if (ballot)
        --*tally_of(motion, ballot->choice);
    close_if_all_voted(fold, row);
}

sheaf_refusal sheaf_rule_ballot_cast(sheaf_fold *fold, const struct sheaf_ballot_cast *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_motion_row(state, what->motion);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_motion);
    SHEAF_REFUSE_IF(sheaf_motion_at(state, row)->state != SHEAF_motion_state_open,
                    motion_closed);
    const sheaf_electorate electorate = electorate_of(sheaf_motion_at(state, row));
    SHEAF_REFUSE_UNLESS(sheaf_may_vote(state, &electorate, what->motion, fold->member));
    SHEAF_REFUSE_IF(fold->stamp < voting_begins(state, sheaf_motion_at(state, row)),
                    voting_not_begun);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_find(state, electorate.bylaws);
    struct sheaf_row_motion *motion = sheaf_motion_edit(state, row);
    uint64_t pair = sheaf_pair(what->motion, fold->member);
    uint32_t cast = sheaf_ballot_row(state, pair);
    struct sheaf_row_ballot *ballot;
    if (cast == SHEAF_NONE) {
        ballot = sheaf_ballot_new(state, pair);
        ballot->member = fold->member;
        ballot->motion = what->motion;
    } else {
        SHEAF_REFUSE_IF(!bylaws->ballots_changeable, voted_already);
        ballot = sheaf_ballot_edit(state, cast);
        --*tally_of(motion, ballot->choice);
    }
    ballot->choice = what->choice;
    ballot->cast = fold->index;
    ++*tally_of(motion, what->choice);
    close_if_all_voted(fold, row);
    return SHEAF_ACCEPTED;
}

/* ---- closing ---- */

static uint8_t outcome_of(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    const struct sheaf_row_decision *rule =
        sheaf_decision_by(state, sheaf_bylaws_get(state, motion->bylaws), motion->sort);
    uint32_t sided = motion->yes + motion->no, all = sided + motion->abstain;
    const uint64_t bases[] = {
        [SHEAF_vote_base_cast] = all,
        [SHEAF_vote_base_entitled] = motion->electorate,
        [SHEAF_vote_base_for_and_against] = sided,
    };
    if (!sheaf_quorum_reached(rule->quorum_bp, motion->electorate,
                              rule->quorum_base == SHEAF_quorum_base_all ? all : sided))
        return SHEAF_motion_state_no_quorum;
    return sheaf_majority_reached(rule->majority, motion->yes, bases[rule->base])
               ? SHEAF_motion_state_adopted
               : SHEAF_motion_state_rejected;
}

/* The effect under the rules in force now. It was decoded when the motion was opened. */
static sheaf_refusal enact(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    sheaf_effect effect;
    if (!sheaf_motion_effect(fold->state, motion, fold->arena, &effect)) {
        fold->state->failed = true; /* the arena is spent */
        return SHEAF_ACCEPTED;
    }
    sheaf_fold inner = *fold;
    inner.member = inner.key = SHEAF_NONE;
    inner.motion = motion->id;
    sheaf_mark mark = sheaf_state_mark(fold->state);
    size_t claims = fold->out->claim_count;
    sheaf_refusal refusal = sheaf_rule_run(&inner, effect.kind, effect.what);
    if (refusal != SHEAF_ACCEPTED) {
        sheaf_state_roll_back(fold->state, mark);
        fold->out->claim_count = claims; /* a tick is not void for what has no effect */
    }
    return refusal;
}

sheaf_refusal sheaf_settle_motion(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_motion_row(state, of);
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    uint8_t to = outcome_of(state, motion);
    sheaf_refusal effect = SHEAF_ACCEPTED;
    if (to == SHEAF_motion_state_adopted && motion->effect != SHEAF_KIND_none) {
        effect = enact(fold, motion);
        if (effect != SHEAF_ACCEPTED)
            to = SHEAF_motion_state_void;
    }
    if (state->failed)
        return effect;
    settle(fold, row, to);
    sheaf_motion_edit(state, row)->refusal = (uint16_t)effect;
    return effect;
}
