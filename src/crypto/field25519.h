/* crypto/field25519.h - integers modulo p = 2^255 - 19, for the batch verification alone.
 *
 * Five limbs of 51 bits, little-endian. Products leave limbs below 2^52; sums and differences
 * are not carried, and a product takes limbs below 2^54: so each function says how far its
 * result may grow, and no more than one sum stands between two products. Only public values
 * come here: nothing runs in constant time, and no secret may ever be given to it.
 */
#ifndef SHEAF_CRYPTO_FIELD25519_H
#define SHEAF_CRYPTO_FIELD25519_H

#include "base/slice.h"

typedef struct {
    uint64_t limb[5];
} sheaf_fe;

typedef unsigned __int128 sheaf_u128;

#define SHEAF_FE_MASK (((uint64_t)1 << 51) - 1)

static inline sheaf_fe sheaf_fe_small(uint64_t value)
{
    return (sheaf_fe){{value, 0, 0, 0, 0}};
}

static inline uint64_t sheaf_load64(const uint8_t *in)
{
    uint64_t out = 0;
    for (int i = 7; i >= 0; i--)
        out = out << 8 | in[i];
    return out;
}

/* The low 255 bits, which may be p or more. */
static inline sheaf_fe sheaf_fe_get(const uint8_t in[32])
{
    return (sheaf_fe){
        {sheaf_load64(in) & SHEAF_FE_MASK, sheaf_load64(in + 6) >> 3 & SHEAF_FE_MASK,
         sheaf_load64(in + 12) >> 6 & SHEAF_FE_MASK, sheaf_load64(in + 19) >> 1 & SHEAF_FE_MASK,
         sheaf_load64(in + 24) >> 12 & SHEAF_FE_MASK}};
}

/* Limbs of the result: the larger of the two, and one bit more. */
static inline sheaf_fe sheaf_fe_add(const sheaf_fe *a, const sheaf_fe *b)
{
    sheaf_fe out;
    for (int i = 0; i < 5; i++)
        out.limb[i] = a->limb[i] + b->limb[i];
    return out;
}

/* `b` has limbs below 2^52 or is a sum of two such; adds 4*p so that no limb falls below zero.
 */
static inline sheaf_fe sheaf_fe_sub(const sheaf_fe *a, const sheaf_fe *b)
{
    static const uint64_t low = 4 * (SHEAF_FE_MASK - 18), high = 4 * SHEAF_FE_MASK;
    sheaf_fe out;
    out.limb[0] = a->limb[0] + low - b->limb[0];
    for (int i = 1; i < 5; i++)
        out.limb[i] = a->limb[i] + high - b->limb[i];
    return out;
}

/* Columns of a product, each below 2^115, to limbs below 2^52. */
static inline sheaf_fe sheaf_fe_carry(sheaf_u128 t[5])
{
    sheaf_fe out;
    for (int i = 0; i < 4; i++) {
        t[i + 1] += t[i] >> 51;
        out.limb[i] = (uint64_t)t[i] & SHEAF_FE_MASK;
    }
    out.limb[4] = (uint64_t)t[4] & SHEAF_FE_MASK;
    sheaf_u128 again = (t[4] >> 51) * 19 + out.limb[0];
    out.limb[0] = (uint64_t)again & SHEAF_FE_MASK;
    out.limb[1] += (uint64_t)(again >> 51);
    return out;
}

static inline sheaf_fe sheaf_fe_mul(const sheaf_fe *x, const sheaf_fe *y)
{
    const uint64_t *a = x->limb, *b = y->limb;
    uint64_t b1 = 19 * b[1], b2 = 19 * b[2], b3 = 19 * b[3], b4 = 19 * b[4];
    sheaf_u128 t[5];
    t[0] = (sheaf_u128)a[0] * b[0] + (sheaf_u128)a[1] * b4 + (sheaf_u128)a[2] * b3
           + (sheaf_u128)a[3] * b2 + (sheaf_u128)a[4] * b1;
    t[1] = (sheaf_u128)a[0] * b[1] + (sheaf_u128)a[1] * b[0] + (sheaf_u128)a[2] * b4
           + (sheaf_u128)a[3] * b3 + (sheaf_u128)a[4] * b2;
    t[2] = (sheaf_u128)a[0] * b[2] + (sheaf_u128)a[1] * b[1] + (sheaf_u128)a[2] * b[0]
           + (sheaf_u128)a[3] * b4 + (sheaf_u128)a[4] * b3;
    t[3] = (sheaf_u128)a[0] * b[3] + (sheaf_u128)a[1] * b[2] + (sheaf_u128)a[2] * b[1]
           + (sheaf_u128)a[3] * b[0] + (sheaf_u128)a[4] * b4;
    t[4] = (sheaf_u128)a[0] * b[4] + (sheaf_u128)a[1] * b[3] + (sheaf_u128)a[2] * b[2]
           + (sheaf_u128)a[3] * b[1] + (sheaf_u128)a[4] * b[0];
    return sheaf_fe_carry(t);
}

static inline sheaf_fe sheaf_fe_square(const sheaf_fe *x)
{
    const uint64_t *a = x->limb;
    uint64_t d0 = 2 * a[0], d1 = 2 * a[1], d2 = 2 * a[2], a3 = 19 * a[3], a4 = 19 * a[4];
    sheaf_u128 t[5];
    t[0] = (sheaf_u128)a[0] * a[0] + (sheaf_u128)d1 * a4 + (sheaf_u128)d2 * a3;
    t[1] = (sheaf_u128)d0 * a[1] + (sheaf_u128)d2 * a4 + (sheaf_u128)a[3] * a3;
    t[2] = (sheaf_u128)d0 * a[2] + (sheaf_u128)a[1] * a[1] + (sheaf_u128)(2 * a[3]) * a4;
    t[3] = (sheaf_u128)d0 * a[3] + (sheaf_u128)d1 * a[2] + (sheaf_u128)a[4] * a4;
    t[4] = (sheaf_u128)d0 * a[4] + (sheaf_u128)d1 * a[3] + (sheaf_u128)a[2] * a[2];
    return sheaf_fe_carry(t);
}

/* Squared `count` times. */
static inline sheaf_fe sheaf_fe_squares(const sheaf_fe *x, int count)
{
    sheaf_fe out = *x;
    for (int i = 0; i < count; i++)
        out = sheaf_fe_square(&out);
    return out;
}

/* The one encoding below p. */
void sheaf_fe_put(const sheaf_fe *x, uint8_t out[32]);

bool sheaf_fe_zero(const sheaf_fe *x);

/* x^((p-5)/8), from which square roots come (RFC 8032 section 5.1.3). */
sheaf_fe sheaf_fe_root_power(const sheaf_fe *x);

#endif
