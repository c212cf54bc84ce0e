/* crypto/point25519.h - points of edwards25519 (RFC 8032 section 5.1), for the batch
 * verification alone; see field25519.h on what may come here.
 *
 * Formulas: Hisil, Wong, Carter, Dawson 2008, as in RFC 8032 section 5.1.4; they are complete,
 * so no pair of points on the curve is a special case.
 */
#ifndef SHEAF_CRYPTO_POINT25519_H
#define SHEAF_CRYPTO_POINT25519_H

#include "crypto/field25519.h"

/* x = X/Z, y = Y/Z, x*y = T/Z; all limbs are those of products. */
typedef struct {
    sheaf_fe x, y, z, t;
} sheaf_ge;

/* A point with z = 1, as it is added often. */
typedef struct {
    sheaf_fe plus, minus, product; /* y + x, y - x, 2*d*x*y; all carried */
} sheaf_ge_niels;

sheaf_ge sheaf_ge_identity(void);

/* Reads the canonical encoding of a point on the curve; false for any other bytes. */
bool sheaf_ge_get(sheaf_ge_niels *out, const uint8_t in[32]);

/* p + q, or p - q */
sheaf_ge sheaf_ge_add_niels(const sheaf_ge *p, const sheaf_ge_niels *q, bool subtract);
sheaf_ge sheaf_ge_add(const sheaf_ge *p, const sheaf_ge *q);
sheaf_ge sheaf_ge_double(const sheaf_ge *p);

bool sheaf_ge_is_identity(const sheaf_ge *p);

#endif
