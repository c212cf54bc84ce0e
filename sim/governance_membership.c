/* Who is a member, and who has died: two say so, and one more for each who says that the member
 * lives; whatever the member signs disproves it. The book's part stands first, what members do
 * follows. */
#include "governance.h"

#include <stdio.h>

/* ---- what the book knows ---- */

bool book_has_vote(const person *who)
{
    return who->state == FULL && who->class != SUPPORTER;
}

bool book_has_voice(const person *who)
{
    return book_is_member(who) && who->class != SUPPORTER;
}

bool book_is_member(const person *who)
{
    return who->state == TRIAL || who->state == FULL;
}

/* By signatures, whoever says that it was a member before the log: only a motion would tell. */
bool book_begins_on_trial(const person *who)
{
    return who->class == USER || who->class == COMMUNITY;
}

void book_joins(governance *g, uint32_t id, int class)
{
    if (g->b.person_count == PEOPLE_MAX)
        governance_fail(g, "no room for members");
    g->b.people[g->b.person_count++] =
        (person){.id = id, .class = class, .state = APPLIED, .applied = g->k.now};
}

void book_admits(governance *g, int who)
{
    person *p = &g->b.people[who];
    if (p->state != APPLIED)
        governance_fail(g, "%u is admitted twice", p->id);
    if (who && g->b.before && p->shares < SHARES_MIN)
        governance_fail(g, "%u is admitted and has not paid", p->id);
    book_takes_place(g, who);
    p->state = book_begins_on_trial(p) ? TRIAL : FULL;
}

uint32_t book_voters(const book *b)
{
    uint32_t count = 0;
    for (int p = 0; p < b->person_count; p++)
        count += book_has_vote(&b->people[p]);
    return count;
}

uint32_t book_members(const book *b)
{
    uint32_t count = 0;
    for (int p = 0; p < b->person_count; p++)
        count += book_is_member(&b->people[p]);
    return count;
}

/* The member has signed something. */
void book_lives(governance *g, int who)
{
    if (g->b.deaths[who].id)
        g->b.met[MET_disproved]++;
    g->b.deaths[who].id = 0;
}

static bool enough(const death *d)
{
    return d->records >= 2 + d->denials;
}

static bool may_say(const governance *g, int by, int of)
{
    return book_has_voice(&g->b.people[by]) && book_is_member(&g->b.people[of]);
}

static void record(governance *g, int by, int of, char evidence)
{
    death *d = &g->b.deaths[of];
    bool anew = !d->id || d->evidence != evidence;
    if (!may_say(g, by, of) || by == of || g->b.people[of].class == PARTNER
        || (d->id && (d->ends || (d->spoke[by] && (anew || !d->denied[by])))))
        governance_fail(g, "member %u records that member %u has died", acts_id(g, by),
                        acts_id(g, of));
    d->denials -= d->denied[by];
    d->denied[by] = false;
    if (anew) {
        d->id = acts_last(g);
        d->evidence = evidence;
        d->records = 0;
        d->ends = 0;
        memset(d->spoke, 0, sizeof d->spoke);
    }
    d->spoke[by] = true;
    d->records++;
    if (!anew && enough(d))
        d->ends = g->k.now + DEATH_DAYS * DAY_MS;
}

static void deny(governance *g, int by, int of)
{
    death *d = &g->b.deaths[of];
    if (by == of)
        return; /* disproved by the act itself, as by any other */
    if (!may_say(g, by, of) || !d->id || d->spoke[by] || d->denied[by])
        governance_fail(g, "member %u says that member %u lives", acts_id(g, by),
                        acts_id(g, of));
    d->spoke[by] = d->denied[by] = true;
    d->denials++;
    if (!enough(d))
        d->ends = 0;
    g->b.met[MET_denied]++;
}

void book_dies(governance *g, int who, const sheaf_deadline *due)
{
    death *d = &g->b.deaths[who];
    if (!book_is_member(&g->b.people[who]) || !d->id || d->ends != due->at)
        governance_fail(g, "member %u dies again, or at another time", acts_id(g, who));
    d->id = 0;
    book_departs(g, who);
    g->b.met[MET_died]++;
}

void book_compare_deaths(const governance *g)
{
    for (int p = 0; p < g->b.person_count; p++) {
        const death *d = &g->b.deaths[p];
        if (!book_is_member(&g->b.people[p]))
            continue;
        const struct sheaf_row_member *row = sheaf_member_get(&g->k.state, acts_id(g, p));
        const struct sheaf_row_death *said =
            row->death == SHEAF_NONE ? NULL : sheaf_death_get(&g->k.state, row->death);
        if ((said ? said->id : 0) != d->id || row->denials != d->denials
            || (said && (said->records != d->records || said->confirmed != (d->ends != 0))))
            governance_fail(g, "member %u is said to have died by %u, to live by %u; not %u %u",
                            row->id, said ? said->records : 0, row->denials, d->records,
                            d->denials);
    }
}

/* ---- what members do ---- */

void acts_second_ends(governance *g, int who)
{
    char name[KIT_NAME_MAX];
    uint32_t second = g->b.people[who].second;
    if (!second)
        return;
    g->b.people[who].second = 0;
    snprintf(name, sizeof name, "o%u", second);
    if (acts_try_key(g, name, "motion.open", "{'title':^}"))
        governance_fail(g, "key %s still signs for member %u", name, acts_id(g, who));
}

/* Somebody else comes to act for an organisation, or does no longer. */
static void change_second(governance *g)
{
    int who = 0;
    while (who < g->b.person_count
           && (g->b.people[who].class != PARTNER || !book_is_member(&g->b.people[who])
               || governance_draw(g, 3)))
        who++;
    if (who == g->b.person_count)
        return;
    uint32_t second = g->b.people[who].second, next = (uint32_t)g->k.state.size;
    if (!second
        && acts_try(g, who, "key.admit",
                    "{'public_key':@o%u,'scopes':{'admin':true,'data':true,'money':true,"
                    "'train':false,'vote':true},'web':false}",
                    next))
        g->b.people[who].second = next;
    else if (second && acts_try(g, who, "key.revoke", "{'key':%u}", second))
        acts_second_ends(g, who);
}

/* One whose death was recorded, mostly; never of the first, who keep the co-op going. */
static int somebody_gone(governance *g)
{
    int who = acts_somebody(g);
    for (int p = 0; governance_draw(g, 6) && p < g->b.person_count; p++)
        if (g->b.deaths[(who + p) % g->b.person_count].id)
            return (who + p) % g->b.person_count;
    return who;
}

void acts_of_membership(governance *g)
{
    unsigned what = governance_draw(g, 60);
    int by = acts_somebody(g), of = somebody_gone(g);
    char evidence = governance_draw(g, 8) ? 'e' : 'f';
    if (what == 5)
        change_second(g);
    if (of < STAY)
        return;
    if (what < 4
        && acts_try(g, by, "member.death", "{'evidence':~%c,'member':%u}", evidence,
                    acts_id(g, of)))
        record(g, by, of, evidence);
    else if (what < 10 && acts_try(g, by, "death.deny", "{'member':%u}", acts_id(g, of)))
        deny(g, by, of);
    book_compare(g);
}
