/* The story of five works that learn together when a machine is about to fail. */
#include "cli/demo_compare.h"
#include "cli/demo_gains.h"
#include "cli/demo_unpack.h"
#include "learn/file.h"
#include "learn/maintenance.h"
#include "learn/scores.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Of training: one for the cut points and the base score, one for each level of each tree. */
enum { UNPACKED_MAX = 1 << 20, TREES = 12, DEPTH = 3, ROUNDS = 1 + TREES * DEPTH };

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

/* Adds a member's held-out records under a model. */
static sheaf_status scored_add(sheaf_scores *s, const char *path, sheaf_slice model,
                               sheaf_err *err)
{
    const sheaf_learn_kind *kind;
    sheaf_predictions said;
    sheaf_table table;
    sheaf_buffer file;
    SHEAF_TRY(sheaf_learn_kind_of_file(model, &kind, err));
    SHEAF_TRY(
        sheaf_table_load(path, sheaf_features_maintenance(), SHEAF_TABLE_EXACT, &table, err));
    sheaf_buffer_init(&file, UNPACKED_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(path, UNPACKED_MAX, &file, err);
    if (status == SHEAF_OK)
        status = kind->predict(model, sheaf_buffer_slice(&file), path, &said, err);
    if (status == SHEAF_OK) {
        sheaf_scores_add(s, &said, &table);
        sheaf_predictions_close(&said);
    }
    sheaf_buffer_deinit(&file);
    sheaf_table_close(&table);
    return status;
}

/* Of the members from `first` on: the area itself, not by the histogram of an evaluation. */
static sheaf_status auc_of(const demo *d, size_t first, size_t count, sheaf_slice model,
                           double *out, sheaf_err *err)
{
    sheaf_scores s;
    uint32_t room = 0;
    for (size_t i = first; i < first + count; i++)
        room += d->members[i].counts.test;
    SHEAF_TRY(sheaf_scores_open(room, &s, err));
    sheaf_status status = SHEAF_OK;
    for (size_t i = first; i < first + count && status == SHEAF_OK; i++)
        status = scored_add(&s, d->members[i].data, model, err);
    int64_t auc = status == SHEAF_OK ? sheaf_scores_auc(&s) : -1;
    *out = auc < 0 ? NAN : (double)auc / 1e6;
    sheaf_scores_close(&s);
    return status;
}

enum { ALONE, TOGETHER, FORMS };

static sheaf_status fill_gains(const demo *d, const demo_compared *compared, sheaf_slice model,
                               demo_gains *gains, sheaf_err *err)
{
    *gains = (demo_gains){.title = "Which machines will fail",
                          .measure = "area under the ROC curve",
                          .everyone = "all five",
                          .forms = FORMS,
                          .form = {"alone", "together"},
                          .alone = ALONE,
                          .together = TOGETHER,
                          .digits = 3,
                          .floor = 0.5};
    for (size_t i = 0; i < d->count; i++) {
        double *row = gains->value[i];
        SHEAF_TRY(auc_of(d, i, 1, sheaf_buffer_slice(&compared->own[i]), &row[ALONE], err));
        SHEAF_TRY(auc_of(d, i, 1, model, &row[TOGETHER], err));
    }
    gains->value[DEMO_MEMBERS_MAX][ALONE] = NAN;
    return auc_of(d, 0, d->count, model, &gains->value[DEMO_MEMBERS_MAX][TOGETHER], err);
}

static sheaf_status compare(demo *d, const sheaf_state *state, sheaf_slice model,
                            sheaf_err *err)
{
    demo_compared compared;
    d->found = calloc(1, sizeof(demo_gains));
    if (!d->found)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the comparison");
    sheaf_status status = demo_compare_rounds(d, state, model, &compared, err);
    if (status == SHEAF_OK)
        status = fill_gains(d, &compared, model, d->found, err);
    demo_compared_close(&compared);
    return status;
}

static void tell_figures(const demo *d)
{
    demo_gains_tell(d, d->found);
    printf(
        "  On the records that each has held out. Alone: the works' own trees. Together: the "
        "twelve trees\n  of the co-op, bit for bit those of all records in one place. One "
        "record in thirty is of a\n  failure; the area is the chance that a machine that "
        "failed has a higher score than one that\n  did not.\n\n");
}

static void put_figures(const demo *d, sheaf_buffer *out)
{
    demo_gains_put(d, d->found, out);
}

static const demo_gains *gains_of(const demo *d)
{
    return d->found;
}

static const char terms[] =
    "{\"bins\":64,\"depth\":3,\"lambda_millionths\":1000000,\"min_hessian_millionths\":1000000,"
    "\"rate_millionths\":500000,\"trees\":12}";
static const char *const model[] = {"--kind",  "trees", "--label", "failure",
                                    "--trees", terms,   NULL};
_Static_assert(TREES == 12 && DEPTH == 3, "as the model is registered");

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
    .training = {.steps = 1, .rate_millionths = 1},
    .rounds = ROUNDS,
    .all_rounds = ROUNDS + 2,
    .cohort_min = 5,
    .attest_min = 4,
    .reason =
        "One round for means and deviations, one for where columns are cut, 36 for twelve "
        "trees of three levels, one on held-out records. The exact sums of all five become "
        "known, without noise: they are about machines, not people.",
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
