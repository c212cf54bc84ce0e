/* learn/predictions.h - what a model says of the rows of a file: a small table of whole
 * numbers.
 *
 * Each kind of model has its own columns (a probability and whether it is positive; a value; a
 * forecast at each step ahead); whoever prints them needs to know only their names and forms.
 */
#ifndef SHEAF_LEARN_PREDICTIONS_H
#define SHEAF_LEARN_PREDICTIONS_H

#include "base/slice.h"
#include "base/status.h"

enum {
    SHEAF_PREDICTION_COLUMNS_MAX = 64,
    SHEAF_PREDICTION_NAME_MAX = 40,
    SHEAF_PREDICTION_TEXT_MAX = 83
};

typedef enum {
    SHEAF_PREDICTION_COUNT,      /* a whole number */
    SHEAF_PREDICTION_MILLIONTHS, /* a number in millionths */
    SHEAF_PREDICTION_YES,        /* 0 or 1 */
    SHEAF_PREDICTION_TIME,       /* seconds since 1970 (learn/times.h) */
    SHEAF_PREDICTION_NAME,       /* one of `names` */
} sheaf_prediction_form;

typedef struct {
    char name[SHEAF_PREDICTION_NAME_MAX + 1];
    sheaf_prediction_form form;
} sheaf_prediction_column;

typedef struct {
    sheaf_prediction_column column[SHEAF_PREDICTION_COLUMNS_MAX]; /* in the order of a table */
    uint32_t columns;
    int64_t *cells; /* count x columns, row by row, in the order of the file */
    uint32_t count;
    uint32_t left_out; /* rows, or series, without a prediction, for a missing value */
    char (*names)[SHEAF_PREDICTION_TEXT_MAX + 1]; /* or NULL */
} sheaf_predictions;

/* Takes memory for so many rows of these columns, all 0. */
SHEAF_MUST_USE sheaf_status sheaf_predictions_open(const sheaf_prediction_column *columns,
                                                   uint32_t column_count, uint32_t rows,
                                                   const char *name, sheaf_predictions *out,
                                                   sheaf_err *err);
void sheaf_predictions_close(sheaf_predictions *predictions);

#endif
