/* A perceptron under noise: what a member adds, and that four hospitals learn by it. */
#include "centres.h"

#include "learn/mlp_noised.h"
#include "learn/ranges.h"
#include "privacy/clip.h"

static const sheaf_mlp_shape shape = {.inputs = 13, .hidden = 1, .units = {8}, .tanh = true};
static sheaf_table tables[SHEAF_HEART_CENTRES];
static sheaf_scaling scaling;

static int centres_open(void **unused)
{
    sheaf_err err;
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        test_centre_table(i, SHEAF_TABLE_NOISED, &tables[i]);
    MUST(sheaf_ranges_scaling(sheaf_features_heart(), &scaling, &err));
    (void)unused;
    return 0;
}

static int centres_close(void **unused)
{
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        sheaf_table_close(&tables[i]);
    (void)unused;
    return 0;
}

static sheaf_mlp model_make(void)
{
    sheaf_err err;
    sheaf_mlp model;
    MUST(sheaf_mlp_open(&model, &shape, sheaf_features_heart(), &scaling, &err));
    sheaf_mlp_draw(&model, 5);
    return model;
}

static sheaf_noised_terms terms_make(sheaf_noised_unit unit, bool local)
{
    return (sheaf_noised_terms){
        .unit = unit,
        .local = local,
        .norm_millionths = 1000000,
        .noise_millionths = 10000,
        .sampling_millionths = 1000000,
        .divisor = unit == SHEAF_NOISED_RECORD && !local ? 486 : 4,
        .local_norm_millionths = 20000000,
        .local_divisor = 120,
        .training = {.steps = 20, .batch = 8, .rate_millionths = 100000},
        .words = sheaf_mlp_parameters(&shape),
        .members = SHEAF_HEART_CENTRES,
        .survivors_least = 3,
        .colluders = 1,
        .records_max = 303};
}

static double accuracy(const sheaf_mlp *model)
{
    sheaf_err err;
    double right = 0, all = 0, scores[303];
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        MUST(sheaf_mlp_scores(model, &tables[i], scores, &err));
        for (uint32_t j = 0; j < tables[i].rows; j++) {
            right += tables[i].is_test[j] && (scores[j] >= 0) == (tables[i].y[j] != 0);
            all += tables[i].is_test[j];
        }
    }
    return right / all;
}

/* Seeds of one member in one round. */
static sheaf_noised_seeds seeds_of(int round, int member)
{
    sheaf_noised_seeds seeds;
    memset(&seeds, 0, sizeof seeds);
    seeds.sample[0] = seeds.noise[0] = seeds.rounding[0] = (uint8_t)(round + 1);
    seeds.sample[1] = seeds.noise[1] = seeds.rounding[1] = (uint8_t)(member + 1);
    seeds.noise[2] = 1, seeds.rounding[2] = 2;
    return seeds;
}

static void round_play(sheaf_mlp *model, const sheaf_noised_terms *terms, int number)
{
    sheaf_err err;
    const size_t count = terms->words;
    int64_t *values = calloc(count, sizeof *values);
    uint64_t *words = calloc(2 * count, sizeof *words), *sum = words + count;
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        sheaf_noised_seeds seeds = seeds_of(number, i);
        MUST(sheaf_mlp_noised_local(terms, model, &tables[i], (uint64_t)number, &seeds, values,
                                    &err));
        MUST(sheaf_noised_words(terms, values, seeds.noise, words, &err));
        for (size_t j = 0; j < count; j++)
            sum[j] += words[j];
    }
    MUST(sheaf_noised_move(terms, sum, model->parameters, &err));
    free(values);
    free(words);
}

/* By next to no noise all three ways learn; at an epsilon of about 5 unit record does. */
static void test_hospitals_learn(void **unused)
{
    static const struct {
        sheaf_noised_unit unit;
        bool local;
        uint64_t noise;
        int rounds;
    } rows[] = {{SHEAF_NOISED_RECORD, false, 10000, 30},
                {SHEAF_NOISED_MEMBER, false, 10000, 20},
                {SHEAF_NOISED_RECORD, true, 10000, 20},
                {SHEAF_NOISED_RECORD, false, 4133013, 30}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_mlp model = model_make();
        sheaf_noised_terms terms = terms_make(rows[i].unit, rows[i].local);
        terms.noise_millionths = rows[i].noise;
        if (rows[i].unit == SHEAF_NOISED_RECORD && !rows[i].local)
            terms.training = (sheaf_training){.steps = 1, .rate_millionths = 2000000};
        for (int round = 0; round < rows[i].rounds; round++)
            round_play(&model, &terms, round);
        if (!(accuracy(&model) > 0.75))
            fail_msg("way %zu: accuracy %.3f", i, accuracy(&model));
        sheaf_mlp_close(&model);
    }
    (void)unused;
}

/* The difference of any two sums that one record more or less makes is within the sensitivity,
 * and no other record's share moves by a bit. */
static void test_one_record_moves_the_sum_by_the_sensitivity(void **unused)
{
    sheaf_err err;
    sheaf_mlp model = model_make();
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD, false);
    const sheaf_noised_seeds seeds = seeds_of(0, 0);
    const uint64_t sensitivity = sheaf_noised_sensitivity(terms.words);
    int64_t with[512], without[512];
    assert_true(terms.words <= 512);
    MUST(sheaf_mlp_noised_local(&terms, &model, &tables[0], 1, &seeds, with, &err));
    for (uint32_t i = 0; i < tables[0].rows; i += 5) {
        sheaf_table less = tables[0];
        if (less.is_test[i])
            continue;
        less.is_test = malloc(less.rows);
        memcpy(less.is_test, tables[0].is_test, less.rows);
        less.is_test[i] = 1; /* it is not trained on */
        less.train_rows--, less.test_rows++;
        MUST(sheaf_mlp_noised_local(&terms, &model, &less, 1, &seeds, without, &err));
        for (uint32_t j = 0; j < terms.words; j++)
            without[j] -= with[j];
        assert_true(sheaf_norm_within(without, terms.words, sensitivity));
        free(less.is_test);
    }
    sheaf_mlp_close(&model);
    (void)unused;
}

static void test_a_sample_is_taken(void **unused)
{
    sheaf_err err;
    sheaf_mlp model = model_make();
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD, false);
    int64_t all[512], some[512];
    const sheaf_noised_seeds seeds = seeds_of(0, 0);
    MUST(sheaf_mlp_noised_local(&terms, &model, &tables[1], 1, &seeds, all, &err));
    terms.sampling_millionths = 1; /* as good as none */
    MUST(sheaf_mlp_noised_local(&terms, &model, &tables[1], 1, &seeds, some, &err));
    for (uint32_t j = 0; j < terms.words; j++)
        assert_int_equal(some[j], 0);
    terms.sampling_millionths = 500000;
    MUST(sheaf_mlp_noised_local(&terms, &model, &tables[1], 1, &seeds, some, &err));
    assert_memory_not_equal(all, some, terms.words * sizeof *all);
    sheaf_mlp_close(&model);
    (void)unused;
}

static void test_what_does_not_fit_is_refused(void **unused)
{
    sheaf_err err;
    sheaf_mlp model = model_make();
    sheaf_noised_terms terms = terms_make(SHEAF_NOISED_RECORD, false);
    const sheaf_noised_seeds seeds = seeds_of(0, 0);
    int64_t values[512];
    terms.words--;
    assert_int_equal(
        sheaf_mlp_noised_local(&terms, &model, &tables[0], 1, &seeds, values, &err),
        SHEAF_INVALID);
    terms.words++;
    terms.records_max = 5;
    assert_int_equal(
        sheaf_mlp_noised_local(&terms, &model, &tables[0], 1, &seeds, values, &err),
        SHEAF_INVALID);
    terms.records_max = 303;
    model.scaling.clipped = false;
    assert_int_equal(
        sheaf_mlp_noised_local(&terms, &model, &tables[0], 1, &seeds, values, &err),
        SHEAF_INVALID);
    sheaf_mlp_close(&model);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hospitals_learn),
        cmocka_unit_test(test_one_record_moves_the_sum_by_the_sensitivity),
        cmocka_unit_test(test_a_sample_is_taken),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, centres_open, centres_close);
}
