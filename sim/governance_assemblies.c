/* Assemblies: convened, attended, held on the first call or the second; what is put to them is
 * voted on there, by those who came. And tellers, who count for those without a device. */
#include "governance.h"

#include <stdio.h>

enum { DOORS_MS = 1800000, AHEAD_DAYS = 40, LASTS_DAYS = 2, SHEET = 6 };

/* ---- what the book knows ---- */

/* Its place, or NOBODY: a petition's, which the book does not follow. */
static int place_of(const governance *g, uint32_t id)
{
    for (int i = 0; i < g->b.assembly_count; i++)
        if (g->b.assemblies[i].id == id)
            return i;
    return NOBODY;
}

bool book_attends(const governance *g, uint32_t id, int who)
{
    int place = place_of(g, id);
    return place != NOBODY && g->b.assemblies[place].came[who]
           && g->b.assemblies[place].state == SHEAF_assembly_state_under_way;
}

bool book_was_held(const governance *g, uint32_t id)
{
    int place = place_of(g, id);
    return place != NOBODY
           && (g->b.assemblies[place].state == SHEAF_assembly_state_under_way
               || g->b.assemblies[place].state == SHEAF_assembly_state_ended);
}

void book_assembly_begins(governance *g, uint32_t of)
{
    int place = place_of(g, of);
    uint64_t present = 0;
    if (place == NOBODY)
        return;
    assembly *a = &g->b.assemblies[place];
    for (int p = 0; p < g->b.person_count; p++)
        present += a->came[p] && book_has_vote(&g->b.people[p]);
    bool again = a->state == SHEAF_assembly_state_second_call;
    bool quorate = again || present * 10000 >= (uint64_t)ATTENDANCE * book_voters(&g->b);
    a->state = quorate ? SHEAF_assembly_state_under_way : SHEAF_assembly_state_second_call;
    g->b.met[again ? MET_second_held : MET_held] += quorate;
}

void book_assembly_ends(governance *g, uint32_t of)
{
    int place = place_of(g, of);
    if (place == NOBODY)
        return;
    assembly *a = &g->b.assemblies[place];
    if (a->state != SHEAF_assembly_state_under_way)
        governance_fail(g, "assembly %u ends, and was not under way", of);
    a->state = SHEAF_assembly_state_ended;
}

void book_compare_assemblies(const governance *g)
{
    for (int i = 0; i < g->b.assembly_count; i++) {
        const assembly *a = &g->b.assemblies[i];
        if (sheaf_assembly_get(&g->k.state, a->id)->state != a->state)
            governance_fail(g, "assembly %u stands otherwise than %d", a->id, a->state);
    }
}

/* ---- an assembly ---- */

static void convene(governance *g)
{
    assembly *a = &g->b.assemblies[g->b.assembly_count];
    if (g->b.assembly_count == MATTERS_MAX)
        return;
    *a = (assembly){.by = acts_somebody(g), .state = SHEAF_assembly_state_convened};
    a->starts = g->k.now + DOORS_MS + DAY_MS * (16 + governance_draw(g, AHEAD_DAYS));
    a->ends = a->starts + LASTS_DAYS * DAY_MS;
    if (!acts_try(g, a->by, "assembly.convene",
                  "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", (long long)a->ends,
                  (long long)a->starts))
        return;
    a->id = acts_last(g);
    g->b.assembly_count++;
}

static void attend(governance *g, assembly *a)
{
    for (unsigned n = governance_draw(g, 20); n > 0; n--) {
        int who = acts_somebody(g);
        if (!acts_try(g, who, "assembly.attend", "{'assembly':%u}", a->id))
            continue;
        if (a->came[who] || !book_is_member(&g->b.people[who]))
            governance_fail(g, "%u comes to assembly %u twice, or is no member",
                            acts_id(g, who), a->id);
        a->came[who] = true;
    }
}

static void put(governance *g, assembly *a, int who)
{
    char effect[120];
    motion m = {.by = who, .what = RESOLUTION, .assembly = a->id};
    if (governance_draw(g, 3) == 0) {
        acts_open(g, &m, "");
        return;
    }
    m.what = ELECTION;
    m.subject = acts_somebody(g);
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'office.elect','what':{'member':%u,'organ':0}},",
             acts_id(g, m.subject));
    acts_open(g, &m, effect);
}

static void vote(governance *g, const assembly *a)
{
    for (int i = 0; i < g->b.motion_count; i++) {
        motion *m = &g->b.motions[i];
        if (m->assembly != a->id || m->state != SHEAF_motion_state_open)
            continue;
        for (int p = 0; p < g->b.person_count; p++) {
            int choice = acts_inclination(g, m);
            if ((a->came[p] ? governance_draw(g, 4) : !governance_draw(g, 100))
                && acts_try(g, p, "ballot.cast", "{'choice':'%s','motion':%u}",
                            acts_choices[choice], m->id))
                book_votes(g, m, p, choice);
        }
    }
}

static void call_off(governance *g, assembly *a)
{
    for (int i = 0; i < g->b.motion_count; i++)
        if (g->b.motions[i].assembly == a->id)
            return; /* what becomes of them is told elsewhere */
    if (acts_try(g, a->by, "assembly.cancel", "{'assembly':%u}", a->id))
        a->state = SHEAF_assembly_state_cancelled;
}

/* ---- tellers ---- */

static void appoint(governance *g)
{
    char effect[200];
    int one = acts_somebody(g), other = acts_somebody(g);
    if (one >= other)
        return;
    motion m = {.by = acts_somebody(g), .what = TELLERS, .subject = one};
    m.base = (uint32_t)other;
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'tellers.appoint','what':{'duration_s':%d,'members':["
             "{'member':%u},{'member':%u}]}},",
             TELLERS_DAYS * 86400, acts_id(g, one), acts_id(g, other));
    acts_open(g, &m, effect);
}

int acts_teller_after(const governance *g, int who)
{
    for (int p = who + 1; p < g->b.person_count; p++)
        if (g->b.teller[p])
            return p;
    return NOBODY;
}

/* What was recorded, as the state has it, is counted but for what could not be any more. */
static void count_sheet(governance *g, motion *m, uint32_t id)
{
    const struct sheaf_row_sheet *sheet = sheaf_sheet_get(&g->k.state, id);
    for (uint32_t i = 0; i < sheet->count; i++) {
        const struct sheaf_row_sheet_line *line =
            sheaf_sheet_line_at(&g->k.state, sheet->first + i);
        int who = 0;
        while (acts_id(g, who) != line->member)
            who++;
        if (line->refusal)
            continue;
        m->own[who] = m->choice[who];
        book_votes(g, m, who, line->choice);
        if (m->contested[who])
            governance_fail(g, "tellers count member %u again", line->member);
        m->counted[who] = true;
        g->b.met[MET_by_tellers]++;
    }
}

static uint32_t by_hand(const governance *g, uint32_t id)
{
    const struct sheaf_row_hand_count *row = sheaf_hand_count_find(&g->k.state, id);
    return row ? row->keyed : 0;
}

/* Once, by so long at most, and never of what is urgent: as the state has it. */
static void check_time(governance *g, motion *m)
{
    const struct sheaf_row_motion *row = sheaf_motion_get(&g->k.state, m->id);
    int64_t later = row->closes - m->closes, most = 3 * DAY_MS;
    if (m->sort == SHEAF_decision_sort_ordinary && m->assembly == SHEAF_NONE)
        most = most > ORDINARY_DAYS * DAY_MS / 2 ? ORDINARY_DAYS * DAY_MS / 2 : most;
    if (m->by_hand && row->closes - g->k.now < most)
        governance_fail(g, "motion %u leaves no time to contest ballots", m->id);
    if (later && (later != most || row->room == SHEAF_room_urgent || m->put_off))
        governance_fail(g, "motion %u is put off by %lld", m->id, (long long)later);
    m->put_off = m->put_off || later;
    g->b.met[MET_put_off] += later != 0;
    m->closes = row->closes;
}

static void contest(governance *g, motion *m)
{
    int who = acts_somebody(g);
    if (!acts_try(g, who, "ballot.contest", "{'matter':%u}", m->id))
        return;
    if (!m->counted[who] || m->conflicted[who] || m->state != SHEAF_motion_state_open)
        governance_fail(g, "member %u contests what nobody counted", acts_id(g, who));
    m->counted[who] = false;
    m->contested[who] = true;
    m->by_hand = by_hand(g, m->id);
    m->choice[who] = NOBODY;
    if (m->own[who] != NOBODY)
        book_votes(g, m, who, m->own[who]);
    g->b.met[MET_contested]++;
}

static void count(governance *g)
{
    char list[400] = "";
    int one = acts_teller_after(g, -1), other = acts_teller_after(g, one),
        start = acts_somebody(g);
    motion *m = g->b.motion_count ? &g->b.motions[g->b.motion_count - 1] : NULL;
    if (one == NOBODY || other == NOBODY || !m)
        return;
    for (int p = start; p < g->b.person_count && p < start + SHEET; p++)
        if (m->entitled[p] && !m->conflicted[p] && !m->counted[p] && !m->contested[p]
            && book_is_member(&g->b.people[p]))
            snprintf(list + strlen(list), sizeof list - strlen(list),
                     "%s{'choice':'%s','member':%u}", *list ? "," : "",
                     acts_choices[acts_inclination(g, m)], acts_id(g, p));
    if (!*list
        || !acts_try(g, one, "ballots.record",
                     "{'channel':'paper','evidence':~e,'list':[%s],'matter':%u}", list, m->id))
        return;
    uint32_t sheet = acts_last(g);
    if (g->k.now > g->b.tellers_until || m->conflicted[one])
        governance_fail(g, "member %u counts, and is no teller", acts_id(g, one));
    if (acts_try(g, one, "ballots.confirm", "{'sheet':%u}", sheet))
        governance_fail(g, "teller %u confirms a sheet alone", acts_id(g, one));
    if (!acts_try(g, other, "ballots.confirm", "{'sheet':%u}", sheet))
        return;
    if (m->conflicted[other])
        governance_fail(g, "teller %u confirms in a conflict", acts_id(g, other));
    m->by_hand = by_hand(g, m->id);
    count_sheet(g, m, sheet);
    check_time(g, m);
    for (int i = 0; i < SHEET; i++)
        contest(g, m);
}

/* ---- a day ---- */

static void meet(governance *g, assembly *a)
{
    bool under_way = a->state == SHEAF_assembly_state_under_way;
    if (g->k.now >= a->starts - 2 * DOORS_MS)
        attend(g, a);
    else if (governance_draw(g, 20) == 0)
        put(g, a, acts_somebody(g));
    else if (governance_draw(g, 300) == 0)
        call_off(g, a);
    if (!under_way)
        return;
    for (int p = 0; p < g->b.person_count; p++)
        if (a->came[p] && governance_draw(g, 10) == 0) {
            put(g, a, p);
            break;
        }
    vote(g, a);
}

void acts_of_assemblies(governance *g)
{
    assembly *a = g->b.assembly_count ? &g->b.assemblies[g->b.assembly_count - 1] : NULL;
    bool over = !a || a->state == SHEAF_assembly_state_ended
                || a->state == SHEAF_assembly_state_cancelled;
    if (!over)
        meet(g, a);
    else if (governance_draw(g, 60) == 0)
        convene(g);
    if (governance_draw(g, 40) == 0)
        appoint(g);
    if (governance_draw(g, 30) == 0)
        count(g);
    book_compare(g);
    acts_tick(g);
}
