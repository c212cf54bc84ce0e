/* Linear regression: statistics of inputs and label, one sum of products, errors on held-out
 * records; under noise from clipped gradients of the squared error. */
#include "learn/errors.h"
#include "learn/linear.h"
#include "learn/logistic.h"
#include "learn/inputs.h"
#include "learn/own_training.h"
#include "learn/regression.h"
#include "learn/table_data.h"
#include "learn/target.h"

#include <math.h>

enum { MILLION = 1000000 };

static size_t words(const sheaf_spec *spec, uint8_t task, bool noised, uint32_t step)
{
    const uint32_t d = spec->inputs;
    (void)step;
    if (task == SHEAF_task_statistics)
        return noised ? 0 : sheaf_inputs_statistics_words(spec);
    if (task == SHEAF_task_train)
        return noised ? d + 1u : sheaf_linear_words(d);
    return noised ? SHEAF_ERRORS_NOISED_WORDS : SHEAF_ERRORS_WORDS;
}

/* ---- exact sums ---- */

static sheaf_status train_local(const sheaf_job *job, const void *data,
                                const sheaf_job_seeds *seeds, int64_t *values, sheaf_err *err)
{
    sheaf_model model;
    (void)seeds;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    return sheaf_linear_local(&model, data, values, err);
}

static sheaf_status train_finish(const sheaf_job *job, const int64_t *sums,
                                 sheaf_round_result *out, sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    SHEAF_TRY(sheaf_linear_finish(&model, job->spec->lambda_millionths, sums, err));
    sheaf_model_write(&out->bytes, &model);
    return SHEAF_OK;
}

/* ---- evaluation ---- */

/* The simplest model says the mean of the training records. */
static void record_evaluate(const sheaf_job *job, const sheaf_model *model, const double *x,
                            double actual, int64_t *values)
{
    const sheaf_spec *spec = job->spec;
    double said = sheaf_model_value(model, x);
    if (job->noised)
        sheaf_errors_noised_add(
            values, said, actual,
            (double)(spec->label_high_millionths - spec->label_low_millionths) / MILLION);
    else
        sheaf_errors_add(values, said, actual,
                         ldexp((double)model->scaling.label_mean, -SHEAF_UNIT_BITS));
}

static sheaf_status evaluate_local(const sheaf_job *job, const void *data,
                                   const sheaf_job_seeds *seeds, int64_t *values,
                                   sheaf_err *err)
{
    const sheaf_table *table = data;
    sheaf_model model;
    const uint32_t most = job->noised ? job->terms->records_max : SHEAF_RECORDS_MAX;
    (void)seeds;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    if (table->d != model.features.count || table->rows > most)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u records of %u features; the round is about at most "
                          "%u of %u",
                          table->rows, table->d, most, model.features.count);
    memset(values, 0, job->words * sizeof *values);
    for (uint32_t i = 0; i < table->rows; i++)
        if (sheaf_part_has(table, SHEAF_PART_TEST, i))
            record_evaluate(job, &model, table->x + (size_t)i * table->d, table->target[i],
                            values);
    if (job->noised && job->terms->unit == SHEAF_NOISED_MEMBER && table->test_rows > 0)
        for (uint32_t i = 0; i < job->words; i++)
            values[i] /= table->test_rows; /* a member's records share one sensitivity */
    return SHEAF_OK;
}

/* ---- predictions ---- */

static sheaf_status say(const void *model, const sheaf_table *table, sheaf_target_said *out,
                        sheaf_err *err)
{
    (void)err;
    for (uint32_t i = 0; i < table->rows; i++)
        out[i].said = sheaf_model_value(model, table->x + (size_t)i * table->d);
    return SHEAF_OK;
}

static sheaf_status predict(sheaf_slice file, sheaf_slice csv, const char *name,
                            sheaf_predictions *out, sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(file, &model, err));
    return sheaf_target_predict(csv, name, &model.features, true, &model, say, out, err);
}

static const char *const learnt[] = {"weight", "bias", NULL};

const sheaf_learn_kind sheaf_learn_kind_linear = {
    .id = SHEAF_model_kind_linear,
    .format = "sheaf-linear/1",
    .open = sheaf_table_data_open,
    .of_tables = true,
    .close = sheaf_table_data_close,
    .counts = sheaf_table_data_counts,
    .screen = sheaf_table_data_screen,
    .words = words,
    .begin = sheaf_regression_begin,
    .check = sheaf_regression_check,
    .exact = {[SHEAF_task_statistics] = {sheaf_regression_statistics_local,
                                         sheaf_regression_statistics_finish},
              [SHEAF_task_train] = {train_local, train_finish},
              [SHEAF_task_evaluate] = {evaluate_local, sheaf_target_evaluate_finish}},
    .noised = {[SHEAF_task_train] = {sheaf_regression_noised_local,
                                     sheaf_regression_noised_finish},
               [SHEAF_task_evaluate] = {evaluate_local, sheaf_target_noised_evaluate_finish}},
    .own_tensors = learnt,
    .own_rows = sheaf_own_training_table,
    .predict = predict,
};
