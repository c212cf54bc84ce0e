/* The perceptron's row as hub and nodes call it: from statistics to an evaluation, of a class
 * and of a number, exact and under noise. */
#include "centres.h"

#include "learn/kind.h"

static void *data[SHEAF_HEART_CENTRES];
static sheaf_buffer csv[SHEAF_HEART_CENTRES];
static const sheaf_learn_kind *kind;

static int centres_open(void **unused)
{
    sheaf_err err;
    sheaf_heart_counts counts;
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        csv[i] = test_centre_csv(i, &counts);
    MUST(sheaf_learn_kind_find(SHEAF_model_kind_mlp, &kind, &err));
    (void)unused;
    return 0;
}

static int centres_close(void **unused)
{
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        sheaf_buffer_deinit(&csv[i]);
    (void)unused;
    return 0;
}

static sheaf_spec spec_make(uint8_t target)
{
    return (sheaf_spec){.kind = SHEAF_model_kind_mlp,
                        .target = target,
                        .features = *sheaf_features_heart(),
                        .inputs = 13,
                        .has_label_range = target == SHEAF_target_number,
                        .label_high_millionths = 4000000,
                        .mlp = {SHEAF_activation_relu, 1, {16}}};
}

/* One round of all members, by the row's functions; the result's bytes are the caller's. */
static void play(sheaf_job *job, int number, sheaf_round_result *out)
{
    sheaf_err err;
    sheaf_learn_task task;
    const size_t count = kind->words(job->spec, job->task, job->noised, (uint32_t)number);
    int64_t *sum = calloc(2 * count, sizeof *sum), *values = sum + count;
    uint64_t *words = calloc(count, sizeof *words);
    *out = (sheaf_round_result){0};
    sheaf_buffer_init(&out->bytes, 1 << 20);
    job->words = (uint32_t)count;
    MUST(sheaf_learn_task_of(kind, job, &task, &err));
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++) {
        sheaf_noised_seeds secret;
        memset(&secret, 16 * number + i + 1, sizeof secret);
        secret.noise[0] ^= 77;
        const sheaf_job_seeds seeds = {sheaf_training_seed(9, (uint32_t)number, (uint64_t)i),
                                       &secret};
        MUST(task.local(job, data[i], &seeds, values, &err));
        memcpy(words, values, count * sizeof *words);
        if (job->noised)
            MUST(sheaf_noised_words(job->terms, values, secret.noise, words, &err));
        for (size_t j = 0; j < count; j++)
            sum[j] = (int64_t)((uint64_t)sum[j] + words[j]);
    }
    if (job->noised && job->task == SHEAF_task_evaluate) /* the sign carried to 64 bits */
        for (size_t j = 0; j < count; j++) {
            sheaf_noised_scale scale;
            MUST(sheaf_noised_scale_of(job->terms, &scale, &err));
            sum[j] = (int64_t)((uint64_t)sum[j] << (64 - scale.bits)) >> (64 - scale.bits);
        }
    MUST(task.finish(job, sum, out, &err));
    free(sum);
    free(words);
}

/* Statistics if exact, `rounds` of training, evaluation; the figures of it and the model. */
static struct sheaf_figures learn(const sheaf_spec *spec, sheaf_noised_terms *terms, int rounds,
                                  sheaf_buffer *model)
{
    sheaf_err err;
    sheaf_round_result result;
    const bool noised = terms != NULL, number = spec->target == SHEAF_target_number;
    sheaf_job job = {.spec = spec,
                     .noised = noised,
                     .terms = terms,
                     .seed = 42,
                     .task = SHEAF_task_statistics,
                     .training = {.steps = 40, .batch = 8, .rate_millionths = 20000}};
    sheaf_buffer_init(model, 1 << 20);
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        MUST(kind->open(spec, sheaf_buffer_slice(&csv[i]), "heart.csv",
                        noised ? SHEAF_TABLE_NOISED : SHEAF_TABLE_EXACT, &data[i], &err));
    if (noised) {
        MUST(kind->begin(spec, job.seed, model, &err));
    } else {
        play(&job, 0, &result);
        *model = result.bytes;
    }
    for (int i = 0; i < rounds; i++) {
        job.task = SHEAF_task_train;
        job.base = sheaf_buffer_slice(model);
        MUST(kind->check(spec, job.base, noised, &err));
        play(&job, i + 1, &result);
        assert_int_equal(result.has_figures, !noised);
        sheaf_buffer_deinit(model);
        *model = result.bytes;
    }
    job.task = SHEAF_task_evaluate;
    job.base = sheaf_buffer_slice(model);
    if (noised) {
        terms->evaluates = true;
        terms->words = number ? 3 : SHEAF_NOISED_CELLS;
        terms->noise_millionths = 1000000;
    }
    play(&job, rounds + 1, &result);
    sheaf_buffer_deinit(&result.bytes);
    for (int i = 0; i < SHEAF_HEART_CENTRES; i++)
        kind->close(data[i]);
    return result.figures;
}

static void test_a_class(void **unused)
{
    sheaf_buffer model, again;
    const sheaf_spec spec = spec_make(SHEAF_target_class);
    struct sheaf_figures figures = learn(&spec, NULL, 15, &model);
    assert_true(figures.accuracy_millionths > 770000 && figures.auc_millionths > 850000);
    assert_int_equal(figures.records, 254);
    (void)learn(&spec, NULL, 15, &again);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&model), sheaf_buffer_slice(&again)));
    sheaf_buffer_deinit(&model);
    sheaf_buffer_deinit(&again);
    (void)unused;
}

static void test_a_number(void **unused)
{
    sheaf_buffer model;
    const sheaf_spec spec = spec_make(SHEAF_target_number);
    struct sheaf_figures figures = learn(&spec, NULL, 10, &model);
    assert_true(figures.has_rmse_millionths && figures.has_baseline_rmse_millionths);
    if (!(figures.rmse_millionths < figures.baseline_rmse_millionths * 9 / 10))
        fail_msg("%lld of %lld", (long long)figures.rmse_millionths,
                 (long long)figures.baseline_rmse_millionths);
    sheaf_buffer_deinit(&model);
    (void)unused;
}

static sheaf_noised_terms terms_make(const sheaf_spec *spec)
{
    return (sheaf_noised_terms){.norm_millionths = 1000000,
                                .noise_millionths = 3000000,
                                .sampling_millionths = 1000000,
                                .divisor = 486,
                                .training = {.steps = 1, .rate_millionths = 2000000},
                                .words = (uint32_t)kind->words(spec, SHEAF_task_train, true, 0),
                                .members = SHEAF_HEART_CENTRES,
                                .survivors_least = 3,
                                .colluders = 1,
                                .records_max = 303};
}

static void test_both_under_noise(void **unused)
{
    sheaf_buffer model;
    sheaf_spec spec = spec_make(SHEAF_target_class);
    sheaf_noised_terms terms = terms_make(&spec);
    struct sheaf_figures figures = learn(&spec, &terms, 30, &model);
    assert_true(figures.accuracy_millionths > 700000 && !figures.has_log_loss_millionths);
    sheaf_buffer_deinit(&model);
    spec = spec_make(SHEAF_target_number);
    terms = terms_make(&spec);
    terms.training.rate_millionths = 300000;
    figures = learn(&spec, &terms, 20, &model);
    assert_true(figures.has_rmse_millionths && figures.rmse_millionths < 1300000);
    sheaf_buffer_deinit(&model);
    (void)unused;
}

static void test_other_models_are_refused(void **unused)
{
    sheaf_err err;
    sheaf_buffer model;
    sheaf_spec spec = spec_make(SHEAF_target_number);
    sheaf_buffer_init(&model, 1 << 20);
    MUST(kind->begin(&spec, 1, &model, &err));
    const sheaf_slice file = sheaf_buffer_slice(&model);
    MUST(kind->check(&spec, file, true, &err));
    spec.mlp.units[0] = 17;
    assert_int_equal(kind->check(&spec, file, true, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "layers that were registered"));
    spec = spec_make(SHEAF_target_class);
    assert_int_equal(kind->check(&spec, file, true, &err), SHEAF_INVALID);
    spec = spec_make(SHEAF_target_number);
    spec.label_high_millionths++;
    assert_int_equal(kind->check(&spec, file, true, &err), SHEAF_INVALID);
    spec.mlp.layers = 0;
    assert_int_equal(kind->begin(&spec, 1, &model, &err), SHEAF_INVALID);
    sheaf_buffer_deinit(&model);
    (void)unused;
}

static void test_rows_are_predicted(void **unused)
{
    sheaf_err err;
    sheaf_buffer model;
    sheaf_predictions said;
    for (int number = 0; number < 2; number++) {
        const sheaf_spec spec = spec_make(number ? SHEAF_target_number : SHEAF_target_class);
        (void)learn(&spec, NULL, 2, &model);
        MUST(kind->predict(sheaf_buffer_slice(&model), sheaf_buffer_slice(&csv[0]), "heart.csv",
                           &said, &err));
        assert_int_equal(said.cells[0], 2); /* the line */
        assert_true(said.cells[1] > -1000000 && said.cells[1] < 5000000);
        sheaf_predictions_close(&said);
        sheaf_buffer_deinit(&model);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_class),
        cmocka_unit_test(test_a_number),
        cmocka_unit_test(test_both_under_noise),
        cmocka_unit_test(test_other_models_are_refused),
        cmocka_unit_test(test_rows_are_predicted),
    };
    return cmocka_run_group_tests(tests, centres_open, centres_close);
}
