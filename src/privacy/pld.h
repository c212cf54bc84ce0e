/* privacy/pld.h - the privacy loss distribution: tighter than Rényi orders, and advice.
 *
 * The loss log(dP/dQ) of one step is laid on a grid by splitting each mass between its two
 * neighbours so that both P and Q keep their measure ("connect the dots": Doroshenko, Ghazi,
 * Kamath, Kumar, Manurangsi 2022), which never lowers a divergence. Steps are composed by a
 * power of the discrete Fourier transform (Koskela, Jälkö, Honkela 2020), after an exponential
 * tilt towards the epsilon sought, so that rounding errors stay small against delta. Mass that
 * is cut off counts as infinite loss. Both neighbours, a unit added and a unit removed, are
 * looked at, and the larger epsilon is given.
 *
 * Advice, because it computes in doubles without directed rounding, and because for vectors of
 * sampled discrete noise one line is not known to be the worst case. Nothing that binds rests
 * on it. A discrete Gaussian is taken with its true law up to a standard deviation of 4,096
 * units; beyond that it is the continuous one.
 */
#ifndef SHEAF_PRIVACY_PLD_H
#define SHEAF_PRIVACY_PLD_H

#include "privacy/mechanism.h"

/* Whether there is a loss distribution to compute with: not for Skellam noise. */
bool sheaf_pld_applies(const sheaf_mechanism *mechanism);

/* Epsilon at delta after so many steps. */
SHEAF_MUST_USE sheaf_status sheaf_pld_epsilon(const sheaf_mechanism *mechanism, uint32_t steps,
                                              double delta, double *epsilon, sheaf_err *err);

#endif
