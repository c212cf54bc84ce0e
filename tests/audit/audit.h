/* tests/audit/audit.h - how much epsilon an attack shows that a mechanism has.
 *
 * The attacker plays a game against the mechanism, with and without its canary, and from each
 * run makes a score, which is the higher the more it looks as if the canary was in it. From how
 * often a threshold is right follows a lower bound on epsilon, with a confidence of 95 %:
 * log((TPR - delta) / FPR), with the limits of Clopper and Pearson for both (Nasr et al. 2021,
 * "Adversary instantiation"). The threshold is chosen on runs that are not counted.
 */
#ifndef SHEAF_TEST_AUDIT_H
#define SHEAF_TEST_AUDIT_H

#include "../unit/privacy/test.h"

#include <stdbool.h>

enum { AUDIT_RUNS = 10000 }; /* a side */

typedef struct {
    double (*play)(void *game, bool canary); /* a run's score */
    void *game;
    double delta;
    int choosing; /* runs a side that the threshold is chosen on, at most AUDIT_RUNS */
} audit;

double audit_bound(const audit *a);

/* delta of one Gaussian step at an epsilon (Balle and Wang 2018, theorem 8). */
double audit_gaussian_delta(double epsilon, double sigma);

/* The least noise multiplier of one Gaussian step, in millionths, that keeps epsilon at delta.
 */
uint64_t audit_multiplier(double epsilon, double delta);

/* The limits that the rate of k in n is above, and below, with a confidence of 97.5 % each. */
double audit_rate_low(int n, int k);
double audit_rate_high(int n, int k);

#endif
