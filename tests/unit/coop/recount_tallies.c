/* Tallies beside the ballots that they come of. */
#include "recount.h"

#include "coop/electorate.h"
#include "coop/motion.h"

enum { PLACES = 8 * sizeof(sheaf_hash) };

void recount_same(const recount *w, const char *what, uint64_t stands, uint64_t found)
{
    if (stands != found)
        fail_msg("seed %llu, act %d: %s: %llu instead of %llu", (unsigned long long)w->number,
                 w->act, what, (unsigned long long)stands, (unsigned long long)found);
}

static const struct sheaf_row_motion *motion(const recount *w)
{
    return sheaf_motion_get(&w->k.state, w->of[RECOUNT_MOTION]);
}

static const struct sheaf_row_election *election(const recount *w)
{
    return sheaf_election_get(&w->k.state, w->of[RECOUNT_ELECTION]);
}

static const struct sheaf_row_allocation *allocation(const recount *w)
{
    return sheaf_allocation_get(&w->k.state, w->of[RECOUNT_ALLOCATION]);
}

bool recount_open(const recount *w, recount_matter matter)
{
    return matter == RECOUNT_MOTION     ? motion(w)->state == SHEAF_motion_state_open
           : matter == RECOUNT_ELECTION ? election(w)->state == SHEAF_election_state_open
                                        : allocation(w)->state == SHEAF_allocation_state_open;
}

/* Does a ballot of the member count that was cast on the matter? Not where there is a conflict
 * of interest, and of who is on trial it says itself that it does not. */
static bool counted(const recount *w, uint32_t matter, uint32_t member, bool counts)
{
    uint8_t class = sheaf_member_get(&w->k.state, member)->class;
    recount_same(w, "ballots that count of who is on trial",
                 class == RECOUNT_ON_TRIAL && counts, 0);
    return counts && !sheaf_conflicted(&w->k.state, matter, member);
}

static bool limited(const recount *w, uint32_t member)
{
    return sheaf_member_get(&w->k.state, member)->class == RECOUNT_LIMITED;
}

/* ---- the motion ---- */

typedef struct {
    uint32_t yes, no, abstain;
} votes;

static void add_vote(votes *to, uint8_t choice)
{
    to->yes += choice == SHEAF_choice_yes;
    to->no += choice == SHEAF_choice_no;
    to->abstain += choice == SHEAF_choice_abstain;
}

static void same_votes(const recount *w, const char *of, votes stand, votes found)
{
    char what[80];
    snprintf(what, sizeof what, "votes for the motion, %s", of);
    recount_same(w, what, stand.yes, found.yes);
    snprintf(what, sizeof what, "votes against the motion, %s", of);
    recount_same(w, what, stand.no, found.no);
    snprintf(what, sizeof what, "abstentions on the motion, %s", of);
    recount_same(w, what, stand.abstain, found.abstain);
}

static struct sheaf_row_tally tally_of(const recount *w)
{
    const struct sheaf_row_tally *tally =
        sheaf_tally_find(&w->k.state, sheaf_pair(motion(w)->id, RECOUNT_LIMITED));
    return tally ? *tally : (struct sheaf_row_tally){0};
}

static void check_motion(const recount *w)
{
    const sheaf_state *state = &w->k.state;
    const struct sheaf_row_motion *row = motion(w);
    votes all = {0}, settled = {0}, apart = {0}, settled_apart = {0};
    for (uint32_t i = 0; i < sheaf_ballot_count(state); i++) {
        const struct sheaf_row_ballot *ballot = sheaf_ballot_at(state, i);
        if (ballot->motion != row->id || !ballot->cast || ballot->cast < row->since
            || !counted(w, row->id, ballot->member, ballot->counts))
            continue;
        bool is_settled =
            sheaf_member_get(state, ballot->member)->voting_since <= row->settled_from;
        add_vote(&all, ballot->choice);
        if (is_settled)
            add_vote(&settled, ballot->choice);
        if (limited(w, ballot->member))
            add_vote(&apart, ballot->choice);
        if (is_settled && limited(w, ballot->member))
            add_vote(&settled_apart, ballot->choice);
    }
    const struct sheaf_row_tally tally = tally_of(w);
    same_votes(w, "of all", (votes){row->yes, row->no, row->abstain}, all);
    same_votes(w, "of the settled",
               (votes){row->settled_yes, row->settled_no, row->settled_abstain}, settled);
    same_votes(w, "of the class", (votes){tally.yes, tally.no, tally.abstain}, apart);
    same_votes(w, "of the settled of the class",
               (votes){tally.settled_yes, tally.settled_no, tally.settled_abstain},
               settled_apart);
}

/* ---- the election ---- */

static uint32_t ballots_apart(const recount *w)
{
    const struct sheaf_row_election_tally *tally =
        sheaf_election_tally_find(&w->k.state, sheaf_pair(election(w)->id, RECOUNT_LIMITED));
    return tally ? tally->ballots : 0;
}

static uint32_t approvals_apart(const recount *w, uint32_t candidate)
{
    const struct sheaf_row_candidate_tally *tally =
        sheaf_candidate_tally_find(&w->k.state, sheaf_pair(candidate, RECOUNT_LIMITED));
    return tally ? tally->approvals : 0;
}

static void check_election(const recount *w)
{
    const sheaf_state *state = &w->k.state;
    uint32_t id = election(w)->id, ballots = 0, apart = 0;
    uint32_t approvals[PLACES] = {0}, limited_approvals[PLACES] = {0};
    for (uint32_t i = 0; i < sheaf_election_ballot_count(state); i++) {
        const struct sheaf_row_election_ballot *ballot = sheaf_election_ballot_at(state, i);
        if (ballot->election != id || !ballot->cast
            || !counted(w, id, ballot->member, ballot->counts))
            continue;
        bool is_limited = limited(w, ballot->member);
        ballots++;
        apart += is_limited;
        for (size_t place = 0; place < PLACES; place++) {
            bool approved = ballot->approved.bytes[place / 8] >> place % 8 & 1;
            approvals[place] += approved;
            limited_approvals[place] += approved && is_limited;
        }
    }
    recount_same(w, "ballots of the election", election(w)->ballots, ballots);
    recount_same(w, "ballots of the election, of the class", ballots_apart(w), apart);
    for (uint32_t i = 0; i < sheaf_candidate_count(state); i++) {
        const struct sheaf_row_candidate *candidate = sheaf_candidate_at(state, i);
        if (candidate->election != id)
            continue;
        recount_same(w, "approvals", candidate->approvals, approvals[candidate->place]);
        recount_same(w, "approvals by the class", approvals_apart(w, i),
                     limited_approvals[candidate->place]);
    }
}

/* ---- the allocation ---- */

static uint64_t points_apart(const recount *w, uint32_t option)
{
    const struct sheaf_row_option_tally *tally =
        sheaf_option_tally_find(&w->k.state, sheaf_pair(option, RECOUNT_LIMITED));
    return tally ? tally->points : 0;
}

static void check_allocation(const recount *w)
{
    const sheaf_state *state = &w->k.state;
    const struct sheaf_row_allocation *row = allocation(w);
    uint64_t points[RECOUNT_OPTIONS] = {0}, apart[RECOUNT_OPTIONS] = {0};
    uint32_t ballots = 0;
    assert_int_equal(row->options, RECOUNT_OPTIONS);
    for (uint32_t i = 0; i < sheaf_allocation_ballot_count(state); i++) {
        const struct sheaf_row_allocation_ballot *ballot = sheaf_allocation_ballot_at(state, i);
        if (ballot->allocation != row->id || !ballot->cast
            || !counted(w, row->id, ballot->member, ballot->counts))
            continue;
        ballots++;
        for (uint32_t option = 0; option < RECOUNT_OPTIONS; option++) {
            const struct sheaf_row_given *given =
                sheaf_given_find(state, sheaf_pair(i, option));
            points[option] += given ? given->points : 0;
            apart[option] += given && limited(w, ballot->member) ? given->points : 0;
        }
    }
    recount_same(w, "ballots of the allocation", row->ballots, ballots);
    for (uint32_t i = 0; i < RECOUNT_OPTIONS; i++) {
        uint32_t option = row->option_first + i;
        recount_same(w, "points", sheaf_allocation_option_at(state, option)->points, points[i]);
        recount_same(w, "points of the class", points_apart(w, option), apart[i]);
    }
}

void recount_check(const recount *w)
{
    recount_check_owns(w);
    if (recount_open(w, RECOUNT_MOTION))
        check_motion(w);
    if (recount_open(w, RECOUNT_ELECTION))
        check_election(w);
    if (recount_open(w, RECOUNT_ALLOCATION))
        check_allocation(w);
}

/* ---- figures ---- */

static void put(recount_figures *out, const char *name, uint64_t value)
{
    assert_true(out->count < RECOUNT_FIGURES);
    out->at[out->count].name = name;
    out->at[out->count++].value = value;
}

static void take_motion(const recount *w, recount_figures *out)
{
    const struct sheaf_row_motion *row = motion(w);
    const struct sheaf_row_tally tally = tally_of(w);
    const sheaf_standing standing =
        sheaf_motion_standing(&w->k.state, row, sheaf_motion_rule(&w->k.state, row));
    put(out, "votes by proxy", row->by_proxy);
    put(out, "votes for", row->yes);
    put(out, "votes against", row->no);
    put(out, "abstentions", row->abstain);
    put(out, "settled votes for", row->settled_yes);
    put(out, "settled votes against", row->settled_no);
    put(out, "settled abstentions", row->settled_abstain);
    put(out, "votes for of the class", tally.yes);
    put(out, "votes against of the class", tally.no);
    put(out, "settled votes for of the class", tally.settled_yes);
    put(out, "settled votes against of the class", tally.settled_no);
    put(out, "what the votes for count", standing.yes);
    put(out, "what the majority is a share of", standing.base);
    put(out, "the turnout", standing.turnout);
    put(out, "a majority", standing.carried);
    put(out, "what the settled votes for count", standing.settled.yes);
    put(out, "what the settled votes against count", standing.settled.no);
    put(out, "settled votes removed", standing.settled.removed);
    put(out, "a majority of the settled", standing.settled.carried);
}

static void take_election(const recount *w, recount_figures *out)
{
    const sheaf_state *state = &w->k.state;
    put(out, "votes by proxy", election(w)->by_proxy);
    put(out, "ballots", election(w)->ballots);
    put(out, "ballots of the class", ballots_apart(w));
    for (uint32_t i = 0; i < sheaf_candidate_count(state); i++) {
        if (sheaf_candidate_at(state, i)->election != election(w)->id)
            continue;
        put(out, "approvals", sheaf_candidate_at(state, i)->approvals);
        put(out, "approvals by the class", approvals_apart(w, i));
    }
}

static void take_allocation(const recount *w, recount_figures *out)
{
    const struct sheaf_row_allocation *row = allocation(w);
    put(out, "ballots", row->ballots);
    for (uint32_t i = row->option_first; i < row->option_first + RECOUNT_OPTIONS; i++) {
        put(out, "points", sheaf_allocation_option_at(&w->k.state, i)->points);
        put(out, "points of the class", points_apart(w, i));
    }
}

bool recount_settled_differ(const recount *w)
{
    const struct sheaf_row_motion *row = motion(w);
    uint32_t settled = row->settled_yes + row->settled_no + row->settled_abstain;
    return settled && settled < row->yes + row->no + row->abstain;
}

recount_figures recount_take(const recount *w, recount_matter matter)
{
    recount_figures out = {.count = 0};
    void (*const take[])(const recount *, recount_figures *) = {take_motion, take_election,
                                                                take_allocation};
    take[matter](w, &out);
    return out;
}

bool recount_equal(const recount_figures *a, const recount_figures *b)
{
    bool equal = a->count == b->count;
    for (size_t i = 0; equal && i < a->count; i++)
        equal = a->at[i].value == b->at[i].value;
    return equal;
}

void recount_same_figures(const recount *w, const recount_figures *shown,
                          const recount_figures *closed)
{
    for (size_t i = 0; i < shown->count && i < closed->count; i++)
        if (shown->at[i].value != closed->at[i].value)
            fail_msg("seed %llu, act %d: %s: %llu before the closing, and %llu after it",
                     (unsigned long long)w->number, w->act, shown->at[i].name,
                     (unsigned long long)shown->at[i].value,
                     (unsigned long long)closed->at[i].value);
    assert_int_equal(shown->count, closed->count);
}
