/* privacy/mechanism.h - what a release does to the data: the noise, its size, and sampling.
 *
 * The noise multiplier is the noise's standard deviation (of Laplace noise: its scale) over the
 * sensitivity: L2 for Gaussian, discrete Gaussian and Skellam noise, L1 for Laplace. Neighbours
 * differ by one unit added or removed; sampling is Poisson's, each unit by itself with the
 * stated rate, known to nobody.
 *
 * The discrete mechanisms work on integers. `dimension` 0 is a single integer of sensitivity 1,
 * such as a count. From 1 on it is a vector of so many integers, clipped to a norm of
 * sheaf_sensitivity_least() units; for finer units the bounds hold as well.
 *
 * The accountant takes the doubles as they are. Who has decimals or fractions rounds the noise
 * down, the sampling rate up and delta down, by sheaf_decimal_parse() or sheaf_ratio(), and
 * stays on the safe side.
 */
#ifndef SHEAF_PRIVACY_MECHANISM_H
#define SHEAF_PRIVACY_MECHANISM_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    SHEAF_NOISE_GAUSSIAN,
    SHEAF_NOISE_DISCRETE_GAUSSIAN,
    SHEAF_NOISE_SKELLAM,
    SHEAF_NOISE_LAPLACE,
} sheaf_noise;

#define SHEAF_NOISE_MULTIPLIER_MIN 0.01
#define SHEAF_NOISE_MULTIPLIER_MAX 1e9
#define SHEAF_DELTA_MIN            1e-100

enum { SHEAF_STEPS_MAX = 1000000000, SHEAF_DIMENSION_MAX = 1000000000 };

typedef struct {
    sheaf_noise noise;
    double noise_multiplier;
    double sampling;    /* 1: every unit takes part in every step */
    uint32_t dimension; /* 0: one integer of sensitivity 1 */
} sheaf_mechanism;

/* By its name on the command line: gaussian, discrete-gaussian, skellam, laplace. */
bool sheaf_noise_parse(const char *name, sheaf_noise *out);

/* Refuses what has no meaning or no bound here, saying why. */
SHEAF_MUST_USE sheaf_status sheaf_mechanism_check(const sheaf_mechanism *mechanism,
                                                  sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_delta_check(double delta, sheaf_err *err);

/* The L2 sensitivity in units; 1 for a single integer. */
double sheaf_mechanism_units(const sheaf_mechanism *mechanism);

typedef enum { SHEAF_ROUND_DOWN, SHEAF_ROUND_UP } sheaf_rounding;

/* A fraction as a double, rounded as said: noise in millionths, or so many out of so many. */
double sheaf_ratio(uint64_t numerator, uint64_t denominator, sheaf_rounding rounding);

/* Reads a decimal such as 1.1, -3 or 1e-5, rounded as said where no double is equal to it;
 * false for all else, NaN and infinities among it. */
bool sheaf_decimal_parse(const char *text, sheaf_rounding rounding, double *out);

/* Writes a double in at most ten significant decimals, rounded up. */
void sheaf_decimal_write(double value, char *out, size_t size);

#endif
