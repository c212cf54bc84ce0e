/* privacy/variance.h - a variance as an exact fraction, and the weight exp(-x²/(2s²)) of an
 * integer x under it, in integers alone: the same bits on every machine.
 *
 * Bounds: 64 <= s² < 2^64, so that a standard deviation is at least 8 (Kairouz, Liu and Steinke
 * 2021: below that a sum of discrete Gaussians differs from one) and a sample with ten standard
 * deviations fits 40 bits.
 */
#ifndef SHEAF_PRIVACY_VARIANCE_H
#define SHEAF_PRIVACY_VARIANCE_H

#include "base/slice.h"
#include "base/status.h"

__extension__ typedef unsigned __int128 sheaf_uint128;

typedef struct {
    sheaf_uint128 numerator; /* below 2^126 */
    uint64_t denominator;    /* not 0 */
} sheaf_variance;

enum {
    SHEAF_EXPONENT_BITS = 112, /* binary places of x²/(2s²) */
    SHEAF_WEIGHT_BITS = 88,    /* binary places of its exponential */
    SHEAF_EXP_TERMS = 13,
};

typedef struct {
    sheaf_uint128
        inverse; /* 1/s² is inverse / 2^(shift + 111), the top bit of inverse is set */
    int shift;
    sheaf_uint128 coefficient[SHEAF_EXP_TERMS]; /* 1/k! with 127 binary places */
} sheaf_weight;

SHEAF_MUST_USE sheaf_status sheaf_weight_init(sheaf_weight *weight, sheaf_variance variance,
                                              sheaf_err *err);

/* x²/(2s²) with 112 binary places, at most 2^-110 below the truth; x must be below 2^41 and the
 * result below 64: at most eleven standard deviations. */
sheaf_uint128 sheaf_weight_exponent(const sheaf_weight *weight, uint64_t x);

/* exp(-exponent) with 88 binary places, within 2^-87: 2^88 for 0. */
sheaf_uint128 sheaf_weight_exp(const sheaf_weight *weight, sheaf_uint128 exponent);

#endif
