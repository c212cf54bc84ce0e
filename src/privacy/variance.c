#include "privacy/variance.h"

#include <assert.h>

/* Halvings of the exponent before the series: 64 / 2^12 is 2^-6. */
enum { HALVINGS = 12 };

typedef struct {
    sheaf_uint128 high, low;
} product;

static product multiply(sheaf_uint128 a, sheaf_uint128 b)
{
    uint64_t a1 = (uint64_t)(a >> 64), a0 = (uint64_t)a;
    uint64_t b1 = (uint64_t)(b >> 64), b0 = (uint64_t)b;
    sheaf_uint128 low = (sheaf_uint128)a0 * b0, cross = (sheaf_uint128)a1 * b0 + (low >> 64);
    sheaf_uint128 other = (sheaf_uint128)a0 * b1 + (uint64_t)cross;
    return (product){(sheaf_uint128)a1 * b1 + (cross >> 64) + (other >> 64),
                     other << 64 | (uint64_t)low};
}

static sheaf_uint128 multiply_high(sheaf_uint128 a, sheaf_uint128 b)
{
    return multiply(a, b).high;
}

sheaf_status sheaf_weight_init(sheaf_weight *weight, sheaf_variance variance, sheaf_err *err)
{
    sheaf_uint128 numerator = variance.numerator, rest = variance.denominator;
    if (rest == 0 || numerator >> 126)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the variance of the noise is no fraction with a "
                          "numerator below 2^126");
    if (numerator / 64 < rest)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the noise has a standard deviation below 8 units: use a finer scale");
    if (numerator / rest >> 64)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the noise has a standard deviation of 2^32 units or more: use a coarser scale");
    /* Long division, until the quotient has its 128 bits. */
    sheaf_uint128 quotient = 0;
    int places = 0;
    for (; !(quotient >> 127); places++) {
        rest <<= 1;
        quotient <<= 1;
        if (rest >= numerator) {
            rest -= numerator;
            quotient |= 1;
        }
    }
    weight->inverse = quotient;
    weight->shift = places + 1 - SHEAF_EXPONENT_BITS;
    assert(weight->shift > 0 && weight->shift < 128);
    weight->coefficient[0] = (sheaf_uint128)1 << 127;
    for (unsigned k = 1; k < SHEAF_EXP_TERMS; k++)
        weight->coefficient[k] = weight->coefficient[k - 1] / k;
    return SHEAF_OK;
}

sheaf_uint128 sheaf_weight_exponent(const sheaf_weight *weight, uint64_t x)
{
    assert(x >> 41 == 0);
    product p = multiply((sheaf_uint128)x * x, weight->inverse);
    assert(p.high >> weight->shift == 0);
    return p.high << (128 - weight->shift) | p.low >> weight->shift;
}

/* The series for f = exponent / 2^12 < 2^-6 ends where the next term is below 2^-110; with the
 * roundings of its 13 terms the error is below 2^-109, and twelve squarings of a number below 1
 * make it at most 2^12 times as large and add less than 2^-113: below 2^-96 in all. */
sheaf_uint128 sheaf_weight_exp(const sheaf_weight *weight, sheaf_uint128 exponent)
{
    assert(exponent >> (SHEAF_EXPONENT_BITS + 6) == 0);
    sheaf_uint128 f = exponent << (128 - SHEAF_EXPONENT_BITS - HALVINGS);
    sheaf_uint128 power = weight->coefficient[SHEAF_EXP_TERMS - 1];
    for (int k = SHEAF_EXP_TERMS - 2; k >= 0; k--)
        power = weight->coefficient[k] - multiply_high(f, power);
    for (int i = 0; i < HALVINGS; i++)
        power = multiply_high(power, power) << 1;
    return power >> (127 - SHEAF_WEIGHT_BITS);
}
