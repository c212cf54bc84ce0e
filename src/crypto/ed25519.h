/* crypto/ed25519.h - signatures (RFC 8032 PureEdDSA) under one rule for the whole co-op.
 *
 * A public key counts only if it is canonical, not of small order and in the prime-order
 * subgroup: sheaf_public_valid() says so, and is asked once, where a key is admitted. A
 * signature by such a key counts if S < L, R is canonical and not of small order, and 8*S*B =
 * 8*R + 8*k*A (cofactored), so that single and batch verification always agree. What libsodium
 * accepts, by its cofactorless equation, is always within that rule; where it refuses, the rule
 * decides. Secrets are held in structs that whoever owns them wipes with sheaf_wipe().
 */
#ifndef SHEAF_CRYPTO_ED25519_H
#define SHEAF_CRYPTO_ED25519_H

#include "base/slice.h"

enum { SHEAF_PUBLIC_BYTES = 32, SHEAF_SEED_BYTES = 32, SHEAF_SIGNATURE_BYTES = 64 };

typedef struct {
    uint8_t public[SHEAF_PUBLIC_BYTES];
    uint8_t secret[64]; /* seed, then public key */
} sheaf_keypair;

/* Must be called once before anything else of crypto/; false if libsodium cannot start. */
bool sheaf_crypto_start(void);

void sheaf_keypair_from_seed(sheaf_keypair *out, const uint8_t seed[SHEAF_SEED_BYTES]);
void sheaf_sign(const sheaf_keypair *pair, sheaf_slice message,
                uint8_t signature[SHEAF_SIGNATURE_BYTES]);

/* As costly as half a verification. */
bool sheaf_public_valid(const uint8_t public[SHEAF_PUBLIC_BYTES]);

/* `public` has passed sheaf_public_valid() when it was admitted; it is not checked again. */
bool sheaf_verify(const uint8_t public[SHEAF_PUBLIC_BYTES], sheaf_slice message,
                  const uint8_t signature[SHEAF_SIGNATURE_BYTES]);

/* Overwrites a secret so that no optimiser removes it. */
void sheaf_wipe(void *secret, size_t len);

#endif
