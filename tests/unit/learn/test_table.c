#include "test.h"

#include "learn/csv.h"
#include "learn/table.h"

#include <stdio.h>

static const sheaf_features schema = {
    .count = 3,
    .items = {{.column = "age"},
              {.column = "cp", .has_level = true, .level = 2},
              {.column = "chol"}},
    .label = "num",
};

static sheaf_status read_text(const char *text, sheaf_table *out, sheaf_err *err)
{
    return sheaf_table_read(sheaf_str(text), "t.csv", &schema, SHEAF_TABLE_EXACT, out, err);
}

static void test_reads_by_name(void **unused)
{
    sheaf_err err;
    sheaf_table table;
    MUST(read_text("\xef\xbb\xbfnum,extra,chol,cp,age,set\r\n0,x,.5,2.0,63,train\r\n"
                   "3,y z,-1e2,1,+4.25,test\r\n1,,?,2,9,train\r\n",
                   &table, &err));
    assert_int_equal(table.rows, 2);
    assert_int_equal(table.left_out, 1);
    assert_int_equal(table.train_rows, 1);
    assert_int_equal(table.test_rows, 1);
    const double want[] = {63, 1, 0.5, 4.25, 0, -100};
    assert_memory_equal(table.x, want, sizeof want);
    assert_int_equal(table.y[0], 0);
    assert_int_equal(table.y[1], 1);
    assert_int_equal(table.is_test[1], 1);
    assert_int_equal(table.line[1], 3);
    sheaf_table_close(&table);
    (void)unused;
}

static void test_split_without_column(void **unused)
{
    sheaf_err err;
    sheaf_table table, again;
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(&text, "age,cp,chol,num\n");
    for (int i = 0; i < 3000; i++)
        sheaf_buffer_printf(&text, "%d,1,2,%d\n", i, i % 2);
    sheaf_slice csv = sheaf_buffer_slice(&text);
    MUST(sheaf_table_read(csv, "t", &schema, SHEAF_TABLE_EXACT, &table, &err));
    MUST(sheaf_table_read(csv, "t", &schema, SHEAF_TABLE_EXACT, &again, &err));
    assert_in_range(table.test_rows, 900, 1100);
    assert_int_equal(table.test_rows + table.train_rows, 3000);
    assert_memory_equal(table.is_test, again.is_test, 3000);
    uint32_t sum = 0; /* the split of a file never changes: models rest on it */
    for (uint32_t i = 0; i < 3000; i++)
        sum += table.is_test[i] ? i : 0;
    assert_int_equal(table.test_rows, 1019);
    assert_int_equal(sum, 1531286);
    sheaf_table_close(&table);
    sheaf_table_close(&again);
    sheaf_buffer_deinit(&text);
    (void)unused;
}

/* One record less leaves every other on its side of the split. */
static void test_split_depends_on_no_other_row(void **unused)
{
    sheaf_err err;
    sheaf_table whole, less;
    MUST(read_text("age,cp,chol,num\n1,2,3,0\n4,5,6,1\n7,8,9,0\n10,1,2,1\n", &whole, &err));
    MUST(read_text("age,cp,chol,num\n4,5,6,1\n7,8,9,0\n10,1,2,1\n", &less, &err));
    assert_memory_equal(whole.is_test + 1, less.is_test, 3);
    sheaf_table_close(&whole);
    sheaf_table_close(&less);
    (void)unused;
}

/* Exact sums of models with other columns are over the same rows: a gap in any column counts.
 */
static void test_gaps_of_exact_sums(void **unused)
{
    static const char text[] = "age,cp,chol,num,extra\n1,2,3,0,1\n4,5,6,1,\n7,8,9,0,?\n";
    sheaf_err err;
    sheaf_table table;
    MUST(read_text(text, &table, &err));
    assert_int_equal(table.rows, 1);
    assert_int_equal(table.left_out, 2);
    sheaf_table_close(&table);
    MUST(sheaf_table_read(sheaf_str(text), "t", &schema, SHEAF_TABLE_NOISED, &table, &err));
    assert_int_equal(table.rows, 3);
    sheaf_table_close(&table);
    (void)unused;
}

/* Under noise nothing that stands in one row touches the file or another row. */
static void test_noise_reads_row_by_row(void **unused)
{
    static const char *const broken[] = {"1,2,3",
                                         "1,2,3,4,5,6",
                                         "",
                                         "x,2,3,0,train",
                                         "1,2,nan,0,test",
                                         "1,2,1e99,0,test",
                                         "1,2,3,yes,test",
                                         "1,2,3,0,dev",
                                         "\"1\"x,2,3,0,test",
                                         "1,2,\x01,0,test",
                                         "1,2,\xff,0,test",
                                         "1,2,3,0,te\rst",
                                         "1,2,3,1048576,test",
                                         "1,2,3,-2e6,train",
                                         "age,cp,chol,num,set",
                                         "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char text[200];
        sheaf_err err = {0};
        sheaf_table table;
        const double want[] = {1, 1, 3, 7, 0, 9};
        snprintf(text, sizeof text, "age,cp,chol,num,set\n1,2,3,0,train\n%s\n7,8,9,1,test\n",
                 broken[i]);
        MUST(sheaf_table_read(sheaf_str(text), "t", &schema, SHEAF_TABLE_NOISED, &table, &err));
        assert_int_equal(err.message[0], 0);
        assert_int_equal(table.lines, 3);
        assert_int_equal(table.rows, 2);
        assert_int_equal(table.train_rows, 1);
        assert_int_equal(table.test_rows, 1);
        assert_int_equal(table.unusable, 1);
        assert_int_equal(table.unusable_line[0], 3);
        assert_memory_equal(table.x, want, sizeof want);
        assert_int_equal(table.y[1], 1);
        sheaf_table_close(&table);
        assert_int_equal(read_text(text, &table, &err), SHEAF_INVALID);
    }
    (void)unused;
}

static void test_noise_needs_no_row(void **unused)
{
    sheaf_err err = {0};
    sheaf_table table;
    MUST(sheaf_table_read(sheaf_str("age,cp,chol,num\nx,1,1,1\n?,1,1,1\n"), "t", &schema,
                          SHEAF_TABLE_NOISED, &table, &err));
    assert_int_equal(table.rows, 0);
    assert_int_equal(table.left_out, 1);
    assert_int_equal(table.unusable, 1);
    assert_int_equal(table.lines, 2);
    sheaf_table_close(&table);
    assert_int_equal(sheaf_table_read(sheaf_str("age,cp,chol,num\n"), "t", &schema,
                                      SHEAF_TABLE_NOISED, &table, &err),
                     SHEAF_INVALID);
    (void)unused;
}

/* Each bad file has its own sentence. */
static void test_refusals(void **unused)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "is empty"},
        {"\nage\n", "the first line of t.csv is empty"},
        {"age,cp,num\n1,2,3\n", "no column chol; its columns are: age, cp, num"},
        {"age,cp,chol\n1,2,3\n", "no column num"},
        {"age,cp,chol,num\n", "no rows"},
        {"age,cp,chol,num\n1,2,3,0\n1,two,3,0\n", "line 3, column cp: 'two' is not a number"},
        {"age,cp,chol,num\n1,2,3,yes\n", "line 2, column num: 'yes' is not a number"},
        {"age,cp,chol,num\n1,2,0x3,0\n", "'0x3' is not a number"},
        {"age,cp,chol,num\n1,2, 3,0\n", "' 3' is not a number"},
        {"age,cp,chol,num\n1,2,nan,0\n", "'nan' is not a number"},
        {"age,cp,chol,num\n1,2,1e99,0\n", "'1e99' is too large"},
        {"age,cp,chol,num\n1,2,3\n", "line 2 has 3 values, but the header names 4"},
        {"age,cp,chol,num\n1,2,3,4,5\n", "line 2 has 5 values"},
        {"age,cp,chol,num\n\n1,2,3,4\n", "line 2 is empty"},
        {"age,cp,chol,age,num\n1,2,3,4,5\n", "names the column age twice"},
        {"age,cp,chol,num\n?,2,3,0\n1,,3,0\n", "each of its 2 rows misses"},
        {"age,cp,chol,num,set\n1,2,3,0,dev\n", "column set: 'dev' is neither train nor test"},
        {"age,cp,chol,num\n\"1,2,3,0\n", "line 2, value 1: the quotation mark is not closed"},
        {"age,cp,chol,num\n1,2,\x01,0\n", "control character 0x01"},
        {"age,cp,chol,num\r1,2,3,0\r", "control character 0x0d"},
        {"age,cp,chol,num\n1,2,3,\xff\n", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        sheaf_table table;
        assert_int_equal(read_text(rows[i].text, &table, &err), SHEAF_INVALID);
        if (!strstr(err.message, rows[i].says))
            fail_msg("row %zu: '%s' does not say '%s'", i, err.message, rows[i].says);
        assert_null(table.x);
    }
    (void)unused;
}

static void test_schema_text(void **unused)
{
    static const char *bad[] = {"",          ",",
                                "a,",        "a,a",
                                "a=",        "a=x",
                                "a=01",      "a=-0",
                                "a=1048576", "a=1,a=1",
                                "num",       "=1",
                                "a\"",       "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeee"};
    sheaf_err err;
    sheaf_features got;
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1000);
    sheaf_features_put(&text, sheaf_features_heart());
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&text),
                               "age,sex,trestbps,chol,fbs,thalach,exang,oldpeak,cp=2,cp=3,cp=4,"
                               "restecg=1,restecg=2"));
    MUST(sheaf_features_parse(sheaf_buffer_slice(&text), sheaf_str("num"), &got, &err));
    sheaf_features want = *sheaf_features_heart(); /* the text has no ranges */
    for (uint32_t j = 0; j < want.count; j++) {
        want.items[j].has_range = false;
        want.items[j].low_millionths = want.items[j].high_millionths = 0;
    }
    assert_memory_equal(&got, &want, sizeof got);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(sheaf_features_parse(sheaf_str(bad[i]), sheaf_str("num"), &got, &err),
                         SHEAF_INVALID);
    sheaf_buffer_deinit(&text);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_by_name),
        cmocka_unit_test(test_split_without_column),
        cmocka_unit_test(test_split_depends_on_no_other_row),
        cmocka_unit_test(test_gaps_of_exact_sums),
        cmocka_unit_test(test_noise_reads_row_by_row),
        cmocka_unit_test(test_noise_needs_no_row),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_schema_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
