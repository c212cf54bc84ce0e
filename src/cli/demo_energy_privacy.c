#include "cli/demo_energy.h"
#include "learn/file.h"
#include "learn/forecast.h"
#include "privacy/cost.h"

#include <stdlib.h>

enum {
    MILLION = 1000000,
    DAY = 48, /* half hours */
    FILE_MAX = 1 << 22,
    DELTA_TRILLIONTHS = 1000000000,
    /* As bench/accuracy/accuracy_households.c has found them. */
    STEPS = 10,
    RATE_MILLIONTHS = 100000,
    NORM_MILLIONTHS = 100000,
    RECORDS_MAX = 1000000,
};

static const sheaf_series_columns columns = {.time = "t", .count = 1, .value = {"kwh"}};
static const sheaf_forecast_terms terms = {.look_back = 7 * DAY,
                                           .horizon = DAY,
                                           .every = 0, /* from midnight on */
                                           .step_s = 1800,
                                           .season = DAY,
                                           .lambda_millionths = MILLION};

/* Everybody's series. */
typedef struct {
    size_t count;
    sheaf_series_set set[DEMO_MEMBERS_MAX];
    sheaf_scaled_set data[DEMO_MEMBERS_MAX];
} households;

static sheaf_status household_open(const char *path, sheaf_series_set *set,
                                   sheaf_scaled_set *data, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_buffer_init(&file, FILE_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(path, FILE_MAX, &file, err);
    if (status == SHEAF_OK)
        status = sheaf_series_read(sheaf_buffer_slice(&file), path, &columns, set, err);
    sheaf_buffer_deinit(&file);
    if (status != SHEAF_OK)
        return status;
    status = sheaf_scaled_open(set, &terms, false, data, err);
    if (status != SHEAF_OK)
        sheaf_series_close(set);
    return status;
}

static void close_all(households *h)
{
    for (size_t i = 0; i < h->count; i++) {
        sheaf_scaled_close(&h->data[i]);
        sheaf_series_close(&h->set[i]);
    }
}

/* Mean over the households of the mean absolute error in kWh. */
static sheaf_status error_of(const households *h, const sheaf_forecaster *model, double *out,
                             sheaf_err *err)
{
    double sum = 0;
    for (size_t i = 0; i < h->count; i++) {
        int64_t words[SHEAF_FORECAST_EVALUATION_WORDS];
        sheaf_forecast_figures figures;
        SHEAF_TRY(sheaf_forecaster_evaluate(model, &h->data[i], words, err));
        SHEAF_TRY(sheaf_forecast_figures_of(words, &figures, err));
        sum += (double)figures.model.mae_millionths / 1e6;
    }
    *out = sum / (double)h->count;
    return SHEAF_OK;
}

/* ---- under noise ---- */

/* The least noise that keeps epsilon, in millionths. */
static uint64_t noise_for(double epsilon)
{
    const sheaf_mechanism round = {.noise = SHEAF_NOISE_DISCRETE_GAUSSIAN,
                                   .sampling = 1,
                                   .dimension = sheaf_forecast_seasons(&terms)};
    sheaf_cost limit;
    sheaf_cost_limit(epsilon, sheaf_ratio(DELTA_TRILLIONTHS, 1000000000000, SHEAF_ROUND_DOWN),
                     &limit);
    return sheaf_cost_least_noise(&round, 1, &limit);
}

/* One round over all households into `model`, which has just begun. */
static sheaf_status round_run(const households *h, const sheaf_noised_terms *round, uint8_t run,
                              sheaf_forecaster *model, sheaf_err *err)
{
    uint64_t sum[SHEAF_FORECAST_SEASONS_MAX] = {0}, words[SHEAF_FORECAST_SEASONS_MAX];
    for (size_t i = 0; i < h->count; i++) {
        int64_t values[SHEAF_FORECAST_SEASONS_MAX];
        const uint8_t rounding[SHEAF_NOISED_SEED] = {1, run, (uint8_t)i};
        const uint8_t noise[SHEAF_NOISED_SEED] = {2, run, (uint8_t)i};
        SHEAF_TRY(sheaf_forecaster_change(round, model, &h->data[i], rounding, values, err));
        SHEAF_TRY(sheaf_noised_words(round, values, noise, words, err));
        for (uint32_t j = 0; j < round->words; j++)
            sum[j] += words[j];
    }
    return sheaf_forecaster_step(round, sum, model, err);
}

static sheaf_status run_error(const households *h, const sheaf_noised_terms *round, uint8_t run,
                              double *out, sheaf_err *err)
{
    sheaf_forecaster model;
    SHEAF_TRY(sheaf_forecaster_begin(&terms, &columns, &model, err));
    sheaf_status status = round_run(h, round, run, &model, err);
    if (status == SHEAF_OK)
        status = error_of(h, &model, out, err);
    sheaf_forecaster_close(&model);
    return status;
}

static sheaf_status try_all(const households *h, demo_energy_privacy *out, sheaf_err *err)
{
    static const double epsilons[DEMO_ENERGY_EPSILONS] = {0.5, 1, 4, 16};
    sheaf_forecaster begun;
    SHEAF_TRY(sheaf_forecaster_begin(&terms, &columns, &begun, err));
    sheaf_status status = error_of(h, &begun, &out->begun, err);
    sheaf_forecaster_close(&begun);
    for (size_t i = 0; i < DEMO_ENERGY_EPSILONS && status == SHEAF_OK; i++) {
        const sheaf_noised_terms round = {
            .unit = SHEAF_NOISED_MEMBER,
            .norm_millionths = NORM_MILLIONTHS,
            .noise_millionths = noise_for(epsilons[i]),
            .sampling_millionths = MILLION,
            .divisor = (uint32_t)h->count,
            .training = {.steps = STEPS, .rate_millionths = RATE_MILLIONTHS},
            .words = sheaf_forecast_seasons(&terms),
            .members = (uint16_t)h->count,
            .survivors_least = (uint16_t)h->count,
            .colluders = 1,
            .records_max = RECORDS_MAX};
        out->tried[i].epsilon = epsilons[i];
        out->tried[i].noise = (double)round.noise_millionths / MILLION;
        for (uint8_t run = 0; run < DEMO_ENERGY_RUNS && status == SHEAF_OK; run++) {
            double error = 0;
            status = run_error(h, &round, run, &error, err);
            out->tried[i].error += error / DEMO_ENERGY_RUNS;
        }
    }
    return status;
}

sheaf_status demo_energy_privacy_try(const demo *d, demo_energy_privacy *out, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    households *h = calloc(1, sizeof *h);
    if (!h)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the households");
    while (h->count < d->count && status == SHEAF_OK) {
        status = household_open(d->members[h->count].data, &h->set[h->count],
                                &h->data[h->count], err);
        h->count += status == SHEAF_OK;
    }
    if (status == SHEAF_OK)
        status = try_all(h, out, err);
    close_all(h);
    free(h);
    return status;
}
