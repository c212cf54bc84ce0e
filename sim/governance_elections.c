/* Elections of the board and of treasurers: whoever stands and is approved by most takes what
 * is vacant, ballots by proxy and the ceiling of investors counted in. The book's part stands
 * first, what members do follows. */
#include "governance.h"

#include "coop/organs.h"

#include <stdio.h>

/* ---- what the book knows ---- */

/* Elections begin by an act, or because terms end. */
static void look_for_new(governance *g)
{
    const sheaf_state *state = &g->k.state;
    while ((uint32_t)g->b.election_count < sheaf_election_count(state)) {
        const struct sheaf_row_election *row =
            sheaf_election_at(state, (uint32_t)g->b.election_count);
        if (g->b.election_count == MATTERS_MAX)
            governance_fail(g, "no room for elections");
        election *e = &g->b.elections[g->b.election_count++];
        *e = (election){.id = row->id, .organ = row->organ, .opening = g->b.now};
        e->opens = row->opens;
        e->closes = row->closes;
        for (int p = 0; p < g->b.person_count; p++) {
            e->entitled[p] = book_has_vote(&g->b.people[p]);
            e->trial[p] = g->b.people[p].state == TRIAL;
        }
    }
}

static bool stands(const election *e, int who)
{
    for (int i = 0; i < e->candidate_count; i++)
        if (e->candidates[i] == who)
            return true;
    return false;
}

static void stand(governance *g, election *e, int who)
{
    if (e->decided || g->k.now >= e->opens || stands(e, who)
        || !book_has_voice(&g->b.people[who]))
        governance_fail(g, "member %u stands in election %u", acts_id(g, who), e->id);
    e->candidates[e->candidate_count++] = who;
}

static void vote(governance *g, election *e, int who, const bool approved[])
{
    if (e->decided || g->k.now < e->opens || (!e->entitled[who] && !e->trial[who])
        || e->counted[who])
        governance_fail(g, "member %u votes in election %u", acts_id(g, who), e->id);
    e->voted[who] = true;
    memcpy(e->approved[who], approved, sizeof e->approved[who]);
}

/* Whose ballot counts for the member: its own, or that of a proxy. */
static int ballot_for(const governance *g, const election *e, int who)
{
    if (!e->entitled[who] || e->voted[who])
        return e->entitled[who] ? who : NOBODY;
    int holder = book_holder(g, e->id, e->closes, who);
    return holder != NOBODY && g->b.people[who].state == FULL && e->entitled[holder]
                   && g->b.people[holder].state == FULL && e->voted[holder]
               ? holder
               : NOBODY;
}

/* What the approvals of the candidate count for. */
static uint64_t weigh(const governance *g, const election *e, const tally *cast, int place)
{
    uint64_t part, whole, all = 0, theirs = 0;
    for (int p = 0; p < g->b.person_count; p++) {
        int ballot = ballot_for(g, e, p);
        bool approves = ballot != NOBODY && e->approved[ballot][place];
        all += approves;
        theirs += approves && g->b.people[p].class == INVESTOR;
    }
    book_part_of_investors(cast, &part, &whole);
    return (all - theirs) * whole + theirs * part;
}

static tally count(const governance *g, const election *e)
{
    tally cast = {0};
    for (int p = 0; p < g->b.person_count; p++) {
        cast.electorate += e->entitled[p];
        if (ballot_for(g, e, p) == NOBODY)
            continue;
        cast.heads++;
        cast.of[g->b.people[p].class][SHEAF_choice_yes]++;
    }
    return cast;
}

/* Of those who could take a seat now the one with most, who stood first of several; or NOBODY.
 */
static int best(const governance *g, const election *e, const tally *cast, const bool *sits)
{
    int out = NOBODY;
    uint64_t most = 0;
    for (int place = 0; place < e->candidate_count; place++) {
        int who = e->candidates[place];
        uint64_t weight = weigh(g, e, cast, place);
        if (sits[who] || !book_has_voice(&g->b.people[who]) || weight <= most)
            continue;
        out = who;
        most = weight;
    }
    return out;
}

/* Those in office before it and those elected, and nobody else, sit from now on. */
static void check_seats(const governance *g, const election *e, const bool *sits)
{
    for (int p = 0; p < g->b.person_count; p++)
        if ((sheaf_office_now(&g->k.state, acts_id(g, p), e->organ) != NULL) != sits[p])
            governance_fail(g, "member %u sits after election %u, or does not", acts_id(g, p),
                            e->id);
}

void book_elects(governance *g, const sheaf_deadline *due)
{
    election *e = g->b.elections, *end = e + g->b.election_count;
    while (e < end && e->id != due->of)
        e++;
    if (e == end || e->decided || e->closes != due->at)
        governance_fail(g, "election %u closes again, or at another time", due->of);
    tally cast = count(g, e);
    bool sits[PEOPLE_MAX];
    int seats = SEATS, elected = 0, next;
    memcpy(sits, e->organ ? g->b.treasurer : g->b.sitting, sizeof sits);
    for (int p = 0; p < PEOPLE_MAX; p++)
        seats -= sits[p];
    bool quorum = cast.heads * 10000 >= (uint64_t)e->opening.ordinary_quorum * cast.electorate;
    while (quorum && elected < seats && (next = best(g, e, &cast, sits)) != NOBODY) {
        sits[next] = true;
        elected++;
    }
    check_seats(g, e, sits);
    int to = !quorum   ? SHEAF_election_state_no_quorum
             : elected ? SHEAF_election_state_elected
                       : SHEAF_election_state_nobody;
    if (sheaf_election_get(&g->k.state, e->id)->state != to)
        governance_fail(g, "election %u does not end as %d", e->id, to);
    e->decided = true;
    book_end_proxies(g, e->id, e->closes);
    g->b.met[MET_seated] += (uint32_t)elected;
    g->b.met[MET_seated_capped] += elected && book_capped(&cast);
    g->b.met[MET_unseated] += !elected;
}

void book_compare_elections(governance *g)
{
    look_for_new(g);
    for (int i = 0; i < g->b.election_count; i++) {
        const election *e = &g->b.elections[i];
        bool open = sheaf_election_at(&g->k.state, (uint32_t)i)->decided == SHEAF_NONE;
        if (open == e->decided)
            governance_fail(g, "election %u is decided, or is not", e->id);
    }
}

/* ---- what members do ---- */

/* Some candidates, as a list in order; who is approved, by place. */
static void choose(governance *g, const election *e, char list[200], bool *approved)
{
    uint32_t last = 0;
    int n = 0, chosen = 0;
    *list = 0;
    for (int tries = 0; tries < SEATS && e->candidate_count; tries++) {
        int place = (int)governance_draw(g, (unsigned)e->candidate_count);
        uint32_t id = acts_id(g, e->candidates[place]);
        if (chosen && id <= last)
            continue; /* in order, each once */
        n += snprintf(list + n, 200 - (size_t)n, "%s{'member':%u}", chosen ? "," : "", id);
        approved[place] = true;
        last = id;
        chosen++;
    }
}

static void cast_ballot(governance *g, election *e, int who)
{
    char list[200];
    bool approved[CANDIDATES_MAX] = {0};
    choose(g, e, list, approved);
    if (acts_try(g, who, "election.vote", "{'approve':[%s],'election':%u}", list, e->id))
        vote(g, e, who, approved);
}

/* There is time to contest, for which it is put off once. */
static void look_at_time(governance *g, election *e)
{
    const struct sheaf_row_election *row = sheaf_election_get(&g->k.state, e->id);
    int64_t half_ms =
        (int64_t)sheaf_organ_of(&g->k.state, row->bylaws, row->organ)->open_s * 500;
    int64_t least_ms = half_ms < 3 * DAY_MS ? half_ms : 3 * DAY_MS;
    bool later = row->closes > e->closes;
    if (row->closes - g->k.now < least_ms)
        governance_fail(g, "election %u leaves no time to contest ballots", e->id);
    if (later && (e->put_off || row->closes - e->closes != least_ms))
        governance_fail(g, "election %u is put off again, or by more", e->id);
    e->put_off = e->put_off || later;
    e->closes = row->closes;
}

/* One records, another confirms; and now and then it was not theirs. */
static void count_by_hand(governance *g, election *e, int who)
{
    char list[200];
    bool approved[CANDIDATES_MAX] = {0}, own[CANDIDATES_MAX], had = e->voted[who];
    int one = acts_teller_after(g, -1), other = acts_teller_after(g, one);
    if (one == NOBODY || other == NOBODY)
        return;
    memcpy(own, e->approved[who], sizeof own);
    choose(g, e, list, approved);
    if (!acts_try(g, one, "ballots.record",
                  "{'channel':'postal','evidence':~e,'list':[{'approve':[%s],'member':%u}],"
                  "'matter':%u}",
                  list, acts_id(g, who), e->id)
        || !acts_try(g, other, "ballots.confirm", "{'sheet':%u}", acts_last(g)))
        return;
    vote(g, e, who, approved);
    if (e->contested[who])
        governance_fail(g, "tellers elect for member %u again", acts_id(g, who));
    e->counted[who] = true;
    g->b.met[MET_by_tellers]++;
    if (sheaf_counted_find(&g->k.state, sheaf_pair(e->id, acts_id(g, who)))->keyed)
        look_at_time(g, e);
    if (governance_draw(g, 2) || !acts_try(g, who, "ballot.contest", "{'matter':%u}", e->id))
        return;
    e->counted[who] = false;
    e->contested[who] = true;
    e->voted[who] = had;
    memcpy(e->approved[who], own, sizeof own);
    g->b.met[MET_contested]++;
}

void acts_of_elections(governance *g, int who)
{
    election *e = g->b.election_count ? &g->b.elections[g->b.election_count - 1] : NULL;
    unsigned what = governance_draw(g, 4);
    if (!e || (e->decided && what < 3))
        (void)acts_try(g, acts_officer(g), "election.call", "{'organ':%u}",
                       governance_draw(g, 2));
    else if (what == 0)
        (void)acts_try(g, who, "office.resign", "{'organ':%u}", governance_draw(g, 2));
    else if (e->decided || g->k.now < e->opens)
        for (int i = 0; i < 3; i++) {
            int candidate = i ? acts_somebody(g) : who;
            if (e->candidate_count < CANDIDATES_MAX
                && acts_try(g, candidate, "candidate.stand", "{'election':%u}", e->id))
                stand(g, e, candidate);
        }
    else
        for (int p = 0; p < g->b.person_count; p++)
            if (governance_draw(g, 12) == 0)
                count_by_hand(g, e, p);
            else if (governance_draw(g, 3) == 0)
                cast_ballot(g, e, p);
}
