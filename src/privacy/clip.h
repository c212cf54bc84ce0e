/* privacy/clip.h - what one record (or one member) may move a sum by: its vector is clipped to
 * an L2 norm C, scaled so that C is a whole number of units (the sensitivity), and truncated
 * toward zero. The one invariant: the L2 norm of the integers is at most the sensitivity,
 * checked in integers, whatever the floating point before it did. A vector with an element that
 * is not finite counts as zero.
 *
 * Two ways from a vector to its integers. Truncation: it never lengthens a vector and takes no
 * draw, but it shortens every element by half a unit on average. It is for what is clipped by
 * the thousand, the gradients of records, where half a unit is 2^-17 of the norm and far below
 * the noise. Rounding at random: each element goes to one of its two neighbours such that on
 * average nothing is lost. It may lengthen a vector, so the vector is drawn again until the
 * integers are within the sensitivity (conditional rounding: Kairouz, Liu and Steinke 2021,
 * "The Distributed Discrete Gaussian Mechanism"), which is then exactly what it is with
 * truncation. It is for the one vector that a member sends. Either way rounding is done vector
 * by vector, before anything is summed, and adds nothing to the sensitivity.
 *
 * The time taken depends on the values (an element that is not finite ends it early), so what
 * single records cost must not be shown to others.
 */
#ifndef SHEAF_PRIVACY_CLIP_H
#define SHEAF_PRIVACY_CLIP_H

#include "base/slice.h"
#include "base/status.h"

enum { SHEAF_SENSITIVITY_BITS = 40 }; /* a sensitivity is at most 2^40 units */

/* The least sensitivity for vectors of a dimension: 2^16 or 2^10 times the root of the
 * dimension, rounded up; below it truncation would cost accuracy. */
uint64_t sheaf_sensitivity_least(uint64_t dimension);

typedef enum {
    SHEAF_CLIP_WITHIN,     /* the norm was at most C */
    SHEAF_CLIP_CLIPPED,    /* it was more */
    SHEAF_CLIP_NOT_FINITE, /* out[] is zero */
} sheaf_clip_result;

/* `norm` is C, finite and above 0; `sensitivity` is at most 2^40; count is below 2^40. */
sheaf_clip_result sheaf_clip(const double *in, size_t count, double norm, uint64_t sensitivity,
                             int64_t *out);

/* Without bias: an element between n and n + 1 becomes n + 1 where a word of the stream of
 * `seed`, which must be a secret and serve nothing else, is below its distance from n times
 * 2^64.
 *
 * So that a vector of d elements is drawn again with a probability of at most beta = exp(-1/2),
 * it is clipped to a norm of c units with c² + d/4 + c + sqrt(d)/2 = sensitivity² (their bound
 * c² + d/4 + sqrt(2 log(1/beta)) (c + sqrt(d)/2)): half a unit below the sensitivity or a
 * little more. Vectors some units shorter are as good as never drawn again; the average of one
 * at the norm is off by at most sqrt(d) beta / (1 - beta), 1.6 sqrt(d) units. After 64 draws it
 * is truncated. */
sheaf_clip_result sheaf_clip_at_random(const double *in, size_t count, double norm,
                                       uint64_t sensitivity, const uint8_t seed[32],
                                       int64_t *out);

/* Whether the L2 norm of the integers is at most `most` (at most 2^40), exactly. */
bool sheaf_norm_within(const int64_t *values, size_t count, uint64_t most);

#endif
