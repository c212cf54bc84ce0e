/* Allocation votes: an amount is divided among options by the points that members give them.
 *
 * Everybody has the same number of points and may leave some unspent. They are decided like
 * ordinary motions, as to who may vote, notice, days, quorum and changing one's vote; turnout
 * is counted in heads. A proxy gives what its holder gave once more, as the giver's. The amount
 * is then shared by points with the largest remainder (coop/apportion.h), equal remainders in
 * the order of the options. Points of a class with a ceiling of votes count for what
 * coop/ceilings.h says, of all points that were given. */
#include "coop/allocation.h"
#include "coop/apportion.h"
#include "coop/poll.h"
#include "coop/proxies.h"
#include "coop/room.h"

#include "bylaws/bylaws.h"

static sheaf_electorate electorate_of(const struct sheaf_row_allocation *row)
{
    return (sheaf_electorate){
        .body = SHEAF_body_assembly, .opened = row->id, .bylaws = row->bylaws};
}

static const struct sheaf_row_decision *rule_of(const sheaf_state *state, uint32_t bylaws)
{
    return sheaf_decision_by(state, sheaf_bylaws_get(state, bylaws),
                             SHEAF_decision_sort_ordinary);
}

sheaf_refusal sheaf_rule_allocation_open(sheaf_fold *fold,
                                         const struct sheaf_allocation_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(sheaf_coop(state)->allocations_open >= bylaws->open_max,
                    allocations_open_max);
    SHEAF_REFUSE_UNLESS(sheaf_room_take(fold, SHEAF_room_allocation,
                                        sheaf_coop(state)->allocations_open, bylaws->open_max));
    const struct sheaf_row_decision *rule = rule_of(state, bylaws->id);
    struct sheaf_row_allocation *row = sheaf_allocation_new(state, fold->index);
    row->id = fold->index;
    row->budget = SHEAF_NONE;
    row->by = fold->member;
    row->bylaws = bylaws->id;
    row->title = what->title;
    row->reason = what->reason;
    row->amount = what->amount;
    row->points = (uint16_t)what->points;
    row->options = (uint8_t)what->options.count;
    row->option_first = sheaf_allocation_option_count(state);
    const struct sheaf_allocation_option *options = what->options.at;
    for (uint8_t i = 0; i < row->options; i++) {
        struct sheaf_row_allocation_option *option = sheaf_allocation_option_new(state, 0);
        option->allocation = fold->index;
        option->name = options[i].name;
    }
    row->decided = SHEAF_NONE;
    row->opened = fold->stamp;
    row->closes = fold->stamp + ((int64_t)rule->notice_s + rule->open_s) * 1000;
    const sheaf_electorate electorate = electorate_of(row);
    row->electorate = sheaf_electorate_count(state, &electorate);
    sheaf_deadline_set(state, row->id, SHEAF_deadline_kind_allocation, row->closes);
    sheaf_coop_edit(state, 0)->allocations_open++;
    return SHEAF_ACCEPTED;
}

/* ---- points ---- */

static sheaf_refusal check_points(const struct sheaf_row_allocation *row,
                                  const sheaf_list *points)
{
    const struct sheaf_option_points *given = points->at;
    int64_t sum = 0;
    for (uint32_t i = 0; i < points->count; i++) {
        SHEAF_REFUSE_IF(given[i].option >= row->options
                            || (i > 0 && given[i].option <= given[i - 1].option),
                        option_order);
        sum += given[i].points;
    }
    SHEAF_REFUSE_IF(sum > row->points, points_over);
    return SHEAF_ACCEPTED;
}

/* The class of the member gives `points` to the option in the place of `was`. */
static void give_apart(sheaf_state *state, uint32_t option, uint8_t class, uint16_t was,
                       uint16_t points)
{
    struct sheaf_row_option_tally *tally =
        sheaf_option_tally_have(state, sheaf_pair(option, class));
    tally->option = option;
    tally->class = class;
    tally->points -= was;
    tally->points += points;
}

/* The points that the ballot gives to the option from now on. */
static void give(sheaf_state *state, const struct sheaf_row_allocation *row, uint32_t ballot,
                 uint8_t option, uint16_t points)
{
    uint32_t member = sheaf_allocation_ballot_at(state, ballot)->member;
    uint8_t class = sheaf_member_get(state, member)->class;
    bool counts = sheaf_allocation_ballot_at(state, ballot)->counts;
    uint64_t pair = sheaf_pair(ballot, option);
    if (!points && !sheaf_given_find(state, pair))
        return;
    struct sheaf_row_given *given = sheaf_given_have(state, pair);
    given->ballot = ballot;
    given->option = option;
    if (counts) {
        struct sheaf_row_allocation_option *total =
            sheaf_allocation_option_edit(state, row->option_first + option);
        total->points -= given->points;
        total->points += points;
        if (sheaf_class_limited(state, sheaf_bylaws_get(state, row->bylaws), class))
            give_apart(state, row->option_first + option, class, given->points, points);
    }
    given->points = points;
}

const struct sheaf_row_allocation_ballot *
sheaf_allocation_ballot_of(const sheaf_state *state, uint32_t allocation, uint32_t member)
{
    const struct sheaf_row_allocation_ballot *ballot =
        sheaf_allocation_ballot_find(state, sheaf_pair(allocation, member));
    return ballot && ballot->cast ? ballot : NULL;
}

/* The row of the member's ballot, cast by this entry; where it had none, one without points. */
static uint32_t ballot_have(sheaf_fold *fold, uint32_t at, uint32_t member, bool counts)
{
    sheaf_state *state = fold->state;
    uint32_t allocation = sheaf_allocation_at(state, at)->id;
    uint64_t pair = sheaf_pair(allocation, member);
    uint32_t row = sheaf_allocation_ballot_row(state, pair);
    if (counts && !sheaf_allocation_ballot_of(state, allocation, member))
        sheaf_allocation_edit(state, at)->ballots++;
    struct sheaf_row_allocation_ballot *ballot = row == SHEAF_NONE
                                                     ? sheaf_allocation_ballot_new(state, pair)
                                                     : sheaf_allocation_ballot_edit(state, row);
    ballot->allocation = allocation;
    ballot->member = member;
    ballot->counts = counts;
    ballot->cast = fold->index;
    return row == SHEAF_NONE ? sheaf_allocation_ballot_count(state) - 1 : row;
}

static int64_t begins(const sheaf_state *state, const struct sheaf_row_allocation *row)
{
    return row->opened + (int64_t)rule_of(state, row->bylaws)->notice_s * 1000;
}

/* *counts: and not on trial, when points are recorded alone. */
static sheaf_refusal check_voter(const sheaf_fold *fold, const struct sheaf_row_allocation *row,
                                 uint32_t member, bool *counts)
{
    const sheaf_electorate electorate = electorate_of(row);
    sheaf_refusal may = sheaf_may_vote(fold->state, &electorate, row->id, member);
    *counts = may == SHEAF_ACCEPTED;
    if (may != SHEAF_REFUSED_on_trial)
        SHEAF_REFUSE_UNLESS(may);
    SHEAF_REFUSE_IF(fold->stamp < begins(fold->state, row), voting_not_begun);
    return sheaf_counted_check(fold->state, row->id, member);
}

sheaf_refusal sheaf_rule_allocation_give(sheaf_fold *fold,
                                         const struct sheaf_allocation_give *what)
{
    sheaf_state *state = fold->state;
    bool counts;
    uint32_t at = sheaf_allocation_row(state, what->allocation);
    SHEAF_REFUSE_IF(at == SHEAF_NONE, no_such_allocation);
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    SHEAF_REFUSE_IF(row->state != SHEAF_allocation_state_open, allocation_closed);
    SHEAF_REFUSE_UNLESS(check_voter(fold, row, fold->member, &counts));
    SHEAF_REFUSE_UNLESS(check_points(row, &what->points));
    SHEAF_REFUSE_IF(sheaf_allocation_ballot_of(state, row->id, fold->member)
                        && !sheaf_bylaws_get(state, row->bylaws)->ballots_changeable,
                    voted_already);
    uint32_t ballot = ballot_have(fold, at, fold->member, counts);
    SHEAF_STOP_IF_SPENT(fold);
    const struct sheaf_option_points *given = what->points.at;
    for (uint8_t option = 0, i = 0; option < row->options; option++) {
        bool named = i < what->points.count && given[i].option == option;
        give(state, row, ballot, option, named ? (uint16_t)given[i].points : 0);
        i += named;
    }
    return SHEAF_ACCEPTED;
}

/* ---- as tellers count ballots ---- */

static sheaf_refusal poll_find(const sheaf_state *state, uint32_t id, sheaf_poll *out)
{
    const struct sheaf_row_allocation *row = sheaf_allocation_find(state, id);
    SHEAF_REFUSE_IF(!row, no_such_matter);
    SHEAF_REFUSE_IF(row->state != SHEAF_allocation_state_open, allocation_closed);
    *out = (sheaf_poll){.closes = row->closes, .open_s = rule_of(state, row->bylaws)->open_s};
    return SHEAF_ACCEPTED;
}

static sheaf_refusal poll_check(const sheaf_fold *fold, uint32_t id, uint32_t member)
{
    bool counts;
    return check_voter(fold, sheaf_allocation_get(fold->state, id), member, &counts);
}

static sheaf_refusal poll_read(const sheaf_state *state, uint32_t id,
                               const struct sheaf_counted_ballot *ballot)
{
    SHEAF_REFUSE_IF(!ballot->has_points || ballot->has_approve || ballot->has_choice,
                    ballot_form);
    return check_points(sheaf_allocation_get(state, id), &ballot->points);
}

static uint32_t poll_own(sheaf_state *state, uint32_t id, uint32_t member, sheaf_vote *out)
{
    const struct sheaf_row_allocation_ballot *ballot =
        sheaf_allocation_ballot_of(state, id, member);
    if (!ballot)
        return SHEAF_NONE;
    uint32_t row = sheaf_allocation_ballot_row(state, sheaf_pair(id, member));
    uint8_t options = sheaf_allocation_get(state, id)->options;
    for (uint8_t option = 0; option < options && !state->failed; option++) {
        const struct sheaf_row_given *given = sheaf_given_find(state, sheaf_pair(row, option));
        if (given && given->points)
            sheaf_vote_mark(state, out, option, given->points);
    }
    return ballot->cast;
}

static void poll_put(sheaf_fold *fold, uint32_t id, uint32_t member, const sheaf_vote *vote)
{
    sheaf_state *state = fold->state;
    uint32_t at = sheaf_allocation_row(state, id);
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    const sheaf_electorate electorate = electorate_of(row);
    uint32_t ballot = ballot_have(fold, at, member,
                                  sheaf_entitled(state, &electorate, member) == SHEAF_ACCEPTED);
    for (uint8_t option = 0, i = 0; option < row->options && !state->failed; option++) {
        const struct sheaf_row_mark *mark =
            i < vote->count ? sheaf_mark_at(state, vote->first + i) : NULL;
        bool named = mark && mark->of == option;
        give(state, row, ballot, option, named ? mark->points : 0);
        i += named;
    }
}

/* Without points, and no longer counted. */
static void empty(sheaf_state *state, uint32_t at, uint32_t ballot)
{
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    for (uint8_t option = 0; option < row->options && !state->failed; option++)
        give(state, row, ballot, option, 0);
    if (sheaf_allocation_ballot_at(state, ballot)->counts)
        sheaf_allocation_edit(state, at)->ballots--;
}

static void poll_take_back(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    uint32_t ballot = sheaf_allocation_ballot_row(state, sheaf_pair(id, member));
    if (!sheaf_allocation_ballot_of(state, id, member))
        return;
    empty(state, sheaf_allocation_row(state, id), ballot);
    sheaf_allocation_ballot_edit(state, ballot)->cast = 0;
}

static void poll_put_off(sheaf_state *state, uint32_t id, int64_t closes)
{
    sheaf_allocation_edit(state, sheaf_allocation_row(state, id))->closes = closes;
    sheaf_deadline_set(state, id, SHEAF_deadline_kind_allocation, closes);
}

/* A ballot like the holder's, for the giver, by the entry that closes the vote. */
static void count_proxy(void *to, uint32_t id, uint32_t giver, uint32_t holder)
{
    sheaf_fold *fold = to;
    sheaf_state *state = fold->state;
    uint32_t at = sheaf_allocation_row(state, id);
    uint32_t from = sheaf_allocation_ballot_row(state, sheaf_pair(id, holder));
    if (!sheaf_allocation_ballot_of(state, id, holder)
        || sheaf_allocation_ballot_of(state, id, giver))
        return;
    uint32_t ballot = ballot_have(fold, at, giver, true);
    if (state->failed)
        return;
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    for (uint8_t option = 0; option < row->options && !state->failed; option++) {
        const struct sheaf_row_given *given = sheaf_given_find(state, sheaf_pair(from, option));
        give(state, row, ballot, option, given ? given->points : 0);
    }
}

static void poll_count_proxies(sheaf_fold *fold, uint32_t id)
{
    const struct sheaf_row_allocation *row = sheaf_allocation_get(fold->state, id);
    const sheaf_electorate electorate = electorate_of(row);
    sheaf_proxies_each(fold->state, &electorate, id, row->closes, count_proxy, fold);
}

const sheaf_poll_kind sheaf_poll_allocation = {
    poll_find, poll_check,     poll_read,    poll_own,
    poll_put,  poll_take_back, poll_put_off, poll_count_proxies,
};

/* ---- conflicts of interest ---- */

sheaf_refusal sheaf_matter_allocation_open(const sheaf_state *state, uint32_t id,
                                           sheaf_electorate *out)
{
    const struct sheaf_row_allocation *row = sheaf_allocation_find(state, id);
    SHEAF_REFUSE_IF(!row, no_such_matter);
    SHEAF_REFUSE_IF(row->state != SHEAF_allocation_state_open, allocation_closed);
    *out = electorate_of(row);
    return SHEAF_ACCEPTED;
}

void sheaf_matter_allocation_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_allocation_ballot *ballot =
        sheaf_allocation_ballot_of(state, id, member);
    if (ballot && ballot->counts)
        empty(state, sheaf_allocation_row(state, id),
              sheaf_allocation_ballot_row(state, sheaf_pair(id, member)));
}

/* ---- closing ---- */

sheaf_votes sheaf_option_votes(const sheaf_state *state, uint32_t option)
{
    sheaf_votes out = {.all = sheaf_allocation_option_at(state, option)->points};
    SHEAF_VOTES_APART(state, &out, option_tally, option, points);
    return out;
}

static sheaf_votes points_given(const sheaf_state *state,
                                const struct sheaf_row_allocation *row)
{
    sheaf_votes out = {0};
    for (uint8_t option = 0; option < row->options; option++) {
        const sheaf_votes votes = sheaf_option_votes(state, row->option_first + option);
        out.all += votes.all;
        for (uint32_t i = 0; i < SHEAF_CLASSES_MAX; i++)
            out.of[i] += votes.of[i];
    }
    return out;
}

sheaf_ceilings sheaf_allocation_ceilings(const sheaf_state *state,
                                         const struct sheaf_row_allocation *allocation)
{
    const sheaf_votes given = points_given(state, allocation);
    return sheaf_ceilings_of(state, sheaf_bylaws_get(state, allocation->bylaws), &given);
}

/* Of a point, as small as 63 bits hold all of them in; where every point is whole that rounds
 * nothing. */
static uint64_t unit_of(uint64_t points)
{
    unsigned bits = 62;
    while (points >> (63 - bits))
        bits--;
    return (uint64_t)1 << bits;
}

/* False where no point counts, or memory is spent. */
static bool divide(sheaf_fold *fold, const struct sheaf_row_allocation *row)
{
    uint64_t weights[SHEAF_ALLOCATION_OPTIONS_MAX];
    int64_t shares[SHEAF_ALLOCATION_OPTIONS_MAX];
    uint64_t total = 0, unit = unit_of(points_given(fold->state, row).all);
    const sheaf_ceilings ceilings = sheaf_allocation_ceilings(fold->state, row);
    for (uint8_t i = 0; i < row->options; i++) {
        const sheaf_votes votes = sheaf_option_votes(fold->state, row->option_first + i);
        weights[i] = sheaf_votes_units(&ceilings, &votes, unit);
        total += weights[i];
    }
    if (!total)
        return false;
    if (!sheaf_apportion(row->amount, weights, row->options, shares, fold->arena)) {
        fold->state->failed = true; /* the arena is spent */
        return false;
    }
    for (uint8_t i = 0; i < row->options; i++)
        sheaf_allocation_option_edit(fold->state, row->option_first + i)->share = shares[i];
    return true;
}

sheaf_refusal sheaf_settle_allocation(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_allocation *row =
        sheaf_allocation_edit(state, sheaf_allocation_row(state, of));
    poll_count_proxies(fold, of);
    sheaf_proxies_end(state, of, row->closes);
    if (!sheaf_quorum_reached(rule_of(state, row->bylaws)->quorum_bp, row->electorate,
                              row->ballots))
        row->state = SHEAF_allocation_state_no_quorum;
    else
        row->state = divide(fold, row) ? SHEAF_allocation_state_divided
                                       : SHEAF_allocation_state_no_points;
    row->decided = fold->index;
    sheaf_coop_edit(state, 0)->allocations_open--;
    sheaf_room_free(fold, SHEAF_room_allocation, row->by);
    return SHEAF_ACCEPTED;
}
