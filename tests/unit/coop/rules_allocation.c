/* Allocation votes. */
#include "test.h"

#include <string.h>

static const struct sheaf_row_allocation *allocation(kit *k)
{
    return sheaf_allocation_find(&k->state, kit_index(k, "a"));
}

static void expect_shares(kit *k, const int64_t *shares)
{
    const struct sheaf_row_allocation *row = allocation(k);
    assert_int_equal(row->state, SHEAF_allocation_state_divided);
    for (uint8_t i = 0; i < row->options; i++)
        assert_int_equal(sheaf_allocation_option_at(&k->state, row->option_first + i)->share,
                         shares[i]);
}

static void settle(kit *k)
{
    k->now = allocation(k)->closes;
    kit_do(k, "hub", "clock.tick", "t",
           "{'deadline':'allocation','of':#a,'unwitnessed':false}");
}

#define OPEN                                                                                   \
    "{'amount':1000,'options':[{'name':^},{'name':^},{'name':^}],'points':10,'reason':^,'"     \
    "title':^}"
#define GIVE(points) "{'allocation':#a,'points':[" points "]}"

/* The last vote of each counts; what cannot be divided evenly goes to the largest remainder. */
void test_allocation(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.open_max = 1;
    rules.ordinary.notice_s = 10;
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "allocation.open", OPEN, .label = "a"},
        {"ann", "allocation.open", OPEN, R(allocations_open_max)},
        {"ann", "allocation.give", GIVE("{'option':0,'points':1}"), R(voting_not_begun)},
        {"ann", "allocation.give", "{'allocation':0,'points':[{'option':0,'points':1}]}",
         R(no_such_allocation), .wait_ms = 10000},
        {"ann", "allocation.give", GIVE("{'option':0,'points':6},{'option':1,'points':5}"),
         R(points_over)},
        {"ann", "allocation.give", GIVE("{'option':3,'points':1}"), R(option_order)},
        {"ann", "allocation.give", GIVE("{'option':1,'points':1},{'option':1,'points':1}"),
         R(option_order)},
        {"ann", "allocation.give", GIVE("{'option':2,'points':10}")},
        {"ann", "allocation.give", GIVE("{'option':0,'points':4},{'option':1,'points':2}")},
        {"bob", "allocation.give", GIVE("{'option':1,'points':2},{'option':2,'points':4}")},
        {"cat", "allocation.give", GIVE("{'option':2,'points':10}")},
        {"cat", "conflict.declare", "{'matter':#a}"}, /* takes the ten points out */
        {"cat", "allocation.give", GIVE("{'option':2,'points':10}"), R(conflicted)},
        {"dan", "conflict.declare", "{'matter':#a}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(allocation(&k)->ballots, 2);
    settle(&k);
    expect_shares(&k, (const int64_t[]){334, 333, 333}); /* a tie goes by the options' order */
    assert_int_equal(allocation(&k)->decided, kit_index(&k, "t"));
    kit_want(&k, R(allocation_closed), "ann", "allocation.give",
             GIVE("{'option':0,'points':1}"), NULL);
    kit_want(&k, R(allocation_closed), "ann", "conflict.declare", "{'matter':#a}", NULL);
    kit_do(&k, "ann", "allocation.open", "a", OPEN);
    assert_int_equal(sheaf_coop(&k.state)->allocations_open, 1);
    kit_close(&k);
}

/* Too few votes, no points, votes that are final, and who may not. */
void test_allocation_fails(void **unused)
{
    (void)unused;
    for (int turn = 0; turn < 2; turn++) {
        kit k;
        kit_open(&k);
        kit_rules rules = kit_rules_usual();
        rules.changeable = false;
        kit_found_four(&k, &rules);
        kit_do(&k, "ann", "allocation.open", "a", OPEN);
        kit_do(&k, "ann", "allocation.give", NULL, GIVE("{'option':0,'points':0}"));
        kit_want(&k, R(voted_already), "ann", "allocation.give",
                 GIVE("{'option':0,'points':1}"), NULL);
        if (turn)
            kit_do(&k, "bob", "allocation.give", NULL, GIVE("{'option':2,'points':0}"));
        kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
        kit_want(&k, R(joined_later), "eve", "allocation.give", GIVE("{'option':0,'points':1}"),
                 NULL);
        settle(&k);
        assert_int_equal(allocation(&k)->state, turn ? SHEAF_allocation_state_no_points
                                                     : SHEAF_allocation_state_no_quorum);
        kit_close(&k);
    }
}

/* A budget of what members have divided; the lines keep the options' words. */
void test_budget_of_an_allocation(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':500,'protected':false,'signatures':1}";
    kit_found_four(&k, &rules);
#define DIVIDED(id)                                                                            \
    "{'kind':'budget.adopt','what':{'allocation':" id ",'from':0,'until':9007199254740991}}"
#define NAMED(digit) "{'name':'" digit "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'}"
    kit_do(
        &k, "ann", "allocation.open", "a",
        "{'amount':1000,'options':[" NAMED("B") "," NAMED("C") "," NAMED("D") "],'points':10,"
                                                                              "'title':^}");
    kit_do(&k, "ann", "allocation.give", NULL, GIVE("{'option':1,'points':3}"));
    kit_do(&k, "bob", "allocation.give", NULL, GIVE("{'option':0,'points':1}"));
    kit_want(&k, R(allocation_undivided), "ann", "motion.open",
             "{'effect':" DIVIDED("#a") ",'title':^}", NULL);
    kit_want(&k, R(no_such_allocation), "ann", "motion.open",
             "{'effect':" DIVIDED("#ann") ",'title':^}", NULL);
    settle(&k);
    kit_do(&k, "ann", "motion.open", "late", "{'effect':" DIVIDED("#a") ",'title':^}");
    kit_motion(&k, "b", DIVIDED("#a"), 4);
    kit_want(&k, R(allocation_adopted), "ann", "motion.open",
             "{'effect':" DIVIDED("#a") ",'title':^}", NULL);
    const struct sheaf_row_budget *budget =
        sheaf_budget_find(&k.state, kit_index(&k, "b.tick"));
    static const int64_t amounts[] = {250, 750, 0};
    assert_int_equal(budget->lines, 3);
    assert_int_equal(budget->allocation, kit_index(&k, "a"));
    for (uint8_t i = 0; i < 3; i++) {
        const struct sheaf_row_budget_line *line =
            sheaf_budget_line_at(&k.state, budget->line_first + i);
        const struct sheaf_row_allocation_option *option =
            sheaf_allocation_option_at(&k.state, allocation(&k)->option_first + i);
        assert_int_equal(line->amount_cents, amounts[i]);
        assert_true(sheaf_hash_equal(&line->name, &option->name));
        assert_false(sheaf_hash_is_zero(&line->name));
    }
    kit_close(&k);
}
