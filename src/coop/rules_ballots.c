/* Votes on motions. */
#include "coop/coop_internal.h"
#include "coop/motion.h"
#include "coop/organs.h"
#include "coop/poll.h"
#include "coop/preview.h"
#include "coop/proxies.h"
#include "coop/settled.h"

/* A member's vote on a motion: what stands in the state about it, looked up once. */
typedef struct {
    uint32_t row;  /* of the motion */
    uint32_t cast; /* row of the member's newest ballot, SHEAF_NONE if there is none */
    const struct sheaf_row_motion *motion;
    const struct sheaf_row_bylaws *bylaws; /* it is decided under */
    const struct sheaf_row_member *member;
} vote;

/* On the motion in that row. */
static vote vote_on(const sheaf_state *state, uint32_t row,
                    const struct sheaf_row_member *member)
{
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
    return (vote){row, sheaf_ballot_row(state, sheaf_pair(motion->id, member->id)), motion,
                  sheaf_bylaws_get(state, motion->bylaws), member};
}

/* The ballot that stands, as sheaf_motion_ballot() finds it. */
static const struct sheaf_row_ballot *standing(const sheaf_state *state, const vote *on)
{
    const struct sheaf_row_ballot *ballot =
        on->cast == SHEAF_NONE ? NULL : sheaf_ballot_at(state, on->cast);
    return ballot && ballot->cast >= on->motion->since ? ballot : NULL;
}

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
static void count_as(sheaf_state *state, const vote *on, uint8_t choice, bool taken,
                     bool settled)
{
    struct sheaf_row_motion *motion = sheaf_motion_edit(state, on->row);
    count(&motion->yes, &motion->no, &motion->abstain, choice, taken);
    if (motion->body == SHEAF_body_organ)
        return;
    if (settled)
        count(&motion->settled_yes, &motion->settled_no, &motion->settled_abstain, choice,
              taken);
    uint8_t class = on->member->class;
    if (!sheaf_class_limited(state, on->bylaws, class))
        return;
    struct sheaf_row_tally *tally = sheaf_tally_have(state, sheaf_pair(motion->id, class));
    tally->motion = motion->id;
    tally->class = class;
    count(&tally->yes, &tally->no, &tally->abstain, choice, taken);
    if (settled)
        count(&tally->settled_yes, &tally->settled_no, &tally->settled_abstain, choice, taken);
}

static bool is_settled(const vote *on)
{
    return on->member->voting_since <= on->motion->settled_from;
}

static void count_vote(sheaf_state *state, const vote *on, uint8_t choice, bool taken)
{
    count_as(state, on, choice, taken, is_settled(on));
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

static bool closes_early(sheaf_fold *fold, const struct sheaf_row_motion *motion,
                         const struct sheaf_row_bylaws *bylaws)
{
    return bylaws->early_close && all_voted(fold->state, motion)
           && !sheaf_ballots_contestable(fold->state, motion->id) && !time_is_set(fold, motion);
}

bool sheaf_motion_closes_early(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    return closes_early(fold, motion, sheaf_bylaws_get(fold->state, motion->bylaws));
}

/* Due now: the next entry can only be the tick that settles it. */
static void close_if_decided(sheaf_fold *fold, const vote *on)
{
    sheaf_state *state = fold->state;
    if (!closes_early(fold, on->motion, on->bylaws) && !organ_is_done(state, on->motion))
        return;
    sheaf_motion_edit(state, on->row)->closes = fold->stamp;
    sheaf_deadline_set(state, on->motion->id, SHEAF_deadline_kind_motion, fold->stamp);
}

/* ---- conflicts of interest ---- */

/* What the member has cast does not count, and is not waited for. */
void sheaf_matter_motion_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    const vote on =
        vote_on(state, sheaf_motion_row(state, id), sheaf_member_get(state, member));
    const struct sheaf_row_ballot *ballot = standing(state, &on);
    if (ballot && ballot->counts)
        count_vote(state, &on, ballot->choice, false);
    close_if_decided(fold, &on);
    sheaf_payment_conflict_of(fold, id, member);
}

/* ---- proxies ---- */

/* The holder's ballot, which counts once more for the giver, if the one is cast and the other
 * is not. */
static const struct sheaf_row_ballot *ballot_by_proxy(const sheaf_state *state, const vote *on,
                                                      uint32_t holder)
{
    return standing(state, on) ? NULL : sheaf_motion_ballot(state, on->motion, holder);
}

static vote vote_of(const sheaf_state *state, uint32_t id, uint32_t member)
{
    return vote_on(state, sheaf_motion_row(state, id), sheaf_member_get(state, member));
}

static void count_proxy(void *to, uint32_t id, uint32_t giver, uint32_t holder)
{
    sheaf_state *state = ((sheaf_fold *)to)->state;
    const vote on = vote_of(state, id, giver);
    const struct sheaf_row_ballot *ballot = ballot_by_proxy(state, &on, holder);
    if (!ballot)
        return;
    /* No ballot tells of it later, by which it could be left out (coop/settled.h). */
    bool settled = is_settled(&on) && !sheaf_settled_overruled(state, on.motion, giver);
    count_as(state, &on, ballot->choice, true, settled);
    sheaf_motion_edit(state, on.row)->by_proxy++;
}

/* Officers give none. */
static void each_proxy(const sheaf_state *state, uint32_t id,
                       void (*look)(void *to, uint32_t id, uint32_t giver, uint32_t holder),
                       void *to)
{
    const struct sheaf_row_motion *motion = sheaf_motion_get(state, id);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    if (motion->body != SHEAF_body_organ)
        sheaf_proxies_each(state, &electorate, id, motion->closes, look, to);
}

static void poll_count_proxies(sheaf_fold *fold, uint32_t id)
{
    each_proxy(fold->state, id, count_proxy, fold);
}

typedef struct {
    const sheaf_state *state;
    sheaf_proxied *out;
} looked;

static void look_at_proxy(void *to, uint32_t id, uint32_t giver, uint32_t holder)
{
    const looked *at = to;
    const vote on = vote_of(at->state, id, giver);
    const struct sheaf_row_ballot *ballot = ballot_by_proxy(at->state, &on, holder);
    if (ballot)
        count(&at->out->yes, &at->out->no, &at->out->abstain, ballot->choice, true);
}

sheaf_proxied sheaf_motion_proxied(const sheaf_state *state,
                                   const struct sheaf_row_motion *motion)
{
    sheaf_proxied out = {0};
    if (motion->state == SHEAF_motion_state_open)
        each_proxy(state, motion->id, look_at_proxy, &(looked){state, &out});
    return out;
}

/* ---- ballots ---- */

static sheaf_refusal taken(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_motion);
    SHEAF_REFUSE_IF(sheaf_motion_at(fold->state, row)->state != SHEAF_motion_state_open,
                    motion_closed);
    return SHEAF_ACCEPTED;
}

/* Where it is accepted, *row is that of the motion, and *counts whether the ballot counts. */
static sheaf_refusal check(const sheaf_fold *fold, uint32_t id,
                           const struct sheaf_row_member *member, uint32_t *row, bool *counts)
{
    const sheaf_state *state = fold->state;
    *row = sheaf_motion_row(state, id);
    SHEAF_REFUSE_UNLESS(taken(fold, *row));
    const struct sheaf_row_motion *motion = sheaf_motion_at(state, *row);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_refusal may = sheaf_row_may_vote(state, &electorate, id, member);
    *counts = may == SHEAF_ACCEPTED;
    if (may != SHEAF_REFUSED_on_trial) /* such a ballot is recorded */
        SHEAF_REFUSE_UNLESS(may);
    SHEAF_REFUSE_IF(motion->body == SHEAF_body_organ
                        && !sheaf_office_now(state, member->id, (uint8_t)motion->of),
                    not_in_office);
    SHEAF_REFUSE_IF(fold->stamp < motion->begins, voting_not_begun);
    SHEAF_REFUSE_UNLESS(sheaf_counted_check(state, id, member->id));
    return sheaf_assembly_ballot_check(state, motion, member->id);
}

static void put(sheaf_fold *fold, const vote *on, uint8_t choice, bool counts)
{
    sheaf_state *state = fold->state;
    uint32_t member = on->member->id, motion = on->motion->id;
    bool again = standing(state, on) != NULL;
    struct sheaf_row_ballot *ballot = on->cast == SHEAF_NONE
                                          ? sheaf_ballot_new(state, sheaf_pair(motion, member))
                                          : sheaf_ballot_edit(state, on->cast);
    if (!again)
        ballot->counts = counts;
    else if (ballot->counts)
        count_vote(state, on, ballot->choice, false);
    ballot->choice = choice;
    ballot->cast = fold->index;
    if (ballot->counts)
        count_vote(state, on, choice, true);
    close_if_decided(fold, on);
}

sheaf_refusal sheaf_rule_ballot_cast(sheaf_fold *fold, const struct sheaf_ballot_cast *what)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_member *member = sheaf_member_get(state, fold->member);
    uint32_t row;
    bool counts;
    SHEAF_REFUSE_UNLESS(check(fold, what->motion, member, &row, &counts));
    const vote on = vote_on(state, row, member);
    SHEAF_REFUSE_IF(!on.bylaws->ballots_changeable && standing(state, &on), voted_already);
    put(fold, &on, what->choice, counts);
    return SHEAF_ACCEPTED;
}

/* ---- as tellers count them ---- */

static sheaf_refusal poll_find(const sheaf_state *state, uint32_t id, sheaf_poll *out)
{
    const struct sheaf_row_motion *motion = sheaf_motion_find(state, id);
    SHEAF_REFUSE_IF(!motion, no_such_matter);
    SHEAF_REFUSE_IF(motion->state != SHEAF_motion_state_open, motion_closed);
    *out = (sheaf_poll){
        .closes = motion->closes,
        .open_s = sheaf_motion_rule(state, motion)->open_s,
        .urgent = motion->room == SHEAF_room_urgent || motion->ratify,
        .officers = motion->body == SHEAF_body_organ,
        .on_tellers = motion->effect == SHEAF_KIND_tellers_appoint,
    };
    return SHEAF_ACCEPTED;
}

static sheaf_refusal poll_check(const sheaf_fold *fold, uint32_t id, uint32_t member)
{
    uint32_t row;
    bool counts;
    return check(fold, id, sheaf_member_find(fold->state, member), &row, &counts);
}

static sheaf_refusal poll_read(const sheaf_state *state, uint32_t id,
                               const struct sheaf_counted_ballot *ballot)
{
    (void)state, (void)id;
    SHEAF_REFUSE_IF(!ballot->has_choice || ballot->has_approve || ballot->has_points,
                    ballot_form);
    return SHEAF_ACCEPTED;
}

static uint32_t poll_own(sheaf_state *state, uint32_t id, uint32_t member, sheaf_vote *out)
{
    const vote on = vote_of(state, id, member);
    const struct sheaf_row_ballot *ballot = standing(state, &on);
    if (!ballot)
        return SHEAF_NONE;
    out->choice = ballot->choice;
    return ballot->cast;
}

static void poll_put(sheaf_fold *fold, uint32_t id, uint32_t member, const sheaf_vote *what)
{
    const vote on = vote_of(fold->state, id, member);
    const sheaf_electorate electorate = sheaf_motion_electorate(on.motion);
    put(fold, &on, what->choice,
        sheaf_row_entitled(fold->state, &electorate, on.member) == SHEAF_ACCEPTED);
}

static void poll_take_back(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    const vote on = vote_of(state, id, member);
    const struct sheaf_row_ballot *ballot = standing(state, &on);
    if (!ballot)
        return;
    if (ballot->counts)
        count_vote(state, &on, ballot->choice, false);
    sheaf_ballot_edit(state, on.cast)->cast = 0; /* before any motion: it stands no more */
}

static void poll_put_off(sheaf_state *state, uint32_t id, int64_t closes)
{
    sheaf_motion_edit(state, sheaf_motion_row(state, id))->closes = closes;
    sheaf_deadline_set(state, id, SHEAF_deadline_kind_motion, closes);
}

const sheaf_poll_kind sheaf_poll_motion = {
    poll_find, poll_check,     poll_read,    poll_own,
    poll_put,  poll_take_back, poll_put_off, poll_count_proxies,
};
