#include "crypto/ed25519_internal.h"

#include <assert.h>
#include <sodium.h>

bool sheaf_crypto_start(void)
{
    return sodium_init() >= 0;
}

void sheaf_keypair_from_seed(sheaf_keypair *out, const uint8_t seed[SHEAF_SEED_BYTES])
{
    crypto_sign_seed_keypair(out->public, out->secret, seed);
}

void sheaf_sign(const sheaf_keypair *pair, sheaf_slice message,
                uint8_t signature[SHEAF_SIGNATURE_BYTES])
{
    crypto_sign_detached(signature, NULL, message.data, message.len, pair->secret);
}

bool sheaf_public_valid(const uint8_t public[SHEAF_PUBLIC_BYTES])
{
    return crypto_core_ed25519_is_valid_point(public) == 1;
}

static const uint8_t identity[32] = {1};

/* k = SHA-512(R || A || M) mod L. */
static void challenge(uint8_t k[32], const uint8_t *r, const uint8_t *public,
                      sheaf_slice message)
{
    uint8_t wide[64];
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, r, 32);
    crypto_hash_sha512_update(&state, public, 32);
    crypto_hash_sha512_update(&state, message.data, message.len);
    crypto_hash_sha512_final(&state, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
}

bool sheaf_signature_scalar_valid(const uint8_t s[32])
{
    uint8_t wide[64] = {0}, reduced[32];
    memcpy(wide, s, 32);
    crypto_core_ed25519_scalar_reduce(reduced, wide);
    return memcmp(reduced, s, 32) == 0; /* reducing changes nothing */
}

/* R is a canonical encoding of a point that is not of small order: libsodium has no single
 * function for it (its validity check also wants the prime-order subgroup), so: 8*R is computed
 * by doubling, which refuses what is no point; it must not be the identity; and the encoding
 * must survive adding the identity. */
static bool point_times_8(uint8_t out[32], const uint8_t point[32])
{
    uint8_t again[32];
    if (crypto_core_ed25519_add(again, point, identity) != 0 || memcmp(again, point, 32) != 0)
        return false;
    memcpy(out, point, 32);
    for (int i = 0; i < 3; i++)
        if (crypto_core_ed25519_add(out, out, out) != 0)
            return false;
    return true;
}

static bool times(uint8_t out[32], const uint8_t scalar[32], const uint8_t *point)
{
    if (sodium_is_zero(scalar, 32)) {
        memcpy(out, identity, 32);
        return true;
    }
    return point ? crypto_scalarmult_ed25519_noclamp(out, scalar, point) == 0
                 : crypto_scalarmult_ed25519_base_noclamp(out, scalar) == 0;
}

static bool verify_cofactored(const uint8_t *public, sheaf_slice message,
                              const uint8_t *signature)
{
    uint8_t k[32], s_b[32], k_a[32], left[32], left_8[32], r_8[32];
    const uint8_t *r = signature, *s = signature + 32;
    if (!sheaf_signature_scalar_valid(s) || !point_times_8(r_8, r)
        || memcmp(r_8, identity, 32) == 0)
        return false;
    challenge(k, r, public, message);
    if (!times(s_b, s, NULL) || !times(k_a, k, public))
        return false;
    if (crypto_core_ed25519_sub(left, s_b, k_a) != 0 || !point_times_8(left_8, left))
        return false;
    return memcmp(left_8, r_8, 32) == 0;
}

bool sheaf_verify(const uint8_t public[SHEAF_PUBLIC_BYTES], sheaf_slice message,
                  const uint8_t signature[SHEAF_SIGNATURE_BYTES])
{
    /* What libsodium accepts is valid; where it refuses, the cofactored equation decides. */
    return crypto_sign_verify_detached(signature, message.data, message.len, public) == 0
           || verify_cofactored(public, message, signature);
}

void sheaf_wipe(void *secret, size_t len)
{
    sodium_memzero(secret, len);
}
