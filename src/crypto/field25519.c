#include "crypto/field25519.h"

/* Limbs below 2^51, the value below 2^255: may still be p or more. */
static sheaf_fe reduce(const sheaf_fe *x)
{
    const uint64_t *a = x->limb;
    sheaf_fe once = sheaf_fe_carry(a[0], a[1], a[2], a[3], a[4]);
    a = once.limb;
    return sheaf_fe_carry(a[0], a[1], a[2], a[3], a[4]);
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

/* x^(2^n) * y */
static sheaf_fe squares_times(const sheaf_fe *x, int n, const sheaf_fe *y)
{
    sheaf_fe t = sheaf_fe_squares(x, n);
    return sheaf_fe_mul(&t, y);
}

/* (p-5)/8 = 2^252 - 3: runs of ones are doubled in length by squaring and multiplying. */
sheaf_fe sheaf_fe_root_power(const sheaf_fe *x)
{
    sheaf_fe ones2 = squares_times(x, 1, x); /* x^(2^2 - 1), and so on */
    sheaf_fe ones4 = squares_times(&ones2, 2, &ones2);
    sheaf_fe ones5 = squares_times(&ones4, 1, x);
    sheaf_fe ones10 = squares_times(&ones5, 5, &ones5);
    sheaf_fe ones20 = squares_times(&ones10, 10, &ones10);
    sheaf_fe ones40 = squares_times(&ones20, 20, &ones20);
    sheaf_fe ones50 = squares_times(&ones40, 10, &ones10);
    sheaf_fe ones100 = squares_times(&ones50, 50, &ones50);
    sheaf_fe ones200 = squares_times(&ones100, 100, &ones100);
    sheaf_fe ones250 = squares_times(&ones200, 50, &ones50);
    return squares_times(&ones250, 2, x); /* 2^252 - 4, and one more */
}
