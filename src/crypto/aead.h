/* crypto/aead.h - XChaCha20-Poly1305 (libsodium's IETF construction): a sealed box is
 * nonce(24), cipher text, tag(16). */
#ifndef SHEAF_CRYPTO_AEAD_H
#define SHEAF_CRYPTO_AEAD_H

#include "base/slice.h"

enum { SHEAF_NONCE_BYTES = 24, SHEAF_SEAL_OVERHEAD = 24 + 16 };

/* Writes plain.len + SHEAF_SEAL_OVERHEAD bytes to out. Never use a nonce twice under one key.
 */
void sheaf_seal(uint8_t *out, const uint8_t key[32], const uint8_t nonce[SHEAF_NONCE_BYTES],
                sheaf_slice plain, sheaf_slice bound);

/* Writes sealed.len - SHEAF_SEAL_OVERHEAD bytes to out; false, and nothing to be used, if the
 * box was not made with this key over these bound bytes. */
bool sheaf_unseal(uint8_t *out, const uint8_t key[32], sheaf_slice sealed, sheaf_slice bound);

#endif
