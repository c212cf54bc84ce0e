#include "learn/mlp_noised.h"

#include "crypto/ed25519.h"
#include "learn/noised_internal.h"
#include "privacy/clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000, BATCH = 128 };

/* One member's work on one round. */
typedef struct {
    const sheaf_noised_terms *terms;
    const sheaf_noised_seeds *seeds;
    sheaf_noised_scale scale;
    sheaf_mlp_trainer trainer;
    sheaf_mlp_records records;
    double *change;       /* by how much the parameters have moved */
    int64_t *sum, *noise; /* of a step under local noise */
    float *before;
} work;

/* Adds the clipped gradients of those records that the sample of the step takes. */
static void gradients_add(work *w, uint32_t step, int64_t *values)
{
    sheaf_noised_sampler sampler;
    uint32_t rows[BATCH], count = 0;
    const double norm = sheaf_noised_norm(w->terms);
    sheaf_noised_sampler_init(&sampler, w->terms, w->records.n, step, w->seeds->sample);
    for (uint32_t i = 0; i < w->records.n; i++) {
        if (sheaf_noised_sampler_takes(&sampler, i))
            rows[count++] = i;
        if (count < BATCH && i + 1 < w->records.n)
            continue;
        sheaf_mlp_clipped_add(&w->trainer, &w->records, rows, count, norm, w->scale.sensitivity,
                              values);
        count = 0;
    }
    sheaf_wipe(&sampler, sizeof sampler);
    sheaf_wipe(rows, sizeof rows);
}

/* One step under the whole noise. The sum of a step is whole units, its noise too, so that what
 * is made of both in floating point afterwards has no part in the guarantee. */
static void noised_step(work *w, const sheaf_discrete_gaussian *law, sheaf_noise_stream *stream,
                        uint32_t number)
{
    const sheaf_noised_terms *terms = w->terms;
    const double move = (double)terms->training.rate_millionths / MILLION
                        * sheaf_noised_norm(terms)
                        / ((double)w->scale.sensitivity * (double)terms->local_divisor);
    memset(w->sum, 0, terms->words * sizeof *w->sum);
    gradients_add(w, number, w->sum);
    sheaf_discrete_gaussian_fill(law, stream, w->noise, terms->words);
    for (uint32_t j = 0; j < terms->words; j++)
        w->trainer.parameters[j] -= (float)(move * (double)(w->sum[j] + w->noise[j]));
}

static sheaf_status noised_steps(work *w, sheaf_err *err)
{
    sheaf_noise_stream stream;
    sheaf_discrete_gaussian *law = malloc(sizeof *law);
    if (!law)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train under noise");
    sheaf_status status = sheaf_discrete_gaussian_init(law, w->scale.share, err);
    sheaf_noise_stream_init(&stream, w->seeds->noise);
    for (uint32_t i = 0; status == SHEAF_OK && i < w->terms->training.steps; i++)
        noised_step(w, law, &stream, i);
    sheaf_wipe(&stream, sizeof stream);
    free(law);
    return status;
}

/* A member without records to train on sends noise all the same. */
static sheaf_status local(work *w, uint64_t order_seed, int64_t *values, sheaf_err *err)
{
    const sheaf_noised_terms *terms = w->terms;
    if (!terms->local && w->records.n == 0)
        return SHEAF_OK;
    if (!terms->local && terms->unit == SHEAF_NOISED_RECORD) {
        gradients_add(w, 0, values);
        return SHEAF_OK;
    }
    memcpy(w->before, w->trainer.parameters, terms->words * sizeof *w->before);
    if (terms->local)
        SHEAF_TRY(noised_steps(w, err));
    else
        SHEAF_TRY(sheaf_mlp_train(&w->trainer, &w->records, &terms->training, order_seed, err));
    for (uint32_t j = 0; j < terms->words; j++)
        w->change[j] = (double)w->trainer.parameters[j] - (double)w->before[j];
    const uint64_t norm = terms->local ? terms->local_norm_millionths : terms->norm_millionths;
    (void)sheaf_clip_at_random(w->change, terms->words, (double)norm / MILLION,
                               w->scale.sensitivity, w->seeds->rounding, values);
    return SHEAF_OK;
}

/* The work's vectors, one block of 8 bytes a place. */
static sheaf_status with_memory(work *w, uint64_t order_seed, int64_t *values, sheaf_err *err)
{
    const size_t count = w->terms->words, bytes = 4 * count * sizeof(int64_t);
    int64_t *block = calloc(4 * count, sizeof *block);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train under noise");
    w->sum = block;
    w->noise = block + count;
    w->change = (double *)(block + 2 * count);
    w->before = (float *)(block + 3 * count);
    sheaf_status status = local(w, order_seed, values, err);
    sheaf_wipe(block, bytes);
    free(block);
    return status;
}

sheaf_status sheaf_mlp_noised_local(const sheaf_noised_terms *terms, const sheaf_mlp *current,
                                    const sheaf_table *table, uint64_t order_seed,
                                    const sheaf_noised_seeds *seeds, int64_t *values,
                                    sheaf_err *err)
{
    work w = {.terms = terms, .seeds = seeds};
    SHEAF_TRY(sheaf_noised_scale_of(terms, &w.scale, err));
    SHEAF_TRY(sheaf_noised_shape_check(terms, current->shape.inputs, &current->scaling, table,
                                       current->count, err));
    memset(values, 0, terms->words * sizeof *values);
    SHEAF_TRY(sheaf_mlp_records_open(current, table, SHEAF_PART_TRAIN, &w.records, err));
    sheaf_status status =
        sheaf_mlp_trainer_open(&w.trainer, current, SHEAF_PRODUCT_PORTABLE, BATCH, err);
    if (status == SHEAF_OK) {
        status = with_memory(&w, order_seed, values, err);
        sheaf_mlp_trainer_close(&w.trainer);
    }
    sheaf_mlp_records_close(&w.records);
    return status;
}
