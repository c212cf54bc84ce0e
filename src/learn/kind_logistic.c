/* Logistic regression: statistics, federated averaging or noised gradients, evaluation by two
 * histograms of scores. */
#include "learn/evaluate.h"
#include "learn/federate.h"
#include "learn/own_training.h"
#include "learn/inputs.h"
#include "learn/regression.h"
#include "learn/table_data.h"
#include "learn/target.h"

static size_t words(const sheaf_spec *spec, uint8_t task, bool noised, uint32_t step)
{
    const uint32_t d = spec->inputs;
    (void)step;
    if (task == SHEAF_task_statistics)
        return noised ? 0 : sheaf_inputs_statistics_words(spec);
    if (task == SHEAF_task_train)
        return noised ? d + 1u : sheaf_update_words(d);
    return noised ? SHEAF_NOISED_CELLS : SHEAF_EVALUATION_WORDS;
}

/* ---- exact sums ---- */

static sheaf_status train_local(const sheaf_job *job, const void *data,
                                const sheaf_job_seeds *seeds, int64_t *values, sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    return sheaf_update_local(&model, data, &job->training, seeds->order, values, err);
}

static sheaf_status train_finish(const sheaf_job *job, const int64_t *words,
                                 sheaf_round_result *out, sheaf_err *err)
{
    sheaf_model model;
    sheaf_round_figures found;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    SHEAF_TRY(sheaf_update_finish(&model, words, &model, &found, err));
    sheaf_model_write(&out->bytes, &model);
    out->has_figures = true;
    out->figures = (struct sheaf_figures){.accuracy_millionths = found.accuracy_millionths,
                                          .log_loss_millionths = found.loss_millionths,
                                          .records = found.records,
                                          .has_accuracy_millionths = true,
                                          .has_log_loss_millionths = true,
                                          .has_records = true};
    return SHEAF_OK;
}

static sheaf_status loss(const sheaf_job *job, const sheaf_table *table, int64_t *out,
                         sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    return sheaf_update_loss(&model, table, out, err);
}

static sheaf_status evaluate_local(const sheaf_job *job, const void *data,
                                   const sheaf_job_seeds *seeds, int64_t *values,
                                   sheaf_err *err)
{
    sheaf_model model;
    (void)seeds;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    return sheaf_evaluation_local(&model, data, SHEAF_PART_TEST, values, err);
}

/* ---- under noise ---- */

static sheaf_status noised_evaluate_local(const sheaf_job *job, const void *data,
                                          const sheaf_job_seeds *seeds, int64_t *values,
                                          sheaf_err *err)
{
    sheaf_model model;
    (void)seeds;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    return sheaf_noised_cells(job->terms, &model, data, values, err);
}

/* ---- predictions ---- */

static sheaf_status say(const void *model, const sheaf_table *table, sheaf_target_said *out,
                        sheaf_err *err)
{
    (void)err;
    for (uint32_t i = 0; i < table->rows; i++) {
        double score = sheaf_model_score(model, table->x + (size_t)i * table->d);
        out[i] = (sheaf_target_said){sheaf_probability(score), score >= 0};
    }
    return SHEAF_OK;
}

static sheaf_status predict(sheaf_slice file, sheaf_slice csv, const char *name,
                            sheaf_predictions *out, sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(file, &model, err));
    return sheaf_target_predict(csv, name, &model.features, false, &model, say, out, err);
}

static const char *const learnt[] = {"weight", "bias", NULL};

const sheaf_learn_kind sheaf_learn_kind_logistic = {
    .id = SHEAF_model_kind_logistic,
    .format = "sheaf-logistic/1",
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
               [SHEAF_task_evaluate] = {noised_evaluate_local,
                                        sheaf_target_noised_evaluate_finish}},
    .loss = loss,
    .loss_max = {[SHEAF_target_class] = SHEAF_LOSS_MAX},
    .own_tensors = learnt,
    .own_rows = sheaf_own_training_table,
    .predict = predict,
};
