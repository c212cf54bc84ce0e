/* Members who do not use the co-op: no quorum without those who do, and few seats. */
#include "test.h"

#include "coop/deadline.h"
#include "coop/motion.h"
#include "coop/organs.h"

#define LENDERS                                                                                \
    "{'name':'member','votes':1},{'ceiling_bp':2500,'name':'lender','role':'investor',"        \
    "'votes':1},{'name':'friend','role':'supporter','votes':1}"
#define BOARD(seats, most)                                                                     \
    "{'list':[{'kind':'board','name':'Board','nominate_s':0," most "'open_s':100,'quorum_bp':" \
    "5000,'seats':" seats ",'term_s':100000}],'protected':false}"

static void join(kit *k, const char *who, int class)
{
    kit_do(k, who, "member.apply", who,
           "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", class, who);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", who);
}

/* Ann, m1, m2 and m3 use it; i1 to i4 lend. */
static void found(kit *k, kit_rules *rules)
{
    static const char *const members[] = {"m1", "m2", "m3"};
    static const char *const lenders[] = {"i1", "i2", "i3", "i4"};
    rules->early = false;
    rules->classes = LENDERS;
    kit_open(k);
    kit_found(k, rules);
    for (int i = 0; i < 3; i++)
        join(k, members[i], 0);
    for (int i = 0; i < 4; i++)
        join(k, lenders[i], 1);
}

static void close_next(kit *k, const char *kind, const char *of)
{
    sheaf_deadline due = {0};
    assert_true(sheaf_deadline_first(&k->state, &due));
    k->now = due.at > k->now ? due.at : k->now;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}", kind,
           of);
}

/* ---- a quorum of those who use it ---- */

static void cast(kit *k, const char *const *names, const char *votes)
{
    static const char *const choices[] = {['a'] = "abstain", ['y'] = "yes"};
    for (int i = 0; votes[i]; i++)
        kit_do(k, names[i], "ballot.cast", NULL, "{'choice':'%s','motion':#m}",
               choices[(int)votes[i]]);
}

void test_quorum_apart(void **unused)
{
    (void)unused;
    static const char *const members[] = {"ann", "m1", "m2", "m3"};
    static const char *const lenders[] = {"i1", "i2", "i3", "i4"};
    static const struct {
        bool apart;
        const char *base, *members, *lenders;
        uint8_t want;
    } rows[] = {
        /* It takes four of eight, and two of the four who use it. */
        {true, "all", "y", "yyyy", SHEAF_motion_state_no_quorum},
        {true, "all", "", "yyyy", SHEAF_motion_state_no_quorum},
        {true, "all", "ya", "yyyy", SHEAF_motion_state_adopted},
        {true, "for_and_against", "ya", "yyyy", SHEAF_motion_state_no_quorum},
        {true, "for_and_against", "yy", "yy", SHEAF_motion_state_adopted},
        {true, "all", "yy", "y", SHEAF_motion_state_no_quorum},
        {true, "all", "yyyy", "", SHEAF_motion_state_adopted},
        {false, "all", "y", "yyyy", SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.apart = rows[i].apart;
        rules.ordinary.quorum = 5000;
        rules.ordinary.quorum_base = rows[i].base;
        found(&k, &rules);
        kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
        join(&k, "late", 0); /* changes nothing */
        cast(&k, members, rows[i].members);
        cast(&k, lenders, rows[i].lenders);
        const struct sheaf_row_motion *motion = sheaf_motion_get(&k.state, kit_index(&k, "m"));
        const sheaf_standing standing =
            sheaf_motion_standing(&k.state, motion, sheaf_motion_rule(&k.state, motion));
        assert_int_equal(standing.needed, 4);
        assert_int_equal(standing.needed_apart, rows[i].apart ? 2 : 0);
        close_next(&k, "motion", "m");
        assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state, rows[i].want);
        kit_close(&k);
    }
}

/* The second call asks of them what it asks of all. */
void test_quorum_apart_on_second_call(void **unused)
{
    (void)unused;
    for (int quorum = 2500; quorum <= 2501; quorum++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.apart = true;
        rules.ordinary.quorum = 5000;
        rules.ordinary.second_open_s = 100;
        rules.ordinary.second_quorum = quorum;
        found(&k, &rules);
        kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
        kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        for (int i = 0; i < 4; i++)
            kit_do(&k, (const char *const[]){"i1", "i2", "i3", "i4"}[i], "ballot.cast", NULL,
                   "{'choice':'yes','motion':#m}");
        close_next(&k, "motion", "m");
        assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->call, 2);
        close_next(&k, "motion", "m");
        assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state,
                         quorum == 2500 ? SHEAF_motion_state_adopted
                                        : SHEAF_motion_state_no_quorum);
        kit_close(&k);
    }
}

/* ---- seats ---- */

static bool in_office(kit *k, const char *who)
{
    return sheaf_office_now(&k->state, kit_index(k, who), 0) != NULL;
}

#define SEAT(name) "{'kind':'office.elect','what':{'member':#" name ",'organ':0}}"
#define STAND(name)                                                                            \
    {                                                                                          \
        name, "candidate.stand", "{'election':#e}"                                             \
    }

/* Of four seats a quarter is one: of two lenders whom most approve one takes office, and who
 * follows is a member, until the lender's seat falls vacant. */
void test_non_users_hold_few_seats(void **unused)
{
    (void)unused;
    static const char *const approve[] = {"ann", "m1", "m2", "i3", "i4"};
    static const kit_row rows[] = {
        {"ann", "election.call", "{'organ':0}", .label = "e"},
        STAND("i1"),
        STAND("i2"),
        STAND("m1"),
        STAND("m2"),
        STAND("m3"),
    };
    kit k;
    kit_rules rules = kit_rules_usual();
    rules.ordinary.quorum = 0;
    rules.article[SHEAF_ARTICLE_organs] = BOARD("4", "'non_users_bp':2500,");
    found(&k, &rules);
    join(&k, "f1", 2);
    KIT_ROWS(&k, rows);
    for (int i = 0; i < 5; i++)
        kit_do(&k, approve[i], "election.vote", NULL,
               i < 3
                   ? "{'approve':[{'member':#m1},{'member':#m2},{'member':#i1},{'member':#i2}],"
                     "'election':#e}"
                   : "{'approve':[{'member':#i1},{'member':#i2}],'election':#e}");
    close_next(&k, "election", "e");
    assert_true(in_office(&k, "i1") && in_office(&k, "m1") && in_office(&k, "m2"));
    assert_false(in_office(&k, "i2"));
    assert_int_equal(sheaf_officers(&k.state, 0), 3);
    kit_want(&k, R(non_users_full), "ann", "motion.open", "{'effect':" SEAT("i3") ",'title':^}",
             NULL);
    kit_want(&k, R(non_users_full), "ann", "motion.open", "{'effect':" SEAT("f1") ",'title':^}",
             NULL);
    kit_do(&k, "i1", "office.resign", NULL, "{'organ':0}");
    sheaf_deadline due = {0};
    assert_true(sheaf_deadline_first(&k.state, &due));
    assert_int_equal(due.kind, SHEAF_deadline_kind_vacancy);
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'vacancy','of':%u,'unwitnessed':false}",
           due.of);
    assert_true(in_office(&k, "i2"));
    kit_want(&k, R(non_users_full), "ann", "motion.open", "{'effect':" SEAT("i3") ",'title':^}",
             NULL);
    kit_do(&k, "ann", "motion.open", "m", "{'effect':" SEAT("m3") ",'title':^}");
    cast(&k, approve, "yy");
    close_next(&k, "motion", "m");
    assert_true(in_office(&k, "m3"));
    kit_close(&k);
}

/* A quarter of three seats is none; without a limit all can be theirs. */
void test_non_users_without_a_seat(void **unused)
{
    (void)unused;
    static const struct {
        const char *article;
        sheaf_refusal want;
    } rows[] = {
        {BOARD("3", "'non_users_bp':2500,"), R(non_users_full)},
        {BOARD("3", "'non_users_bp':3333,"), R(non_users_full)},
        {BOARD("3", "'non_users_bp':3334,"), ACCEPTED},
        {BOARD("4", "'non_users_bp':2500,"), ACCEPTED},
        {BOARD("1", "'non_users_bp':0,"), R(non_users_full)},
        {BOARD("1", ""), ACCEPTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = kit_rules_usual();
        rules.article[SHEAF_ARTICLE_organs] = rows[i].article;
        found(&k, &rules);
        kit_do(&k, "ann", "election.call", "e", "{'organ':0}");
        kit_want(&k, rows[i].want, "i1", "candidate.stand", "{'election':#e}", NULL);
        kit_do(&k, "m1", "candidate.stand", NULL, "{'election':#e}");
        kit_close(&k);
    }
}
