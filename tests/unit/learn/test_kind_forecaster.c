/* The row of forecasters, as hub, nodes and auditors ask it. */
#include "test.h"

#include "base/buffer.h"
#include "learn/kind.h"
#include "learn/times.h"

#include <math.h>

enum { MEMBERS = 3, HOURS = 400, BACK = 48, AHEAD = 12 };

static sheaf_spec spec_of(void)
{
    return (sheaf_spec){.kind = SHEAF_model_kind_forecaster,
                        .target = SHEAF_target_number,
                        .features = {.count = 1, .items = {{.column = "kwh"}}},
                        .inputs = 1,
                        .forecaster = {.every = 1,
                                       .horizon = AHEAD,
                                       .look_back = BACK,
                                       .season = 24,
                                       .step_s = 3600,
                                       .series = "meter",
                                       .time = "hour"},
                        .lambda_millionths = 100000};
}

static const sheaf_learn_kind *row(void)
{
    const sheaf_learn_kind *kind;
    sheaf_err err;
    MUST(sheaf_learn_kind_find(SHEAF_model_kind_forecaster, &kind, &err));
    return kind;
}

/* Appends the hours of one meter, with a few left out. */
static void hours_put(sheaf_buffer *out, int meter)
{
    uint64_t random = (uint64_t)meter * 77 + 5;
    for (int i = 0; i < HOURS; i++) {
        char time[SHEAF_TIME_LEN + 1];
        double value =
            3 + meter + sin(i * 0.2617994) + (double)(test_random(&random) % 1000) / 2000;
        sheaf_time_print(1700000000 / 3600 * 3600 + (int64_t)i * 3600, time);
        if (i % 190 != 70)
            sheaf_buffer_printf(out, "m%d,%s,%.3f\n", meter, time, value);
    }
}

static void *data_of(const sheaf_spec *spec, int from, int to)
{
    sheaf_buffer text;
    sheaf_err err;
    void *data;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(&text, "meter,hour,kwh\n");
    for (int i = from; i < to; i++)
        hours_put(&text, i);
    MUST(row()->open(spec, sheaf_buffer_slice(&text), "m.csv", SHEAF_TABLE_EXACT, &data, &err));
    sheaf_buffer_deinit(&text);
    return data;
}

/* Adds up the members' words; the same of one file with all. */
static void sums(const sheaf_job *job, int64_t *sum, int64_t *pooled)
{
    sheaf_err err;
    sheaf_learn_task task;
    int64_t *own = calloc(job->words, sizeof *own);
    MUST(sheaf_learn_task_of(row(), job, &task, &err));
    for (int i = 0; i < MEMBERS; i++) {
        void *data = data_of(job->spec, i, i + 1);
        MUST(task.local(job, data, NULL, own, &err));
        for (uint32_t j = 0; j < job->words; j++)
            sum[j] += own[j];
        row()->close(data);
    }
    void *all = data_of(job->spec, 0, MEMBERS);
    MUST(task.local(job, all, NULL, pooled, &err));
    row()->close(all);
    free(own);
}

static sheaf_job job_of(const sheaf_spec *spec, uint8_t task, sheaf_slice base)
{
    sheaf_job job = {.spec = spec, .task = task, .base = base};
    job.words = (uint32_t)row()->words(spec, task, false, 0);
    return job;
}

static void trained(const sheaf_spec *spec, sheaf_round_result *out)
{
    sheaf_err err;
    sheaf_learn_task task;
    sheaf_round_result of_pooled = {0};
    sheaf_job job = job_of(spec, SHEAF_task_train, sheaf_str(""));
    int64_t *sum = calloc(job.words, sizeof *sum), *pooled = calloc(job.words, sizeof *sum);
    sums(&job, sum, pooled);
    *out = (sheaf_round_result){0};
    sheaf_buffer_init(&out->bytes, 1 << 20);
    sheaf_buffer_init(&of_pooled.bytes, 1 << 20);
    MUST(sheaf_learn_task_of(row(), &job, &task, &err));
    MUST(task.finish(&job, sum, out, &err));
    MUST(task.finish(&job, pooled, &of_pooled, &err));
    assert_false(out->has_figures);
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&out->bytes),
                                  sheaf_buffer_slice(&of_pooled.bytes)));
    sheaf_buffer_deinit(&of_pooled.bytes);
    free(sum);
    free(pooled);
}

static void test_federated_is_pooled(void **unused)
{
    sheaf_err err;
    sheaf_spec spec = spec_of();
    sheaf_round_result model, figures = {0};
    sheaf_learn_task task;
    int64_t sum[64] = {0}, pooled[64] = {0};
    trained(&spec, &model);
    sheaf_slice file = sheaf_buffer_slice(&model.bytes);
    MUST(row()->check(&spec, file, false, &err));
    sheaf_job job = job_of(&spec, SHEAF_task_evaluate, file);
    sums(&job, sum, pooled);
    assert_memory_equal(sum, pooled, sizeof sum);
    MUST(sheaf_learn_task_of(row(), &job, &task, &err));
    MUST(task.finish(&job, sum, &figures, &err));
    assert_true(figures.has_figures);
    assert_true(figures.figures.mae_millionths < figures.figures.baseline_mae_millionths);
    assert_true(figures.figures.rmse_millionths >= figures.figures.mae_millionths);
    assert_true(figures.figures.records > 0 && figures.figures.records % AHEAD == 0);

    assert_int_equal(row()->check(&spec, file, true, &err), SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the round's model is not of the form that it is learned in");
    spec.lambda_millionths++;
    assert_int_equal(row()->check(&spec, file, false, &err), SHEAF_INVALID);
    assert_string_equal(err.message,
                        "the round's model does not have the terms and columns that "
                        "were registered");
    sheaf_buffer_deinit(&model.bytes);
    (void)unused;
}

/* What noise begins with, and figures whatever noise makes of their sum. */
static void test_noised(void **unused)
{
    sheaf_err err;
    const sheaf_spec spec = spec_of();
    sheaf_buffer begun;
    sheaf_learn_task task;
    int64_t values[3];
    const int64_t one = (int64_t)sheaf_noised_sensitivity(3) / 2;
    sheaf_buffer_init(&begun, 1 << 20);
    MUST(row()->begin(&spec, 1, &begun, &err));
    MUST(row()->check(&spec, sheaf_buffer_slice(&begun), true, &err));
    sheaf_job job = {.spec = &spec,
                     .task = SHEAF_task_evaluate,
                     .noised = true,
                     .words = 3,
                     .base = sheaf_buffer_slice(&begun)};
    MUST(sheaf_learn_task_of(row(), &job, &task, &err));
    void *data = data_of(&spec, 0, 1);
    MUST(task.local(&job, data, NULL, values, &err));
    assert_int_equal(values[0], one);
    assert_in_range(values[1], 1, one);
    assert_in_range(values[2], 1, one);
    row()->close(data);

    const int64_t rows[][3] = {{values[0], values[1], values[2]},
                               {-5, -7, -9},
                               {0, INT64_MAX / 2, INT64_MAX / 2},
                               {one, -one, 2 * one},
                               {INT64_MIN / 2, INT64_MIN / 2, INT64_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_round_result found = {0};
        MUST(task.finish(&job, rows[i], &found, &err));
        assert_in_range(found.figures.mae_millionths, 0, 2000000);
        assert_in_range(found.figures.rmse_millionths, 0, 2000000);
        assert_in_range(found.figures.records, 1, 1000000);
    }
    sheaf_buffer_deinit(&begun);
    (void)unused;
}

/* The words of a member whose file has `broken` for a line, or nothing at all. */
static void noised_words(uint8_t task, const char *broken, int64_t *values)
{
    sheaf_err err = {0};
    const sheaf_spec spec = spec_of();
    const sheaf_noised_seeds seeds = {.rounding = "rounding"};
    const sheaf_job_seeds draw = {.secret = &seeds};
    sheaf_buffer text, begun;
    sheaf_learn_task of;
    sheaf_data_counts counts;
    void *data;
    const uint32_t words = (uint32_t)row()->words(&spec, task, true, 0);
    const sheaf_noised_terms terms = {.unit = SHEAF_NOISED_MEMBER,
                                      .evaluates = task == SHEAF_task_evaluate,
                                      .norm_millionths = 1000000,
                                      .noise_millionths = 1000000,
                                      .sampling_millionths = 1000000,
                                      .divisor = 3,
                                      .training = {.steps = 5, .rate_millionths = 100000},
                                      .words = words,
                                      .members = 3,
                                      .survivors_least = 3,
                                      .colluders = 1,
                                      .records_max = 1000};
    sheaf_buffer_init(&begun, 1 << 20);
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_add_string(&text, "meter,hour,kwh\n");
    if (broken)
        hours_put(&text, 0);
    sheaf_buffer_printf(&text, "%s\n", broken ? broken : "nothing");
    if (broken)
        hours_put(&text, 1);
    MUST(row()->begin(&spec, 1, &begun, &err));
    MUST(row()->open(&spec, sheaf_buffer_slice(&text), "m.csv", SHEAF_TABLE_NOISED, &data,
                     &err));
    row()->counts(data, &counts);
    assert_int_equal(counts.lines, counts.rows + 1);
    assert_int_equal(counts.unusable, 1);
    const sheaf_job job = {.spec = &spec,
                           .task = task,
                           .noised = true,
                           .words = words,
                           .terms = &terms,
                           .base = sheaf_buffer_slice(&begun)};
    MUST(sheaf_learn_task_of(row(), &job, &of, &err));
    MUST(of.local(&job, data, &draw, values, &err));
    row()->close(data);
    sheaf_buffer_deinit(&text);
    sheaf_buffer_deinit(&begun);
}

/* Whatever stands in one line, the member answers, with what the other lines make. */
static void test_no_line_decides_under_noise(void **unused)
{
    static const char *const broken[] = {"m0,2023-11-30", "m0,30.11.2023,1",
                                         "m0,2023-11-30 00:30,1", "m0,2020-01-01,1",
                                         "m0,2100-01-01,1e9"};
    static const uint8_t tasks[] = {SHEAF_task_train, SHEAF_task_evaluate};
    for (size_t t = 0; t < 2; t++) {
        int64_t with[8] = {0}, without[8] = {0}, none[8] = {0};
        const int64_t zero[8] = {0};
        noised_words(tasks[t], "", without);
        assert_memory_not_equal(without, zero, sizeof zero);
        for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
            noised_words(tasks[t], broken[i], with);
            assert_memory_equal(with, without, sizeof with);
        }
        noised_words(tasks[t], NULL, none);
        assert_memory_equal(none, zero, sizeof none);
    }
    (void)unused;
}

/* Hours of one meter, from which windows may come or not. */
static void test_screen(void **unused)
{
    static const struct {
        int hours;
        bool no_training, no_test;
    } rows[] = {{400, false, false}, {60, true, false}, {40, true, true}, {1, true, true}};
    const sheaf_spec spec = spec_of();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_err err;
        sheaf_buffer text;
        sheaf_screen found;
        void *data;
        sheaf_buffer_init(&text, 1 << 20);
        sheaf_buffer_add_string(&text, "meter,hour,kwh\n");
        for (int h = 0; h < rows[i].hours; h++)
            sheaf_buffer_printf(&text, "m,2024-01-%02d %02d:00,%d\n", 1 + h / 24, h % 24,
                                h % 7);
        MUST(row()->open(&spec, sheaf_buffer_slice(&text), "m.csv", SHEAF_TABLE_NOISED, &data,
                         &err));
        MUST(row()->screen(&spec, data, &found, &err));
        assert_int_equal(found.no_training, rows[i].no_training);
        assert_int_equal(found.no_test, rows[i].no_test);
        assert_true(found.constants == 0 && found.telling == 0 && !found.one_label);
        row()->close(data);
        sheaf_buffer_deinit(&text);
    }
    (void)unused;
}

static void test_predicts(void **unused)
{
    sheaf_err err;
    const sheaf_spec spec = spec_of();
    sheaf_buffer text, begun;
    sheaf_predictions found;
    sheaf_buffer_init(&text, 1 << 20);
    sheaf_buffer_init(&begun, 1 << 20);
    MUST(row()->begin(&spec, 1, &begun, &err));
    sheaf_slice model = sheaf_buffer_slice(&begun);
    sheaf_buffer_add_string(&text, "kwh,hour,meter\n");
    for (int i = 0; i < 60; i++) /* every day the same; the second meter ends too early */
        sheaf_buffer_printf(&text, "%d,2024-03-%02d %02d:00,\"a, b\"\n", i % 24, 1 + i / 24,
                            i % 24);
    for (int i = 0; i < 20; i++)
        sheaf_buffer_printf(&text, "1,2024-03-01 %02d:00,c\n", i);
    MUST(row()->predict(model, sheaf_buffer_slice(&text), "m.csv", &found, &err));
    assert_int_equal(found.count, AHEAD);
    assert_int_equal(found.left_out, 1);
    assert_string_equal(found.names[found.cells[0]], "a, b");
    for (int h = 0; h < AHEAD; h++) {
        assert_int_equal(found.cells[3 * h + 1], 1709251200 + (60 + h) * 3600);
        assert_true(llabs(found.cells[3 * h + 2] - (12 + h) * 1000000) < 500);
    }
    sheaf_predictions_close(&found);
    assert_int_equal(row()->predict(model,
                                    sheaf_str("kwh,hour,meter\n1,2024-01-01,a\n"
                                              "1,2024-01-02,a\n"),
                                    "m.csv", &found, &err),
                     SHEAF_INVALID);
    assert_string_equal(err.message,
                        "m.csv: the series has a value every 86400 seconds, but the "
                        "model forecasts steps of 3600 seconds");
    sheaf_buffer_deinit(&text);
    sheaf_buffer_deinit(&begun);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_federated_is_pooled),
        cmocka_unit_test(test_noised),
        cmocka_unit_test(test_no_line_decides_under_noise),
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_predicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
