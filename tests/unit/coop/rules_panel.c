/* The panel on a recovery that was objected to: who judges, what it takes, and when. */
#include "test.h"

#include "coop/motion.h"

#define HOUR               INT64_C(3600000)
#define DAY                INT64_C(86400000)
#define RECOVERY(n)        "'recovery':{'confirmations':" n ",'panel_s':7200,'wait_s':86400},"
#define OPEN(name, member) "{'member':#" member ",'public_key':@" name ",'web':false}"
#define OF(recovery)       "{'recovery':#" recovery "}"
#define FOR(recovery)      "{'recovery':#" recovery ",'uphold':true}"
#define AGAINST(recovery)  "{'recovery':#" recovery ",'uphold':false}"

static const struct sheaf_row_recovery *recovery_of(kit *k, const char *label)
{
    return sheaf_recovery_get(&k->state, kit_index(k, label));
}

/* Ann, bob, cat and dan, and so many more up to nine, who join afterwards. */
static void found_by(kit *k, const kit_rules *rules, int members)
{
    static const char *const more[] = {"eve", "fay", "gus", "hal", "ida"};
    kit_open(k);
    kit_found_four(k, rules);
    for (int i = 0; i < members - 4; i++) {
        kit_do(k, more[i], "member.apply", more[i],
               "{'class':0,'kind':'person','name':^,'public_key':@%s,'web':false}", more[i]);
        kit_do(k, "ann", "member.admit", NULL, "{'member':#%s}", more[i]);
    }
    k->step_ms = 1000;
}

static void found(kit *k, const char *recovery, const char *majority, int members)
{
    kit_rules rules = kit_rules_usual();
    rules.recovery = recovery;
    rules.protected.majority = majority;
    found_by(k, &rules, members);
}

/* Two confirm, an accomplice objects, and two more uphold it: nothing happens before the wait
 * is over, and the old key can object up to the last moment. */
void test_panel_shortens_nothing(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "two_thirds", 7);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "fay"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.object", OF("n1")},
        {"cat", "recovery.object", OF("n1"), R(recovery_elsewhere)},
        {"dan", "recovery.judge", FOR("n1")},
        {"eve", "recovery.judge", FOR("n1")},
        {"n1", "motion.open", "{'title':^}", R(key_revoked)},
        {"fay", "person.update", "{'contact':@x}", R(keys_frozen)},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), R(not_due),
         .wait_ms = 3 * HOUR},
        {"gus", "recovery.object", OF("n1"), R(recovery_elsewhere)}, /* gus judges */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_objected);
    int64_t until = recovery_of(&k, "n1")->until;
    k.now = until - 1 - k.step_ms;
    kit_want(&k, ACCEPTED, "fay", "recovery.object", OF("n1"), NULL);
    kit_want(&k, R(recovery_elsewhere), "fay", "recovery.object", OF("n1"), NULL);
    kit_want(&k, R(keys_frozen), "fay", "member.leave", "{}", NULL);
    /* Now it takes two thirds, and the panel has its time once more: four are for it, cat
     * and the member against, and gus decides. */
    k.now = until + 2 * HOUR - 2 - 2 * k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), NULL);
    kit_want(&k, ACCEPTED, "gus", "recovery.judge", AGAINST("n1"), NULL);
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_failed);
    kit_do(&k, "fay", "motion.open", NULL, "{'title':^}");
    kit_close(&k);
}

/* A panel whose time would be over before the wait is has until then to speak. */
void test_panel_has_the_whole_wait(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "two_thirds", 7);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "fay"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.object", OF("n1")},
        {"dan", "recovery.judge", FOR("n1")},
    };
    KIT_ROWS(&k, rows);
    int64_t until = recovery_of(&k, "n1")->until;
    k.now += 2 * HOUR;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), NULL);
    k.now = until - 1 - 2 * k.step_ms;
    kit_do(&k, "eve", "recovery.judge", NULL, FOR("n1"));
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), NULL);
    k.now = until - k.step_ms;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("recovery_panel", "n1"));
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_done);
    kit_close(&k);
}

/* What a panel upholds stands from the end of the wait, where the old key says nothing. */
void test_panel_upholds(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "three_quarters", 6);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "fay"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.object", OF("n1")},
        {"dan", "recovery.judge", FOR("n1")},
        {"eve", "recovery.judge", FOR("n1")},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_recovery *row = recovery_of(&k, "n1");
    int64_t until = row->until;
    k.now = until - 1 - k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), NULL);
    kit_want(&k, R(key_revoked), "n1", "motion.open", "{'title':^}", NULL);
    k.now = until - k.step_ms;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("recovery_panel", "n1"));
    kit_do(&k, "n1", "motion.open", NULL, "{'title':^}");
    kit_want(&k, R(key_revoked), "fay", "motion.open", "{'title':^}", NULL);
    kit_close(&k);
}

/* After the wait is over the panel's last voice that matters ends it at once. */
void test_panel_after_the_wait(void **unused)
{
    (void)unused;
    kit k;
    found(&k, "'recovery':{'confirmations':2,'panel_s':86400,'wait_s':3600},", "two_thirds", 6);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "fay"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.object", OF("n1")},
        {"dan", "recovery.judge", AGAINST("n1")}, /* two and two */
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), R(not_due), .wait_ms = HOUR},
        {"n1", "motion.open", "{'title':^}", R(key_revoked)},
        {"eve", "recovery.judge", FOR("n1")},
        {"n1", "motion.open", "{'title':^}"},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* Three of five confirm, and who is left objects: there is nobody else, so the voices that were
 * given decide, and one alone holds up nobody. */
void test_panel_of_nobody_else(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("3"), "nine_tenths", 5);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "dan"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.confirm", OF("n1")},
        {"eve", "recovery.object", OF("n1")},
        {"eve", "recovery.judge", AGAINST("n1"), R(approved_twice)},
        {"ann", "recovery.judge", FOR("n1"), R(approved_twice)},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), .wait_ms = DAY},
        {"n1", "motion.open", "{'title':^}"},
        /* In vain where the member's own key, its node's here, objects as well. */
        {"n2", "recovery.open", OPEN("n2", "cat"), .label = "n2"},
        {"ann", "recovery.confirm", OF("n2")},
        {"bob", "recovery.confirm", OF("n2")},
        {"n1", "recovery.confirm", OF("n2")},
        {"eve", "recovery.object", OF("n2")},
        {"cat.node", "recovery.object", OF("n2")},
        {"cat", "key.revoke", "{'key':#cat.node}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_done);
    assert_int_equal(recovery_of(&k, "n2")->state, SHEAF_recovery_state_failed);
    kit_close(&k);
}

/* The member's own objection counts, and it takes what a protected decision takes: three are
 * three quarters beside it, and not where one more is against it. */
void test_panel_as_a_protected_decision(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "three_quarters", 5);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "dan"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"dan", "recovery.object", OF("n1")},
        {"cat", "recovery.judge", FOR("n1")},
        {"eve", "recovery.judge", AGAINST("n1")}, /* three of five */
        {"n2", "recovery.open", OPEN("n2", "cat"), .label = "n2"},
        {"dan", "member.leave", "{}"},
        {"ann", "recovery.confirm", OF("n2")},
        {"bob", "recovery.confirm", OF("n2")},
        {"cat", "recovery.object", OF("n2")},
        {"eve", "recovery.judge", FOR("n2")}, /* three of four */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_failed);
    assert_int_equal(recovery_of(&k, "n2")->state, SHEAF_recovery_state_objected);
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("recovery_panel", "n2"), NULL);
    k.now = recovery_of(&k, "n2")->until - k.step_ms;
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("recovery_panel", "n2"));
    assert_int_equal(recovery_of(&k, "n2")->state, SHEAF_recovery_state_done);
    kit_close(&k);
}

/* Who has stolen an old key objects, and nine tenths are never reached beside it by fewer than
 * nine: all others together decide against it, of five members at least; one who is against it,
 * or says nothing, is enough to stop it. */
void test_panel_against_a_thief(void **unused)
{
    (void)unused;
    static const char *const judges[] = {"cat", "eve", "fay", "gus", "hal", "ida"};
    static const struct {
        int members, judging;
        bool last_upholds;
        uint8_t want;
    } cases[] = {
        {4, 1, true, SHEAF_recovery_state_failed},  {5, 2, true, SHEAF_recovery_state_done},
        {5, 2, false, SHEAF_recovery_state_failed}, {5, 1, true, SHEAF_recovery_state_failed},
        {9, 6, true, SHEAF_recovery_state_done},    {9, 6, false, SHEAF_recovery_state_failed},
        {9, 5, true, SHEAF_recovery_state_failed},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kit k;
        found(&k, RECOVERY("2"), "nine_tenths", cases[i].members);
        kit_do(&k, "n1", "recovery.open", "n1", OPEN("n1", "dan"));
        kit_do(&k, "ann", "recovery.confirm", NULL, OF("n1"));
        kit_do(&k, "bob", "recovery.confirm", NULL, OF("n1"));
        kit_do(&k, "dan.node", "recovery.object", NULL, OF("n1"));
        for (int j = 0; j < cases[i].judging; j++) {
            bool last = j + 1 == cases[i].judging;
            if (recovery_of(&k, "n1")->state == SHEAF_recovery_state_objected)
                kit_do(&k, judges[j], "recovery.judge", NULL,
                       last && !cases[i].last_upholds ? AGAINST("n1") : FOR("n1"));
        }
        int64_t until = recovery_of(&k, "n1")->until;
        if (recovery_of(&k, "n1")->state == SHEAF_recovery_state_objected) {
            k.now = until - 1 - k.step_ms;
            kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("recovery_panel", "n1"),
                     NULL);
            k.now = until - k.step_ms;
            kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("recovery_panel", "n1"));
        }
        assert_int_equal(recovery_of(&k, "n1")->state, cases[i].want);
        kit_want(&k, cases[i].want == SHEAF_recovery_state_done ? R(key_revoked) : ACCEPTED,
                 "dan", "motion.open", "{'title':^}", NULL);
        kit_close(&k);
    }
}

/* As many as confirmed must judge, whatever the voices are so far: a panel that does not speak
 * lets nothing through. */
void test_panel_silent(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "three_quarters", 9);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "ann"), .label = "n1"},
        {"n2", "recovery.open", OPEN("n2", "bob"), .label = "n2"},
        {"eve", "recovery.confirm", OF("n1")},
        {"fay", "recovery.confirm", OF("n1")},
        {"ann", "recovery.object", OF("n1")},
        {"cat", "recovery.judge", FOR("n1")}, /* three of four, and one has judged */
        {"eve", "recovery.confirm", OF("n2")},
        {"fay", "recovery.confirm", OF("n2")},
        {"bob", "recovery.object", OF("n2")},
        {"cat", "recovery.judge", FOR("n2")},
        {"dan", "recovery.judge", FOR("n2")},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), .wait_ms = DAY},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n2")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_failed);
    assert_int_equal(recovery_of(&k, "n2")->state, SHEAF_recovery_state_done);
    kit_close(&k);
}

#define HELD(name, digits) KIT_HELD(name, digits, "true", "false", "false", "")

/* All others are those with a vote now. Who upheld it and left stands for nobody: not for one
 * whose page cannot judge, nor as the fourth. */
void test_panel_by_all_who_are_there(void **unused)
{
    (void)unused;
    static const struct {
        bool page, leaves[3]; /* of dan, fay and gus, who upheld it */
        uint8_t want;
    } rows[] = {
        {false, {false, false, false}, SHEAF_recovery_state_done},
        {false, {false, true, true}, SHEAF_recovery_state_done},
        {false, {true, true, true}, SHEAF_recovery_state_failed},
        {true, {false, true, false}, SHEAF_recovery_state_failed},
    };
    static const char *const names[] = {"dan", "fay", "gus"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        found(&k, RECOVERY("2"), "nine_tenths", 7);
        if (rows[i].page) {
            kit_do(&k, "pia", "member.apply", "pia",
                   "{'class':0,'kind':'person','name':^,'public_key':@pia,'web':true}");
            kit_do(&k, "ann", "member.admit", NULL, "{'member':#pia}");
        }
        static const kit_row steps[] = {
            {"n1", "recovery.open", OPEN("n1", "eve"), .label = "n1"},
            {"ann", "recovery.confirm", OF("n1")},
            {"bob", "recovery.confirm", OF("n1")},
            {"eve", "recovery.object", OF("n1")},
            {"dan", "recovery.judge", FOR("n1")},
            {"fay", "recovery.judge", FOR("n1")},
            {"gus", "recovery.judge", FOR("n1")},
        };
        KIT_ROWS(&k, steps);
        for (int n = 0; n < 3; n++)
            if (rows[i].leaves[n])
                kit_do(&k, names[n], "member.leave", NULL, "{}");
        kit_do(&k, "cat", "recovery.judge", NULL, FOR("n1"));
        if (recovery_of(&k, "n1")->state == SHEAF_recovery_state_objected) {
            k.now = recovery_of(&k, "n1")->until;
            kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("recovery_panel", "n1"));
        }
        assert_int_equal(recovery_of(&k, "n1")->state, rows[i].want);
        kit_close(&k);
    }
}

/* Nobody waits for one who acts for the member, and so cannot judge. */
void test_panel_without_who_acts_for_the_member(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "three_quarters", 5);
    static const kit_row rows[] = {
        {"dan", "key.admit", HELD("d1", "~d"), .label = "d1"},
        {"d1", "holder.allow", "{'holder':~d,'member':#eve}"},
        {"eve", "key.admit", HELD("e1", "~d"), .label = "e1"},
        {"e1", "key.revoke", "{'key':#eve}"},
        {"n1", "recovery.open", OPEN("n1", "dan"), .label = "n1"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"cat", "recovery.object", OF("n1")},
        {"e1", "recovery.judge", AGAINST("n1"), R(recovery_concerned)},
        {"hub", "clock.tick", KIT_TICK("recovery_panel", "n1"), .wait_ms = DAY},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(recovery_of(&k, "n1")->state, SHEAF_recovery_state_done);
    kit_close(&k);
}

/* Two whose keys somebody wants at once, and who object, still speak on each other's, on whom
 * others admit, and on their own death. */
void test_panel_hears_the_frozen(void **unused)
{
    (void)unused;
    kit k;
    found(&k, RECOVERY("2"), "two_thirds", 7);
    static const kit_row rows[] = {
        {"n1", "recovery.open", OPEN("n1", "fay"), .label = "n1"},
        {"n2", "recovery.open", OPEN("n2", "gus"), .label = "n2"},
        {"ann", "recovery.confirm", OF("n1")},
        {"bob", "recovery.confirm", OF("n1")},
        {"ann", "recovery.confirm", OF("n2")},
        {"bob", "recovery.confirm", OF("n2")},
        {"fay", "recovery.object", OF("n1")},
        {"gus", "recovery.object", OF("n2")},
        {"fay", "person.update", "{'contact':@x}", R(keys_frozen)},
        {"gus", "person.update", "{'contact':@x}", R(keys_frozen)},
        {"fay", "recovery.judge", AGAINST("n2")},
        {"gus", "recovery.judge", AGAINST("n1")},
        {"hal", "member.apply",
         "{'class':0,'kind':'person','name':^,'public_key':@hal,'web':false}", .label = "hal"},
        {"fay", "member.decline", "{'member':#hal}"},
        {"fay", "death.deny", "{'member':#fay}", R(no_such_death)},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* ---- who was overruled ---- */

enum { SETTLED_S = 31536000 };

static kit_rules settled_rules(void)
{
    kit_rules rules = kit_rules_usual();
    rules.recovery = RECOVERY("2");
    rules.protected.majority = "nine_tenths";
    rules.settled_s = SETTLED_S;
    rules.early = false;
    return rules;
}

/* All others give eve's keys to another, which hers objects to; after the wait she has it. */
static void overrule(kit *k, const char *label, const char *objects)
{
    static const char *const others[] = {"ann", "bob", "cat", "dan"};
    kit_do(k, label, "recovery.open", label, "{'member':#eve,'public_key':@%s,'web':false}",
           label);
    for (int i = 0; i < 4; i++) {
        if (i == 2)
            kit_do(k, objects, "recovery.object", NULL, "{'recovery':#%s}", label);
        kit_do(k, others[i], i < 2 ? "recovery.confirm" : "recovery.judge", NULL,
               i < 2 ? "{'recovery':#%s}" : "{'recovery':#%s,'uphold':true}", label);
    }
    k->now = recovery_of(k, label)->until - k->step_ms;
    kit_do(k, "hub", "clock.tick", NULL,
           "{'deadline':'recovery_panel','of':#%s,'unwitnessed':false}", label);
    assert_int_equal(recovery_of(k, label)->state, SHEAF_recovery_state_done);
}

/* An amendment of a protected article that the four are for, and eve's membership votes on;
 * voting ends at `closes`. */
static const struct sheaf_row_motion *amend(kit *k, const kit_rules *rules, char eve,
                                            int64_t closes)
{
    static const char *const others[] = {"ann", "bob", "cat", "dan"};
    static const char *const choices[] = {['y'] = "yes", ['n'] = "no", ['a'] = "abstain"};
    kit_rules to = *rules;
    int64_t notice_ms = rules->protected.notice_s * INT64_C(1000);
    to.open_max++;
    k->now = closes - notice_ms - rules->protected.open_s * INT64_C(1000) - k->step_ms;
    kit_do(k, "ann", "motion.open", "m", "{'effect':%s,'title':^}", kit_amendment(&to, "#ann"));
    k->now += notice_ms;
    for (int i = 0; i < 4; i++)
        kit_do(k, others[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    if (choices[(int)eve])
        kit_do(k, "new", "ballot.cast", NULL, "{'choice':'%s','motion':#m}", choices[(int)eve]);
    return sheaf_motion_get(&k->state, kit_index(k, "m"));
}

static sheaf_settled_standing standing(const kit *k, const struct sheaf_row_motion *row)
{
    return sheaf_motion_standing(&k->state, row, sheaf_motion_rule(&k->state, row)).settled;
}

/* Four of five who take the membership of the fifth pass nothing by its vote for as long as
 * somebody excluded would count, whether it is used, left blank, or ended by a notice to leave.
 */
void test_panel_overrules(void **unused)
{
    (void)unused;
    static const struct {
        /* What is voted by that membership; l: it is left, c: for it, and then a conflict is
         * declared, p: by proxy. */
        char eve;
        int64_t late;
        uint8_t want, overruled;
    } rows[] = {
        {'y', -1, SHEAF_motion_state_rejected, 1}, {'y', 0, SHEAF_motion_state_adopted, 0},
        {'-', -1, SHEAF_motion_state_rejected, 1}, {'-', 0, SHEAF_motion_state_adopted, 0},
        {'a', -1, SHEAF_motion_state_rejected, 1}, {'n', -1, SHEAF_motion_state_rejected, 0},
        {'l', -1, SHEAF_motion_state_rejected, 1}, {'l', 0, SHEAF_motion_state_adopted, 0},
        {'c', -1, SHEAF_motion_state_rejected, 1}, {'p', -1, SHEAF_motion_state_rejected, 1},
        {'p', 0, SHEAF_motion_state_adopted, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = settled_rules();
        rules.article[SHEAF_ARTICLE_proxies] =
            "{'cap':5,'protected':false,'until_max_s':864000}";
        found_by(&k, &rules, 5);
        overrule(&k, "new", "eve");
        if (rows[i].eve == 'l')
            kit_do(&k, "new", "member.leave", NULL, "{}");
        int64_t at = sheaf_overruled_get(&k.state, kit_index(&k, "eve"))->at;
        const struct sheaf_row_motion *row =
            amend(&k, &rules, rows[i].eve, at + SETTLED_S * INT64_C(1000) + rows[i].late);
        assert_int_equal(row->closes, at + SETTLED_S * INT64_C(1000) + rows[i].late);
        if (rows[i].eve == 'c') {
            kit_do(&k, "new", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
            kit_do(&k, "new", "conflict.declare", NULL, "{'matter':#m,'reason':^}");
        }
        if (rows[i].eve == 'p')
            kit_do(&k, "new", "proxy.give", NULL, "{'member':#ann,'until':%lld}",
                   (long long)row->closes + 1000);
        sheaf_settled_standing now = standing(&k, row);
        assert_int_equal(now.overruled, rows[i].overruled);
        assert_int_equal(now.yes, rows[i].eve == 'y' && !rows[i].overruled ? 5 : 4);
        assert_int_equal(now.no, rows[i].eve == 'n');
        k.now = row->closes - k.step_ms;
        kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
        assert_int_equal(row->state, rows[i].want);
        if (rows[i].eve == 'p')
            assert_int_equal(row->settled_yes, rows[i].overruled ? 4 : 5);
        kit_close(&k);
    }
}

/* It is overruled once, however often; and who was when a motion was decided still was once it
 * is overruled again. */
void test_panel_overrules_again(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        kit k;
        kit_rules rules = settled_rules();
        found_by(&k, &rules, 5);
        k.now += 9 * DAY; /* so that all are settled when the motion is opened */
        overrule(&k, "new", "eve");
        const struct sheaf_row_overruled *eve =
            sheaf_overruled_get(&k.state, kit_index(&k, "eve"));
        int64_t expires = eve->at + SETTLED_S * INT64_C(1000);
        uint32_t first = eve->entry;
        const struct sheaf_row_motion *row = amend(&k, &rules, '-', expires - 2 * DAY);
        k.now = row->closes - k.step_ms;
        kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
        assert_int_equal(row->state, SHEAF_motion_state_rejected);
        k.now = expires - 1 + late - DAY - 3 * k.step_ms;
        overrule(&k, "newer", "new");
        assert_int_equal(k.now, expires - 1 + late);
        assert_int_equal(sheaf_overruled_count(&k.state), 1);
        assert_int_equal(eve->at, k.now);
        if (late)
            assert_true(eve->entry > first);
        else
            assert_int_equal(eve->entry, first);
        assert_int_equal(standing(&k, row).overruled, !late);
        row = amend(&k, &rules, '-', eve->at + SETTLED_S * INT64_C(1000) - 1);
        assert_int_equal(standing(&k, row).overruled, 1);
        kit_close(&k);
    }
}
