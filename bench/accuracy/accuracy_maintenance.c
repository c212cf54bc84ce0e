/* bench/accuracy/accuracy_maintenance.c - which machine will fail (data/maintenance/README.md):
 * trees that five works learn together from exact sums, beside XGBoost on their pooled rows. */
#include "trees.h"

#include "learn/evaluate.h"
#include "learn/maintenance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SITES = SHEAF_MAINTENANCE_SITES };

static double auc_of(const double *said, const sheaf_trees_rows *rows)
{
    uint8_t *y = calloc(rows->n, 1);
    uint32_t *order = calloc(rows->n, sizeof *order);
    double out = NAN;
    for (uint32_t i = 0; y && order && i < rows->n; i++)
        y[i] = rows->y[i] > 0;
    if (y && order)
        out = (double)sheaf_auc(said, y, rows->n, order) / 1e6;
    free(y);
    free(order);
    return out;
}

/* The area under precision over recall, each test row a step, of ties those without failure
 * first. */
static double precision_of(const double *said, const sheaf_trees_rows *rows)
{
    double sum = 0, positives = 0;
    for (uint32_t i = 0; i < rows->n; i++) {
        double above = 0, right = 0;
        if (!(rows->y[i] > 0))
            continue;
        positives++;
        for (uint32_t k = 0; k < rows->n; k++) {
            above += said[k] >= said[i];
            right += said[k] >= said[i] && rows->y[k] > 0;
        }
        sum += right / above;
    }
    return sum / positives;
}

static void line_print(const char *who, const double *said, const sheaf_trees_rows *rows)
{
    double loss = 0;
    for (uint32_t i = 0; i < rows->n; i++)
        loss -= log(rows->y[i] > 0 ? said[i] : 1 - said[i]) / rows->n;
    printf("  %-34s %.4f   %.4f              %.4f\n", who, auc_of(said, rows),
           precision_of(said, rows), loss);
}

int main(int argc, char **argv)
{
    static sheaf_table tables[SITES];
    static const sheaf_trees_terms terms = {.trees = 100,
                                            .depth = 6,
                                            .bins = 256,
                                            .rate_millionths = 100000,
                                            .lambda_millionths = 1000000,
                                            .min_hessian_millionths = 1000000};
    const sheaf_features *features = sheaf_features_maintenance();
    sheaf_err err = {0};
    sheaf_buffer file;
    accuracy_trees found;
    if (!accuracy_file(accuracy_folder(argc, argv), "maintenance/ai4i2020.csv.gz", &file))
        return 0;
    for (uint32_t site = 0; site < SITES; site++) {
        sheaf_buffer csv;
        sheaf_maintenance_counts counts;
        sheaf_buffer_init(&csv, 1 << 24);
        accuracy_must(
            sheaf_maintenance_convert(sheaf_buffer_slice(&file), site, &csv, &counts, &err),
            &err);
        accuracy_must(sheaf_table_read(sheaf_buffer_slice(&csv), "the site's table", features,
                                       SHEAF_TABLE_EXACT, &tables[site], &err),
                      &err);
        sheaf_buffer_deinit(&csv);
    }
    accuracy_trees_learn(features, tables, SITES, &terms, &found);
    printf("Maintenance: AI4I 2020, %u test rows\n", found.tests.n);
    accuracy_trees_print(&terms, &found);
    puts("                                     AUC      average precision   log loss");
    line_print("trees, five works together", found.ours, &found.tests);
    if (found.has_peer) {
        line_print("XGBoost on the pooled rows", found.peer, &found.tests);
        double ours = auc_of(found.ours, &found.tests), peer = auc_of(found.peer, &found.tests);
        printf("  the AUC is %+.2f %% of XGBoost's apart\n", 100 * (ours / peer - 1));
    }
    accuracy_trees_free(&found);
    for (uint32_t site = 0; site < SITES; site++)
        sheaf_table_close(&tables[site]);
    sheaf_buffer_deinit(&file);
    return 0;
}
