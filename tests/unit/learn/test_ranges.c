#include "test.h"

#include "learn/ranges.h"

static sheaf_features features_make(int64_t low, int64_t high)
{
    sheaf_features features = {.count = 2,
                               .items = {{.column = "x",
                                          .has_range = true,
                                          .low_millionths = low,
                                          .high_millionths = high},
                                         {.column = "c", .has_level = true, .level = 3}},
                               .label = "y"};
    return features;
}

static void test_middle_and_half_width(void **unused)
{
    static const struct {
        int64_t low, high, mean, scale;
    } rows[] = {
        {20000000, 90000000, 55 * SHEAF_UNIT, 35 * SHEAF_UNIT},
        {-1000000, 2000000, SHEAF_UNIT / 2, 3 * SHEAF_UNIT / 2},
        {0, 1, 8, 8}, /* 2^-24 is about 0.06 millionths */
        {-1048576000000, 1048576000000, 0, SHEAF_UNIT << 20},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err;
        sheaf_scaling got;
        sheaf_features features = features_make(rows[i].low, rows[i].high);
        MUST(sheaf_ranges_scaling(&features, &got, &err));
        assert_true(got.clipped);
        assert_int_equal(got.mean[0], rows[i].mean);
        assert_int_equal(got.scale[0], rows[i].scale);
        assert_int_equal(got.mean[1], 0); /* an indicator stays what it is */
        assert_int_equal(got.scale[1], SHEAF_UNIT);
    }
    (void)unused;
}

static void test_refusals(void **unused)
{
    static const struct {
        int64_t low, high;
    } rows[] = {
        {5, 5}, {6, 5}, {-1048576000001, 0}, {0, 1048576000001}, {INT64_MIN, INT64_MAX}};
    sheaf_err err;
    sheaf_scaling got;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_features features = features_make(rows[i].low, rows[i].high);
        assert_int_equal(sheaf_ranges_scaling(&features, &got, &err), SHEAF_INVALID);
        assert_non_null(strstr(err.message, "the range of feature 1 (x)"));
    }
    sheaf_features none = features_make(0, 1);
    none.items[0].has_range = false;
    assert_int_equal(sheaf_features_check(&none, &err), SHEAF_OK);
    assert_int_equal(sheaf_ranges_scaling(&none, &got, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "feature 1 (x) has no range"));
    sheaf_features both = features_make(0, 1);
    both.items[1].has_range = true;
    both.items[1].high_millionths = 1;
    assert_int_equal(sheaf_features_check(&both, &err), SHEAF_INVALID);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_middle_and_half_width),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
