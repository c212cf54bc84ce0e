/* The story of eight states' growers who forecast the next corn harvest together. */
#include "cli/demo_compare.h"
#include "cli/demo_gains.h"
#include "cli/demo_unpack.h"
#include "learn/crops.h"
#include "learn/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { UNPACKED_MAX = 1 << 23, TABLE_MAX = 1 << 23 };
enum { ALONE, TOGETHER, LAST, MEAN, TREND, FORMS };

extern const uint8_t sheaf_crops[], sheaf_crops_end[];

static sheaf_status table(uint32_t at, sheaf_buffer *out, demo_counts *counts, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_crops_counts made = {0};
    sheaf_buffer_init(&file, UNPACKED_MAX);
    sheaf_status status = demo_unpack(
        sheaf_bytes(sheaf_crops, (size_t)(sheaf_crops_end - sheaf_crops)), &file, err);
    if (status == SHEAF_OK)
        status = sheaf_crops_convert(sheaf_buffer_slice(&file), sheaf_crops_states[at], out,
                                     &made, err);
    sheaf_buffer_deinit(&file);
    *counts = (demo_counts){made.train + made.test, made.train, made.test};
    return status;
}

static double rmse_of(const struct sheaf_figures *figures)
{
    return figures->has_rmse_millionths ? (double)figures->rmse_millionths / 1e6 : NAN;
}

static void put_simple(const sheaf_crops_simple *sums, double *row)
{
    row[LAST] = sqrt(sums->last / sums->records);
    row[MEAN] = sqrt(sums->mean / sums->records);
    row[TREND] = sqrt(sums->trend / sums->records);
}

/* What no learning is worth, from the members' own tables. */
static sheaf_status compare_simple(const demo *d, demo_gains *gains, sheaf_err *err)
{
    sheaf_crops_simple all = {0};
    sheaf_status status = SHEAF_OK;
    for (size_t i = 0; i < d->count && status == SHEAF_OK; i++) {
        sheaf_buffer file;
        sheaf_crops_simple own = {0};
        sheaf_buffer_init(&file, TABLE_MAX + SHEAF_FILE_SLACK);
        status = sheaf_learn_file(d->members[i].data, TABLE_MAX, &file, err);
        if (status == SHEAF_OK)
            status = sheaf_crops_simple_add(sheaf_buffer_slice(&file), &own, err);
        if (status == SHEAF_OK)
            status = sheaf_crops_simple_add(sheaf_buffer_slice(&file), &all, err);
        put_simple(&own, gains->value[i]);
        sheaf_buffer_deinit(&file);
    }
    put_simple(&all, gains->value[DEMO_MEMBERS_MAX]);
    return status;
}

static sheaf_status compare(demo *d, const sheaf_state *state, sheaf_slice model,
                            sheaf_err *err)
{
    demo_compared compared;
    demo_gains *gains = d->found = calloc(1, sizeof *gains);
    if (!gains)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the comparison");
    sheaf_status status = demo_compare_rounds(d, state, model, &compared, err);
    demo_compared_close(&compared);
    if (status != SHEAF_OK)
        return status;
    *gains = (demo_gains){.title = "The next corn harvest",
                          .measure = "error in bushels per acre (RMSE)",
                          .everyone = "all eight",
                          .forms = FORMS,
                          .form = {[ALONE] = "alone",
                                   [TOGETHER] = "together",
                                   [LAST] = "last year",
                                   [MEAN] = "10-yr mean",
                                   [TREND] = "trend"},
                          .alone = ALONE,
                          .together = TOGETHER,
                          .less = true,
                          .digits = 1};
    SHEAF_TRY(compare_simple(d, gains, err));
    for (size_t i = 0; i < d->count; i++) {
        gains->value[i][ALONE] = rmse_of(&compared.alone[i]);
        gains->value[i][TOGETHER] = rmse_of(&compared.together[i]);
    }
    gains->value[DEMO_MEMBERS_MAX][ALONE] = NAN;
    gains->value[DEMO_MEMBERS_MAX][TOGETHER] = rmse_of(&compared.everyone);
    return SHEAF_OK;
}

static void tell_figures(const demo *d)
{
    demo_gains_tell(d, d->found);
    printf(
        "  On the years 2019 to 2023, learned from those up to 2014. Alone: the state's own "
        "model.\n  Together: the model of the co-op, from one exact sum. Last year, ten-year "
        "mean and trend:\n  the county's own yields carried on, without learning. No weather "
        "is known to any of them.\n\n");
}

static void put_figures(const demo *d, sheaf_buffer *out)
{
    demo_gains_put(d, d->found, out);
}

static const demo_gains *gains_of(const demo *d)
{
    return d->found;
}

static const char *const model[] = {
    "--kind",   "linear", "--label",  "yield",
    "--target", "number", "--linear", "{\"lambda_millionths\":1000}",
    NULL};

const demo_scenario demo_crops = {
    .name = "crops",
    .coop = "Corn Belt Forecasting Co-op",
    .aim = "to forecast harvests together from yields that stay with each state's growers",
    .many = "growers",
    .count = SHEAF_CROPS_STATES,
    .parties = {{"iowa", "Growers of Iowa"},
                {"illinois", "Growers of Illinois"},
                {"indiana", "Growers of Indiana"},
                {"minnesota", "Growers of Minnesota"},
                {"missouri", "Growers of Missouri"},
                {"nebraska", "Growers of Nebraska"},
                {"ohio", "Growers of Ohio"},
                {"wisconsin", "Growers of Wisconsin"}},
    .file = "yields.csv",
    .data_title = "Corn yields by county",
    .schema = "county-yields",
    .licence = "public domain",
    .subjects = "none",
    .use = "operations",
    .subject = "harvest",
    .model_title = "Corn yield of a county from the ten years before",
    .model = model,
    .features = sheaf_features_crops,
    .training = {.steps = 1, .rate_millionths = 1},
    .rounds = 1,
    .all_rounds = 3,
    .cohort_min = 8,
    .attest_min = 6,
    .reason = "One round for means and deviations, one for the sums of products that give the "
              "model in closed form, one on held-out years. The exact sums of all eight become "
              "known, without noise: they are about fields, not people.",
    .release_reason = "It forecasts better than most of us alone. 5.00 EUR a county.",
    .price_cents = 500,
    .uses = 200,
    .customer = "Grain elevator, Des Moines",
    .paid = "A grain elevator pays for 200 forecasts: 1,000.00 EUR.",
    .table = table,
    .compare = compare,
    .tell_figures = tell_figures,
    .put_figures = put_figures,
    .gains = gains_of,
};
