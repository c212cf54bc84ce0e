/* bench/accuracy/accuracy_households.c - ten households of an energy co-op forecast the day
 * ahead (data/households/README.md): one ridge from one exact sum over all of them, beside what
 * each learns alone and what the same half hour a week and a day before says; then the same
 * under member-level privacy.
 *
 * Under noise the model is the seasonal map of learn/forecast.h, seven weights that begin with
 * the mean of the last seven days, which is nobody's secret. One round of ten gradient steps at
 * rate 0.1; changes clipped to a norm of 0.1; all ten attend, and each adds a tenth of the
 * noise, as if nobody could drop out or collude. Noise by the code that members run, from 40
 * seeds.
 */
#include "forecast.h"

#include "learn/times.h"
#include "privacy/cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAY = 48,
    WEEK = 7 * DAY,
    SEEDS = 40,
    STEPS = 10,
    RATE_MILLIONTHS = 100000,
    NORM_MILLIONTHS = 100000,
};
static const double delta = 1e-3;

static const sheaf_series_columns columns = {
    .time = "t", .series = "customer_id", .count = 1, .value = {"kwh"}};

static sheaf_forecast_terms terms = {.look_back = WEEK,
                                     .horizon = DAY,
                                     .every = 0, /* at midnight */
                                     .step_s = 1800,
                                     .season = DAY,
                                     .lambda_millionths = 1000000};

/* Mean over the households of the mean absolute error in kWh. */
static double mean_error(const sheaf_forecaster *model, const sheaf_series_set *set)
{
    double sum = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        sheaf_series_set one = forecast_part(set, i, 1);
        sum += (double)forecast_figures(model, &one, DAY).model.mae_millionths / 1e6;
    }
    return sum / set->count;
}

static void exact_print(const sheaf_series_set *set)
{
    sheaf_forecaster together, alone;
    double mean[4] = {0};
    int64_t *sum = forecast_words(&terms), *pooled = forecast_words(&terms);
    const size_t words = sheaf_forecast_words(terms.look_back, terms.horizon);
    for (uint32_t i = 0; i < set->count; i++) {
        sheaf_series_set one = forecast_part(set, i, 1);
        forecast_sum(&one, &terms, sum);
    }
    forecast_sum(set, &terms, pooled);
    forecast_learn(&terms, sum, &together);
    printf("Households: the day ahead, mean absolute error in kWh a half hour, lambda n; %lld "
           "training windows\n"
           "  household   together   alone     gain   last week   yesterday\n",
           (long long)sum[words - 1]);
    for (uint32_t i = 0; i < set->count; i++) {
        sheaf_series_set one = forecast_part(set, i, 1);
        int64_t *own = forecast_words(&terms);
        forecast_sum(&one, &terms, own);
        forecast_learn(&terms, own, &alone);
        sheaf_forecast_figures of_all = forecast_figures(&together, &one, WEEK);
        sheaf_forecast_figures of_own = forecast_figures(&alone, &one, DAY);
        const double row[4] = {(double)of_all.model.mae_millionths / 1e6,
                               (double)of_own.model.mae_millionths / 1e6,
                               (double)of_all.naive.mae_millionths / 1e6,
                               (double)of_own.naive.mae_millionths / 1e6};
        printf("  %-9s     %.4f    %.4f   %5.1f%%      %.4f      %.4f\n", set->items[i].name,
               row[0], row[1], 100 * (1 - row[0] / row[1]), row[2], row[3]);
        for (int j = 0; j < 4; j++)
            mean[j] += row[j] / set->count;
        sheaf_forecaster_close(&alone);
        free(own);
    }
    printf("  mean          %.4f    %.4f   %5.1f%%      %.4f      %.4f    %s as pooled\n",
           mean[0], mean[1], 100 * (1 - mean[0] / mean[1]), mean[2], mean[3],
           memcmp(sum, pooled, words * sizeof *sum) == 0 ? "same sums" : "OTHER SUMS");
    puts("  to reach      0.154     0.163              0.181       0.180");
    sheaf_forecaster_close(&together);
    free(sum);
    free(pooled);
}

/* ---- under noise ---- */

/* The least noise multiplier that keeps epsilon, in millionths. */
static uint64_t noise_for(double epsilon)
{
    const sheaf_mechanism round = {.noise = SHEAF_NOISE_DISCRETE_GAUSSIAN,
                                   .sampling = 1,
                                   .dimension = sheaf_forecast_seasons(&terms)};
    sheaf_cost limit;
    sheaf_cost_limit(epsilon, delta, &limit);
    return sheaf_cost_least_noise(&round, 1, &limit);
}

/* Every household's share of noise follows from `seed`, which makes this a simulation. */
static double noised_error(const sheaf_series_set *set, const sheaf_noised_terms *round,
                           uint8_t seed)
{
    sheaf_err err;
    sheaf_forecaster model;
    uint64_t sum[SHEAF_FORECAST_SEASONS_MAX] = {0}, words[SHEAF_FORECAST_SEASONS_MAX];
    accuracy_must(sheaf_forecaster_begin(&terms, &columns, &model, &err), &err);
    for (uint32_t i = 0; i < set->count; i++) {
        sheaf_series_set one = forecast_part(set, i, 1);
        sheaf_scaled_set data;
        int64_t values[SHEAF_FORECAST_SEASONS_MAX];
        const uint8_t rounding[SHEAF_NOISED_SEED] = {1, seed, (uint8_t)i};
        const uint8_t noise[SHEAF_NOISED_SEED] = {2, seed, (uint8_t)i};
        accuracy_must(sheaf_scaled_open(&one, &terms, false, &data, &err), &err);
        accuracy_must(sheaf_forecaster_change(round, &model, &data, rounding, values, &err),
                      &err);
        accuracy_must(sheaf_noised_words(round, values, noise, words, &err), &err);
        for (uint32_t j = 0; j < round->words; j++)
            sum[j] += words[j];
        sheaf_scaled_close(&data);
    }
    accuracy_must(sheaf_forecaster_step(round, sum, &model, &err), &err);
    double error = mean_error(&model, set);
    sheaf_forecaster_close(&model);
    return error;
}

static void noised_print(const sheaf_series_set *set)
{
    static const double epsilons[] = {0.5, 1, 2, 4, 8, 16};
    sheaf_forecaster begin;
    sheaf_err err;
    accuracy_must(sheaf_forecaster_begin(&terms, &columns, &begin, &err), &err);
    printf("Households under member-level privacy, delta %g: seven weights, one round\n"
           "  epsilon    noise       error (95 %% of the mean over %d seeds)\n"
           "  0          nobody      %.4f  the mean of the last seven days, before any round\n",
           delta, SEEDS, mean_error(&begin, set));
    for (size_t i = 0; i < sizeof epsilons / sizeof *epsilons; i++) {
        double errors[SEEDS];
        const sheaf_noised_terms round = {
            .unit = SHEAF_NOISED_MEMBER,
            .norm_millionths = NORM_MILLIONTHS,
            .noise_millionths = noise_for(epsilons[i]),
            .sampling_millionths = 1000000,
            .divisor = set->count,
            .training = {.steps = STEPS, .rate_millionths = RATE_MILLIONTHS},
            .words = sheaf_forecast_seasons(&terms),
            .members = set->count,
            .survivors_least = set->count,
            .colluders = 1,
            .records_max = 1000000};
        for (int seed = 0; seed < SEEDS; seed++)
            errors[seed] = noised_error(set, &round, (uint8_t)seed);
        accuracy_spread spread = accuracy_spread_of(errors, SEEDS);
        printf("  %-8g %9.4f      %.4f (%.4f)\n", epsilons[i],
               (double)round.noise_millionths / 1e6, spread.mean, spread.half_width);
    }
    sheaf_forecaster_close(&begin);
}

int main(int argc, char **argv)
{
    const double before = accuracy_core_s();
    sheaf_err err;
    sheaf_buffer bytes;
    sheaf_series_set set;
    int64_t test_s, end_s;
    if (!accuracy_file(accuracy_folder(argc, argv), "households/households.csv.gz", &bytes))
        return 0;
    accuracy_must(
        sheaf_series_read(sheaf_buffer_slice(&bytes), "households.csv", &columns, &set, &err),
        &err);
    if (!sheaf_time_parse(sheaf_str("2013-07-01"), &test_s)
        || !sheaf_time_parse(sheaf_str("2020-01-01"), &end_s))
        return 1;
    sheaf_series_split_times(&set, test_s, test_s, end_s);
    exact_print(&set);
    noised_print(&set);
    printf("  in %.1f s of one core\n\n", accuracy_core_s() - before);
    sheaf_series_close(&set);
    sheaf_buffer_deinit(&bytes);
    return 0;
}
