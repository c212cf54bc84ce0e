#include "learn/validation.h"

#include "coop/task.h"
#include "learn/model.h"
#include "round/fixed_point.h"

#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000 };

static bool measures(const sheaf_job *job)
{
    return job->validates && job->task == SHEAF_task_train
           && sheaf_task_measures(job->spec->kind, job->spec->trees.depth, job->step);
}

size_t sheaf_learn_words(const sheaf_learn_kind *kind, const sheaf_job *job)
{
    size_t words = kind->words(job->spec, job->task, job->noised, job->step);
    return words + (measures(job) ? SHEAF_VALIDATION_WORDS : 0);
}

/* ---- what a member adds ---- */

uint32_t sheaf_learnt_rows(const sheaf_table *table)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->rows; i++)
        count += !table->is_test[i] && !(table->is_validation && table->is_validation[i]);
    return count;
}

/* Two tables of the same rows: what is learned from, and the validation records, each as
 * training rows. */
typedef struct {
    sheaf_table learnt, validation;
    uint8_t *marks;
} parts;

static sheaf_status parts_open(const sheaf_table *table, parts *out, sheaf_err *err)
{
    *out = (parts){.learnt = *table, .validation = *table};
    out->marks = calloc((size_t)table->rows + 1, 2);
    if (!out->marks)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to part %u rows", table->rows);
    out->learnt.is_test = out->marks;
    out->validation.is_test = out->marks + table->rows;
    out->learnt.train_rows = out->validation.train_rows = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        bool apart = table->is_validation && table->is_validation[i];
        out->learnt.is_test[i] = table->is_test[i] || apart;
        out->validation.is_test[i] = table->is_test[i] || !apart;
        out->learnt.train_rows += !out->learnt.is_test[i];
        out->validation.train_rows += !out->validation.is_test[i];
    }
    out->learnt.test_rows = table->rows - out->learnt.train_rows;
    out->validation.test_rows = table->rows - out->validation.train_rows;
    return SHEAF_OK;
}

/* A table without training records adds nothing to an exact sum. */
static sheaf_status values_make(const sheaf_learn_kind *kind, const sheaf_job *job,
                                const void *data, const sheaf_job_seeds *seeds, int64_t *values,
                                sheaf_err *err)
{
    sheaf_learn_task task;
    SHEAF_TRY(sheaf_learn_task_of(kind, job, &task, err));
    if (kind->of_tables && !job->noised && job->task != SHEAF_task_evaluate
        && ((const sheaf_table *)data)->train_rows == 0) {
        size_t words = kind->words(job->spec, job->task, false, job->step);
        memset(values, 0, words * sizeof *values);
        return SHEAF_OK;
    }
    return task.local(job, data, seeds, values, err);
}

static sheaf_status parts_local(const sheaf_learn_kind *kind, const sheaf_job *job,
                                const parts *p, const sheaf_job_seeds *seeds, int64_t *values,
                                sheaf_err *err)
{
    SHEAF_TRY(values_make(kind, job, &p->learnt, seeds, values, err));
    if (!measures(job))
        return SHEAF_OK;
    int64_t *behind = values + kind->words(job->spec, job->task, job->noised, job->step);
    const uint32_t count = p->validation.train_rows;
    behind[0] = behind[1] = 0;
    if (count < SHEAF_VALIDATION_LEAST)
        return SHEAF_OK;
    behind[1] = count;
    return kind->loss(job, &p->validation, &behind[0], err);
}

static sheaf_status patience_check(const sheaf_learn_kind *kind, const sheaf_job *job,
                                   sheaf_err *err)
{
    if (!job->validates || (kind->loss && !job->noised))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "patience is for exact sums, of kinds of model that are learned round by "
                      "round");
}

sheaf_status sheaf_learn_local(const sheaf_learn_kind *kind, const sheaf_job *job,
                               const void *data, const sheaf_job_seeds *seeds, int64_t *values,
                               sheaf_err *err)
{
    parts p;
    SHEAF_TRY(patience_check(kind, job, err));
    if (!job->validates || job->task == SHEAF_task_evaluate)
        return values_make(kind, job, data, seeds, values, err);
    SHEAF_TRY(parts_open(data, &p, err));
    sheaf_status status = parts_local(kind, job, &p, seeds, values, err);
    free(p.marks);
    return status;
}

/* ---- what comes of the sum ---- */

/* The two figures, from the two words. */
static sheaf_status loss_finish(const sheaf_learn_kind *kind, const sheaf_job *job,
                                const int64_t *words, struct sheaf_figures *out, sheaf_err *err)
{
    const int64_t loss = words[0], n = words[1];
    if (n < 0 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld validation records; it must be 0 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    if (loss < 0 || loss > n * SHEAF_UNIT * kind->loss_max[job->spec->target])
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum of losses is impossible for %lld validation "
                          "records; abort this round and find the member whose node is faulty",
                          (long long)n);
    out->has_validation_records = true;
    out->validation_records = n;
    out->has_validation_loss_millionths = n > 0;
    if (n > 0)
        out->validation_loss_millionths =
            (int64_t)sheaf_divide_rounded((sheaf_int128)loss * MILLION, n * SHEAF_UNIT);
    return SHEAF_OK;
}

sheaf_status sheaf_learn_finish(const sheaf_learn_kind *kind, const sheaf_job *job,
                                const int64_t *words, sheaf_round_result *out, sheaf_err *err)
{
    sheaf_learn_task task;
    SHEAF_TRY(patience_check(kind, job, err));
    SHEAF_TRY(sheaf_learn_task_of(kind, job, &task, err));
    SHEAF_TRY(task.finish(job, words, out, err));
    if (!measures(job))
        return SHEAF_OK;
    size_t before = kind->words(job->spec, job->task, job->noised, job->step);
    return loss_finish(kind, job, words + before, &out->figures, err);
}

/* ---- who trains without a log ---- */

sheaf_status sheaf_patience_note(sheaf_patience *p, uint32_t step, sheaf_slice base,
                                 const sheaf_round_result *made, sheaf_err *err)
{
    if (!made->figures.has_validation_loss_millionths)
        return SHEAF_OK;
    sheaf_course_measure(&p->course, step, (uint64_t)made->figures.validation_loss_millionths);
    if (p->course.stale > 0)
        return SHEAF_OK;
    sheaf_buffer_deinit(&p->best);
    sheaf_buffer_init(&p->best, SHEAF_MODEL_BYTES_MAX);
    sheaf_buffer_add(&p->best, base);
    return sheaf_buffer_check(&p->best, "the best model", err);
}

bool sheaf_patience_over(const sheaf_patience *p)
{
    return sheaf_course_over(&p->course, p->patience);
}

void sheaf_patience_end(sheaf_patience *p, sheaf_buffer *model)
{
    if (p->course.stale > 0) {
        sheaf_buffer last = *model;
        *model = p->best;
        p->best = last;
    }
    sheaf_buffer_deinit(&p->best);
}
