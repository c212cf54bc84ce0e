/* bench_trees [ROWS [TREES]] - boosting trees on 20 columns, depth 6, 256 bins, beside XGBoost
 * of Debian (python3-xgboost, where it is installed) on the same rows, one core each, and
 * beside what this machine can add to random places of a small table.
 *
 * A tree's time is that of TREES trees less that of one, so that what comes once (binning here,
 * quantiles there) is not in it; that is told apart.
 */
#include "bench.h"

#include "learn/trees.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEATURES = 20, ROWS = 100000, TREES = 50, DEPTH = 6, BINS = 256, RUNS = 3 };

static const char peer[] =
    "import sys, time, numpy, xgboost\n"
    "rows, d, trees, depth, bins, runs = map(int, sys.argv[2:])\n"
    "a = numpy.fromfile(sys.argv[1])\n"
    "x, y = a[:rows * d].reshape(rows, d), a[rows * d:]\n"
    "m = xgboost.DMatrix(x, y, nthread=1)\n"
    "p = dict(tree_method='hist', nthread=1, max_depth=depth, max_bin=bins, eta=0.3,\n"
    "         objective='binary:logistic', verbosity=0)\n"
    "def seconds(n):\n"
    "    t = time.process_time()\n"
    "    b = xgboost.train(p, m, n)\n"
    "    return time.process_time() - t, b\n"
    "one = min(seconds(1)[0] for i in range(runs))\n"
    "many, b = min((seconds(trees) for i in range(runs)), key=lambda r: r[0])\n"
    "q = b.predict(m)\n"
    "loss = -numpy.log(numpy.where(y > 0, q, 1 - q)).mean()\n"
    "print(one, many, loss, xgboost.__version__)\n";

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

static void rows_make(double *x, double *y, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, x += FEATURES) {
        double score = normal();
        for (uint32_t j = 0; j < FEATURES; j++) {
            x[j] = normal();
            score += x[j] * ((double)(j % 3) - 1) / 2;
        }
        y[i] = score + x[0] * x[1] > 0;
    }
}

/* Seconds of the core for a training of so many trees; leaves the model. */
static double train(const sheaf_trees_rows *rows, uint32_t count, sheaf_trees *trees)
{
    sheaf_features features = {.count = FEATURES, .label = "y"};
    sheaf_scaling scaling = {0};
    const sheaf_trees_terms terms = {.trees = count,
                                     .depth = DEPTH,
                                     .bins = BINS,
                                     .rate_millionths = 300000,
                                     .lambda_millionths = 1000000,
                                     .min_hessian_millionths = 1000000};
    sheaf_err err = {0};
    for (uint32_t j = 0; j < FEATURES; j++) {
        snprintf(features.items[j].column, sizeof features.items[j].column, "c%u", j);
        scaling.scale[j] = SHEAF_UNIT;
    }
    double begun = bench_core_s();
    bench_must(sheaf_trees_open(&features, NULL, &terms, &scaling, 0, 0, trees, &err)
                       == SHEAF_OK
                   && sheaf_trees_train(trees, rows, &err) == SHEAF_OK,
               err.message);
    return bench_core_s() - begun;
}

static double least(const sheaf_trees_rows *rows, uint32_t count, double *loss)
{
    double best = INFINITY;
    *loss = 0;
    for (int run = 0; run < RUNS; run++) {
        sheaf_trees trees;
        best = fmin(best, train(rows, count, &trees));
        for (uint32_t i = 0; i < rows->n && run == 0; i++) {
            int64_t score;
            bench_must(sheaf_trees_score(&trees, rows->x + (size_t)i * FEATURES, &score),
                       "a row without a score");
            double p = sheaf_trees_value(&trees, score);
            *loss -= log(rows->y[i] > 0 ? p : 1 - p) / rows->n;
        }
        sheaf_trees_close(&trees);
    }
    return best;
}

/* Nanoseconds of one addition to a random word of 8 KB: what a histogram is made of. */
static double limit_ns(void)
{
    enum { WORDS = 1024, COUNT = 1 << 16, TIMES = 100 };
    uint64_t *table = bench_alloc(WORDS, sizeof *table);
    uint16_t *at = bench_alloc(COUNT, sizeof *at);
    for (int i = 0; i < COUNT; i++)
        at[i] = (uint16_t)(uniform() * WORDS);
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        double begun = bench_core_s();
        for (int k = 0; k < TIMES; k++)
            for (int i = 0; i < COUNT; i += 4) {
                table[at[i]] += (uint64_t)k;
                table[at[i + 1]] += (uint64_t)k;
                table[at[i + 2]] += (uint64_t)k;
                table[at[i + 3]] += (uint64_t)k;
            }
        best = fmin(best, (bench_core_s() - begun) * 1e9 / ((double)COUNT * TIMES));
    }
    bench_must(table[at[0]] > 0, "nothing was added");
    free(table);
    free(at);
    return best;
}

/* The peer on the same rows; false where it is not there. */
static bool peer_run(const double *x, const double *y, uint32_t n, uint32_t count, double *one,
                     double *many, double *loss, char version[20])
{
    char dir[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX + 8], command[2 * SHEAF_PATH_MAX + 2048];
    bench_folder_make(dir);
    snprintf(path, sizeof path, "%s/rows", dir);
    FILE *file = fopen(path, "wb");
    bench_must(file && fwrite(x, sizeof *x, (size_t)n * FEATURES, file) == (size_t)n * FEATURES
                   && fwrite(y, sizeof *y, n, file) == n && fclose(file) == 0,
               "cannot write the rows for the peer");
    snprintf(command, sizeof command,
             "OMP_NUM_THREADS=1 /usr/bin/python3 -c \"%s\" %s %u %d %u %d %d %d 2>/dev/null",
             peer, path, n, FEATURES, count, DEPTH, BINS, RUNS);
    FILE *pipe = popen(command, "r");
    bool found = pipe && fscanf(pipe, "%lf %lf %lf %19s", one, many, loss, version) == 4;
    if (pipe)
        found = pclose(pipe) == 0 && found;
    bench_folder_remove(dir);
    return found;
}

int main(int argc, char **argv)
{
    uint32_t n = argc > 1 ? (uint32_t)atoi(argv[1]) : ROWS;
    uint32_t count = argc > 2 ? (uint32_t)atoi(argv[2]) : TREES;
    bench_must(n >= 100 && count >= 2, "give at least 100 rows and 2 trees");
    double *x = bench_alloc((size_t)n * FEATURES, sizeof *x), *y = bench_alloc(n, sizeof *y);
    double loss, peer_one, peer_many, peer_loss;
    char version[20];
    rows_make(x, y, n);
    const sheaf_trees_rows rows = {n, FEATURES, x, y};
    printf("%u rows of %d columns, depth %d, %d bins, one core, the best of %d runs\n", n,
           FEATURES, DEPTH, BINS, RUNS);
    double one = least(&rows, 1, &loss), many = least(&rows, count, &loss);
    double tree = (many - one) / (count - 1);
    printf("  ours      %7.2f ms a tree; %7.1f ms once\n", tree * 1e3, (one - tree) * 1e3);
    if (peer_run(x, y, n, count, &peer_one, &peer_many, &peer_loss, version)) {
        double peer_tree = (peer_many - peer_one) / (count - 1);
        printf("  XGBoost   %7.2f ms a tree; %7.1f ms once (version %s)\n", peer_tree * 1e3,
               (peer_one - peer_tree) * 1e3, version);
        printf("  ours is %.2f times as fast a tree, %.2f times for %u trees from the start\n",
               peer_tree / tree, peer_many / many, count);
        printf("  log loss of the training rows after %u trees: ours %.5f, XGBoost %.5f\n",
               count, loss, peer_loss);
    } else {
        puts("  XGBoost is not here: install python3-xgboost to compare");
    }
    double limit = limit_ns();
    printf(
        "  limit: %.2f ns for an addition to a random place of 8 KB, so %.2f ms for a root's "
        "histogram alone\n",
        limit, limit * n * FEATURES / 1e6);
    free(x);
    free(y);
    return 0;
}
