#include "privacy/clip.h"

#include "crypto/ed25519.h"
#include "crypto/stream.h"
#include "privacy/variance.h"

#include <assert.h>
#include <math.h>

enum {
    DRAWS = 256,    /* words of a stream made at a time, a multiple of 8 */
    DRAWS_MAX = 64, /* of one vector */
};

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

/* What an element is multiplied by: divided by `most` before, so that no square is out of
 * range. */
typedef struct {
    double most, scale;
    bool clipped;
} factors;

/* To a norm of `units` at most, where `norm` is `sensitivity` units. */
static factors factors_of(const double *in, size_t count, double norm, uint64_t sensitivity,
                          double units)
{
    factors f = {.most = greatest(in, count)};
    double squares = 0, each;
    if (!(f.most > 0))
        return f;
    for (size_t i = 0; i < count; i++)
        squares += in[i] / f.most * (in[i] / f.most);
    each = f.most / norm;
    f.clipped = each * ((double)sensitivity / units) > 1 / sqrt(squares);
    f.scale = f.clipped ? units / sqrt(squares) : (double)sensitivity * each;
    return f;
}

static void truncate(const double *in, size_t count, factors f, uint64_t sensitivity,
                     int64_t *out)
{
    /* Floating point may leave the norm a little above: then the vector shrinks a little more.
     */
    for (int bits = 52;; bits--) {
        for (size_t i = 0; i < count; i++)
            out[i] = (int64_t)(in[i] / f.most * f.scale);
        if (sheaf_norm_within(out, count, sensitivity))
            return;
        f.scale *= 1 - ldexp(1, -bits); /* 0 in the end */
    }
}

static sheaf_clip_result zero(size_t count, factors f, int64_t *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = 0;
    return isnan(f.most) ? SHEAF_CLIP_NOT_FINITE : SHEAF_CLIP_WITHIN;
}

sheaf_clip_result sheaf_clip(const double *in, size_t count, double norm, uint64_t sensitivity,
                             int64_t *out)
{
    assert(isfinite(norm) && norm > 0);
    assert(sensitivity <= (uint64_t)1 << SHEAF_SENSITIVITY_BITS);
    factors f = factors_of(in, count, norm, sensitivity, (double)sensitivity);
    if (!(f.most > 0))
        return zero(count, f, out);
    truncate(in, count, f, sensitivity, out);
    return f.clipped ? SHEAF_CLIP_CLIPPED : SHEAF_CLIP_WITHIN;
}

/* One draw of the whole vector, with the words of the stream from `first`, a multiple of 8. */
static void round_once(const double *in, size_t count, factors f, const uint8_t seed[32],
                       uint64_t first, int64_t *out)
{
    uint64_t draw[DRAWS];
    for (size_t i = 0; i < count; i++) {
        if (i % DRAWS == 0)
            sheaf_stream_words(seed, first + i, draw,
                               count - i < DRAWS ? count - i : (size_t)DRAWS);
        double value = in[i] / f.most * f.scale, below = floor(value);
        /* The difference is exact and below 1, and so is its product below 2^64. */
        out[i] = (int64_t)below + (draw[i % DRAWS] < (uint64_t)ldexp(value - below, 64));
    }
    sheaf_wipe(draw, sizeof draw);
}

sheaf_clip_result sheaf_clip_at_random(const double *in, size_t count, double norm,
                                       uint64_t sensitivity, const uint8_t seed[32],
                                       int64_t *out)
{
    assert(isfinite(norm) && norm > 0);
    assert(sensitivity <= (uint64_t)1 << SHEAF_SENSITIVITY_BITS);
    /* (c + 1/2)² = sensitivity² + 1/4 - d/4 - sqrt(d)/2 */
    double most = (double)sensitivity, d = (double)count;
    double units = sqrt(fmax(0, most * most + 0.25 - d / 4 - sqrt(d) / 2)) - 0.5;
    if (!(units > 0))
        return sheaf_clip(in, count, norm, sensitivity, out);
    factors f = factors_of(in, count, norm, sensitivity, units);
    if (!(f.most > 0))
        return zero(count, f, out);
    const uint64_t stride = ((uint64_t)count + 7) / 8 * 8;
    for (uint64_t draw = 0; draw < DRAWS_MAX; draw++) {
        round_once(in, count, f, seed, draw * stride, out);
        if (sheaf_norm_within(out, count, sensitivity))
            return f.clipped ? SHEAF_CLIP_CLIPPED : SHEAF_CLIP_WITHIN;
    }
    truncate(in, count, f, sensitivity, out);
    return f.clipped ? SHEAF_CLIP_CLIPPED : SHEAF_CLIP_WITHIN;
}
