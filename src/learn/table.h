/* learn/table.h - a member's data: a CSV file read strictly, reduced to a model's features.
 *
 * The file: UTF-8, at most 100 MB and 10 million rows; a header line with distinct column
 * names; values separated by commas, without quotation marks; numbers in decimal notation with
 * a point, of magnitude below 2^20; an empty value or `?` is missing. Lines end in LF or CRLF.
 * Columns are found by name; what the model does not need is not looked at. Rows with a missing
 * value in a needed column are left out and counted.
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
};

typedef struct {
    uint32_t d;          /* features */
    uint32_t rows;       /* complete rows, at least 1 */
    uint32_t left_out;   /* rows with a missing value */
    uint32_t train_rows; /* of the complete rows */
    uint32_t test_rows;
    double *x;        /* rows x d, row by row */
    uint8_t *y;       /* 0 or 1; all 0 where the label was not asked for */
    uint8_t *is_test; /* 1: held out */
    uint32_t *line;   /* where each row stands in the file, the header being line 1 */
} sheaf_table;

typedef enum {
    SHEAF_TABLE_LABELLED,   /* to learn from or to evaluate on */
    SHEAF_TABLE_UNLABELLED, /* to predict for: label and `set` are not needed */
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

#endif
