/* Whatever members and tellers do about a motion, an election and an allocation that are open
 * at once, what the state counts as it goes is what its ballots say: votes and votes that are
 * changed, sheets of paper recorded and confirmed, ballots contested, conflicts declared,
 * proxies, members who leave and keys that are revoked; with a class that has a ceiling of
 * votes, a member on trial and one who is not settled. After every act each ballot says what
 * its member or the tellers said, and all are counted again, by class and by who is settled.
 * What is shown just before a closing (coop/preview.h) is what the closing counts.
 *
 * SHEAF_TEST_SEED plays one seed and tells every act of it that was accepted. */
#include "recount.h"

#include "coop/deadline.h"
#include "coop/preview.h"

enum {
    ACTS = 260,
    FEW = 70,
    MANY = 600,
    FOUNDERS = 4,
    SETTLED_S = 3600,
    OPEN_S = 150,
    QUORUM_BP = 7500,
};

#define BOARD                                                                                  \
    "{'list':[{'kind':'board','name':'Board','nominate_s':100,'open_s':200,'quorum_bp':5000,"  \
    "'seats':2,'term_s':1000}],'protected':false}"
#define TELLERS                                                                                \
    "{'kind':'tellers.appoint','what':{'duration_s':90000,'members':[{'member':#ann},"         \
    "{'member':#bob},{'member':#dan}]}}"
#define DISSOLVE                                                                               \
    "{'effect':{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},{'member':"      \
    "#bob}]}},'title':^}"

/* ---- closings ---- */

static recount_matter closes(const recount *w, const sheaf_deadline *due)
{
    static const uint8_t kinds[] = {SHEAF_deadline_kind_motion, SHEAF_deadline_kind_election,
                                    SHEAF_deadline_kind_allocation};
    for (int i = 0; i < RECOUNT_NONE; i++)
        if (due->kind == kinds[i] && due->of == w->of[i] && recount_open(w, (recount_matter)i))
            return (recount_matter)i;
    return RECOUNT_NONE;
}

static void tick(recount *w, const sheaf_deadline *due)
{
    char what[120];
    snprintf(what, sizeof what, "{'deadline':'%s','of':%u,'unwitnessed':false}",
             sheaf_deadline_name(due->kind), due->of);
    if (!recount_try(w, "hub", "clock.tick", what, NULL))
        fail_msg("seed %llu, act %d: the tick is refused: %s", (unsigned long long)w->number,
                 w->act, what);
}

/* A motion may stay open, for a second call. */
static void close_matter(recount *w, const sheaf_deadline *due, recount_matter matter)
{
    const recount_figures before = recount_take(w, matter);
    const sheaf_mark mark = sheaf_preview(&w->k.state, due->of);
    const recount_figures shown = recount_take(w, matter);
    sheaf_state_roll_back(&w->k.state, mark);
    const recount_figures again = recount_take(w, matter);
    assert_true(recount_equal(&before, &again));
    tick(w, due);
    if (recount_open(w, matter)) {
        w->seen->stayed++;
        return;
    }
    const recount_figures closed = recount_take(w, matter);
    w->seen->settled += matter == RECOUNT_MOTION && recount_settled_differ(w);
    recount_same_figures(w, &shown, &closed);
    w->seen->closed[matter]++;
    w->seen->by_proxy[matter] += !recount_equal(&before, &shown);
}

static void settle_due(recount *w)
{
    sheaf_deadline due;
    while (sheaf_fold_due(&w->k.state, w->k.now + w->k.step_ms, &due)) {
        recount_matter matter = closes(w, &due);
        if (matter == RECOUNT_NONE)
            tick(w, &due);
        else
            close_matter(w, &due, matter);
        recount_check(w);
    }
}

static bool any_open(const recount *w)
{
    return recount_open(w, RECOUNT_MOTION) || recount_open(w, RECOUNT_ELECTION)
           || recount_open(w, RECOUNT_ALLOCATION);
}

static void close_all(recount *w)
{
    sheaf_deadline due;
    while (any_open(w)) {
        assert_true(sheaf_deadline_first(&w->k.state, &due));
        w->k.now = due.at > w->k.now ? due.at : w->k.now;
        settle_due(w);
    }
}

/* ---- the co-op ---- */

static void admit(kit *k, int who)
{
    const char *name = recount_people[who].name;
    kit_do(k, name, "member.apply", name,
           "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':%s}",
           recount_people[who].class, name, recount_people[who].web ? "true" : "false");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", name);
}

/* Who revokes the key that votes has this one left. */
static void keep_key(kit *k, int who)
{
    char name[KIT_NAME_MAX];
    snprintf(name, sizeof name, "%s.kept", recount_people[who].name);
    kit_do(k, recount_people[who].name, "key.admit", name,
           "{'public_key':@%s,'scopes':{'admin':true,'data':false,'money':false,'train':false,"
           "'vote':false},'web':false}",
           name);
}

static void found(recount *w)
{
    kit *k = &w->k;
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.early = w->number % 3 == 0;
    rules.changeable = w->number % 2;
    rules.settled_s = SETTLED_S;
    rules.ordinary =
        (kit_decisions){"for_and_against", "simple", "all", 0, OPEN_S, QUORUM_BP, 0, 0};
    rules.protected.open_s = OPEN_S;
    if (w->number % 5 < 2) {
        rules.ordinary.second_open_s = OPEN_S / 2;
        rules.ordinary.second_quorum = 1000;
    }
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.classes = "{'name':'member','votes':1},{'ceiling_bp':2500,'name':'investor',"
                    "'votes':1},{'name':'new','trial_s':100000,'votes':1}";
    rules.article[SHEAF_ARTICLE_organs] = BOARD;
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':5,'protected':false,'until_max_s':9000}";
    kit_found_four(k, &rules);
    kit_motion(k, "t", TELLERS, FOUNDERS);
    for (int i = FOUNDERS; i < RECOUNT_PEOPLE; i++) {
        if (i == RECOUNT_SETTLED)
            k->now += SETTLED_S * 1000 + 100000;
        admit(k, i);
    }
    for (int i = 0; i < RECOUNT_PEOPLE; i++)
        if (!recount_people[i].web)
            keep_key(k, i);
}

/* One motion in four is to dissolve the co-op, of which the settled decide by themselves as
 * well. */
static void open_all(recount *w)
{
    kit *k = &w->k;
    k->step_ms = 100;
    kit_do(k, "ann", "election.call", "e", "{'organ':0}");
    for (int i = 0; i < RECOUNT_PEOPLE; i++)
        if (recount_people[i].stands)
            kit_do(k, recount_people[i].name, "candidate.stand", NULL, "{'election':#e}");
    k->now = sheaf_election_get(&k->state, kit_index(k, "e"))->opens;
    kit_do(k, "ann", "motion.open", "m", "%s", w->number % 4 ? "{'title':^}" : DISSOLVE);
    kit_do(k, "ann", "allocation.open", "a",
           "{'amount':1000,'options':[{'name':^},{'name':^}],'points':10,'title':^}");
    k->step_ms = 0;
    for (int i = 0; i < RECOUNT_PEOPLE; i++)
        w->members[i] = kit_index(k, recount_people[i].name);
    for (int i = 0; i < RECOUNT_NONE; i++)
        w->of[i] = kit_index(k, (char[]){recount_labels[i], 0});
}

static void play(uint64_t number, bool aloud, recount_seen *seen)
{
    recount w = {.number = number, .seed = number * 7919, .aloud = aloud, .seen = seen};
    found(&w);
    open_all(&w);
    for (w.act = 1; w.act <= ACTS; w.act++) {
        if (!recount_draw(&w, 3))
            w.k.now += recount_draw(&w, 2500);
        if (!recount_draw(&w, 60))
            w.k.now += 20000;
        settle_due(&w);
        recount_act(&w);
        recount_check(&w);
    }
    close_all(&w);
    kit_close(&w.k);
}

static void at_least(const char *what, uint32_t times, uint32_t in_hundred, uint64_t seeds)
{
    printf("# %u %s\n", times, what);
    if (times * UINT64_C(100) < in_hundred * seeds)
        fail_msg("%u times %s with %llu seeds: it plays too little", times, what,
                 (unsigned long long)seeds);
}

/* Something came of all that is played: so often at least with a hundred seeds. */
static void check_seen(const recount_seen *seen, uint64_t seeds)
{
    static const struct {
        sheaf_kind kind;
        uint32_t least;
    } kinds[] = {
        {SHEAF_KIND_ballot_cast, 300},       {SHEAF_KIND_election_vote, 300},
        {SHEAF_KIND_allocation_give, 300},   {SHEAF_KIND_ballots_record, 500},
        {SHEAF_KIND_ballots_confirm, 300},   {SHEAF_KIND_ballot_contest, 300},
        {SHEAF_KIND_conflict_declare, 200},  {SHEAF_KIND_proxy_give, 400},
        {SHEAF_KIND_proxy_revoke, 40},       {SHEAF_KIND_proxy_decline, 4},
        {SHEAF_KIND_candidate_withdraw, 10}, {SHEAF_KIND_member_leave, 50},
        {SHEAF_KIND_key_revoke, 60},
    };
    static const char *const closings[] = {"closings of motions", "closings of elections",
                                           "closings of allocations"};
    static const char *const proxies[] = {"with votes by proxy on the motion",
                                          "with votes by proxy in the election",
                                          "with votes by proxy in the allocation"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        at_least(sheaf_kind_shape(kinds[i].kind)->name, seen->accepted[kinds[i].kind],
                 kinds[i].least, seeds);
    for (int i = 0; i < RECOUNT_NONE; i++) {
        at_least(closings[i], seen->closed[i], 50, seeds);
        at_least(proxies[i], seen->by_proxy[i], 8, seeds);
    }
    at_least("motions that settled and other members voted on", seen->settled, 30, seeds);
    at_least("second calls", seen->stayed, 4, seeds);
}

static void test_recount(void **unused)
{
    (void)unused;
    const char *given = getenv("SHEAF_TEST_SEED");
    uint64_t first = given ? strtoull(given, NULL, 10) : 1;
    uint64_t last = given ? first : getenv("SHEAF_TEST_LONG") ? MANY : FEW;
    recount_seen seen = {.closed = {0}};
    for (uint64_t number = first; number <= last; number++) {
        printf("# seed %llu\n", (unsigned long long)number);
        fflush(stdout);
        play(number, given != NULL, &seen);
    }
    if (!given)
        check_seen(&seen, last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_recount)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
