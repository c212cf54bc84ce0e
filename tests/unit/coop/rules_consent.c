/* Decisions by consent. */
#include "test.h"

#include "coop/circles.h"

#define ON(proposal) "{'proposal':" proposal ",'title':^}"
#define PROPOSAL     "{'circle':#c,'review_s':1000,'text':^,'title':^}"

static const struct sheaf_row_proposal *proposal(kit *k, const char *label)
{
    return sheaf_proposal_get(&k->state, kit_index(k, label));
}

static void tick(kit *k, const char *kind, const char *of, const char *label)
{
    kit_do(k, "hub", "clock.tick", label, "{'deadline':'%s','of':#%s,'unwitnessed':false}",
           kind, of);
}

/* What comes of it when its time is over. */
static int time_over(kit *k, const char *label)
{
    k->now = proposal(k, label)->closes - 1;
    tick(k, "proposal", label, NULL);
    return proposal(k, label)->state;
}

static void enter(kit *k, const char *circle, const char *by, const char *who)
{
    kit_do(k, who, "circle.join", NULL, "{'circle':#%s}", circle);
    kit_do(k, by, "circle.admit", NULL, "{'circle':#%s,'member':#%s}", circle, who);
}

static kit_rules rules_of(int open_max)
{
    static char article[200];
    kit_rules rules = kit_rules_usual();
    snprintf(article, sizeof article,
             "{'answer_s':100,'open_max':%d,'protected':false,'review_max_s':1000,"
             "'size_warning':20}",
             open_max);
    rules.article[SHEAF_ARTICLE_circles] = article;
    rules.article[SHEAF_ARTICLE_proxies] = "{'cap':2,'protected':false,'until_max_s':86400}";
    return rules;
}

/* Ann, bob, cat and dan in the circle c. */
static void found_by(kit *k, const kit_rules *rules)
{
    kit_found_four(k, rules);
    kit_do(k, "ann", "circle.found", "c", "{'name':^,'purpose':^}");
    enter(k, "c", "ann", "bob");
    enter(k, "c", "ann", "cat");
    enter(k, "c", "bob", "dan");
}

static void found(kit *k, int open_max)
{
    kit_open(k);
    kit_rules rules = rules_of(open_max);
    found_by(k, &rules);
}

static void consent(kit *k, const char *who, const char *label)
{
    kit_do(k, who, "proposal.consent", NULL, "{'proposal':#%s}", label);
}

static void object(kit *k, const char *who, const char *label)
{
    kit_do(k, who, "proposal.object", NULL, "{'class':'paramount','proposal':#%s,'reason':^}",
           label);
}

void test_consent(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    static const kit_row rows[] = {
        {"ann", "proposal.open", "{'circle':4000,'review_s':9,'text':^,'title':^}",
         R(not_in_circle)},
        {"ann", "proposal.open", "{'circle':#c,'review_s':1001,'text':^,'title':^}",
         R(review_late)},
        {"ann", "proposal.open",
         "{'circle':#c,'replaces':4000,'review_s':1000,'text':^,'title':^}",
         R(no_such_decision)},
        {"ann", "proposal.open",
         "{'circle':#c,'member':4000,'review_s':1000,'text':^,'title':^}", R(role_outside)},
        {"ann", "proposal.open", "{'circle':#c,'review_s':1000,'role':^,'text':^,'title':^}",
         R(role_outside)},
        {"ann", "proposal.open", PROPOSAL, .label = "p"},
        {"bob", "proposal.open",
         "{'circle':#c,'replaces':#p,'review_s':1000,'text':^,'title':^}", R(no_such_decision)},
        {"bob", "proposal.consent", "{'proposal':4000}", R(no_such_proposal)},
        {"ann", "proposal.consent", "{'proposal':#p}", R(own_proposal)},
        {"ann", "proposal.object", "{'class':'concern','proposal':#p,'reason':^}",
         R(own_proposal)},
        {"bob", "proposal.consent", "{'proposal':#p}"},
        {"bob", "proposal.consent", "{'proposal':#p}", R(answered_already)},
        {"bob", "proposal.consent", "{'aside':true,'proposal':#p}"},
        {"bob", "proposal.consent", "{'aside':true,'proposal':#p}", R(answered_already)},
        {"cat", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}"},
        {"cat", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}"},
        {"dan", "proposal.object", "{'class':'concern','proposal':#p,'reason':^}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_open);
    assert_int_equal(proposal(&k, "p")->answers, 4);
    assert_int_equal(proposal(&k, "p")->objections, 1);
    kit_do(&k, "cat", "proposal.consent", "last", "{'proposal':#p}");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_adopted);
    assert_int_equal(proposal(&k, "p")->decided, kit_index(&k, "last"));
    assert_int_equal(sheaf_pending_at(&k.state, 0)->proposals, 0);
    static const kit_row after[] = {
        {"cat", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}",
         R(proposal_over)},
        {"bob", "proposal.consent", "{'proposal':#p}", R(proposal_over)},
        {"ann", "proposal.amend", "{'proposal':#p,'text':^}", R(proposal_over)},
        {"ann", "proposal.withdraw", "{'proposal':#p}", R(proposal_over)},
        {"ann", "motion.open", ON("#p"), R(not_for_all)},
        {"ann", "motion.open", ON("4000"), R(no_such_proposal)},
        {"bob", "conflict.declare", "{'matter':#p}", R(proposal_over)},
    };
    KIT_ROWS(&k, after);
    kit_close(&k);
}

/* The review comes when it was said, and a decision that is replaced is not reviewed. */
void test_consent_review(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    static const char *const others[] = {"bob", "cat", "dan"};
    kit_do(&k, "ann", "proposal.open", "p", PROPOSAL);
    for (int i = 0; i < 3; i++)
        consent(&k, others[i], "p");
    int64_t review = proposal(&k, "p")->closes;
    assert_int_equal(review, k.now + 1000000); /* after the last answer */
    k.now = review - 2;
    kit_do(&k, "ann", "proposal.open", "q",
           "{'circle':#c,'replaces':#p,'review_s':1000,'text':^,'title':^}");
    kit_want(&k, R(deadline_due), "bob", "proposal.consent", "{'proposal':#q}", NULL);
    k.now = review - 1;
    tick(&k, "proposal_review", "p", NULL);
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_review);
    /* Two are to replace it: the first that is adopted does. */
    kit_do(&k, "bob", "proposal.open", "r",
           "{'circle':#c,'replaces':#p,'review_s':1000,'text':^,'title':^}");
    for (int i = 0; i < 3; i++)
        consent(&k, others[i], "q");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_replaced);
    assert_int_equal(proposal(&k, "p")->replaced, kit_index(&k, "q"));
    consent(&k, "ann", "r");
    consent(&k, "cat", "r");
    consent(&k, "dan", "r");
    assert_int_equal(proposal(&k, "r")->state, SHEAF_proposal_state_adopted);
    assert_int_equal(proposal(&k, "p")->replaced, kit_index(&k, "q"));
    kit_want(&k, R(no_such_decision), "ann", "proposal.open",
             "{'circle':#c,'replaces':#p,'review_s':1000,'text':^,'title':^}", NULL);
    kit_do(&k, "ann", "proposal.open", "s",
           "{'circle':#c,'replaces':#q,'review_s':1000,'text':^,'title':^}");
    for (int i = 0; i < 3; i++)
        consent(&k, others[i], "s");
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_replaced);
    sheaf_deadline due; /* neither p nor q any more */
    assert_true(sheaf_deadline_first(&k.state, &due));
    assert_int_equal(due.of, kit_index(&k, "r"));
    kit_close(&k);
}

/* Half of the circle, and two besides who proposed it, when the time is over. */
void test_consent_of_too_few(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    kit_do(&k, "ann", "proposal.open", "one", PROPOSAL);
    consent(&k, "bob", "one"); /* half of four, but one besides ann */
    assert_int_equal(time_over(&k, "one"), SHEAF_proposal_state_lapsed);
    kit_do(&k, "ann", "proposal.open", "two", PROPOSAL);
    consent(&k, "bob", "two");
    kit_do(&k, "cat", "proposal.object", NULL,
           "{'class':'concern','proposal':#two,'reason':^}");
    k.now = proposal(&k, "two")->closes - 2;
    kit_do(&k, "dan", "proposal.object", NULL,
           "{'class':'paramount','proposal':#two,'reason':^}");
    kit_want(&k, R(deadline_due), "dan", "proposal.consent", "{'proposal':#two}", NULL);
    assert_int_equal(time_over(&k, "two"), SHEAF_proposal_state_wider);
    kit_do(&k, "ann", "proposal.open", "three", PROPOSAL);
    consent(&k, "bob", "three");
    consent(&k, "cat", "three");
    assert_int_equal(proposal(&k, "three")->state, SHEAF_proposal_state_open);
    assert_int_equal(time_over(&k, "three"), SHEAF_proposal_state_adopted);
    kit_close(&k);

    /* Of seven, four are half and more, three are not. */
    kit_open(&k);
    kit_rules rules = rules_of(4);
    kit_name *members[7];
    kit_found_many(&k, &rules, members, 7);
    kit_do(&k, "ann", "circle.found", "c", "{'name':^,'purpose':^}");
    for (int i = 1; i < 7; i++) {
        kit_do(&k, members[i]->name, "circle.join", NULL, "{'circle':#c}");
        kit_do(&k, "ann", "circle.admit", NULL, "{'circle':#c,'member':%u}",
               members[i]->member);
        if (i == 1)
            kit_want(&k, R(circle_small), "ann", "proposal.open", PROPOSAL, NULL);
    }
    kit_do(&k, "ann", "proposal.open", "p", PROPOSAL);
    kit_do(&k, "m1", "proposal.open", "q", PROPOSAL);
    for (int i = 2; i < 5; i++) {
        consent(&k, members[i]->name, "q");
        if (i < 4)
            consent(&k, members[i]->name, "p");
    }
    assert_int_equal(time_over(&k, "p"), SHEAF_proposal_state_lapsed);
    assert_int_equal(time_over(&k, "q"), SHEAF_proposal_state_adopted);
    kit_close(&k);
}

/* A change of the text: answers are given anew in the whole time, objections stand. */
void test_consent_amended(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    kit_do(&k, "ann", "proposal.open", "p", PROPOSAL);
    consent(&k, "bob", "p");
    object(&k, "cat", "p");
    k.now = proposal(&k, "p")->closes - 2;
    kit_want(&k, R(not_your_proposal), "bob", "proposal.amend", "{'proposal':#p,'text':^}",
             NULL);
    k.now = proposal(&k, "p")->closes - 2;
    kit_do(&k, "ann", "proposal.amend", NULL, "{'proposal':#p,'text':^}");
    assert_int_equal(proposal(&k, "p")->closes, k.now + 100000);
    assert_int_equal(proposal(&k, "p")->answers, 2); /* who proposed it, and the objection */
    assert_int_equal(proposal(&k, "p")->objections, 1);
    consent(&k, "bob", "p");
    consent(&k, "dan", "p");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_open);
    for (int i = 1; i < SHEAF_PROPOSAL_AMENDMENTS_MAX; i++)
        kit_do(&k, "ann", "proposal.amend", NULL, "{'proposal':#p,'text':^}");
    kit_want(&k, R(amendments_max), "ann", "proposal.amend", "{'proposal':#p,'text':^}", NULL);
    consent(&k, "cat", "p");
    assert_int_equal(proposal(&k, "p")->answers, 2); /* bob and dan have not answered this */
    consent(&k, "dan", "p");
    consent(&k, "bob", "p");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_adopted);

    kit_do(&k, "bob", "proposal.open", "q", PROPOSAL);
    kit_want(&k, R(not_your_proposal), "ann", "proposal.withdraw", "{'proposal':#q}", NULL);
    kit_do(&k, "bob", "proposal.withdraw", NULL, "{'proposal':#q}");
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_withdrawn);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->proposals, 0);
    kit_close(&k);
}

/* Who leaves, comes later or is conflicted takes no part; the half stays that of the whole. */
void test_consent_of_those_who_stay(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_do(&k, "ann", "proposal.open", "p", PROPOSAL);
    enter(&k, "c", "ann", "eve");
    kit_want(&k, R(joined_circle_later), "eve", "proposal.consent", "{'proposal':#p}", NULL);
    object(&k, "dan", "p");
    kit_do(&k, "dan", "circle.leave", NULL, "{'circle':#c}");
    assert_int_equal(proposal(&k, "p")->objections, 0);
    kit_want(&k, R(not_in_circle), "dan", "proposal.consent", "{'proposal':#p}", NULL);
    enter(&k, "c", "ann", "dan");
    kit_want(&k, R(joined_circle_later), "dan", "proposal.consent", "{'proposal':#p}", NULL);
    consent(&k, "bob", "p");
    kit_do(&k, "bob", "circle.leave", NULL, "{'circle':#c}");
    assert_int_equal(proposal(&k, "p")->answers, 1);
    consent(&k, "cat", "p"); /* all who are left have answered, but only one besides ann */
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_open);
    assert_int_equal(time_over(&k, "p"), SHEAF_proposal_state_lapsed);

    /* A conflict takes an objection out, and completes the answers. */
    enter(&k, "c", "ann", "bob");
    kit_do(&k, "ann", "proposal.open", "q", PROPOSAL);
    object(&k, "eve", "q");
    consent(&k, "bob", "q");
    consent(&k, "cat", "q");
    kit_want(&k, R(proxy_consent), "dan", "proxy.give",
             "{'matter':#q,'member':#bob,'until':1790000600000}", NULL);
    kit_do(&k, "dan", "conflict.declare", NULL, "{'matter':#q}");
    kit_want(&k, R(conflicted), "dan", "proposal.consent", "{'proposal':#q}", NULL);
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_open);
    assert_int_equal(proposal(&k, "q")->gone, 1);
    kit_do(&k, "dan", "circle.leave", NULL, "{'circle':#c}");
    assert_int_equal(proposal(&k, "q")->gone, 1); /* once */
    kit_do(&k, "eve", "member.leave", "left", "{}");
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_adopted);
    assert_int_equal(proposal(&k, "q")->decided, kit_index(&k, "left"));

    /* Who proposed it leaves: it stays, nobody else steers it, and two are enough. */
    enter(&k, "c", "ann", "dan");
    kit_do(&k, "ann", "proposal.open", "r", PROPOSAL);
    kit_do(&k, "ann", "circle.leave", NULL, "{'circle':#c}");
    kit_want(&k, R(not_your_proposal), "ann", "proposal.withdraw", "{'proposal':#r}", NULL);
    kit_want(&k, R(not_your_proposal), "ann", "proposal.amend", "{'proposal':#r,'text':^}",
             NULL);
    consent(&k, "bob", "r");
    consent(&k, "cat", "r");
    assert_int_equal(proposal(&k, "r")->answers, 2);
    assert_int_equal(time_over(&k, "r"), SHEAF_proposal_state_adopted);

    /* A conflicted proposer does not change the text, and does not count. */
    kit_do(&k, "bob", "proposal.open", "s", PROPOSAL);
    kit_do(&k, "bob", "conflict.declare", NULL, "{'matter':#s}");
    kit_want(&k, R(conflicted), "bob", "proposal.amend", "{'proposal':#s,'text':^}", NULL);
    consent(&k, "cat", "s");
    assert_int_equal(proposal(&k, "s")->answers, 1);
    consent(&k, "dan", "s");
    assert_int_equal(proposal(&k, "s")->state, SHEAF_proposal_state_adopted);
    kit_close(&k);
}

/* An objection that stands brings it before the wider circle, and from there to all. */
void test_consent_unresolved(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    kit_do(&k, "ann", "circle.found", "small", "{'name':^,'parent':#c,'purpose':^}");
    kit_do(&k, "ann", "circle.found", "inner", "{'name':^,'parent':#small,'purpose':^}");
    enter(&k, "inner", "ann", "bob");
    enter(&k, "inner", "ann", "cat");
    kit_do(&k, "dan", "circle.leave", NULL, "{'circle':#c}");
    kit_do(&k, "ann", "proposal.open", "p",
           "{'circle':#inner,'review_s':1000,'text':^,'title':^}");
    object(&k, "bob", "p");
    enter(&k, "c", "ann", "dan");
    k.now = proposal(&k, "p")->closes;
    tick(&k, "proposal", "p", "up"); /* one alone is in the circle between */
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_open);
    assert_int_equal(proposal(&k, "p")->circle, kit_index(&k, "c"));
    assert_int_equal(proposal(&k, "p")->from, kit_index(&k, "inner"));
    assert_int_equal(proposal(&k, "p")->since, kit_index(&k, "up"));
    assert_int_equal(proposal(&k, "p")->electorate, 4);
    assert_int_equal(proposal(&k, "p")->answers, 1);
    assert_int_equal(proposal(&k, "p")->objections, 0);
    assert_int_equal(proposal(&k, "p")->closes, k.now + 100000);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->proposals, 1);
    /* Bob's objection was one of the circle inside; before this one it is to be made again. */
    kit_do(&k, "ann", "proposal.amend", NULL, "{'proposal':#p,'text':^}");
    assert_int_equal(proposal(&k, "p")->objections, 0);
    object(&k, "bob", "p");
    consent(&k, "dan", "p");
    assert_int_equal(time_over(&k, "p"), SHEAF_proposal_state_wider);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->proposals, 0);
    static const kit_row rows[] = {
        {"dan", "motion.open", ON("#p"), R(not_in_circle)},
        {"bob", "motion.open", ON("#p"), .label = "n"},
        {"cat", "motion.open", ON("#p"), R(not_for_all)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_carried);
    assert_int_equal(proposal(&k, "p")->motion, kit_index(&k, "n"));
    kit_close(&k);
}

/* Who is conflicted is not waited for in the wider circle either, and their answer does not
 * count. */
void test_consent_conflicts_go_along(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    kit_do(&k, "ann", "circle.found", "inner", "{'name':^,'parent':#c,'purpose':^}");
    enter(&k, "inner", "ann", "bob");
    enter(&k, "inner", "ann", "cat");
    kit_do(&k, "ann", "proposal.open", "p",
           "{'circle':#inner,'review_s':1000,'text':^,'title':^}");
    object(&k, "bob", "p");
    kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#p}");
    assert_int_equal(time_over(&k, "p"), SHEAF_proposal_state_open);
    assert_int_equal(proposal(&k, "p")->circle, kit_index(&k, "c"));
    assert_int_equal(proposal(&k, "p")->electorate, 4);
    assert_int_equal(proposal(&k, "p")->gone, 1);
    kit_want(&k, R(conflicted), "cat", "proposal.consent", "{'proposal':#p}", NULL);
    consent(&k, "bob", "p");
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_open);
    consent(&k, "dan", "p"); /* all who take part have answered */
    assert_int_equal(proposal(&k, "p")->state, SHEAF_proposal_state_adopted);
    kit_close(&k);
}

/* One member cannot take the places of all. */
void test_consent_open_max(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    static const kit_row rows[] = {
        {"ann", "proposal.open", PROPOSAL},
        {"ann", "proposal.open", PROPOSAL, .label = "second"},
        {"ann", "proposal.open", PROPOSAL, R(room_for_others)},
        {"bob", "proposal.open", PROPOSAL, .label = "b"},
        {"bob", "proposal.open", PROPOSAL, R(room_for_others)},
        {"cat", "proposal.open", PROPOSAL},
        {"dan", "proposal.open", PROPOSAL, R(proposals_open_max)},
        {"bob", "proposal.withdraw", "{'proposal':#b}"},
        {"dan", "proposal.open", PROPOSAL, .label = "d"},
        {"ann", "proposal.withdraw", "{'proposal':#second}"},
        {"ann", "proposal.open", PROPOSAL, R(room_for_others)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->proposals, 3);
    kit_close(&k);
}

static const struct sheaf_row_circle_member *place(kit *k, const char *who)
{
    return sheaf_circle_member_get(&k->state, sheaf_pair(kit_index(k, "c"), kit_index(k, who)));
}

/* Roles are given and taken by decision; they end with being in the circle. */
void test_consent_roles(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    static const char *const others[] = {"ann", "bob", "dan"};
    kit_do(&k, "cat", "proposal.open", "p",
           "{'circle':#c,'member':#cat,'review_s':1000,'role':"
           "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE','text':^,'title':^}");
    kit_do(&k, "dan", "proposal.open", "q",
           "{'circle':#c,'member':#cat,'review_s':1000,'role':"
           "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE','text':^,'title':^}");
    for (int i = 0; i < 3; i++)
        consent(&k, others[i], "p");
    assert_int_equal(place(&k, "cat")->role_by, kit_index(&k, "p"));
    assert_false(sheaf_hash_is_zero(&place(&k, "cat")->role));
    kit_do(&k, "bob", "proposal.open", "away",
           "{'circle':#c,'member':#cat,'review_s':1000,'text':^,'title':^}");
    static const char *const rest[] = {"ann", "cat", "dan"};
    for (int i = 0; i < 3; i++)
        consent(&k, rest[i], "away");
    assert_int_equal(place(&k, "cat")->role_by, kit_index(&k, "away"));
    assert_true(sheaf_hash_is_zero(&place(&k, "cat")->role));
    kit_do(&k, "cat", "circle.leave", NULL, "{'circle':#c}");
    consent(&k, "ann", "q");
    consent(&k, "bob", "q");
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_adopted);
    assert_int_equal(place(&k, "cat")->role_by, kit_index(&k, "away")); /* too late for cat */
    kit_close(&k);
}

/* Circles are switched off while a proposal is under way: it is decided, but goes nowhere. */
void test_consent_switched_off(void **unused)
{
    (void)unused;
    kit k;
    found(&k, 4);
    kit_do(&k, "ann", "circle.found", "d", "{'name':^,'parent':#c,'purpose':^}");
    enter(&k, "d", "ann", "bob");
    enter(&k, "d", "ann", "cat");
    kit_rules rules = rules_of(4);
    rules.article[SHEAF_ARTICLE_circles] = NULL;
    char amendment[8192];
    snprintf(amendment, sizeof amendment, "%s", kit_amendment(&rules, "#ann"));
    kit_do(&k, "ann", "motion.open", "m", "{'effect':%s,'title':^}", amendment);
    static const char in_d[] = "{'circle':#d,'review_s':1000,'text':^,'title':^}";
    kit_want(&k, ACCEPTED, "ann", "proposal.open", in_d, "p");
    kit_want(&k, ACCEPTED, "bob", "proposal.open", in_d, "q");
    object(&k, "bob", "p");
    static const char *const all[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++)
        kit_do(&k, all[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    k.now = sheaf_motion_get(&k.state, kit_index(&k, "m"))->closes;
    tick(&k, "motion", "m", NULL);
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_adopted);
    kit_want(&k, R(circles_off), "ann", "proposal.open", in_d, NULL);
    consent(&k, "ann", "q");
    consent(&k, "cat", "q");
    assert_int_equal(proposal(&k, "q")->state, SHEAF_proposal_state_adopted);
    assert_int_equal(time_over(&k, "p"), SHEAF_proposal_state_wider);
    kit_do(&k, "cat", "circle.leave", NULL, "{'circle':#d}");
    kit_close(&k);
}
