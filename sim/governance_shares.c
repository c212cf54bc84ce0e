/* Member shares: who pays in, hands over, gives up and gets back; what is repaid stands on the
 * member's account. The book's part stands first, what members do follows. */
#include "governance.h"

#include "coop/ledger.h"
#include "coop/shares.h"

#include <stdio.h>

/* ---- what the book knows ---- */

int64_t book_capital(const book *b)
{
    int64_t shares = 0;
    for (int p = 0; p < b->person_count; p++)
        shares += b->people[p].shares + b->people[p].leaving;
    return shares * PRICE_CENTS;
}

int64_t book_owed(const book *b)
{
    int64_t cents = 0;
    for (int p = 0; p < b->person_count; p++)
        cents += b->people[p].owed;
    return cents;
}

/* The one that waits longest, or NULL. */
static repayment *first_in_turn(governance *g)
{
    repayment *first = NULL;
    for (int i = 0; i < g->b.repayment_count; i++) {
        repayment *r = &g->b.repayments[i];
        if (r->state == SHEAF_repayment_state_waits && (!first || r->turn < first->turn))
            first = r;
    }
    return first;
}

static bool fits(const governance *g, const repayment *r)
{
    return !g->b.winding
           && book_capital(&g->b) - r->shares * PRICE_CENTS >= g->b.now.capital_min;
}

static void begin(governance *g, int who, int shares)
{
    if (g->b.repayment_count == MATTERS_MAX)
        governance_fail(g, "no room for repayments");
    g->b.people[who].shares -= shares;
    g->b.people[who].leaving += shares;
    g->b.repayments[g->b.repayment_count++] =
        (repayment){.id = acts_last(g),
                    .of = who,
                    .shares = shares,
                    .state = SHEAF_repayment_state_to_come,
                    .due = g->k.now + REPAY_DAYS * DAY_MS};
}

void book_shares_end(governance *g, int who)
{
    if (g->b.people[who].shares)
        begin(g, who, g->b.people[who].shares);
}

/* In the order in which they fell due, and never so that less capital is left than must be. */
void book_share_due(governance *g, const sheaf_deadline *due)
{
    repayment *r = g->b.repayments, *end = r + g->b.repayment_count, *first = first_in_turn(g);
    while (r < end && r->id != due->of)
        r++;
    bool waited = r < end && r->state == SHEAF_repayment_state_waits;
    if (r == end || r->state == SHEAF_repayment_state_repaid
        || (waited ? r != first : r->due != due->at))
        governance_fail(g, "repayment %u falls due again, or at another time", due->of);
    if (!fits(g, r) || (!waited && first)) {
        if (waited)
            return;
        r->state = SHEAF_repayment_state_waits;
        r->turn = ++g->b.turns;
        g->b.met[MET_queued]++;
        return;
    }
    person *p = &g->b.people[r->of];
    r->state = SHEAF_repayment_state_repaid;
    p->leaving -= r->shares;
    p->owed += r->shares * PRICE_CENTS;
    if (p->given == r->id)
        p->given = 0;
    g->b.met[MET_repaid]++;
}

/* Off the member's repayments, those that were made or the others, the newest first. */
static void strike(governance *g, int who, int shares, bool made)
{
    for (int i = g->b.repayment_count; i-- > 0;) {
        repayment *r = &g->b.repayments[i];
        if (r->of != who || (r->state == SHEAF_repayment_state_repaid) != made)
            continue;
        int less = r->shares < shares ? r->shares : shares;
        r->shares -= less;
        shares -= less;
    }
}

static int repaid(const book *b, int who)
{
    int shares = 0;
    for (int i = 0; i < b->repayment_count; i++)
        if (b->repayments[i].of == who
            && b->repayments[i].state == SHEAF_repayment_state_repaid)
            shares += b->repayments[i].shares;
    return shares;
}

/* Those held, those on their way back, those repaid: the last off the account, and as a loss
 * where they have left it. The bank must hold all that they stand for. */
int book_strikes(governance *g, const motion *m)
{
    person *p = &g->b.people[m->subject];
    int shares = (int)m->base, back = shares - p->shares - p->leaving;
    int64_t cents = shares * PRICE_CENTS;
    back = back > 0 ? back : 0;
    if (back > repaid(&g->b, m->subject) || book_bank(&g->b) < cents)
        return SHEAF_motion_state_void;
    int held = shares < p->shares ? shares : p->shares, leaving = shares - held - back;
    p->shares -= held;
    p->leaving -= leaving;
    strike(g, m->subject, leaving, false);
    strike(g, m->subject, back, true);
    p->owed -= p->owed < back * PRICE_CENTS ? p->owed : back * PRICE_CENTS;
    g->b.shares_in -= cents;
    g->b.met[MET_struck]++;
    g->b.met[MET_struck_repaid] += back > 0;
    return SHEAF_motion_state_adopted;
}

void book_compare_shares(const governance *g)
{
    const struct sheaf_row_capital *row = sheaf_capital_now(&g->k.state);
    int64_t cents = row ? row->cents : 0;
    if (cents != book_capital(&g->b))
        governance_fail(g, "%lld are paid in for shares, and should be %lld", (long long)cents,
                        (long long)book_capital(&g->b));
}

void book_recount_shares(const governance *g)
{
    const sheaf_state *state = &g->k.state;
    for (int i = 0; i < g->b.person_count; i++) {
        const person *p = &g->b.people[i];
        const struct sheaf_row_holding *row = sheaf_holding_find(state, p->id);
        int64_t owed = -sheaf_ledger_balance(state, SHEAF_account_kind_member, p->id);
        int64_t held = -sheaf_ledger_balance(state, SHEAF_account_kind_shares, p->id);
        if ((row ? (int)row->shares : 0) != p->shares
            || (row ? (int)row->leaving : 0) != p->leaving
            || held != (p->shares + p->leaving) * PRICE_CENTS || owed != p->owed)
            governance_fail(g,
                            "member %u is owed %lld and %lld for %d shares and %d; %lld on "
                            "the account",
                            p->id, (long long)owed, (long long)held, p->shares, p->leaving,
                            (long long)p->owed);
    }
    for (int i = 0; i < g->b.repayment_count; i++) {
        const repayment *r = &g->b.repayments[i];
        if (sheaf_repayment_get(state, r->id)->state != r->state)
            governance_fail(g, "repayment %u stands otherwise than %d", r->id, r->state);
    }
}

/* ---- what members do ---- */

/* May the member come to hold so many more, or fewer? */
static bool may_hold(const person *p, int more)
{
    return p->shares + p->leaving + more <= SHARES_MAX && p->shares + more >= SHARES_MIN;
}

static bool may_part(const person *p, int fewer)
{
    return p->shares - fewer >= SHARES_MIN;
}

/* Can the member sign at all, with the first key? */
static bool signs(const governance *g, int who)
{
    const person *p = &g->b.people[who];
    return book_is_member(p) && !p->key && !book_frozen(g, who);
}

static void judge(governance *g, int who, const char *kind, bool accepted, bool may, bool due)
{
    may = may && !g->b.winding;
    if (accepted && !may)
        governance_fail(g, "%s by member %u is accepted", kind, acts_id(g, who));
    if (!accepted && may && !due && signs(g, who))
        governance_fail(g, "%s by member %u is refused (%d)", kind, acts_id(g, who),
                        g->k.outcome.refusal);
}

static bool applied_within(const governance *g, int who, int64_t days)
{
    const person *p = &g->b.people[who];
    return p->state == APPLIED && p->applied + days * DAY_MS >= g->k.now + g->k.step_ms;
}

/* An application that is not decided, and has not lapsed. */
static bool applies(const governance *g, int who)
{
    return applied_within(g, who, APPLY_DAYS);
}

/* One that the members may still decide on, whatever became of it; a claim is made anew. */
static bool appeals(const governance *g, int who)
{
    return applied_within(g, who, g->b.people[who].place ? APPLY_DAYS : APPEAL_DAYS);
}

void acts_pay(governance *g, int who, int to, int shares)
{
    bool only = g->b.treasurer[to] && book_treasurers(&g->b) == 1; /* so another member may */
    bool due = acts_is_due(g) || g->b.going[to] || only, accepted;
    bool may = (book_is_member(&g->b.people[to]) || (g->b.before && appeals(g, to)))
               && may_hold(&g->b.people[to], shares) && who != to
               && (only ? book_has_vote(&g->b.people[who]) : book_may_record(g, who));
    accepted = acts_try(g, who, "share.pay", "{'evidence':~e,'member':%u,'shares':%d}",
                        acts_id(g, to), shares);
    judge(g, who, "share.pay", accepted, may, due);
    if (!accepted)
        return;
    g->b.people[to].shares += shares;
    g->b.shares_in += shares * PRICE_CENTS;
    g->b.paid_in = true;
}

static void pay(governance *g, int who)
{
    int to = acts_somebody(g), shares = 1 + (int)governance_draw(g, 6);
    acts_pay(g, who, to, shares);
}

/* What somebody paid in who was not admitted. */
static void give_back(governance *g, int who)
{
    int to = (int)governance_draw(g, (unsigned)g->b.person_count);
    for (int i = 0; governance_draw(g, 10) && i < g->b.person_count; i++)
        if (g->b.people[(to + i) % g->b.person_count].state == APPLIED
            && g->b.people[(to + i) % g->b.person_count].shares) {
            to = (to + i) % g->b.person_count;
            break;
        }
    const person *p = &g->b.people[to];
    bool due = acts_is_due(g), accepted;
    bool may = p->shares && !book_is_member(p) && !applies(g, to) && book_may_record(g, who)
               && who != to;
    accepted = acts_try(g, who, "share.return", "{'member':%u}", acts_id(g, to));
    judge(g, who, "share.return", accepted, may, due);
    if (accepted)
        begin(g, to, p->shares);
    g->b.met[MET_returned] += accepted;
}

/* Mostly somebody who holds shares. */
static int holder(governance *g)
{
    int who = acts_somebody(g);
    for (int p = 0; governance_draw(g, 10) && p < g->b.person_count; p++)
        if (g->b.people[(who + p) % g->b.person_count].shares > SHARES_MIN)
            return (who + p) % g->b.person_count;
    return who;
}

static void give_up(governance *g, int who)
{
    int shares = 1 + (int)governance_draw(g, 6);
    bool due = acts_is_due(g), accepted;
    bool may = may_part(&g->b.people[who], shares) && !g->b.people[who].given;
    accepted = acts_try(g, who, "share.give_up", "{'shares':%d}", shares);
    judge(g, who, "share.give_up", accepted, may, due);
    if (!accepted)
        return;
    begin(g, who, shares);
    g->b.people[who].given = acts_last(g);
}

static void hand_over(governance *g, int who)
{
    int to = acts_somebody(g), shares = 1 + (int)governance_draw(g, 6);
    bool due = acts_is_due(g) || g->b.going[to], accepted;
    bool may = may_part(&g->b.people[who], shares) && book_is_member(&g->b.people[to])
               && who != to && may_hold(&g->b.people[to], shares);
    accepted =
        acts_try(g, who, "share.transfer", "{'shares':%d,'to':%u}", shares, acts_id(g, to));
    judge(g, who, "share.transfer", accepted, may, due);
    g->b.people[who].shares -= accepted ? shares : 0;
    g->b.people[to].shares += accepted ? shares : 0;
    g->b.met[MET_handed] += accepted;
}

/* Mostly of somebody who has some, or had. */
void acts_strike(governance *g, int by)
{
    char effect[120];
    motion m = {.by = by, .what = STRIKE, .subject = holder(g)};
    if (g->b.repayment_count && governance_draw(g, 2))
        m.subject = g->b.repayments[governance_draw(g, (unsigned)g->b.repayment_count)].of;
    m.base = 1 + governance_draw(g, 8);
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'share.strike','what':{'member':%u,'shares':%u}},",
             acts_id(g, m.subject), m.base);
    acts_open(g, &m, effect);
    if (m.id && governance_draw(g, 2))
        acts_campaign(g, m.id);
}

void acts_of_shares(governance *g)
{
    unsigned what = governance_draw(g, 40);
    if (what < 4)
        pay(g, governance_draw(g, 12) ? acts_keeper(g) : acts_somebody(g));
    else if (what < 6)
        give_up(g, holder(g));
    else if (what < 7)
        hand_over(g, holder(g));
    else if (what < 8 && g->b.before)
        give_back(g, governance_draw(g, 8) ? acts_keeper(g) : acts_somebody(g));
    else
        return;
    book_compare(g);
    acts_tick(g);
    const repayment *first = first_in_turn(g);
    if (first && fits(g, first) && !acts_is_due(g))
        governance_fail(g, "repayment %u waits, and there is capital enough", first->id);
}
