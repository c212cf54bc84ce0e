/* learn/predict.h - what a model file of any kind says of the rows of a CSV file.
 *
 * The file needs the model's feature columns; a label is not looked at. Rows with a missing
 * value get no prediction and are counted.
 */
#ifndef SHEAF_LEARN_PREDICT_H
#define SHEAF_LEARN_PREDICT_H

#include "learn/predictions.h"

/* `path` is that of the model file, `name` what errors call the CSV file. */
SHEAF_MUST_USE sheaf_status sheaf_predict(const char *path, sheaf_slice csv, const char *name,
                                          sheaf_predictions *out, sheaf_err *err);

#endif
