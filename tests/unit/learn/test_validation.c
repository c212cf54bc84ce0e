/* Training with patience: which records are set apart, that nothing is learned from them, what
 * their losses are, when training ends, and that several owners' records do what pooled ones
 * do. */
#include "test.h"

#include "base/buffer.h"
#include "learn/alone.h"
#include "learn/exact_math.h"
#include "learn/federate.h"
#include "learn/mlp_train.h"
#include "learn/trees_file.h"
#include "learn/unmasked.h"
#include "learn/validation.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { MEMBERS = 3, ROWS = 90, BYTES_MAX = 1 << 20, MODELS = 64 };

static const char *const header = "a,b,c,y,set\n";

/* One record, its label mostly chance, so that learning soon learns what is not there. */
static void row_put(sheaf_buffer *out, uint64_t *seed, bool number)
{
    double a = (double)(test_random(seed) % 8000) / 1000 - 4;
    double b = (double)(test_random(seed) % 8000) / 1000 - 4;
    double c = (double)(test_random(seed) % 8000) / 1000 - 4;
    double y = a + 3 * ((double)(test_random(seed) % 4000) / 1000 - 2);
    sheaf_buffer_printf(out, "%.3f,%.3f,%.3f,%.4f,%s\n", a, b, c, number ? y : (double)(y > 0),
                        test_random(seed) % 4 ? "train" : "test");
}

static void rows_make(sheaf_buffer *out, uint64_t seed, int rows, bool number)
{
    sheaf_buffer_init(out, BYTES_MAX);
    sheaf_buffer_add_string(out, header);
    for (int i = 0; i < rows; i++)
        row_put(out, &seed, number);
}

static sheaf_spec spec_of(uint8_t kind, bool number)
{
    sheaf_spec spec = {.kind = kind, .inputs = 3, .lambda_millionths = 1000};
    sheaf_err err;
    spec.target = number ? SHEAF_target_number : SHEAF_target_class;
    spec.mlp.activation = SHEAF_activation_tanh;
    spec.mlp.layers = 1;
    spec.mlp.units[0] = 8;
    spec.trees.trees = 6;
    spec.trees.depth = 2;
    spec.trees.bins = 16;
    spec.trees.rate_millionths = 900000;
    spec.trees.min_hessian_millionths = 1000;
    MUST(sheaf_features_parse(sheaf_str("a,b,c"), sheaf_str("y"), &spec.features, &err));
    return spec;
}

/* A kind with one member's records. */
typedef struct {
    sheaf_spec spec;
    const sheaf_learn_kind *kind;
    sheaf_buffer csv;
    void *data;
} owner;

static void open_owner(owner *o, uint8_t kind, bool number, uint64_t seed)
{
    sheaf_err err;
    *o = (owner){.spec = spec_of(kind, number)};
    rows_make(&o->csv, seed, ROWS, number);
    MUST(sheaf_learn_kind_find(kind, &o->kind, &err));
    MUST(o->kind->open(&o->spec, sheaf_buffer_slice(&o->csv), "o.csv", SHEAF_TABLE_EXACT,
                       &o->data, &err));
}

static void close_owner(owner *o)
{
    o->kind->close(o->data);
    sheaf_buffer_deinit(&o->csv);
}

static sheaf_job job_of(const owner *o, uint8_t task, uint32_t step, sheaf_slice base)
{
    sheaf_job job = {.spec = &o->spec,
                     .task = task,
                     .validates = true,
                     .step = step,
                     .base = base,
                     .training = {.steps = 20, .batch = 8, .rate_millionths = 300000},
                     .seed = 5};
    job.words = (uint32_t)sheaf_learn_words(o->kind, &job);
    return job;
}

static int64_t *local_of(const owner *o, const sheaf_job *job)
{
    const sheaf_job_seeds seeds = {.order = sheaf_training_seed(job->seed, job->step, 0)};
    sheaf_err err;
    int64_t *words = calloc(job->words, sizeof *words);
    assert_non_null(words);
    MUST(sheaf_learn_local(o->kind, job, o->data, &seeds, words, &err));
    return words;
}

/* The next round of one owner; `model` becomes its result. */
static struct sheaf_figures round_of(const owner *o, uint8_t task, uint32_t step,
                                     sheaf_buffer *model)
{
    sheaf_job job = job_of(o, task, step, sheaf_buffer_slice(model));
    sheaf_round_result made = {0};
    sheaf_err err;
    int64_t *words = local_of(o, &job);
    sheaf_buffer_init(&made.bytes, SHEAF_MODEL_BYTES_MAX);
    MUST(sheaf_learn_finish(o->kind, &job, words, &made, &err));
    free(words);
    sheaf_buffer_deinit(model);
    *model = made.bytes;
    return made.figures;
}

static const uint8_t kinds[] = {SHEAF_model_kind_logistic, SHEAF_model_kind_mlp,
                                SHEAF_model_kind_trees};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Steps after which a model of the kind is measured, the first two times. */
static uint32_t measured_at(const owner *o, int time)
{
    return o->spec.kind == SHEAF_model_kind_trees ? 1 + o->spec.trees.depth * (time + 1u)
                                                  : 1u + (uint32_t)time;
}

/* ---- which records ---- */

static sheaf_table table_of(sheaf_slice csv, const char *features)
{
    sheaf_features parsed;
    sheaf_table out;
    sheaf_err err;
    MUST(sheaf_features_parse(sheaf_str(features), sheaf_str("y"), &parsed, &err));
    MUST(sheaf_table_read(csv, "t.csv", &parsed, SHEAF_TABLE_EXACT, &out, &err));
    return out;
}

/* A fifth of the records, the same for every model, whatever else stands in the file and
 * whether they are held out is said or follows from the same hash. */
static void test_which_records(void **unused)
{
    enum { MANY = 6000 };
    sheaf_buffer csv, less, bare;
    uint64_t seed = 17;
    rows_make(&csv, seed, MANY, false);
    sheaf_table all = table_of(sheaf_buffer_slice(&csv), "a,b,c");
    sheaf_table one = table_of(sheaf_buffer_slice(&csv), "b");
    assert_int_equal(all.rows, MANY);
    assert_memory_equal(all.is_validation, one.is_validation, MANY);
    uint32_t apart[2] = {0}, rows[2] = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        rows[all.is_test[i]]++;
        apart[all.is_test[i]] += all.is_validation[i];
    }
    for (int k = 0; k < 2; k++)
        assert_in_range(apart[k] * 100 / rows[k], 17, 23);

    /* Every second line alone. */
    sheaf_buffer_init(&less, BYTES_MAX);
    sheaf_buffer_init(&bare, BYTES_MAX);
    sheaf_slice text = sheaf_buffer_slice(&csv), line;
    for (uint32_t i = 0; text.len > 0; i++) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        assert_true(end && sheaf_take(&text, (size_t)(end + 1 - text.data), &line));
        if (i % 2 == 0)
            sheaf_buffer_add(&less, line);
        sheaf_buffer_printf(&bare, "%.*s", (int)line.len, (const char *)line.data);
    }
    sheaf_table half = table_of(sheaf_buffer_slice(&less), "a,c");
    assert_int_equal(half.rows, MANY / 2);
    for (uint32_t i = 0; i < half.rows; i++)
        assert_int_equal(half.is_validation[i], all.is_validation[2 * i + 1]);

    /* Without a column `set` the same hash decides twice, and both parts are their own. */
    memcpy(bare.data, "a,b,c,y,sex\n", strlen(header));
    for (size_t i = strlen(header); i < bare.len; i++)
        if (bare.data[i] >= 'a' && bare.data[i] <= 'z')
            bare.data[i] = '1';
    sheaf_table hashed = table_of(sheaf_buffer_slice(&bare), "a,b");
    uint32_t both = 0, held = 0, kept = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        held += hashed.is_test[i];
        kept += hashed.is_validation[i];
        both += hashed.is_test[i] && hashed.is_validation[i];
    }
    assert_in_range(held * 100 / MANY, 31, 36);
    assert_in_range(kept * 100 / MANY, 18, 22);
    assert_in_range(both * 1000 / MANY, 53, 80); /* of 67 */
    sheaf_table *const tables[] = {&all, &one, &half, &hashed};
    for (int i = 0; i < 4; i++)
        sheaf_table_close(tables[i]);
    sheaf_buffer_deinit(&csv);
    sheaf_buffer_deinit(&less);
    sheaf_buffer_deinit(&bare);
    (void)unused;
}

/* ---- what is learned ---- */

/* Validation records as something else: what is learned stays, and their loss does not. */
static void scramble(sheaf_table *table)
{
    for (uint32_t i = 0; i < table->rows; i++)
        if (table->is_validation[i] && !table->is_test[i]) {
            for (uint32_t j = 0; j < table->d; j++)
                table->x[(size_t)i * table->d + j] = 3.5 - j;
            table->y[i] = !table->y[i];
            table->target[i] = -table->target[i] - 1;
        }
}

static void nothing_learned(uint8_t kind, bool number)
{
    owner o, other;
    sheaf_buffer model;
    open_owner(&o, kind, number, 21);
    open_owner(&other, kind, number, 21);
    scramble(other.data);
    sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
    const sheaf_job statistics = job_of(&o, SHEAF_task_statistics, 0, (sheaf_slice){0});
    int64_t *a = local_of(&o, &statistics), *b = local_of(&other, &statistics);
    assert_memory_equal(a, b, statistics.words * sizeof *a);
    free(a);
    free(b);
    round_of(&o, SHEAF_task_statistics, 0, &model);
    for (uint32_t step = 0; step <= measured_at(&o, 1); step++) {
        const sheaf_job job = job_of(&o, SHEAF_task_train, step, sheaf_buffer_slice(&model));
        size_t usual = o.kind->words(&o.spec, job.task, false, step);
        bool measured = step == measured_at(&o, 0) || step == measured_at(&o, 1);
        assert_int_equal(job.words, usual + (measured ? 2 : 0));
        a = local_of(&o, &job);
        b = local_of(&other, &job);
        assert_memory_equal(a, b, usual * sizeof *a);
        if (measured) {
            assert_int_not_equal(a[usual], b[usual]);
            assert_int_equal(a[usual + 1], b[usual + 1]);
            assert_true(a[usual + 1] > 5);
        }
        free(a);
        free(b);
        round_of(&o, SHEAF_task_train, step, &model);
    }
    /* The evaluation knows nothing of them. */
    const sheaf_job evaluation = job_of(&o, SHEAF_task_evaluate, 2, sheaf_buffer_slice(&model));
    a = local_of(&o, &evaluation);
    b = local_of(&other, &evaluation);
    assert_memory_equal(a, b, evaluation.words * sizeof *a);
    free(a);
    free(b);
    sheaf_buffer_deinit(&model);
    close_owner(&o);
    close_owner(&other);
}

static void test_nothing_is_learned_from_them(void **unused)
{
    for (int k = 0; k < KINDS; k++)
        for (int number = 0; number < 2; number++)
            if (!number || kinds[k] != SHEAF_model_kind_logistic)
                nothing_learned(kinds[k], number);
    (void)unused;
}

/* ---- their loss ---- */

/* What the base says of a row: its score, as the loss sees it. */
static void scores_of(const owner *o, sheaf_slice base, double *out)
{
    const sheaf_table *table = o->data;
    sheaf_err err;
    if (o->spec.kind == SHEAF_model_kind_logistic) {
        sheaf_model model;
        MUST(sheaf_model_read(base, &model, &err));
        for (uint32_t i = 0; i < table->rows; i++)
            out[i] = sheaf_model_score(&model, table->x + (size_t)i * table->d);
    } else if (o->spec.kind == SHEAF_model_kind_mlp) {
        sheaf_mlp model;
        MUST(sheaf_mlp_read(base, &model, &err));
        MUST(sheaf_mlp_scores(&model, table, out, &err));
        sheaf_mlp_close(&model);
    } else {
        sheaf_trees model;
        MUST(sheaf_trees_read(base, &model, &err));
        for (uint32_t i = 0; i < table->rows; i++) {
            int64_t score;
            assert_true(sheaf_trees_score(&model, table->x + (size_t)i * table->d, &score));
            out[i] = ldexp((double)score, -SHEAF_UNIT_BITS);
        }
        sheaf_trees_close(&model);
    }
}

/* The scale that errors of a number are counted in. */
static double deviations_of(const owner *o, sheaf_slice base, double target)
{
    sheaf_err err;
    int64_t mean, scale;
    if (o->spec.kind == SHEAF_model_kind_mlp) {
        sheaf_mlp model;
        MUST(sheaf_mlp_read(base, &model, &err));
        mean = model.label_mean;
        scale = model.label_scale;
        sheaf_mlp_close(&model);
    } else {
        sheaf_trees model;
        MUST(sheaf_trees_read(base, &model, &err));
        mean = model.target_mean;
        scale = model.target_scale;
        sheaf_trees_close(&model);
    }
    return (target - ldexp((double)mean, -SHEAF_UNIT_BITS))
           / ldexp((double)scale, -SHEAF_UNIT_BITS);
}

static double loss_by_hand(const owner *o, sheaf_slice base, int64_t *count)
{
    const sheaf_table *table = o->data;
    double *score = calloc(table->rows, sizeof *score), loss = 0;
    assert_non_null(score);
    scores_of(o, base, score);
    *count = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        if (table->is_test[i] || !table->is_validation[i])
            continue;
        if (o->spec.target == SHEAF_target_number) {
            double e = score[i] - deviations_of(o, base, table->target[i]);
            loss += e * e;
        } else {
            loss += sheaf_exact_softplus(table->y[i] ? -score[i] : score[i]);
        }
        (*count)++;
    }
    free(score);
    return loss;
}

static void test_loss(void **unused)
{
    for (int k = 0; k < KINDS; k++)
        for (int number = 0; number < 2; number++) {
            owner o;
            sheaf_buffer model;
            int64_t count;
            struct sheaf_figures figures = {0};
            if (number && kinds[k] == SHEAF_model_kind_logistic)
                continue;
            open_owner(&o, kinds[k], number, 33);
            sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
            round_of(&o, SHEAF_task_statistics, 0, &model);
            for (uint32_t step = 0; step < measured_at(&o, 0); step++) {
                figures = round_of(&o, SHEAF_task_train, step, &model);
                assert_false(figures.has_validation_records);
            }
            double want = loss_by_hand(&o, sheaf_buffer_slice(&model), &count);
            figures = round_of(&o, SHEAF_task_train, measured_at(&o, 0), &model);
            assert_true(figures.has_validation_records);
            assert_true(figures.has_validation_loss_millionths);
            assert_int_equal(figures.validation_records, count);
            double got = (double)figures.validation_loss_millionths / 1e6;
            assert_true(fabs(got - want / (double)count) < 1e-4 * (1 + got));
            sheaf_buffer_deinit(&model);
            close_owner(&o);
        }
    (void)unused;
}

/* ---- sums that nobody can have ---- */

static void test_bounds(void **unused)
{
    static const struct {
        int64_t loss, count;
        bool good, measured;
    } class_rows[] = {
        {0, 0, true, false},
        {1, 0, false, false},
        {-1, 5, false, false},
        {0, -1, false, false},
        {5 * 32 * SHEAF_UNIT, 5, true, true},
        {5 * 32 * SHEAF_UNIT + 1, 5, false, false},
        {0, SHEAF_RECORDS_MAX, true, true},
        {0, SHEAF_RECORDS_MAX + 1, false, false},
        {INT64_MAX, SHEAF_RECORDS_MAX, false, false},
        {INT64_MIN, INT64_MIN, false, false},
        {1, INT64_MAX, false, false},
    };
    for (int k = 0; k < KINDS; k++) {
        owner o;
        sheaf_buffer model;
        sheaf_err err;
        open_owner(&o, kinds[k], false, 21);
        sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
        round_of(&o, SHEAF_task_statistics, 0, &model);
        uint32_t step = 0;
        for (; step < measured_at(&o, 0); step++)
            round_of(&o, SHEAF_task_train, step, &model);
        const sheaf_job job = job_of(&o, SHEAF_task_train, step, sheaf_buffer_slice(&model));
        int64_t *words = local_of(&o, &job);
        for (size_t i = 0; i < sizeof class_rows / sizeof *class_rows; i++) {
            sheaf_round_result made = {0};
            words[job.words - 2] = class_rows[i].loss;
            words[job.words - 1] = class_rows[i].count;
            sheaf_buffer_init(&made.bytes, SHEAF_MODEL_BYTES_MAX);
            sheaf_status status = sheaf_learn_finish(o.kind, &job, words, &made, &err);
            assert_int_equal(status == SHEAF_OK, class_rows[i].good);
            if (status == SHEAF_OK) {
                assert_true(made.figures.has_validation_records);
                assert_int_equal(made.figures.has_validation_loss_millionths,
                                 class_rows[i].measured);
            } else {
                assert_non_null(strstr(err.message, "validation records"));
            }
            sheaf_buffer_deinit(&made.bytes);
        }
        free(words);
        sheaf_buffer_deinit(&model);
        close_owner(&o);
    }
    (void)unused;
}

/* ---- members without ---- */

static void test_without(void **unused)
{
    owner o;
    sheaf_buffer model;
    sheaf_err err;
    open_owner(&o, SHEAF_model_kind_logistic, false, 21);
    sheaf_table *table = o.data;
    sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
    round_of(&o, SHEAF_task_statistics, 0, &model);
    round_of(&o, SHEAF_task_train, 0, &model);
    /* None are set apart: nothing is added, and nothing measured. */
    memset(table->is_validation, 0, table->rows);
    struct sheaf_figures figures = round_of(&o, SHEAF_task_train, 1, &model);
    assert_int_equal(figures.records, table->train_rows);
    assert_int_equal(figures.validation_records, 0);
    assert_false(figures.has_validation_loss_millionths);
    /* Four are: nothing is learned from them, and nothing told of them. Five are. */
    for (uint32_t few = SHEAF_VALIDATION_LEAST - 1; few <= SHEAF_VALIDATION_LEAST; few++) {
        memset(table->is_validation, 0, table->rows);
        for (uint32_t i = 0, left = few; left > 0; i++)
            left -= table->is_validation[i] = !table->is_test[i];
        sheaf_job told = job_of(&o, SHEAF_task_train, 1, sheaf_buffer_slice(&model));
        int64_t *of_few = local_of(&o, &told);
        bool tells = few == SHEAF_VALIDATION_LEAST;
        assert_int_equal(of_few[told.words - 1], tells ? few : 0);
        assert_int_equal(of_few[told.words - 2] > 0, tells);
        assert_int_equal(sheaf_learnt_rows(table), table->train_rows - few);
        free(of_few);
    }
    /* All are. */
    memset(table->is_validation, 1, table->rows);
    sheaf_job job = job_of(&o, SHEAF_task_train, 1, sheaf_buffer_slice(&model));
    int64_t words[16];
    size_t learnt = o.kind->words(job.spec, job.task, false, 1);
    MUST(sheaf_learn_local(o.kind, &job, table, &(sheaf_job_seeds){0}, words, &err));
    for (size_t i = 0; i < learnt; i++)
        assert_int_equal(words[i], 0);
    assert_int_equal(words[learnt + 1], table->train_rows);
    /* Nothing to train on at all. */
    memset(table->is_test, 1, table->rows);
    table->train_rows = 0;
    MUST(sheaf_learn_local(o.kind, &job, table, &(sheaf_job_seeds){0}, words, &err));
    for (size_t i = 0; i < learnt + 2; i++)
        assert_int_equal(words[i], 0);
    sheaf_buffer_deinit(&model);
    close_owner(&o);

    sheaf_spec linear = spec_of(SHEAF_model_kind_linear, true);
    const sheaf_learn_kind *kind;
    MUST(sheaf_learn_kind_find(SHEAF_model_kind_linear, &kind, &err));
    job = (sheaf_job){.spec = &linear, .task = SHEAF_task_statistics, .validates = true};
    assert_int_equal(sheaf_learn_local(kind, &job, NULL, NULL, words, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "round by round"));
    (void)unused;
}

/* ---- when it ends ---- */

/* Training alone with patience gives the model that all rounds, looked at one by one, show to
 * be the best, and no later one. */
static void test_best_is_kept(void **unused)
{
    static sheaf_buffer models[MODELS];
    for (int k = 0; k < KINDS; k++) {
        owner o;
        sheaf_buffer model, got;
        sheaf_err err;
        sheaf_course course = {0};
        uint32_t step = 0;
        open_owner(&o, kinds[k], false, 77);
        sheaf_buffer_init(&model, SHEAF_MODEL_BYTES_MAX);
        round_of(&o, SHEAF_task_statistics, 0, &model);
        uint32_t rounds = sheaf_task_steps(
            &(struct sheaf_row_model){.kind = kinds[k], .trees = 6, .depth = 2},
            SHEAF_release_form_exact_sum);
        rounds = rounds < MODELS ? rounds : MODELS;
        for (; step < rounds && !sheaf_course_over(&course, 2); step++) {
            sheaf_buffer_init(&models[step], SHEAF_MODEL_BYTES_MAX);
            sheaf_buffer_add(&models[step], sheaf_buffer_slice(&model));
            struct sheaf_figures f = round_of(&o, SHEAF_task_train, step, &model);
            if (f.has_validation_loss_millionths)
                sheaf_course_measure(&course, step, (uint64_t)f.validation_loss_millionths);
        }
        assert_true(step < rounds && course.stale == 2);
        const sheaf_alone alone = {
            .spec = &o.spec,
            .kind = o.kind,
            .training = {.steps = 20, .batch = 8, .rate_millionths = 300000},
            .rounds = rounds,
            .patience = 2,
            .seed = 5};
        sheaf_buffer_init(&got, SHEAF_MODEL_BYTES_MAX);
        MUST(sheaf_alone_train(&alone, o.data, &got, &err));
        assert_true(sheaf_slice_equal(sheaf_buffer_slice(&got),
                                      sheaf_buffer_slice(&models[course.best])));
        for (uint32_t i = 0; i < step; i++)
            sheaf_buffer_deinit(&models[i]);
        sheaf_buffer_deinit(&got);
        sheaf_buffer_deinit(&model);
        close_owner(&o);
    }
    (void)unused;
}

/* ---- several owners ---- */

/* Trees of several owners end where those of the pooled records end, with the same bytes. */
static void test_owners_end_as_one(void **unused)
{
    char folder[] = "/tmp/validation-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    for (int number = 0; number < 2; number++) {
        sheaf_spec spec = spec_of(SHEAF_model_kind_trees, number);
        sheaf_unmasked u, one;
        sheaf_buffer pooled, together, alone;
        sheaf_err err;
        spec.trees.trees = 30;
        MUST(sheaf_unmasked_open(&spec, &u, &err));
        MUST(sheaf_unmasked_open(&spec, &one, &err));
        u.rounds = one.rounds = 1 + spec.trees.trees * spec.trees.depth;
        u.patience = one.patience = 2;
        rows_make(&pooled, 0, 0, number);
        for (int m = 0; m <= MEMBERS; m++) {
            sheaf_buffer csv;
            snprintf(path, sizeof path, "%s/m.csv", folder);
            rows_make(&csv, 300 + (uint64_t)m, m == MEMBERS ? 0 : ROWS * (m + 1) / 2, number);
            sheaf_slice rows = sheaf_buffer_slice(m == MEMBERS ? &pooled : &csv);
            FILE *file = fopen(path, "w");
            assert_non_null(file);
            assert_int_equal(fwrite(rows.data, 1, rows.len, file), rows.len);
            fclose(file);
            MUST(sheaf_unmasked_add(m == MEMBERS ? &one : &u, (uint32_t)m, path, &err));
            sheaf_buffer_add(&pooled,
                             sheaf_bytes(csv.data + strlen(header), csv.len - strlen(header)));
            sheaf_buffer_deinit(&csv);
        }
        sheaf_buffer_init(&together, SHEAF_MODEL_BYTES_MAX);
        sheaf_buffer_init(&alone, SHEAF_MODEL_BYTES_MAX);
        MUST(sheaf_unmasked_train(&u, (sheaf_unmasked_who){0, MEMBERS}, &together, &err));
        MUST(sheaf_unmasked_train(&one, (sheaf_unmasked_who){0, 1}, &alone, &err));
        assert_true(
            sheaf_slice_equal(sheaf_buffer_slice(&together), sheaf_buffer_slice(&alone)));
        sheaf_trees trees;
        MUST(sheaf_trees_read(sheaf_buffer_slice(&together), &trees, &err));
        assert_in_range(trees.finished, 1, spec.trees.trees - 2);
        sheaf_trees_close(&trees);
        sheaf_buffer_deinit(&together);
        sheaf_buffer_deinit(&alone);
        sheaf_buffer_deinit(&pooled);
        sheaf_unmasked_close(&u);
        sheaf_unmasked_close(&one);
        unlink(path);
    }
    rmdir(folder);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_records),
        cmocka_unit_test(test_nothing_is_learned_from_them),
        cmocka_unit_test(test_loss),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_without),
        cmocka_unit_test(test_best_is_kept),
        cmocka_unit_test(test_owners_end_as_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
