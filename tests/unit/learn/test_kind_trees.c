/* Trees as a kind of model: what four members learn round by round through the row's functions
 * is, byte for byte, what one owner of all rows learns; under noise a tree stands a member that
 * is lost. */
#include "test.h"

#include <math.h>
#include <stdio.h>

#include "learn/kind.h"
#include "privacy/noise_share.h"

enum { MEMBERS = 4, ROWS = 120, BYTES_MAX = 1 << 20 };

typedef struct {
    const sheaf_learn_kind *kind;
    sheaf_spec spec;
    sheaf_buffer csv[MEMBERS + 1]; /* the last has the rows of all */
    void *data[MEMBERS + 1];
} world;

static void spec_make(sheaf_spec *out, bool number)
{
    *out = (sheaf_spec){.kind = SHEAF_model_kind_trees,
                        .target = number ? SHEAF_target_number : SHEAF_target_class,
                        .features = {.count = 3, .label = "y"},
                        .inputs = 3,
                        .gaps = 1,
                        .has_label_range = number,
                        .label_low_millionths = -10000000,
                        .label_high_millionths = 10000000,
                        .trees = {.trees = 3,
                                  .depth = 3,
                                  .bins = 16,
                                  .rate_millionths = 500000,
                                  .min_hessian_millionths = 1000000},
                        .lambda_millionths = 1000000};
    static const char *const names[] = {"a", "b", "c"};
    for (int j = 0; j < 3; j++) {
        sheaf_feature *feature = &out->features.items[j];
        snprintf(feature->column, sizeof feature->column, "%s", names[j]);
        feature->has_range = true;
        feature->low_millionths = -4000000;
        feature->high_millionths = 4000000;
    }
    out->gap[2] = SHEAF_GAP_MEAN;
}

static void row_put(sheaf_buffer *out, uint64_t *seed, int row, bool number)
{
    double a = (double)(test_random(seed) % 8000) / 1000 - 4;
    double b = (double)(test_random(seed) % 8000) / 1000 - 4;
    double c = (double)(test_random(seed) % 8000) / 1000 - 4;
    bool gap = test_random(seed) % 5 == 0;
    double y = a * 1.5 - (gap ? -2 : c) + (b > 1);
    char text[40] = "";
    if (!gap)
        snprintf(text, sizeof text, "%.3f", c);
    sheaf_buffer_printf(out, "%.3f,%.3f,%s,%.4f,%s\n", a, b, text, number ? y : (double)(y > 0),
                        row % 4 == 3 ? "test" : "train");
}

static void open_world(world *w, bool number, sheaf_table_use use)
{
    uint64_t seed = 99;
    sheaf_err err;
    *w = (world){0};
    spec_make(&w->spec, number);
    MUST(sheaf_learn_kind_find(SHEAF_model_kind_trees, &w->kind, &err));
    for (int m = 0; m <= MEMBERS; m++) {
        sheaf_buffer_init(&w->csv[m], BYTES_MAX);
        sheaf_buffer_add_string(&w->csv[m], "a,b,c,y,set\n");
    }
    for (int m = 0; m < MEMBERS; m++)
        for (int i = 0; i < ROWS * (m + 1) / 2; i++) {
            size_t from = w->csv[m].len;
            row_put(&w->csv[m], &seed, i, number);
            sheaf_buffer_add(&w->csv[MEMBERS],
                             (sheaf_slice){w->csv[m].data + from, w->csv[m].len - from});
        }
    for (int m = 0; m <= MEMBERS; m++)
        MUST(w->kind->open(&w->spec, sheaf_buffer_slice(&w->csv[m]), "m.csv", use, &w->data[m],
                           &err));
}

static void close_world(world *w)
{
    for (int m = 0; m <= MEMBERS; m++) {
        w->kind->close(w->data[m]);
        sheaf_buffer_deinit(&w->csv[m]);
    }
}

/* A round of the members [from, to); `model` becomes its result. */
static struct sheaf_figures round_of(const world *w, uint8_t task, uint32_t step, int from,
                                     int to, sheaf_buffer *model)
{
    sheaf_job job = {.spec = &w->spec, .task = task, .step = step};
    const sheaf_job_seeds seeds = {0};
    sheaf_round_result result = {0};
    sheaf_learn_task run;
    sheaf_err err;
    job.words = (uint32_t)w->kind->words(&w->spec, task, false, step);
    job.base = sheaf_buffer_slice(model);
    int64_t *sum = calloc(job.words, sizeof *sum), *own = calloc(job.words, sizeof *own);
    assert_true(sum && own);
    MUST(sheaf_learn_task_of(w->kind, &job, &run, &err));
    if (model->len > 0)
        MUST(w->kind->check(&w->spec, job.base, false, &err));
    for (int m = from; m < to; m++) {
        MUST(run.local(&job, w->data[m], &seeds, own, &err));
        for (uint32_t i = 0; i < job.words; i++)
            sum[i] += own[i];
    }
    sheaf_buffer_init(&result.bytes, SHEAF_MODEL_BYTES_MAX);
    MUST(run.finish(&job, sum, &result, &err));
    assert_int_equal(result.has_figures, task != SHEAF_task_statistics);
    if (task == SHEAF_task_evaluate) {
        sheaf_buffer_deinit(&result.bytes);
    } else {
        sheaf_buffer_deinit(model);
        *model = result.bytes;
    }
    free(sum);
    free(own);
    return result.figures;
}

static struct sheaf_figures learn(const world *w, int from, int to, sheaf_buffer *model)
{
    sheaf_buffer_init(model, SHEAF_MODEL_BYTES_MAX);
    round_of(w, SHEAF_task_statistics, 0, from, to, model);
    for (uint32_t step = 0; step < 1 + w->spec.trees.trees * w->spec.trees.depth; step++)
        round_of(w, SHEAF_task_train, step, from, to, model);
    return round_of(w, SHEAF_task_evaluate, 10, from, to, model);
}

static void test_members_learn_as_one(void **unused)
{
    static world w;
    for (int number = 0; number < 2; number++) {
        sheaf_buffer together, pooled;
        open_world(&w, number, SHEAF_TABLE_EXACT);
        struct sheaf_figures found = learn(&w, 0, MEMBERS, &together);
        struct sheaf_figures alone = learn(&w, MEMBERS, MEMBERS + 1, &pooled);
        assert_true(
            sheaf_slice_equal(sheaf_buffer_slice(&together), sheaf_buffer_slice(&pooled)));
        assert_memory_equal(&found, &alone, sizeof found);
        assert_int_equal(found.records, 5 * ROWS / 4);
        if (number)
            assert_true(found.rmse_millionths < found.baseline_rmse_millionths * 7 / 10);
        else
            assert_true(found.accuracy_millionths > 800000 && found.has_auc_millionths);

        sheaf_predictions said;
        sheaf_err err;
        MUST(w.kind->predict(sheaf_buffer_slice(&together), sheaf_buffer_slice(&w.csv[0]),
                             "m.csv", &said, &err));
        assert_int_equal(said.count, ROWS / 2); /* gaps included */
        sheaf_predictions_close(&said);
        sheaf_buffer_deinit(&together);
        sheaf_buffer_deinit(&pooled);
        close_world(&w);
    }
    (void)unused;
}

/* Unit record or member; one of four is lost in each round. */
static struct sheaf_figures noised_learn(world *w, sheaf_noised_unit unit)
{
    sheaf_buffer model;
    sheaf_err err;
    struct sheaf_figures figures = {0};
    sheaf_noised_terms terms = {.unit = unit,
                                .norm_millionths = 1100000,
                                .noise_millionths = 20000,
                                .sampling_millionths = 1000000,
                                .divisor = 100,
                                .training = {.steps = 1, .rate_millionths = 1000000},
                                .members = MEMBERS,
                                .survivors_least = 3,
                                .colluders = 1,
                                .records_max = 2 * ROWS};
    sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
    MUST(w->kind->begin(&w->spec, 7, &model, &err));
    for (uint32_t step = 0; step <= w->spec.trees.trees; step++) {
        bool last = step == w->spec.trees.trees;
        sheaf_job job = {.spec = &w->spec,
                         .task = last ? SHEAF_task_evaluate : SHEAF_task_train,
                         .noised = true,
                         .step = step,
                         .base = sheaf_buffer_slice(&model),
                         .seed = 7,
                         .terms = &terms};
        int64_t values[64], sum[64] = {0};
        uint64_t words[64];
        sheaf_round_result result = {0};
        sheaf_learn_task run;
        sheaf_noised_scale scale;
        job.words = terms.words = (uint32_t)w->kind->words(&w->spec, job.task, true, step);
        terms.evaluates = last;
        assert_true(job.words <= 64);
        MUST(w->kind->check(&w->spec, job.base, true, &err));
        MUST(sheaf_learn_task_of(w->kind, &job, &run, &err));
        MUST(sheaf_noised_scale_of(&terms, &scale, &err));
        for (int m = 0; m < MEMBERS - 1; m++) { /* the others are lost */
            sheaf_noised_seeds secret = {
                {(uint8_t)m, 1}, {(uint8_t)m, 2, (uint8_t)step}, {(uint8_t)m, 3}};
            const sheaf_job_seeds seeds = {.secret = &secret};
            MUST(run.local(&job, w->data[m], &seeds, values, &err));
            MUST(sheaf_noised_words(&terms, values, secret.noise, words, &err));
            for (uint32_t i = 0; i < job.words; i++) /* modulo 2^bits, and its sign back */
                sum[i] += (int64_t)(words[i] << (64 - scale.bits)) >> (64 - scale.bits);
        }
        sheaf_buffer_init(&result.bytes, SHEAF_MODEL_BYTES_MAX);
        MUST(run.finish(&job, sum, &result, &err));
        figures = result.figures;
        if (last) {
            sheaf_buffer_deinit(&result.bytes);
        } else {
            sheaf_buffer_deinit(&model);
            model = result.bytes;
        }
    }
    sheaf_buffer_deinit(&model);
    return figures;
}

static void test_noise_and_lost_members(void **unused)
{
    static world w;
    for (int number = 0; number < 2; number++)
        for (int unit = 0; unit < 2; unit++) {
            open_world(&w, number, SHEAF_TABLE_NOISED);
            w.spec.trees.trees = 8;
            w.spec.trees.min_hessian_millionths = unit ? 0 : 1000000;
            w.spec.lambda_millionths = unit ? 1000 : 1000000;
            struct sheaf_figures found =
                noised_learn(&w, unit ? SHEAF_NOISED_MEMBER : SHEAF_NOISED_RECORD);
            if (number)
                assert_true(found.has_rmse_millionths && found.rmse_millionths < 7000000);
            else
                assert_true(found.has_accuracy_millionths
                            && found.accuracy_millionths > 650000);
            close_world(&w);
        }
    (void)unused;
}

static void test_other_models(void **unused)
{
    static world w;
    sheaf_buffer model;
    sheaf_err err;
    open_world(&w, false, SHEAF_TABLE_EXACT);
    sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
    round_of(&w, SHEAF_task_statistics, 0, 0, MEMBERS, &model);
    w.spec.trees.depth = 4;
    assert_int_equal(w.kind->check(&w.spec, sheaf_buffer_slice(&model), false, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "the trees that were registered"));
    w.spec.trees.depth = 3;
    assert_int_equal(w.kind->check(&w.spec, sheaf_buffer_slice(&model), true, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "not cut by the ranges"));
    const sheaf_job job = {.spec = &w.spec,
                           .task = SHEAF_task_train,
                           .step = 3,
                           .base = sheaf_buffer_slice(&model)};
    int64_t values[8];
    assert_int_equal(w.kind->exact[SHEAF_task_train].local(&job, w.data[0], NULL, values, &err),
                     SHEAF_INVALID);
    assert_non_null(strstr(err.message, "the round's model has 0 steps, but the mandate 3"));
    sheaf_buffer_deinit(&model);
    close_world(&w);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_learn_as_one),
        cmocka_unit_test(test_noise_and_lost_members),
        cmocka_unit_test(test_other_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
