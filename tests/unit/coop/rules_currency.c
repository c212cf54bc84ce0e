/* Another currency, while nothing is counted in the old one. */
#include "treasury_world.h"

#include "coop/view.h"

#define FAR "9007199254740991"
#define BUDGET                                                                                 \
    "{'kind':'budget.adopt','what':{'from':1,'lines':[{'amount_cents':1,'name':^}],'until':%"  \
    "lld}}"
#define LICENCE                                                                                \
    "{'kind':'data.license','what':{'datasets':[{'dataset':#ann.data}],'licensee':^,"          \
    "'price_cents':%d,'terms':^,'until':" FAR "}}"

static void swiss(kit *k, kit_rules rules, const char *base, sheaf_refusal want)
{
    char what[16384];
    rules.currency = "CHF";
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", kit_amendment(&rules, base));
    kit_want(k, want, "dan", "motion.open", what, NULL);
}

/* Two members have the amendment registered that this motion adopted. */
static void enter(kit *k, const char *motion)
{
    char label[KIT_NAME_MAX];
    snprintf(label, sizeof label, "%s.tick", motion);
    kit_do(k, "ann", "bylaws.register", "asked",
           "{'date':%lld,'document':~7,'number':'R 1','of':#%s}",
           (long long)(sheaf_bylaws_get(&k->state, kit_index(k, label))->adopted / 1000),
           label);
    kit_do(k, "bob", "bylaws.confirm", NULL, "{'registration':#asked}");
}

/* A balance, however small. A payment that has not left only lapses, or whoever asks for one
 * could keep the others from another currency. */
void test_currency(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin_without(&k, &rules);
    swiss(&k, rules, "#ann", SHEAF_ACCEPTED);
    kit_motion(&k, "e1", ELECT("ann"), 4);
    kit_motion(&k, "e2", ELECT("bob"), 4);
    kit_do(&k, "ann", "revenue.record", "r", EARNED("1"));
    swiss(&k, rules, "#ann", R(currency_stands));
    kit_do(&k, "bob", "revenue.reverse", NULL, "{'entry':#r,'reason':^}");
    swiss(&k, rules, "#ann", SHEAF_ACCEPTED); /* every balance is 0 again */
    kit_do(&k, "ann", "payment.order", "p", ORDER("1"));
    kit_do(&k, "dan", "payment.order", "q", ORDER("1"));
    kit_do(&k, "ann", "payment.cancel", NULL, PAY("p"));
    rules.currency = "CHF";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    assert_memory_equal(sheaf_bylaws_now(&k.state)->currency, "CHF", 3);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_cancelled);
    assert_int_equal(payment(&k, "q")->state, SHEAF_payment_state_lapsed);
    kit_want(&k, R(payment_ended), "ann", "payment.sign", PAY("q"), NULL);
    kit_do(&k, "dan", "payment.order", NULL, ORDER("1")); /* it takes no place any more */
    finish(&k);
}

/* What is promised counts until it is over; what is free of charge does not. */
void test_currency_of_what_runs(void **unused)
{
    (void)unused;
    kit k;
    char effect[400];
    kit_rules rules = rules_with_treasury();
    kit_open(&k);
    kit_with_data(&k, &rules);
    snprintf(effect, sizeof effect, LICENCE, 0);
    kit_motion(&k, "free", effect, 4);
    swiss(&k, rules, "#ann", SHEAF_ACCEPTED);
    int64_t until = k.now + 1000000;
    snprintf(effect, sizeof effect, BUDGET, (long long)until);
    kit_motion(&k, "b", effect, 4);
    k.step_ms = 0;
    k.now = until - 1;
    settle_due(&k);
    swiss(&k, rules, "#ann", R(currency_stands));
    k.now = until;
    swiss(&k, rules, "#ann", SHEAF_ACCEPTED);
    k.step_ms = 1;
    snprintf(effect, sizeof effect, LICENCE, 1);
    kit_motion(&k, "l", effect, 4);
    swiss(&k, rules, "#ann", R(currency_stands));
    finish(&k);
}

/* What was asked for in the old one is not decided in the new one. */
void test_currency_of_motions(void **unused)
{
    (void)unused;
    kit k;
    char effect[400], what[600];
    kit_rules rules = rules_with_treasury();
    kit_open(&k);
    kit_with_data(&k, &rules);
    snprintf(effect, sizeof effect, BUDGET, (long long)k.now + 1000000);
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_do(&k, "ann", "motion.open", "m", "%s", what);
    snprintf(effect, sizeof effect, LICENCE, 0);
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_do(&k, "ann", "motion.open", "free", "%s", what);
    rules.currency = "CHF";
    kit_motion(&k, "chf", kit_amendment(&rules, "#ann"), 4);
    static const char *const yes[] = {"ann", "bob", "cat"};
    for (int i = 0; i < 3; i++) {
        kit_do(&k, yes[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
        kit_do(&k, yes[i], "ballot.cast", NULL, "{'choice':'yes','motion':#free}");
    }
    k.now = sheaf_motion_get(&k.state, kit_index(&k, "free"))->closes;
    settle_due(&k);
    const struct sheaf_row_motion *m = sheaf_motion_get(&k.state, kit_index(&k, "m"));
    assert_int_equal(m->state, SHEAF_motion_state_void);
    assert_int_equal(m->refusal, R(currency_other));
    assert_int_equal(sheaf_motion_get(&k.state, kit_index(&k, "free"))->state,
                     SHEAF_motion_state_adopted);
    snprintf(effect, sizeof effect, BUDGET, (long long)k.now + 1000000);
    kit_motion(&k, "again", effect, 4);
    assert_int_equal(sheaf_budget_count(&k.state), 1);
    finish(&k);
}

/* While the co-op is wound up none is registered, and what comes in is the creditors'. */
void test_currency_at_the_end(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.registration = true;
    kit_open(&k);
    kit_found_four(&k, &rules);
    rules.currency = "CHF";
    kit_motion(&k, "a", kit_amendment(&rules, "#ann"), 4);
    kit_want(&k, R(currency_waits), "ann", "revenue.record", EARNED("1"), NULL);
    kit_motion(&k, "d",
               "{'kind':'coop.dissolve','what':{'liquidators':[{'member':#ann},{'member':#bob}]"
               "}}",
               4);
    kit_want(&k, R(not_a_liquidator), "cat", "revenue.record", EARNED("1"), NULL);
    kit_do(&k, "ann", "revenue.record", NULL, EARNED("1"));
    finish(&k);
}

/* Nobody keeps one from being registered by what is counted in the old one meanwhile. */
void test_currency_waits(void **unused)
{
    (void)unused;
    kit k;
    char effect[400], what[600];
    kit_rules rules = rules_with_treasury();
    rules.registration = true;
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':5,'min_count':2,'price_cents':1000,'protected':false,'repay_from_s':0,"
        "'repay_until_s':200,'transferable':true}";
    kit_open(&k);
    kit_with_data(&k, &rules);
    kit_rules other = rules;
    other.currency = "CHF";
    kit_motion(&k, "same", kit_amendment(&rules, "#ann"), 4);
    kit_motion(&k, "a", kit_amendment(&other, "#same.tick"), 4);
    kit_motion(&k, "b", kit_amendment(&other, "#a.tick"), 4);
    snprintf(effect, sizeof effect, BUDGET, (long long)k.now + 1000000);
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_want(&k, R(currency_waits), "ann", "motion.open", what, NULL);
    snprintf(effect, sizeof effect, LICENCE, 1);
    snprintf(what, sizeof what, "{'effect':%s,'title':^}", effect);
    kit_want(&k, R(currency_waits), "ann", "motion.open", what, NULL);
    snprintf(effect, sizeof effect, LICENCE, 0);
    kit_motion(&k, "free", effect, 4);
    static const kit_row rows[] = {
        {"ann", "revenue.record", EARNED("1"), R(currency_waits)},
        {"ann", "share.pay", "{'evidence':~e,'member':#bob,'shares':2}", R(currency_waits)},
        {"dan", "payment.order", ORDER("1"), .label = "p"},
    };
    KIT_ROWS(&k, rows);
    enter(&k, "same");
    kit_want(&k, R(currency_waits), "ann", "revenue.record", EARNED("1"), NULL);
    enter(&k, "a");
    assert_memory_equal(sheaf_bylaws_now(&k.state)->currency, "CHF", 3);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_lapsed);
    /* The next one that waits has the same currency. */
    kit_do(&k, "ann", "revenue.record", "r", EARNED("1"));
    enter(&k, "b");
    finish(&k);
}

/* What is owed to the member leaves, by two of three treasurers. */
static void pay_out(kit *k, const char *by, const char *who, int cents)
{
    static const char *const treasurers[] = {"ann", "bob", "cat"};
    kit_do(k, by, "payment.order", "p",
           "{'account':#%s,'amount_cents':%d,'payee':^,'purpose':^}", who, cents);
    for (int i = 0, signed_by = 0; signed_by < 2; i++)
        if (strcmp(treasurers[i], who) != 0) {
            kit_do(k, treasurers[i], "payment.sign", NULL, PAY("p"));
            signed_by++;
        }
}

/* What was recorded in the old one is not reversed in the new one. */
void test_currency_of_receipts(void **unused)
{
    (void)unused;
    static const char *const names[] = {"ann", "bob", "cat", "dan"};
    kit k;
    kit_rules rules = rules_with_treasury();
    begin_without(&k, &rules);
    kit_motion(&k, "e1", ELECT("ann"), 4);
    kit_motion(&k, "e2", ELECT("bob"), 4);
    kit_motion(&k, "e3", ELECT("cat"), 4);
    kit_do(&k, "eve", "member.leave", NULL, "{}");
    kit_do(&k, "ann", "revenue.record", "old", EARNED("100"));
    kit_motion(&k, "s", SHARE("100"), 4);
    for (int i = 0; i < 4; i++)
        pay_out(&k, names[i], names[i], 25);
    kit_want(&k, R(receipt_spent), "bob", "revenue.reverse", "{'entry':#old,'reason':^}", NULL);
    rules.currency = "CHF";
    kit_motion(&k, "chf", kit_amendment(&rules, "#ann"), 4);
    rules.open_max = 39;
    kit_do(&k, "ann", "revenue.record", "new", EARNED("100"));
    kit_motion(&k, "still", kit_amendment(&rules, "#chf.tick"), 4);
    kit_want(&k, R(receipt_currency), "bob", "revenue.reverse", "{'entry':#old,'reason':^}",
             NULL);
    kit_do(&k, "bob", "revenue.reverse", NULL, "{'entry':#new,'reason':^}");
    finish(&k);
}

/* What was repaid in the old one is not struck in the new one. */
void test_currency_of_shares(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.article[SHEAF_ARTICLE_shares] =
        "{'max_count':5,'min_count':1,'price_cents':200,'protected':false,'repay_from_s':0,"
        "'repay_until_s':200,'transferable':true}";
    begin_without(&k, &rules);
    kit_motion(&k, "e1", ELECT("ann"), 4);
    kit_motion(&k, "e2", ELECT("bob"), 4);
    kit_do(&k, "ann", "share.pay", NULL, "{'evidence':~e,'member':#eve,'shares':2}");
    kit_do(&k, "eve", "member.leave", NULL, "{}");
    k.now += 1000;
    settle_due(&k);
    pay_out(&k, "ann", "eve", 400);
    rules.currency = "CHF";
    kit_motion(&k, "chf", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "ann", "share.pay", NULL, "{'evidence':~e,'member':#cat,'shares':3}");
    kit_want(&k, R(share_short), "ann", "motion.open",
             OPEN("{'kind':'share.strike','what':{'member':#eve,'shares':2}}"), NULL);
    finish(&k);
}

/* Two of three treasurers let an order leave; the bank has carried it out. */
static void spend(kit *k, int cents)
{
    kit_do(k, "ann", "payment.order", "p", "{'amount_cents':%d,'payee':^,'purpose':^}", cents);
    kit_do(k, "bob", "payment.sign", NULL, PAY("p"));
    kit_do(k, "cat", "payment.sign", NULL, PAY("p"));
}

/* What was earned and is spent, out of the reserve too, keeps no co-op from another currency;
 * its books begin anew. A cent that is left does. */
void test_currency_after_expenses(void **unused)
{
    (void)unused;
    for (int waits = 0; waits < 2; waits++) {
        kit k;
        kit_rules rules = rules_with_treasury();
        rules.article[SHEAF_ARTICLE_surplus] =
            "{'data_bp':0,'members_bp':0,'protected':false,'reserve_bp':10000}";
        rules.registration = waits;
        begin_without(&k, &rules);
        kit_motion(&k, "e1", ELECT("ann"), 4);
        kit_motion(&k, "e2", ELECT("bob"), 4);
        kit_motion(&k, "e3", ELECT("cat"), 4);
        kit_do(&k, "ann", "revenue.record", NULL, EARNED("100"));
        kit_motion(&k, "s", SHARE("40"), 4);
        spend(&k, 99);
        assert_int_equal(balance(&k, SHEAF_account_kind_expenses), 99);
        assert_int_equal(balance(&k, SHEAF_account_kind_reserve), -40);
        swiss(&k, rules, "#ann", R(currency_stands));
        spend(&k, 1);
        assert_int_equal(balance(&k, SHEAF_account_kind_bank), 0);
        assert_int_equal(sheaf_till_at(&k.state, 0)->cents, 100);
        kit_rules other = rules;
        other.currency = "CHF";
        uint32_t told = k.postings;
        kit_motion(&k, "chf", kit_amendment(&other, "#ann"), 4);
        if (waits) { /* nothing is closed, nor told to be, before it is in force */
            assert_int_equal(balance(&k, SHEAF_account_kind_expenses), 100);
            assert_int_equal(k.postings, told);
            enter(&k, "chf");
        }
        assert_int_equal(k.postings, told + 3);
        assert_memory_equal(sheaf_bylaws_now(&k.state)->currency, "CHF", 3);
        for (uint8_t kind = 0; kind < SHEAF_account_kind_COUNT; kind++)
            assert_int_equal(balance(&k, kind), 0);
        assert_int_equal(sheaf_ledger_free(&k.state), 0);
        assert_int_equal(sheaf_till_at(&k.state, 0)->cents, 0);
        kit_do(&k, "ann", "revenue.record", NULL, EARNED("1"));
        assert_int_equal(sheaf_ledger_surplus(&k.state), 1);
        finish(&k);
    }
}

/* Nor does what was asked of the reserve in the old one leave it in the new one. */
void test_currency_of_reserve(void **unused)
{
    (void)unused;
#define TAKES(who)                                                                             \
    "{'kind':'coop.split','what':{'members':[{'member':#" who "}],'reserve_cents':100,"        \
    "'to':'sheaf/abcdefghijklmnopqrstuvwxy2'}}"
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.members_bp = 0, rules.reserve_bp = 10000;
    begin_without(&k, &rules);
    kit_motion(&k, "e1", ELECT("ann"), 4);
    kit_motion(&k, "e2", ELECT("bob"), 4);
    kit_do(&k, "ann", "revenue.record", NULL, EARNED("100"));
    kit_motion(&k, "s", SHARE("100"), 4);
    kit_do(&k, "eve", "split.join", NULL, "{'to':'sheaf/abcdefghijklmnopqrstuvwxy2'}");
    kit_do(&k, "dan", "split.join", NULL, "{'to':'sheaf/abcdefghijklmnopqrstuvwxy2'}");
    kit_do(&k, "ann", "motion.open", "m", OPEN(TAKES("dan")));
    kit_motion(&k, "first", TAKES("eve"), 4);
    kit_do(&k, "ann", "split.settle", NULL, "{'evidence':~e,'split':#first.tick}");
    kit_do(&k, "bob", "split.settle", NULL, "{'evidence':~e,'split':#first.tick}");
    rules.currency = "CHF";
    kit_motion(&k, "chf", kit_amendment(&rules, "#ann"), 4);
    kit_do(&k, "ann", "revenue.record", NULL, EARNED("300"));
    kit_motion(&k, "s2", SHARE("300"), 4);
    static const char *const yes[] = {"ann", "bob", "cat", "dan"};
    for (int i = 0; i < 4; i++)
        kit_do(&k, yes[i], "ballot.cast", NULL, "{'choice':'yes','motion':#m}");
    settle_due(&k);
    const struct sheaf_row_motion *m = sheaf_motion_get(&k.state, kit_index(&k, "m"));
    assert_int_equal(m->refusal, R(currency_other));
    assert_int_equal(m->state, SHEAF_motion_state_void);
    finish(&k);
}
