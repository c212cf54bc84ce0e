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

/* A balance, however small, and a payment that waits without one. */
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
    swiss(&k, rules, "#ann", R(currency_stands));
    kit_do(&k, "ann", "payment.cancel", NULL, PAY("p"));
    swiss(&k, rules, "#ann", SHEAF_ACCEPTED);
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

/* Nor while it was decided and not registered yet: it is looked at when it takes effect. */
void test_currency_is_registered(void **unused)
{
    (void)unused;
    kit k;
    kit_rules rules = rules_with_treasury();
    rules.registration = true;
    begin_without(&k, &rules);
    kit_rules other = rules;
    other.currency = "CHF";
    kit_motion(&k, "a", kit_amendment(&other, "#ann"), 4);
    kit_do(&k, "ann", "revenue.record", "r", EARNED("1"));
    kit_do(&k, "ann", "bylaws.register", "asked",
           "{'date':%lld,'document':~7,'number':'R 1','of':#a.tick}",
           (long long)(sheaf_bylaws_get(&k.state, kit_index(&k, "a.tick"))->adopted / 1000));
    kit_want(&k, R(currency_stands), "bob", "bylaws.confirm", "{'registration':#asked}", NULL);
    static const kit_row rows[] = {
        {"bob", "revenue.reverse", "{'entry':#r,'reason':^}"},
        {"cat", "revenue.reverse", "{'entry':#r,'reason':^}"},
        {"bob", "bylaws.confirm", "{'registration':#asked}"},
    };
    KIT_ROWS(&k, rows);
    assert_memory_equal(sheaf_bylaws_now(&k.state)->currency, "CHF", 3);
    finish(&k);
}
