#include "learn/alone.h"

#include "learn/logistic.h"
#include "learn/validation.h"

#include <stdlib.h>

enum { BYTES_MAX = 1 << 26, SUM_BYTES_MAX = 1 << 24 };

/* One task on a sum of one: what a member adds, and what comes of it. */
static sheaf_status task_run(const sheaf_alone *alone, sheaf_job *job, const void *data,
                             sheaf_round_result *out, sheaf_err *err)
{
    const sheaf_job_seeds seeds = {.order = sheaf_training_seed(alone->seed, job->step, 0)};
    job->words = (uint32_t)sheaf_learn_words(alone->kind, job);
    int64_t *words = calloc(job->words, sizeof *words);
    if (!words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u numbers", job->words);
    sheaf_status status = sheaf_learn_local(alone->kind, job, data, &seeds, words, err);
    if (status == SHEAF_OK && job->task == SHEAF_task_evaluate)
        job->base = sheaf_bytes(NULL, 0);
    if (status == SHEAF_OK)
        status = sheaf_learn_finish(alone->kind, job, words, out, err);
    free(words);
    return status;
}

/* From `model` to the next one, in the same buffer. */
static sheaf_status step_run(const sheaf_alone *alone, sheaf_job *job, const void *data,
                             sheaf_buffer *model, sheaf_patience *patience, sheaf_err *err)
{
    sheaf_round_result result = {.has_figures = false};
    sheaf_buffer_init(&result.bytes, model->max);
    job->base = sheaf_buffer_slice(model);
    sheaf_status status = task_run(alone, job, data, &result, err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&result.bytes, "the model", err);
    if (status == SHEAF_OK)
        status = sheaf_patience_note(patience, job->step, job->base, &result, err);
    if (status != SHEAF_OK) {
        sheaf_buffer_deinit(&result.bytes);
        return status;
    }
    sheaf_buffer_deinit(model);
    *model = result.bytes;
    return SHEAF_OK;
}

static sheaf_job job_of(const sheaf_alone *alone, uint8_t task)
{
    return (sheaf_job){.spec = alone->spec,
                       .task = task,
                       .validates = alone->patience > 0,
                       .training = alone->training,
                       .seed = alone->seed};
}

static sheaf_status steps_run(const sheaf_alone *alone, const void *data, sheaf_buffer *model,
                              sheaf_patience *patience, sheaf_err *err)
{
    sheaf_job job = job_of(alone, SHEAF_task_statistics);
    model->max = BYTES_MAX;
    if (alone->kind->words(alone->spec, SHEAF_task_statistics, false, 0))
        SHEAF_TRY(step_run(alone, &job, data, model, patience, err));
    else
        SHEAF_TRY(alone->kind->begin(alone->spec, alone->seed, model, err));
    job.task = SHEAF_task_train;
    for (job.step = 0; job.step < alone->rounds && !sheaf_patience_over(patience); job.step++)
        SHEAF_TRY(step_run(alone, &job, data, model, patience, err));
    return SHEAF_OK;
}

sheaf_status sheaf_alone_train(const sheaf_alone *alone, const void *data, sheaf_buffer *model,
                               sheaf_err *err)
{
    sheaf_patience patience = {.patience = alone->patience};
    sheaf_status status = steps_run(alone, data, model, &patience, err);
    sheaf_patience_end(&patience, model);
    return status;
}

sheaf_status sheaf_alone_evaluate(const sheaf_alone *alone, sheaf_slice model, const void *data,
                                  struct sheaf_figures *out, sheaf_err *err)
{
    sheaf_job job = job_of(alone, SHEAF_task_evaluate);
    sheaf_round_result result = {.has_figures = false};
    SHEAF_TRY(alone->kind->check(alone->spec, model, false, err));
    job.base = model;
    job.step = alone->rounds;
    sheaf_buffer_init(&result.bytes, SUM_BYTES_MAX);
    sheaf_status status = task_run(alone, &job, data, &result, err);
    sheaf_buffer_deinit(&result.bytes);
    if (status == SHEAF_OK)
        *out = result.figures;
    return status;
}
