/* privacy/rdp.h - Rényi differential privacy: cost by order, composition, conversion.
 *
 * Every figure is an upper bound: each step is computed in MPFR with directed rounding, and
 * what is left out of a sum is bounded and added. MPFR rounds correctly, so every machine gets
 * the same bits.
 *
 * - Gaussian: alpha / (2 sigma^2). Mironov 2017, "Rényi Differential Privacy", prop. 7.
 * - Discrete Gaussian: the same bound. Canonne, Kamath, Steinke 2020, "The Discrete Gaussian
 * for Differential Privacy", prop. 5.
 * - Skellam, integer orders: Agarwal, Kairouz, Liu 2021, "The Skellam Mechanism for
 *   Differentially Private Federated Learning", theorem 3.5.
 * - Laplace: Mironov 2017, prop. 6.
 * - Poisson sampling, integer orders: the binomial sum of Mironov, Talwar, Zhang 2019, "Rényi
 *   Differential Privacy of the Sampled Gaussian Mechanism", section 3.3; their theorem 5 (the
 *   pair of laws is swapped by a reflection) makes it cover removing as well as adding.
 * - Poisson sampling, fractional orders: for Gaussian noise (which only looks along one line)
 *   and for a single discrete Gaussian, quadrature by equidistant points with the error bound
 *   of Trefethen, Weideman 2014, "The Exponentially Convergent Trapezoidal Rule", theorem 5.1.
 *   For everything else, vectors of discrete noise above all, (alpha - 1) * RDP(alpha) is
 *   convex and its chord between integer orders is the bound.
 * - Conversion: Canonne, Kamath, Steinke 2020, prop. 12.
 */
#ifndef SHEAF_PRIVACY_RDP_H
#define SHEAF_PRIVACY_RDP_H

#include "privacy/mechanism.h"

/* 1.1 to 10.9 by tenths, 11 to 63, then 128, 256, 512, 1024. */
enum { SHEAF_RDP_ORDERS = 156 };

/* In tenths: 11 is order 1.1. */
unsigned sheaf_rdp_order_tenths(unsigned place);

/* Upper bounds of the Rényi divergence, by place in the list of orders. */
typedef struct {
    double rdp[SHEAF_RDP_ORDERS];
} sheaf_rdp;

/* One step of a mechanism that sheaf_mechanism_check() accepts. */
void sheaf_rdp_step(const sheaf_mechanism *mechanism, sheaf_rdp *out);

/* The bound at one order, in tenths, from 11 to 10,240. */
double sheaf_rdp_at(const sheaf_mechanism *mechanism, unsigned tenths);

/* Adds so many steps to what was spent before; `spent` may be all zero. */
void sheaf_rdp_compose(sheaf_rdp *spent, const sheaf_rdp *step, uint32_t steps);

/* The smallest epsilon at delta over all orders, and the order that gives it, in tenths. */
double sheaf_rdp_epsilon(const sheaf_rdp *spent, double delta, unsigned *tenths);

/* The smallest noise multiplier, in millionths, with which so many steps cost at most epsilon
 * at delta by this accountant. The mechanism's own noise multiplier is not looked at. */
SHEAF_MUST_USE sheaf_status sheaf_rdp_noise(const sheaf_mechanism *mechanism, uint32_t steps,
                                            double epsilon, double delta, uint64_t *millionths,
                                            sheaf_err *err);

#endif
