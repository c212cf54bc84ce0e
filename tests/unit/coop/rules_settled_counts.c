/* Who counts among the settled, and once: members who were excluded or overruled, before a
 * protected decision and while it is open, and the voices on a recovery of keys. */
#include "settled_world.h"

enum { STRANGERS = 12 };

static kit_rules recovery_rules(const char *majority)
{
    kit_rules rules = rules_of(SETTLED_S);
    rules.recovery = "'recovery':{'confirmations':2,'panel_s':7200,'wait_s':86400},";
    rules.protected.majority = majority;
    rules.protected.open_s = 86400;
    return rules;
}

static const struct sheaf_row_recovery *recovery(kit *k, const char *label)
{
    return sheaf_recovery_get(&k->state, kit_index(k, label));
}

/* Of `member`, whose own key objects to what ann and bob confirm. */
static void dispute(kit *k, const char *label, const char *member)
{
    kit_do(k, label, "recovery.open", label, "{'member':#%s,'public_key':@%s,'web':false}",
           member, label);
    kit_do(k, "ann", "recovery.confirm", NULL, "{'recovery':#%s}", label);
    kit_do(k, "bob", "recovery.confirm", NULL, "{'recovery':#%s}", label);
    kit_do(k, member, "recovery.object", NULL, "{'recovery':#%s}", label);
}

static void judge(kit *k, const char *who, const char *label, bool uphold)
{
    kit_do(k, who, "recovery.judge", NULL, "{'recovery':#%s,'uphold':%s}", label,
           uphold ? "true" : "false");
}

static void many_judge(kit *k, char letter, int from, int count, const char *label)
{
    for (int i = from; i < from + count; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "%c%d", letter, i);
        judge(k, name, label, true);
    }
}

static uint8_t end(kit *k, const char *label)
{
    if (recovery(k, label)->state == SHEAF_recovery_state_objected)
        tick(k, "recovery_panel", label, recovery(k, label)->until);
    return recovery(k, label)->state;
}

/* Ann, bob, cat and dan give eve's keys to another, whom her own objects to. */
static void overrule_eve(kit *k)
{
    dispute(k, "new", "eve");
    judge(k, "cat", "new", true);
    judge(k, "dan", "new", true);
    assert_int_equal(end(k, "new"), SHEAF_recovery_state_done);
    assert_int_equal(sheaf_overruled_count(&k->state), 1);
}

/* ---- on a motion ---- */

/* A membership that was overruled counts as against it once, whatever it votes, and whether it
 * is excluded before the motion is opened, while it is open, or not. */
void test_settled_overruled_excluded(void **unused)
{
    (void)unused;
    static const struct {
        const char *choice; /* of eve's membership */
        bool before, during;
    } rows[] = {
        {"yes", false, false}, {"yes", false, true},      {"no", false, false},
        {"no", false, true},   {"abstain", false, false}, {"abstain", false, true},
        {NULL, false, false},  {NULL, false, true},       {NULL, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = recovery_rules("nine_tenths");
        found(&k, &rules, 5);
        overrule_eve(&k);
        if (rows[i].before)
            exclude(&k, "eve", "yyyy");
        amend(&k, "m", &rules);
        votes(&k, "m", "yyyy");
        if (rows[i].choice)
            kit_do(&k, "new", "ballot.cast", NULL, "{'choice':'%s','motion':#m}",
                   rows[i].choice);
        if (rows[i].during)
            exclude(&k, "eve", "yyyy");
        bool no = rows[i].choice && strcmp(rows[i].choice, "no") == 0;
        sheaf_settled_standing s = settled(&k, "m");
        assert_int_equal(s.yes, 4);
        assert_int_equal(s.no, no);
        assert_int_equal(s.abstain, 0);
        assert_int_equal(s.overruled, !no);
        assert_int_equal(s.removed, 0);
        assert_false(s.carried);
        assert_int_equal(finish(&k, "m"), SHEAF_motion_state_rejected);
        kit_close(&k);
    }
}

/* Gus, who has not voted, is excluded by what closes before the motion, and as late as may be
 * is recorded so: before the motion is decided, though after it has closed. */
void test_settled_late_tick(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        rules.protected.majority = "three_quarters";
        rules.qualified.open_s = rules.protected.open_s = 120;
        found(&k, &rules, 7);
        kit_do(&k, "ann", "exclusion.open", "out", "{'member':#gus,'reason':^}");
        propose(&k, "x", "{'kind':'member.exclude','what':{'exclusion':#out}}");
        k.now++;
        amend(&k, "m", &rules);
        votes(&k, "x", "yyyyyn");
        votes(&k, "m", "yyyyyn");
        int64_t closes = motion(&k, "m")->closes;
        assert_int_equal(motion(&k, "x")->closes, closes - 1);
        tick(&k, "motion", "x", late ? closes + 5 : closes - 1);
        assert_false(is_member(&k, "gus"));
        assert_int_equal(settled(&k, "m").removed, 1);
        assert_int_equal(finish(&k, "m"), SHEAF_motion_state_rejected); /* five of seven */
        assert_int_equal(settled(&k, "m").removed, 1);
        kit_close(&k);
    }
}

/* The same of a membership that is overruled. */
void test_settled_late_panel(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = recovery_rules("nine_tenths");
    found(&k, &rules, 5);
    dispute(&k, "new", "eve");
    judge(&k, "cat", "new", true);
    judge(&k, "dan", "new", true);
    k.now++;
    amend(&k, "m", &rules);
    votes(&k, "m", "yyyy");
    assert_int_equal(settled(&k, "m").overruled, 0);
    tick(&k, "recovery_panel", "new", motion(&k, "m")->closes + 1);
    assert_int_equal(recovery(&k, "new")->state, SHEAF_recovery_state_done);
    assert_int_equal(settled(&k, "m").overruled, 1);
    assert_int_equal(finish(&k, "m"), SHEAF_motion_state_rejected);
    kit_close(&k);
}

/* Who is excluded while the effect is held does not come into what was decided. */
void test_settled_held(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    rules.raised = "{'effect':'member.exclude','sort':'protected'}";
    rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':600,'hold_s':86400,'members':2,'members_bp':10000,'protected':true}";
    found(&k, &rules, 7);
    static const char *const out[] = {"gus", "fay"};
    for (int i = 0; i < 2; i++) {
        char label[KIT_NAME_MAX + 8], effect[100];
        snprintf(label, sizeof label, "out.%s", out[i]);
        kit_do(&k, people[i], "exclusion.open", label, "{'member':#%s,'reason':^}", out[i]);
        snprintf(effect, sizeof effect, "{'kind':'member.exclude','what':{'exclusion':#%s}}",
                 label);
        snprintf(label, sizeof label, "vote.%s", out[i]);
        propose(&k, label, effect);
        votes(&k, label, "yyyyy");
        k.now++;
    }
    assert_int_equal(finish(&k, "vote.gus"), SHEAF_motion_state_held);
    assert_int_equal(finish(&k, "vote.fay"), SHEAF_motion_state_held);
    tick(&k, "hold", "vote.gus", motion(&k, "vote.gus")->held);
    assert_false(is_member(&k, "gus"));
    assert_int_equal(settled(&k, "vote.fay").yes, 5);
    assert_int_equal(settled(&k, "vote.fay").removed, 0);
    tick(&k, "hold", "vote.fay", motion(&k, "vote.fay")->held);
    assert_false(is_member(&k, "fay"));
    kit_close(&k);
}

/* Sam is admitted as the others were, but after the motion was opened, or is on trial then:
 * excluded before it closes, sam does not count on what sam could not vote on. */
void test_settled_came_later(void **unused)
{
    (void)unused;
    for (int trial = 0; trial < 2; trial++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        rules.protected.open_s = 20 * 86400;
        found(&k, &rules, 4);
        if (trial) {
            apply(&k, "sam", 1);
            approve(&k, "sam", 4);
        }
        amend(&k, "m", &rules);
        k.now += 1000;
        if (trial) {
            tick(&k, "member_trial", "sam", k.now + 10 * DAY);
        } else {
            apply(&k, "sam", 0);
            approve(&k, "sam", 4);
        }
        assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "sam"))->voting_since,
                         sheaf_coop(&k.state)->founded);
        exclude(&k, "sam", "yyyy");
        votes(&k, "m", "yyyy");
        assert_int_equal(settled(&k, "m").removed, 0);
        amend(&k, "later", &rules);
        assert_int_equal(settled(&k, "later").removed, 1);
        assert_int_equal(finish(&k, "m"), SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* Where no settled member is for or against, the first count decides, unless the majority is a
 * share of blank votes as well and one is blank, or of all who may vote. */
void test_settled_bases(void **unused)
{
    (void)unused;
    static const struct {
        const char *base;
        bool blank, carried;
    } rows[] = {
        {"for_and_against", false, true},
        {"for_and_against", true, true},
        {"cast", false, true},
        {"cast", true, false},
        {"entitled", false, false},
        {"entitled", true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        rules.protected.base = rows[i].base;
        rules.protected.majority = "two_thirds";
        found(&k, &rules, 4);
        strangers(&k, STRANGERS, 0);
        amend(&k, "m", &rules);
        if (rows[i].blank)
            kit_do(&k, "dan", "ballot.cast", NULL, "{'choice':'abstain','motion':#m}");
        strangers_vote(&k, "m", STRANGERS);
        assert_true(sheaf_motion_standing(&k.state, motion(&k, "m"),
                                          sheaf_motion_rule(&k.state, motion(&k, "m")))
                        .majority);
        assert_int_equal(settled(&k, "m").carried, rows[i].carried);
        kit_close(&k);
    }
}

/* Settled members of a class with a ceiling weigh nothing where no others are settled and vote:
 * the first count decides then too. */
void test_settled_ceiling_alone(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of(SETTLED_S);
    rules.protected.majority = "two_thirds";
    found(&k, &rules, 4);
    strangers(&k, 5, 2);
    k.now += YEAR;
    for (int i = 0; i < STRANGERS; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "t%d", i);
        bring_in(&k, name, 0);
    }
    amend(&k, "m", &rules);
    for (int i = 0; i < STRANGERS; i++) {
        char name[KIT_NAME_MAX];
        snprintf(name, sizeof name, "t%d", i);
        vote(&k, name, "m", true);
        snprintf(name, sizeof name, "s%d", i);
        if (i < 5)
            vote(&k, name, "m", false);
    }
    assert_int_equal(settled(&k, "m").no, 5);
    assert_true(settled(&k, "m").carried);
    vote(&k, "dan", "m", false);
    assert_false(settled(&k, "m").carried);
    kit_close(&k);
}

/* Who leaves once it is open stays among all who may vote, and who left before does not. */
void test_settled_who_left(void **unused)
{
    (void)unused;
    for (int open = 0; open < 2; open++) {
        kit k;
        kit_rules rules = rules_of(SETTLED_S);
        rules.protected.base = "entitled";
        rules.protected.majority = "three_quarters";
        found(&k, &rules, 5);
        for (int i = 0; i < 2; i++) {
            if (i == open)
                kit_do(&k, "eve", "member.leave", NULL, "{}");
            if (!i)
                amend(&k, "m", &rules);
        }
        votes(&k, "m", "yyy");
        assert_int_equal(settled(&k, "m").carried, !open); /* three of four or of five */
        kit_close(&k);
    }
}

/* ---- on a recovery of keys ---- */

/* Dan, who is settled, is excluded or leaves while the panel sits: what dan has said on it
 * stands, and counts once. */
void test_settled_voice_stands(void **unused)
{
    (void)unused;
    enum { SILENT, FOR, AGAINST };
    static const struct {
        int dan;
        uint8_t want;
        uint32_t overruled; /* too few of the settled are for it */
    } rows[] = {
        {SILENT, SHEAF_recovery_state_done, 1}, /* two of three or four, eve's own among them */
        {FOR, SHEAF_recovery_state_done, 0},    /* three of four */
        {AGAINST, SHEAF_recovery_state_failed, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int how = 0; how < 3; how++) {
            kit k;
            kit_rules rules = recovery_rules("three_quarters");
            found(&k, &rules, 5);
            strangers(&k, STRANGERS, 0);
            dispute(&k, "thief", "eve");
            if (rows[i].dan)
                judge(&k, "dan", "thief", rows[i].dan == FOR);
            many_judge(&k, 's', 0, STRANGERS, "thief");
            if (how == 1)
                exclude(&k, "dan", "yyy");
            if (how == 2)
                kit_do(&k, "dan", "member.leave", NULL, "{}");
            assert_int_equal(end(&k, "thief"), rows[i].want);
            assert_int_equal(sheaf_overruled_count(&k.state), rows[i].overruled);
            kit_close(&k);
        }
    }
}

/* Twenty settled investors have a quarter of the votes, and so of the voices: they take no
 * membership over that the settled do not. */
void test_settled_voices_weigh(void **unused)
{
    (void)unused;
    for (int against = 0; against < 2; against++) {
        kit k;
        kit_rules rules = recovery_rules("nine_tenths");
        found(&k, &rules, 4);
        strangers(&k, 20, 2);
        k.now += YEAR;
        for (int i = 0; i < 30; i++) {
            char name[KIT_NAME_MAX];
            snprintf(name, sizeof name, "t%d", i);
            bring_in(&k, name, 0);
        }
        dispute(&k, "thief", "dan");
        if (against)
            judge(&k, "cat", "thief", false);
        many_judge(&k, 't', 0, 30, "thief");
        many_judge(&k, 's', 0, 20, "thief");
        /* Of the settled ann and bob, and investors for one vote: three of four, or of five. */
        assert_int_equal(end(&k, "thief"),
                         against ? SHEAF_recovery_state_failed : SHEAF_recovery_state_done);
        assert_int_equal(sheaf_overruled_count(&k.state), !against);
        kit_close(&k);
    }
}

/* A membership that was overruled counts as against another recovery, once, whatever it says
 * on it. */
void test_settled_overruled_speaks(void **unused)
{
    (void)unused;
    enum { SILENT, FOR, AGAINST };
    for (int says = SILENT; says <= AGAINST; says++) {
        kit k;
        kit_rules rules = recovery_rules("three_quarters");
        found(&k, &rules, 7);
        strangers(&k, STRANGERS, 0);
        dispute(&k, "new", "eve");
        many_judge(&k, 's', 0, STRANGERS, "new");
        assert_int_equal(end(&k, "new"), SHEAF_recovery_state_done);
        assert_int_equal(sheaf_overruled_count(&k.state), 1);
        dispute(&k, "newer", "fay");
        judge(&k, "cat", "newer", true);
        judge(&k, "dan", "newer", true);
        judge(&k, "gus", "newer", true);
        if (says)
            judge(&k, "new", "newer", says == FOR);
        many_judge(&k, 's', 0, STRANGERS, "newer");
        /* Five of seven, eve's and fay's own among them. */
        assert_int_equal(end(&k, "newer"), SHEAF_recovery_state_done);
        assert_int_equal(sheaf_overruled_count(&k.state), 2);
        kit_close(&k);
    }
}

/* The objection of a member who is not settled is not one of the settled: two of three are two
 * thirds. */
void test_settled_own_objection(void **unused)
{
    (void)unused;
    for (int own = 0; own < 2; own++) {
        kit k;
        kit_rules rules = recovery_rules("two_thirds");
        found(&k, &rules, 4);
        strangers(&k, STRANGERS, 0);
        dispute(&k, "thief", own ? "dan" : "s0");
        judge(&k, "cat", "thief", false);
        many_judge(&k, 's', 1, STRANGERS - 1, "thief");
        assert_int_equal(end(&k, "thief"),
                         own ? SHEAF_recovery_state_failed : SHEAF_recovery_state_done);
        assert_int_equal(sheaf_overruled_count(&k.state), 0);
        kit_close(&k);
    }
}
