#include "test.h"

#include "learn/statistics.h"

#include <math.h>

enum { ROWS = 500, D = 3 };

/* Values of several sizes, the last column constant. */
static void fill(sheaf_table *table, uint64_t *state)
{
    for (int i = 0; i < ROWS; i++) {
        table->x[i * D] = (double)(test_random(state) % 2000001) / 10 - 100000;
        table->x[i * D + 1] = (double)(test_random(state) % 62) / 10;
        table->x[i * D + 2] = 7;
        table->is_test[i] = test_random(state) % 3 == 0;
        table->train_rows += !table->is_test[i];
    }
}

/* Three members' words, summed, against means and deviations in long double. */
static void test_equals_naive(void **unused)
{
    static double x[3][ROWS * D];
    static uint8_t is_test[3][ROWS];
    sheaf_err err;
    uint64_t state = 42;
    int64_t sum[1 + 3 * D] = {0}, words[1 + 3 * D];
    for (int k = 0; k < 3; k++) {
        sheaf_table table = {.d = D, .rows = ROWS, .x = x[k], .is_test = is_test[k]};
        fill(&table, &state);
        MUST(sheaf_statistics_local(&table, words, &err));
        for (size_t i = 0; i < sheaf_statistics_words(D); i++)
            sum[i] += words[i];
    }
    sheaf_scaling got;
    uint32_t records;
    MUST(sheaf_statistics_finish(sum, D, &got, &records, &err));
    for (int j = 0; j < D; j++) {
        long double n = 0, total = 0, squares = 0, mean = 0;
        for (int pass = 0; pass < 2; pass++, mean = total / n)
            for (int i = 0; i < 3 * ROWS; i++) {
                long double value = x[i / ROWS][i % ROWS * D + j];
                if (is_test[i / ROWS][i % ROWS])
                    continue;
                n += pass == 0;
                total += pass == 0 ? value : 0;
                squares += pass == 1 ? (value - mean) * (value - mean) : 0;
            }
        double scale = j == 2 ? 1 : (double)sqrtl(squares / (n - 1));
        assert_int_equal(records, (uint32_t)n);
        assert_true(fabs(ldexp((double)got.mean[j], -24) - (double)mean) < 1e-6);
        assert_true(fabs(ldexp((double)got.scale[j], -24) - scale) < 1e-6);
    }
    (void)unused;
}

/* The attack: exact sums for two models over the same file, one of which needs a column that
 * one person has a gap in. What they have in common differed by that person, and told the age.
 */
static void test_two_models_tell_no_row(void **unused)
{
    static const char text[] = "age,chol,glucose,ill,set\n40,200,5,0,train\n50,210,6,1,train\n"
                               "63,220,?,1,train\n70,230,7,0,train\n";
    static const sheaf_features first = {
        .count = 2, .items = {{.column = "age"}, {.column = "chol"}}, .label = "ill"};
    static const sheaf_features second = {
        .count = 2, .items = {{.column = "age"}, {.column = "glucose"}}, .label = "ill"};
    int64_t one[1 + 3 * 2], two[1 + 3 * 2];
    const sheaf_features *const models[] = {&first, &second};
    sheaf_err err;
    for (int i = 0; i < 2; i++) {
        sheaf_table table;
        MUST(
            sheaf_table_read(sheaf_str(text), "t", models[i], SHEAF_TABLE_EXACT, &table, &err));
        MUST(sheaf_statistics_local(&table, i ? two : one, &err));
        sheaf_table_close(&table);
    }
    assert_memory_equal(one, two, 4 * sizeof *one); /* how many, and all about age */
    (void)unused;
}

/* The largest values and counts that may occur do not overflow. */
static void test_bounds(void **unused)
{
    sheaf_err err;
    sheaf_scaling got;
    const int64_t n = SHEAF_RECORDS_MAX, q = ((int64_t)1 << 40) - 1;
    __int128 squares = (__int128)n * q * q;
    int64_t words[4] = {n, 0, (int64_t)(squares & (((int64_t)1 << 48) - 1)),
                        (int64_t)(squares >> 48)};
    MUST(sheaf_statistics_finish(words, 1, &got, NULL, &err)); /* half at each end */
    assert_int_equal(got.mean[0], 0);
    assert_true(fabs(ldexp((double)got.scale[0], -44) - 1) < 1e-6);
    words[1] = n * q;
    MUST(sheaf_statistics_finish(words, 1, &got, NULL, &err)); /* all at one end */
    assert_int_equal(got.mean[0], q * 16);
    assert_int_equal(got.scale[0], SHEAF_UNIT);
    (void)unused;
}

static void test_refuses_impossible_sums(void **unused)
{
    static const int64_t rows[][4] = {
        {0, 0, 0, 0},         {1, 0, 0, 0},         {SHEAF_RECORDS_MAX + 1LL, 0, 0, 0},
        {-5, 0, 0, 0},        {2, 10, 0, 0},        {2, 0, -1, 0},
        {2, 0, 0, -1},        {2, INT64_MAX, 0, 0}, {2, INT64_MIN, 0, 0},
        {2, 0, INT64_MAX, 0}, {2, 0, 0, INT64_MAX},
    };
    sheaf_scaling got;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err;
        assert_int_equal(sheaf_statistics_finish(rows[i], 1, &got, NULL, &err), SHEAF_INVALID);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_naive),
        cmocka_unit_test(test_two_models_tell_no_row),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_refuses_impossible_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
