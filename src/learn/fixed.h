/* learn/fixed.h - the integer arithmetic that turns a secure sum into a model.
 *
 * Every machine must get the same bytes from the same sum, so there is no floating point here:
 * 128-bit integers, division rounded half to even, square root rounded to nearest.
 */
#ifndef SHEAF_LEARN_FIXED_H
#define SHEAF_LEARN_FIXED_H

#include <assert.h>
#include <stdint.h>

/* Weights, means, scales and losses are integers in units of 2^-24. */
enum { SHEAF_UNIT_BITS = 24 };
#define SHEAF_UNIT ((int64_t)1 << SHEAF_UNIT_BITS)

/* a / b rounded to nearest, halves to the even neighbour; b > 0 and below 2^126. */
static inline __int128 sheaf_learn_divide(__int128 a, __int128 b)
{
    assert(b > 0 && b >> 126 == 0);
    __int128 quotient = a / b, rest = a % b;
    __int128 twice = rest < 0 ? -2 * rest : 2 * rest;
    if (twice > b || (twice == b && quotient % 2 != 0))
        quotient += a < 0 ? -1 : 1;
    return quotient;
}

/* The square root of a rounded to nearest; 0 <= a < 2^124. Halves do not occur: the square of
 * an integer and a half is no integer. */
static inline int64_t sheaf_learn_root(__int128 a)
{
    assert(a >= 0 && a >> 124 == 0);
    __int128 root = 0;
    for (int bit = 61; bit >= 0; bit--) {
        __int128 next = root + ((__int128)1 << bit);
        if (next * next <= a)
            root = next;
    }
    if (a - root * root > root)
        root++;
    return (int64_t)root;
}

#endif
