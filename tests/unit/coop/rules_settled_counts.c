/* Who counts among the settled, and once: members who were excluded or overruled, before a
 * protected decision and while it is open, and the voices on a recovery of keys. */
#include "settled_world.h"

static kit_rules recovery_rules(const char *majority)
{
    kit_rules rules = rules_of(SETTLED_S);
    rules.recovery = "'recovery':{'confirmations':2,'panel_s':7200,'wait_s':86400},";
    rules.protected.majority = majority;
    rules.protected.open_s = 86400;
    return rules;
}

static const struct sheaf_row_recovery *recovery(kit *k, const char *label)
{
    return sheaf_recovery_get(&k->state, kit_index(k, label));
}

/* Of `member`, whose own key objects to what ann and bob confirm. */
static void dispute(kit *k, const char *label, const char *member)
{
    kit_do(k, label, "recovery.open", label, "{'member':#%s,'public_key':@%s,'web':false}",
           member, label);
    kit_do(k, "ann", "recovery.confirm", NULL, "{'recovery':#%s}", label);
    kit_do(k, "bob", "recovery.confirm", NULL, "{'recovery':#%s}", label);
    kit_do(k, member, "recovery.object", NULL, "{'recovery':#%s}", label);
}

static void judge(kit *k, const char *who, const char *label, bool uphold)
{
    kit_do(k, who, "recovery.judge", NULL, "{'recovery':#%s,'uphold':%s}", label,
           uphold ? "true" : "false");
}

static uint8_t end(kit *k, const char *label)
{
    if (recovery(k, label)->state == SHEAF_recovery_state_objected)
        tick(k, "recovery_panel", label, recovery(k, label)->until);
    return recovery(k, label)->state;
}

/* Ann, bob, cat and dan give eve's keys to another, whom her own objects to. */
static void overrule_eve(kit *k)
{
    dispute(k, "new", "eve");
    judge(k, "cat", "new", true);
    judge(k, "dan", "new", true);
    assert_int_equal(end(k, "new"), SHEAF_recovery_state_done);
    assert_int_equal(sheaf_overruled_count(&k->state), 1);
}

/* ---- on a motion ---- */

/* A membership that was overruled counts as against it once, whatever it votes, and whether it
 * is excluded before the motion is opened, while it is open, or not. */
void test_settled_overruled_excluded(void **unused)
{
    (void)unused;
    static const struct {
        const char *choice; /* of eve's membership */
        bool before, during;
    } rows[] = {
        {"yes", false, false}, {"yes", false, true},      {"no", false, false},
        {"no", false, true},   {"abstain", false, false}, {"abstain", false, true},
        {NULL, false, false},  {NULL, false, true},       {NULL, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kit k;
        kit_rules rules = recovery_rules("nine_tenths");
        found(&k, &rules, 5);
        overrule_eve(&k);
        if (rows[i].before)
            exclude(&k, "eve", "yyyy");
        amend(&k, "m", &rules);
        votes(&k, "m", "yyyy");
        if (rows[i].choice)
            kit_do(&k, "new", "ballot.cast", NULL, "{'choice':'%s','motion':#m}",
                   rows[i].choice);
        if (rows[i].during)
            exclude(&k, "eve", "yyyy");
        bool no = rows[i].choice && strcmp(rows[i].choice, "no") == 0;
        sheaf_settled_standing s = settled(&k, "m");
        assert_int_equal(s.yes, 4);
        assert_int_equal(s.no, no);
        assert_int_equal(s.abstain, 0);
        assert_int_equal(s.overruled, !no);
        assert_int_equal(s.removed, 0);
        assert_false(s.carried);
        assert_int_equal(finish(&k, "m"), SHEAF_motion_state_rejected);
        kit_close(&k);
    }
}
