/* Circles: founding, joining, leaving. */
#include "test.h"

#include "coop/circles.h"

static const struct sheaf_row_circle *circle(kit *k, const char *label)
{
    return sheaf_circle_get(&k->state, kit_index(k, label));
}

static const struct sheaf_row_circle_party *party(kit *k, const char *member)
{
    return sheaf_circle_party_get(&k->state, kit_index(k, member));
}

static kit_rules rules_with_circles(void)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':4,'protected':false,'review_max_s':1000,'size_warning':2}";
    return rules;
}

static void found(kit *k)
{
    kit_open(k);
    kit_rules rules = rules_with_circles();
    kit_found_four(k, &rules);
}

void test_circles(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_want(&k, R(circles_off), "ann", "circle.found", "{'name':^,'purpose':^}", NULL);
    kit_want(&k, R(circles_off), "ann", "circle.join", "{'circle':#ann}", NULL);
    kit_close(&k);

    found(&k);
    kit_do(&k, "sue", "member.apply", "sue",
           "{'class':1,'kind':'person','name':^,'public_key':@sue,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#sue}");
    static const kit_row rows[] = {
        {"sue", "circle.found", "{'name':^,'purpose':^}", R(no_vote)},
        {"ann", "circle.found", "{'name':^,'purpose':^}", .label = "c"},
        {"bob", "circle.found", "{'name':^,'parent':#c,'purpose':^}", R(not_in_circle)},
        {"bob", "circle.found", "{'name':^,'parent':4000,'purpose':^}", R(no_such_circle)},
        {"ann", "circle.found", "{'name':^,'parent':#c,'purpose':^}", .label = "d"},
        {"ann", "circle.join", "{'circle':#c}", R(in_circle_already)},
        {"bob", "circle.join", "{'circle':4000}", R(no_such_circle)},
        {"ann", "circle.admit", "{'circle':#c,'member':#bob}", R(no_such_request)},
        {"bob", "circle.join", "{'circle':#c}"},
        {"bob", "circle.join", "{'circle':#c}", R(in_circle_already)},
        {"bob", "circle.admit", "{'circle':#c,'member':#bob}", R(not_in_circle)},
        {"ann", "circle.admit", "{'circle':4000,'member':#bob}", R(no_such_circle)},
        {"ann", "circle.admit", "{'circle':#c,'member':#bob}"},
        {"ann", "circle.admit", "{'circle':#c,'member':#bob}", R(no_such_request)},
        {"sue", "circle.join", "{'circle':#c}"},
        {"bob", "circle.admit", "{'circle':#c,'member':#sue}"},
        {"cat", "circle.join", "{'circle':#c}"},
        {"sue", "circle.admit", "{'circle':#c,'member':#cat}", R(no_vote)},
        {"cat", "circle.leave", "{'circle':#c}"}, /* takes the request back */
        {"cat", "circle.leave", "{'circle':#c}", R(not_in_circle)},
        {"bob", "circle.admit", "{'circle':#c,'member':#cat}", R(no_such_request)},
        {"dan", "circle.leave", "{'circle':#c}", R(not_in_circle)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(circle(&k, "c")->members, 3);
    assert_int_equal(circle(&k, "c")->voters, 2); /* sue has none */
    assert_int_equal(circle(&k, "d")->depth, 1);
    assert_int_equal(circle(&k, "d")->parent, kit_index(&k, "c"));
    assert_int_equal(party(&k, "ann")->circles, 2);
    assert_int_equal(party(&k, "cat")->circles, 0);
    kit_close(&k);
}

/* With its last member a circle ends for good; who left may come back while it has not. */
void test_circles_end(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "circle.found", "{'name':^,'purpose':^}", .label = "c"},
        {"bob", "circle.join", "{'circle':#c}"},
        {"ann", "circle.admit", "{'circle':#c,'member':#bob}"},
        {"ann", "circle.leave", "{'circle':#c}"},
        {"ann", "circle.join", "{'circle':#c}"},
        {"ann", "circle.admit", "{'circle':#c,'member':#ann}", R(not_in_circle)},
        {"bob", "circle.admit", "{'circle':#c,'member':#ann}"},
        {"cat", "circle.join", "{'circle':#c}"},
        {"ann", "circle.leave", "{'circle':#c}"},
        {"bob", "member.leave", "{}", .label = "end"},
        {"cat", "circle.join", "{'circle':#c}", R(no_such_circle)},
        {"cat", "circle.found", "{'name':^,'parent':#c,'purpose':^}", R(no_such_circle)},
        {"cat", "circle.leave",
         "{'circle':#c}"}, /* the request is still there to be taken back */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(circle(&k, "c")->members, 0);
    assert_int_equal(circle(&k, "c")->voters, 0);
    assert_int_equal(circle(&k, "c")->ended, kit_index(&k, "end"));
    assert_int_equal(party(&k, "bob")->circles, 0);
    assert_int_equal(party(&k, "cat")->first, 0);
    kit_close(&k);
}

/* At most 32 circles a member, eight in one another, 1,000 in each. */
void test_circles_bounds(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    char label[16], what[64] = "{'name':^,'purpose':^}";
    for (int i = 0; i <= SHEAF_CIRCLE_DEPTH_MAX; i++) {
        snprintf(label, sizeof label, "in%d", i);
        kit_want(&k, ACCEPTED, "ann", "circle.found", what, label);
        snprintf(what, sizeof what, "{'name':^,'parent':#in%d,'purpose':^}", i);
    }
    kit_want(&k, R(circle_deep), "ann", "circle.found", what, NULL);
    for (int i = SHEAF_CIRCLE_DEPTH_MAX + 1; i < SHEAF_CIRCLES_OF_MEMBER_MAX; i++)
        kit_do(&k, "ann", "circle.found", "last", "{'name':^,'purpose':^}");
    kit_want(&k, R(circles_many), "ann", "circle.found", "{'name':^,'purpose':^}", NULL);
    kit_do(&k, "bob", "circle.found", "b", "{'name':^,'purpose':^}");
    kit_want(&k, R(circles_many), "ann", "circle.join", "{'circle':#b}", NULL);
    kit_do(&k, "ann", "circle.leave", NULL, "{'circle':#in3}");
    kit_do(&k, "ann", "circle.join", NULL, "{'circle':#b}");
    kit_want(&k, R(circles_many), "ann", "circle.found", "{'name':^,'purpose':^}", NULL);
    kit_do(&k, "ann", "member.leave", NULL, "{}");
    assert_int_equal(party(&k, "ann")->circles, 0);
    assert_int_equal(party(&k, "ann")->first, 0);
    assert_int_not_equal(circle(&k, "last")->ended, SHEAF_NONE);
    kit_close(&k);

    kit_open(&k);
    kit_rules rules = rules_with_circles();
    static kit_name *members[SHEAF_CIRCLE_MEMBERS_MAX + 1];
    kit_found_many(&k, &rules, members, SHEAF_CIRCLE_MEMBERS_MAX + 1);
    kit_do(&k, "ann", "circle.found", "c", "{'name':^,'purpose':^}");
    for (int i = 1; i <= SHEAF_CIRCLE_MEMBERS_MAX; i++) {
        kit_do(&k, members[i]->name, "circle.join", NULL, "{'circle':#c}");
        snprintf(what, sizeof what, "{'circle':#c,'member':%u}", members[i]->member);
        kit_want(&k, i < SHEAF_CIRCLE_MEMBERS_MAX ? ACCEPTED : R(circle_full), "ann",
                 "circle.admit", what, NULL);
    }
    assert_int_equal(circle(&k, "c")->voters, SHEAF_CIRCLE_MEMBERS_MAX);
    kit_close(&k);
}

/* Voters in a circle are counted through trials and amendments. */
void test_circles_and_votes(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = rules_with_circles();
    rules.classes = "{'name':'member','trial_s':7200,'votes':1},{'name':'friend','votes':1}";
    kit_found(&k, &rules);
    static const kit_row rows[] = {
        {"ann", "circle.found", "{'name':^,'purpose':^}", .label = "c"},
        {"bob", "member.apply", KIT_PERSON("bob"), .label = "bob"},
        {"eve", "member.apply",
         "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}", .label = "eve"},
        {"ann", "member.admit", "{'member':#bob}"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"bob", "circle.join", "{'circle':#c}"},
        {"eve", "circle.join", "{'circle':#c}"},
        {"ann", "circle.admit", "{'circle':#c,'member':#bob}"},
        {"ann", "circle.admit", "{'circle':#c,'member':#eve}"},
        {"bob", "proposal.open", "{'circle':#c,'review_s':9,'text':^,'title':^}", R(no_vote)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(circle(&k, "c")->voters, 2);
    k.now += 7200000;
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'member_trial','of':#bob,'unwitnessed':false}");
    assert_int_equal(circle(&k, "c")->voters, 3);
    rules.classes = "{'name':'member','trial_s':7200,'votes':1},{'name':'friend','votes':0}";
    kit_do(&k, "ann", "motion.open", "m", "{'effect':%s,'title':^}",
           kit_amendment(&rules, "#ann"));
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    kit_do(&k, "eve", "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    k.now = sheaf_motion_get(&k.state, kit_index(&k, "m"))->closes;
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#m,'unwitnessed':false}");
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_adopted);
    assert_int_equal(circle(&k, "c")->voters, 2);
    assert_int_equal(circle(&k, "c")->members, 3);
    kit_close(&k);
}
