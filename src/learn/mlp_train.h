/* learn/mlp_train.h - how a perceptron learns: steps of a member, gradients clipped record by
 * record, and federated averaging.
 *
 * Federated averaging is that of logistic regression (federate.h). Words: n times each
 * parameter, n, loss, and of a class the right predictions, of a number the absolute errors of
 * the model that went into the round. In units of 2^-24; a number's errors are counted in
 * scales of the label, at most SHEAF_MLP_ERROR_MAX of them, and its loss is the square.
 */
#ifndef SHEAF_LEARN_MLP_TRAIN_H
#define SHEAF_LEARN_MLP_TRAIN_H

#include "learn/mlp.h"

enum { SHEAF_MLP_ERROR_MAX = 64 };

/* What training takes, for one thread. */
typedef struct {
    sheaf_network network;
    sheaf_product product;
    sheaf_loss loss;
    uint32_t count;               /* of parameters */
    float *parameters, *gradient; /* one block */
    double *losses;               /* of a batch */
} sheaf_mlp_trainer;

/* Starts from the model. Where OpenBLAS is asked for and is not there the portable product
 * computes, and that is noted (sheaf_product_note_take). */
SHEAF_MUST_USE sheaf_status sheaf_mlp_trainer_open(sheaf_mlp_trainer *out,
                                                   const sheaf_mlp *model,
                                                   sheaf_product_kind product,
                                                   uint32_t examples_max, sheaf_err *err);
void sheaf_mlp_trainer_close(sheaf_mlp_trainer *trainer);

/* One step of gradient descent on those records: the mean gradient, and l2 times the weights
 * but not the biases. */
void sheaf_mlp_step(sheaf_mlp_trainer *trainer, const sheaf_mlp_records *records,
                    const uint32_t *rows, uint32_t count, double rate, double l2);

/* Runs the steps, batches going through a fresh random order of the records, epoch by epoch. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_train(sheaf_mlp_trainer *trainer,
                                            const sheaf_mlp_records *records,
                                            const sheaf_training *training, uint64_t seed,
                                            sheaf_err *err);

/* Values of a batch, and either its losses or, with `backward`, the slopes. */
void sheaf_mlp_pass(sheaf_mlp_trainer *trainer, const sheaf_mlp_records *records,
                    const uint32_t *rows, uint32_t count, bool backward);

/* Moves the parameters against the trainer's gradient; only weights decay. */
void sheaf_mlp_descend(sheaf_mlp_trainer *trainer, float rate, float decay);

/* ---- clipped gradients ---- */

/* Makes the trainer's gradient the sum of those of a batch's records, each clipped to the L2
 * norm `norm` and made whole units, such that the norm is `sensitivity` units, in one pass
 * backward. At most 2^24 / sensitivity records, and a batch of the trainer's.
 *
 * What a layer is given and the slopes by what it gives are made whole numbers first, so that
 * their products are, and the sum of them over the records is exact: what a record adds is a
 * vector of whole numbers whose norm is at most `sensitivity`, checked by exact norms, and,
 * with the portable product, a function of that record and the model alone. Rounding both
 * factors to the nearest whole number moves that vector by 1 to 3 % of the norm, without
 * tendency. A gradient that is not finite counts as zero. `sensitivity` is a power of two from
 * 2^16 to 2^22. */
void sheaf_mlp_clipped_batch(sheaf_mlp_trainer *trainer, const sheaf_mlp_records *records,
                             const uint32_t *rows, uint32_t count, double norm,
                             uint64_t sensitivity);

/* Adds such sums of any number of records to values[]. */
void sheaf_mlp_clipped_add(sheaf_mlp_trainer *trainer, const sheaf_mlp_records *records,
                           const uint32_t *rows, uint32_t count, double norm,
                           uint64_t sensitivity, int64_t *values);

/* ---- federated averaging ---- */

static inline size_t sheaf_mlp_update_words(uint32_t parameters)
{
    return (size_t)parameters + 3;
}

SHEAF_MUST_USE sheaf_status sheaf_mlp_update_local(const sheaf_mlp *current,
                                                   const sheaf_table *table,
                                                   const sheaf_training *training,
                                                   uint64_t seed, int64_t *words,
                                                   sheaf_err *err);

/* Sum of the losses of the model on the table's training rows, as in the words. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_loss(const sheaf_mlp *model, const sheaf_table *table,
                                           int64_t *loss, sheaf_err *err);

typedef struct {
    uint32_t records;
    int64_t accuracy_millionths, loss_millionths; /* of a class */
    int64_t mae_millionths, rmse_millionths;      /* of a number, in its own unit */
} sheaf_mlp_figures;

/* From the summed words to the next model, in its place; integers only. Refuses sums that no
 * members within their bounds can have. */
SHEAF_MUST_USE sheaf_status sheaf_mlp_update_finish(sheaf_mlp *model, const int64_t *words,
                                                    sheaf_mlp_figures *figures, sheaf_err *err);

#endif
