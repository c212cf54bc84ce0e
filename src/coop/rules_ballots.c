/* Votes on motions. */
#include "coop/coop_internal.h"
#include "coop/motion.h"
#include "coop/organs.h"

/* ---- tallies ---- */

static void count(uint32_t *yes, uint32_t *no, uint32_t *abstain, uint8_t choice, bool taken)
{
    uint32_t *tally = choice == SHEAF_choice_yes  ? yes
                      : choice == SHEAF_choice_no ? no
                                                  : abstain;
    if (taken)
        ++*tally;
    else
        --*tally;
}

/* A vote is counted, or is not any longer; beside the motion's count in that of the member's
 * class where it has a ceiling. */
static void count_vote(sheaf_state *state, uint32_t row, uint32_t member, uint8_t choice,
                       bool taken)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(state, row);
    count(&motion->yes, &motion->no, &motion->abstain, choice, taken);
    if (motion->body == SHEAF_body_organ)
        return;
    uint8_t class = sheaf_member_get(state, member)->class;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, motion->bylaws);
    if (sheaf_class_at(state, bylaws->class_first + class)->ceiling_bp == SHEAF_NO_CEILING)
        return;
    uint64_t pair = sheaf_pair(motion->id, class);
    uint32_t at = sheaf_tally_row(state, pair);
    struct sheaf_row_tally *tally =
        at == SHEAF_NONE ? sheaf_tally_new(state, pair) : sheaf_tally_edit(state, at);
    tally->motion = motion->id;
    tally->class = class;
    count(&tally->yes, &tally->no, &tally->abstain, choice, taken);
}

/* ---- closing early ---- */

/* Have all voted who may? An assembly ends when it was called to. */
static bool all_voted(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    uint32_t voted = motion->yes + motion->no + motion->abstain;
    return motion->assembly == SHEAF_NONE
           && voted + sheaf_conflicts(state, motion->id) >= motion->electorate;
}

/* An organ has acted urgently, or cannot decide. */
static bool organ_is_done(const sheaf_state *state, const struct sheaf_row_motion *motion)
{
    return motion->body == SHEAF_body_organ
           && (sheaf_organ_unable(state, motion)
               || (motion->urgent
                   && sheaf_motion_standing(state, motion, sheaf_motion_rule(state, motion))
                          .carried));
}

/* Where the law sets a time for protected motions, no bylaws shorten it; also of one that has
 * come to be protected. */
static bool time_is_set(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    const sheaf_state *state = fold->state;
    if (sheaf_bylaws_get(state, motion->bylaws)->form == SHEAF_legal_form_demonstration
        && sheaf_bylaws_now(state)->form == SHEAF_legal_form_demonstration)
        return false;
    return motion->sort == SHEAF_decision_sort_protected
           || sheaf_motion_sort_now(fold, motion) == SHEAF_decision_sort_protected;
}

bool sheaf_motion_closes_early(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    return sheaf_bylaws_get(fold->state, motion->bylaws)->early_close
           && all_voted(fold->state, motion) && !time_is_set(fold, motion);
}

/* Due now: the next entry can only be the tick that settles it. */
static void close_if_decided(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    if (!sheaf_motion_closes_early(fold, motion) && !organ_is_done(state, motion))
        return;
    sheaf_motion_edit(state, row)->closes = fold->stamp;
    sheaf_deadline_set(state, motion->id, SHEAF_deadline_kind_motion, fold->stamp);
}

/* ---- conflicts of interest ---- */

/* What the member has cast does not count, and is not waited for. */
void sheaf_matter_motion_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_motion_row(state, id);
    const struct sheaf_row_ballot *ballot =
        sheaf_motion_ballot(state, sheaf_motion_at(state, row), member);
    if (ballot && ballot->counts)
        count_vote(state, row, member, ballot->choice, false);
    close_if_decided(fold, row);
}

/* ---- proxies ---- */

void sheaf_ballot_by_proxy(sheaf_fold *fold, uint32_t id, uint32_t giver, uint32_t holder)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_motion_row(state, id);
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    const struct sheaf_row_ballot *ballot = sheaf_motion_ballot(state, motion, holder);
    if (!ballot || sheaf_motion_ballot(state, motion, giver))
        return;
    count_vote(state, row, giver, ballot->choice, true);
    sheaf_motion_edit(state, row)->by_proxy++;
}

/* ---- ballots ---- */

sheaf_refusal sheaf_ballots_taken(const sheaf_fold *fold, uint32_t id)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(fold->state, id);
    SHEAF_REFUSE_IF(!motion, no_such_motion);
    SHEAF_REFUSE_IF(motion->state != SHEAF_motion_state_open, motion_closed);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_ballot_check(const sheaf_fold *fold, uint32_t id, uint32_t member)
{
    const sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(sheaf_ballots_taken(fold, id));
    const struct sheaf_row_motion *motion = sheaf_motion_get(state, id);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_refusal may = sheaf_may_vote(state, &electorate, id, member);
    if (may != SHEAF_REFUSED_on_trial) /* such a ballot is recorded */
        SHEAF_REFUSE_UNLESS(may);
    SHEAF_REFUSE_IF(motion->body == SHEAF_body_organ
                        && !sheaf_office_now(state, member, (uint8_t)motion->of),
                    not_in_office);
    SHEAF_REFUSE_IF(fold->stamp < motion->begins, voting_not_begun);
    SHEAF_REFUSE_IF(sheaf_counted_find(state, sheaf_pair(id, member)), counted_by_tellers);
    return sheaf_assembly_ballot_check(state, motion, member);
}

void sheaf_ballot_put(sheaf_fold *fold, uint32_t motion, uint32_t member, uint8_t choice)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_motion_row(state, motion);
    uint64_t pair = sheaf_pair(motion, member);
    uint32_t cast = sheaf_ballot_row(state, pair);
    const struct sheaf_row_motion *on = sheaf_motion_at(state, row);
    bool again = sheaf_motion_ballot(state, on, member) != NULL;
    struct sheaf_row_ballot *ballot =
        cast == SHEAF_NONE ? sheaf_ballot_new(state, pair) : sheaf_ballot_edit(state, cast);
    if (!again) {
        const sheaf_electorate electorate = sheaf_motion_electorate(on);
        ballot->member = member;
        ballot->motion = motion;
        ballot->counts = sheaf_entitled(state, &electorate, member) == SHEAF_ACCEPTED;
    } else if (ballot->counts) {
        count_vote(state, row, member, ballot->choice, false);
    }
    ballot->choice = choice;
    ballot->cast = fold->index;
    if (ballot->counts)
        count_vote(state, row, member, choice, true);
    close_if_decided(fold, row);
}

sheaf_refusal sheaf_rule_ballot_cast(sheaf_fold *fold, const struct sheaf_ballot_cast *what)
{
    const sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(sheaf_ballot_check(fold, what->motion, fold->member));
    const struct sheaf_row_motion *motion = sheaf_motion_get(state, what->motion);
    SHEAF_REFUSE_IF(!sheaf_bylaws_get(state, motion->bylaws)->ballots_changeable
                        && sheaf_motion_ballot(state, motion, fold->member),
                    voted_already);
    sheaf_ballot_put(fold, what->motion, fold->member, what->choice);
    return SHEAF_ACCEPTED;
}
