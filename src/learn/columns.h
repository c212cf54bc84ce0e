/* learn/columns.h - the named columns of a CSV file, and its rows value by value.
 *
 * The first line names the columns, each once. A row has a value for each. Errors name file,
 * line and column; what they quote of a cell stands after ": " (node/local.c cuts it off
 * there).
 */
#ifndef SHEAF_LEARN_COLUMNS_H
#define SHEAF_LEARN_COLUMNS_H

#include "learn/csv.h"

enum {
    SHEAF_CSV_COLUMNS_MAX = 4096,
    SHEAF_COLUMN_NONE = SHEAF_CSV_COLUMNS_MAX, /* no such column */
    SHEAF_CSV_SHOWN_MAX = 40,                  /* bytes of a name or value that errors show */
};

typedef struct {
    sheaf_slice header;
    size_t count;
    sheaf_slice names[SHEAF_CSV_COLUMNS_MAX];
    sheaf_slice values[SHEAF_CSV_COLUMNS_MAX]; /* of the row that was read last */
} sheaf_columns;

/* Takes the first line of the file. Refuses one without names, or with a name twice. */
SHEAF_MUST_USE sheaf_status sheaf_columns_open(sheaf_columns *columns, sheaf_csv *csv,
                                               sheaf_err *err);

/* The place of the column with that name, or SHEAF_COLUMN_NONE. */
size_t sheaf_columns_find(const sheaf_columns *columns, const char *name);

/* The same; refuses a file without it, telling the columns that there are and which of them may
 * have been meant. */
SHEAF_MUST_USE sheaf_status sheaf_columns_need(const sheaf_columns *columns,
                                               const sheaf_csv *csv, const char *name,
                                               size_t *place, sheaf_err *err);

/* Splits a line into columns->values. Refuses one that has not a value for each column. */
SHEAF_MUST_USE sheaf_status sheaf_columns_row(sheaf_columns *columns, sheaf_csv *csv,
                                              sheaf_slice line, sheaf_err *err);

/* Refuses a line that names the columns once more, as in files that were joined: told as that,
 * not as a value that is no number. A header of nothing but numbers is none. */
SHEAF_MUST_USE sheaf_status sheaf_columns_once(const sheaf_columns *columns, sheaf_csv *csv,
                                               sheaf_slice line, sheaf_err *err);

/* The value of the row in that column, which is not missing, as a number of a magnitude below
 * 2^SHEAF_VALUE_BITS. Refuses others and says what to do. */
SHEAF_MUST_USE sheaf_status sheaf_columns_number(const sheaf_columns *columns, sheaf_csv *csv,
                                                 size_t place, double *out, sheaf_err *err);

/* For printf("%.*s", SHEAF_CSV_SHOWN(slice)). */
#define SHEAF_CSV_SHOWN(slice)                                                                 \
    (int)((slice).len > SHEAF_CSV_SHOWN_MAX ? SHEAF_CSV_SHOWN_MAX : (slice).len),              \
        (const char *)(slice).data

#endif
