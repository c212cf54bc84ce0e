/* What members do, as the seed has it. */
#include "governance.h"

#include "coop/deadline.h"

#include <stdarg.h>
#include <stdio.h>

enum { TEXT_MAX = 30000, BEGIN_WITH = 9, OPEN_MAX = 8 };

static void name_of(const governance *g, int who, char out[KIT_NAME_MAX])
{
    if (who < g->b.person_count && g->b.people[who].key)
        snprintf(out, KIT_NAME_MAX, "r%u", g->b.people[who].key);
    else
        snprintf(out, KIT_NAME_MAX, who ? "m%d" : "ann", who);
}

static bool offer(governance *g, const char *name, const char *kind, const char *what,
                  va_list args)
{
    static char text[TEXT_MAX];
    char label[KIT_NAME_MAX]; /* what key.admit calls a key */
    bool admits = strcmp(kind, "key.admit") == 0;
    snprintf(label, sizeof label, "o%u", (unsigned)g->k.state.size);
    int n = vsnprintf(text, sizeof text, what, args);
    if (n < 0 || (size_t)n >= sizeof text)
        governance_fail(g, "%s is too long", kind);
    sheaf_refusal refusal = kit_try(&g->k, name, kind, text, admits ? label : NULL);
    if (refusal == SHEAF_REFUSED_malformed)
        governance_fail(g, "%s is malformed: %s", kind, g->k.err.message);
    g->accepted += refusal == SHEAF_ACCEPTED;
    g->refused += refusal != SHEAF_ACCEPTED;
    return refusal == SHEAF_ACCEPTED;
}

bool acts_try_key(governance *g, const char *key, const char *kind, const char *what, ...)
{
    va_list args;
    va_start(args, what);
    bool accepted = offer(g, key, kind, what, args);
    va_end(args);
    return accepted;
}

/* Where two people act for a member, either does, and nothing else follows. A payment counts by
 * the key that signed: there it is the first alone. */
static bool by_second(governance *g, int who, const char *kind)
{
    return who < g->b.person_count && g->b.people[who].second
           && strncmp(kind, "payment.", 8) != 0 && governance_draw(g, 2);
}

/* Whoever has a ballot on the sheet that two tellers have confirmed by that entry lives. */
static void seen(governance *g, uint32_t confirmed)
{
    uint32_t at = sheaf_sheet_count(&g->k.state) - 1;
    while (sheaf_sheet_at(&g->k.state, at)->confirmed != confirmed)
        at--;
    const struct sheaf_row_sheet *sheet = sheaf_sheet_at(&g->k.state, at);
    for (uint32_t i = 0; i < sheet->count; i++) {
        const struct sheaf_row_sheet_line *line =
            sheaf_sheet_line_at(&g->k.state, sheet->first + i);
        for (int who = 0; !line->refusal && who < g->b.person_count; who++)
            if (acts_id(g, who) == line->member)
                book_lives(g, who);
    }
}

bool acts_try(governance *g, int who, const char *kind, const char *what, ...)
{
    char name[KIT_NAME_MAX];
    va_list args;
    name_of(g, who, name);
    bool second = by_second(g, who, kind);
    if (second)
        snprintf(name, sizeof name, "o%u", g->b.people[who].second);
    va_start(args, what);
    bool accepted = offer(g, name, kind, what, args);
    va_end(args);
    if (accepted && who < g->b.person_count)
        book_lives(g, who);
    if (accepted && strcmp(kind, "ballots.confirm") == 0)
        seen(g, acts_last(g));
    g->b.met[MET_second_key] += accepted && second;
    return accepted;
}

uint32_t acts_last(const governance *g)
{
    return (uint32_t)g->k.state.size - 1;
}

uint32_t acts_id(const governance *g, int who)
{
    return g->b.people[who].id;
}

static int anybody(governance *g)
{
    return (int)governance_draw(g, (unsigned)g->b.person_count);
}

/* Mostly somebody who is a member; now and then whoever left or waits at the door. */
int acts_somebody(governance *g)
{
    int who = anybody(g);
    for (int tries = 0; tries < 60 && governance_draw(g, 150); tries++)
        if (book_is_member(&g->b.people[who]))
            break;
        else
            who = anybody(g);
    return who;
}

int acts_officer(governance *g)
{
    int who = acts_somebody(g);
    for (int p = 0; p < g->b.person_count; p++) {
        int at = (who + p) % g->b.person_count;
        if (g->b.sitting[at])
            return at;
    }
    return who;
}

/* ---- bylaws ---- */

static kit_rules document(const governance *g, const laws *l)
{
    static char proxies[100], shares[240];
    kit_rules r = kit_rules_usual();
    r.open_max = OPEN_MAX;
    r.registration = g->b.registered;
    r.classes = "{'name':'worker','role':'worker','votes':1},"
                "{'name':'user','role':'user','trial_s':7776000,'votes':1},"
                "{'ceiling_bp':2500,'name':'investor','role':'investor','votes':1},"
                "{'name':'supporter','role':'supporter','votes':0},"
                "{'name':'partner','role':'partner','votes':1},"
                "{'name':'community','role':'community','trial_s':7776000,'votes':1}";
    r.lapse_s = 60 * 86400;
    r.leave_notice = NOTICE_DAYS * 86400;
    r.exclusion = "'exclusion':{'hearing_s':604800},";
    r.ordinary = (kit_decisions){
        "for_and_against",   "simple", "all", 0, ORDINARY_DAYS * 86400, l->ordinary_quorum,
        SECOND_DAYS * 86400, 0};
    r.qualified = (kit_decisions){"for_and_against",      "two_thirds",     "all", 0,
                                  QUALIFIED_DAYS * 86400, QUALIFIED_QUORUM, 0,     0};
    r.protected = (kit_decisions){"for_and_against",
                                  l->nine_tenths ? "nine_tenths" : "three_quarters",
                                  "all",
                                  0,
                                  PROTECTED_DAYS * 86400,
                                  l->protected_quorum,
                                  SECOND_DAYS * 86400,
                                  0};
    snprintf(proxies, sizeof proxies, "{'cap':%d,'protected':false,'until_max_s':31536000}",
             l->cap);
    r.article[SHEAF_ARTICLE_proxies] = proxies;
    snprintf(shares, sizeof shares,
             "{'before_admission':%s,'capital_min_cents':%lld,'max_count':20,'min_count':2,'"
             "price_cents':1000,"
             "'protected':false,'repay_from_s':7776000,'repay_until_s':315360000,"
             "'transferable':true}",
             g->b.before ? "true" : "false", (long long)l->capital_min);
    r.article[SHEAF_ARTICLE_shares] = shares;
    r.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':864000,'open_s':604800,"
        "'quorum_bp':5000,'seats':3,'term_s':63072000},"
        "{'kind':'treasurers','name':'Treasurers','nominate_s':864000,'open_s':604800,"
        "'quorum_bp':5000,'seats':3,'term_s':63072000}],'protected':false}";
    r.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':50000,'period_s':2592000,'protected':false,'signatures':2}";
    r.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':1209600,'open_s':172800,'protected':false,'quorum_bp':800,"
        "'second':{'open_s':172800,'quorum_bp':0}}";
    r.article[SHEAF_ARTICLE_dissolution] =
        g->seed % 4 < 2
            ? "{'call_s':5184000,'liquidators':2,'protected':true,'reserve':'members'}"
            : "{'call_s':5184000,'liquidators':2,'protected':true,'reserve':"
              "'another_cooperative'}";
    r.article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':5184000,'members_bp':2000,'open_max':4,'protected':true,"
        "'sign_s':7776000}";
    r.article[SHEAF_ARTICLE_override] = "{'confirm_s':2592000,'hold_s':1209600,'members':2,'"
                                        "members_bp':10000,'protected':true}";
    r.recovery = "'recovery':{'confirmations':2,'panel_s':2592000,'wait_s':1209600},";
    r.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':1728000,'open_max':4,'protected':false,'review_max_s':31536000,"
        "'size_warning':20}";
    r.article[SHEAF_ARTICLE_advice] =
        "{'answer_s':1728000,'open_max':4,'protected':false,'spend_max_cents':60000}";
    r.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':2592000,'open_max':4,'outcome_s':5184000,'protected':false}";
    r.urgent = "{'ratify_s':1814400}";
    return r;
}

/* ---- members ---- */

static void enter(governance *g, int class)
{
    char name[KIT_NAME_MAX];
    int who = g->b.person_count;
    if (who == PEOPLE_MAX)
        return;
    name_of(g, who, name);
    if (g->b.person_count > BEGIN_WITH && governance_draw(g, 3) == 0 && acts_claim(g, name))
        return;
    if (acts_try(g, who, "member.apply",
                 "{'class':%d,'kind':'%s','name':^,'public_key':@%s,'web':false}", class,
                 class == PARTNER ? "organisation" : "person", name))
        book_joins(g, acts_last(g), class);
}

static void join(governance *g)
{
    static const int classes[] = {WORKER,   WORKER,    USER,    USER,
                                  INVESTOR, SUPPORTER, PARTNER, COMMUNITY};
    enter(g, classes[governance_draw(g, 8)]);
}

static void admit(governance *g, int by, int who)
{
    if (g->b.before && g->b.people[who].shares < SHARES_MIN && governance_draw(g, 8))
        acts_pay(g, acts_keeper(g), who, SHARES_MIN);
    if (g->b.people[who].state == APPLIED
        && acts_try(g, by, "member.admit", "{'member':%u}", acts_id(g, who)))
        book_admits(g, who);
}

/* Who came to the door last, by the first who may. */
static void admit_newest(governance *g)
{
    int who = g->b.person_count - 1;
    int by = 0;
    while (!book_has_vote(&g->b.people[by]))
        by++;
    admit(g, by, who);
}

void acts_found(governance *g)
{
    g->b.now = (laws){.ordinary_quorum = 2000,
                      .protected_quorum = 5000,
                      .cap = 2,
                      .capital_min = 150 * PRICE_CENTS};
    g->b.registered = g->seed % 2 == 0;
    g->b.before = g->seed % 3 == 1;
    kit_rules rules = document(g, &g->b.now);
    kit_found(&g->k, &rules);
    book_joins(g, 0, WORKER);
    book_admits(g, 0);
    for (int who = 1; who < STAY; who++) {
        enter(g, WORKER);
        while (g->b.people[who].state == APPLIED)
            admit(g, 0, who);
    }
    acts_found_data(g);
    acts_found_circles(g);
    book_compare(g);
}

/* ---- motions ---- */

void acts_open(governance *g, motion *m, const char *effect)
{
    char where[40] = "", process[40] = "", carried[40] = "";
    const char *organ = m->board ? "'organ':0," : "",
               *at_once = m->urgent ? ",'urgent':true" : "";
    if (m->assembly)
        snprintf(where, sizeof where, "'assembly':%u,", m->assembly);
    else
        m->assembly = SHEAF_NONE;
    if (m->account)
        snprintf(process, sizeof process, "'process':%u,", m->account);
    if (m->carries)
        snprintf(carried, sizeof carried, "'proposal':%u,", m->carries);
    if (!acts_try(g, m->by, "motion.open", "{%s%s%s%s%s'title':^%s}", where, effect, organ,
                  process, carried, at_once))
        return;
    m->id = acts_last(g);
    book_opens(g, m);
}

static void amend(governance *g, int by)
{
    static char effect[TEXT_MAX - 100];
    char base[16];
    motion m = {.by = by, .what = AMENDMENT, .text = *book_newest(&g->b)};
    m.base = m.text.id;
    switch (governance_draw(g, 5)) {
    case 0:
        m.text.ordinary_quorum = 1000 + 500 * (int)governance_draw(g, 5);
        break;
    case 1:
        m.text.protected_quorum = 4000 + 500 * (int)governance_draw(g, 4);
        break;
    case 2:
        m.text.nine_tenths = !m.text.nine_tenths;
        break;
    case 3:
        m.text.capital_min = book_capital(&g->b) * (int64_t)(90 + governance_draw(g, 60)) / 100;
        break;
    default:
        m.text.cap = 1 + (int)governance_draw(g, 3);
        break;
    }
    kit_rules rules = document(g, &m.text);
    snprintf(base, sizeof base, "%u", m.base);
    snprintf(effect, sizeof effect, "'effect':%s,", kit_amendment(&rules, base));
    acts_open(g, &m, effect);
}

static void exclude(governance *g, int by)
{
    char effect[100];
    uint32_t count = sheaf_exclusion_count(&g->k.state);
    if (!count || governance_draw(g, 3) == 0) {
        int who = acts_somebody(g);
        if (who >= STAY)
            (void)acts_try(g, by, "exclusion.open", "{'member':%u,'reason':^}",
                           acts_id(g, who));
        return;
    }
    const struct sheaf_row_exclusion *asked = sheaf_exclusion_at(&g->k.state, count - 1);
    motion m = {.by = by, .what = EXCLUSION};
    while (acts_id(g, m.subject) != asked->member)
        m.subject++;
    snprintf(effect, sizeof effect,
             "'effect':{'kind':'member.exclude','what':{'exclusion':%u}},", asked->id);
    acts_open(g, &m, effect);
}

/* One that is open, or the last of all. */
static motion *any_motion(governance *g)
{
    motion *chosen = g->b.motion_count ? &g->b.motions[g->b.motion_count - 1] : NULL;
    unsigned count = 0;
    for (int i = 0; i < g->b.motion_count; i++)
        if (g->b.motions[i].state == SHEAF_motion_state_open
            && governance_draw(g, ++count) == 0)
            chosen = &g->b.motions[i];
    return chosen;
}

/* Most are for what is asked, so that some of it is adopted by much, and some of it by a hair.
 */
int acts_inclination(governance *g, const motion *m)
{
    unsigned likes = 3 + m->id % 7, drawn = governance_draw(g, 10);
    return drawn < likes ? SHEAF_choice_yes
           : drawn < 9   ? SHEAF_choice_no
                         : SHEAF_choice_abstain;
}

const char *const acts_choices[] = {
    [SHEAF_choice_abstain] = "abstain", [SHEAF_choice_no] = "no", [SHEAF_choice_yes] = "yes"};

static void vote(governance *g, int who, motion *m)
{
    if (m->board && governance_draw(g, 8))
        who = acts_officer(g);
    int choice = acts_inclination(g, m);
    if (acts_try(g, who, "ballot.cast", "{'choice':'%s','motion':%u}", acts_choices[choice],
                 m->id))
        book_votes(g, m, who, choice);
}

static void declare(governance *g, int who, motion *m)
{
    if (m->board && governance_draw(g, 8))
        who = acts_officer(g);
    if (acts_try(g, who, "conflict.declare", "{'matter':%u}", m->id))
        book_conflict(g, m, who);
}

/* Others rely on it: it stops something, or they have voted on what lapses or is put to an
 * assembly. */
static bool relied_on(const motion *m)
{
    bool lapses = m->what == EXCLUSION || m->what == APPROVAL || m->assembly != SHEAF_NONE;
    for (int p = 0; p < PEOPLE_MAX; p++)
        if (lapses && p != m->by && m->choice[p] != NOBODY)
            return true;
    return m->what == STOP || m->what == CONFIRMATION;
}

/* Whoever opened it tries where that must not be. */
static void withdraw(governance *g, int who, motion *m)
{
    if (relied_on(m))
        who = m->by;
    if (!acts_try(g, who, "motion.withdraw", "{'motion':%u}", m->id))
        return;
    if (m->state != SHEAF_motion_state_open || m->by != who || m->ratify || m->carries
        || relied_on(m))
        governance_fail(g, "motion %u was withdrawn by member %u", m->id, acts_id(g, who));
    book_withdraws(m);
}

/* Nothing follows from it, which the book sees by finding all as before; lists and counts are
 * gone through at the end (kit_counts). */
static void argue(governance *g, int who, motion *m)
{
    uint32_t count = sheaf_argument_count(&g->k.state);
    const struct sheaf_row_argument *newest =
        count ? sheaf_argument_at(&g->k.state, count - 1) : NULL;
    char answers[40] = "";
    if (newest && newest->matter == m->id && governance_draw(g, 2))
        snprintf(answers, sizeof answers, "'answers':%u,", newest->id);
    if (!acts_try(g, who, "argument.give", "{%s'matter':%u,'stance':'for','text':^}", answers,
                  m->id))
        return;
    g->b.met[MET_argued]++;
    if (!book_is_member(&g->b.people[who]) || m->state != SHEAF_motion_state_open)
        governance_fail(g, "member %u argues on motion %u", acts_id(g, who), m->id);
}

/* ---- proxies ---- */

static void give(governance *g, int who)
{
    motion *m = governance_draw(g, 2) ? any_motion(g) : NULL;
    proxy x = {.giver = who,
               .holder = acts_somebody(g),
               .matter = m ? m->id : SHEAF_NONE,
               .until = g->k.now + DAY_MS * (int64_t)(1 + governance_draw(g, 200))};
    char matter[40] = "";
    if (m)
        snprintf(matter, sizeof matter, "'matter':%u,", m->id);
    if (acts_try(g, who, "proxy.give", "{%s'member':%u,'until':%lld}", matter,
                 acts_id(g, x.holder), (long long)x.until))
        book_gives(g, &x);
}

static void revoke(governance *g, int who)
{
    if (governance_draw(g, 2) && g->b.proxy_count) {
        const proxy *last = &g->b.proxies[g->b.proxy_count - 1];
        if (last->matter == SHEAF_NONE
            && acts_try(g, last->holder, "proxy.decline", "{'member':%u}",
                        acts_id(g, last->giver)))
            book_revokes(g, last->giver, SHEAF_NONE);
    } else if (acts_try(g, who, "proxy.revoke", "{}")) {
        book_revokes(g, who, SHEAF_NONE);
    }
}

/* ---- what the book does not follow ---- */

static void petition(governance *g, int who)
{
    uint32_t count = sheaf_petition_count(&g->k.state);
    if (!count || governance_draw(g, 12) == 0)
        (void)acts_try(g, who, "petition.open", "{'text':^,'title':^}");
    else
        (void)acts_try(g, who, governance_draw(g, 8) ? "petition.sign" : "petition.unsign",
                       "{'petition':%u}", sheaf_petition_at(&g->k.state, count - 1)->id);
}

/* Half of all give points, investors all that they have. */
static void give_points(governance *g, uint32_t allocation)
{
    for (int p = 0; p < g->b.person_count; p++)
        if (governance_draw(g, 2))
            (void)acts_try(g, p, "allocation.give",
                           "{'allocation':%u,'points':[{'option':%u,'points':%u}]}", allocation,
                           governance_draw(g, 3),
                           g->b.people[p].class == INVESTOR ? 10 : governance_draw(g, 6));
}

static void divide(governance *g, int who)
{
    uint32_t count = sheaf_allocation_count(&g->k.state);
    if (!count || governance_draw(g, 6) == 0)
        (void)acts_try(g, who, "allocation.open",
                       "{'amount':%u,'options':[{'name':^},{'name':^},{'name':^}],'points':10,"
                       "'title':^}",
                       1 + governance_draw(g, 100000));
    else
        give_points(g, sheaf_allocation_at(&g->k.state, count - 1)->id);
}

/* ---- anybody does something ---- */

static void move_motion(governance *g, int who)
{
    unsigned what = governance_draw(g, 12);
    if (what < 4) {
        motion m = {.by = who, .what = RESOLUTION};
        acts_open(g, &m, "");
    } else if (what > 9) {
        acts_strike(g, who);
    } else if (what < 8) {
        amend(g, who);
    } else {
        exclude(g, who);
    }
}

void acts_make(governance *g)
{
    unsigned what =
        g->b.person_count < BEGIN_WITH ? 95 + governance_draw(g, 5) : governance_draw(g, 100);
    int who = acts_somebody(g);
    motion *m = any_motion(g);
    if (what < 50 && m)
        vote(g, who, m);
    else if (what < 52 && m)
        argue(g, who, m);
    else if (what < 55)
        acts_of_board(g, who);
    else if (what < 59)
        acts_of_override(g, who);
    else if (what < 63)
        acts_of_matters(g, who);
    else if (what < 67)
        move_motion(g, who);
    else if (what < 73)
        give(g, who);
    else if (what < 74)
        revoke(g, who);
    else if (what < 76 && m)
        declare(g, who, m);
    else if (what < 77 && m)
        withdraw(g, who, m);
    else if (what < 81)
        petition(g, who);
    else if (what < 86)
        acts_of_elections(g, who);
    else if (what < 88)
        divide(g, who);
    else if (what < 90 && who >= STAY)
        (void)acts_try(g, who, governance_draw(g, 2) ? "member.leave" : "member.stay", "{}");
    else if (what < 92)
        admit(g, who, anybody(g));
    else if (what < 97)
        admit_newest(g);
    else
        join(g);
    book_compare(g);
}

/* ---- time ---- */

void acts_tick(governance *g)
{
    sheaf_deadline due;
    while (sheaf_fold_due(&g->k.state, g->k.now + g->k.step_ms, &due)) {
        int who = anybody(g);
        if (acts_try(g, who, "petition.open", "{'text':^,'title':^}"))
            governance_fail(g, "something is accepted while %s of entry %u is due",
                            sheaf_deadline_name(due.kind), due.of);
        kit_do(&g->k, "hub", "clock.tick", NULL,
               "{'deadline':'%s','of':%u,'unwitnessed':false}", sheaf_deadline_name(due.kind),
               due.of);
        book_ticks(g, &due);
        book_compare(g);
    }
    if (g->k.state.size - sheaf_coop(&g->k.state)->digest_size >= SHEAF_DIGEST_ENTRIES)
        kit_state_digest(&g->k);
}
