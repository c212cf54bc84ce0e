#include "test.h"

#include "base/buffer.h"
#include "learn/series.h"
#include "learn/times.h"

#include <math.h>
#include <stdio.h>

static const sheaf_series_columns plain = {.time = "t", .count = 1, .value = {"kwh"}};
static const sheaf_series_columns by_id = {
    .time = "t", .series = "id", .count = 2, .value = {"a", "b"}};

static void test_times(void **unused)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } rows[] = {
        {"1970-01-01", 0},
        {"1970-01-02T00:00", 86400},
        {"1970-01-01 23:59:59", 86399},
        {"2000-02-29T12:00Z", 951825600},
        {"2038-01-19 03:14:08", (int64_t)1 << 31},
        {"2026-11-21", 1795219200},
        {"1900-02-29", -1},
        {"2001-13-01", -1},
        {"2001-00-10", -1},
        {"2001-04-31", -1},
        {"2001-4-3", -1},
        {"2001-04-03T", -1},
        {"2001-04-03T24:00", -1},
        {"2001-04-03T10:60", -1},
        {"2001-04-03T10", -1},
        {"2001-04-03 10:00+02:00", -1},
        {"2001-04-03 10:00:00.5", -1},
        {"01.04.2001", -1},
        {"1599-12-31", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t seconds = -1;
        if (!sheaf_time_parse(sheaf_str(rows[i].text), &seconds))
            seconds = -1;
        assert_int_equal(seconds, rows[i].seconds);
    }
    uint64_t random = 7;
    for (int i = 0; i < 2000; i++) { /* what is printed is read again, from 1600 to 2999 */
        int64_t back, seconds = (int64_t)(test_random(&random) % 44179344000) - 11676096000;
        char text[SHEAF_TIME_LEN + 1];
        sheaf_time_print(seconds, text);
        assert_true(sheaf_time_parse(sheaf_str(text), &back));
        assert_int_equal(back, seconds);
    }
    (void)unused;
}

static void test_one_series_with_gaps(void **unused)
{
    sheaf_err err;
    sheaf_series_set set;
    MUST(sheaf_series_read(sheaf_str("t,other,kwh\r\n2020-01-01T00:00,x,1\r\n"
                                     "2020-01-01T00:30,x,\r\n2020-01-01T01:00,x,-2.5\r\n"
                                     "2020-01-01T02:00,x,4\r\n"),
                           "s.csv", &plain, &set, &err));
    assert_int_equal(set.count, 1);
    assert_int_equal(set.entities, 1);
    assert_int_equal(set.lines, 4);
    assert_int_equal(set.step_s, 1800);
    const sheaf_series *one = &set.items[0];
    assert_string_equal(one->name, "kwh");
    assert_int_equal(one->start_s, 1577836800);
    assert_int_equal(one->steps, 5);
    assert_int_equal(one->gaps, 2); /* an empty value, and a line that is left out */
    assert_true(one->value[0] == 1 && isnan(one->value[1]) && one->value[2] == -2.5);
    assert_true(isnan(one->value[3]) && one->value[4] == 4);
    assert_int_equal(one->train.to, 4); /* the last quarter is for testing */
    assert_int_equal(one->test.from, 4);
    assert_int_equal(one->test.to, 5);
    sheaf_series_close(&set);
    (void)unused;
}

static void test_several_series(void **unused)
{
    sheaf_err err;
    sheaf_series_set set;
    /* Mixed, of different lengths, with an overlap in time. */
    MUST(sheaf_series_read(sheaf_str("\xef\xbb\xbf"
                                     "id,t,b,a,set\nu,2020-01-01,1,10,train\n"
                                     "v,2020-01-03,5,50,train\nu,2020-01-02,2,20,validation\n"
                                     "u,2020-01-05,3,30,test\nv,2020-01-04,6,60,train\n"),
                           "s.csv", &by_id, &set, &err));
    assert_int_equal(set.count, 4);
    assert_int_equal(set.entities, 2);
    assert_int_equal(set.step_s, 86400);
    assert_string_equal(set.items[0].name, "u a");
    assert_string_equal(set.items[3].name, "v b");
    assert_int_equal(set.items[0].steps, 5);
    assert_int_equal(set.items[2].steps, 2);
    assert_true(set.items[0].value[1] == 20 && set.items[1].value[4] == 3);
    assert_true(set.items[2].value[0] == 50 && set.items[3].value[1] == 6);
    const sheaf_series *u = &set.items[1], *v = &set.items[2];
    assert_int_equal(u->train.to, 1);
    assert_int_equal(u->validation.from, 1);
    assert_int_equal(u->validation.to, 4);
    assert_int_equal(u->test.from, 4);
    assert_int_equal(u->test.to, 5);
    assert_int_equal(v->train.to, 2);
    assert_int_equal(v->test.from, 2);

    sheaf_series_split_steps(&set, 2, 3, 4);
    assert_int_equal(u->train.to, 2);
    assert_int_equal(u->test.from, 3);
    assert_int_equal(u->test.to, 4);
    assert_int_equal(v->test.to, 2); /* cut to its length */
    int64_t a, b, c;
    assert_true(sheaf_time_parse(sheaf_str("2020-01-02T12:00"), &a));
    assert_true(sheaf_time_parse(sheaf_str("2020-01-04"), &b));
    assert_true(sheaf_time_parse(sheaf_str("2030-01-01"), &c));
    sheaf_series_split_times(&set, a, b, c);
    assert_int_equal(u->train.to, 2);
    assert_int_equal(u->validation.to, 3);
    assert_int_equal(u->test.to, 5);
    assert_int_equal(v->train.to, 0);
    assert_int_equal(v->test.from, 1);
    sheaf_series_close(&set);
    (void)unused;
}

static void test_refusals(void **unused)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "s.csv is empty; it needs a header line and rows"},
        {"t,kwh\n", "s.csv has a header but no rows"},
        {"time,kwh\n2020-01-01,1\n", "s.csv has no column t; its columns are: time, kwh"},
        {"t,kwh,t\n2020-01-01,1,1\n", "the header of s.csv names the column t twice"},
        {"t,kwh\n2020-01-01,1\n", "no series of s.csv has two times; a forecast needs many"},
        {"t,kwh\n2020-01-01,1\n2020-01-02\n",
         "s.csv line 3 has 1 values, but the header names 2 columns"},
        {"t,kwh\n2020-01-01,1\n\n", "s.csv line 3 is empty; remove it"},
        {"t,kwh\n2020-01-01,1\nt,kwh\n2020-01-02,1\n",
         "s.csv line 3 names the columns once more; were two files joined? remove it"},
        {"t,kwh\n2020-01-01,1\n2020-01-02,?\n\n2020-01-04,x\n2020-01-04,\n2020-01-03,1\n",
         "s.csv line 4 is empty; remove it; 2 more lines cannot be read (5 value 2, 7)"},
        {"t,kwh\n2020-01-01,1\n3.1.2020,1\n",
         "s.csv line 3, column t: '3.1.2020' is not a time; write it as 2013-07-01 08:30:00"},
        {"t,kwh\n2020-01-01,1\n2020-01-02,many\n",
         "s.csv line 3, column kwh: 'many' is not a number; write numbers such as 12.5 and "
         "leave missing values empty"},
        {"t,kwh\n2020-01-01,1\n2020-01-02,2000000\n",
         "s.csv line 3, column kwh: '2000000' is too large; numbers must be within +-1048576"},
        {"t,kwh\n2020-01-01,1\n2020-01-02,1e999\n",
         "s.csv line 3, column kwh: '1e999' is too large; numbers must be within +-1048576"},
        {"t,kwh\n2020-01-02,1\n2020-01-01,1\n", "s.csv line 3 goes back in time: line 2 has "
                                                "2020-01-02 00:00:00; sort the file by time"},
        {"t,kwh\n2020-01-02,1\n2020-01-02 00:00,1\n",
         "s.csv line 3 has the time of line 2 again: 2020-01-02 00:00:00; every time stands "
         "once in a series, and clocks must not be set back in autumn"},
        {"t,kwh\n2020-01-01,1\n2020-01-02,1\n2020-01-02 10:00,1\n",
         "s.csv line 3 is not a whole number of steps after its series' first time; a step is "
         "36000 seconds, as between lines 3 and 4"},
        {"t,kwh\n2020-01-01,1\n2022-01-01,1\n",
         "the times of s.csv are more than a year apart; see lines 2 and 3"},
        {"t,kwh\n2020-01-01 00:00:00,1\n2020-01-01 00:00:01,1\n2022-01-01,1\n",
         "s.csv spans 63158401 steps of 1 seconds, gaps included; series may have 16777216. is "
         "the distance between lines 2 and 3 right"},
        {"t,kwh,set\n2020-01-01,1,train\n2020-01-02,1,tests\n",
         "s.csv line 3, column set: 'tests' is neither train, validation nor test"},
        {"t,kwh,set\n2020-01-01,1,test\n2020-01-02,1,train\n",
         "s.csv line 3 is of set train after line 2 of set test; parts of a series follow each "
         "other in time: train, validation, test"},
        {"t,kwh\n2020-01-01,1\"\n",
         "s.csv line 2, value 2: a quotation mark inside the value; put all of it in quotation "
         "marks and write \"\" for one"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        sheaf_series_set set;
        assert_int_equal(
            sheaf_series_read(sheaf_str(rows[i].text), "s.csv", &plain, &set, &err),
            SHEAF_INVALID);
        assert_string_equal(err.message, rows[i].message);
        assert_null(set.items);
    }
    sheaf_err err = {0};
    sheaf_series_set set;
    assert_int_equal(sheaf_series_read(sheaf_str("t,id,a,b\n2020-01-01,,1,2\n"), "s.csv",
                                       &by_id, &set, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message, "s.csv line 2, column id: '' is no name of a series");
    (void)unused;
}

/* Under noise no line refuses the file, and each is judged by those above it alone. */
static void test_noise_passes_lines_over(void **unused)
{
    static const char *const broken[] = {
        "",
        "u,2020-01-03",
        "u,2020-01-03,1,2,train,7",
        "u,3.1.2020,1,2,train",
        "u,2020-01-03,many,2,train",
        "u,2020-01-03,1,1e99,train",
        "u,2020-01-03,1,2,later",
        "u,2020-01-01 00:00:30,1,2,train",
        "u,2019-01-01,1,2,train",
        "u,2020-01-01 00:00:31,1,2,train",
        "u,2900-01-01,1,2,train", /* no room for so many seconds */
        ",2020-01-03,1,2,train",
        "id,t,a,b,set",
        "\xff,2020-01-03,1,2,train",
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char text[300];
        sheaf_err err = {0};
        sheaf_series_set set;
        const double want[] = {1, 3, NAN, 5, 2, 4, NAN, 6, 9, 9};
        snprintf(text, sizeof text,
                 "id,t,a,b,set\nu,2020-01-01,1,2,train\nu,2020-01-01 00:00:30,3,4,train\n%s\n"
                 "v,2021-01-01 07:07,9,9,train\nu,2020-01-01 00:01:30,5,6,test\n",
                 broken[i]);
        MUST(sheaf_series_read_noised(sheaf_str(text), "s.csv", &by_id, 30, &set, &err));
        assert_int_equal(err.message[0], 0);
        assert_int_equal(set.lines, 5);
        assert_int_equal(set.unusable, 1);
        assert_int_equal(set.unusable_line[0], 4);
        assert_int_equal(set.step_s, 30);
        assert_int_equal(set.count, 4);
        for (size_t j = 0; j < sizeof want / sizeof *want; j++)
            assert_true(set.block[j] == want[j] || (isnan(set.block[j]) && isnan(want[j])));
        assert_int_equal(set.items[0].train.to, 3);
        sheaf_series_close(&set);
    }
    sheaf_err err = {0};
    sheaf_series_set set;
    MUST(sheaf_series_read_noised(sheaf_str("id,t,a,b\nu,today,1,2\n"), "s.csv", &by_id, 30,
                                  &set, &err));
    assert_int_equal(set.count, 0);
    sheaf_series_close(&set);
    assert_int_equal(
        sheaf_series_read_noised(sheaf_str("id,t,a,b\n"), "s.csv", &by_id, 30, &set, &err),
        SHEAF_INVALID);
    (void)unused;
}

static void test_columns(void **unused)
{
    static const struct {
        sheaf_series_columns columns;
        const char *message;
    } rows[] = {
        {{.time = "t", .count = 0}, "0 columns of values; name 1 to 256"},
        {{.time = "", .count = 1, .value = {"a"}},
         "the name of the column of times has 0 bytes; give 1 to 40"},
        {{.time = "t", .series = "t", .count = 1, .value = {"a"}},
         "the column t cannot hold both times and series"},
        {{.time = "t", .count = 2, .value = {"a", "a"}}, "the column a is named twice"},
        {{.time = "t", .count = 1, .value = {"t"}}, "the column t is named twice"},
        {{.time = "t", .count = 1, .value = {""}},
         "the name of the column of values has 0 bytes; give 1 to 40"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err = {0};
        assert_int_equal(sheaf_series_columns_check(&rows[i].columns, &err), SHEAF_INVALID);
        assert_string_equal(err.message, rows[i].message);
    }
    (void)unused;
}

/* A series of so many steps from `start_s` on, known but where `gap` says so. */
static sheaf_series grid(double *value, uint32_t steps, uint32_t step_s, int64_t start_s)
{
    for (uint32_t i = 0; i < steps; i++)
        value[i] = i;
    return (sheaf_series){.start_s = start_s,
                          .step_s = step_s,
                          .steps = steps,
                          .value = value,
                          .train = {0, steps}};
}

static void test_windows(void **unused)
{
    enum { STEPS = 100 };
    double value[STEPS];
    sheaf_series series = grid(value, STEPS, 3600, 0);
    sheaf_windows each = {.look_back = 10, .horizon = 5, .every = 1};
    sheaf_window_run run;
    uint32_t at = 0;
    assert_true(sheaf_windows_next(&series, &each, series.train, 0, &at, &run));
    assert_int_equal(run.first, 10);
    assert_int_equal(run.count, STEPS - 10 - 5 + 1);
    assert_int_equal(run.stride, 1);
    assert_false(sheaf_windows_next(&series, &each, series.train, 0, &at, &run));
    /* The test part looks back into what is before it. */
    assert_int_equal(sheaf_windows_count(&series, &each, (sheaf_span){50, 60}, 0), 6);
    assert_int_equal(sheaf_windows_count(&series, &each, (sheaf_span){50, 60}, 50), 0);
    assert_int_equal(sheaf_windows_count(&series, &each, (sheaf_span){50, 65}, 50), 1);
    assert_int_equal(sheaf_windows_count(&series, &each, (sheaf_span){50, 50}, 0), 0);

    sheaf_windows midnight = {.look_back = 24, .horizon = 24};
    assert_int_equal(sheaf_windows_count(&series, &midnight, series.train, 0), 3);
    series.start_s = 5 * 3600; /* the first midnight is step 19 */
    at = 0;
    assert_true(sheaf_windows_next(&series, &midnight, series.train, 0, &at, &run));
    assert_int_equal(run.first, 19 + 24);
    assert_int_equal(run.stride, 24);
    assert_int_equal(run.count, 2);
    series.start_s = 1800; /* no step falls on midnight */
    assert_int_equal(sheaf_windows_count(&series, &midnight, series.train, 0), 0);
    series.start_s = 0;
    series.step_s = 7 * 3600; /* every 24th does */
    at = 0;
    assert_true(sheaf_windows_next(&series, &midnight, series.train, 0, &at, &run));
    assert_int_equal(run.first, 24);
    assert_int_equal(run.stride, 24);
    (void)unused;
}

/* Against trying every origin, with random gaps. */
static void test_windows_with_gaps(void **unused)
{
    enum { STEPS = 400 };
    double value[STEPS];
    uint64_t random = 11;
    for (int round = 0; round < 300; round++) {
        sheaf_series series = grid(value, STEPS, 3600, (int64_t)(round % 30) * 3600);
        sheaf_windows windows = {.look_back = 1 + (uint32_t)(test_random(&random) % 30),
                                 .horizon = 1 + (uint32_t)(test_random(&random) % 30),
                                 .every = (uint32_t)(test_random(&random) % 70)};
        uint32_t from = (uint32_t)(test_random(&random) % 100);
        sheaf_span part = {from + (uint32_t)(test_random(&random) % 100),
                           STEPS - (uint32_t)(test_random(&random) % 100)};
        for (uint64_t gaps = test_random(&random) % 20; gaps > 0; gaps--)
            value[test_random(&random) % STEPS] = NAN;
        bool found[STEPS] = {0};
        sheaf_window_run run;
        uint64_t count = 0;
        for (uint32_t at = 0; sheaf_windows_next(&series, &windows, part, from, &at, &run);)
            for (uint32_t i = 0; i < run.count; i++, count++)
                found[run.first + i * run.stride] = true;
        for (uint32_t origin = 0; origin < STEPS; origin++) {
            bool want = origin >= part.from && origin >= from + windows.look_back
                        && origin + windows.horizon <= part.to;
            if (want && windows.every)
                want = (origin - windows.look_back) % windows.every == 0;
            else if (want)
                want = (series.start_s / 3600 + origin) % 24 == 0;
            for (uint32_t i = 0; want && i < windows.look_back + windows.horizon; i++)
                want = !isnan(value[origin - windows.look_back + i]);
            assert_int_equal(found[origin], want);
            count -= want;
        }
        assert_int_equal(count, 0);
    }
    (void)unused;
}

static void test_too_many_series(void **unused)
{
    sheaf_err err = {0};
    sheaf_buffer text;
    sheaf_series_set set;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(&text, "t,id,a,b\n");
    for (int i = 0; i <= SHEAF_SERIES_MAX / 2; i++)
        sheaf_buffer_printf(&text, "2020-01-0%d,%d,1,2\n", 1 + i % 2, i / 2 * 2);
    MUST(sheaf_series_read(sheaf_buffer_slice(&text), "s.csv", &by_id, &set, &err));
    assert_int_equal(set.count, SHEAF_SERIES_MAX / 2 + 2);
    sheaf_series_close(&set);
    for (int i = 0; i <= SHEAF_SERIES_MAX / 2; i++)
        sheaf_buffer_printf(&text, "2020-01-03,%d,1,2\n", i);
    assert_int_equal(sheaf_series_read(sheaf_buffer_slice(&text), "s.csv", &by_id, &set, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "s.csv line 4098 begins series 2049; a file may hold "
                                        "4096, counting each column of values"));
    sheaf_buffer_deinit(&text);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_one_series_with_gaps),
        cmocka_unit_test(test_several_series),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_noise_passes_lines_over),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_windows_with_gaps),
        cmocka_unit_test(test_too_many_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
