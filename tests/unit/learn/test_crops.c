/* County yields as tables of eight states: counts and baselines as other programs find them. */
#include "test.h"

#include "learn/crops.h"
#include "learn/table.h"
#include "unpack.h"

#include <math.h>

static const char head[] = "state,county_code,county,crop,year,yield_bu_acre,harvested_acres\n";

static void test_states(void **unused)
{
    static const uint32_t tests[SHEAF_CROPS_STATES] = {343, 255, 206, 212, 58, 222, 249, 214};
    sheaf_buffer file = test_unpack("crops/usda_county_yields.csv.gz");
    sheaf_crops_simple all = {0};
    uint32_t train = 0;
    for (int i = 0; i < SHEAF_CROPS_STATES; i++) {
        sheaf_err err;
        sheaf_buffer table;
        sheaf_crops_counts counts;
        sheaf_crops_simple own = {0};
        sheaf_table read;
        sheaf_buffer_init(&table, 1 << 23);
        MUST(sheaf_crops_convert(sheaf_buffer_slice(&file), sheaf_crops_states[i], &table,
                                 &counts, &err));
        MUST(sheaf_crops_simple_add(sheaf_buffer_slice(&table), &own, &err));
        MUST(sheaf_crops_simple_add(sheaf_buffer_slice(&table), &all, &err));
        assert_int_equal(counts.test, tests[i]);
        assert_int_equal(own.records, tests[i]);
        MUST(sheaf_table_read(sheaf_buffer_slice(&table), "table", sheaf_features_crops(),
                              SHEAF_TABLE_EXACT, &read, &err));
        assert_int_equal(read.train_rows, counts.train);
        assert_int_equal(read.test_rows, counts.test);
        sheaf_table_close(&read);
        train += counts.train;
        sheaf_buffer_deinit(&table);
    }
    assert_int_equal(train, 38266);
    assert_int_equal(all.records, 1759);
    /* by numpy: 21.9927, 20.7986, 20.6137 bushels per acre */
    assert_true(fabs(sqrt(all.last / all.records) - 21.9927) < 1e-4);
    assert_true(fabs(sqrt(all.mean / all.records) - 20.7986) < 1e-4);
    assert_true(fabs(sqrt(all.trend / all.records) - 20.6137) < 1e-4);
    sheaf_buffer_deinit(&file);
    (void)unused;
}

/* Two counties, of which the second lacks a year: one record, with the means of both. */
static void test_record(void **unused)
{
    static const char want[] =
        "y1,y2,y3,y4,y5,y6,y7,y8,y9,y10,s1,s2,s3,s4,s5,s6,s7,s8,s9,s10,year,yield,set\n"
        "109,108,107,106,105,104,103,102,101,100,109.500,108.500,107.500,106.500,105.500,"
        "104.000,103.500,102.500,101.500,100.500,2010,110,train\n";
    sheaf_err err;
    sheaf_buffer csv, table;
    sheaf_crops_counts counts;
    sheaf_buffer_init(&csv, 1 << 16);
    sheaf_buffer_init(&table, 1 << 16);
    sheaf_buffer_add_string(&csv, head);
    for (int county = 0; county < 2; county++)
        for (int i = 0; i <= 10; i++)
            if (!(county == 1 && i == 4))
                sheaf_buffer_printf(&csv, "OH,00%d,X,corn,%d,%d,\nOH,00%d,X,soybeans,%d,1,\n",
                                    county, 2000 + i, 100 + i + county, county, 2000 + i);
    MUST(sheaf_crops_convert(sheaf_buffer_slice(&csv), "OH", &table, &counts, &err));
    assert_int_equal(counts.train, 1);
    assert_int_equal(counts.test, 0);
    assert_int_equal(table.len, sizeof want - 1);
    assert_memory_equal(table.data, want, table.len);
    sheaf_buffer_deinit(&csv);
    sheaf_buffer_deinit(&table);
    (void)unused;
}

static void test_refuses(void **unused)
{
    static const struct {
        const char *rows, *words;
    } cases[] = {
        {"OH,001,X,corn,2000,1\n", "line 2 has 6 values"},
        {"OH,001,X,corn,200x,1,\n", "line 2: the year"},
        {"OH,001,X,corn,1000,1,\n", "line 2: the year"},
        {"OH,001,X,corn,2000,,\n", "line 2: the yield"},
        {"OH,001,X,corn,2000,1,\nOH,001,X,corn,2000,1,\n", "line 3: a county's years"},
    };
    sheaf_err err;
    sheaf_buffer out;
    sheaf_crops_counts counts;
    sheaf_crops_simple simple = {0};
    sheaf_buffer_init(&out, 1 << 16);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s%s", head, cases[i].rows);
        assert_int_equal(sheaf_crops_convert(sheaf_str(text), "OH", &out, &counts, &err),
                         SHEAF_INVALID);
        assert_non_null(strstr(err.message, cases[i].words));
    }
    assert_int_equal(sheaf_crops_convert(sheaf_str("a\n1\n"), "OH", &out, &counts, &err),
                     SHEAF_INVALID);
    assert_int_equal(sheaf_crops_simple_add(sheaf_str("y1\n1\n"), &simple, &err),
                     SHEAF_INVALID);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
