/* crypto/sealed_box.h - a message to the owner of an X25519 key from nobody in particular:
 * libsodium's sealed box. It is ephemeral public key(32), XSalsa20-Poly1305 tag(16), cipher
 * text; the nonce is BLAKE2b-192 over both public keys. */
#ifndef SHEAF_CRYPTO_SEALED_BOX_H
#define SHEAF_CRYPTO_SEALED_BOX_H

#include "base/slice.h"

enum { SHEAF_BOX_PUBLIC_BYTES = 32, SHEAF_BOX_SEED_BYTES = 32, SHEAF_BOX_OVERHEAD = 48 };

typedef struct {
    uint8_t public[SHEAF_BOX_PUBLIC_BYTES];
    uint8_t secret[32];
} sheaf_box_pair;

void sheaf_box_pair_from_seed(sheaf_box_pair *out, const uint8_t seed[SHEAF_BOX_SEED_BYTES]);

/* Writes plain.len + SHEAF_BOX_OVERHEAD bytes to out. `seed` is random and used for this one
 * box. False, and nothing to be used, if the public key is of small order. */
bool sheaf_sealed_box_put(uint8_t *out, const uint8_t public[SHEAF_BOX_PUBLIC_BYTES],
                          const uint8_t seed[SHEAF_BOX_SEED_BYTES], sheaf_slice plain);

/* Writes sealed.len - SHEAF_BOX_OVERHEAD bytes to out; false, and nothing to be used, if the
 * box is not for this key. */
bool sheaf_sealed_box_open(uint8_t *out, const sheaf_box_pair *pair, sheaf_slice sealed);

#endif
