/* bench/accuracy/accuracy_maintenance.c - which machine will fail (data/maintenance/README.md):
 * trees that five works learn together from exact sums, beside XGBoost on their pooled rows;
 * then trees under noise that hides every record, epsilon of all their rounds, with nobody lost
 * and one work in league with whoever looks. Noise by the code that members run. */
#include "trees.h"

#include "learn/evaluate.h"
#include "learn/maintenance.h"
#include "learn/trees_noised.h"
#include "privacy/cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SITES = SHEAF_MAINTENANCE_SITES,
    NOISED_TREES = 30,
    NOISED_DEPTH = 4,
    NOISED_WORDS = 2 << NOISED_DEPTH,
    SEEDS = 10,
};
static const double delta = 1e-5;

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

/* ---- under noise ---- */

/* The least noise multiplier that keeps epsilon over all trees, in millionths. */
static uint64_t noise_for(double epsilon)
{
    const sheaf_mechanism round = {
        .noise = SHEAF_NOISE_DISCRETE_GAUSSIAN, .sampling = 1, .dimension = NOISED_WORDS};
    sheaf_cost limit;
    sheaf_cost_limit(epsilon, delta, &limit);
    return sheaf_cost_least_noise(&round, NOISED_TREES, &limit);
}

/* One round: a tree. `place` tells its noise from that of others. */
static void tree_learn(const sheaf_noised_terms *terms, const sheaf_trees_rows *train,
                       uint64_t seed, uint8_t place, sheaf_trees *trees)
{
    int64_t sum[NOISED_WORDS] = {0}, values[NOISED_WORDS];
    uint64_t words[NOISED_WORDS];
    sheaf_noised_scale scale;
    sheaf_err err = {0};
    accuracy_must(sheaf_noised_scale_of(terms, &scale, &err), &err);
    for (int m = 0; m < SITES; m++) {
        const sheaf_noised_seeds secret = {
            .noise = {(uint8_t)m, place, (uint8_t)seed, 1}}; /* nothing is sampled or rounded */
        sheaf_trees copy = *trees; /* gets the tree's shape in the same memory */
        accuracy_must(
            sheaf_trees_noised_local(terms, &copy, seed, &train[m], &secret, values, &err),
            &err);
        accuracy_must(sheaf_noised_words(terms, values, secret.noise, words, &err), &err);
        for (int i = 0; i < NOISED_WORDS; i++)
            sum[i] += (int64_t)(words[i] << (64 - scale.bits)) >> (64 - scale.bits);
    }
    accuracy_must(sheaf_trees_noised_finish(terms, trees, seed, sum, &err), &err);
}

static double noised_auc(const sheaf_noised_terms *terms, const sheaf_table *tables,
                         const sheaf_trees_rows *tests, uint64_t seed)
{
    static const sheaf_trees_terms shape = {.trees = NOISED_TREES,
                                            .depth = NOISED_DEPTH,
                                            .bins = 32,
                                            .rate_millionths = 300000,
                                            .lambda_millionths = 20000000,
                                            .min_hessian_millionths = 1000000};
    sheaf_trees_rows train[SITES];
    sheaf_trees trees;
    sheaf_err err = {0};
    double *said = calloc(tests->n, sizeof *said);
    accuracy_must(said ? SHEAF_OK : sheaf_fail(&err, SHEAF_NOMEM, "no memory for predictions"),
                  &err);
    for (int m = 0; m < SITES; m++)
        accuracy_must(
            sheaf_trees_rows_open(&tables[m], SHEAF_PART_TRAIN, false, &train[m], &err), &err);
    accuracy_must(
        sheaf_trees_random_open(sheaf_features_maintenance(), NULL, &shape, 0, 0, &trees, &err),
        &err);
    for (uint8_t t = 0; t < NOISED_TREES; t++)
        tree_learn(terms, train, seed, t, &trees);
    for (uint32_t i = 0; i < tests->n; i++) {
        int64_t score = 0;
        sheaf_trees_score(&trees, tests->x + (size_t)i * tests->d, &score);
        said[i] = sheaf_trees_value(&trees, score);
    }
    double auc = auc_of(said, tests);
    for (int m = 0; m < SITES; m++)
        sheaf_trees_rows_close(&train[m]);
    sheaf_trees_close(&trees);
    free(said);
    return auc;
}

static void noised_print(const sheaf_table *tables, const sheaf_trees_rows *tests)
{
    static const double epsilons[] = {1, 2, 5, 10, 100};
    printf("  under noise that hides every record, delta %g: %d trees at random of depth %d\n"
           "  epsilon    noise     AUC (95 %% of the mean over %d seeds)\n",
           delta, NOISED_TREES, NOISED_DEPTH, SEEDS);
    for (size_t e = 0; e < sizeof epsilons / sizeof *epsilons; e++) {
        const sheaf_noised_terms terms = {
            .unit = SHEAF_NOISED_RECORD,
            .norm_millionths = 600000,
            .noise_millionths = noise_for(epsilons[e]),
            .sampling_millionths = 1000000,
            .divisor = 7000,
            .training = {.steps = 1, .rate_millionths = 1000000},
            .words = NOISED_WORDS,
            .members = SITES,
            .survivors_least = SITES,
            .colluders = 1,
            .records_max = 2000,
        };
        double values[SEEDS];
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            values[seed] = noised_auc(&terms, tables, tests, seed);
        accuracy_spread spread = accuracy_spread_of(values, SEEDS);
        printf("  %7g  %7.2f     %.3f (+- %.3f)\n", epsilons[e],
               (double)terms.noise_millionths / 1e6, spread.mean, spread.half_width);
    }
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
    accuracy_trees_learn(features, tables, SITES, &terms, true, &found);
    printf("Maintenance: AI4I 2020, %u test rows\n", found.tests.n);
    accuracy_trees_print(&terms, &found);
    puts("                                     AUC      average precision   log loss");
    line_print("trees, five works together", found.ours, &found.tests);
    if (found.has_peer) {
        line_print("XGBoost on the pooled rows", found.peer, &found.tests);
        double ours = auc_of(found.ours, &found.tests), peer = auc_of(found.peer, &found.tests);
        printf("  the AUC is %+.2f %% of XGBoost's apart\n", 100 * (ours / peer - 1));
    }
    noised_print(tables, &found.tests);
    accuracy_trees_free(&found);
    for (uint32_t site = 0; site < SITES; site++)
        sheaf_table_close(&tables[site]);
    sheaf_buffer_deinit(&file);
    return 0;
}
