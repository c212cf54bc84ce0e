/* Consent: a circle adopts a proposal that nobody in it has a paramount objection to.
 *
 * It is adopted as soon as all have answered, or once the time for answers is over, where no
 * paramount objection stands, at least half of those in the circle with a vote have answered,
 * and two of them besides who proposed it. With an objection that stands when the time is over
 * it goes to the circle that is wider, with a time of its own, and from the widest to all
 * members, who decide by a motion that a member of the circle opens on it.
 *
 * The electorate is that of the moment when the proposal came before the circle. Whoever leaves
 * the circle or is conflicted since then takes no part any more: their answers no longer count,
 * objections among them, but the half stays that of the whole electorate, so that nothing
 * passes for want of those who might have answered. */
#include "coop/circles.h"

#include "bylaws/article.h"
#include "coop/pending.h"
#include "coop/room.h"

/* ---- the proposals that are open in a circle ---- */

static void list_add(sheaf_state *state, uint32_t row)
{
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    struct sheaf_row_circle *circle =
        sheaf_circle_edit(state, sheaf_circle_row(state, proposal->circle));
    proposal->open_next = circle->proposal_first;
    circle->proposal_first = row + 1;
}

/* The list is as long as the bylaws let proposals be open. */
static void list_remove(sheaf_state *state, uint32_t row)
{
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    struct sheaf_row_circle *circle =
        sheaf_circle_edit(state, sheaf_circle_row(state, proposal->circle));
    uint32_t *link = &circle->proposal_first;
    while (*link && *link != row + 1 && !state->failed)
        link = &sheaf_proposal_edit(state, *link - 1)->open_next;
    *link = proposal->open_next;
    proposal->open_next = 0;
}

/* ---- who takes part ---- */

static sheaf_electorate electorate_of(const struct sheaf_row_proposal *proposal)
{
    return (sheaf_electorate){.body = SHEAF_body_circle,
                              .of = proposal->circle,
                              .opened = proposal->since,
                              .bylaws = proposal->bylaws};
}

static sheaf_refusal check_takes_part(const sheaf_state *state,
                                      const struct sheaf_row_proposal *proposal,
                                      uint32_t member)
{
    const sheaf_electorate electorate = electorate_of(proposal);
    SHEAF_REFUSE_IF(!sheaf_circle_in(state, proposal->circle, member), not_in_circle);
    return sheaf_may_vote(state, &electorate, proposal->id, member);
}

/* ---- answers ---- */

static bool objects(const struct sheaf_row_proposal *proposal,
                    const struct sheaf_row_answer *answer)
{
    return answer && answer->kind == SHEAF_answer_kind_paramount
           && answer->round >= proposal->round_first;
}

/* An objection stands through changes of the text, until who made it is satisfied. */
static bool counts(const struct sheaf_row_proposal *proposal,
                   const struct sheaf_row_answer *answer)
{
    return answer && (answer->round == proposal->round || objects(proposal, answer));
}

static const struct sheaf_row_answer *
answer_of(const sheaf_state *state, const struct sheaf_row_proposal *proposal, uint32_t member)
{
    return sheaf_answer_find(state, sheaf_pair(proposal->id, member));
}

static void put_answer(sheaf_fold *fold, uint32_t row, uint32_t member, uint8_t kind,
                       const sheaf_hash *reason)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    uint64_t pair = sheaf_pair(proposal->id, member);
    uint32_t place = sheaf_answer_row(state, pair);
    struct sheaf_row_answer *answer =
        place == SHEAF_NONE ? sheaf_answer_new(state, pair) : sheaf_answer_edit(state, place);
    bool before = place != SHEAF_NONE && counts(proposal, answer);
    proposal->objections -= place != SHEAF_NONE && objects(proposal, answer);
    proposal->objections += kind == SHEAF_answer_kind_paramount;
    proposal->answers += !before;
    answer->entry = fold->index;
    answer->kind = kind;
    answer->member = member;
    answer->proposal = proposal->id;
    answer->reason = *reason;
    answer->round = proposal->round;
}

/* Who took part until now does so no longer. */
static void take_out(sheaf_state *state, uint32_t row, uint32_t member)
{
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    const struct sheaf_row_answer *answer = answer_of(state, proposal, member);
    proposal->gone++;
    proposal->answers -= counts(proposal, answer);
    proposal->objections -= objects(proposal, answer);
}

/* ---- decisions ---- */

static bool enough(const sheaf_state *state, const struct sheaf_row_proposal *proposal)
{
    unsigned proposer = check_takes_part(state, proposal, proposal->by) == SHEAF_ACCEPTED
                        && counts(proposal, answer_of(state, proposal, proposal->by));
    return proposal->answers * 2u >= proposal->electorate && proposal->answers >= 2 + proposer;
}

static void end(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    sheaf_deadline_clear(state, proposal->id, SHEAF_deadline_kind_proposal);
    list_remove(state, row);
    proposal->state = to;
    proposal->decided = fold->index;
    sheaf_pending_change(state)->proposals--;
    sheaf_room_free(fold, SHEAF_room_proposal, proposal->by);
}

static bool stands(const struct sheaf_row_proposal *proposal)
{
    return proposal->state == SHEAF_proposal_state_adopted
           || proposal->state == SHEAF_proposal_state_review;
}

/* Of two that are to replace the same, the one that is adopted later replaces nothing. */
static void replace(sheaf_state *state, uint32_t decision, uint32_t by)
{
    uint32_t row = sheaf_proposal_row(state, decision);
    if (row == SHEAF_NONE || !stands(sheaf_proposal_at(state, row)))
        return;
    struct sheaf_row_proposal *old = sheaf_proposal_edit(state, row);
    old->state = SHEAF_proposal_state_replaced;
    old->replaced = by;
    sheaf_deadline_clear(state, decision, SHEAF_deadline_kind_proposal_review);
}

/* It stands, until it is to be looked at again. */
static void take_effect(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    proposal->state = SHEAF_proposal_state_adopted;
    proposal->decided = fold->index;
    replace(state, proposal->replaces, proposal->id);
    if (proposal->role_member != SHEAF_NONE
        && sheaf_circle_in(state, proposal->from, proposal->role_member)) {
        struct sheaf_row_circle_member *place = sheaf_circle_member_edit(
            state,
            sheaf_circle_member_row(state, sheaf_pair(proposal->from, proposal->role_member)));
        place->role = proposal->role;
        place->role_by = proposal->id;
    }
    if (proposal->remove != SHEAF_NONE
        && sheaf_circle_in(state, proposal->from, proposal->remove))
        sheaf_circle_take_out(fold, proposal->from, proposal->remove);
    proposal->closes = fold->stamp + (int64_t)proposal->review_s * 1000;
    sheaf_deadline_set(state, proposal->id, SHEAF_deadline_kind_proposal_review,
                       proposal->closes);
}

static void adopt(sheaf_fold *fold, uint32_t row)
{
    end(fold, row, SHEAF_proposal_state_adopted);
    take_effect(fold, row);
}

/* Has everybody answered, and nobody objects? Where somebody leaves the circle by it the next
 * entry adopts it: that decides others, which are not looked at one within the other. */
static void look(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_proposal *proposal = sheaf_proposal_at(fold->state, row);
    if (fold->state->failed || proposal->objections
        || proposal->answers + proposal->gone != proposal->electorate
        || !enough(fold->state, proposal))
        return;
    if (proposal->remove == SHEAF_NONE) {
        adopt(fold, row);
        return;
    }
    sheaf_proposal_edit(fold->state, row)->closes = fold->stamp;
    sheaf_deadline_set(fold->state, proposal->id, SHEAF_deadline_kind_proposal, fold->stamp);
}

/* Before the circle from now on, under the bylaws of this moment. What was answered elsewhere
 * does not count; who proposes has answered. */
static void bring_before(sheaf_fold *fold, uint32_t row, uint32_t circle)
{
    static const sheaf_hash no_reason;
    sheaf_state *state = fold->state;
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    proposal->circle = circle;
    proposal->bylaws = bylaws->id;
    proposal->since = fold->index;
    proposal->round_first = proposal->round;
    proposal->answers = proposal->gone = proposal->objections = 0;
    proposal->closes = fold->stamp + (int64_t)bylaws->circle_answer_s * 1000;
    const sheaf_electorate electorate = electorate_of(proposal);
    proposal->electorate = (uint16_t)sheaf_electorate_count(state, &electorate);
    sheaf_conflicts_recount(fold, proposal->id, &electorate);
    proposal->gone = (uint16_t)sheaf_conflicts(state, proposal->id);
    list_add(state, row);
    sheaf_deadline_set(state, proposal->id, SHEAF_deadline_kind_proposal, proposal->closes);
    if (check_takes_part(state, proposal, proposal->by) == SHEAF_ACCEPTED)
        put_answer(fold, row, proposal->by, SHEAF_answer_kind_consent, &no_reason);
}

/* The next wider circle in which three have a vote, SHEAF_NONE for all members: also where the
 * bylaws no longer have circles. */
static uint32_t wider(const sheaf_state *state, uint32_t circle)
{
    const struct sheaf_row_circle *row = sheaf_circle_get(state, circle);
    if (!sheaf_article_on(state, SHEAF_ARTICLE_circles))
        return SHEAF_NONE;
    while (row->parent != SHEAF_NONE) { /* at most eight times */
        row = sheaf_circle_get(state, row->parent);
        if (row->voters >= SHEAF_CIRCLE_VOTERS_MIN)
            return row->id;
    }
    return SHEAF_NONE;
}

sheaf_refusal sheaf_settle_proposal(sheaf_fold *fold, uint32_t of)
{
    uint32_t row = sheaf_proposal_row(fold->state, of);
    const struct sheaf_row_proposal *proposal = sheaf_proposal_at(fold->state, row);
    if (!proposal->objections) {
        if (enough(fold->state, proposal))
            adopt(fold, row);
        else
            end(fold, row, SHEAF_proposal_state_lapsed);
        return SHEAF_ACCEPTED;
    }
    uint32_t circle = wider(fold->state, proposal->circle);
    if (circle == SHEAF_NONE) {
        end(fold, row, SHEAF_proposal_state_wider);
        return SHEAF_ACCEPTED;
    }
    list_remove(fold->state, row);
    sheaf_proposal_edit(fold->state, row)->round++;
    SHEAF_STOP_IF_SPENT(fold);
    bring_before(fold, row, circle);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_proposal_review(sheaf_fold *fold, uint32_t of)
{
    sheaf_proposal_edit(fold->state, sheaf_proposal_row(fold->state, of))->state =
        SHEAF_proposal_state_review;
    return SHEAF_ACCEPTED;
}

/* ---- what others call ---- */

void sheaf_proposals_leave(sheaf_fold *fold, uint32_t circle, uint32_t member)
{
    sheaf_state *state = fold->state;
    uint32_t at = sheaf_circle_get(state, circle)->proposal_first;
    while (at && !state->failed) {
        uint32_t row = at - 1;
        const struct sheaf_row_proposal *proposal = sheaf_proposal_at(state, row);
        at = proposal->open_next;
        if (check_takes_part(state, proposal, member) != SHEAF_ACCEPTED)
            continue;
        take_out(state, row, member);
        look(fold, row);
    }
}

sheaf_refusal sheaf_matter_proposal_open(const sheaf_state *state, uint32_t id,
                                         sheaf_electorate *out)
{
    const struct sheaf_row_proposal *row = sheaf_proposal_find(state, id);
    SHEAF_REFUSE_IF(!row, no_such_matter);
    SHEAF_REFUSE_IF(row->state != SHEAF_proposal_state_open, proposal_over);
    *out = electorate_of(row);
    return SHEAF_ACCEPTED;
}

void sheaf_matter_proposal_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    uint32_t row = sheaf_proposal_row(fold->state, id);
    if (!sheaf_circle_in(fold->state, sheaf_proposal_at(fold->state, row)->circle, member))
        return; /* has left, and is out already */
    take_out(fold->state, row, member);
    look(fold, row);
}

/* ---- acts ---- */

/* Who is taken out has no part in it; without them it takes a circle that can decide. */
static sheaf_refusal check_removal(const sheaf_fold *fold,
                                   const struct sheaf_proposal_open *what)
{
    const sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(what->remove == fold->member || what->has_member
                        || !sheaf_circle_in(state, what->circle, what->remove),
                    remove_outside);
    bool votes = sheaf_member_get(state, what->remove)->votes > 0;
    SHEAF_REFUSE_IF(sheaf_circle_get(state, what->circle)->voters
                        < SHEAF_CIRCLE_VOTERS_MIN + votes,
                    circle_small);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_opening(const sheaf_fold *fold,
                                   const struct sheaf_proposal_open *what)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_circles), circles_off);
    SHEAF_REFUSE_IF(!sheaf_circle_in(state, what->circle, fold->member), not_in_circle);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(sheaf_circle_get(state, what->circle)->voters < SHEAF_CIRCLE_VOTERS_MIN,
                    circle_small);
    SHEAF_REFUSE_IF(what->review_s > bylaws->circle_review_max_s, review_late);
    if (what->has_replaces) {
        const struct sheaf_row_proposal *old = sheaf_proposal_find(state, what->replaces);
        SHEAF_REFUSE_IF(!old || !stands(old) || old->circle != what->circle, no_such_decision);
        /* What all members have decided is theirs until the day that they set themselves. */
        SHEAF_REFUSE_IF(old->motion != SHEAF_NONE && old->state != SHEAF_proposal_state_review,
                        no_such_decision);
    }
    SHEAF_REFUSE_IF(what->has_role && !what->has_member, role_outside);
    SHEAF_REFUSE_IF(what->has_member && !sheaf_circle_in(state, what->circle, what->member),
                    role_outside);
    if (what->has_remove)
        SHEAF_REFUSE_UNLESS(check_removal(fold, what));
    SHEAF_REFUSE_IF(sheaf_pending(state)->proposals >= bylaws->circle_open_max,
                    proposals_open_max);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_proposal_open(sheaf_fold *fold, const struct sheaf_proposal_open *what)
{
    static const sheaf_hash no_reason;
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(check_opening(fold, what));
    SHEAF_REFUSE_UNLESS(sheaf_room_take(fold, SHEAF_room_proposal,
                                        sheaf_pending(state)->proposals,
                                        sheaf_bylaws_now(state)->circle_open_max));
    struct sheaf_row_proposal *proposal = sheaf_proposal_new(state, fold->index);
    proposal->id = fold->index;
    proposal->by = fold->member;
    proposal->from = what->circle;
    proposal->decided = proposal->motion = proposal->replaced = SHEAF_NONE;
    proposal->replaces = what->has_replaces ? what->replaces : SHEAF_NONE;
    proposal->opened = fold->stamp;
    proposal->review_s = (uint32_t)what->review_s;
    proposal->role_member = what->has_member ? what->member : SHEAF_NONE;
    proposal->role = what->role;
    proposal->remove = what->has_remove ? what->remove : SHEAF_NONE;
    proposal->text = what->text;
    proposal->title = what->title;
    SHEAF_STOP_IF_SPENT(fold);
    if (what->has_remove)
        sheaf_conflict_make(fold, fold->index, what->remove, &no_reason);
    SHEAF_STOP_IF_SPENT(fold);
    bring_before(fold, sheaf_proposal_count(state) - 1, what->circle);
    sheaf_pending_change(state)->proposals++;
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_open(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_proposal);
    SHEAF_REFUSE_IF(sheaf_proposal_at(fold->state, row)->state != SHEAF_proposal_state_open,
                    proposal_over);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_answer(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_UNLESS(check_open(fold, row));
    const struct sheaf_row_proposal *proposal = sheaf_proposal_at(fold->state, row);
    SHEAF_REFUSE_UNLESS(check_takes_part(fold->state, proposal, fold->member));
    SHEAF_REFUSE_IF(proposal->by == fold->member, own_proposal);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_proposal_consent(sheaf_fold *fold,
                                          const struct sheaf_proposal_consent *what)
{
    static const sheaf_hash no_reason;
    uint32_t row = sheaf_proposal_row(fold->state, what->proposal);
    uint8_t kind =
        what->has_aside && what->aside ? SHEAF_answer_kind_aside : SHEAF_answer_kind_consent;
    SHEAF_REFUSE_UNLESS(check_answer(fold, row));
    const struct sheaf_row_proposal *proposal = sheaf_proposal_at(fold->state, row);
    const struct sheaf_row_answer *before = answer_of(fold->state, proposal, fold->member);
    SHEAF_REFUSE_IF(counts(proposal, before) && before->kind == kind, answered_already);
    put_answer(fold, row, fold->member, kind, &no_reason);
    SHEAF_STOP_IF_SPENT(fold);
    look(fold, row);
    return SHEAF_ACCEPTED;
}

/* One may object again, with another reason. */
sheaf_refusal sheaf_rule_proposal_object(sheaf_fold *fold,
                                         const struct sheaf_proposal_object *what)
{
    uint32_t row = sheaf_proposal_row(fold->state, what->proposal);
    uint8_t kind = what->class == SHEAF_objection_class_paramount ? SHEAF_answer_kind_paramount
                                                                  : SHEAF_answer_kind_concern;
    SHEAF_REFUSE_UNLESS(check_answer(fold, row));
    put_answer(fold, row, fold->member, kind, &what->reason);
    SHEAF_STOP_IF_SPENT(fold);
    look(fold, row);
    return SHEAF_ACCEPTED;
}

/* Whoever has left the circle no longer steers what it decides. */
static sheaf_refusal check_own(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_UNLESS(check_open(fold, row));
    const struct sheaf_row_proposal *proposal = sheaf_proposal_at(fold->state, row);
    SHEAF_REFUSE_IF(proposal->by != fold->member
                        || !sheaf_circle_in(fold->state, proposal->from, fold->member),
                    not_your_proposal);
    return SHEAF_ACCEPTED;
}

/* Everybody has the whole time again: nobody's objection is undone by a change of the last
 * minute. */
sheaf_refusal sheaf_rule_proposal_amend(sheaf_fold *fold,
                                        const struct sheaf_proposal_amend *what)
{
    static const sheaf_hash no_reason;
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_proposal_row(state, what->proposal);
    SHEAF_REFUSE_UNLESS(check_own(fold, row));
    SHEAF_REFUSE_IF(sheaf_conflicted(state, what->proposal, fold->member), conflicted);
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(state, row);
    SHEAF_REFUSE_IF(proposal->amendments >= SHEAF_PROPOSAL_AMENDMENTS_MAX, amendments_max);
    proposal->amendments++;
    proposal->round++;
    proposal->text = what->text;
    proposal->answers = proposal->objections;
    proposal->closes =
        fold->stamp
        + (int64_t)sheaf_bylaws_get(state, proposal->bylaws)->circle_answer_s * 1000;
    sheaf_deadline_set(state, proposal->id, SHEAF_deadline_kind_proposal, proposal->closes);
    if (check_takes_part(state, proposal, fold->member) == SHEAF_ACCEPTED)
        put_answer(fold, row, fold->member, SHEAF_answer_kind_consent, &no_reason);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_proposal_withdraw(sheaf_fold *fold,
                                           const struct sheaf_proposal_withdraw *what)
{
    uint32_t row = sheaf_proposal_row(fold->state, what->proposal);
    SHEAF_REFUSE_UNLESS(check_own(fold, row));
    end(fold, row, SHEAF_proposal_state_withdrawn);
    return SHEAF_ACCEPTED;
}

/* ---- all members decide ---- */

bool sheaf_proposal_may_put(const sheaf_state *state, const struct sheaf_row_proposal *proposal,
                            uint32_t member)
{
    if (sheaf_circle_get(state, proposal->from)->ended == SHEAF_NONE)
        return sheaf_circle_in(state, proposal->from, member);
    return sheaf_circle_get(state, proposal->circle)->ended != SHEAF_NONE
           || sheaf_circle_in(state, proposal->circle, member);
}

/* What is voted on is the proposal itself, so that nobody votes on one thing and decides
 * another. Who is conflicted on it, or was on a motion on it before, is so here as well. */
sheaf_refusal sheaf_proposal_put(sheaf_fold *fold, uint32_t id, struct sheaf_row_motion *motion)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_proposal_row(state, id);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_proposal);
    const struct sheaf_row_proposal *proposal = sheaf_proposal_at(state, row);
    SHEAF_REFUSE_IF(proposal->state != SHEAF_proposal_state_wider, not_for_all);
    SHEAF_REFUSE_IF(!sheaf_proposal_may_put(state, proposal, fold->member), not_in_circle);
    SHEAF_REFUSE_IF(motion->body == SHEAF_body_organ || motion->assembly != SHEAF_NONE
                        || motion->effect != SHEAF_KIND_none || motion->process != SHEAF_NONE,
                    carries_not);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_conflicts_follow(fold, id, motion->id, &electorate);
    SHEAF_STOP_IF_SPENT(fold);
    if (proposal->motion != SHEAF_NONE) /* one that had no quorum */
        sheaf_conflicts_follow(fold, proposal->motion, motion->id, &electorate);
    SHEAF_STOP_IF_SPENT(fold);
    motion->carries = id;
    struct sheaf_row_proposal *carried = sheaf_proposal_edit(state, row);
    carried->state = SHEAF_proposal_state_carried;
    carried->motion = motion->id;
    return SHEAF_ACCEPTED;
}

/* Where the motion has no quorum another can be opened. It is not withdrawn, nor decided by who
 * comes to an assembly: else whoever opens it would bury the proposal. */
void sheaf_proposal_decided(sheaf_fold *fold, const struct sheaf_row_motion *motion)
{
    if (motion->carries == SHEAF_NONE)
        return;
    uint32_t row = sheaf_proposal_row(fold->state, motion->carries);
    struct sheaf_row_proposal *proposal = sheaf_proposal_edit(fold->state, row);
    proposal->state = motion->state == SHEAF_motion_state_rejected
                          ? SHEAF_proposal_state_rejected
                          : SHEAF_proposal_state_wider;
    if (motion->state == SHEAF_motion_state_adopted)
        take_effect(fold, row);
    else if (motion->state == SHEAF_motion_state_rejected)
        proposal->decided = fold->index;
}
