#include "crypto/ed25519_batch.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "crypto/ed25519_internal.h"
#include "crypto/point25519.h"
#include "crypto/stream.h"

enum {
    SHORT_BITS = 128, /* of a coefficient */
    LONG_BITS = 253,  /* of a scalar below the group order */
    WINDOW_MIN = 4,
    WINDOW_MAX = 10,
    WINDOWS_MAX = (LONG_BITS + 1) / WINDOW_MIN + 1,
    BUCKETS_MAX = 1 << (WINDOW_MAX - 1),
    SLOTS = 2 * SHEAF_VERIFY_BATCH_MAX, /* of the table of keys */
};

/* One point and what it is multiplied with. Points with short scalars come first. */
typedef struct {
    sheaf_ge_niels point;
    int16_t digits[WINDOWS_MAX];
} term;

typedef struct {
    size_t count;     /* of signatures, which give the first terms */
    size_t key_count; /* of distinct keys, which give the next; then the base point */
    unsigned window;
    term *terms;
    uint8_t (*challenges)[32], (*keys)[32], (*key_scalars)[32];
    uint16_t *slots; /* number of a key, plus 1 */
    sheaf_ge buckets[BUCKETS_MAX];
    bool filled[BUCKETS_MAX];
} batch;

/* ---- scalars ---- */

/* Digits from -2^(w-1) to 2^(w-1) - 1, the lowest first. The last window is never so full that
 * a carry could leave it, for no width from 4 to 10 leaves w - 1 bits of 128 or of 253 to it.
 */
static void recode(const uint8_t scalar[32], unsigned w, size_t windows, int16_t *digits)
{
    int carry = 0;
    for (size_t i = 0; i < windows; i++) {
        size_t bit = i * w, byte = bit / 8;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3 && byte + k < 32; k++)
            bits |= (uint32_t)scalar[byte + k] << 8 * k;
        int digit = (int)(bits >> bit % 8 & ((1u << w) - 1)) + carry;
        carry = digit >= 1 << (w - 1);
        digits[i] = (int16_t)(digit - (carry << w));
    }
    assert(carry == 0);
}

static size_t window_count(unsigned bits, unsigned w)
{
    return bits / w + 1; /* room for the last carry */
}

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

/* ---- what a batch is made of ---- */

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

/* The number of a key among the distinct ones. */
static size_t key_number(batch *b, const uint8_t key[32])
{
    uint64_t mixed = sheaf_load64(key) * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(mixed >> 40) % SLOTS;
    while (b->slots[at]) {
        if (memcmp(b->keys[b->slots[at] - 1], key, 32) == 0)
            return b->slots[at] - 1u;
        at = (at + 1) % SLOTS;
    }
    memcpy(b->keys[b->key_count], key, 32);
    b->slots[at] = (uint16_t)++b->key_count;
    return b->key_count - 1;
}

/* Everything that each signature must be by itself, and its challenge; then the seed of the
 * coefficients. */
static bool read_items(batch *b, const sheaf_signed *items, uint8_t seed[32])
{
    uint8_t digest[64];
    crypto_hash_sha512_state state;
    crypto_hash_sha512_init(&state);
    for (size_t i = 0; i < b->count; i++) {
        const uint8_t *r = items[i].signature, *s = r + 32;
        if (!sheaf_signature_scalar_valid(s) || small_order(r)
            || !sheaf_ge_get(&b->terms[i].point, r))
            return false;
        challenge(b->challenges[i], &items[i]);
        crypto_hash_sha512_update(&state, b->challenges[i], 32);
        crypto_hash_sha512_update(&state, s, 32);
    }
    crypto_hash_sha512_final(&state, digest);
    memcpy(seed, digest, 32);
    return true;
}

/* Scalars of the points R, of the keys, and of the base point: z, the sum of z*k of each key's
 * signatures, and minus the sum of z*S. */
static void make_scalars(batch *b, const sheaf_signed *items, const uint8_t *coefficients,
                         uint8_t base[32])
{
    size_t windows = window_count(SHORT_BITS, b->window);
    uint8_t z[32] = {0}, product[32], sum[32] = {0};
    for (size_t i = 0; i < b->count; i++) {
        size_t key = key_number(b, items[i].public);
        memcpy(z, coefficients + 16 * i, 16);
        recode(z, b->window, windows, b->terms[i].digits);
        crypto_core_ed25519_scalar_mul(product, z, b->challenges[i]);
        crypto_core_ed25519_scalar_add(b->key_scalars[key], b->key_scalars[key], product);
        crypto_core_ed25519_scalar_mul(product, z, items[i].signature + 32);
        crypto_core_ed25519_scalar_add(sum, sum, product);
    }
    crypto_core_ed25519_scalar_negate(base, sum);
}

/* The terms of the keys and of the base point. */
static bool add_long_terms(batch *b, const uint8_t base[32])
{
    static const uint8_t base_point[32] = {0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                           0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                           0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
                                           0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};
    size_t windows = window_count(LONG_BITS, b->window);
    term *terms = b->terms + b->count;
    for (size_t i = 0; i < b->key_count; i++) {
        if (!sheaf_ge_get(&terms[i].point, b->keys[i]))
            return false;
        recode(b->key_scalars[i], b->window, windows, terms[i].digits);
    }
    recode(base, b->window, windows, terms[b->key_count].digits);
    return sheaf_ge_get(&terms[b->key_count].point, base_point);
}

/* ---- the sum ---- */

/* Puts the terms [from, to) into the buckets of their digits. */
static void sort_in(batch *b, size_t window, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        int digit = b->terms[i].digits[window];
        if (digit == 0)
            continue;
        size_t at = (size_t)(digit < 0 ? -digit : digit) - 1;
        if (!b->filled[at]) {
            b->buckets[at] = sheaf_ge_identity();
            b->filled[at] = true;
        }
        b->buckets[at] = sheaf_ge_add_niels(&b->buckets[at], &b->terms[i].point, digit < 0);
    }
}

/* Adds (n + 1) * bucket n, for all n, to `sum`. */
static sheaf_ge empty_out(batch *b, sheaf_ge sum)
{
    sheaf_ge running = sheaf_ge_identity();
    bool any = false;
    for (size_t at = (size_t)1 << (b->window - 1); at-- > 0;) {
        if (b->filled[at])
            running = any ? sheaf_ge_add(&running, &b->buckets[at]) : b->buckets[at];
        any |= b->filled[at];
        b->filled[at] = false;
        if (any)
            sum = sheaf_ge_add(&sum, &running);
    }
    return sum;
}

static bool sum_is_zero(batch *b)
{
    size_t short_windows = window_count(SHORT_BITS, b->window);
    size_t all = b->count + b->key_count + 1;
    sheaf_ge sum = sheaf_ge_identity();
    for (size_t window = window_count(LONG_BITS, b->window); window-- > 0;) {
        for (unsigned i = 0; i < b->window; i++)
            sum = sheaf_ge_double(&sum);
        sort_in(b, window, window < short_windows ? 0 : b->count, all);
        sum = empty_out(b, sum);
    }
    for (int i = 0; i < 3; i++)
        sum = sheaf_ge_double(&sum); /* the cofactor */
    return sheaf_ge_is_identity(&sum);
}

static bool verify(batch *b, const sheaf_signed *items, uint8_t *coefficients)
{
    uint8_t seed[32], base[32];
    if (!read_items(b, items, seed))
        return false;
    sheaf_stream_bytes(seed, coefficients, 16 * b->count);
    make_scalars(b, items, coefficients, base);
    return add_long_terms(b, base) && sum_is_zero(b);
}

/* Digits as wide as makes the fewest additions: each point once a window, each bucket twice. */
static unsigned best_window(size_t count)
{
    unsigned w = WINDOW_MIN;
    while (w < WINDOW_MAX && count > (size_t)12 << w)
        w++;
    return w;
}

bool sheaf_verify_batch(const sheaf_signed *items, size_t count)
{
    assert(count <= SHEAF_VERIFY_BATCH_MAX);
    if (count == 0)
        return true;
    batch *b = calloc(1, sizeof *b);
    if (!b)
        return false;
    b->count = count;
    b->window = best_window(count);
    b->terms = malloc((2 * count + 1) * sizeof *b->terms);
    b->challenges = malloc(count * sizeof *b->challenges);
    b->keys = malloc(count * sizeof *b->keys);
    b->key_scalars = calloc(count, sizeof *b->key_scalars);
    b->slots = calloc(SLOTS, sizeof *b->slots);
    uint8_t *coefficients = malloc(16 * count);
    bool holds = b->terms && b->challenges && b->keys && b->key_scalars && b->slots
                 && coefficients && verify(b, items, coefficients);
    free(coefficients);
    free(b->slots);
    free(b->key_scalars);
    free(b->keys);
    free(b->challenges);
    free(b->terms);
    free(b);
    return holds;
}
