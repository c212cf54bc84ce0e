/* learn/forecast_map.h - a forecaster's map as doubles, applied to a few windows at once. */
#ifndef SHEAF_LEARN_FORECAST_MAP_H
#define SHEAF_LEARN_FORECAST_MAP_H

#include "learn/forecast.h"

enum { SHEAF_MAP_WINDOWS = 4, SHEAF_MAP_STEPS = 8 };

/* A full map whatever the model's form; rows are as long as the next multiple of
 * SHEAF_MAP_STEPS, filled with zeros. */
typedef struct {
    uint32_t look_back, horizon, width;
    double *weight; /* look_back x width */
    double *inputs; /* look_back x SHEAF_MAP_WINDOWS */
    double *out;    /* SHEAF_MAP_WINDOWS x width: forecasts less the last value, standardised */
} sheaf_forecast_map;

SHEAF_MUST_USE sheaf_status sheaf_forecast_map_open(const sheaf_forecaster *model,
                                                    sheaf_forecast_map *out, sheaf_err *err);
void sheaf_forecast_map_close(sheaf_forecast_map *map);

/* Of the windows that begin at z, z + stride, ...: at most SHEAF_MAP_WINDOWS. Fills map->out.
 * Each forecast is a sum in the order of the look-back, whichever windows it is computed
 * beside. */
void sheaf_forecast_map_apply(sheaf_forecast_map *map, const int32_t *z, uint32_t stride,
                              uint32_t count);

#endif
