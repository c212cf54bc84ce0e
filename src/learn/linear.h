/* learn/linear.h - linear regression in closed form from one exact sum.
 *
 * A record is the vector of its standardised inputs, 1 and its standardised label, each in
 * whole units of 2^-16 and within +-16. What is summed are the products of its places: the
 * upper triangle, row by row. Values are made whole one by one, so the sum over members is that
 * over their pooled records, bit for bit; no word overflows while all members together have at
 * most 2^23 records.
 *
 * From the sum follow the weights that minimise the mean squared error plus
 * lambda * |weights|^2 (the bias is free), by a Cholesky factorisation in doubles whose every
 * element takes its operations in one order, without fused ones: the same bytes everywhere.
 * With lambda above 0 there is one solution, whatever columns are constant or say the same.
 */
#ifndef SHEAF_LEARN_LINEAR_H
#define SHEAF_LEARN_LINEAR_H

#include "learn/model.h"

static inline size_t sheaf_linear_words(uint32_t d)
{
    return (size_t)(d + 2) * (d + 3) / 2;
}

/* What the training rows add: sheaf_linear_words(table->d) words. */
SHEAF_MUST_USE sheaf_status sheaf_linear_local(const sheaf_model *current,
                                               const sheaf_table *table, int64_t *words,
                                               sheaf_err *err);

/* From the summed words weights and bias, into the model. Refuses sums that no records have. */
SHEAF_MUST_USE sheaf_status sheaf_linear_finish(sheaf_model *model, uint32_t lambda_millionths,
                                                const int64_t *words, sheaf_err *err);

#endif
