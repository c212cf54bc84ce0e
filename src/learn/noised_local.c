/* Several steps under the whole noise, by one member alone. */
#include "learn/noised_internal.h"

#include "crypto/ed25519.h"
#include "privacy/clip.h"
#include "privacy/discrete_gaussian.h"

#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000 };

typedef struct {
    const sheaf_discrete_gaussian *law;
    sheaf_noise_stream stream;
    int64_t sum[SHEAF_FEATURES_MAX + 1], noise[SHEAF_FEATURES_MAX + 1];
    double before[SHEAF_FEATURES_MAX + 1], parameters[SHEAF_FEATURES_MAX + 1];
} work;

/* The sum of a step is whole units, its noise too, so that what is made of both in floating
 * point afterwards has no part in the guarantee. */
static void step(const sheaf_noised_terms *terms, const sheaf_samples *samples,
                 uint64_t sensitivity, uint32_t number, const uint8_t *sample_seed, work *w)
{
    const double move = (double)terms->training.rate_millionths / MILLION
                        * ((double)terms->norm_millionths / MILLION)
                        / ((double)sensitivity * (double)terms->local_divisor);
    memset(w->sum, 0, terms->words * sizeof *w->sum);
    sheaf_noised_gradients_add(terms, samples, sensitivity, w->parameters, number, sample_seed,
                               w->sum);
    sheaf_discrete_gaussian_fill(w->law, &w->stream, w->noise, terms->words);
    for (uint32_t j = 0; j < terms->words; j++)
        w->parameters[j] -= move * (double)(w->sum[j] + w->noise[j]);
}

/* A member without records to train on sends noise all the same. */
static sheaf_status steps(const sheaf_noised_terms *terms, const sheaf_model *current,
                          const sheaf_table *table, const sheaf_noised_seeds *seeds,
                          int64_t *values, work *w, sheaf_err *err)
{
    sheaf_noised_scale scale;
    sheaf_samples samples = {.d = table->d};
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    SHEAF_TRY(sheaf_noised_shape_check(terms, current->features.count, &current->scaling, table,
                                       current->features.count + 1, err));
    if (table->train_rows > 0)
        SHEAF_TRY(
            sheaf_samples_open(table, SHEAF_PART_TRAIN, &current->scaling, &samples, err));
    sheaf_noise_stream_init(&w->stream, seeds->noise);
    sheaf_noised_parameters(current, w->before);
    sheaf_noised_parameters(current, w->parameters);
    for (uint32_t i = 0; i < terms->training.steps; i++)
        step(terms, &samples, scale.sensitivity, i, seeds->sample, w);
    sheaf_noised_samples_close(&samples);
    for (uint32_t j = 0; j < terms->words; j++)
        w->parameters[j] -= w->before[j];
    (void)sheaf_clip_at_random(w->parameters, terms->words,
                               (double)terms->local_norm_millionths / MILLION,
                               scale.sensitivity, seeds->rounding, values);
    return SHEAF_OK;
}

sheaf_status sheaf_noised_steps_under(const sheaf_discrete_gaussian *law,
                                      const sheaf_noised_terms *terms,
                                      const sheaf_model *current, const sheaf_table *table,
                                      const sheaf_noised_seeds *seeds, int64_t *values,
                                      sheaf_err *err)
{
    work *w = calloc(1, sizeof *w);
    if (!w)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train under noise");
    w->law = law;
    sheaf_status status = steps(terms, current, table, seeds, values, w, err);
    sheaf_wipe(w, sizeof *w);
    free(w);
    return status;
}

sheaf_status sheaf_noised_steps(const sheaf_noised_terms *terms, const sheaf_model *current,
                                const sheaf_table *table, const sheaf_noised_seeds *seeds,
                                int64_t *values, sheaf_err *err)
{
    sheaf_noised_scale scale;
    if (!terms->local || terms->evaluates)
        return sheaf_fail(err, SHEAF_INVALID, "these are no terms of steps under local noise");
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    sheaf_discrete_gaussian *law = malloc(sizeof *law);
    if (!law)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to train under noise");
    sheaf_status status = sheaf_discrete_gaussian_init(law, scale.share, err);
    if (status == SHEAF_OK)
        status = sheaf_noised_steps_under(law, terms, current, table, seeds, values, err);
    free(law);
    return status;
}
