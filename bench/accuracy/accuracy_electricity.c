/* bench/accuracy/accuracy_electricity.c - half-hourly demand of Victoria 2012 to 2014 (series
 * vic_elec of the R package tsibbledata; its bytes are not part of this repository): learned in
 * 2012 and 2013, the day ahead in 2014 from midnight to midnight (UTC), beside the same half
 * hour a week and a day before.
 */
#include "forecast.h"

#include "learn/times.h"

#include <stdio.h>
#include <stdlib.h>

enum { DAY = 48, WEEK = 7 * DAY };

static void lambda_print(const sheaf_series_set *set, uint32_t look_back, double lambda)
{
    const sheaf_forecast_terms terms = {.look_back = look_back,
                                        .horizon = DAY,
                                        .every = 0,
                                        .step_s = 1800,
                                        .season = DAY,
                                        .lambda_millionths = (uint32_t)(lambda * 1e6)};
    sheaf_forecaster model;
    int64_t *words = forecast_words(&terms);
    forecast_sum(set, &terms, words);
    forecast_learn(&terms, words, &model);
    sheaf_forecast_figures week = forecast_figures(&model, set, WEEK);
    sheaf_forecast_figures day = forecast_figures(&model, set, DAY);
    printf("  %4u %8.2g      %5.0f / %5.0f        %5.0f / %5.0f        %5.0f / %5.0f\n",
           look_back, lambda, (double)week.model.mae_millionths / 1e6,
           (double)week.model.rmse_millionths / 1e6, (double)week.naive.mae_millionths / 1e6,
           (double)week.naive.rmse_millionths / 1e6, (double)day.naive.mae_millionths / 1e6,
           (double)day.naive.rmse_millionths / 1e6);
    sheaf_forecaster_close(&model);
    free(words);
}

int main(int argc, char **argv)
{
    static const sheaf_series_columns columns = {
        .time = "time", .count = 1, .value = {"demand_mw"}};
    static const double lambdas[] = {0.001, 0.01, 0.1};
    sheaf_err err;
    sheaf_buffer bytes;
    sheaf_series_set set;
    int64_t test_s, end_s;
    if (!accuracy_file(accuracy_folder(argc, argv), "electricity/vic_elec.csv.gz", &bytes))
        return 0;
    accuracy_must(
        sheaf_series_read(sheaf_buffer_slice(&bytes), "vic_elec.csv", &columns, &set, &err),
        &err);
    if (!sheaf_time_parse(sheaf_str("2014-01-01"), &test_s)
        || !sheaf_time_parse(sheaf_str("2015-01-01"), &end_s))
        return 1;
    sheaf_series_split_times(&set, test_s, test_s, end_s);
    puts("Demand of Victoria, the day ahead in 2014, mean absolute error / root of the mean\n"
         "square in MW\n"
         "  back   lambda/n   ridge               last week            yesterday");
    for (size_t i = 0; i < sizeof lambdas / sizeof *lambdas; i++)
        lambda_print(&set, WEEK, lambdas[i]);
    lambda_print(&set, 2 * WEEK, 0.01);
    putchar('\n');
    sheaf_series_close(&set);
    sheaf_buffer_deinit(&bytes);
    return 0;
}
