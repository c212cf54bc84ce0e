/* Decisions after advice, and members and the board called to account: each step is possible
 * only where the bylaws promise it, whoever takes it. */
#include "governance.h"

#include <stdio.h>

/* ---- advice ---- */

/* The newest, one time in four another. */
static advice *some_advice(governance *g)
{
    int count = g->b.advice_count;
    if (!count)
        return NULL;
    return &g->b.advices[governance_draw(g, 4) ? count - 1
                                               : (int)governance_draw(g, (unsigned)count)];
}

static void ask(governance *g, int who)
{
    char list[200] = "";
    int asked = 0, most = 1 + (int)governance_draw(g, 3);
    if (g->b.advice_count == MATTERS_MAX)
        return;
    advice *a = &g->b.advices[g->b.advice_count];
    *a = (advice){.by = who, .state = SHEAF_advice_state_open};
    for (int p = acts_somebody(g); p < g->b.person_count && asked < most; p++) {
        if (!book_is_member(&g->b.people[p]) || p == who)
            continue;
        size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s{'member':%u}", len ? "," : "",
                 acts_id(g, p));
        a->asked[p] = true;
        asked++;
    }
    if (!asked || !acts_try(g, who, "advice.open", "{'asked':[%s],'text':^,'title':^}", list))
        return;
    a->id = acts_last(g);
    a->closes = g->k.now + ADVICE_DAYS * DAY_MS;
    g->b.advice_count++;
}

static void advise(governance *g, advice *a)
{
    for (int p = 0; p < g->b.person_count; p++) {
        if (!(a->asked[p] ? governance_draw(g, 3) : !governance_draw(g, 200))
            || !acts_try(g, p, "advice.give", "{'advice':%u,'text':^}", a->id))
            continue;
        if (p == a->by || a->given[p] || a->unasked[p] || g->k.now >= a->closes
            || a->state != SHEAF_advice_state_open)
            governance_fail(g, "member %u advises on %u late, again or itself", acts_id(g, p),
                            a->id);
        a->given[p] = a->asked[p];
        a->unasked[p] = !a->asked[p];
    }
}

static void reply(governance *g, int who, advice *a)
{
    for (int p = 0; p < g->b.person_count; p++) {
        if (!a->asked[p] || !governance_draw(g, 5)
            || !acts_try(g, who, "advice.reply", "{'advice':%u,'member':%u,'text':^}", a->id,
                         acts_id(g, p)))
            continue;
        if (a->by != who || !a->given[p] || a->replied[p])
            governance_fail(g, "advice of member %u on %u is answered", acts_id(g, p), a->id);
        a->replied[p] = true;
    }
}

static void conclude_advice(governance *g, int who, advice *a)
{
    bool silent = false;
    if (!acts_try(g, who, "advice.decide", "{'advice':%u,'text':^}", a->id))
        return;
    for (int p = 0; p < g->b.person_count; p++) {
        silent = silent || (a->asked[p] && !a->given[p]);
        if (a->given[p] && !a->replied[p])
            governance_fail(g, "%u is decided, and advice is not answered", a->id);
    }
    if (a->by != who || (silent && g->k.now < a->closes))
        governance_fail(g, "%u is decided before its advice", a->id);
    a->state = SHEAF_advice_state_decided;
    g->b.met[silent ? MET_unadvised : MET_advised]++;
}

static void take_advice(governance *g, int who)
{
    advice *a = some_advice(g);
    unsigned what = governance_draw(g, 8);
    int by = a && governance_draw(g, 10) ? a->by : who;
    if (!a || what < 2) {
        ask(g, who);
    } else if (what < 4) {
        advise(g, a);
    } else if (what < 7) {
        reply(g, by, a);
        conclude_advice(g, by, a);
    } else if (governance_draw(g, 4) == 0
               && acts_try(g, by, "advice.withdraw", "{'advice':%u}", a->id)) {
        if (by != a->by)
            governance_fail(g, "%u is withdrawn by another", a->id);
        a->state = SHEAF_advice_state_withdrawn;
    }
}

void book_advice_lapses(governance *g, const sheaf_deadline *due)
{
    for (int i = 0; i < g->b.advice_count; i++) {
        advice *a = &g->b.advices[i];
        if (a->id != due->of)
            continue;
        if (a->state != SHEAF_advice_state_open || due->at < a->closes)
            governance_fail(g, "advice %u lapses early, or again", a->id);
        a->state = SHEAF_advice_state_lapsed;
    }
}

/* ---- accountability ---- */

static void call(governance *g, int who)
{
    int subject = acts_somebody(g);
    bool board = governance_draw(g, 2);
    if (g->b.account_count == MATTERS_MAX)
        return;
    account *a = &g->b.accounts[g->b.account_count];
    *a = (account){.by = who, .state = SHEAF_accountability_state_answer};
    for (int p = 0; p < g->b.person_count; p++)
        a->subject[p] = board ? g->b.sitting[p] : p == subject;
    if (!(board ? acts_try(g, who, "accountability.open", "{'organ':0,'text':^,'title':^}")
                : acts_try(g, who, "accountability.open", "{'subject':%u,'text':^,'title':^}",
                           acts_id(g, subject))))
        return;
    a->id = acts_last(g);
    a->closes = g->k.now + ANSWER_DAYS * DAY_MS;
    g->b.account_count++;
}

/* Only its subject answers; everything else is done by others. */
static void step(governance *g, account *a, int who, bool answers, int from, int to)
{
    if (a->subject[who] != answers || (from >= 0 && a->state != from))
        governance_fail(g, "member %u moves the account %u on from %d to %d", acts_id(g, who),
                        a->id, a->state, to);
    a->state = to;
}

static void begin_hearing(governance *g, account *a)
{
    a->closes = g->k.now + OUTCOME_DAYS * DAY_MS;
}

/* Anybody but its subjects puts motions, several at one time. */
static void put_outcome(governance *g, account *a, int who)
{
    motion m = {.by = who, .what = RESOLUTION, .account = a->id};
    acts_open(g, &m, "");
    if (!m.id)
        return;
    if (a->subject[who] || a->state != SHEAF_accountability_state_outcome
        || g->k.now >= a->closes)
        governance_fail(g, "motion %u is no outcome of %u", m.id, a->id);
    a->motions++;
}

bool book_is_called(const governance *g, uint32_t process, int who)
{
    for (int i = 0; i < g->b.account_count; i++)
        if (g->b.accounts[i].id == process)
            return g->b.accounts[i].subject[who];
    return false;
}

/* The first that is adopted concludes it. */
void book_account_decided(governance *g, const motion *m)
{
    for (int i = 0; i < g->b.account_count; i++) {
        account *a = &g->b.accounts[i];
        if (a->id != m->account)
            continue;
        a->motions--;
        bool adopted = m->state == SHEAF_motion_state_adopted;
        if (a->state != SHEAF_accountability_state_outcome)
            continue;
        if (adopted)
            a->state = SHEAF_accountability_state_concluded;
        else if (!a->motions && g->k.now >= a->closes)
            a->state = SHEAF_accountability_state_unresolved;
        g->b.met[MET_concluded] += adopted;
        g->b.met[MET_unresolved] += a->state == SHEAF_accountability_state_unresolved;
    }
}

static void answer(governance *g, account *a, int who)
{
    for (int p = 0; governance_draw(g, 6) && p < g->b.person_count; p++)
        who = a->subject[p] ? p : who;
    if (!acts_try(g, who, "accountability.answer", "{'process':%u,'text':^}", a->id))
        return;
    step(g, a, who, true, SHEAF_accountability_state_answer,
         SHEAF_accountability_state_hearing);
    begin_hearing(g, a);
}

static void hear(governance *g, account *a, int who)
{
    if (!acts_try(g, who, "accountability.hear", "{'process':%u,'text':^}", a->id))
        return;
    if (a->heard[who])
        governance_fail(g, "member %u records the hearing of %u twice", acts_id(g, who), a->id);
    a->heard[who] = true;
    step(g, a, who, false,
         a->state == SHEAF_accountability_state_outcome ? SHEAF_accountability_state_outcome
                                                        : SHEAF_accountability_state_hearing,
         SHEAF_accountability_state_outcome);
}

static void give_up(governance *g, account *a, int who)
{
    if (!acts_try(g, who, "accountability.withdraw", "{'process':%u}", a->id))
        return;
    step(g, a, who, false, -1, SHEAF_accountability_state_withdrawn);
    if (a->by != who || a->motions)
        governance_fail(g, "account %u is withdrawn by another, or under a motion", a->id);
}

/* Mostly the step that is next. */
static void hold_to_account(governance *g, int who)
{
    int count = g->b.account_count;
    account *a = count ? &g->b.accounts[count - 1] : NULL;
    if (count > 1 && governance_draw(g, 2))
        a = &g->b.accounts[count - 2];
    unsigned what = a && governance_draw(g, 4) ? (unsigned)a->state : governance_draw(g, 5);
    if (!a || what == 4 || (what > 4 && governance_draw(g, 2)))
        call(g, who);
    else if (what == SHEAF_accountability_state_answer)
        answer(g, a, who);
    else if (what == SHEAF_accountability_state_hearing)
        hear(g, a, who);
    else if (what == SHEAF_accountability_state_outcome && governance_draw(g, 3) == 0)
        hear(g, a, who);
    else if (what == SHEAF_accountability_state_outcome)
        put_outcome(g, a, who);
    else
        give_up(g, a, governance_draw(g, 4) ? who : a->by);
}

void book_account_goes_on(governance *g, const sheaf_deadline *due)
{
    for (int i = 0; i < g->b.account_count; i++) {
        account *a = &g->b.accounts[i];
        if (a->id != due->of)
            continue;
        if (due->at != a->closes)
            governance_fail(g, "a step of %u ends at another time", a->id);
        if (a->state == SHEAF_accountability_state_answer) {
            a->state = SHEAF_accountability_state_hearing;
            begin_hearing(g, a);
        } else if (a->motions) {
            continue; /* it waits for them */
        } else if (a->state == SHEAF_accountability_state_hearing
                   || a->state == SHEAF_accountability_state_outcome) {
            a->state = SHEAF_accountability_state_unresolved;
            g->b.met[MET_unresolved]++;
        } else {
            governance_fail(g, "account %u ends again", a->id);
        }
    }
}

/* ---- both ---- */

void acts_of_matters(governance *g, int who)
{
    take_advice(g, who);
    hold_to_account(g, who);
}

void book_compare_matters(const governance *g)
{
    for (int i = 0; i < g->b.advice_count; i++) {
        const advice *a = &g->b.advices[i];
        if (sheaf_advice_get(&g->k.state, a->id)->state != a->state)
            governance_fail(g, "advice %u stands otherwise than %d", a->id, a->state);
    }
    for (int i = 0; i < g->b.account_count; i++) {
        const account *a = &g->b.accounts[i];
        if (sheaf_accountability_get(&g->k.state, a->id)->state != a->state)
            governance_fail(g, "account %u stands otherwise than %d", a->id, a->state);
    }
}
