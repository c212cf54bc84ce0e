/* Exclusions that were adopted are held: others stop them, whom they are about has no part. */
#include "test.h"

#include "base/encode.h"
#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/override.h"

#define ARTICLE                                                                                \
    "{'confirm_s':600,'hold_s':300,'members':2,"                                               \
    "'members_bp':10000,'protected':true}"
#define SUSPEND(of)  "{'of':#" of "}"
#define CONFIRM(of)  "{'kind':'override.confirm','what':{'override':#" of "}}"
#define STOP(of)     "{'kind':'automation.suspend','what':{'of':#" of "}}"
#define RESUME(of)   "{'kind':'automation.resume','what':{'override':#" of "}}"
#define OPEN(effect) "{'effect':" effect ",'title':^}"
#define EXCLUDE(of)  "{'kind':'member.exclude','what':{'exclusion':#" of "}}"
#define CLAIM(name)  "{'name':^,'number':7,'public_key':@" name ",'web':false}"
#define ASK(member)  "{'member':#" member ",'reason':^}"

static uint8_t motion_state(const kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index((kit *)k, label))->state;
}

static const struct sheaf_row_override * override(const kit *k, const char *label)
{
    return sheaf_override_get(&k->state, kit_index((kit *)k, label));
}

/* Whatever is due until then, in its order. */
static void settle_all(kit *k, int64_t until)
{
    sheaf_deadline due;
    while (sheaf_deadline_first(&k->state, &due) && due.at <= until) {
        k->now = due.at - k->step_ms > k->now ? due.at - k->step_ms : k->now;
        kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
    }
    k->now = until;
}

/* Ann, cat and dan have adopted that bob be excluded: motion m. */
static void begin_exclusion(kit *k)
{
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':60},";
    rules.article[SHEAF_ARTICLE_override] = ARTICLE;
    kit_open(k);
    kit_found_four(k, &rules);
    static const kit_row rows[] = {
        {"ann", "exclusion.open", ASK("bob"), .label = "x"},
        {"ann", "motion.open", OPEN(EXCLUDE("x")), .label = "m", .wait_ms = 60000},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#m}"},
        {"hub", "clock.tick", KIT_TICK("motion", "m")},
    };
    KIT_ROWS(k, rows);
    assert_int_equal(motion_state(k, "m"), SHEAF_motion_state_held);
}

static uint8_t stands(const kit *k, const char *name)
{
    return sheaf_member_get(&k->state, kit_index((kit *)k, name))->state;
}

/* A few stop an exclusion that was adopted, and whom it is about has no part in that. */
void test_exclusion_held(void **unused)
{
    (void)unused;
    kit k;
    begin_exclusion(&k);
    static const kit_row rows[] = {
        {"bob", "member.answer", "{'exclusion':#x,'text':^}", R(exclusion_lapsed)},
        {"dan", "motion.open", OPEN(EXCLUDE("x")), R(exclusion_moved)},
        {"cat", "exclusion.open", ASK("bob"), R(exclusion_under_way)},
        {"ann", "exclusion.open", ASK("dan"), R(exclusions_max)},
        {"bob", "override.suspend", SUSPEND("m"), R(conflicted)},
        {"bob", "motion.open", OPEN(STOP("m")), .label = "s"}, /* a member still */
        {"bob", "ballot.cast", "{'choice':'yes','motion':#s}", R(conflicted)},
        {"cat", "override.suspend", SUSPEND("m"), .label = "o"},
        {"dan", "override.suspend", SUSPEND("m")},
        {"ann", "motion.open", OPEN(CONFIRM("o")), .label = "c"},
        {"bob", "ballot.cast", "{'choice':'yes','motion':#c}", R(conflicted)},
        {"ann", "motion.open", OPEN(RESUME("o")), .label = "r"},
        {"bob", "ballot.cast", "{'choice':'no','motion':#r}", R(conflicted)},
    };
    assert_true(sheaf_may_suspend(&k.state, kit_index(&k, "m"), kit_index(&k, "cat")));
    assert_false(sheaf_may_suspend(&k.state, kit_index(&k, "m"), kit_index(&k, "bob")));
    KIT_ROWS(&k, rows);
    settle_all(&k, override(&k, "o")->lapses); /* nobody confirms it */
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_lapsed);
    assert_int_equal(stands(&k, "bob"), SHEAF_member_state_active);
    settle_all(&k, override(&k, "o")->lapses + 300000);
    assert_int_equal(stands(&k, "bob"), SHEAF_member_state_excluded);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
    kit_want(&k, ACCEPTED, "ann", "exclusion.open", ASK("dan"), NULL);
    kit_close(&k);
}

/* The members stop it for good, and the hearing is used up; or it is about nobody any more. */
void test_exclusion_comes_to_nothing(void **unused)
{
    (void)unused;
    kit k;
    begin_exclusion(&k);
    static const kit_row rows[] = {
        {"ann", "motion.open", OPEN(STOP("m")), .label = "s"},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#s}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#s}"},
        {"dan", "ballot.cast", "{'choice':'no','motion':#s}"},
        {"hub", "clock.tick", KIT_TICK("motion", "s")},
        {"ann", "motion.open", OPEN(EXCLUDE("x")), R(exclusion_moved)},
        {"ann", "exclusion.open", ASK("bob"), .label = "y"},
        {"ann", "motion.open", OPEN(EXCLUDE("y")), .label = "n", .wait_ms = 60000},
        {"ann", "ballot.cast", "{'choice':'yes','motion':#n}"},
        {"cat", "ballot.cast", "{'choice':'yes','motion':#n}"},
        {"dan", "ballot.cast", "{'choice':'yes','motion':#n}"},
        {"hub", "clock.tick", KIT_TICK("motion", "n")},
        {"bob", "member.leave", "{}"},
        {"ann", "exclusion.open", ASK("cat")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_overridden);
    assert_int_equal(motion_state(&k, "n"), SHEAF_motion_state_held);
    settle_all(&k, k.now + 300000);
    assert_int_equal(motion_state(&k, "n"), SHEAF_motion_state_void);
    assert_int_equal(k.outcome.effect, R(no_such_member));
    assert_int_equal(stands(&k, "bob"), SHEAF_member_state_left);
    kit_close(&k);
}

/* ---- who signs ---- */

static void open_with(kit *k, const char *article, const char *classes)
{
    kit_rules rules = kit_rules_usual();
    rules.exclusion = "'exclusion':{'hearing_s':0},";
    rules.article[SHEAF_ARTICLE_override] = article;
    if (classes)
        rules.classes = classes;
    kit_open(k);
    kit_found_four(k, &rules);
}

/* All others of the four adopt it: motion m. */
static void adopt(kit *k, const char *who)
{
    static const char *const names[] = {"ann", "bob", "cat", "dan"};
    kit_do(k, "ann", "exclusion.open", "x", "{'member':#%s,'reason':^}", who);
    kit_do(k, "ann", "motion.open", "m", OPEN(EXCLUDE("x")));
    for (int i = 0; i < 4; i++)
        if (strcmp(names[i], who) != 0)
            kit_do(k, names[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    settle_all(k, sheaf_motion_get(&k->state, kit_index(k, "m"))->closes + k->step_ms);
    assert_int_equal(motion_state(k, "m"), SHEAF_motion_state_held);
}

/* It is about a member on trial, whose trial ends while it is held. */
void test_exclusion_of_who_was_on_trial(void **unused)
{
    (void)unused;
    kit k;
    open_with(&k, ARTICLE,
              "{'name':'member','votes':1},{'name':'new','trial_s':100,'votes':1}");
    kit_do(&k, "tim", "member.apply", "tim",
           "{'class':1,'kind':'person','name':^,'public_key':@tim,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#tim}");
    adopt(&k, "tim");
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "m")),
                     0); /* of those with a vote */
    settle_all(&k, k.now + 100000);
    assert_int_equal(sheaf_member_get(&k.state, kit_index(&k, "tim"))->votes, 1);
    static const kit_row rows[] = {
        {"tim", "override.suspend", SUSPEND("m"), R(conflicted)},
        {"bob", "override.suspend", SUSPEND("m"), .label = "o"},
        {"cat", "override.suspend", SUSPEND("m")},
        {"bob", "motion.open", OPEN(RESUME("o")), .label = "s"},
        {"tim", "ballot.cast", "{'choice':'no','motion':#s}", R(conflicted)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_conflicts(&k.state, kit_index(&k, "s")), 1);
    kit_close(&k);
}

/* It takes four of four to suspend, and three may sign. */
void test_signatures_of_those_who_may(void **unused)
{
    (void)unused;
    kit k;
    open_with(&k,
              "{'confirm_s':600,'hold_s':300,'members':9,'members_bp':7600,'protected':true}",
              NULL);
    adopt(&k, "bob");
    assert_int_equal(sheaf_override_needed(&k.state, SHEAF_NONE), 4);
    assert_int_equal(sheaf_override_needed(&k.state, kit_index(&k, "m")), 3);
    kit_do(&k, "ann", "override.suspend", "o", SUSPEND("m"));
    kit_do(&k, "cat", "override.suspend", NULL, SUSPEND("m"));
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_asked);
    kit_do(&k, "dan", "override.suspend", NULL, SUSPEND("m"));
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_suspended);
    kit_close(&k);
}

/* Whoever leaves before the exclusion takes effect keeps nobody from a place of the register
 * that was not theirs. */
void test_place_of_who_was_to_be_excluded(void **unused)
{
    (void)unused;
    for (int stopped = 0; stopped < 2; stopped++) {
        kit k;
        char what[200], digest[65];
        open_with(&k, ARTICLE, NULL);
        kit_do(&k, "ann", "import.open", "i", "{'count':1}");
        kit_do(&k, "ann", "member.import", NULL,
               "{'class':0,'import':#i,'joined':1500000000,'kind':'person','name':^,"
               "'number':7}");
        sheaf_hex_32(sheaf_import_get(&k.state, kit_index(&k, "i"))->digest.bytes, digest);
        snprintf(what, sizeof what, "{'count':1,'digest':'%s','import':#i}", digest);
        kit_want(&k, ACCEPTED, "bob", "import.confirm", what, NULL);
        kit_do(&k, "moe", "member.claim", "moe", CLAIM("moe"));
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#moe}");
        adopt(&k, "moe");
        kit_want(&k, R(place_taken), "max", "member.claim", CLAIM("max"), NULL);
        if (stopped) {
            kit_do(&k, "ann", "override.suspend", "o", SUSPEND("m"));
            kit_do(&k, "bob", "override.suspend", NULL, SUSPEND("m"));
            kit_do(&k, "ann", "motion.open", "c", OPEN(CONFIRM("o")));
            kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#c}");
            kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#c}");
            kit_do(&k, "cat", "ballot.cast", NULL, "{'choice':'yes','motion':#c}");
            settle_all(&k, sheaf_motion_get(&k.state, kit_index(&k, "c"))->closes + k.step_ms);
            assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_overridden);
        }
        kit_do(&k, "moe", "member.leave", NULL, "{}");
        settle_all(&k, k.now + 300000);
        kit_want(&k, stopped ? R(place_taken) : ACCEPTED, "max", "member.claim", CLAIM("max"),
                 NULL);
        kit_close(&k);
    }
}
