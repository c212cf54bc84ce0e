/* crypto/point_sum25519.h - the sum of many points of edwards25519, each times its scalar.
 *
 * Two methods give the same sum. Straus (1964) goes down the bits of all scalars at once: the
 * doublings are shared, and where a scalar has a digit, an odd multiple of its point is added;
 * digits are signed and seldom (wNAF: 4 bits wide for short scalars, 5 for long ones), so each
 * point has a small table. Pippenger throws points with the same digit into one bucket and adds
 * up buckets instead: no tables, but work for each window that only many points repay.
 * Bernstein, Doumen, Lange, Oosterwijk, "Faster batch forgery identification", 2012, compares
 * methods.
 *
 * Public points and scalars only: nothing runs in constant time.
 */
#ifndef SHEAF_CRYPTO_POINT_SUM25519_H
#define SHEAF_CRYPTO_POINT_SUM25519_H

#include "crypto/point25519.h"

/* The first `short_count` scalars are below 2^128, the others below 2^253; little-endian. */
typedef struct {
    const sheaf_ge_niels *points;
    const uint8_t (*scalars)[32];
    size_t count, short_count;
} sheaf_ge_terms;

/* By the method that takes fewer additions. False if memory is spent. */
bool sheaf_ge_sum(const sheaf_ge_terms *terms, sheaf_ge *sum);

bool sheaf_ge_sum_straus(const sheaf_ge_terms *terms, sheaf_ge *sum);
bool sheaf_ge_sum_pippenger(const sheaf_ge_terms *terms, sheaf_ge *sum);

#endif
