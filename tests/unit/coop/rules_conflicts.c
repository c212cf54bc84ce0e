/* Conflicts of interest. */
#include "test.h"

#include "coop/electorate.h"

static const struct sheaf_row_motion *motion(const kit *k, const char *label)
{
    return sheaf_motion_find(&k->state, kit_index((kit *)k, label));
}

void test_conflicts(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.early = true;
    kit_found_four(&k, &rules);
    kit_do(&k, "eve", "member.apply", "eve",
           "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}");
    for (int i = 0; i < rules.approvals; i++)
        kit_do(&k, i ? "bob" : "ann", "member.admit", NULL, "{'member':#eve}");
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    static const kit_row rows[] = {
        {"ann", "conflict.declare", "{'matter':4000}", R(no_such_matter)},
        {"ann", "conflict.declare", "{'matter':#ann}", R(no_such_matter)},
        {"eve", "conflict.declare", "{'matter':#m}", R(no_vote)},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"bob", "conflict.declare", "{'matter':#m,'reason':^}"},
        {"bob", "conflict.declare", "{'matter':#m}", R(conflicted_already)},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}", R(conflicted)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#m}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion(&k, "m")->yes, 1);
    assert_int_equal(motion(&k, "m")->no, 1);
    assert_int_equal(motion(&k, "m")->electorate, 4);
    assert_true(motion(&k, "m")->closes > k.now);
    /* The last who had not voted will not: there is nobody left to wait for. */
    kit_do(&k, "dan", "conflict.declare", NULL, "{'matter':#m}");
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 2);
    assert_true(sheaf_conflicted(&k.state, kit_index(&k, "m"), kit_index(&k, "dan")));
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    assert_int_equal(motion(&k, "m")->state, SHEAF_motion_state_rejected);
    kit_want(&k, R(motion_closed), "cat", "conflict.declare", "{'matter':#m}", NULL);
    kit_close(&k);
}
