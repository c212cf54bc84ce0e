/* The settled where a protected decision comes from an organ, is put to an assembly, or is
 * counted by tellers. */
#include "organ_world.h"

#include "coop/motion.h"

enum { SETTLED_S = 3600, STRANGERS = 8 };

static sheaf_settled_standing settled(kit *k, const char *label)
{
    const struct sheaf_row_motion *row = motion(k, label);
    return sheaf_motion_standing(&k->state, row, sheaf_motion_rule(&k->state, row)).settled;
}

static void join(kit *k, const char *who)
{
    kit_do(k, who, "member.apply", who,
           "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", who);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", who);
}

static const char *stranger(int i)
{
    static char name[KIT_NAME_MAX];
    snprintf(name, sizeof name, "s%d", i);
    return name;
}

static void strangers_join(kit *k)
{
    for (int i = 0; i < STRANGERS; i++)
        join(k, stranger(i));
}

static void propose(kit *k, const char *label, const char *effect)
{
    kit_do(k, "ann", "motion.open", label, "{'effect':%s,'title':^}", effect);
}

static kit_rules rules_here(void)
{
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.early = false;
    rules.protected.quorum = 5000;
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':10,'open_s':600,'protected':false,'quorum_bp':2500}";
    return rules;
}

/* Four who have been here for long, in a co-op that comes to ask for settled members; the
 * version is labelled here.tick. */
static kit_rules found(kit *k, int settled_s)
{
    kit_rules rules = rules_here();
    kit_open(k);
    kit_with_data(k, &rules);
    k->now += INT64_C(100) * 86400000; /* nobody is a founder any more */
    rules.settled_s = settled_s;
    kit_motion(k, "here", kit_amendment(&rules, "#ann"), 4);
    assert_int_equal(motion(k, "here")->state, SHEAF_motion_state_adopted);
    k->step_ms = 0;
    return rules;
}

static void strangers_vote(kit *k, const char *label)
{
    for (int i = 0; i < STRANGERS; i++)
        vote(k, stranger(i), "yes", label);
}

/* Of ann, bob, cat and dan: a letter each: y, n or - for none. */
static void votes(kit *k, const char *label, const char *letters)
{
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; letters[i]; i++)
        if (letters[i] != '-')
            vote(k, people[i], letters[i] == 'y' ? "yes" : "no", label);
}

/* It passes to the members, since what it does has come to be protected. Who is settled by then
 * counts apart, though sam was not when the board opened it; what officers voted does not. */
void test_settled_referred(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        kit k;
        kit_rules rules = found(&k, SETTLED_S);
        elect(&k, "ann", 0);
        elect(&k, "bob", 0);
        kit_motion(&k, "g", KIT_MANDATE, 4);
        join(&k, "sam");
        int64_t settles = k.now + INT64_C(1000) * SETTLED_S;
        rules.raised = "{'effect':'mandate.revoke','sort':'protected'}";
        k.now = settles - 150000 - late;
        propose(&k, "raise", kit_amendment(&rules, "#here.tick"));
        votes(&k, "raise", "yyyy");
        strangers_join(&k);
        k.now += 90000;
        kit_do(&k, "ann", "motion.open", "m", BOARD(REVOKE("g.tick")));
        votes(&k, "m", "yy");
        settle(&k, "m", 1);
        assert_int_equal(k.now, settles - late);
        assert_int_equal(motion(&k, "raise")->state, SHEAF_motion_state_adopted);
        assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
        assert_true(settled(&k, "m").counted);
        assert_int_equal(settled(&k, "m").yes, 0);
        strangers_vote(&k, "m");
        vote(&k, "sam", "no", "m");
        votes(&k, "m", "yyyn");
        assert_int_equal(settled(&k, "m").yes, 3);
        assert_int_equal(settled(&k, "m").no, late ? 1 : 2);
        settle(&k, "m", 2);
        assert_int_equal(motion(&k, "m")->state,
                         late ? SHEAF_motion_state_adopted : SHEAF_motion_state_rejected);
        kit_close(&k);
    }
}

/* Whoever comes to an assembly counts there; a protected decision still needs the settled who
 * came. */
void test_settled_assembly(void **unused)
{
    (void)unused;
    static const struct {
        int settled_s;
        const char *votes;
        uint32_t yes, no;
        uint8_t want;
    } rows[] = {
        {SETTLED_S, "yyn-", 2, 1, SHEAF_motion_state_rejected},
        {SETTLED_S, "yyyn", 3, 1, SHEAF_motion_state_adopted},
        {SETTLED_S, "---n", 0, 1, SHEAF_motion_state_rejected},
        {SETTLED_S, "----", 0, 0, SHEAF_motion_state_adopted},
        {0, "yyn-", 0, 0, SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = found(&k, rows[i].settled_s);
        rules.open_max++;
        strangers_join(&k);
        long long starts = (long long)k.now + 20000;
        kit_do(&k, "ann", "assembly.convene", "a",
               "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", starts + 130000, starts);
        kit_do(&k, "ann", "motion.open", "m", "{'assembly':#a,'effect':%s,'title':^}",
               kit_amendment(&rules, "#here.tick"));
        static const char *const people[] = {"ann", "bob", "cat", "dan"};
        for (int n = 0; n < 4 + STRANGERS; n++)
            kit_do(&k, n < 4 ? people[n] : stranger(n - 4), "assembly.attend", NULL,
                   "{'assembly':#a}");
        k.now = starts;
        kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("assembly_begins", "a"));
        votes(&k, "m", rows[i].votes);
        strangers_vote(&k, "m");
        assert_int_equal(settled(&k, "m").counted, rows[i].settled_s != 0);
        assert_int_equal(settled(&k, "m").yes, rows[i].yes);
        assert_int_equal(settled(&k, "m").no, rows[i].no);
        settle(&k, "m", 1);
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        kit_close(&k);
    }
}

#define SHEET(list)         "{'channel':'paper','evidence':~e,'list':[" list "],'matter':#m}"
#define CHOICE(choice, who) "{'choice':'" choice "','member':#" who "}"

static void expect(kit *k, uint32_t yes, uint32_t no, uint32_t abstain)
{
    assert_int_equal(settled(k, "m").yes, yes);
    assert_int_equal(settled(k, "m").no, no);
    assert_int_equal(settled(k, "m").abstain, abstain);
}

/* What tellers count is a settled member's where that member is settled, and is
 * taken back as that. */
void test_settled_tellers(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = found(&k, SETTLED_S);
    kit_motion(&k, "t",
               "{'kind':'tellers.appoint','what':{'duration_s':9000,'members':[{'member':#ann},"
               "{'member':#bob}]}}",
               4);
    strangers_join(&k);
    rules.open_max++;
    propose(&k, "m", kit_amendment(&rules, "#here.tick"));
    votes(&k, "m", "yy-n");
    expect(&k, 2, 1, 0);
    static const kit_row rows[] = {
        {"ann", "ballots.record",
         SHEET(CHOICE("no", "cat") "," CHOICE("yes", "dan") "," CHOICE("no", "s0")),
         .label = "sheet"},
        {"bob", "ballots.confirm", "{'sheet':#sheet}"},
    };
    KIT_ROWS(&k, rows);
    expect(&k, 3, 1, 0);
    assert_int_equal(motion(&k, "m")->no, 2);
    assert_true(settled(&k, "m").carried);
    kit_do(&k, "dan", "ballot.contest", NULL, "{'matter':#m}");
    expect(&k, 2, 2, 0); /* as dan had voted */
    kit_do(&k, "cat", "ballot.contest", NULL, "{'matter':#m}");
    expect(&k, 2, 1, 0); /* and cat had not */
    kit_do(&k, "s0", "ballot.contest", NULL, "{'matter':#m}");
    expect(&k, 2, 1, 0);
    vote(&k, "cat", "abstain", "m");
    expect(&k, 2, 1, 1);
    strangers_vote(&k, "m");
    assert_true(sheaf_motion_standing(&k.state, motion(&k, "m"),
                                      sheaf_motion_rule(&k.state, motion(&k, "m")))
                    .majority);
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_rejected);
    kit_close(&k);
}
