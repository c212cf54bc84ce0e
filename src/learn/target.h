/* learn/target.h - what kinds of model share that predict the same of each record of a table: a
 * class, by its probability, or a number. */
#ifndef SHEAF_LEARN_TARGET_H
#define SHEAF_LEARN_TARGET_H

#include "learn/kind.h"

/* The figures of an evaluation whose words are those of learn/evaluate.h or, of a number,
 * learn/errors.h. */
SHEAF_MUST_USE sheaf_status sheaf_target_evaluate_finish(const sheaf_job *job,
                                                         const int64_t *sums,
                                                         sheaf_round_result *out,
                                                         sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_target_noised_evaluate_finish(const sheaf_job *job,
                                                                const int64_t *sums,
                                                                sheaf_round_result *out,
                                                                sheaf_err *err);

/* What a model says of one row. */
typedef struct {
    double said; /* the probability, or the number */
    bool positive;
} sheaf_target_said;

/* Fills one a row. */
typedef sheaf_status (*sheaf_target_say)(const void *model, const sheaf_table *table,
                                         sheaf_target_said *out, sheaf_err *err);

/* Predictions for the rows of a file. Refuses a row of which the model says no number within
 * +-2^40. */
SHEAF_MUST_USE sheaf_status sheaf_target_predict(sheaf_slice csv, const char *name,
                                                 const sheaf_features *features, bool number,
                                                 const void *model, sheaf_target_say say,
                                                 sheaf_predictions *out, sheaf_err *err);

#endif
