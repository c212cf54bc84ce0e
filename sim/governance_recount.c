/* What the book does not follow, but must add up. */
#include "governance.h"

/* Signatures of an open petition are those of members with a vote. */
static void recount_petitions(const governance *g)
{
    const sheaf_state *state = &g->k.state;
    for (uint32_t i = 0; i < sheaf_petition_count(state); i++) {
        const struct sheaf_row_petition *petition = sheaf_petition_at(state, i);
        if (petition->state != SHEAF_petition_state_open)
            continue;
        uint32_t signatures = 0;
        for (int p = 0; p < g->b.person_count; p++) {
            const struct sheaf_row_signature *row =
                sheaf_signature_find(state, sheaf_pair(petition->id, g->b.people[p].id));
            signatures += row && !row->withdrawn && book_has_vote(&g->b.people[p]);
        }
        if (signatures != petition->signatures)
            governance_fail(g, "petition %u has %u signatures, and should have %u",
                            petition->id, petition->signatures, signatures);
    }
}

enum { OPTIONS = 3 };

/* The points of a vote, those of investors apart. */
typedef struct {
    uint64_t all[OPTIONS], theirs[OPTIONS];
} points;

/* Points of members who were on trial when the vote was opened are recorded alone. */
static points count_points(const governance *g, const struct sheaf_row_allocation *vote)
{
    const sheaf_state *state = &g->k.state;
    points out = {0};
    for (uint32_t i = 0; i < sheaf_given_count(state); i++) {
        const struct sheaf_row_given *given = sheaf_given_at(state, i);
        const struct sheaf_row_allocation_ballot *ballot =
            sheaf_allocation_ballot_at(state, given->ballot);
        if (ballot->allocation != vote->id)
            continue;
        int p = 0;
        while (g->b.people[p].id != ballot->member)
            p++;
        const person *giver = &g->b.people[p];
        if (book_begins_on_trial(giver) && (!giver->full || giver->full > vote->id))
            continue;
        out.all[given->option] += given->points;
        if (giver->class == INVESTOR)
            out.theirs[given->option] += given->points;
    }
    return out;
}

/* What a vote divides is divided whole, by points, of which investors have a quarter at most.
 * Have they given more? */
static bool recount_division(const governance *g, const struct sheaf_row_allocation *vote)
{
    const points p = count_points(g, vote);
    uint64_t all = 0, theirs = 0, weights[OPTIONS], total = 0;
    int64_t shares = 0;
    for (int o = 0; o < OPTIONS; o++) {
        all += p.all[o];
        theirs += p.theirs[o];
    }
    uint64_t part = (all - theirs) * CEILING_BP, whole = theirs * (10000 - CEILING_BP);
    bool capped = part < whole;
    if (!capped)
        part = whole = 1;
    for (int o = 0; o < OPTIONS; o++)
        total += weights[o] = (p.all[o] - p.theirs[o]) * whole + p.theirs[o] * part;
    for (uint32_t o = 0; o < OPTIONS; o++) {
        int64_t share = sheaf_allocation_option_at(&g->k.state, vote->option_first + o)->share;
        unsigned __int128 exact = (unsigned __int128)vote->amount * weights[o];
        if ((unsigned __int128)share * total + total < exact
            || (unsigned __int128)share * total > exact + total)
            governance_fail(g, "vote %u gives %lld to option %u", vote->id, (long long)share,
                            o);
        shares += share;
    }
    if (shares != vote->amount)
        governance_fail(g, "vote %u divides %lld of %lld", vote->id, (long long)shares,
                        (long long)vote->amount);
    return capped;
}

static void recount_divisions(governance *g)
{
    g->b.met[MET_divided] = g->b.met[MET_divided_capped] = 0;
    for (uint32_t i = 0; i < sheaf_allocation_count(&g->k.state); i++) {
        const struct sheaf_row_allocation *vote = sheaf_allocation_at(&g->k.state, i);
        if (vote->state != SHEAF_allocation_state_divided)
            continue;
        g->b.met[MET_divided]++;
        g->b.met[MET_divided_capped] += recount_division(g, vote);
    }
}

/* Nobody sits on two seats of an organ, and only members do. */
static void recount_seats(const governance *g, uint8_t organ)
{
    const sheaf_state *state = &g->k.state;
    uint32_t sitting = 0, most = 0;
    for (int p = 0; p < g->b.person_count; p++) {
        uint32_t seats = 0;
        for (uint32_t i = 0; i < sheaf_office_count(state); i++) {
            const struct sheaf_row_office *office = sheaf_office_at(state, i);
            seats += office->ended == SHEAF_NONE && office->member == g->b.people[p].id
                     && office->organ == organ;
        }
        if (seats && !book_is_member(&g->b.people[p]))
            governance_fail(g, "%u is in office and no member", g->b.people[p].id);
        sitting += seats;
        most = seats > most ? seats : most;
    }
    if (sitting > SEATS || most > 1)
        governance_fail(g, "%u sit on %d seats, and one on %u", sitting, SEATS, most);
}

static bool same(const struct sheaf_row_motion *a, const struct sheaf_row_motion *b)
{
    return a->id == b->id && a->by == b->by && a->state == b->state && a->sort == b->sort
           && a->yes == b->yes && a->no == b->no && a->abstain == b->abstain
           && a->by_proxy == b->by_proxy && a->electorate == b->electorate
           && a->decided == b->decided && a->closes == b->closes && a->call == b->call
           && a->bylaws == b->bylaws && a->effect == b->effect && a->refusal == b->refusal;
}

void book_recount(governance *g)
{
    recount_petitions(g);
    recount_divisions(g);
    book_recount_shares(g);
    recount_seats(g, 0);
    recount_seats(g, 1);
    for (int i = 0; i < g->b.motion_count; i++) {
        const motion *m = &g->b.motions[i];
        if (m->state == SHEAF_motion_state_open || m->state == SHEAF_motion_state_withdrawn)
            continue;
        const struct sheaf_row_motion *row = sheaf_motion_get(&g->k.state, m->id);
        if (!same(row, &m->final))
            governance_fail(g, "motion %u changed after it was settled", m->id);
    }
}
