/* Elections: calling, standing, voting, counting. Ballots approve as many candidates as there
 * are seats; who has most approvals is elected, and of two with as many who stood earlier. The
 * ballots of a class with a ceiling of votes count for what coop/ceilings.h says, by the bylaws
 * of the call; where the class elects its own officers they are whole. A seat that falls vacant
 * is filled from the same count. */
#include "coop/organs_internal.h"

#include "bylaws/bylaws.h"
#include "coop/pending.h"
#include "coop/poll.h"
#include "coop/proxies.h"

enum { CANDIDATES_MAX = SHEAF_FIXED_candidates };
_Static_assert(CANDIDATES_MAX == 8 * sizeof(sheaf_hash), "a ballot has a bit for each");

/* ---- calling ---- */

/* Seats that nobody holds whose term goes on after that moment. */
static uint32_t seats_free(const sheaf_state *state, const struct sheaf_row_organ *organ,
                           uint8_t place, int64_t at)
{
    uint32_t held = 0;
    const struct sheaf_row_post *post;
    for (uint8_t i = 0; (post = sheaf_post_find(state, sheaf_pair(place, i))) != NULL; i++)
        if (post->office) {
            uint32_t term = sheaf_office_at(state, post->office - 1)->term;
            held += sheaf_term_get(state, term)->ends > at;
        }
    return held < organ->seats ? organ->seats - held : 0;
}

static sheaf_electorate electorate_of(const sheaf_state *state,
                                      const struct sheaf_row_election *election)
{
    const struct sheaf_row_organ *organ =
        sheaf_organ_of(state, election->bylaws, election->organ);
    return (sheaf_electorate){.body = SHEAF_body_assembly,
                              .of = organ->electorate,
                              .opened = election->id,
                              .bylaws = election->bylaws};
}

sheaf_refusal sheaf_election_open(sheaf_fold *fold, int64_t place, int64_t ends)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_organ *organ = sheaf_organ_now(state, place);
    SHEAF_REFUSE_IF(!organ, no_such_organ);
    struct sheaf_row_chamber *chamber = sheaf_chamber_of(state, (uint8_t)place);
    SHEAF_REFUSE_IF(chamber->election != SHEAF_NONE, election_under_way);
    int64_t opens = fold->stamp + (int64_t)organ->nominate_s * 1000;
    int64_t closes = opens + (int64_t)organ->open_s * 1000;
    uint32_t seats = seats_free(state, organ, (uint8_t)place, closes);
    SHEAF_REFUSE_IF(!seats, no_vacancy);
    struct sheaf_row_election *election = sheaf_election_new(state, fold->index);
    election->id = fold->index;
    election->by = fold->member;
    election->bylaws = sheaf_coop(state)->bylaws;
    election->organ = (uint8_t)place;
    election->seats = (uint8_t)seats;
    election->opens = opens;
    election->closes = closes;
    election->ends = ends;
    election->decided = SHEAF_NONE;
    const sheaf_electorate electorate = electorate_of(state, election);
    election->electorate = sheaf_electorate_count(state, &electorate);
    chamber->election = fold->index;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_deadline_set(state, fold->index, SHEAF_deadline_kind_election, closes);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_election_call(sheaf_fold *fold, const struct sheaf_election_call *what)
{
    const sheaf_state *state = fold->state;
    bool officer = sheaf_office_now(state, fold->member, (uint8_t)what->organ)
                   || sheaf_power_held(state, fold->member, SHEAF_POWER_call_elections);
    bool nobody = !sheaf_officers(state, (uint8_t)what->organ)
                  && !sheaf_power_officers(state, SHEAF_POWER_call_elections, SHEAF_NONE);
    SHEAF_REFUSE_IF(!sheaf_organ_now(state, what->organ), no_such_organ);
    SHEAF_REFUSE_IF(!officer && !nobody, not_an_officer);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    return sheaf_election_open(fold, what->organ, 0);
}

sheaf_refusal sheaf_rule_election_hold(sheaf_fold *fold, const struct sheaf_election_hold *what)
{
    return sheaf_election_open(fold, what->organ, 0);
}

/* ---- standing ---- */

static sheaf_refusal find_open(const sheaf_state *state, uint32_t id, uint32_t *row)
{
    *row = sheaf_election_row(state, id);
    SHEAF_REFUSE_IF(*row == SHEAF_NONE, no_such_election);
    SHEAF_REFUSE_IF(sheaf_election_at(state, *row)->state != SHEAF_election_state_open,
                    election_closed);
    return SHEAF_ACCEPTED;
}

/* Without a time for standing, candidates stand while ballots are taken. */
static bool standing_over(const sheaf_state *state, const struct sheaf_row_election *election,
                          int64_t stamp)
{
    return stamp >= election->opens
           && sheaf_organ_of(state, election->bylaws, election->organ)->nominate_s;
}

sheaf_refusal sheaf_candidate_fit(const sheaf_state *state,
                                  const struct sheaf_row_election *election, uint32_t member)
{
    const struct sheaf_row_organ *organ =
        sheaf_organ_of(state, election->bylaws, election->organ);
    const struct sheaf_row_office *office = sheaf_office_now(state, member, election->organ);
    SHEAF_REFUSE_IF(office && sheaf_term_get(state, office->term)->ends > election->closes,
                    in_office);
    return sheaf_eligible(state, organ, member, election->organ, election->closes);
}

sheaf_refusal sheaf_rule_candidate_stand(sheaf_fold *fold,
                                         const struct sheaf_candidate_stand *what)
{
    sheaf_state *state = fold->state;
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_open(state, what->election, &row));
    SHEAF_REFUSE_IF(standing_over(state, sheaf_election_at(state, row), fold->stamp),
                    standing_over);
    uint64_t pair = sheaf_pair(what->election, fold->member);
    SHEAF_REFUSE_IF(sheaf_candidate_find(state, pair), stands_already);
    SHEAF_REFUSE_UNLESS(
        sheaf_candidate_fit(state, sheaf_election_at(state, row), fold->member));
    struct sheaf_row_election *election = sheaf_election_edit(state, row);
    SHEAF_REFUSE_IF(election->candidates >= CANDIDATES_MAX, candidates_max);
    struct sheaf_row_candidate *candidate = sheaf_candidate_new(state, pair);
    candidate->election = what->election;
    candidate->member = fold->member;
    candidate->place = (uint8_t)election->candidates++;
    candidate->before = election->candidate_last;
    candidate->stood = fold->index;
    candidate->elected = candidate->withdrawn = SHEAF_NONE;
    election->candidate_last = sheaf_candidate_count(state);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_candidate_withdraw(sheaf_fold *fold,
                                            const struct sheaf_candidate_withdraw *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_election_find(state, what->election), no_such_election);
    uint32_t row = sheaf_candidate_row(state, sheaf_pair(what->election, fold->member));
    SHEAF_REFUSE_IF(row == SHEAF_NONE || sheaf_candidate_at(state, row)->withdrawn != SHEAF_NONE
                        || sheaf_candidate_at(state, row)->elected != SHEAF_NONE,
                    not_a_candidate);
    sheaf_candidate_edit(state, row)->withdrawn = fold->index;
    return SHEAF_ACCEPTED;
}

/* ---- voting ---- */

static bool approves(const sheaf_hash *ballot, uint8_t place)
{
    return ballot->bytes[place / 8] >> place % 8 & 1;
}

/* Are the ballots of that class counted apart as well? */
static bool counted_apart(const sheaf_state *state, const struct sheaf_row_election *election,
                          uint8_t class)
{
    return !sheaf_organ_of(state, election->bylaws, election->organ)->electorate
           && sheaf_class_limited(state, sheaf_bylaws_get(state, election->bylaws), class);
}

static void count_approval(sheaf_state *state, uint32_t candidate, uint8_t class, bool now)
{
    struct sheaf_row_candidate_tally *tally =
        sheaf_candidate_tally_have(state, sheaf_pair(candidate, class));
    tally->candidate = candidate;
    tally->class = class;
    tally->approvals += now ? 1u : -1u;
}

static void count_cast(sheaf_state *state, uint32_t election, uint8_t class, bool now)
{
    struct sheaf_row_election_tally *tally =
        sheaf_election_tally_have(state, sheaf_pair(election, class));
    tally->election = election;
    tally->class = class;
    tally->ballots += now ? 1u : -1u;
}

/* The member's ballot `is` in the place of `was`; NULL where there is none. */
static void count_ballot(sheaf_state *state, uint32_t row, uint32_t member,
                         const sheaf_hash *was, const sheaf_hash *is)
{
    static const sheaf_hash blank;
    struct sheaf_row_election *election = sheaf_election_edit(state, row);
    uint8_t class = sheaf_member_get(state, member)->class;
    bool apart = counted_apart(state, election, class);
    if (!was != !is) {
        election->ballots += is ? 1u : -1u;
        if (apart)
            count_cast(state, election->id, class, is != NULL);
    }
    was = was ? was : &blank;
    is = is ? is : &blank;
    for (uint32_t row_1 = election->candidate_last; row_1 && !state->failed;) {
        const struct sheaf_row_candidate *candidate = sheaf_candidate_at(state, row_1 - 1);
        bool before = approves(was, candidate->place), now = approves(is, candidate->place);
        if (before != now) {
            sheaf_candidate_edit(state, row_1 - 1)->approvals += now ? 1u : -1u;
            if (apart)
                count_approval(state, row_1 - 1, class, now);
        }
        row_1 = candidate->before;
    }
}

/* A candidate who has withdrawn since a ballot was handed in to tellers, for whom `withdrawn`
 * is true, voids no others on it. */
static sheaf_refusal check_approved(const sheaf_state *state, uint32_t election, uint8_t seats,
                                    const sheaf_list *approve, bool withdrawn)
{
    const struct sheaf_approved_candidate *list = approve->at;
    SHEAF_REFUSE_IF(approve->count > seats, too_many_approved);
    for (uint32_t i = 0; i < approve->count; i++) {
        const struct sheaf_row_candidate *candidate =
            sheaf_candidate_find(state, sheaf_pair(election, list[i].member));
        SHEAF_REFUSE_IF(i && list[i].member <= list[i - 1].member, approved_order);
        SHEAF_REFUSE_IF(!candidate || (!withdrawn && candidate->withdrawn != SHEAF_NONE),
                        not_a_candidate);
    }
    return SHEAF_ACCEPTED;
}

static void approve(const sheaf_state *state, uint32_t election, uint32_t member,
                    sheaf_hash *ballot)
{
    uint8_t place = sheaf_candidate_find(state, sheaf_pair(election, member))->place;
    ballot->bytes[place / 8] |= (uint8_t)(1u << place % 8);
}

const struct sheaf_row_election_ballot *
sheaf_election_ballot_of(const sheaf_state *state, uint32_t election, uint32_t member)
{
    const struct sheaf_row_election_ballot *ballot =
        sheaf_election_ballot_find(state, sheaf_pair(election, member));
    return ballot && ballot->cast ? ballot : NULL;
}

/* *counts: and not on trial, when a ballot is recorded alone. */
static sheaf_refusal check_voter(const sheaf_fold *fold,
                                 const struct sheaf_row_election *election, uint32_t member,
                                 bool *counts)
{
    const sheaf_electorate electorate = electorate_of(fold->state, election);
    SHEAF_REFUSE_IF(fold->stamp < election->opens, voting_before);
    sheaf_refusal may = sheaf_may_vote(fold->state, &electorate, election->id, member);
    *counts = may == SHEAF_ACCEPTED;
    if (may != SHEAF_REFUSED_on_trial)
        SHEAF_REFUSE_UNLESS(may);
    return sheaf_counted_check(fold->state, election->id, member);
}

/* In the place of the member's ballot, if it has one. */
static void put_ballot(sheaf_fold *fold, uint32_t row, uint32_t member,
                       const sheaf_hash *approved, bool counts)
{
    sheaf_state *state = fold->state;
    uint32_t id = sheaf_election_at(state, row)->id;
    uint64_t pair = sheaf_pair(id, member);
    uint32_t cast = sheaf_election_ballot_row(state, pair);
    const struct sheaf_row_election_ballot *before =
        sheaf_election_ballot_of(state, id, member);
    if (counts)
        count_ballot(state, row, member, before ? &before->approved : NULL, approved);
    struct sheaf_row_election_ballot *ballot = cast == SHEAF_NONE
                                                   ? sheaf_election_ballot_new(state, pair)
                                                   : sheaf_election_ballot_edit(state, cast);
    ballot->election = id;
    ballot->member = member;
    ballot->approved = *approved;
    ballot->cast = fold->index;
    ballot->counts = counts;
}

sheaf_refusal sheaf_rule_election_vote(sheaf_fold *fold, const struct sheaf_election_vote *what)
{
    sheaf_state *state = fold->state;
    uint32_t row;
    bool counts;
    sheaf_hash approved = {0};
    const struct sheaf_approved_candidate *list = what->approve.at;
    SHEAF_REFUSE_UNLESS(find_open(state, what->election, &row));
    const struct sheaf_row_election *election = sheaf_election_at(state, row);
    SHEAF_REFUSE_UNLESS(check_voter(fold, election, fold->member, &counts));
    SHEAF_REFUSE_UNLESS(
        check_approved(state, what->election, election->seats, &what->approve, false));
    SHEAF_REFUSE_IF(sheaf_election_ballot_of(state, what->election, fold->member)
                        && !sheaf_bylaws_get(state, election->bylaws)->ballots_changeable,
                    voted_already);
    for (uint32_t i = 0; i < what->approve.count; i++)
        approve(state, what->election, list[i].member, &approved);
    put_ballot(fold, row, fold->member, &approved, counts);
    return SHEAF_ACCEPTED;
}

/* ---- as tellers count ballots ---- */

static sheaf_refusal poll_find(const sheaf_state *state, uint32_t id, sheaf_poll *out)
{
    const struct sheaf_row_election *election = sheaf_election_find(state, id);
    SHEAF_REFUSE_IF(!election, no_such_matter);
    SHEAF_REFUSE_IF(election->state != SHEAF_election_state_open, election_closed);
    uint32_t open_s = sheaf_organ_of(state, election->bylaws, election->organ)->open_s;
    *out = (sheaf_poll){
        .closes = election->closes,
        .open_s = open_s,
        /* For the rest of a term, which would be over. */
        .urgent =
            election->ends && election->closes + sheaf_contest_ms(open_s) >= election->ends,
    };
    return SHEAF_ACCEPTED;
}

static sheaf_refusal poll_check(const sheaf_fold *fold, uint32_t id, uint32_t member)
{
    bool counts;
    return check_voter(fold, sheaf_election_get(fold->state, id), member, &counts);
}

static sheaf_refusal poll_read(const sheaf_state *state, uint32_t id,
                               const struct sheaf_counted_ballot *ballot)
{
    SHEAF_REFUSE_IF(!ballot->has_approve || ballot->has_choice || ballot->has_points,
                    ballot_form);
    return check_approved(state, id, sheaf_election_get(state, id)->seats, &ballot->approve,
                          true);
}

static uint32_t poll_own(sheaf_state *state, uint32_t id, uint32_t member, sheaf_vote *out)
{
    const struct sheaf_row_election_ballot *ballot =
        sheaf_election_ballot_of(state, id, member);
    if (!ballot)
        return SHEAF_NONE;
    for (uint32_t row_1 = sheaf_election_get(state, id)->candidate_last;
         row_1 && !state->failed;) {
        const struct sheaf_row_candidate *candidate = sheaf_candidate_at(state, row_1 - 1);
        if (approves(&ballot->approved, candidate->place))
            sheaf_vote_mark(state, out, candidate->member, 0);
        row_1 = candidate->before;
    }
    return ballot->cast;
}

static void poll_put(sheaf_fold *fold, uint32_t id, uint32_t member, const sheaf_vote *vote)
{
    const sheaf_state *state = fold->state;
    uint32_t row = sheaf_election_row(state, id);
    const sheaf_electorate electorate = electorate_of(state, sheaf_election_at(state, row));
    sheaf_hash approved = {0};
    for (uint32_t i = 0; i < vote->count; i++)
        approve(state, id, sheaf_mark_at(state, vote->first + i)->of, &approved);
    put_ballot(fold, row, member, &approved,
               sheaf_entitled(state, &electorate, member) == SHEAF_ACCEPTED);
}

static void poll_take_back(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_election_ballot *ballot =
        sheaf_election_ballot_of(state, id, member);
    if (!ballot)
        return;
    if (ballot->counts)
        count_ballot(state, sheaf_election_row(state, id), member, &ballot->approved, NULL);
    sheaf_election_ballot_edit(state, sheaf_election_ballot_row(state, sheaf_pair(id, member)))
        ->cast = 0;
}

static void poll_put_off(sheaf_state *state, uint32_t id, int64_t closes)
{
    sheaf_election_edit(state, sheaf_election_row(state, id))->closes = closes;
    sheaf_deadline_set(state, id, SHEAF_deadline_kind_election, closes);
}

/* The holder's ballot counts once more, for the giver. */
static void count_proxy(void *to, uint32_t id, uint32_t giver, uint32_t holder)
{
    sheaf_state *state = ((sheaf_fold *)to)->state;
    const struct sheaf_row_election_ballot *ballot =
        sheaf_election_ballot_of(state, id, holder);
    if (!ballot || sheaf_election_ballot_of(state, id, giver))
        return;
    uint32_t row = sheaf_election_row(state, id);
    count_ballot(state, row, giver, NULL, &ballot->approved);
    sheaf_election_edit(state, row)->by_proxy++;
}

static void poll_count_proxies(sheaf_fold *fold, uint32_t id)
{
    const struct sheaf_row_election *election = sheaf_election_get(fold->state, id);
    const sheaf_electorate electorate = electorate_of(fold->state, election);
    sheaf_proxies_each(fold->state, &electorate, id, election->closes, count_proxy, fold);
}

const sheaf_poll_kind sheaf_poll_election = {
    poll_find, poll_check,     poll_read,    poll_own,
    poll_put,  poll_take_back, poll_put_off, poll_count_proxies,
};

/* ---- as a matter ---- */

sheaf_refusal sheaf_matter_election_open(const sheaf_state *state, uint32_t id,
                                         sheaf_electorate *out)
{
    const struct sheaf_row_election *election = sheaf_election_find(state, id);
    SHEAF_REFUSE_IF(!election, no_such_matter);
    SHEAF_REFUSE_IF(election->state != SHEAF_election_state_open, election_closed);
    *out = electorate_of(state, election);
    return SHEAF_ACCEPTED;
}

void sheaf_matter_election_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_election_ballot *ballot =
        sheaf_election_ballot_of(state, id, member);
    if (ballot && ballot->counts)
        count_ballot(state, sheaf_election_row(state, id), member, &ballot->approved, NULL);
}

/* ---- counting ---- */

sheaf_ceilings sheaf_election_ceilings(const sheaf_state *state,
                                       const struct sheaf_row_election *election)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, election->bylaws);
    sheaf_votes cast = {.all = election->ballots};
    SHEAF_VOTES_APART(state, &cast, election_tally, election->id, ballots);
    return sheaf_ceilings_of(state, bylaws, &cast);
}

sheaf_votes sheaf_candidate_votes(const sheaf_state *state, uint32_t row)
{
    sheaf_votes out = {.all = sheaf_candidate_at(state, row)->approvals};
    SHEAF_VOTES_APART(state, &out, candidate_tally, row, approvals);
    return out;
}

/* Could the candidate take a seat now? */
static bool available(const sheaf_state *state, const struct sheaf_row_election *election,
                      const struct sheaf_row_candidate *candidate)
{
    return candidate->withdrawn == SHEAF_NONE && candidate->elected == SHEAF_NONE
           && !sheaf_office_now(state, candidate->member, election->organ)
           && sheaf_eligible(state, sheaf_organ_now(state, election->organ), candidate->member,
                             election->organ, election->closes)
                  == SHEAF_ACCEPTED;
}

uint32_t sheaf_election_next(sheaf_fold *fold, uint32_t id)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_election *election = sheaf_election_get(state, id);
    const sheaf_ceilings ceilings = sheaf_election_ceilings(state, election);
    const struct sheaf_row_candidate *candidate;
    uint32_t best = SHEAF_NONE;
    sheaf_weight most = {0};
    for (uint32_t row_1 = election->candidate_last; row_1; row_1 = candidate->before) {
        candidate = sheaf_candidate_at(state, row_1 - 1);
        if (!candidate->approvals || !available(state, election, candidate))
            continue;
        const sheaf_votes votes = sheaf_candidate_votes(state, row_1 - 1);
        const sheaf_weight weight = sheaf_votes_weigh(&ceilings, &votes);
        /* The list goes from the newest back: who stood earlier comes later. */
        if (sheaf_weight_is_zero(&weight) || sheaf_weight_compare(&weight, &most) < 0)
            continue;
        best = row_1 - 1;
        most = weight;
    }
    if (best == SHEAF_NONE)
        return SHEAF_NONE;
    sheaf_candidate_edit(state, best)->elected = fold->index;
    return sheaf_candidate_at(state, best)->member;
}

/* Fills what is vacant by now; false if nobody was elected. */
static bool fill_seats(sheaf_fold *fold, const struct sheaf_row_election *election)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_organ *organ = sheaf_organ_now(state, election->organ);
    const struct sheaf_row_term *term = NULL;
    while (organ && !state->failed && sheaf_officers(state, election->organ) < organ->seats) {
        uint32_t next = sheaf_election_next(fold, election->id);
        if (next == SHEAF_NONE)
            break;
        if (!term)
            term = sheaf_term_begin(fold, election->organ, election->id,
                                    election->ends
                                        ? election->ends
                                        : election->closes + (int64_t)organ->term_s * 1000);
        sheaf_office_begin(fold, term, next);
    }
    return term != NULL;
}

sheaf_refusal sheaf_settle_election(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_election_row(state, of);
    struct sheaf_row_election *election = sheaf_election_edit(state, row);
    sheaf_chamber_of(state, election->organ)->election = SHEAF_NONE;
    if (state->failed)
        return SHEAF_ACCEPTED;
    poll_count_proxies(fold, of);
    sheaf_proxies_end(state, of, election->closes);
    election->decided = fold->index;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_get(state, election->bylaws);
    uint32_t quorum_bp =
        sheaf_decision_by(state, bylaws, SHEAF_decision_sort_ordinary)->quorum_bp;
    if (!sheaf_quorum_reached(quorum_bp, election->electorate, election->ballots))
        election->state = SHEAF_election_state_no_quorum;
    else
        election->state = fill_seats(fold, election) ? SHEAF_election_state_elected
                                                     : SHEAF_election_state_nobody;
    return SHEAF_ACCEPTED;
}
