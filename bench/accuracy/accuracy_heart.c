/* bench/accuracy/accuracy_heart.c - heart disease in four centres by FLamby's protocol (its
 * columns and its split, data/heart-disease/README.md): federated averaging with one secure sum
 * for mean and deviation, beside the same training on pooled data and each centre alone, over
 * 20 seeds of the order of records. FLamby's figures are those of its benchmark
 * (results_benchmark_fed_heart_disease.csv, seeds 42 to 46), the best of its strategies.
 */
#include "accuracy.h"
#include "learn/fedsim.h"
#include "learn/heart.h"
#include "learn/reliability.h"

#include <math.h>
#include <stdio.h>

enum { SEEDS = 20, CENTRES = SHEAF_HEART_CENTRES, BYTES_MAX = 1 << 20 };

/* Accuracy: mean of the centres, weighted by their training rows, all test rows together. */
enum { MEAN, WEIGHTED, POOLED_TEST, KINDS };

typedef struct {
    double values[KINDS][SEEDS];
} outcome;

static bool centres_open(const char *folder, sheaf_table tables[CENTRES])
{
    sheaf_buffer split, raw, csv;
    sheaf_err err;
    char name[64];
    if (!accuracy_file(folder, "heart-disease/flamby-split.csv", &split))
        return false;
    for (int i = 0; i < CENTRES; i++) {
        const sheaf_heart_centre *centre = &sheaf_heart_centres[i];
        sheaf_heart_counts counts;
        snprintf(name, sizeof name, "heart-disease/%s", centre->file);
        if (!accuracy_file(folder, name, &raw))
            return false;
        sheaf_buffer_init(&csv, BYTES_MAX);
        accuracy_must(sheaf_heart_convert(sheaf_buffer_slice(&raw), sheaf_buffer_slice(&split),
                                          centre->name, &csv, &counts, &err),
                      &err);
        accuracy_must(sheaf_table_read(sheaf_buffer_slice(&csv), centre->name,
                                       sheaf_features_heart(), SHEAF_TABLE_EXACT, &tables[i],
                                       &err),
                      &err);
        sheaf_buffer_deinit(&raw);
        sheaf_buffer_deinit(&csv);
    }
    sheaf_buffer_deinit(&split);
    return true;
}

/* Of one model for all, or of each centre's own. */
static void outcome_add(const sheaf_table *tables, const sheaf_evaluation *owner,
                        const sheaf_evaluation *pooled, int seed, outcome *out)
{
    double mean = 0, weighted = 0, rows = 0;
    for (int i = 0; i < CENTRES; i++) {
        double accuracy = (double)owner[i].accuracy_millionths / 1e6;
        mean += accuracy / CENTRES;
        weighted += accuracy * tables[i].train_rows;
        rows += tables[i].train_rows;
    }
    out->values[MEAN][seed] = mean;
    out->values[WEIGHTED][seed] = weighted / rows;
    out->values[POOLED_TEST][seed] =
        pooled ? (double)pooled->accuracy_millionths / 1e6 : (double)NAN;
}

static void row_print(const char *what, const char *a, const char *b, const char *c)
{
    printf("  %-24s%-18s%-18s%s\n", what, a, b, c);
}

static void outcome_print(const char *what, const outcome *o)
{
    char text[KINDS][32] = {"", "", ""};
    for (int k = 0; k < KINDS; k++) {
        accuracy_spread spread = accuracy_spread_of(o->values[k], SEEDS);
        if (!isnan(spread.mean))
            snprintf(text[k], sizeof text[k], "%.3f +- %.4f", spread.mean, spread.half_width);
    }
    row_print(what, text[MEAN], text[WEIGHTED], text[POOLED_TEST]);
}

int main(int argc, char **argv)
{
    static sheaf_table tables[CENTRES];
    static sheaf_fedsim_comparison found;
    static outcome federated, pooled, alone;
    static const uint64_t ids[CENTRES] = {0, 1, 2, 3};
    sheaf_err err;
    double difference[SEEDS];
    uint32_t test_rows = 0;
    if (!centres_open(accuracy_folder(argc, argv), tables))
        return 0;
    for (int i = 0; i < CENTRES; i++)
        test_rows += tables[i].test_rows;
    for (int seed = 0; seed < SEEDS; seed++) {
        const sheaf_fedsim sim = {.features = sheaf_features_heart(),
                                  .tables = tables,
                                  .ids = ids,
                                  .owners = CENTRES,
                                  .training = sheaf_training_default(),
                                  .rounds = SHEAF_ROUNDS_DEFAULT,
                                  .seed = (uint64_t)seed};
        accuracy_must(sheaf_fedsim_compare(&sim, &found, &err), &err);
        outcome_add(tables, found.federated.owner, &found.federated.pooled, seed, &federated);
        outcome_add(tables, found.pooled.owner, &found.pooled.pooled, seed, &pooled);
        outcome_add(tables, found.local, NULL, seed, &alone);
        difference[seed] =
            federated.values[POOLED_TEST][seed] - pooled.values[POOLED_TEST][seed];
    }
    printf(
        "Heart disease, FLamby's protocol, accuracy at 0.5 over %d seeds (95 %% of the mean)\n",
        SEEDS);
    row_print("", "mean of centres", "by train rows", "all test rows");
    outcome_print("federated", &federated);
    outcome_print("pooled", &pooled);
    outcome_print("each centre alone", &alone);
    row_print("FLamby, best strategy", "0.731", "0.741", "0.785");
    row_print("FLamby, pooled", "", "", "0.795");
    accuracy_spread gap = accuracy_spread_of(difference, SEEDS);
    double mean = accuracy_spread_of(federated.values[POOLED_TEST], SEEDS).mean;
    sheaf_interval rows = sheaf_interval_share(mean, test_rows);
    printf(
        "  federated less pooled %+.4f +- %.4f over the seeds; with other test rows %.3f may "
        "be %.3f to %.3f\n\n",
        gap.mean, gap.half_width, mean, rows.low, rows.high);
    for (int i = 0; i < CENTRES; i++)
        sheaf_table_close(&tables[i]);
    return 0;
}
