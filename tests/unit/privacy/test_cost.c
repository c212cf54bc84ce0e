/* The integers of a mandate: rounded up, checked, and enough to keep an account with. */
#include "test.h"

#include "privacy/cost.h"
#include "privacy/rdp.h"

#include <math.h>

static void test_rounded_up(void **unused)
{
    for (double q = 0.01; q <= 1; q *= 10)
        for (int noise = SHEAF_NOISE_GAUSSIAN; noise <= SHEAF_NOISE_LAPLACE; noise++) {
            sheaf_mechanism m = {(sheaf_noise)noise, 1.7, q, 3};
            sheaf_cost cost;
            sheaf_cost_round(&m, &cost);
            for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++) {
                double rdp = sheaf_rdp_at(&m, sheaf_cost_order_tenths(i));
                assert_true((double)cost.cost[i] >= floor(rdp * 1e12));
                assert_true((double)cost.cost[i] <= rdp * 1e12 + 2);
            }
        }
    (void)unused;
}

static void test_understated_is_refused(void **unused)
{
    sheaf_mechanism m = {SHEAF_NOISE_DISCRETE_GAUSSIAN, 2, 0.1, 1000};
    sheaf_cost cost, found;
    sheaf_err err;
    sheaf_cost_round(&m, &found);
    cost = found;
    MUST(sheaf_cost_check(&found, &cost, "a round", &err));
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++) {
        cost.cost[i]++; /* more may be claimed */
        MUST(sheaf_cost_check(&found, &cost, "a round", &err));
        cost.cost[i] -= 2;
        assert_int_equal(sheaf_cost_check(&found, &cost, "a round", &err), SHEAF_FAULT);
        assert_non_null(strstr(err.message, "the cost of a round at order"));
        cost.cost[i]++;
    }
    m.noise_multiplier = 1.9;
    sheaf_cost_round(&m, &found);
    assert_int_equal(sheaf_cost_check(&found, &cost, "a round", &err), SHEAF_FAULT);
    (void)unused;
}

static void test_no_bound(void **unused)
{
    sheaf_mechanism m = {SHEAF_NOISE_GAUSSIAN, 0.02, 1, 0};
    sheaf_cost cost;
    sheaf_cost_round(&m, &cost);
    assert_true(cost.cost[SHEAF_COST_ORDERS - 1] == SHEAF_COST_MAX);
    (void)unused;
}

/* Adding and comparing integers allows as many steps as epsilon does, next to none less. */
static void test_limit(void **unused)
{
    sheaf_mechanism m = {SHEAF_NOISE_GAUSSIAN, 16, 1, 0};
    sheaf_cost cost, limit;
    sheaf_rdp step;
    int64_t fits = 0;
    unsigned order;
    sheaf_cost_round(&m, &cost);
    sheaf_cost_limit(1, 1e-3, &limit);
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++)
        if (limit.cost[i] > 0 && limit.cost[i] / cost.cost[i] > fits)
            fits = limit.cost[i] / cost.cost[i];
    sheaf_rdp within = {0}, beyond = {0};
    sheaf_rdp_step(&m, &step);
    sheaf_rdp_compose(&within, &step, (uint32_t)fits);
    sheaf_rdp_compose(&beyond, &step, (uint32_t)fits + 2);
    assert_true(sheaf_rdp_epsilon(&within, 1e-3, &order) <= 1);
    assert_true(sheaf_rdp_epsilon(&beyond, 1e-3, &order) > 1);
    (void)unused;
}

/* What is spent up to the limit gives the epsilon of the limit, and next to nothing less. */
static void test_epsilon(void **unused)
{
    sheaf_cost spent, none = {0}, unbounded;
    sheaf_cost_limit(5, 1e-3, &spent);
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++) {
        unbounded.cost[i] = SHEAF_COST_MAX;
        if (spent.cost[i] < 0)
            spent.cost[i] = SHEAF_COST_MAX;
    }
    assert_true(fabs(sheaf_cost_epsilon(&spent, 1e-3) - 5) < 1e-11);
    assert_true(sheaf_cost_epsilon(&none, 1e-3) >= 0);
    assert_true(sheaf_cost_epsilon(&none, 1e-3) < 0.01);
    assert_true(isinf(sheaf_cost_epsilon(&unbounded, 1e-3)));
    (void)unused;
}

/* Delta has room for 2^32 samples that are each within 2^-70 of their law: at epsilon 10 that
 * is 2^-38 (1 + e^10) = 8.01354537e-8 of it. By hand, with mpmath at 30 digits, at order 10:
 * epsilon - log(9/10) + (log(what is left of delta) + log(10)) / 9. Never more than half. */
static void test_samplers(void **unused)
{
    enum { PLACE = 17 };
    sheaf_cost limit, spent;
    assert_int_equal(sheaf_cost_order_tenths(PLACE), 100);
    sheaf_cost_limit(10, 1e-6, &limit);
    assert_true(llabs(limit.cost[PLACE] - INT64_C(8816865591538)) <= 1);
    sheaf_cost_limit(40, 1e-6, &spent);
    assert_true(llabs(spent.cost[PLACE] - INT64_C(38749130221710)) <= 1);
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++)
        spent.cost[i] = i == PLACE ? limit.cost[PLACE] : SHEAF_COST_MAX;
    double back = sheaf_cost_epsilon(&spent, 1e-6);
    assert_true(back <= 10 + 1e-11 && back >= 10 - 1e-11);
    spent.cost[PLACE] = INT64_C(38749130221710);
    back = sheaf_cost_epsilon(&spent, 1e-6);
    assert_true(back <= 40 + 1e-11 && back >= 40 - 1e-11);
    (void)unused;
}

/* Without sampling the Gaussian costs order / (2 multiplier^2) at each order. */
static void test_least_noise(void **unused)
{
    const sheaf_mechanism round = {SHEAF_NOISE_GAUSSIAN, 0, 1, 1};
    for (uint32_t rounds = 1; rounds <= 1000; rounds *= 10) {
        sheaf_cost limit;
        double least = 1e9;
        sheaf_cost_limit(3, 1e-5, &limit);
        for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++)
            if (limit.cost[i] > 0)
                least = fmin(least, sqrt(rounds * (sheaf_cost_order_tenths(i) / 10.0)
                                         / (2e-12 * (double)limit.cost[i])));
        double found = (double)sheaf_cost_least_noise(&round, rounds, &limit) / 1e6;
        assert_true(found >= least && found <= least * (1 + 1e-5));
    }
    sheaf_cost nothing = {{0}};
    assert_int_equal(sheaf_cost_least_noise(&round, 1, &nothing), 0);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounded_up),  cmocka_unit_test(test_understated_is_refused),
        cmocka_unit_test(test_no_bound),    cmocka_unit_test(test_limit),
        cmocka_unit_test(test_epsilon),     cmocka_unit_test(test_samplers),
        cmocka_unit_test(test_least_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
