/* Arguments on what members decide. */
#include "organ_world.h"

#include "coop/arguments.h"

#define ON(matter)      "{'matter':" matter ",'text':^}"
#define FOR(matter)     "{'matter':" matter ",'stance':'for','text':^}"
#define REPLY(to, what) "{'answers':" to ",'matter':" what ",'text':^}"
#define PROPOSAL        "{'circle':#team,'review_s':1000,'text':^,'title':^}"

static const struct sheaf_row_argument *argument(const kit *k, const char *label)
{
    return sheaf_argument_get(&k->state, kit_index((kit *)k, label));
}

static uint32_t arguments_on(const kit *k, const char *label)
{
    const struct sheaf_row_debate *debate =
        sheaf_debate_find(&k->state, kit_index((kit *)k, label));
    return debate ? debate->arguments : 0;
}

static void apply(kit *k, const char *name, int class)
{
    kit_do(k, name, "member.apply", name,
           "{'class':%d,'kind':'person','name':^,'public_key':@%s,'web':false}", class, name);
}

static kit_rules rules_with_matters(void)
{
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    rules.classes = "{'name':'member','votes':1},{'name':'supporter','votes':0},"
                    "{'name':'newcomer','trial_s':90000,'votes':1}";
    rules.article[SHEAF_ARTICLE_petitions] =
        "{'assembly_s':300,'members_bp':5000,'open_max':4,'protected':true,'sign_s':200}";
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':100,'open_s':60,'protected':false,'quorum_bp':5000}";
    rules.article[SHEAF_ARTICLE_circles] =
        "{'answer_s':100,'open_max':4,'protected':false,'review_max_s':1000,'size_warning':20}";
    return rules;
}

/* Ann, bob, cat and dan vote; sue has no vote, tom is on trial, and nobody has admitted una. */
static void found(kit *k)
{
    kit_open(k);
    kit_rules rules = rules_with_matters();
    kit_found_four(k, &rules);
    apply(k, "sue", 1);
    apply(k, "tom", 2);
    apply(k, "una", 0);
    kit_do(k, "ann", "member.admit", NULL, "{'member':#sue}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#tom}");
}

static void enter(kit *k, const char *circle, const char *who)
{
    kit_do(k, who, "circle.join", NULL, "{'circle':#%s}", circle);
    kit_do(k, "ann", "circle.admit", NULL, "{'circle':#%s,'member':#%s}", circle, who);
}

/* All who vote and sue are in the circle `team`, all but cat and sue and with tom in the wider
 * one. */
static void form_circles(kit *k)
{
    kit_do(k, "ann", "circle.found", "wide", "{'name':^,'purpose':^}");
    kit_do(k, "ann", "circle.found", "team", "{'name':^,'parent':#wide,'purpose':^}");
    enter(k, "wide", "bob");
    enter(k, "wide", "dan");
    enter(k, "wide", "tom");
    enter(k, "team", "bob");
    enter(k, "team", "cat");
    enter(k, "team", "dan");
    enter(k, "team", "sue");
}

void test_arguments(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "motion.open", "{'title':^}", .label = "m"},
        {"bob", "motion.open", "{'title':^}", .label = "n"},
        {"ann", "argument.give", ON("4000"), R(nothing_to_argue)},
        {"ann", "argument.give", ON("#bob"), R(nothing_to_argue)}, /* a member */
        {"una", "argument.give", ON("#m"), R(not_a_member)},
        {"bob", "argument.give", FOR("#m"), .label = "a"},
        {"sue", "argument.give", "{'matter':#m,'stance':'against','text':^}", .label = "b"},
        {"tom", "argument.give", REPLY("#a", "#m"), .label = "c"},
        {"bob", "argument.give", REPLY("#c", "#m"), .label = "d"},
        {"bob", "argument.give", REPLY("#c", "#n"), R(no_such_argument)},
        {"bob", "argument.give", REPLY("#m", "#m"), R(no_such_argument)},
        {"bob", "argument.give", REPLY("4000", "#m"), R(no_such_argument)},
        {"bob", "argument.give", REPLY("#d", "#d"), R(nothing_to_argue)},
        {"cat", "conflict.declare", "{'matter':#m}"},
        {"cat", "argument.give", ON("#m"), .label = "e"}, /* argues, and does not vote */
        {"cat", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"dan", "argument.give", ON("#n")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(arguments_on(&k, "m"), 5);
    assert_int_equal(arguments_on(&k, "n"), 1);
    assert_int_equal(argument(&k, "a")->stance, SHEAF_stance_for);
    assert_int_equal(argument(&k, "b")->stance, SHEAF_stance_against);
    assert_int_equal(argument(&k, "c")->stance, SHEAF_stance_neither);
    assert_int_equal(argument(&k, "a")->answers, SHEAF_NONE);
    assert_int_equal(argument(&k, "c")->answers, kit_index(&k, "a"));
    assert_int_equal(argument(&k, "c")->member, kit_index(&k, "tom"));
    /* From the newest back. */
    uint32_t at = sheaf_debate_find(&k.state, kit_index(&k, "m"))->last;
    for (const char *label = "edcba"; *label; label++) {
        char name[2] = {*label};
        assert_int_equal(sheaf_argument_at(&k.state, at - 1)->id, kit_index(&k, name));
        at = sheaf_argument_at(&k.state, at - 1)->before;
    }
    assert_int_equal(at, 0);
    assert_int_equal(motion(&k, "m")->yes + motion(&k, "m")->no + motion(&k, "m")->abstain, 0);
    kit_close(&k);
}

/* Ten on one matter, answers among them; others, and other matters, have their own ten. */
void test_arguments_enough(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    kit_do(&k, "ann", "motion.open", "n", "{'title':^}");
    kit_do(&k, "bob", "argument.give", "first", ON("#m"));
    for (int i = 1; i < SHEAF_ARGUMENTS_OF_MEMBER_MAX; i++)
        kit_do(&k, "bob", "argument.give", NULL, REPLY("#first", "#m"));
    kit_want(&k, R(argued_enough), "bob", "argument.give", ON("#m"), NULL);
    kit_want(&k, R(argued_enough), "bob", "argument.give", REPLY("#first", "#m"), NULL);
    kit_do(&k, "bob", "argument.give", NULL, ON("#n"));
    kit_do(&k, "cat", "argument.give", NULL, ON("#m"));
    assert_int_equal(arguments_on(&k, "m"), 11);
    kit_close(&k);
}

/* To the last moment, and not at the deadline; what is withdrawn is argued on no more. */
void test_arguments_in_time(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "motion.open", "m", "{'title':^}");
    kit_do(&k, "ann", "motion.open", "n", "{'title':^}");
    kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#n}");
    kit_want(&k, R(motion_closed), "bob", "argument.give", ON("#n"), NULL);
    k.step_ms = 0;
    k.now = motion(&k, "m")->closes - 1;
    kit_do(&k, "bob", "argument.give", NULL, ON("#m"));
    k.now++;
    kit_want(&k, R(deadline_due), "bob", "argument.give", ON("#m"), NULL);
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("motion", "m"));
    kit_want(&k, R(motion_closed), "bob", "argument.give", ON("#m"), NULL);
    assert_int_equal(arguments_on(&k, "m"), 1);
    kit_close(&k);
}

/* Whatever members decide on, until that is decided. */
void test_arguments_on_matters(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "petition.open", "{'text':^,'title':^}", .label = "p"},
        {"sue", "argument.give", FOR("#p")},
        {"bob", "petition.sign", "{'petition':#p}"}, /* two of four are enough */
        {"bob", "argument.give", ON("#p"), R(argued_late)},
        {"ann", "election.call", "{'organ':0}", .label = "el"},
        {"sue", "argument.give", ON("#el")},
        {"ann", "allocation.open",
         "{'amount':1000,'options':[{'name':^},{'name':^}],'points':10,'title':^}",
         .label = "al"},
        {"tom", "argument.give", ON("#al")},
        {"hub", "clock.tick", KIT_TICK("allocation", "al"), .wait_ms = 60000},
        {"tom", "argument.give", ON("#al"), R(allocation_closed)},
        {"hub", "clock.tick", KIT_TICK("election", "el"), .wait_ms = 100000},
        {"sue", "argument.give", ON("#el"), R(election_closed)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(arguments_on(&k, "p"), 1);
    assert_int_equal(arguments_on(&k, "el"), 1);
    assert_int_equal(arguments_on(&k, "al"), 1);
    kit_close(&k);
}

/* In a circle its people argue, without a vote too; and once it has gone to the wider circle,
 * those of both. Whom it takes out is heard as well. */
void test_arguments_in_circles(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    form_circles(&k);
    static const kit_row rows[] = {
        {"ann", "proposal.open", PROPOSAL, .label = "p"},
        {"ann", "proposal.open",
         "{'circle':#team,'remove':#cat,'review_s':1000,'text':^,'title':^}", .label = "out"},
        {"sue", "argument.give", ON("#p")},
        {"tom", "argument.give", ON("#p"), R(not_in_circle)},
        {"cat", "argument.give", ON("#out")},
        {"sue", "circle.leave", "{'circle':#team}"},
        {"sue", "argument.give", ON("#p"), R(not_in_circle)},
        {"bob", "proposal.object", "{'class':'paramount','proposal':#p,'reason':^}"},
        {"bob", "proposal.object", "{'class':'paramount','proposal':#out,'reason':^}"},
        {"hub", "clock.tick", KIT_TICK("proposal", "p"), .wait_ms = 110000},
        {"hub", "clock.tick", KIT_TICK("proposal", "out")},
        {"tom", "argument.give", ON("#p")},
        {"cat", "argument.give", ON("#out")},
        {"sue", "argument.give", ON("#p"), R(not_in_circle)},
        {"ann", "proposal.withdraw", "{'proposal':#p}"},
        {"bob", "argument.give", ON("#p"), R(proposal_over)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(arguments_on(&k, "p"), 2);
    assert_int_equal(arguments_on(&k, "out"), 2);
    kit_close(&k);
}

/* Before an organ its officers argue; once the members decide, everybody does, with ten
 * arguments each again. */
void test_arguments_in_organs(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_board(HOLD("0"), NULL);
    begin_with(&k, &rules);
    kit_do(&k, "ann", "motion.open", "m", RESOLUTION);
    kit_do(&k, "bob", "argument.give", "a", ON("#m"));
    for (int i = 1; i < SHEAF_ARGUMENTS_OF_MEMBER_MAX; i++)
        kit_do(&k, "bob", "argument.give", NULL, ON("#m"));
    kit_want(&k, R(argued_enough), "bob", "argument.give", ON("#m"), NULL);
    kit_want(&k, R(not_in_office), "dan", "argument.give", REPLY("#a", "#m"), NULL);
    kit_do(&k, "cat", "office.resign", NULL, "{'organ':0}");
    kit_do(&k, "hub", "clock.tick", NULL, KIT_TICK("vacancy", "cat.0.tick"));
    kit_want(&k, R(not_in_office), "cat", "argument.give", ON("#m"), NULL);
    kit_do(&k, "bob", "office.resign", NULL, "{'organ':0}");
    settle(&k, "m", 1); /* it is referred to the members */
    assert_int_equal(motion(&k, "m")->body, SHEAF_body_assembly);
    kit_do(&k, "dan", "argument.give", NULL, REPLY("#a", "#m"));
    for (int i = 0; i < SHEAF_ARGUMENTS_OF_MEMBER_MAX; i++) /* as many before the members */
        kit_do(&k, "bob", "argument.give", NULL, ON("#m"));
    kit_want(&k, R(argued_enough), "bob", "argument.give", ON("#m"), NULL);
    assert_int_equal(arguments_on(&k, "m"), 21);
    kit_close(&k);
}
