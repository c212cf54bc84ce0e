/* Human override: held effects, suspensions by members and by motions. */
#include "test.h"

#include "coop/override.h"

#define ARTICLE(hold, bp)                                                                      \
    "{'confirm_s':600,'hold_s':" hold ",'members':2,'members_bp':" bp ",'protected':true}"
#define NINE(bp)     "{'confirm_s':600,'hold_s':0,'members':9,'members_bp':" bp ",'protected':true}"
#define SUSPEND(of)  "{'of':#" of "}"
#define CONFIRM(of)  "{'kind':'override.confirm','what':{'override':#" of "}}"
#define STOP(of)     "{'kind':'automation.suspend','what':{'of':#" of "}}"
#define RESUME(of)   "{'kind':'automation.resume','what':{'override':#" of "}}"
#define OPEN(effect) "{'effect':" effect ",'title':^}"

static uint8_t motion_state(const kit *k, const char *label)
{
    return sheaf_motion_get(&k->state, kit_index((kit *)k, label))->state;
}

static const struct sheaf_row_override * override(const kit *k, const char *label)
{
    return sheaf_override_get(&k->state, kit_index((kit *)k, label));
}

/* The tick that is due next, at its time. */
static void settle(kit *k, const char *deadline, const char *of, int after_s)
{
    k->now += after_s * INT64_C(1000);
    kit_do(k, "hub", "clock.tick", "tick", "{'deadline':'%s','of':#%s,'unwitnessed':false}",
           deadline, of);
}

static void begin(kit *k, const char *article)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_override] = article;
    kit_with_data(k, &rules);
}

void test_held_effects(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("300", "10000"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_held);
    assert_int_equal(sheaf_coop(&k.state)->motions_open, 0);
    assert_int_equal(sheaf_mandate_count(&k.state), 0);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(no_such_mandate));
    kit_want(&k, R(not_due), "hub", "clock.tick",
             "{'deadline':'hold','of':#m,'unwitnessed':false}", NULL);
    settle(&k, "hold", "m", 300);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_mandate_count(&k.state), 1);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "tick"), ACCEPTED);
    /* What only ends something is not held. */
    kit_motion(&k, "r", "{'kind':'mandate.revoke','what':{'mandate':#tick}}", 4);
    assert_int_equal(motion_state(&k, "r"), SHEAF_motion_state_adopted);
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':100,'memo':^}");
    kit_motion(&k, "s", "{'kind':'surplus.distribute','what':{'amount_cents':100}}", 4);
    kit_motion(&k, "t", "{'kind':'surplus.distribute','what':{'amount_cents':100}}", 4);
    assert_int_equal(motion_state(&k, "t"), SHEAF_motion_state_held);
    settle(&k, "hold", "s", 300);
    assert_int_equal(motion_state(&k, "s"), SHEAF_motion_state_adopted);
    settle(&k, "hold", "t", 60);
    assert_int_equal(motion_state(&k, "t"), SHEAF_motion_state_void);
    assert_int_equal(k.outcome.effect, R(surplus_short));
    kit_close(&k);
}

void test_suspended_in_the_hold(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("300", "10000"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    static const kit_row rows[] = {
        {"bob", "override.suspend", SUSPEND("ann"), R(nothing_automatic)},
        {"bob", "override.suspend", SUSPEND("model"), R(nothing_automatic)},
        {"bob", "override.suspend", "{'of':#m,'reason':^}", .label = "o"},
        {"bob", "override.suspend", SUSPEND("m"), R(approved_twice)},
        {"ann", "motion.open", OPEN(CONFIRM("o")), R(override_ended)},
        {"ann", "motion.open", OPEN(CONFIRM("m")), R(no_such_override)},
        {"cat", "override.suspend", SUSPEND("m"), .label = "second"},
        {"dan", "override.suspend", SUSPEND("m"), R(suspended_already)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_suspended);
    assert_int_equal(override(&k, "o")->overrode, SHEAF_KIND_mandate_grant);
    assert_int_equal(override(&k, "o")->suspended, kit_index(&k, "second"));
    k.now += 400000; /* the hold would be over */
    kit_want(&k, R(not_due), "hub", "clock.tick",
             "{'deadline':'hold','of':#m,'unwitnessed':false}", NULL);
    k.now = override(&k, "o")->lapses - k.step_ms;
    settle(&k, "override", "o", 0);
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_lapsed);
    /* It is held as at first, for others to suspend. */
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_held);
    kit_want(&k, R(signed_lapsed), "bob", "override.suspend", SUSPEND("m"), NULL);
    const int64_t due = sheaf_override_get(&k.state, kit_index(&k, "o"))->lapses + 300000;
    k.now = due - 1 - k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick",
             "{'deadline':'hold','of':#m,'unwitnessed':false}", NULL);
    k.now = due;
    settle(&k, "hold", "m", 0);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_mandate_count(&k.state), 1);
    /* The next one is confirmed, and never takes effect. */
    kit_motion(&k, "n", KIT_MANDATE, 4);
    kit_do(&k, "bob", "override.suspend", "p", SUSPEND("n"));
    kit_do(&k, "cat", "override.suspend", NULL, SUSPEND("n"));
    kit_motion(&k, "c", CONFIRM("p"), 4);
    assert_int_equal(motion_state(&k, "c"), SHEAF_motion_state_adopted);
    assert_int_equal(motion_state(&k, "n"), SHEAF_motion_state_overridden);
    assert_int_equal(override(&k, "p")->state, SHEAF_override_state_confirmed);
    assert_int_equal(override(&k, "p")->ended, kit_index(&k, "c.tick"));
    kit_want(&k, R(override_ended), "ann", "motion.open", OPEN(RESUME("p")), NULL);
    kit_want(&k, R(confirmed_already), "ann", "motion.open", OPEN(CONFIRM("p")), NULL);
    kit_want(&k, R(nothing_automatic), "bob", "override.suspend", SUSPEND("n"), NULL);
    k.now += 900000;
    assert_false(sheaf_fold_due(&k.state, k.now, &(sheaf_deadline){0}));
    /* A motion resumes a suspension, and what it kept back goes on once its hold is over. */
    kit_motion(&k, "q", KIT_MANDATE, 4);
    const int64_t over = sheaf_coop(&k.state)->stamp + 300000;
    kit_do(&k, "bob", "override.suspend", "s", SUSPEND("q"));
    kit_do(&k, "cat", "override.suspend", NULL, SUSPEND("q"));
    kit_motion(&k, "w", RESUME("s"), 4);
    assert_int_equal(override(&k, "s")->state, SHEAF_override_state_resumed);
    assert_int_equal(motion_state(&k, "q"), SHEAF_motion_state_held);
    kit_want(&k, R(suspended_before), "bob", "override.suspend", SUSPEND("q"), NULL);
    k.now = over - 1 - k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick", KIT_TICK("hold", "q"), NULL);
    k.now = over - k.step_ms;
    settle(&k, "hold", "q", 0);
    assert_int_equal(motion_state(&k, "q"), SHEAF_motion_state_adopted);
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "q"))->acted,
                     kit_index(&k, "tick"));
    assert_int_equal(sheaf_mandate_count(&k.state), 2);
    kit_want(&k, R(suspended_before), "bob", "override.suspend", SUSPEND("tick"), NULL);
    kit_close(&k);
}

/* Two who suspend the same first, to let it lapse, do not make void what all decide; nor do
 * they keep a motion from being opened. */
void test_motion_confirms_what_is_suspended(void **unused)
{
    (void)unused;
    for (int before = 0; before < 2; before++) {
        kit k;
        begin(&k, ARTICLE("300", "10000"));
        kit_motion(&k, "m", KIT_MANDATE, 4);
        if (!before)
            kit_do(&k, "cat", "motion.open", "stop", OPEN(STOP("m")));
        kit_do(&k, "ann", "override.suspend", "o", SUSPEND("m"));
        kit_do(&k, "bob", "override.suspend", NULL, SUSPEND("m"));
        if (before)
            kit_do(&k, "cat", "motion.open", "stop", OPEN(STOP("m")));
        kit_want(&k, R(stop_stands), "cat", "motion.withdraw", "{'motion':#stop}", NULL);
        static const char *const all[] = {"ann", "bob", "cat", "dan"};
        for (int i = 0; i < 4; i++)
            kit_do(&k, all[i], "ballot.cast", NULL, "{'choice':'yes','motion':#stop}");
        settle(&k, "motion", "stop", 0);
        assert_int_equal(motion_state(&k, "stop"), SHEAF_motion_state_adopted);
        assert_int_equal(override(&k, "o")->state, SHEAF_override_state_confirmed);
        assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_overridden);
        assert_int_equal(sheaf_override_count(&k.state), 1);
        k.now += 900000;
        assert_false(sheaf_fold_due(&k.state, k.now, &(sheaf_deadline){0}));
        kit_close(&k);
    }
    /* A mandate stays suspended until a motion resumes it, and a third is one too many. */
    kit k;
    begin(&k, ARTICLE("0", "10000"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    kit_do(&k, "ann", "override.suspend", "o", SUSPEND("m.tick"));
    kit_do(&k, "bob", "override.suspend", NULL, SUSPEND("m.tick"));
    kit_motion(&k, "stop", STOP("m.tick"), 4);
    assert_int_equal(motion_state(&k, "stop"), SHEAF_motion_state_adopted);
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_confirmed);
    kit_want(&k, R(suspended_already), "cat", "motion.open", OPEN(STOP("m.tick")), NULL);
    k.now += 900000;
    assert_false(sheaf_fold_due(&k.state, k.now, &(sheaf_deadline){0}));
    kit_motion(&k, "on", RESUME("o"), 4);
    assert_false(sheaf_suspended(&k.state, kit_index(&k, "m.tick")));
    kit_close(&k);
}

/* A mandate that was to be held for 300 seconds, and that ann and bob have suspended. */
static void begin_suspended(kit *k)
{
    begin(k, ARTICLE("300", "10000"));
    kit_motion(k, "m", KIT_MANDATE, 4);
    kit_do(k, "ann", "override.suspend", "o", SUSPEND("m"));
    kit_do(k, "bob", "override.suspend", NULL, SUSPEND("m"));
}

/* Whoever opened the motion that confirms a suspension does not take it away from those who
 * rely on it, at no time. */
void test_confirmation_is_not_withdrawn(void **unused)
{
    (void)unused;
    kit k;
    begin_suspended(&k);
    kit_do(&k, "dan", "motion.open", "c", OPEN(CONFIRM("o")));
    kit_want(&k, R(stop_stands), "dan", "motion.withdraw", "{'motion':#c}", NULL);
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#c}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#c}");
    kit_want(&k, R(stop_stands), "dan", "motion.withdraw", "{'motion':#c}", NULL);
    settle(&k, "motion", "c", 60);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_overridden);
    kit_close(&k);
}

/* Two suspend, so that the lapse carries the effect out before its hold is over: it does not,
 * even where nothing is held any more. */
void test_lapse_keeps_the_first_hold(void **unused)
{
    (void)unused;
    for (int amended = 0; amended < 2; amended++) {
        kit k;
        begin(&k, ARTICLE("3000", "10000"));
        kit_motion(&k, "m", KIT_MANDATE, 4);
        const int64_t over = sheaf_motion_get(&k.state, kit_index(&k, "m"))->held;
        kit_do(&k, "ann", "override.suspend", "o", SUSPEND("m"));
        kit_do(&k, "bob", "override.suspend", NULL, SUSPEND("m"));
        if (amended) {
            kit_rules rules = kit_rules_usual();
            rules.article[SHEAF_ARTICLE_override] = ARTICLE("0", "10000");
            kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
        }
        k.now = override(&k, "o")->lapses;
        settle(&k, "override", "o", 0);
        assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_held);
        const int64_t due = amended ? over : sheaf_coop(&k.state)->stamp + 3000000;
        k.now = due - 1 - k.step_ms;
        kit_want(&k, R(not_due), "hub", "clock.tick",
                 "{'deadline':'hold','of':#m,'unwitnessed':false}", NULL);
        k.now = due - k.step_ms;
        settle(&k, "hold", "m", 0);
        assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
        kit_close(&k);
    }
}

/* Two who suspend what they want to go on, and let it lapse, use up nobody's right but theirs:
 * neither while it is held again nor on what it became. */
void test_lapse_uses_up_its_signers(void **unused)
{
    (void)unused;
    kit k;
    begin_suspended(&k);
    settle(&k, "override", "o", 600);
    const uint32_t m = kit_index(&k, "m");
    assert_true(sheaf_may_suspend(&k.state, m, kit_index(&k, "cat")));
    assert_true(sheaf_may_suspend(&k.state, m, SHEAF_NONE));
    assert_false(sheaf_may_suspend(&k.state, m, kit_index(&k, "bob")));
    kit_do(&k, "cat", "override.suspend", "alone", SUSPEND("m"));
    kit_want(&k, R(signed_lapsed), "ann", "override.suspend", SUSPEND("m"), NULL);
    kit_do(&k, "dan", "override.suspend", NULL, SUSPEND("m"));
    assert_int_equal(override(&k, "alone")->state, SHEAF_override_state_suspended);
    assert_false(sheaf_may_suspend(&k.state, m, SHEAF_NONE));
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_held);
    settle(&k, "override", "alone", 600);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_held);
    static const char *const all[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++)
        kit_want(&k, R(signed_lapsed), all[i], "override.suspend", SUSPEND("m"), NULL);
    settle(&k, "hold", "m", 300);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
    for (int i = 0; i < 4; i++)
        kit_want(&k, R(signed_lapsed), all[i], "override.suspend", SUSPEND("tick"), NULL);
    assert_false(sheaf_may_suspend(&k.state, m, SHEAF_NONE));
    assert_true(sheaf_may_suspend(&k.state, kit_index(&k, "tick"), SHEAF_NONE));
    kit_motion(&k, "stop", STOP("tick"), 4);
    assert_true(sheaf_suspended(&k.state, kit_index(&k, "tick")));
    kit_motion(&k, "on", RESUME("stop.tick"), 4);
    assert_false(sheaf_may_suspend(&k.state, kit_index(&k, "tick"), SHEAF_NONE));
    kit_close(&k);
}

/* Of a mandate that was suspended in its hold, those who did not sign suspend the mandate. */
void test_mandate_after_a_lapse(void **unused)
{
    (void)unused;
    kit k;
    begin_suspended(&k);
    settle(&k, "override", "o", 600);
    settle(&k, "hold", "m", 300);
    kit_want(&k, R(signed_lapsed), "bob", "override.suspend", SUSPEND("tick"), NULL);
    kit_do(&k, "cat", "override.suspend", "p", SUSPEND("tick"));
    kit_do(&k, "dan", "override.suspend", NULL, SUSPEND("tick"));
    assert_true(sheaf_suspended(&k.state, kit_index(&k, "tick")));
    kit_close(&k);
}

/* One signature on what has taken effect meanwhile is none on the mandate that it made. */
void test_asked_until_it_took_effect(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("300", "10000"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    const int64_t held = sheaf_motion_get(&k.state, kit_index(&k, "m"))->held;
    kit_do(&k, "ann", "override.suspend", "o", SUSPEND("m"));
    assert_true(held < override(&k, "o")->lapses);
    assert_int_equal(sheaf_override_signed_until(&k.state, override(&k, "o")), held);
    settle(&k, "hold", "m", 300);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_unsupported);
    kit_do(&k, "bob", "override.suspend", "p", SUSPEND("tick"));
    assert_false(sheaf_suspended(&k.state, kit_index(&k, "tick")));
    assert_int_equal(sheaf_override_signed_until(&k.state, override(&k, "p")),
                     override(&k, "p")->lapses);
    kit_do(&k, "ann", "override.suspend", NULL, SUSPEND("tick"));
    assert_true(sheaf_suspended(&k.state, kit_index(&k, "tick")));
    assert_int_equal(override(&k, "p")->of, kit_index(&k, "tick"));
    kit_close(&k);
}

/* The bylaws may hold nothing any more when it lapses. */
void test_lapse_without_a_hold(void **unused)
{
    (void)unused;
    kit k;
    begin_suspended(&k);
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_override] = ARTICLE("0", "10000");
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_held);
    k.now = override(&k, "o")->lapses;
    settle(&k, "override", "o", 0);
    assert_int_equal(motion_state(&k, "m"), SHEAF_motion_state_adopted);
    kit_want(&k, R(signed_lapsed), "bob", "override.suspend", SUSPEND("tick"), NULL);
    kit_close(&k);
}

void test_suspended_mandates(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("0", "10000"));
    kit_do(&k, "eve", "member.apply", "eve",
           "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}");
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    kit_motion(&k, "m", KIT_MANDATE, 4);
    static const kit_row alone[] = {
        {"eve", "override.suspend", SUSPEND("m.tick"), R(no_vote)},
        {"bob", "override.suspend", SUSPEND("m"), R(nothing_automatic)}, /* it has acted */
        {"bob", "override.suspend", SUSPEND("m.tick"), .label = "alone"},
    };
    KIT_ROWS(&k, alone);
    assert_false(sheaf_suspended(&k.state, kit_index(&k, "m.tick")));
    settle(&k, "override", "alone", 600);
    assert_int_equal(override(&k, "alone")->state, SHEAF_override_state_unsupported);
    /* One voice that stayed alone takes nothing from the others. */
    kit_do(&k, "cat", "override.suspend", "o", SUSPEND("m.tick"));
    kit_do(&k, "bob", "override.suspend", NULL, SUSPEND("m.tick"));
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(mandate_suspended));
    settle(&k, "override", "o", 600);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), ACCEPTED);
    kit_do(&k, "hub", "round.abort", NULL, "{'reason':'restart','round':#r}");
    kit_want(&k, R(signed_lapsed), "bob", "override.suspend", SUSPEND("m.tick"), NULL);
    kit_do(&k, "dan", "override.suspend", "alone", SUSPEND("m.tick"));
    settle(&k, "override", "alone", 600);
    /* Nor anybody after a motion has resumed what they suspended. */
    kit_motion(&k, "n", KIT_MANDATE, 4);
    kit_do(&k, "cat", "override.suspend", "p", SUSPEND("n.tick"));
    kit_do(&k, "bob", "override.suspend", NULL, SUSPEND("n.tick"));
    kit_motion(&k, "go", RESUME("p"), 4);
    kit_want(&k, R(suspended_before), "cat", "override.suspend", SUSPEND("n.tick"), NULL);
    kit_motion(&k, "stop", STOP("m.tick"), 4);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), R(mandate_suspended));
    assert_int_equal(override(&k, "stop.tick")->state, SHEAF_override_state_confirmed);
    assert_int_equal(override(&k, "stop.tick")->signatures, 0);
    kit_motion(&k, "on", RESUME("stop.tick"), 4);
    assert_int_equal(kit_round_open(&k, "r", "statistics", 0, "m.tick"), ACCEPTED);
    kit_want(&k, R(override_ended), "ann", "motion.open", OPEN(RESUME("stop.tick")), NULL);
    assert_int_equal(sheaf_override_count(&k.state), 5);
    kit_close(&k);
}

/* What too few have signed for comes to nothing once a motion suspends the same: nobody could
 * sign it any more. */
void test_asked_before_a_motion(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("0", "10000"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    kit_do(&k, "bob", "override.suspend", "o", SUSPEND("m.tick"));
    kit_motion(&k, "stop", STOP("m.tick"), 4);
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_unsupported);
    assert_int_equal(override(&k, "o")->ended, kit_index(&k, "stop.tick"));
    assert_false(sheaf_fold_due(&k.state, k.now + 600000, &(sheaf_deadline){0}));
    assert_true(sheaf_suspended(&k.state, kit_index(&k, "m.tick")));
    kit_motion(&k, "on", RESUME("stop.tick"), 4);
    /* Nor does anybody once the members have let it go on. */
    kit_want(&k, R(suspended_before), "cat", "override.suspend", SUSPEND("m.tick"), NULL);
    kit_motion(&k, "again", STOP("m.tick"), 4);
    assert_true(sheaf_suspended(&k.state, kit_index(&k, "m.tick")));
    assert_int_equal(override(&k, "o")->signatures, 1);
    kit_close(&k);
}

/* A share may be fewer than the number that article 15 names, but for one alone while at least
 * two others have a vote. */
void test_signatures_needed(void **unused)
{
    (void)unused;
    static const struct {
        const char *article;
        uint32_t needed; /* of four */
    } rows[] = {
        {NINE("1"), 2},    {NINE("2500"), 2},  {NINE("5001"), 3},         {NINE("7500"), 3},
        {NINE("7501"), 4}, {NINE("10000"), 4}, {ARTICLE("0", "10000"), 2}};
    static const char *const leave[] = {"dan", "cat", "bob"};
    kit k;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(&k, rows[i].article);
        assert_int_equal(sheaf_override_needed(&k.state, SHEAF_NONE), rows[i].needed);
        kit_close(&k);
    }
    begin(&k, ARTICLE("300", "1"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    kit_do(&k, "bob", "override.suspend", "o", SUSPEND("m"));
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_asked);
    kit_do(&k, "cat", "override.suspend", NULL, SUSPEND("m"));
    assert_int_equal(override(&k, "o")->state, SHEAF_override_state_suspended);
    /* Of four, three, two and one with a vote. */
    for (size_t i = 0; i < sizeof leave / sizeof *leave; i++) {
        assert_int_equal(sheaf_override_needed(&k.state, SHEAF_NONE), i < 2 ? 2 : 1);
        kit_do(&k, leave[i], "member.leave", NULL, "{}");
    }
    assert_int_equal(sheaf_override_needed(&k.state, SHEAF_NONE), 1);
    kit_close(&k);
}

/* Article 15 of the statutes names these in each language (data/statutes): whoever holds
 * another effect changes its words. */
void test_which_effects_are_held(void **unused)
{
    (void)unused;
    static const char *const held[] = {
        "budget.adopt",  "coop.dissolve",   "coop.split",      "data.license",
        "mandate.grant", "member.exclude",  "model.hand_over", "model.release",
        "model.retire",  "payment.approve", "share.strike",    "surplus.distribute"};
    size_t found = 0;
    for (sheaf_kind kind = 1; kind < SHEAF_KIND_COUNT; kind++) {
        bool listed = false;
        for (size_t i = 0; i < sizeof held / sizeof *held; i++)
            listed = listed || strcmp(held[i], sheaf_kind_shape(kind)->name) == 0;
        if (sheaf_effect_held(kind) != listed)
            fail_msg("%s", sheaf_kind_shape(kind)->name);
        found += listed;
        bool effect = sheaf_kind_shape(kind)->actor == SHEAF_ACTOR_COOP;
        if (effect != (sheaf_effect_article(kind) != SHEAF_ARTICLE_NONE))
            fail_msg("%s rests on no article", sheaf_kind_shape(kind)->name);
    }
    assert_int_equal(found, sizeof held / sizeof *held);
}

static void whole_round(kit *k, const char *label, const char *task, char from, char to)
{
    assert_int_equal(kit_round_open(k, label, task, from, "tick"), ACCEPTED);
    assert_int_equal(kit_round_close(k, label, task, to), ACCEPTED);
    assert_int_equal(kit_attest(k, "ann.node", label, to), ACCEPTED);
    assert_int_equal(kit_attest(k, "bob.node", label, to), ACCEPTED);
}

/* A release is of a model that there was before: the members have let that go on. */
void test_release_let_go_on(void **unused)
{
    (void)unused;
    kit k;
    begin(&k, ARTICLE("300", "10000"));
    kit_motion(&k, "m", KIT_MANDATE, 4);
    settle(&k, "hold", "m", 300);
    whole_round(&k, "r1", "statistics", 0, 'a');
    whole_round(&k, "r2", "train", 'a', 'b');
    whole_round(&k, "e", "evaluate", 'b', 'e');
    kit_do(&k, "hub", "model.evaluate", NULL,
           "{'figures':{'accuracy_millionths':790000,'auc_millionths':860000,"
           "'log_loss_millionths':450000,'records':230},'round':#e}");
    kit_motion(&k, "rel",
               "{'kind':'model.release','what':{'licence':'CC-BY-4.0','model':#model,"
               "'price_cents':0,'round':#r2}}",
               4);
    kit_do(&k, "bob", "override.suspend", "s", SUSPEND("rel"));
    kit_do(&k, "cat", "override.suspend", NULL, SUSPEND("rel"));
    kit_motion(&k, "on", RESUME("s"), 4);
    settle(&k, "hold", "rel", 300);
    assert_int_equal(motion_state(&k, "rel"), SHEAF_motion_state_adopted);
    kit_want(&k, R(suspended_before), "bob", "override.suspend", SUSPEND("model"), NULL);
    kit_motion(&k, "stop", STOP("model"), 4);
    assert_true(sheaf_suspended(&k.state, kit_index(&k, "model")));
    kit_close(&k);
}
