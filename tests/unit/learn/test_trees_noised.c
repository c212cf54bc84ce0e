/* What one record, or one member, can move the sum of a tree under noise by: never more than
 * the sensitivity that the noise is sized for, whatever it says and whatever trees were before;
 * and the shape of a tree does not depend on it. */
#include "test.h"

#include "learn/trees_noised.h"

#include <math.h>

enum { FEATURES = 3, ROWS = 21, WORDS_MAX = 2 << SHEAF_TREES_DEPTH_MAX, TRIALS = 120 };

static const bool missing[SHEAF_FEATURES_MAX] = {true, false, true};

typedef struct {
    sheaf_features features;
    sheaf_trees_terms trees;
    sheaf_noised_terms noised;
    sheaf_noised_scale scale;
    double x[ROWS * FEATURES], y[ROWS];
    int64_t earlier[WORDS_MAX]; /* the sum of the tree before */
} world;

static void rows_draw(world *w, uint64_t *seed)
{
    const double odd[] = {0,  1e5,    -1e5,     1048575,   -1048575,   5,
                          -5, 1e-300, HUGE_VAL, -HUGE_VAL, (double)NAN};
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < FEATURES; j++)
            w->x[i * FEATURES + j] = odd[test_random(seed) % (missing[j] ? 11 : 10)];
        w->y[i] = w->trees.number ? (double)(test_random(seed) % 2000001) - 1e6
                                  : (double)(test_random(seed) % 2);
    }
    for (uint32_t i = 0; i < w->noised.words; i++)
        w->earlier[i] = ((int64_t)(test_random(seed) % 2000) - 1000)
                        * (int64_t)(w->scale.sensitivity / 100);
}

static void world_draw(world *w, bool number, sheaf_noised_unit unit, uint64_t *seed)
{
    sheaf_err err;
    *w = (world){.trees = {.number = number,
                           .trees = 2,
                           .depth = 1 + (uint32_t)(test_random(seed) % SHEAF_TREES_DEPTH_MAX),
                           .bins = 4 + (uint32_t)(test_random(seed) % 253),
                           .rate_millionths = 1000000},
                 .noised = {.unit = unit,
                            .norm_millionths = 1 + test_random(seed) % 3000000,
                            .sampling_millionths = 1000000,
                            .divisor = 10,
                            .training = {.steps = 1, .rate_millionths = 1},
                            .members = 3,
                            .survivors_least = 3,
                            .colluders = 1,
                            .records_max = 50,
                            .noise_millionths = 30000}};
    MUST(sheaf_features_parse(sheaf_str("a,b,c"), sheaf_str("y"), &w->features, &err));
    for (int j = 0; j < FEATURES; j++) {
        w->features.items[j].has_range = true;
        w->features.items[j].low_millionths = -5000000;
        w->features.items[j].high_millionths = 5000000;
        w->features.items[j].missing =
            missing[j] ? SHEAF_MISSING_MEAN : SHEAF_MISSING_LEAVE_OUT;
    }
    w->noised.words = sheaf_trees_noised_words(&w->trees);
    MUST(sheaf_noised_scale_of(&w->noised, &w->scale, &err));
    rows_draw(w, seed);
}

/* What so many of the rows add to the first tree, or to the second. */
static void words_of(const world *w, uint32_t rows, bool second, int64_t *words)
{
    static const sheaf_noised_seeds secret;
    const sheaf_trees_rows part = {rows, FEATURES, w->x, w->y};
    sheaf_trees trees;
    sheaf_err err;
    MUST(sheaf_trees_random_open(&w->features, missing, &w->trees, -3000000, 3000000, &trees,
                                 &err));
    if (second)
        MUST(sheaf_trees_noised_finish(&w->noised, &trees, 7, w->earlier, &err));
    MUST(sheaf_trees_noised_local(&w->noised, &trees, 7, &part, &secret, words, &err));
    sheaf_trees_close(&trees);
}

static double moved(const int64_t *a, const int64_t *b, uint32_t words)
{
    double squares = 0;
    for (uint32_t i = 0; i < words; i++)
        squares += (double)(a[i] - b[i]) * (double)(a[i] - b[i]);
    return sqrt(squares);
}

/* With and without the last record; with all of a member's records and none. */
static void test_sensitivity(void **unused)
{
    static const sheaf_noised_unit units[] = {SHEAF_NOISED_RECORD, SHEAF_NOISED_MEMBER};
    static int64_t with[WORDS_MAX], without[WORDS_MAX];
    uint64_t seed = 23;
    double most = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        world w;
        const sheaf_noised_unit unit = units[trial % 2];
        world_draw(&w, trial / 2 % 2, unit, &seed);
        for (int tree = 0; tree < 2; tree++) {
            words_of(&w, ROWS, tree, with);
            words_of(&w, unit == SHEAF_NOISED_RECORD ? ROWS - 1 : 0, tree, without);
            double share = moved(with, without, w.noised.words) / (double)w.scale.sensitivity;
            assert_true(share <= 1);
            most = fmax(most, share);
        }
    }
    assert_true(most > 0.99); /* and the noise is not sized for more than that either */
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sensitivity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
