/* Rényi orders: closed forms, monotonicity, composition, the inverse, and what is refused. */
#include "test.h"

#include "privacy/exact.h"
#include "privacy/rdp.h"

#include <math.h>

static const sheaf_noise noises[] = {SHEAF_NOISE_GAUSSIAN, SHEAF_NOISE_DISCRETE_GAUSSIAN,
                                     SHEAF_NOISE_SKELLAM, SHEAF_NOISE_LAPLACE};
static const unsigned some_orders[] = {11, 15, 20, 24, 37, 50, 83, 109, 120, 320, 640, 1280};

enum {
    NOISES = sizeof noises / sizeof *noises,
    ORDERS = sizeof some_orders / sizeof *some_orders,
};

static sheaf_mechanism mechanism(sheaf_noise noise, double sigma, double q, uint32_t dimension)
{
    return (sheaf_mechanism){noise, sigma, q, dimension};
}

static double epsilon(sheaf_mechanism m, uint32_t steps, double delta)
{
    sheaf_rdp step, spent = {0};
    unsigned order;
    sheaf_rdp_step(&m, &step);
    sheaf_rdp_compose(&spent, &step, steps);
    return sheaf_rdp_epsilon(&spent, delta, &order);
}

static void test_orders(void **unused)
{
    assert_int_equal(sheaf_rdp_order_tenths(0), 11);
    assert_int_equal(sheaf_rdp_order_tenths(SHEAF_RDP_ORDERS - 1), 10240);
    for (unsigned i = 1; i < SHEAF_RDP_ORDERS; i++)
        assert_true(sheaf_rdp_order_tenths(i) > sheaf_rdp_order_tenths(i - 1));
    (void)unused;
}

/* Without sampling each law has a closed form; ours is at it, and not below. */
static void test_closed_forms(void **unused)
{
    for (int i = 0; i < ORDERS; i++)
        for (double sigma = 0.25; sigma < 100; sigma *= 3) {
            double alpha = some_orders[i] / 10.0, b = sigma;
            double gaussian = alpha / (2 * sigma * sigma);
            double laplace = log(alpha / (2 * alpha - 1) * exp((alpha - 1) / b)
                                 + (alpha - 1) / (2 * alpha - 1) * exp(-alpha / b))
                             / (alpha - 1);
            for (uint32_t d = 0; d < 1000; d += 499) {
                sheaf_mechanism m = mechanism(SHEAF_NOISE_DISCRETE_GAUSSIAN, sigma, 1, d);
                double rdp = sheaf_rdp_at(&m, some_orders[i]);
                assert_true(fabs(rdp / gaussian - 1) < 1e-14);
            }
            sheaf_mechanism m = mechanism(SHEAF_NOISE_LAPLACE, sigma, 1, 0);
            if (isfinite(laplace))
                assert_true(fabs(sheaf_rdp_at(&m, some_orders[i]) - laplace) < 1e-11);
        }
    (void)unused;
}

/* Agarwal, Kairouz, Liu 2021, theorem 3.5, by hand: sigma 2, one integer, order 3. */
static void test_skellam(void **unused)
{
    sheaf_mechanism m = mechanism(SHEAF_NOISE_SKELLAM, 2, 1, 0);
    double mu = 4, want = 3 / (2 * mu) + fmin((5 + 6) / (4 * mu * mu), 3 / (2 * mu));
    assert_true(fabs(sheaf_rdp_at(&m, 30) - want) < 1e-14);
    m.dimension = 1000000; /* fine units: next to the Gaussian */
    assert_true(sheaf_rdp_at(&m, 30) >= 3 / (2 * mu));
    assert_true(sheaf_rdp_at(&m, 30) < 3 / (2 * mu) * 1.0001);
    (void)unused;
}

/* The quadrature just beside an integer order meets the binomial sum there: between two integer
 * orders it lies under the chord, and RDP never falls with the order. */
static void test_quadrature_meets_sum(void **unused)
{
    for (double sigma = 0.3; sigma < 40; sigma *= 2.3)
        for (double q = 1e-4; q < 1; q *= 9) {
            sheaf_mechanism line = mechanism(SHEAF_NOISE_GAUSSIAN, sigma, q, 0);
            sheaf_mechanism chord = mechanism(SHEAF_NOISE_DISCRETE_GAUSSIAN, sigma, q, 2);
            double before = 0;
            for (unsigned tenths = 11; tenths <= 60; tenths++) {
                double rdp = sheaf_rdp_at(&line, tenths);
                assert_true(rdp >= before * (1 - 1e-12));
                assert_true(rdp <= sheaf_rdp_at(&chord, tenths) * (1 + 1e-12));
                before = rdp;
            }
            assert_true(before == sheaf_rdp_at(&chord, 60));
        }
    (void)unused;
}

/* The sampled Gaussian at fractional orders, by adaptive quadrature to 40 digits in another
 * program (mpmath): never below, and hardly above. */
static void test_sampled_gaussian(void **unused)
{
    static const struct {
        double sigma, q;
        unsigned tenths;
        double want;
    } rows[] = {
        {1, 0.01, 15, 0.00012725374332744984},     {1, 0.01, 78, 0.00084756613856266224},
        {0.5, 0.0005, 38, 0.00021894454081957719}, {0.35, 0.3, 11, 1.0335153614163917},
        {4, 0.5, 45, 0.037468926747305744},        {30, 0.001, 109, 6.058980908326769e-9},
        {2, 1e-06, 22, 3.1242797778418939e-13},    {0.31, 0.9, 99, 51.391646177329679},
        {1.1, 0.2, 11, 0.023322868954290382},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_mechanism m = mechanism(SHEAF_NOISE_GAUSSIAN, rows[i].sigma, rows[i].q, 0);
        double rdp = sheaf_rdp_at(&m, rows[i].tenths);
        assert_true(rdp >= rows[i].want && rdp <= rows[i].want * (1 + 1e-11));
    }
    (void)unused;
}

/* A single discrete Gaussian with little noise is another law than the continuous one; with
 * more it agrees. The direct sum is checked against doubles. */
static void test_discrete_line(void **unused)
{
    for (double sigma = 0.5; sigma < 20; sigma *= 1.7) {
        double q = 0.1, alpha = 2.5, top = 0, bottom = 0;
        for (int k = -400; k <= 400; k++) {
            double base = exp(-k * k / (2 * sigma * sigma));
            bottom += base;
            top += base > 0
                       ? base * pow(1 - q + q * exp((2 * k - 1) / (2 * sigma * sigma)), alpha)
                       : 0;
        }
        sheaf_mechanism m = mechanism(SHEAF_NOISE_DISCRETE_GAUSSIAN, sigma, q, 0);
        double want = log(top / bottom) / (alpha - 1), rdp = sheaf_rdp_at(&m, 25);
        assert_true(rdp >= want * (1 - 1e-11) && rdp <= want * (1 + 1e-8));
    }
    (void)unused;
}

static void test_monotone(void **unused)
{
    for (int i = 0; i < NOISES; i++) {
        double base = epsilon(mechanism(noises[i], 2, 0.1, 10), 50, 1e-5);
        assert_true(epsilon(mechanism(noises[i], 2.2, 0.1, 10), 50, 1e-5) < base);
        assert_true(epsilon(mechanism(noises[i], 2, 0.09, 10), 50, 1e-5) < base);
        assert_true(epsilon(mechanism(noises[i], 2, 1, 10), 50, 1e-5) > base);
        assert_true(epsilon(mechanism(noises[i], 2, 0.1, 10), 49, 1e-5) < base);
        assert_true(epsilon(mechanism(noises[i], 2, 0.1, 10), 50, 1e-4) < base);
    }
    (void)unused;
}

static void test_sampling_helps_at_every_order(void **unused)
{
    for (int i = 0; i < NOISES; i++)
        for (int j = 0; j < ORDERS; j++) {
            sheaf_mechanism whole = mechanism(noises[i], 1.3, 1, 0), part = whole;
            part.sampling = 0.3;
            assert_true(sheaf_rdp_at(&part, some_orders[j])
                        <= sheaf_rdp_at(&whole, some_orders[j]));
        }
    (void)unused;
}

/* Steps add up; two mechanisms cost at least either, and what is exact is never undercut. */
static void test_composition(void **unused)
{
    sheaf_mechanism a = mechanism(SHEAF_NOISE_GAUSSIAN, 5, 1, 0), b = a;
    sheaf_rdp one, two, sum = {0};
    unsigned order;
    b.noise_multiplier = 3;
    sheaf_rdp_step(&a, &one);
    sheaf_rdp_step(&b, &two);
    sheaf_rdp_compose(&sum, &one, 25);
    sheaf_rdp_compose(&sum, &two, 9);
    /* 25 / 5^2 + 9 / 3^2 = 2 = 1 / sigma^2 */
    double together = sheaf_rdp_epsilon(&sum, 1e-5, &order);
    assert_true(
        fabs(together - epsilon(mechanism(SHEAF_NOISE_GAUSSIAN, sqrt(0.5), 1, 0), 1, 1e-5))
        < 1e-9);
    for (double sigma = 0.1; sigma < 1000; sigma *= 2.1)
        for (double delta = 1e-12; delta < 1; delta *= 20)
            assert_true(epsilon(mechanism(SHEAF_NOISE_GAUSSIAN, sigma, 1, 0), 7, delta)
                        >= sheaf_exact_gaussian(sigma, 7, delta));
    (void)unused;
}

/* The noise found suffices, and a millionth less does not. */
static void test_inverse(void **unused)
{
    sheaf_err err;
    for (int i = 0; i < NOISES; i++)
        for (double q = 0.05; q <= 1; q *= 20) {
            sheaf_mechanism m = mechanism(noises[i], 1, q, 100);
            uint64_t millionths;
            MUST(sheaf_rdp_noise(&m, 30, 2, 1e-4, &millionths, &err));
            m.noise_multiplier = nextafter((double)millionths / 1e6, 0);
            assert_true(epsilon(m, 30, 1e-4) <= 2.0000001);
            m.noise_multiplier = (double)(millionths - 2) / 1e6;
            assert_true(epsilon(m, 30, 1e-4) > 2);
        }
    /* Also where the best order is far up. */
    for (double wanted = 0.004; wanted < 3000; wanted *= 3)
        for (uint32_t steps = 1; steps <= 1000000; steps *= 1000) {
            sheaf_mechanism m = mechanism(SHEAF_NOISE_GAUSSIAN, 1, 1, 0);
            uint64_t millionths;
            MUST(sheaf_rdp_noise(&m, steps, wanted, 1e-5, &millionths, &err));
            m.noise_multiplier = nextafter((double)millionths / 1e6, 0);
            assert_true(epsilon(m, steps, 1e-5) <= wanted * (1 + 1e-9));
            m.noise_multiplier = (double)(millionths - 2) / 1e6;
            assert_true(epsilon(m, steps, 1e-5) > wanted * (1 - 1e-9));
        }
    sheaf_mechanism m = mechanism(SHEAF_NOISE_GAUSSIAN, 1, 1, 0);
    uint64_t unused_noise;
    assert_int_equal(sheaf_rdp_noise(&m, 1, 0.0035, 1e-5, &unused_noise, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "is 0.00350140"));
    assert_int_equal(sheaf_rdp_noise(&m, 1, 0, 1e-5, &unused_noise, &err), SHEAF_INVALID);
    assert_int_equal(sheaf_rdp_noise(&m, 1, 1e-30, 1e-5, &unused_noise, &err), SHEAF_INVALID);
    (void)unused;
}

static void test_nonsense(void **unused)
{
    sheaf_err err;
    static const struct {
        double sigma, q;
        const char *words;
    } rows[] = {
        {NAN, 1, "without noise"},     {0, 1, "without noise"}, {-1, 1, "without noise"},
        {INFINITY, 1, "above 0"},      {1e-3, 1, "from 0.01"},  {1e10, 1, "from 0.01"},
        {1, NAN, "nobody takes part"}, {1, 0, "nobody"},        {1, -0.1, "nobody"},
        {1, 1.01, "at most 1"},        {1, 1e-200, "at least"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_mechanism m = mechanism(SHEAF_NOISE_GAUSSIAN, rows[i].sigma, rows[i].q, 0);
        assert_int_equal(sheaf_mechanism_check(&m, &err), SHEAF_INVALID);
        assert_non_null(strstr(err.message, rows[i].words));
    }
    const double deltas[] = {NAN, 0, -1, 1, 2, INFINITY, 1e-200};
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++)
        assert_int_equal(sheaf_delta_check(deltas[i], &err), SHEAF_INVALID);
    const char *const texts[] = {"", "nan", "inf", "0x10", "1e", "1,5", " 1", "1 ", "--1", "."};
    double value;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(sheaf_decimal_parse(texts[i], SHEAF_ROUND_UP, &value));
    assert_true(sheaf_decimal_parse("0.1", SHEAF_ROUND_UP, &value) && value == 0.1);
    assert_true(sheaf_decimal_parse("0.1", SHEAF_ROUND_DOWN, &value) && value < 0.1);
    assert_true(sheaf_ratio(1, 10, SHEAF_ROUND_UP) == 0.1);
    assert_true(sheaf_ratio(1, 10, SHEAF_ROUND_DOWN) == value);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_skellam),
        cmocka_unit_test(test_quadrature_meets_sum),
        cmocka_unit_test(test_sampled_gaussian),
        cmocka_unit_test(test_discrete_line),
        cmocka_unit_test(test_monotone),
        cmocka_unit_test(test_sampling_helps_at_every_order),
        cmocka_unit_test(test_composition),
        cmocka_unit_test(test_inverse),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
