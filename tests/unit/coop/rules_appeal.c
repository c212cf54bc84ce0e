/* Who was declined, or not decided on: applying anew, and the appeal to the members. */
#include "test.h"

#define APPLY(name, place)                                                                     \
    "{'class':" place ",'kind':'person','name':^,'public_key':@" name ",'web':false}"
#define OF(name)     "{'member':#" name "}"
#define ACCEPT(name) "{'kind':'member.accept','what':{'member':#" name "}}"
#define AS(name, digits)                                                                       \
    "{'class':0,'holder':" digits ",'kind':'person','name':^,'public_key':@" name              \
    ",'web':false}"
#define APPEAL_MS (INT64_C(730) * 86400 * 1000)

static uint8_t standing(kit *k, const char *who)
{
    return sheaf_member_get(&k->state, kit_index(k, who))->state;
}

/* Who is declined, or not decided on in time, applies anew as the same person; whose
 * application waits, or who is a member, is copied by nobody. */
void test_declined_holder(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"eve", "member.apply", AS("eve", "~e"), .label = "eve"},
        {"fay", "member.apply", AS("fay", "~f"), .label = "fay"},
        {"gus", "member.apply", AS("gus", "~e"), R(holder_of_another)},
        {"ann", "member.decline", OF("eve")},
        {"bob", "member.decline", OF("eve")},
        {"cat", "member.decline", OF("eve")},
        {"gus", "member.apply", AS("gus", "~e"), R(holder_of_another)}, /* dan may admit eve */
        {"dan", "member.decline", OF("eve")},
        {"e2", "member.apply", AS("e2", "~e"), .label = "e2"},
        {"gus", "member.apply", AS("gus", "~e"), R(holder_of_another)},
        {"ann", "member.admit", OF("e2")},
        {"gus", "member.apply", AS("gus", "~e"), R(holder_of_another)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_key_get(&k.state, kit_index(&k, "e2"))->human,
                     sheaf_key_get(&k.state, kit_index(&k, "eve"))->human);
    k.step_ms = 0;
    k.now = sheaf_member_get(&k.state, kit_index(&k, "fay"))->applied + 86400000;
    kit_want(&k, R(holder_of_another), "f2", "member.apply", AS("f2", "~f"), NULL);
    k.now++;
    kit_want(&k, ACCEPTED, "f2", "member.apply", AS("f2", "~f"), "f2");
    kit_want(&k, R(application_lapsed), "ann", "member.admit", OF("fay"), NULL);
    kit_do(&k, "ann", "member.admit", NULL, OF("f2"));
    kit_close(&k);
}

/* Whom members declined all members admit all the same, until the last moment; the motion that
 * is adopted too late is void. Whoever applied anew meanwhile is one member, not two. */
void test_appeal(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    static const kit_row rows[] = {
        {"eve", "member.apply", AS("eve", "~e"), .label = "eve"},
        {"fay", "member.apply", APPLY("fay", "0"), .label = "fay"},
        {"ann", "member.decline", OF("eve")},
        {"bob", "member.decline", OF("eve")},
        {"cat", "member.decline", OF("eve")},
        {"dan", "member.decline", OF("eve")},
        /* Anybody can copy what a declined application named: it keeps eve from nothing. */
        {"gus", "member.apply", AS("gus", "~e"), .label = "gus"},
        {"ann", "member.admit", OF("eve"), R(application_declined)},
    };
    KIT_ROWS(&k, rows);
    uint32_t eve = kit_index(&k, "eve"), human = sheaf_key_get(&k.state, eve)->human;
    assert_int_equal(sheaf_human_at(&k.state, human - 1)->member, kit_index(&k, "gus"));
    uint32_t members = sheaf_coop(&k.state)->members;
    kit_motion(&k, "appeal", ACCEPT("eve"), 3);
    assert_int_equal(sheaf_coop(&k.state)->members, members + 1);
    assert_int_equal(standing(&k, "eve"), SHEAF_member_state_active);
    assert_int_equal(sheaf_human_at(&k.state, human - 1)->member, eve);
    kit_want(&k, R(already_member), "ann", "motion.open",
             "{'effect':" ACCEPT("eve") ",'title':^}", NULL);
    kit_want(&k, R(admitted_otherwise), "ann", "motion.open",
             "{'effect':" ACCEPT("gus") ",'title':^}", NULL);
    kit_want(&k, R(admitted_otherwise), "ann", "member.admit", OF("gus"), NULL);
    assert_int_equal(standing(&k, "gus"), SHEAF_member_state_applied);
    /* Not decided on in time, and then admitted at the last moment. */
    k.now += 120000;
    kit_do(&k, "hal", "member.apply", "hal", APPLY("hal", "0"));
    k.step_ms = 0;
    k.now = sheaf_member_get(&k.state, kit_index(&k, "fay"))->applied + APPEAL_MS - 60000;
    kit_want(&k, R(application_lapsed), "ann", "member.admit", OF("fay"), NULL);
    kit_motion(&k, "last", ACCEPT("fay"), 4);
    assert_int_equal(standing(&k, "fay"), SHEAF_member_state_active);
    k.now = sheaf_member_get(&k.state, kit_index(&k, "hal"))->applied + APPEAL_MS - 59999;
    kit_motion(&k, "late", ACCEPT("hal"), 5);
    assert_int_equal(standing(&k, "hal"), SHEAF_member_state_applied);
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "late"))->refusal,
                     R(application_lapsed));
    kit_counts(&k);
    kit_close(&k);
}
