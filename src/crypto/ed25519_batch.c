#include "crypto/ed25519_batch.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "crypto/ed25519_internal.h"
#include "crypto/point_sum25519.h"
#include "crypto/stream.h"

/* The terms of the sum are the points R, then the distinct keys, then the base point. */
typedef struct {
    size_t count, key_count;
    sheaf_ge_niels *points;
    const uint8_t **encoded; /* borrowed, of all but the base point */
    uint8_t (*scalars)[32];
    uint8_t (*challenges)[32], *coefficients;
    uint16_t *slots; /* number of a key, plus 1 */
    size_t slot_mask;
} batch;

/* ---- what each signature must be by itself ---- */

/* The y of the points of order 1, 2, 4 and 8, of a canonical encoding. */
static bool small_order(const uint8_t point[32])
{
    static const uint8_t small[5][32] = {
        {0},
        {1},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a}};
    for (size_t i = 0; i < sizeof small / sizeof *small; i++)
        if (memcmp(point, small[i], 31) == 0 && (point[31] & 0x7f) == small[i][31])
            return true;
    return false;
}

/* k = SHA-512(R || A || M) mod L. */
static void challenge(uint8_t k[32], const sheaf_signed *item)
{
    uint8_t wide[64];
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, item->signature, 32);
    crypto_hash_sha512_update(&state, item->public, 32);
    crypto_hash_sha512_update(&state, item->message.data, item->message.len);
    crypto_hash_sha512_final(&state, wide);
    crypto_core_ed25519_scalar_reduce(k, wide);
}

/* Everything that each signature must be by itself, but that R is a point; its challenge; then
 * the coefficients. */
static bool read_items(batch *b, const sheaf_signed *items)
{
    uint8_t digest[64];
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    for (size_t i = 0; i < b->count; i++) {
        const uint8_t *r = items[i].signature, *s = r + 32;
        if (!sheaf_signature_scalar_valid(s) || small_order(r))
            return false;
        challenge(b->challenges[i], &items[i]);
        crypto_hash_sha512_update(&state, b->challenges[i], 32);
        crypto_hash_sha512_update(&state, s, 32);
    }
    crypto_hash_sha512_final(&state, digest);
    sheaf_stream_bytes(digest, b->coefficients, 16 * b->count);
    return true;
}

/* ---- the terms ---- */

/* The number of a key's term. */
static size_t key_term(batch *b, const uint8_t *key)
{
    const uint8_t **keys = b->encoded + b->count;
    uint64_t mixed = sheaf_load64(key) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(mixed >> 40) & b->slot_mask;
    while (b->slots[at]) {
        if (memcmp(keys[b->slots[at] - 1], key, 32) == 0)
            return b->count + b->slots[at] - 1u;
        at = (at + 1) & b->slot_mask;
    }
    keys[b->key_count] = key;
    b->slots[at] = (uint16_t)++b->key_count;
    return b->count + b->key_count - 1;
}

/* Scalars of the points R, of the keys, and of the base point: z, the sum of z*k of each key's
 * signatures, and minus the sum of z*S. */
static void make_terms(batch *b, const sheaf_signed *items)
{
    uint8_t product[32], sum[32] = {0};
    for (size_t i = 0; i < b->count; i++) {
        uint8_t *z = b->scalars[i], *of_key = b->scalars[key_term(b, items[i].public)];
        b->encoded[i] = items[i].signature;
        memcpy(z, b->coefficients + 16 * i, 16);
        crypto_core_ed25519_scalar_mul(product, z, b->challenges[i]);
        crypto_core_ed25519_scalar_add(of_key, of_key, product);
        crypto_core_ed25519_scalar_mul(product, z, items[i].signature + 32);
        crypto_core_ed25519_scalar_add(sum, sum, product);
    }
    crypto_core_ed25519_scalar_negate(b->scalars[b->count + b->key_count], sum);
    b->points[b->count + b->key_count] = sheaf_ge_base;
}

static bool verify(batch *b, const sheaf_signed *items)
{
    sheaf_ge sum, zero = sheaf_ge_identity();
    if (!read_items(b, items))
        return false;
    make_terms(b, items);
    size_t encoded = b->count + b->key_count;
    sheaf_ge_terms terms = {b->points, (const uint8_t(*)[32])b->scalars, encoded + 1, b->count};
    for (size_t i = 0; i < encoded; i++)
        if (!sheaf_ge_get(&b->points[i], b->encoded[i]))
            return false;
    if (!sheaf_ge_sum(&terms, &sum))
        return false;
    for (int i = 0; i < 3; i++)
        sheaf_ge_double(&sum); /* the cofactor */
    return sheaf_ge_equal(&sum, &zero);
}

bool sheaf_verify_batch(const sheaf_signed *items, size_t count)
{
    assert(count <= SHEAF_VERIFY_BATCH_MAX);
    if (count == 0)
        return true;
    size_t terms = 2 * count + 1, slots = 2;
    while (slots < 2 * count)
        slots *= 2;
    batch b = {.count = count, .slot_mask = slots - 1};
    b.points = malloc(terms * sizeof *b.points);
    b.encoded = malloc(terms * sizeof *b.encoded);
    b.scalars = calloc(terms, sizeof *b.scalars);
    b.challenges = malloc(count * sizeof *b.challenges);
    b.coefficients = malloc(16 * count);
    b.slots = calloc(slots, sizeof *b.slots);
    bool holds = b.points && b.encoded && b.scalars && b.challenges && b.coefficients && b.slots
                 && verify(&b, items);
    free(b.slots);
    free(b.coefficients);
    free(b.challenges);
    free(b.scalars);
    free(b.encoded);
    free(b.points);
    return holds;
}
