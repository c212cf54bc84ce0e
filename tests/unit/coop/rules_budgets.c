/* Budgets: what may be spent on which line, from when, and which takes whose place; and what
 * leaves without one. */
#include "treasury_world.h"

#define BUDGET(rest) "{'kind':'budget.adopt','what':{" rest "}}"
#define LINES        "'lines':[{'amount_cents':300,'name':^},{'amount_cents':0,'name':^}]"
#define ON(budget, line, cents)                                                                \
    "{'amount_cents':" cents ",'budget':#" budget ",'line':" line ",'payee':^,'purpose':^}"

static void refuse_forms(kit *k)
{
    static const char *const wrong[] = {
        BUDGET("'from':0,'until':9007199254740991"),
        BUDGET("'allocation':#ann,'from':0," LINES ",'until':9007199254740991"),
        BUDGET("'from':9007199254740991," LINES ",'until':9007199254740991"),
        BUDGET("'from':0," LINES ",'until':1"),
    };
    char what[512];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(what, sizeof what, "{'effect':%s,'title':^}", wrong[i]);
        kit_want(k, R(budget_form), "ann", "motion.open", what, NULL);
    }
}

/* What is left on a line is judged when the money leaves: two orders may ask for the same. */
void test_payments_within_a_budget(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    char what[512];
    refuse_forms(&k);
    int64_t from = k.now + 1000000, until = from + 1000000;
    snprintf(what, sizeof what, BUDGET("'from':%lld," LINES ",'until':%lld"), (long long)from,
             (long long)until);
    kit_motion(&k, "b", what, 4);
    kit_want(&k, R(budget_not_now), "ann", "payment.order", ON("b.tick", "0", "1"), NULL);
    k.now = from - k.step_ms; /* exactly when it begins */
    static const kit_row rows[] = {
        {"ann", "payment.order", ON("b.tick", "0", "200"), .label = "p"},
        {"ann", "payment.order", ON("b.tick", "0", "300"), .label = "q"},
        {"ann", "payment.order", ON("b.tick", "0", "301"), R(budget_over)},
        {"ann", "payment.order", ON("b.tick", "1", "1"), R(budget_over)},
        {"ann", "payment.order", ON("b.tick", "2", "1"), R(no_such_budget)},
        {"ann", "payment.order", ON("ann", "0", "1"), R(no_such_budget)},
        {"ann", "payment.order", "{'amount_cents':1,'line':0,'payee':^,'purpose':^}",
         R(treasury_line_form)},
        {"ann", "payment.order", "{'amount_cents':1,'budget':#b.tick,'payee':^,'purpose':^}",
         R(treasury_line_form)},
        {"ann", "payment.order",
         "{'account':#ann,'amount_cents':1,'budget':#b.tick,'line':0,'payee':^,'purpose':^}",
         R(treasury_line_form)},
        {"ann", "payment.sign", PAY("p")},
        {"bob", "payment.sign", PAY("p")},
        {"ann", "payment.sign", PAY("q")},
        {"bob", "payment.sign", PAY("q"), R(budget_over)}, /* 100 are left of 300 */
        {"ann", "payment.order", ON("b.tick", "0", "100"), .label = "r"},
        {"ann", "payment.order", ON("b.tick", "0", "50"), .label = "s"},
        {"ann", "payment.sign", PAY("r")},
        {"ann", "payment.sign", PAY("s")},
        {"cat", "payment.sign", PAY("r")},
        {"cat", "payment.sign", PAY("s"), R(budget_over)},
    };
    KIT_ROWS(&k, rows);
    const struct sheaf_row_budget *budget =
        sheaf_budget_find(&k.state, kit_index(&k, "b.tick"));
    assert_int_equal(sheaf_budget_line_at(&k.state, budget->line_first)->spent_cents, 300);
    assert_true(sheaf_budget_in_force(&k.state, budget, until - 1));
    assert_false(sheaf_budget_in_force(&k.state, budget, until));
    kit_do(&k, "ann", "payment.cancel", NULL, PAY("q"));
    k.now = until - k.step_ms; /* over at its end exactly */
    kit_want(&k, R(budget_not_now), "cat", "payment.sign", PAY("s"), NULL);
    finish(&k);
}

static void adopt(kit *k, const char *label, int64_t from, const char *replaces, int64_t until)
{
    char what[512];
    snprintf(what, sizeof what, BUDGET("'from':%lld," LINES ",%s'until':%lld"), (long long)from,
             replaces, (long long)until);
    kit_motion(k, label, what, 4);
}

static void refuse(kit *k, sheaf_refusal want, int64_t from, const char *replaces)
{
    char what[512];
    snprintf(what, sizeof what,
             OPEN(BUDGET("'from':%lld," LINES ",%s'until':9007199254740991")), (long long)from,
             replaces);
    kit_want(k, want, "ann", "motion.open", what, NULL);
}

/* The first budget goes on until the one that takes its place begins, and not a moment longer.
 */
void test_budget_takes_place(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    int64_t from = k.now, next = from + 1000000, until = from + 2000000;
    adopt(&k, "b", from, "", until);
    refuse(&k, R(budget_before), from - 1, "'replaces':#b.tick,");
    refuse(&k, R(no_such_budget), from, "'replaces':#ann,");
    adopt(&k, "b2", next, "'replaces':#b.tick,", until + 1000000);
    refuse(&k, R(budget_not_now), next, "'replaces':#b.tick,"); /* its place is taken */
    static const kit_row rows[] = {
        {"ann", "payment.order", ON("b.tick", "0", "100"), .label = "p"},
        {"ann", "payment.order", ON("b.tick", "0", "100"), .label = "q"},
        {"ann", "payment.order", ON("b2.tick", "0", "100"), R(budget_not_now)},
        {"ann", "payment.sign", PAY("p")},
        {"ann", "payment.sign", PAY("q")},
    };
    KIT_ROWS(&k, rows);
    k.now = next - 1 - k.step_ms;
    kit_do(&k, "bob", "payment.sign", NULL, PAY("p"));
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_released);
    k.now = next - k.step_ms;
    kit_want(&k, R(budget_not_now), "bob", "payment.sign", PAY("q"), NULL);
    kit_do(&k, "ann", "payment.order", "r", ON("b2.tick", "0", "100"));
    const struct sheaf_row_budget *first = sheaf_budget_find(&k.state, kit_index(&k, "b.tick"));
    assert_int_equal(sheaf_budget_ends(&k.state, first), next);
    /* One that begins after the first is over anyway makes it no longer. */
    adopt(&k, "b3", until + 2000000, "'replaces':#b2.tick,", until + 3000000);
    const struct sheaf_row_budget *second =
        sheaf_budget_find(&k.state, kit_index(&k, "b2.tick"));
    assert_int_equal(sheaf_budget_ends(&k.state, second), until + 1000000);
    finish(&k);
}

/* Where the bylaws say so, the co-op's own money leaves within a budget alone. */
void test_budget_needed(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    begin(&k, &rules, 1000);
    adopt(&k, "b", 0, "", INT64_C(9007199254740991));
    kit_motion(&k, "s", SHARE("500"), 4);
    kit_do(&k, "ann", "payment.order", "before", ORDER("10"));
    kit_do(&k, "ann", "payment.sign", NULL, PAY("before"));
    kit_motion(&k, "yes", APPROVE("before"), 4);
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'budget':true,'limit_cents':500,'protected':false,'signatures':2}";
    kit_motion(&k, "on", kit_amendment(&rules, "#ann"), 4);
    static const kit_row rows[] = {
        {"bob", "payment.sign", PAY("before"), R(budget_needed)},
        {"ann", "payment.order", ORDER("10"), R(budget_needed)},
        {"ann", "payment.order", ON("b.tick", "0", "10"), .label = "p"},
        {"ann", "payment.sign", PAY("p")},
        {"bob", "payment.sign", PAY("p")},
        {"dan", "payment.order", "{'account':#dan,'amount_cents':100,'payee':^,'purpose':^}",
         .label = "d"},
        {"ann", "payment.sign", PAY("d")},
        {"bob", "payment.sign", PAY("d")},
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_released);
    assert_int_equal(payment(&k, "d")->state, SHEAF_payment_state_released);
    finish(&k);
}

/* Ann asks for it and signs it. */
static void half(kit *k, const char *label, const char *what)
{
    kit_do(k, "ann", "payment.order", label, "%s", what);
    kit_do(k, "ann", "payment.sign", NULL, "{'payment':%u}", kit_index(k, label));
}

/* The answer to the last signature. */
static void last(kit *k, sheaf_refusal want, const char *label)
{
    char what[64];
    snprintf(what, sizeof what, "{'payment':%u}", kit_index(k, label));
    kit_want(k, want, "bob", "payment.sign", what, NULL);
    bool left = payment(k, label)->state == SHEAF_payment_state_released;
    assert_int_equal(left, want == ACCEPTED);
    assert_int_equal(sheaf_payment_waits_until(&k->state, payment(k, label)) != 0, !left);
}

#define PERIOD_MS 1000000

static void begin_summed(kit *k)
{
    kit_rules rules = rules_with_treasury();
    rules.article[SHEAF_ARTICLE_treasury] =
        "{'limit_cents':500,'period_s':1000,'protected':false,'signatures':2}";
    begin(k, &rules, 10000);
}

/* Many small payments do not get round the limit: the present period and the one before count,
 * and none before that. */
void test_payments_summed(void **unused)
{
    (void)unused;
    kit k;
    begin_summed(&k);
    static const struct {
        int64_t after_ms; /* the first */
        sheaf_refusal want;
        int cents;
    } rows[] = {
        {0, ACCEPTED, 300},
        {1, R(payment_period), 201},
        {2, ACCEPTED, 200}, /* the limit exactly */
        {3, R(payment_period), 1},
        {PERIOD_MS - 1, R(payment_period), 1},
        {PERIOD_MS, R(payment_period), 1},
        {2 * PERIOD_MS - 1, R(payment_period), 1},
        {2 * PERIOD_MS, ACCEPTED, 200},
        {3 * PERIOD_MS - 1, R(payment_period), 301},
        {3 * PERIOD_MS, R(payment_period), 301},
        {3 * PERIOD_MS, ACCEPTED, 299},
        {4 * PERIOD_MS - 1, R(payment_period), 2},
        {4 * PERIOD_MS, R(payment_period), 202},
        {4 * PERIOD_MS, ACCEPTED, 201},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    char label[ROWS][8], what[80];
    for (int i = 0; i < ROWS; i++) {
        snprintf(label[i], sizeof label[i], "p%d", i);
        snprintf(what, sizeof what, ORDER("%d"), rows[i].cents);
        half(&k, label[i], what);
    }
    int64_t first = k.now + 5000;
    for (int i = 0; i < ROWS; i++) {
        k.now = first + rows[i].after_ms - k.step_ms;
        last(&k, rows[i].want, label[i]);
        if (i == 2) { /* once the first 500 are in no period that counts */
            assert_int_equal(sheaf_payment_waits_until(&k.state, payment(&k, label[3])),
                             first + 2 * PERIOD_MS);
            assert_int_equal(sheaf_payment_waits_until(&k.state, payment(&k, label[7])),
                             first + 2 * PERIOD_MS);
        }
        if (i == 10) /* once the 200 of the period before are not, beside 299 */
            assert_int_equal(sheaf_payment_waits_until(&k.state, payment(&k, label[13])),
                             first + 4 * PERIOD_MS);
    }
    const struct sheaf_row_till *till = sheaf_till_at(&k.state, 0);
    assert_int_equal(till->begun, first + 4 * PERIOD_MS);
    assert_int_equal(till->before_cents, 299);
    assert_int_equal(till->cents, 201);
    finish(&k);
}

/* What a budget pays, what is owed, and what the members decide on is not summed. */
void test_payments_not_summed(void **unused)
{
    (void)unused;
    kit k;
    begin_summed(&k);
    adopt(&k, "b", 0, "", INT64_C(9007199254740991));
    kit_motion(&k, "s", SHARE("500"), 4);
    kit_do(&k, "ann", "payment.order", "p", ORDER("400"));
    kit_motion(&k, "yes", APPROVE("p"), 4);
    half(&k, "all", ORDER("500"));
    last(&k, ACCEPTED, "all");
    half(&k, "b1", ON("b.tick", "0", "100"));
    kit_do(&k, "dan", "payment.order", "d",
           "{'account':#dan,'amount_cents':100,'payee':^,'purpose':^}");
    kit_do(&k, "ann", "payment.sign", NULL, PAY("p"));
    kit_do(&k, "ann", "payment.sign", NULL, PAY("d"));
    last(&k, ACCEPTED, "p");
    last(&k, ACCEPTED, "d");
    last(&k, ACCEPTED, "b1");
    half(&k, "one", ORDER("1"));
    last(&k, R(payment_period), "one");
    assert_int_equal(sheaf_till_at(&k.state, 0)->cents, 500);
    finish(&k);
}

#define ADVICE(cents)                                                                          \
    "{'answer_s':100,'open_max':2,'protected':false,'spend_max_cents':" cents "}"
#define ON_ADVICE(advice, cents)                                                               \
    "{'advice':#" advice ",'amount_cents':" cents ",'payee':^,'purpose':^}"

static void decide_after_advice(kit *k, const char *label)
{
    kit_do(k, "dan", "advice.open", label, "{'asked':[{'member':#ann}],'text':^,'title':^}");
    uint32_t advice = kit_index(k, label);
    kit_want(k, R(advice_payment), "dan", "payment.order", ON_ADVICE("a", "1"), NULL);
    kit_do(k, "ann", "advice.give", NULL, "{'advice':%u,'text':^}", advice);
    kit_do(k, "dan", "advice.reply", NULL, "{'advice':%u,'member':#ann,'text':^}", advice);
    kit_do(k, "dan", "advice.decide", NULL, "{'advice':%u,'text':^}", advice);
}

/* Who has decided after advice spends as much as article 12 lets one decision, once, and with
 * the treasurers' signatures; and no more of such decisions in a time than one may. */
void test_payment_after_advice(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.article[SHEAF_ARTICLE_treasury] = TREASURY("100", "2");
    rules.article[SHEAF_ARTICLE_advice] = ADVICE("400");
    begin(&k, &rules, 10000);
    decide_after_advice(&k, "a");
    static const kit_row rows[] = {
        {"bob", "payment.order", ON_ADVICE("a", "1"), R(advice_payment)},
        {"dan", "payment.order", ON_ADVICE("ann", "1"), R(no_such_advice)},
        {"dan", "payment.order", ON_ADVICE("a", "401"), R(advice_over)},
        {"dan", "payment.order",
         "{'account':#dan,'advice':#a,'amount_cents':1,'payee':^,'purpose':^}",
         R(treasury_line_form)},
        {"dan", "payment.order", ON_ADVICE("a", "400"), .label = "p"},
        {"dan", "payment.order", ON_ADVICE("a", "1"), R(advice_payment)},
        {"dan", "payment.cancel", PAY("p")},
        {"dan", "payment.order", ON_ADVICE("a", "400"), .label = "p"}, /* free again */
        {"ann", "payment.sign", PAY("p")},
        {"bob", "payment.sign", PAY("p")},
        {"dan", "payment.order", ON_ADVICE("a", "1"), R(advice_payment)}, /* for good */
    };
    KIT_ROWS(&k, rows);
    assert_int_equal(payment(&k, "p")->state, SHEAF_payment_state_released);
    /* Decisions after advice are summed, or a member alone would spend so much again and again.
     */
    assert_int_equal(sheaf_till_at(&k.state, 0)->cents, 400);
    decide_after_advice(&k, "c");
    static const kit_row again[] = {
        {"dan", "payment.order", ON_ADVICE("c", "1"), .label = "s"},
        {"ann", "payment.sign", PAY("s")},
        {"bob", "payment.sign", PAY("s"), R(payment_period)},
        {"dan", "payment.cancel", PAY("s")},
        {"ann", "payment.order", ORDER("1"), .label = "t"},
        {"ann", "payment.sign", PAY("t")},
        {"bob", "payment.sign", PAY("t"), R(payment_period)},
        {"ann", "payment.cancel", PAY("t")},
    };
    KIT_ROWS(&k, again);
    k.now += 2 * SHEAF_PAYMENT_PERIOD_S * INT64_C(1000);
    settle_due(&k);
    kit_do(&k, "dan", "payment.order", "u", ON_ADVICE("c", "400"));
    kit_do(&k, "ann", "payment.sign", NULL, PAY("u"));
    kit_do(&k, "bob", "payment.sign", NULL, PAY("u"));
    assert_int_equal(payment(&k, "u")->state, SHEAF_payment_state_released);
    /* What article 12 says when the money would leave counts. */
    decide_after_advice(&k, "b");
    kit_do(&k, "dan", "payment.order", "q", ON_ADVICE("b", "400"));
    rules.article[SHEAF_ARTICLE_advice] = ADVICE("399");
    kit_motion(&k, "less", kit_amendment(&rules, "#ann"), 4);
    kit_want(&k, R(payment_undecided), "ann", "payment.sign", PAY("q"), NULL);
    rules.article[SHEAF_ARTICLE_advice] = NULL;
    kit_motion(&k, "off", kit_amendment(&rules, "#less.tick"), 4);
    kit_want(&k, R(payment_undecided), "ann", "payment.sign", PAY("q"), NULL);
    kit_do(&k, "dan", "payment.cancel", NULL, PAY("q"));
    kit_want(&k, R(advice_off), "dan", "payment.order", ON_ADVICE("b", "1"), NULL);
    finish(&k);
}
