/* Money that comes in and is paid out: who may record and sign it, when a payment leaves, and
 * what is left. The book's part stands first, what members do follows. */
#include "governance.h"

#include "coop/deadline.h"
#include "coop/ledger.h"

#include <stdio.h>

/* ---- what the book knows ---- */

static receipt *some_receipt(governance *g)
{
    unsigned count = (unsigned)g->b.receipt_count, some = count < 4 ? count : 4;
    return some ? &g->b.receipts[count - 1 - governance_draw(g, some)] : NULL;
}

static payment *payment_by(governance *g, uint32_t id)
{
    for (int i = 0; i < g->b.payment_count; i++)
        if (g->b.payments[i].id == id)
            return &g->b.payments[i];
    return NULL;
}

/* What came in and has not gone out again. */
int64_t book_bank(const book *b)
{
    int64_t cents = b->shares_in;
    for (int i = 0; i < b->receipt_count; i++)
        cents += b->receipts[i].reversed ? 0 : b->receipts[i].cents;
    for (int i = 0; i < b->payment_count; i++)
        cents -= b->payments[i].left ? b->payments[i].cents : 0;
    for (int i = 0; i < b->split_count; i++)
        cents -= b->splits[i].settled ? b->splits[i].cents : 0;
    for (int i = 0; i < b->creditor_count; i++)
        cents -= b->creditors[i].paid ? b->creditors[i].cents : 0;
    return cents;
}

int64_t book_free(const book *b)
{
    return book_bank(b) - book_capital(b) - book_owed(b) - book_split_owed(b);
}

/* The members have decided on it or on its budget, or it is owed to one of them. */
static bool is_decided(const payment *p)
{
    return p->approved || p->account != NOBODY || p->budget != NOBODY;
}

/* What has left within so many days without a decision of the members. */
static int64_t undecided_in(const governance *g, int days)
{
    int64_t cents = 0;
    for (int i = 0; i < g->b.payment_count; i++) {
        const payment *p = &g->b.payments[i];
        if (p->left && !is_decided(p) && p->left > g->k.now - days * DAY_MS)
            cents += p->cents;
    }
    return cents;
}

bool book_frozen(const governance *g, int who)
{
    for (int i = 0; i < g->b.recovery_count; i++)
        if (g->b.recoveries[i].of == who
            && g->b.recoveries[i].state == SHEAF_recovery_state_objected)
            return true;
    return false;
}

static bool counts(const governance *g, const payment *p, int who)
{
    return p->signer[who] && g->b.treasurer[who] && !p->conflicted[who]
           && p->key[who] == g->b.people[who].key && !book_frozen(g, who);
}

static uint32_t signatures(const governance *g, const payment *p)
{
    uint32_t count = 0;
    for (int who = 0; who < g->b.person_count; who++)
        count += counts(g, p, who);
    return count;
}

static int64_t limit_of(const payment *p)
{
    return p->advice == NOBODY ? SPEND_CENTS : ADVISED_CENTS;
}

static bool may_sign(const governance *g, const payment *p, int who)
{
    return !g->b.winding && p->state == SHEAF_payment_state_ordered && g->b.treasurer[who]
           && !book_frozen(g, who) && !p->conflicted[who] && !counts(g, p, who)
           && p->account != who && (p->approved || p->cents <= limit_of(p));
}

bool book_may_record(const governance *g, int who)
{
    const book *b = &g->b;
    if (b->winding)
        return who == b->liquidators[0] || who == b->liquidators[1];
    return book_treasurers(&g->b) ? g->b.treasurer[who] : book_has_vote(&g->b.people[who]);
}

/* Before it has left: what was decided after advice may be asked for again. */
static void end(governance *g, payment *p, int to)
{
    p->state = to;
    if (p->advice != NOBODY)
        g->b.advices[p->advice].paid = false;
}

void book_payment_lapses(governance *g, const sheaf_deadline *due)
{
    payment *p = payment_by(g, due->of);
    if (!p || p->state != SHEAF_payment_state_ordered || p->closes != due->at)
        governance_fail(g, "payment %u lapses again, or at another time", due->of);
    end(g, p, SHEAF_payment_state_lapsed);
    g->b.met[MET_unpaid]++;
}

void book_compare_money(const governance *g)
{
    const sheaf_state *state = &g->k.state;
    int64_t cents = book_bank(&g->b), free = book_free(&g->b);
    int64_t bank = sheaf_ledger_balance(state, SHEAF_account_kind_bank, SHEAF_NONE);
    if (free < 0 || bank != cents || sheaf_ledger_free(state) != free)
        governance_fail(g, "%lld are in the bank and %lld free; should be %lld and %lld",
                        (long long)bank, (long long)sheaf_ledger_free(state), (long long)cents,
                        (long long)free);
    for (int i = 0; i < g->b.receipt_count; i++) {
        const receipt *r = &g->b.receipts[i];
        if ((sheaf_receipt_get(state, r->id)->reversed != SHEAF_NONE) != r->reversed)
            governance_fail(g, "receipt %u stands otherwise", r->id);
    }
    for (int i = 0; i < g->b.payment_count; i++) {
        const payment *p = &g->b.payments[i];
        const struct sheaf_row_payment *row = sheaf_payment_get(state, p->id);
        if (row->state != p->state || (row->approved != SHEAF_NONE) != p->approved)
            governance_fail(g, "payment %u is %d, and should be %d", p->id, row->state,
                            p->state);
    }
}

/* ---- what members do ---- */

bool acts_is_due(const governance *g)
{
    sheaf_deadline due;
    return sheaf_fold_due(&g->k.state, g->k.now + g->k.step_ms, &due);
}

int acts_keeper(governance *g)
{
    int from = (int)governance_draw(g, (unsigned)g->b.person_count);
    if (governance_draw(g, 8))
        for (int p = 0; p < g->b.person_count; p++)
            if (g->b.treasurer[(from + p) % g->b.person_count])
                return (from + p) % g->b.person_count;
    return acts_somebody(g);
}

static void record(governance *g, int who)
{
    int64_t cents = 1 + governance_draw(g, SPEND_CENTS);
    if (g->b.receipt_count == MATTERS_MAX
        || !acts_try(g, who, "revenue.record", "{'amount_cents':%lld,'evidence':~e,'memo':^}",
                     (long long)cents))
        return;
    if (!book_may_record(g, who))
        governance_fail(g, "member %u records what came in", acts_id(g, who));
    g->b.receipts[g->b.receipt_count++] =
        (receipt){.id = acts_last(g), .by = who, .cents = cents};
}

static void reverse(governance *g, int who)
{
    receipt *r = some_receipt(g);
    if (!r)
        return;
    int64_t before = book_free(&g->b) - g->b.reserve;
    if (!acts_try(g, who, "revenue.reverse", "{'entry':%u,'reason':^}", r->id))
        return;
    if (r->reversed || r->said[who] || !book_may_record(g, who))
        governance_fail(g, "member %u reverses the receipt %u", acts_id(g, who), r->id);
    uint32_t officers = g->b.winding ? 2 : book_treasurers(&g->b);
    r->said[who] = true;
    r->reversed = ++r->voices > 1 || officers == 1 || (officers && who != r->by);
    if (r->reversed && before < r->cents)
        governance_fail(g, "receipt %u is reversed, and its money is gone", r->id);
    g->b.met[MET_reversed] += r->reversed;
}

/* Out of somebody's account, a budget or after advice, or nothing of it. */
static void choose(governance *g, payment *p)
{
    p->account = p->advice = p->budget = NOBODY;
    unsigned what = governance_draw(g, 8);
    if (what < 3) {
        int from = acts_somebody(g);
        for (int i = 0; i < g->b.person_count; i++, from = (from + 1) % g->b.person_count)
            if (g->b.people[from].owed)
                break;
        p->account = from;
        p->by = book_is_member(&g->b.people[from]) && governance_draw(g, 8) ? from : p->by;
        p->cents = 1 + governance_draw(g, 1 + (unsigned)g->b.people[from].owed * 5 / 4);
    } else if (what < 5 && g->b.budget_count) {
        p->budget = g->b.budget_count - 1 - (g->b.budget_count > 1 && !governance_draw(g, 4));
        p->line = (int)governance_draw(g, LINES);
        p->cents = 1 + p->cents / 4;
    } else if (what < 7 && g->b.advice_count) {
        p->advice = (int)governance_draw(g, (unsigned)g->b.advice_count);
        for (int i = 0; i < 4 && g->b.advices[p->advice].state != SHEAF_advice_state_decided;
             i++)
            p->advice = (int)governance_draw(g, (unsigned)g->b.advice_count);
        p->by = governance_draw(g, 8) ? g->b.advices[p->advice].by : p->by;
    }
}

static bool may_order(const governance *g, const payment *p)
{
    const person *by = &g->b.people[p->by];
    bool treasurer = g->b.treasurer[p->by], own = p->account == p->by;
    if (p->account != NOBODY) {
        const person *of = &g->b.people[p->account];
        if (of->owed < p->cents || (!own && (book_is_member(of) || !treasurer)))
            return false;
    }
    if (p->budget != NOBODY && book_left(g, p->budget, p->line) < p->cents)
        return false;
    if (p->advice != NOBODY) {
        const advice *a = &g->b.advices[p->advice];
        if (a->state != SHEAF_advice_state_decided || a->by != p->by || a->paid
            || p->cents > ADVISED_CENTS)
            return false;
    }
    return !g->b.winding && (treasurer || own || book_has_vote(by));
}

static void order(governance *g, int who)
{
    char whose[40] = "", after[40] = "", out_of[40] = "", line[40] = "";
    payment p = {.by = who,
                 .cents = 1 + governance_draw(g, SPEND_CENTS + SPEND_CENTS / 4),
                 .state = SHEAF_payment_state_ordered};
    choose(g, &p);
    if (p.account != NOBODY)
        snprintf(whose, sizeof whose, "'account':%u,", acts_id(g, p.account));
    if (p.advice != NOBODY)
        snprintf(after, sizeof after, "'advice':%u,", g->b.advices[p.advice].id);
    if (p.budget != NOBODY) {
        snprintf(out_of, sizeof out_of, "'budget':%u,", g->b.budgets[p.budget].id);
        snprintf(line, sizeof line, "'line':%d,", p.line);
    }
    if (g->b.payment_count == MATTERS_MAX
        || !acts_try(g, p.by, "payment.order",
                     "{%s%s'amount_cents':%lld,%s%s'payee':^,'purpose':^}", whose, after,
                     (long long)p.cents, out_of, line))
        return;
    if (!may_order(g, &p))
        governance_fail(g, "member %u asks for a payment", acts_id(g, p.by));
    p.id = acts_last(g);
    p.closes = g->k.now + LAPSE_DAYS * DAY_MS;
    g->b.payments[g->b.payment_count++] = p;
    if (p.advice != NOBODY)
        g->b.advices[p.advice].paid = true;
}

/* Is so much there, and not owed to others? */
static bool is_there(const governance *g, const payment *p)
{
    if (p->account != NOBODY)
        return p->cents <= g->b.people[p->account].owed && p->cents <= book_bank(&g->b);
    return p->cents <= book_free(&g->b)
           && (p->budget == NOBODY || p->cents <= book_left(g, p->budget, p->line));
}

/* Would it be too much for so many days? */
static bool is_too_much(const governance *g, const payment *p, int days)
{
    return !is_decided(p) && undecided_in(g, days) + p->cents > limit_of(p);
}

static void leave(governance *g, payment *p)
{
    if (!is_there(g, p) || is_too_much(g, p, SPEND_DAYS))
        governance_fail(g, "payment %u leaves, and is too much", p->id);
    p->state = SHEAF_payment_state_released;
    p->left = g->k.now;
    if (p->account != NOBODY)
        g->b.people[p->account].owed -= p->cents;
    if (p->budget != NOBODY)
        g->b.budgets[p->budget].left[p->line] -= p->cents;
    g->b.met[MET_paid]++;
    g->b.met[MET_approved] += p->approved;
    g->b.met[MET_from_account] += p->account != NOBODY;
    g->b.met[MET_from_budget] += p->budget != NOBODY;
    g->b.met[MET_from_advice] += p->advice != NOBODY;
}

/* Have conflicts of interest left too few who could sign it? */
static bool unable(const governance *g, const payment *p)
{
    uint32_t able = 0, others = 0, conflicted = 0;
    for (int who = 0; who < g->b.person_count; who++) {
        if (!g->b.treasurer[who])
            continue;
        bool can = !p->conflicted[who] && p->account != who;
        conflicted += p->conflicted[who];
        able += can;
        others += can && p->by != who;
    }
    return conflicted && (able < SIGNATURES || !others);
}

int book_approves(governance *g, const motion *m)
{
    payment *p = payment_by(g, m->base);
    bool members = unable(g, p);
    if (p->state != SHEAF_payment_state_ordered || (p->approved && !members)
        || (members && !is_there(g, p)))
        return SHEAF_motion_state_void;
    p->approved = true;
    if (members) {
        leave(g, p);
        g->b.met[MET_by_members]++;
    }
    return SHEAF_motion_state_adopted;
}

void book_payment_conflicts(const governance *g, motion *m)
{
    for (int i = 0; m->what == APPROVAL && i < g->b.payment_count; i++)
        for (int who = 0; g->b.payments[i].id == m->base && who < PEOPLE_MAX; who++)
            m->conflicted[who] |= m->entitled[who] && g->b.payments[i].conflicted[who];
}

void book_payment_conflict_of(governance *g, const motion *on, int who)
{
    for (int i = 0; on->what == APPROVAL && i < g->b.payment_count; i++)
        if (g->b.payments[i].id == on->base
            && g->b.payments[i].state == SHEAF_payment_state_ordered && g->b.treasurer[who])
            g->b.payments[i].conflicted[who] = true;
}

/* With the last signature that is needed it leaves, or the signature is refused. */
static void sign(governance *g, payment *p, int who)
{
    bool may = may_sign(g, p, who), due = acts_is_due(g);
    bool leaves = signatures(g, p) + 1 >= SIGNATURES;
    if (!acts_try(g, who, "payment.sign", "{'payment':%u}", p->id)) {
        bool kept = leaves && (!is_there(g, p) || is_too_much(g, p, 2 * SPEND_DAYS));
        g->b.met[MET_waited] += may && kept && is_there(g, p);
        if (may && !kept && !due)
            governance_fail(g, "treasurer %u cannot sign payment %u", acts_id(g, who), p->id);
        return;
    }
    if (!may)
        governance_fail(g, "member %u signs payment %u", acts_id(g, who), p->id);
    p->signer[who] = true;
    p->key[who] = g->b.people[who].key;
    if (leaves)
        leave(g, p);
}

static void unsign(governance *g, payment *p, int who)
{
    if (!acts_try(g, who, "payment.unsign", "{'payment':%u}", p->id))
        return;
    if (p->state != SHEAF_payment_state_ordered || !p->signer[who])
        governance_fail(g, "member %u takes back what was not signed", acts_id(g, who));
    p->signer[who] = false;
}

static void recuse(governance *g, payment *p, int who)
{
    if (!acts_try(g, who, "conflict.declare", "{'matter':%u}", p->id))
        return;
    if (p->state != SHEAF_payment_state_ordered || p->conflicted[who] || !g->b.treasurer[who])
        governance_fail(g, "member %u is conflicted on payment %u", acts_id(g, who), p->id);
    p->conflicted[who] = true;
    for (int i = 0; i < g->b.motion_count; i++) {
        motion *m = &g->b.motions[i];
        if (m->what == APPROVAL && m->base == p->id && m->state == SHEAF_motion_state_open
            && m->entitled[who] && !m->conflicted[who])
            book_conflict(g, m, who);
    }
}

static void cancel(governance *g, payment *p, int who)
{
    if (!acts_try(g, who, "payment.cancel", "{'payment':%u}", p->id))
        return;
    if (p->state != SHEAF_payment_state_ordered || p->by != who || p->conflicted[who])
        governance_fail(g, "member %u takes payment %u back", acts_id(g, who), p->id);
    end(g, p, SHEAF_payment_state_cancelled);
}

static void settle(governance *g, payment *p, int who)
{
    if (!acts_try(g, who, "payment.settle", "{'evidence':~e,'payment':%u}", p->id))
        return;
    if (p->state != SHEAF_payment_state_released || p->conflicted[who] || p->account == who
        || (!g->b.treasurer[who] && !(g->b.winding && book_may_record(g, who))
            && !(unable(g, p) && book_has_vote(&g->b.people[who]))))
        governance_fail(g, "member %u settles payment %u", acts_id(g, who), p->id);
    p->state = SHEAF_payment_state_settled;
}

static void ask_members(governance *g, const payment *p, int who)
{
    char effect[100];
    motion m = {.by = who, .what = APPROVAL, .base = p->id};
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'payment.approve','what':{'payment':%u}},", p->id);
    acts_open(g, &m, effect);
}

static void handle(governance *g, payment *p, int who)
{
    unsigned what = governance_draw(g, 20);
    if (what < 12)
        sign(g, p, who);
    else if (what < 13)
        unsign(g, p, who);
    else if (what < 14)
        recuse(g, p, who);
    else if (what < 15)
        cancel(g, p, governance_draw(g, 2) ? p->by : who);
    else if (what < 18)
        settle(g, p, who);
    else if (p->cents > limit_of(p) || governance_draw(g, 8) == 0)
        ask_members(g, p, acts_somebody(g));
}

void acts_of_money(governance *g)
{
    unsigned what = governance_draw(g, 24);
    unsigned count = (unsigned)g->b.payment_count, some = count < 4 ? count : 4;
    int who = acts_keeper(g);
    if (what < 1 && governance_draw(g, 2))
        reverse(g, who);
    else if (what < 3)
        record(g, who);
    else if (what < 5)
        order(g, who);
    else if (what < 19 && some)
        handle(g, &g->b.payments[count - 1 - governance_draw(g, some)], who);
    book_compare(g);
    acts_tick(g);
}
