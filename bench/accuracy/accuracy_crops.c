/* bench/accuracy/accuracy_crops.c - next season's corn yield of a county
 * (data/crops/README.md): trees that eight states learn together from exact sums, beside
 * XGBoost on their pooled rows and beside forecasts that learn nothing. */
#include "trees.h"

#include "learn/crops.h"

#include <math.h>
#include <stdio.h>

enum { STATES = SHEAF_CROPS_STATES };

static double rmse_of(const double *said, const sheaf_trees_rows *rows)
{
    double sum = 0;
    for (uint32_t i = 0; i < rows->n; i++)
        sum += (said[i] - rows->y[i]) * (said[i] - rows->y[i]);
    return sqrt(sum / rows->n);
}

static void state_read(sheaf_slice file, uint32_t state, sheaf_table *table,
                       sheaf_crops_simple *simple)
{
    sheaf_buffer csv;
    sheaf_crops_counts counts;
    sheaf_err err = {0};
    sheaf_buffer_init(&csv, 1 << 24);
    accuracy_must(sheaf_crops_convert(file, sheaf_crops_states[state], &csv, &counts, &err),
                  &err);
    accuracy_must(sheaf_crops_simple_add(sheaf_buffer_slice(&csv), simple, &err), &err);
    accuracy_must(sheaf_table_read(sheaf_buffer_slice(&csv), sheaf_crops_states[state],
                                   sheaf_features_crops(), SHEAF_TABLE_EXACT, table, &err),
                  &err);
    sheaf_buffer_deinit(&csv);
}

int main(int argc, char **argv)
{
    static sheaf_table tables[STATES];
    static const sheaf_trees_terms terms = {.number = true,
                                            .trees = 200,
                                            .depth = 6,
                                            .bins = 256,
                                            .rate_millionths = 50000,
                                            .lambda_millionths = 1000000,
                                            .min_hessian_millionths = 1000000};
    sheaf_crops_simple simple = {0};
    sheaf_buffer file;
    accuracy_trees found;
    if (!accuracy_file(accuracy_folder(argc, argv), "crops/usda_county_yields.csv.gz", &file))
        return 0;
    for (uint32_t state = 0; state < STATES; state++)
        state_read(sheaf_buffer_slice(&file), state, &tables[state], &simple);
    accuracy_trees_learn(sheaf_features_crops(), tables, STATES, &terms, &found);
    printf("Crops: corn yields of counties, %u test records (2019 to 2023)\n", found.tests.n);
    accuracy_trees_print(&terms, &found);
    puts("                                     RMSE in bushels an acre");
    double ours = rmse_of(found.ours, &found.tests);
    printf("  %-34s %.3f\n", "trees, eight states together", ours);
    if (found.has_peer) {
        double peer = rmse_of(found.peer, &found.tests);
        printf("  %-34s %.3f; ours is %+.2f %% apart\n", "XGBoost on the pooled rows", peer,
               100 * (ours / peer - 1));
    }
    printf("  %-34s %.3f\n", "last year's yield", sqrt(simple.last / simple.records));
    printf("  %-34s %.3f\n", "mean of ten years", sqrt(simple.mean / simple.records));
    printf("  %-34s %.3f\n", "their trend", sqrt(simple.trend / simple.records));
    accuracy_trees_free(&found);
    for (uint32_t state = 0; state < STATES; state++)
        sheaf_table_close(&tables[state]);
    sheaf_buffer_deinit(&file);
    return 0;
}
