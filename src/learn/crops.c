#include "learn/crops.h"

#include "learn/csv.h"

#include <stdio.h>

enum {
    BACK = SHEAF_CROPS_BACK,
    COLUMNS = 7,
    STATE = 0,
    COUNTY = 1,
    CROP = 3,
    YEAR = 4,
    YIELD = 5,
    FIRST = 1900, /* years that there can be */
    YEARS = 200,
    TRAIN_LAST = 2014,
    TEST_FIRST = 2019,
    TEST_LAST = 2023,
    TABLE_COLUMNS = 2 * BACK + 3,
};

const char *const sheaf_crops_states[SHEAF_CROPS_STATES] = {"IA", "IL", "IN", "MN",
                                                            "MO", "NE", "OH", "WI"};

/* A county's yields as they stand in the file, by year from FIRST; empty: none. */
typedef struct {
    sheaf_slice code;
    sheaf_slice yield[YEARS];
} county;

/* A row of the state's corn. */
typedef struct {
    sheaf_slice county, yield;
    double value;
    uint32_t year; /* from FIRST */
} row;

typedef struct {
    double sum[YEARS];
    uint32_t counties[YEARS];
} state_years;

static sheaf_status file_open(sheaf_slice bytes, sheaf_csv *csv, sheaf_err *err)
{
    sheaf_slice line;
    SHEAF_TRY(sheaf_csv_open(csv, bytes, "usda_county_yields.csv", err));
    if (!sheaf_csv_line(csv, &line)
        || !sheaf_slice_is(line, "state,county_code,county,crop,year,yield_bu_acre,"
                                 "harvested_acres"))
        return sheaf_fail(err, SHEAF_INVALID, "%s does not have the columns of county yields",
                          csv->name);
    return SHEAF_OK;
}

/* The next row of the state's corn; *more is false at the end. */
static sheaf_status row_next(sheaf_csv *csv, const char *state, row *out, bool *more,
                             sheaf_err *err)
{
    sheaf_slice line, values[COLUMNS];
    while ((*more = sheaf_csv_line(csv, &line))) {
        size_t count;
        double year;
        SHEAF_TRY(sheaf_csv_values(csv, line, values, COLUMNS, &count, err));
        if (count != COLUMNS)
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u has %zu values instead of %d",
                              csv->name, csv->line, count, COLUMNS);
        if (!sheaf_slice_is(values[STATE], state) || !sheaf_slice_is(values[CROP], "corn"))
            continue;
        if (!sheaf_csv_number(csv, values[YEAR], &year) || year < FIRST || year >= FIRST + YEARS
            || year != (uint32_t)year)
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u: the year is none", csv->name,
                              csv->line);
        *out = (row){values[COUNTY], values[YIELD], 0, (uint32_t)year - FIRST};
        if (!sheaf_csv_number(csv, out->yield, &out->value) || out->value < 0)
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u: the yield is no number",
                              csv->name, csv->line);
        return SHEAF_OK;
    }
    return SHEAF_OK;
}

static sheaf_status means_take(sheaf_slice bytes, const char *state, state_years *out,
                               sheaf_err *err)
{
    sheaf_csv csv;
    row next;
    bool more;
    SHEAF_TRY(file_open(bytes, &csv, err));
    for (;;) {
        SHEAF_TRY(row_next(&csv, state, &next, &more, err));
        if (!more)
            return SHEAF_OK;
        out->sum[next.year] += next.value;
        out->counties[next.year]++;
    }
}

static bool known(const county *c, uint32_t year)
{
    for (uint32_t back = 0; back <= BACK; back++)
        if (!c->yield[year - back].len)
            return false;
    return true;
}

static void record_put(const county *c, const state_years *state, uint32_t year, bool test,
                       sheaf_buffer *out)
{
    for (uint32_t back = 1; back <= BACK; back++) {
        sheaf_buffer_add(out, c->yield[year - back]);
        sheaf_buffer_add_byte(out, ',');
    }
    for (uint32_t back = 1; back <= BACK; back++)
        sheaf_buffer_printf(out, "%.3f,",
                            state->sum[year - back] / state->counties[year - back]);
    sheaf_buffer_printf(out, "%u,", FIRST + year);
    sheaf_buffer_add(out, c->yield[year]);
    sheaf_buffer_add_string(out, test ? ",test\n" : ",train\n");
}

/* The records of a county whose years have all been read. */
static void county_put(const county *c, const state_years *state, sheaf_buffer *out,
                       sheaf_crops_counts *counts)
{
    for (uint32_t year = BACK; year < YEARS; year++) {
        bool train = FIRST + year <= TRAIN_LAST;
        bool test = FIRST + year >= TEST_FIRST && FIRST + year <= TEST_LAST;
        if (!(train || test) || !known(c, year))
            continue;
        record_put(c, state, year, test, out);
        counts->train += train;
        counts->test += test;
    }
}

static void header_put(sheaf_buffer *out)
{
    for (const char *letter = "ys"; *letter; letter++)
        for (int back = 1; back <= BACK; back++)
            sheaf_buffer_printf(out, "%c%d,", *letter, back);
    sheaf_buffer_add_string(out, "year,yield,set\n");
}

sheaf_status sheaf_crops_convert(sheaf_slice bytes, const char *state, sheaf_buffer *out,
                                 sheaf_crops_counts *counts, sheaf_err *err)
{
    state_years means = {0};
    county c = {0};
    sheaf_csv csv;
    row next;
    bool more;
    uint32_t last = 0;
    *counts = (sheaf_crops_counts){0};
    SHEAF_TRY(means_take(bytes, state, &means, err));
    SHEAF_TRY(file_open(bytes, &csv, err));
    header_put(out);
    for (;;) {
        SHEAF_TRY(row_next(&csv, state, &next, &more, err));
        bool same = more && c.code.len && sheaf_slice_equal(next.county, c.code);
        if (!same) {
            county_put(&c, &means, out, counts);
            c = (county){.code = next.county};
        }
        if (!more)
            return sheaf_buffer_check(out, "the state's table", err);
        if (same && next.year <= last)
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u: a county's years go forward",
                              csv.name, csv.line);
        last = next.year;
        c.yield[last] = next.yield;
    }
}

const sheaf_features *sheaf_features_crops(void)
{
    static const sheaf_features crops = {
        .count = 2 * BACK + 1,
        .items = {{.column = "y1"},  {.column = "y2"},  {.column = "y3"}, {.column = "y4"},
                  {.column = "y5"},  {.column = "y6"},  {.column = "y7"}, {.column = "y8"},
                  {.column = "y9"},  {.column = "y10"}, {.column = "s1"}, {.column = "s2"},
                  {.column = "s3"},  {.column = "s4"},  {.column = "s5"}, {.column = "s6"},
                  {.column = "s7"},  {.column = "s8"},  {.column = "s9"}, {.column = "s10"},
                  {.column = "year"}},
        .label = "yield",
    };
    return &crops;
}

/* A line through (-10, y10) ... (-1, y1) is at 0 this much of each. */
static double trend_of(const double *back)
{
    double at_zero = 0;
    for (int i = 0; i < BACK; i++)
        at_zero += back[i] * (0.1 + (4.5 - i) / 15); /* 5.5 of the mean, over 82.5 */
    return at_zero;
}

sheaf_status sheaf_crops_simple_add(sheaf_slice table, sheaf_crops_simple *sums, sheaf_err *err)
{
    sheaf_csv csv;
    sheaf_slice line, values[TABLE_COLUMNS];
    SHEAF_TRY(sheaf_csv_open(&csv, table, "the state's table", err));
    (void)sheaf_csv_line(&csv, &line); /* the header */
    while (sheaf_csv_line(&csv, &line)) {
        double back[BACK], yield, mean = 0;
        size_t count;
        SHEAF_TRY(sheaf_csv_values(&csv, line, values, TABLE_COLUMNS, &count, err));
        bool whole =
            count == TABLE_COLUMNS && sheaf_csv_number(&csv, values[TABLE_COLUMNS - 2], &yield);
        for (int i = 0; whole && i < BACK; i++) {
            whole = sheaf_csv_number(&csv, values[i], &back[i]);
            mean += back[i] / BACK;
        }
        if (!whole)
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u is no record of yields", csv.name,
                              csv.line);
        if (!sheaf_slice_is(values[TABLE_COLUMNS - 1], "test"))
            continue;
        double trend = trend_of(back) - yield;
        sums->records++;
        sums->last += (back[0] - yield) * (back[0] - yield);
        sums->mean += (mean - yield) * (mean - yield);
        sums->trend += trend * trend;
    }
    return SHEAF_OK;
}
