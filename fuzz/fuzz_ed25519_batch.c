/* fuzz/fuzz_ed25519_batch.c - batches made of good, bent and forged signatures: the batch holds
 * if and only if every one of them does by itself.
 *
 * Seven bytes make a signature: which key, how it is made (plainly, with a point of small order
 * added to R, with any R or S), what of it is bent and how.
 */
#include "crypto/ed25519_batch.h"

#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { KEYS = 5, ITEMS_MAX = 48, RECIPE = 7, MESSAGE = 8 };

typedef struct {
    uint8_t public[KEYS][32], scalar[KEYS][32], torsion[8][32];
} ring;

static ring keys;

/* A point of order 8, and its multiples: what is left of any point times the group order. */
static void make_torsion(void)
{
    static const uint8_t order8[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0,
                                       0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
                                       0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
                                       0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
    keys.torsion[0][0] = 1; /* the identity */
    for (int i = 1; i < 8; i++)
        if (crypto_core_ed25519_add(keys.torsion[i], keys.torsion[i - 1], order8) != 0)
            __builtin_trap();
}

static void start(void)
{
    if (!sheaf_crypto_start())
        __builtin_trap();
    for (int i = 0; i < KEYS; i++) {
        uint8_t wide[64] = {(uint8_t)(i + 1), 7, [40] = 9};
        crypto_core_ed25519_scalar_reduce(keys.scalar[i], wide);
        if (crypto_scalarmult_ed25519_base_noclamp(keys.public[i], keys.scalar[i]) != 0)
            __builtin_trap();
    }
    make_torsion();
}

/* S = r + k*a for R = r*B, plus a point of small order: good for the cofactored rule. */
static void sign(uint8_t signature[64], size_t key, const uint8_t *message, uint8_t torsion)
{
    uint8_t wide[64] = {torsion, (uint8_t)key, 3}, r[32], k[32], point[32];
    memcpy(wide + 3, message, MESSAGE);
    crypto_core_ed25519_scalar_reduce(r, wide);
    if (crypto_scalarmult_ed25519_base_noclamp(point, r) != 0
        || crypto_core_ed25519_add(signature, point, keys.torsion[torsion & 7]) != 0)
        __builtin_trap();
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, signature, 32);
    crypto_hash_sha512_update(&state, keys.public[key], 32);
    crypto_hash_sha512_update(&state, message, MESSAGE);
    crypto_hash_sha512_final(&state, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
    crypto_core_ed25519_scalar_mul(k, k, keys.scalar[key]);
    crypto_core_ed25519_scalar_add(signature + 32, r, k);
}

static void make(const uint8_t recipe[RECIPE], uint8_t signature[64], uint8_t *message,
                 size_t *key)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
                                      0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
                                      0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    *key = recipe[0] % KEYS;
    memset(message, recipe[1], MESSAGE);
    sign(signature, *key, message, recipe[2] & 1 ? recipe[3] : 0);
    if (recipe[2] & 2)
        signature[recipe[4] % 64] ^= recipe[5];
    if (recipe[2] & 4)
        memcpy(signature, keys.torsion[recipe[3] & 7], 32);
    if (recipe[2] & 8)
        sodium_add(signature + 32, order, 32); /* S + L */
    if (recipe[2] & 16)
        memset(signature, recipe[5], 32);
    if (recipe[2] & 32)
        message[0] ^= recipe[6];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static uint8_t signatures[ITEMS_MAX][64], messages[ITEMS_MAX][MESSAGE];
    sheaf_signed items[ITEMS_MAX];
    size_t count = 0;
    bool all = true;
    if (!keys.public[0][0])
        start();
    for (; count < ITEMS_MAX && len >= RECIPE; data += RECIPE, len -= RECIPE, count++) {
        size_t key;
        make(data, signatures[count], messages[count], &key);
        items[count] =
            (sheaf_signed){keys.public [key], signatures[count], { messages[count], MESSAGE }};
        bool holds =
            sheaf_verify(items[count].public, items[count].message, items[count].signature);
        if (holds != sheaf_verify_batch(&items[count], 1))
            __builtin_trap();
        all &= holds;
    }
    if (sheaf_verify_batch(items, count) != all)
        __builtin_trap();
    return 0;
}
