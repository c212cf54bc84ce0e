/* The four real centres: counts as published, accuracy bars, and that rounding to integers
 * changes no prediction. */
#include "centres.h"

#include "learn/fedsim.h"

#include <math.h>

static sheaf_table tables[SHEAF_HEART_CENTRES];
static const uint64_t ids[SHEAF_HEART_CENTRES] = {0, 1, 2, 3};

static int centres_open(void **unused)
{
    static const sheaf_heart_counts want[] = {
        {303, 303, 199, 104}, {294, 261, 172, 89}, {123, 46, 30, 16}, {200, 130, 85, 45}};
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        sheaf_err err;
        sheaf_heart_counts counts;
        sheaf_buffer csv = test_centre_csv(i, &counts);
        assert_memory_equal(&counts, &want[i], sizeof counts);
        MUST(sheaf_table_read(sheaf_buffer_slice(&csv), sheaf_heart_centres[i].name,
                              sheaf_features_heart(), SHEAF_TABLE_EXACT, &tables[i], &err));
        sheaf_buffer_deinit(&csv);
    }
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

static sheaf_fedsim sim_of(uint64_t seed)
{
    return (sheaf_fedsim){
        sheaf_features_heart(), tables, ids, SHEAF_HEART_CENTRES, sheaf_training_default(),
        SHEAF_ROUNDS_DEFAULT,   seed};
}

static void test_counts(void **unused)
{
    static const int train[] = {199, 172, 30, 85}, test[] = {104, 89, 16, 45};
    static const int positive[] = {139, 98, 45, 101}, positive_test[] = {48, 33, 15, 35};
    for (int k = 0; k < SHEAF_HEART_CENTRES; k++) {
        int all = 0, held_out = 0;
        for (uint32_t i = 0; i < tables[k].rows; i++) {
            all += tables[k].y[i];
            held_out += tables[k].y[i] & tables[k].is_test[i];
        }
        assert_int_equal(tables[k].train_rows, train[k]);
        assert_int_equal(tables[k].test_rows, test[k]);
        assert_int_equal(tables[k].left_out, 0);
        assert_int_equal(all, positive[k]);
        assert_int_equal(held_out, positive_test[k]);
    }
    (void)unused;
}

static void test_convert_refuses_another_split(void **unused)
{
    sheaf_err err;
    sheaf_heart_counts counts;
    sheaf_buffer out, raw = test_heart_file(sheaf_heart_centres[0].file);
    sheaf_buffer split = test_heart_file("flamby-split.csv");
    sheaf_slice all = sheaf_buffer_slice(&raw);
    sheaf_buffer_init(&out, 1 << 20);
    assert_int_equal(
        sheaf_heart_convert(all, sheaf_buffer_slice(&split), "va", &out, &counts, &err),
        SHEAF_INVALID);
    all.len = all.len / 2; /* cut within a line */
    assert_int_equal(
        sheaf_heart_convert(all, sheaf_buffer_slice(&split), "cleveland", &out, &counts, &err),
        SHEAF_INVALID);
    assert_int_equal(
        sheaf_heart_convert(all, sheaf_str("x\n"), "cleveland", &out, &counts, &err),
        SHEAF_INVALID);
    sheaf_buffer_deinit(&raw);
    sheaf_buffer_deinit(&split);
    sheaf_buffer_deinit(&out);
    (void)unused;
}

static void test_accuracy(void **unused)
{
    for (uint64_t seed = 42; seed <= 46; seed++) {
        sheaf_err err;
        static sheaf_fedsim_comparison got;
        sheaf_fedsim sim = sim_of(seed);
        MUST(sheaf_fedsim_compare(&sim, &got, &err));
        assert_int_equal(got.federated.pooled.records, 254);
        assert_true(got.federated.pooled.accuracy_millionths >= 780000);
        assert_true(got.federated.pooled.auc_millionths >= 870000);
        assert_true(got.pooled.pooled.accuracy_millionths >= 785000);
    }
    (void)unused;
}

/* Training rounded to integers and training in doubles: the same answer for all 740 records. */
static void test_rounding_changes_no_prediction(void **unused)
{
    for (uint64_t seed = 42; seed <= 46; seed++) {
        sheaf_err err;
        sheaf_model model;
        double mean[13], scale[13], parameters[14];
        sheaf_fedsim sim = sim_of(seed);
        MUST(sheaf_fedsim_run(&sim, &model, &err));
        MUST(sheaf_fedsim_doubles(&sim, mean, scale, parameters, &err));
        for (int k = 0; k < SHEAF_HEART_CENTRES; k++) {
            sheaf_samples samples;
            MUST(sheaf_samples_open_doubles(&tables[k], SHEAF_PART_ALL, mean, scale, &samples,
                                            &err));
            for (uint32_t i = 0; i < samples.n; i++) {
                double rounded = sheaf_model_score(&model, tables[k].x + i * 13);
                double exact = sheaf_logistic_score(parameters, samples.z + i * 13, 13);
                assert_true(fabs(rounded - exact) < 1e-4);
                assert_int_equal(rounded >= 0, exact >= 0);
            }
            sheaf_samples_close(&samples);
        }
    }
    (void)unused;
}

/* Learning under noise as bench/bench_private_heart.c measures it, with fewer seeds. */
static void test_accuracy_under_noise(void **unused)
{
    enum { SEEDS = 4 };
    const sheaf_noised_terms terms = {.unit = SHEAF_NOISED_RECORD,
                                      .norm_millionths = 1000000,
                                      .noise_millionths = 4133013, /* epsilon 5, delta 1e-3 */
                                      .sampling_millionths = 1000000,
                                      .divisor = 486,
                                      .survivors_least = 3,
                                      .colluders = 1,
                                      .records_max = 303};
    int64_t mean = 0, pooled = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        sheaf_err err;
        sheaf_model model;
        static sheaf_fedsim_figures got;
        sheaf_fedsim sim = sim_of(seed);
        sim.rounds = 30;
        sim.training = (sheaf_training){.steps = 1, .rate_millionths = 2000000};
        MUST(sheaf_fedsim_noised(&sim, &terms, &model, &err));
        MUST(sheaf_fedsim_evaluate(&sim, &model, &got, &err));
        pooled += got.pooled.accuracy_millionths;
        for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
            mean += got.owner[i].accuracy_millionths;
    }
    assert_true(pooled / SEEDS >= 780000);
    assert_true(mean / SEEDS / SHEAF_HEART_CENTRES >= 790000);
    (void)unused;
}

/* The summed histograms of four members against the exact figures of all rows. */
static void test_evaluation_sum(void **unused)
{
    sheaf_err err;
    sheaf_model model;
    sheaf_evaluation summed;
    static sheaf_fedsim_figures exact;
    int64_t sum[SHEAF_EVALUATION_WORDS] = {0}, words[SHEAF_EVALUATION_WORDS];
    sheaf_fedsim sim = sim_of(42);
    MUST(sheaf_fedsim_run(&sim, &model, &err));
    MUST(sheaf_fedsim_evaluate(&sim, &model, &exact, &err));
    for (int k = 0; k < SHEAF_HEART_CENTRES; k++) {
        MUST(sheaf_evaluation_local(&model, &tables[k], SHEAF_PART_TEST, words, &err));
        for (int i = 0; i < SHEAF_EVALUATION_WORDS; i++)
            sum[i] += words[i];
    }
    MUST(sheaf_evaluation_finish(sum, &summed, &err));
    assert_int_equal(summed.records, exact.pooled.records);
    assert_int_equal(summed.positives, exact.pooled.positives);
    assert_int_equal(summed.correct, exact.pooled.correct);
    assert_int_equal(summed.loss_millionths, exact.pooled.loss_millionths);
    assert_true(llabs(summed.auc_millionths - exact.pooled.auc_millionths) < 2000);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_convert_refuses_another_split),
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_rounding_changes_no_prediction),
        cmocka_unit_test(test_evaluation_sum),
        cmocka_unit_test(test_accuracy_under_noise),
    };
    return cmocka_run_group_tests(tests, centres_open, centres_close);
}
