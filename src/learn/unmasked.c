#include "learn/unmasked.h"

#include "learn/file.h"
#include "learn/model.h"
#include "learn/validation.h"

#include <assert.h>
#include <stdlib.h>

sheaf_status sheaf_unmasked_open(const sheaf_spec *spec, sheaf_unmasked *out, sheaf_err *err)
{
    *out = (sheaf_unmasked){.spec = spec};
    return sheaf_learn_kind_find(spec->kind, &out->kind, err);
}

void sheaf_unmasked_close(sheaf_unmasked *u)
{
    for (uint32_t i = 0; i < u->count; i++)
        u->kind->close(u->data[i]);
    u->count = 0;
}

sheaf_status sheaf_unmasked_add(sheaf_unmasked *u, uint32_t member, const char *path,
                                sheaf_err *err)
{
    sheaf_buffer file;
    assert(u->count < SHEAF_UNMASKED_MEMBERS_MAX);
    sheaf_buffer_init(&file, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(path, SHEAF_CSV_BYTES_MAX, &file, err);
    if (status == SHEAF_OK)
        status = u->kind->open(u->spec, sheaf_buffer_slice(&file), path, SHEAF_TABLE_EXACT,
                               &u->data[u->count], err);
    if (status == SHEAF_OK)
        u->member[u->count++] = member;
    sheaf_buffer_deinit(&file);
    return status;
}

/* Every member's words of the job, added up. */
static sheaf_status sum_of(const sheaf_unmasked *u, sheaf_unmasked_who who,
                           const sheaf_job *job, int64_t *words, int64_t *sum, sheaf_err *err)
{
    for (uint32_t i = who.first; i < who.first + who.count; i++) {
        sheaf_job_seeds seeds = {.order =
                                     sheaf_training_seed(job->seed, job->step, u->member[i])};
        memset(words, 0, job->words * sizeof *words);
        SHEAF_TRY(sheaf_learn_local(u->kind, job, u->data[i], &seeds, words, err));
        for (uint32_t k = 0; k < job->words; k++)
            if (__builtin_add_overflow(sum[k], words[k], &sum[k]))
                return sheaf_fail(err, SHEAF_INVALID, "the sum of word %u is too large", k);
    }
    return SHEAF_OK;
}

/* One round. Appends to out->bytes, which the caller has opened. */
static sheaf_status round_of(const sheaf_unmasked *u, sheaf_unmasked_who who, uint8_t task,
                             uint32_t step, sheaf_slice base, sheaf_round_result *out,
                             sheaf_err *err)
{
    sheaf_job job = {.spec = u->spec,
                     .task = task,
                     .validates = u->patience > 0,
                     .step = step,
                     .base = base,
                     .training = u->training,
                     .seed = u->seed};
    assert(who.count && who.first + who.count <= u->count);
    job.words = (uint32_t)sheaf_learn_words(u->kind, &job);
    int64_t *words = calloc(job.words, 2 * sizeof *words);
    if (!words)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u words", job.words);
    sheaf_status status = sum_of(u, who, &job, words, words + job.words, err);
    if (status == SHEAF_OK && task == SHEAF_task_evaluate)
        job.base = (sheaf_slice){0};
    if (status == SHEAF_OK)
        status = sheaf_learn_finish(u->kind, &job, words + job.words, out, err);
    free(words);
    return status;
}

/* The next model in the place of *model. */
static sheaf_status step_of(const sheaf_unmasked *u, sheaf_unmasked_who who, uint8_t task,
                            uint32_t step, sheaf_buffer *model, sheaf_patience *patience,
                            sheaf_err *err)
{
    sheaf_round_result next = {0};
    sheaf_buffer_init(&next.bytes, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = round_of(u, who, task, step, sheaf_buffer_slice(model), &next, err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&next.bytes, "the next model", err);
    if (status == SHEAF_OK)
        status = sheaf_patience_note(patience, step, sheaf_buffer_slice(model), &next, err);
    if (status == SHEAF_OK) {
        sheaf_buffer_reset(model);
        sheaf_buffer_add(model, sheaf_buffer_slice(&next.bytes));
        status = sheaf_buffer_check(model, "the next model", err);
    }
    sheaf_buffer_deinit(&next.bytes);
    return status;
}

static sheaf_status steps_of(const sheaf_unmasked *u, sheaf_unmasked_who who,
                             sheaf_buffer *model, sheaf_patience *patience, sheaf_err *err)
{
    if (u->kind->words(u->spec, SHEAF_task_statistics, false, 0))
        SHEAF_TRY(step_of(u, who, SHEAF_task_statistics, 0, model, patience, err));
    else
        SHEAF_TRY(u->kind->begin(u->spec, u->seed, model, err));
    for (uint32_t step = 0; step < u->rounds && !sheaf_patience_over(patience); step++)
        SHEAF_TRY(step_of(u, who, SHEAF_task_train, step, model, patience, err));
    return SHEAF_OK;
}

sheaf_status sheaf_unmasked_train(const sheaf_unmasked *u, sheaf_unmasked_who who,
                                  sheaf_buffer *model, sheaf_err *err)
{
    sheaf_patience patience = {.patience = u->patience};
    sheaf_buffer_reset(model);
    sheaf_status status = steps_of(u, who, model, &patience, err);
    sheaf_patience_end(&patience, model);
    return status;
}

sheaf_status sheaf_unmasked_figures(const sheaf_unmasked *u, sheaf_unmasked_who who,
                                    sheaf_slice model, struct sheaf_figures *out,
                                    sheaf_err *err)
{
    sheaf_round_result found = {0};
    sheaf_buffer_init(&found.bytes, SHEAF_MODEL_BYTES_MAX);
    sheaf_status status = round_of(u, who, SHEAF_task_evaluate, u->rounds, model, &found, err);
    if (status == SHEAF_OK)
        *out = found.figures;
    sheaf_buffer_deinit(&found.bytes);
    return status;
}
