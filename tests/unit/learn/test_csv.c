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

static sheaf_status read_as(const char *text, size_t len, sheaf_table_use use, sheaf_table *out,
                            sheaf_err *err)
{
    return sheaf_table_read(sheaf_bytes(text, len), "t.csv", &schema, use, out, err);
}

/* The same table however it is written down. */
static void test_ways_to_write(void **unused)
{
    static const char *const rows[] = {
        "age,cp,chol,num,set\n63.5,2,1e2,0,train\n-4,1,.25,3.5,test\n",
        "\xef\xbb\xbf"
        "age,cp,chol,num,set\r\n63.5,2,1e2,0,train\r\n-4,1,.25,3.5,test\r\n",
        "age;cp;chol;num;set\n63.5;2;1e2;0;train\n-4;1;.25;3.5;test\n",
        "age\tcp\tchol\tnum\tset\n63.5\t2\t1e2\t0\ttrain\n-4\t1\t.25\t3.5\ttest\n",
        "age;cp;chol;num;set\n63,5;2;1e2;0;train\n-4;1;,25;3,5;test\n",
        "age\tcp\tchol\tnum\tset\n63,5\t2\t1e2\t0\ttrain\n-4\t1\t,25\t3,5\ttest",
        "\"age\",\"cp\",\"chol\",\"num\",\"set\"\n\"63.5\",\"2\",\"1e2\",\"0\",\"train\"\n"
        "\"-4\",\"1\",\".25\",\"3.5\",\"test\"\n",
        "note,set,num,chol,cp,age\n\"a,b\",train,0,1e2,2,63.5\n\"say "
        "\"\"a,b\"\"\",test,3.5,.25,1,-4\n",
        "\"note, of the day\";age;cp;chol;num;set\n\"5,\xe2\x82\xac;\";63,5;2;100;0;train\n"
        ";\"-4\";1;0,25;3,5;test\n",
        "age,a;b,cp,chol,num,set\n63.5,\t,2,1e2,0,train\n-4,;;;;;;;;,1,.25,3.5,test\n",
    };
    const double x[] = {63.5, 1, 100, -4, 0, 0.25}, target[] = {0, 3.5};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int use = SHEAF_TABLE_EXACT; use <= SHEAF_TABLE_NOISED; use++) {
            sheaf_err err = {0};
            sheaf_table table;
            bool gap = i == 8 && use == SHEAF_TABLE_EXACT; /* the first column has one */
            MUST(read_as(rows[i], strlen(rows[i]), (sheaf_table_use)use, &table, &err));
            assert_int_equal(table.rows, gap ? 1 : 2);
            assert_memory_equal(table.x, x, (gap ? 3 : 6) * sizeof *x);
            assert_memory_equal(table.target, target, table.rows * sizeof *target);
            assert_int_equal(table.y[0], 0);
            assert_int_equal(table.test_rows, gap ? 0 : 1);
            sheaf_table_close(&table);
        }
    (void)unused;
}

/* A surprise has its own sentence. */
#define HEADER "age,cp,chol,num\n"
static const struct {
    const char *text;
    size_t len; /* 0: up to its NUL */
    const char *says;
} surprises[] = {
    {"\xff\xfe"
     "a\0g\0e\0",
     8, "t.csv is UTF-16; save it as UTF-8, in a spreadsheet"},
    {"\xfe\xff\0a\0g", 6, "t.csv is UTF-16"},
    {"a\0g\0e\0", 6, "t.csv looks like UTF-16"},
    {"\0a\0g", 4, "t.csv looks like UTF-16"},
    {"PK\x03\x04xl/workbook.xml", 0, "is a spreadsheet's own file or an archive"},
    {"\xd0\xcf\x11\xe0\xa1\xb1", 0, "is a spreadsheet's own file"},
    {"\x1f\x8b\x08", 0, "is compressed; unpack it first"},
    {"PAR1\x15\x04", 0, "is a Parquet file"},
    {HEADER "1,2,3,caf\xe9\n", 0, "line 2, value 4: the byte 0xe9 is not UTF-8 (a letter"},
    {"\xe4ge,cp,chol,num\n1,2,3,0\n", 0, "line 1, value 1: the byte 0xe4 is not UTF-8"},
    {HEADER "1,2,3,0\n\xef\xbb\xbf" HEADER, 0, "line 3, value 1: a byte order mark inside"},
    {"age,cp,chol,num\r1,2,3,0\r", 0, "control character 0x0d; end lines in LF or CRLF"},
    {HEADER "1,2,\x01,0\n", 0, "line 2, value 3: the control character 0x01; is this a CSV"},
    {HEADER "1,2,3\0,0\n", sizeof HEADER + 8, "control character 0x00"},
    {HEADER "1,2,3,0\n" HEADER "1,2,3,0\n", 0,
     "line 3 names the columns once more; were two files joined? remove it"},
    {"Age,cp,chol,num\n1,2,3,0\n", 0, "no column age; did you mean Age? its columns are: Age,"},
    {"age,cp,cholesterol,nun\n1,2,3,0\n", 0, "no column chol; its columns are"},
    {"age,cp,cohl,num\n1,2,3,0\n", 0, "no column chol; its columns are"},
    {"age,cp,cho,num\n1,2,3,0\n", 0, "no column chol; did you mean cho?"},
    {"63,2,3,0\n1,2,3,0\n", 0,
     "no column age; its first line holds numbers and must name the columns: 63, 2, 3, 0"},
    {"age|cp|chol|num\n1|2|3|0\n", 0,
     "its only column is age|cp|chol|num: values are separated by commas, semicolons or "
     "tabs"},
    {HEADER "1,two,3,0\n", 0,
     "line 2, column cp: 'two' is not a number; write numbers such as 12.5 and leave "
     "missing "
     "values empty"},
    {HEADER "1,NA,3,0\n", 0, "'NA' is not a number; leave missing values empty, or write ?"},
    {HEADER "1,#N/A,3,0\n", 0, "leave missing values empty, or write ?"},
    {HEADER "1,2, 3,0\n", 0, "' 3' is not a number; remove the spaces around it"},
    {HEADER "1,2,12 mg,0\n", 0, "'12 mg' is not a number; write numbers alone"},
    {HEADER "1,2,2024-05-01,0\n", 0, "is not a number; it is a date, which only a column of"},
    {HEADER "1,2,\"3,5\",0\n", 0, "'3,5' is not a number; decimal commas need semicolons"},
    {HEADER "1,2,\"1,000.5\",0\n", 0, "write thousands without separators"},
    {"age;cp;chol;num\n1;2;1.000,5;0\n", 0, "write thousands without separators"},
    {"age;cp;chol;num\n1;2;3,5;0\n1;2;3;0\n1.5;2;3;0\n", 0,
     "t.csv writes numbers with a decimal point (first in line 4) and with a decimal comma "
     "(first in line 2); write all of them one way"},
    {HEADER "1,2,3\"5,0\n", 0, "line 2, value 3: a quotation mark inside the value"},
    {HEADER "1,2,\"3\"5,0\n", 0, "line 2, value 3: something follows after the closing"},
    {HEADER "1,2,\"3,0\n1,2,3\",0\n", 0,
     "line 2, value 3: the quotation mark is not closed on its line; a value may not span"},
    {HEADER "1,2,3\n", 0, "line 2 has 3 values, but the header names 4 columns"},
    {"age,cp,chol,age,num\n1,2,3,4,5\n", 0, "names the column age twice"},
    {"63,1,2,1\n50,1,3,0\n", 0,
     "the first line of t.csv holds numbers, such as 1; it must name"},
    {"age, cp, chol, num\n1, 2, 3, 0\n", 0,
     "no column cp: it is written with spaces around it"},
};

static void test_surprises(void **unused)
{
    for (size_t i = 0; i < sizeof surprises / sizeof *surprises; i++) {
        sheaf_err err = {0};
        sheaf_table table;
        size_t len = surprises[i].len ? surprises[i].len : strlen(surprises[i].text);
        assert_int_equal(read_as(surprises[i].text, len, SHEAF_TABLE_EXACT, &table, &err),
                         SHEAF_INVALID);
        if (!strstr(err.message, surprises[i].says))
            fail_msg("row %zu: '%s' does not say '%s'", i, err.message, surprises[i].says);
        assert_null(table.x);
    }
    (void)unused;
}

/* All bad lines are counted, and the first eight told. */
static void test_every_bad_line(void **unused)
{
    sheaf_err err = {0};
    sheaf_table table;
    sheaf_csv_style style;
    sheaf_buffer text;
    sheaf_buffer_init(&text, 1 << 16);
    sheaf_buffer_add_string(&text, HEADER "1,2,3,0\n1,x,3,0\n1,2,3,0\n1,2,3\n1,2,y,0\n");
    MUST(sheaf_buffer_check(&text, "the text", &err));
    assert_int_equal(read_as((char *)text.data, text.len, SHEAF_TABLE_EXACT, &table, &err),
                     SHEAF_INVALID);
    assert_string_equal(
        err.message, "t.csv line 3, column cp: 'x' is not a number; write numbers such as "
                     "12.5 and leave missing values empty; 2 more lines cannot be read (5, 6 "
                     "value 3)");
    for (int i = 0; i < 20; i++)
        sheaf_buffer_add_string(&text, "1,2,\"3,0\n");
    sheaf_slice all = sheaf_buffer_slice(&text);
    assert_int_equal(read_as((char *)text.data, text.len, SHEAF_TABLE_UNLABELLED, &table, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(
        err.message, "; 22 more lines cannot be read (5, 6 value 3, 7 value 3, 8 value 3, "
                     "9 value 3, 10 value 3, 11 value 3, ...)"));
    assert_int_equal(sheaf_table_form(all, "t.csv", &style, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "line 5 has 3 values, but the header names 4 columns; "
                                        "20 more lines cannot be read (7 value 3, "));
    MUST(read_as((char *)text.data, text.len, SHEAF_TABLE_NOISED, &table, &err));
    assert_int_equal(table.rows, 2);
    assert_int_equal(table.unusable, 23);
    const uint32_t lines[] = {3, 5, 6, 7, 8, 9, 10, 11};
    assert_memory_equal(table.unusable_line, lines, sizeof lines);
    sheaf_table_close(&table);
    sheaf_buffer_deinit(&text);
    (void)unused;
}

/* What a file's owner is told before others rely on it. */
static void test_style(void **unused)
{
    sheaf_err err = {0};
    sheaf_csv_style style;
    MUST(sheaf_table_form(sheaf_str("a;b\n1,5;x\n2;1,2,3\n3.1.;\n"), "t", &style, &err));
    assert_int_equal(style.rows, 3);
    assert_int_equal(style.separator, ';');
    assert_true(style.decimal_comma);
    MUST(sheaf_table_form(sheaf_str("a\tb\n1.5\tx\n"), "t", &style, &err));
    assert_int_equal(sheaf_table_form(sheaf_str("a|b\n1|2\n"), "t", &style, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message, "t has one column, a|b, but a table needs two; values "
                                     "are separated by commas, semicolons or tabs");
    MUST(sheaf_table_form(sheaf_str("a\tb\n1.5\tx\n"), "t", &style, &err));
    assert_int_equal(style.separator, '\t');
    assert_false(style.decimal_comma);
    MUST(sheaf_table_form(sheaf_str("a,b\n\"1,5\",1.5\n"), "t", &style, &err));
    assert_false(style.decimal_comma);
    assert_int_equal(
        sheaf_table_form(sheaf_str("a;b\n1;1,5\n1.5;2\n1;2.5\n"), "t", &style, &err),
        SHEAF_INVALID);
    assert_string_equal(err.message,
                        "t has numbers with a decimal point (line 4) and with a decimal comma "
                        "(line 2) in its column b; write all of them one way");
    assert_int_equal(sheaf_table_form(sheaf_str("a;b\n1;1\na;b\n"), "t", &style, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "line 3 names the columns once more"));
    (void)unused;
}

/* A gap as its feature says: the row is left out, the value counts as the mean, or that it is
 * missing is a feature. */
static void test_missing_values(void **unused)
{
    static const sheaf_features filled = {
        .count = 3,
        .items = {{.column = "a"},
                  {.column = "b", .missing = SHEAF_MISSING_MEAN},
                  {.column = "b", .missing = SHEAF_MISSING_INDICATOR}},
        .label = "y",
    };
    static const char text[] = "a,b,c,y\n1,5,0,1\n2,,0,0\n,5,0,1\n4,?,0,0\n5,6,,1\n";
    sheaf_err err;
    sheaf_table table;
    for (int use = SHEAF_TABLE_EXACT; use <= SHEAF_TABLE_NOISED; use++) {
        MUST(sheaf_table_read(sheaf_str(text), "t", &filled, (sheaf_table_use)use, &table,
                              &err));
        assert_int_equal(table.rows, use == SHEAF_TABLE_EXACT ? 3 : 4);
        assert_int_equal(table.lines, 5);
        const double first[] = {1, 5, 0};
        assert_memory_equal(table.x, first, sizeof first);
        assert_true(table.x[3] == 2 && table.x[4] != table.x[4] && table.x[5] == 1);
        assert_true(table.x[6] == 4 && table.x[7] != table.x[7] && table.x[8] == 1);
        sheaf_table_close(&table);
    }
    sheaf_features got;
    sheaf_buffer words;
    sheaf_buffer_init(&words, 100);
    sheaf_features_put(&words, &filled);
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&words), "a,b=mean,b=missing"));
    MUST(sheaf_features_parse(sheaf_buffer_slice(&words), sheaf_str("y"), &got, &err));
    assert_memory_equal(&got, &filled, sizeof got);
    sheaf_buffer_deinit(&words);
    (void)unused;
}

/* A line is split alike 64 bytes at a time and, where one byte is no ASCII, byte by byte. */
static void test_both_splits(void **unused)
{
    uint64_t state = 99;
    for (int i = 0; i < 3000; i++) {
        char text[200];
        sheaf_slice plain[200], odd[200];
        size_t len = test_random(&state) % 200, plain_count, odd_count;
        sheaf_err err;
        for (size_t k = 0; k < len; k++)
            text[k] = test_random(&state) % 3 ? (char)(' ' + test_random(&state) % 95) : ';';
        for (size_t k = 0; k < len; k++)
            text[k] = text[k] == '"' ? '\'' : text[k];
        sheaf_csv csv = {.name = "t", .line = 1, .separator = ';'};
        char *exact = malloc(len + 4); /* so that the sanitizer sees a byte too far */
        assert_non_null(exact);
        memcpy(exact, text, len);
        char *tight = malloc(len + !len);
        assert_non_null(tight);
        memcpy(tight, text, len);
        MUST(sheaf_csv_values(&csv, sheaf_bytes(tight, len), plain, 200, &plain_count, &err));
        memcpy(exact + len, ";\xc3\xa9", 3);
        MUST(sheaf_csv_values(&csv, sheaf_bytes(exact, len + 3), odd, 200, &odd_count, &err));
        assert_int_equal(odd_count, plain_count + 1);
        for (size_t k = 0; k < plain_count; k++)
            assert_true(sheaf_slice_equal(plain[k], odd[k]));
        free(exact);
        free(tight);
    }
    (void)unused;
}

/* Of a single byte among letters, wherever it stands: does it separate, or is it refused? */
static void test_every_byte(void **unused)
{
    for (int separator = 0; separator < 3; separator++)
        for (int byte = 0; byte < 256; byte++)
            for (size_t at = 1; at < 140; at += 13) {
                uint8_t text[140];
                sheaf_slice values[2];
                size_t count;
                sheaf_csv csv = {.name = "t", .line = 1, .separator = ",;\t"[separator]};
                memset(text, 'a', sizeof text);
                text[at] = (uint8_t)byte;
                const bool text_byte =
                    byte == '\t' || (byte >= ' ' && byte < 0x7f && byte != '"');
                const sheaf_status status = sheaf_csv_values(
                    &csv, sheaf_bytes(text, sizeof text), values, 2, &count, NULL);
                assert_int_equal(status, text_byte ? SHEAF_OK : SHEAF_INVALID);
                if (text_byte)
                    assert_int_equal(count, 1 + (byte == csv.separator));
                if (text_byte && count == 2)
                    assert_true(values[0].len == at && values[1].len == sizeof text - at - 1);
            }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways_to_write),  cmocka_unit_test(test_surprises),
        cmocka_unit_test(test_every_bad_line), cmocka_unit_test(test_style),
        cmocka_unit_test(test_missing_values), cmocka_unit_test(test_both_splits),
        cmocka_unit_test(test_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
