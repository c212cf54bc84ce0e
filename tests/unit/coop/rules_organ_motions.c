/* Motions that organs decide, and how they pass to the members. */
#include "organ_world.h"

void test_organ_decides(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':86400}";
    begin_with(&k, &rules);
    kit_motion(&k, "g", KIT_MANDATE, 4);
    kit_motion(&k, "t",
               "{'kind':'tellers.appoint','what':{'duration_s':9000,'members':[{'member':#ann},"
               "{'member':#bob}]}}",
               4);
    static const kit_row rows[] = {
        {"dan", "motion.open", RESOLUTION, R(not_an_officer)},
        {"ann", "motion.open", "{'organ':3,'title':^}", R(no_such_organ)},
        {"ann", "motion.open", "{'organ':1,'title':^}", R(not_an_officer)},
        /* Neither who is an officer nor whose ballots count is for officers to say. */
        {"ann", "motion.open",
         BOARD("{'kind':'tellers.appoint','what':{'duration_s':9000,'members':[{'member':#ann},"
               "{'member':#bob}]}}"),
         R(organ_no_power)},
        {"ann", "motion.open",
         BOARD("{'kind':'office.elect','what':{'member':#ann,'organ':1}}"), R(organ_no_power)},
        {"ann", "motion.open", BOARD(KIT_MANDATE), R(organ_no_power)},
        {"dan", "motion.open", "{'effect':" STOP("g.tick") ",'organ':2,'title':^}",
         R(organ_no_power)},
        {"dan", "motion.open", "{'organ':2,'title':^}", .label = "care"},
        {"ann", "motion.open", BOARD(REVOKE("g.tick")), .label = "m"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}", R(not_an_officer)},
        {"bob", "proxy.give", "{'matter':#m,'member':#ann,'until':1790000090000}",
         R(not_this_organs)},
        {"cat", "proxy.give", "{'member':#ann,'until':1790000090000}"},
        {"ann", "ballots.record",
         "{'channel':'paper','evidence':~e,'list':[{'choice':'yes','member':#bob}],"
         "'matter':#m}",
         R(not_this_organs)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_organ);
    assert_int_equal(motion(&k, "m")->electorate, 3);
    assert_int_equal(motion(&k, "care")->electorate, 1);
    vote(&k, "dan", "yes", "care");
    settle(&k, "care", 1);
    assert_int_equal(motion(&k, "care")->state, SHEAF_motion_state_adopted);
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->yes, 2); /* cat's proxy is for matters of the members */
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_mandate_at(&k.state, 0)->revoked, kit_index(&k, "m.1"));
    kit_close(&k);
}

void test_organ_quorum(void **unused)
{
    (void)unused;
    static const struct {
        const char *ann, *bob;
        uint8_t want;
    } rows[] = {
        {NULL, NULL, SHEAF_motion_state_no_quorum},
        {"yes", NULL, SHEAF_motion_state_no_quorum}, /* one of three is less than half */
        {"yes", "abstain", SHEAF_motion_state_adopted},
        {"abstain", "abstain", SHEAF_motion_state_rejected},
        {"yes", "no", SHEAF_motion_state_rejected},
        {"yes", "yes", SHEAF_motion_state_adopted},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = rules_with_board(HOLD("0"), NULL);
        begin_with(&k, &rules);
        kit_do(&k, "cat", "motion.open", "m", RESOLUTION);
        if (rows[i].ann)
            vote(&k, "ann", rows[i].ann, "m");
        if (rows[i].bob)
            vote(&k, "bob", rows[i].bob, "m");
        settle(&k, "m", 1);
        assert_int_equal(motion(&k, "m")->state, rows[i].want);
        assert_int_equal(motion(&k, "m")->body, SHEAF_body_organ);
        kit_close(&k);
    }
}

void test_organ_refers(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, NULL);
    kit_do(&k, "ann", "motion.open", "m", RESOLUTION);
    vote(&k, "ann", "yes", "m");
    kit_do(&k, "bob", "conflict.declare", NULL, "{'matter':#m}");
    assert_true(motion(&k, "m")->closes > k.now); /* two are left, and two are needed */
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_want(&k, R(joined_later), "eve", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#m}");
    assert_true(motion(&k, "m")->closes <= k.now);
    kit_want(&k, R(deadline_due), "ann", "motion.open", "{'title':^}", NULL);
    settle(&k, "m", 1);
    const struct sheaf_row_motion *m = motion(&k, "m");
    assert_int_equal(m->state, SHEAF_motion_state_open);
    assert_int_equal(m->body, SHEAF_body_assembly);
    assert_int_equal(m->organ_1, 1);
    assert_int_equal(m->since, kit_index(&k, "m.1"));
    assert_int_equal(m->electorate, 5); /* eve among them: it is as if it were opened now */
    assert_int_equal(m->yes, 0);
    assert_int_equal(m->closes, sheaf_coop(&k.state)->stamp + 60000);
    assert_int_equal(sheaf_conflicts(&k.state, m->id), 2);
    kit_do(&k, "fay", "member.apply", "fay", KIT_PERSON("fay"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#fay}");
    static const kit_row rows[] = {
        {"fay", "ballot.cast", "{'choice':'yes','motion':#m}", R(joined_later)},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}", R(conflicted)},
        {"eve", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"dan", "ballot.cast", "{'choice':'no','motion':#m}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->yes, 1);
    assert_true(motion(&k, "m")->closes > k.now); /* ann's vote in the board is none here */
    vote(&k, "ann", "yes", "m");
    assert_int_equal(motion(&k, "m")->yes, 2);
    assert_true(motion(&k, "m")->closes <= k.now);
    settle(&k, "m", 2);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    kit_close(&k);
}

/* Whoever holds no office any more does not vote; who is left decides or, at the close, the
 * members do. An officer whose class has lost its vote is not one of them. */
void test_organ_vacancies(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':1}";
    kit_open(&k);
    kit_with_data(&k, &rules);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    elect(&k, "ann", 0);
    elect(&k, "bob", 0);
    elect(&k, "sue", 0);
    rules.classes = "{'name':'member','votes':1},{'name':'worker','votes':0}";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4); /* takes sue's vote */
    kit_do(&k, "sue", "motion.open", "m", RESOLUTION);
    kit_do(&k, "ann", "motion.open", "n", RESOLUTION);
    vote(&k, "bob", "yes", "n");
    kit_do(&k, "bob", "office.resign", NULL, "{'organ':0}");
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'vacancy','of':#bob.0.tick,'unwitnessed':false}");
    kit_want(&k, R(not_in_office), "bob", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_do(&k, "sue", "conflict.declare", NULL, "{'matter':#m}");
    assert_true(motion(&k, "m")->closes <= k.now); /* ann alone is left */
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->electorate, 4);
    assert_int_equal(sheaf_conflicts(&k.state, motion(&k, "m")->id), 0);
    kit_want(&k, R(no_vote), "sue", "ballot.cast", "{'choice':'yes','motion':#m}", NULL);
    kit_want(&k, R(no_vote), "sue", "motion.withdraw", "{'motion':#m}", NULL);
    vote(&k, "bob", "no", "m");
    /* What bob cast on the other while in office stands: with ann's it is enough. */
    vote(&k, "ann", "yes", "n");
    settle(&k, "n", 1);
    assert_int_equal(motion(&k, "n")->state, SHEAF_motion_state_adopted);
    settle(&k, "m", 2);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_no_quorum);
    /* All leave the board before the close, and nobody has voted. */
    kit_do(&k, "ann", "motion.open", "o", RESOLUTION);
    kit_do(&k, "ann", "office.resign", NULL, "{'organ':0}");
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'vacancy','of':#ann.0.tick,'unwitnessed':false}");
    kit_do(&k, "sue", "office.resign", NULL, "{'organ':0}");
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'vacancy','of':#sue.0.tick,'unwitnessed':false}");
    settle(&k, "o", 1);
    assert_int_equal(motion(&k, "o")->body, SHEAF_body_assembly);
    assert_int_equal(motion(&k, "o")->state, SHEAF_motion_state_open);
    kit_close(&k);
}

/* A class whose votes have a ceiling has none in an organ, and what its officers cast there is
 * not counted among the members. */
void test_organ_ceilings(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.classes = "{'name':'member','votes':1},{'ceiling_bp':2000,'name':'backer','votes':1}";
    kit_open(&k);
    kit_with_data(&k, &rules);
    kit_do(&k, "ian", "member.apply", "ian",
           "{'class':1,'kind':'person','name':^,'public_key':@ian,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#ian}");
    elect(&k, "ann", 0);
    elect(&k, "ian", 0);
    kit_do(&k, "ann", "motion.open", "m", RESOLUTION);
    vote(&k, "ian", "yes", "m");
    assert_null(sheaf_tally_find(&k.state, sheaf_pair(kit_index(&k, "m"), 1)));
    vote(&k, "ann", "abstain", "m");
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_adopted);
    kit_do(&k, "ann", "motion.open", "n", RESOLUTION);
    vote(&k, "ian", "yes", "n");
    kit_do(&k, "ann", "conflict.declare", NULL, "{'matter':#n}");
    settle(&k, "n", 1); /* one of two is the quorum */
    assert_int_equal(motion(&k, "n")->state, SHEAF_motion_state_adopted);
    kit_do(&k, "ann", "motion.open", "o", RESOLUTION);
    vote(&k, "ian", "yes", "o");
    kit_do(&k, "ian", "conflict.declare", NULL, "{'matter':#o}");
    kit_do(&k, "ann", "conflict.declare", NULL, "{'matter':#o}");
    settle(&k, "o", 1);
    assert_int_equal(motion(&k, "o")->body, SHEAF_body_assembly);
    vote(&k, "bob", "yes", "o");
    vote(&k, "cat", "yes", "o");
    vote(&k, "dan", "no", "o");
    settle(&k, "o", 2);
    assert_int_equal(motion(&k, "o")->state, SHEAF_motion_state_adopted);
    kit_close(&k);
}

/* Two of the board are for suspending the mandate. */
static void begin_stop(kit *k)
{
    begin(k, NULL);
    kit_do(k, "ann", "motion.open", "m", BOARD(STOP("g.tick")));
    vote(k, "ann", "yes", "m");
    vote(k, "bob", "yes", "m");
}

/* Meanwhile the bylaws ask more for the effect than an ordinary decision. */
void test_organ_raised_meanwhile(void **unused)
{
    (void)unused;
    kit k;
    begin_stop(&k);
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.raised = "{'effect':'automation.suspend','sort':'qualified'}";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    settle(&k, "m", 1);
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
    assert_int_equal(motion(&k, "m")->sort, SHEAF_decision_sort_qualified);
    assert_int_equal(motion(&k, "m")->bylaws, kit_index(&k, "a.tick"));
    assert_int_equal(motion(&k, "m")->closes, sheaf_coop(&k.state)->stamp + 120000);
    assert_false(suspended(&k, "g.tick"));
    kit_want(&k, R(organ_no_power), "ann", "motion.open", BOARD(STOP("g.tick")), NULL);
    kit_close(&k);
}

void test_organ_suspends(void **unused)
{
    (void)unused;
    kit k;
    begin_stop(&k);
    settle(&k, "m", 1);
    assert_true(suspended(&k, "g.tick"));
    assert_int_equal(override_by(&k, "m.1")->state, SHEAF_override_state_confirmed);
    kit_want(&k, R(organ_no_power), "ann", "motion.open", BOARD(RESUME("m.1")), NULL);
    kit_motion(&k, "r", RESUME("m.1"), 4);
    assert_false(suspended(&k, "g.tick"));
    kit_want(&k, R(organ_stopped_before), "ann", "motion.open", BOARD(STOP("g.tick")), NULL);
    /* Nor do a few members again what all have let go on; a motion can. */
    kit_want(&k, R(suspended_before), "dan", "override.suspend", "{'of':#g.tick}", NULL);
    kit_motion(&k, "n", STOP("g.tick"), 4);
    assert_true(suspended(&k, "g.tick"));
    kit_close(&k);
    /* What members have suspended and let go on is not for an organ to suspend. */
    begin(&k, NULL);
    kit_motion(&k, "n", STOP("g.tick"), 4);
    kit_motion(&k, "r", RESUME("n.tick"), 4);
    kit_want(&k, R(organ_stopped_before), "ann", "motion.open", BOARD(STOP("g.tick")), NULL);
    kit_close(&k);
    /* Nor to stop for good what they have just adopted. */
    kit_rules rules = rules_with_board(HOLD("300"), NULL);
    begin_with(&k, &rules);
    kit_motion(&k, "g", KIT_MANDATE, 4);
    assert_int_equal(motion(&k, "g")->state, SHEAF_motion_state_held);
    kit_want(&k, R(organ_held), "ann", "motion.open", BOARD(STOP("g")), NULL);
    kit_close(&k);
}
