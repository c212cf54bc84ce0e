/* The advice process. */
#include "test.h"

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
        {"dan", "advice.give", "{'advice':#a,'text':^}", R(not_asked)},
        {"ann", "advice.give", "{'advice':#a,'text':^}", R(not_asked)},
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
