/* A co-op with treasurers, for the tests of what they do with money. */
#ifndef SHEAF_TEST_COOP_TREASURY_WORLD_H
#define SHEAF_TEST_COOP_TREASURY_WORLD_H

#include "test.h"

#include "coop/deadline.h"
#include "coop/ledger.h"
#include "coop/treasury.h"

#define ORGANS                                                                                 \
    "{'list':[{'kind':'board','name':'Board','nominate_s':10,'open_s':10,'quorum_bp':5000,"    \
    "'seats':1,'term_s':100000000},{'kind':'treasurers','name':'Treasurers','nominate_s':10,"  \
    "'open_s':10,'quorum_bp':5000,'seats':3,'term_s':100000000}],'protected':false}"
#define TREASURY(limit, signatures)                                                            \
    "{'limit_cents':" limit ",'protected':false,'signatures':" signatures "}"
#define ORDER(cents)     "{'amount_cents':" cents ",'payee':^,'purpose':^}"
#define PAY(payment)     "{'payment':#" payment "}"
#define SETTLE(payment)  "{'evidence':~e,'payment':#" payment "}"
#define APPROVE(payment) "{'kind':'payment.approve','what':{'payment':#" payment "}}"
#define ELECT(member)    "{'kind':'office.elect','what':{'member':#" member ",'organ':1}}"
#define SHARE(cents)     "{'kind':'surplus.distribute','what':{'amount_cents':" cents "}}"
#define OPEN(effect)     "{'effect':" effect ",'title':^}"
#define EARNED(cents)    "{'amount_cents':" cents ",'evidence':~e,'memo':^}"
/* A key that the person behind the digits holds. */
#define HELD(name, digits) KIT_HELD(name, digits, "true", "true", "true", "")

static inline kit_rules rules_with_treasury(void)
{
    kit_rules rules = kit_rules_usual();
    rules.data_bp = 0, rules.members_bp = 10000, rules.reserve_bp = 0;
    rules.article[SHEAF_ARTICLE_organs] = ORGANS;
    rules.article[SHEAF_ARTICLE_treasury] = TREASURY("500", "2");
    return rules;
}

static inline void earn(kit *k, int cents)
{
    kit_do(k, "ann", "revenue.record", NULL, "{'amount_cents':%d,'evidence':~e,'memo':^}",
           cents);
}

/* Eve has no vote; nobody is a treasurer. */
static inline void begin_without(kit *k, const kit_rules *rules)
{
    kit_open(k);
    kit_found_four(k, rules);
    kit_do(k, "eve", "member.apply", "eve",
           "{'class':1,'kind':'person','name':^,'public_key':@eve,'web':false}");
    kit_do(k, "ann", "member.admit", NULL, "{'member':#eve}");
}

/* Ann, bob and cat are treasurers, and have so much. */
static inline void begin(kit *k, const kit_rules *rules, int cents)
{
    begin_without(k, rules);
    kit_motion(k, "e1", ELECT("ann"), 4);
    kit_motion(k, "e2", ELECT("bob"), 4);
    kit_motion(k, "e3", ELECT("cat"), 4);
    earn(k, cents);
}

static inline const struct sheaf_row_payment *payment(kit *k, const char *label)
{
    return sheaf_payment_find(&k->state, kit_index(k, label));
}

static inline int64_t balance(const kit *k, uint8_t kind)
{
    return sheaf_ledger_balance(&k->state, kind, SHEAF_NONE);
}

/* The balances sum to zero, and the test is over. */
static inline void finish(kit *k)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < sheaf_account_count(&k->state); i++)
        sum += sheaf_account_at(&k->state, i)->balance_cents;
    assert_int_equal(sum, 0);
    assert_int_equal(k->cents, 0);
    kit_close(k);
}

/* Settles what has fallen due by now. */
static inline void settle_due(kit *k)
{
    sheaf_deadline due;
    while (sheaf_fold_due(&k->state, k->now, &due))
        kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'%s','of':%u,'unwitnessed':false}",
               sheaf_deadline_name(due.kind), due.of);
}

#endif
