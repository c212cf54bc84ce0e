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
    int64_t out;
    sheaf_err err;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(sheaf_average(rows[i][0], rows[i][1], &out, &err), SHEAF_OK);
        assert_true(out == rows[i][2]);
    }
    assert_int_equal(sheaf_average(1, 0, &out, &err), SHEAF_INVALID);
    assert_int_equal(sheaf_average(1, -1, &out, &err), SHEAF_INVALID);
    sheaf_int128 wide = (sheaf_int128)INT64_MAX * 5;
    assert_int_equal(sheaf_divide_rounded(wide, 5, &out, &err), SHEAF_OK);
    assert_true(out == INT64_MAX);
    assert_int_equal(sheaf_divide_rounded(wide, 4, &out, &err), SHEAF_INVALID);
    assert_int_equal(sheaf_divide_rounded(-wide, 4, &out, &err), SHEAF_INVALID);
}

static void test_square_root(void **unused)
{
    (void)unused;
    for (uint64_t i = 0; i < 5000; i++) {
        uint64_t root = sheaf_square_root(i);
        assert_true(root * root <= i && (root + 1) * (root + 1) > i);
    }
    assert_true(sheaf_square_root(~(sheaf_uint128)0) == UINT64_MAX);
    sheaf_uint128 square = (sheaf_uint128)UINT64_MAX * UINT64_MAX;
    assert_true(sheaf_square_root(square) == UINT64_MAX);
    assert_true(sheaf_square_root(square - 1) == UINT64_MAX - 1);
    uint64_t state = 5;
    for (int i = 0; i < 1000; i++) {
        uint64_t root = next_random(&state);
        sheaf_uint128 value = (sheaf_uint128)root * root;
        assert_true(sheaf_square_root(value) == root);
        assert_true(root == 0 || sheaf_square_root(value + root) == root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_division_rounds_half_to_even),
        cmocka_unit_test(test_square_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
