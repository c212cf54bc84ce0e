/* Ballots counted anew, and what the bylaws make of them. */
#include "governance.h"

/* ---- votes ---- */

static int ballot_of(const motion *m, int p)
{
    return m->entitled[p] && !m->conflicted[p] ? m->choice[p] : NOBODY;
}

int book_holder(const governance *g, uint32_t matter, int64_t closes, int giver)
{
    const proxy *found = NULL;
    for (int i = 0; i < g->b.proxy_count; i++) {
        const proxy *x = &g->b.proxies[i];
        if (!x->live || x->giver != giver || x->until < closes
            || (x->matter != SHEAF_NONE && x->matter != matter))
            continue;
        if (!found || x->matter == matter)
            found = x;
    }
    return found ? found->holder : NOBODY;
}

tally book_count(const governance *g, const motion *m, bool proxies)
{
    tally t = {.voices = m->what == EXCLUSION || m->what == STRIKE ? 2 : 0};
    for (int p = 0; p < g->b.person_count; p++) {
        int choice = ballot_of(m, p);
        t.electorate += m->entitled[p];
        t.conflicts += m->entitled[p] && m->conflicted[p];
        if (proxies && m->entitled[p] && !m->conflicted[p] && m->choice[p] == NOBODY
            && g->b.people[p].state == FULL) {
            int holder = book_holder(g, m->id, m->closes, p);
            if (holder != NOBODY && g->b.people[holder].state == FULL)
                choice = ballot_of(m, holder);
        }
        if (choice == NOBODY)
            continue;
        t.of[g->b.people[p].class][choice]++;
        t.all[choice]++;
        t.heads++;
    }
    return t;
}

/* ---- what a rule says ---- */

static void parts(bool nine_tenths, int sort, uint64_t *above, uint64_t *below)
{
    *above = sort == SHEAF_decision_sort_ordinary    ? 1
             : sort == SHEAF_decision_sort_qualified ? 2
             : nine_tenths                           ? 9
                                                     : 3;
    *below = sort == SHEAF_decision_sort_ordinary    ? 2
             : sort == SHEAF_decision_sort_qualified ? 3
             : nine_tenths                           ? 10
                                                     : 4;
}

void book_part_of_investors(const tally *t, uint64_t *part, uint64_t *whole)
{
    uint64_t cast = 0;
    for (int c = 0; c < SHEAF_choice_COUNT; c++)
        cast += t->of[INVESTOR][c];
    *part = (t->heads - cast) * CEILING_BP;
    *whole = cast * (10000 - CEILING_BP);
    if (*part >= *whole)
        *part = *whole = 1;
}

/* So many times as much as the choice's ballots count for as `whole` says. */
static uint64_t weigh(const tally *t, int choice)
{
    uint64_t part, whole, theirs = t->of[INVESTOR][choice];
    book_part_of_investors(t, &part, &whole);
    return (t->all[choice] - theirs) * whole + theirs * part;
}

bool book_carried(const tally *t, const laws *rules, int sort)
{
    uint64_t above, below;
    uint64_t yes = weigh(t, SHEAF_choice_yes), no = weigh(t, SHEAF_choice_no);
    parts(rules->nine_tenths, sort, &above, &below);
    return sort == SHEAF_decision_sort_ordinary ? yes > no
                                                : yes > 0 && yes * below >= (yes + no) * above;
}

int book_judge(const tally *t, const laws *rules, int sort, int call)
{
    uint64_t quorum = sort == SHEAF_decision_sort_ordinary ? (uint64_t)rules->ordinary_quorum
                      : sort == SHEAF_decision_sort_qualified
                          ? QUALIFIED_QUORUM
                          : (uint64_t)rules->protected_quorum;
    if (call > 1 && sort != SHEAF_decision_sort_qualified)
        quorum = 0;
    if (t->heads * 10000 < quorum * t->electorate)
        return SHEAF_motion_state_no_quorum;
    bool carried = book_carried(t, rules, sort) && t->all[SHEAF_choice_yes] >= t->voices;
    return carried ? SHEAF_motion_state_adopted : SHEAF_motion_state_rejected;
}

/* Of the officers of its opening so many must take part, or be for an urgent act. */
static uint64_t board_quorum(const motion *m, const tally *t)
{
    return m->urgent ? t->electorate / 2 + 1 : (t->electorate * BOARD_QUORUM + 9999) / 10000;
}

int book_judge_by_board(const motion *m, const tally *t)
{
    uint64_t needed = board_quorum(m, t);
    if (m->urgent)
        return t->all[SHEAF_choice_yes] >= needed ? SHEAF_motion_state_adopted
                                                  : SHEAF_motion_state_rejected;
    if (t->heads < needed)
        return SHEAF_motion_state_no_quorum;
    return t->all[SHEAF_choice_yes] > t->all[SHEAF_choice_no] ? SHEAF_motion_state_adopted
                                                              : SHEAF_motion_state_rejected;
}

/* Too few are left who have voted or could: the members decide in their place. */
bool book_board_unable(const governance *g, const motion *m)
{
    tally t = book_count(g, m, false);
    uint64_t able = t.heads;
    for (int p = 0; p < g->b.person_count; p++)
        able +=
            m->entitled[p] && !m->conflicted[p] && m->choice[p] == NOBODY && g->b.sitting[p];
    return !able || able < board_quorum(m, &t);
}

bool book_capped(const tally *t)
{
    uint64_t part, whole;
    book_part_of_investors(t, &part, &whole);
    return part < whole;
}
