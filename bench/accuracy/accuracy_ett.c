/* bench/accuracy/accuracy_ett.c - ETTh1 and ETTh2 by the protocol of the published tables
 * (data/ett/README.md): ridge from one sum over seven members, a channel each, beside DLinear
 * and NLinear as cure-lab/LTSF-Linear publishes them (LTSF-Benchmark.md, commit 0c11366). Each
 * horizon has a sum of its own; beside them stands what the sum of the longest says of it,
 * which is what members who hold to one set of windows (node/data_use.h) get of them all.
 */
#include "forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HORIZONS = 4, CHANNELS = 7, TRAIN = 8640, TEST = 11520, END = 14400, DAY = 24 };
static const uint32_t horizons[HORIZONS] = {96, 192, 336, 720};

typedef struct {
    const char *name, *file;
    double dlinear[HORIZONS][2], nlinear[HORIZONS][2]; /* MSE, MAE */
} station;

static const station stations[] = {
    {"ETTh1",
     "ett/ETTh1.csv.gz",
     {{.375, .399}, {.405, .416}, {.439, .443}, {.472, .490}},
     {{.374, .394}, {.408, .415}, {.429, .427}, {.440, .453}}},
    {"ETTh2",
     "ett/ETTh2.csv.gz",
     {{.289, .353}, {.383, .418}, {.448, .465}, {.605, .551}},
     {{.277, .338}, {.344, .381}, {.357, .400}, {.394, .436}}},
};

static sheaf_forecast_terms terms_of(int place)
{
    return (sheaf_forecast_terms){.look_back = 336,
                                  .horizon = horizons[place],
                                  .every = 1,
                                  .step_s = 3600,
                                  .season = DAY,
                                  .lambda_millionths = 10000};
}

static void longest_learn(const sheaf_series_set *set, sheaf_forecaster *out)
{
    const sheaf_forecast_terms terms = terms_of(HORIZONS - 1);
    int64_t *sum = forecast_words(&terms);
    forecast_sum(set, &terms, sum);
    forecast_learn(&terms, sum, out);
    free(sum);
}

/* The first steps that a longer map forecasts. */
static sheaf_forecast_figures first_steps(const sheaf_forecaster *longest, int place,
                                          const sheaf_series_set *set)
{
    const sheaf_forecast_terms terms = terms_of(place);
    const sheaf_series_columns *columns = &longest->columns;
    sheaf_forecaster model;
    sheaf_err err;
    accuracy_must(sheaf_forecaster_open(&terms, columns, false, &model, &err), &err);
    for (uint32_t i = 0; i < terms.look_back; i++)
        memcpy(model.weight + (size_t)i * terms.horizon,
               longest->weight + (size_t)i * longest->terms.horizon,
               terms.horizon * sizeof *model.weight);
    sheaf_forecast_figures found = forecast_figures(&model, set, DAY);
    sheaf_forecaster_close(&model);
    return found;
}

static void horizon_print(const station *s, int place, const sheaf_series_set *set,
                          const sheaf_forecaster *longest)
{
    const sheaf_forecast_terms terms = terms_of(place);
    const size_t weights = (size_t)terms.look_back * terms.horizon;
    int64_t *sum = forecast_words(&terms), *pooled = forecast_words(&terms);
    sheaf_forecaster model, of_pooled;
    for (uint32_t i = 0; i < CHANNELS; i++) {
        sheaf_series_set member = forecast_part(set, i, 1);
        forecast_sum(&member, &terms, sum);
    }
    forecast_sum(set, &terms, pooled);
    forecast_learn(&terms, sum, &model);
    forecast_learn(&terms, pooled, &of_pooled);
    sheaf_forecast_figures f = forecast_figures(&model, set, DAY);
    sheaf_forecast_figures first = first_steps(longest, place, set);
    printf("  %-6s %4u   %.3f / %.3f    %.3f / %.3f    %.3f / %.3f  %.3f / %.3f   %.3f / %.3f"
           "    %s\n",
           s->name, terms.horizon, (double)f.model.square_millionths / 1e6,
           (double)f.model.absolute_millionths / 1e6,
           (double)first.model.square_millionths / 1e6,
           (double)first.model.absolute_millionths / 1e6, s->dlinear[place][0],
           s->dlinear[place][1], s->nlinear[place][0], s->nlinear[place][1],
           (double)f.naive.square_millionths / 1e6, (double)f.naive.absolute_millionths / 1e6,
           memcmp(model.weight, of_pooled.weight, weights * sizeof *model.weight) == 0
               ? "same bytes"
               : "OTHER BYTES");
    sheaf_forecaster_close(&model);
    sheaf_forecaster_close(&of_pooled);
    free(sum);
    free(pooled);
}

int main(int argc, char **argv)
{
    static const sheaf_series_columns columns = {
        .time = "date",
        .count = CHANNELS,
        .value = {"HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"}};
    const double before = accuracy_core_s();
    puts("ETT, hourly, look-back 336, standardised MSE / MAE over all test windows: one ridge\n"
         "for seven members (a channel each) from one exact sum, lambda 0.01 n\n"
         "         ahead   federated        of 720          DLinear        NLinear         "
         "yesterday        "
         "pooled");
    for (size_t i = 0; i < sizeof stations / sizeof *stations; i++) {
        sheaf_err err;
        sheaf_buffer bytes;
        sheaf_series_set set;
        if (!accuracy_file(accuracy_folder(argc, argv), stations[i].file, &bytes))
            continue;
        accuracy_must(sheaf_series_read(sheaf_buffer_slice(&bytes), stations[i].name, &columns,
                                        &set, &err),
                      &err);
        sheaf_series_split_steps(&set, TRAIN, TEST, END);
        sheaf_forecaster longest;
        longest_learn(&set, &longest);
        for (int j = 0; j < HORIZONS; j++)
            horizon_print(&stations[i], j, &set, &longest);
        sheaf_forecaster_close(&longest);
        sheaf_series_close(&set);
        sheaf_buffer_deinit(&bytes);
    }
    printf("  DLinear and NLinear as published; in %.1f s of one core\n\n",
           accuracy_core_s() - before);
    return 0;
}
