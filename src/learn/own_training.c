#include "learn/own_training.h"

#include "crypto/ed25519.h"
#include "learn/safetensors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UPDATE "the trainer's update.safetensors"

sheaf_status sheaf_own_training_check(const sheaf_learn_kind *kind, const sheaf_job *job,
                                      sheaf_err *err)
{
    sheaf_noised_scale scale;
    if (!job->noised)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the mandate discloses exact sums, and nothing bounds what a trainer "
                          "of the member's own puts into them: run the node without --trainer");
    if (job->terms->unit != SHEAF_NOISED_MEMBER)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the mandate protects each record, which a trainer of the member's "
                          "own cannot promise: it is for mandates whose unit is the member; "
                          "run the node without --trainer");
    if (!kind->own_tensors || !kind->own_rows)
        return sheaf_fail(err, SHEAF_INVALID,
                          "models of this kind are not learnt by a trainer of the member's "
                          "own: run the node without --trainer");
    return sheaf_noised_scale_of(job->terms, &scale, err);
}

sheaf_status sheaf_own_training_rows(const sheaf_learn_kind *kind, const sheaf_job *job,
                                     const void *data, sheaf_buffer *out, sheaf_err *err)
{
    SHEAF_TRY(kind->own_rows(job, data, out, err));
    return sheaf_buffer_check(out, "the training rows", err);
}

/* ---- rows of a table ---- */

/* Mean and scale by which a model of a number standardises its label; false for a class. Linear
 * models have them as two tensors, perceptrons as one of two. */
static bool label_scaling(const sheaf_safetensors *model, double *mean, double *scale)
{
    const sheaf_tensor *both = sheaf_safetensors_tensor(model, "label");
    const sheaf_tensor *first = sheaf_safetensors_tensor(model, "label.mean");
    const sheaf_tensor *second = sheaf_safetensors_tensor(model, "label.scale");
    if (both && both->type == SHEAF_TENSOR_F64 && both->count == 2) {
        *mean = sheaf_tensor_f64(both, 0);
        *scale = sheaf_tensor_f64(both, 1);
        return true;
    }
    if (!first || !second || first->type != SHEAF_TENSOR_F64 || first->count != 1
        || second->type != SHEAF_TENSOR_F64 || second->count != 1)
        return false;
    *mean = sheaf_tensor_f64(first, 0);
    *scale = sheaf_tensor_f64(second, 0);
    return true;
}

static sheaf_status table_fill(const sheaf_job *job, const sheaf_table *table, double *x,
                               double *y, sheaf_err *err)
{
    const uint32_t d = table->d;
    sheaf_safetensors model;
    const sheaf_tensor *mean = NULL, *scale = NULL;
    double label_mean = 0, label_scale = 1;
    SHEAF_TRY(sheaf_safetensors_read(job->base, "the round's model",
                                     SHEAF_SAFETENSORS_CANONICAL, &model, err));
    bool clipped = sheaf_slice_is(sheaf_safetensors_note(&model, "inputs"), "clipped");
    sheaf_status status =
        sheaf_safetensors_expect(&model, "mean", SHEAF_TENSOR_F64, d, 0, &mean, err);
    if (status == SHEAF_OK)
        status = sheaf_safetensors_expect(&model, "scale", SHEAF_TENSOR_F64, d, 0, &scale, err);
    const bool number = label_scaling(&model, &label_mean, &label_scale);
    if (status == SHEAF_OK && number != (job->spec->target == SHEAF_target_number))
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the round's model does not predict what was registered");
    for (uint32_t i = 0, row = 0; status == SHEAF_OK && i < table->rows; i++) {
        if (!sheaf_part_has(table, SHEAF_PART_TRAIN, i))
            continue;
        for (uint32_t j = 0; j < d; j++) {
            double value = table->x[(size_t)i * d + j];
            x[(size_t)row * d + j] = /* what is missing counts as the mean */
                isnan(value) ? 0
                             : sheaf_standardised(value, sheaf_tensor_f64(mean, j),
                                                  sheaf_tensor_f64(scale, j), clipped);
        }
        y[row++] = number
                       ? sheaf_standardised(table->target[i], label_mean, label_scale, clipped)
                       : table->y[i];
    }
    sheaf_safetensors_close(&model);
    return status;
}

sheaf_status sheaf_own_training_table(const sheaf_job *job, const void *data, sheaf_buffer *out,
                                      sheaf_err *err)
{
    const sheaf_table *table = data;
    const size_t rows = table->train_rows, d = table->d;
    if (rows == 0)
        return SHEAF_OK;
    if (rows * (d + 1) * 8 + SHEAF_SAFETENSORS_HEADER_MAX > SHEAF_SAFETENSORS_BYTES_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%zu rows of %zu inputs are more than the %d MiB that a trainer of "
                          "the member's own is given",
                          rows, d, SHEAF_SAFETENSORS_BYTES_MAX >> 20);
    double *x = calloc(rows * (d + 1), sizeof *x);
    if (!x)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %zu rows", rows);
    double *y = x + rows * d;
    sheaf_status status = table_fill(job, table, x, y, err);
    if (status == SHEAF_OK) {
        const sheaf_tensor tensors[] = {
            sheaf_tensor_matrix("x", SHEAF_TENSOR_F64, rows, d, x),
            sheaf_tensor_row("y", SHEAF_TENSOR_F64, rows, y),
        };
        sheaf_safetensors_write(out, tensors, 2, NULL, 0);
    }
    sheaf_wipe(x, rows * (d + 1) * sizeof *x);
    free(x);
    return status;
}

/* ---- what comes back ---- */

static double value_of(const sheaf_tensor *tensor, uint64_t i)
{
    return tensor->type == SHEAF_TENSOR_F32 ? (double)sheaf_tensor_f32(tensor, i)
                                            : sheaf_tensor_f64(tensor, i);
}

static bool shape_equal(const sheaf_tensor *a, const sheaf_tensor *b)
{
    return a->dims == b->dims && memcmp(a->shape, b->shape, a->dims * sizeof a->shape[0]) == 0;
}

static bool is_learnt(const sheaf_learn_kind *kind, sheaf_slice name)
{
    for (const char *const *at = kind->own_tensors; *at; at++)
        if (sheaf_slice_is(name, *at))
            return true;
    return false;
}

/* What is not learnt may stand there as it was. */
static sheaf_status others_check(const sheaf_learn_kind *kind, const sheaf_safetensors *model,
                                 const sheaf_safetensors *update, sheaf_err *err)
{
    for (uint32_t i = 0; i < update->count; i++) {
        const sheaf_tensor *t = &update->tensors[i], *before = NULL;
        for (uint32_t k = 0; !before && k < model->count; k++)
            if (sheaf_slice_equal(model->tensors[k].name, t->name))
                before = &model->tensors[k];
        if (!before)
            return sheaf_fail(err, SHEAF_INVALID,
                              UPDATE " has a tensor %.*s, which the model does not have",
                              (int)t->name.len, (const char *)t->name.data);
        if (!shape_equal(t, before) || (t->type != SHEAF_TENSOR_F32 && t->type != before->type))
            return sheaf_fail(err, SHEAF_INVALID,
                              "the tensor %.*s of " UPDATE
                              " has not the shape and type of the model's",
                              (int)t->name.len, (const char *)t->name.data);
        for (uint64_t k = 0; !is_learnt(kind, t->name) && k < t->count; k++)
            if (t->type != before->type
                || memcmp((const uint8_t *)t->data + k * sheaf_tensor_width(t->type),
                          (const uint8_t *)before->data + k * sheaf_tensor_width(t->type),
                          sheaf_tensor_width(t->type))
                       != 0)
                return sheaf_fail(err, SHEAF_INVALID,
                                  UPDATE " changes the tensor %.*s, which is not learnt: leave "
                                         "it out",
                                  (int)t->name.len, (const char *)t->name.data);
    }
    return SHEAF_OK;
}

/* *at: how many parameters come before. */
static sheaf_status tensor_change(const char *name, const sheaf_safetensors *model,
                                  const sheaf_safetensors *update, uint32_t words,
                                  double *change, uint32_t *at, sheaf_err *err)
{
    const sheaf_tensor *before = sheaf_safetensors_tensor(model, name);
    const sheaf_tensor *after = sheaf_safetensors_tensor(update, name);
    if (!before)
        return SHEAF_OK; /* this model is smaller than others of its kind */
    if (!after)
        return sheaf_fail(err, SHEAF_INVALID, UPDATE " has no tensor %s, which is learnt",
                          name);
    if (before->count > words - *at)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model has more parameters than the round has words");
    for (uint64_t i = 0; i < before->count; i++) {
        double value = value_of(after, i);
        if (!isfinite(value))
            return sheaf_fail(err, SHEAF_INVALID,
                              "value %llu of the tensor %s in " UPDATE
                              " is not a finite number",
                              (unsigned long long)i, name);
        change[(*at)++] = value - sheaf_tensor_f64(before, i);
    }
    return SHEAF_OK;
}

static sheaf_status change_of(const sheaf_learn_kind *kind, const sheaf_job *job,
                              const sheaf_safetensors *model, const sheaf_safetensors *update,
                              double *change, sheaf_err *err)
{
    uint32_t at = 0;
    SHEAF_TRY(others_check(kind, model, update, err));
    for (const char *const *name = kind->own_tensors; *name; name++)
        SHEAF_TRY(tensor_change(*name, model, update, job->words, change, &at, err));
    return at == job->words
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_INVALID,
                            "the model has %u parameters, but the round has %u words", at,
                            job->words);
}

sheaf_status sheaf_own_training_values(const sheaf_learn_kind *kind, const sheaf_job *job,
                                       sheaf_slice file, const sheaf_job_seeds *seeds,
                                       int64_t *values, sheaf_err *err)
{
    sheaf_safetensors model, update;
    double *change = calloc(job->words, sizeof *change);
    if (!change)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u words", job->words);
    sheaf_status status = sheaf_own_training_check(kind, job, err);
    if (status == SHEAF_OK)
        status = sheaf_safetensors_read(job->base, "the round's model",
                                        SHEAF_SAFETENSORS_CANONICAL, &model, err);
    if (status == SHEAF_OK) {
        status = sheaf_safetensors_read(file, UPDATE, SHEAF_SAFETENSORS_FOREIGN, &update, err);
        if (status == SHEAF_OK) {
            status = change_of(kind, job, &model, &update, change, err);
            sheaf_safetensors_close(&update);
        }
        sheaf_safetensors_close(&model);
    }
    if (status == SHEAF_OK)
        status =
            sheaf_noised_change_clip(job->terms, change, seeds->secret->rounding, values, err);
    sheaf_wipe(change, job->words * sizeof *change);
    free(change);
    return status;
}
