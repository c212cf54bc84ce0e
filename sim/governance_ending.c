/* Members who go to another co-op, and how this one ends: wound up, every cent of it accounted
 * for, and sealed. The book's part stands first, what members do follows. */
#include "governance.h"

#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/shares.h"

#include <stdio.h>

#define OTHER "sheaf/abcdefghijklmnopqrstuvwxy2"
#define CLOSE "{'paid_cents':%lld,'rest_cents':%lld}"

enum { CALL_DAYS = 60, WAIT_MAX_DAYS = 500, GO_MAX = 6, CREDITORS = 6, GO_ON_DAYS = 120 };

/* ---- what the book knows ---- */

int64_t book_split_owed(const book *b)
{
    int64_t cents = 0;
    for (int i = 0; i < b->split_count; i++)
        cents += b->splits[i].settled ? 0 : b->splits[i].cents;
    return cents;
}

/* The capital that would stay, once there was any, and whether anybody would go. */
static bool may_split(const governance *g, const motion *m)
{
    const book *b = &g->b;
    int64_t capital = book_capital(b);
    int count = 0;
    for (int p = 0; p < b->person_count; p++) {
        if (!m->named[p] || !b->going[p] || !book_is_member(&b->people[p]))
            continue;
        capital -= b->people[p].shares * PRICE_CENTS;
        count++;
    }
    return count && (capital >= b->now.capital_min || !b->paid_in) && b->reserve >= m->cents[0]
           && book_free(b) >= m->cents[0];
}

/* Whoever was named and still goes, with the shares that were not given up before. */
int book_splits(governance *g, const motion *m, uint32_t tick)
{
    book *b = &g->b;
    split s = {.id = tick, .cents = m->cents[0], .by = NOBODY};
    int call = m->call;
    if (book_judge(&m->votes, &b->now, m->sort, call) != SHEAF_motion_state_adopted
        || !may_split(g, m) || b->split_count == MATTERS_MAX)
        return SHEAF_motion_state_void;
    for (int p = 0; p < b->person_count; p++) {
        if (!m->named[p] || !b->going[p] || !book_is_member(&b->people[p]))
            continue;
        s.cents += b->people[p].shares * PRICE_CENTS;
        b->people[p].shares = 0;
        book_departs(g, p);
    }
    b->reserve -= m->cents[0];
    s.settled = !s.cents;
    b->splits[b->split_count++] = s;
    b->met[MET_split]++;
    return SHEAF_motion_state_adopted;
}

/* What begins something, or takes money ahead of the creditors. */
bool book_is_stopped(const governance *g, const motion *m)
{
    return g->b.winding
           && (m->what == AMENDMENT || m->what == GRANT || m->what == APPROVAL
               || m->what == BUDGET || m->what == DISTRIBUTION || m->what == SPLIT
               || m->what == DISSOLUTION);
}

static int appoint(governance *g, const motion *m)
{
    int named[] = {(int)m->base, m->subject};
    for (int i = 0; i < 2; i++)
        if (!book_has_vote(&g->b.people[named[i]]))
            return SHEAF_motion_state_void;
    memcpy(g->b.liquidators, named, sizeof named);
    return SHEAF_motion_state_adopted;
}

static bool is_owed(const book *b)
{
    for (int i = 0; i < b->creditor_count; i++)
        if (b->creditors[i].open)
            return true;
    return false;
}

/* The winding up begins, or is over, or is done by others. */
int book_ends(governance *g, const motion *m)
{
    book *b = &g->b;
    if (m->what != DISSOLUTION && !b->winding)
        return SHEAF_motion_state_void;
    if (m->what == LIQUIDATORS)
        return appoint(g, m);
    if (m->what == CONTINUATION) {
        if (is_owed(b))
            return SHEAF_motion_state_void;
        b->winding = false;
        b->met[MET_continued]++;
        return SHEAF_motion_state_adopted;
    }
    if (appoint(g, m) == SHEAF_motion_state_void)
        return SHEAF_motion_state_void;
    b->winding = true;
    b->call_until = g->k.now + CALL_DAYS * DAY_MS;
    for (int i = 0; i < b->mandate_count; i++)
        b->mandates[i].revoked = true;
    return SHEAF_motion_state_adopted;
}

void book_compare_splits(const governance *g)
{
    const sheaf_state *state = &g->k.state;
    int64_t owed = -sheaf_ledger_balance(state, SHEAF_account_kind_split, SHEAF_NONE);
    if (owed != book_split_owed(&g->b))
        governance_fail(g, "%lld are owed to another co-op, and should be %lld",
                        (long long)owed, (long long)book_split_owed(&g->b));
    for (int i = 0; i < g->b.split_count; i++)
        if ((sheaf_split_get(state, g->b.splits[i].id)->settled != SHEAF_NONE)
            != g->b.splits[i].settled)
            governance_fail(g, "split %u stands otherwise", g->b.splits[i].id);
}

/* ---- members who go ---- */

void acts_campaign(governance *g, uint32_t id)
{
    for (int p = 0; p < g->b.person_count; p++) {
        motion *m = book_motion(g, id);
        if (m->state == SHEAF_motion_state_open && m->choice[p] != SHEAF_choice_yes
            && governance_draw(g, 30)
            && acts_try(g, p, "ballot.cast", "{'choice':'yes','motion':%u}", id))
            book_votes(g, m, p, SHEAF_choice_yes);
    }
}

/* Once, and not while the others are asked. */
static void announce(governance *g, int who)
{
    for (int i = 0; i < g->b.motion_count; i++) {
        const motion *m = &g->b.motions[i];
        if (m->what == SPLIT && m->named[who]
            && (m->state == SHEAF_motion_state_open || m->state == SHEAF_motion_state_held))
            return;
    }
    if (!g->b.going[who] && acts_try(g, who, "split.join", "{'to':'" OTHER "'}"))
        g->b.going[who] = true;
}

static int goer(const governance *g, int who)
{
    for (int p = 0; p < g->b.person_count; p++)
        if (g->b.going[(who + p) % g->b.person_count])
            return (who + p) % g->b.person_count;
    return who;
}

static void stay(governance *g, int who)
{
    if (!acts_try(g, who, "split.stay", "{}"))
        return;
    if (!g->b.going[who])
        governance_fail(g, "member %u takes back what it has not said", acts_id(g, who));
    g->b.going[who] = false;
}

/* Of the first three members nobody goes. */
static void propose(governance *g)
{
    char effect[600], list[400] = "";
    motion m = {.by = acts_somebody(g), .what = SPLIT, .base = SHEAF_NONE};
    for (int p = 3, count = 0; p < g->b.person_count && count < GO_MAX; p++) {
        if (!g->b.going[p] || !book_is_member(&g->b.people[p]))
            continue;
        size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s{'member':%u}", len ? "," : "",
                 acts_id(g, p));
        m.named[p] = true;
        count++;
    }
    m.cents[0] = governance_draw(g, 1 + (unsigned)g->b.reserve);
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'coop.split','what':{'members':[%s],'reserve_cents':%lld,"
             "'to':'" OTHER "'}},",
             list, (long long)m.cents[0]);
    if (list[0])
        acts_open(g, &m, effect);
    if (m.id)
        acts_campaign(g, m.id);
}

/* Two record the transfer, of the same evidence. */
static void settle(governance *g, int who)
{
    split *s = g->b.splits, *last = s + g->b.split_count;
    int evidence = governance_draw(g, 4) ? 'e' : 'f';
    while (s < last && s->settled)
        s++;
    if (s == last)
        return;
    bool second = s->by != NOBODY && s->evidence == evidence
                  && book_is_member(&g->b.people[s->by]) && book_may_record(g, s->by);
    bool may = book_may_record(g, who) && (!second || s->by != who)
               && (!second || s->cents <= book_bank(&g->b));
    if (!acts_try(g, who, "split.settle", "{'evidence':~%c,'split':%u}", evidence, s->id))
        return;
    if (!may)
        governance_fail(g, "member %u settles the split %u", acts_id(g, who), s->id);
    s->settled = second;
    s->by = who;
    s->evidence = evidence;
    g->b.met[MET_split_paid] += second;
}

void acts_of_splits(governance *g)
{
    unsigned what = governance_draw(g, 400);
    int who = acts_somebody(g);
    if (what < 8 && who >= 3)
        announce(g, who);
    else if (what < 11)
        stay(g, goer(g, who));
    else if (what < 12)
        propose(g);
    else if (what < 60)
        settle(g, acts_keeper(g));
    else
        return;
    book_compare(g);
    acts_tick(g);
}

/* ---- the end ---- */

static void record_creditor(governance *g)
{
    int by = g->b.liquidators[governance_draw(g, 2)];
    int64_t most = book_free(&g->b);
    for (int i = 0; i < g->b.creditor_count; i++)
        most -= g->b.creditors[i].open ? g->b.creditors[i].cents : 0;
    if (most < 2 || g->b.creditor_count == CREDITORS)
        return;
    int64_t cents = 1 + governance_draw(g, (unsigned)(most / 2));
    if (acts_try(g, by, "creditor.record", "{'amount_cents':%lld,'name':^,'reason':^}",
                 (long long)cents))
        g->b.creditors[g->b.creditor_count++] =
            (creditor){.id = acts_last(g), .by = by, .cents = cents, .open = true};
}

static void settle_creditors(governance *g)
{
    for (int i = 0; i < g->b.creditor_count; i++) {
        creditor *c = &g->b.creditors[i];
        if (governance_draw(g, 8))
            continue;
        int by = g->b.liquidators[governance_draw(g, 2)];
        bool paid = governance_draw(g, 4);
        if (!acts_try(g, by, "creditor.settle", "{'creditor':%u,'evidence':^,'outcome':'%s'}",
                      c->id, paid ? "paid" : "struck"))
            continue;
        if (!c->open || c->by == by)
            governance_fail(g, "creditor %u is settled again, or by one alone", c->id);
        c->open = false;
        c->paid = paid;
        g->b.met[MET_creditor] += paid;
    }
}

/* As the bank has it. */
static void settle_payments(governance *g)
{
    for (int i = 0; i < g->b.payment_count; i++) {
        payment *p = &g->b.payments[i];
        for (int who = 0; who < 2 && p->state == SHEAF_payment_state_released; who++)
            if (governance_draw(g, 30) == 0
                && acts_try(g, g->b.liquidators[who], "payment.settle",
                            "{'evidence':~e,'payment':%u}", p->id))
                p->state = SHEAF_payment_state_settled;
    }
}

static bool is_settled(const governance *g)
{
    const book *b = &g->b;
    for (int i = 0; i < b->payment_count; i++)
        if (b->payments[i].state == SHEAF_payment_state_released)
            return false;
    return !is_owed(b) && g->k.now >= b->call_until && !book_split_owed(b);
}

static bool is_sealed(const governance *g)
{
    const struct sheaf_row_ending *row = sheaf_ending_now(&g->k.state);
    return row && row->state == SHEAF_ending_state_sealed;
}

/* The accounts that the book comes to, by a liquidator; and others that are not so. */
static bool sign(governance *g, int by)
{
    int64_t bank = book_bank(&g->b), owed = book_owed(&g->b) + book_capital(&g->b);
    bool alike = g->seed % 4 < 2 && !g->b.successor;
    int64_t rest = alike ? 0 : bank - (owed < bank ? owed : bank), paid = bank - rest;
    bool settled = is_settled(g);
    if (acts_try(g, by, "coop.close", CLOSE, (long long)paid + 1, (long long)rest)
        || acts_try(g, 0, "coop.close", CLOSE, (long long)paid, (long long)rest))
        governance_fail(g, "other accounts are signed, or by no liquidator");
    if (!acts_try(g, by, "coop.close", CLOSE, (long long)paid, (long long)rest))
        return false;
    if (!settled)
        governance_fail(g, "the co-op is closed, and not everything is settled");
    if (is_sealed(g) != g->b.closing)
        governance_fail(g, "one seals the log alone, or two do not");
    g->b.met[MET_final_rest] += g->b.closing && rest > 0;
    return true;
}

/* The one after the other; nothing happens between. */
static void close_accounts(governance *g)
{
    g->b.closing = false;
    if (!sign(g, g->b.liquidators[0]))
        return;
    g->b.closing = true;
    (void)sign(g, g->b.liquidators[1]);
}

/* Nothing is left, and nothing is accepted any more. */
static void check_sealed(governance *g)
{
    const sheaf_state *state = &g->k.state;
    sheaf_deadline due;
    if (sheaf_fold_due(state, SHEAF_JSON_INT_MAX, &due))
        governance_fail(g, "something is due after the end");
    for (uint32_t i = 0; i < sheaf_account_count(state); i++)
        if (sheaf_account_at(state, i)->balance_cents)
            governance_fail(g, "an account has a balance after the end");
    for (uint32_t i = 0; i < sheaf_holding_count(state); i++)
        if (sheaf_holding_at(state, i)->shares || sheaf_holding_at(state, i)->leaving)
            governance_fail(g, "somebody holds shares after the end");
    if (sheaf_capital_now(state) && sheaf_capital_now(state)->cents)
        governance_fail(g, "there is capital after the end");
    for (int i = 0; i < g->b.motion_count; i++) {
        int was = g->b.motions[i].state,
            is = sheaf_motion_get(state, g->b.motions[i].id)->state;
        bool under_way = was == SHEAF_motion_state_open || was == SHEAF_motion_state_held;
        if (is != (under_way ? SHEAF_motion_state_void : was))
            governance_fail(g, "motion %u is %d after the end, and was %d", g->b.motions[i].id,
                            is, was);
    }
    for (int p = 0; p < g->b.person_count; p++)
        if (acts_try(g, p, "member.leave", "{}") || acts_try(g, p, "motion.open", "{'title':^}")
            || acts_try(g, p, "revenue.record", "{'amount_cents':1,'evidence':~e,'memo':^}")
            || acts_try(g, p, "coop.close", "{'paid_cents':0,'rest_cents':0}"))
            governance_fail(g, "member %u acts after the end", acts_id(g, p));
    kit_state_digest(&g->k);
}

/* While it is wound up liquidators see to what is owed. */
static void pass_day(governance *g)
{
    acts_of_day(g);
    if (!g->b.winding)
        return;
    if (governance_draw(g, 12) == 0)
        record_creditor(g);
    settle_creditors(g);
    settle_payments(g);
    settle(g, g->b.liquidators[governance_draw(g, 2)]);
    book_compare(g);
}

static int state_of(governance *g, uint32_t id)
{
    return id ? book_motion(g, id)->state : SHEAF_motion_state_withdrawn;
}

/* Until the members have decided so. */
static void resolve(governance *g, const motion *wanted, const char *effect)
{
    uint32_t open = 0;
    for (int day = 0; state_of(g, open) != SHEAF_motion_state_adopted; day++) {
        if (day == WAIT_MAX_DAYS)
            governance_fail(g, "the members cannot decide how the co-op ends");
        if (state_of(g, open) != SHEAF_motion_state_open
            && state_of(g, open) != SHEAF_motion_state_held) {
            motion m = *wanted;
            m.by = acts_somebody(g);
            acts_open(g, &m, effect);
            open = m.id;
        }
        if (open)
            acts_campaign(g, open);
        pass_day(g);
    }
}

static void dissolve(governance *g)
{
    char effect[300];
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'coop.dissolve','what':{'liquidators':[{'member':%u},"
             "{'member':%u}]%s}},",
             acts_id(g, 1), acts_id(g, 2), g->b.successor ? ",'successor':'" OTHER "'" : "");
    resolve(g, &(motion){.what = DISSOLUTION, .base = 1, .subject = 2}, effect);
}

/* Others wind it up, and then it goes on after all. */
static void go_on(governance *g)
{
    char effect[300];
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'liquidators.appoint','what':{'members':[{'member':%u},"
             "{'member':%u}]}},",
             acts_id(g, 0), acts_id(g, 2));
    resolve(g, &(motion){.what = LIQUIDATORS, .base = 0, .subject = 2}, effect);
    resolve(g, &(motion){.what = CONTINUATION, .base = SHEAF_NONE},
            "'effect':{'kind':'coop.continue','what':{}},");
    for (int day = 0; day < GO_ON_DAYS; day++)
        pass_day(g);
}

void acts_end(governance *g)
{
    g->b.successor = g->seed % 3 == 0;
    dissolve(g);
    if (g->seed % 2) {
        go_on(g);
        dissolve(g);
    }
    for (int day = 0; !is_sealed(g); day++) {
        if (day == WAIT_MAX_DAYS)
            governance_fail(g, "the co-op cannot be closed");
        pass_day(g);
        if (day > CALL_DAYS / 2)
            close_accounts(g);
        if (!is_sealed(g))
            acts_tick(g);
    }
    check_sealed(g);
}
