/* Intervals beside published and brute-force values; calibration of what is known. */
#include "test.h"

#include "learn/reliability.h"

#include <math.h>

static void near(double value, double want, double tolerance)
{
    if (!(fabs(value - want) <= tolerance))
        fail_msg("%.9g, not %.9g", value, want);
}

/* Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3:
 * 81 of 263, 15 of 148, 0 of 20 and 1 of 29. */
static void test_wilson(void **unused)
{
    static const struct {
        double right, records, low, high;
    } rows[] = {{81, 263, 0.2553, 0.3662},
                {15, 148, 0.0624, 0.1605},
                {0, 20, 0, 0.1611},
                {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_interval got =
            sheaf_interval_share(rows[i].right / rows[i].records, rows[i].records);
        near(got.low, rows[i].low, 5e-5);
        near(got.high, rows[i].high, 5e-5);
    }
    (void)unused;
}

static void test_noise_widens(void **unused)
{
    sheaf_interval none = sheaf_interval_noised_share(0.8, 400, 0);
    near(none.low, 0.8 - 1.959964 * 0.02, 1e-6);
    sheaf_interval some = sheaf_interval_noised_share(0.8, 400, 10);
    /* by hand: 0.0004 + 200 * (0.04 + 0.64) / 160000 = 0.00125 */
    near(some.high, 0.8 + 1.959964 * sqrt(0.00125), 1e-6);
    sheaf_interval all = sheaf_interval_noised_share(0.8, 400, 1e6);
    near(all.low, 0, 0);
    near(all.high, 1, 0);
    (void)unused;
}

static void test_mean_error(void **unused)
{
    sheaf_interval got = sheaf_interval_mean_error(3, 5, 101);
    near(got.low, 3 - 1.959964 * 0.4, 1e-6);
    got = sheaf_interval_mean_error(3, 3, 101);
    near(got.high - got.low, 0, 1e-12);
    (void)unused;
}

/* By the definition, pair by pair: the kernel's means over each record, and their variances. */
static double delong_by_pairs(const int64_t *words)
{
    enum { MOST = 64 };
    double score[2][MOST], variance = 0;
    int count[2] = {0, 0};
    for (int class = 0; class < 2; class ++)
        for (int i = 0; i < SHEAF_SCORE_BINS; i++)
            for (int64_t k = 0; k < words[class * SHEAF_SCORE_BINS + i]; k++)
                score[class][count[class]++] = i;
    for (int class = 0; class < 2; class ++) {
        double mean[MOST], all = 0, squares = 0;
        for (int i = 0; i < count[class]; i++) {
            mean[i] = 0;
            for (int k = 0; k < count[!class]; k++) {
                double a = score[class][i], b = score[!class][k];
                double wins = a > b ? 1 : a < b ? 0 : 0.5;
                mean[i] += (class ? wins : 1 - wins) / count[!class];
            }
            all += mean[i] / count[class];
        }
        for (int i = 0; i < count[class]; i++)
            squares += (mean[i] - all) * (mean[i] - all);
        variance += squares / (count[class] - 1) / count[class];
    }
    return variance;
}

static void test_auc(void **unused)
{
    uint64_t seed = 41;
    for (int round = 0; round < 50; round++) {
        int64_t words[SHEAF_EVALUATION_WORDS] = {0};
        sheaf_evaluation figures;
        sheaf_interval got;
        sheaf_err err;
        for (int k = 0; k < 40; k++) {
            int bin = (int)(test_random(&seed) % 40), class = (int)(test_random(&seed) % 2);
            words[class * SHEAF_SCORE_BINS + bin + 12 * class]++;
        }
        MUST(sheaf_evaluation_finish(words, &figures, &err));
        assert_true(sheaf_interval_auc(words, &got));
        double half = 1.959964 * sqrt(delong_by_pairs(words));
        double area = (double)figures.auc_millionths / 1e6;
        near(got.low, fmax(0, area - half), 2e-6);
        near(got.high, fmin(1, area + half), 2e-6);
    }
    int64_t apart[SHEAF_EVALUATION_WORDS] = {[3] = 10, [SHEAF_SCORE_BINS + 50] = 10};
    int64_t single[SHEAF_EVALUATION_WORDS] = {[3] = 10, [SHEAF_SCORE_BINS + 50] = 1};
    sheaf_interval got;
    assert_false(sheaf_interval_auc(apart, &got));
    assert_false(sheaf_interval_auc(single, &got));
    (void)unused;
}

static void test_calibration(void **unused)
{
    int64_t words[SHEAF_EVALUATION_WORDS] = {0};
    sheaf_calibration c;
    /* bin 36 has log odds of 1.125, 0.7549: of 100 records 76 are positive, nearly as they
     * were expected to be */
    const double likely = 1 / (1 + exp(-1.125)), sure = 1 / (1 + exp(-7.875));
    words[36] = 24;
    words[SHEAF_SCORE_BINS + 36] = 76;
    sheaf_calibration_of(words, &c);
    assert_int_equal(c.bin[7].records, 100);
    assert_int_equal(c.bin[7].positives, 76);
    near(c.bin[7].expected, likely, 1e-12);
    near(c.error, 0.76 - likely, 1e-12);
    /* as many that were sure to be positive, of which a half is */
    words[63] = 50;
    words[SHEAF_SCORE_BINS + 63] = 50;
    sheaf_calibration_of(words, &c);
    assert_int_equal(c.bin[9].records, 100);
    near(c.error, (0.76 - likely + sure - 0.5) / 2, 1e-12);
    (void)unused;
}

/* What is off where each record counts as the middle of its bin: 1/32 at a half, less beyond.
 */
static void test_middles(void **unused)
{
    for (int i = -9000; i <= 9000; i++) {
        double score = i / 1000.0, p = 1 / (1 + exp(-score));
        double said = 1 / (1 + exp(-sheaf_score_bin_middle(sheaf_score_bin(score))));
        near(said, p, fmin(1.0 / 32, fmax(0.14 * p, 0.0004)));
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wilson),      cmocka_unit_test(test_noise_widens),
        cmocka_unit_test(test_mean_error),  cmocka_unit_test(test_auc),
        cmocka_unit_test(test_calibration), cmocka_unit_test(test_middles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
