#include "learn/forecast_map.h"

#include "learn/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static void weights_fill(const sheaf_forecaster *model, sheaf_forecast_map *out)
{
    const uint32_t season = model->terms.season;
    for (uint32_t i = 0; i < out->look_back && !model->seasonal; i++)
        for (uint32_t h = 0; h < out->horizon; h++)
            out->weight[(size_t)i * out->width + h] =
                ldexp((double)model->weight[(size_t)i * out->horizon + h], -SHEAF_UNIT_BITS);
    for (uint32_t h = 0; h < out->horizon && model->seasonal; h++)
        for (uint32_t k = 0; k < sheaf_forecast_seasons(&model->terms); k++) {
            uint32_t i = out->look_back - (k + 1) * season + h % season;
            out->weight[(size_t)i * out->width + h] =
                ldexp((double)model->weight[k], -SHEAF_UNIT_BITS);
        }
}

sheaf_status sheaf_forecast_map_open(const sheaf_forecaster *model, sheaf_forecast_map *out,
                                     sheaf_err *err)
{
    *out = (sheaf_forecast_map){.look_back = model->terms.look_back,
                                .horizon = model->terms.horizon};
    out->width = (out->horizon + SHEAF_MAP_STEPS - 1) / SHEAF_MAP_STEPS * SHEAF_MAP_STEPS;
    out->weight = calloc((size_t)out->look_back * out->width, sizeof *out->weight);
    out->inputs = calloc((size_t)out->look_back * SHEAF_MAP_WINDOWS, sizeof *out->inputs);
    out->out = calloc((size_t)SHEAF_MAP_WINDOWS * out->width, sizeof *out->out);
    if (!out->weight || !out->inputs || !out->out) {
        sheaf_forecast_map_close(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to forecast");
    }
    weights_fill(model, out);
    return SHEAF_OK;
}

void sheaf_forecast_map_close(sheaf_forecast_map *map)
{
    free(map->weight);
    free(map->inputs);
    free(map->out);
    *map = (sheaf_forecast_map){0};
}

/* A tile of steps of all windows; its sums stay in registers. */
static void tile(const double *restrict weight, const double *restrict inputs, uint32_t width,
                 uint32_t look_back, double *restrict out)
{
    double sum[SHEAF_MAP_WINDOWS][SHEAF_MAP_STEPS] = {0};
    for (uint32_t i = 0; i < look_back; i++) {
        for (int w = 0; w < SHEAF_MAP_WINDOWS; w++)
            for (int h = 0; h < SHEAF_MAP_STEPS; h++)
                sum[w][h] += inputs[w] * weight[h];
        inputs += SHEAF_MAP_WINDOWS;
        weight += width;
    }
    for (int w = 0; w < SHEAF_MAP_WINDOWS; w++)
        for (int h = 0; h < SHEAF_MAP_STEPS; h++)
            out[(size_t)w * width + (size_t)h] = sum[w][h];
}

void sheaf_forecast_map_apply(sheaf_forecast_map *map, const int32_t *z, uint32_t stride,
                              uint32_t count)
{
    assert(count >= 1 && count <= SHEAF_MAP_WINDOWS);
    for (uint32_t w = 0; w < count; w++) {
        const int32_t *at = z + (size_t)w * stride;
        int32_t last = at[map->look_back - 1];
        for (uint32_t i = 0; i < map->look_back; i++)
            map->inputs[(size_t)i * SHEAF_MAP_WINDOWS + w] = SHEAF_SCALED_UNIT * (at[i] - last);
    }
    for (uint32_t h = 0; h < map->width; h += SHEAF_MAP_STEPS)
        tile(map->weight + h, map->inputs, map->width, map->look_back, map->out + h);
}
