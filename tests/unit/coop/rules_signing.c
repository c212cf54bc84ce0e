/* Signatures under payments: which count when the money would leave. */
#include "treasury_world.h"

static uint8_t stands(kit *k, const char *label)
{
    return payment(k, label)->state;
}

void test_signature_taken_back(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    static const kit_row rows[] = {
        {"dan", "payment.order", ORDER("10"), .label = "p"},
        {"ann", "payment.unsign", "{'payment':4000}", R(no_such_payment)},
        {"ann", "payment.unsign", PAY("p"), R(payment_unsigned)},
        {"ann", "payment.sign", PAY("p")},
        {"bob", "payment.unsign", PAY("p"), R(payment_unsigned)},
        {"ann", "payment.unsign", PAY("p")},
        {"ann", "payment.unsign", PAY("p"), R(payment_unsigned)},
        {"bob", "payment.sign", PAY("p")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_payment_signatures(&k.state, payment(&k, "p")), 1);
    assert_int_equal(stands(&k, "p"), SHEAF_payment_state_ordered);
    kit_do(&k, "ann", "payment.sign", NULL, PAY("p"));
    assert_int_equal(stands(&k, "p"), SHEAF_payment_state_released);
    kit_want(&k, R(payment_ended), "ann", "payment.unsign", PAY("p"), NULL);
    finish(&k);
}

/* A key that was revoked, has expired or is frozen has signed nothing that counts. */
void test_signature_of_a_key(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.recovery = "'recovery':{'confirmations':2,'panel_s':86400,'wait_s':3600},";
    begin(&k, &rules, 1000);
    static const kit_row revoked[] = {
        {"dan", "payment.order", ORDER("10"), .label = "p"},
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"a1", "payment.sign", PAY("p")},
        {"ann", "payment.sign", PAY("p"), R(approved_twice)},
        {"ann", "key.revoke", "{'key':#a1}"},
        {"bob", "payment.sign", PAY("p")},
    };
    KIT_ROWS(&k, revoked);
    assert_int_equal(stands(&k, "p"), SHEAF_payment_state_ordered);
    kit_do(&k, "ann", "payment.sign", NULL, PAY("p")); /* with a key that stands */
    assert_int_equal(stands(&k, "p"), SHEAF_payment_state_released);

    int64_t until = k.now + 100000;
    kit_do(&k, "ann", "key.admit", "a2",
           "{'public_key':@a2,'scopes':{'admin':false,'data':false,'money':true,'train':false,"
           "'vote':false},'until':%lld,'web':false}",
           (long long)until);
    static const kit_row expires[] = {
        {"dan", "payment.order", ORDER("10"), .label = "q"},
        {"ann", "payment.order", ORDER("10"), .label = "r"},
        {"a2", "payment.sign", PAY("q")},
        {"a2", "payment.sign", PAY("r")},
    };
    KIT_ROWS(&k, expires);
    k.now = until - k.step_ms; /* the last moment of the key */
    kit_do(&k, "bob", "payment.sign", NULL, PAY("q"));
    assert_int_equal(stands(&k, "q"), SHEAF_payment_state_released);
    k.now = until + 1 - k.step_ms;
    kit_do(&k, "bob", "payment.sign", NULL, PAY("r"));
    assert_int_equal(stands(&k, "r"), SHEAF_payment_state_ordered);
    assert_int_equal(sheaf_payment_signatures(&k.state, payment(&k, "r")), 1);

    /* Who has a recovery against them that is in dispute moves no money meanwhile. */
    static const kit_row frozen[] = {
        {"dan", "payment.order", ORDER("10"), .label = "s"},
        {"ann", "payment.sign", PAY("s")},
        {"new", "recovery.open", "{'member':#ann,'public_key':@new,'web':false}",
         .label = "rec"},
        {"bob", "recovery.confirm", "{'recovery':#rec}"},
        {"cat", "recovery.confirm", "{'recovery':#rec}"},
        {"ann", "recovery.object", "{'recovery':#rec}"},
        {"bob", "payment.sign", PAY("s")},
    };
    KIT_ROWS(&k, frozen);
    assert_int_equal(stands(&k, "s"), SHEAF_payment_state_ordered);
    finish(&k);
}

/* One human signs once, and not alone what they have asked for. */
void test_signatures_of_one_human(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    static const kit_row rows[] = {
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"dan", "payment.order", ORDER("10"), .label = "p"},
        {"a1", "payment.sign", PAY("p")},
        {"b1", "payment.sign", PAY("p"), R(human_twice)},
        {"a1", "payment.unsign", PAY("p")},
        {"b1", "payment.sign", PAY("p")},
        {"a1", "payment.sign", PAY("p"), R(human_twice)},
        {"ann", "payment.sign", PAY("p"), R(human_unnamed)}, /* it may be who holds b1 */
        {"ann", "key.admit", HELD("a2", "~c"), .label = "a2"},
        {"cat", "key.admit", HELD("c1", "~d"), .label = "c1"},
        {"cat", "holder.allow", "{'holder':~d,'member':#bob}"},
        {"bob", "key.admit", HELD("b2", "~d"), .label = "b2"},
        {"b1", "payment.unsign", PAY("p")},
        {"bob", "payment.sign", PAY("p"), R(human_unnamed)}, /* it would be two people's */
        {"b1", "payment.sign", PAY("p")},
        {"a2", "payment.sign", PAY("p")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(stands(&k, "p"), SHEAF_payment_state_released);
    rules.article[SHEAF_ARTICLE_treasury] = TREASURY("500", "1");
    kit_motion(&k, "one", kit_amendment(&rules, "#ann"), 4);
    static const kit_row alone[] = {
        {"a1", "payment.order", ORDER("10"), .label = "q"},
        {"ann", "payment.sign", PAY("q"), R(payment_alone)},
        {"b1", "payment.sign", PAY("q"), R(payment_alone)},
        {"cat", "payment.sign", PAY("q")},
    };
    KIT_ROWS(&k, alone);
    assert_int_equal(stands(&k, "q"), SHEAF_payment_state_released);
    finish(&k);
}

/* Both signatures of one human come to count where an office is taken up again: as one. */
void test_signatures_of_who_returns(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    static const kit_row rows[] = {
        {"ann", "key.admit", HELD("a1", "~a"), .label = "a1"},
        {"ann", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"dan", "payment.order", ORDER("10"), .label = "p"},
        {"a1", "payment.sign", PAY("p")},
        {"ann", "office.resign", "{'organ':1}"},
    };
    KIT_ROWS(&k, rows);
    settle_due(&k);
    kit_do(&k, "b1", "payment.sign", NULL, PAY("p"));
    assert_int_equal(sheaf_payment_signatures(&k.state, payment(&k, "p")), 1);
    kit_motion(&k, "again", ELECT("ann"), 4);
    assert_int_equal(sheaf_payment_signatures(&k.state, payment(&k, "p")), 1);
    kit_do(&k, "cat", "payment.sign", NULL, PAY("p"));
    assert_int_equal(stands(&k, "p"), SHEAF_payment_state_released);
    finish(&k);
}

/* Nor do they sign what is paid to them as another member. */
void test_payment_to_oneself(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 500);
    kit_motion(&k, "s", SHARE("500"), 4);
    static const kit_row rows[] = {
        {"dan", "key.admit", HELD("d1", "~a"), .label = "d1"},
        {"dan", "holder.allow", "{'holder':~a,'member':#bob}"},
        {"bob", "key.admit", HELD("b1", "~a"), .label = "b1"},
        {"dan", "payment.order", "{'account':#dan,'amount_cents':100,'payee':^,'purpose':^}",
         .label = "p"},
        {"b1", "payment.sign", PAY("p"), R(payment_own)},
        {"bob", "payment.sign", PAY("p"), R(payment_own)}, /* it may be b1's */
        {"ann", "payment.sign", PAY("p")},
        {"cat", "payment.sign", PAY("p")},
        {"b1", "payment.settle", SETTLE("p"), R(payment_own)},
        {"cat", "payment.order", "{'account':#cat,'amount_cents':100,'payee':^,'purpose':^}",
         .label = "q"},
        {"ann", "payment.sign", PAY("q")},
        {"b1", "payment.sign", PAY("q")}, /* it is not paid to that human */
        {"cat", "payment.settle", SETTLE("q"), R(payment_own)},
        {"b1", "payment.settle", SETTLE("q")},
    };
    KIT_ROWS(&k, rows);
    finish(&k);
}

/* Whoever is conflicted neither takes a payment back nor says that it was carried out. */
void test_conflicted_treasurers(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    static const kit_row rows[] = {
        {"ann", "payment.order", ORDER("10"), .label = "p"},
        {"ann", "conflict.declare", "{'matter':#p}"},
        {"ann", "payment.cancel", PAY("p"), R(conflicted)},
        {"bob", "payment.sign", PAY("p")},
        {"cat", "payment.sign", PAY("p")},
        {"ann", "payment.settle", SETTLE("p"), R(conflicted)},
        {"bob", "payment.settle", SETTLE("p")},
    };
    KIT_ROWS(&k, rows);
    finish(&k);
}

#define FOR(motion, choice) "{'choice':'" choice "','motion':#" motion "}"

/* Where conflicts leave too few treasurers the members decide, without those who have declared
 * one, and the payment leaves with their decision; then others say that it was carried out. */
void test_payment_passes_to_the_members(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.early = false;
    begin(&k, &rules, 1000);
    bool any;
    static const kit_row rows[] = {
        {"ann", "payment.order", ORDER("100"), .label = "p"},
        {"ann", "motion.open", OPEN(APPROVE("p")), .label = "m"},
        {"cat", "ballot.cast", FOR("m", "no")},
        {"cat", "conflict.declare", "{'matter':#p,'reason':^}"},
        {"cat", "ballot.cast", FOR("m", "no"), R(conflicted)},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(sheaf_motion_find(&k.state, kit_index(&k, "m"))->no, 0);
    assert_false(sheaf_payment_unable(&k.state, payment(&k, "p"), &any)); /* ann and bob */
    static const kit_row more[] = {
        {"ann", "motion.withdraw", "{'motion':#m}"},
        {"ann", "motion.open", OPEN(APPROVE("p")), .label = "n"},
        {"cat", "ballot.cast", FOR("n", "no"), R(conflicted)},
        {"bob", "conflict.declare", "{'matter':#n}"},
        {"bob", "payment.sign", PAY("p"), R(conflicted)}, /* and on the payment */
        {"ann", "ballot.cast", FOR("n", "yes")},
        {"dan", "ballot.cast", FOR("n", "yes")},
        {"dan", "payment.settle", SETTLE("p"), R(not_a_treasurer)},
    };
    KIT_ROWS(&k, more);
    assert_true(sheaf_payment_unable(&k.state, payment(&k, "p"), &any));
    assert_true(any);
    k.now = sheaf_motion_find(&k.state, kit_index(&k, "n"))->closes;
    settle_due(&k);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_released);
    assert_int_equal(balance(&k, SHEAF_account_kind_bank), 900);
    kit_do(&k, "ann", "payment.settle", NULL, SETTLE("p"));
    finish(&k);
}

/* Also where the members had decided before; and where none is left another member says that it
 * was carried out. */
void test_payment_without_treasurers_left(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.ordinary.quorum = 0;
    begin(&k, &rules, 1000);
    kit_do(&k, "ann", "payment.order", "p", ORDER("600"));
    kit_motion(&k, "m", APPROVE("p"), 4);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_ordered);
    kit_want(&k, R(payment_decided), "dan", "motion.open", OPEN(APPROVE("p")), NULL);
    kit_do(&k, "ann", "conflict.declare", NULL, "{'matter':#p}");
    kit_do(&k, "bob", "conflict.declare", NULL, "{'matter':#p}");
    kit_do(&k, "cat", "conflict.declare", NULL, "{'matter':#p}");
    kit_do(&k, "dan", "motion.open", "n", OPEN(APPROVE("p")));
    kit_do(&k, "dan", "ballot.cast", NULL, FOR("n", "yes"));
    settle_due(&k);
    if (payment(&k, "p")->state == SHEAF_payment_state_ordered) {
        k.now = sheaf_motion_find(&k.state, kit_index(&k, "n"))->closes;
        settle_due(&k);
    }
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_released);
    static const kit_row rows[] = {
        {"eve", "payment.settle", SETTLE("p"), R(not_a_treasurer)}, /* without a vote */
        {"ann", "payment.settle", SETTLE("p"), R(conflicted)},
        {"dan", "payment.settle", SETTLE("p")},
    };
    KIT_ROWS(&k, rows);
    finish(&k);
}
