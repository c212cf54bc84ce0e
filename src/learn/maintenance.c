#include "learn/maintenance.h"

#include "crypto/hash.h"
#include "learn/csv.h"

enum {
    COLUMNS = 14,
    PRODUCT = 1,
    TYPE = 2,
    MEASURED_FROM = 3,
    FAILURE = 8,
    MILLION = 1000000,
};

static const char header[] =
    "UID,Product ID,Type,Air temperature [K],Process temperature [K],Rotational speed [rpm],"
    "Torque [Nm],Tool wear [min],Machine failure,TWF,HDF,PWF,OSF,RNF";

static uint32_t site_of(sheaf_slice product)
{
    sheaf_hash hash = sheaf_sha256(product);
    sheaf_slice front = {hash.bytes, sizeof hash.bytes};
    uint32_t number = 0;
    (void)sheaf_take_u32(&front, &number);
    return number % SHEAF_MAINTENANCE_SITES;
}

/* 0, 1 or 2; -1 for what is none of them. */
static int type_of(sheaf_slice value)
{
    static const char *const types[] = {"L", "M", "H"};
    for (int i = 0; i < 3; i++)
        if (sheaf_slice_is(value, types[i]))
            return i;
    return -1;
}

static sheaf_status row_check(sheaf_csv *csv, const sheaf_slice *values, size_t count,
                              sheaf_err *err)
{
    double ignored;
    if (count != COLUMNS)
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u has %zu values instead of %d",
                          csv->name, csv->line, count, COLUMNS);
    if (type_of(values[TYPE]) < 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u: the type is L, M or H", csv->name,
                          csv->line);
    for (int i = MEASURED_FROM; i < FAILURE; i++)
        if (!sheaf_csv_number(csv, values[i], &ignored))
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u: value %d is not a number",
                              csv->name, csv->line, i + 1);
    if (!sheaf_slice_is(values[FAILURE], "0") && !sheaf_slice_is(values[FAILURE], "1"))
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u: a failure is 0 or 1", csv->name,
                          csv->line);
    return SHEAF_OK;
}

static void row_put(const sheaf_slice *values, bool held_out, sheaf_buffer *out)
{
    sheaf_buffer_printf(out, "%d", type_of(values[TYPE]));
    for (int i = MEASURED_FROM; i <= FAILURE; i++) {
        sheaf_buffer_add_byte(out, ',');
        sheaf_buffer_add(out, values[i]);
    }
    sheaf_buffer_add_string(out, held_out ? ",test\n" : ",train\n");
}

sheaf_status sheaf_maintenance_convert(sheaf_slice bytes, uint32_t site, sheaf_buffer *out,
                                       sheaf_maintenance_counts *counts, sheaf_err *err)
{
    sheaf_csv csv;
    sheaf_slice line, values[COLUMNS];
    uint32_t seen[2] = {0}; /* without failure, with */
    *counts = (sheaf_maintenance_counts){0};
    SHEAF_TRY(sheaf_csv_open(&csv, bytes, "ai4i2020.csv", err));
    if (!sheaf_csv_line(&csv, &line) || !sheaf_slice_is(line, header))
        return sheaf_fail(err, SHEAF_INVALID, "%s does not have the columns of AI4I 2020",
                          csv.name);
    sheaf_buffer_add_string(out, "type,air,process,speed,torque,wear,failure,set\n");
    while (sheaf_csv_line(&csv, &line)) {
        size_t count;
        SHEAF_TRY(sheaf_csv_values(&csv, line, values, COLUMNS, &count, err));
        SHEAF_TRY(row_check(&csv, values, count, err));
        if (site_of(values[PRODUCT]) != site)
            continue;
        bool failed = sheaf_slice_is(values[FAILURE], "1");
        uint32_t place = ++seen[failed] % 10;
        bool held_out = place == 3 || place == 6 || place == 9;
        row_put(values, held_out, out);
        counts->failures += failed;
        counts->train += !held_out;
        counts->test += held_out;
    }
    return sheaf_buffer_check(out, "the site's table", err);
}

#define RANGE(low, high)                                                                       \
    .has_range = true, .low_millionths = (int64_t)(low)*MILLION,                               \
    .high_millionths = (int64_t)(high)*MILLION

const sheaf_features *sheaf_features_maintenance(void)
{
    static const sheaf_features maintenance = {
        .count = 7,
        .items = {{.column = "type", .has_level = true, .level = 1},
                  {.column = "type", .has_level = true, .level = 2},
                  {.column = "air", RANGE(290, 310)},
                  {.column = "process", RANGE(300, 320)},
                  {.column = "speed", RANGE(1000, 3000)},
                  {.column = "torque", RANGE(0, 80)},
                  {.column = "wear", RANGE(0, 260)}},
        .label = "failure",
    };
    return &maintenance;
}
