/* Terms of forecasts, and series standardised for them. */
#include "learn/forecast.h"

#include <math.h>
#include <stdlib.h>

sheaf_status sheaf_forecast_terms_check(const sheaf_forecast_terms *terms, sheaf_err *err)
{
    if (terms->look_back < 1 || terms->look_back > SHEAF_LOOK_BACK_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a look-back of %u steps; choose 1 to %d",
                          terms->look_back, SHEAF_LOOK_BACK_MAX);
    if (terms->horizon < 1 || terms->horizon > SHEAF_HORIZON_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a horizon of %u steps; choose 1 to %d",
                          terms->horizon, SHEAF_HORIZON_MAX);
    if (terms->every > SHEAF_FORECAST_EVERY_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a window every %u steps; choose 1 to %d, or 0 for midnight",
                          terms->every, SHEAF_FORECAST_EVERY_MAX);
    if (terms->step_s < 1 || terms->step_s > SHEAF_SERIES_STEP_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a step of %u seconds; choose 1 to %d",
                          terms->step_s, SHEAF_SERIES_STEP_MAX);
    if (terms->season < 1 || terms->season > terms->look_back)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a season of %u steps; choose 1 to %u, the look-back", terms->season,
                          terms->look_back);
    if (terms->lambda_millionths < 1 || terms->lambda_millionths > SHEAF_FORECAST_LAMBDA_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a penalty of %u millionths; choose 1 to %d: without one the map is "
                          "not determined",
                          terms->lambda_millionths, SHEAF_FORECAST_LAMBDA_MAX);
    return SHEAF_OK;
}

/* Mean and population deviation of the known values of a part; a series that does not vary has
 * the scale 1, so that rounding does not make a series of it. */
static void scale_find(const sheaf_series *series, sheaf_span part, sheaf_scaled *out)
{
    double sum = 0, squares = 0;
    uint32_t n = 0;
    for (uint32_t i = part.from; i < part.to; i++)
        if (!isnan(series->value[i])) {
            sum += series->value[i];
            n++;
        }
    if (n == 0)
        return;
    out->mean = sum / n;
    for (uint32_t i = part.from; i < part.to; i++)
        if (!isnan(series->value[i])) {
            double off = series->value[i] - out->mean;
            squares += off * off;
        }
    out->scale = sqrt(squares / n);
    if (out->scale <= ldexp(fabs(out->mean) + 1, -30))
        out->scale = 1;
}

static int32_t scaled_of(double value, const sheaf_scaled *by)
{
    double z = (value - by->mean) / by->scale * (1 << SHEAF_SCALED_BITS);
    if (z >= SHEAF_SCALED_MAX)
        return SHEAF_SCALED_MAX;
    return z <= -SHEAF_SCALED_MAX ? -SHEAF_SCALED_MAX : (int32_t)floor(z + 0.5);
}

sheaf_status sheaf_scaled_open(const sheaf_series_set *set, const sheaf_forecast_terms *terms,
                               bool whole, sheaf_scaled_set *out, sheaf_err *err)
{
    size_t points = 0;
    *out = (sheaf_scaled_set){0};
    if (set->step_s != terms->step_s)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the series has a value every %u seconds, but the model forecasts "
                          "steps of %u seconds",
                          set->step_s, terms->step_s);
    for (uint32_t i = 0; i < set->count; i++)
        points += set->items[i].steps;
    out->items = calloc((size_t)set->count + 1, sizeof *out->items); /* under noise: of none */
    out->block = calloc(points + 1, sizeof *out->block);
    if (!out->items || !out->block) {
        sheaf_scaled_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %zu steps of series", points);
    }
    out->count = set->count;
    out->windows = (sheaf_windows){terms->look_back, terms->horizon, terms->every};
    int32_t *at = out->block;
    for (uint32_t i = 0; i < set->count; i++) {
        const sheaf_series *series = &set->items[i];
        sheaf_scaled *one = &out->items[i];
        *one = (sheaf_scaled){.series = series, .z = at};
        scale_find(series, whole ? (sheaf_span){0, series->steps} : series->train, one);
        for (uint32_t j = 0; one->scale > 0 && j < series->steps; j++)
            if (!isnan(series->value[j]))
                at[j] = scaled_of(series->value[j], one);
        at += series->steps;
    }
    return SHEAF_OK;
}

void sheaf_scaled_room(sheaf_scaled_set *set, uint32_t look_back, uint32_t horizon)
{
    if (set->windows.look_back < look_back)
        set->windows.look_back = look_back;
    if (set->windows.horizon < horizon)
        set->windows.horizon = horizon;
}

void sheaf_scaled_close(sheaf_scaled_set *set)
{
    free(set->items);
    free(set->block);
    *set = (sheaf_scaled_set){0};
}
