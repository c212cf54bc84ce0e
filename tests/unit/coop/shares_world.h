/* Members who hold shares, for the tests of what becomes of them. */
#ifndef SHEAF_TEST_COOP_SHARES_WORLD_H
#define SHEAF_TEST_COOP_SHARES_WORLD_H

#include "test.h"

#include "coop/deadline.h"
#include "coop/ledger.h"
#include "coop/shares.h"

/* At 10.00 each, 2 to 5 a member; repaid 100 s after leaving. */
#define SHARES(more)                                                                           \
    "{" more "'max_count':5,'min_count':2,'price_cents':1000,'protected':false,"               \
    "'repay_from_s':100,'repay_until_s':200,'transferable':true}"
#define PAY(who, count) "{'evidence':~e,'member':#" who ",'shares':" count "}"
#define GIVE_UP(count)  "{'shares':" count "}"

#define OPEN(effect) "{'effect':" effect ",'title':^}"

static inline void begin(kit *k, const char *article)
{
    kit_open(k);
    kit_rules rules = kit_rules_usual();
    rules.data_bp = 0, rules.members_bp = 10000, rules.reserve_bp = 0;
    rules.article[SHEAF_ARTICLE_shares] = article;
    kit_found_four(k, &rules);
}

static inline int64_t owed(kit *k, uint8_t kind, const char *who)
{
    return -sheaf_ledger_balance(&k->state, kind, who ? kit_index(k, who) : SHEAF_NONE);
}

static inline int64_t account(kit *k, const char *who)
{
    return owed(k, SHEAF_account_kind_member, who);
}

static inline const struct sheaf_row_holding *holding(kit *k, const char *who)
{
    return sheaf_holding_find(&k->state, kit_index(k, who));
}

static inline uint8_t repayment(kit *k, const char *label)
{
    return sheaf_repayment_get(&k->state, kit_index(k, label))->state;
}

/* Capital, holdings and ledger say the same, and debits equal credits. */
static inline void check_sum(kit *k)
{
    int64_t sum = 0, shares = 0, worth = 0;
    for (uint32_t i = 0; i < sheaf_account_count(&k->state); i++) {
        const struct sheaf_row_account *row = sheaf_account_at(&k->state, i);
        sum += row->balance_cents;
        shares -= row->kind == SHEAF_account_kind_shares ? row->balance_cents : 0;
    }
    for (uint32_t i = 0; i < sheaf_holding_count(&k->state); i++)
        worth += sheaf_holding_cents(&k->state, sheaf_holding_at(&k->state, i));
    assert_int_equal(sum, 0);
    assert_int_equal(k->cents, 0);
    assert_int_equal(shares, sheaf_capital_now(&k->state)->cents);
    assert_int_equal(worth, shares);
}

static inline void settle(kit *k, const char *label)
{
    kit_do(k, "hub", "clock.tick", NULL, "{'deadline':'share','of':#%s,'unwitnessed':false}",
           label);
}

#endif
