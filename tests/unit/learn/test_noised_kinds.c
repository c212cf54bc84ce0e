/* What a member adds under noise, by the rows of the kinds of model that learn from tables:
 * whatever stands in its file and whichever model the round starts from, its vector is no
 * longer than the sensitivity that noise is sized for; where records are protected, one more
 * moves it no further than that. */
#include "test.h"

#include "learn/kind.h"
#include "privacy/clip.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 12, TURNS = 40, STEPS = 2, WORDS_MAX = 256, FILE_MAX = 4096 };

static const struct {
    uint8_t kind, target;
} kinds[] = {
    {SHEAF_model_kind_logistic, SHEAF_target_class},
    {SHEAF_model_kind_linear, SHEAF_target_number},
    {SHEAF_model_kind_mlp, SHEAF_target_class},
    {SHEAF_model_kind_mlp, SHEAF_target_number},
    {SHEAF_model_kind_trees, SHEAF_target_class},
    {SHEAF_model_kind_trees, SHEAF_target_number},
};

typedef struct {
    const sheaf_learn_kind *kind;
    sheaf_spec spec;
    sheaf_noised_terms terms;
    uint64_t random;
    char file[FILE_MAX];
    size_t len, without_last;
    double longest; /* in sensitivities, of evaluations and of training */
} world;

static sheaf_spec spec_of(size_t row)
{
    const bool number = kinds[row].target == SHEAF_target_number;
    sheaf_spec spec = {.kind = kinds[row].kind,
                       .target = kinds[row].target,
                       .features = {.count = 2, .label = "y"},
                       .inputs = 2,
                       .has_label_range = number,
                       .label_high_millionths = number ? 10000000 : 0,
                       .mlp = {SHEAF_activation_relu, 1, {4}},
                       .trees = {2, 2, 8, 500000, 0},
                       .lambda_millionths = 1000000};
    for (int j = 0; j < 2; j++)
        spec.features.items[j] = (sheaf_feature){.column = {(char)('a' + j)},
                                                 .has_range = true,
                                                 .low_millionths = -1000000,
                                                 .high_millionths = 1000000};
    return spec;
}

/* Numbers in and far beyond the ranges, and what is none. */
static void file_make(world *w)
{
    static const char *const cells[] = {"0",  "1",       "-1",   "0.3", "-0.7", "10",    "5",
                                        "99", "1048575", "-1e5", "x",   "",     "1e300", "?"};
    const uint64_t likely = test_random(&w->random) % 2 ? 5 : sizeof cells / sizeof *cells;
    int at = snprintf(w->file, FILE_MAX, "a,b,y,set\n");
    for (int i = 0; i < ROWS; i++) {
        w->without_last = (size_t)at;
        for (int j = 0; j < 3; j++)
            at += snprintf(w->file + at, FILE_MAX - (size_t)at, "%s,",
                           cells[test_random(&w->random) % likely]);
        at += snprintf(w->file + at, FILE_MAX - (size_t)at, "%s\n",
                       test_random(&w->random) % 2 ? "train" : "test");
    }
    w->len = (size_t)at;
}

/* What a member answers whose file has so many bytes of the world's. */
static void answer(const world *w, const sheaf_job *job, size_t len, int64_t *values)
{
    static const sheaf_noised_seeds secret = {{1}, {2}, {3}};
    const sheaf_job_seeds seeds = {7, &secret};
    sheaf_learn_task task;
    sheaf_err err;
    void *data;
    MUST(sheaf_learn_task_of(w->kind, job, &task, &err));
    MUST(w->kind->open(&w->spec, sheaf_bytes(w->file, len), "f.csv", SHEAF_TABLE_NOISED, &data,
                       &err));
    MUST(task.local(job, data, &seeds, values, &err));
    w->kind->close(data);
}

static double length(const int64_t *values, uint32_t count, uint64_t sensitivity)
{
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum) / (double)sensitivity;
}

/* Asks for one task, and gives the model that follows where it trains. */
static void ask(world *w, uint8_t task, uint32_t step, sheaf_buffer *model)
{
    sheaf_job job = {.spec = &w->spec,
                     .task = task,
                     .noised = true,
                     .step = step,
                     .base = sheaf_buffer_slice(model),
                     .training = w->terms.training,
                     .seed = 7,
                     .terms = &w->terms};
    int64_t whole[WORDS_MAX], less[WORDS_MAX];
    sheaf_noised_scale scale;
    sheaf_learn_task functions;
    sheaf_err err;
    job.words = w->terms.words = (uint32_t)w->kind->words(&w->spec, task, true, step);
    w->terms.evaluates = task == SHEAF_task_evaluate;
    assert_in_range(job.words, 1, WORDS_MAX);
    MUST(sheaf_noised_scale_of(&w->terms, &scale, &err));
    answer(w, &job, w->len, whole);
    answer(w, &job, w->without_last, less);
    for (uint32_t i = 0; i < job.words; i++)
        less[i] = w->terms.unit == SHEAF_NOISED_RECORD ? whole[i] - less[i] : whole[i];
    if (!sheaf_norm_within(less, job.words, scale.sensitivity))
        fail_msg("kind %d, target %d, unit %d, task %d: %.4f of the sensitivity by\n%.*s",
                 w->spec.kind, w->spec.target, w->terms.unit, task,
                 length(less, job.words, scale.sensitivity), (int)w->len, w->file);
    w->longest = fmax(w->longest, length(less, job.words, scale.sensitivity));
    if (task == SHEAF_task_evaluate)
        return;
    sheaf_round_result result = {0};
    sheaf_buffer_init(&result.bytes, SHEAF_MODEL_BYTES_MAX);
    MUST(sheaf_learn_task_of(w->kind, &job, &functions, &err));
    MUST(functions.finish(&job, whole, &result, &err));
    sheaf_buffer_deinit(model);
    *model = result.bytes;
}

static void play(world *w)
{
    sheaf_buffer model;
    sheaf_err err;
    sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
    MUST(w->kind->begin(&w->spec, w->random, &model, &err));
    for (uint32_t step = 0; step < STEPS; step++) {
        file_make(w);
        ask(w, SHEAF_task_train, step, &model);
        file_make(w);
        ask(w, SHEAF_task_evaluate, step + 1, &model);
    }
    sheaf_buffer_deinit(&model);
}

static void test_sensitivity(void **unused)
{
    for (size_t row = 0; row < sizeof kinds / sizeof *kinds; row++)
        for (int unit = SHEAF_NOISED_RECORD; unit <= SHEAF_NOISED_MEMBER; unit++) {
            sheaf_err err;
            world w = {.spec = spec_of(row),
                       .random = 88172645463325252u + row,
                       .terms = {.unit = (sheaf_noised_unit)unit,
                                 .norm_millionths = 1000000,
                                 .noise_millionths = 1000000,
                                 .sampling_millionths = 1000000,
                                 .divisor = 2,
                                 .training = {.steps = 2, .rate_millionths = 1000000},
                                 .members = 4,
                                 .survivors_least = 3,
                                 .colluders = 1,
                                 .records_max = ROWS}};
            MUST(sheaf_learn_kind_find(w.spec.kind, &w.kind, &err));
            for (int i = 0; i < TURNS; i++)
                play(&w);
            assert_true(w.longest > 0.9); /* it could have failed */
        }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sensitivity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
