#include "crypto/aead.h"

#include <sodium.h>

void sheaf_seal(uint8_t *out, const uint8_t key[32], const uint8_t nonce[SHEAF_NONCE_BYTES],
                sheaf_slice plain, sheaf_slice bound)
{
    memcpy(out, nonce, SHEAF_NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + SHEAF_NONCE_BYTES, NULL, plain.data,
                                               plain.len, bound.data, bound.len, NULL, nonce,
                                               key);
}

bool sheaf_unseal(uint8_t *out, const uint8_t key[32], sheaf_slice sealed, sheaf_slice bound)
{
    if (sealed.len < SHEAF_SEAL_OVERHEAD)
        return false;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               out, NULL, NULL, sealed.data + SHEAF_NONCE_BYTES, sealed.len - SHEAF_NONCE_BYTES,
               bound.data, bound.len, sealed.data, key)
           == 0;
}
