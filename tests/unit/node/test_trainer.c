/* What a member's own trainer may give back, and what becomes of it.
 *
 * Where this machine cannot confine a program, every run is refused, which is asserted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "learn/own_training.h"
#include "learn/safetensors.h"
#include "node/trainer.h"
#include "store/file.h"

enum { WORDS = 3 };

static char folder[64], program[128];

/* A job over two inputs, as a mandate whose unit is the member gives it. */
typedef struct {
    const sheaf_learn_kind *kind;
    sheaf_spec spec;
    sheaf_noised_terms terms;
    sheaf_job job;
    sheaf_noised_seeds secret;
    sheaf_job_seeds seeds;
    sheaf_buffer base;
    void *data;
} world;

static void must(sheaf_status status, const sheaf_err *err)
{
    if (status != SHEAF_OK)
        fail_msg("%s", err->message);
}

/* Of a kind, and of a class or a number between 0 and 10. */
static world *world_of(uint8_t kind, uint8_t target, const char *csv)
{
    world *w = calloc(1, sizeof *w);
    sheaf_err err = {0};
    assert_non_null(w);
    w->spec.kind = kind;
    w->spec.target = target;
    w->spec.has_label_range = target == SHEAF_target_number;
    w->spec.label_high_millionths = 10000000;
    w->spec.mlp.layers = kind == SHEAF_model_kind_mlp;
    w->spec.mlp.units[0] = 2;
    must(sheaf_features_parse(sheaf_str("age,cp=2"), sheaf_str("num"), &w->spec.features, &err),
         &err);
    w->spec.inputs = w->spec.features.count;
    sheaf_feature *age = &w->spec.features.items[0];
    age->has_range = true;
    age->high_millionths = 100000000;
    must(sheaf_learn_kind_find(w->spec.kind, &w->kind, &err), &err);
    sheaf_buffer_init(&w->base, 1 << 16);
    must(w->kind->begin(&w->spec, 1, &w->base, &err), &err);
    must(w->kind->open(&w->spec, sheaf_str(csv), "data", SHEAF_TABLE_NOISED, &w->data, &err),
         &err);
    w->terms = (sheaf_noised_terms){.unit = SHEAF_NOISED_MEMBER,
                                    .norm_millionths = 1000000,
                                    .noise_millionths = 1000000,
                                    .sampling_millionths = 1000000,
                                    .divisor = 4,
                                    .training = {.steps = 1, .rate_millionths = 1},
                                    .words = WORDS,
                                    .members = 4,
                                    .survivors_least = 4,
                                    .colluders = 1,
                                    .records_max = 4};
    w->job = (sheaf_job){.spec = &w->spec,
                         .task = SHEAF_task_train,
                         .noised = true,
                         .words = WORDS,
                         .base = sheaf_buffer_slice(&w->base),
                         .training = w->terms.training,
                         .terms = &w->terms};
    w->terms.words = (uint32_t)w->kind->words(&w->spec, SHEAF_task_train, true, 0);
    w->job.words = w->terms.words;
    w->seeds = (sheaf_job_seeds){5, &w->secret};
    return w;
}

static world *world_open(const char *csv)
{
    return world_of(SHEAF_model_kind_logistic, SHEAF_target_class, csv);
}

static void world_close(world *w)
{
    w->kind->close(w->data);
    sheaf_buffer_deinit(&w->base);
    free(w);
}

static const char usual[] =
    "age,cp,num,set\n10,1,0,train\n90,2,1,train\n50,2,1,test\n,2,1,train\n";

static void progress_count(void *context, const sheaf_trainer_figures *figures)
{
    assert_int_equal(figures->count, 2);
    ++*(int *)context;
}

/* Runs the apprentice; true if this machine confines it. */
static bool run(world *w, const char *mode, int64_t *values, int *progress,
                sheaf_trainer_report *report)
{
    const char *const words[] = {program, mode};
    const sheaf_trainer trainer = {
        .arguments = words, .argument_count = 2, .limits = sheaf_sandbox_limits_default()};
    const sheaf_trainer_host host = {
        .trainer = &trainer, .progress = progress ? progress_count : NULL, .context = progress};
    const sheaf_trainer_place place = {1, 2, 3, 4, 5, 10, 0};
    sheaf_err err = {0};
    memset(values, 0x5a, WORDS * sizeof *values);
    sheaf_status ready = sheaf_trainer_ready(&host, &err);
    sheaf_status status = sheaf_trainer_values(&host, &place, w->kind, &w->job, w->data,
                                               &w->seeds, values, report, &err);
    assert_int_equal(status, ready);
    if (status == SHEAF_OK)
        return true;
    assert_non_null(strstr(err.message, "no trainer is started"));
    for (int j = 0; j < WORDS; j++)
        assert_int_equal(values[j], 0);
    assert_false(report->used);
    return false;
}

static double norm_of(const int64_t *values, const world *w)
{
    sheaf_noised_scale scale;
    double sum = 0;
    sheaf_err err;
    must(sheaf_noised_scale_of(&w->terms, &scale, &err), &err);
    for (int j = 0; j < WORDS; j++)
        sum += (double)values[j] * (double)values[j];
    return sum / ((double)scale.sensitivity * (double)scale.sensitivity);
}

static void test_what_comes_back(void **unused)
{
    static const struct {
        const char *mode, *why; /* NULL: it is used */
    } rows[] = {
        {"good", NULL},
        {"huge", NULL}, /* we clip */
        {"nan", "value 1 of the tensor weight"},
        {"infinite", "value 0 of the tensor bias"},
        {"missing", "has no tensor weight, which is learnt"},
        {"shape", "weight of the trainer's update.safetensors has not the shape"},
        {"extra", "has a tensor more, which the model does not have"},
        {"fixed", "changes the tensor mean, which is not learnt"},
        {"short", "the trainer's update.safetensors"},
        {"overlap", "the trainer's update.safetensors"},
        {"figures", "metrics.json: byte 8: a finite number belongs here"},
        {"nothing", "left no update.safetensors"},
        {"silent", "left no metrics.json"},
        {"64", "does not train such models: the last word"},
        {"65", "cannot use the data: the last word"},
        {"75", "does not train this time: the last word"},
        {"3", "failed with exit code 3: the last word"},
    };
    world *w = world_open(usual);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t values[WORDS];
        sheaf_trainer_report report;
        int progress = 0;
        if (!run(w, rows[i].mode, values, &progress, &report))
            continue;
        assert_int_equal(progress, 2);
        assert_int_equal(report.lines, 3);
        assert_int_equal(report.progress, 2);
        if (report.used != !rows[i].why)
            print_error("%s: %s\n", rows[i].mode, report.why);
        assert_true(report.used == !rows[i].why);
        if (rows[i].why) {
            assert_non_null(strstr(report.why, rows[i].why));
            assert_true(norm_of(values, w) == 0);
        } else {
            /* (0.5, -0.75, 0.25) has a norm of 0.935. */
            double want = strcmp(rows[i].mode, "good") == 0 ? 0.875 : 1;
            assert_true(norm_of(values, w) > want - 0.01 && norm_of(values, w) <= 1);
            assert_true(values[0] > 0);
        }
    }
    world_close(w);
    (void)unused;
}

/* Whatever ends a program, the sentence says so, and its member takes part with noise alone. */
static void test_ends(void **unused)
{
    static const struct {
        const char *script, *why; /* no script: the apprentice and its children */
        uint32_t seconds, processes;
    } rows[] = {
        {"sleep 30", "still ran after 1 seconds and was ended: let it do less", 1, 64},
        {"kill -SEGV $$", "was ended by signal 11 (Segmentation fault)", 10, 64},
        {"kill -KILL $$", "was ended by signal 9 (Killed), perhaps for want of memory", 10, 64},
        {"head -c 99999999 /dev/zero >/job/out/x", "filled a folder: /job/out takes 1 MiB", 10,
         64},
        {"yes", "wrote more than 16 MiB to its standard output and error", 10, 64},
        {"for i in 1 2 3 4 5 6 7; do sleep 30 & done; wait", "started 8 processes and threads",
         10, 8},
        {NULL, "took more than 64 MiB of memory", 10, 64},
        {"echo x >/job/job.json", "it may write to /job/out and /tmp alone", 10, 64},
        {"echo '{}' >/job/out/metrics.json; ln -s metrics.json /job/out/update.safetensors", "",
         10, 64},
    };
    const sheaf_trainer_place place = {1, 2, 3, 4, 5, 10, 0};
    world *w = world_open(usual);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const script[] = {"/bin/sh", "-c", rows[i].script};
        const char *const heavy[] = {program, "heavy"};
        const sheaf_trainer trainer = {.arguments = rows[i].script ? script : heavy,
                                       .argument_count = rows[i].script ? 3 : 2,
                                       .limits = {.seconds = rows[i].seconds,
                                                  .cpu_seconds = 10,
                                                  .processes = rows[i].processes,
                                                  .memory_bytes = 64 << 20,
                                                  .out_bytes = 1 << 20,
                                                  .scratch_bytes = 1 << 20}};
        const sheaf_trainer_host host = {.trainer = &trainer};
        sheaf_trainer_report report;
        int64_t values[WORDS];
        sheaf_err err = {0};
        if (sheaf_trainer_ready(&host, &err) != SHEAF_OK)
            continue;
        must(sheaf_trainer_values(&host, &place, w->kind, &w->job, w->data, &w->seeds, values,
                                  &report, &err),
             &err);
        if (!strstr(report.why, rows[i].why))
            fail_msg("%s: %s", rows[i].why, report.why);
        assert_true(!report.used && norm_of(values, w) == 0);
    }
    world_close(w);
    (void)unused;
}

/* Rows of training as the model takes them, and neither those held out nor those with gaps. */
static void test_rows(void **unused)
{
    static const double want_x[] = {-0.8, 0, 0.8, 1}, want_y[] = {0, 1};
    world *w = world_open(usual);
    sheaf_buffer out;
    sheaf_safetensors file;
    const sheaf_tensor *x, *y;
    sheaf_err err = {0};
    sheaf_buffer_init(&out, 1 << 16);
    must(sheaf_own_training_rows(w->kind, &w->job, w->data, &out, &err), &err);
    must(sheaf_safetensors_read(sheaf_buffer_slice(&out), "rows", SHEAF_SAFETENSORS_CANONICAL,
                                &file, &err),
         &err);
    must(sheaf_safetensors_expect(&file, "x", SHEAF_TENSOR_F64, 2, 2, &x, &err), &err);
    must(sheaf_safetensors_expect(&file, "y", SHEAF_TENSOR_F64, 2, 0, &y, &err), &err);
    for (int i = 0; i < 4; i++)
        assert_float_equal(sheaf_tensor_f64(x, (uint64_t)i), want_x[i], 1e-9);
    assert_true(sheaf_tensor_f64(y, 0) == want_y[0] && sheaf_tensor_f64(y, 1) == want_y[1]);
    sheaf_safetensors_close(&file);
    sheaf_buffer_deinit(&out);
    world_close(w);

    /* Nothing to train on: no program is asked, and the member takes part with noise alone. */
    world *none = world_open("age,cp,num,set\n50,2,1,test\n");
    const char *const words[] = {"/usr/bin/true"};
    const sheaf_trainer trainer = {
        .arguments = words, .argument_count = 1, .limits = sheaf_sandbox_limits_default()};
    const sheaf_trainer_host host = {.trainer = &trainer};
    const sheaf_trainer_place place = {1, 2, 3, 4, 5, 10, 0};
    sheaf_trainer_report report;
    int64_t values[WORDS] = {1, 1, 1};
    must(sheaf_trainer_values(&host, &place, none->kind, &none->job, none->data, &none->seeds,
                              values, &report, &err),
         &err);
    assert_true(!report.used && norm_of(values, none) == 0);
    world_close(none);
    (void)unused;
}

static int64_t elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)(now.tv_sec - since->tv_sec) * 1000
           + (now.tv_nsec - since->tv_nsec) / 1000000;
}

/* When a member answers says nothing of what its trainer met: here it was not even asked. */
static void test_answers_at_a_fixed_time(void **unused)
{
    world *w = world_open("age,cp,num,set\n50,2,1,test\n");
    const char *const words[] = {"/usr/bin/true"};
    const sheaf_trainer trainer = {
        .arguments = words, .argument_count = 1, .limits = sheaf_sandbox_limits_default()};
    atomic_bool stop = false;
    const sheaf_trainer_host host = {.trainer = &trainer, .stop = &stop};
    const sheaf_trainer_place place = {1, 2, 3, 4, 5, 1, 200};
    sheaf_trainer_report report;
    int64_t values[WORDS];
    struct timespec since;
    sheaf_err err = {0};
    clock_gettime(CLOCK_MONOTONIC, &since);
    must(sheaf_trainer_values(&host, &place, w->kind, &w->job, w->data, &w->seeds, values,
                              &report, &err),
         &err);
    assert_in_range(elapsed_ms(&since), 1200, 3000);
    assert_false(report.used);
    stop = true;
    clock_gettime(CLOCK_MONOTONIC, &since);
    assert_int_equal(sheaf_trainer_values(&host, &place, w->kind, &w->job, w->data, &w->seeds,
                                          values, &report, &err),
                     SHEAF_IO);
    assert_true(elapsed_ms(&since) < 1000);
    world_close(w);
    (void)unused;
}

/* A word that was to be a file. */
static void test_misspelt_file(void **unused)
{
    world *w = world_open(usual);
    const char *const words[] = {"/usr/bin/cat", "trainers/logistc.py"};
    const sheaf_trainer trainer = {
        .arguments = words, .argument_count = 2, .limits = sheaf_sandbox_limits_default()};
    const sheaf_trainer_host host = {.trainer = &trainer};
    const sheaf_trainer_place place = {1, 2, 3, 4, 5, 10, 0};
    sheaf_trainer_report report;
    int64_t values[WORDS];
    sheaf_err err = {0};
    if (sheaf_trainer_ready(&host, &err) == SHEAF_OK) {
        must(sheaf_trainer_values(&host, &place, w->kind, &w->job, w->data, &w->seeds, values,
                                  &report, &err),
             &err);
        assert_non_null(
            strstr(report.why, "there is no file trainers/logistc.py where you are"));
    }
    world_close(w);
    (void)unused;
}

/* A file in which each of the learnt tensors is what the model has, and `by` more. */
static void moved(const world *w, double by, sheaf_buffer *out)
{
    sheaf_tensor tensors[8];
    double numbers[64];
    size_t count = 0, used = 0;
    sheaf_safetensors model;
    sheaf_err err = {0};
    must(sheaf_safetensors_read(sheaf_buffer_slice(&w->base), "the model",
                                SHEAF_SAFETENSORS_CANONICAL, &model, &err),
         &err);
    for (const char *const *name = w->kind->own_tensors; *name; name++) {
        const sheaf_tensor *from = sheaf_safetensors_tensor(&model, *name);
        if (!from)
            continue;
        assert_true(count < 8 && used + from->count <= 64);
        tensors[count] = *from;
        tensors[count++].data = numbers + used;
        for (uint64_t i = 0; i < from->count; i++)
            numbers[used++] = sheaf_tensor_f64(from, i) + by;
    }
    assert_int_equal(used, w->job.words);
    sheaf_safetensors_write(out, tensors, count, NULL, 0);
    sheaf_safetensors_close(&model);
}

/* Every kind that has one: labels as the model takes them, and a change of all parameters. */
static void test_kinds(void **unused)
{
    static const char csv[] =
        "age,cp,num,set\n10,1,2,train\n90,2,8,train\n50,2,5,test\n50,1,30,train\n";
    static const double numbers[] = {-0.6, 0.6, 1}, classes[] = {1, 1, 1};
    static const struct {
        uint8_t kind, target;
        uint32_t words;
    } rows[] = {
        {SHEAF_model_kind_logistic, SHEAF_target_class, 3},
        {SHEAF_model_kind_linear, SHEAF_target_number, 3},
        {SHEAF_model_kind_mlp, SHEAF_target_class, 9},
        {SHEAF_model_kind_mlp, SHEAF_target_number, 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world *w = world_of(rows[i].kind, rows[i].target, csv);
        bool number = rows[i].target == SHEAF_target_number;
        int64_t values[9];
        sheaf_buffer data, update;
        sheaf_safetensors file;
        sheaf_noised_scale scale;
        const sheaf_tensor *y;
        sheaf_err err = {0};
        assert_int_equal(w->job.words, rows[i].words);
        sheaf_buffer_init(&data, 1 << 16);
        sheaf_buffer_init(&update, 1 << 16);
        must(sheaf_own_training_check(w->kind, &w->job, &err), &err);
        must(sheaf_own_training_rows(w->kind, &w->job, w->data, &data, &err), &err);
        must(sheaf_safetensors_read(sheaf_buffer_slice(&data), "rows",
                                    SHEAF_SAFETENSORS_CANONICAL, &file, &err),
             &err);
        must(sheaf_safetensors_expect(&file, "y", SHEAF_TENSOR_F64, 3, 0, &y, &err), &err);
        for (uint64_t k = 0; k < 3; k++)
            assert_float_equal(sheaf_tensor_f64(y, k), (number ? numbers : classes)[k], 1e-9);
        sheaf_safetensors_close(&file);
        moved(w, 0.125, &update);
        must(sheaf_own_training_values(w->kind, &w->job, sheaf_buffer_slice(&update), &w->seeds,
                                       values, &err),
             &err);
        must(sheaf_noised_scale_of(&w->terms, &scale, &err), &err);
        for (uint32_t k = 0; k < rows[i].words; k++)
            assert_float_equal((double)values[k] / (double)scale.sensitivity, 0.125, 1e-3);
        w->spec.target = number ? SHEAF_target_class : SHEAF_target_number;
        assert_int_equal(sheaf_own_training_rows(w->kind, &w->job, w->data, &data, &err),
                         SHEAF_INVALID);
        sheaf_buffer_deinit(&data);
        sheaf_buffer_deinit(&update);
        world_close(w);
    }
    (void)unused;
}

static void test_job(void **unused)
{
    static const char want[] =
        "{\"clip_millionths\":1000000,\"dataset\":4,\"features\":[{\"column\":\"age\","
        "\"high_millionths\":100000000,\"low_millionths\":0},{\"column\":\"cp\",\"level\":2}],"
        "\"files\":{\"data\":\"/job/data.safetensors\",\"metrics\":\"/job/out/metrics.json\","
        "\"model\":\"/job/model.safetensors\",\"update\":\"/job/out/update.safetensors\"},"
        "\"format\":\"sheaf-logistic/1\",\"label\":\"num\",\"learning\":{\"batch\":0,"
        "\"rate_millionths\":1,\"steps\":1},\"learnt\":[\"weight\",\"bias\"],\"limits\":{"
        "\"cpu_seconds\":2400,\"memory_bytes\":4294967296,\"out_bytes\":67108864,"
        "\"processes\":128,\"scratch_bytes\":268435456,\"seconds\":600},\"mandate\":2,"
        "\"member\":5,\"model\":3,\"round\":null,\"seed\":5,\"step\":0,\"version\":1}";
    const sheaf_trainer_place place = {SHEAF_NONE, 2, 3, 4, 5, 10, 0};
    const sheaf_sandbox_limits limits = sheaf_sandbox_limits_default();
    world *w = world_open(usual);
    sheaf_buffer out;
    sheaf_buffer_init(&out, 1 << 16);
    sheaf_trainer_job_put(&out, &place, w->kind, &w->job, &w->seeds, &limits);
    assert_true(sheaf_slice_is(sheaf_buffer_slice(&out), want));
    sheaf_buffer_deinit(&out);
    world_close(w);
    (void)unused;
}

static void test_who_may_not(void **unused)
{
    world *w = world_open(usual);
    sheaf_err err = {0};
    must(sheaf_own_training_check(w->kind, &w->job, &err), &err);
    w->terms.unit = SHEAF_NOISED_RECORD;
    assert_int_equal(sheaf_own_training_check(w->kind, &w->job, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "protects each record"));
    w->job.noised = false;
    assert_int_equal(sheaf_own_training_check(w->kind, &w->job, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "discloses exact sums"));
    w->job.noised = true;
    w->terms.unit = SHEAF_NOISED_MEMBER;
    sheaf_learn_kind other = *w->kind;
    other.own_rows = NULL;
    assert_int_equal(sheaf_own_training_check(&other, &w->job, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "models of this kind"));
    world_close(w);
    (void)unused;
}

static void test_figures(void **unused)
{
    static const struct {
        const char *text, *described; /* NULL: refused */
    } rows[] = {
        {"{}", ""},
        {" { \"step\" : 10 , \"loss\":0.5}\n", "step=10 loss=0.5"},
        {"{\"a\":-1.5e3}", "a=-1500"},
        {"{\"a\":0}", "a=0"},
        {"", NULL},
        {"[1]", NULL},
        {"{\"a\":1", NULL},
        {"{\"a\":1}x", NULL},
        {"{\"a\":1,}", NULL},
        {"{\"a\":1 \"b\":2}", NULL},
        {"{\"a\":\"1\"}", NULL},
        {"{\"a\":true}", NULL},
        {"{\"a\":null}", NULL},
        {"{\"a\":NaN}", NULL},
        {"{\"a\":Infinity}", NULL},
        {"{\"a\":1e999}", NULL},
        {"{\"a\":01}", NULL},
        {"{\"a\":1.}", NULL},
        {"{\"a\":.5}", NULL},
        {"{\"a\":+1}", NULL},
        {"{\"a\":0x10}", NULL},
        {"{\"a\":1e}", NULL},
        {"{\"a\":-}", NULL},
        {"{\"a\":{\"b\":1}}", NULL},
        {"{\"A\":1}", NULL},
        {"{\"\":1}", NULL},
        {"{\"a b\":1}", NULL},
        {"{\"a\":1,\"a\":2}", NULL},
        {"{\"a23456789012345678901234567890123456789012\":1}", NULL},
        {"{\"a\":11111111111111111111111111111111111111111111}", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        sheaf_trainer_figures figures;
        char text[SHEAF_TRAINER_FIGURES_TEXT];
        sheaf_err err = {0};
        sheaf_status status =
            sheaf_trainer_figures_read(sheaf_str(rows[i].text), &figures, &err);
        if ((status == SHEAF_OK) != (rows[i].described != NULL))
            print_error("%s: %s\n", rows[i].text, err.message);
        assert_int_equal(status, rows[i].described ? SHEAF_OK : SHEAF_INVALID);
        sheaf_trainer_figures_describe(&figures, text);
        assert_string_equal(text, rows[i].described ? rows[i].described : "");
    }
    (void)unused;
}

static int group_setup(void **state)
{
    char block[1 << 14];
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/trainer-test-XXXXXX");
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    snprintf(program, sizeof program, "%s/apprentice", folder);
    FILE *in = fopen(APPRENTICE, "rb"), *out = fopen(program, "wb");
    for (size_t n; in && out && (n = fread(block, 1, sizeof block, in)) > 0;)
        fwrite(block, 1, n, out);
    return !in || !out || fclose(in) != 0 || fclose(out) != 0 || chmod(program, 0755) != 0;
}

static int group_teardown(void **state)
{
    (void)state;
    sheaf_folder_remove(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_comes_back),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_answers_at_a_fixed_time),
        cmocka_unit_test(test_misspelt_file),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_job),
        cmocka_unit_test(test_who_may_not),
        cmocka_unit_test(test_figures),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
