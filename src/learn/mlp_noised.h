/* learn/mlp_noised.h - what a member adds under differential privacy where the model is a
 * perceptron: learn/noised.h for its parameters.
 *
 * Unit record: gradients clipped record by record (mlp_train.h). Unit member: the clipped
 * change by the whole of its training. Local noise: the clipped change by steps that each have
 * the whole noise. Products are the portable ones, so that no record moves the last bits of
 * what another adds.
 */
#ifndef SHEAF_LEARN_MLP_NOISED_H
#define SHEAF_LEARN_MLP_NOISED_H

#include "learn/mlp_train.h"
#include "learn/noised.h"

/* Whichever of the three the terms ask for; writes terms->words values, as many as the model
 * has parameters. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_noised_local(
    const sheaf_noised_terms *terms, const sheaf_mlp *current, const sheaf_table *table,
    uint64_t order_seed, const sheaf_noised_seeds *seeds, int64_t *values, sheaf_err *err);

#endif
