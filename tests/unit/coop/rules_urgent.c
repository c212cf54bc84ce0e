/* Urgent acts of organs. */
#include "organ_world.h"

void test_urgent_forms(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_want(&k, R(urgent_off), "ann", "motion.open", URGENT(STOP("g.tick")), NULL);
    kit_close(&k);
    begin(&k, "{'ratify_s':60}");
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^,'urgent':true}", R(urgent_off)},
        {"dan", "motion.open", URGENT(STOP("g.tick")), R(not_an_officer)},
        {"dan", "motion.open",
         "{'effect':" STOP("g.tick") ",'organ':2,'title':^,'urgent':true}", R(urgent_off)},
        {"ann", "motion.open", "{'organ':0,'title':^,'urgent':true}", R(urgent_final)},
        {"ann", "motion.open", URGENT(REVOKE("g.tick")), R(urgent_final)},
        {"ann", "motion.open", URGENT(KIT_MANDATE), R(urgent_final)},
        {"ann", "motion.open", "{'organ':0,'title':^,'urgent':false}", .label = "usual"},
        {"ann", "motion.open", URGENT(STOP("g.tick")), .label = "m"},
    };
    KIT_ROWS(&k, rows);
    assert_false(motion(&k, "usual")->urgent);
    kit_close(&k);
    /* The one organ that the bylaws name, and no other. */
    begin(&k, "{'organ':2,'ratify_s':60}");
    static const kit_row named[] = {
        {"ann", "motion.open", URGENT(STOP("g.tick")), R(urgent_off)},
        {"dan", "motion.open",
         "{'effect':" STOP("g.tick") ",'organ':2,'title':^,'urgent':true}", .label = "m"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}"},
    };
    KIT_ROWS(&k, named);
    settle(&k, "m", 1);
    assert_true(suspended(&k, "g.tick"));
    kit_close(&k);
    /* A second more than the members need, and a second less. */
    for (int late = 0; late < 2; late++) {
        kit_rules rules =
            rules_with_board(HOLD("0"), late ? "{'ratify_s':119}" : "{'ratify_s':120}");
        rules.raised = "{'effect':'automation.suspend','sort':'qualified'}";
        begin_with(&k, &rules);
        kit_motion(&k, "g", KIT_MANDATE, 4);
        kit_want(&k, late ? R(urgent_late) : ACCEPTED, "ann", "motion.open",
                 URGENT(STOP("g.tick")), NULL);
        kit_close(&k);
    }
    static const struct {
        const char *urgent;
        sheaf_refusal want;
    } documents[] = {
        {"{'organ':2,'ratify_s':60}", ACCEPTED},
        {"{'organ':3,'ratify_s':60}", R(urgent_organ)},
        {"{'ratify_s':59}", R(urgent_time)},
    };
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        begin(&k, NULL);
        kit_rules rules = rules_with_board(HOLD("0"), documents[i].urgent);
        char what[16384];
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, "#ann"));
        kit_want(&k, documents[i].want, "ann", "motion.open", what, NULL);
        kit_close(&k);
    }
}

/* Two of three suspend the mandate at once. */
static void act(kit *k, const char *of)
{
    kit_do(k, "ann", "motion.open", "m",
           "{'effect':{'kind':'automation.suspend','what':{'of':#%s}},'organ':0,'title':^,"
           "'urgent':true}",
           of);
    vote(k, "ann", "yes", "m");
    assert_true(motion(k, "m")->closes > k->now); /* one of three is not more than half */
    vote(k, "cat", "yes", "m");
    assert_true(motion(k, "m")->closes <= k->now);
    assert_false(suspended(k, of));
    assert_string_equal(kit_then(k, "m"), "urgent");
    settle(k, "m", 1);
    const struct sheaf_row_motion *m = motion(k, "m");
    assert_true(suspended(k, of));
    assert_int_equal(override_by(k, "m.1")->state, SHEAF_override_state_suspended);
    assert_int_equal(m->state, SHEAF_motion_state_open);
    assert_int_equal(m->body, SHEAF_body_assembly);
    assert_int_equal(m->electorate, 4);
    assert_int_equal(m->yes, 0);
    assert_true(m->closes <= m->ratify);
    kit_want(k, R(urgent_stands), "ann", "motion.withdraw", "{'motion':#m}", NULL);
}

void test_urgent_undone(void **unused)
{
    (void)unused;
    for (int silent = 0; silent < 2; silent++) {
        kit k;
        begin(&k, "{'ratify_s':90}");
        act(&k, "g.tick");
        assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "g.tick"),
                         R(mandate_suspended));
        for (int i = 0; i < 4 && !silent; i++)
            vote(&k, (const char *[]){"ann", "bob", "cat", "dan"}[i], i < 2 ? "yes" : "no",
                 "m");
        assert_string_equal(kit_then(&k, "m"), "undone");
        settle(&k, "m", 2);
        assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_undone);
        assert_false(suspended(&k, "g.tick"));
        assert_int_equal(override_by(&k, "m.1")->state, SHEAF_override_state_resumed);
        assert_int_equal(override_by(&k, "m.1")->ended, kit_index(&k, "m.2"));
        assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "g.tick"), ACCEPTED);
        kit_want(&k, R(organ_stopped_before), "ann", "motion.open", URGENT(STOP("g.tick")),
                 NULL);
        /* The officers have not used up the members' own right. */
        kit_do(&k, "ann", "override.suspend", NULL, "{'of':#g.tick}");
        kit_do(&k, "dan", "override.suspend", NULL, "{'of':#g.tick}");
        assert_true(suspended(&k, "g.tick"));
        kit_close(&k);
    }
}

void test_urgent_ratified(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, "{'ratify_s':90}");
    act(&k, "g.tick");
    vote(&k, "bob", "yes", "m");
    vote(&k, "dan", "yes", "m");
    assert_string_equal(kit_then(&k, "m"), "adopted");
    settle(&k, "m", 2);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    assert_true(suspended(&k, "g.tick"));
    assert_int_equal(override_by(&k, "m.1")->state, SHEAF_override_state_confirmed);
    kit_motion(&k, "r", RESUME("m.1"), 4);
    assert_false(suspended(&k, "g.tick"));
    kit_close(&k);
}

/* What the members have adopted waits for what they say of the suspension. */
void test_urgent_held(void **unused)
{
    (void)unused;
    for (int ratified = 0; ratified < 2; ratified++) {
        kit k;
        kit_rules rules = rules_with_board(HOLD("300"), "{'ratify_s':90}");
        begin_with(&k, &rules);
        kit_motion(&k, "g", KIT_MANDATE, 4);
        assert_int_equal(motion(&k, "g")->state, SHEAF_motion_state_held);
        act(&k, "g");
        vote(&k, "bob", ratified ? "yes" : "no", "m");
        vote(&k, "dan", ratified ? "yes" : "no", "m");
        settle(&k, "m", 2);
        assert_int_equal(motion(&k, "m")->state,
                         ratified ? SHEAF_motion_state_adopted : SHEAF_motion_state_undone);
        assert_int_equal(motion(&k, "g")->state,
                         ratified ? SHEAF_motion_state_overridden : SHEAF_motion_state_held);
        assert_int_equal(sheaf_mandate_count(&k.state), 0);
        if (!ratified) { /* held as at first, so that members have the time to suspend it */
            kit_do(&k, "cat", "override.suspend", NULL, "{'of':#g}");
            kit_do(&k, "dan", "override.suspend", NULL, "{'of':#g}");
            assert_true(suspended(&k, "g"));
        }
        kit_close(&k);
    }
}

/* The organ has acted; nobody ratifies it. */
static void vote_is_over(kit *k, const char *label)
{
    settle(k, label, 1);
    assert_true(motion(k, label)->ratify > k->now);
    settle(k, label, 2);
    assert_int_equal(motion(k, label)->state, SHEAF_motion_state_undone);
}

/* The bylaws change while an urgent motion is open. */
void test_urgent_amended(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules;
    /* The bylaws know urgent acts no more: the members decide, and nothing has happened. */
    begin(&k, "{'ratify_s':90}");
    kit_do(&k, "ann", "motion.open", "m", URGENT(STOP("g.tick")));
    rules = rules_with_board(HOLD("0"), NULL);
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    vote(&k, "ann", "yes", "m");
    vote(&k, "bob", "yes", "m");
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
    assert_int_equal(motion(&k, "m")->ratify, 0);
    assert_false(suspended(&k, "g.tick"));
    kit_want(&k, R(stop_stands), "ann", "motion.withdraw", "{'motion':#m}", NULL);
    kit_close(&k);
    /* They know them, and the members would not have the time to ratify. */
    begin(&k, "{'ratify_s':90}");
    kit_do(&k, "ann", "motion.open", "m", URGENT(STOP("g.tick")));
    rules = rules_with_board(HOLD("0"), "{'ratify_s':119}");
    rules.raised = "{'effect':'automation.suspend','sort':'qualified'}";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    vote(&k, "ann", "yes", "m");
    vote(&k, "bob", "yes", "m");
    assert_string_equal(kit_then(&k, "m"), "referred");
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
    assert_int_equal(motion(&k, "m")->sort, SHEAF_decision_sort_qualified);
    assert_int_equal(motion(&k, "m")->ratify, 0);
    assert_false(suspended(&k, "g.tick"));
    kit_close(&k);
}

/* What else happens between an urgent motion's opening and its end. */
void test_urgent_meanwhile(void **unused)
{
    (void)unused;
    kit k;
    /* Two of three cannot: the members decide. */
    begin(&k, "{'ratify_s':90}");
    kit_do(&k, "ann", "motion.open", "m", URGENT(STOP("g.tick")));
    kit_do(&k, "bob", "conflict.declare", NULL, "{'matter':#m}");
    kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#m}");
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
    assert_int_equal(motion(&k, "m")->ratify, 0);
    kit_close(&k);
    /* Too few were for it. */
    begin(&k, "{'ratify_s':90}");
    kit_do(&k, "ann", "motion.open", "m", URGENT(STOP("g.tick")));
    vote(&k, "ann", "yes", "m");
    vote(&k, "bob", "abstain", "m");
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_rejected);
    /* There is nothing left to suspend. */
    kit_do(&k, "ann", "motion.open", "n", URGENT(STOP("g.tick")));
    kit_motion(&k, "v", REVOKE("g.tick"), 4);
    vote(&k, "ann", "yes", "n");
    vote(&k, "bob", "yes", "n");
    settle(&k, "n", 1);
    assert_int_equal(motion(&k, "n")->state, SHEAF_motion_state_void);
    assert_int_equal(motion(&k, "n")->refusal, R(nothing_automatic));
    kit_close(&k);
    /* Half of two are not more than half; both are. */
    begin(&k, "{'ratify_s':90}");
    kit_do(&k, "cat", "office.resign", NULL, "{'organ':0}");
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'vacancy','of':#cat.0.tick,'unwitnessed':false}");
    kit_do(&k, "ann", "motion.open", "two", URGENT(STOP("g.tick")));
    vote(&k, "ann", "yes", "two");
    assert_true(motion(&k, "two")->closes > k.now);
    vote(&k, "bob", "yes", "two");
    assert_true(motion(&k, "two")->closes <= k.now);
    vote_is_over(&k, "two");
    kit_close(&k);
    /* Members have ended it by a motion of its own before they were to ratify it. */
    begin(&k, "{'ratify_s':90}");
    act(&k, "g.tick");
    kit_motion(&k, "r", RESUME("m.1"), 4);
    assert_false(suspended(&k, "g.tick"));
    for (int i = 0; i < 4; i++)
        vote(&k, (const char *[]){"ann", "bob", "cat", "dan"}[i], "yes", "m");
    assert_string_equal(kit_then(&k, "m"), "void");
    settle(&k, "m", 2);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_void);
    assert_int_equal(motion(&k, "m")->refusal, R(override_ended));
    assert_false(suspended(&k, "g.tick"));
    kit_close(&k);
}

void test_urgent_second_call(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules;
    /* A second call would last longer than the members have: there is none. */
    for (int call = 1; call <= 2; call++) {
        rules = rules_with_board(HOLD("0"), call == 1 ? "{'ratify_s':90}" : "{'ratify_s':91}");
        rules.ordinary.second_open_s = 30;
        rules.ordinary.second_quorum = 1;
        begin_with(&k, &rules);
        kit_motion(&k, "g", KIT_MANDATE, 4);
        act(&k, "g.tick");
        k.now = motion(&k, "m")->closes;
        assert_string_equal(kit_then(&k, "m"), call == 1 ? "undone" : "second_call");
        settle(&k, "m", 2);
        assert_int_equal(motion(&k, "m")->call, call);
        kit_close(&k);
    }
}
