/* The advice process. */
#include "test.h"

#include "coop/pending.h"

static const struct sheaf_row_advice *advice(const kit *k, const char *label)
{
    return sheaf_advice_find(&k->state, kit_index((kit *)k, label));
}

static void found(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_advice] =
        "{'answer_s':100,'open_max':2,'protected':false,'spend_max_cents':0}";
    kit_found_four(k, &rules);
}

void test_advice(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_want(&k, R(advice_off), "ann", "advice.open",
             "{'asked':[{'member':#bob}],'text':^,'title':^}", NULL);
    kit_close(&k);

    found(&k);
    static const kit_row rows[] = {
        {"ann", "advice.open", "{'asked':[{'member':#ann},{'member':#bob}],'text':^,'title':^}",
         R(asked_form)},
        {"ann", "advice.open", "{'asked':[{'member':#cat},{'member':#bob}],'text':^,'title':^}",
         R(asked_form)},
        {"ann", "advice.open", "{'asked':[{'member':#bob},{'member':#bob}],'text':^,'title':^}",
         R(asked_form)},
        {"ann", "advice.open", "{'asked':[{'member':4000}],'text':^,'title':^}", R(asked_form)},
        {"ann", "advice.open", "{'asked':[{'member':#bob},{'member':#cat}],'text':^,'title':^}",
         .label = "a"},
        {"bob", "advice.open", "{'asked':[{'member':#ann}],'text':^,'title':^}", .label = "b"},
        {"cat", "advice.open", "{'asked':[{'member':#ann}],'text':^,'title':^}",
         R(advice_open_max)},
        {"bob", "advice.give", "{'advice':4000,'text':^}", R(no_such_advice)},
        {"ann", "advice.give", "{'advice':#a,'text':^}", R(own_advice)},
        {"ann", "advice.decide", "{'advice':#a,'text':^}", R(advice_awaited)},
        {"bob", "advice.decide", "{'advice':#a,'text':^}", R(not_the_decider)},
        {"ann", "advice.reply", "{'advice':#a,'member':#bob,'text':^}", R(no_advice)},
        {"ann", "advice.reply", "{'advice':#a,'member':#dan,'text':^}", R(no_advice)},
        {"bob", "advice.give", "{'advice':#a,'text':^}"},
        {"bob", "advice.give", "{'advice':#a,'text':^}", R(advised_already)},
        {"bob", "advice.reply", "{'advice':#a,'member':#bob,'text':^}", R(not_the_decider)},
        {"cat", "advice.give", "{'advice':#a,'text':^}"},
        {"ann", "advice.reply", "{'advice':#a,'member':#bob,'text':^}"},
        {"ann", "advice.reply", "{'advice':#a,'member':#bob,'text':^}", R(advice_answered)},
        {"ann", "advice.decide", "{'advice':#a,'text':^}", R(advice_unanswered)},
        {"ann", "advice.reply", "{'advice':#a,'member':#cat,'text':^}"},
        {"ann", "advice.decide", "{'advice':#a,'text':^}", .label = "decided"},
        {"ann", "advice.decide", "{'advice':#a,'text':^}", R(advice_ended)},
        {"cat", "advice.give", "{'advice':#a,'text':^}", R(advice_ended)},
        {"ann", "advice.withdraw", "{'advice':#b}", R(not_the_decider)},
        {"bob", "advice.withdraw", "{'advice':#b}"},
        {"bob", "advice.withdraw", "{'advice':#b}", R(advice_ended)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(advice(&k, "a")->state, SHEAF_advice_state_decided);
    assert_int_equal(advice(&k, "a")->ended, kit_index(&k, "decided"));
    assert_int_equal(advice(&k, "b")->state, SHEAF_advice_state_withdrawn);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->advices, 0);
    kit_close(&k);
}

/* ann, bob and cat are in a circle, bob and dan on the board. */
static kit_rules found_bodies(kit *k)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_advice] =
        "{'answer_s':1000,'open_max':9,'protected':false,'spend_max_cents':0}";
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':5,'protected':false,'review_max_s':1000,'size_warning':3}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':90,'open_s':9,'quorum_bp':5000,"
        "'seats':3,'term_s':40000},{'kind':'treasurers','name':'Till','nominate_s':90,"
        "'open_s':9,'quorum_bp':5000,'seats':1,'term_s':40000}],'protected':false}";
    kit_found_four(k, &rules);
    kit_motion(k, "b", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_motion(k, "d", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    static const kit_row rows[] = {
        {"ann", "circle.found", "{'name':^,'purpose':^}", .label = "team"},
        {"bob", "circle.join", "{'circle':#team}"},
        {"ann", "circle.admit", "{'circle':#team,'member':#bob}"},
        {"cat", "circle.join", "{'circle':#team}"},
        {"ann", "circle.admit", "{'circle':#team,'member':#cat}"},
        {"dan", "circle.found", "{'name':^,'purpose':^}", .label = "alone"},
        {"dan", "circle.found", "{'name':^,'purpose':^}", .label = "gone"},
        {"dan", "circle.leave", "{'circle':#gone}"},
    };
    KIT_ROWS(k, rows);
    return rules;
}

#define ASK(what) "{" what ",'text':^,'title':^}"
#define GIVE      "{'advice':#a,'text':^}"

/* An organ and a circle are asked: whoever was in one then, also after leaving it, but not who
 * comes later; who was not asked is heard, and neither waited for nor to be answered. */
void test_advice_of_bodies(void **unused)
{
    (void)unused;
    kit k;
    (void)found_bodies(&k);
    static const kit_row rows[] = {
        {"ann", "advice.open", "{'text':^,'title':^}", R(asked_nobody)},
        {"dan", "advice.open", ASK("'circles':[{'circle':#alone}]"), R(asked_nobody)},
        {"ann", "advice.open", ASK("'organs':[{'organ':1}]"), R(asked_nobody)},
        {"ann", "advice.open", ASK("'organs':[{'organ':2}]"), R(no_such_organ)},
        {"ann", "advice.open", ASK("'organs':[{'organ':0},{'organ':0}]"), R(asked_form)},
        {"ann", "advice.open", ASK("'circles':[{'circle':#gone}]"), R(no_such_circle)},
        {"ann", "advice.open", ASK("'circles':[{'circle':#bob}]"), R(no_such_circle)},
        {"ann", "advice.open", ASK("'circles':[{'circle':#alone},{'circle':#team}]"),
         R(asked_form)},
        {"ann", "advice.open", ASK("'circles':[{'circle':#team}],'organs':[{'organ':0}]"),
         .label = "a"},
        {"cat", "circle.leave", "{'circle':#team}"},
        {"dan", "circle.join", "{'circle':#team}"},
        {"ann", "circle.admit", "{'circle':#team,'member':#dan}"},
        {"ann", "advice.give", GIVE, R(own_advice)},
        {"bob", "advice.give", GIVE}, /* of both */
        {"bob", "advice.give", GIVE, R(advised_already)},
        {"ann", "advice.reply", "{'advice':#a,'member':#bob,'text':^}"},
        {"dan", "advice.give", GIVE}, /* of the board */
        {"ann", "advice.reply", "{'advice':#a,'member':#dan,'text':^}"},
        {"ann", "advice.decide", GIVE, R(advice_awaited)},
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"eve", "advice.give", GIVE}, /* unasked */
        {"ann", "advice.decide", GIVE, R(advice_awaited)},
        {"cat", "advice.give", GIVE}, /* who was in it when it was asked */
        {"ann", "advice.decide", GIVE, R(advice_unanswered)},
        {"ann", "advice.reply", "{'advice':#a,'member':#cat,'text':^}"},
        {"ann", "advice.decide", GIVE},
    };
    KIT_ROWS(&k, rows);
    uint32_t a = kit_index(&k, "a");
    assert_int_equal(advice(&k, "a")->bodies, 2);
    assert_int_equal(advice(&k, "a")->answered, 3);
    assert_int_equal(advice(&k, "a")->replied, 3);
    assert_int_equal(sheaf_advice_body_get(&k.state, sheaf_pair(a, 0))->members, 2);
    assert_int_equal(sheaf_advice_body_get(&k.state, sheaf_pair(a, 0))->given, 2);
    assert_int_equal(sheaf_advice_body_get(&k.state, sheaf_pair(a, 1))->members, 2);
    assert_int_equal(sheaf_advice_body_get(&k.state, sheaf_pair(a, 1))->given, 2);
    assert_false(sheaf_asked_get(&k.state, sheaf_pair(a, kit_index(&k, "eve")))->wanted);
    assert_false(sheaf_advice_asks(&k.state, advice(&k, "a"), kit_index(&k, "ann")));
    assert_true(sheaf_advice_asks(&k.state, advice(&k, "a"), kit_index(&k, "cat")));
    kit_close(&k);
}

/* Advice that nobody asked for can be answered, which stands for none that has to be. */
void test_advice_unasked(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "advice.open", ASK("'asked':[{'member':#bob}]"), .label = "a"},
        {"cat", "advice.give", GIVE},
        {"cat", "advice.give", GIVE, R(advised_already)},
        {"ann", "advice.reply", "{'advice':#a,'member':#cat,'text':^}"},
        {"ann", "advice.decide", GIVE, R(advice_awaited)},
        {"bob", "advice.give", GIVE},
        {"ann", "advice.decide", GIVE, R(advice_unanswered)},
        {"ann", "advice.reply", "{'advice':#a,'member':#bob,'text':^}"},
        {"dan", "advice.give", GIVE}, /* and this is left unanswered */
        {"ann", "advice.decide", GIVE},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* Who does not answer is not waited for, and who does not decide gives room to others. */
void test_advice_in_time(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "advice.open", "a",
           "{'asked':[{'member':#bob},{'member':#cat}],'text':^,'title':^}");
    kit_do(&k, "dan", "advice.open", "d",
           "{'asked':[{'member':#bob},{'member':#cat}],'text':^,'title':^}");
    kit_do(&k, "bob", "advice.give", NULL, "{'advice':#a,'text':^}");
    k.now = advice(&k, "d")->closes;
    kit_want(&k, R(advice_late), "cat", "advice.give", "{'advice':#a,'text':^}", NULL);
    kit_want(&k, R(advice_unanswered), "ann", "advice.decide", "{'advice':#a,'text':^}", NULL);
    kit_do(&k, "ann", "advice.reply", NULL, "{'advice':#a,'member':#bob,'text':^}");
    kit_do(&k, "ann", "advice.decide", NULL, "{'advice':#a,'text':^}");
    k.now = advice(&k, "d")->closes + 100000;
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'advice_lapses','of':#d,'unwitnessed':false}");
    assert_int_equal(advice(&k, "d")->state, SHEAF_advice_state_lapsed);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->advices, 0);
    kit_want(&k, R(advice_ended), "dan", "advice.decide", "{'advice':#d,'text':^}", NULL);
    kit_close(&k);
}

/* Whoever was asked is, also where the circle has ended, the articles are switched off, and the
 * decider is gone: then the clock makes room. */
void test_advice_of_ended_bodies(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = found_bodies(&k);
    static const kit_row rows[] = {
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"eve", "advice.open", ASK("'circles':[{'circle':#team}],'organs':[{'organ':0}]"),
         .label = "a"},
        {"cat", "circle.leave", "{'circle':#team}"},
        {"bob", "circle.leave", "{'circle':#team}"},
        {"ann", "circle.leave", "{'circle':#team}"},
    };
    KIT_ROWS(&k, rows);
    rules.article[SHEAF_ARTICLE_circles] = rules.article[SHEAF_ARTICLE_advice] = NULL;
    kit_motion(&k, "off", kit_amendment(&rules, "#ann"), 4);
    static const kit_row after[] = {
        {"eve", "member.leave", "{}"},
        {"cat", "advice.give", GIVE},
        {"dan", "advice.give", GIVE},
        {"bob", "advice.give", GIVE},
        {"eve", "advice.decide", GIVE, R(not_a_member)},
        {"ann", "advice.decide", GIVE, R(not_the_decider)},
    };
    KIT_ROWS(&k, after);
    assert_int_equal(advice(&k, "a")->answered, 3);
    assert_true(sheaf_advice_awaited(&k.state, advice(&k, "a")));
    kit_do(&k, "ann", "advice.give", NULL, GIVE);
    assert_false(sheaf_advice_awaited(&k.state, advice(&k, "a")));
    int64_t opened = advice(&k, "a")->opened;
    k.now = advice(&k, "a")->closes + (advice(&k, "a")->closes - opened);
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("advice_lapses", "a"));
    assert_int_equal(advice(&k, "a")->state, SHEAF_advice_state_lapsed);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->advices, 0);
    kit_close(&k);
}

/* Who leaves the circle that was asked, and is admitted to it again, was there then all the
 * same, however often; who was out of it when it was asked was not. */
void test_advice_of_who_came_back(void **unused)
{
    (void)unused;
    kit k;
    (void)found_bodies(&k);
    static const kit_row rows[] = {
        {"cat", "circle.leave", "{'circle':#team}"},
        {"cat", "circle.join", "{'circle':#team}"},
        {"dan", "advice.open", ASK("'circles':[{'circle':#team}]"), .label = "a"},
        {"ann", "circle.admit", "{'circle':#team,'member':#cat}"},
        {"bob", "circle.leave", "{'circle':#team}"},
        {"bob", "circle.join", "{'circle':#team}"},
        {"bob", "circle.leave", "{'circle':#team}"}, /* takes the request back */
        {"bob", "circle.join", "{'circle':#team}"},
        {"ann", "circle.admit", "{'circle':#team,'member':#bob}"},
        {"bob", "circle.leave", "{'circle':#team}"},
        {"bob", "circle.join", "{'circle':#team}"},
        {"bob", "advice.give", GIVE},
        {"cat", "advice.give", GIVE},
        {"dan", "advice.reply", "{'advice':#a,'member':#bob,'text':^}"},
        {"dan", "advice.decide", GIVE, R(advice_awaited)}, /* ann */
        {"ann", "advice.give", GIVE},
        {"dan", "advice.reply", "{'advice':#a,'member':#ann,'text':^}"},
        {"dan", "advice.decide", GIVE}, /* what cat says need not be answered */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_circle_stay_count(&k.state), 3);
    kit_close(&k);
}
