/* Integers around the sum. */
#include "harness.h"

#include "round/fixed_point.h"

static void test_words(void **unused)
{
    (void)unused;
    static const int64_t values[] = {0, 1, -1, 12345, -12345, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true(sheaf_int_from_word(sheaf_word_from_int(values[i])) == values[i]);
    assert_true(sheaf_word_from_int(-1) == UINT64_MAX);
}

static void test_range(void **unused)
{
    (void)unused;
    sheaf_err err;
    int64_t limit = sheaf_fixed_limit(100);
    int64_t values[3] = {limit, -limit, 0};
    assert_true(limit <= INT64_MAX / 100 && limit > INT64_MAX / 101);
    assert_int_equal(sheaf_fixed_check(values, 3, 100, &err), SHEAF_OK);
    values[2] = limit + 1;
    assert_int_equal(sheaf_fixed_check(values, 3, 100, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "value 2 is "));
    values[2] = INT64_MIN;
    assert_int_equal(sheaf_fixed_check(values, 3, 1, &err), SHEAF_INVALID);
}

static void test_division_rounds_half_to_even(void **unused)
{
    (void)unused;
    static const int64_t rows[][3] = {
        {7, 2, 4},
        {5, 2, 2},
        {-5, 2, -2},
        {-7, 2, -4},
        {1, 3, 0},
        {2, 3, 1},
        {-2, 3, -1},
        {-1, 3, 0},
        {0, 9, 0},
        {3, 6, 0},
        {9, 6, 2},
        {-3, 6, 0},
        {-9, 6, -2},
        {100, 1, 100},
        {INT64_MAX, 1, INT64_MAX},
        {INT64_MIN, 1, INT64_MIN},
        {INT64_MAX, INT64_MAX, 1},
        {INT64_MIN, INT64_MAX, -1},
        {INT64_MIN, 2, INT64_MIN / 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(sheaf_divide_rounded(rows[i][0], rows[i][1]) == rows[i][2]);
    sheaf_int128 wide = (sheaf_int128)INT64_MAX * 5;
    assert_true(sheaf_divide_rounded(wide, 5) == INT64_MAX);
    assert_true(sheaf_divide_rounded(-wide, wide) == -1);
}

static void test_root_rounds_to_nearest(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    for (int64_t i = 0; i < 5000; i++) {
        /* |root - sqrt(i)| < 1/2 is 4*(root^2 - i) within +-(4*root), but for the ends. */
        int64_t root = sheaf_root_rounded(i);
        assert_true((root == 0 || root * root - root < i) && i <= root * root + root);
    }
    for (int i = 0; i < 1000; i++) {
        int64_t root = (int64_t)(next_random(&state) >> 3);
        sheaf_int128 square = (sheaf_int128)root * root;
        assert_true(sheaf_root_rounded(square) == root);
        assert_true(sheaf_root_rounded(square + root) == root);
        assert_true(sheaf_root_rounded(square + root + 1) == root + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_division_rounds_half_to_even),
        cmocka_unit_test(test_root_rounds_to_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
