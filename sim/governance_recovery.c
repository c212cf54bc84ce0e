/* Lost keys, and keys that were not lost: a new key takes the place of the old ones after
 * enough members have confirmed it and the wait is over, and where somebody objected the panel
 * has upheld it; never else.
 */
#include "governance.h"

#include <stdio.h>

static bool over(const recovery *r)
{
    return r->state == SHEAF_recovery_state_done || r->state == SHEAF_recovery_state_failed;
}

static recovery *newest(governance *g)
{
    return g->b.recovery_count ? &g->b.recoveries[g->b.recovery_count - 1] : NULL;
}

static uint8_t state_of(const governance *g, const recovery *r)
{
    return sheaf_recovery_get(&g->k.state, r->id)->state;
}

/* The members with a vote but the one whose keys they are. */
static uint32_t others(const governance *g, const recovery *r)
{
    return book_voters(&g->b) - book_has_vote(&g->b.people[r->of]);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What has been said, by class, with so many whole voices more for it and against it. */
static tally said(const governance *g, const recovery *r, uint32_t more, uint32_t less)
{
    tally t = {.heads = more + less, .all = {0}};
    t.all[SHEAF_choice_yes] = more;
    t.all[SHEAF_choice_no] = less;
    for (int p = 0; p < g->b.person_count; p++) {
        bool with = r->confirmed[p] || (r->judged[p] && r->with[p]);
        bool without = p == r->of ? r->own : r->judged[p] && !r->with[p];
        int choice = with ? SHEAF_choice_yes : SHEAF_choice_no;
        t.heads += with || without;
        t.all[choice] += with || without;
        t.of[g->b.people[p].class][choice] += with || without;
    }
    return t;
}

/* Would it stand, if so many more said so, or that it should not? */
static bool carried(const governance *g, const recovery *r, uint32_t more, uint32_t less)
{
    const tally t = said(g, r, more, less);
    return book_carried(&t, &g->b.now,
                        r->own ? SHEAF_decision_sort_protected : SHEAF_decision_sort_ordinary);
}

/* Who could still judge. */
static uint32_t judges_left(const governance *g, const recovery *r)
{
    uint32_t count = 0;
    for (int p = 0; p < g->b.person_count; p++)
        count +=
            p != r->of && book_has_vote(&g->b.people[p]) && !r->confirmed[p] && !r->judged[p];
    return count;
}

/* All others are for it, four at least who are no investors, although the member objected. */
static bool by_all_others(const governance *g, const recovery *r)
{
    const tally t = said(g, r, 0, 0);
    return r->own && !r->against && judges_left(g, r) == 0
           && t.all[SHEAF_choice_yes] - t.of[INVESTOR][SHEAF_choice_yes] >= 4;
}

/* Does every voice count as a whole one, also of those to come? */
static bool whole(const governance *g, const recovery *r)
{
    for (int p = 0; p < g->b.person_count; p++)
        if (g->b.people[p].class == INVESTOR
            && (book_has_vote(&g->b.people[p]) || r->confirmed[p] || r->judged[p]))
            return false;
    return true;
}

static bool panel_spoke(const governance *g, const recovery *r)
{
    return r->judges >= r->confirmations || judges_left(g, r) == 0;
}

/* The new key signs from now on, and no other of the member's. */
static void take_over(governance *g, recovery *r)
{
    g->b.met[MET_upheld] += r->state == SHEAF_recovery_state_objected;
    r->state = SHEAF_recovery_state_done;
    g->b.people[r->of].key = r->id;
    acts_second_ends(g, r->of);
    g->b.met[MET_recovered]++;
}

/* ---- acts ---- */

static void ask(governance *g)
{
    char name[KIT_NAME_MAX];
    recovery *r = &g->b.recoveries[g->b.recovery_count];
    if (g->b.recovery_count == MATTERS_MAX)
        return;
    *r = (recovery){.id = (uint32_t)g->k.state.size,
                    .of = acts_somebody(g),
                    .state = SHEAF_recovery_state_open};
    snprintf(name, sizeof name, "r%u", r->id);
    if (acts_try_key(g, name, "recovery.open", "{'member':%u,'public_key':@%s,'web':false}",
                     acts_id(g, r->of), name))
        g->b.recovery_count++;
}

static void confirm(governance *g, recovery *r, int who)
{
    if (!acts_try(g, who, "recovery.confirm", "{'recovery':%u}", r->id))
        return;
    if (r->state != SHEAF_recovery_state_open || r->confirmed[who] || who == r->of
        || !book_has_vote(&g->b.people[who]))
        governance_fail(g, "member %u confirms the recovery %u", acts_id(g, who), r->id);
    r->confirmed[who] = true;
    r->confirmations++;
    if (state_of(g, r) == SHEAF_recovery_state_open)
        return;
    if (r->confirmations < least(CONFIRMATIONS, others(g, r) - 1))
        governance_fail(g, "recovery %u waits after %u confirmations", r->id, r->confirmations);
    r->state = SHEAF_recovery_state_waiting;
    r->closes = r->until = g->k.now + WAIT_DAYS * DAY_MS;
}

/* What nobody who is left can change ends at once, and takes effect after the wait. */
static void weigh_recovery(governance *g, recovery *r)
{
    uint32_t left = judges_left(g, r);
    bool all = r->own && !r->against && r->confirmations + r->upheld + left >= 4;
    if (left && !whole(g, r))
        return;
    if (!carried(g, r, left, 0) && !(all && left) && !by_all_others(g, r)) {
        r->state = SHEAF_recovery_state_failed;
    } else if (panel_spoke(g, r) && (carried(g, r, 0, left) || by_all_others(g, r))) {
        if (g->k.now >= r->until)
            take_over(g, r);
        else
            r->closes = r->until;
    }
}

static void object(governance *g, recovery *r, int who)
{
    if (!acts_try(g, who, "recovery.object", "{'recovery':%u}", r->id))
        return;
    if (who == r->of ? r->own : r->state != SHEAF_recovery_state_waiting || r->confirmed[who])
        governance_fail(g, "member %u objects to the recovery %u", acts_id(g, who), r->id);
    r->state = SHEAF_recovery_state_objected;
    r->closes = g->k.now + PANEL_DAYS * DAY_MS;
    if (r->closes < r->until)
        r->closes = r->until;
    r->judged[who] = true;
    r->against += who != r->of;
    r->own |= who == r->of;
    g->b.met[MET_objected]++;
    weigh_recovery(g, r);
}

static void judge(governance *g, recovery *r, int who)
{
    bool uphold = r->id % 3 > 0;
    if (!acts_try(g, who, "recovery.judge", "{'recovery':%u,'uphold':%s}", r->id,
                  uphold ? "true" : "false"))
        return;
    if (r->state != SHEAF_recovery_state_objected || r->confirmed[who] || r->judged[who]
        || who == r->of)
        governance_fail(g, "member %u judges the recovery %u", acts_id(g, who), r->id);
    r->judged[who] = true;
    r->with[who] = uphold;
    r->upheld += uphold;
    r->against += !uphold;
    r->judges++;
    weigh_recovery(g, r);
}

static void strike(governance *g, recovery *r, int who)
{
    if (!acts_try(g, who, "recovery.decline", "{'recovery':%u}", r->id))
        return;
    if (r->state != SHEAF_recovery_state_open || r->confirmations)
        governance_fail(g, "recovery %u is struck, and somebody confirmed it", r->id);
    r->state = SHEAF_recovery_state_failed;
}

/* The new key can do nothing before it is the member's; the old ones nothing after. */
static void try_wrong_key(governance *g, const recovery *r)
{
    char name[KIT_NAME_MAX];
    if (g->b.people[r->of].key == r->id)
        snprintf(name, sizeof name, r->of ? "m%d" : "ann", r->of);
    else
        snprintf(name, sizeof name, "r%u", r->id);
    if (acts_try_key(g, name, "motion.open", "{'title':^}"))
        governance_fail(g, "key %s signs for member %u", name, acts_id(g, r->of));
}

void acts_of_recovery(governance *g)
{
    recovery *r = newest(g);
    int who = acts_somebody(g);
    if (!r || over(r)) {
        if (governance_draw(g, 40) == 0)
            ask(g);
    } else if (r->state == SHEAF_recovery_state_open) {
        if (governance_draw(g, 12) == 0)
            strike(g, r, who);
        else if (governance_draw(g, 2))
            confirm(g, r, who);
    } else if (r->state == SHEAF_recovery_state_waiting) {
        if (governance_draw(g, 30) == 0)
            object(g, r, governance_draw(g, 2) ? who : r->of);
    } else if (governance_draw(g, 20) == 0) {
        object(g, r, governance_draw(g, 2) ? who : r->of);
    } else if (governance_draw(g, 4) == 0) {
        judge(g, r, who);
    }
    if (r && governance_draw(g, 10) == 0)
        try_wrong_key(g, r);
    book_compare(g);
    acts_tick(g);
}

/* ---- time ---- */

void book_recovery_ends(governance *g, const sheaf_deadline *due)
{
    for (int i = 0; i < g->b.recovery_count; i++) {
        recovery *r = &g->b.recoveries[i];
        if (r->id != due->of)
            continue;
        bool stands = r->state == SHEAF_recovery_state_waiting
                      || (r->state == SHEAF_recovery_state_objected && panel_spoke(g, r)
                          && (carried(g, r, 0, 0) || by_all_others(g, r)));
        if (over(r) || (r->closes && r->closes != due->at) || due->at < r->until)
            governance_fail(g, "recovery %u ends again, or at another time", r->id);
        if (stands && state_of(g, r) == SHEAF_recovery_state_done)
            take_over(g, r);
        else
            r->state = SHEAF_recovery_state_failed;
    }
}

void book_compare_recoveries(governance *g)
{
    for (int i = 0; i < g->b.recovery_count; i++) {
        recovery *r = &g->b.recoveries[i];
        uint8_t state = state_of(g, r);
        if (!over(r) && g->b.people[r->of].state == GONE
            && state == SHEAF_recovery_state_failed)
            r->state = SHEAF_recovery_state_failed;
        if (state != r->state)
            governance_fail(g, "recovery %u is %d, and should be %d", r->id, state, r->state);
    }
}
