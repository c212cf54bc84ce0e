/* Forecasters: one exact sum of the products of every window's past with itself and its future;
 * under noise steps of a seasonal map. */
#include "learn/forecast.h"
#include "learn/kind.h"
#include "round/fixed_point.h"

#include <math.h>
#include <stdlib.h>

enum {
    NOISED_EVALUATION_WORDS = 3, /* one, mean absolute error, mean squared error */
    MILLION = 1000000,
};

static sheaf_forecast_terms terms_of(const sheaf_spec *spec)
{
    return (sheaf_forecast_terms){.look_back = spec->forecaster.look_back,
                                  .horizon = spec->forecaster.horizon,
                                  .every = spec->forecaster.every,
                                  .step_s = spec->forecaster.step_s,
                                  .season = spec->forecaster.season,
                                  .lambda_millionths = spec->lambda_millionths};
}

static void columns_of(const sheaf_spec *spec, sheaf_series_columns *out)
{
    *out = (sheaf_series_columns){.count = spec->features.count};
    memcpy(out->time, spec->forecaster.time, sizeof out->time);
    memcpy(out->series, spec->forecaster.series, sizeof out->series);
    for (uint32_t i = 0; i < out->count && i < SHEAF_SERIES_COLUMNS_MAX; i++)
        memcpy(out->value[i], spec->features.items[i].column, sizeof out->value[i]);
}

/* ---- data ---- */

static void data_close(void *opaque)
{
    sheaf_forecast_data *data = opaque;
    if (data) {
        sheaf_scaled_close(&data->scaled);
        sheaf_series_close(&data->set);
    }
    free(data);
}

static sheaf_status data_open(const sheaf_series_columns *columns,
                              const sheaf_forecast_terms *terms, sheaf_table_use use,
                              sheaf_slice file, const char *name, sheaf_forecast_data **out,
                              sheaf_err *err)
{
    const bool whole = use == SHEAF_TABLE_UNLABELLED;
    sheaf_err why;
    sheaf_forecast_data *data = calloc(1, sizeof *data);
    *out = NULL;
    if (!data)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read %s", name);
    sheaf_status status =
        use == SHEAF_TABLE_NOISED
            ? sheaf_series_read_noised(file, name, columns, terms->step_s, &data->set, err)
            : sheaf_series_read(file, name, columns, &data->set, err);
    if (status == SHEAF_OK) {
        status = sheaf_scaled_open(&data->set, terms, whole, &data->scaled, &why);
        if (status != SHEAF_OK)
            sheaf_fail(err, status, "%s: %s", name, why.message);
    }
    if (status == SHEAF_OK)
        *out = data;
    else
        data_close(data);
    return status;
}

static sheaf_status open(const sheaf_spec *spec, sheaf_slice file, const char *name,
                         sheaf_table_use use, void **data, sheaf_err *err)
{
    const sheaf_forecast_terms terms = terms_of(spec);
    sheaf_series_columns columns;
    sheaf_forecast_data *opened = NULL;
    columns_of(spec, &columns);
    sheaf_status status = data_open(&columns, &terms, use, file, name, &opened, err);
    if (status == SHEAF_OK)
        sheaf_scaled_room(&opened->scaled, spec->forecaster.room_back,
                          spec->forecaster.room_ahead);
    *data = opened;
    return status;
}

static void counts(const void *opaque, sheaf_data_counts *out)
{
    const sheaf_forecast_data *data = opaque;
    *out = (sheaf_data_counts){.lines = data->set.lines,
                               .rows = data->set.lines - data->set.unusable,
                               .unusable = data->set.unusable};
    memcpy(out->line, data->set.unusable_line, sizeof out->line);
}

/* Are there windows in the training parts, and in the test parts? */
static sheaf_status screen(const sheaf_spec *spec, const void *opaque, sheaf_screen *out,
                           sheaf_err *err)
{
    const sheaf_forecast_data *data = opaque;
    uint64_t training = 0, test = 0;
    (void)spec, (void)err;
    for (uint32_t i = 0; i < data->set.count; i++) {
        const sheaf_series *one = &data->set.items[i];
        const sheaf_windows *windows = &data->scaled.windows;
        training += sheaf_windows_count(one, windows, one->train, one->train.from);
        test += sheaf_windows_count(one, windows, one->test, 0);
    }
    *out = (sheaf_screen){.no_training = training == 0, .no_test = test == 0};
    return SHEAF_OK;
}

static size_t words(const sheaf_spec *spec, uint8_t task, bool noised, uint32_t step)
{
    const sheaf_forecast_terms terms = terms_of(spec);
    (void)step;
    if (task == SHEAF_task_statistics)
        return 0;
    if (task == SHEAF_task_evaluate)
        return noised ? NOISED_EVALUATION_WORDS : SHEAF_FORECAST_EVALUATION_WORDS;
    return noised ? sheaf_forecast_seasons(&terms)
                  : sheaf_forecast_words(terms.look_back, terms.horizon);
}

/* ---- the model ---- */

static sheaf_status begin(const sheaf_spec *spec, uint64_t seed, sheaf_buffer *out,
                          sheaf_err *err)
{
    const sheaf_forecast_terms terms = terms_of(spec);
    sheaf_series_columns columns;
    sheaf_forecaster model;
    (void)seed;
    columns_of(spec, &columns);
    SHEAF_TRY(sheaf_forecaster_begin(&terms, &columns, &model, err));
    sheaf_forecaster_write(out, &model);
    sheaf_forecaster_close(&model);
    return SHEAF_OK;
}

static bool columns_same(const sheaf_series_columns *a, const sheaf_series_columns *b)
{
    bool same = strcmp(a->time, b->time) == 0 && strcmp(a->series, b->series) == 0
                && a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = strcmp(a->value[i], b->value[i]) == 0;
    return same;
}

static sheaf_status check(const sheaf_spec *spec, sheaf_slice file, bool noised, sheaf_err *err)
{
    const sheaf_forecast_terms terms = terms_of(spec);
    sheaf_series_columns columns;
    sheaf_forecaster model;
    columns_of(spec, &columns);
    SHEAF_TRY(sheaf_forecaster_read(file, &model, err));
    bool holds = memcmp(&model.terms, &terms, sizeof terms) == 0
                 && columns_same(&model.columns, &columns);
    bool seasonal = model.seasonal;
    sheaf_forecaster_close(&model);
    if (!holds)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model does not have the terms and columns that were "
                          "registered");
    return seasonal == noised
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_INVALID,
                            "the round's model is not of the form that it is learned in");
}

/* ---- exact sums ---- */

static sheaf_status train_local(const sheaf_job *job, const void *opaque,
                                const sheaf_job_seeds *seeds, int64_t *values, sheaf_err *err)
{
    const sheaf_forecast_data *data = opaque;
    const sheaf_forecast_terms terms = terms_of(job->spec);
    (void)seeds;
    return sheaf_forecast_sums(&data->scaled, &terms, values, err);
}

static sheaf_status train_finish(const sheaf_job *job, const int64_t *words,
                                 sheaf_round_result *out, sheaf_err *err)
{
    const sheaf_forecast_terms terms = terms_of(job->spec);
    sheaf_series_columns columns;
    sheaf_forecaster model;
    columns_of(job->spec, &columns);
    SHEAF_TRY(sheaf_forecaster_open(&terms, &columns, false, &model, err));
    sheaf_status status = sheaf_forecast_solve(&terms, words, model.weight, err);
    if (status == SHEAF_OK)
        sheaf_forecaster_write(&out->bytes, &model);
    sheaf_forecaster_close(&model);
    return status;
}

static sheaf_status evaluate_local(const sheaf_job *job, const void *data,
                                   const sheaf_job_seeds *seeds, int64_t *values,
                                   sheaf_err *err)
{
    const sheaf_forecast_data *series = data;
    sheaf_forecaster model;
    (void)seeds;
    SHEAF_TRY(sheaf_forecaster_read(job->base, &model, err));
    sheaf_status status = sheaf_forecaster_evaluate(&model, &series->scaled, values, err);
    sheaf_forecaster_close(&model);
    return status;
}

static sheaf_status evaluate_finish(const sheaf_job *job, const int64_t *words,
                                    sheaf_round_result *out, sheaf_err *err)
{
    sheaf_forecast_figures found;
    (void)job;
    SHEAF_TRY(sheaf_forecast_figures_of(words, &found, err));
    if (found.points > 1000000000)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%llu forecasts were evaluated; the log counts to 1000000000, so "
                          "evaluate at fewer origins",
                          (unsigned long long)found.points);
    out->has_figures = true;
    out->figures = (struct sheaf_figures){
        .records = (int64_t)found.points,
        .has_records = true,
        .mae_millionths = found.model.mae_millionths,
        .has_mae_millionths = true,
        .rmse_millionths = found.model.rmse_millionths,
        .has_rmse_millionths = true,
        .baseline_mae_millionths = found.naive.mae_millionths,
        .has_baseline_mae_millionths = true,
        .baseline_rmse_millionths = found.naive.rmse_millionths,
        .has_baseline_rmse_millionths = true,
    };
    return SHEAF_OK;
}

/* ---- under noise ---- */

static sheaf_status noised_train_local(const sheaf_job *job, const void *opaque,
                                       const sheaf_job_seeds *seeds, int64_t *values,
                                       sheaf_err *err)
{
    const sheaf_forecast_data *data = opaque;
    sheaf_forecaster model;
    SHEAF_TRY(sheaf_forecaster_read(job->base, &model, err));
    sheaf_status status = sheaf_forecaster_change(job->terms, &model, &data->scaled,
                                                  seeds->secret->rounding, values, err);
    sheaf_forecaster_close(&model);
    return status;
}

static sheaf_status noised_train_finish(const sheaf_job *job, const int64_t *words,
                                        sheaf_round_result *out, sheaf_err *err)
{
    sheaf_forecaster model;
    SHEAF_TRY(sheaf_forecaster_read(job->base, &model, err));
    sheaf_status status =
        sheaf_forecaster_step(job->terms, (const uint64_t *)words, &model, err);
    if (status == SHEAF_OK)
        sheaf_forecaster_write(&out->bytes, &model);
    sheaf_forecaster_close(&model);
    return status;
}

/* Each member counts the same: half the sensitivity, and as much of it as its mean errors are
 * of their bounds. The norm of the three is at most root of three halves. */
static sheaf_status noised_evaluate_local(const sheaf_job *job, const void *data,
                                          const sheaf_job_seeds *seeds, int64_t *values,
                                          sheaf_err *err)
{
    const double most = SHEAF_FORECAST_NOISED_ERROR_MAX;
    const int64_t half = sheaf_noised_sensitivity(NOISED_EVALUATION_WORDS) / 2;
    const double one = (double)half;
    const sheaf_forecast_data *series = data;
    int64_t sums[SHEAF_FORECAST_UNIT];
    sheaf_forecaster model;
    (void)seeds;
    SHEAF_TRY(sheaf_forecaster_read(job->base, &model, err));
    sheaf_status status = sheaf_forecaster_evaluate_scaled(&model, &series->scaled, sums, err);
    sheaf_forecaster_close(&model);
    SHEAF_TRY(status);
    const double points = (double)sums[SHEAF_FORECAST_POINTS];
    memset(values, 0, NOISED_EVALUATION_WORDS * sizeof *values);
    if (points == 0)
        return SHEAF_OK;
    double absolute = (double)sums[SHEAF_FORECAST_MODEL + 1] * SHEAF_SCALED_UNIT / points;
    double square = (double)sums[SHEAF_FORECAST_MODEL + 2] * SHEAF_SCALED_UNIT / points;
    values[0] = (int64_t)one;
    values[1] = (int64_t)(one * (absolute < most ? absolute / most : 1));
    values[2] = (int64_t)(one * (square < most * most ? square / (most * most) : 1));
    return SHEAF_OK;
}

/* Noise may take a count below one and a mean out of its bounds. */
static int64_t within(sheaf_int128 value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : (int64_t)value;
}

static sheaf_status noised_evaluate_finish(const sheaf_job *job, const int64_t *words,
                                           sheaf_round_result *out, sheaf_err *err)
{
    const int64_t one = (int64_t)(sheaf_noised_sensitivity(NOISED_EVALUATION_WORDS) / 2);
    const int64_t all = words[0] > one ? words[0] : one;
    const int64_t mae_most = (int64_t)SHEAF_FORECAST_NOISED_ERROR_MAX * MILLION;
    sheaf_int128 mae = sheaf_divide_rounded((sheaf_int128)words[1] * mae_most, all);
    int64_t square =
        within(sheaf_divide_rounded(
                   (sheaf_int128)words[2] * mae_most * SHEAF_FORECAST_NOISED_ERROR_MAX, all),
               0, mae_most * SHEAF_FORECAST_NOISED_ERROR_MAX);
    (void)job, (void)err;
    out->has_figures = true;
    out->figures = (struct sheaf_figures){
        .records = within(sheaf_divide_rounded(all, one), 1, MILLION),
        .has_records = true,
        .mae_millionths = within(mae, 0, mae_most),
        .has_mae_millionths = true,
        .rmse_millionths = sheaf_root_rounded((sheaf_int128)square * MILLION),
        .has_rmse_millionths = true,
    };
    return SHEAF_OK;
}

/* ---- predictions ---- */

/* One row for each step of each series that can be forecast. */
static void rows_fill(const sheaf_forecast_data *data, uint32_t horizon, const double *ahead,
                      sheaf_predictions *out)
{
    int64_t *cell = out->cells;
    out->count = 0;
    for (uint32_t i = 0; i < data->set.count; i++, ahead += horizon) {
        const sheaf_series *series = &data->set.items[i];
        memcpy(out->names[i], series->name, sizeof series->name);
        if (isnan(ahead[0])) {
            out->left_out++;
            continue;
        }
        for (uint32_t h = 0; h < horizon; h++) {
            *cell++ = i;
            *cell++ = series->start_s + ((int64_t)series->steps + h) * series->step_s;
            *cell++ = llround(ahead[h] * MILLION);
            out->count++;
        }
    }
}

static sheaf_status rows_make(const sheaf_forecaster *model, const sheaf_forecast_data *data,
                              const char *name, sheaf_predictions *out, sheaf_err *err)
{
    static const sheaf_prediction_column columns[] = {
        {"series", SHEAF_PREDICTION_NAME},
        {"time", SHEAF_PREDICTION_TIME},
        {"value", SHEAF_PREDICTION_MILLIONTHS},
    };
    const uint32_t horizon = model->terms.horizon, series = data->set.count;
    _Static_assert(sizeof *out->names == sizeof data->set.items->name, "a name fits");
    SHEAF_TRY(sheaf_predictions_open(columns, 3, series * horizon, name, out, err));
    double *ahead = calloc((size_t)series * horizon, sizeof *ahead);
    out->names = calloc(series, sizeof *out->names);
    sheaf_status status = ahead && out->names
                              ? sheaf_forecaster_ahead(model, &data->scaled, ahead, err)
                              : sheaf_fail(err, SHEAF_NOMEM, "no memory to forecast");
    if (status == SHEAF_OK)
        rows_fill(data, horizon, ahead, out);
    else
        sheaf_predictions_close(out);
    free(ahead);
    return status;
}

static sheaf_status predict(sheaf_slice file, sheaf_slice csv, const char *name,
                            sheaf_predictions *out, sheaf_err *err)
{
    sheaf_forecaster model;
    sheaf_forecast_data *data = NULL;
    SHEAF_TRY(sheaf_forecaster_read(file, &model, err));
    sheaf_status status =
        data_open(&model.columns, &model.terms, SHEAF_TABLE_UNLABELLED, csv, name, &data, err);
    if (status == SHEAF_OK)
        status = rows_make(&model, data, name, out, err);
    data_close(data);
    sheaf_forecaster_close(&model);
    return status;
}

const sheaf_learn_kind sheaf_learn_kind_forecaster = {
    .id = SHEAF_model_kind_forecaster,
    .format = SHEAF_FORECASTER_FORMAT,
    .open = open,
    .close = data_close,
    .counts = counts,
    .screen = screen,
    .words = words,
    .begin = begin,
    .check = check,
    .exact = {[SHEAF_task_train] = {train_local, train_finish},
              [SHEAF_task_evaluate] = {evaluate_local, evaluate_finish}},
    .noised = {[SHEAF_task_train] = {noised_train_local, noised_train_finish},
               [SHEAF_task_evaluate] = {noised_evaluate_local, noised_evaluate_finish}},
    .predict = predict,
};
