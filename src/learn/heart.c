#include "learn/heart.h"

#include "learn/csv.h"

#include <stdio.h>

enum { RAW_COLUMNS = 14, KEPT_FROM_FRONT = 10, LABEL_COLUMN = 13 };

const sheaf_heart_centre sheaf_heart_centres[SHEAF_HEART_CENTRES] = {
    {"cleveland", "processed.cleveland.data"},
    {"hungarian", "processed.hungarian.data"},
    {"switzerland", "processed.switzerland.data"},
    {"va", "processed.va.data"},
};

/* The next row of the split that belongs to the centre; false at the end. */
static bool split_next(sheaf_csv *split, const char *centre, sheaf_slice *row, sheaf_slice *set)
{
    sheaf_slice line, values[3];
    size_t count;
    while (sheaf_csv_line(split, &line)) {
        if (sheaf_csv_values(split, line, values, 3, &count, NULL) != SHEAF_OK || count != 3
            || !sheaf_slice_is(values[0], centre))
            continue;
        *row = values[1];
        *set = values[2];
        return true;
    }
    return false;
}

static bool row_complete(const sheaf_slice *values)
{
    for (int i = 0; i < KEPT_FROM_FRONT; i++)
        if (sheaf_csv_missing(values[i]))
            return false;
    return !sheaf_csv_missing(values[LABEL_COLUMN]);
}

static sheaf_status row_put(sheaf_csv *csv, const sheaf_slice *values, sheaf_slice set,
                            sheaf_buffer *out, sheaf_err *err)
{
    for (int i = 0; i < RAW_COLUMNS; i++) {
        double ignored;
        if (i >= KEPT_FROM_FRONT && i != LABEL_COLUMN)
            continue;
        if (!sheaf_csv_number(csv, values[i], &ignored))
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u: value %d is not a number",
                              csv->name, csv->line, i + 1);
        sheaf_buffer_add(out, values[i]);
        sheaf_buffer_add_byte(out, ',');
    }
    sheaf_buffer_add(out, set);
    sheaf_buffer_add_byte(out, '\n');
    return SHEAF_OK;
}

sheaf_status sheaf_heart_convert(sheaf_slice raw, sheaf_slice split, const char *centre,
                                 sheaf_buffer *out, sheaf_heart_counts *counts, sheaf_err *err)
{
    sheaf_csv csv, sets;
    sheaf_slice line, values[RAW_COLUMNS], row = {0}, set = {0};
    *counts = (sheaf_heart_counts){0};
    SHEAF_TRY(sheaf_csv_open(&csv, raw, centre, err));
    SHEAF_TRY(sheaf_csv_open(&sets, split, "flamby-split.csv", err));
    if (!sheaf_csv_line(&sets, &line) || !sheaf_slice_is(line, "centre,row,set"))
        return sheaf_fail(err, SHEAF_INVALID,
                          "flamby-split.csv must begin with the line centre,row,set");
    sheaf_buffer_add_string(
        out, "age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,num,set\n");
    while (sheaf_csv_line(&csv, &line)) {
        char number[12];
        snprintf(number, sizeof number, "%u", counts->raw++);
        size_t columns;
        SHEAF_TRY(sheaf_csv_values(&csv, line, values, RAW_COLUMNS, &columns, err));
        if (columns != RAW_COLUMNS)
            return sheaf_fail(err, SHEAF_INVALID, "%s line %u has %zu values instead of %d",
                              centre, csv.line, columns, RAW_COLUMNS);
        if (!row_complete(values))
            continue;
        bool train = split_next(&sets, centre, &row, &set) && sheaf_slice_is(set, "train");
        if (set.len == 0 || !sheaf_slice_is(row, number)
            || !(train || sheaf_slice_is(set, "test")))
            return sheaf_fail(err, SHEAF_INVALID,
                              "flamby-split.csv does not say whether row %s of %s is train or "
                              "test",
                              number, centre);
        SHEAF_TRY(row_put(&csv, values, set, out, err));
        counts->kept++;
        if (train)
            counts->train++;
        else
            counts->test++;
    }
    if (split_next(&sets, centre, &row, &set))
        return sheaf_fail(err, SHEAF_INVALID,
                          "flamby-split.csv names row %.*s of %s, which is not complete",
                          SHEAF_PRINT(row), centre);
    return sheaf_buffer_check(out, "the converted table", err);
}
