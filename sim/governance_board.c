/* What the board decides, and amendments on their way through the register. */
#include "governance.h"

#include <stdio.h>

static void elect(governance *g, int who)
{
    char effect[100];
    uint32_t organ = book_officers(&g->b) >= 2 && governance_draw(g, 3);
    motion m = {.by = who, .what = ELECTION, .subject = acts_somebody(g), .base = organ};
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'office.elect','what':{'member':%u,'organ':%u}},",
             acts_id(g, m.subject), organ);
    acts_open(g, &m, effect);
}

/* Where officers are conflicted, few are left who decide. */
static void recuse(governance *g)
{
    motion *m = g->b.motions, *end = m + g->b.motion_count;
    while (m < end && !(m->board && m->state == SHEAF_motion_state_open))
        m++;
    for (int p = 0; m < end && p < g->b.person_count; p++)
        if (g->b.sitting[p] && governance_draw(g, 3)
            && acts_try(g, p, "conflict.declare", "{'matter':%u}", m->id))
            book_conflict(g, m, p);
}

static void decide(governance *g, int who)
{
    motion m = {
        .by = governance_draw(g, 6) ? acts_officer(g) : who, .what = RESOLUTION, .board = true};
    acts_open(g, &m, "");
    if (governance_draw(g, 5) == 0)
        recuse(g);
}

static void resign(governance *g)
{
    (void)acts_try(g, acts_officer(g), "office.resign", "{'organ':0}");
}

/* Mostly the first that waits. */
static void enter(governance *g, int who)
{
    const book *b = &g->b;
    int by = governance_draw(g, 4) ? acts_officer(g) : who;
    if (!b->waiting_count)
        return;
    uint32_t of = b->waiting[governance_draw(g, 6) ? 0 : b->waiting_count - 1].id;
    if (acts_try(g, by, "bylaws.register", "{'date':%lld,'document':~d,'number':'R','of':%u}",
                 (long long)(g->k.now / 1000), of))
        book_registers(g, by, of);
}

static void give_up(governance *g, int who)
{
    char effect[100];
    motion m = {.by = who, .what = WITHDRAWAL};
    if (!g->b.waiting_count)
        return;
    m.base = g->b.waiting[governance_draw(g, (unsigned)g->b.waiting_count)].id;
    snprintf(effect, sizeof effect, "'effect':{'kind':'bylaws.withdraw','what':{'of':%u}},",
             m.base);
    acts_open(g, &m, effect);
}

void acts_of_board(governance *g, int who)
{
    unsigned what = governance_draw(g, 14);
    if (what < 2 || book_officers(&g->b) < 2 || (what < 5 && book_treasurers(&g->b) < 2))
        elect(g, who);
    else if (what < 6)
        decide(g, who);
    else if (what < 8)
        resign(g);
    else if (what < 9)
        give_up(g, who);
    else
        enter(g, who);
}
