/* A multilayer perceptron: statistics, federated averaging or noised gradients, evaluation of a
 * class by two histograms of scores, of a number by its errors. */
#include "learn/errors.h"
#include "learn/evaluate.h"
#include "learn/inputs.h"
#include "learn/kind.h"
#include "learn/mlp_noised.h"
#include "learn/own_training.h"
#include "learn/regression.h"
#include "learn/table_data.h"
#include "learn/target.h"

#include <math.h>
#include <stdlib.h>

enum { MILLION = 1000000 };

_Static_assert((int)SHEAF_HIDDEN_MAX == (int)SHEAF_MLP_HIDDEN_MAX, "as many hidden layers");

static bool is_number(const sheaf_spec *spec)
{
    return spec->target == SHEAF_target_number;
}

static sheaf_mlp_shape shape_of(const sheaf_spec *spec)
{
    sheaf_mlp_shape shape = {.inputs = spec->inputs,
                             .hidden = spec->mlp.layers,
                             .tanh = spec->mlp.activation == SHEAF_activation_tanh,
                             .number = is_number(spec)};
    for (uint32_t i = 0; i < shape.hidden; i++)
        shape.units[i] = spec->mlp.units[i];
    return shape;
}

static size_t words(const sheaf_spec *spec, uint8_t task, bool noised, uint32_t step)
{
    const sheaf_mlp_shape shape = shape_of(spec);
    (void)step;
    if (task == SHEAF_task_statistics)
        return noised ? 0 : sheaf_inputs_statistics_words(spec);
    if (task == SHEAF_task_train)
        return noised ? sheaf_mlp_parameters(&shape)
                      : sheaf_mlp_update_words(sheaf_mlp_parameters(&shape));
    if (shape.number)
        return noised ? SHEAF_ERRORS_NOISED_WORDS : SHEAF_ERRORS_WORDS;
    return noised ? SHEAF_NOISED_CELLS : SHEAF_EVALUATION_WORDS;
}

/* Weights from the mandate's seed. */
static sheaf_status drawn(const sheaf_spec *spec, const sheaf_scaling *scaling, uint64_t seed,
                          sheaf_buffer *out, sheaf_err *err)
{
    const sheaf_mlp_shape shape = shape_of(spec);
    sheaf_features inputs;
    sheaf_mlp model;
    sheaf_inputs_of(spec, &inputs);
    if (shape.hidden < 1 || shape.inputs != inputs.count)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a perceptron has hidden layers, and as many inputs as its features "
                          "make");
    SHEAF_TRY(sheaf_mlp_open(&model, &shape, &inputs, scaling, err));
    sheaf_mlp_draw(&model, seed);
    sheaf_mlp_write(out, &model);
    sheaf_mlp_close(&model);
    return SHEAF_OK;
}

static sheaf_status begin(const sheaf_spec *spec, uint64_t seed, sheaf_buffer *out,
                          sheaf_err *err)
{
    sheaf_scaling scaling;
    SHEAF_TRY(sheaf_regression_ranges(spec, &scaling, err));
    return drawn(spec, &scaling, seed, out, err);
}

static bool shape_equal(const sheaf_mlp_shape *a, const sheaf_mlp_shape *b)
{
    bool equal = a->inputs == b->inputs && a->hidden == b->hidden && a->tanh == b->tanh
                 && a->number == b->number;
    for (uint32_t i = 0; equal && i < a->hidden; i++)
        equal = a->units[i] == b->units[i];
    return equal;
}

static sheaf_status check(const sheaf_spec *spec, sheaf_slice file, bool noised, sheaf_err *err)
{
    const sheaf_mlp_shape shape = shape_of(spec);
    sheaf_mlp model;
    SHEAF_TRY(sheaf_mlp_read(file, &model, err));
    sheaf_status status =
        sheaf_regression_inputs_check(spec, &model.features, &model.scaling, noised, err);
    if (status == SHEAF_OK && !shape_equal(&shape, &model.shape))
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the round's model does not have the layers that were registered");
    sheaf_mlp_close(&model);
    return status;
}

/* ---- exact sums ---- */

static sheaf_status statistics_finish(const sheaf_job *job, const int64_t *sums,
                                      sheaf_round_result *out, sheaf_err *err)
{
    sheaf_scaling scaling;
    SHEAF_TRY(sheaf_inputs_statistics_finish(job->spec, sums, &scaling, err));
    return drawn(job->spec, &scaling, job->seed, &out->bytes, err);
}

static sheaf_status train_local(const sheaf_job *job, const void *data,
                                const sheaf_job_seeds *seeds, int64_t *values, sheaf_err *err)
{
    sheaf_mlp model;
    SHEAF_TRY(sheaf_mlp_read(job->base, &model, err));
    sheaf_status status =
        job->noised
            ? sheaf_mlp_noised_local(job->terms, &model, data, seeds->order, seeds->secret,
                                     values, err)
            : sheaf_mlp_update_local(&model, data, &job->training, seeds->order, values, err);
    sheaf_mlp_close(&model);
    return status;
}

static sheaf_status loss(const sheaf_job *job, const sheaf_table *table, int64_t *out,
                         sheaf_err *err)
{
    sheaf_mlp model;
    SHEAF_TRY(sheaf_mlp_read(job->base, &model, err));
    sheaf_status status = sheaf_mlp_loss(&model, table, out, err);
    sheaf_mlp_close(&model);
    return status;
}

static void training_figures(const sheaf_spec *spec, const sheaf_mlp_figures *found,
                             struct sheaf_figures *out)
{
    *out = (struct sheaf_figures){.records = found->records, .has_records = true};
    if (is_number(spec)) {
        out->mae_millionths = found->mae_millionths;
        out->rmse_millionths = found->rmse_millionths;
        out->has_mae_millionths = out->has_rmse_millionths = true;
    } else {
        out->accuracy_millionths = found->accuracy_millionths;
        out->log_loss_millionths = found->loss_millionths;
        out->has_accuracy_millionths = out->has_log_loss_millionths = true;
    }
}

static sheaf_status train_finish(const sheaf_job *job, const int64_t *sums,
                                 sheaf_round_result *out, sheaf_err *err)
{
    sheaf_mlp model;
    sheaf_mlp_figures found;
    SHEAF_TRY(sheaf_mlp_read(job->base, &model, err));
    sheaf_status status = sheaf_mlp_update_finish(&model, sums, &found, err);
    if (status == SHEAF_OK) {
        sheaf_mlp_write(&out->bytes, &model);
        out->has_figures = true;
        training_figures(job->spec, &found, &out->figures);
    }
    sheaf_mlp_close(&model);
    return status;
}

static sheaf_status noised_train_finish(const sheaf_job *job, const int64_t *sums,
                                        sheaf_round_result *out, sheaf_err *err)
{
    sheaf_mlp model;
    SHEAF_TRY(sheaf_mlp_read(job->base, &model, err));
    sheaf_status status = SHEAF_OK;
    if (job->terms->words != model.count)
        status = sheaf_fail(err, SHEAF_INVALID, "a sum of %u words is no step of %u parameters",
                            job->terms->words, model.count);
    if (status == SHEAF_OK)
        status = sheaf_noised_move(job->terms, (const uint64_t *)sums, model.parameters, err);
    if (status == SHEAF_OK)
        sheaf_mlp_write(&out->bytes, &model);
    sheaf_mlp_close(&model);
    return status;
}

/* ---- evaluation ---- */

/* What the model says of a number. */
static double value_of(const sheaf_mlp *model, double score)
{
    return ldexp((double)model->label_mean, -SHEAF_UNIT_BITS)
           + score * ldexp((double)model->label_scale, -SHEAF_UNIT_BITS);
}

static void record_evaluate(const sheaf_job *job, const sheaf_mlp *model, double score,
                            double actual, int64_t *values)
{
    const sheaf_spec *spec = job->spec;
    if (!is_number(spec))
        sheaf_evaluation_add(values, score, actual > 0);
    else if (job->noised)
        sheaf_errors_noised_add(
            values, value_of(model, score), actual,
            (double)(spec->label_high_millionths - spec->label_low_millionths) / MILLION);
    else
        sheaf_errors_add(values, value_of(model, score), actual,
                         ldexp((double)model->label_mean, -SHEAF_UNIT_BITS));
}

static sheaf_status scores_evaluate(const sheaf_job *job, const sheaf_mlp *model,
                                    const sheaf_table *table, const double *scores,
                                    int64_t *values, sheaf_err *err)
{
    if (job->noised && !is_number(job->spec))
        return sheaf_noised_cells_of(job->terms, table, scores, values, err);
    memset(values, 0, job->words * sizeof *values);
    for (uint32_t i = 0; i < table->rows; i++)
        if (sheaf_part_has(table, SHEAF_PART_TEST, i))
            record_evaluate(job, model, scores[i],
                            is_number(job->spec) ? table->target[i] : table->y[i], values);
    if (job->noised && job->terms->unit == SHEAF_NOISED_MEMBER && table->test_rows > 0)
        for (uint32_t i = 0; i < job->words; i++)
            values[i] /= table->test_rows; /* a member's records share one sensitivity */
    return SHEAF_OK;
}

static sheaf_status evaluate_local(const sheaf_job *job, const void *data,
                                   const sheaf_job_seeds *seeds, int64_t *values,
                                   sheaf_err *err)
{
    const sheaf_table *table = data;
    const uint32_t most = job->noised ? job->terms->records_max : SHEAF_RECORDS_MAX;
    sheaf_mlp model;
    (void)seeds;
    if (table->rows > most)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u records; the round is about at most %u",
                          table->rows, most);
    SHEAF_TRY(sheaf_mlp_read(job->base, &model, err));
    double *scores = calloc((size_t)table->rows + 1, sizeof *scores);
    sheaf_status status =
        scores ? sheaf_mlp_scores(&model, table, scores, err)
               : sheaf_fail(err, SHEAF_NOMEM, "no memory to evaluate %u rows", table->rows);
    if (status == SHEAF_OK)
        status = scores_evaluate(job, &model, table, scores, values, err);
    free(scores);
    sheaf_mlp_close(&model);
    return status;
}

/* ---- predictions ---- */

static sheaf_status say(const void *of, const sheaf_table *table, sheaf_target_said *out,
                        sheaf_err *err)
{
    const sheaf_mlp *model = of;
    double *scores = calloc((size_t)table->rows + 1, sizeof *scores);
    if (!scores)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u predictions", table->rows);
    sheaf_status status = sheaf_mlp_scores(model, table, scores, err);
    for (uint32_t i = 0; status == SHEAF_OK && i < table->rows; i++)
        out[i] = (sheaf_target_said){model->shape.number ? value_of(model, scores[i])
                                                         : sheaf_probability(scores[i]),
                                     scores[i] >= 0};
    free(scores);
    return status;
}

static sheaf_status predict(sheaf_slice file, sheaf_slice csv, const char *name,
                            sheaf_predictions *out, sheaf_err *err)
{
    sheaf_mlp model;
    SHEAF_TRY(sheaf_mlp_read(file, &model, err));
    sheaf_status status = sheaf_target_predict(csv, name, &model.features, model.shape.number,
                                               &model, say, out, err);
    sheaf_mlp_close(&model);
    return status;
}

static const char *const learnt[] = {"layers.0.weight",
                                     "layers.0.bias",
                                     "layers.1.weight",
                                     "layers.1.bias",
                                     "layers.2.weight",
                                     "layers.2.bias",
                                     "layers.3.weight",
                                     "layers.3.bias",
                                     "layers.4.weight",
                                     "layers.4.bias",
                                     NULL};

const sheaf_learn_kind sheaf_learn_kind_mlp = {
    .id = SHEAF_model_kind_mlp,
    .format = "sheaf-mlp/1",
    .open = sheaf_table_data_open,
    .of_tables = true,
    .close = sheaf_table_data_close,
    .counts = sheaf_table_data_counts,
    .screen = sheaf_table_data_screen,
    .words = words,
    .begin = begin,
    .check = check,
    .exact = {[SHEAF_task_statistics] = {sheaf_regression_statistics_local, statistics_finish},
              [SHEAF_task_train] = {train_local, train_finish},
              [SHEAF_task_evaluate] = {evaluate_local, sheaf_target_evaluate_finish}},
    .noised = {[SHEAF_task_train] = {train_local, noised_train_finish},
               [SHEAF_task_evaluate] = {evaluate_local, sheaf_target_noised_evaluate_finish}},
    .loss = loss,
    .loss_max = {[SHEAF_target_class] = SHEAF_LOSS_MAX,
                 [SHEAF_target_number] = SHEAF_MLP_ERROR_MAX * SHEAF_MLP_ERROR_MAX},
    .own_tensors = learnt,
    .own_rows = sheaf_own_training_table,
    .predict = predict,
};
