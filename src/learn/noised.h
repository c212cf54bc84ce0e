/* learn/noised.h - what a member adds to a sum under differential privacy, and what comes of
 * the sum.
 *
 * Everything that may be told apart is one vector, clipped to an L2 norm and made whole units
 * (privacy/clip.h), such that the norm is `sensitivity` units. Unit record: the gradient of
 * each record of a Poisson sample, one step of gradient descent a round. Unit member: how far
 * the parameters moved in the whole of a member's local training. The vectors are added
 * exactly; then comes the member's share of discrete Gaussian noise (privacy/noise_share.h),
 * also where there is no vector to add. A vector with an element that is not finite counts as
 * zero. What one member sends of itself, its change, is made whole units by rounding at random,
 * without bias; the gradients of records are truncated (privacy/clip.h says why).
 *
 * Local noise, unit record alone: each member takes several steps by itself and adds to the sum
 * of each step the whole noise, as if it were alone. What it then sends, how far its parameters
 * have moved, follows from noised sums and costs nothing more: it is protected against
 * everybody, the hub and all other members together, whoever drops out. So it is sent without
 * further noise, clipped to a norm of its own that only keeps it in range. An evaluation has
 * the whole noise in each member's cells.
 *
 * Evaluation: the cells true negative, false positive, false negative, true positive. Unit
 * record: one record adds `sensitivity` to its cell. Unit member: a member's records share one
 * `sensitivity` among them, so that each member counts the same. By group (by_group.h) the same
 * is added to the cells of each group that record or member is in, so that with k of them the
 * whole has a norm of sqrt(1 + k) times the sensitivity; the noise of every cell grows by as
 * much.
 *
 * The step from the sum to the next model divides by a constant, never by a count of anybody's
 * records, and is integer arithmetic: the same on every machine.
 *
 *     unit record    w -= rate * C * sum / (sensitivity * divisor)
 *     unit member    w +=        C * sum / (sensitivity * divisor)
 *     local noise    w +=       C' * sum / (sensitivity * divisor), C' the norm of what is sent
 *
 * Seeds of samples and noise are secrets of the member, fresh in each round, and never kept.
 */
#ifndef SHEAF_LEARN_NOISED_H
#define SHEAF_LEARN_NOISED_H

#include "learn/logistic.h"
#include "privacy/noise_share.h"

typedef enum { SHEAF_NOISED_RECORD, SHEAF_NOISED_MEMBER } sheaf_noised_unit;
enum {
    SHEAF_NOISED_CELLS = 4,
    SHEAF_NOISED_SEED = 32,
    SHEAF_NOISED_DIVISOR_MAX = 1 << 30,
    SHEAF_NOISED_WORDS_MAX = 1 << 22, /* of a vector */
};
#define SHEAF_NOISED_NORM_MAX 1000000000000 /* of the clipping norm, in millionths */

/* Drawn for one computation of one round from a source of secrets, wiped after it, never
 * written anywhere: whoever had the seed of the noise could take the noise off. */
typedef struct {
    uint8_t sample[SHEAF_NOISED_SEED], noise[SHEAF_NOISED_SEED], rounding[SHEAF_NOISED_SEED];
} sheaf_noised_seeds;

/* What everybody knows of a round. */
typedef struct {
    sheaf_noised_unit unit;
    bool local;                     /* each member's noise is the whole */
    bool evaluates;                 /* the words are SHEAF_NOISED_CELLS; else parameters */
    uint64_t norm_millionths;       /* C */
    uint64_t noise_millionths;      /* noise multiplier, for this task */
    uint32_t sampling_millionths;   /* rate of the Poisson sample; 1000000 takes all */
    uint64_t divisor;               /* records, or members, that a sum is expected to have */
    uint64_t local_norm_millionths; /* local noise: C' */
    uint64_t local_divisor;         /* local noise: records expected in one step of a member */
    sheaf_training training;        /* unit record: the rate, with local noise also the steps */
    uint32_t words;                 /* parameters, or SHEAF_NOISED_CELLS */
    uint32_t members;               /* who take part */
    uint32_t survivors_least;       /* of them that may be left */
    uint32_t colluders;
    uint32_t records_max;  /* of one member */
    uint32_t groups_reach; /* evaluation: groups beside all that one record, or one member, may
                              be in (by_group.h) */
} sheaf_noised_terms;

/* What follows from the terms. */
typedef struct {
    uint64_t sensitivity; /* units of a vector of norm C: by the words alone, a power of two */
    uint64_t magnitude_max; /* of one member's sum before its noise */
    sheaf_variance share;   /* of a member's noise; of each step where it is local */
    unsigned bits;          /* words are added modulo 2^bits */
} sheaf_noised_scale;

/* Units of a vector of norm C that has so many words. */
uint64_t sheaf_noised_sensitivity(uint32_t words);

/* Refuses terms without meaning, without an honest share of noise or with a sum that fits no
 * word. */
SHEAF_MUST_USE sheaf_status sheaf_noised_scale_of(const sheaf_noised_terms *terms,
                                                  sheaf_noised_scale *out, sheaf_err *err);

/* Unit record: the sum of the clipped gradients of a sample of the training rows. Writes
 * terms->words values. */
SHEAF_MUST_USE sheaf_status sheaf_noised_gradient(const sheaf_noised_terms *terms,
                                                  const sheaf_model *current,
                                                  const sheaf_table *table,
                                                  const uint8_t sample_seed[SHEAF_NOISED_SEED],
                                                  int64_t *values, sheaf_err *err);

/* Unit member: the clipped change of the parameters by local training. */
SHEAF_MUST_USE sheaf_status sheaf_noised_change(const sheaf_noised_terms *terms,
                                                const sheaf_model *current,
                                                const sheaf_table *table, uint64_t order_seed,
                                                const uint8_t rounding_seed[SHEAF_NOISED_SEED],
                                                int64_t *values, sheaf_err *err);

/* The same for a change that came about elsewhere: terms->words parameters. */
SHEAF_MUST_USE sheaf_status sheaf_noised_change_clip(
    const sheaf_noised_terms *terms, const double *change,
    const uint8_t rounding_seed[SHEAF_NOISED_SEED], int64_t *values, sheaf_err *err);

/* Local noise: the clipped change of the parameters by training->steps steps, each of them with
 * a sample and noise of its own. */
SHEAF_MUST_USE sheaf_status sheaf_noised_steps(const sheaf_noised_terms *terms,
                                               const sheaf_model *current,
                                               const sheaf_table *table,
                                               const sheaf_noised_seeds *seeds, int64_t *values,
                                               sheaf_err *err);

/* Either unit: the cells of the held-out rows. */
SHEAF_MUST_USE sheaf_status sheaf_noised_cells(const sheaf_noised_terms *terms,
                                               const sheaf_model *model,
                                               const sheaf_table *table, int64_t *values,
                                               sheaf_err *err);

/* The same of any kind's scores, one for each row of the table, by a model that is scaled by
 * public ranges. */
SHEAF_MUST_USE sheaf_status sheaf_noised_cells_of(const sheaf_noised_terms *terms,
                                                  const sheaf_table *table,
                                                  const double *scores, int64_t *values,
                                                  sheaf_err *err);

/* The words that are masked: values and this member's share of noise, modulo 2^bits; the values
 * alone where the steps had the noise. Refuses, and leaves zeros, if a value is beyond what the
 * modulus was chosen for. */
SHEAF_MUST_USE sheaf_status sheaf_noised_words(const sheaf_noised_terms *terms,
                                               const int64_t *values,
                                               const uint8_t noise_seed[SHEAF_NOISED_SEED],
                                               uint64_t *words, sheaf_err *err);

/* From the summed words (their low bits) to the next model; `next` may be `current`. Refuses a
 * sum that takes a parameter out of its bounds. */
SHEAF_MUST_USE sheaf_status sheaf_noised_step(const sheaf_noised_terms *terms,
                                              const sheaf_model *current, const uint64_t *words,
                                              sheaf_model *next, sheaf_err *err);

/* The same of any kind's parameters, in units of 2^-24 and below 2^15: terms->words of them are
 * moved in place; after a refusal they mean nothing. */
SHEAF_MUST_USE sheaf_status sheaf_noised_move(const sheaf_noised_terms *terms,
                                              const uint64_t *words, int64_t *parameters,
                                              sheaf_err *err);

/* What noise has left of an evaluation: it may be off either way, but stays within its bounds.
 * Of unit member `records` counts members. */
typedef struct {
    uint32_t records; /* at least 1 */
    int64_t accuracy_millionths;
} sheaf_noised_figures;

/* From the summed cells, their sign carried to 64 bits. */
sheaf_noised_figures sheaf_noised_figures_of(const int64_t cells[SHEAF_NOISED_CELLS]);

#endif
