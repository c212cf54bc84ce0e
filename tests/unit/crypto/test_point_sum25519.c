#include "../vectors.h"

#include "crypto/point_sum25519.h"
#include "crypto/stream.h"

#include <sodium.h>

enum { TERMS_MAX = 400, POOL = 24, TORSION = 8 };

/* Points that come again and again: small multiples of the base point and their opposites, what
 * hashes gave, and last the points of small order. */
typedef struct {
    uint8_t pool[POOL][32];
    uint8_t scalars[TERMS_MAX][32];
    sheaf_ge_niels points[TERMS_MAX];
    size_t which[TERMS_MAX]; /* of the pool */
    sheaf_ge_terms terms;
} sums;

static const uint8_t identity[32] = {1};

static void make_pool(sums *s)
{
    static const uint8_t order8[32] = {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0,
                                       0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
                                       0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
                                       0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
    const size_t first_small = POOL - TORSION;
    for (uint8_t i = 0; i < first_small; i++) {
        uint8_t scalar[32] = {(uint8_t)(i / 2 + 1)};
        if (i % 2)
            crypto_core_ed25519_scalar_negate(scalar, scalar);
        if (i < 8)
            assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(s->pool[i], scalar), 0);
        else
            assert_int_equal(crypto_core_ed25519_from_uniform(s->pool[i], scalar), 0);
    }
    memcpy(s->pool[first_small], identity, 32);
    for (size_t i = first_small + 1; i < POOL; i++)
        assert_int_equal(crypto_core_ed25519_add(s->pool[i], s->pool[i - 1], order8), 0);
}

/* Random ones, and among them 0, 1, the largest that are allowed, and around the group order.
 */
static void make_scalar(uint8_t scalar[32], const uint8_t random[64], bool is_short)
{
    static const uint8_t one[32] = {1};
    crypto_core_ed25519_scalar_reduce(scalar, random);
    switch (random[63] % 8) {
    case 0:
        memset(scalar, 0, 32);
        break;
    case 1:
        memcpy(scalar, one, 32);
        break;
    case 2:
        memset(scalar, 0xff, 32);
        scalar[31] = 0x1f;
        break;
    case 3:
        crypto_core_ed25519_scalar_negate(scalar, one);
        scalar[0] += random[0] & 1;
        break;
    default:
        break;
    }
    if (is_short)
        memset(scalar + 16, 0, 16);
}

static void make_terms(sums *s, size_t count, size_t short_count, size_t pool, uint8_t seed)
{
    static uint8_t random[TERMS_MAX][64];
    sheaf_stream_bytes((const uint8_t[32]){seed, (uint8_t)count, (uint8_t)short_count},
                       random[0], sizeof random);
    for (size_t i = 0; i < count; i++) {
        s->which[i] = random[i][62] % pool;
        assert_true(sheaf_ge_get(&s->points[i], s->pool[s->which[i]]));
        make_scalar(s->scalars[i], random[i], i < short_count);
    }
    s->terms =
        (sheaf_ge_terms){s->points, (const uint8_t(*)[32])s->scalars, count, short_count};
}

/* libsodium multiplies no point of small order: their multiples are added up. */
static void times(uint8_t out[32], const sums *s, size_t i)
{
    const uint8_t *scalar = s->scalars[i], *point = s->pool[s->which[i]];
    memcpy(out, identity, 32);
    if (s->which[i] >= POOL - TORSION)
        for (int k = scalar[0] & 7; k > 0; k--)
            assert_int_equal(crypto_core_ed25519_add(out, out, point), 0);
    else if (crypto_scalarmult_ed25519_noclamp(out, scalar, point) != 0)
        memcpy(out, identity, 32); /* refused because it is this */
}

static bool same(const sheaf_ge *a, const uint8_t encoded[32])
{
    sheaf_ge_niels point;
    sheaf_ge b = sheaf_ge_identity();
    assert_true(sheaf_ge_get(&point, encoded));
    sheaf_ge_add_niels(&b, &point, false);
    return sheaf_ge_equal(a, &b);
}

static void check_methods(const sums *s, bool with_libsodium)
{
    uint8_t all[32], one[32];
    sheaf_ge straus, pippenger, best;
    assert_true(sheaf_ge_sum_straus(&s->terms, &straus));
    assert_true(sheaf_ge_sum_pippenger(&s->terms, &pippenger));
    assert_true(sheaf_ge_sum(&s->terms, &best));
    assert_true(sheaf_ge_equal(&straus, &pippenger));
    assert_true(sheaf_ge_equal(&straus, &best));
    if (!with_libsodium)
        return;
    memcpy(all, identity, 32);
    for (size_t i = 0; i < s->terms.count; i++) {
        times(one, s, i);
        assert_int_equal(crypto_core_ed25519_add(all, all, one), 0);
    }
    assert_true(same(&straus, all));
    assert_true(same(&pippenger, all));
}

static void test_no_terms(void **unused)
{
    static sums s;
    sheaf_ge sum;
    assert_true(sheaf_ge_sum_straus(&s.terms, &sum));
    assert_true(same(&sum, identity));
    assert_true(sheaf_ge_sum_pippenger(&s.terms, &sum));
    assert_true(same(&sum, identity));
    (void)unused;
}

/* All kinds of scalars times all points, one term each. */
static void test_one_term(void **unused)
{
    static sums s;
    make_pool(&s);
    for (uint8_t seed = 0; seed < 200; seed++) {
        make_terms(&s, 1, seed % 2, POOL, seed);
        check_methods(&s, true);
    }
    (void)unused;
}

static void test_against_libsodium(void **unused)
{
    static sums s;
    make_pool(&s);
    for (size_t count = 2; count <= 48; count++) {
        make_terms(&s, count, count * (count % 3) / 2, POOL, 1);
        check_methods(&s, true);
    }
    (void)unused;
}

/* Few points, so that most meet themselves and their opposites. */
static void test_the_same_points(void **unused)
{
    static sums s;
    make_pool(&s);
    for (uint8_t seed = 0; seed < 30; seed++) {
        make_terms(&s, 12, 6, 2, seed);
        check_methods(&s, true);
    }
    (void)unused;
}

static void test_many_terms(void **unused)
{
    static sums s;
    make_pool(&s);
    for (size_t count = 50; count <= TERMS_MAX; count += count / 4) {
        make_terms(&s, count, 0, POOL, 2);
        check_methods(&s, false);
        make_terms(&s, count, count / 2, POOL, 3);
        check_methods(&s, count == 50);
        make_terms(&s, count, count, POOL, 4);
        check_methods(&s, false);
    }
    (void)unused;
}

static void test_base_point(void **unused)
{
    static const uint8_t one[32] = {1};
    uint8_t base[32];
    sheaf_ge sum = sheaf_ge_identity();
    assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(base, one), 0);
    sheaf_ge_add_niels(&sum, &sheaf_ge_base, false);
    assert_true(same(&sum, base));
    (void)unused;
}

/* Limbs as large as a product may be given: the same as of the same numbers carried first. */
static void test_limbs_at_their_bound(void **unused)
{
    static const uint64_t top = ((uint64_t)1 << 54) - 1;
    static const uint8_t seed[32] = {6};
    const sheaf_fe one = sheaf_fe_small(1);
    uint8_t random[64][10];
    sheaf_stream_bytes(seed, random[0], sizeof random);
    for (size_t i = 0; i < 64; i++) {
        sheaf_fe a, b;
        for (size_t k = 0; k < 5; k++) {
            a.limb[k] = top - (i & 1 ? random[i][k] : 0);
            b.limb[k] = i & 2 ? top - random[i][k + 5] : i & 4 ? top : random[i][k + 5];
        }
        sheaf_fe small_a = sheaf_fe_mul(&a, &one), small_b = sheaf_fe_mul(&b, &one);
        sheaf_fe p = sheaf_fe_mul(&a, &b), q = sheaf_fe_mul(&small_a, &small_b);
        sheaf_fe rest = sheaf_fe_sub(&p, &q);
        assert_true(sheaf_fe_zero(&rest));
        sheaf_fe r = sheaf_fe_square(&a), s = sheaf_fe_mul(&small_a, &small_a);
        rest = sheaf_fe_sub(&r, &s);
        assert_true(sheaf_fe_zero(&rest));
        for (size_t k = 0; k < 5; k++) {
            assert_true(p.limb[k] >> 52 == 0);
            assert_true(r.limb[k] >> 52 == 0);
        }
    }
    (void)unused;
}

static int start(void **unused)
{
    (void)unused;
    return sodium_init() >= 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_terms),
        cmocka_unit_test(test_one_term),
        cmocka_unit_test(test_against_libsodium),
        cmocka_unit_test(test_the_same_points),
        cmocka_unit_test(test_many_terms),
        cmocka_unit_test(test_base_point),
        cmocka_unit_test(test_limbs_at_their_bound),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
