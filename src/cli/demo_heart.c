/* The demonstration's first story: four hospitals and heart disease, under noise. */
#include "cli/demo_gains.h"

#include "learn/fedsim.h"
#include "learn/heart.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Without masks: each alone, all pooled and federated; and the model that the rounds made. */
typedef struct {
    sheaf_fedsim_comparison comparison;
    sheaf_fedsim_figures released;
    demo_gains gains; /* in accuracy */
} found;

static const found *found_of(const demo *d)
{
    assert(d->found); /* compare() comes before */
    return d->found;
}

#define EMBEDDED(name) extern const uint8_t name[], name##_end[];
EMBEDDED(sheaf_heart_cleveland)
EMBEDDED(sheaf_heart_hungarian)
EMBEDDED(sheaf_heart_switzerland)
EMBEDDED(sheaf_heart_va)
EMBEDDED(sheaf_heart_split)
#undef EMBEDDED

static const struct {
    const uint8_t *from, *end;
} raw[SHEAF_HEART_CENTRES] = {
    {sheaf_heart_cleveland, sheaf_heart_cleveland_end},
    {sheaf_heart_hungarian, sheaf_heart_hungarian_end},
    {sheaf_heart_switzerland, sheaf_heart_switzerland_end},
    {sheaf_heart_va, sheaf_heart_va_end},
};

static sheaf_status table(uint32_t at, sheaf_buffer *out, demo_counts *counts, sheaf_err *err)
{
    sheaf_slice bytes = {raw[at].from, (size_t)(raw[at].end - raw[at].from)};
    sheaf_slice split = {sheaf_heart_split,
                         (size_t)(sheaf_heart_split_end - sheaf_heart_split)};
    sheaf_heart_counts made;
    SHEAF_TRY(sheaf_heart_convert(bytes, split, sheaf_heart_centres[at].name, out, &made, err));
    *counts = (demo_counts){made.kept, made.train, made.test};
    return SHEAF_OK;
}

/* Without noise or masks the same training makes the very same bytes. */
static sheaf_status same_bytes(const found *f, sheaf_slice model, sheaf_err *err)
{
    sheaf_buffer without_masks;
    sheaf_buffer_init(&without_masks, 1 << 20);
    sheaf_model_write(&without_masks, &f->comparison.federated_model);
    bool same = sheaf_slice_equal(sheaf_buffer_slice(&without_masks), model);
    sheaf_buffer_deinit(&without_masks);
    if (!same)
        return sheaf_fail(
            err, SHEAF_FAULT,
            "the model of the masked rounds differs from the same training without "
            "masks");
    return SHEAF_OK;
}

static sheaf_status compare_tables(demo *d, sheaf_table *tables, sheaf_slice model,
                                   sheaf_err *err)
{
    found *f = d->found;
    sheaf_model released;
    uint64_t ids[SHEAF_HEART_CENTRES];
    for (size_t i = 0; i < SHEAF_HEART_CENTRES; i++)
        ids[i] = d->members[i].member;
    sheaf_fedsim sim = {.features = sheaf_features_heart(),
                        .tables = tables,
                        .ids = ids,
                        .owners = SHEAF_HEART_CENTRES,
                        .training = d->scenario->training,
                        .rounds = d->scenario->rounds,
                        .seed = d->seed};
    SHEAF_TRY(sheaf_fedsim_compare(&sim, &f->comparison, err));
    SHEAF_TRY(sheaf_model_read(model, &released, err));
    SHEAF_TRY(sheaf_fedsim_evaluate(&sim, &released, &f->released, err));
    return d->exact ? same_bytes(f, model, err) : SHEAF_OK;
}

static void fill_gains(found *f)
{
    enum { ALONE, TOGETHER, POOLED };
    const sheaf_fedsim_comparison *c = &f->comparison;
    demo_gains *gains = &f->gains;
    *gains = (demo_gains){.title = "Heart disease from an examination",
                          .measure = "share of held-out records that are told right",
                          .everyone = "all four",
                          .forms = 3,
                          .form = {"alone", "together", "pooled"},
                          .alone = ALONE,
                          .together = TOGETHER,
                          .digits = 3};
    for (size_t i = 0; i < SHEAF_HEART_CENTRES; i++) {
        gains->value[i][ALONE] = (double)c->local[i].accuracy_millionths / 1e6;
        gains->value[i][TOGETHER] = (double)f->released.owner[i].accuracy_millionths / 1e6;
        gains->value[i][POOLED] = (double)c->pooled.owner[i].accuracy_millionths / 1e6;
    }
    double *all = gains->value[DEMO_MEMBERS_MAX];
    all[ALONE] = NAN;
    all[TOGETHER] = (double)f->released.pooled.accuracy_millionths / 1e6;
    all[POOLED] = (double)c->pooled.pooled.accuracy_millionths / 1e6;
}

static sheaf_status compare(demo *d, const sheaf_state *state, sheaf_slice model,
                            sheaf_err *err)
{
    sheaf_table tables[SHEAF_HEART_CENTRES] = {0};
    sheaf_status status = SHEAF_OK;
    (void)state;
    d->found = calloc(1, sizeof(found));
    if (!d->found)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the comparison");
    size_t n = 0;
    for (; n < SHEAF_HEART_CENTRES && status == SHEAF_OK; n++)
        status = sheaf_table_load(d->members[n].data, sheaf_features_heart(), SHEAF_TABLE_EXACT,
                                  &tables[n], err);
    if (status == SHEAF_OK)
        status = compare_tables(d, tables, model, err);
    if (status == SHEAF_OK)
        fill_gains(d->found);
    for (size_t i = 0; i < n; i++)
        sheaf_table_close(&tables[i]);
    return status;
}

/* Millionths as a decimal; -1, a figure that does not exist, as a dash. */
static const char *figure(int64_t millionths, char out[8])
{
    if (millionths < 0)
        return "    –";
    snprintf(out, 8, "%.3f", (double)millionths / 1e6);
    return out;
}

static void tell_row(const char *name, const sheaf_evaluation *local,
                     const sheaf_evaluation *federated, const sheaf_evaluation *pooled,
                     const char *published)
{
    char a[6][8];
    static const sheaf_evaluation none = {.accuracy_millionths = -1, .auc_millionths = -1};
    local = local ? local : &none;
    printf("  %-34s %s %s   %s %s   %s %s   %s\n", name,
           figure(local->accuracy_millionths, a[0]), figure(local->auc_millionths, a[1]),
           figure(federated->accuracy_millionths, a[2]),
           figure(federated->auc_millionths, a[3]), figure(pooled->accuracy_millionths, a[4]),
           figure(pooled->auc_millionths, a[5]), published);
}

static double mean_accuracy(const sheaf_fedsim_figures *f)
{
    double sum = 0;
    for (size_t i = 0; i < SHEAF_HEART_CENTRES; i++)
        sum += (double)f->owner[i].accuracy_millionths / 1e6;
    return sum / SHEAF_HEART_CENTRES;
}

static void tell_figures(const demo *d)
{
    /* FLamby, results_benchmark_fed_heart_disease, means of seeds 42 to 46: local training of
     * the centre on its own test set, FedAvg, pooled training. */
    static const char *const published[SHEAF_HEART_CENTRES] = {
        ".746 / .731 / .783", ".746 / .719 / .764", ".725 / .650 / .750", ".702 / .640 / .644"};
    const sheaf_fedsim_comparison *c = &found_of(d)->comparison;
    const sheaf_fedsim_figures *r = &found_of(d)->released;
    printf("\n  %-34s %-13s %-13s %-13s %s\n  %-34s %-13s %-13s %-13s %s\n", "held-out records",
           "alone", "together", "pooled", "FLamby, acc.: alone", "", "acc.  AUC", "acc.  AUC",
           "acc.  AUC", "/ FedAvg / pooled");
    for (size_t i = 0; i < SHEAF_HEART_CENTRES; i++)
        tell_row(d->members[i].title, &c->local[i], &r->owner[i], &c->pooled.owner[i],
                 published[i]);
    tell_row("all four", NULL, &r->pooled, &c->pooled.pooled, "   – / .748 / .795");
    printf("\n  Alone: the hospital's own model. Together: the model of the co-op, trained "
           "without any\n  record leaving a hospital. Pooled: as if all records lay in one "
           "place. The demonstration\n  has the four files and works these figures out itself; "
           "from the hospitals come only the\n  sums above. In the Swiss test set 15 of 16 "
           "records are positive, so its figures say little.\n");
    if (d->exact)
        printf("  FLamby standardises per centre; here mean and deviation come from one secure "
               "sum over all\n  four.\n");
    else
        printf("\n  The mean over the four is %.3f with noise, %.3f without. FLamby's is about "
               ".70 with noise, at\n  epsilon 5 for a record too, and .713 without; guessing "
               "each hospital's more frequent outcome\n  gives .721.\n",
               mean_accuracy(r), mean_accuracy(&c->federated));
    printf("\n");
}

static void put_evaluation(sheaf_buffer *out, const sheaf_evaluation *e)
{
    sheaf_buffer_printf(out,
                        "{\"accuracy\":%.6f,\"auc\":", (double)e->accuracy_millionths / 1e6);
    if (e->auc_millionths < 0)
        sheaf_buffer_add_string(out, "null}");
    else
        sheaf_buffer_printf(out, "%.6f}", (double)e->auc_millionths / 1e6);
}

static void put_figures(const demo *d, sheaf_buffer *out)
{
    const sheaf_fedsim_comparison *c = &found_of(d)->comparison;
    const sheaf_fedsim_figures *r = &found_of(d)->released;
    sheaf_buffer_add_string(out, "\"centres\":{");
    for (size_t i = 0; i < SHEAF_HEART_CENTRES; i++) {
        sheaf_buffer_printf(out, "%s\"%s\":{\"local\":", i ? "," : "", d->members[i].name);
        put_evaluation(out, &c->local[i]);
        sheaf_buffer_add_string(out, ",\"federated\":");
        put_evaluation(out, &r->owner[i]);
        sheaf_buffer_add_string(out, ",\"pooled\":");
        put_evaluation(out, &c->pooled.owner[i]);
        sheaf_buffer_add_string(out, "}");
    }
    sheaf_buffer_add_string(out, "},\"pooled_test\":{\"federated\":");
    put_evaluation(out, &r->pooled);
    sheaf_buffer_add_string(out, ",\"pooled\":");
    put_evaluation(out, &c->pooled.pooled);
    sheaf_buffer_add_string(out, "}");
}

static const demo_gains *gains_of(const demo *d)
{
    return &found_of(d)->gains;
}

static const char *const model[] = {"--kind", "logistic", "--label", "num", NULL};

const demo_scenario demo_heart = {
    .name = "heart",
    .coop = "Four Hearts Data Co-op",
    .aim =
        "to learn together from heart examinations that stay in the hospitals that made them",
    .many = "hospitals",
    .count = SHEAF_HEART_CENTRES,
    .parties = {{"cleveland", "Cleveland Clinic"},
                {"hungarian", "Hungarian Institute of Cardiology"},
                {"switzerland", "University Hospitals Zurich, Basel"},
                {"va", "VA Medical Center Long Beach"}},
    .file = "heart.csv",
    .data_title = "Heart examinations",
    .schema = "uci-heart",
    .licence = "CC-BY-4.0",
    .subjects = "patients",
    .groups = "sex=0,sex=1",
    .use = "care",
    .subject = "heart",
    .model_title = "Heart disease from an examination",
    .model = model,
    .features = sheaf_features_heart,
    .training = {.steps = 100, .batch = 8, .rate_millionths = 10000},
    .rounds = SHEAF_ROUNDS_DEFAULT,
    .all_rounds = SHEAF_ROUNDS_DEFAULT + 2,
    .cohort_min = 3,
    .attest_min = 3,
    .reason = "One round for means and deviations, fifteen for training, one on held-out "
              "records. The exact sums of all four become known, without noise.",
    .noised = {.rounds = 30,
               .rate_millionths = 4000000,
               .reason =
                   "Thirty rounds for training, one on held-out records, all with noise: what "
                   "they give away about one patient stays within epsilon 5 at delta 0.001."},
    .release_reason = "It does better than most of us alone. 2.50 EUR a use.",
    .price_cents = 250,
    .uses = 400,
    .customer = "Cardiology practice, Basel",
    .paid = "A practice pays for 400 uses: 1,000.00 EUR.",
    .table = table,
    .compare = compare,
    .tell_figures = tell_figures,
    .put_figures = put_figures,
    .gains = gains_of,
};
