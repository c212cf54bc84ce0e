/* The story of ten households that forecast tomorrow's electricity together. */
#include "cli/demo_energy.h"

#include "cli/demo_compare.h"
#include "cli/demo_unpack.h"
#include "learn/households.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNPACKED_MAX = 1 << 24 };
enum { ALONE, TOGETHER, LAST_WEEK, FORMS };

extern const uint8_t sheaf_households[], sheaf_households_end[];

typedef struct {
    demo_gains gains;
    demo_energy_privacy privacy;
} found;

static const found *found_of(const demo *d)
{
    return d->found;
}

static sheaf_status table(uint32_t at, sheaf_buffer *out, demo_counts *counts, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_households_counts made = {0};
    sheaf_buffer_init(&file, UNPACKED_MAX);
    sheaf_status status = demo_unpack(
        sheaf_bytes(sheaf_households, (size_t)(sheaf_households_end - sheaf_households)), &file,
        err);
    if (status == SHEAF_OK)
        status = sheaf_households_convert(sheaf_buffer_slice(&file), at, out, &made, err);
    sheaf_buffer_deinit(&file);
    *counts = (demo_counts){made.train + made.test, made.train, made.test};
    return status;
}

/* Each household counts alike, however much it uses. */
static void fill_gains(const demo *d, const demo_compared *compared, demo_gains *gains)
{
    double *mean = gains->value[DEMO_MEMBERS_MAX];
    for (size_t i = 0; i < d->count; i++) {
        double *row = gains->value[i];
        row[ALONE] = (double)compared->alone[i].mae_millionths / 1e6;
        row[TOGETHER] = (double)compared->together[i].mae_millionths / 1e6;
        row[LAST_WEEK] = (double)compared->together[i].baseline_mae_millionths / 1e6;
        for (size_t form = 0; form < FORMS; form++)
            mean[form] += row[form] / (double)d->count;
    }
}

static sheaf_status compare(demo *d, const sheaf_state *state, sheaf_slice model,
                            sheaf_err *err)
{
    demo_compared compared;
    found *f = d->found = calloc(1, sizeof *f);
    if (!f)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the comparison");
    sheaf_status status = demo_compare_rounds(d, state, model, &compared, err);
    demo_compared_close(&compared);
    if (status != SHEAF_OK)
        return status;
    f->gains = (demo_gains){
        .title = "Tomorrow's electricity",
        .measure = "mean error, kWh a half hour",
        .everyone = "mean of the ten",
        .forms = FORMS,
        .form = {[ALONE] = "alone", [TOGETHER] = "together", [LAST_WEEK] = "last week"},
        .alone = ALONE,
        .together = TOGETHER,
        .less = true,
        .digits = 4};
    fill_gains(d, &compared, &f->gains);
    return demo_energy_privacy_try(d, &f->privacy, err);
}

static void tell_figures(const demo *d)
{
    const demo_energy_privacy *p = &found_of(d)->privacy;
    demo_gains_tell(d, &found_of(d)->gains);
    printf("  The day ahead from midnight on, from July 2013; learned from the time before. "
           "Alone: the\n  household's own model. Together: the model of the co-op, from one "
           "exact sum. Last week: the\n  same half hour seven days before.\n\n");
    printf("  The exact sum is of ten households. Where even whether a household takes part is "
           "to stay\n  hidden, noise is added to a smaller model, of seven weights, one for "
           "each of the last days:\n\n  %-34s %11s %11s\n",
           "epsilon of a household, delta .001", "noise", "mean error");
    printf("  %-34s %13s %11.4f\n", "no round: the mean of seven days", "–", p->begun);
    for (size_t i = 0; i < DEMO_ENERGY_EPSILONS; i++)
        printf("  %-34g %11.2f %11.4f\n", p->tried[i].epsilon, p->tried[i].noise,
               p->tried[i].error);
    printf("\n  The means of %d runs in this process, in which each household adds a tenth of "
           "the noise, as if\n  nobody dropped out.\n\n",
           DEMO_ENERGY_RUNS);
}

static void put_figures(const demo *d, sheaf_buffer *out)
{
    const demo_energy_privacy *p = &found_of(d)->privacy;
    demo_gains_put(d, &found_of(d)->gains, out);
    sheaf_buffer_printf(out, ",\"noised\":{\"begun\":%.6f,\"epsilons\":[", p->begun);
    for (size_t i = 0; i < DEMO_ENERGY_EPSILONS; i++)
        sheaf_buffer_printf(out, "%s{\"epsilon\":%g,\"error\":%.6f,\"noise\":%.6f}",
                            i ? "," : "", p->tried[i].epsilon, p->tried[i].error,
                            p->tried[i].noise);
    sheaf_buffer_add_string(out, "]}");
}

static const demo_gains *gains_of(const demo *d)
{
    return &found_of(d)->gains;
}

static const sheaf_features *features(void)
{
    static const sheaf_features energy = {.count = 1, .items = {{.column = "kwh"}}};
    return &energy;
}

/* The season is a week, so that the baseline is last week's value. */
static const char terms[] =
    "{\"every\":0,\"horizon\":48,\"lambda_millionths\":1000000,\"look_back\":336,"
    "\"season\":336,\"step_s\":1800,\"time\":\"t\"}";
static const char *const model[] = {"--kind",       "forecaster", "--target", "number",
                                    "--forecaster", terms,        NULL};

const demo_scenario demo_energy = {
    .name = "energy",
    .coop = "Ten Roofs Energy Co-op",
    .aim = "to buy electricity together, by forecasts from readings that stay at home",
    .many = "households",
    .persons = true,
    .count = SHEAF_HOUSEHOLDS,
    .parties = {{"h01", "Household 1"},
                {"h02", "Household 2"},
                {"h03", "Household 3"},
                {"h04", "Household 4"},
                {"h05", "Household 5"},
                {"h06", "Household 6"},
                {"h07", "Household 7"},
                {"h08", "Household 8"},
                {"h09", "Household 9"},
                {"h10", "Household 10"}},
    .file = "electricity.csv",
    .data_title = "Half hours of electricity",
    .schema = "half-hours",
    .licence = "Creative Commons Attribution",
    .subjects = "customers",
    .use = "operations",
    .subject = "demand",
    .model_title = "Electricity of the day ahead from the week before",
    .model = model,
    .features = features,
    .training = {.steps = 1, .rate_millionths = 1},
    .rounds = 1,
    .all_rounds = 2,
    .cohort_min = 10,
    .attest_min = 8,
    .reason = "One round for the sums of products that give the model in closed form, one on "
              "the months held out. The exact sum of all ten becomes known, without noise.",
    .release_reason = "It forecasts better than each of us alone. 0.50 EUR a day.",
    .price_cents = 50,
    .uses = 365,
    .customer = "Municipal utility",
    .paid = "The municipal utility pays for 365 forecasts: 182.50 EUR.",
    .table = table,
    .compare = compare,
    .tell_figures = tell_figures,
    .put_figures = put_figures,
    .gains = gains_of,
};
