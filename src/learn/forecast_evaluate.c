/* Errors of forecasts on the test parts, and the figures of their sum. */
#include "learn/forecast_map.h"

#include "round/fixed_point.h"

#include <math.h>

enum {
    UNIT_BITS = 20, /* of errors in the series' own unit */
    FORECAST_MAX = 32,
    ERROR_MAX = FORECAST_MAX + 16,
    UNIT_MAX_BITS = UNIT_BITS + 27, /* of an error: a deviation is below 2^20, ERROR_MAX 2^6 */
    LOW_BITS = 48,
    ROOT_BITS = 4, /* a root is taken to 2^-2 of its unit */
    MILLION = 1000000,
};
/* Of all members: a member's file has 2^24 steps and 2^10 forecasts from each. */
#define POINTS_MAX ((int64_t)1 << 34)

typedef struct {
    int64_t error, magnitude, square; /* of standardised values */
    int64_t unit;                     /* magnitude in the series' own unit */
    sheaf_int128 unit_square;
    bool overflow;
} errors;

static int64_t rounded(double value)
{
    return (int64_t)(value < 0 ? value - 0.5 : value + 0.5);
}

/* `off` is what a standardised forecast lies above the value, at most ERROR_MAX; `unit` the
 * same in the series' own unit, below 2^27: so a file's points, fewer than 2^34, fit. */
static void error_add(errors *to, double off, double unit)
{
    const int64_t magnitude = rounded(fabs(unit) * (1 << UNIT_BITS));
    to->error += rounded(off * (1 << SHEAF_SCALED_BITS));
    to->magnitude += rounded(fabs(off) * (1 << SHEAF_SCALED_BITS));
    to->square += rounded(off * off * (1 << SHEAF_SCALED_BITS));
    to->overflow |= __builtin_add_overflow(to->unit, magnitude, &to->unit);
    to->unit_square += (sheaf_int128)magnitude * magnitude;
}

static double bounded(double forecast)
{
    if (forecast > FORECAST_MAX)
        return FORECAST_MAX;
    return forecast < -FORECAST_MAX ? -FORECAST_MAX : forecast;
}

/* The window of that origin; `ahead` is what the model forecasts above the last value. */
static void window_add(const sheaf_forecast_terms *terms, const sheaf_scaled *data,
                       uint32_t origin, const double *ahead, errors *model, errors *naive)
{
    const int32_t *z = data->z + origin;
    const double last = SHEAF_SCALED_UNIT * z[-1];
    for (uint32_t h = 0; h < terms->horizon; h++) {
        const double truth = SHEAF_SCALED_UNIT * z[h];
        const double value = data->series->value[origin + h];
        const double season =
            SHEAF_SCALED_UNIT * z[(int64_t)(h % terms->season) - terms->season];
        const double forecast = bounded(last + ahead[h]);
        error_add(model, forecast - truth, data->mean + data->scale * forecast - value);
        error_add(naive, season - truth, data->mean + data->scale * season - value);
    }
}

static void series_add(sheaf_forecast_map *map, const sheaf_forecast_terms *terms,
                       const sheaf_windows *windows, const sheaf_scaled *data, int64_t *points,
                       errors *model, errors *naive)
{
    sheaf_window_run run;
    uint32_t at = 0;
    while (sheaf_windows_next(data->series, windows, data->series->test, 0, &at, &run)) {
        *points += (int64_t)run.count * terms->horizon;
        for (uint32_t i = 0; i < run.count; i += SHEAF_MAP_WINDOWS) {
            uint32_t origin = run.first + i * run.stride;
            uint32_t count = run.count - i;
            if (count > SHEAF_MAP_WINDOWS)
                count = SHEAF_MAP_WINDOWS;
            sheaf_forecast_map_apply(map, data->z + origin - terms->look_back, run.stride,
                                     count);
            for (uint32_t w = 0; w < count; w++)
                window_add(terms, data, origin + w * run.stride,
                           map->out + (size_t)w * map->width, model, naive);
        }
    }
}

static void scaled_write(const errors *of, int64_t *words)
{
    words[0] = of->error;
    words[1] = of->magnitude;
    words[2] = of->square;
}

static sheaf_status errors_write(const errors *of, int64_t *words, sheaf_err *err)
{
    const sheaf_int128 high = of->unit_square >> LOW_BITS;
    if (of->overflow || high > INT64_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the errors of so many forecasts of such large values do not fit; "
                          "give values in a larger unit");
    scaled_write(of, words);
    words[3] = of->unit;
    words[4] = (int64_t)(of->unit_square & (((sheaf_int128)1 << LOW_BITS) - 1));
    words[5] = (int64_t)high;
    return SHEAF_OK;
}

static sheaf_status measure(const sheaf_forecaster *model, const sheaf_scaled_set *data,
                            int64_t *points, errors *of_model, errors *of_naive, sheaf_err *err)
{
    sheaf_forecast_map map;
    *points = 0;
    SHEAF_TRY(sheaf_forecast_map_open(model, &map, err));
    for (uint32_t i = 0; i < data->count; i++)
        if (data->items[i].scale > 0)
            series_add(&map, &model->terms, &data->windows, &data->items[i], points, of_model,
                       of_naive);
    sheaf_forecast_map_close(&map);
    return SHEAF_OK;
}

sheaf_status sheaf_forecaster_evaluate(const sheaf_forecaster *model,
                                       const sheaf_scaled_set *data, int64_t *words,
                                       sheaf_err *err)
{
    errors of_model = {0}, of_naive = {0};
    SHEAF_TRY(measure(model, data, &words[SHEAF_FORECAST_POINTS], &of_model, &of_naive, err));
    SHEAF_TRY(errors_write(&of_model, words + SHEAF_FORECAST_MODEL, err));
    return errors_write(&of_naive, words + SHEAF_FORECAST_NAIVE, err);
}

sheaf_status sheaf_forecaster_evaluate_scaled(const sheaf_forecaster *model,
                                              const sheaf_scaled_set *data,
                                              int64_t words[SHEAF_FORECAST_UNIT],
                                              sheaf_err *err)
{
    errors of_model = {0}, of_naive = {0};
    SHEAF_TRY(measure(model, data, &words[SHEAF_FORECAST_POINTS], &of_model, &of_naive, err));
    scaled_write(&of_model, words + SHEAF_FORECAST_MODEL);
    return SHEAF_OK;
}

/* sum / (2^bits n) in millionths. */
static int64_t mean_millionths(sheaf_int128 sum, int bits, int64_t n)
{
    return (int64_t)sheaf_divide_rounded(sum * MILLION, (sheaf_int128)n << bits);
}

/* The root of sum / n, whose unit is 2^-40, in millionths. */
static int64_t root_millionths(sheaf_int128 sum, int64_t n)
{
    const int64_t root = sheaf_root_rounded(sheaf_divide_rounded(sum << ROOT_BITS, n));
    return (int64_t)sheaf_divide_rounded((sheaf_int128)root * MILLION,
                                         (sheaf_int128)1 << (UNIT_BITS + ROOT_BITS / 2));
}

/* No error is beyond its bound, none negative that cannot be. */
static bool errors_read(const int64_t *words, int64_t n, sheaf_forecast_errors *out)
{
    const int64_t error = words[0], magnitude = words[1], square = words[2], unit = words[3];
    const sheaf_int128 most = (sheaf_int128)n * ERROR_MAX << SHEAF_SCALED_BITS;
    const sheaf_int128 unit_most = (sheaf_int128)n << UNIT_MAX_BITS;
    if (magnitude < 0 || square < 0 || unit < 0 || words[4] < 0 || words[5] < 0
        || magnitude > most || square > most * ERROR_MAX || error > magnitude + n
        || error < -magnitude - n || unit > unit_most)
        return false;
    const sheaf_int128 unit_square = ((sheaf_int128)words[5] << LOW_BITS) + words[4];
    if (unit_square >> (2 * UNIT_MAX_BITS) > n)
        return false;
    *out = (sheaf_forecast_errors){
        .bias_millionths = mean_millionths(error, SHEAF_SCALED_BITS, n),
        .absolute_millionths = mean_millionths(magnitude, SHEAF_SCALED_BITS, n),
        .square_millionths = mean_millionths(square, SHEAF_SCALED_BITS, n),
        .mae_millionths = mean_millionths(unit, UNIT_BITS, n),
        .rmse_millionths = root_millionths(unit_square, n),
    };
    return true;
}

sheaf_status sheaf_forecast_figures_of(const int64_t *words, sheaf_forecast_figures *out,
                                       sheaf_err *err)
{
    const int64_t n = words[SHEAF_FORECAST_POINTS];
    if (n == 0)
        return sheaf_fail(err, SHEAF_INVALID, "no member has a window to evaluate on");
    if (n < 0 || n > POINTS_MAX || !errors_read(words + SHEAF_FORECAST_MODEL, n, &out->model)
        || !errors_read(words + SHEAF_FORECAST_NAIVE, n, &out->naive))
        return sheaf_fail(err, SHEAF_INVALID, "the sum is not one that forecasts can have");
    out->points = (uint64_t)n;
    return SHEAF_OK;
}

sheaf_status sheaf_forecaster_ahead(const sheaf_forecaster *model, const sheaf_scaled_set *data,
                                    double *out, sheaf_err *err)
{
    const uint32_t back = model->terms.look_back, horizon = model->terms.horizon;
    sheaf_forecast_map map;
    SHEAF_TRY(sheaf_forecast_map_open(model, &map, err));
    for (uint32_t i = 0; i < data->count; i++, out += horizon) {
        const sheaf_scaled *one = &data->items[i];
        const uint32_t steps = one->series->steps;
        bool known = one->scale > 0 && steps >= back;
        for (uint32_t j = steps - back; known && j < steps; j++)
            known = !isnan(one->series->value[j]);
        if (known)
            sheaf_forecast_map_apply(&map, one->z + steps - back, 0, 1);
        for (uint32_t h = 0; h < horizon; h++) {
            double last = known ? SHEAF_SCALED_UNIT * one->z[steps - 1] : NAN;
            out[h] = one->mean + one->scale * bounded(last + map.out[h]);
        }
    }
    sheaf_forecast_map_close(&map);
    return SHEAF_OK;
}
