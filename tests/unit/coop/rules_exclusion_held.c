/* Exclusions that were adopted are held: others stop them, whom they are about has no part. */
#include "test.h"

#include "coop/deadline.h"
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
