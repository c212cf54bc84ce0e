/* Money received: who records it, with what evidence, and who reverses a wrong record. */
#include "treasury_world.h"

#define WRONG(entry) "{'entry':#" entry ",'reason':^}"
#define PLAIN(cents) "{'amount_cents':" cents ",'memo':^}"

static const struct sheaf_row_receipt *receipt(kit *k, const char *label)
{
    return sheaf_receipt_find(&k->state, kit_index(k, label));
}

/* Where nobody is a treasurer, any member with a vote records, and two people reverse. */
void test_receipts_of_members(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin_without(&k, &rules);
    static const kit_row rows[] = {
        {"eve", "revenue.record", PLAIN("5"), R(no_vote)},
        {"dan", "revenue.record", PLAIN("100"), .label = "r"},
        {"dan", "revenue.record", EARNED("50"), .label = "s"},
        {"eve", "revenue.reverse", WRONG("r"), R(no_vote)},
        {"dan", "revenue.reverse", WRONG("ann"), R(no_such_receipt)},
        {"dan", "revenue.reverse", WRONG("r")},
        {"dan", "revenue.reverse", WRONG("r"), R(approved_twice)},
        /* The same person, for another membership. */
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"a1", "revenue.reverse", WRONG("s")},
        {"b1", "revenue.reverse", WRONG("s"), R(human_twice)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 150);
    assert_int_equal(receipt(&k, "r")->by, kit_index(&k, "dan"));
    assert_int_equal(receipt(&k, "r")->reversed, SHEAF_NONE);
    assert_int_equal(receipt(&k, "r")->voices, 1);
    assert_int_equal(receipt(&k, "s")->evidence.bytes[0], 0xee);
    kit_do(&k, "bob", "revenue.reverse", "by", WRONG("r"));
    kit_want(&k, R(receipt_reversed), "cat", "revenue.reverse", WRONG("r"), NULL);
    assert_int_equal(receipt(&k, "r")->reversed, kit_index(&k, "by"));
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 50);
    assert_int_equal(sheaf_ledger_surplus(&k.state), 50);
    finish(&k);
}

/* Treasurers name the evidence; the word of another one than who recorded it reverses. */
void test_receipts_of_treasurers(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin_without(&k, &rules);
    kit_do(&k, "dan", "revenue.record", "before", PLAIN("10"));
    kit_motion(&k, "e1", ELECT("ann"), 4);
    static const kit_row alone[] = {
        {"dan", "revenue.record", EARNED("5"), R(not_a_treasurer)},
        {"ann", "revenue.record", PLAIN("5"), R(evidence_missing)},
        {"ann", "revenue.record", EARNED("5"), .label = "own"},
        {"dan", "revenue.reverse", WRONG("own"), R(not_a_treasurer)},
        {"ann", "revenue.reverse", WRONG("own")}, /* nobody else is one */
    };
    KIT_ROWS(&k, alone);
    assert_int_equal(receipt(&k, "own")->reversed, k.state.size - 1);
    kit_motion(&k, "e2", ELECT("bob"), 4);
    static const kit_row rows[] = {
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"ann", "key.admit", HELD("a2", "~c"), .label = "a2"},
        {"a1", "revenue.record", EARNED("100"), .label = "r"},
        {"ann", "revenue.record", EARNED("30"), .label = "s"},
        {"bob", "key.admit", HELD("b2", "~b"), .label = "b2"},
        {"ann", "revenue.record", EARNED("7"), .label = "t"},
        {"bob", "revenue.reverse", WRONG("t")}, /* it may be who recorded it */
        {"a2", "revenue.reverse", WRONG("t")},
        {"b2", "revenue.reverse", WRONG("s")}, /* at once */
        {"bob", "revenue.reverse", WRONG("s"), R(receipt_reversed)},
        {"b1", "revenue.reverse", WRONG("r")}, /* who recorded it, for another membership */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(receipt(&k, "s")->reversed, k.state.size - 2);
    assert_int_equal(receipt(&k, "r")->reversed, SHEAF_NONE);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 110);
    /* No further than what was neither shared nor spent. */
    kit_motion(&k, "share", SHARE("11"), 4);
    kit_want(&k, R(human_unnamed), "ann", "revenue.reverse", WRONG("r"), NULL);
    kit_want(&k, R(receipt_spent), "a2", "revenue.reverse", WRONG("r"), NULL);
    earn(&k, 1);
    kit_do(&k, "a2", "revenue.reverse", NULL, WRONG("r"));
    assert_int_equal(sheaf_ledger_surplus(&k.state), 0);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 11);
    /* An officer who has left records no more; with no officer left, members do again. */
    kit_do(&k, "ann", "office.resign", NULL, "{'organ':1}");
    settle_due(&k);
    kit_do(&k, "bob", "office.resign", NULL, "{'organ':1}");
    settle_due(&k);
    kit_do(&k, "dan", "revenue.record", NULL, PLAIN("5"));
    finish(&k);
}

/* While the co-op is wound up the liquidators keep its books, and no treasurer does. */
void test_receipts_of_liquidators(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    kit_motion(&k, "end",
               "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#bob},{'member':"
               "#dan}]}}",
               4);
    static const kit_row rows[] = {
        {"ann", "revenue.record", EARNED("5"), R(not_a_liquidator)},
        {"dan", "revenue.record", PLAIN("5"), R(ending_evidence)},
        {"dan", "revenue.record", EARNED("5"), .label = "r"},
        {"ann", "revenue.reverse", WRONG("r"), R(not_a_liquidator)},
        {"dan", "revenue.reverse", WRONG("r")},
        {"bob", "revenue.reverse", WRONG("r")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(receipt(&k, "r")->reversed, k.state.size - 1);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 1000);
    finish(&k);
}
