/* fuzz/fuzz_point_sum25519.c - sums of any points times any scalars: both methods give the
 * same.
 *
 * The first byte says how many of the terms are short. Six bytes make a term: which point (a
 * multiple of the base point, or one of small order added to it), and how its scalar is filled.
 */
#include "crypto/point_sum25519.h"

#include <sodium.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { TERMS_MAX = 300, POINTS = 64, RECIPE = 6 };

static sheaf_ge_niels pool[POINTS];

/* i*B + j*T for j < 8, where T has order 8; then their opposites. */
static void start(void)
{
    static const uint8_t order8[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0,
                                       0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
                                       0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
                                       0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
    uint8_t point[32] = {1}, base[32];
    if (sodium_init() < 0
        || crypto_scalarmult_ed25519_base_noclamp(base, (const uint8_t[32]){1}) != 0)
        __builtin_trap();
    for (size_t i = 0; i < POINTS; i += 2) {
        uint8_t opposite[32], identity[32] = {1};
        if (crypto_core_ed25519_sub(opposite, identity, point) != 0
            || !sheaf_ge_get(&pool[i], point) || !sheaf_ge_get(&pool[i + 1], opposite)
            || crypto_core_ed25519_add(point, point, i % 16 == 14 ? base : order8) != 0)
            __builtin_trap();
    }
}

static void fill(uint8_t scalar[32], const uint8_t recipe[RECIPE], bool is_short)
{
    for (size_t i = 0; i < 32; i++)
        scalar[i] = (uint8_t)(recipe[1] + i * recipe[2]);
    memcpy(scalar + recipe[3] % 30, recipe + 4, 2);
    if (is_short)
        memset(scalar + 16, 0, 16);
    scalar[31] &= 0x1f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static sheaf_ge_niels points[TERMS_MAX];
    static uint8_t scalars[TERMS_MAX][32];
    if (len == 0)
        return 0;
    if (!pool[0].plus.limb[0])
        start();
    size_t count = (len - 1) / RECIPE < TERMS_MAX ? (len - 1) / RECIPE : TERMS_MAX;
    size_t short_count = count * data[0] / 255;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *recipe = data + 1 + i * RECIPE;
        points[i] = pool[recipe[0] % POINTS];
        fill(scalars[i], recipe, i < short_count);
    }
    sheaf_ge_terms terms = {points, (const uint8_t(*)[32])scalars, count, short_count};
    sheaf_ge straus, pippenger, best;
    if (!sheaf_ge_sum_straus(&terms, &straus) || !sheaf_ge_sum_pippenger(&terms, &pippenger)
        || !sheaf_ge_sum(&terms, &best) || !sheaf_ge_equal(&straus, &pippenger)
        || !sheaf_ge_equal(&straus, &best))
        __builtin_trap();
    return 0;
}
