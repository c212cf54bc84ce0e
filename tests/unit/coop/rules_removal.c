/* Who is taken out of a circle, by its consent or by a motion of all members. */
#include "test.h"

#include "coop/circles.h"

#define REMOVE(who)   "{'circle':#c,'remove':#" who ",'review_s':1000,'text':^,'title':^}"
#define EFFECT(of, m) "{'kind':'circle.remove','what':{'circle':#" of ",'member':#" m "}}"

static const struct sheaf_row_proposal *proposal(kit *k, const char *label)
{
    return sheaf_proposal_get(&k->state, kit_index(k, label));
}

static bool in(kit *k, const char *who)
{
    return sheaf_circle_in(&k->state, kit_index(k, "c"), kit_index(k, who));
}

static void enter(kit *k, const char *who)
{
    kit_do(k, who, "circle.join", NULL, "{'circle':#c}");
    kit_do(k, "ann", "circle.admit", NULL, "{'circle':#c,'member':#%s}", who);
}

static void consent(kit *k, const char *who, const char *label)
{
    kit_do(k, who, "proposal.consent", NULL, "{'proposal':#%s}", label);
}

static void tick(kit *k, const char *kind, const char *of)
{
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':#%s,'unwitnessed':false}", kind,
           of);
}

/* Ann, bob and cat in the circle c. */
static void found(kit *k)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':9,'protected':false,'review_max_s':1000,'size_warning':20}";
    kit_open(k);
    kit_found_four(k, &rules);
    kit_do(k, "ann", "circle.found", "c", "{'name':^,'purpose':^}");
    enter(k, "bob");
    enter(k, "cat");
}

/* It takes three besides, and who is concerned answers nothing. What waited for that member
 * alone is decided with it. */
void test_circle_removes(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "proposal.open", REMOVE("ann"), R(remove_outside)},
        {"ann", "proposal.open", REMOVE("dan"), R(remove_outside)},
        {"ann", "proposal.open", REMOVE("cat"), R(circle_small)},
    };
    KIT_ROWS(&k, rows);
    enter(&k, "dan");
    kit_want(&k, R(remove_outside), "ann", "proposal.open",
             "{'circle':#c,'member':#bob,'remove':#dan,'review_s':1000,'text':^,'title':^}",
             NULL);
    kit_do(&k, "ann", "proposal.open", "p", "%s", REMOVE("dan"));
    kit_do(&k, "bob", "proposal.open", "q",
           "{'circle':#c,'member':#dan,'review_s':1000,'role':^,'text':^,'title':^}");
    assert_int_equal(proposal(&k, "p")->electorate, 4);
    assert_int_equal(proposal(&k, "p")->gone, 1);
    kit_want(&k, R(conflicted), "dan", "proposal.object",
             "{'class':'paramount','proposal':#p,'reason':^}", NULL);
    consent(&k, "ann", "q");
    consent(&k, "cat", "q");
    consent(&k, "bob", "p");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_open);
    consent(&k, "cat", "p");
    assert_int_equal(proposal(&k, "p")->closes, k.now);
    assert_true(in(&k, "dan"));
    kit_want(&k, R(deadline_due), "dan", "proposal.consent", "{'proposal':#q}", NULL);
    tick(&k, "proposal", "p");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_adopted);
    assert_false(in(&k, "dan"));
    assert_int_equal(sheaf_circle_get(&k.state, kit_index(&k, "c"))->voters, 3);
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_adopted);
    enter(&k, "dan"); /* who can ask again */
    assert_true(in(&k, "dan"));
    kit_close(&k);
}

/* An objection stands in its way; whoever has gone by then is not taken out once more. */
void test_circle_removes_nobody(void **unused)
{
    (void)unused;
    for (int gone = 0; gone < 2; gone++) {
        kit k;
        found(&k);
        enter(&k, "dan");
        kit_do(&k, "ann", "proposal.open", "p", "%s", REMOVE("dan"));
        consent(&k, "bob", "p");
        if (gone) {
            kit_do(&k, "dan", "circle.leave", NULL, "{'circle':#c}");
            assert_int_equal(proposal(&k, "p")->gone, 1); /* counted once */
            consent(&k, "cat", "p");
        } else {
            kit_do(&k, "cat", "proposal.object", NULL,
                   "{'class':'paramount','proposal':#p,'reason':^}");
            k.now = proposal(&k, "p")->closes;
        }
        tick(&k, "proposal", "p");
        assert_int_equal(proposal(&k, "p")->state,
                         gone ? SHEAF_proposal_state_adopted : SHEAF_proposal_state_wider);
        assert_int_equal(in(&k, "dan"), !gone);
        kit_close(&k);
    }
}

/* Two that take out one another: who is out first answers nothing any more, and cannot take
 * back what it proposed, on which the others go on. */
void test_circle_removals_cross(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    enter(&k, "dan");
    kit_do(&k, "ann", "proposal.open", "p", "%s", REMOVE("dan"));
    kit_do(&k, "dan", "proposal.open", "q", "%s", REMOVE("ann"));
    consent(&k, "bob", "q");
    consent(&k, "bob", "p");
    consent(&k, "cat", "p");
    tick(&k, "proposal", "p");
    assert_false(in(&k, "dan"));
    kit_want(&k, R(not_your_proposal), "dan", "proposal.withdraw", "{'proposal':#q}", NULL);
    consent(&k, "cat", "q");
    k.now = proposal(&k, "q")->closes;
    tick(&k, "proposal", "q");
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_adopted);
    assert_false(in(&k, "ann"));
    kit_close(&k);
}

void test_members_remove_from_circle(void **unused)
{
    (void)unused;
    static const char *const people[] = {"ann", "bob", "dan"};
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"dan", "motion.open", "{'effect':" EFFECT("ann", "cat") ",'title':^}",
         R(no_such_circle)},
        {"dan", "motion.open", "{'effect':" EFFECT("c", "dan") ",'title':^}", R(not_in_circle)},
        {"dan", "motion.open", "{'effect':" EFFECT("c", "cat") ",'title':^}", .label = "m"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
    };
    KIT_ROWS(&k, rows);
    for (int i = 0; i < 3; i++)
        kit_do(&k, people[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    tick(&k, "motion", "m");
    assert_false(in(&k, "cat"));
    assert_true(in(&k, "bob"));
    kit_close(&k);
}
