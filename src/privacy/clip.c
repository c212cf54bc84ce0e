#include "privacy/clip.h"

#include "privacy/variance.h"

#include <assert.h>
#include <math.h>

uint64_t sheaf_sensitivity_least(uint64_t dimension)
{
    const uint64_t least = (uint64_t)1 << 16;
    uint64_t low = 0, high = (uint64_t)1 << 42; /* low² < 2^20 dimension <= high² */
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if ((sheaf_uint128)middle * middle < (sheaf_uint128)dimension << 20)
            low = middle;
        else
            high = middle;
    }
    return high > least ? high : least;
}

bool sheaf_norm_within(const int64_t *values, size_t count, uint64_t most)
{
    assert(most >> SHEAF_SENSITIVITY_BITS == 0
           || most == (uint64_t)1 << SHEAF_SENSITIVITY_BITS);
    sheaf_uint128 sum = 0, limit = (sheaf_uint128)most * most;
    for (size_t i = 0; i < count; i++) {
        uint64_t size = values[i] < 0 ? 0 - (uint64_t)values[i] : (uint64_t)values[i];
        if (size > most) /* so that no square is above 2^80, and 2^47 of them fit */
            return false;
        sum += (sheaf_uint128)size * size;
        if (sum > limit)
            return false;
    }
    return true;
}

/* The greatest magnitude; NAN where an element is not finite. */
static double greatest(const double *in, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(in[i]))
            return NAN;
        most = fabs(in[i]) > most ? fabs(in[i]) : most;
    }
    return most;
}

sheaf_clip_result sheaf_clip(const double *in, size_t count, double norm, uint64_t sensitivity,
                             int64_t *out)
{
    assert(isfinite(norm) && norm > 0);
    assert(sensitivity <= (uint64_t)1 << SHEAF_SENSITIVITY_BITS);
    double most = greatest(in, count), squares = 0;
    if (!(most > 0)) {
        for (size_t i = 0; i < count; i++)
            out[i] = 0;
        return isnan(most) ? SHEAF_CLIP_NOT_FINITE : SHEAF_CLIP_WITHIN;
    }
    /* Divided by the greatest element, so that no square is out of range. */
    for (size_t i = 0; i < count; i++)
        squares += in[i] / most * (in[i] / most);
    bool clipped = most / norm > 1 / sqrt(squares);
    double scale = (double)sensitivity * (clipped ? 1 / sqrt(squares) : most / norm);
    /* Floating point may leave the norm a little above: then the vector shrinks a little more.
     */
    for (int bits = 52;; bits--) {
        for (size_t i = 0; i < count; i++)
            out[i] = (int64_t)(in[i] / most * scale);
        if (sheaf_norm_within(out, count, sensitivity))
            return clipped ? SHEAF_CLIP_CLIPPED : SHEAF_CLIP_WITHIN;
        scale *= 1 - ldexp(1, -bits); /* 0 in the end */
    }
}
