#include "../vectors.h"

#include "crypto/ed25519.h"
#include "crypto/group.h"
#include "crypto/stream.h"

static sheaf_scalar scalar(uint32_t seed)
{
    uint8_t key[32] = {0}, wide[64];
    memcpy(key, &seed, sizeof seed);
    sheaf_stream_bytes(key, wide, sizeof wide);
    return sheaf_scalar_from_uniform(wide);
}

static bool same(const void *a, const void *b)
{
    return memcmp(a, b, 32) == 0;
}

static void test_scalar_field(void **unused)
{
    sheaf_scalar zero = sheaf_scalar_from_u32(0), one = sheaf_scalar_from_u32(1);
    (void)unused;
    for (uint32_t i = 1; i < 50; i++) {
        sheaf_scalar a = scalar(i), b = scalar(i + 100), c = scalar(i + 200);
        sheaf_scalar ab = sheaf_scalar_mul(&a, &b), ac = sheaf_scalar_mul(&a, &c);
        sheaf_scalar b_c = sheaf_scalar_add(&b, &c);
        sheaf_scalar left = sheaf_scalar_mul(&a, &b_c), right = sheaf_scalar_add(&ab, &ac);
        assert_true(same(&left, &right));
        sheaf_scalar inverse = sheaf_scalar_invert(&a), back = sheaf_scalar_mul(&a, &inverse);
        assert_true(same(&back, &one));
        sheaf_scalar difference = sheaf_scalar_sub(&a, &a);
        assert_true(same(&difference, &zero) && sheaf_scalar_zero(&difference));
        assert_true(sheaf_scalar_canonical(&a));
    }
    sheaf_scalar not_reduced;
    memset(&not_reduced, 0xff, sizeof not_reduced);
    assert_false(sheaf_scalar_canonical(&not_reduced));
    sheaf_scalar seven = sheaf_scalar_from_u32(7), six = sheaf_scalar_from_u32(6),
                 product = sheaf_scalar_mul(&six, &seven), want = sheaf_scalar_from_u32(42);
    assert_true(same(&product, &want));
}

static void test_group_laws(void **unused)
{
    (void)unused;
    for (uint32_t i = 1; i < 20; i++) {
        sheaf_scalar a = scalar(i), b = scalar(i + 1000), sum = sheaf_scalar_add(&a, &b);
        sheaf_point pa, pb, ab, ba, both, two[2];
        assert_true(sheaf_point_base(&pa, &a) && sheaf_point_base(&pb, &b));
        assert_true(sheaf_point_valid(&pa));
        /* (a + b)B = aB + bB */
        assert_true(sheaf_point_base(&both, &sum));
        two[0] = pa, two[1] = pb;
        assert_true(sheaf_points_evaluate_to(sheaf_bytes(two, sizeof two), 1, &both));
        assert_false(sheaf_points_evaluate_to(sheaf_bytes(two, sizeof two), 2, &both));
        /* both ends of a key agreement get the same point */
        assert_true(sheaf_point_mul(&ab, &a, &pb) && sheaf_point_mul(&ba, &b, &pa));
        assert_true(same(&ab, &ba));
    }
}

static void test_bad_points(void **unused)
{
    sheaf_point out, identity = {{0}}, noise;
    sheaf_scalar zero = sheaf_scalar_from_u32(0), two = sheaf_scalar_from_u32(2);
    (void)unused;
    memset(&noise, 0xff, sizeof noise);
    assert_false(sheaf_point_valid(&identity));
    assert_false(sheaf_point_valid(&noise));
    assert_false(sheaf_point_base(&out, &zero));
    assert_false(sheaf_point_mul(&out, &two, &identity));
    assert_false(sheaf_point_mul(&out, &two, &noise));
    assert_false(sheaf_points_evaluate_to(sheaf_bytes(&noise, sizeof noise), 1, &noise));
}

/* A polynomial in the exponent has the values that it has in the scalars, and no other. */
static void test_polynomials(void **unused)
{
    enum { MOST = 12 };
    static const uint32_t at[] = {1, 2, 3, 100, 255, 256, 1000000, UINT32_MAX};
    sheaf_point points[MOST], is, other;
    (void)unused;
    for (uint32_t degree = 0; degree < MOST; degree++)
        for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
            sheaf_scalar x = sheaf_scalar_from_u32(at[i]), value = sheaf_scalar_from_u32(0);
            for (uint32_t k = degree + 1; k-- > 0;) {
                sheaf_scalar coefficient = scalar(1000 * degree + k);
                value = sheaf_scalar_mul(&value, &x);
                value = sheaf_scalar_add(&value, &coefficient);
                assert_true(sheaf_point_base(&points[k], &coefficient));
            }
            sheaf_slice all = sheaf_bytes(points, (degree + 1) * sizeof *points);
            assert_true(sheaf_point_base(&is, &value));
            assert_true(sheaf_points_evaluate_to(all, at[i], &is));
            x = sheaf_scalar_from_u32(1);
            value = sheaf_scalar_add(&value, &x);
            assert_true(sheaf_point_base(&other, &value));
            assert_false(sheaf_points_evaluate_to(all, at[i], &other));
            points[degree / 2].bytes[3] ^= 4; /* another point, or none */
            assert_false(sheaf_points_evaluate_to(all, at[i], &is));
        }
}

/* What stands for a point here stands for one in libsodium, and the other way round: about one
 * in eight of all strings does. */
static void test_encodings(void **unused)
{
    (void)unused;
    uint32_t valid = 0;
    for (uint32_t i = 0; i < 4000; i++) {
        sheaf_scalar random = scalar(i); /* below 2^253: not too large to be an encoding */
        sheaf_point point;
        memcpy(point.bytes, random.bytes, sizeof point.bytes);
        if (i % 4 == 0)
            point.bytes[31] |= (uint8_t)(i << 3); /* some are */
        bool is = sheaf_point_valid(&point);
        assert_int_equal(sheaf_points_evaluate_to(sheaf_bytes(&point, sizeof point), 5, &point),
                         is);
        valid += is;
    }
    assert_in_range(valid, 400, 1200);
}

/* RFC 9496 appendix A.1: the encodings of B, 2B, 3B. */
static void test_known_multiples(void **unused)
{
    static const char *const hex[] = {
        "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
        "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259"};
    (void)unused;
    for (uint32_t i = 0; i < 3; i++) {
        sheaf_scalar s = sheaf_scalar_from_u32(i + 1);
        sheaf_point point;
        uint8_t want[32];
        assert_true(sheaf_hex_get(sheaf_str(hex[i]), want, 32));
        assert_true(sheaf_point_base(&point, &s));
        assert_true(same(&point, want));
    }
}

static int start(void **unused)
{
    (void)unused;
    return sheaf_crypto_start() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalar_field), cmocka_unit_test(test_group_laws),
        cmocka_unit_test(test_polynomials),  cmocka_unit_test(test_encodings),
        cmocka_unit_test(test_bad_points),   cmocka_unit_test(test_known_multiples),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
