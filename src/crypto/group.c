#include "crypto/group.h"

#include "crypto/point25519.h"

#include <assert.h>
#include <sodium.h>

sheaf_scalar sheaf_scalar_from_uniform(const uint8_t uniform[64])
{
    sheaf_scalar out;
    crypto_core_ristretto255_scalar_reduce(out.bytes, uniform);
    return out;
}

sheaf_scalar sheaf_scalar_from_u32(uint32_t value)
{
    sheaf_scalar out = {{0}};
    for (int i = 0; i < 4; i++)
        out.bytes[i] = (uint8_t)(value >> (8 * i));
    return out;
}

bool sheaf_scalar_canonical(const sheaf_scalar *scalar)
{
    uint8_t wide[64] = {0}, reduced[32];
    memcpy(wide, scalar->bytes, 32);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    bool same = sodium_memcmp(reduced, scalar->bytes, 32) == 0;
    sodium_memzero(wide, sizeof wide);
    sodium_memzero(reduced, sizeof reduced);
    return same;
}

bool sheaf_scalar_zero(const sheaf_scalar *scalar)
{
    return sodium_is_zero(scalar->bytes, sizeof scalar->bytes) == 1;
}

sheaf_scalar sheaf_scalar_add(const sheaf_scalar *a, const sheaf_scalar *b)
{
    sheaf_scalar out;
    crypto_core_ristretto255_scalar_add(out.bytes, a->bytes, b->bytes);
    return out;
}

sheaf_scalar sheaf_scalar_sub(const sheaf_scalar *a, const sheaf_scalar *b)
{
    sheaf_scalar out;
    crypto_core_ristretto255_scalar_sub(out.bytes, a->bytes, b->bytes);
    return out;
}

sheaf_scalar sheaf_scalar_mul(const sheaf_scalar *a, const sheaf_scalar *b)
{
    sheaf_scalar out;
    crypto_core_ristretto255_scalar_mul(out.bytes, a->bytes, b->bytes);
    return out;
}

sheaf_scalar sheaf_scalar_invert(const sheaf_scalar *a)
{
    sheaf_scalar out;
    int failed = crypto_core_ristretto255_scalar_invert(out.bytes, a->bytes);
    assert(!failed);
    return out;
}

bool sheaf_point_valid(const sheaf_point *point)
{
    return crypto_core_ristretto255_is_valid_point(point->bytes) == 1
           && point->bytes[31] < 0x80 /* libsodium 1.0.18 overlooks the highest bit */
           && !sodium_is_zero(point->bytes, sizeof point->bytes);
}

bool sheaf_point_base(sheaf_point *out, const sheaf_scalar *scalar)
{
    return crypto_scalarmult_ristretto255_base(out->bytes, scalar->bytes) == 0;
}

bool sheaf_point_mul(sheaf_point *out, const sheaf_scalar *scalar, const sheaf_point *point)
{
    return crypto_scalarmult_ristretto255(out->bytes, scalar->bytes, point->bytes) == 0;
}

bool sheaf_points_evaluate_to(sheaf_slice points, uint32_t x, const sheaf_point *value)
{
    sheaf_ge sum = sheaf_ge_identity(), term;
    for (size_t at = points.len; at >= SHEAF_POINT_BYTES; at -= SHEAF_POINT_BYTES) {
        sheaf_ge times = sheaf_ge_identity(); /* x * sum */
        for (uint32_t bit = (uint32_t)1 << 31; bit; bit >>= 1) {
            if (x >= bit)
                sheaf_ge_double(&times);
            if (x & bit)
                sheaf_ge_add(&times, &sum);
        }
        sum = times;
        if (!sheaf_ge_get_ristretto(&term, points.data + at - SHEAF_POINT_BYTES))
            return false;
        sheaf_ge_add(&sum, &term);
    }
    return sheaf_ge_get_ristretto(&term, value->bytes) && sheaf_ge_equal_ristretto(&sum, &term);
}
