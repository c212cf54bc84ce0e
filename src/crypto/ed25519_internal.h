/* crypto/ed25519_internal.h - what single and batch verification share. */
#ifndef SHEAF_CRYPTO_ED25519_INTERNAL_H
#define SHEAF_CRYPTO_ED25519_INTERNAL_H

#include "crypto/ed25519.h"

/* The second half of a signature is below the order of the group: S < L. */
bool sheaf_signature_scalar_valid(const uint8_t s[32]);

#endif
