/* bench/accuracy/accuracy_crops.c - next season's corn yield of a county
 * (data/crops/README.md): trees that eight states learn together from exact sums, beside
 * XGBoost on their pooled rows and beside forecasts that learn nothing.
 *
 * Yields rise from year to year, and no tree can say more than it has seen. So each record is
 * taken relative to itself: every yield less the mean of the county's ten, which is also added
 * to what the trees say. As they stand, the yields give a table for comparison: there errors of
 * either program move by several percent with the number of bins, so it has eight of them. */
#include "trees.h"

#include "learn/crops.h"

#include <math.h>
#include <stdio.h>

enum { STATES = SHEAF_CROPS_STATES, BACK = SHEAF_CROPS_BACK };

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

/* Column `year` stays, and the mean takes the place of the oldest yield, which it implies. */
static void relative_make(sheaf_table *table)
{
    for (uint32_t i = 0; i < table->rows; i++) {
        double *x = table->x + (size_t)i * table->d, mean = 0;
        for (int k = 0; k < BACK; k++)
            mean += x[k] / BACK;
        for (int k = 0; k < 2 * BACK; k++)
            x[k] -= mean;
        x[BACK - 1] = mean;
        table->target[i] -= mean;
    }
}

static void learn(const sheaf_table *tables, uint32_t bins, bool apart,
                  sheaf_trees_terms *terms, accuracy_trees *found)
{
    *terms = (sheaf_trees_terms){.number = true,
                                 .trees = 200,
                                 .depth = 6,
                                 .bins = bins,
                                 .rate_millionths = 50000,
                                 .lambda_millionths = 1000000,
                                 .min_hessian_millionths = 1000000};
    accuracy_trees_learn(sheaf_features_crops(), tables, STATES, terms, apart, found);
}

static void bins_print(const sheaf_table *tables)
{
    double ours = 0, peer = 0;
    int counts = 0, peers = 0;
    puts("Crops: corn yields of counties as they stand, 200 trees of depth 6 on the pooled "
         "rows\n"
         "  bins      ours   XGBoost   RMSE in bushels an acre");
    for (uint32_t bins = 32; bins <= 256; bins += 32) {
        accuracy_trees found;
        sheaf_trees_terms terms;
        learn(tables, bins, false, &terms, &found);
        double error = rmse_of(found.ours, &found.tests);
        ours += error;
        counts++;
        printf("  %4u    %6.3f", bins, error);
        if (found.has_peer) {
            error = rmse_of(found.peer, &found.tests);
            peer += error;
            peers++;
            printf("    %6.3f", error);
        }
        puts("");
        fflush(stdout);
        accuracy_trees_free(&found);
    }
    printf("  mean    %6.3f", ours / counts);
    if (peers == counts)
        printf("    %6.3f   ours is %+.2f %% apart", peer / peers, 100 * (ours / peer - 1));
    puts("");
}

static void relative_print(const sheaf_table *tables)
{
    accuracy_trees found;
    sheaf_trees_terms terms;
    learn(tables, 256, true, &terms, &found);
    printf(
        "Crops: the same, relative to the mean of ten years, %u test records (2019 to 2023)\n",
        found.tests.n);
    accuracy_trees_print(&terms, &found);
    double ours = rmse_of(found.ours, &found.tests);
    puts("                                     RMSE in bushels an acre");
    printf("  %-34s %.3f\n", "trees, eight states together", ours);
    if (found.has_peer) {
        double peer = rmse_of(found.peer, &found.tests);
        printf("  %-34s %.3f; ours is %+.2f %% apart\n", "XGBoost on the pooled rows", peer,
               100 * (ours / peer - 1));
    }
    accuracy_trees_free(&found);
}

int main(int argc, char **argv)
{
    static sheaf_table tables[STATES];
    sheaf_crops_simple simple = {0};
    sheaf_buffer file;
    if (!accuracy_file(accuracy_folder(argc, argv), "crops/usda_county_yields.csv.gz", &file))
        return 0;
    for (uint32_t state = 0; state < STATES; state++)
        state_read(sheaf_buffer_slice(&file), state, &tables[state], &simple);
    bins_print(tables);
    for (uint32_t state = 0; state < STATES; state++)
        relative_make(&tables[state]);
    relative_print(tables);
    printf("  %-34s %.3f\n", "last year's yield", sqrt(simple.last / simple.records));
    printf("  %-34s %.3f\n", "mean of ten years", sqrt(simple.mean / simple.records));
    printf("  %-34s %.3f\n", "their trend", sqrt(simple.trend / simple.records));
    for (uint32_t state = 0; state < STATES; state++)
        sheaf_table_close(&tables[state]);
    sheaf_buffer_deinit(&file);
    return 0;
}
