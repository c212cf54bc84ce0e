/* The privacy loss distribution against what is known exactly, and how it moves. */
#include "test.h"

#include "privacy/exact.h"
#include "privacy/pld.h"

#include <math.h>

static double pld(sheaf_noise noise, double sigma, double q, uint32_t steps, double delta)
{
    sheaf_mechanism m = {noise, sigma, q, 0};
    sheaf_err err;
    double epsilon = -1;
    MUST(sheaf_pld_epsilon(&m, steps, delta, &epsilon, &err));
    return epsilon;
}

static void test_gaussian_is_exact(void **unused)
{
    for (double sigma = 0.011; sigma < 200; sigma *= 12)
        for (double delta = 1e-10; delta < 0.1; delta *= 1000) {
            double exact = sheaf_exact_gaussian(sigma, 20, delta);
            double got = pld(SHEAF_NOISE_GAUSSIAN, sigma, 1, 20, delta);
            assert_true(got >= exact - 1e-9 && got <= exact * (1 + 1e-5) + 1e-7);
        }
    (void)unused;
}

/* Where delta is far below what doubles tell from 1, and where a step loses next to nothing:
 * never below the truth all the same. */
static void test_gaussian_at_the_edge(void **unused)
{
    static const struct {
        double sigma, delta;
        uint32_t steps;
    } rows[] = {{0.011, 1e-100, 1}, {0.011, 1e-50, 1},  {0.3, 1e-100, 1},
                {1, 1e-100, 1},     {100, 1e-100, 1},   {1e9, 1e-100, 1000000000},
                {1e7, 1e-20, 30},   {3000, 1e-100, 30}, {1, 0.5, 1}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        double exact = sheaf_exact_gaussian(rows[i].sigma, rows[i].steps, rows[i].delta);
        double got = pld(SHEAF_NOISE_GAUSSIAN, rows[i].sigma, 1, rows[i].steps, rows[i].delta);
        assert_true(got >= exact * (1 - 1e-7) && got <= exact * 1.03 + 1e-9);
    }
    (void)unused;
}

/* One Laplace release is 1/b private, and at delta it is 1/b + 2 log(1 - delta): then delta =
 * 1 - e^((epsilon - 1/b) / 2). */
static void test_laplace_once(void **unused)
{
    const double deltas[] = {1e-6, 1e-3, 0.05};
    for (double b = 0.3; b < 8; b *= 2)
        for (int i = 0; i < 3; i++) {
            double want = fmax(0, 1 / b + 2 * log1p(-deltas[i]));
            double got = pld(SHEAF_NOISE_LAPLACE, b, 1, 1, deltas[i]);
            assert_true(got >= want - 1e-9 && got <= want + 1e-4);
        }
    (void)unused;
}

/* One release of a discrete Gaussian, delta by its sum over the integers. */
static void test_discrete_once(void **unused)
{
    for (double sigma = 0.4; sigma < 30; sigma *= 2) {
        double epsilon = pld(SHEAF_NOISE_DISCRETE_GAUSSIAN, sigma, 1, 1, 1e-4);
        double total = 0, delta = 0;
        for (int k = -500; k <= 500; k++)
            total += exp(-k * k / (2 * sigma * sigma));
        for (int k = -500; k <= 500; k++)
            delta += fmax(0, exp(-(k - 1) * (k - 1) / (2 * sigma * sigma))
                                 - exp(epsilon - k * k / (2 * sigma * sigma)))
                     / total;
        assert_true(delta <= 1e-4 * (1 + 1e-6) && delta >= 1e-4 * (1 - 1e-3));
    }
    (void)unused;
}

/* Never more than the pure guarantee, also where delta is lost in rounding; and nothing where
 * delta covers all that two laws differ by. */
static void test_bounded_losses(void **unused)
{
    assert_true(pld(SHEAF_NOISE_LAPLACE, 2.67583, 1, 1, 4.6e-17) <= 1 / 2.67583);
    assert_true(pld(SHEAF_NOISE_LAPLACE, 0.5, 1, 3, 1e-60) <= 6);
    assert_true(pld(SHEAF_NOISE_LAPLACE, 0.311, 0.0246, 2, 0.18) < 1e-3);
    assert_true(pld(SHEAF_NOISE_GAUSSIAN, 100, 1e-6, 1, 1e-3) == 0);
    assert_true(pld(SHEAF_NOISE_GAUSSIAN, 0.0382526, 0.377277, 66, 2.4e-17) < 25000);
    (void)unused;
}

/* Many steps with little noise: with the sampling rate as its probability a step loses about
 * 1 / (2 sigma^2), and nothing otherwise; log 2 less of both at a rate of a half. Together that
 * is the binomial law, whose quantile at delta 1e-9 is six deviations up. */
static void test_many_steps_of_little_noise(void **unused)
{
    const double sigmas[] = {0.01, 0.03};
    const sheaf_noise noises[] = {SHEAF_NOISE_GAUSSIAN, SHEAF_NOISE_DISCRETE_GAUSSIAN};
    const uint32_t steps = 10000000;
    for (int i = 0; i < 2; i++) {
        double lost = 1 / (2 * sigmas[i] * sigmas[i]), mean = steps * (lost / 2 - M_LN2);
        double got = pld(noises[i], sigmas[i], 0.5, steps, 1e-9);
        assert_true(got > mean + 5.5 * sqrt(steps) * lost / 2);
        assert_true(got < mean + 6.7 * sqrt(steps) * lost / 2);
    }
    (void)unused;
}

static void test_monotone(void **unused)
{
    const sheaf_noise noises[] = {SHEAF_NOISE_GAUSSIAN, SHEAF_NOISE_DISCRETE_GAUSSIAN,
                                  SHEAF_NOISE_LAPLACE};
    for (int i = 0; i < 3; i++) {
        double base = pld(noises[i], 2, 0.1, 50, 1e-5);
        assert_true(pld(noises[i], 2.2, 0.1, 50, 1e-5) < base);
        assert_true(pld(noises[i], 2, 0.09, 50, 1e-5) < base);
        assert_true(pld(noises[i], 2, 1, 50, 1e-5) > base);
        assert_true(pld(noises[i], 2, 0.1, 45, 1e-5) < base);
        assert_true(pld(noises[i], 2, 0.1, 50, 1e-4) < base);
    }
    sheaf_mechanism skellam = {SHEAF_NOISE_SKELLAM, 1, 1, 0};
    assert_false(sheaf_pld_applies(&skellam));
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaussian_is_exact),
        cmocka_unit_test(test_gaussian_at_the_edge),
        cmocka_unit_test(test_laplace_once),
        cmocka_unit_test(test_discrete_once),
        cmocka_unit_test(test_bounded_losses),
        cmocka_unit_test(test_many_steps_of_little_noise),
        cmocka_unit_test(test_monotone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
