/* Accountability. */
#include "processes_world.h"

#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/organs.h"

static const struct sheaf_row_accountability *process(const kit *k, const char *label)
{
    return sheaf_accountability_find(&k->state, kit_index((kit *)k, label));
}

#define OUTCOME "{'process':#a,'title':^}"

/* All who may vote alike, and the motion closes. */
static void decide(kit *k, const char *label, const char *choice)
{
    static const char *const names[] = {"ann", "bob", "cat", "dan"};
    uint32_t of = kit_index(k, label);
    for (int i = 0; i < 4; i++)
        if (!sheaf_conflicted(&k->state, of, kit_index(k, names[i])))
            kit_do(k, names[i], "ballot.cast", NULL, "{'choice':'%s','motion':#%s}", choice,
                   label);
    sheaf_deadline due = {0};
    while (sheaf_motion_find(&k->state, kit_index(k, label))->state
           == SHEAF_motion_state_open) {
        assert_true(sheaf_deadline_first(&k->state, &due));
        k->now = due.at > k->now ? due.at : k->now;
        kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    }
}

void test_accountability(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_want(&k, R(accountability_off), "ann", "accountability.open",
             "{'subject':#bob,'text':^,'title':^}", NULL);
    kit_want(&k, R(disputes_off), "ann", "dispute.open", "{'with':#bob}", NULL);
    kit_close(&k);

    found(&k);
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'subject':#ann,'text':^,'title':^}",
         R(no_such_subject)},
        {"ann", "accountability.open", "{'subject':4000,'text':^,'title':^}",
         R(no_such_subject)},
        {"ann", "accountability.open", "{'subject':#bob,'text':^,'title':^}", .label = "a"},
        {"bob", "accountability.open", "{'subject':#ann,'text':^,'title':^}", .label = "b"},
        {"cat", "accountability.open", "{'subject':#ann,'text':^,'title':^}",
         R(accountability_open_max)},
        {"bob", "accountability.answer", "{'process':4000,'text':^}", R(no_such_process)},
        {"ann", "accountability.answer", "{'process':#a,'text':^}", R(not_the_subject)},
        {"cat", "accountability.hear", "{'process':#a,'text':^}", R(accountability_step)},
        {"bob", "accountability.answer", "{'process':#a,'text':^}", .label = "answer"},
        {"bob", "accountability.answer", "{'process':#a,'text':^}", R(accountability_step)},
        {"cat", "accountability.hear", "{'process':4000,'text':^}", R(no_such_process)},
        {"bob", "accountability.hear", "{'process':#a,'text':^}", R(by_its_subject)},
        {"cat", "motion.open", OUTCOME, R(accountability_step)},
        {"cat", "accountability.hear", "{'process':#a,'text':^}", .label = "heard"},
        {"cat", "accountability.hear", "{'process':#a,'text':^}", R(heard_already)},
        {"bob", "accountability.hear", "{'process':#a,'text':^}", R(by_its_subject)},
        {"dan", "accountability.hear", "{'process':#a,'text':^}", .label = "more"},
        {"dan", "accountability.hear", "{'process':#a,'text':^}", R(heard_already)},
        {"cat", "motion.open", "{'process':4000,'title':^}", R(no_such_process)},
        {"bob", "motion.open", OUTCOME, R(by_its_subject)},
        {"cat", "motion.open", OUTCOME, .label = "m"},
        {"cat", "motion.withdraw", "{'motion':#m}", R(outcome_stands)},
        {"ann", "accountability.withdraw", "{'process':#a}", R(outcome_stands)},
        {"ann", "accountability.withdraw", "{'process':4000}", R(no_such_process)},
        {"ann", "accountability.withdraw", "{'process':#b}", R(not_your_process)},
        {"bob", "accountability.withdraw", "{'process':#b}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_outcome);
    assert_int_equal(process(&k, "a")->heard, kit_index(&k, "heard"));
    assert_int_equal(sheaf_hearing_count(&k.state), 2);
    assert_int_equal(sheaf_hearing_at(&k.state, 1)->entry, kit_index(&k, "more"));
    kit_do(&k, "ann", "accountability.hear", NULL, "{'process':#a,'text':^}");
    decide(&k, "m", "yes");
    kit_want(&k, R(accountability_step), "dan", "accountability.hear",
             "{'process':#a,'text':^}", NULL);
    kit_want(&k, R(accountability_step), "ann", "accountability.withdraw", "{'process':#a}",
             NULL);
    kit_want(&k, R(accountability_step), "cat", "motion.open", OUTCOME, NULL);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_concluded);
    assert_int_equal(process(&k, "a")->motion, kit_index(&k, "m"));
    assert_int_equal(process(&k, "b")->state, SHEAF_accountability_state_withdrawn);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->accountabilities, 0);
    kit_close(&k);
}

/* Nobody stops a process by saying nothing. */
void test_accountability_unanswered(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "accountability.open", "a", "{'subject':#bob,'text':^,'title':^}");
    kit_do(&k, "cat", "accountability.open", "b", "{'subject':#bob,'text':^,'title':^}");
    step(&k, "accountability_step", "a", process(&k, "b")->closes);
    step(&k, "accountability_step", "b", k.now);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_hearing);
    assert_int_equal(process(&k, "a")->answered, SHEAF_NONE);
    kit_want(&k, R(accountability_step), "bob", "accountability.answer",
             "{'process':#a,'text':^}", NULL);
    kit_do(&k, "cat", "accountability.hear", NULL, "{'process':#a,'text':^}");
    step(&k, "accountability_step", "a", process(&k, "b")->closes);
    step(&k, "accountability_step", "b", k.now);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_unresolved);
    assert_int_equal(process(&k, "b")->state, SHEAF_accountability_state_unresolved);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->accountabilities, 0);
    kit_close(&k);
}

/* At the outcome, which lasts `outcome_s` from now. */
static void heard(kit *k)
{
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'subject':#bob,'text':^,'title':^}", .label = "a"},
        {"cat", "accountability.hear", "{'process':#a,'text':^}", R(accountability_step)},
        {"bob", "accountability.answer", "{'process':#a,'text':^}"},
        {"cat", "accountability.hear", "{'process':#a,'text':^}"},
    };
    KIT_ROWS(k, rows);
}

/* A motion that the members do not want ends nothing, and keeps nobody from putting another. */
void test_accountability_is_decided(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    heard(&k);
    kit_do(&k, "dan", "motion.open", "thanks", OUTCOME);
    decide(&k, "thanks", "no");
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_outcome);
    kit_do(&k, "dan", "motion.open", "m", OUTCOME);
    kit_do(&k, "cat", "motion.open", "n", OUTCOME);
    assert_int_equal(process(&k, "a")->motions, 2);
    decide(&k, "m", "yes");
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_concluded);
    uint32_t ended = process(&k, "a")->ended;
    decide(&k, "n", "yes"); /* decided as well, but it is over */
    assert_int_equal(process(&k, "a")->motion, kit_index(&k, "m"));
    assert_int_equal(process(&k, "a")->ended, ended);
    assert_int_equal(process(&k, "a")->motions, 0);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->accountabilities, 0);
    kit_close(&k);
}

/* What was put in time is waited for, and nothing more is put. */
void test_accountability_waits_for_motions(void **unused)
{
    (void)unused;
    for (int adopted = 0; adopted < 2; adopted++) {
        kit k;
        found(&k);
        heard(&k);
        int64_t closes = process(&k, "a")->closes;
        k.step_ms = 0;
        k.now = closes - 1;
        kit_do(&k, "dan", "motion.open", "m", OUTCOME);
        step(&k, "accountability_step", "a", closes);
        assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_outcome);
        kit_want(&k, R(accountability_step), "cat", "motion.open", OUTCOME, NULL);
        decide(&k, "m", adopted ? "yes" : "no");
        assert_int_equal(process(&k, "a")->state, adopted
                                                      ? SHEAF_accountability_state_concluded
                                                      : SHEAF_accountability_state_unresolved);
        assert_int_equal(sheaf_pending_at(&k.state, 0)->accountabilities, 0);
        kit_close(&k);
    }
}

/* An ally's assembly, which is called off, puts nothing off. */
void test_accountability_at_assemblies(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':2,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_assemblies] =
        "{'notice_s':10,'open_s':60,'protected':false,'quorum_bp':0}";
    kit_found_four(&k, &rules);
    heard(&k);
    k.step_ms = 0;
    long long closes = process(&k, "a")->closes;
    static const char convene[] = "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}";
    kit_do(&k, "dan", "assembly.convene", "late", convene, closes + 1, closes - 50000);
    kit_do(&k, "cat", "assembly.convene", "in", convene, closes, closes - 50000);
    static const kit_row rows[] = {
        {"dan", "motion.open", "{'assembly':#late,'process':#a,'title':^}", R(outcome_motion)},
        {"dan", "motion.open", "{'assembly':#in,'process':#a,'title':^}", .label = "m"},
        {"dan", "assembly.cancel", "{'assembly':#late}"},
        {"cat", "assembly.cancel", "{'assembly':#in}"},
        {"hub", "clock.tick", "{'deadline':'motion','of':#m,'unwitnessed':false}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_outcome);
    assert_int_equal(process(&k, "a")->motions, 0);
    step(&k, "accountability_step", "a", closes);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_unresolved);
    kit_close(&k);
}

/* The outcome of "a" is to be decided, and dan has convened "in", of a minute, under that
 * article: when it starts. */
static int64_t heard_and_convened(kit *k, const char *assemblies)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':2,'outcome_s':900,'protected':true}";
    rules.article[SHEAF_ARTICLE_assemblies] = assemblies;
    rules.ordinary.quorum = 5000;
    kit_found_four(k, &rules);
    heard(k);
    k->step_ms = 0;
    int64_t starts = k->now + 60000;
    kit_do(k, "dan", "assembly.convene", "in",
           "{'agenda':^,'ends':%lld,'place':^,'starts':%lld}", (long long)starts + 60000,
           (long long)starts);
    return starts;
}

/* Nor do the few who came end it: what follows stands on the agenda, and has the quorum that
 * any decision needs. */
void test_accountability_among_few(void **unused)
{
    (void)unused;
    kit k;
    int64_t starts =
        heard_and_convened(&k, "{'notice_s':10,'open_s':60,'protected':false,'quorum_bp':0}");
    static const kit_row before[] = {
        {"dan", "motion.open", "{'assembly':#in,'process':#a,'title':^}", .label = "m"},
        {"dan", "assembly.attend", "{'assembly':#in}"},
        {"hub", "clock.tick", KIT_TICK("assembly_begins", "in"), .wait_ms = 60000},
        {"dan", "motion.open", "{'assembly':#in,'process':#a,'title':^}", R(agenda_late)},
        {"dan", "motion.open", "{'assembly':#in,'title':^}", .label = "thanks"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#thanks}"},
    };
    KIT_ROWS(&k, before);
    step(&k, "assembly_ends", "in", starts + 60000);
    step(&k, "motion", "m", k.now);
    step(&k, "motion", "thanks", k.now);
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "thanks"))->state,
                     SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_no_quorum);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_outcome);
    kit_close(&k);
}

/* Nor where the notice of it has to be proven and was not. */
void test_accountability_unproven(void **unused)
{
    (void)unused;
    for (int proven = 0; proven < 2; proven++) {
        kit k;
        int64_t starts = heard_and_convened(
            &k, "{'evidence':true,'notice_s':10,'open_s':60,'protected':false,'quorum_bp':0}");
        kit_do(&k, "dan", "motion.open", "m", "{'assembly':#in,'process':#a,'title':^}");
        if (proven)
            kit_do(&k, "dan", "assembly.notice", NULL,
                   "{'assembly':#in,'delivered':1,'evidence':~e}");
        step(&k, "assembly_begins", "in", starts);
        static const char *const names[] = {"ann", "cat", "dan"};
        for (int i = 0; i < 3; i++) {
            kit_do(&k, names[i], "assembly.attend", NULL, "{'assembly':#in}");
            kit_want(&k, proven ? ACCEPTED : R(notice_unproven), names[i], "ballot.cast",
                     "{'choice':'yes','motion':#m}", NULL);
        }
        step(&k, "assembly_ends", "in", starts + 60000);
        step(&k, "motion", "m", k.now);
        assert_int_equal(process(&k, "a")->state, proven ? SHEAF_accountability_state_concluded
                                                         : SHEAF_accountability_state_outcome);
        kit_close(&k);
    }
}

/* Of an organ all are subjects who were its officers at the opening, and nobody else. */
void test_accountability_of_organ(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':9,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':90,'open_s':9,'quorum_bp':5000,"
        "'seats':2,'term_s':40000}],'protected':false}";
    kit_found_four(&k, &rules);
    kit_want(&k, R(no_such_subject), "ann", "accountability.open",
             "{'organ':0,'text':^,'title':^}", NULL);
    kit_motion(&k, "b", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_motion(&k, "c", "{'kind':'office.elect','what':{'member':#cat,'organ':0}}", 4);
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'text':^,'title':^}", R(accountability_who)},
        {"ann", "accountability.open", "{'organ':0,'subject':#bob,'text':^,'title':^}",
         R(accountability_who)},
        {"ann", "accountability.open", "{'organ':1,'text':^,'title':^}", R(no_such_organ)},
        {"ann", "accountability.open", "{'organ':0,'text':^,'title':^}", .label = "a"},
        {"bob", "accountability.open", "{'organ':0,'text':^,'title':^}", .label = "own"},
        {"bob", "accountability.withdraw", "{'process':#own}", R(by_its_subject)},
        {"dan", "accountability.answer", "{'process':#a,'text':^}", R(not_the_subject)},
        {"cat", "accountability.answer", "{'process':#a,'text':^}"},
        {"bob", "accountability.answer", "{'process':#a,'text':^}", R(accountability_step)},
        {"bob", "accountability.hear", "{'process':#a,'text':^}", R(by_its_subject)},
        {"bob", "office.resign", "{'organ':0}"},
        {"hub", "clock.tick", "{'deadline':'vacancy','of':#b.tick,'unwitnessed':false}"},
    };
    KIT_ROWS(&k, rows);
    kit_motion(&k, "d", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    static const kit_row after[] = {
        {"bob", "accountability.hear", "{'process':#a,'text':^}", R(by_its_subject)},
        {"dan", "accountability.hear", "{'process':#a,'text':^}"},
        {"cat", "motion.open", OUTCOME, R(by_its_subject)},
        {"bob", "motion.open", OUTCOME, R(by_its_subject)}, /* formerly */
        {"cat", "motion.open", "{'organ':0,'process':#a,'title':^}", R(by_its_subject)},
        {"dan", "motion.open", "{'organ':0,'process':#a,'title':^}", R(outcome_motion)},
        {"dan", "motion.open", OUTCOME, .label = "m"},
        {"ann", "accountability.open", "{'organ':0,'text':^,'title':^}", .label = "gone"},
        {"ann", "accountability.withdraw", "{'process':#gone}"},
    };
    KIT_ROWS(&k, after);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 2);
    kit_want(&k, R(conflicted), "bob", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
    kit_want(&k, R(conflicted), "cat", "ballot.cast", "{'choice':'no','motion':#m}", NULL);
    decide(&k, "m", "yes");
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "m"))->yes, 2);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_concluded);
    assert_int_equal(process(&k, "a")->organ, 1);
    assert_int_equal(process(&k, "a")->subject, SHEAF_NONE);
    kit_close(&k);
}

/* What takes effect as an outcome is about somebody who is called; who is called votes on
 * everything else, also on what is moved because of it. */
void test_accountability_has_effects(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':9,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':90,'open_s':9,'quorum_bp':5000,"
        "'seats':2,'term_s':40000}],'protected':false}";
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    kit_found_four(&k, &rules);
    kit_motion(&k, "b", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_motion(&k, "c", "{'kind':'office.elect','what':{'member':#cat,'organ':0}}", 4);
#define FOLLOWS(kind, what)                                                                    \
    "{'effect':{'kind':'" kind "','what':" what "},'process':#a,'title':^}"
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'organ':0,'text':^,'title':^}", .label = "a"},
        {"cat", "accountability.answer", "{'process':#a,'text':^}"},
        {"dan", "accountability.hear", "{'process':#a,'text':^}"},
        {"dan", "exclusion.open", "{'member':#cat,'reason':^}", .label = "out"},
        {"ann", "exclusion.open", "{'member':#dan,'reason':^}", .label = "other"},
        {"dan", "motion.open",
         FOLLOWS("tellers.appoint",
                 "{'duration_s':900,'members':[{'member':#ann},{'member':#dan}]}"),
         R(outcome_effect)},
        {"ann", "motion.open", FOLLOWS("member.exclude", "{'exclusion':#other}"),
         R(outcome_effect)},
        {"ann", "motion.open", FOLLOWS("office.recall", "{'member':#bob,'organ':0}"),
         .label = "recall"},
        {"ann", "motion.open", FOLLOWS("member.exclude", "{'exclusion':#out}"),
         .label = "exclude"},
        {"ann", "motion.open",
         "{'effect':{'kind':'office.recall','what':{'member':#bob,'organ':0}},'title':^}",
         .label = "alone"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#recall}", R(conflicted)},
        {"bob", "ballot.cast", "{'choice':'no','motion':#exclude}", R(conflicted)},
        {"bob", "ballot.cast", "{'choice':'no','motion':#alone}", R(conflicted)},
        {"cat", "ballot.cast", "{'choice':'no','motion':#alone}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "recall")), 2);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "exclude")), 2);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "alone")), 1);
    decide(&k, "recall", "yes");
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_concluded);
    assert_null(sheaf_office_now(&k.state, kit_index(&k, "bob"), 0));
    kit_close(&k);
}

/* Where those who are called are so many that the quorum is out of reach, nobody decides in
 * their place. */
void test_accountability_of_many(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':9,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':90,'open_s':9,'quorum_bp':5000,"
        "'seats':3,'term_s':40000}],'protected':false}";
    rules.ordinary.quorum = 5000;
    kit_found_four(&k, &rules);
    kit_motion(&k, "b", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_motion(&k, "c", "{'kind':'office.elect','what':{'member':#cat,'organ':0}}", 4);
    kit_motion(&k, "d", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'organ':0,'text':^,'title':^}", .label = "a"},
        {"cat", "accountability.answer", "{'process':#a,'text':^}"},
        {"ann", "accountability.hear", "{'process':#a,'text':^}"},
        {"ann", "motion.open", OUTCOME, .label = "m"},
    };
    KIT_ROWS(&k, rows);
    decide(&k, "m", "yes");
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_no_quorum);
    step(&k, "accountability_step", "a", process(&k, "a")->closes);
    assert_int_equal(process(&k, "a")->state, SHEAF_accountability_state_unresolved);
    kit_close(&k);
}

/* Nor by bylaws without a quorum: where more than half are called whoever calls them does not
 * decide alone, and only whom an effect is about has no vote on it. */
void test_accountability_of_most(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_accountability] =
        "{'answer_s':100,'open_max':9,'outcome_s':200,'protected':true}";
    rules.article[SHEAF_ARTICLE_organs] =
        "{'list':[{'kind':'board','name':'Board','nominate_s':90,'open_s':9,'quorum_bp':5000,"
        "'seats':3,'term_s':40000}],'protected':false}";
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.ordinary.quorum = 0;
    rules.qualified.second_open_s = 60, rules.qualified.second_quorum = 0;
    kit_found_four(&k, &rules);
    kit_motion(&k, "b", "{'kind':'office.elect','what':{'member':#bob,'organ':0}}", 4);
    kit_motion(&k, "c", "{'kind':'office.elect','what':{'member':#cat,'organ':0}}", 4);
    kit_motion(&k, "d", "{'kind':'office.elect','what':{'member':#dan,'organ':0}}", 4);
    static const kit_row rows[] = {
        {"ann", "accountability.open", "{'organ':0,'text':^,'title':^}", .label = "a"},
        {"cat", "accountability.answer", "{'process':#a,'text':^}"},
        {"ann", "accountability.hear", "{'process':#a,'text':^}"},
        {"ann", "exclusion.open", "{'member':#bob,'reason':^}", .label = "out"},
        {"ann", "motion.open", FOLLOWS("member.exclude", "{'exclusion':#out}"), .label = "m"},
        {"ann", "motion.open", FOLLOWS("office.recall", "{'member':#dan,'organ':0}"),
         .label = "r"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#m}", R(conflicted)},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"dan", "ballot.cast", "{'choice':'no','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m")},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#r}"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#r}"},
        {"cat", "ballot.cast", "{'choice':'no','motion':#r}"},
        {"hub", "clock.tick", KIT_TICK("motion", "r")},
        {"ann", "motion.open", OUTCOME, .label = "n"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "m"))->state,
                     SHEAF_motion_state_rejected);
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "r"))->state,
                     SHEAF_motion_state_rejected);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")), 1);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "n")), 3); /* words alone */
    kit_close(&k);
}
