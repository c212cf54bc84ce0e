/* Trees of many owners are those of their pooled rows, bit for bit; a model survives its file
 * between any two steps; nonsense has its sentence. */
#include "test.h"

#include <math.h>
#include <stdio.h>

#include "learn/trees_file.h"
#include "learn/trees_internal.h"

enum { FEATURES = 5, ROWS_MAX = 1200 };

typedef struct {
    sheaf_features features;
    bool missing[FEATURES];
    sheaf_scaling scaling;
    sheaf_trees_terms terms;
    double x[ROWS_MAX * FEATURES], y[ROWS_MAX];
} world;

static double uniform(uint64_t *seed)
{
    return (double)(test_random(seed) >> 11) * 0x1p-53;
}

/* A column of each sort: even, of few values, with a heavy tail, constant, with gaps. */
static void world_make(world *w, bool number, uint64_t seed)
{
    *w = (world){.features = {.count = FEATURES, .label = "y"},
                 .missing = {[4] = true},
                 .terms = {.number = number,
                           .trees = 4,
                           .depth = 3,
                           .bins = 16,
                           .rate_millionths = 300000,
                           .lambda_millionths = 1000000,
                           .min_hessian_millionths = 1000000}};
    for (int j = 0; j < FEATURES; j++) {
        snprintf(w->features.items[j].column, SHEAF_COLUMN_MAX, "c%d", j);
        w->scaling.scale[j] = SHEAF_UNIT;
    }
    for (int i = 0; i < ROWS_MAX; i++) {
        double *x = w->x + (size_t)i * FEATURES;
        x[0] = uniform(&seed) * 4 - 2;
        x[1] = floor(uniform(&seed) * 3);
        x[2] = 0.01 / (uniform(&seed) + 1e-5);
        x[3] = 7;
        x[4] = uniform(&seed) < 0.2 ? (double)NAN : uniform(&seed);
        double score =
            x[0] * x[1] - (x[2] > 0.03) + (isnan(x[4]) ? 1.5 : x[4]) + uniform(&seed) - 1;
        w->y[i] = number ? score : score > 0.3;
    }
}

static sheaf_trees begin(const world *w)
{
    sheaf_trees out;
    sheaf_err err;
    MUST(sheaf_trees_open(&w->features, w->missing, &w->terms, &w->scaling, SHEAF_UNIT / 4,
                          SHEAF_UNIT * 2, &out, &err));
    return out;
}

static sheaf_trees_rows part(const world *w, uint32_t from, uint32_t to)
{
    return (sheaf_trees_rows){
        .n = to - from, .d = FEATURES, .x = w->x + (size_t)from * FEATURES, .y = w->y + from};
}

/* The model goes through its file. */
static void refresh(sheaf_trees *trees)
{
    sheaf_buffer bytes, again;
    sheaf_trees read;
    sheaf_err err;
    sheaf_buffer_init(&bytes, 1 << 24);
    sheaf_buffer_init(&again, 1 << 24);
    sheaf_trees_write(&bytes, trees);
    MUST(sheaf_buffer_check(&bytes, "a model", &err));
    MUST(sheaf_trees_read(sheaf_buffer_slice(&bytes), &read, &err));
    sheaf_trees_write(&again, &read);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&bytes), sheaf_buffer_slice(&again)));
    sheaf_buffer_deinit(&bytes);
    sheaf_buffer_deinit(&again);
    sheaf_trees_close(trees);
    *trees = read;
}

/* One step of members with the rows up to each bound. */
static sheaf_trees_figures step(sheaf_trees *trees, const world *w, const uint32_t *bounds,
                                uint32_t members)
{
    size_t count = sheaf_trees_words(&w->terms, FEATURES, trees->step);
    int64_t *sum = calloc(count, sizeof *sum), *own = calloc(count, sizeof *own);
    sheaf_trees_figures figures;
    sheaf_err err;
    assert_true(sum && own);
    for (uint32_t m = 0; m < members; m++) {
        sheaf_trees_rows rows = part(w, bounds[m], bounds[m + 1]);
        MUST(sheaf_trees_local(trees, &rows, own, &err));
        for (size_t i = 0; i < count; i++)
            sum[i] += own[i];
    }
    MUST(sheaf_trees_finish(trees, sum, &figures, &err));
    free(sum);
    free(own);
    return figures;
}

static void assert_same(const sheaf_trees *a, const sheaf_trees *b)
{
    sheaf_buffer left, right;
    sheaf_buffer_init(&left, 1 << 24);
    sheaf_buffer_init(&right, 1 << 24);
    sheaf_trees_write(&left, a);
    sheaf_trees_write(&right, b);
    assert_false(left.failed || right.failed);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&left), sheaf_buffer_slice(&right)));
    sheaf_buffer_deinit(&left);
    sheaf_buffer_deinit(&right);
}

static void test_federated_is_pooled(void **unused)
{
    static world w;
    static const uint32_t bounds[] = {0, 1, 400, 777, ROWS_MAX};
    for (int number = 0; number < 2; number++) {
        sheaf_err err;
        world_make(&w, number, 42);
        sheaf_trees pooled = begin(&w), federated = begin(&w);
        sheaf_trees_rows all = part(&w, 0, ROWS_MAX);
        sheaf_trees_figures figures = {0};
        MUST(sheaf_trees_train(&pooled, &all, &err));
        int64_t first = 0, last = 0;
        while (federated.step < sheaf_trees_steps(&w.terms)) {
            figures = step(&federated, &w, bounds, 4);
            assert_int_equal(figures.records, ROWS_MAX);
            int64_t off = number ? figures.rmse_millionths : figures.loss_millionths;
            first = federated.step == 2 ? off : first;
            last = off;
            refresh(&federated);
        }
        assert_same(&pooled, &federated);
        assert_int_equal(federated.finished, w.terms.trees);
        assert_true(last < first * 9 / 10);
        assert_true(pooled.node_count > 4 * 9); /* they did grow */
        sheaf_trees_close(&pooled);
        sheaf_trees_close(&federated);
    }
    (void)unused;
}

/* What the steps say of the rows, and what the finished model says of each. */
static void test_scores_are_the_figures(void **unused)
{
    static world w;
    static const uint32_t bounds[] = {0, ROWS_MAX};
    world_make(&w, false, 7);
    sheaf_trees trees = begin(&w);
    sheaf_trees_figures figures = {0};
    while (trees.finished < 3)
        step(&trees, &w, bounds, 1);
    figures = step(&trees, &w, bounds, 1); /* of three trees */
    double loss = 0;
    uint32_t correct = 0;
    for (int i = 0; i < ROWS_MAX; i++) {
        int64_t score;
        assert_true(sheaf_trees_score(&trees, w.x + (size_t)i * FEATURES, &score));
        double p = sheaf_trees_value(&trees, score);
        loss -= log(w.y[i] > 0 ? p : 1 - p);
        correct += (score >= 0) == (w.y[i] > 0);
    }
    assert_true(fabs(loss / ROWS_MAX - (double)figures.loss_millionths / 1e6) < 2e-6);
    assert_true(fabs(correct * 1e6 / ROWS_MAX - (double)figures.accuracy_millionths) < 2);
    sheaf_trees_close(&trees);
    (void)unused;
}

/* A number that one column decides is learned but for what the rate leaves. */
static void test_number(void **unused)
{
    static world w;
    sheaf_err err;
    world_make(&w, true, 1);
    w.terms.trees = 30;
    w.terms.lambda_millionths = 0;
    for (int i = 0; i < ROWS_MAX; i++)
        w.y[i] = w.x[(size_t)i * FEATURES + 1] > 1 ? 3 : -1;
    sheaf_trees trees = begin(&w);
    sheaf_trees_rows all = part(&w, 0, ROWS_MAX);
    MUST(sheaf_trees_train(&trees, &all, &err));
    for (int i = 0; i < ROWS_MAX; i += 100) {
        int64_t score;
        assert_true(sheaf_trees_score(&trees, w.x + (size_t)i * FEATURES, &score));
        assert_true(fabs(sheaf_trees_value(&trees, score) - w.y[i]) < 0.01);
    }
    sheaf_trees_close(&trees);
    (void)unused;
}

static void test_telling_column(void **unused)
{
    static world w;
    static const uint32_t bounds[] = {0, 500, ROWS_MAX};
    world_make(&w, false, 3);
    for (int i = 0; i < ROWS_MAX; i++)
        w.x[(size_t)i * FEATURES + 1] = w.y[i] * 5;
    sheaf_trees trees = begin(&w);
    step(&trees, &w, bounds, 2);
    assert_int_equal(trees.telling, -1);
    step(&trees, &w, bounds, 2);
    assert_int_equal(trees.telling, 1);
    refresh(&trees);
    assert_int_equal(trees.telling, 1);
    sheaf_trees_close(&trees);
    (void)unused;
}

/* Rows of which nothing can be learned give a model that says the same of all. */
static void test_nothing_to_learn(void **unused)
{
    static world w;
    sheaf_err err;
    for (int what = 0; what < 4; what++) {
        uint32_t n = what == 0 ? 1 : 100;
        int64_t first, score;
        world_make(&w, what == 3, 5);
        for (int i = 0; i < ROWS_MAX; i++) {
            for (int j = 0; j < FEATURES && what == 2; j++)
                w.x[(size_t)i * FEATURES + (size_t)j] = 3; /* constant columns */
            if (what == 1)
                w.y[i] = 1; /* one class */
            if (what == 3)
                w.y[i] = 0.25; /* a constant number */
        }
        sheaf_trees trees = begin(&w);
        sheaf_trees_rows rows = part(&w, 0, n);
        MUST(sheaf_trees_train(&trees, &rows, &err));
        assert_int_equal(trees.telling, -1);
        refresh(&trees);
        assert_true(sheaf_trees_score(&trees, w.x, &first));
        for (int i = 1; i < 100; i++) {
            assert_true(sheaf_trees_score(&trees, w.x + (size_t)i * FEATURES, &score));
            assert_int_equal(score, first);
        }
        if (what == 1)
            assert_true(sheaf_trees_value(&trees, first) > 0.99);
        sheaf_trees_close(&trees);
    }
    (void)unused;
}

static void test_refusals(void **unused)
{
    static world w;
    static int64_t words[1 << 16];
    sheaf_err err;
    int64_t score;
    world_make(&w, false, 9);
    sheaf_trees trees = begin(&w);
    sheaf_trees_rows rows = part(&w, 0, 10);
    w.x[2 * FEATURES + 1] = (double)NAN;
    assert_int_equal(sheaf_trees_local(&trees, &rows, words, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "record 3 has no value in column c1"));
    assert_false(sheaf_trees_score(&trees, rows.x + 2 * FEATURES, &score));
    w.x[2 * FEATURES + 1] = 0;
    w.y[5] = 0.5;
    assert_int_equal(sheaf_trees_local(&trees, &rows, words, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "record 6 has no class"));
    w.y[5] = 0;
    rows.n = 0;
    assert_int_equal(sheaf_trees_local(&trees, &rows, words, &err), SHEAF_INVALID);
    rows.n = 10;
    rows.d = 4;
    assert_int_equal(sheaf_trees_local(&trees, &rows, words, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "4 features, but the model has 5"));
    sheaf_trees_close(&trees);

    w.terms.depth = 9;
    assert_int_equal(sheaf_trees_terms_check(&w.terms, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "depth of a model of trees is 1 to 8, not 9"));
    (void)unused;
}

/* A sum that is off in one place is refused or, where it could be, followed; never a crash. */
static void test_impossible_sums(void **unused)
{
    static world w;
    static const int64_t wrong[] = {1, -1, INT64_MAX, INT64_MIN, (int64_t)1 << 54};
    uint64_t seed = 11;
    uint32_t refused = 0;
    world_make(&w, false, 13);
    sheaf_trees trees = begin(&w);
    while (trees.step < 5) {
        size_t count = sheaf_trees_words(&w.terms, FEATURES, trees.step);
        int64_t *words = calloc(count, sizeof *words);
        sheaf_trees_rows rows = part(&w, 0, 300);
        sheaf_err err;
        uint32_t before = trees.step;
        assert_non_null(words);
        MUST(sheaf_trees_local(&trees, &rows, words, &err));
        for (int i = 0; i < 60; i++) {
            size_t at = test_random(&seed) % count;
            int64_t good = words[at];
            sheaf_trees copy = trees;
            /* There may be another number of positives, and one value less that is missing;
             * of a level, other records, loss and right predictions. */
            if (trees.step == 0 ? at == 1 || at >= 2 + 4 * SHEAF_TREES_CELLS
                                : at >= count - SHEAF_TREES_STEP_WORDS)
                continue;
            words[at] = (int64_t)((uint64_t)good + (uint64_t)wrong[i % 5]);
            assert_int_equal(sheaf_trees_finish(&trees, words, NULL, &err), SHEAF_INVALID);
            refused++;
            assert_int_equal(trees.step, before);
            assert_int_equal(trees.node_count, copy.node_count);
            words[at] = good;
        }
        MUST(sheaf_trees_finish(&trees, words, NULL, &err));
        free(words);
    }
    assert_true(refused > 200);
    sheaf_trees_close(&trees);
    (void)unused;
}

/* Gradients that all features agree on, and of which no record has so much: its leaf would be
 * one that no file may hold, so that nobody could go on from the model. */
static void test_gradients_beyond_records(void **unused)
{
    static world w;
    sheaf_err err;
    world_make(&w, true, 13);
    sheaf_trees trees = begin(&w);
    sheaf_trees_rows rows = part(&w, 0, 300);
    for (int i = 0; i < 2; i++) {
        size_t count = sheaf_trees_words(&w.terms, FEATURES, trees.step);
        int64_t *words = calloc(count, sizeof *words);
        assert_non_null(words);
        MUST(sheaf_trees_local(&trees, &rows, words, &err));
        for (uint32_t j = 0; i == 1 && j < FEATURES; j++)
            words[2 * (size_t)j * w.terms.bins] += (int64_t)1 << 52;
        sheaf_status status = sheaf_trees_finish(&trees, words, NULL, &err);
        assert_int_equal(status, i == 0 ? SHEAF_OK : SHEAF_INVALID);
        free(words);
    }
    assert_non_null(strstr(err.message, "sums of gradients are impossible for node 1"));
    sheaf_trees_close(&trees);
    (void)unused;
}

/* Any byte of a file changed: refused in words, or another model in its one form. */
static void test_hostile_files(void **unused)
{
    static world w;
    static const uint32_t bounds[] = {0, ROWS_MAX};
    uint64_t seed = 17;
    sheaf_buffer bytes;
    sheaf_err err;
    world_make(&w, false, 19);
    w.terms.bins = 4;
    sheaf_trees trees = begin(&w), read;
    while (trees.step < 6) /* the second level of the second tree is open */
        step(&trees, &w, bounds, 1);
    sheaf_buffer_init(&bytes, 1 << 20);
    sheaf_trees_write(&bytes, &trees);
    for (size_t len = 0; len < bytes.len; len += 97)
        assert_int_equal(sheaf_trees_read((sheaf_slice){bytes.data, len}, &read, &err),
                         SHEAF_INVALID);
    for (int i = 0; i < 3000; i++) {
        size_t at = test_random(&seed) % bytes.len;
        uint8_t good = bytes.data[at];
        bytes.data[at] = (uint8_t)test_random(&seed);
        if (sheaf_trees_read(sheaf_buffer_slice(&bytes), &read, &err) == SHEAF_OK) {
            int64_t score;
            (void)sheaf_trees_score(&read, w.x, &score);
            refresh(&read);
            sheaf_trees_close(&read);
        }
        bytes.data[at] = good;
    }
    MUST(sheaf_trees_read(sheaf_buffer_slice(&bytes), &read, &err));
    sheaf_trees_close(&read);
    sheaf_buffer_deinit(&bytes);
    sheaf_trees_close(&trees);
    (void)unused;
}

/* However many bounds and values, equal ones too: each place is what counting says. */
static void test_places(void **unused)
{
    uint64_t state = 8;
    for (uint32_t count = 0; count < 300; count += 1 + count / 9) {
        int64_t bounds[300] = {0}, x[23] = {0};
        uint32_t places[23];
        for (uint32_t i = 0; i < count; i++)
            bounds[i] = (i ? bounds[i - 1] : -50) + 1 + (int64_t)(test_random(&state) % 3);
        const uint32_t n = count % 24;
        for (uint32_t i = 0; i < n; i++)
            x[i] = (int64_t)(test_random(&state) % 800) - 100;
        sheaf_trees_places(bounds, count, x, n, places);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t below = 0;
            while (below < count && bounds[below] <= x[i])
                below++;
            assert_int_equal(places[i], below);
        }
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_federated_is_pooled),
        cmocka_unit_test(test_scores_are_the_figures),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_telling_column),
        cmocka_unit_test(test_nothing_to_learn),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_impossible_sums),
        cmocka_unit_test(test_gradients_beyond_records),
        cmocka_unit_test(test_hostile_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
