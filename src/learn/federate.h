/* learn/federate.h - federated averaging: what a member adds to the sum, what comes of it.
 *
 * A member trains from the current model on its own training rows and gives n times each of its
 * new weights, its n, and the loss and the number of correct predictions of the *current* model
 * on those rows (so the figures of a round describe the model that went into it). The summed
 * words give the next model, in integers: each weight is sum / n, rounded half to even.
 *
 * Words: n*weight[0..d-1], n*bias, n, loss, correct.
 */
#ifndef SHEAF_LEARN_FEDERATE_H
#define SHEAF_LEARN_FEDERATE_H

#include "learn/logistic.h"

static inline size_t sheaf_update_words(uint32_t d)
{
    return (size_t)d + 4;
}

/* Writes sheaf_update_words(table->d) words. */
SHEAF_MUST_USE sheaf_status sheaf_update_local(const sheaf_model *current,
                                               const sheaf_table *table,
                                               const sheaf_training *training, uint64_t seed,
                                               int64_t *words, sheaf_err *err);

/* Sum of the losses of the model on the table's training rows, in units of 2^-24. */
SHEAF_MUST_USE sheaf_status sheaf_update_loss(const sheaf_model *model,
                                              const sheaf_table *table, int64_t *loss,
                                              sheaf_err *err);

typedef struct {
    uint32_t records;
    uint32_t correct;
    int64_t accuracy_millionths;
    int64_t loss_millionths; /* mean log loss */
} sheaf_round_figures;

/* From the summed words; integers only. `next` may be `current`; figures may be NULL. Refuses
 * sums that no members within their bounds can have. */
SHEAF_MUST_USE sheaf_status sheaf_update_finish(const sheaf_model *current,
                                                const int64_t *words, sheaf_model *next,
                                                sheaf_round_figures *figures, sheaf_err *err);

#endif
