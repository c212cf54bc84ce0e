/* The ledger, and sharing to the cent. */
#include "test.h"

#include "coop/apportion.h"

enum { WEIGHTS_MAX = 24 };

/* Another way to the same shares: hand out one unit after the other by hand. */
static void apportion_naive(int64_t amount, const uint64_t *weights, size_t count, int64_t *out)
{
    uint64_t total = 0, rest[WEIGHTS_MAX];
    int64_t left = amount;
    for (size_t i = 0; i < count; i++)
        total += weights[i];
    for (size_t i = 0; i < count; i++) {
        out[i] = (int64_t)((uint64_t)amount * weights[i] / total);
        rest[i] = (uint64_t)amount * weights[i] % total;
        left -= out[i];
    }
    while (left-- > 0) {
        size_t best = 0;
        while (rest[best] == UINT64_MAX)
            best++;
        for (size_t i = best; i < count; i++)
            if (rest[i] != UINT64_MAX && rest[i] > rest[best])
                best = i;
        out[best]++;
        rest[best] = UINT64_MAX;
    }
}

void test_apportion(void **unused)
{
    (void)unused;
    static uint8_t block[1 << 16];
    uint64_t weights[WEIGHTS_MAX];
    int64_t shares[WEIGHTS_MAX], naive[WEIGHTS_MAX];
    const uint64_t first = 20260101;
    printf("seed %llu\n", (unsigned long long)first);
    uint64_t seed = first;
    for (int turn = 0; turn < 20000; turn++) {
        size_t count = 1 + kit_random(&seed) % WEIGHTS_MAX;
        uint64_t range = turn % 2 ? 4 : 100000; /* with many ties, with few */
        int64_t amount = (int64_t)(kit_random(&seed) % (turn % 3 ? 1000 : 10000000));
        uint64_t total = 0;
        for (size_t i = 0; i < count; i++)
            total += weights[i] = kit_random(&seed) % range;
        sheaf_arena arena = sheaf_arena_over(block, sizeof block);
        bool shared = sheaf_apportion(amount, weights, count, shares, &arena);
        assert_int_equal(shared, total > 0);
        if (!shared)
            continue;
        int64_t sum = 0;
        apportion_naive(amount, weights, count, naive);
        for (size_t i = 0; i < count; i++) {
            sum += shares[i];
            assert_int_equal(shares[i], naive[i]);
            assert_true(weights[i] || !shares[i]);
            for (size_t j = 0; j < i; j++)
                assert_true(weights[i] >= weights[j]
                                ? shares[i] + (weights[i] == weights[j]) >= shares[j]
                                : shares[i] <= shares[j]);
        }
        assert_int_equal(sum, amount);
    }
    /* The largest amount and weights: no overflow on the way. */
    weights[0] = weights[1] = UINT64_MAX / 2;
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    assert_true(sheaf_apportion((INT64_C(1) << 53) - 1, weights, 2, shares, &arena));
    assert_int_equal(shares[0], INT64_C(1) << 52);
    weights[0] = UINT64_MAX;
    assert_false(sheaf_apportion(5, weights, 2, shares, &arena));
    arena = sheaf_arena_over(block, 8);
    weights[0] = 1;
    assert_false(sheaf_apportion(5, weights, 2, shares, &arena)); /* no room to work */
}

static int64_t balance(kit *k, uint8_t kind, uint32_t member)
{
    const struct sheaf_row_account *row =
        sheaf_account_find(&k->state, sheaf_pair(kind, member));
    return row ? row->balance_cents : 0;
}

static void check_sum(kit *k)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < sheaf_account_count(&k->state); i++)
        sum += sheaf_account_at(&k->state, i)->balance_cents;
    assert_int_equal(sum, 0);
    assert_int_equal(k->cents, 0);
}

void test_revenue(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    kit_found_four(&k, &rules);
    kit_want(&k, R(surplus_short), "ann", "motion.open",
             "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':1}},'title':^}",
             NULL);
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':1001,'memo':^}");
    assert_int_equal(balance(&k, SHEAF_account_kind_bank, SHEAF_NONE), 1001);
    assert_int_equal(balance(&k, SHEAF_account_kind_revenue, SHEAF_NONE), -1001);
    kit_want(&k, R(surplus_short), "ann", "motion.open",
             "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':1002}},'title':^}",
             NULL);
    check_sum(&k);
    int64_t said = k.cents;
    kit_want(&k, ACCEPTED, "ann", "motion.open",
             "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':1001}},'title':^}",
             NULL);
    assert_int_equal(k.cents, said); /* a rehearsal posts nothing */
    /* The bank's balance stays within what JSON carries, with room to spare. */
    int times = 0;
    while (kit_try(&k, "ann", "revenue.record", "{'amount_cents':1000000000000,'memo':^}", NULL)
           == ACCEPTED)
        times++;
    assert_int_equal(times, 2251);
    kit_want(&k, R(amount_range), "ann", "revenue.record",
             "{'amount_cents':1000000000000,'memo':^}", NULL);
    check_sum(&k);
    kit_close(&k);
}

void test_surplus_to_the_cent(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.data_bp = 3333, rules.members_bp = 3333, rules.reserve_bp = 3334;
    kit_with_data(&k, &rules);
    static const char *const people[] = {"ann", "bob", "cat", "dan"};
    int64_t owed[4] = {0}, reserve = 0;
    const uint64_t first = 77;
    printf("seed %llu\n", (unsigned long long)first);
    uint64_t seed = first;
    for (int turn = 0; turn < 12; turn++) {
        int64_t amount = (int64_t)(1 + kit_random(&seed) % 100000);
        char label[KIT_NAME_MAX], effect[200];
        uint64_t weights[4], keys[3] = {3333, 3333, 3334}, alike[4] = {1, 1, 1, 1};
        int64_t parts[3], line[4];
        bool any = false;
        for (int i = 0; i < 4; i++) { /* records, as closed rounds would leave them */
            weights[i] = turn % 4 ? kit_random(&seed) % 1000 : 0;
            any = any || weights[i];
            uint32_t row = sheaf_member_row(&k.state, kit_index(&k, people[i]));
            sheaf_member_edit(&k.state, row)->contributed = weights[i];
        }
        sheaf_state_commit(&k.state);
        kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':%lld,'memo':^}",
               (long long)amount);
        snprintf(label, sizeof label, "s%d", turn);
        snprintf(effect, sizeof effect,
                 "{'kind':'surplus.distribute','what':{'amount_cents':%lld}}",
                 (long long)amount);
        kit_motion(&k, label, effect, 4);
        apportion_naive(amount, keys, 3, parts);
        reserve += parts[2];
        if (any)
            apportion_naive(parts[0], weights, 4, line);
        for (int i = 0; i < 4 && any; i++)
            owed[i] += line[i];
        if (!any)
            reserve += parts[0];
        apportion_naive(parts[1], alike, 4, line);
        for (int i = 0; i < 4; i++) {
            owed[i] += line[i];
            assert_int_equal(balance(&k, SHEAF_account_kind_member, kit_index(&k, people[i])),
                             -owed[i]);
            assert_int_equal(sheaf_member_find(&k.state, kit_index(&k, people[i]))->contributed,
                             0);
        }
        assert_int_equal(balance(&k, SHEAF_account_kind_reserve, SHEAF_NONE), -reserve);
        assert_int_equal(balance(&k, SHEAF_account_kind_revenue, SHEAF_NONE), 0);
        check_sum(&k);
    }
    kit_close(&k);
}

#define SURPLUS(members, reserve)                                                              \
    "{'data_bp':0,'members_bp':" members ",'protected':true,'reserve_bp':" reserve "}"

/* Neither the share of the reserve nor how far it goes is lowered before it is full, to the
 * cent; both may be raised. */
void test_reserve_is_filled(void **unused)
{
    (void)unused;
    static const struct {
        const char *article;
        bool lowers;
    } rows[] = {
        {SURPLUS("8001", "1999,'reserve_until_cents':200"), true},
        {SURPLUS("8000", "2000,'reserve_until_cents':199"), true},
        {SURPLUS("8000", "2000"), true},
        {SURPLUS("8000", "2000,'reserve_until_cents':201"), false},
        {SURPLUS("7999", "2001,'reserve_until_cents':200"), false},
    };
    kit k;
    char what[8192];
    kit_rules rules = kit_rules_usual();
    rules.article[SHEAF_ARTICLE_surplus] = SURPLUS("8000", "2000,'reserve_until_cents':200");
    kit_open(&k);
    kit_found_four(&k, &rules);
    for (int cents = 199; cents <= 200; cents++) {
        int64_t amount = cents == 199 ? 995 : 5;
        kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':%lld,'memo':^}",
               (long long)amount);
        snprintf(what, sizeof what,
                 "{'kind':'surplus.distribute','what':{'amount_cents':%lld}}",
                 (long long)amount);
        kit_motion(&k, cents == 199 ? "m1" : "m2", what, 4);
        assert_int_equal(balance(&k, SHEAF_account_kind_reserve, SHEAF_NONE), -cents);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            rules.article[SHEAF_ARTICLE_surplus] = rows[i].article;
            snprintf(what, sizeof what, "{'effect':%s,'title':^}",
                     kit_amendment(&rules, "#ann"));
            if (cents == 199 && rows[i].lowers) {
                kit_want(&k, R(reserve_unfilled), "ann", "motion.open", what, NULL);
                continue;
            }
            kit_want(&k, ACCEPTED, "ann", "motion.open", what, "m");
            kit_do(&k, "ann", "motion.withdraw", NULL, "{'motion':#m}");
        }
    }
    kit_close(&k);
}

void test_surplus_of_the_departed(void **unused)
{
    (void)unused;
    kit k;
    kit_open(&k);
    kit_rules rules = kit_rules_usual();
    rules.data_bp = 0, rules.members_bp = 10000, rules.reserve_bp = 0;
    kit_found_four(&k, &rules);
    kit_do(&k, "eve", "member.apply", "eve",
           "{'class':0,'kind':'person','name':^,'public_key':@eve,'web':true}");
    kit_do(&k, "dan", "member.leave", NULL, "{}");
    kit_do(&k, "ann", "revenue.record", NULL, "{'amount_cents':100,'memo':^}");
    kit_do(&k, "ann", "motion.open", "s",
           "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':100}},'title':^}");
    kit_do(&k, "ann", "ballot.cast", NULL, "{'choice':'yes','motion':#s}");
    kit_do(&k, "bob", "ballot.cast", NULL, "{'choice':'yes','motion':#s}");
    k.now += 60000;
    kit_do(&k, "hub", "clock.tick", NULL, "{'deadline':'motion','of':#s,'unwitnessed':false}");
    assert_int_equal(balance(&k, SHEAF_account_kind_member, kit_index(&k, "ann")), -34);
    assert_int_equal(balance(&k, SHEAF_account_kind_member, kit_index(&k, "bob")), -33);
    assert_int_equal(balance(&k, SHEAF_account_kind_member, kit_index(&k, "cat")), -33);
    assert_int_equal(balance(&k, SHEAF_account_kind_member, kit_index(&k, "dan")), 0);
    assert_int_equal(balance(&k, SHEAF_account_kind_member, kit_index(&k, "eve")), 0);
    assert_null(
        sheaf_account_find(&k.state, sheaf_pair(SHEAF_account_kind_reserve, SHEAF_NONE)));
    check_sum(&k);
    kit_close(&k);
}
