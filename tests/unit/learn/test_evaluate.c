#include "test.h"

#include "learn/evaluate.h"
#include "round/fixed_point.h"

#include <math.h>

enum { N = 300 };

/* All pairs, a tie counting half, in millionths. */
static int64_t auc_naive(const double *score, const uint8_t *y, uint32_t n)
{
    int64_t twice = 0, pairs = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < n; j++)
            if (y[i] && !y[j]) {
                pairs++;
                twice += score[i] > score[j] ? 2 : score[i] < score[j] ? 0 : 1;
            }
    return pairs ? (int64_t)sheaf_divide_rounded((__int128)twice * 1000000, 2 * pairs) : -1;
}

static void test_auc_equals_naive(void **unused)
{
    uint64_t state = 11;
    double score[N];
    uint8_t y[N];
    uint32_t order[N];
    for (int trial = 0; trial < 50; trial++) {
        uint32_t n = 1 + (uint32_t)(test_random(&state) % N);
        uint64_t levels = 1 + test_random(&state) % 100; /* few levels: many ties */
        for (uint32_t i = 0; i < n; i++) {
            y[i] = test_random(&state) % 2;
            score[i] = (double)(test_random(&state) % levels) + y[i] * 3;
        }
        assert_int_equal(sheaf_auc(score, y, n, order), auc_naive(score, y, n));
    }
    (void)unused;
}

/* The histogram's AUC is the exact one of scores rounded to bins. */
static void test_histogram(void **unused)
{
    sheaf_err err;
    uint64_t state = 12;
    int64_t words[SHEAF_EVALUATION_WORDS] = {0};
    double score[N];
    uint8_t y[N];
    int correct = 0, positives = 0;
    for (int i = 0; i < N; i++) {
        int bin = (int)(test_random(&state) % SHEAF_SCORE_BINS);
        y[i] = test_random(&state) % 3 == 0;
        score[i] = bin;
        words[y[i] * SHEAF_SCORE_BINS + bin]++;
        correct += (bin >= SHEAF_SCORE_BINS / 2) == y[i];
        positives += y[i];
    }
    words[SHEAF_EVALUATION_WORDS - 1] = N * SHEAF_UNIT / 2;
    sheaf_evaluation got;
    MUST(sheaf_evaluation_finish(words, &got, &err));
    assert_int_equal(got.records, N);
    assert_int_equal(got.positives, positives);
    assert_int_equal(got.correct, correct);
    assert_int_equal(got.loss_millionths, 500000);
    assert_int_equal(got.auc_millionths, auc_naive(score, y, N));
    (void)unused;
}

static void test_one_class_and_bad_sums(void **unused)
{
    sheaf_err err;
    sheaf_evaluation got;
    int64_t words[SHEAF_EVALUATION_WORDS] = {0};
    const int loss = SHEAF_EVALUATION_WORDS - 1;
    assert_int_equal(sheaf_evaluation_finish(words, &got, &err), SHEAF_INVALID);
    words[3] = 4;
    MUST(sheaf_evaluation_finish(words, &got, &err));
    assert_int_equal(got.auc_millionths, -1);
    assert_int_equal(got.accuracy_millionths, 1000000);
    words[loss] = 4 * SHEAF_LOSS_MAX * SHEAF_UNIT + 1;
    assert_int_equal(sheaf_evaluation_finish(words, &got, &err), SHEAF_INVALID);
    words[loss] = -1;
    assert_int_equal(sheaf_evaluation_finish(words, &got, &err), SHEAF_INVALID);
    words[loss] = 0;
    words[5] = -1;
    assert_int_equal(sheaf_evaluation_finish(words, &got, &err), SHEAF_INVALID);
    words[5] = INT64_MAX;
    assert_int_equal(sheaf_evaluation_finish(words, &got, &err), SHEAF_INVALID);
    (void)unused;
}

/* Even in log odds, a quarter wide, the same on both sides of 0, all beyond in the outermost.
 */
static void test_bins(void **unused)
{
    static const struct {
        double score;
        int bin;
    } rows[] = {
        {0, 32},         {-0.0, 32},  {-0x1p-1074, 31}, {0x1p-1074, 32}, {0.25, 33},
        {0x1.ffp-3, 32}, {-0.25, 31}, {-0x1.01p-2, 30}, {7.75, 63},      {7.7499, 62},
        {8, 63},         {1e300, 63}, {INFINITY, 63},   {-7.75, 1},      {-7.76, 0},
        {-8, 0},         {-1e300, 0}, {-INFINITY, 0},   {NAN, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sheaf_score_bin(rows[i].score), rows[i].bin);
    for (int bin = 0; bin < SHEAF_SCORE_BINS; bin++) {
        double middle = sheaf_score_bin_middle(bin);
        assert_int_equal(sheaf_score_bin(middle), bin);
        assert_true(sheaf_score_bin_middle(SHEAF_SCORE_BINS - 1 - bin) == -middle);
    }
    (void)unused;
}

/* One record in thirty is positive and none is likely to be: the area of the bins is near that
 * of the scores. */
static void test_rare(void **unused)
{
    enum { RECORDS = 3000 };
    sheaf_err err;
    uint64_t state = 13;
    static double score[RECORDS];
    static uint8_t y[RECORDS];
    static uint32_t order[RECORDS];
    int64_t words[SHEAF_EVALUATION_WORDS] = {0};
    for (int i = 0; i < RECORDS; i++) {
        y[i] = i % 30 == 0;
        score[i] = -5.5 + 2 * y[i] + (double)(test_random(&state) % 3000) / 1000;
        sheaf_evaluation_add(words, score[i], y[i]);
    }
    sheaf_evaluation got;
    MUST(sheaf_evaluation_finish(words, &got, &err));
    int64_t exact = sheaf_auc(score, y, RECORDS, order);
    assert_in_range(exact, 940000, 960000);
    assert_in_range(got.auc_millionths, exact - 5000, exact + 5000);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auc_equals_naive),
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_one_class_and_bad_sums),
        cmocka_unit_test(test_bins),
        cmocka_unit_test(test_rare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
