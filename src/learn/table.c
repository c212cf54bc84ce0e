#include "learn/table.h"

#include "learn/csv.h"
#include "learn/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PLACE_NONE = SHEAF_CSV_COLUMNS_MAX, /* no such column */
    SHOWN_MAX = 40,                     /* bytes of a bad value that an error shows */
};

/* Where the needed columns stand in the file. */
typedef struct {
    sheaf_slice names[SHEAF_CSV_COLUMNS_MAX];
    sheaf_slice values[SHEAF_CSV_COLUMNS_MAX]; /* of the row being read */
    size_t columns;
    size_t feature[SHEAF_FEATURES_MAX];
    size_t label, set;
    sheaf_table_use use;
} layout;

typedef enum { ROW_KEPT, ROW_LEFT_OUT, ROW_UNUSABLE } row_fate;

static int shown(sheaf_slice value)
{
    return value.len > SHOWN_MAX ? SHOWN_MAX : (int)value.len;
}

static size_t column_find(const layout *at, const char *name)
{
    for (size_t i = 0; i < at->columns; i++)
        if (sheaf_slice_is(at->names[i], name))
            return i;
    return PLACE_NONE;
}

static sheaf_status column_missing(const layout *at, const char *file, const char *column,
                                   sheaf_err *err)
{
    char list[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < at->columns; i++) {
        int n = snprintf(list + used, sizeof list - used, "%s%.*s", i ? ", " : "",
                         shown(at->names[i]), (const char *)at->names[i].data);
        if ((size_t)n >= sizeof list - used - 4) {
            snprintf(list + used, sizeof list - used, "%s", " ...");
            break;
        }
        used += (size_t)n;
    }
    return sheaf_fail(err, SHEAF_INVALID, "%s has no column %s; its columns are: %s", file,
                      column, list);
}

/* The columns' names. */
static sheaf_status names_read(sheaf_csv *csv, layout *at, sheaf_err *err)
{
    sheaf_slice line;
    if (!sheaf_csv_line(csv, &line) || line.len == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the first line of %s is empty; it must name the columns", csv->name);
    SHEAF_TRY(sheaf_csv_check(csv, line, err));
    at->columns = sheaf_csv_split(line, at->names, SHEAF_CSV_COLUMNS_MAX);
    if (at->columns > SHEAF_CSV_COLUMNS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s has %zu columns; a table may have %d",
                          csv->name, at->columns, SHEAF_CSV_COLUMNS_MAX);
    for (size_t i = 0; i < at->columns; i++)
        for (size_t j = 0; j < i; j++)
            if (sheaf_slice_equal(at->names[i], at->names[j]))
                return sheaf_fail(err, SHEAF_INVALID,
                                  "the header of %s names the column %.*s twice", csv->name,
                                  shown(at->names[i]), (const char *)at->names[i].data);
    return SHEAF_OK;
}

static sheaf_status header_read(sheaf_csv *csv, const sheaf_features *features,
                                sheaf_table_use use, layout *at, sheaf_err *err)
{
    SHEAF_TRY(names_read(csv, at, err));
    for (uint32_t j = 0; j < features->count; j++) {
        at->feature[j] = column_find(at, features->items[j].column);
        if (at->feature[j] == PLACE_NONE)
            return column_missing(at, csv->name, features->items[j].column, err);
    }
    at->use = use;
    at->label = at->set = PLACE_NONE;
    if (use == SHEAF_TABLE_UNLABELLED)
        return SHEAF_OK;
    at->label = column_find(at, features->label);
    at->set = column_find(at, "set");
    return at->label == PLACE_NONE ? column_missing(at, csv->name, features->label, err)
                                   : SHEAF_OK;
}

/* The value of one column, below 2^20 in magnitude. */
static sheaf_status number_read(const sheaf_csv *csv, const layout *at, size_t column,
                                double *out, sheaf_err *err)
{
    sheaf_slice text = at->values[column], name = at->names[column];
    if (!sheaf_csv_number(text, out))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u, column %.*s: '%.*s' is not a number; write numbers such "
                          "as 12.5 and leave missing values empty",
                          csv->name, csv->line, shown(name), (const char *)name.data,
                          shown(text), (const char *)text.data);
    if (fabs(*out) >= 1 << SHEAF_VALUE_BITS)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u, column %.*s: %.*s is too large; numbers must be within "
                          "+-%d",
                          csv->name, csv->line, shown(name), (const char *)name.data,
                          shown(text), (const char *)text.data, 1 << SHEAF_VALUE_BITS);
    return SHEAF_OK;
}

/* A hash of the row's text (FNV-1a, then the last steps of splitmix64), so that the split
 * depends on no other row: with one record more or less every other stays where it is. */
static bool row_held_out(sheaf_slice line)
{
    uint64_t z = 0xcbf29ce484222325;
    for (size_t i = 0; i < line.len; i++)
        z = (z ^ line.data[i]) * 0x100000001b3;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % 3 == 0;
}

static sheaf_status set_read(const sheaf_csv *csv, const layout *at, sheaf_slice line,
                             uint8_t *is_test, sheaf_err *err)
{
    if (at->set == PLACE_NONE) {
        *is_test = row_held_out(line);
        return SHEAF_OK;
    }
    sheaf_slice text = at->values[at->set];
    *is_test = sheaf_slice_is(text, "test");
    if (*is_test || sheaf_slice_is(text, "train"))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s line %u, column set: '%.*s' is neither train nor test", csv->name,
                      csv->line, shown(text), (const char *)text.data);
}

/* A column that is not needed has gaps too. */
static bool gap_anywhere(const layout *at)
{
    for (size_t i = 0; i < at->columns; i++)
        if (sheaf_csv_missing(at->values[i]))
            return true;
    return false;
}

static sheaf_status line_split(const sheaf_csv *csv, layout *at, sheaf_slice line,
                               sheaf_err *err)
{
    SHEAF_TRY(sheaf_csv_check(csv, line, err));
    if (line.len == 0 && at->columns > 1)
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u is empty; remove it", csv->name,
                          csv->line);
    size_t values = sheaf_csv_split(line, at->values, SHEAF_CSV_COLUMNS_MAX);
    if (values != at->columns)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u has %zu values, but the header names %zu columns",
                          csv->name, csv->line, values, at->columns);
    return SHEAF_OK;
}

/* Reads a line into row number out->rows, which is kept or left out. */
static sheaf_status row_read(const sheaf_csv *csv, layout *at, const sheaf_features *features,
                             sheaf_slice line, sheaf_table *out, row_fate *fate, sheaf_err *err)
{
    double *x = out->x + (size_t)out->rows * out->d, label = 0;
    SHEAF_TRY(line_split(csv, at, line, err));
    *fate = at->use == SHEAF_TABLE_EXACT && gap_anywhere(at) ? ROW_LEFT_OUT : ROW_KEPT;
    for (uint32_t j = 0; j < out->d; j++) {
        double value;
        if (sheaf_csv_missing(at->values[at->feature[j]])) {
            *fate = ROW_LEFT_OUT;
            continue;
        }
        SHEAF_TRY(number_read(csv, at, at->feature[j], &value, err));
        const sheaf_feature *feature = &features->items[j];
        x[j] = feature->has_level ? (double)(value == (double)feature->level) : value;
    }
    if (at->label != PLACE_NONE) {
        if (sheaf_csv_missing(at->values[at->label]))
            *fate = ROW_LEFT_OUT;
        else
            SHEAF_TRY(number_read(csv, at, at->label, &label, err));
        SHEAF_TRY(set_read(csv, at, line, &out->is_test[out->rows], err));
    }
    out->y[out->rows] = label > 0;
    out->line[out->rows] = csv->line;
    return SHEAF_OK;
}

static void row_count(const sheaf_csv *csv, row_fate fate, sheaf_table *out)
{
    out->lines++;
    if (fate == ROW_UNUSABLE) {
        if (out->unusable < SHEAF_TABLE_TOLD)
            out->unusable_line[out->unusable] = csv->line;
        out->unusable++;
    } else if (fate == ROW_LEFT_OUT) {
        out->left_out++;
    } else {
        if (out->is_test[out->rows])
            out->test_rows++;
        else
            out->train_rows++;
        out->rows++;
    }
}

static sheaf_status rows_read(sheaf_csv *csv, layout *at, const sheaf_features *features,
                              sheaf_table *out, sheaf_err *err)
{
    sheaf_slice line;
    while (sheaf_csv_line(csv, &line)) {
        row_fate fate;
        bool noised = at->use == SHEAF_TABLE_NOISED;
        sheaf_status status =
            row_read(csv, at, features, line, out, &fate, noised ? NULL : err);
        if (status != SHEAF_OK && !noised)
            return status;
        row_count(csv, status == SHEAF_OK ? fate : ROW_UNUSABLE, out);
    }
    if (out->rows == 0 && at->use != SHEAF_TABLE_NOISED)
        return sheaf_fail(err, SHEAF_INVALID, "%s has no complete row: each of its %u rows %s",
                          csv->name, out->left_out,
                          at->use == SHEAF_TABLE_EXACT ? "misses a value"
                                                       : "misses a needed value");
    return SHEAF_OK;
}

static sheaf_status rows_allocate(const char *name, size_t rows, uint32_t d, sheaf_table *out,
                                  sheaf_err *err)
{
    if (rows == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has a header but no rows", name);
    if (rows > SHEAF_CSV_ROWS_MAX || rows * d > SHEAF_TABLE_CELLS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has %zu rows of %u features; a table may have %d rows and %d "
                          "values in all",
                          name, rows, d, SHEAF_CSV_ROWS_MAX, SHEAF_TABLE_CELLS_MAX);
    *out = (sheaf_table){.d = d};
    out->x = calloc(rows * d, sizeof *out->x);
    out->y = calloc(rows, 1);
    out->is_test = calloc(rows, 1);
    out->line = calloc(rows, sizeof *out->line);
    if (out->x && out->y && out->is_test && out->line)
        return SHEAF_OK;
    sheaf_table_close(out);
    return sheaf_fail(err, SHEAF_NOMEM, "no memory for the %zu rows of %s", rows, name);
}

sheaf_status sheaf_table_read(sheaf_slice bytes, const char *name,
                              const sheaf_features *features, sheaf_table_use use,
                              sheaf_table *out, sheaf_err *err)
{
    sheaf_csv csv;
    *out = (sheaf_table){0};
    SHEAF_TRY(sheaf_features_check(features, err));
    SHEAF_TRY(sheaf_csv_open(&csv, bytes, name, err));
    layout *at = malloc(sizeof *at);
    if (!at)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    sheaf_status status = header_read(&csv, features, use, at, err);
    if (status == SHEAF_OK)
        status = rows_allocate(name, sheaf_csv_count(&csv), features->count, out, err);
    if (status == SHEAF_OK)
        status = rows_read(&csv, at, features, out, err);
    if (status != SHEAF_OK)
        sheaf_table_close(out);
    free(at);
    return status;
}

static sheaf_status form_check(sheaf_csv *csv, layout *at, uint32_t *rows, sheaf_err *err)
{
    sheaf_slice line;
    SHEAF_TRY(names_read(csv, at, err));
    for (*rows = 0; sheaf_csv_line(csv, &line); ++*rows)
        SHEAF_TRY(line_split(csv, at, line, err));
    if (*rows == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has a header but no rows", csv->name);
    return SHEAF_OK;
}

sheaf_status sheaf_table_form(sheaf_slice bytes, const char *name, uint32_t *rows,
                              sheaf_err *err)
{
    sheaf_csv csv;
    SHEAF_TRY(sheaf_csv_open(&csv, bytes, name, err));
    layout *at = malloc(sizeof *at);
    if (!at)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    sheaf_status status = form_check(&csv, at, rows, err);
    free(at);
    return status;
}

sheaf_status sheaf_table_load(const char *path, const sheaf_features *features,
                              sheaf_table_use use, sheaf_table *out, sheaf_err *err)
{
    sheaf_buffer bytes;
    *out = (sheaf_table){0};
    sheaf_buffer_init(&bytes, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(path, SHEAF_CSV_BYTES_MAX, &bytes, err);
    if (status == SHEAF_OK)
        status = sheaf_table_read(sheaf_buffer_slice(&bytes), path, features, use, out, err);
    sheaf_buffer_deinit(&bytes);
    return status;
}

void sheaf_table_close(sheaf_table *table)
{
    free(table->x);
    free(table->y);
    free(table->is_test);
    free(table->line);
    *table = (sheaf_table){0};
}
