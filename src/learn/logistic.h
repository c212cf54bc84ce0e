/* learn/logistic.h - logistic regression by minibatch gradient descent, in doubles.
 *
 * The loss of a record is -log of the probability given to its label, plus l2/2 * |weights|^2
 * (the bias is free). A given seed and machine give the same weights; other machines may differ
 * in the last bits, which is why only what federate.h makes of them leaves the member.
 */
#ifndef SHEAF_LEARN_LOGISTIC_H
#define SHEAF_LEARN_LOGISTIC_H

#include "learn/model.h"

typedef struct {
    uint32_t steps;           /* gradient steps, at most 1,000,000 */
    uint32_t batch;           /* records a step; 0: all of them */
    uint32_t rate_millionths; /* step size, 1 .. 100,000,000 */
    uint32_t l2_millionths;   /* strength of the penalty, at most 100,000,000 */
} sheaf_training;

enum { SHEAF_ROUNDS_DEFAULT = 15 };

/* What the heart disease demonstration uses. */
sheaf_training sheaf_training_default(void);
SHEAF_MUST_USE sheaf_status sheaf_training_check(const sheaf_training *training,
                                                 sheaf_err *err);

typedef enum { SHEAF_PART_TRAIN, SHEAF_PART_TEST, SHEAF_PART_ALL } sheaf_part;

static inline bool sheaf_part_has(const sheaf_table *table, sheaf_part part, uint32_t row)
{
    return part == SHEAF_PART_ALL || (part == SHEAF_PART_TEST) == (table->is_test[row] != 0);
}

/* Standardised records of one part of a table. */
typedef struct {
    uint32_t n, d;
    double *z;      /* n x d, row by row */
    uint8_t *y;     /* 0 or 1 */
    double *target; /* the standardised label of a number; NULL of a class */
} sheaf_samples;

SHEAF_MUST_USE sheaf_status sheaf_samples_open(const sheaf_table *table, sheaf_part part,
                                               const sheaf_scaling *scaling, sheaf_samples *out,
                                               sheaf_err *err);

/* The same with a mean and a scale in doubles. */
SHEAF_MUST_USE sheaf_status sheaf_samples_open_doubles(const sheaf_table *table,
                                                       sheaf_part part, const double *mean,
                                                       const double *scale, sheaf_samples *out,
                                                       sheaf_err *err);
void sheaf_samples_close(sheaf_samples *samples);

/* parameters[0..d-1] are the weights, parameters[d] is the bias. */
double sheaf_logistic_score(const double *parameters, const double *z, uint32_t d);

/* -log of the probability of the label, clipped at SHEAF_LOSS_MAX. */
enum { SHEAF_LOSS_MAX = 32 };
double sheaf_logistic_loss(double score, bool positive);

/* The mean gradient of the given records, with the penalty; out has d+1 places. */
void sheaf_logistic_gradient(const sheaf_samples *samples, const uint32_t *rows, uint32_t count,
                             const double *parameters, double l2, double *out);

/* Runs the steps in place. Batches go through a fresh random order of the records, epoch by
 * epoch. */
SHEAF_MUST_USE sheaf_status sheaf_logistic_train(const sheaf_samples *samples,
                                                 const sheaf_training *training, uint64_t seed,
                                                 double *parameters, sheaf_err *err);

/* One word of a generator that starts with a seed (splitmix64: Steele, Lea and Flood 2014). */
uint64_t sheaf_training_draw(uint64_t *state);

/* The seed of one participant in one round, from the training's seed. */
uint64_t sheaf_training_seed(uint64_t seed, uint32_t round, uint64_t participant);

#endif
