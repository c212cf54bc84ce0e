/* Budgets, out of whose lines payments go, and surplus that is shared. The book's part stands
 * first, what members do follows. */
#include "governance.h"

#include "coop/ledger.h"

#include <stdio.h>

/* What is shared, in hundredths of a percent: by records, of which nobody has brought any into
 * a round, so to the reserve; to members alike; to the reserve. */
enum { DATA_BP = 5000, MEMBERS_BP = 3000, ALL_BP = 10000 };

/* ---- what the book knows ---- */

static int64_t ends(const book *b, const budget *of)
{
    if (of->next == NOBODY)
        return of->until;
    int64_t next = b->budgets[of->next].from;
    return next < of->until ? next : of->until;
}

/* How much a payment can take of it now; 0 while it is not in force. */
int64_t book_left(const governance *g, int of, int line)
{
    const budget *b = &g->b.budgets[of];
    return b->from <= g->k.now && g->k.now < ends(&g->b, b) ? b->left[line] : 0;
}

int book_adopts_budget(governance *g, const motion *m, uint32_t tick)
{
    book *b = &g->b;
    budget *before = m->base == SHEAF_NONE ? NULL : &b->budgets[m->base];
    if (b->budget_count == MATTERS_MAX)
        governance_fail(g, "no room for budgets");
    if (m->until <= m->from || m->until <= g->k.now
        || (before && (before->next != NOBODY || m->from < before->from)))
        return SHEAF_motion_state_void;
    if (before)
        before->next = b->budget_count;
    b->budgets[b->budget_count] =
        (budget){.id = tick, .next = NOBODY, .from = m->from, .until = m->until};
    memcpy(b->budgets[b->budget_count++].left, m->cents, sizeof m->cents);
    b->met[MET_budget]++;
    return SHEAF_motion_state_adopted;
}

/* Rounded down, and what is left over to the largest remainders, one cent each, in order. */
static void apportion(int64_t cents, const int64_t *weights, int count, int64_t *out)
{
    int64_t total = 0, given = 0;
    bool served[PEOPLE_MAX] = {0};
    for (int i = 0; i < count; i++)
        total += weights[i];
    for (int i = 0; i < count; i++)
        given += out[i] = cents * weights[i] / total;
    for (; given < cents; given++) {
        int most = NOBODY;
        for (int i = 0; i < count; i++)
            if (!served[i]
                && (most == NOBODY
                    || cents * weights[i] % total > cents * weights[most] % total))
                most = i;
        served[most] = true;
        out[most]++;
    }
}

/* What was earned and is neither spent nor shared. */
static int64_t surplus(const governance *g)
{
    return book_free(&g->b) - g->b.reserve;
}

int book_distributes(governance *g, const motion *m)
{
    static const int64_t keys[] = {DATA_BP, MEMBERS_BP, ALL_BP - DATA_BP - MEMBERS_BP};
    int64_t parts[3], alike[PEOPLE_MAX] = {0}, shares[PEOPLE_MAX], cents = m->cents[0];
    if (surplus(g) < cents)
        return SHEAF_motion_state_void;
    for (int p = 0; p < g->b.person_count; p++)
        alike[p] = book_is_member(&g->b.people[p]);
    apportion(cents, keys, 3, parts);
    apportion(parts[1], alike, g->b.person_count, shares);
    for (int p = 0; p < g->b.person_count; p++)
        g->b.people[p].owed += shares[p];
    g->b.reserve += parts[0] + parts[2];
    g->b.met[MET_distributed]++;
    return SHEAF_motion_state_adopted;
}

void book_compare_budgets(const governance *g)
{
    const sheaf_state *state = &g->k.state;
    int64_t reserve = -sheaf_ledger_balance(state, SHEAF_account_kind_reserve, SHEAF_NONE);
    if (reserve != g->b.reserve || sheaf_ledger_surplus(state) != surplus(g))
        governance_fail(g, "the reserve is %lld and should be %lld, the surplus %lld and %lld",
                        (long long)reserve, (long long)g->b.reserve,
                        (long long)sheaf_ledger_surplus(state), (long long)surplus(g));
    for (int i = 0; i < g->b.budget_count; i++) {
        const budget *b = &g->b.budgets[i];
        const struct sheaf_row_budget *row = sheaf_budget_get(state, b->id);
        for (uint32_t l = 0; l < LINES; l++) {
            const struct sheaf_row_budget_line *line =
                sheaf_budget_line_at(state, row->line_first + l);
            if (row->lines != LINES || line->amount_cents - line->spent_cents != b->left[l])
                governance_fail(g, "of line %u of budget %u %lld are left", l, b->id,
                                (long long)b->left[l]);
        }
    }
}

/* ---- what members do ---- */

static void adopt(governance *g, int who)
{
    char effect[300], replaces[32] = "";
    motion m = {.by = who,
                .what = BUDGET,
                .base = SHEAF_NONE,
                .from = g->k.now + (int64_t)governance_draw(g, 20) * DAY_MS,
                .until = g->k.now + (int64_t)(10 + governance_draw(g, 300)) * DAY_MS};
    for (int l = 0; l < LINES; l++)
        m.cents[l] = governance_draw(g, SPEND_CENTS);
    if (g->b.budget_count && governance_draw(g, 2)) {
        m.base = (uint32_t)g->b.budget_count - 1;
        snprintf(replaces, sizeof replaces, "'replaces':%u,", g->b.budgets[m.base].id);
    }
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'budget.adopt','what':{'from':%lld,'lines':[{'amount_cents':"
             "%lld,'name':^},{'amount_cents':%lld,'name':^}],%s'until':%lld}},",
             (long long)m.from, (long long)m.cents[0], (long long)m.cents[1], replaces,
             (long long)m.until);
    acts_open(g, &m, effect);
}

static void distribute(governance *g, int who)
{
    char effect[120];
    motion m = {.by = who, .what = DISTRIBUTION, .base = SHEAF_NONE};
    m.cents[0] = 1 + governance_draw(g, SPEND_CENTS);
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'surplus.distribute','what':{'amount_cents':%lld}},",
             (long long)m.cents[0]);
    acts_open(g, &m, effect);
}

void acts_of_budgets(governance *g)
{
    unsigned what = governance_draw(g, 120);
    if (what < 2)
        adopt(g, acts_somebody(g));
    else if (what < 4)
        distribute(g, acts_somebody(g));
    else
        return;
    book_compare(g);
    acts_tick(g);
}
