/* learn/regression.h - what logistic and linear regression have in common as kinds of model:
 * a sheaf_model scaled by public ranges, learned under noise from clipped gradients. */
#ifndef SHEAF_LEARN_REGRESSION_H
#define SHEAF_LEARN_REGRESSION_H

#include "learn/kind.h"
#include "learn/model.h"

/* Zeros, scaled by the public ranges: of the label too, where it is a number. */
SHEAF_MUST_USE sheaf_status sheaf_regression_begin(const sheaf_spec *spec, uint64_t seed,
                                                   sheaf_buffer *out, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_regression_check(const sheaf_spec *spec, sheaf_slice file,
                                                   bool noised, sheaf_err *err);

SHEAF_MUST_USE sheaf_status sheaf_regression_statistics_local(const sheaf_job *job,
                                                              const void *data,
                                                              const sheaf_job_seeds *seeds,
                                                              int64_t *values, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_regression_statistics_finish(const sheaf_job *job,
                                                               const int64_t *words,
                                                               sheaf_round_result *out,
                                                               sheaf_err *err);

/* The same for other kinds that are scaled so: that scaling, and whether a model has the inputs
 * that were registered. */
SHEAF_MUST_USE sheaf_status sheaf_regression_ranges(const sheaf_spec *spec, sheaf_scaling *out,
                                                    sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_regression_inputs_check(const sheaf_spec *spec,
                                                          const sheaf_features *features,
                                                          const sheaf_scaling *scaling,
                                                          bool noised, sheaf_err *err);

SHEAF_MUST_USE sheaf_status sheaf_regression_noised_local(const sheaf_job *job,
                                                          const void *data,
                                                          const sheaf_job_seeds *seeds,
                                                          int64_t *values, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_regression_noised_finish(const sheaf_job *job,
                                                           const int64_t *words,
                                                           sheaf_round_result *out,
                                                           sheaf_err *err);

#endif
