/* Gradient-boosted trees: statistics, cells, a level of a tree a round; under noise a tree at
 * random a round. Missing values have a bin of their own, so that a feature's gaps need no
 * other input. */
#include "learn/errors.h"
#include "learn/evaluate.h"
#include "learn/kind.h"
#include "learn/table_data.h"
#include "learn/target.h"
#include "learn/trees_file.h"
#include "learn/trees_noised.h"
#include "learn/trees_statistics.h"
#include "learn/trees_table.h"

#include <math.h>
#include <stdlib.h>

enum { MILLION = 1000000 };

static bool is_number(const sheaf_spec *spec)
{
    return spec->target == SHEAF_target_number;
}

static sheaf_trees_terms terms_of(const sheaf_spec *spec)
{
    return (sheaf_trees_terms){.number = is_number(spec),
                               .trees = spec->trees.trees,
                               .depth = spec->trees.depth,
                               .bins = spec->trees.bins,
                               .rate_millionths = spec->trees.rate_millionths,
                               .lambda_millionths = spec->lambda_millionths,
                               .min_hessian_millionths = spec->trees.min_hessian_millionths};
}

/* The features as a table is read: gaps stay gaps. */
static void columns_of(const sheaf_spec *spec, sheaf_features *features, bool *missing)
{
    *features = spec->features;
    for (uint32_t j = 0; j < features->count; j++) {
        sheaf_feature *feature = &features->items[j];
        missing[j] = spec->gap[j] != SHEAF_GAP_LEAVE_OUT;
        feature->missing = missing[j] ? SHEAF_MISSING_MEAN : SHEAF_MISSING_LEAVE_OUT;
    }
}

static sheaf_status open(const sheaf_spec *spec, sheaf_slice file, const char *name,
                         sheaf_table_use use, void **data, sheaf_err *err)
{
    sheaf_spec own = *spec;
    bool missing[SHEAF_FEATURES_MAX];
    columns_of(spec, &own.features, missing);
    memset(own.gap, 0, sizeof own.gap); /* no input of its own says so */
    return sheaf_table_data_open(&own, file, name, use, data, err);
}

static size_t words(const sheaf_spec *spec, uint8_t task, bool noised, uint32_t step)
{
    const sheaf_trees_terms terms = terms_of(spec);
    const uint32_t d = spec->features.count;
    if (task == SHEAF_task_statistics)
        return noised ? 0 : sheaf_statistics_words(d + is_number(spec)) + spec->gaps;
    if (task == SHEAF_task_train)
        return noised ? sheaf_trees_noised_words(&terms) : sheaf_trees_words(&terms, d, step);
    if (is_number(spec))
        return noised ? SHEAF_ERRORS_NOISED_WORDS : SHEAF_ERRORS_WORDS;
    return noised ? SHEAF_NOISED_CELLS : SHEAF_EVALUATION_WORDS;
}

/* The model before the first round under noise. */
static sheaf_status random_open(const sheaf_spec *spec, sheaf_trees *out, sheaf_err *err)
{
    const sheaf_trees_terms terms = terms_of(spec);
    sheaf_features features;
    bool missing[SHEAF_FEATURES_MAX];
    columns_of(spec, &features, missing);
    return sheaf_trees_random_open(&features, missing, &terms, spec->label_low_millionths,
                                   spec->label_high_millionths, out, err);
}

static sheaf_status begin(const sheaf_spec *spec, uint64_t seed, sheaf_buffer *out,
                          sheaf_err *err)
{
    sheaf_trees trees;
    (void)seed; /* shapes are drawn when their turn comes */
    SHEAF_TRY(random_open(spec, &trees, err));
    sheaf_trees_write(out, &trees);
    sheaf_trees_close(&trees);
    return SHEAF_OK;
}

/* The columns, and how their gaps are taken. */
static bool features_fit(const sheaf_spec *spec, const sheaf_trees *trees)
{
    const sheaf_features *a = &trees->features;
    sheaf_features b;
    bool missing[SHEAF_FEATURES_MAX];
    columns_of(spec, &b, missing);
    bool fit = a->count == b.count && strcmp(a->label, b.label) == 0;
    for (uint32_t i = 0; fit && i < b.count; i++)
        fit = strcmp(a->items[i].column, b.items[i].column) == 0
              && a->items[i].has_level == b.items[i].has_level
              && (!b.items[i].has_level || a->items[i].level == b.items[i].level)
              && trees->missing[i] == missing[i];
    return fit;
}

static bool terms_fit(const sheaf_trees_terms *a, const sheaf_trees_terms *b)
{
    return a->number == b->number && a->trees == b->trees && a->depth == b->depth
           && a->bins == b->bins && a->rate_millionths == b->rate_millionths
           && a->lambda_millionths == b->lambda_millionths
           && a->min_hessian_millionths == b->min_hessian_millionths;
}

static sheaf_status trees_check(const sheaf_spec *spec, const sheaf_trees *trees, bool noised,
                                sheaf_err *err)
{
    const sheaf_trees_terms terms = terms_of(spec);
    sheaf_trees fresh;
    if (!features_fit(spec, trees) || !terms_fit(&trees->terms, &terms))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model does not have the inputs and the trees that were "
                          "registered");
    if (!noised)
        return SHEAF_OK;
    SHEAF_TRY(random_open(spec, &fresh, err));
    bool alike = sheaf_trees_alike(trees, &fresh);
    sheaf_trees_close(&fresh);
    return alike
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_INVALID,
                            "the round's model is not cut by the ranges that were registered");
}

static sheaf_status check(const sheaf_spec *spec, sheaf_slice file, bool noised, sheaf_err *err)
{
    sheaf_trees trees;
    SHEAF_TRY(sheaf_trees_read(file, &trees, err));
    sheaf_status status = trees_check(spec, &trees, noised, err);
    sheaf_trees_close(&trees);
    return status;
}

/* The job's model, which must be at its step. */
static sheaf_status model_open(const sheaf_job *job, sheaf_trees *out, sheaf_err *err)
{
    SHEAF_TRY(sheaf_trees_read(job->base, out, err));
    uint32_t step = job->noised ? 1 + job->step * out->terms.depth : job->step;
    if (job->task != SHEAF_task_train || out->step == step)
        return SHEAF_OK;
    sheaf_status status =
        sheaf_fail(err, SHEAF_INVALID, "the round's model has %u steps, but the mandate %u",
                   out->step, step);
    sheaf_trees_close(out);
    return status;
}

/* ---- exact sums ---- */

static sheaf_status statistics_local(const sheaf_job *job, const void *data,
                                     const sheaf_job_seeds *seeds, int64_t *values,
                                     sheaf_err *err)
{
    sheaf_trees_rows rows;
    sheaf_features features;
    bool missing[SHEAF_FEATURES_MAX], number = is_number(job->spec);
    (void)seeds;
    columns_of(job->spec, &features, missing);
    SHEAF_TRY(sheaf_trees_rows_open(data, SHEAF_PART_TRAIN, number, &rows, err));
    sheaf_status status = sheaf_trees_statistics_local(&rows, missing, number, values, err);
    sheaf_trees_rows_close(&rows);
    return status;
}

static sheaf_status statistics_finish(const sheaf_job *job, const int64_t *sums,
                                      sheaf_round_result *out, sheaf_err *err)
{
    const sheaf_trees_terms terms = terms_of(job->spec);
    sheaf_features features;
    sheaf_trees_spread spread;
    sheaf_trees trees;
    bool missing[SHEAF_FEATURES_MAX];
    columns_of(job->spec, &features, missing);
    SHEAF_TRY(sheaf_trees_statistics_finish(sums, features.count, missing, terms.number,
                                            &spread, err));
    SHEAF_TRY(sheaf_trees_open(&features, missing, &terms, &spread.scaling, spread.target_mean,
                               spread.target_scale, &trees, err));
    sheaf_trees_write(&out->bytes, &trees);
    sheaf_trees_close(&trees);
    return SHEAF_OK;
}

static sheaf_status train_local(const sheaf_job *job, const void *data,
                                const sheaf_job_seeds *seeds, int64_t *values, sheaf_err *err)
{
    sheaf_trees trees;
    sheaf_trees_rows rows;
    (void)seeds;
    SHEAF_TRY(model_open(job, &trees, err));
    sheaf_status status =
        sheaf_trees_rows_open(data, SHEAF_PART_TRAIN, trees.terms.number, &rows, err);
    if (status == SHEAF_OK) {
        status = sheaf_trees_local(&trees, &rows, values, err);
        sheaf_trees_rows_close(&rows);
    }
    sheaf_trees_close(&trees);
    return status;
}

static sheaf_status loss(const sheaf_job *job, const sheaf_table *table, int64_t *out,
                         sheaf_err *err)
{
    sheaf_trees trees;
    sheaf_trees_rows rows;
    SHEAF_TRY(model_open(job, &trees, err));
    sheaf_status status =
        sheaf_trees_rows_open(table, SHEAF_PART_TRAIN, trees.terms.number, &rows, err);
    if (status == SHEAF_OK) {
        status = sheaf_trees_loss(&trees, &rows, out, err);
        sheaf_trees_rows_close(&rows);
    }
    sheaf_trees_close(&trees);
    return status;
}

static void figures_set(const sheaf_trees_figures *found, bool number, sheaf_round_result *out)
{
    out->has_figures = true;
    out->figures = (struct sheaf_figures){.records = found->records, .has_records = true};
    struct sheaf_figures *to = &out->figures;
    to->has_accuracy_millionths = to->has_log_loss_millionths = !number;
    to->has_mae_millionths = to->has_rmse_millionths = number;
    to->accuracy_millionths = found->accuracy_millionths;
    to->log_loss_millionths = found->loss_millionths;
    to->mae_millionths = found->mae_millionths;
    to->rmse_millionths = found->rmse_millionths;
}

static sheaf_status train_finish(const sheaf_job *job, const int64_t *sums,
                                 sheaf_round_result *out, sheaf_err *err)
{
    sheaf_trees trees;
    sheaf_trees_figures found;
    SHEAF_TRY(model_open(job, &trees, err));
    sheaf_status status = sheaf_trees_finish(&trees, sums, &found, err);
    if (status == SHEAF_OK) {
        sheaf_trees_write(&out->bytes, &trees);
        figures_set(&found, trees.terms.number, out);
    }
    sheaf_trees_close(&trees);
    return status;
}

/* ---- evaluation ---- */

/* Calls for each held-out row: what the trees say of it, and what is so. */
typedef struct {
    const sheaf_job *job;
    const sheaf_trees *trees;
    int64_t *values;
} evaluation;

static void record_evaluate(const evaluation *e, int64_t score, double actual)
{
    const sheaf_spec *spec = e->job->spec;
    double said = sheaf_trees_value(e->trees, score);
    if (!is_number(spec)) {
        if (e->job->noised)
            e->values[(actual > 0 ? 2 : 0) + (score >= 0)]++;
        else
            sheaf_evaluation_add(e->values, ldexp((double)score, -SHEAF_UNIT_BITS), actual > 0);
        return;
    }
    double range = (double)(spec->label_high_millionths - spec->label_low_millionths) / MILLION;
    if (e->job->noised)
        sheaf_errors_noised_add(e->values, said, actual, range);
    else
        sheaf_errors_add(e->values, said, actual,
                         ldexp((double)e->trees->target_mean, -SHEAF_UNIT_BITS));
}

/* Unit record: a record counts as its units; unit member: the member's share one. */
static void noised_scale(const sheaf_job *job, uint32_t rows, int64_t *values)
{
    bool class = !is_number(job->spec);
    for (uint32_t i = 0; i < job->words; i++) {
        if (class)
            values[i] *= (int64_t)sheaf_noised_sensitivity(job->words);
        if (job->terms->unit == SHEAF_NOISED_MEMBER && rows > 0)
            values[i] /= rows;
    }
}

static sheaf_status rows_evaluate(const evaluation *e, const sheaf_trees_rows *rows,
                                  sheaf_err *err)
{
    if (rows->n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u rows; %d can be evaluated",
                          rows->n, SHEAF_RECORDS_MAX);
    for (uint32_t i = 0; i < rows->n; i++) {
        int64_t score;
        if (!sheaf_trees_score(e->trees, rows->x + (size_t)i * rows->d, &score))
            return sheaf_fail(err, SHEAF_INVALID, "record %u lacks a value that must be there",
                              i + 1);
        record_evaluate(e, score, rows->y[i]);
    }
    if (e->job->noised)
        noised_scale(e->job, rows->n, e->values);
    return SHEAF_OK;
}

static sheaf_status evaluate_local(const sheaf_job *job, const void *data,
                                   const sheaf_job_seeds *seeds, int64_t *values,
                                   sheaf_err *err)
{
    const sheaf_table *table = data;
    sheaf_trees trees;
    sheaf_trees_rows rows;
    (void)seeds;
    if (job->noised && table->rows > job->terms->records_max)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u records, but the members' data sheets count at "
                          "most %u; register this version of the data",
                          table->rows, job->terms->records_max);
    SHEAF_TRY(model_open(job, &trees, err));
    sheaf_status status =
        sheaf_trees_rows_open(table, SHEAF_PART_TEST, trees.terms.number, &rows, err);
    if (status == SHEAF_OK) {
        const evaluation e = {job, &trees, values};
        memset(values, 0, job->words * sizeof *values);
        status = rows_evaluate(&e, &rows, err);
        sheaf_trees_rows_close(&rows);
    }
    sheaf_trees_close(&trees);
    return status;
}

/* ---- under noise ---- */

static sheaf_status noised_train_local(const sheaf_job *job, const void *data,
                                       const sheaf_job_seeds *seeds, int64_t *values,
                                       sheaf_err *err)
{
    sheaf_trees trees;
    sheaf_trees_rows rows;
    SHEAF_TRY(model_open(job, &trees, err));
    sheaf_status status =
        sheaf_trees_rows_open(data, SHEAF_PART_TRAIN, trees.terms.number, &rows, err);
    if (status == SHEAF_OK) {
        status = sheaf_trees_noised_local(job->terms, &trees, job->seed, &rows, seeds->secret,
                                          values, err);
        sheaf_trees_rows_close(&rows);
    }
    sheaf_trees_close(&trees);
    return status;
}

static sheaf_status noised_train_finish(const sheaf_job *job, const int64_t *sums,
                                        sheaf_round_result *out, sheaf_err *err)
{
    sheaf_trees trees;
    SHEAF_TRY(model_open(job, &trees, err));
    sheaf_status status = sheaf_trees_noised_finish(job->terms, &trees, job->seed, sums, err);
    if (status == SHEAF_OK)
        sheaf_trees_write(&out->bytes, &trees);
    sheaf_trees_close(&trees);
    return status;
}

/* ---- predictions ---- */

static sheaf_status say(const void *trees, const sheaf_table *table, sheaf_target_said *out,
                        sheaf_err *err)
{
    (void)err;
    for (uint32_t i = 0; i < table->rows; i++) {
        int64_t score = 0;
        bool known = sheaf_trees_score(trees, table->x + (size_t)i * table->d, &score);
        assert(known); /* what has no place for a gap is left out of the table */
        out[i] = (sheaf_target_said){sheaf_trees_value(trees, score), score >= 0};
    }
    return SHEAF_OK;
}

static sheaf_status predict(sheaf_slice file, sheaf_slice csv, const char *name,
                            sheaf_predictions *out, sheaf_err *err)
{
    sheaf_trees trees;
    SHEAF_TRY(sheaf_trees_read(file, &trees, err));
    sheaf_status status = sheaf_target_predict(csv, name, &trees.features, trees.terms.number,
                                               &trees, say, out, err);
    sheaf_trees_close(&trees);
    return status;
}

const sheaf_learn_kind sheaf_learn_kind_trees = {
    .id = SHEAF_model_kind_trees,
    .format = SHEAF_TREES_FORMAT,
    .open = open,
    .of_tables = true,
    .close = sheaf_table_data_close,
    .counts = sheaf_table_data_counts,
    .screen = sheaf_table_data_screen,
    .words = words,
    .begin = begin,
    .check = check,
    .exact = {[SHEAF_task_statistics] = {statistics_local, statistics_finish},
              [SHEAF_task_train] = {train_local, train_finish},
              [SHEAF_task_evaluate] = {evaluate_local, sheaf_target_evaluate_finish}},
    .noised = {[SHEAF_task_train] = {noised_train_local, noised_train_finish},
               [SHEAF_task_evaluate] = {evaluate_local, sheaf_target_noised_evaluate_finish}},
    .loss = loss,
    .loss_max = {[SHEAF_target_class] = SHEAF_TREES_LOSS_MAX,
                 [SHEAF_target_number] = SHEAF_TREES_ERROR_MAX * SHEAF_TREES_ERROR_MAX},
    .predict = predict,
};
