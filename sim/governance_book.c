/* What must come of the acts, worked out anew from them alone. */
#include "governance.h"

static int person_of(const governance *g, uint32_t id)
{
    for (int p = 0; p < g->b.person_count; p++)
        if (g->b.people[p].id == id)
            return p;
    governance_fail(g, "entry %u made nobody a member", id);
}

/* ---- members ---- */

static uint32_t count_of(const book *b, const bool of[])
{
    uint32_t count = 0;
    for (int p = 0; p < b->person_count; p++)
        count += of[p];
    return count;
}

uint32_t book_officers(const book *b)
{
    return count_of(b, b->sitting);
}

uint32_t book_treasurers(const book *b)
{
    return count_of(b, b->treasurer);
}

static bool changes_protected(const laws *a, const laws *b)
{
    return a->ordinary_quorum != b->ordinary_quorum
           || a->protected_quorum != b->protected_quorum || a->nine_tenths != b->nine_tenths;
}

const laws *book_newest(const book *b)
{
    return b->waiting_count ? &b->waiting[b->waiting_count - 1] : &b->now;
}

/* The place of that version among those that wait, or how many wait. */
static int waits_at(const book *b, uint32_t version)
{
    int at = 0;
    while (at < b->waiting_count && b->waiting[at].id != version)
        at++;
    return at;
}

/* With a version go all after it, and what one of them changes. */
static bool gives_up_protected(const book *b, uint32_t version)
{
    bool changes = false;
    for (int at = waits_at(b, version); at < b->waiting_count; at++)
        changes =
            changes || changes_protected(&b->waiting[at], at ? &b->waiting[at - 1] : &b->now);
    return changes;
}

static int sort_of(const motion *m, const book *b)
{
    if (m->what == SPLIT || m->what == DISSOLUTION || m->what == CONTINUATION)
        return SHEAF_decision_sort_protected;
    if (m->what != LIQUIDATORS && m->what != AMENDMENT && m->what != WITHDRAWAL
        && m->what != EXCLUSION && m->what != STRIKE && m->what != TELLERS)
        return SHEAF_decision_sort_ordinary;
    bool protected = m->what == WITHDRAWAL
                         ? gives_up_protected(b, m->base)
                         : m->what == AMENDMENT && changes_protected(&m->text, book_newest(b));
    return protected ? SHEAF_decision_sort_protected : SHEAF_decision_sort_qualified;
}

/* ---- motions ---- */

static int days_of(int sort)
{
    return sort == SHEAF_decision_sort_ordinary    ? ORDINARY_DAYS
           : sort == SHEAF_decision_sort_qualified ? QUALIFIED_DAYS
                                                   : PROTECTED_DAYS;
}

/* Before those who decide it from now on, under the bylaws of this moment. */
static void put_before(governance *g, motion *m)
{
    const book *b = &g->b;
    m->opening = b->now;
    m->sort = sort_of(m, b);
    m->opened = g->k.now;
    m->closes = m->opened + DAY_MS * days_of(m->sort);
    for (int p = 0; p < PEOPLE_MAX; p++) {
        bool is = p < b->person_count;
        m->choice[p] = NOBODY;
        m->entitled[p] = is && (m->board ? b->sitting[p] : book_has_vote(&b->people[p]));
        m->trial[p] = is && !m->board && b->people[p].state == TRIAL;
    }
}

/* When an assembly ends, and its motions with it, says the state. */
static void follow_assembly(const governance *g, motion *m)
{
    const struct sheaf_row_motion *row = sheaf_motion_get(&g->k.state, m->id);
    if (m->assembly == SHEAF_NONE)
        return;
    m->closes = row->closes;
    m->call = row->call;
}

void book_opens(governance *g, const motion *opened)
{
    book *b = &g->b;
    if (b->motion_count == MOTIONS_MAX)
        governance_fail(g, "no room for motions");
    motion *m = &b->motions[b->motion_count++];
    *m = *opened;
    m->call = 1;
    m->state = SHEAF_motion_state_open;
    put_before(g, m);
    const motion *stopped = book_stopped(g, m);
    for (int p = 0; p < PEOPLE_MAX; p++)
        m->conflicted[p] =
            (stopped && stopped->conflicted[p])
            || ((m->what == EXCLUSION || m->what == STRIKE) && m->subject == p)
            || (m->entitled[p] && m->account && book_is_called(g, m->account, p));
    book_payment_conflicts(g, m);
    if (m->carries)
        book_proposal_put(g, m);
    if (m->board && book_board_unable(g, m))
        m->closes = g->k.now;
    follow_assembly(g, m);
}

/* What tellers have counted its members may contest until it closes in its own time. */
static bool all_voted(const motion *m, const tally *t)
{
    return !m->by_hand && t->heads + t->conflicts >= t->electorate;
}

static void close_early(governance *g, motion *m)
{
    tally t = book_count(g, m, false);
    if (m->assembly != SHEAF_NONE)
        return;
    if (all_voted(m, &t) || (m->board && book_board_unable(g, m))
        || (m->urgent && book_judge_by_board(m, &t) == SHEAF_motion_state_adopted))
        m->closes = g->k.now;
}

void book_votes(governance *g, motion *m, int who, int choice)
{
    if (m->state != SHEAF_motion_state_open || (!m->entitled[who] && !m->trial[who])
        || m->conflicted[who] || (m->board && !g->b.sitting[who]) || m->counted[who]
        || (m->assembly != SHEAF_NONE && !book_attends(g, m->assembly, who)))
        governance_fail(g, "a ballot on motion %u by member %u was accepted", m->id,
                        g->b.people[who].id);
    m->choice[who] = (int8_t)choice;
    close_early(g, m);
}

void book_conflict(governance *g, motion *m, int who)
{
    if (!m->entitled[who] || m->conflicted[who])
        governance_fail(g, "member %u is conflicted on motion %u without a vote",
                        g->b.people[who].id, m->id);
    m->conflicted[who] = true;
    close_early(g, m);
    book_payment_conflict_of(g, m, who);
}

void book_withdraws(motion *m)
{
    m->state = SHEAF_motion_state_withdrawn;
}

/* ---- proxies ---- */

void book_revokes(governance *g, int giver, uint32_t matter)
{
    for (int i = 0; i < g->b.proxy_count; i++)
        if (g->b.proxies[i].giver == giver && g->b.proxies[i].matter == matter)
            g->b.proxies[i].live = false;
}

void book_gives(governance *g, const proxy *given)
{
    uint32_t held = 0;
    book_revokes(g, given->giver, given->matter);
    for (int i = 0; i < g->b.proxy_count; i++) {
        const proxy *x = &g->b.proxies[i];
        if (!x->live || x->until < g->k.now || g->b.people[x->giver].state == GONE
            || g->b.people[x->holder].state == GONE)
            continue;
        if (x->giver == given->holder)
            governance_fail(g, "a proxy of member %u is passed on", g->b.people[x->giver].id);
        if (x->holder == given->giver)
            g->b.proxies[i].live = false; /* laid down with one's own vote */
        held += x->holder == given->holder;
    }
    if (held >= (uint32_t)g->b.now.cap)
        governance_fail(g, "member %u holds %u proxies and gets one more",
                        g->b.people[given->holder].id, held);
    if (g->b.proxy_count == PROXIES_MAX)
        governance_fail(g, "no room for proxies");
    g->b.proxies[g->b.proxy_count] = *given;
    g->b.proxies[g->b.proxy_count++].live = true;
}

/* ---- time ---- */

void book_departs(governance *g, int who)
{
    g->b.people[who].state = GONE;
    book_leaves_circles(g, who);
    book_shares_end(g, who);
}

/* In force at once, or behind those that wait for the register. */
static int adopt(book *b, const motion *m, uint32_t tick)
{
    if (m->base != book_newest(b)->id || b->waiting_count == WAITING_MAX)
        return SHEAF_motion_state_void;
    laws *to = b->registered ? &b->waiting[b->waiting_count++] : &b->now;
    *to = m->text;
    to->id = tick;
    return SHEAF_motion_state_adopted;
}

void book_registers(governance *g, int who, uint32_t version)
{
    book *b = &g->b;
    if (!b->waiting_count || b->waiting[0].id != version)
        governance_fail(g, "version %u is registered out of order", version);
    if (!g->b.sitting[who] && (book_officers(b) || !book_has_vote(&b->people[who])))
        governance_fail(g, "member %u registers version %u, and is no officer",
                        b->people[who].id, version);
    if (sheaf_coop(&g->k.state)->bylaws != version)
        return; /* somebody else must say so too */
    b->now = b->waiting[0];
    b->waiting_count--;
    memmove(b->waiting, b->waiting + 1, (size_t)b->waiting_count * sizeof *b->waiting);
    b->met[MET_registered]++;
}

/* The subject and whoever came next, where both are members still. */
static int appoint(book *b, const motion *m, int64_t now)
{
    if (!book_is_member(&b->people[m->subject]) || !book_is_member(&b->people[m->base]))
        return SHEAF_motion_state_void;
    memset(b->teller, 0, sizeof b->teller);
    b->teller[m->subject] = b->teller[m->base] = true;
    b->tellers_until = now + TELLERS_DAYS * DAY_MS;
    return SHEAF_motion_state_adopted;
}

/* The effect of an adopted motion: taken, or void. */
static int take_effect(governance *g, const motion *m, uint32_t tick)
{
    if (!book_is_held(m) && book_is_stopped(g, m)) {
        return SHEAF_motion_state_void;
    } else if (m->what == ELECTION) {
        const bool *in_office = m->base ? g->b.treasurer : g->b.sitting;
        if (!book_is_member(&g->b.people[m->subject]) || in_office[m->subject]
            || count_of(&g->b, in_office) >= SEATS)
            return SHEAF_motion_state_void;
        g->b.met[MET_elected]++;
    } else if (m->what == AMENDMENT) {
        return adopt(&g->b, m, tick);
    } else if (m->what == WITHDRAWAL) {
        int at = waits_at(&g->b, m->base);
        if (at == g->b.waiting_count)
            return SHEAF_motion_state_void;
        g->b.met[MET_given_up] += (uint32_t)(g->b.waiting_count - at);
        g->b.waiting_count = at;
    } else if (m->what == TELLERS) {
        return appoint(&g->b, m, g->k.now);
    } else if (m->what == CONTINUATION || m->what == LIQUIDATORS) {
        return book_ends(g, m);
    } else if (m->what != RESOLUTION) {
        return book_takes_effect(g, m, tick);
    }
    return SHEAF_motion_state_adopted;
}

/* What becomes of it by the members' votes: the stricter of opening and now. */
static int outcome(governance *g, const motion *m, const tally *t)
{
    int sort = sort_of(m, &g->b), call = m->call;
    if (m->assembly != SHEAF_NONE) /* those who came speak for themselves, and else for all */
        call = m->what == RESOLUTION ? 2 : 1;
    int to = book_judge(t, &m->opening, m->sort, call);
    if (to == SHEAF_motion_state_adopted && m->what != RESOLUTION
        && (sort == SHEAF_decision_sort_protected || sort > m->sort)) {
        to = book_judge(t, &g->b.now, sort, call);
        g->b.met[MET_stricter] += to != SHEAF_motion_state_adopted;
    }
    return to;
}

/* What was given for it, or ran out before, is over. */
void book_end_proxies(governance *g, uint32_t matter, int64_t closes)
{
    for (int i = 0; i < g->b.proxy_count; i++)
        if (g->b.proxies[i].until < closes || g->b.proxies[i].matter == matter)
            g->b.proxies[i].live = false;
}

static void check_settled(const governance *g, const motion *m, const tally *t,
                          uint64_t by_proxy, uint32_t tick)
{
    const struct sheaf_row_motion *row = sheaf_motion_get(&g->k.state, m->id);
    if (row->state != m->state || row->yes != t->all[SHEAF_choice_yes]
        || row->no != t->all[SHEAF_choice_no] || row->abstain != t->all[SHEAF_choice_abstain]
        || row->by_proxy != by_proxy || row->decided != tick)
        governance_fail(
            g,
            "motion %u (sort %d, purpose %d, refusal %d) was settled as %d with %u "
            "for, %u against, %u blank, %u by proxy; should "
            "be %d with %llu, %llu, %llu, %llu",
            m->id, m->sort, m->what, row->refusal, row->state, row->yes, row->no, row->abstain,
            row->by_proxy, m->state, (unsigned long long)t->all[SHEAF_choice_yes],
            (unsigned long long)t->all[SHEAF_choice_no],
            (unsigned long long)t->all[SHEAF_choice_abstain], (unsigned long long)by_proxy);
}

/* The members decide from now on. */
static void refer(governance *g, motion *m)
{
    m->board = m->urgent = false;
    put_before(g, m);
    if (m->ratify && m->closes > m->ratify)
        m->closes = m->ratify;
}

/* The board has acted: its effect stands until the members have decided. */
static bool acts_urgently(governance *g, motion *m, uint32_t tick)
{
    m->state = take_effect(g, m, tick);
    if (m->state == SHEAF_motion_state_void)
        return false;
    m->state = SHEAF_motion_state_open;
    m->acted = tick;
    m->ratify = g->k.now + RATIFY_DAYS * DAY_MS;
    g->b.met[MET_urgent]++;
    refer(g, m);
    return true;
}

static int end_urgent(governance *g, const motion *m, int to)
{
    if (to == SHEAF_motion_state_adopted)
        return book_ratifies(g, m);
    book_undoes(g, m);
    return SHEAF_motion_state_undone;
}

static bool called_again(governance *g, motion *m)
{
    int64_t until = g->k.now + SECOND_DAYS * DAY_MS;
    tally t = book_count(g, m, false);
    if (m->call > 1 || m->board || m->sort == SHEAF_decision_sort_qualified
        || (m->ratify && until > m->ratify) || t.conflicts >= t.electorate)
        return false;
    m->call = 2;
    m->closes = all_voted(m, &t) ? g->k.now : until;
    g->b.met[MET_second_call]++;
    return true;
}

/* Where nobody met, nothing is adopted. */
static int not_held(const governance *g, const motion *m)
{
    int state = sheaf_motion_get(&g->k.state, m->id)->state;
    return state == SHEAF_motion_state_withdrawn ? state : SHEAF_motion_state_no_quorum;
}

/* Carried, and its effect has come to need a higher sort: it has the days of that one, unless
 * all have voted. */
static bool has_longer(governance *g, motion *m, const tally *without, int to)
{
    int sort = sort_of(m, &g->b);
    int64_t whole = m->opened + DAY_MS * days_of(sort);
    if (sheaf_motion_get(&g->k.state, m->id)->state != SHEAF_motion_state_open || m->board
        || m->assembly != SHEAF_NONE || to != SHEAF_motion_state_adopted || sort <= m->sort
        || whole <= g->k.now || all_voted(m, without))
        return false;
    m->closes = whole;
    return true;
}

static void settle(governance *g, motion *m, uint32_t tick)
{
    if (m->assembly != SHEAF_NONE
        && sheaf_motion_get(&g->k.state, m->id)->state == SHEAF_motion_state_open)
        return; /* the assembly goes on */
    if (m->board && book_board_unable(g, m)) {
        refer(g, m);
        g->b.met[MET_referred]++;
        return;
    }
    tally without = book_count(g, m, false), t = m->board ? without : book_count(g, m, true);
    if (has_longer(g, m, &without, book_judge(&t, &m->opening, m->sort, m->call)))
        return;
    int to = m->board ? book_judge_by_board(m, &t) : outcome(g, m, &t);
    if (m->assembly != SHEAF_NONE && !book_was_held(g, m->assembly))
        to = not_held(g, m);
    if (to == SHEAF_motion_state_no_quorum && called_again(g, m))
        return;
    m->votes = t;
    if (!m->board)
        book_end_proxies(g, m->id, m->closes);
    g->b.met[MET_board] += m->board;
    g->b.met[MET_by_proxy] += t.heads > without.heads;
    g->b.met[MET_capped] += !m->board && book_capped(&t);
    if (m->ratify)
        m->state = end_urgent(g, m, to);
    else if (to != SHEAF_motion_state_adopted)
        m->state = to;
    else if (!m->urgent)
        m->state = take_effect(g, m, tick);
    else if (acts_urgently(g, m, tick))
        return;
    g->b.outcomes[m->state]++;
    g->b.met[MET_in_assembly] +=
        m->assembly != SHEAF_NONE && m->state == SHEAF_motion_state_adopted;
    check_settled(g, m, &t, t.heads - without.heads, tick);
    if (m->account)
        book_account_decided(g, m);
    if (m->carries)
        book_proposal_decided(g, m);
    if (m->state == SHEAF_motion_state_held)
        m->closes = m->held = g->k.now + HOLD_DAYS * DAY_MS;
    m->final = *sheaf_motion_get(&g->k.state, m->id);
}

motion *book_motion(governance *g, uint32_t id)
{
    for (int i = 0; i < g->b.motion_count; i++)
        if (g->b.motions[i].id == id)
            return &g->b.motions[i];
    return NULL;
}

static void settle_motion(governance *g, const sheaf_deadline *due)
{
    motion *m = book_motion(g, due->of);
    if (!m)
        governance_fail(g, "entry %u opened no motion, and is settled as one", due->of);
    if (m->state != SHEAF_motion_state_open || m->closes != due->at)
        governance_fail(g, "motion %u is settled at another time, or again", m->id);
    settle(g, m, acts_last(g));
}

void book_ticks(governance *g, const sheaf_deadline *due)
{
    if (due->at < g->b.tick_at || due->at > g->k.now)
        governance_fail(g, "what was due at %lld is settled after what was due at %lld",
                        (long long)due->at, (long long)g->b.tick_at);
    g->b.tick_at = due->at;
    if (due->kind == SHEAF_deadline_kind_motion) {
        settle_motion(g, due);
    } else if (due->kind == SHEAF_deadline_kind_member_trial) {
        person *p = &g->b.people[person_of(g, due->of)];
        if (p->state != TRIAL)
            governance_fail(g, "member %u is not on trial", p->id);
        p->state = FULL;
        p->full = (uint32_t)g->k.state.size;
    } else if (due->kind == SHEAF_deadline_kind_hold) {
        book_hold_ends(g, due);
    } else if (due->kind == SHEAF_deadline_kind_recovery_lapses
               || due->kind == SHEAF_deadline_kind_recovery_waits
               || due->kind == SHEAF_deadline_kind_recovery_panel) {
        book_recovery_ends(g, due);
    } else if (due->kind == SHEAF_deadline_kind_proposal
               || due->kind == SHEAF_deadline_kind_proposal_review) {
        book_proposal_ends(g, due);
    } else if (due->kind == SHEAF_deadline_kind_assembly_begins) {
        book_assembly_begins(g, due->of);
    } else if (due->kind == SHEAF_deadline_kind_assembly_ends) {
        book_assembly_ends(g, due->of);
    } else if (due->kind == SHEAF_deadline_kind_advice_lapses) {
        book_advice_lapses(g, due);
    } else if (due->kind == SHEAF_deadline_kind_accountability_step) {
        book_account_goes_on(g, due);
    } else if (due->kind == SHEAF_deadline_kind_override) {
        book_suspension_ends(g, due);
    } else if (due->kind == SHEAF_deadline_kind_payment) {
        book_payment_lapses(g, due);
    } else if (due->kind == SHEAF_deadline_kind_share) {
        book_share_due(g, due);
    } else if (due->kind == SHEAF_deadline_kind_election) {
        book_elects(g, due);
    } else if (due->kind == SHEAF_deadline_kind_member_death) {
        book_dies(g, person_of(g, due->of), due);
    } else if (due->kind == SHEAF_deadline_kind_member_leaves) {
        book_check_term(g, person_of(g, due->of), due->at);
        book_departs(g, person_of(g, due->of));
    }
}

/* ---- the rules beside the book ---- */

/* Who is in office, as the state has it. */
static void look_at_offices(governance *g)
{
    book *b = &g->b;
    memset(b->sitting, 0, sizeof b->sitting);
    memset(b->treasurer, 0, sizeof b->treasurer);
    for (uint32_t i = 0; i < sheaf_office_count(&g->k.state); i++) {
        const struct sheaf_row_office *office = sheaf_office_at(&g->k.state, i);
        if (office->ended == SHEAF_NONE)
            (office->organ ? b->treasurer : b->sitting)[person_of(g, office->member)] = true;
    }
}

void book_compare(governance *g)
{
    const sheaf_state *state = &g->k.state;
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    look_at_offices(g);
    book_compare_suspensions(g);
    book_compare_matters(g);
    book_compare_assemblies(g);
    book_compare_recoveries(g);
    book_compare_circles(g);
    book_compare_money(g);
    book_compare_shares(g);
    book_compare_budgets(g);
    book_compare_splits(g);
    book_compare_deaths(g);
    book_compare_elections(g);
    if (coop->voters != book_voters(&g->b) || coop->members != book_members(&g->b))
        governance_fail(g, "%u members, %u with a vote; should be %u and %u", coop->members,
                        coop->voters, book_members(&g->b), book_voters(&g->b));
    if (coop->bylaws != g->b.now.id || coop->bylaws_newest != book_newest(&g->b)->id)
        governance_fail(g, "bylaws %u are in force, %u newest; should be %u and %u",
                        coop->bylaws, coop->bylaws_newest, g->b.now.id, book_newest(&g->b)->id);
    for (int i = 0; i < g->b.motion_count; i++) {
        motion *m = &g->b.motions[i];
        if (m->state != SHEAF_motion_state_open)
            continue;
        follow_assembly(g, m);
        const struct sheaf_row_motion *row = sheaf_motion_get(state, m->id);
        tally t = book_count(g, m, false);
        if (row->state != SHEAF_motion_state_open || row->electorate != t.electorate
            || (row->body == SHEAF_body_organ) != m->board || row->sort != m->sort
            || row->call != m->call || row->closes != m->closes
            || row->yes != t.all[SHEAF_choice_yes] || row->no != t.all[SHEAF_choice_no]
            || row->abstain != t.all[SHEAF_choice_abstain])
            governance_fail(g,
                            "motion %u: state %d, electorate %u, sort %d, call %d, closes "
                            "%lld, votes %u %u %u; the book has %llu, %d, %d, %lld, %llu "
                            "%llu %llu",
                            m->id, row->state, row->electorate, row->sort, row->call,
                            (long long)row->closes, row->yes, row->no, row->abstain,
                            (unsigned long long)t.electorate, m->sort, m->call,
                            (long long)m->closes, (unsigned long long)t.all[SHEAF_choice_yes],
                            (unsigned long long)t.all[SHEAF_choice_no],
                            (unsigned long long)t.all[SHEAF_choice_abstain]);
    }
}
