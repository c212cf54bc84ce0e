/* Hourly series for tests of forecasts. */
#ifndef SHEAF_TEST_FORECAST_WORLD_H
#define SHEAF_TEST_FORECAST_WORLD_H

#include "test.h"

#include "learn/forecast.h"

#include <math.h>

enum { HOUR = 3600, SERIES_MAX = 6 };

static const sheaf_series_columns columns = {.time = "t", .count = 1, .value = {"kwh"}};

/* Hourly series of random lengths: a daily wave, a wandering level, noise, and gaps. */
typedef struct {
    sheaf_series_set set;
    sheaf_series items[SERIES_MAX];
} world;

static inline double noise(uint64_t *random)
{
    return (double)(test_random(random) % 2000) / 1000 - 1;
}

static inline void world_make(world *w, uint32_t count, uint32_t steps, uint32_t gaps,
                              uint64_t *random)
{
    *w = (world){.set = {.step_s = HOUR, .count = count, .entities = count}};
    w->set.items = w->items;
    for (uint32_t i = 0; i < count; i++) {
        sheaf_series *one = &w->items[i];
        uint32_t length = steps + (uint32_t)(test_random(random) % 50);
        *one = (sheaf_series){.start_s = (int64_t)(test_random(random) % 1000) * HOUR,
                              .step_s = HOUR,
                              .steps = length};
        one->value = calloc(length, sizeof *one->value);
        double level = 5 + i;
        for (uint32_t j = 0; j < length; j++) {
            level += noise(random) / 10;
            one->value[j] = level + 2 * sin(2 * 3.14159265358979 * j / 24) + noise(random) / 3;
        }
        for (uint32_t j = 0; j < gaps; j++)
            one->value[test_random(random) % length] = NAN;
    }
    sheaf_series_split_steps(&w->set, steps - steps / 4, steps - steps / 4, steps + 50);
}

static inline void world_free(world *w)
{
    for (uint32_t i = 0; i < w->set.count; i++)
        free(w->items[i].value);
}

static inline sheaf_forecast_terms terms_of(uint32_t look_back, uint32_t horizon,
                                            uint32_t every)
{
    return (sheaf_forecast_terms){.look_back = look_back,
                                  .horizon = horizon,
                                  .every = every,
                                  .step_s = HOUR,
                                  .season = look_back < 24 ? 1 : 24,
                                  .lambda_millionths = 10000};
}

#endif
