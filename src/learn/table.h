/* learn/table.h - a member's data: a CSV file read strictly, reduced to a model's features.
 *
 * The file: UTF-8, at most 500 MB and 10 million rows; a header line with distinct column
 * names; values separated by commas, semicolons or tabs as learn/csv.h has it; numbers in
 * decimal notation, of magnitude below 2^20, with a point or, where commas do not separate, a
 * comma; an empty value or `?` is missing. Columns are found by name. What comes of a missing
 * value in a column that is needed, its feature says (schema.h). Rows with any other missing
 * value are left out and counted; which columns that is about depends on what the table is for:
 *
 *     EXACT    any column of the file, needed or not. So all exact sums over a file are of the
 *              same rows, and the difference of two is not that of a few rows with gaps: as
 *              long as the models agree on which columns' gaps they fill, to which a node
 *              holds them (node/data_use.h).
 *     NOISED   the columns that are needed: noise hides any one row, in or out.
 *     UNLABELLED  the same; to predict for, so that label and `set` are not needed.
 *
 * A row that cannot be read (another number of values, a value that is no number or too large,
 * a stray quotation mark, bytes that are not UTF-8, the header once more) refuses the file, but
 * for NOISED, where it counts as no row: there nothing that stands in one row may change
 * whether a member answers. What is left to refuse is about the file: its size, its header, how
 * many lines it has. A refusal says what is wrong with the first such row, how many more there
 * are, and where the first of them stand. For the same reason a decimal point in one row and a
 * comma in another refuse the file, but for NOISED.
 *
 * A column `set` with the values `train` and `test` says which rows are held out; without one,
 * about a third of the rows, chosen by a hash of the row's own text, is. About a fifth of the
 * others, by another part of the same hash, are those that training with patience sets apart
 * (validation.h).
 *
 * Errors name file, line and column. The table owns its memory.
 */
#ifndef SHEAF_LEARN_TABLE_H
#define SHEAF_LEARN_TABLE_H

#include "learn/columns.h"
#include "learn/faults.h"
#include "learn/schema.h"

enum {
    SHEAF_CSV_BYTES_MAX = 500000000,
    SHEAF_CSV_ROWS_MAX = 10000000,
    SHEAF_TABLE_CELLS_MAX = 1 << 26, /* rows times features */
    SHEAF_TABLE_TOLD = SHEAF_FAULTS_TOLD,
};

typedef struct {
    uint32_t d;          /* features */
    uint32_t lines;      /* of the file, the header apart: rows + left_out + unusable */
    uint32_t rows;       /* complete rows; at least 1 but for NOISED */
    uint32_t left_out;   /* rows with a missing value */
    uint32_t unusable;   /* NOISED: rows that cannot be read */
    uint32_t train_rows; /* of the complete rows */
    uint32_t test_rows;
    double *x;              /* rows x d, row by row; NAN where SHEAF_MISSING_MEAN has a gap */
    double *target;         /* the label as it stands; all 0 where it was not asked for */
    uint8_t *y;             /* 1 where the label is above 0 */
    uint8_t *is_test;       /* 1: held out */
    uint8_t *is_validation; /* 1: set apart where it is not held out; may be NULL: none is */
    uint32_t *line;         /* where each row stands in the file, the header being line 1 */
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

/* What a file's lines look like, whatever the model. */
typedef struct {
    uint32_t rows;
    char separator;
    bool decimal_comma; /* some number is written with one */
} sheaf_csv_style;

/* Refuses a file of which some line has not the form of a table's, whatever the model: what its
 * owner should mend before others rely on it. Also one with a column that has numbers with
 * points and numbers with commas. */
SHEAF_MUST_USE sheaf_status sheaf_table_form(sheaf_slice csv, const char *name,
                                             sheaf_csv_style *out, sheaf_err *err);

#endif
