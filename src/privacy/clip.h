/* privacy/clip.h - what one record (or one member) may move a sum by: its vector is clipped to
 * an L2 norm C, scaled so that C is a whole number of units (the sensitivity), and truncated
 * toward zero. The one invariant: the L2 norm of the integers is at most the sensitivity,
 * checked in integers, whatever the floating point before it did. A vector with an element that
 * is not finite counts as zero.
 *
 * Truncation per vector, before anything is summed: so rounding adds nothing to the
 * sensitivity.
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

/* Whether the L2 norm of the integers is at most `most` (at most 2^40), exactly. */
bool sheaf_norm_within(const int64_t *values, size_t count, uint64_t most);

#endif
