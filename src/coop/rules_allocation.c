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
                                  const struct sheaf_allocation_give *what)
{
    const struct sheaf_option_points *given = what->points.at;
    int64_t sum = 0;
    for (uint32_t i = 0; i < what->points.count; i++) {
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

/* The member's, which it has none of yet, with no points on it: its row. */
static uint32_t ballot_add(sheaf_state *state, uint32_t at, uint32_t member, bool counts)
{
    uint32_t allocation = sheaf_allocation_at(state, at)->id;
    uint32_t ballot = sheaf_allocation_ballot_count(state);
    struct sheaf_row_allocation_ballot *fresh =
        sheaf_allocation_ballot_new(state, sheaf_pair(allocation, member));
    fresh->allocation = allocation;
    fresh->member = member;
    fresh->counts = counts;
    if (counts)
        sheaf_allocation_edit(state, at)->ballots++;
    return ballot;
}

sheaf_refusal sheaf_rule_allocation_give(sheaf_fold *fold,
                                         const struct sheaf_allocation_give *what)
{
    sheaf_state *state = fold->state;
    uint32_t at = sheaf_allocation_row(state, what->allocation);
    SHEAF_REFUSE_IF(at == SHEAF_NONE, no_such_allocation);
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    SHEAF_REFUSE_IF(row->state != SHEAF_allocation_state_open, allocation_closed);
    const sheaf_electorate electorate = electorate_of(row);
    sheaf_refusal may = sheaf_may_vote(state, &electorate, row->id, fold->member);
    bool counts = may == SHEAF_ACCEPTED;
    if (may != SHEAF_REFUSED_on_trial) /* such points are recorded */
        SHEAF_REFUSE_UNLESS(may);
    SHEAF_REFUSE_IF(fold->stamp
                        < row->opened + (int64_t)rule_of(state, row->bylaws)->notice_s * 1000,
                    voting_not_begun);
    SHEAF_REFUSE_UNLESS(check_points(row, what));
    uint64_t pair = sheaf_pair(row->id, fold->member);
    uint32_t ballot = sheaf_allocation_ballot_row(state, pair);
    SHEAF_REFUSE_IF(ballot != SHEAF_NONE
                        && !sheaf_bylaws_get(state, row->bylaws)->ballots_changeable,
                    voted_already);
    if (ballot == SHEAF_NONE)
        ballot = ballot_add(state, at, fold->member, counts);
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_allocation_ballot_edit(state, ballot)->cast = fold->index;
    const struct sheaf_option_points *given = what->points.at;
    for (uint8_t option = 0, i = 0; option < row->options; option++) {
        bool named = i < what->points.count && given[i].option == option;
        give(state, row, ballot, option, named ? (uint16_t)given[i].points : 0);
        i += named;
    }
    return SHEAF_ACCEPTED;
}

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
    uint32_t at = sheaf_allocation_row(state, id);
    uint32_t ballot = sheaf_allocation_ballot_row(state, sheaf_pair(id, member));
    if (ballot == SHEAF_NONE || !sheaf_allocation_ballot_at(state, ballot)->counts)
        return;
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    for (uint8_t option = 0; option < row->options; option++)
        give(state, row, ballot, option, 0);
    sheaf_allocation_edit(state, at)->ballots--;
}

/* ---- closing ---- */

/* A ballot like the holder's, for the giver, by the entry that closes the vote. */
static void count_proxy(sheaf_fold *fold, uint32_t id, uint32_t giver, uint32_t holder)
{
    sheaf_state *state = fold->state;
    uint32_t at = sheaf_allocation_row(state, id);
    uint32_t from = sheaf_allocation_ballot_row(state, sheaf_pair(id, holder));
    if (from == SHEAF_NONE || sheaf_allocation_ballot_find(state, sheaf_pair(id, giver)))
        return;
    uint32_t ballot = ballot_add(state, at, giver, true);
    if (state->failed)
        return;
    sheaf_allocation_ballot_edit(state, ballot)->cast = fold->index;
    const struct sheaf_row_allocation *row = sheaf_allocation_at(state, at);
    for (uint8_t option = 0; option < row->options && !state->failed; option++) {
        const struct sheaf_row_given *given = sheaf_given_find(state, sheaf_pair(from, option));
        give(state, row, ballot, option, given ? given->points : 0);
    }
}

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
    const sheaf_electorate electorate = electorate_of(row);
    sheaf_proxies_resolve(fold, &electorate, of, row->closes, count_proxy);
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
