/* learn/noised_internal.h - what a gradient under noise and several steps under local noise
 * have in common. */
#ifndef SHEAF_LEARN_NOISED_INTERNAL_H
#define SHEAF_LEARN_NOISED_INTERNAL_H

#include "learn/noised.h"
#include "privacy/discrete_gaussian.h"

enum { SHEAF_NOISED_DRAWS = 512 }; /* words of a sample at once */

/* That the terms fit a table and a model: of so many features, scaled by public ranges, and a
 * sum of so many words. */
SHEAF_MUST_USE sheaf_status sheaf_noised_shape_check(const sheaf_noised_terms *terms,
                                                     uint32_t features,
                                                     const sheaf_scaling *scaling,
                                                     const sheaf_table *table, uint32_t words,
                                                     sheaf_err *err);

/* The clipping norm. */
double sheaf_noised_norm(const sheaf_noised_terms *terms);

/* The Poisson sample of a step. A record is taken where its word of the seed's stream is below
 * the rate times 2^64, rounded down: never more often than the rate says. Each step has words
 * of its own. Records are asked about in their order; to be wiped. */
typedef struct {
    const uint8_t *seed;
    uint64_t first, below, draw[SHEAF_NOISED_DRAWS];
    bool all;
} sheaf_noised_sampler;

void sheaf_noised_sampler_init(sheaf_noised_sampler *out, const sheaf_noised_terms *terms,
                               uint32_t records, uint32_t step,
                               const uint8_t seed[SHEAF_NOISED_SEED]);
bool sheaf_noised_sampler_takes(sheaf_noised_sampler *sampler, uint32_t record);

/* Weights and bias as doubles, with room for SHEAF_FEATURES_MAX + 1. */
void sheaf_noised_parameters(const sheaf_model *model, double *out);

/* Adds the clipped gradients of those records that the sample of the step takes. */
void sheaf_noised_gradients_add(const sheaf_noised_terms *terms, const sheaf_samples *samples,
                                uint64_t sensitivity, const double *parameters, uint32_t step,
                                const uint8_t sample_seed[SHEAF_NOISED_SEED], int64_t *values);

/* Closes the samples and leaves none of them in memory. */
void sheaf_noised_samples_close(sheaf_samples *samples);

/* sheaf_noised_steps() by a law that is at hand: that of the scale's share. */
SHEAF_MUST_USE sheaf_status sheaf_noised_steps_under(const sheaf_discrete_gaussian *law,
                                                     const sheaf_noised_terms *terms,
                                                     const sheaf_model *current,
                                                     const sheaf_table *table,
                                                     const sheaf_noised_seeds *seeds,
                                                     int64_t *values, sheaf_err *err);

#endif
