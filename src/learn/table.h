/* learn/table.h - a member's data: a CSV file read strictly, reduced to a model's features.
 *
 * The file: UTF-8, at most 100 MB and 10 million rows; a header line with distinct column
 * names; values separated by commas, without quotation marks; numbers in decimal notation with
 * a point, of magnitude below 2^20; an empty value or `?` is missing. Lines end in LF or CRLF.
 * Columns are found by name. Rows with a missing value are left out and counted; which columns
 * that is about depends on what the table is for:
 *
 *     EXACT    any column of the file, needed or not. So all exact sums over a file are of the
 *              same rows, and the difference of two is not that of a few rows with gaps.
 *     NOISED   the columns that are needed: noise hides any one row, in or out.
 *     UNLABELLED  the same; to predict for, so that label and `set` are not needed.
 *
 * A row that cannot be read (another number of values, a value that is no number or too large,
 * a quotation mark, bytes that are not UTF-8) refuses the file, but for NOISED, where it counts
 * as no row: there nothing that stands in one row may change whether a member answers. What is
 * left to refuse is about the file: its size, its header, how many lines it has.
 *
 * A column `set` with the values `train` and `test` says which rows are held out; without one,
 * about a third of the rows, chosen by a hash of the row's own text, is.
 *
 * Errors name file, line and column. The table owns its memory.
 */
#ifndef SHEAF_LEARN_TABLE_H
#define SHEAF_LEARN_TABLE_H

#include "learn/schema.h"

enum {
    SHEAF_CSV_BYTES_MAX = 100000000,
    SHEAF_CSV_ROWS_MAX = 10000000,
    SHEAF_CSV_COLUMNS_MAX = 4096,
    SHEAF_TABLE_CELLS_MAX = 1 << 26, /* rows times features */
    SHEAF_VALUE_BITS = 20,           /* |x| < 2^20 */
    SHEAF_TABLE_TOLD = 8,            /* rows that a message names */
};

typedef struct {
    uint32_t d;          /* features */
    uint32_t lines;      /* of the file, the header apart: rows + left_out + unusable */
    uint32_t rows;       /* complete rows; at least 1 but for NOISED */
    uint32_t left_out;   /* rows with a missing value */
    uint32_t unusable;   /* NOISED: rows that cannot be read */
    uint32_t train_rows; /* of the complete rows */
    uint32_t test_rows;
    double *x;        /* rows x d, row by row */
    uint8_t *y;       /* 0 or 1; all 0 where the label was not asked for */
    uint8_t *is_test; /* 1: held out */
    uint32_t *line;   /* where each row stands in the file, the header being line 1 */
    uint32_t unusable_line[SHEAF_TABLE_TOLD]; /* of the first that are unusable */
} sheaf_table;

typedef enum {
    SHEAF_TABLE_EXACT,  /* to learn from or to evaluate on, without noise */
    SHEAF_TABLE_NOISED, /* the same under noise */
    SHEAF_TABLE_UNLABELLED,
} sheaf_table_use;

/* `name` is what errors call the file. On failure nothing is left to close. */
SHEAF_MUST_USE sheaf_status sheaf_table_read(sheaf_slice csv, const char *name,
                                             const sheaf_features *features,
                                             sheaf_table_use use, sheaf_table *out,
                                             sheaf_err *err);

/* As sheaf_table_read() of the file at `path`. */
SHEAF_MUST_USE sheaf_status sheaf_table_load(const char *path, const sheaf_features *features,
                                             sheaf_table_use use, sheaf_table *out,
                                             sheaf_err *err);
void sheaf_table_close(sheaf_table *table);

/* Refuses a file of which some line has not the form of a table's, whatever the model: what its
 * owner should mend before others rely on it. Gives its rows. */
SHEAF_MUST_USE sheaf_status sheaf_table_form(sheaf_slice csv, const char *name, uint32_t *rows,
                                             sheaf_err *err);

#endif
