/* round/shamir.h - a secret scalar shared among the roster: Shamir over the scalar field of
 * ristretto255, with Feldman's commitments, so that a false share names its giver.
 *
 * The secret is the polynomial's constant term; position i of the roster holds its value at
 * x = i + 1. Secrets are uniform scalars: an X25519 secret would not fit the field.
 */
#ifndef SHEAF_ROUND_SHAMIR_H
#define SHEAF_ROUND_SHAMIR_H

#include "crypto/group.h"
#include "round/config.h"

/* The polynomial's value at roster position `index`. */
sheaf_scalar sheaf_shamir_share(const sheaf_scalar *poly, size_t threshold, int index);

/* One point for each coefficient; false where a coefficient is zero (probability 2^-252). */
bool sheaf_shamir_commit(const sheaf_scalar *poly, size_t threshold, sheaf_point *out);

/* The share of position `index` lies on the polynomial behind the commitments: `threshold`
 * points, one after the other. */
bool sheaf_shamir_verify(sheaf_slice commitments, size_t threshold, int index,
                         const sheaf_scalar *share);

/* Lagrange coefficients at zero for `count` different positions: the secret is the sum of
 * coefficient * share. */
void sheaf_shamir_lagrange(const int *index, size_t count, sheaf_scalar *out);
sheaf_scalar sheaf_shamir_join(const sheaf_scalar *lagrange, const sheaf_scalar *shares,
                               size_t count);

/* The scalar behind a commitment; false where it is another or not canonical. */
bool sheaf_shamir_opens(const sheaf_point *commitment, const sheaf_scalar *secret);

#endif
