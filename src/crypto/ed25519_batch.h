/* crypto/ed25519_batch.h - many Ed25519 signatures checked by one equation.
 *
 * For coefficients z that nobody could choose, the sum over all signatures of
 * z * (8*S*B - 8*R - 8*k*A) is zero if every one of them holds by the rule of ed25519.h, and
 * otherwise but with probability 2^-128. The rule is the same cofactored equation, so a batch
 * that holds and single checks always agree; a batch that does not says nothing about which
 * signature is wrong, and the caller decides by sheaf_verify().
 *
 * The core has no randomness, and needs none here: the coefficients are derived by hashing
 * every k and S of the batch, and k is itself a hash of R, A and the message. Whoever wants a
 * bad batch to pass must find one whose own hash gives coefficients that cancel: each try costs
 * a hash and succeeds once in 2^128.
 *
 * The points are added up as point_sum25519.h says. All that comes here is public, so nothing
 * runs in constant time.
 */
#ifndef SHEAF_CRYPTO_ED25519_BATCH_H
#define SHEAF_CRYPTO_ED25519_BATCH_H

#include "crypto/ed25519.h"

enum { SHEAF_VERIFY_BATCH_MAX = 8192 };

/* Borrows all of it. `public` has passed sheaf_public_valid(). */
typedef struct {
    const uint8_t *public, *signature;
    sheaf_slice message;
} sheaf_signed;

/* True if all hold. False if one does not, or memory is spent: then ask for each alone. At most
 * SHEAF_VERIFY_BATCH_MAX; from two on it is faster than single checks. */
bool sheaf_verify_batch(const sheaf_signed *items, size_t count);

#endif
