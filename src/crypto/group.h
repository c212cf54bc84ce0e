/* crypto/group.h - the ristretto255 group (RFC 9496) and its scalars, as secure aggregation
 * uses them: key agreement by Diffie-Hellman, Shamir shares over the scalar field, Feldman
 * commitments. Encodings are 32 bytes; scalars are little-endian and reduced. */
#ifndef SHEAF_CRYPTO_GROUP_H
#define SHEAF_CRYPTO_GROUP_H

#include "base/slice.h"

enum { SHEAF_SCALAR_BYTES = 32, SHEAF_POINT_BYTES = 32 };

typedef struct {
    uint8_t bytes[SHEAF_SCALAR_BYTES];
} sheaf_scalar;

typedef struct {
    uint8_t bytes[SHEAF_POINT_BYTES];
} sheaf_point;

/* A scalar that is uniform up to 2^-256, from 64 uniform bytes. */
sheaf_scalar sheaf_scalar_from_uniform(const uint8_t uniform[64]);
sheaf_scalar sheaf_scalar_from_u32(uint32_t value);
bool sheaf_scalar_canonical(const sheaf_scalar *scalar); /* reduced */
bool sheaf_scalar_zero(const sheaf_scalar *scalar);      /* constant time */
sheaf_scalar sheaf_scalar_add(const sheaf_scalar *a, const sheaf_scalar *b);
sheaf_scalar sheaf_scalar_sub(const sheaf_scalar *a, const sheaf_scalar *b);
sheaf_scalar sheaf_scalar_mul(const sheaf_scalar *a, const sheaf_scalar *b);
/* `a` is not zero. */
sheaf_scalar sheaf_scalar_invert(const sheaf_scalar *a);

bool sheaf_point_valid(const sheaf_point *point); /* canonical encoding, not the identity */
/* scalar * base point; false for the scalar zero. */
bool sheaf_point_base(sheaf_point *out, const sheaf_scalar *scalar);
/* scalar * point; false where the point is invalid or the product is the identity. */
bool sheaf_point_mul(sheaf_point *out, const sheaf_scalar *scalar, const sheaf_point *point);

/* Points one after the other are the coefficients of a polynomial: is this its value at x? All
 * of it is public, so this need not take the same time always, and x is small: it is ten times
 * as fast as multiplying. False where a point is invalid. */
bool sheaf_points_evaluate_to(sheaf_slice points, uint32_t x, const sheaf_point *value);

#endif
