#include "learn/columns.h"

#include "learn/schema.h"

#include <math.h>
#include <stdio.h>

/* ---- the header ---- */

static sheaf_status twice_fail(const sheaf_csv *csv, sheaf_slice name, sheaf_err *err)
{
    sheaf_csv scratch = *csv;
    double number;
    if (sheaf_csv_number(&scratch, name, &number))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the first line of %s holds numbers, such as %.*s; it must name the "
                          "columns",
                          csv->name, SHEAF_CSV_SHOWN(name));
    return sheaf_fail(err, SHEAF_INVALID, "the header of %s names the column %.*s twice",
                      csv->name, SHEAF_CSV_SHOWN(name));
}

sheaf_status sheaf_columns_open(sheaf_columns *columns, sheaf_csv *csv, sheaf_err *err)
{
    sheaf_slice line;
    if (!sheaf_csv_line(csv, &line) || line.len == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the first line of %s is empty; it must name the columns", csv->name);
    SHEAF_TRY(sheaf_csv_values(csv, line, columns->names, SHEAF_CSV_COLUMNS_MAX,
                               &columns->count, err));
    columns->header = line;
    if (columns->count > SHEAF_CSV_COLUMNS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "%s has %zu columns; a table may have %d",
                          csv->name, columns->count, SHEAF_CSV_COLUMNS_MAX);
    for (size_t i = 0; i < columns->count; i++)
        for (size_t j = 0; j < i; j++)
            if (sheaf_slice_equal(columns->names[i], columns->names[j]))
                return twice_fail(csv, columns->names[i], err);
    return SHEAF_OK;
}

size_t sheaf_columns_find(const sheaf_columns *columns, const char *name)
{
    for (size_t i = 0; i < columns->count; i++)
        if (sheaf_slice_is(columns->names[i], name))
            return i;
    return SHEAF_COLUMN_NONE;
}

/* ---- a column that is not there ---- */

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c == ' ' || c == '-' ? '_' : c;
}

/* In how many letters a name differs from the wanted one (Levenshtein's distance), where
 * capitals count as small letters and spaces as underscores. */
static size_t distance(sheaf_slice name, const char *wanted)
{
    size_t row[SHEAF_COLUMN_MAX + 1], len = strlen(wanted);
    if (name.len > SHEAF_COLUMN_MAX || len > SHEAF_COLUMN_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= len; j++)
        row[j] = j;
    for (size_t i = 0; i < name.len; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < len; j++) {
            size_t best = corner + (folded(name.data[i]) != folded((uint8_t)wanted[j]));
            best = row[j] + 1 < best ? row[j] + 1 : best;
            corner = row[j + 1];
            row[j + 1] = corner + 1 < best ? corner + 1 : best;
        }
    }
    return row[len];
}

/* The column that comes nearest, if less than a third of the letters differ. */
static size_t nearest(const sheaf_columns *columns, const char *wanted)
{
    size_t best = SHEAF_COLUMN_NONE, least = (strlen(wanted) + 2) / 3;
    for (size_t i = 0; i < columns->count; i++) {
        size_t differs = distance(columns->names[i], wanted);
        if (differs < least) {
            least = differs;
            best = i;
        }
    }
    return best;
}

/* Is it that name, with spaces around it? */
static bool spaced(sheaf_slice name, const char *wanted)
{
    while (name.len && name.data[0] == ' ')
        name = sheaf_bytes(name.data + 1, name.len - 1);
    while (name.len && name.data[name.len - 1] == ' ')
        name.len--;
    return sheaf_slice_is(name, wanted);
}

static bool any_spaced(const sheaf_columns *columns, const char *wanted)
{
    for (size_t i = 0; i < columns->count; i++)
        if (spaced(columns->names[i], wanted))
            return true;
    return false;
}

static void names_list(const sheaf_columns *columns, char *list, size_t size)
{
    size_t used = 0;
    list[0] = 0;
    for (size_t i = 0; i < columns->count; i++) {
        int n = snprintf(list + used, size - used, "%s%.*s", i ? ", " : "",
                         SHEAF_CSV_SHOWN(columns->names[i]));
        if ((size_t)n >= size - used - 4) {
            snprintf(list + used, size - used, "%s", " ...");
            return;
        }
        used += (size_t)n;
    }
}

sheaf_status sheaf_columns_need(const sheaf_columns *columns, const sheaf_csv *csv,
                                const char *name, size_t *place, sheaf_err *err)
{
    char list[160], hint[SHEAF_CSV_SHOWN_MAX + 24] = "";
    double number;
    sheaf_csv scratch = *csv;
    *place = sheaf_columns_find(columns, name);
    if (*place != SHEAF_COLUMN_NONE)
        return SHEAF_OK;
    names_list(columns, list, sizeof list);
    if (sheaf_csv_number(&scratch, columns->names[0], &number))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has no column %s; its first line holds numbers and must name the "
                          "columns: %s",
                          csv->name, name, list);
    if (columns->count == 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has no column %s; its only column is %s: values are separated by "
                          "commas, semicolons or tabs",
                          csv->name, name, list);
    if (any_spaced(columns, name))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has no column %s: it is written with spaces around it; remove "
                          "those beside the marks that separate values, in all lines",
                          csv->name, name);
    size_t near = nearest(columns, name);
    if (near != SHEAF_COLUMN_NONE)
        snprintf(hint, sizeof hint, " did you mean %.*s?",
                 SHEAF_CSV_SHOWN(columns->names[near]));
    return sheaf_fail(err, SHEAF_INVALID, "%s has no column %s;%s its columns are: %s",
                      csv->name, name, hint, list);
}

/* ---- rows ---- */

sheaf_status sheaf_columns_row(sheaf_columns *columns, sheaf_csv *csv, sheaf_slice line,
                               sheaf_err *err)
{
    size_t count;
    SHEAF_TRY(sheaf_csv_values(csv, line, columns->values, SHEAF_CSV_COLUMNS_MAX, &count, err));
    if (line.len == 0 && columns->count > 1)
        return sheaf_fail(err, SHEAF_INVALID, "%s line %u is empty; remove it", csv->name,
                          csv->line);
    if (count != columns->count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u has %zu values, but the header names %zu columns",
                          csv->name, csv->line, count, columns->count);
    return SHEAF_OK;
}

static bool again(const sheaf_columns *columns, const sheaf_csv *csv, sheaf_slice line)
{
    if (!sheaf_slice_equal(line, columns->header))
        return false;
    sheaf_csv scratch = *csv;
    double number;
    for (size_t i = 0; i < columns->count; i++)
        if (!sheaf_csv_missing(columns->names[i])
            && !sheaf_csv_number(&scratch, columns->names[i], &number))
            return true;
    return false;
}

sheaf_status sheaf_columns_once(const sheaf_columns *columns, sheaf_csv *csv, sheaf_slice line,
                                sheaf_err *err)
{
    if (!again(columns, csv, line))
        return SHEAF_OK;
    csv->place = 0;
    return sheaf_fail(
        err, SHEAF_INVALID,
        "%s line %u names the columns once more; were two files joined? remove it", csv->name,
        csv->line);
}

sheaf_status sheaf_columns_number(const sheaf_columns *columns, sheaf_csv *csv, size_t place,
                                  double *out, sheaf_err *err)
{
    sheaf_slice text = columns->values[place], name = columns->names[place];
    if (!sheaf_csv_number(csv, text, out)) {
        csv->place = (uint32_t)place + 1;
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s line %u, column %.*s: '%.*s' is not a number; %s", csv->name,
                          csv->line, SHEAF_CSV_SHOWN(name), SHEAF_CSV_SHOWN(text),
                          sheaf_csv_number_advice(csv, text));
    }
    if (fabs(*out) >= 1 << SHEAF_VALUE_BITS) {
        csv->place = (uint32_t)place + 1;
        return sheaf_fail(
            err, SHEAF_INVALID,
            "%s line %u, column %.*s: '%.*s' is too large; numbers must be within "
            "+-%d",
            csv->name, csv->line, SHEAF_CSV_SHOWN(name), SHEAF_CSV_SHOWN(text),
            1 << SHEAF_VALUE_BITS);
    }
    return SHEAF_OK;
}
