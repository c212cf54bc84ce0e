#include "learn/table.h"

#include "base/block.h"
#include "learn/faults.h"
#include "learn/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { AHEAD = 4 }; /* rows that are hashed together */
#define FNV_PRIME ((uint64_t)0x100000001b3)

/* A file being read, and where in it the needed columns stand. */
typedef struct {
    sheaf_csv csv;
    sheaf_columns columns;
    const sheaf_features *features;
    sheaf_table_use use;
    size_t feature[SHEAF_FEATURES_MAX];
    size_t label, set;
    bool filled[SHEAF_CSV_COLUMNS_MAX]; /* a gap in the column is some feature's business */
    uint32_t hashed_from; /* first of the lines of which the hash is known; 0: none */
    uint64_t hash[AHEAD];
} reader;

typedef enum { ROW_KEPT, ROW_LEFT_OUT, ROW_UNUSABLE } row_fate;

static sheaf_status header_read(reader *r, sheaf_err *err)
{
    SHEAF_TRY(sheaf_columns_open(&r->columns, &r->csv, err));
    for (uint32_t j = 0; j < r->features->count; j++) {
        const sheaf_feature *feature = &r->features->items[j];
        SHEAF_TRY(
            sheaf_columns_need(&r->columns, &r->csv, feature->column, &r->feature[j], err));
        r->filled[r->feature[j]] |= feature->missing != SHEAF_MISSING_LEAVE_OUT;
    }
    r->label = r->set = SHEAF_COLUMN_NONE;
    if (r->use == SHEAF_TABLE_UNLABELLED)
        return SHEAF_OK;
    r->set = sheaf_columns_find(&r->columns, "set");
    return sheaf_columns_need(&r->columns, &r->csv, r->features->label, &r->label, err);
}

/* The last steps of splitmix64. */
static uint64_t hash_mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/* A hash of the row's text (FNV-1a) decides where the row goes, so that the split depends on no
 * other row: with one record more or less every other stays where it is. Each byte waits for
 * the one before it: so the next rows are hashed along. */
static uint64_t row_hash(reader *r, sheaf_slice line)
{
    if (r->hashed_from && r->csv.line >= r->hashed_from && r->csv.line < r->hashed_from + AHEAD)
        return r->hash[r->csv.line - r->hashed_from];
    sheaf_csv next = r->csv;
    sheaf_slice lines[AHEAD] = {line};
    uint64_t hash[AHEAD];
    size_t together = line.len;
    for (int k = 0; k < AHEAD; k++) {
        hash[k] = 0xcbf29ce484222325;
        if (k > 0 && !sheaf_csv_line(&next, &lines[k]))
            lines[k] = sheaf_bytes(NULL, 0);
        together = lines[k].len < together ? lines[k].len : together;
    }
    for (size_t i = 0; i < together; i++)
        for (int k = 0; k < AHEAD; k++)
            hash[k] = (hash[k] ^ lines[k].data[i]) * FNV_PRIME;
    for (int k = 0; k < AHEAD; k++) {
        for (size_t i = together; i < lines[k].len; i++)
            hash[k] = (hash[k] ^ lines[k].data[i]) * FNV_PRIME;
        r->hash[k] = hash_mix(hash[k]);
    }
    r->hashed_from = r->csv.line;
    return r->hash[0];
}

/* A third, and of what is left a fifth: two digits of the hash that say nothing of each other.
 */
static bool hash_held_out(uint64_t hash)
{
    return hash % 3 == 0;
}

static bool hash_apart(uint64_t hash)
{
    return hash / 3 % 5 == 0;
}

static sheaf_status set_read(reader *r, sheaf_slice line, uint8_t *is_test,
                             uint8_t *is_validation, sheaf_err *err)
{
    const uint64_t hash = row_hash(r, line);
    *is_validation = hash_apart(hash);
    if (r->set == SHEAF_COLUMN_NONE) {
        *is_test = hash_held_out(hash);
        return SHEAF_OK;
    }
    sheaf_slice text = r->columns.values[r->set];
    *is_test = sheaf_slice_is(text, "test");
    if (*is_test || sheaf_slice_is(text, "train"))
        return SHEAF_OK;
    r->csv.place = (uint32_t)r->set + 1;
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s line %u, column set: '%.*s' is neither train nor test", r->csv.name,
                      r->csv.line, SHEAF_CSV_SHOWN(text));
}

/* A column that is not needed has gaps too. */
static bool gap_anywhere(const reader *r)
{
    for (size_t i = 0; i < r->columns.count; i++)
        if (sheaf_csv_missing(r->columns.values[i]) && !r->filled[i])
            return true;
    return false;
}

/* The features of a row. */
static sheaf_status features_read(reader *r, double *x, row_fate *fate, sheaf_err *err)
{
    for (uint32_t j = 0; j < r->features->count; j++) {
        const sheaf_feature *feature = &r->features->items[j];
        bool gap = sheaf_csv_missing(r->columns.values[r->feature[j]]);
        double value = NAN;
        if (!gap)
            SHEAF_TRY(sheaf_columns_number(&r->columns, &r->csv, r->feature[j], &value, err));
        else if (feature->missing == SHEAF_MISSING_LEAVE_OUT)
            *fate = ROW_LEFT_OUT;
        if (feature->missing == SHEAF_MISSING_INDICATOR)
            x[j] = gap;
        else
            x[j] = feature->has_level ? value == (double)feature->level : value;
    }
    return SHEAF_OK;
}

/* Reads a line into row number out->rows, which is kept or left out. */
static sheaf_status row_read(reader *r, sheaf_slice line, sheaf_table *out, row_fate *fate,
                             sheaf_err *err)
{
    double label = 0;
    SHEAF_TRY(sheaf_columns_row(&r->columns, &r->csv, line, err));
    *fate = r->use == SHEAF_TABLE_EXACT && gap_anywhere(r) ? ROW_LEFT_OUT : ROW_KEPT;
    SHEAF_TRY(features_read(r, out->x + (size_t)out->rows * out->d, fate, err));
    if (r->label != SHEAF_COLUMN_NONE) {
        if (sheaf_csv_missing(r->columns.values[r->label]))
            *fate = ROW_LEFT_OUT;
        else
            SHEAF_TRY(sheaf_columns_number(&r->columns, &r->csv, r->label, &label, err));
        SHEAF_TRY(
            set_read(r, line, &out->is_test[out->rows], &out->is_validation[out->rows], err));
    }
    out->target[out->rows] = label;
    out->y[out->rows] = label > 0;
    out->line[out->rows] = r->csv.line;
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

static sheaf_status rows_read(reader *r, sheaf_table *out, sheaf_err *err)
{
    const bool noised = r->use == SHEAF_TABLE_NOISED;
    sheaf_faults found = {.count = 0};
    sheaf_slice line;
    while (sheaf_csv_line(&r->csv, &line)) {
        row_fate fate = ROW_UNUSABLE;
        sheaf_err *first = noised ? NULL : sheaf_faults_next(&found);
        if (row_read(r, line, out, &fate, first) != SHEAF_OK) {
            fate = ROW_UNUSABLE;
            (void)(sheaf_columns_once(&r->columns, &r->csv, line, first) == SHEAF_OK);
            sheaf_faults_add(&found, &r->csv);
        }
        row_count(&r->csv, fate, out);
    }
    if (noised)
        return SHEAF_OK;
    if (found.count)
        return sheaf_faults_fail(&found, err);
    SHEAF_TRY(sheaf_csv_one_mark(&r->csv, err));
    if (out->rows == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has no complete row: each of its %u rows %s",
                          r->csv.name, out->left_out,
                          r->use == SHEAF_TABLE_EXACT ? "misses a value"
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
    out->x = sheaf_block_new(rows * d * sizeof *out->x); /* written row by row */
    out->target = calloc(rows, sizeof *out->target);
    out->y = calloc(rows, 1);
    out->is_test = calloc(rows, 1);
    out->is_validation = calloc(rows, 1);
    out->line = calloc(rows, sizeof *out->line);
    if (out->x && out->target && out->y && out->is_test && out->is_validation && out->line)
        return SHEAF_OK;
    sheaf_table_close(out);
    return sheaf_fail(err, SHEAF_NOMEM, "no memory for the %zu rows of %s", rows, name);
}

sheaf_status sheaf_table_read(sheaf_slice bytes, const char *name,
                              const sheaf_features *features, sheaf_table_use use,
                              sheaf_table *out, sheaf_err *err)
{
    *out = (sheaf_table){0};
    SHEAF_TRY(sheaf_features_check(features, err));
    reader *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    r->features = features;
    r->use = use;
    sheaf_status status = sheaf_csv_open(&r->csv, bytes, name, err);
    if (status == SHEAF_OK)
        status = header_read(r, err);
    if (status == SHEAF_OK)
        status = rows_allocate(name, sheaf_csv_count(&r->csv), features->count, out, err);
    if (status == SHEAF_OK)
        status = rows_read(r, out, err);
    if (status != SHEAF_OK)
        sheaf_table_close(out);
    free(r);
    return status;
}

/* ---- the form alone ---- */

/* Which marks numbers of a column have. */
typedef struct {
    uint32_t point_line, comma_line;
} marks;

static sheaf_status marks_check(const reader *r, marks *seen, sheaf_csv_style *out,
                                sheaf_err *err)
{
    for (size_t i = 0; i < r->columns.count; i++) {
        sheaf_csv one = {
            .begin = r->csv.begin, .line = r->csv.line, .separator = r->csv.separator};
        double number;
        if (!sheaf_csv_number(&one, r->columns.values[i], &number))
            continue;
        seen[i].point_line = seen[i].point_line ? seen[i].point_line : one.point_line;
        seen[i].comma_line = seen[i].comma_line ? seen[i].comma_line : one.comma_line;
        out->decimal_comma |= one.comma_line > 0;
        if (seen[i].point_line && seen[i].comma_line)
            return sheaf_fail(
                err, SHEAF_INVALID,
                "%s has numbers with a decimal point (line %u) and with a decimal "
                "comma (line %u) in its column %.*s; write all of them one way",
                r->csv.name, seen[i].point_line, seen[i].comma_line,
                SHEAF_CSV_SHOWN(r->columns.names[i]));
    }
    return SHEAF_OK;
}

static sheaf_status form_check(reader *r, marks *seen, sheaf_csv_style *out, sheaf_err *err)
{
    sheaf_faults found = {.count = 0};
    sheaf_slice line;
    for (; sheaf_csv_line(&r->csv, &line); out->rows++) {
        sheaf_err *first = sheaf_faults_next(&found);
        if (sheaf_columns_once(&r->columns, &r->csv, line, first) != SHEAF_OK
            || sheaf_columns_row(&r->columns, &r->csv, line, first) != SHEAF_OK)
            sheaf_faults_add(&found, &r->csv);
        else if (r->csv.separator != ',')
            SHEAF_TRY(marks_check(r, seen, out, err));
    }
    if (out->rows == 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s has a header but no rows", r->csv.name);
    return found.count ? sheaf_faults_fail(&found, err) : SHEAF_OK;
}

sheaf_status sheaf_table_form(sheaf_slice bytes, const char *name, sheaf_csv_style *out,
                              sheaf_err *err)
{
    *out = (sheaf_csv_style){0};
    reader *r = calloc(1, sizeof *r);
    marks *seen = calloc(SHEAF_CSV_COLUMNS_MAX, sizeof *seen);
    sheaf_status status = r && seen
                              ? sheaf_csv_open(&r->csv, bytes, name, err)
                              : sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    if (status == SHEAF_OK)
        status = sheaf_columns_open(&r->columns, &r->csv, err);
    if (status == SHEAF_OK && r->columns.count == 1)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "%s has one column, %.*s, but a table needs two; values are "
                            "separated by commas, semicolons or tabs",
                            name, SHEAF_CSV_SHOWN(r->columns.names[0]));
    if (status == SHEAF_OK) {
        out->separator = r->csv.separator;
        status = form_check(r, seen, out, err);
    }
    free(seen);
    free(r);
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
    free(table->target);
    free(table->y);
    free(table->is_test);
    free(table->is_validation);
    free(table->line);
    *table = (sheaf_table){0};
}
