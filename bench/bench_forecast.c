/* bench/bench_forecast.c - a forecaster of ETTh1 at horizon 720 from the file to its forecasts,
 * on one core, and what each part of it takes beside the products that it is made of.
 *
 *     bench_forecast [DATA-FOLDER]
 */
#include "bench.h"

#include "learn/forecast.h"

#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

enum { LOOK_BACK = 336, HORIZON = 720, CHANNELS = 7, FILE_MAX = 1 << 24 };

static const sheaf_series_columns columns = {
    .time = "date",
    .count = CHANNELS,
    .value = {"HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"}};

static double since(double *at)
{
    double now = bench_core_s(), took = now - *at;
    *at = now;
    return took;
}

static void line_print(const char *what, double seconds, double products)
{
    printf("  %-44s %8.1f ms", what, 1e3 * seconds);
    if (products > 0)
        printf("   %6.2f G products/s", products / seconds / 1e9);
    putchar('\n');
}

static size_t file_read(const char *folder, char *bytes)
{
    char path[SHEAF_PATH_MAX];
    snprintf(path, sizeof path, "%s/ett/ETTh1.csv.gz", folder);
    gzFile file = gzopen(path, "rb");
    bench_must(file != NULL, "opening ETTh1.csv.gz");
    int got = gzread(file, bytes, FILE_MAX);
    bench_must(got > 0 && got < FILE_MAX, "reading ETTh1.csv.gz");
    gzclose(file);
    return (size_t)got;
}

int main(int argc, char **argv)
{
    const sheaf_forecast_terms terms = {.look_back = LOOK_BACK,
                                        .horizon = HORIZON,
                                        .every = 1,
                                        .step_s = 3600,
                                        .season = 24,
                                        .lambda_millionths = 10000};
    sheaf_series_set set;
    sheaf_scaled_set data;
    sheaf_forecaster model;
    int64_t evaluation[SHEAF_FORECAST_EVALUATION_WORDS];
    double ahead[CHANNELS * HORIZON];
    char *bytes = bench_alloc(FILE_MAX, 1);
    int64_t *words = bench_alloc(sheaf_forecast_words(LOOK_BACK, HORIZON), sizeof *words);
    double at = bench_core_s(), begin = at;

    size_t len = file_read(argc > 1 ? argv[1] : DATA_ROOT, bytes);
    double unpacked = since(&at);
    bench_must(sheaf_series_read(sheaf_bytes(bytes, len), "ETTh1", &columns, &set, NULL)
                   == SHEAF_OK,
               "reading the series");
    sheaf_series_split_steps(&set, 8640, 11520, 14400);
    double read = since(&at);
    bench_must(sheaf_scaled_open(&set, &terms, false, &data, NULL) == SHEAF_OK
                   && sheaf_forecast_sums(&data, &terms, words, NULL) == SHEAF_OK,
               "the sums");
    double summed = since(&at);
    bench_must(sheaf_forecaster_open(&terms, &columns, false, &model, NULL) == SHEAF_OK
                   && sheaf_forecast_solve(&terms, words, model.weight, NULL) == SHEAF_OK,
               "solving");
    double solved = since(&at);
    bench_must(sheaf_forecaster_evaluate(&model, &data, evaluation, NULL) == SHEAF_OK,
               "evaluating");
    double evaluated = since(&at);
    bench_must(sheaf_forecaster_ahead(&model, &data, ahead, NULL) == SHEAF_OK, "forecasting");
    double forecast = since(&at), all = at - begin;

    puts("a ridge forecaster of ETTh1, look-back 336, horizon 720, 7 series, one core");
    line_print("file out of gzip", unpacked, 0);
    line_print("CSV to series", read, 0);
    line_print("standardise, sums X'X and X'Y", summed,
               CHANNELS * (8640.0 - LOOK_BACK - HORIZON + 1) * (LOOK_BACK + HORIZON));
    line_print("solve", solved, LOOK_BACK * (double)LOOK_BACK * (LOOK_BACK / 6.0 + HORIZON));
    line_print("evaluate 15,127 test windows", evaluated,
               (double)evaluation[SHEAF_FORECAST_POINTS] * LOOK_BACK);
    line_print("forecast the next 720 hours", forecast, 0);
    line_print("in all", all, 0);
    printf("  %-44s %8.1f ms\n", "without the evaluation", 1e3 * (all - evaluated));
    sheaf_forecaster_close(&model);
    sheaf_scaled_close(&data);
    sheaf_series_close(&set);
    free(words);
    free(bytes);
    return 0;
}
