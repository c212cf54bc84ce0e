/* What the program does by itself, and how members stop it: mandates that are held before they
 * act, suspensions by members, by motions and by the board at once. The book's part stands
 * first, what members do follows. */
#include "governance.h"

#include <stdio.h>

/* ---- what the book knows ---- */

static suspension *suspension_by(governance *g, uint32_t id)
{
    for (int i = 0; i < g->b.suspension_count; i++)
        if (g->b.suspensions[i].id == id)
            return &g->b.suspensions[i];
    return NULL;
}

/* The last of that thing, or NULL. */
static suspension *suspension_of(governance *g, uint32_t of)
{
    for (int i = g->b.suspension_count; i > 0; i--)
        if (g->b.suspensions[i - 1].of == of)
            return &g->b.suspensions[i - 1];
    return NULL;
}

static mandate *mandate_by(governance *g, uint32_t id)
{
    for (int i = 0; i < g->b.mandate_count; i++)
        if (g->b.mandates[i].id == id)
            return &g->b.mandates[i];
    return NULL;
}

static bool in_force(const suspension *s)
{
    return s && !s->ended
           && (s->state == SHEAF_override_state_suspended
               || s->state == SHEAF_override_state_confirmed);
}

/* Does the program do it by itself, now or when its hold ends? */
static bool automatic(governance *g, uint32_t of)
{
    const motion *m = book_motion(g, of);
    const mandate *granted = mandate_by(g, of);
    return (m && m->state == SHEAF_motion_state_held) || (granted && !granted->revoked);
}

/* Have the members decided that it goes on? A mandate as well whose motion they let go on. */
static bool spent(governance *g, uint32_t of)
{
    const mandate *granted = mandate_by(g, of);
    for (int i = 0; i < g->b.suspension_count; i++)
        if (g->b.suspensions[i].of == of && g->b.suspensions[i].decided)
            return true;
    return granted && granted->decided;
}

/* Has the member signed a suspension of it that lapsed, or of the motion that made it? */
static bool used_up(governance *g, int who, uint32_t of)
{
    const mandate *granted = mandate_by(g, of);
    for (int i = 0; i < g->b.suspension_count; i++) {
        const suspension *s = &g->b.suspensions[i];
        if ((s->of == of || (granted && s->of == granted->motion)) && s->signer[who]
            && s->state == SHEAF_override_state_lapsed)
            return true;
    }
    return false;
}

static void end(suspension *s, int to)
{
    s->state = to;
    s->ended = true;
}

static suspension *begin(governance *g, uint32_t id, uint32_t of)
{
    if (g->b.suspension_count == SUSPENSIONS_MAX)
        governance_fail(g, "no room for suspensions");
    suspension *before =
        suspension_of(g, of); /* signatures come to nothing where a motion does it */
    if (before && before->state == SHEAF_override_state_asked)
        end(before, SHEAF_override_state_unsupported);
    suspension *s = &g->b.suspensions[g->b.suspension_count++];
    *s = (suspension){.id = id, .of = of, .state = SHEAF_override_state_asked};
    return s;
}

motion *book_stopped(governance *g, const motion *m)
{
    const suspension *s = suspension_by(g, m->base);
    bool answers = m->what == CONFIRMATION || m->what == RESUMPTION;
    return m->what == STOP ? book_motion(g, m->base)
           : answers && s  ? book_motion(g, s->of)
                           : NULL;
}

static int exclude(governance *g, const motion *m)
{
    if (g->b.people[m->subject].state == GONE)
        return SHEAF_motion_state_void;
    book_departs(g, m->subject);
    return SHEAF_motion_state_adopted;
}

/* The effect of what was held takes place after all. */
static void let_go(governance *g, uint32_t of, uint32_t tick)
{
    motion *m = book_motion(g, of);
    if (!m)
        return;
    if (m->state != SHEAF_motion_state_held || g->b.mandate_count == MANDATES_MAX)
        governance_fail(g, "motion %u takes effect and was not held", of);
    m->state = book_is_stopped(g, m)     ? SHEAF_motion_state_void
               : m->what == APPROVAL     ? book_approves(g, m)
               : m->what == DISTRIBUTION ? book_distributes(g, m)
               : m->what == SPLIT        ? book_splits(g, m, tick)
               : m->what == EXCLUSION    ? exclude(g, m)
               : m->what == STRIKE       ? book_strikes(g, m)
               : m->what == BUDGET       ? book_adopts_budget(g, m, tick)
               : m->what == DISSOLUTION  ? book_ends(g, m)
                                         : SHEAF_motion_state_adopted;
    m->final = *sheaf_motion_get(&g->k.state, of);
    suspension *asked = suspension_of(g, of); /* what has taken effect is not held any more */
    if (asked && asked->state == SHEAF_override_state_asked)
        end(asked, SHEAF_override_state_unsupported);
    if (m->what != GRANT || m->state != SHEAF_motion_state_adopted)
        return;
    g->b.mandates[g->b.mandate_count++] =
        (mandate){.id = tick, .motion = of, .decided = spent(g, of)};
    g->b.met[MET_mandate]++;
}

/* The members have decided so: what was held takes place, once its first hold is over. */
static void go_on(governance *g, uint32_t of, uint32_t tick)
{
    motion *m = book_motion(g, of);
    if (m && m->held > g->k.now)
        m->closes = m->held;
    else
        let_go(g, of, tick);
}

/* Nobody has decided: what was held is held as at first, for others to suspend. */
static void hold_again(governance *g, uint32_t of)
{
    motion *m = book_motion(g, of);
    if (m)
        m->closes = g->k.now + HOLD_DAYS * DAY_MS;
}

/* A mandate stays suspended; what was held never takes place. */
static void confirm(governance *g, suspension *s)
{
    motion *m = book_motion(g, s->of);
    s->state = SHEAF_override_state_confirmed;
    g->b.met[MET_confirmed]++;
    if (!m)
        return;
    m->state = SHEAF_motion_state_overridden;
    if (m->what == EXCLUSION)
        g->b.people[m->subject].excluded = false;
    m->final = *sheaf_motion_get(&g->k.state, m->id);
    s->ended = true;
    g->b.met[MET_overridden]++;
}

void book_signs(governance *g, int who, uint32_t of)
{
    suspension *s = suspension_of(g, of);
    if (!s || s->state != SHEAF_override_state_asked) {
        if (in_force(s) || spent(g, of) || !automatic(g, of))
            governance_fail(g, "%u is suspended again, or is nothing automatic", of);
        s = begin(g, acts_last(g), of);
    }
    const motion *m = book_motion(g, of);
    if (s->signer[who] || used_up(g, who, of) || !book_has_vote(&g->b.people[who])
        || (m && m->conflicted[who]))
        governance_fail(g, "member %u signs the suspension %u twice, or may not",
                        g->b.people[who].id, s->id);
    s->signer[who] = true;
    if (s->signatures == 0 || s->signatures + 1 == SUSPEND_BY)
        s->lapses = g->k.now + CONFIRM_DAYS * DAY_MS;
    if (++s->signatures < SUSPEND_BY)
        return;
    s->state = SHEAF_override_state_suspended;
    g->b.met[MET_suspended]++;
}

/* ---- motions ---- */

/* A few officers stop nothing for good that the members have just adopted, and nothing twice.
 */
static bool board_may_stop(governance *g, const motion *m)
{
    for (int i = 0; i < g->b.suspension_count; i++)
        if (g->b.suspensions[i].of == m->base && g->b.suspensions[i].by_organ)
            return false;
    return (m->urgent || !book_motion(g, m->base)) && !spent(g, m->base);
}

static int stop(governance *g, const motion *m, uint32_t tick)
{
    suspension *s = suspension_of(g, m->base);
    bool runs = in_force(s);
    if (!automatic(g, m->base)
        || (runs && (m->urgent || s->state == SHEAF_override_state_confirmed))
        || (m->board && !board_may_stop(g, m)))
        return SHEAF_motion_state_void;
    if (!runs) {
        s = begin(g, tick, m->base);
        s->state = SHEAF_override_state_suspended;
        g->b.met[MET_suspended]++;
    }
    s->by_organ = s->by_organ || m->board;
    if (!m->urgent)
        confirm(g, s);
    return SHEAF_motion_state_adopted;
}

bool book_is_held(const motion *m)
{
    return m->what == GRANT || m->what == APPROVAL || m->what == DISTRIBUTION
           || m->what == SPLIT || m->what == EXCLUSION || m->what == STRIKE || m->what == BUDGET
           || m->what == DISSOLUTION;
}

int book_takes_effect(governance *g, const motion *m, uint32_t tick)
{
    suspension *s = suspension_by(g, m->base);
    mandate *granted = mandate_by(g, m->base);
    if (m->what == EXCLUSION)
        g->b.people[m->subject].excluded = true;
    if (book_is_held(m))
        return SHEAF_motion_state_held;
    switch (m->what) {
    case REVOCATION:
        if (granted->revoked)
            return SHEAF_motion_state_void;
        granted->revoked = true;
        return SHEAF_motion_state_adopted;
    case STOP:
        return stop(g, m, tick);
    case CONFIRMATION:
        if (!in_force(s) || s->state == SHEAF_override_state_confirmed)
            return SHEAF_motion_state_void;
        confirm(g, s);
        return SHEAF_motion_state_adopted;
    default:
        if (!in_force(s))
            return SHEAF_motion_state_void;
        s->decided = true;
        end(s, SHEAF_override_state_resumed);
        go_on(g, s->of, tick);
        g->b.met[MET_resumed]++;
        return SHEAF_motion_state_adopted;
    }
}

int book_ratifies(governance *g, const motion *m)
{
    suspension *s = suspension_by(g, m->acted);
    if (s->state == SHEAF_override_state_resumed)
        return SHEAF_motion_state_void;
    if (s->state == SHEAF_override_state_suspended)
        confirm(g, s);
    g->b.met[MET_ratified]++;
    return SHEAF_motion_state_adopted;
}

void book_undoes(governance *g, const motion *m)
{
    suspension *s = suspension_by(g, m->acted);
    if (s->state == SHEAF_override_state_suspended) {
        end(s, SHEAF_override_state_resumed);
        hold_again(g, s->of);
    }
    g->b.met[MET_undone]++;
}

/* ---- time ---- */

void book_hold_ends(governance *g, const sheaf_deadline *due)
{
    const motion *m = book_motion(g, due->of);
    if (in_force(suspension_of(g, due->of)) || !m || due->at != m->closes)
        governance_fail(g, "motion %u takes effect and is suspended, or at another time",
                        due->of);
    let_go(g, due->of, acts_last(g));
}

void book_suspension_ends(governance *g, const sheaf_deadline *due)
{
    suspension *s = suspension_by(g, due->of);
    bool suspended = s && s->state == SHEAF_override_state_suspended;
    if (!s || (!suspended && s->state != SHEAF_override_state_asked) || due->at != s->lapses)
        governance_fail(g, "suspension %u ends again, or at another time", due->of);
    g->b.met[MET_lapsed] += suspended;
    end(s, suspended ? SHEAF_override_state_lapsed : SHEAF_override_state_unsupported);
    if (suspended)
        hold_again(g, s->of);
}

/* All of them stand on record for ever, as they ended. */
void book_compare_suspensions(const governance *g)
{
    const sheaf_state *state = &g->k.state;
    if (sheaf_override_count(state) != (uint32_t)g->b.suspension_count)
        governance_fail(g, "%u suspensions, and should be %d", sheaf_override_count(state),
                        g->b.suspension_count);
    for (int i = 0; i < g->b.suspension_count; i++) {
        const suspension *s = &g->b.suspensions[i];
        const struct sheaf_row_override *row = sheaf_override_get(state, s->id);
        if (row->of != s->of || row->state != s->state || row->signatures != s->signatures
            || (row->ended != SHEAF_NONE) != s->ended)
            governance_fail(
                g, "suspension %u of %u is %d with %u signatures; should be %d with %u", s->id,
                s->of, row->state, row->signatures, s->state, s->signatures);
    }
    for (int i = 0; i < g->b.motion_count; i++) {
        const motion *m = &g->b.motions[i];
        if (book_is_held(m) && sheaf_motion_get(state, m->id)->state != m->state)
            governance_fail(g, "what motion %u grants is %d, not %d", m->id,
                            sheaf_motion_get(state, m->id)->state, m->state);
    }
    for (int i = 0; i < g->b.mandate_count; i++) {
        const mandate *m = &g->b.mandates[i];
        if ((sheaf_mandate_get(state, m->id)->revoked != SHEAF_NONE) != m->revoked)
            governance_fail(g, "mandate %u stands otherwise", m->id);
    }
}

/* ---- what members do ---- */

/* Of the first three members, who stay. */
void acts_found_data(governance *g)
{
    static const char *const names[] = {"ann", "m1", "m2"};
    static const char *const labels[] = {"data0", "data1", "data2"};
    for (int i = 0; i < 3; i++)
        kit_do(&g->k, names[i], "dataset.register", labels[i],
               "{'commitment':~%d,'licence':'CC-BY-4.0','records':100,'schema':'heart/v1',"
               "'subjects':'patients','title':^}",
               i);
    kit_do(&g->k, "ann", "model.register", "model",
           "{'features':[{'column':'age'}],'kind':'logistic','label':'num',"
           "'schema':'heart/v1','title':^}");
}

static void grant(governance *g, int who)
{
    motion m = {.by = who, .what = GRANT};
    acts_open(g, &m,
              "'effect':{'kind':'mandate.grant','what':{'attest_min':2,'cohort_min':3,"
              "'datasets':[{'dataset':#data0},{'dataset':#data1},{'dataset':#data2}],"
              "'duration_s':31536000,'learning':{'batch':0,'local_steps':5,'rate_millionths':"
              "100000,'seed':7},'model':#model,'purpose':'research','release':'exact_sum',"
              "'rounds_max':8}},");
}

static void move(governance *g, motion m, const char *kind, const char *field)
{
    char effect[120];
    snprintf(effect, sizeof effect, "'effect':{'kind':'%s','what':{'%s':%u}},", kind, field,
             m.base);
    acts_open(g, &m, effect);
}

/* Something automatic: what is held first, else one of the last mandates. */
static uint32_t target(governance *g)
{
    for (int i = g->b.motion_count; i > 0; i--)
        if (g->b.motions[i - 1].state == SHEAF_motion_state_held && governance_draw(g, 4))
            return g->b.motions[i - 1].id;
    unsigned some = g->b.mandate_count < 4 ? (unsigned)g->b.mandate_count : 4;
    return some ? g->b.mandates[g->b.mandate_count - 1 - (int)governance_draw(g, some)].id
                : SHEAF_NONE;
}

static void sign(governance *g, int who, uint32_t of)
{
    for (int i = 0; i < SUSPEND_BY; i++, who = acts_somebody(g))
        if (acts_try(g, who, "override.suspend", "{'of':%u}", of))
            book_signs(g, who, of);
}

static void answer(governance *g, int who)
{
    const suspension *s = &g->b.suspensions[g->b.suspension_count - 1];
    if (governance_draw(g, 2))
        move(g, (motion){.by = who, .what = CONFIRMATION, .base = s->id}, "override.confirm",
             "override");
    else
        move(g, (motion){.by = who, .what = RESUMPTION, .base = s->id}, "automation.resume",
             "override");
}

static void stop_by(governance *g, int who, uint32_t of, bool board, bool urgent)
{
    move(g, (motion){.by = who, .what = STOP, .base = of, .board = board, .urgent = urgent},
         "automation.suspend", "of");
}

void acts_of_override(governance *g, int who)
{
    unsigned what = governance_draw(g, 20);
    uint32_t of = target(g);
    if (of == SHEAF_NONE || what < 4)
        grant(g, who);
    else if (what < 9)
        sign(g, who, of);
    else if (what < 13 && g->b.suspension_count)
        answer(g, who);
    else if (what < 14)
        stop_by(g, who, of, false, false);
    else if (what < 15)
        stop_by(g, acts_officer(g), of, true, false);
    else if (what < 19)
        stop_by(g, acts_officer(g), of, true, true);
    else if (mandate_by(g, of))
        move(g, (motion){.by = who, .what = REVOCATION, .base = of}, "mandate.revoke",
             "mandate");
}
