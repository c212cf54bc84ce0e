/* crypto/point25519.h - points of edwards25519 (RFC 8032 section 5.1), for the batch
 * verification and for commitments in ristretto255 (RFC 9496), which are public; see
 * field25519.h on what may come here.
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

/* What a formula gives before its last products: x = E/G, y = H/F. Doubling needs three of the
 * four products that make a sheaf_ge of it, adding all four. Limbs below 2^54. */
typedef struct {
    sheaf_fe e, f, g, h;
} sheaf_ge_open;

/* A point with z = 1, as it is added often. */
typedef struct {
    sheaf_fe plus, minus, product; /* y + x, y - x, 2*d*x*y; all carried */
} sheaf_ge_niels;

/* Any point, as it is added often. */
typedef struct {
    sheaf_fe plus, minus, z2, product; /* Y + X, Y - X, 2*Z, 2*d*T; limbs below 2^54 */
} sheaf_ge_cached;

extern const sheaf_ge_niels sheaf_ge_base;

/* Reads the canonical encoding of a point on the curve; false for any other bytes. */
bool sheaf_ge_get(sheaf_ge_niels *out, const uint8_t in[32]);

/* The point that stands for the ristretto255 element of this encoding; false if none does. */
bool sheaf_ge_get_ristretto(sheaf_ge *out, const uint8_t in[32]);
/* Two points stand for the same element of ristretto255. */
bool sheaf_ge_equal_ristretto(const sheaf_ge *a, const sheaf_ge *b);

sheaf_ge sheaf_ge_identity(void);
bool sheaf_ge_equal(const sheaf_ge *a, const sheaf_ge *b);

/* p becomes p + q, p - q, 2*p. */
void sheaf_ge_add(sheaf_ge *p, const sheaf_ge *q);
void sheaf_ge_add_niels(sheaf_ge *p, const sheaf_ge_niels *q, bool subtract);
void sheaf_ge_double(sheaf_ge *p);

sheaf_ge_open sheaf_ge_open_identity(void);
sheaf_ge sheaf_ge_close(const sheaf_ge_open *p);
void sheaf_ge_open_add(sheaf_ge_open *p, const sheaf_ge_cached *q, bool subtract);
void sheaf_ge_open_double(sheaf_ge_open *p);

/* p, 3*p, 5*p and so on. */
void sheaf_ge_odd_multiples(const sheaf_ge_niels *p, sheaf_ge_cached *out, size_t count);

#endif
