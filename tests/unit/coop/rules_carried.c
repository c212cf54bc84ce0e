/* What all members decide in the place of circles. */
#include "test.h"

#include "coop/circles.h"
#include "coop/deadline.h"

#define ON(proposal) "{'proposal':" proposal ",'title':^}"
#define PROPOSAL     "{'circle':#c,'review_s':1000,'text':^,'title':^}"

static const struct sheaf_row_proposal *proposal(kit *k, const char *label)
{
    return sheaf_proposal_get(&k->state, kit_index(k, label));
}

static kit_rules rules_of_circles(void)
{
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':4,'protected':false,'review_max_s':1000,'size_warning':20}";
    return rules;
}

/* Ann, bob, cat and dan in the circle c. */
static void found(kit *k, const kit_rules *rules)
{
    static const char *const others[] = {"bob", "cat", "dan"};
    kit_open(k);
    kit_found_four(k, rules);
    kit_do(k, "ann", "circle.found", "c", "{'name':^,'purpose':^}");
    for (int i = 0; i < 3; i++) {
        kit_do(k, others[i], "circle.join", NULL, "{'circle':#c}");
        kit_do(k, "ann", "circle.admit", NULL, "{'circle':#c,'member':#%s}", others[i]);
    }
}

/* Bob objects to the proposal p, and its time is over. */
static void unresolved(kit *k)
{
    kit_do(k, "bob", "proposal.object", NULL, "{'class':'paramount','proposal':#p,'reason':^}");
    k->now = proposal(k, "p")->closes - 1;
    kit_do(k, "hub", "clock.tick", NULL, "%s", KIT_TICK("proposal", "p"));
    assert_int_equal(proposal(k, "p")->state, SHEAF_proposal_state_wider);
}

/* All who may vote alike, and the motion closes. */
static void decide(kit *k, const char *label, const char *choice)
{
    static const char *const names[] = {"ann", "bob", "cat", "dan"};
    uint32_t of = kit_index(k, label);
    for (int i = 0; i < 4; i++)
        if (!sheaf_conflicted(&k->state, of, kit_index(k, names[i])))
            kit_do(k, names[i], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}", choice,
                   label);
    k->now = sheaf_motion_get(&k->state, of)->closes;
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#%s,'unwitnessed':false}",
           label);
}

/* Adopted by all members it stands as if the circle had adopted it: with its role, in the place
 * of what it replaces, and until its review theirs alone to replace. */
void test_consent_by_all_stands(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of_circles();
    found(&k, &rules);
    kit_do(&k, "ann", "proposal.open", "old", "%s", PROPOSAL);
    kit_do(&k, "bob", "proposal.consent", NULL, "{'proposal':#old}");
    kit_do(&k, "cat", "proposal.consent", NULL, "{'proposal':#old}");
    kit_do(&k, "dan", "proposal.consent", NULL, "{'proposal':#old}");
    kit_do(&k, "ann", "proposal.open", "p",
           "{'circle':#c,'member':#cat,'replaces':#old,'review_s':90,'role':^,'text':^,"
           "'title':^}");
    unresolved(&k);
    kit_do(&k, "ann", "motion.open", "m", "%s", ON("#p"));
    decide(&k, "m", "yes");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_adopted);
    assert_int_equal(proposal(&k, "p")->motion, kit_index(&k, "m"));
    assert_int_equal(proposal(&k, "p")->decided,
                     sheaf_motion_get(&k.state, kit_index(&k, "m"))->decided);
    assert_int_equal(proposal(&k, "old")->state, SHEAF_proposal_state_replaced);
    assert_int_equal(proposal(&k, "old")->replaced, kit_index(&k, "p"));
    const struct sheaf_row_circle_member *cat = sheaf_circle_member_find(
        &k.state, sheaf_pair(kit_index(&k, "c"), kit_index(&k, "cat")));
    assert_int_equal(cat->role_by, kit_index(&k, "p"));
    static const char again[] = "{'circle':#c,'replaces':#p,'review_s':90,'text':^,'title':^}";
    kit_want(&k, R(not_for_all), "ann", "motion.open", ON("#p"), NULL);
    kit_want(&k, R(no_such_decision), "ann", "proposal.open", again, NULL);
    k.now = proposal(&k, "p")->closes;
    kit_do(&k, "hub", "clock.tick", NULL, "%s", KIT_TICK("proposal_review", "p"));
    kit_do(&k, "ann", "proposal.open", "q", "%s", again);
    kit_close(&k);
}

/* Who is conflicted on the proposal, whom it takes out among them, is so on the motion. */
void test_consent_by_all_takes_out(void **unused)
{
    (void)unused;
    for (int adopted = 0; adopted < 2; adopted++) {
        kit k;
        kit_rules rules = rules_of_circles();
        found(&k, &rules);
        kit_do(&k, "ann", "proposal.open", "p",
               "{'circle':#c,'remove':#dan,'review_s':90,'text':^,'title':^}");
        kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#p}");
        unresolved(&k);
        kit_do(&k, "ann", "motion.open", "m", "%s", ON("#p"));
        assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 2);
        kit_want(&k, R(conflicted), "dan", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
        kit_want(&k, R(conflicted), "cat", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
        decide(&k, "m", adopted ? "yes" : "no");
        assert_int_equal(proposal(&k, "p")->state, adopted ? SHEAF_proposal_state_adopted
                                                           : SHEAF_proposal_state_rejected);
        assert_int_equal(sheaf_circle_in(&k.state, kit_index(&k, "c"), kit_index(&k, "dan")),
                         !adopted);
        kit_want(&k, R(not_for_all), "ann", "motion.open", ON("#p"), NULL);
        kit_close(&k);
    }
}

/* Nobody buries it by a motion that is withdrawn, or that waits for an assembly of few; where
 * that has no quorum another is opened. */
void test_consent_is_not_buried(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of_circles();
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':10,'open_s':60,'protected':false,'quorum_bp':0}";
    rules.ordinary.quorum = 5000;
    found(&k, &rules);
    kit_do(&k, "ann", "proposal.open", "p", "%s", PROPOSAL);
    unresolved(&k);
    kit_do(&k, "bob", "assembly.convene", "a",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", (long long)k.now + 990000,
           (long long)k.now + 960000);
    static const kit_row rows[] = {
        {"bob", "motion.open", "{'assembly':#a,'proposal':#p,'title':^}", R(carries_not)},
        {"bob", "motion.open", ON("#p"), .label = "m"},
        {"cat", "motion.open", ON("#p"), R(not_for_all)},
        {"bob", "motion.withdraw", "{'motion':#m}", R(proposal_stands)},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#m}"},
    };
    KIT_ROWS(&k, rows);
    k.now = sheaf_motion_get(&k.state, kit_index(&k, "m"))->closes;
    kit_do(&k, "hub", "clock.tick", NULL, "%s", KIT_TICK("motion", "m"));
    kit_do(&k, "cat", "motion.open", "n", "%s", ON("#p"));
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_no_quorum);
    decide(&k, "n", "no");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_rejected);
    kit_want(&k, R(not_for_all), "cat", "motion.open", ON("#p"), NULL);
    assert_int_equal(proposal(&k, "p")->motion, kit_index(&k, "n"));
    kit_close(&k);
}

/* Whose conflict was found on the first motion does not vote on the next. */
void test_consent_by_all_again(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of_circles();
    rules.ordinary.quorum = 10000;
    found(&k, &rules);
    kit_do(&k, "ann", "proposal.open", "p", "%s", PROPOSAL);
    unresolved(&k);
    kit_do(&k, "ann", "motion.open", "m", "%s", ON("#p"));
    kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#m}");
    decide(&k, "m", "yes");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_wider);
    kit_do(&k, "ann", "motion.open", "n", "%s", ON("#p"));
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "n")), 1);
    kit_want(&k, R(conflicted), "cat", "ballot.cast", "{'choice':'no','motion':#n}", NULL);
    kit_close(&k);
}

/* It decides on nothing besides: no organ, no effect, no process of accountability. */
void test_consent_carried_by_all(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_of_circles();
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':90,'open_s':9,'quorum_bp':5000,"
        "'seats':2,'term_s':40000}],'protected':false}";
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':2,'outcome_s':200,'protected':true}";
    found(&k, &rules);
    kit_motion(&k, "b", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_do(&k, "ann", "proposal.open", "p", "%s", PROPOSAL);
    unresolved(&k);
    static const kit_row rows[] = {
        {"bob", "motion.open", "{'organ':0,'proposal':#p,'title':^}", R(carries_not)},
        {"bob", "motion.open",
         "{'effect':{'kind':'office.elect','what':{'member':#cat,'organ':0}},'proposal':#p,"
         "'title':^}",
         R(carries_not)},
        {"cat", "accountability.open", "{'subject':#dan,'text':^,'title':^}", .label = "a"},
        {"dan", "accountability.answer", "{'process':#a,'text':^}"},
        {"cat", "accountability.hear", "{'process':#a,'text':^}"},
        {"cat", "motion.open", "{'process':#a,'proposal':#p,'title':^}", R(carries_not)},
    };
    KIT_ROWS(&k, rows);
    kit_close(&k);
}

/* What a circle left unresolved that has ended since is put by the circle that it came before
 * last; where that has ended too, by any member. */
void test_consent_of_ended_circle(void **unused)
{
    (void)unused;
    for (int both = 0; both < 2; both++) {
        kit k;
        kit_rules rules = rules_of_circles();
        found(&k, &rules);
        kit_do(&k, "ann", "circle.found", "d", "{'name':^,'parent':#c,'purpose':^}");
        for (int i = 0; i < 2; i++) {
            const char *who = i ? "cat" : "bob";
            kit_do(&k, who, "circle.join", NULL, "{'circle':#d}");
            kit_do(&k, "ann", "circle.admit", NULL, "{'circle':#d,'member':#%s}", who);
        }
        kit_do(&k, "ann", "proposal.open", "p",
               "{'circle':#d,'review_s':1000,'text':^,'title':^}");
        static const kit_row rows[] = {
            {"bob", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}"},
            {"hub", "clock.tick", KIT_TICK("proposal", "p"), .wait_ms = 110000},
            {"dan", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}"},
            {"hub", "clock.tick", KIT_TICK("proposal", "p"), .wait_ms = 110000},
            {"dan", "motion.open", ON("#p"), R(not_in_circle)},
            {"ann", "circle.leave", "{'circle':#d}"},
            {"bob", "circle.leave", "{'circle':#d}"},
            {"dan", "motion.open", ON("#p"), R(not_in_circle)}, /* cat is there */
            {"cat", "circle.leave", "{'circle':#d}"},
            {"dan", "circle.leave", "{'circle':#c}"},
            {"dan", "motion.open", ON("#p"), R(not_in_circle)}, /* not in the wider one */
        };
        KIT_ROWS(&k, rows);
        static const char *const left[] = {"ann", "bob", "cat"};
        for (int i = 0; i < 3 && both; i++)
            kit_do(&k, left[i], "circle.leave", NULL, "{'circle':#c}");
        kit_do(&k, both ? "dan" : "cat", "motion.open", "m", "%s", ON("#p"));
        decide(&k, "m", "yes");
        assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_adopted);
        kit_close(&k);
    }
}
