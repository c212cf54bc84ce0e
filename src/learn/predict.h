/* learn/predict.h - probabilities for the rows of a CSV file with a model.
 *
 * The file needs the model's feature columns; a label is not looked at. Rows with a missing
 * value get no prediction and are counted.
 */
#ifndef SHEAF_LEARN_PREDICT_H
#define SHEAF_LEARN_PREDICT_H

#include "learn/model.h"

typedef struct {
    uint32_t line;                   /* of the row in the file, the header being line 1 */
    uint32_t probability_millionths; /* rounded to nearest */
    bool positive;                   /* the probability is at least one half */
} sheaf_prediction;

typedef struct {
    sheaf_prediction *items; /* in the order of the file */
    uint32_t count, left_out;
} sheaf_predictions;

SHEAF_MUST_USE sheaf_status sheaf_predict(const sheaf_model *model, sheaf_slice csv,
                                          const char *name, sheaf_predictions *out,
                                          sheaf_err *err);
void sheaf_predictions_close(sheaf_predictions *predictions);

/* Reads a model file from disk. */
SHEAF_MUST_USE sheaf_status sheaf_model_load(const char *path, sheaf_model *out,
                                             sheaf_err *err);

#endif
