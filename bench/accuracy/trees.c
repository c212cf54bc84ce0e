#include "trees.h"

#include "learn/trees_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 1 << 22, MODEL_MAX = 1 << 26, MEMBERS_MAX = 64 };

static const char program[] =
    "import sys, time, numpy, xgboost\n"
    "n, tests, d, number, trees, depth, bins = map(int, sys.argv[3:10])\n"
    "rate, strength, least, base = map(float, sys.argv[10:])\n"
    "a = numpy.fromfile(sys.argv[1]).reshape(n + tests, d + 1)\n"
    "x, y = a[:, :d], a[:, d]\n"
    "m = xgboost.DMatrix(x[:n], y[:n], nthread=1)\n"
    "p = dict(tree_method='hist', nthread=1, max_depth=depth, max_bin=bins, eta=rate,\n"
    "         reg_lambda=strength, min_child_weight=least, base_score=base, verbosity=0,\n"
    "         objective='reg:squarederror' if number else 'binary:logistic')\n"
    "t = time.process_time()\n"
    "b = xgboost.train(p, m, trees)\n"
    "t = time.process_time() - t\n"
    "b.predict(xgboost.DMatrix(x[n:])).astype(float).tofile(sys.argv[2])\n"
    "print(t, xgboost.__version__)\n";

static void *take(size_t count, size_t size)
{
    void *out = calloc(count ? count : 1, size);
    if (!out) {
        fputs("no memory for a table of rows\n", stderr);
        exit(1);
    }
    return out;
}

/* One part of all tables together. */
static sheaf_trees_rows pool(const sheaf_trees_rows *parts, uint32_t members)
{
    uint32_t n = 0, d = parts[0].d;
    for (uint32_t m = 0; m < members; m++)
        n += parts[m].n;
    double *x = take((size_t)n * d, sizeof *x), *y = take(n, sizeof *y);
    sheaf_trees_rows out = {.n = n, .d = d, .x = x, .y = y};
    for (uint32_t m = 0; m < members; m++) {
        memcpy(x, parts[m].x, (size_t)parts[m].n * d * sizeof *x);
        memcpy(y, parts[m].y, parts[m].n * sizeof *y);
        x += (size_t)parts[m].n * d;
        y += parts[m].n;
    }
    return out;
}

/* Mean and scale of the columns and, behind them, of the target, by the statistics that members
 * add up. */
static void scaling_of(const sheaf_trees_rows *parts, uint32_t members, sheaf_scaling *out)
{
    sheaf_err err = {0};
    const uint32_t d = parts[0].d;
    const size_t count = sheaf_statistics_words(d + 1);
    int64_t *sum = take(count, sizeof *sum), *own = take(count, sizeof *own);
    for (uint32_t m = 0; m < members; m++) {
        uint32_t n = parts[m].n;
        sheaf_table table = {.d = d + 1, .rows = n, .train_rows = n};
        table.x = take((size_t)n * (d + 1), sizeof *table.x);
        table.is_test = take(n, 1);
        for (uint32_t i = 0; i < n; i++) {
            double *row = table.x + (size_t)i * (d + 1);
            memcpy(row, parts[m].x + (size_t)i * d, d * sizeof *row);
            row[d] = parts[m].y[i];
        }
        accuracy_must(sheaf_statistics_local(&table, own, &err), &err);
        for (size_t k = 0; k < count; k++)
            sum[k] += own[k];
        free(table.x);
        free(table.is_test);
    }
    accuracy_must(sheaf_statistics_finish(sum, d + 1, out, NULL, &err), &err);
    free(sum);
    free(own);
}

static void model_begin(const sheaf_features *features, const sheaf_trees_rows *parts,
                        uint32_t members, const sheaf_trees_terms *terms, sheaf_trees *out)
{
    const uint32_t d = features->count;
    sheaf_scaling scaling;
    sheaf_err err = {0};
    scaling_of(parts, members, &scaling);
    accuracy_must(sheaf_trees_open(features, NULL, terms, &scaling, scaling.mean[d],
                                   scaling.scale[d], out, &err),
                  &err);
}

static void federated_learn(const sheaf_trees_rows *parts, uint32_t members, sheaf_trees *trees)
{
    sheaf_err err = {0};
    int64_t *sum = take(WORDS_MAX, sizeof *sum), *own = take(WORDS_MAX, sizeof *own);
    while (trees->step < sheaf_trees_steps(&trees->terms)) {
        size_t count = sheaf_trees_words(&trees->terms, trees->features.count, trees->step);
        if (count > WORDS_MAX) {
            fputs("a level's histograms are too large for this table\n", stderr);
            exit(1);
        }
        memset(sum, 0, count * sizeof *sum);
        for (uint32_t m = 0; m < members; m++) {
            accuracy_must(sheaf_trees_local(trees, &parts[m], own, &err), &err);
            for (size_t i = 0; i < count; i++)
                sum[i] += own[i];
        }
        accuracy_must(sheaf_trees_finish(trees, sum, NULL, &err), &err);
    }
    free(sum);
    free(own);
}

static bool same_bytes(const sheaf_trees *a, const sheaf_trees *b)
{
    sheaf_buffer left, right;
    sheaf_buffer_init(&left, MODEL_MAX);
    sheaf_buffer_init(&right, MODEL_MAX);
    sheaf_trees_write(&left, a);
    sheaf_trees_write(&right, b);
    bool same = !left.failed && !right.failed
                && sheaf_slice_equal(sheaf_buffer_slice(&left), sheaf_buffer_slice(&right));
    sheaf_buffer_deinit(&left);
    sheaf_buffer_deinit(&right);
    return same;
}

static bool rows_write(FILE *file, const sheaf_trees_rows *rows)
{
    for (uint32_t i = 0; i < rows->n; i++)
        if (fwrite(rows->x + (size_t)i * rows->d, sizeof *rows->x, rows->d, file) != rows->d
            || fwrite(rows->y + i, sizeof *rows->y, 1, file) != 1)
            return false;
    return true;
}

static bool rows_save(const char *path, const sheaf_trees_rows *train,
                      const sheaf_trees_rows *tests)
{
    FILE *file = fopen(path, "wb");
    bool good = file && rows_write(file, train) && rows_write(file, tests);
    return file && fclose(file) == 0 && good;
}

/* XGBoost on the same rows. */
static void peer_learn(const sheaf_trees_rows *train, const sheaf_trees_terms *terms,
                       accuracy_trees *out)
{
    const char *base_folder = getenv("TMPDIR");
    char dir[1024], rows[1100], said[1100], command[8192];
    const sheaf_trees_rows *tests = &out->tests;
    double base = 0;
    for (uint32_t i = 0; i < train->n; i++)
        base += train->y[i] / train->n;
    snprintf(dir, sizeof dir, "%.900s/sheaf-accuracy-XXXXXX",
             base_folder ? base_folder : "/tmp");
    if (!mkdtemp(dir))
        return;
    snprintf(rows, sizeof rows, "%s/rows", dir);
    snprintf(said, sizeof said, "%s/said", dir);
    snprintf(
        command, sizeof command,
        "OMP_NUM_THREADS=1 /usr/bin/python3 -c \"%s\" %s %s %u %u %u %d %u %u %u %.6f %.6f "
        "%.6f %.17g 2>/dev/null",
        program, rows, said, train->n, tests->n, train->d, terms->number, terms->trees,
        terms->depth, terms->bins, terms->rate_millionths / 1e6, terms->lambda_millionths / 1e6,
        terms->min_hessian_millionths / 1e6, base);
    FILE *pipe = rows_save(rows, train, tests) ? popen(command, "r") : NULL;
    if (pipe) {
        out->has_peer = fscanf(pipe, "%lf %19s", &out->peer_seconds, out->version) == 2;
        out->has_peer = pclose(pipe) == 0 && out->has_peer;
    }
    FILE *file = out->has_peer ? fopen(said, "rb") : NULL;
    out->has_peer = file && fread(out->peer, sizeof *out->peer, tests->n, file) == tests->n;
    if (file)
        fclose(file);
    unlink(rows);
    unlink(said);
    rmdir(dir);
}

static void tests_predict(const sheaf_trees *trees, accuracy_trees *out)
{
    for (uint32_t i = 0; i < out->tests.n; i++) {
        int64_t score = 0;
        sheaf_trees_score(trees, out->tests.x + (size_t)i * out->tests.d, &score);
        out->ours[i] = sheaf_trees_value(trees, score);
    }
}

void accuracy_trees_learn(const sheaf_features *features, const sheaf_table *tables,
                          uint32_t members, const sheaf_trees_terms *terms, bool apart,
                          accuracy_trees *out)
{
    sheaf_trees_rows train[MEMBERS_MAX], tests[MEMBERS_MAX];
    sheaf_trees pooled, federated;
    sheaf_err err = {0};
    *out = (accuracy_trees){.apart = apart};
    if (members > MEMBERS_MAX)
        exit(2);
    for (uint32_t m = 0; m < members; m++) {
        accuracy_must(
            sheaf_trees_rows_open(&tables[m], SHEAF_PART_TRAIN, terms->number, &train[m], &err),
            &err);
        accuracy_must(
            sheaf_trees_rows_open(&tables[m], SHEAF_PART_TEST, terms->number, &tests[m], &err),
            &err);
    }
    sheaf_trees_rows all = pool(train, members);
    out->tests = pool(tests, members);
    out->ours = take(out->tests.n, sizeof *out->ours);
    out->peer = take(out->tests.n, sizeof *out->peer);
    model_begin(features, train, members, terms, &federated);
    if (apart)
        federated_learn(train, members, &federated);
    model_begin(features, &all, 1, terms, &pooled);
    out->seconds = accuracy_core_s();
    accuracy_must(sheaf_trees_train(&pooled, &all, &err), &err);
    out->seconds = accuracy_core_s() - out->seconds;
    out->same = apart && same_bytes(&federated, &pooled);
    tests_predict(apart ? &federated : &pooled, out);
    peer_learn(&all, terms, out);
    sheaf_trees_close(&federated);
    sheaf_trees_close(&pooled);
    for (uint32_t m = 0; m < members; m++) {
        sheaf_trees_rows_close(&train[m]);
        sheaf_trees_rows_close(&tests[m]);
    }
    sheaf_trees_rows_close(&all);
}

void accuracy_trees_free(accuracy_trees *result)
{
    sheaf_trees_rows_close(&result->tests);
    free(result->ours);
    free(result->peer);
}

void accuracy_trees_print(const sheaf_trees_terms *terms, const accuracy_trees *result)
{
    printf("  %u trees of depth %u, %u bins, rate %g: ", terms->trees, terms->depth,
           terms->bins, terms->rate_millionths / 1e6);
    if (result->apart)
        printf("members together %s pooled rows, byte for byte; ",
               result->same ? "equal" : "DIFFER FROM");
    else
        printf("learned from the pooled rows; ");
    printf("%.2f s of a core to learn", result->seconds);
    if (result->has_peer)
        printf(" (XGBoost %s: %.2f s)\n", result->version, result->peer_seconds);
    else
        puts("\n  XGBoost is not here: install python3-xgboost to compare");
}
