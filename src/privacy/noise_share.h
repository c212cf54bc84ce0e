/* privacy/noise_share.h - how much of the noise each member adds, and whether the sum of values
 * and noise fits the words it is added in. Integers and exact fractions alone.
 *
 * The noise that is accounted has the variance (σΔ)²: σ the noise multiplier, Δ the sensitivity
 * in units. Each member adds (σΔ)²/(s - c), where s is the smallest number of survivors that a
 * round may end with and c how many members may pool what they know: so whoever drops out, and
 * whatever the colluders subtract of their own, the rest still carries (σΔ)² or more.
 */
#ifndef SHEAF_PRIVACY_NOISE_SHARE_H
#define SHEAF_PRIVACY_NOISE_SHARE_H

#include "privacy/variance.h"

enum {
    SHEAF_MULTIPLIER_UNIT = 1000000, /* noise multipliers are whole millionths */
    SHEAF_PARTICIPANTS_MAX = 1 << 20,
};

typedef struct {
    uint64_t multiplier_millionths; /* σ, above 0 and at most 2^32 */
    uint64_t sensitivity;           /* Δ in units, above 0 and at most 2^40 */
    uint32_t survivors_least;       /* s, at most SHEAF_PARTICIPANTS_MAX */
    uint32_t colluders;             /* c, at least 1: a member knows its own noise */
} sheaf_noise_plan;

/* The variance of one member's share. Refuses a plan that leaves no honest share or shares with
 * a standard deviation outside of 8 units to 2^32. */
SHEAF_MUST_USE sheaf_status sheaf_noise_share(const sheaf_noise_plan *plan, sheaf_variance *out,
                                              sheaf_err *err);

typedef struct {
    uint32_t participants; /* members whose vectors are added, at most SHEAF_PARTICIPANTS_MAX */
    uint64_t magnitude_max; /* of an element of one member's vector before its noise */
    uint64_t dimension;     /* elements */
    sheaf_variance share;   /* of each member's noise */
} sheaf_noise_range;

/* The smallest of 16, 32 and 64 bits such that the sum, as a signed number, leaves its range in
 * any of its elements with a probability of at most 2^-40; refuses where none does.
 *
 * A discrete Gaussian with variance parameter v is sub-Gaussian: E exp(tX) <= exp(t²v/2)
 * (Canonne, Kamath and Steinke 2020), and so is a sum of n with nv. With B what n magnitudes
 * leave of the range, P(|sum of noise| > B) <= 2 exp(-B²/(2nv)), and over d elements at most d
 * times this. So B² >= 2 n v ln2 (41 + log2 d) is enough; log2 and v are rounded up here. */
SHEAF_MUST_USE sheaf_status sheaf_noise_modulus(const sheaf_noise_range *range, unsigned *bits,
                                                sheaf_err *err);

/* The words to be masked: values plus noise modulo 2^64, of which a narrower modulus keeps the
 * low bits. Names the first value whose magnitude is over `magnitude_max`, and writes nothing
 * then: a value is never cut off to fit. */
SHEAF_MUST_USE sheaf_status sheaf_noise_add(const int64_t *values, const int64_t *noise,
                                            size_t count, uint64_t magnitude_max,
                                            uint64_t *words, sheaf_err *err);

#endif
