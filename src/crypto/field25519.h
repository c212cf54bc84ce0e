/* crypto/field25519.h - integers modulo p = 2^255 - 19, for the batch verification alone.
 *
 * Five limbs of 51 bits, little-endian. Limbs are named one by one, not looped over: a compiler
 * that makes vectors of them has them wait in memory half as long again. Products leave limbs
 * below 2^52; sums and differences are not carried, and a product takes limbs below 2^54: so
 * each function says how far its result may grow, and no more than one sum stands between two
 * products. Only public values come here: nothing runs in constant time, and no secret may ever
 * be given to it.
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
    return (sheaf_fe){{a->limb[0] + b->limb[0], a->limb[1] + b->limb[1],
                       a->limb[2] + b->limb[2], a->limb[3] + b->limb[3],
                       a->limb[4] + b->limb[4]}};
}

/* `b` has limbs below 2^52 or is a sum of two such; adds 4*p so that no limb falls below zero.
 */
static inline sheaf_fe sheaf_fe_sub(const sheaf_fe *a, const sheaf_fe *b)
{
    const uint64_t low = 4 * (SHEAF_FE_MASK - 18), high = 4 * SHEAF_FE_MASK;
    return (sheaf_fe){{a->limb[0] + low - b->limb[0], a->limb[1] + high - b->limb[1],
                       a->limb[2] + high - b->limb[2], a->limb[3] + high - b->limb[3],
                       a->limb[4] + high - b->limb[4]}};
}

/* Columns of a product to limbs below 2^51, the second a little more: below 2^52. From limbs
 * below 2^54 the last column is below 2^110.4 and the others below 2^114.3, so that no carry
 * leaves its 64 bits, not even 19 times the last. */
static inline sheaf_fe sheaf_fe_carry(sheaf_u128 t0, sheaf_u128 t1, sheaf_u128 t2,
                                      sheaf_u128 t3, sheaf_u128 t4)
{
    t1 += (uint64_t)(t0 >> 51);
    t2 += (uint64_t)(t1 >> 51);
    t3 += (uint64_t)(t2 >> 51);
    t4 += (uint64_t)(t3 >> 51);
    uint64_t low = ((uint64_t)t0 & SHEAF_FE_MASK) + 19 * (uint64_t)(t4 >> 51);
    return (sheaf_fe){{low & SHEAF_FE_MASK, ((uint64_t)t1 & SHEAF_FE_MASK) + (low >> 51),
                       (uint64_t)t2 & SHEAF_FE_MASK, (uint64_t)t3 & SHEAF_FE_MASK,
                       (uint64_t)t4 & SHEAF_FE_MASK}};
}

static inline sheaf_fe sheaf_fe_mul(const sheaf_fe *x, const sheaf_fe *y)
{
    uint64_t a0 = x->limb[0], a1 = x->limb[1], a2 = x->limb[2], a3 = x->limb[3];
    uint64_t a4 = x->limb[4], b0 = y->limb[0], b1 = y->limb[1], b2 = y->limb[2];
    uint64_t b3 = y->limb[3], b4 = y->limb[4];
    uint64_t c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
    return sheaf_fe_carry((sheaf_u128)a0 * b0 + (sheaf_u128)a1 * c4 + (sheaf_u128)a2 * c3
                              + (sheaf_u128)a3 * c2 + (sheaf_u128)a4 * c1,
                          (sheaf_u128)a0 * b1 + (sheaf_u128)a1 * b0 + (sheaf_u128)a2 * c4
                              + (sheaf_u128)a3 * c3 + (sheaf_u128)a4 * c2,
                          (sheaf_u128)a0 * b2 + (sheaf_u128)a1 * b1 + (sheaf_u128)a2 * b0
                              + (sheaf_u128)a3 * c4 + (sheaf_u128)a4 * c3,
                          (sheaf_u128)a0 * b3 + (sheaf_u128)a1 * b2 + (sheaf_u128)a2 * b1
                              + (sheaf_u128)a3 * b0 + (sheaf_u128)a4 * c4,
                          (sheaf_u128)a0 * b4 + (sheaf_u128)a1 * b3 + (sheaf_u128)a2 * b2
                              + (sheaf_u128)a3 * b1 + (sheaf_u128)a4 * b0);
}

static inline sheaf_fe sheaf_fe_square(const sheaf_fe *x)
{
    uint64_t a0 = x->limb[0], a1 = x->limb[1], a2 = x->limb[2], a3 = x->limb[3];
    uint64_t a4 = x->limb[4], d0 = 2 * a0, d1 = 2 * a1, d2 = 2 * a2, c3 = 19 * a3, c4 = 19 * a4;
    return sheaf_fe_carry((sheaf_u128)a0 * a0 + (sheaf_u128)d1 * c4 + (sheaf_u128)d2 * c3,
                          (sheaf_u128)d0 * a1 + (sheaf_u128)d2 * c4 + (sheaf_u128)a3 * c3,
                          (sheaf_u128)d0 * a2 + (sheaf_u128)a1 * a1 + (sheaf_u128)(2 * a3) * c4,
                          (sheaf_u128)d0 * a3 + (sheaf_u128)d1 * a2 + (sheaf_u128)a4 * c4,
                          (sheaf_u128)d0 * a4 + (sheaf_u128)d1 * a3 + (sheaf_u128)a2 * a2);
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
