/* The sampler: its weights, its tables against the law exactly, its samples, and that broken
 * samplers do not pass. */
#include "law.h"

#include "crypto/hash.h"
#include "privacy/discrete_gaussian.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const sheaf_uint128 one = 1;

static sheaf_variance fraction(uint64_t numerator, uint64_t denominator)
{
    return (sheaf_variance){numerator, denominator};
}

static void test_variances(void **unused)
{
    const struct {
        sheaf_variance variance;
        const char *says; /* NULL: accepted */
    } rows[] = {
        {fraction(64, 1), NULL},
        {fraction(640, 10), NULL},
        {fraction(639, 10), "below 8 units"},
        {fraction(0, 1), "below 8 units"},
        {fraction(64, 0), "no fraction"},
        {fraction(UINT64_MAX, 1), NULL},
        {{one << 64, 1}, "2^32 units or more"},
        {{(one << 126) - 1, UINT64_MAX}, NULL},
        {{one << 126, UINT64_MAX}, "numerator below 2^126"},
    };
    static sheaf_discrete_gaussian law;
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_err err = {0};
        sheaf_status status = sheaf_discrete_gaussian_init(&law, rows[i].variance, &err);
        assert_int_equal(status, rows[i].says ? SHEAF_INVALID : SHEAF_OK);
        assert_true(!rows[i].says || strstr(err.message, rows[i].says));
    }
    (void)unused;
}

/* Computed with 60 decimal digits. */
static void test_exponentials(void **unused)
{
    const struct {
        uint64_t exponent_high; /* 2^48 is 1 */
        uint64_t high, low;
    } rows[] = {
        {(uint64_t)1 << 48, 0x5e2d58, 0xd8b3bcdf1abadec7},
        {(uint64_t)1 << 47, 0x9b4597, 0xe37cb04ff3d675a3},
        {(uint64_t)50 << 48, 0, 0xe92b},
        {(uint64_t)1 << 41, 0xfe01fe, 0xab551127cbfe5f89},
        {(uint64_t)81 << 46, 0, 0x6e4f78789f28eb4},
        {(uint64_t)7 << 48, 0x3bc2, 0xd73849531d57332e},
    };
    sheaf_weight weight;
    assert_int_equal(sheaf_weight_init(&weight, fraction(64, 1), NULL), SHEAF_OK);
    assert_true(sheaf_weight_exp(&weight, 0) == one << SHEAF_WEIGHT_BITS);
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_uint128 want = (sheaf_uint128)rows[i].high << 64 | rows[i].low;
        sheaf_uint128 got =
            sheaf_weight_exp(&weight, (sheaf_uint128)rows[i].exponent_high << 64);
        assert_true(got == want || got + 1 == want || got == want + 1);
    }
    (void)unused;
}

/* The product of two numbers of 88 binary places, its last places cut off. */
static sheaf_uint128 times(sheaf_uint128 a, sheaf_uint128 b)
{
    const sheaf_uint128 low = (one << 44) - 1;
    sheaf_uint128 middle = (a >> 44) * (b & low) + (a & low) * (b >> 44);
    return (a >> 44) * (b >> 44) + ((middle + ((a & low) * (b & low) >> 44)) >> 44);
}

/* exp(-a) exp(-b) = exp(-(a + b)), to the last places: with the values above this leaves no
 * room for an error that matters anywhere. */
static void test_exponentials_multiply(void **unused)
{
    sheaf_weight weight;
    uint64_t state = 6;
    assert_int_equal(sheaf_weight_init(&weight, fraction(64, 1), NULL), SHEAF_OK);
    for (int i = 0; i < 20000; i++) {
        int less = (int)(test_random(&state) % 40);
        sheaf_uint128 high = test_random(&state) >> 11, low = test_random(&state);
        sheaf_uint128 a = (high << 64 | low) >> less, b = (low << 53 | high) >> (less / 2);
        sheaf_uint128 product =
            times(sheaf_weight_exp(&weight, a), sheaf_weight_exp(&weight, b));
        sheaf_uint128 direct = sheaf_weight_exp(&weight, a + b);
        assert_true(direct + 4 >= product && product + 4 >= direct);
    }
    (void)unused;
}

/* x²/(2s²): exactly for small ones, and beside long double for large fractions. */
static void test_exponents(void **unused)
{
    sheaf_weight weight;
    uint64_t state = 5;
    for (uint64_t variance = 64; variance < 200; variance++) {
        assert_int_equal(sheaf_weight_init(&weight, fraction(variance, 1), NULL), SHEAF_OK);
        for (uint64_t x = 0; x < 88; x++) {
            sheaf_uint128 got = sheaf_weight_exponent(&weight, x) * 2 * variance;
            sheaf_uint128 want = (sheaf_uint128)(x * x) << SHEAF_EXPONENT_BITS;
            assert_true(got <= want && want - got <= 8 * variance);
        }
    }
    for (int i = 0; i < 2000; i++) {
        uint64_t denominator = 1 + test_random(&state) % 1000000;
        uint64_t numerator =
            denominator * 64 + (test_random(&state) >> (test_random(&state) % 30));
        assert_int_equal(sheaf_weight_init(&weight, fraction(numerator, denominator), NULL),
                         SHEAF_OK);
        long double variance = (long double)numerator / (long double)denominator;
        uint64_t x = test_random(&state) % (uint64_t)(11 * sqrtl(variance));
        long double want = (long double)x * (long double)x / (2 * variance);
        long double got =
            ldexpl((long double)sheaf_weight_exponent(&weight, x), -SHEAF_EXPONENT_BITS);
        assert_true(fabsl(got - want) <= 1e-17L * (1 + want));
    }
    (void)unused;
}

/* What the tables give each integer: entries × places × probability of acceptance. */
static long double mass_of(const sheaf_discrete_gaussian *law, uint32_t block, int64_t x)
{
    sheaf_uint128 weight = sheaf_weight_exp(
        &law->weight, sheaf_weight_exponent(&law->weight, (uint64_t)(x < 0 ? -x : x)));
    uint32_t entries = 0;
    for (int i = 0; i < SHEAF_NOISE_ENTRIES; i++)
        entries += law->entry[i] == block;
    assert_int_equal(entries, law->block[block].size);
    long double chance = ldexpl((long double)(weight * law->zero_size), -SHEAF_WEIGHT_BITS)
                         / law->block[block].size;
    assert_true(chance <= 1);
    assert_true(chance >= ldexpl((long double)law->block[block].sure, -24));
    assert_true(chance <= ldexpl((long double)law->block[block].possible, -24));
    return chance * entries;
}

static void test_tables_are_the_law(void **unused)
{
    const sheaf_variance rows[] = {fraction(64, 1), fraction(200, 3), fraction(1000, 1),
                                   fraction(1024, 1), fraction(12345678, 1001)};
    static sheaf_discrete_gaussian law;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(sheaf_discrete_gaussian_init(&law, rows[i], NULL), SHEAF_OK);
        int64_t size = (int64_t)1 << law.block_bits, reach = law.half * size;
        long double twice = 2 * (long double)rows[i].numerator / rows[i].denominator;
        long double made = 0, wanted = 0, off = 0;
        assert_true((long double)reach * (long double)reach >= 50 * twice);
        for (int64_t x = -reach; x < reach; x++)
            wanted += expl(-(long double)x * (long double)x / twice);
        for (int64_t x = -reach; x < reach; x++)
            made += mass_of(&law, (uint32_t)((x + reach) / size), x);
        for (int64_t x = -reach; x < reach; x++)
            off += fabsl(mass_of(&law, (uint32_t)((x + reach) / size), x) / made
                         - expl(-(long double)x * (long double)x / twice) / wanted);
        assert_true(off < 1e-17L); /* what long double can tell */
        assert_true(made > 0.85L * SHEAF_NOISE_ENTRIES);
    }
    (void)unused;
}

enum { SHARES = 5 };

typedef struct {
    sheaf_discrete_gaussian law;
    sheaf_noise_stream stream[SHARES];
    int shares;
    double sigma;
    enum { INTACT, CUT, ZERO_TWICE, SHIFTED, ONE_SIDE, COARSE } fault;
} source;

static int64_t spoil(const source *s, int64_t x)
{
    switch (s->fault) {
    case ZERO_TWICE: /* as by a sign and a magnitude */
        return x < 0 ? x + 1 : x;
    case SHIFTED:
        return x + 1;
    case ONE_SIDE:
        return x < 0 ? -x : x;
    case COARSE:
        return x / 2 * 2;
    default:
        return x;
    }
}

static void draw(void *context, int64_t *out, size_t count)
{
    source *s = context;
    memset(out, 0, count * sizeof *out);
    for (int k = 0; k < s->shares; k++)
        for (size_t i = 0; i < count; i++) {
            int64_t x;
            do
                sheaf_discrete_gaussian_fill(&s->law, &s->stream[k], &x, 1);
            while (s->fault == CUT && fabs((double)x) > 3 * s->sigma);
            out[i] += spoil(s, x);
        }
}

/* The law claimed has `claimed` as its variance, each share has `share`. */
static const char *verdict(double claimed, sheaf_variance share, int shares, int fault,
                           uint8_t number)
{
    static source s;
    s = (source){.shares = shares, .sigma = sqrt(claimed), .fault = fault};
    assert_int_equal(sheaf_discrete_gaussian_init(&s.law, share, NULL), SHEAF_OK);
    for (int k = 0; k < shares; k++) {
        const uint8_t seed[32] = {number, (uint8_t)k};
        sheaf_noise_stream_init(&s.stream[k], seed);
    }
    return law_verdict(s.sigma, draw, &s);
}

static void test_samples_follow_the_law(void **unused)
{
    const uint64_t large = (uint64_t)65536 * 65536;
    assert_null(verdict(64, fraction(64, 1), 1, INTACT, 1));
    assert_null(verdict(200 / 3.0, fraction(200, 3), 1, INTACT, 2));
    assert_null(verdict(2500, fraction(2500, 1), 1, INTACT, 3));
    assert_null(verdict((double)large, fraction(large, 1), 1, INTACT, 4));
    assert_null(verdict(0x1p60, fraction((uint64_t)1 << 60, 1), 1, INTACT, 5));
    (void)unused;
}

static void test_sum_of_shares_follows_the_law(void **unused)
{
    assert_null(verdict(320, fraction(64, 1), SHARES, INTACT, 6));
    assert_null(verdict(1e6, fraction(1000000, 3), 3, INTACT, 7));
    (void)unused;
}

static void test_broken_samplers_fail(void **unused)
{
    const uint64_t large = (uint64_t)65536 * 65536;
    assert_string_equal(verdict(256, fraction(64, 1), 1, INTACT, 8), "chi-square");
    assert_string_equal(verdict((double)large, fraction(large / 4, 1), 1, INTACT, 9),
                        "chi-square");
    assert_non_null(verdict(100, fraction(99, 1), 1, INTACT, 10));
    assert_non_null(verdict(100, fraction(100, 1), 1, CUT, 11));
    assert_non_null(verdict((double)large, fraction(large, 1), 1, CUT, 12));
    assert_non_null(verdict(100, fraction(100, 1), 1, ZERO_TWICE, 13));
    assert_non_null(verdict(2500, fraction(2500, 1), 1, SHIFTED, 14));
    assert_non_null(verdict(100, fraction(100, 1), 1, ONE_SIDE, 15));
    assert_non_null(verdict(100, fraction(100, 1), 1, COARSE, 16));
    assert_non_null(verdict(320, fraction(64, 1), SHARES - 1, INTACT, 17));
    (void)unused;
}

/* A stream is what a node may have to make again: it never changes. */
static void test_fixed_streams(void **unused)
{
    const struct {
        sheaf_variance variance;
        int64_t first[6];
        const char *sha256; /* of 20,000 samples as little-endian words */
    } rows[] = {
        {{64, 1},
         {11, 12, 4, -2, -11, -1},
         "2b052922a2ccc263e21c761b2e74a50a0775bde9740f800e9502c8c21a48fa0d"},
        {{200, 3},
         {12, 12, 4, -2, -11, -1},
         "cd73dc145d72d03aa7e8765232f41478028de5b07aa50b288ae89e580bffd4c0"},
        {{one << 32, 1},
         {96607, 100381, 32449, -19474, -90527, -8328},
         "c64487219ab569a037ae381e56b10a7b78d4001ad88f1aa6e16989e47206caff"},
        {{(one << 64) - 1, 1},
         {6824913247, 7344470045, 2112061121, -1094556690, -6222823839, -640462984},
         "c08db8b84f392976da9ed71941dd28c87b488e4c2b010bdc885926a9b6eb581c"},
    };
    enum { MANY = 20000 };
    static sheaf_discrete_gaussian law;
    static sheaf_noise_stream stream;
    static int64_t x[MANY];
    static uint8_t bytes[MANY * 8];
    uint8_t seed[32];
    for (int i = 0; i < 32; i++)
        seed[i] = (uint8_t)i;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t state = i + 1;
        assert_int_equal(sheaf_discrete_gaussian_init(&law, rows[i].variance, NULL), SHEAF_OK);
        sheaf_noise_stream_init(&stream, seed);
        for (size_t done = 0, n; done < MANY; done += n) {
            n = test_random(&state) % 3000;
            n = n > MANY - done ? MANY - done : n;
            sheaf_discrete_gaussian_fill(&law, &stream, x + done, n);
        }
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)((uint64_t)x[k / 8] >> (k % 8 * 8));
        sheaf_hash hash = sheaf_sha256(sheaf_bytes(bytes, sizeof bytes));
        char hex[65];
        for (int k = 0; k < 32; k++)
            snprintf(hex + 2 * k, 3, "%02x", hash.bytes[k]);
        for (int k = 0; k < 6; k++)
            assert_int_equal(x[k], rows[i].first[k]);
        assert_string_equal(hex, rows[i].sha256);
    }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variances),
        cmocka_unit_test(test_exponentials),
        cmocka_unit_test(test_exponentials_multiply),
        cmocka_unit_test(test_exponents),
        cmocka_unit_test(test_tables_are_the_law),
        cmocka_unit_test(test_samples_follow_the_law),
        cmocka_unit_test(test_sum_of_shares_follows_the_law),
        cmocka_unit_test(test_broken_samplers_fail),
        cmocka_unit_test(test_fixed_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
