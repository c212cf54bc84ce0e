/* Ten households' electricity, a table each. */
#include "test.h"

#include "learn/households.h"
#include "learn/series.h"
#include "unpack.h"

static void test_households(void **unused)
{
    static const sheaf_households_counts want[SHEAF_HOUSEHOLDS] = {
        {24280, 11781}, {6655, 11777},  {18492, 11781}, {19164, 10477}, {19333, 10569},
        {18915, 11737}, {18136, 11777}, {18937, 11436}, {18937, 11785}, {16360, 11545}};
    static const sheaf_series_columns columns = {.time = "t", .count = 1, .value = {"kwh"}};
    static const sheaf_windows windows = {336, 48, 0};
    sheaf_buffer file = test_unpack("households/households.csv.gz");
    uint64_t train = 0;
    for (uint32_t i = 0; i < SHEAF_HOUSEHOLDS; i++) {
        sheaf_err err;
        sheaf_buffer table;
        sheaf_series_set set;
        sheaf_households_counts counts;
        sheaf_buffer_init(&table, 1 << 22);
        MUST(sheaf_households_convert(sheaf_buffer_slice(&file), i, &table, &counts, &err));
        assert_memory_equal(&counts, &want[i], sizeof counts);
        MUST(sheaf_series_read(sheaf_buffer_slice(&table), "table", &columns, &set, &err));
        assert_int_equal(set.count, 1);
        assert_int_equal(set.step_s, 1800);
        assert_int_equal(set.lines, counts.train + counts.test);
        train += sheaf_windows_count(&set.items[0], &windows, set.items[0].train, 0);
        sheaf_series_close(&set);
        sheaf_buffer_deinit(&table);
    }
    assert_int_equal(train, 3479); /* as published beside the data */
    sheaf_buffer_deinit(&file);
    (void)unused;
}

static void test_refuses(void **unused)
{
    static const struct {
        const char *text, *words;
        uint32_t place;
    } cases[] = {
        {"t,kwh\n", "columns of households", 0},
        {"customer_id,t,kwh\n", "no household 1", 0},
        {"customer_id,t,kwh\n7,2013-06-30T23:30,1\n", "no household 2", 1},
        {"customer_id,t,kwh\n7,2013-06-30T23:30\n", "line 2 has 2 values", 0},
        {"customer_id,t,kwh\n7,2013-06-30,1\n", "line 2 has no time", 0},
        {"customer_id,t,kwh\n7,2013-06-30T23:30,x\n", "line 2 has no time", 0},
    };
    sheaf_err err;
    sheaf_buffer out;
    sheaf_households_counts counts;
    sheaf_buffer_init(&out, 1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(sheaf_households_convert(sheaf_str(cases[i].text), cases[i].place,
                                                  &out, &counts, &err),
                         SHEAF_INVALID);
        assert_non_null(strstr(err.message, cases[i].words));
    }
    sheaf_buffer_deinit(&out);
    (void)unused;
}

static void test_split(void **unused)
{
    static const char csv[] =
        "customer_id,t,kwh\n7,2013-06-30T23:30,1\n8,2013-06-30T23:30,2.5\n"
        "8,2013-07-01T00:00,3\n";
    static const char want[] =
        "t,kwh,set\n2013-06-30T23:30,2.5,train\n2013-07-01T00:00,3,test\n";
    sheaf_err err;
    sheaf_buffer out;
    sheaf_households_counts counts;
    sheaf_buffer_init(&out, 1 << 16);
    MUST(sheaf_households_convert(sheaf_str(csv), 1, &out, &counts, &err));
    assert_int_equal(counts.train, 1);
    assert_int_equal(counts.test, 1);
    assert_int_equal(out.len, sizeof want - 1);
    assert_memory_equal(out.data, want, out.len);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_households),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
