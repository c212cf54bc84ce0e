#include "crypto/field25519.h"

/* Limbs below 2^51, the value below 2^255: may still be p or more. */
static sheaf_fe reduce(const sheaf_fe *x)
{
    sheaf_u128 t[5];
    for (int i = 0; i < 5; i++)
        t[i] = x->limb[i];
    sheaf_fe out = sheaf_fe_carry(t);
    for (int i = 0; i < 5; i++)
        t[i] = out.limb[i];
    return sheaf_fe_carry(t);
}

void sheaf_fe_put(const sheaf_fe *x, uint8_t out[32])
{
    sheaf_fe r = reduce(x);
    /* 1 if the value is p or more: then adding 19 carries out of 255 bits. */
    uint64_t carry = 19;
    for (int i = 0; i < 5; i++)
        carry = (r.limb[i] + carry) >> 51;
    r.limb[0] += 19 * carry;
    for (int i = 0; i < 4; i++) {
        r.limb[i + 1] += r.limb[i] >> 51;
        r.limb[i] &= SHEAF_FE_MASK;
    }
    r.limb[4] &= SHEAF_FE_MASK;
    uint64_t words[4] = {r.limb[0] | r.limb[1] << 51, r.limb[1] >> 13 | r.limb[2] << 38,
                         r.limb[2] >> 26 | r.limb[3] << 25, r.limb[3] >> 39 | r.limb[4] << 12};
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(words[i / 8] >> i % 8 * 8);
}

bool sheaf_fe_zero(const sheaf_fe *x)
{
    static const uint8_t zero[32];
    uint8_t bytes[32];
    sheaf_fe_put(x, bytes);
    return memcmp(bytes, zero, sizeof zero) == 0;
}

/* (p-5)/8 = 2^252 - 3: runs of ones are doubled in length by squaring and multiplying. */
sheaf_fe sheaf_fe_root_power(const sheaf_fe *x)
{
    sheaf_fe t = sheaf_fe_square(x);
    sheaf_fe ones2 = sheaf_fe_mul(&t, x); /* x^(2^2 - 1), and so on */
    t = sheaf_fe_squares(&ones2, 2);
    sheaf_fe ones4 = sheaf_fe_mul(&t, &ones2);
    t = sheaf_fe_squares(&ones4, 1);
    sheaf_fe ones5 = sheaf_fe_mul(&t, x);
    t = sheaf_fe_squares(&ones5, 5);
    sheaf_fe ones10 = sheaf_fe_mul(&t, &ones5);
    t = sheaf_fe_squares(&ones10, 10);
    sheaf_fe ones20 = sheaf_fe_mul(&t, &ones10);
    t = sheaf_fe_squares(&ones20, 20);
    sheaf_fe ones40 = sheaf_fe_mul(&t, &ones20);
    t = sheaf_fe_squares(&ones40, 10);
    sheaf_fe ones50 = sheaf_fe_mul(&t, &ones10);
    t = sheaf_fe_squares(&ones50, 50);
    sheaf_fe ones100 = sheaf_fe_mul(&t, &ones50);
    t = sheaf_fe_squares(&ones100, 100);
    sheaf_fe ones200 = sheaf_fe_mul(&t, &ones100);
    t = sheaf_fe_squares(&ones200, 50);
    sheaf_fe ones250 = sheaf_fe_mul(&t, &ones50);
    t = sheaf_fe_squares(&ones250, 2); /* 2^252 - 4, and one more */
    return sheaf_fe_mul(&t, x);
}
