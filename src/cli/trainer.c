/* cli/trainer.c - `sheaf trainer check`: a member's own trainer, run on a job that is none of a
 * round. */
#include "cli/trainer_options.h"
#include "learn/file.h"
#include "learn/safetensors.h"
#include "store/clock.h"
#include "store/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROWS = 300, /* that are made up */
    SEED = 20261121,
    MIB = 1 << 20,
    CSV_MAX = 1 << 20,
};

/* A job as a round would give it, and what it is made of. */
typedef struct {
    const sheaf_learn_kind *kind;
    sheaf_spec spec;
    sheaf_noised_terms terms;
    sheaf_job job;
    sheaf_buffer base, csv;
    void *data;
    sheaf_data_counts counts;
    int64_t *values;
    bool own_data, own_model;
} rehearsal;

/* ---- the job ---- */

/* Numbers that look like those of people with and without heart disease, and are nobody's. */
static void make_up(const sheaf_features *features, sheaf_buffer *out)
{
    uint32_t state = SEED;
    const char *last = "";
    for (uint32_t j = 0; j < features->count; j++) {
        if (strcmp(features->items[j].column, last) != 0)
            sheaf_buffer_printf(out, "%s%s", j ? "," : "", features->items[j].column);
        last = features->items[j].column;
    }
    sheaf_buffer_printf(out, ",%s\n", features->label);
    for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        last = "";
        for (uint32_t j = 0; j < features->count; j++) {
            const sheaf_feature *f = &features->items[j];
            if (strcmp(f->column, last) == 0)
                continue;
            last = f->column;
            state = state * 1664525u + 1013904223u;
            uint32_t draw = state >> 16;
            int64_t low = f->low_millionths / 1000000, high = f->high_millionths / 1000000;
            int64_t value = f->has_range ? low + draw % (high - low + 1) : draw % 4;
            sum += f->has_range ? (double)(value - low) / (double)(high - low) - 0.5 : 0;
            sheaf_buffer_printf(out, "%s%" PRId64, j ? "," : "", value);
        }
        sheaf_buffer_printf(out, ",%d\n", sum > 0);
    }
}

/* Whether it predicts a number, and the layers of a perceptron. */
static void shape_read(const sheaf_safetensors *file, sheaf_spec *out)
{
    char name[32];
    bool number =
        sheaf_safetensors_tensor(file, "label") || sheaf_safetensors_tensor(file, "label.mean");
    out->target = number ? SHEAF_target_number : SHEAF_target_class;
    if (out->kind != SHEAF_model_kind_mlp)
        return;
    out->mlp.activation = sheaf_slice_is(sheaf_safetensors_note(file, "activation"), "tanh")
                              ? SHEAF_activation_tanh
                              : SHEAF_activation_relu;
    for (uint32_t i = 0; i <= SHEAF_HIDDEN_MAX; i++) {
        snprintf(name, sizeof name, "layers.%" PRIu32 ".bias", i);
        const sheaf_tensor *bias = sheaf_safetensors_tensor(file, name);
        if (!bias)
            break;
        if (i < SHEAF_HIDDEN_MAX)
            out->mlp.units[i] = (uint32_t)bias->count;
        out->mlp.layers = i; /* the last gives the score */
    }
}

/* The inputs that a model file names. */
static sheaf_status spec_read(rehearsal *r, sheaf_err *err)
{
    sheaf_safetensors file;
    SHEAF_TRY(sheaf_learn_kind_of_file(sheaf_buffer_slice(&r->base), &r->kind, err));
    SHEAF_TRY(sheaf_safetensors_read(sheaf_buffer_slice(&r->base), "the model file",
                                     SHEAF_SAFETENSORS_CANONICAL, &file, err));
    r->spec.kind = r->kind->id;
    sheaf_status status =
        sheaf_features_parse(sheaf_safetensors_note(&file, "features"),
                             sheaf_safetensors_note(&file, "label"), &r->spec.features, err);
    shape_read(&file, &r->spec);
    sheaf_safetensors_close(&file);
    r->spec.inputs = r->spec.features.count;
    if (status != SHEAF_OK || !r->kind->own_tensors) /* that is refused later, in words */
        return status;
    return r->kind->check(&r->spec, sheaf_buffer_slice(&r->base), false, err);
}

static sheaf_status model_get(rehearsal *r, const char *path, sheaf_err *err)
{
    r->own_model = path != NULL;
    if (path) {
        SHEAF_TRY(sheaf_learn_file(path, SHEAF_SAFETENSORS_BYTES_MAX, &r->base, err));
        return spec_read(r, err);
    }
    r->spec =
        (sheaf_spec){.kind = SHEAF_model_kind_logistic, .features = *sheaf_features_heart()};
    r->spec.inputs = r->spec.features.count;
    SHEAF_TRY(sheaf_learn_kind_find(r->spec.kind, &r->kind, err));
    SHEAF_TRY(r->kind->begin(&r->spec, SEED, &r->base, err));
    return sheaf_buffer_check(&r->base, "the model to start from", err);
}

static sheaf_status data_get(rehearsal *r, const char *path, sheaf_err *err)
{
    r->own_data = path != NULL;
    if (path) {
        SHEAF_TRY(sheaf_learn_file(path, SHEAF_CSV_BYTES_MAX, &r->csv, err));
    } else if (r->own_model) {
        return sheaf_fail(err, SHEAF_INVALID,
                          "a model of yours needs data of yours: give --data FILE too");
    } else {
        make_up(&r->spec.features, &r->csv);
        SHEAF_TRY(sheaf_buffer_check(&r->csv, "made-up data", err));
    }
    SHEAF_TRY(r->kind->open(&r->spec, sheaf_buffer_slice(&r->csv), path ? path : "made-up data",
                            SHEAF_TABLE_NOISED, &r->data, err));
    r->kind->counts(r->data, &r->counts);
    return SHEAF_OK;
}

/* Terms of a mandate as they might be; what a trainer sees of them is the clipping norm. */
static sheaf_status terms_set(rehearsal *r, sheaf_err *err)
{
    size_t words = r->kind->words(&r->spec, SHEAF_task_train, true, 0);
    if (words == 0)
        return sheaf_fail(err, SHEAF_INVALID, "models of this kind are not learnt under noise");
    r->terms = (sheaf_noised_terms){.unit = SHEAF_NOISED_MEMBER,
                                    .norm_millionths = 1000000,
                                    .noise_millionths = 1000000,
                                    .sampling_millionths = 1000000,
                                    .divisor = 8,
                                    .training = {.steps = 100, .rate_millionths = 100000},
                                    .words = (uint32_t)words,
                                    .members = 8,
                                    .survivors_least = 8,
                                    .colluders = 1,
                                    .records_max = r->counts.lines ? r->counts.lines : 1};
    r->job = (sheaf_job){.spec = &r->spec,
                         .task = SHEAF_task_train,
                         .noised = true,
                         .words = (uint32_t)words,
                         .base = sheaf_buffer_slice(&r->base),
                         .training = r->terms.training,
                         .seed = SEED,
                         .terms = &r->terms};
    r->values = calloc(words, sizeof *r->values);
    return r->values ? SHEAF_OK
                     : sheaf_fail(err, SHEAF_NOMEM, "no memory for %zu words", words);
}

/* ---- what is told ---- */

/* On a terminal, once a second. */
static void progress_show(void *context, const sheaf_trainer_figures *figures)
{
    char text[SHEAF_TRAINER_FIGURES_TEXT];
    int64_t *last = context, now = sheaf_clock_ms();
    if (!isatty(STDERR_FILENO) || now - *last < 1000)
        return;
    *last = now;
    sheaf_trainer_figures_describe(figures, text);
    fprintf(stderr, "  %s\n", text);
}

static void print_confinement(const sheaf_sandbox_held *held, const sheaf_sandbox_limits *l)
{
    printf("Confined by\n"
           "  user          %s, without capabilities, in namespaces of its own\n"
           "                (user, mount, process, network, ipc, host name)\n"
           "  files         /usr and what you named, read-only; /job/out takes %" PRIu64
           " MiB,\n"
           "                /tmp and /dev/shm %" PRIu64 " MiB each\n",
           held->as_nobody ? "nobody" : "yours", l->out_bytes / MIB, l->scratch_bytes / MIB);
    if (held->landlock)
        printf("  Landlock      version %u\n", held->landlock);
    else
        printf("  Landlock      not in this kernel; mounts and namespaces hold alone\n");
    printf("  system calls  a filter; what opens the network %s\n",
           held->listens ? "ends the trainer, and you are told"
                         : "is refused; you are not told, something else listens here");
    printf("  limits        %u s, %u s of processor time in a process, %" PRIu64
           " MiB and %u\n                processes and threads over all it starts\n",
           l->seconds, l->cpu_seconds, l->memory_bytes / MIB, l->processes);
    puts("Before it started, a process confined like it tried to get out, in vain.\n");
}

static void print_people(const rehearsal *r, const sheaf_trainer_report *report,
                         const sheaf_sandbox_limits *limits, const char *program)
{
    char metrics[SHEAF_TRAINER_FIGURES_TEXT];
    sheaf_trainer_figures_describe(&report->metrics, metrics);
    printf("%s was given %s model of the format %s and %s: %u rows, %u inputs.\n\n", program,
           r->own_model ? "your" : "a made-up", r->kind->format,
           r->own_data ? "your data" : "made-up data", r->counts.rows, r->spec.features.count);
    if (report->wall_ms || report->used)
        print_confinement(&report->held, limits);
    printf("It took %.2f s, %.2f s of processor time, %" PRIu64
           " MiB of memory; %u of %u lines "
           "on its\nstandard output were progress.\n",
           report->wall_ms / 1e3, report->cpu_ms / 1e3, report->memory_bytes / MIB,
           report->progress, report->lines);
    if (metrics[0])
        printf("Its metrics: %s\n", metrics);
    if (report->used)
        puts("Its update can be used: tensors, shapes and numbers are those of the model.");
}

static int print_json(const sheaf_trainer_report *report)
{
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    char metrics[SHEAF_TRAINER_FIGURES_TEXT];
    sheaf_json_member_put_bool(&w, "as_nobody", report->held.as_nobody);
    sheaf_json_member_put_int(&w, "cpu_ms", report->cpu_ms);
    sheaf_json_member_put_bool(&w, "hears_network", report->held.listens);
    sheaf_json_member_put_int(&w, "landlock", report->held.landlock);
    sheaf_json_member_put_int(&w, "lines", report->lines);
    sheaf_json_member_put_int(&w, "memory_bytes", (int64_t)report->memory_bytes);
    sheaf_trainer_figures_describe(&report->metrics, metrics);
    sheaf_json_member_put_string(&w, "metrics", sheaf_bytes(metrics, strlen(metrics)));
    sheaf_json_member_put_int(&w, "progress", report->progress);
    sheaf_json_member_put_bool(&w, "used", report->used);
    sheaf_json_member_put_int(&w, "wall_ms", report->wall_ms);
    if (!report->used)
        sheaf_json_member_put_string(&w, "why", sheaf_bytes(report->why, strlen(report->why)));
    int code = sheaf_print_end(&out, &w);
    return report->used ? code : SHEAF_EXIT_FAILED;
}

/* ---- the command ---- */

static sheaf_status rehearse(rehearsal *r, const sheaf_arguments *a,
                             const sheaf_trainer *trainer, sheaf_trainer_report *report,
                             sheaf_err *err)
{
    static const uint8_t zeros[SHEAF_NOISED_SEED];
    const sheaf_trainer_place place = {SHEAF_NONE, SHEAF_NONE, SHEAF_NONE, SHEAF_NONE,
                                       SHEAF_NONE, 0,          0};
    char home[SHEAF_PATH_MAX];
    sheaf_noised_seeds secret;
    memcpy(secret.rounding, zeros, sizeof zeros);
    const sheaf_job_seeds seeds = {SEED, &secret};
    SHEAF_TRY(sheaf_home_path(a->value[0], home, sizeof home, err));
    SHEAF_TRY(model_get(r, a->value[1], err));
    SHEAF_TRY(data_get(r, a->value[2], err));
    SHEAF_TRY(terms_set(r, err));
    int64_t last = sheaf_clock_ms();
    const sheaf_trainer_host host = {.trainer = trainer,
                                     .home = home,
                                     .stop = &sheaf_stopping,
                                     .progress = a->json ? NULL : progress_show,
                                     .context = &last};
    return sheaf_trainer_values(&host, &place, r->kind, &r->job, r->data, &seeds, r->values,
                                report, err);
}

static int run_check(const sheaf_arguments *a)
{
    sheaf_trainer_options *options = calloc(1, sizeof *options);
    rehearsal *r = calloc(1, sizeof *r);
    sheaf_trainer_report report = {0};
    sheaf_err err = {0};
    int code = SHEAF_EXIT_FAILED;
    sheaf_stop_on_signals();
    if (!options || !r) {
        (void)sheaf_fail(&err, SHEAF_NOMEM, "no memory to check a trainer");
        code = sheaf_report(a, &err);
        goto done;
    }
    const char *wrong =
        sheaf_trainer_options_read(options, a->value + 3, NULL, a->argument, a->argument_count);
    if (wrong) {
        code = sheaf_usage(&sheaf_command_trainer_check, "%s", wrong);
        goto done;
    }
    sheaf_buffer_init(&r->base, SHEAF_SAFETENSORS_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_buffer_init(&r->csv, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = rehearse(r, a, &options->trainer, &report, &err);
    if (status == SHEAF_OK && a->json) {
        code = print_json(&report);
    } else if (status == SHEAF_OK) {
        print_people(r, &report, &options->trainer.limits, a->argument[0]);
        code = SHEAF_EXIT_DONE;
        if (!report.used)
            (void)sheaf_fail(&err, SHEAF_INVALID, "%s", report.why);
    }
    if (err.status != SHEAF_OK)
        code = sheaf_report(a, &err);
    if (r->kind)
        r->kind->close(r->data);
    free(r->values);
    sheaf_buffer_deinit(&r->base);
    sheaf_buffer_deinit(&r->csv);
done:
    free(r);
    free(options);
    return code;
}

const sheaf_command sheaf_command_trainer_check = {
    .name = "trainer check",
    .arguments = "-- PROGRAM [ARGUMENT...]",
    .summary = "run a trainer of your own on a job that is no round's, and say how it is "
               "confined",
    .detail =
        "PROGRAM is what `sheaf node --trainer` would run: docs/trainer.md says what it is "
        "given and\n"
        "what it gives back. Without --model and --data the job is made up. An ARGUMENT that "
        "names a\n"
        "file is shown to the program, read-only. Nothing is sent, and no round is touched.",
    .options = {{"home", "DIR", "the member's home folder, which is hidden from the program"},
                {"model", "FILE", "a model to start from (a made-up one)"},
                {"data", "FILE", "a CSV file with the model's columns (made-up rows)"},
                SHEAF_TRAINER_OPTIONS},
    .arguments_min = 1,
    .arguments_max = SHEAF_SANDBOX_ARGUMENTS_MAX,
    .many = -1,
    .run = run_check,
};
