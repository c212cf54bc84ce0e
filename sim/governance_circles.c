/* Two circles, the one inside the other, that decide by consent: what is adopted has no
 * paramount objection, and enough of the circle behind it. */
#include "governance.h"

#include <stdio.h>

enum { NO_ANSWER = -1, VOTERS_MIN = 3 };

static proposal *find(governance *g, uint32_t id)
{
    for (int i = 0; i < g->b.proposal_count; i++)
        if (g->b.proposals[i].id == id)
            return &g->b.proposals[i];
    governance_fail(g, "there is no proposal %u", id);
}

static bool takes_part(const proposal *p, int who)
{
    return p->entitled[who] && !p->gone[who];
}

static bool objects(const proposal *p, int who)
{
    return p->answer[who] == SHEAF_answer_kind_paramount && p->answered[who] >= p->round_first;
}

/* An objection stands through changes of the text. */
static bool counts(const proposal *p, int who)
{
    return p->answer[who] != NO_ANSWER && (p->answered[who] == p->round || objects(p, who));
}

typedef struct {
    int electorate, part, answers, objections, others;
} standing;

static standing stand(const governance *g, const proposal *p)
{
    standing out = {0};
    for (int who = 0; who < g->b.person_count; who++) {
        out.electorate += p->entitled[who];
        if (!takes_part(p, who))
            continue;
        out.part++;
        out.answers += counts(p, who);
        out.objections += objects(p, who);
        out.others += counts(p, who) && who != p->by;
    }
    return out;
}

static bool enough(const standing *s)
{
    return s->answers * 2 >= s->electorate && s->others >= 2;
}

static void adopt(governance *g, proposal *p)
{
    p->state = SHEAF_proposal_state_adopted;
    g->b.met[MET_consent]++;
}

/* All have answered, and nobody objects. */
static void look(governance *g, proposal *p)
{
    standing s = stand(g, p);
    if (p->state == SHEAF_proposal_state_open && !s.objections && s.answers == s.part
        && enough(&s))
        adopt(g, p);
}

static void answer(governance *g, proposal *p, int who, int kind)
{
    if (p->state != SHEAF_proposal_state_open || !takes_part(p, who))
        governance_fail(g, "member %u answers on proposal %u", acts_id(g, who), p->id);
    p->answer[who] = (int8_t)kind;
    p->answered[who] = (int8_t)p->round;
}

static void bring_before(governance *g, proposal *p, int circle)
{
    p->circle = circle;
    p->round_first = p->round;
    p->closes = g->k.now + CONSENT_DAYS * DAY_MS;
    for (int who = 0; who < PEOPLE_MAX; who++) {
        p->entitled[who] = who < g->b.person_count && g->b.in_circle[circle][who]
                           && book_has_vote(&g->b.people[who]);
        p->gone[who] = false;
        p->answer[who] = NO_ANSWER;
    }
    if (takes_part(p, p->by))
        answer(g, p, p->by, SHEAF_answer_kind_consent);
}

/* Out of that circle; whoever comes back takes no part in what was proposed before. */
static void go(governance *g, int circle, int who)
{
    g->b.in_circle[circle][who] = false;
    for (int i = 0; i < g->b.proposal_count; i++) {
        proposal *p = &g->b.proposals[i];
        if (p->circle != circle || p->state != SHEAF_proposal_state_open || !p->entitled[who])
            continue;
        p->gone[who] = true;
        look(g, p);
    }
}

void book_leaves_circles(governance *g, int who)
{
    for (int circle = 0; circle < CIRCLES; circle++)
        go(g, circle, who);
}

/* The next wider one in which enough have a vote, or CIRCLES for all members. */
static int wider(const governance *g, const proposal *p)
{
    int voters = 0;
    for (int who = 0; who < g->b.person_count; who++)
        voters += g->b.in_circle[OUTER][who] && book_has_vote(&g->b.people[who]);
    return p->circle == INNER && voters >= VOTERS_MIN ? OUTER : CIRCLES;
}

static void close_proposal(governance *g, proposal *p)
{
    standing s = stand(g, p);
    int circle = wider(g, p);
    if (!s.objections && enough(&s)) {
        adopt(g, p);
    } else if (!s.objections) {
        p->state = SHEAF_proposal_state_lapsed;
    } else if (circle == CIRCLES) {
        p->state = SHEAF_proposal_state_wider;
    } else {
        p->round++;
        bring_before(g, p, circle);
        g->b.met[MET_wider]++;
    }
}

void book_proposal_ends(governance *g, const sheaf_deadline *due)
{
    proposal *p = find(g, due->of);
    if (due->kind == SHEAF_deadline_kind_proposal_review) {
        p->state = SHEAF_proposal_state_review;
        return;
    }
    if (p->state != SHEAF_proposal_state_open || p->closes != due->at)
        governance_fail(g, "proposal %u ends again, or at another time", p->id);
    close_proposal(g, p);
}

/* By somebody of the circle that it comes from. Whoever was conflicted on a motion before,
 * which had no quorum, still is. */
void book_proposal_put(governance *g, motion *m)
{
    proposal *p = find(g, m->carries);
    if (p->state != SHEAF_proposal_state_wider || !g->b.in_circle[p->from][m->by])
        governance_fail(g, "member %u puts proposal %u before all", acts_id(g, m->by), p->id);
    const motion *before = p->motion ? book_motion(g, p->motion) : NULL;
    for (int who = 0; before && who < g->b.person_count; who++)
        m->conflicted[who] = m->entitled[who] && before->conflicted[who];
    p->state = SHEAF_proposal_state_carried;
    p->motion = m->id;
    g->b.met[MET_carried]++;
}

void book_proposal_decided(governance *g, const motion *m)
{
    proposal *p = find(g, m->carries);
    p->state = m->state == SHEAF_motion_state_adopted    ? SHEAF_proposal_state_adopted
               : m->state == SHEAF_motion_state_rejected ? SHEAF_proposal_state_rejected
                                                         : SHEAF_proposal_state_wider;
    g->b.met[MET_carried_by] += m->state == SHEAF_motion_state_adopted;
}

void book_compare_circles(const governance *g)
{
    for (int i = 0; i < g->b.proposal_count; i++) {
        const proposal *p = &g->b.proposals[i];
        const struct sheaf_row_proposal *row = sheaf_proposal_get(&g->k.state, p->id);
        standing s = stand(g, p);
        bool open = p->state == SHEAF_proposal_state_open;
        if (row->state != p->state
            || (open
                && (row->electorate != s.electorate || row->answers != s.answers
                    || row->objections != s.objections)))
            governance_fail(g,
                            "proposal %u is %d with %u of %u answers and %u objections; should "
                            "be %d with %d of %d and %d",
                            p->id, row->state, row->answers, row->electorate, row->objections,
                            p->state, s.answers, s.electorate, s.objections);
    }
}

/* ---- what members do ---- */

/* By the founder. */
void acts_found_circles(governance *g)
{
    for (int circle = 0; circle < CIRCLES; circle++) {
        char parent[40] = "";
        if (circle)
            snprintf(parent, sizeof parent, "'parent':%u,", g->b.circles[circle - 1]);
        if (!acts_try(g, 0, "circle.found", "{'name':^,%s'purpose':^}", parent))
            governance_fail(g, "no circle is founded");
        g->b.circles[circle] = acts_last(g);
        g->b.in_circle[circle][0] = true;
    }
}

static void join(governance *g, int circle, int who)
{
    int by = acts_somebody(g);
    for (int p = 0; p < g->b.person_count && !g->b.in_circle[circle][by]; p++)
        by = p;
    if (acts_try(g, who, "circle.join", "{'circle':%u}", g->b.circles[circle])
        && acts_try(g, by, "circle.admit", "{'circle':%u,'member':%u}", g->b.circles[circle],
                    acts_id(g, who)))
        g->b.in_circle[circle][who] = true;
}

static void leave(governance *g, int circle, int who)
{
    if (!acts_try(g, who, "circle.leave", "{'circle':%u}", g->b.circles[circle]))
        return;
    go(g, circle, who);
}

static void propose(governance *g, int circle, int who)
{
    if (g->b.proposal_count == MATTERS_MAX
        || !acts_try(g, who, "proposal.open",
                     "{'circle':%u,'review_s':8640000,'text':^,'title':^}",
                     g->b.circles[circle]))
        return;
    proposal *p = &g->b.proposals[g->b.proposal_count++];
    *p = (proposal){
        .id = acts_last(g), .by = who, .from = circle, .state = SHEAF_proposal_state_open};
    bring_before(g, p, circle);
}

/* Somebody of the circle, one time in eight anybody. */
static int of_circle(governance *g, int circle)
{
    int who = acts_somebody(g);
    for (int p = 0; governance_draw(g, 8) && p < g->b.person_count; p++)
        if (g->b.in_circle[circle][(who + p) % g->b.person_count])
            return (who + p) % g->b.person_count;
    return who;
}

/* One that no circle could resolve. */
static void put(governance *g)
{
    for (int i = 0; i < g->b.proposal_count; i++) {
        const proposal *p = &g->b.proposals[i];
        if (p->state != SHEAF_proposal_state_wider)
            continue;
        motion m = {.by = of_circle(g, p->from), .what = RESOLUTION, .carries = p->id};
        acts_open(g, &m, "");
        return;
    }
}

static void amend(governance *g, proposal *p, int who)
{
    if (!acts_try(g, who, "proposal.amend", "{'proposal':%u,'text':^}", p->id))
        return;
    if (who != p->by || p->state != SHEAF_proposal_state_open)
        governance_fail(g, "member %u amends proposal %u", acts_id(g, who), p->id);
    p->round++;
    p->closes = g->k.now + CONSENT_DAYS * DAY_MS;
    if (takes_part(p, p->by))
        answer(g, p, p->by, SHEAF_answer_kind_consent);
}

static void reply(governance *g, proposal *p, int who)
{
    unsigned what = governance_draw(g, 12);
    bool accepted;
    if (what < 9)
        accepted = acts_try(g, who, "proposal.consent", "{'aside':%s,'proposal':%u}",
                            what ? "false" : "true", p->id);
    else
        accepted =
            acts_try(g, who, "proposal.object", "{'class':'%s','proposal':%u,'reason':^}",
                     what < 11 ? "paramount" : "concern", p->id);
    if (!accepted)
        return;
    answer(g, p, who,
           what == 0   ? SHEAF_answer_kind_aside
           : what < 9  ? SHEAF_answer_kind_consent
           : what < 11 ? SHEAF_answer_kind_paramount
                       : SHEAF_answer_kind_concern);
    look(g, p);
}

static void take_back(governance *g, proposal *p, int who)
{
    if (!acts_try(g, who, "proposal.withdraw", "{'proposal':%u}", p->id))
        return;
    if (who != p->by || p->state != SHEAF_proposal_state_open)
        governance_fail(g, "member %u withdraws proposal %u", acts_id(g, who), p->id);
    p->state = SHEAF_proposal_state_withdrawn;
}

void acts_of_circles(governance *g)
{
    int circle = (int)governance_draw(g, CIRCLES), members = 0;
    unsigned what = governance_draw(g, 40);
    proposal *p = g->b.proposal_count ? &g->b.proposals[g->b.proposal_count - 1] : NULL;
    for (int who = 0; who < g->b.person_count; who++)
        members += g->b.in_circle[circle][who];
    if (members < 5 && what < 10)
        join(g, circle, acts_somebody(g));
    else if (what < 2)
        leave(g, circle, of_circle(g, circle));
    else if (what < 4 || !p)
        propose(g, circle, of_circle(g, circle));
    else if (what < 5)
        amend(g, p, governance_draw(g, 6) ? p->by : acts_somebody(g));
    else if (what < 25)
        reply(g, p, of_circle(g, p->circle));
    else if (what < 26)
        put(g);
    else if (governance_draw(g, 150) == 0)
        take_back(g, p, governance_draw(g, 2) ? p->by : acts_somebody(g));
    book_compare(g);
    acts_tick(g);
}
