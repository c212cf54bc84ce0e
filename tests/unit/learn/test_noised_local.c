/* Several steps under noise of a member's own, against the promises that privacy rests on. */
#include "test.h"

#include "ranged.h"

#include "learn/noised.h"
#include "privacy/clip.h"

#include <math.h>

enum { D = 3, WORDS = D + 1, ROWS_MAX = 40, SENSITIVITY = 65536, DRAWS = 400 };

typedef struct {
    sheaf_table table;
    double x[ROWS_MAX * D];
    uint8_t y[ROWS_MAX], is_test[ROWS_MAX];
} owner;

/* So many equal records to train on, none of them a case. */
static void owner_init(owner *o, uint32_t records, double value)
{
    memset(o, 0, sizeof *o);
    o->table = (sheaf_table){.d = D,
                             .rows = records,
                             .train_rows = records,
                             .x = o->x,
                             .y = o->y,
                             .is_test = o->is_test};
    for (uint32_t i = 0; i < records * D; i++)
        o->x[i] = value;
}

/* Noise of 1 at sensitivity 1, so that one step with a rate of 1 and a divisor of 1 moves each
 * parameter by a deviation of 1; what is sent may be 16 long. */
static sheaf_noised_terms terms_make(uint32_t steps)
{
    return (sheaf_noised_terms){.unit = SHEAF_NOISED_RECORD,
                                .local = true,
                                .norm_millionths = 1000000,
                                .noise_millionths = 1000000,
                                .sampling_millionths = 1000000,
                                .divisor = 4,
                                .local_norm_millionths = 16000000,
                                .local_divisor = 1,
                                .training = {.steps = steps, .rate_millionths = 1000000},
                                .words = WORDS,
                                .members = 4,
                                .survivors_least = 3,
                                .colluders = 2,
                                .records_max = ROWS_MAX};
}

static sheaf_noised_seeds seeds_of(uint64_t draw)
{
    sheaf_noised_seeds seeds = {{1}, {2}, {3}};
    memcpy(seeds.sample + 8, &draw, sizeof draw);
    memcpy(seeds.noise + 8, &draw, sizeof draw);
    memcpy(seeds.rounding + 8, &draw, sizeof draw);
    return seeds;
}

/* What a member sends, as parameters. */
static void change_of(const sheaf_noised_terms *terms, const owner *o, uint64_t draw,
                      double *change)
{
    sheaf_err err;
    sheaf_model model;
    int64_t values[WORDS];
    const sheaf_noised_seeds seeds = seeds_of(draw);
    test_ranged_model(D, &model);
    MUST(sheaf_noised_steps(terms, &model, &o->table, &seeds, values, &err));
    assert_true(sheaf_norm_within(values, WORDS, SENSITIVITY));
    for (int j = 0; j < WORDS; j++)
        change[j] =
            (double)values[j] / SENSITIVITY * ((double)terms->local_norm_millionths / 1e6);
}

/* At weights of 0 a record (1, 1, 1) that is no case has the gradient 1/2 everywhere, whose
 * norm is C. A hundred thousandth of the noise leaves what two steps do without it. */
static void test_steps_by_hand(void **unused)
{
    owner o;
    double change[WORDS], weight = 0;
    sheaf_noised_terms terms = terms_make(2);
    owner_init(&o, 10, 1);
    terms.noise_millionths = 200;
    terms.local_divisor = 20;
    terms.training.rate_millionths = 2000000;
    for (int i = 0; i < 2; i++) /* ten records, a rate of 2 and a divisor of 20 */
        weight -= fmin(0.5, 1 / (1 + exp(-4 * weight)));
    change_of(&terms, &o, 1, change);
    for (int j = 0; j < WORDS; j++)
        assert_true(fabs(change[j] - weight) < 1e-3);
    (void)unused;
}

static double deviation_of(const sheaf_noised_terms *terms, const owner *o, double *mean)
{
    double sum = 0, squares = 0, count = DRAWS * WORDS;
    for (uint64_t draw = 0; draw < DRAWS; draw++) {
        double change[WORDS];
        change_of(terms, o, draw, change);
        for (int j = 0; j < WORDS; j++) {
            sum += change[j];
            squares += change[j] * change[j];
        }
    }
    *mean = sum / count;
    return sqrt(squares / count - *mean * *mean);
}

/* Each step has the whole noise, whatever shares the round's survivors and colluders would
 * make, and noise of its own: four steps deviate twice as far as one, not four times. A member
 * without a record sends as much as one with records. */
static void test_noise_is_whole(void **unused)
{
    owner empty, full;
    double mean;
    owner_init(&empty, 0, 0);
    owner_init(&full, 5, 1);
    memset(full.is_test, 1, 5); /* all of them held out */
    full.table.train_rows = 0;
    full.table.test_rows = 5;
    for (int steps = 1; steps <= 4; steps *= 4) {
        sheaf_noised_terms terms = terms_make((uint32_t)steps);
        double deviation = deviation_of(&terms, &empty, &mean);
        assert_true(fabs(deviation / sqrt(steps) - 1) < 0.08); /* 4.5 standard errors */
        assert_true(fabs(mean) < 4.5 * sqrt(steps) / sqrt(DRAWS * WORDS));
        assert_true(deviation_of(&terms, &full, &mean) == deviation);
        terms.noise_millionths /= 2; /* so that this could fail */
        assert_true(deviation_of(&terms, &empty, &mean) / sqrt(steps) < 0.6);
    }
    (void)unused;
}

/* Ten equal records of which each step takes its own half: on average half of them move the
 * parameters, and the spread is that of independent draws. */
static void test_samples_are_drawn_anew(void **unused)
{
    enum { STEPS = 4, RECORDS = 10 };
    owner o;
    double mean, want = STEPS * RECORDS * 0.5 / 2;
    sheaf_noised_terms terms = terms_make(STEPS);
    owner_init(&o, RECORDS, 1);
    terms.noise_millionths = 200;
    terms.sampling_millionths = 500000;
    terms.training.rate_millionths = 1000; /* too small to move the gradient */
    terms.local_norm_millionths = 1000000;
    double deviation = deviation_of(&terms, &o, &mean);
    assert_true(fabs(mean / -1e-3 - want) < 0.4);
    /* half of each of 40 records at a rate of 1/2: the square root of 40/16 */
    assert_true(fabs(deviation / 1e-3 - sqrt(STEPS * RECORDS / 16.0)) < 0.3);
    (void)unused;
}

/* A change that is far too long is clipped; sums of as many as can be do not wrap, and the
 * words have no noise of their own. */
static void test_range(void **unused)
{
    owner o;
    sheaf_noised_terms terms = terms_make(50);
    sheaf_noised_scale scale;
    sheaf_err err;
    sheaf_model model, next;
    int64_t values[WORDS];
    uint64_t words[WORDS], sum[WORDS] = {0};
    const sheaf_noised_seeds seeds = seeds_of(7);
    owner_init(&o, ROWS_MAX, 1);
    test_ranged_model(D, &model);
    terms.training.rate_millionths = 100000000;
    terms.members = 1000;
    MUST(sheaf_noised_scale_of(&terms, &scale, &err));
    assert_int_equal(scale.bits, 32);
    assert_int_equal(scale.magnitude_max, SENSITIVITY);
    MUST(sheaf_noised_steps(&terms, &model, &o.table, &seeds, values, &err));
    assert_true(sheaf_norm_within(values, WORDS, SENSITIVITY));
    assert_false(sheaf_norm_within(values, WORDS, SENSITIVITY - 8));
    const int64_t most[WORDS] = {SENSITIVITY, -SENSITIVITY, 0, 1};
    MUST(sheaf_noised_words(&terms, most, seeds.noise, words, &err));
    for (int i = 0; i < 1000; i++)
        for (int j = 0; j < WORDS; j++)
            sum[j] += words[j];
    terms.divisor = 1000;
    MUST(sheaf_noised_step(&terms, &model, sum, &next, &err)); /* an average, without a rate */
    assert_int_equal(next.weight[0], 16 * SHEAF_UNIT);
    assert_int_equal(next.weight[1], -16 * SHEAF_UNIT);
    assert_int_equal(next.weight[2], 0);
    assert_int_equal(next.bias, 16 * SHEAF_UNIT / SENSITIVITY);
    const int64_t beyond[WORDS] = {0, SENSITIVITY + 1};
    assert_int_equal(sheaf_noised_words(&terms, beyond, seeds.noise, words, &err),
                     SHEAF_INVALID);
    terms.members = 40000; /* 40,000 times 65,536 is more than 31 bits */
    MUST(sheaf_noised_scale_of(&terms, &scale, &err));
    assert_int_equal(scale.bits, 64);
    (void)unused;
}

/* An evaluation has the whole noise too, in every member's cells. */
static void test_evaluation(void **unused)
{
    sheaf_noised_terms terms = terms_make(5), shared;
    sheaf_noised_scale scale, share;
    sheaf_err err;
    terms.evaluates = true;
    MUST(sheaf_noised_scale_of(&terms, &scale, &err));
    shared = terms;
    shared.local = false;
    shared.colluders = 1; /* of three that are left */
    MUST(sheaf_noised_scale_of(&shared, &share, &err));
    assert_true(scale.share.numerator / scale.share.denominator
                == 2 * (share.share.numerator / share.share.denominator));
    assert_int_equal(scale.magnitude_max, (uint64_t)ROWS_MAX * SENSITIVITY);
    const int64_t cells[WORDS] = {0};
    uint64_t words[WORDS];
    MUST(sheaf_noised_words(&terms, cells, seeds_of(1).noise, words, &err));
    assert_true(words[0] || words[1] || words[2] || words[3]);
    (void)unused;
}

static void test_refused(void **unused)
{
    owner o;
    sheaf_noised_terms terms = terms_make(5);
    sheaf_noised_scale scale;
    sheaf_err err;
    sheaf_model model;
    int64_t values[WORDS];
    const sheaf_noised_seeds seeds = seeds_of(1);
    owner_init(&o, 1, 1);
    test_ranged_model(D, &model);
    terms.unit = SHEAF_NOISED_MEMBER;
    assert_int_equal(sheaf_noised_scale_of(&terms, &scale, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "hides records"));
    terms = terms_make(5);
    terms.local_norm_millionths = 0;
    assert_int_equal(sheaf_noised_scale_of(&terms, &scale, &err), SHEAF_INVALID);
    terms = terms_make(5);
    terms.local_divisor = 0;
    assert_int_equal(sheaf_noised_scale_of(&terms, &scale, &err), SHEAF_INVALID);
    terms = terms_make(5);
    terms.evaluates = true;
    assert_int_equal(sheaf_noised_steps(&terms, &model, &o.table, &seeds, values, &err),
                     SHEAF_INVALID);
    terms = terms_make(5);
    terms.words = WORDS + 1;
    assert_int_equal(sheaf_noised_steps(&terms, &model, &o.table, &seeds, values, &err),
                     SHEAF_INVALID);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps_by_hand),
        cmocka_unit_test(test_noise_is_whole),
        cmocka_unit_test(test_samples_are_drawn_anew),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
