#include "node/trainer.h"

#include "crypto/ed25519.h"
#include "learn/own_training.h"
#include "learn/safetensors.h"
#include "store/file.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { JOB_BYTES_MAX = 1 << 20, METRICS_BYTES_MAX = 1 << 14, MIB = 1 << 20, LOOK_MS = 20 };

/* One run. */
typedef struct {
    const sheaf_trainer_host *host;
    const sheaf_learn_kind *kind;
    const sheaf_job *job;
    const sheaf_job_seeds *seeds;
    sheaf_trainer_report *report;
    sheaf_sandbox_limits limits;
} run;

/* ---- what it says on the way ---- */

static void line_take(void *context, sheaf_slice line)
{
    run *r = context;
    sheaf_trainer_figures figures;
    r->report->lines++;
    if (sheaf_trainer_figures_read(line, &figures, NULL) != SHEAF_OK)
        return; /* what libraries print */
    r->report->progress++;
    if (r->host->progress)
        r->host->progress(r->host->context, &figures);
}

/* ---- how it ended ---- */

/* Where a program is refused a write, it says so in the system's words. */
static const char *hint(const char *words)
{
    return strstr(words, "Read-only file system") || strstr(words, "Permission denied")
               ? "; it may write to /job/out and /tmp alone"
               : "";
}

/* The argument that it did not find, if it names no file here either; else NULL. */
static const char *not_found(const run *r, const char *words)
{
    const sheaf_trainer *t = r->host->trainer;
    if (!strstr(words, "No such file") && !strstr(words, "not found"))
        return NULL;
    for (size_t i = 1; i < t->argument_count; i++)
        if (strlen(t->arguments[i]) > 1 && strstr(words, t->arguments[i])
            && !sheaf_file_exists(t->arguments[i]))
            return t->arguments[i];
    return NULL;
}

static sheaf_status exit_check(const run *r, const sheaf_sandbox_outcome *outcome,
                               sheaf_err *err)
{
    const char *words = outcome->words[0] ? outcome->words : "it said nothing";
    const char *missing = not_found(r, words);
    if (outcome->code != SHEAF_TRAINER_DONE && missing)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer failed with exit code %d: %s; there is no file %s where "
                          "you are, so that it was given that word as it stands",
                          outcome->code, words, missing);
    switch (outcome->code) {
    case SHEAF_TRAINER_DONE:
        return SHEAF_OK;
    case SHEAF_TRAINER_NOT_MINE:
        return sheaf_fail(err, SHEAF_INVALID, "the trainer does not train such models: %s",
                          words);
    case SHEAF_TRAINER_BAD_DATA:
        return sheaf_fail(err, SHEAF_INVALID, "the trainer cannot use the data: %s", words);
    case SHEAF_TRAINER_NOT_NOW:
        return sheaf_fail(err, SHEAF_INVALID, "the trainer does not train this time: %s",
                          words);
    default:
        return sheaf_fail(err, SHEAF_INVALID, "the trainer failed with exit code %d: %s%s",
                          outcome->code, words, hint(words));
    }
}

static sheaf_status end_check(const run *r, const sheaf_sandbox_outcome *outcome,
                              sheaf_err *err)
{
    const sheaf_sandbox_limits *limits = &r->limits;
    switch (outcome->end) {
    case SHEAF_SANDBOX_EXITED:
        return exit_check(r, outcome, err);
    case SHEAF_SANDBOX_SIGNALLED:
        return sheaf_fail(err, SHEAF_INVALID, "the trainer was ended by signal %d (%s)%s",
                          outcome->code, strsignal(outcome->code),
                          outcome->code == SIGKILL ? ", perhaps for want of memory" : "");
    case SHEAF_SANDBOX_TIME:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer still ran after %u seconds and was ended: let it do "
                          "less, or give it more with --trainer-seconds, within the round's",
                          limits->seconds);
    case SHEAF_SANDBOX_CPU:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer has used its %u seconds of processor time and was ended",
                          limits->cpu_seconds);
    case SHEAF_SANDBOX_MEMORY:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer took more than %llu MiB of memory and was ended; "
                          "--trainer-memory gives it more",
                          (unsigned long long)limits->memory_bytes / MIB);
    case SHEAF_SANDBOX_PROCESSES:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer started %u processes and threads and was ended",
                          limits->processes);
    case SHEAF_SANDBOX_DISK:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer filled a folder: /job/out takes %llu MiB, /tmp and "
                          "/dev/shm %llu MiB each",
                          (unsigned long long)limits->out_bytes / MIB,
                          (unsigned long long)limits->scratch_bytes / MIB);
    case SHEAF_SANDBOX_NETWORK:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer tried to open a network connection and was ended: there "
                          "is no network for trainers; take it out of the program");
    case SHEAF_SANDBOX_TALK:
        return sheaf_fail(err, SHEAF_INVALID,
                          "the trainer wrote more than %d MiB to its standard output and error "
                          "and was ended",
                          SHEAF_SANDBOX_TALK_MAX / MIB);
    case SHEAF_SANDBOX_STOPPED:
        break;
    }
    return sheaf_fail(err, SHEAF_IO, "the node was told to stop while the trainer ran");
}

/* ---- what it left ---- */

static sheaf_status metrics_read(const run *r, const sheaf_sandbox_outcome *outcome,
                                 sheaf_err *err)
{
    sheaf_buffer text;
    sheaf_err why = {0};
    sheaf_buffer_init(&text, METRICS_BYTES_MAX);
    sheaf_status status =
        sheaf_sandbox_read(outcome, "metrics.json", METRICS_BYTES_MAX, &text, err);
    if (status == SHEAF_OK
        && sheaf_trainer_figures_read(sheaf_buffer_slice(&text), &r->report->metrics, &why)
               != SHEAF_OK)
        status =
            sheaf_fail(err, SHEAF_INVALID, "the trainer's metrics.json: %.200s", why.message);
    sheaf_buffer_deinit(&text);
    return status;
}

static sheaf_status result_take(const run *r, const sheaf_sandbox_outcome *outcome,
                                int64_t *values, sheaf_err *err)
{
    static const char *const names[] = {"update.safetensors", "metrics.json"};
    sheaf_buffer update;
    SHEAF_TRY(end_check(r, outcome, err));
    SHEAF_TRY(sheaf_sandbox_only(outcome, names, 2, err));
    SHEAF_TRY(metrics_read(r, outcome, err));
    sheaf_buffer_init(&update, SHEAF_SAFETENSORS_BYTES_MAX);
    sheaf_status status =
        sheaf_sandbox_read(outcome, names[0], SHEAF_SAFETENSORS_BYTES_MAX, &update, err);
    if (status == SHEAF_OK)
        status = sheaf_own_training_values(r->kind, r->job, sheaf_buffer_slice(&update),
                                           r->seeds, values, err);
    if (update.data)
        sheaf_wipe(update.data, update.len);
    sheaf_buffer_deinit(&update);
    return status;
}

/* ---- a run ---- */

static sheaf_sandbox_job sandbox_of(const sheaf_trainer_host *host)
{
    const sheaf_trainer *t = host->trainer;
    return (sheaf_sandbox_job){.arguments = t->arguments,
                               .argument_count = t->argument_count,
                               .shown = t->shown,
                               .shown_count = t->shown_count,
                               .hidden = host->home,
                               .limits = t->limits,
                               .stop = host->stop};
}

static sheaf_status run_with(run *r, const sheaf_trainer_place *place, sheaf_slice rows,
                             int64_t *values, sheaf_err *err)
{
    sheaf_sandbox_job sandbox = sandbox_of(r->host);
    sheaf_sandbox_outcome outcome;
    sheaf_buffer text;
    sheaf_err why = {0};
    sandbox.limits = r->limits;
    sheaf_buffer_init(&text, JOB_BYTES_MAX);
    sheaf_trainer_job_put(&text, place, r->kind, r->job, r->seeds, &r->limits);
    const sheaf_sandbox_file files[] = {{"job.json", sheaf_buffer_slice(&text)},
                                        {"model.safetensors", r->job->base},
                                        {"data.safetensors", rows}};
    sandbox.files = files;
    sandbox.file_count = sizeof files / sizeof *files;
    sandbox.line = line_take;
    sandbox.context = r;
    sheaf_status status = sheaf_buffer_check(&text, "the trainer's job", err);
    if (status == SHEAF_OK)
        status = sheaf_sandbox_run(&sandbox, &outcome, err);
    sheaf_buffer_deinit(&text);
    SHEAF_TRY(status);
    r->report->wall_ms = outcome.wall_ms;
    r->report->cpu_ms = outcome.cpu_ms;
    r->report->memory_bytes = outcome.memory_bytes;
    r->report->held = outcome.held;
    status = result_take(r, &outcome, values, &why);
    sheaf_sandbox_close(&outcome);
    /* Whatever else went wrong may be the program's doing, and so tell of the data. */
    if (outcome.end == SHEAF_SANDBOX_STOPPED)
        return sheaf_fail(err, SHEAF_IO, "%s", why.message);
    r->report->used = status == SHEAF_OK;
    if (status != SHEAF_OK)
        memcpy(r->report->why, why.message, sizeof r->report->why);
    return SHEAF_OK;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The answer's time is the trainer's limit and the grace, so that it tells of the program no
 * more than its limit does. */
static sheaf_status hold(const run *r, const sheaf_trainer_place *place, int64_t begun_ms,
                         sheaf_err *err)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000};
    const int64_t until = begun_ms + (int64_t)r->limits.seconds * 1000 + place->grace_ms;
    while (place->grace_ms && now_ms() < until) {
        if (r->host->stop && *r->host->stop)
            return sheaf_fail(err, SHEAF_IO, "the node was told to stop before its answer");
        nanosleep(&look, NULL);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_trainer_values(const sheaf_trainer_host *host,
                                  const sheaf_trainer_place *place,
                                  const sheaf_learn_kind *kind, const sheaf_job *job,
                                  const void *data, const sheaf_job_seeds *seeds,
                                  int64_t *values, sheaf_trainer_report *report, sheaf_err *err)
{
    run r = {.host = host,
             .kind = kind,
             .job = job,
             .seeds = seeds,
             .report = report,
             .limits = host->trainer->limits};
    sheaf_buffer rows;
    sheaf_err why = {0};
    const int64_t begun_ms = now_ms();
    *report = (sheaf_trainer_report){0};
    if (place->seconds && place->seconds < r.limits.seconds)
        r.limits.seconds = place->seconds;
    SHEAF_TRY(sheaf_own_training_check(kind, job, err));
    memset(values, 0, job->words * sizeof *values);
    sheaf_buffer_init(&rows, SHEAF_SAFETENSORS_BYTES_MAX);
    sheaf_status status = SHEAF_OK;
    if (sheaf_own_training_rows(kind, job, data, &rows, &why) != SHEAF_OK)
        memcpy(report->why, why.message, sizeof report->why); /* too many, perhaps by one */
    else if (rows.len == 0)
        snprintf(report->why, sizeof report->why, "there is no row to train on");
    else
        status = run_with(&r, place, sheaf_buffer_slice(&rows), values, err);
    if (rows.data)
        sheaf_wipe(rows.data, rows.len);
    sheaf_buffer_deinit(&rows);
    if (status == SHEAF_OK)
        status = hold(&r, place, begun_ms, err);
    /* Whatever a failure has left in them: no change. */
    if (status != SHEAF_OK || !report->used)
        memset(values, 0, job->words * sizeof *values);
    return status;
}

sheaf_status sheaf_trainer_ready(const sheaf_trainer_host *host, sheaf_err *err)
{
    sheaf_sandbox_job sandbox = sandbox_of(host);
    sheaf_sandbox_outcome outcome;
    sandbox.rehearsal = true;
    SHEAF_TRY(sheaf_sandbox_run(&sandbox, &outcome, err));
    sheaf_sandbox_close(&outcome);
    return SHEAF_OK;
}

sheaf_status sheaf_trainer_digest(const sheaf_trainer_host *host, sheaf_hash *out,
                                  sheaf_err *err)
{
    const sheaf_sandbox_job sandbox = sandbox_of(host);
    return sheaf_sandbox_digest(&sandbox, out, err);
}
