/* Columns that say nothing, and columns that say too much. */
#include "test.h"

#include "learn/screen.h"

#include <math.h>

enum { ROWS = 100, INPUTS = 6, MANY = 70000 };

static double x[MANY * INPUTS], target[MANY];
static uint8_t y[MANY];
static sheaf_table table;
static sheaf_screen found;
static sheaf_err err;

/* A class: every third record is positive. */
static void fill(uint32_t rows)
{
    for (uint32_t i = 0; i < rows; i++) {
        double *row = x + (size_t)i * INPUTS;
        y[i] = i % 3 == 0;
        target[i] = y[i];
        row[0] = 4;                            /* the same */
        row[1] = i % 7;                        /* tells nothing */
        row[2] = -(double)y[i] * 5 + i * 1e-3; /* lower where positive, without an overlap */
        row[3] = i % 10 == 0 ? NAN : y[i];     /* the label itself, with gaps */
        row[4] = i == 0 ? 0 : y[i] * 2.0 + (i % 3 == 1 ? 0.5 : 0) + (i == 1 ? 9 : 0);
        row[5] = NAN; /* nobody has it */
    }
    table = (sheaf_table){.d = INPUTS, .rows = rows, .x = x, .target = target, .y = y};
}

static void test_class(void **unused)
{
    fill(ROWS);
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_false(found.one_label);
    assert_int_equal(found.constants, 2);
    assert_int_equal(found.constant[0], 0);
    assert_int_equal(found.constant[1], 5);
    assert_int_equal(found.telling, 2); /* two records of 100 keep column 4 from it */
    assert_int_equal(found.tells[0], 2);
    assert_int_equal(found.tells[1], 3);
    MUST(sheaf_screen_table(&table, 3, false, &found, &err)); /* no further than asked */
    assert_int_equal(found.telling, 1);
    (void)unused;
}

/* A file of which no record is for training, or none is held out, or none is used. */
static void test_parts(void **unused)
{
    fill(ROWS);
    table.train_rows = ROWS;
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_true(found.no_test && !found.no_training);
    table.train_rows = 0;
    table.test_rows = ROWS;
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_true(found.no_training && !found.no_test);
    fill(0);
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_false(found.one_label || found.no_test || found.no_training);
    assert_int_equal(found.constants, 0);
    (void)unused;
}

/* So few records are separated by chance. */
static void test_few(void **unused)
{
    fill(SHEAF_SCREEN_RECORDS_MIN - 1);
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_int_equal(found.telling, 0);
    fill(ROWS);
    for (uint32_t i = 0; i < ROWS; i++)
        y[i] = i < SHEAF_SCREEN_EITHER_MIN - 1;
    for (uint32_t i = 0; i < ROWS; i++)
        x[i * INPUTS + 1] = y[i];
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_int_equal(found.telling, 0);
    (void)unused;
}

static void test_labels(void **unused)
{
    fill(ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        y[i] = 1;
        target[i] = 1 + i;
    }
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_true(found.one_label);
    assert_int_equal(found.telling, 0);
    MUST(sheaf_screen_table(&table, INPUTS, true, &found, &err));
    assert_false(found.one_label);
    fill(1); /* a member with one record */
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_true(found.one_label);
    assert_int_equal(found.constants, 0);
    (void)unused;
}

static void test_number(void **unused)
{
    fill(ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        target[i] = 1e5 + i % 11;
        x[i * INPUTS + 1] = 3 - 1e-3 * (i % 11);    /* a multiple of it, in another unit */
        x[i * INPUTS + 2] = i % 11 + 0.3 * (i % 2); /* close to it, as a good input is */
    }
    MUST(sheaf_screen_table(&table, INPUTS, true, &found, &err));
    assert_int_equal(found.telling, 1);
    assert_int_equal(found.tells[0], 1);
    (void)unused;
}

/* More records than are looked at: a difference that one in three shows is seen. */
static void test_many(void **unused)
{
    fill(MANY);
    for (uint32_t i = 0; i < MANY; i++)
        x[(size_t)i * INPUTS + 2] = y[i];
    MUST(sheaf_screen_table(&table, INPUTS, false, &found, &err));
    assert_int_equal(found.constants, 2);
    assert_true(found.telling >= 2);
    assert_int_equal(found.tells[0], 2);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class),  cmocka_unit_test(test_few),
        cmocka_unit_test(test_labels), cmocka_unit_test(test_number),
        cmocka_unit_test(test_many),   cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
