#include "forecast_world.h"

#include "learn/statistics.h"

static void test_ahead(void **unused)
{
    sheaf_err err;
    world w;
    uint64_t random = 2;
    world_make(&w, 3, 100, 0, &random);
    w.items[1].value[w.items[1].steps - 3] = NAN;
    w.items[2].steps = 40;
    sheaf_forecast_terms terms = terms_of(48, 30, 1);
    sheaf_forecaster model;
    sheaf_scaled_set data;
    double out[3 * 30];
    MUST(sheaf_forecaster_open(&terms, &columns, true, &model, &err));
    assert_int_equal(sheaf_forecaster_weights(&model), 2);
    model.weight[0] = SHEAF_UNIT; /* what was yesterday at this time */
    MUST(sheaf_scaled_open(&w.set, &terms, true, &data, &err));
    MUST(sheaf_forecaster_ahead(&model, &data, out, &err));
    for (uint32_t h = 0; h < 30; h++) {
        double want = w.items[0].value[w.items[0].steps - 24 + h % 24];
        assert_true(fabs(out[h] - want) < 1e-4);
        assert_true(isnan(out[30 + h])); /* a gap in its look-back */
        assert_true(isnan(out[60 + h])); /* too short */
    }
    sheaf_scaled_close(&data);
    sheaf_forecaster_close(&model);
    world_free(&w);
    (void)unused;
}

static sheaf_noised_terms noised_of(uint32_t words)
{
    return (sheaf_noised_terms){.unit = SHEAF_NOISED_MEMBER,
                                .norm_millionths = 1000000,
                                .noise_millionths = 1000,
                                .sampling_millionths = 1000000,
                                .divisor = 3,
                                .training = {.steps = 50, .rate_millionths = 100000},
                                .words = words,
                                .members = 3,
                                .survivors_least = 3,
                                .colluders = 1,
                                .records_max = 10000};
}

static int64_t square_error(const sheaf_forecaster *model, const sheaf_series_set *set)
{
    sheaf_err err;
    sheaf_scaled_set data;
    sheaf_forecast_figures found;
    int64_t words[SHEAF_FORECAST_EVALUATION_WORDS];
    MUST(sheaf_scaled_open(set, &model->terms, false, &data, &err));
    MUST(sheaf_forecaster_evaluate(model, &data, words, &err));
    MUST(sheaf_forecast_figures_of(words, &found, &err));
    sheaf_scaled_close(&data);
    return found.model.square_millionths;
}

/* Members move a seasonal map by their clipped changes, under next to no noise. */
static void test_seasonal_steps(void **unused)
{
    enum { WEIGHTS = 3 };
    sheaf_err err;
    world w;
    uint64_t random = 8, sum[WEIGHTS] = {0}, words[WEIGHTS];
    int64_t values[WEIGHTS];
    world_make(&w, 3, 800, 3, &random);
    sheaf_forecast_terms terms = terms_of(80, 24, 1);
    sheaf_noised_terms round = noised_of(WEIGHTS);
    sheaf_noised_scale scale;
    sheaf_forecaster model;
    MUST(sheaf_noised_scale_of(&round, &scale, &err));
    MUST(sheaf_forecaster_begin(&terms, &columns, &model, &err));
    assert_int_equal(sheaf_forecaster_weights(&model), WEIGHTS);
    assert_int_equal(model.weight[2], (SHEAF_UNIT + 1) / 3);
    int64_t before = square_error(&model, &w.set);
    for (uint8_t i = 0; i < 3; i++) {
        sheaf_series_set one = {
            .step_s = HOUR, .count = 1, .entities = 1, .items = &w.items[i]};
        sheaf_scaled_set data;
        const uint8_t rounding[SHEAF_NOISED_SEED] = {1, i}, noise[SHEAF_NOISED_SEED] = {2, i};
        MUST(sheaf_scaled_open(&one, &terms, false, &data, &err));
        MUST(sheaf_forecaster_change(&round, &model, &data, rounding, values, &err));
        assert_true(values[0] != 0);
        int64_t squares = 0;
        for (int j = 0; j < WEIGHTS; j++)
            squares += values[j] * values[j];
        assert_true(squares <= (int64_t)(scale.sensitivity * scale.sensitivity));
        MUST(sheaf_noised_words(&round, values, noise, words, &err));
        for (int j = 0; j < WEIGHTS; j++)
            sum[j] += words[j];
        sheaf_scaled_close(&data);
    }
    MUST(sheaf_forecaster_step(&round, sum, &model, &err));
    int64_t after = square_error(&model, &w.set);
    assert_true(after < before);

    /* Whoever has no window moves nothing; steps that run away count as none. */
    sheaf_scaled_set data;
    const uint8_t rounding[SHEAF_NOISED_SEED] = {9};
    sheaf_series_set one = {.step_s = HOUR, .count = 1, .entities = 1, .items = &w.items[0]};
    round.training = (sheaf_training){.steps = 5000, .rate_millionths = 100000000};
    MUST(sheaf_scaled_open(&one, &terms, false, &data, &err));
    MUST(sheaf_forecaster_change(&round, &model, &data, rounding, values, &err));
    assert_true(values[0] == 0 && values[1] == 0 && values[2] == 0);
    w.items[0].train.to = 50;
    MUST(sheaf_forecaster_change(&round, &model, &data, rounding, values, &err));
    assert_true(values[0] == 0 && values[1] == 0 && values[2] == 0);

    round.words = 4;
    assert_int_equal(sheaf_forecaster_change(&round, &model, &data, rounding, values, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message,
                        "a round of 4 words does not fit a seasonal map of 3 weights");
    model.seasonal = false;
    assert_int_equal(sheaf_forecaster_step(&round, sum, &model, &err), SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the model is a full map; learning under noise begins with "
                        "the mean of the last seasons");
    sheaf_scaled_close(&data);
    sheaf_forecaster_close(&model);
    world_free(&w);
    (void)unused;
}

static void model_change(sheaf_slice file, const char *from, const char *to,
                         const char *message)
{
    sheaf_err err = {0};
    sheaf_forecaster read;
    uint8_t *copy = malloc(file.len);
    memcpy(copy, file.data, file.len);
    uint8_t *at = memmem(copy, file.len, from, strlen(from));
    assert_non_null(at);
    assert_int_equal(strlen(from), strlen(to));
    memcpy(at, to, strlen(to));
    assert_int_equal(sheaf_forecaster_read(sheaf_bytes(copy, file.len), &read, &err),
                     SHEAF_INVALID);
    if (!strstr(err.message, message))
        fail_msg("'%s' is not in '%s'", message, err.message);
    free(copy);
}

static void test_model_file(void **unused)
{
    sheaf_err err = {0};
    sheaf_forecast_terms terms = terms_of(26, 5, 0);
    sheaf_series_columns several = {
        .time = "t", .series = "id", .count = 3, .value = {"a b", "c", "d"}};
    for (int seasonal = 0; seasonal < 2; seasonal++) {
        sheaf_forecaster model, read;
        sheaf_buffer bytes, again;
        MUST(sheaf_forecaster_open(&terms, &several, seasonal, &model, &err));
        for (size_t i = 0; i < sheaf_forecaster_weights(&model); i++)
            model.weight[i] = (int64_t)i * 77777 - 99999;
        sheaf_buffer_init(&bytes, 1 << 20);
        sheaf_buffer_init(&again, 1 << 20);
        sheaf_forecaster_write(&bytes, &model);
        sheaf_slice file = sheaf_buffer_slice(&bytes);
        MUST(sheaf_forecaster_read(file, &read, &err));
        sheaf_forecaster_write(&again, &read);
        assert_true(sheaf_slice_equal(file, sheaf_buffer_slice(&again)));
        assert_memory_equal(&read.terms, &terms, sizeof terms);
        assert_memory_equal(&read.columns, &several, sizeof several);
        assert_memory_equal(read.weight, model.weight,
                            sheaf_forecaster_weights(&model) * sizeof *read.weight);
        sheaf_forecaster_close(&read);
        for (size_t len = 0; len < file.len; len += 1 + len / 20)
            assert_int_equal(sheaf_forecaster_read(sheaf_bytes(file.data, len), &read, &err),
                             SHEAF_INVALID);
        model_change(file, "forecaster/1", "forecaster/2", "is not of the format");
        model_change(file, seasonal ? "seasons ago" : "look-back by",
                     seasonal ? "seasons off" : "look-back of", "form is neither");
        model_change(file, "\"26\"", "\"x6\"", "look_back is not a number");
        model_change(file, "\"26\"", "\"06\"", "look_back is not a number");
        if (!seasonal)
            model_change(file, "\"26\"", "\"27\"", "weight");
        model_change(file, "\"26\"", "\"20\"", "a season of 24 steps; choose 1 to 20");
        model_change(file, "\"10000\"", "\"00000\"", "lambda_millionths is not a number");
        model_change(file, "a b,c,d", "a b,c,c", "the column c is named twice");
        model_change(file, "a b,c,d", "a b,cd,", "holds more");
        sheaf_buffer_deinit(&bytes);
        sheaf_buffer_deinit(&again);
        sheaf_forecaster_close(&model);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ahead),
        cmocka_unit_test(test_seasonal_steps),
        cmocka_unit_test(test_model_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
