/* Payments: who asks, who decides, who signs, and what leaves. */
#include "treasury_world.h"

void test_payments(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    static const kit_row rows[] = {
        {"eve", "payment.order", ORDER("1"), R(no_vote)},
        {"dan", "payment.order", ORDER("500"), .label = "p"},
        {"dan", "payment.order", ORDER("1"), R(payments_open_max)},
        {"ann", "payment.order", ORDER("501"), .label = "q"},
        {"ann", "payment.sign", "{'payment':4000}", R(no_such_payment)},
        {"ann", "payment.sign", PAY("ann"), R(no_such_payment)},
        {"dan", "payment.sign", PAY("p"), R(not_a_treasurer)},
        {"ann", "payment.sign", PAY("q"), R(payment_undecided)}, /* one cent above the limit */
        {"ann", "payment.sign", PAY("p")},
        {"ann", "payment.sign", PAY("p"), R(approved_twice)},
        {"ann", "payment.cancel", PAY("p"), R(not_your_payment)},
        {"ann", "payment.settle", SETTLE("p"), R(payment_not_left)},
        {"bob", "payment.sign", PAY("p")},
        {"cat", "payment.sign", PAY("p"), R(payment_ended)},
        {"dan", "payment.cancel", PAY("p"), R(payment_ended)},
        {"dan", "payment.settle", SETTLE("p"), R(not_a_treasurer)},
        {"ann", "payment.settle", SETTLE("ann"), R(no_such_payment)},
        {"cat", "payment.settle", SETTLE("p")},
        {"cat", "payment.settle", SETTLE("p"), R(payment_not_left)},
        {"dan", "payment.order", ORDER("1"), .label = "mine"}, /* the place is free again */
        {"dan", "payment.cancel", PAY("mine")},
        {"ann", "motion.open", OPEN(APPROVE("p")), R(payment_ended)},
        {"ann", "motion.open", OPEN(APPROVE("ann")), R(no_such_payment)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_settled);
    assert_int_equal(payment(&k, "mine")->state, SHEAF_payment_state_cancelled);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 500);
    assert_int_equal(balance(&k, SHEAF_account_kind_expenses), 500);
    assert_int_equal(sheaf_ledger_surplus(&k.state), 500);
    kit_motion(&k, "yes", APPROVE("q"), 4);
    assert_int_equal(payment(&k, "q")->approved, kit_index(&k, "yes.tick"));
    kit_want(&k, R(payment_decided), "ann", "motion.open", OPEN(APPROVE("q")), NULL);
    /* One cent less than it takes is there, and what was shared is no surplus any more. */
    kit_want(&k, R(surplus_short), "ann", "motion.open", OPEN(SHARE("501")), NULL);
    kit_do(&k, "cat", "payment.sign", NULL, PAY("q"));
    kit_want(&k, R(treasury_short), "bob", "payment.sign", PAY("q"), NULL);
    earn(&k, 1);
    kit_do(&k, "bob", "payment.sign", NULL, PAY("q"));
    assert_int_equal(payment(&k, "q")->state, SHEAF_payment_state_released);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 0);
    assert_int_equal(sheaf_ledger_free(&k.state), 0);
    finish(&k);
}

/* A signature counts while who gave it is a treasurer without a conflict of interest. */
void test_payment_signatures(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    static const kit_row rows[] = {
        {"ann", "payment.order", ORDER("10"), .label = "p"},
        {"ann", "payment.order", ORDER("10"), .label = "q"},
        {"ann", "payment.sign", PAY("p")},
        {"dan", "conflict.declare", "{'matter':#p}", R(not_an_officer)},
        {"ann", "conflict.declare", "{'matter':#p,'reason':^}"},
        {"ann", "conflict.declare", "{'matter':#p}", R(conflicted_already)},
        {"cat", "conflict.declare", "{'matter':#q}"},
        {"cat", "payment.sign", PAY("q"), R(conflicted)},
        {"bob", "payment.sign", PAY("p")}, /* the second, and ann's does not count */
        {"bob", "payment.sign", PAY("q")},
        {"bob", "office.resign", "{'organ':1}"},
    };
    KIT_ROWS(&k, rows);
    settle_due(&k);
    static const kit_row after[] = {
        {"bob", "payment.sign", PAY("p"), R(not_a_treasurer)},
        {"cat", "payment.sign", PAY("p")}, /* the third, and bob's does not count either */
        {"ann", "payment.sign", PAY("q")},
    };
    KIT_ROWS(&k, after);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_ordered);
    assert_int_equal(payment(&k, "q")->state, SHEAF_payment_state_ordered);
    assert_int_equal(sheaf_payment_signatures(&k.state, payment(&k, "p")), 1);
    /* Who takes office later signs what was asked for before. */
    kit_motion(&k, "e4", ELECT("dan"), 4);
    kit_do(&k, "dan", "payment.sign", NULL, PAY("q"));
    assert_int_equal(payment(&k, "q")->state, SHEAF_payment_state_released);
    kit_want(&k, R(payment_ended), "ann", "conflict.declare", "{'matter':#q}", NULL);
    kit_do(&k, "dan", "payment.sign", NULL, PAY("p"));
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_released);
    finish(&k);
}

/* What is judged are the bylaws in force when the money would leave. */
void test_payment_under_other_bylaws(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = kit_rules_usual();
    kit_open(&k);
    kit_found_four(&k, &rules);
    kit_want(&k, R(treasury_off), "ann", "payment.order", ORDER("1"), NULL);
    rules.article[SHEAF_ARTICLE_treasury] = TREASURY("500", "1");
    kit_motion(&k, "on", kit_amendment(&rules, "#ann"), 4);
    kit_want(&k, R(no_treasurers), "ann", "payment.order", ORDER("1"), NULL);
    kit_close(&k);

    rules = rules_with_treasury();
    rules.article[SHEAF_ARTICLE_override] =
        "{'confirm_s':1000,'hold_s':300,'members':2,'members_bp':10000,'protected':true}";
    begin(&k, &rules, 10000);
    kit_do(&k, "dan", "payment.order", "p", ORDER("500"));
    kit_do(&k, "ann", "payment.sign", NULL, PAY("p"));
    rules.article[SHEAF_ARTICLE_treasury] = TREASURY("499", "1");
    kit_motion(&k, "am", kit_amendment(&rules, "#ann"), 4);
    kit_want(&k, R(payment_undecided), "bob", "payment.sign", PAY("p"), NULL);
    /* The members' decision is held, and two of them suspend it. */
    kit_motion(&k, "yes", APPROVE("p"), 4);
    kit_want(&k, R(payment_undecided), "bob", "payment.sign", PAY("p"), NULL);
    kit_do(&k, "cat", "override.suspend", "s", "{'of':#yes}");
    kit_do(&k, "dan", "override.suspend", NULL, "{'of':#yes}");
    k.now += 300000;
    kit_want(&k, R(payment_undecided), "bob", "payment.sign", PAY("p"), NULL);
    k.now += 700000;
    kit_do(&k, "hub", "clock.tick", NULL,
           "{'deadline':'override','of':#s,'unwitnessed':false}");
    kit_want(&k, R(payment_undecided), "bob", "payment.sign", PAY("p"), NULL);
    k.now += 300000; /* held once more */
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'hold','of':#yes,'unwitnessed':false}");
    /* Off while it is under way, it waits and lapses on its day. */
    rules.article[SHEAF_ARTICLE_treasury] = NULL;
    kit_motion(&k, "off", kit_amendment(&rules, "#am.tick"), 4);
    kit_want(&k, R(treasury_off), "bob", "payment.sign", PAY("p"), NULL);
    k.now = payment(&k, "p")->closes - 1 - k.step_ms;
    kit_want(&k, R(not_due), "hub", "clock.tick",
             "{'deadline':'payment','of':#p,'unwitnessed':false}", NULL);
    k.now = payment(&k, "p")->closes - k.step_ms;
    kit_want(&k, R(deadline_due), "dan", "payment.cancel", PAY("p"), NULL);
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'payment','of':#p,'unwitnessed':false}");
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_lapsed);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 10000);
    assert_int_equal(sheaf_orderer_find(&k.state, kit_index(&k, "dan"))->open, 0);
    kit_close(&k);
}

/* Out of members' accounts: what was credited there, and nobody else's. */
void test_payment_out_of_an_account(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 500);
    kit_motion(&k, "s", SHARE("500"), 4);
    assert_int_equal(sheaf_ledger_free(&k.state), 0); /* what is held is owed: 100 to each */
#define OUT(member, cents)                                                                     \
    "{'account':#" member ",'amount_cents':" cents ",'payee':^,'purpose':^}"
    static const kit_row rows[] = {
        {"ann", "payment.order", ORDER("1"), .label = "own"},
        {"ann", "payment.sign", PAY("own")},
        {"bob", "payment.sign", PAY("own"), R(treasury_short)},
        {"ann", "payment.order", OUT("dan", "100"), R(not_your_account)},
        {"ann", "payment.order", OUT("own", "100"), R(no_such_member)},
        {"dan", "payment.order", OUT("dan", "101"), R(account_short)},
        {"dan", "payment.order", OUT("dan", "100"), .label = "d"},
        {"bob", "payment.order", OUT("bob", "100"), .label = "b"},
        {"bob", "payment.order", OUT("bob", "1"), .label = "b2"},
        {"bob", "payment.sign", PAY("b"), R(payment_own)},
        {"eve", "payment.order", OUT("eve", "60"), .label = "e"}, /* needs no vote */
        {"ann", "payment.sign", PAY("b")},
        {"cat", "payment.sign", PAY("b")},
        {"ann", "payment.sign", PAY("b2")},
        {"cat", "payment.sign", PAY("b2"), R(account_short)},
        {"ann", "payment.sign", PAY("e")},
        {"bob", "payment.sign", PAY("e")},
        {"eve", "member.leave", "{}"},
        {"dan", "payment.order", OUT("eve", "40"), R(not_your_account)},
        {"ann", "payment.order", OUT("eve", "41"), R(account_short)},
        {"ann", "payment.order", OUT("eve", "40"), .label = "rest"},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 500 - 100 - 60);
    assert_int_equal(balance(&k, SHEAF_account_kind_expenses), 0);
    assert_int_equal(
        sheaf_ledger_balance(&k.state, SHEAF_account_kind_member, kit_index(&k, "bob")), 0);
    /* A treasurer may have sixteen open, of which ann has two. */
    for (int i = 2; i < SHEAF_PAYMENTS_OPEN_MAX; i++)
        kit_do(&k, "ann", "payment.order", NULL, ORDER("1"));
    kit_want(&k, R(payments_open_max), "ann", "payment.order", ORDER("1"), NULL);
    kit_close(&k);
}
