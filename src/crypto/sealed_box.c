#include "crypto/sealed_box.h"

#include <sodium.h>

_Static_assert(SHEAF_BOX_OVERHEAD == crypto_box_SEALBYTES, "the box is libsodium's");

void sheaf_box_pair_from_seed(sheaf_box_pair *out, const uint8_t seed[SHEAF_BOX_SEED_BYTES])
{
    crypto_box_seed_keypair(out->public, out->secret, seed);
}

bool sheaf_sealed_box_put(uint8_t *out, const uint8_t public[SHEAF_BOX_PUBLIC_BYTES],
                          const uint8_t seed[SHEAF_BOX_SEED_BYTES], sheaf_slice plain)
{
    sheaf_box_pair once;
    uint8_t nonce[crypto_box_NONCEBYTES];
    crypto_generichash_state hash;
    sheaf_box_pair_from_seed(&once, seed);
    crypto_generichash_init(&hash, NULL, 0, sizeof nonce);
    crypto_generichash_update(&hash, once.public, sizeof once.public);
    crypto_generichash_update(&hash, public, SHEAF_BOX_PUBLIC_BYTES);
    crypto_generichash_final(&hash, nonce, sizeof nonce);
    memcpy(out, once.public, sizeof once.public);
    bool sealed = crypto_box_easy(out + sizeof once.public, plain.data, plain.len, nonce,
                                  public, once.secret)
                  == 0;
    sodium_memzero(&once, sizeof once);
    return sealed;
}

bool sheaf_sealed_box_open(uint8_t *out, const sheaf_box_pair *pair, sheaf_slice sealed)
{
    return sealed.len >= SHEAF_BOX_OVERHEAD
           && crypto_box_seal_open(out, sealed.data, sealed.len, pair->public, pair->secret)
                  == 0;
}
