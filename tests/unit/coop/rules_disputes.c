/* Conflict resolution. */
#include "processes_world.h"

static const struct sheaf_row_dispute *dispute(const kit *k, const char *label)
{
    return sheaf_dispute_find(&k->state, kit_index((kit *)k, label));
}

void test_disputes(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "dispute.open", "{'with':#ann}", R(no_such_party)},
        {"ann", "dispute.open", "{'with':4000}", R(no_such_party)},
        {"ann", "dispute.open", "{'with':#bob}", .label = "d"},
        {"cat", "dispute.open", "{'with':#bob}", .label = "e"},
        {"dan", "dispute.open", "{'with':#bob}", R(disputes_open_max)},
        {"ann", "dispute.settle", "{'dispute':4000}", R(no_such_dispute)},
        {"cat", "dispute.settle", "{'dispute':#d}", R(not_a_party)},
        {"cat", "dispute.settle", "{'dispute':#e}"},
        {"cat", "dispute.settle", "{'dispute':#e}"}, /* says it again, and is one still */
        {"bob", "dispute.settle", "{'dispute':#e}"},
        {"bob", "dispute.settle", "{'dispute':#e}", R(dispute_step)},
        /* The order is kept. */
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}", R(dispute_step)},
        {"cat", "dispute.accept", "{'dispute':#d}", R(dispute_step)},
        {"cat", "dispute.decide", "{'dispute':#d}", R(dispute_step)},
        {"ann", "dispute.advance", "{'dispute':#d}"},
        {"bob", "dispute.advance", "{'dispute':#d}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#bob}", R(party_mediates)},
        {"ann", "dispute.name", "{'dispute':#d,'member':#ann}", R(party_mediates)},
        {"ann", "dispute.name", "{'dispute':#d,'member':4000}", R(no_such_colleague)},
        {"ann", "dispute.advance", "{'dispute':#d}", R(dispute_step)}, /* none is left out */
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"cat", "dispute.accept", "{'dispute':#d}", R(not_the_mediator)},
        {"bob", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"dan", "dispute.accept", "{'dispute':#d}", R(not_the_mediator)},
        {"cat", "dispute.accept", "{'dispute':#d}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#dan}", R(dispute_step)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(dispute(&k, "e")->state, SHEAF_dispute_state_settled);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_mediation);
    step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
    kit_do(&k, "eve", "member.apply", "eve", KIT_PERSON("eve"));
    kit_do(&k, "ann", "member.admit", NULL, "{'member':#eve}");
    static const kit_row panel[] = {
        {"ann", "dispute.advance", "{'dispute':#d}", R(dispute_step)},
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}", R(party_mediates)},
        {"ann", "dispute.name", "{'dispute':#d,'member':#dan}"},
        {"dan", "dispute.decide", "{'dispute':#d}", R(not_on_the_panel)},
        {"bob", "dispute.name", "{'dispute':#d,'member':#dan}", R(no_such_colleague)},
        {"bob", "dispute.name", "{'dispute':#d,'member':#eve}"},
        {"cat", "dispute.decide", "{'dispute':#d}", R(not_on_the_panel)},
        {"dan", "dispute.decide", "{'dispute':#d}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#eve}", R(dispute_step)},
        {"eve", "dispute.decide", "{'dispute':#d}"},
        {"eve", "dispute.decide", "{'dispute':#d}", R(dispute_step)},
    };
    KIT_ROWS(&k, panel);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_decided);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->disputes, 0);
    kit_close(&k);
}

/* Where nobody says anything the clock ends it, and no panel sits. */
void test_disputes_in_time(void **unused)
{
    (void)unused;
    static const uint8_t states[] = {SHEAF_dispute_state_naming, SHEAF_dispute_state_offered,
                                     SHEAF_dispute_state_unmediated};
    kit k;
    found(&k);
    kit_do(&k, "ann", "dispute.open", "d", "{'with':#bob}");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
        assert_int_equal(dispute(&k, "d")->state, states[i]);
    }
    kit_want(&k, R(dispute_step), "ann", "dispute.settle", "{'dispute':#d}", NULL);
    assert_int_equal(sheaf_pending_at(&k.state, 0)->disputes, 0);
    kit_close(&k);
}

/* One party alone neither leaves mediation out nor keeps the other from it. */
void test_disputes_one_sided(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    kit_do(&k, "ann", "dispute.open", "d", "{'with':#bob}");
    step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
    kit_do(&k, "ann", "dispute.name", NULL, "{'dispute':#d,'member':#cat}");
    k.now = dispute(&k, "d")->closes - 2; /* an act takes one */
    kit_want(&k, R(not_the_mediator), "cat", "dispute.accept", "{'dispute':#d}", NULL);
    step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_offered);
    static const kit_row rows[] = {
        {"ann", "dispute.advance", "{'dispute':#d}", R(dispute_step)},
        {"bob", "dispute.advance", "{'dispute':#d}", R(dispute_step)},
        {"dan", "dispute.accept", "{'dispute':#d}", R(not_the_mediator)},
        {"ann", "dispute.name", "{'dispute':#d,'member':#bob}", R(party_mediates)},
        {"ann", "dispute.name", "{'dispute':#d,'member':#dan}"},
        {"cat", "dispute.accept", "{'dispute':#d}", R(not_the_mediator)},
        {"dan", "dispute.accept", "{'dispute':#d}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_mediation);
    assert_int_equal(dispute(&k, "d")->mediator, kit_index(&k, "dan"));
    static const uint8_t states[] = {SHEAF_dispute_state_panel, SHEAF_dispute_state_unresolved};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
        assert_int_equal(dispute(&k, "d")->state, states[i]);
    }
    kit_close(&k);
}

/* There is eve as well, and ann and bob look for somebody who mediates. */
static void found_at_odds(kit *k)
{
    found(k);
    static const kit_row rows[] = {
        {"eve", "member.apply", KIT_PERSON("eve"), .label = "eve"},
        {"ann", "member.admit", "{'member':#eve}"},
        {"ann", "dispute.open", "{'with':#bob}", .label = "d"},
        {"ann", "dispute.advance", "{'dispute':#d}"},
        {"bob", "dispute.advance", "{'dispute':#d}"},
    };
    KIT_ROWS(k, rows);
}

/* Nor does a party keep a panel from deciding by naming nobody; silence ends it all the same.
 */
void test_disputes_panel_of_one(void **unused)
{
    (void)unused;
    for (int decided = 0; decided < 2; decided++) {
        kit k;
        found_at_odds(&k);
        static const kit_row rows[] = {
            {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
            {"bob", "dispute.name", "{'dispute':#d,'member':#cat}"},
            {"cat", "dispute.accept", "{'dispute':#d}"},
            {"ann", "dispute.advance", "{'dispute':#d}"},
            {"bob", "dispute.advance", "{'dispute':#d}"},
            {"ann", "dispute.name", "{'dispute':#d,'member':#dan}"},
            {"dan", "dispute.decide", "{'dispute':#d}", R(not_on_the_panel)},
        };
        KIT_ROWS(&k, rows);
        step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
        assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_panel);
        static const kit_row late[] = {
            {"bob", "dispute.name", "{'dispute':#d,'member':#eve}", R(dispute_step)},
            {"cat", "dispute.decide", "{'dispute':#d}", R(not_on_the_panel)},
            {"ann", "dispute.name", "{'dispute':#d,'member':#eve}"},
            {"dan", "dispute.decide", "{'dispute':#d}", R(not_on_the_panel)},
        };
        KIT_ROWS(&k, late);
        if (decided)
            kit_do(&k, "eve", "dispute.decide", NULL, "{'dispute':#d}");
        else
            step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
        assert_int_equal(dispute(&k, "d")->state, decided ? SHEAF_dispute_state_decided
                                                          : SHEAF_dispute_state_unresolved);
        assert_int_equal(sheaf_pending_at(&k.state, 0)->disputes, 0);
        kit_close(&k);
    }
}

/* Nor by naming somebody who never decides, where the other's has: it names another, who
 * decides or does not, or nobody, and the case is decided all the same. */
void test_disputes_panel_of_one_who_waits(void **unused)
{
    (void)unused;
    for (int way = 0; way < 3; way++) {
        kit k;
        found_at_odds(&k);
        kit_do(&k, "fay", "member.apply", "fay", KIT_PERSON("fay"));
        kit_do(&k, "ann", "member.admit", NULL, "{'member':#fay}");
        static const kit_row rows[] = {
            {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
            {"bob", "dispute.name", "{'dispute':#d,'member':#cat}"},
            {"cat", "dispute.accept", "{'dispute':#d}"},
            {"ann", "dispute.advance", "{'dispute':#d}"},
            {"bob", "dispute.advance", "{'dispute':#d}"},
            {"ann", "dispute.name", "{'dispute':#d,'member':#dan}"},
            {"bob", "dispute.name", "{'dispute':#d,'member':#eve}"},
            {"eve", "dispute.decide", "{'dispute':#d}"},
        };
        KIT_ROWS(&k, rows);
        step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
        assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_panel);
        static const kit_row late[] = {
            {"dan", "dispute.decide", "{'dispute':#d}", R(not_on_the_panel)},
            {"eve", "dispute.decide", "{'dispute':#d}", R(approved_twice)},
            {"bob", "dispute.name", "{'dispute':#d,'member':#fay}", R(dispute_step)},
            {"ann", "dispute.name", "{'dispute':#d,'member':#eve}", R(no_such_colleague)},
            {"ann", "dispute.name", "{'dispute':#d,'member':#cat}", R(party_mediates)},
        };
        KIT_ROWS(&k, late);
        if (way) {
            kit_do(&k, "ann", "dispute.name", NULL, "{'dispute':#d,'member':#fay}");
            kit_want(&k, R(dispute_step), "ann", "dispute.name", "{'dispute':#d,'member':#dan}",
                     NULL);
        }
        if (way == 1)
            kit_do(&k, "fay", "dispute.decide", NULL, "{'dispute':#d}");
        else
            step(&k, "dispute_step", "d", dispute(&k, "d")->closes);
        assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_decided);
        assert_int_equal(sheaf_pending_at(&k.state, 0)->disputes, 0);
        kit_close(&k);
    }
}

/* Whoever acts for a party or a subject does not help or hear in another membership, and the
 * panel is two people. */
void test_disputes_of_humans(void **unused)
{
    (void)unused;
    kit k;
    found_at_odds(&k);
#define HELD(name, digits) KIT_HELD(name, digits, "false", "false", "true", "")
    static const kit_row rows[] = {
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#cat}"},
        {"cat", "key.admit", HELD("c1", "~a"), .label = "c1"},
        {"cat", "key.admit", HELD("c2", "~c"), .label = "c2"},
        {"cat", "holder.allow", "{'holder':~c,'member':#dan}"},
        {"dan", "key.admit", HELD("d1", "~c"), .label = "d1"},
        {"dan", "key.admit", HELD("d2", "~d"), .label = "d2"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"c1", "dispute.accept", "{'dispute':#d}", R(party_mediates)},
        {"ann", "dispute.name", "{'dispute':#d,'member':#eve}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#eve}"},
        {"eve", "dispute.accept", "{'dispute':#d}"},
        {"ann", "dispute.advance", "{'dispute':#d}"},
        {"bob", "dispute.advance", "{'dispute':#d}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#dan}"},
        {"c1", "dispute.decide", "{'dispute':#d}", R(party_mediates)},
        {"c2", "dispute.decide", "{'dispute':#d}"},
        {"cat", "dispute.decide", "{'dispute':#d}", R(party_mediates)}, /* it may be c1's */
        {"c2", "dispute.decide", "{'dispute':#d}", R(approved_twice)},
        {"d1", "dispute.decide", "{'dispute':#d}", R(human_twice)},
        {"dan", "dispute.decide", "{'dispute':#d}", R(human_unnamed)},
        {"d2", "dispute.decide", "{'dispute':#d}"},
        {"bob", "accountability.open", "{'subject':#ann,'text':^,'title':^}", .label = "a"},
        {"ann", "accountability.answer", "{'process':#a,'text':^}"},
        {"c1", "accountability.hear", "{'process':#a,'text':^}", R(by_its_subject)},
        {"cat", "accountability.hear", "{'process':#a,'text':^}", R(by_its_subject)},
        {"c2", "accountability.hear", "{'process':#a,'text':^}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_decided);
    kit_close(&k);
}

/* Who mediated does not decide, in another membership either. */
void test_disputes_mediator_sits(void **unused)
{
    (void)unused;
    kit k;
    found_at_odds(&k);
    static const kit_row rows[] = {
        {"cat", "key.admit", HELD("c2", "~c"), .label = "c2"},
        {"cat", "holder.allow", "{'holder':~c,'member':#dan}"},
        {"dan", "key.admit", HELD("d1", "~c"), .label = "d1"},
        {"dan", "key.admit", HELD("d2", "~d"), .label = "d2"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"c2", "dispute.accept", "{'dispute':#d}"},
        {"ann", "dispute.advance", "{'dispute':#d}"},
        {"bob", "dispute.advance", "{'dispute':#d}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#dan}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#eve}"},
        {"d1", "dispute.decide", "{'dispute':#d}", R(party_mediates)},
        {"dan", "dispute.decide", "{'dispute':#d}", R(party_mediates)}, /* it may be c2's */
        {"d2", "dispute.decide", "{'dispute':#d}"},
        {"eve", "dispute.decide", "{'dispute':#d}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_decided);
    kit_close(&k);
}

/* Once one has decided, who is no member any more is replaced, and nobody else is. */
void test_disputes_panel_leaves(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
#define APPLY(name)                                                                            \
    {name, "member.apply", KIT_PERSON(name), .label = name},                                   \
    {                                                                                          \
        "ann", "member.admit", "{'member':#" name "}"                                          \
    }
    static const kit_row rows[] = {
        APPLY("eve"),
        APPLY("fay"),
        {"ann", "dispute.open", "{'with':#bob}", .label = "d"},
        {"ann", "dispute.advance", "{'dispute':#d}"},
        {"bob", "dispute.advance", "{'dispute':#d}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#cat}"},
        {"cat", "dispute.accept", "{'dispute':#d}"},
        {"ann", "dispute.advance", "{'dispute':#d}"},
        {"bob", "dispute.advance", "{'dispute':#d}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#dan}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#eve}"},
        {"dan", "dispute.decide", "{'dispute':#d}"},
        {"bob", "dispute.name", "{'dispute':#d,'member':#fay}", R(dispute_step)},
        {"dan", "member.leave", "{}"},
        {"eve", "member.leave", "{}"},
        {"ann", "dispute.name", "{'dispute':#d,'member':#fay}", R(dispute_step)},
        {"bob", "dispute.name", "{'dispute':#d,'member':#fay}"},
        {"fay", "dispute.decide", "{'dispute':#d}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_decided);
    kit_close(&k);
}

/* A party that is no member any more keeps no case open: the other says that it is resolved. */
void test_disputes_party_leaves(void **unused)
{
    (void)unused;
    kit k;
    found(&k);
    static const kit_row rows[] = {
        {"ann", "dispute.open", "{'with':#bob}", .label = "d"},
        {"cat", "dispute.open", "{'with':#bob}", .label = "e"},
        {"ann", "dispute.settle", "{'dispute':#d}"},
        {"bob", "member.leave", "{}"},
        {"dan", "dispute.open", "{'with':#ann}", R(disputes_open_max)},
        {"ann", "dispute.settle", "{'dispute':#d}"},
        {"cat", "dispute.settle", "{'dispute':#e}"},
        {"dan", "dispute.open", "{'with':#ann}"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(dispute(&k, "d")->state, SHEAF_dispute_state_settled);
    assert_int_equal(dispute(&k, "e")->state, SHEAF_dispute_state_settled);
    kit_close(&k);
}
