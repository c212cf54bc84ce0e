/* The story of five works that learn together when a machine is about to fail. */
#include "cli/demo_compare.h"
#include "cli/demo_gains.h"
#include "cli/demo_unpack.h"
#include "learn/maintenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNPACKED_MAX = 1 << 20, ROUNDS = 15 };

extern const uint8_t sheaf_maintenance[], sheaf_maintenance_end[];

static sheaf_status table(uint32_t at, sheaf_buffer *out, demo_counts *counts, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_maintenance_counts made = {0};
    sheaf_buffer_init(&file, UNPACKED_MAX);
    sheaf_status status = demo_unpack(
        sheaf_bytes(sheaf_maintenance, (size_t)(sheaf_maintenance_end - sheaf_maintenance)),
        &file, err);
    if (status == SHEAF_OK)
        status = sheaf_maintenance_convert(sheaf_buffer_slice(&file), at, out, &made, err);
    sheaf_buffer_deinit(&file);
    *counts = (demo_counts){made.train + made.test, made.train, made.test};
    return status;
}

static double auc_of(const struct sheaf_figures *figures)
{
    return figures->has_auc_millionths ? (double)figures->auc_millionths / 1e6 : NAN;
}

static sheaf_status compare(demo *d, const sheaf_state *state, sheaf_slice model,
                            sheaf_err *err)
{
    enum { ALONE, TOGETHER };
    demo_compared compared;
    demo_gains *gains = d->found = calloc(1, sizeof *gains);
    if (!gains)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the comparison");
    SHEAF_TRY(demo_compare_rounds(d, state, model, &compared, err));
    *gains = (demo_gains){.title = "Which machines will fail",
                          .measure = "area under the ROC curve",
                          .everyone = "all five",
                          .forms = 2,
                          .form = {"alone", "together"},
                          .alone = ALONE,
                          .together = TOGETHER,
                          .digits = 3,
                          .floor = 0.5};
    for (size_t i = 0; i < d->count; i++) {
        gains->value[i][ALONE] = auc_of(&compared.alone[i]);
        gains->value[i][TOGETHER] = auc_of(&compared.together[i]);
    }
    gains->value[DEMO_MEMBERS_MAX][ALONE] = NAN;
    gains->value[DEMO_MEMBERS_MAX][TOGETHER] = auc_of(&compared.everyone);
    return SHEAF_OK;
}

static void tell_figures(const demo *d)
{
    demo_gains_tell(d, d->found);
    printf(
        "  On the records that each has held out. Alone: the works' own model. Together: the "
        "model of\n  the co-op, whose bytes are those of training on the sums without "
        "masks. One record in thirty\n  is of a failure; the area is the chance that a "
        "machine that failed has a higher score than\n  one that did not.\n\n");
}

static void put_figures(const demo *d, sheaf_buffer *out)
{
    demo_gains_put(d, d->found, out);
}

static const demo_gains *gains_of(const demo *d)
{
    return d->found;
}

static const char *const model[] = {"--kind", "logistic", "--label", "failure", NULL};

const demo_scenario demo_maintenance = {
    .name = "maintenance",
    .coop = "Five Works Maintenance Co-op",
    .aim = "to learn together when a machine is about to fail, from measurements that stay in "
           "the works",
    .many = "works",
    .count = SHEAF_MAINTENANCE_SITES,
    .parties = {{"north", "North Works"},
                {"east", "East Works"},
                {"south", "South Works"},
                {"west", "West Works"},
                {"harbour", "Harbour Works"}},
    .file = "machines.csv",
    .data_title = "Machines and failures",
    .schema = "ai4i-2020",
    .licence = "CC-BY-4.0",
    .subjects = "none",
    .use = "operations",
    .subject = "failure",
    .model_title = "Failure of a machine from what it measures",
    .model = model,
    .features = sheaf_features_maintenance,
    .training = {.steps = 100, .batch = 32, .rate_millionths = 100000},
    .rounds = ROUNDS,
    .all_rounds = ROUNDS + 2,
    .cohort_min = 5,
    .attest_min = 4,
    .reason = "One round for means and deviations, fifteen for training, one on held-out "
              "records. The exact sums of all five become known, without noise: they are about "
              "machines, not people.",
    .release_reason = "Each of us has seen few failures; together we have seen them all. 4.00 "
                      "EUR a machine.",
    .price_cents = 400,
    .uses = 250,
    .customer = "Workshop of the harbour",
    .paid = "A workshop pays for 250 uses: 1,000.00 EUR.",
    .table = table,
    .compare = compare,
    .tell_figures = tell_figures,
    .put_figures = put_figures,
    .gains = gains_of,
};
