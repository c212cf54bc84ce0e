/* privacy/cost.h - what a round costs, as the integers that a mandate carries.
 *
 * One integer an order: the Rényi divergence of one round in units of 10^-12 (nats), rounded
 * up. SHEAF_COST_MAX stands for "no bound". Composition is addition order by order, so whoever
 * only adds and compares whole numbers can keep the account: spent is within a budget when it
 * is at most the limit at some order.
 *
 * Who recomputes gets the very same integers, on every machine: MPFR rounds correctly.
 */
#ifndef SHEAF_PRIVACY_COST_H
#define SHEAF_PRIVACY_COST_H

#include "privacy/mechanism.h"

enum { SHEAF_COST_ORDERS = 32 };
enum { SHEAF_COST_MAX_BITS = 53 };
#define SHEAF_COST_MAX (((int64_t)1 << SHEAF_COST_MAX_BITS) - 1)

/* In tenths: 15 is order 1.5. Ascending. */
unsigned sheaf_cost_order_tenths(unsigned place);

typedef struct {
    int64_t cost[SHEAF_COST_ORDERS];
} sheaf_cost;

/* One round of a mechanism that sheaf_mechanism_check() accepts. */
void sheaf_cost_round(const sheaf_mechanism *mechanism, sheaf_cost *out);

/* Refuses an order at which less is claimed than `what` ("a round") costs, as
 * sheaf_cost_round() has found. More may be claimed. */
SHEAF_MUST_USE sheaf_status sheaf_cost_check(const sheaf_cost *found, const sheaf_cost *claimed,
                                             const char *what, sheaf_err *err);

/* Samplers of noise are not exact: each sample is within 2^-70 of its law in total variation
 * (privacy/discrete_gaussian.h), and n of them make an (epsilon, delta) guarantee one with
 * delta + n 2^-70 (1 + e^epsilon). Both functions here keep room for 2^32 samples: those of all
 * members in 10,000 rounds of a hundred members with 257 words are fewer than 2^28. They never
 * take more than half of delta for it, which counts where epsilon is so large (33 at delta
 * 1e-3) that it promises nothing anyway. */
enum { SHEAF_COST_SAMPLES_BITS = 32 };

/* The smallest epsilon at delta that the spending shows at any order, rounded up; infinite
 * where none has a bound. */
double sheaf_cost_epsilon(const sheaf_cost *spent, double delta);

/* How much may be spent at each order to stay within epsilon at delta, rounded down; below zero
 * at an order that cannot show it. */
void sheaf_cost_limit(double epsilon, double delta, sheaf_cost *out);

/* The least noise multiplier, in millionths from 0.1 to 1,000, with which so many rounds of a
 * mechanism, whose own multiplier does not matter, stay within the limit at some order; 0 where
 * not even 1,000 is enough. */
uint64_t sheaf_cost_least_noise(const sheaf_mechanism *mechanism, uint32_t rounds,
                                const sheaf_cost *limit);

#endif
