/* Shares of noise, and whether a sum fits its words. */
#include "test.h"

#include "privacy/noise_share.h"
#include "round/fixed_point.h"

#include <math.h>
#include <string.h>

static void test_shares(void **unused)
{
    const struct {
        sheaf_noise_plan plan;
        double deviation; /* of one share; 0: refused */
        const char *says;
    } rows[] = {
        {{1000000, 65536, 4, 1}, 37837.22724161132, NULL},
        {{4320000, 65536, 3, 1}, 200192.9040511556, NULL},
        {{8000000, 1, 2, 1}, 8, NULL},
        {{7999999, 1, 2, 1}, 0, "below 8 units"},
        {{8000000, 1, 3, 1}, 0, "below 8 units"},
        {{1, 65536, 2, 1}, 0, "below 8 units"},
        {{0, 65536, 4, 1}, 0, "noise multiplier"},
        {{((uint64_t)1 << 32) * 1000000 + 1, 1, 4, 1}, 0, "noise multiplier"},
        {{1000000, 0, 4, 1}, 0, "sensitivity"},
        {{1000000, ((uint64_t)1 << 40) + 1, 4, 1}, 0, "sensitivity"},
        {{1000000, 65536, 4, 0}, 0, "no colluder"},
        {{1000000, 65536, 4, 4}, 0, "more survivors"},
        {{1000000, 65536, 1, UINT32_MAX}, 0, "more survivors"},
        {{1000000, 65536, UINT32_MAX, 1}, 0, "more survivors"},
        {{((uint64_t)1 << 32) * 1000000, (uint64_t)1 << 40, 4, 1}, 0, "2^43 units"},
        {{1000000, (uint64_t)1 << 40, 4, 1}, 0, "2^32 units or more"},
        {{1000000, (uint64_t)1 << 40, 1 << 20, 1}, 1073742335.999878, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        sheaf_err err = {0};
        sheaf_variance share = {0, 0};
        sheaf_status status = sheaf_noise_share(&rows[i].plan, &share, &err);
        assert_int_equal(status, rows[i].says ? SHEAF_INVALID : SHEAF_OK);
        if (rows[i].says)
            assert_non_null(strstr(err.message, rows[i].says));
        else
            assert_true(fabs(sqrt((double)share.numerator / (double)share.denominator)
                                 / rows[i].deviation
                             - 1)
                        < 1e-8);
    }
    (void)unused;
}

/* The honest ones among the fewest survivors carry the whole variance, exactly. */
static void test_honest_shares_are_enough(void **unused)
{
    uint64_t state = 3;
    for (int i = 0; i < 1000; i++) {
        uint32_t survivors = 2 + (uint32_t)(test_random(&state) % 99);
        uint32_t colluders = 1 + (uint32_t)(test_random(&state) % (survivors - 1));
        sheaf_noise_plan plan = {1000000 + test_random(&state) % 9000000,
                                 65536 + test_random(&state) % 100000, survivors, colluders};
        sheaf_variance share;
        assert_int_equal(sheaf_noise_share(&plan, &share, NULL), SHEAF_OK);
        sheaf_uint128 whole = (sheaf_uint128)plan.multiplier_millionths * plan.sensitivity;
        assert_true(share.numerator == whole * whole);
        assert_true(share.denominator == (uint64_t)(survivors - colluders) * 1000000000000);
    }
    (void)unused;
}

/* log2 of the bound of noise_share.h on the probability that a sum wraps. */
static double wrap_log2(const sheaf_noise_range *r, unsigned bits)
{
    double room = ldexp(1, (int)bits - 1) - 1 - (double)r->magnitude_max * r->participants;
    double variance = (double)r->share.numerator / (double)r->share.denominator;
    return room <= 0 ? 0
                     : 1 + log2((double)r->dimension)
                           - room * room / (2 * r->participants * variance) / log(2);
}

static void test_modulus(void **unused)
{
    const struct {
        sheaf_noise_range range;
        unsigned want; /* 0: refused */
    } rows[] = {
        {{4, 100, 10, {64, 1}}, 16},
        {{4, 8191, 10, {64, 1}}, 32}, /* values alone nearly fill 16 bits */
        {{4, 8191, 10, {640, 10}}, 32},
        {{4, 65536, 14, {(sheaf_uint128)1 << 32, 1}}, 32},
        {{100, 65536 * 1000, 1000000, {(sheaf_uint128)1 << 32, 1}}, 64},
        {{4, (uint64_t)1 << 61, 1, {64, 1}}, 0},
        {{1, INT64_MAX, 1, {64, 1}}, 0},
        {{1, UINT64_MAX, 1, {64, 1}}, 0},
        {{0, 1, 1, {64, 1}}, 0},
        {{1, 1, 0, {64, 1}}, 0},
        {{1, 1, 1, {63, 1}}, 0},
        {{UINT32_MAX, 1, 1, {64, 1}}, 0},
        {{1 << 20, UINT64_MAX, UINT64_MAX, {((sheaf_uint128)1 << 64) - 1, 1}}, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned bits = 0;
        sheaf_err err = {0};
        sheaf_status status = sheaf_noise_modulus(&rows[i].range, &bits, &err);
        assert_int_equal(status, rows[i].want ? SHEAF_OK : SHEAF_INVALID);
        assert_int_equal(bits, rows[i].want);
        assert_true(rows[i].want || err.message[0]);
    }
    (void)unused;
}

/* What is accepted wraps with at most 2^-40; what is refused or given more bits would not have
 * fitted with half the room. */
static void test_modulus_bound(void **unused)
{
    uint64_t state = 9;
    for (int i = 0; i < 20000; i++) {
        sheaf_noise_range range = {
            .participants = 1 + (uint32_t)(test_random(&state) % 10000),
            .magnitude_max = test_random(&state) >> (1 + test_random(&state) % 63),
            .dimension = 1 + (test_random(&state) >> (test_random(&state) % 64)) / 2,
            .share = {64 + (test_random(&state) >> (test_random(&state) % 60)), 1}};
        unsigned bits = 128;
        if (sheaf_noise_modulus(&range, &bits, NULL) == SHEAF_OK)
            assert_true(wrap_log2(&range, bits) <= -40);
        for (unsigned less = 16; less < bits && less <= 64; less *= 2)
            assert_true(wrap_log2(&range, less) > -42);
    }
    (void)unused;
}

static void test_added_modulo_never_cut_off(void **unused)
{
    const int64_t values[] = {5, -7, 100, INT64_MAX}, noise[] = {-9, 3, 2000, 1};
    uint64_t words[4] = {1, 2, 3, 4};
    sheaf_err err = {0};
    assert_int_equal(sheaf_noise_add(values, noise, 3, 99, words, &err), SHEAF_INVALID);
    assert_non_null(strstr(err.message, "element 2 is 100"));
    assert_int_equal(words[0], 1);
    assert_int_equal(sheaf_noise_add(values, noise, 4, INT64_MAX, words, &err), SHEAF_OK);
    assert_int_equal(sheaf_int_from_word(words[0]), -4);
    assert_int_equal(sheaf_int_from_word(words[1]), -4);
    assert_int_equal(words[2], 2100);
    assert_int_equal(sheaf_int_from_word(words[3]), INT64_MIN);
    const int64_t least[] = {INT64_MIN};
    assert_int_equal(sheaf_noise_add(least, noise, 1, INT64_MAX, words, &err), SHEAF_INVALID);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_honest_shares_are_enough),
        cmocka_unit_test(test_modulus),
        cmocka_unit_test(test_modulus_bound),
        cmocka_unit_test(test_added_modulo_never_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
