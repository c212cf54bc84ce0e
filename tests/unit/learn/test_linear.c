/* Linear regression by the row of its kind: as pooled, with noise, and from nonsense. */
#include "test.h"

#include "crypto/hash.h"
#include "learn/kind.h"
#include "learn/model.h"

#include <stdio.h>

enum { OWNERS = 3, ROWS = 60, WORDS_MAX = 400 };

typedef struct {
    sheaf_spec spec;
    const sheaf_learn_kind *kind;
    sheaf_buffer model; /* the present one */
} world;

static world world_of(const char *const *columns, uint32_t count, uint32_t lambda)
{
    world w = {.spec = {.kind = SHEAF_model_kind_linear,
                        .target = SHEAF_target_number,
                        .features.count = count,
                        .inputs = count,
                        .lambda_millionths = lambda}};
    sheaf_err err;
    for (uint32_t j = 0; j < count; j++)
        snprintf(w.spec.features.items[j].column, sizeof w.spec.features.items[j].column, "%s",
                 columns[j]);
    strcpy(w.spec.features.label, "y");
    MUST(sheaf_learn_kind_find(w.spec.kind, &w.kind, &err));
    sheaf_buffer_init(&w.model, SHEAF_MODEL_BYTES_MAX);
    return w;
}

static sheaf_job job_of(const world *w, uint8_t task)
{
    sheaf_job job = {.spec = &w->spec, .task = task, .base = sheaf_buffer_slice(&w->model)};
    job.words = (uint32_t)w->kind->words(&w->spec, task, false, 0);
    return job;
}

/* Adds what the owner of the file gives; refuses as the kind does. */
static sheaf_status add(const world *w, uint8_t task, const char *file, int64_t *sum,
                        sheaf_err *err)
{
    const sheaf_job job = job_of(w, task);
    int64_t values[WORDS_MAX];
    void *data;
    sheaf_learn_task functions;
    SHEAF_TRY(w->kind->open(&w->spec, sheaf_str(file), "f.csv", SHEAF_TABLE_EXACT, &data, err));
    sheaf_status status = sheaf_learn_task_of(w->kind, &job, &functions, err);
    if (status == SHEAF_OK)
        status = functions.local(&job, data, &(sheaf_job_seeds){0}, values, err);
    w->kind->close(data);
    for (uint32_t i = 0; status == SHEAF_OK && i < job.words; i++)
        sum[i] += values[i];
    return status;
}

/* One round over these files; the result becomes the model, but for an evaluation's. */
static sheaf_status turn(world *w, uint8_t task, const char *const *files, int count,
                         struct sheaf_figures *figures, sheaf_err *err)
{
    const sheaf_job job = job_of(w, task);
    int64_t sum[WORDS_MAX] = {0};
    sheaf_round_result result = {0};
    sheaf_learn_task functions;
    assert_true(job.words <= WORDS_MAX);
    for (int i = 0; i < count; i++)
        SHEAF_TRY(add(w, task, files[i], sum, err));
    SHEAF_TRY(sheaf_learn_task_of(w->kind, &job, &functions, err));
    sheaf_buffer_init(&result.bytes, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = functions.finish(&job, sum, &result, err);
    if (status == SHEAF_OK && figures)
        *figures = result.figures;
    if (status == SHEAF_OK && task != SHEAF_task_evaluate) {
        sheaf_buffer_deinit(&w->model);
        w->model = result.bytes;
        return w->kind->check(&w->spec, sheaf_buffer_slice(&w->model), false, err);
    }
    sheaf_buffer_deinit(&result.bytes);
    return status;
}

static sheaf_status learn(world *w, const char *const *files, int count, sheaf_err *err)
{
    SHEAF_TRY(turn(w, SHEAF_task_statistics, files, count, NULL, err));
    return turn(w, SHEAF_task_train, files, count, NULL, err);
}

/* y = 2a - 3b + 5 but for a little; b of owner 2 is always the same. */
static void rows_put(sheaf_buffer *out, int owner, uint64_t *state)
{
    for (int i = 0; i < ROWS; i++) {
        double a = (double)(test_random(state) % 2000) / 100 - 10;
        double b = owner == 2 ? 1 : (double)(test_random(state) % 900) / 100;
        double noise = (double)(test_random(state) % 200) / 1000 - 0.1;
        sheaf_buffer_printf(out, "%.2f,%.2f,%.4f,%s\n", a, b, 2 * a - 3 * b + 5 + noise,
                            i % 3 == 0 ? "test" : "train");
    }
}

static void test_as_pooled(void **unused)
{
    static const char *const columns[] = {"a", "b"};
    sheaf_buffer file[OWNERS], pool;
    const char *files[OWNERS];
    sheaf_err err;
    uint64_t state = 5;
    sheaf_buffer_init(&pool, 1 << 16);
    sheaf_buffer_add_string(&pool, "a,b,y,set\n");
    for (int i = 0; i < OWNERS; i++) {
        sheaf_buffer_init(&file[i], 1 << 16);
        sheaf_buffer_add_string(&file[i], "a,b,y,set\n");
        uint64_t again = state;
        rows_put(&file[i], i, &state);
        rows_put(&pool, i, &again);
        sheaf_buffer_add_byte(&file[i], 0);
        files[i] = (const char *)file[i].data;
    }
    sheaf_buffer_add_byte(&pool, 0);
    const char *pooled[] = {(const char *)pool.data};
    world w = world_of(columns, 2, 1), p = world_of(columns, 2, 1);
    MUST(learn(&w, files, OWNERS, &err));
    MUST(learn(&p, pooled, 1, &err));
    assert_true(sheaf_slice_equal(sheaf_buffer_slice(&w.model), sheaf_buffer_slice(&p.model)));

    struct sheaf_figures found, alone;
    MUST(turn(&w, SHEAF_task_evaluate, files, OWNERS, &found, &err));
    MUST(turn(&p, SHEAF_task_evaluate, pooled, 1, &alone, &err));
    assert_memory_equal(&found, &alone, sizeof found);
    assert_int_equal(found.records, OWNERS * ROWS / 3);
    assert_in_range(found.rmse_millionths, 40000, 75000); /* of noise: 0.2 / sqrt(12) */
    assert_true(found.baseline_rmse_millionths > 5000000 && found.has_baseline_mae_millionths);

    sheaf_predictions said;
    MUST(w.kind->predict(sheaf_buffer_slice(&w.model), sheaf_str("b,a\n1,2\n,1\n0,0\n"), "p",
                         &said, &err));
    assert_int_equal(said.count, 2);
    assert_int_equal(said.left_out, 1);
    assert_in_range(said.cells[1], 5900000, 6100000);
    assert_int_equal(said.cells[2], 4);
    assert_in_range(said.cells[3], 4900000, 5100000);
    sheaf_predictions_close(&said);
    for (int i = 0; i < OWNERS; i++)
        sheaf_buffer_deinit(&file[i]);
    sheaf_buffer_deinit(&pool);
    sheaf_buffer_deinit(&w.model);
    sheaf_buffer_deinit(&p.model);
    (void)unused;
}

/* A constant column and two that say the same leave one solution; one record is none. */
static void test_nonsense(void **unused)
{
    static const char *const columns[] = {"a", "same", "still"};
    static const char *const all[] = {"a,same,still,y,set\n1,1,7,10,train\n2,2,7,20,train\n"
                                      "3,3,7,30,train\n4,4,7,40,test\n"};
    static const char *const flat[] = {"a,same,still,y,set\n1,5,7,3,train\n2,1,7,3,train\n"
                                       "3,4,7,3,test\n"};
    static const char *const one[] = {"a,same,still,y,set\n1,5,7,3,train\n2,1,7,3,test\n"};
    static const char *const text[] = {"a,same,still,y,set\n1,5,7,low,train\n"};
    struct sheaf_figures found;
    sheaf_model model;
    sheaf_err err;
    world w = world_of(columns, 3, 1000);
    MUST(learn(&w, all, 1, &err));
    MUST(sheaf_model_read(sheaf_buffer_slice(&w.model), &model, &err));
    assert_int_equal(model.weight[2], 0);
    assert_int_equal(model.weight[0], model.weight[1]);
    MUST(turn(&w, SHEAF_task_evaluate, all, 1, &found, &err));
    assert_int_equal(found.records, 1);
    assert_in_range(found.mae_millionths, 0, 30000);
    sheaf_buffer_deinit(&w.model);

    w = world_of(columns, 3, 1000); /* a label that is always the same */
    MUST(learn(&w, flat, 1, &err));
    MUST(turn(&w, SHEAF_task_evaluate, flat, 1, &found, &err));
    assert_int_equal(found.rmse_millionths, 0);
    sheaf_buffer_deinit(&w.model);

    w = world_of(columns, 3, 1000);
    assert_int_equal(learn(&w, one, 1, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "must be 2 to"));
    assert_int_equal(learn(&w, text, 1, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "f.csv line 2, column y"));
    sheaf_buffer_deinit(&w.model);
    (void)unused;
}

/* A value that is missing counts as the mean of those that are there, and an input of its own
 * says so; without either the record is left out. */
static void test_gaps(void **unused)
{
    static const char *const columns[] = {"a", "b"};
    static const char *const file[] = {"a,b,y,set\n1,4,1,train\n2,,9,train\n3,8,3,train\n"
                                       "4,4,4,train\n5,,12,train\n6,8,6,test\n2,,9,test\n"};
    struct sheaf_figures found;
    sheaf_predictions said;
    sheaf_model model;
    sheaf_err err;
    world w = world_of(columns, 2, 1);
    w.spec.gap[1] = SHEAF_GAP_INDICATOR;
    w.spec.inputs = 3;
    w.spec.gaps = 1;
    MUST(learn(&w, file, 1, &err));
    MUST(sheaf_model_read(sheaf_buffer_slice(&w.model), &model, &err));
    assert_int_equal(model.features.count, 3);
    assert_int_equal(model.scaling.mean[0], 3 * SHEAF_UNIT);
    assert_in_range(model.scaling.mean[1], 16 * SHEAF_UNIT / 3 - 1, 16 * SHEAF_UNIT / 3 + 1);
    assert_in_range(model.scaling.mean[2], 2 * SHEAF_UNIT / 5 - 1, 2 * SHEAF_UNIT / 5 + 1);
    MUST(turn(&w, SHEAF_task_evaluate, file, 1, &found, &err));
    assert_int_equal(found.records, 2);
    assert_in_range(found.mae_millionths, 0, 1000); /* y is a, and 7 more where b is missing */
    MUST(w.kind->predict(sheaf_buffer_slice(&w.model), sheaf_str("a,b\n2,\n,4\n3,4\n"), "p",
                         &said, &err));
    assert_int_equal(said.count, 2);
    assert_in_range(said.cells[1], 8999000, 9001000);
    assert_in_range(said.cells[3], 2999000, 3001000);
    sheaf_predictions_close(&said);
    sheaf_buffer_deinit(&w.model);

    w = world_of(columns, 2, 1);
    MUST(learn(&w, file, 1, &err));
    MUST(turn(&w, SHEAF_task_evaluate, file, 1, &found, &err));
    assert_int_equal(found.records, 1);
    sheaf_buffer_deinit(&w.model);

    /* More values than records are nobody's. */
    w = world_of(columns, 2, 1);
    w.spec.gap[1] = SHEAF_GAP_MEAN;
    w.spec.gaps = 1;
    const sheaf_job job = job_of(&w, SHEAF_task_statistics);
    int64_t sum[WORDS_MAX] = {0};
    sheaf_round_result result = {0};
    sheaf_buffer_init(&result.bytes, SHEAF_MODEL_BYTES_MAX);
    MUST(add(&w, SHEAF_task_statistics, file[0], sum, &err));
    assert_int_equal(sum[job.words - 1], 3);
    sum[job.words - 1] = 6;
    assert_int_equal(w.kind->exact[job.task].finish(&job, sum, &result, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "counts 6 values of feature 2 in 5 records"));
    sheaf_buffer_deinit(&result.bytes);
    sheaf_buffer_deinit(&w.model);
    (void)unused;
}

/* Sums that no records have are refused, whatever stands in them. */
static void test_impossible_sums(void **unused)
{
    static const char *const columns[] = {"a", "b"};
    static const char *const file[] = {"a,b,y,set\n1,4,1,train\n2,2,3,train\n3,9,2,train\n"};
    world w = world_of(columns, 2, 1000);
    sheaf_err err;
    MUST(turn(&w, SHEAF_task_statistics, file, 1, NULL, &err));
    const sheaf_job job = job_of(&w, SHEAF_task_train);
    int64_t sum[WORDS_MAX] = {0}, other[WORDS_MAX];
    MUST(add(&w, SHEAF_task_train, file[0], sum, &err));
    static const int64_t bad[] = {INT64_MIN, -1, (int64_t)1 << 62, INT64_MAX};
    for (uint32_t i = 0; i < job.words; i++)
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            sheaf_round_result result = {0};
            memcpy(other, sum, sizeof other);
            other[i] = bad[k];
            sheaf_buffer_init(&result.bytes, SHEAF_MODEL_BYTES_MAX);
            sheaf_status status =
                w.kind->exact[SHEAF_task_train].finish(&job, other, &result, &err);
            if (bad[k] != -1) /* which may be the product of two columns */
                assert_int_equal(status, SHEAF_INVALID);
            sheaf_buffer_deinit(&result.bytes);
        }
    sheaf_buffer_deinit(&w.model);
    (void)unused;
}

/* Under noise it starts from ranges; a model scaled by anything else is refused. */
static void test_ranges(void **unused)
{
    static const char *const columns[] = {"a"};
    world w = world_of(columns, 1, 1000);
    sheaf_model model;
    sheaf_err err;
    assert_int_equal(w.kind->begin(&w.spec, 0, &w.model, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "has no range"));
    w.spec.features.items[0].has_range = true;
    w.spec.features.items[0].high_millionths = 10000000;
    assert_int_equal(w.kind->begin(&w.spec, 0, &w.model, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "the label y has no range"));
    w.spec.has_label_range = true;
    w.spec.label_low_millionths = 20000000;
    w.spec.label_high_millionths = 60000000;
    MUST(w.kind->begin(&w.spec, 0, &w.model, &err));
    MUST(w.kind->check(&w.spec, sheaf_buffer_slice(&w.model), true, &err));
    MUST(sheaf_model_read(sheaf_buffer_slice(&w.model), &model, &err));
    assert_int_equal(model.scaling.label_mean, 40 * SHEAF_UNIT);
    assert_int_equal(model.scaling.label_scale, 20 * SHEAF_UNIT);
    w.spec.label_high_millionths++;
    assert_int_equal(w.kind->check(&w.spec, sheaf_buffer_slice(&w.model), true, &err),
                     SHEAF_INVALID);
    w.spec.target = SHEAF_target_class;
    assert_int_equal(w.kind->check(&w.spec, sheaf_buffer_slice(&w.model), false, &err),
                     SHEAF_INVALID);
    sheaf_buffer_deinit(&w.model);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_pooled), cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_gaps),      cmocka_unit_test(test_impossible_sums),
        cmocka_unit_test(test_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
