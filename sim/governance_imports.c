/* A register that was kept before: one enters it, another confirms it, and whoever claims a
 * place of it is admitted like anyone, one to a place. The book's part stands first, what
 * members do follows. */
#include "governance.h"

#include "coop/import.h"

#include <stdio.h>

enum { ROWS = 3, TERM_DAYS = 1500 };

/* ---- what the book knows ---- */

static bool is_free(const governance *g, const imported *p)
{
    return g->b.imports[p->import].confirmed && (!p->term || p->term > g->k.now)
           && (p->taken == NOBODY
               || (g->b.people[p->taken].excluded && g->b.people[p->taken].state == GONE));
}

/* Others who claimed it are told that it is taken. */
void book_takes_place(governance *g, int who)
{
    int at = g->b.people[who].place - 1;
    if (at < 0)
        return;
    imported *p = &g->b.places[at];
    if (!is_free(g, p))
        governance_fail(g, "member %u is admitted to place %u, which is not free",
                        acts_id(g, who), p->number);
    p->taken = who;
    for (int other = 0; other < g->b.person_count; other++)
        if (other != who && g->b.people[other].place == at + 1
            && g->b.people[other].state == APPLIED)
            g->b.people[other].state = GONE;
    g->b.met[MET_claimed]++;
}

/* No membership outlasts the term that stands in the register. */
void book_check_term(const governance *g, int who, int64_t ends)
{
    int at = g->b.people[who].place - 1;
    if (at >= 0 && g->b.places[at].term && ends > g->b.places[at].term)
        governance_fail(g, "member %u leaves after the term of place %u", acts_id(g, who),
                        g->b.places[at].number);
}

static void check_winding(const governance *g, const char *what)
{
    if (g->b.winding)
        governance_fail(g, "%s while the co-op is wound up", what);
}

static void enters(governance *g, import *i, int who, const imported *fresh)
{
    imported *p = g->b.places, *end = p + g->b.place_count;
    check_winding(g, "a register is entered");
    while (p < end && p->number != fresh->number)
        p++;
    if (who != i->by || i->confirmed || i->entered == ROWS
        || (p < end && (g->b.imports[p->import].confirmed || p->import == fresh->import)))
        governance_fail(g, "member %u enters place %u", acts_id(g, who), fresh->number);
    if (g->b.place_count == MATTERS_MAX)
        governance_fail(g, "no room for places");
    g->b.place_count += p == end;
    *p = *fresh;
    i->entered++;
}

static void confirms(governance *g, import *i, int who)
{
    check_winding(g, "a register is confirmed");
    if (i->confirmed || i->entered != ROWS || who == i->by || !book_has_voice(&g->b.people[who])
        || !book_is_member(&g->b.people[i->by]))
        governance_fail(g, "member %u confirms the import %u", acts_id(g, who), i->id);
    i->confirmed = true;
    g->b.met[MET_imported]++;
}

/* ---- what members do ---- */

static void open_import(governance *g, int who)
{
    if (g->b.import_count == MATTERS_MAX
        || !acts_try(g, who, "import.open", "{'count':%d}", ROWS))
        return;
    check_winding(g, "an import is opened");
    g->b.imports[g->b.import_count++] = (import){.id = acts_last(g), .by = who};
}

/* A new number, or one that was entered before. */
static void enter(governance *g, import *i, int who)
{
    char term[40] = "";
    uint32_t numbers = (uint32_t)g->b.place_count;
    imported p = {.import = (int)(i - g->b.imports),
                  .class = (int)governance_draw(g, CLASSES),
                  .taken = NOBODY,
                  .number =
                      1 + (governance_draw(g, 8) ? numbers : governance_draw(g, numbers + 1))};
    if (governance_draw(g, 3) == 0) {
        p.term =
            (g->k.now / 1000 + 86400 * (int64_t)(1 + governance_draw(g, TERM_DAYS))) * 1000;
        snprintf(term, sizeof term, ",'term':%lld", (long long)p.term / 1000);
    }
    if (acts_try(g, who, "member.import",
                 "{'class':%d,'import':%u,'joined':1500000000,'kind':'%s','name':^,"
                 "'number':%u%s}",
                 p.class, i->id, p.class == PARTNER ? "organisation" : "person", p.number,
                 term))
        enters(g, i, who, &p);
}

/* Over the digest of what was entered, and over no other. */
static void confirm(governance *g, import *i, int who)
{
    char digest[65];
    sheaf_hash hash = sheaf_import_get(&g->k.state, i->id)->digest;
    for (int turn = 0; turn < 2; turn++) {
        hash.bytes[0] ^= 1;
        for (int at = 0; at < 32; at++)
            snprintf(digest + (size_t)(2 * at), 3, "%02x", hash.bytes[at]);
        if (!acts_try(g, who, "import.confirm", "{'count':%d,'digest':'%s','import':%u}", ROWS,
                      digest, i->id))
            continue;
        if (!turn)
            governance_fail(g, "the import %u is confirmed as another", i->id);
        confirms(g, i, who);
    }
}

void acts_of_imports(governance *g)
{
    unsigned what = governance_draw(g, 40);
    import *i = g->b.import_count ? &g->b.imports[g->b.import_count - 1] : NULL;
    int who = acts_somebody(g);
    if (what > 4)
        return;
    if (!i || governance_draw(g, 30) == 0 || (i->confirmed && g->b.place_count < 60))
        open_import(g, who);
    else if (i->entered < ROWS)
        enter(g, i, governance_draw(g, 8) ? i->by : who);
    else if (!i->confirmed)
        confirm(g, i, who);
    book_compare(g);
}

bool acts_claim(governance *g, const char *name)
{
    if (!g->b.place_count)
        return false;
    int at = (int)governance_draw(g, (unsigned)g->b.place_count), who = g->b.person_count;
    const imported *p = &g->b.places[at];
    if (!acts_try(g, who, "member.claim", "{'name':^,'number':%u,'public_key':@%s,'web':false}",
                  p->number, name))
        return false;
    check_winding(g, "a place is claimed");
    if (!is_free(g, p))
        governance_fail(g, "place %u is claimed, and not free", p->number);
    book_joins(g, acts_last(g), p->class);
    g->b.people[who].place = at + 1;
    return true;
}
