/* Seasonal maps: where they begin, and how a member moves them. */
#include "learn/forecast.h"

#include "crypto/ed25519.h"
#include "learn/statistics.h"
#include "privacy/clip.h"

enum { SEASONS = SHEAF_FORECAST_SEASONS_MAX };

/* Of all windows and steps: products of two seasons, and of a season and the target. */
typedef struct {
    uint32_t count;
    uint64_t points;
    double gram[SEASONS][SEASONS], target[SEASONS];
} moments;

sheaf_status sheaf_forecaster_begin(const sheaf_forecast_terms *terms,
                                    const sheaf_series_columns *columns, sheaf_forecaster *out,
                                    sheaf_err *err)
{
    SHEAF_TRY(sheaf_forecaster_open(terms, columns, true, out, err));
    const int64_t seasons = sheaf_forecast_seasons(terms);
    for (int64_t k = 0; k < seasons; k++)
        out->weight[k] = (SHEAF_UNIT + seasons / 2) / seasons;
    return SHEAF_OK;
}

/* The forecasts of the window of that origin. */
static void window_add(const sheaf_forecast_terms *terms, const int32_t *z, moments *out)
{
    double input[SEASONS];
    for (uint32_t h = 0; h < terms->horizon; h++) {
        const double target = SHEAF_SCALED_UNIT * (z[h] - z[-1]);
        const int32_t *season = z + h % terms->season;
        for (uint32_t k = 0; k < out->count; k++) {
            season -= terms->season;
            input[k] = SHEAF_SCALED_UNIT * (*season - z[-1]);
            out->target[k] += input[k] * target;
            for (uint32_t j = 0; j <= k; j++)
                out->gram[k][j] += input[k] * input[j];
        }
    }
    out->points += terms->horizon;
}

static void moments_find(const sheaf_forecast_terms *terms, const sheaf_scaled_set *data,
                         moments *out)
{
    for (uint32_t i = 0; i < data->count; i++) {
        const sheaf_scaled *one = &data->items[i];
        sheaf_window_run run;
        uint32_t at = 0;
        while (one->scale > 0
               && sheaf_windows_next(one->series, &data->windows, one->series->train,
                                     one->series->train.from, &at, &run))
            for (uint32_t j = 0; j < run.count; j++)
                window_add(terms, one->z + run.first + (size_t)j * run.stride, out);
    }
    for (uint32_t k = 0; k < out->count; k++)
        for (uint32_t j = 0; j < k; j++)
            out->gram[j][k] = out->gram[k][j];
}

/* Gradient descent on half the mean squared error. */
static void descend(const moments *m, const sheaf_training *training, double *weight)
{
    const double rate = (double)training->rate_millionths / 1000000 / (double)m->points;
    double slope[SEASONS];
    for (uint32_t step = 0; step < training->steps; step++) {
        for (uint32_t k = 0; k < m->count; k++) {
            slope[k] = -m->target[k];
            for (uint32_t j = 0; j < m->count; j++)
                slope[k] += m->gram[k][j] * weight[j];
        }
        for (uint32_t k = 0; k < m->count; k++)
            weight[k] -= rate * slope[k];
    }
}

static sheaf_status shape_check(const sheaf_noised_terms *terms, const sheaf_forecaster *model,
                                sheaf_err *err)
{
    if (!model->seasonal)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model is a full map; learning under noise begins with the mean "
                          "of the last seasons");
    if (terms->words != sheaf_forecaster_weights(model))
        return sheaf_fail(err, SHEAF_INVALID,
                          "a round of %u words does not fit a seasonal map of %zu weights",
                          terms->words, sheaf_forecaster_weights(model));
    return SHEAF_OK;
}

sheaf_status sheaf_forecaster_change(const sheaf_noised_terms *terms,
                                     const sheaf_forecaster *current,
                                     const sheaf_scaled_set *data,
                                     const uint8_t rounding_seed[SHEAF_NOISED_SEED],
                                     int64_t *values, sheaf_err *err)
{
    sheaf_noised_scale scale;
    double before[SEASONS], change[SEASONS];
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    SHEAF_TRY(shape_check(terms, current, err));
    moments m = {.count = terms->words};
    memset(values, 0, terms->words * sizeof *values);
    moments_find(&current->terms, data, &m);
    if (m.points == 0)
        return SHEAF_OK;
    for (uint32_t k = 0; k < m.count; k++)
        before[k] = change[k] = (double)current->weight[k] / (double)SHEAF_UNIT;
    descend(&m, &terms->training, change);
    for (uint32_t k = 0; k < m.count; k++)
        change[k] -= before[k];
    (void)sheaf_clip_at_random(change, m.count, (double)terms->norm_millionths / 1000000,
                               scale.sensitivity, rounding_seed, values);
    sheaf_wipe(change, sizeof change);
    sheaf_wipe(&m, sizeof m);
    return SHEAF_OK;
}

sheaf_status sheaf_forecaster_step(const sheaf_noised_terms *terms, const uint64_t *words,
                                   sheaf_forecaster *model, sheaf_err *err)
{
    SHEAF_TRY(shape_check(terms, model, err));
    return sheaf_noised_move(terms, words, model->weight, err);
}
