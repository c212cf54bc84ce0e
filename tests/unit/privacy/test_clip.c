/* Clipping: the norm of the integers never exceeds the sensitivity, whatever comes in. */
#include "test.h"

#include "privacy/clip.h"

#include <float.h>
#include <math.h>

enum { SIZE = 300 };

static void test_least_sensitivity(void **unused)
{
    const struct {
        uint64_t dimension, want;
    } rows[] = {
        {0, 65536},
        {1, 65536},
        {4096, 65536},
        {4097, 65544},
        {1000000, 1024000},
        {1000000000, 32381724},
        {UINT64_MAX, (uint64_t)1 << 42},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(sheaf_sensitivity_least(rows[i].dimension), rows[i].want);
    (void)unused;
}

static void test_norm_is_exact(void **unused)
{
    const int64_t most = (int64_t)1 << 40;
    const int64_t edge[] = {3, -4}, over[] = {3, -4, 1}, wide[] = {most, 1},
                  least[] = {INT64_MIN};
    assert_true(sheaf_norm_within(edge, 2, 5));
    assert_false(sheaf_norm_within(over, 3, 5));
    assert_false(sheaf_norm_within(edge, 2, 4));
    assert_true(sheaf_norm_within(wide, 1, (uint64_t)most));
    assert_false(sheaf_norm_within(wide, 2, (uint64_t)most));
    assert_false(sheaf_norm_within(least, 1, (uint64_t)most));
    assert_true(sheaf_norm_within(edge, 0, 0));
    (void)unused;
}

/* A power of two scales exactly, and truncation is toward zero on both sides. */
static void test_within(void **unused)
{
    const double in[] = {0.5, -0.25, 0.1, -0.1, 0};
    const int64_t want[] = {32768, -16384, 6553, -6553, 0};
    int64_t out[5];
    assert_int_equal(sheaf_clip(in, 5, 1, 65536, out), SHEAF_CLIP_WITHIN);
    for (int i = 0; i < 5; i++)
        assert_int_equal(out[i], want[i]);
    assert_int_equal(sheaf_clip(in, 0, 1, 65536, out), SHEAF_CLIP_WITHIN);
    (void)unused;
}

static void test_clipped_to_the_ball(void **unused)
{
    const double in[] = {30, -40};
    int64_t out[2];
    assert_int_equal(sheaf_clip(in, 2, 5, 65536, out), SHEAF_CLIP_CLIPPED);
    assert_in_range(out[0], 39320, 39321); /* 0.6 and 0.8 of 65536 */
    assert_in_range(-out[1], 52427, 52428);
    (void)unused;
}

static void test_not_finite_is_zero(void **unused)
{
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < COUNT(bad); k++)
        for (int place = 0; place < 3; place++) {
            double in[3] = {1, -2, 3};
            int64_t out[3] = {7, 7, 7};
            in[place] = bad[k];
            assert_int_equal(sheaf_clip(in, 3, 1, 65536, out), SHEAF_CLIP_NOT_FINITE);
            for (int i = 0; i < 3; i++)
                assert_int_equal(out[i], 0);
        }
    (void)unused;
}

/* Numbers at both ends of the range of a double, alone and mixed. */
static void test_extremes(void **unused)
{
    const double size[] = {DBL_MAX, DBL_MIN, DBL_TRUE_MIN, 1, 1e-300, 1e300};
    for (size_t i = 0; i < COUNT(size); i++)
        for (size_t k = 0; k < COUNT(size); k++)
            for (size_t c = 0; c < COUNT(size); c++) {
                const double in[4] = {size[i], -size[k], size[k], size[i]};
                int64_t out[4];
                sheaf_clip_result got = sheaf_clip(in, 4, size[c], 65536, out);
                assert_int_not_equal(got, SHEAF_CLIP_NOT_FINITE);
                assert_true(sheaf_norm_within(out, 4, 65536));
                /* What is clipped keeps its length but for the truncation. */
                assert_true(got == SHEAF_CLIP_WITHIN || !sheaf_norm_within(out, 4, 65530));
            }
    (void)unused;
}

static double element(uint64_t *state)
{
    double value = ldexp((double)(test_random(state) >> 11), -53) * 2 - 1;
    return ldexp(value, (int)(test_random(state) % 40) - 20);
}

/* For each sensitivity: never over; off by less than one unit and a rounding in each element;
 * towards zero; and equal for an equal vector (nothing random in it). */
static void test_random_vectors(void **unused)
{
    uint64_t state = 77;
    for (int trial = 0; trial < 3000; trial++) {
        double in[SIZE], norm = ldexp(1, (int)(test_random(&state) % 30) - 15), square = 0;
        int64_t out[SIZE], again[SIZE];
        size_t count = 1 + test_random(&state) % SIZE;
        uint64_t sensitivity = (uint64_t)1 << (test_random(&state) % 41);
        for (size_t i = 0; i < count; i++) {
            in[i] = element(&state);
            square += in[i] * in[i];
        }
        sheaf_clip_result got = sheaf_clip(in, count, norm, sensitivity, out);
        assert_true(sheaf_norm_within(out, count, sensitivity));
        assert_int_equal(got, sqrt(square) > norm ? SHEAF_CLIP_CLIPPED : SHEAF_CLIP_WITHIN);
        double scale = (double)sensitivity / fmax(norm, sqrt(square));
        for (size_t i = 0; i < count; i++) {
            double exact = fabs(in[i] * scale), made = fabs((double)out[i]);
            assert_true(made <= exact * (1 + 1e-13));
            assert_true(made > exact * (1 - 1e-13) - 1);
            assert_true(out[i] == 0 || (out[i] > 0) == (in[i] > 0));
        }
        assert_int_equal(sheaf_clip(in, count, norm, sensitivity, again), got);
        assert_memory_equal(again, out, count * sizeof *out);
    }
    (void)unused;
}

/* A norm so little above C that floating point sees none of it, and rounds every element up:
 * the integers are over, and shrink until they are not. */
static void test_over_by_a_rounding(void **unused)
{
    const uint64_t sensitivity = (uint64_t)1 << 40;
    const double in[] = {0x1p40, 1, -1};
    const int64_t rounded[] = {(int64_t)1 << 40, 1, -1};
    int64_t out[3];
    assert_false(sheaf_norm_within(rounded, 3, sensitivity));
    (void)sheaf_clip(in, 3, 0x1p40, sensitivity, out);
    assert_true(sheaf_norm_within(out, 3, sensitivity));
    assert_true(out[0] >= rounded[0] - 1);
    (void)unused;
}

/* ---- rounding at random ---- */

enum { FEW = 5, TIMES = 20000 };

static void seed_of(uint64_t trial, uint8_t seed[32])
{
    memset(seed, 0, 32);
    memcpy(seed, &trial, sizeof trial);
}

/* How many standard errors the averages of many roundings are from the values, at the element
 * that is furthest; rounded at random or truncated. In units: 0.3, -0.7, 12.5, 0, 1e-3. */
static double bias_of(bool at_random)
{
    static const double in[FEW] = {0.3 / 65536, -0.7 / 65536, 12.5 / 65536, 0, 0.001 / 65536};
    double worst = 0, sum[FEW] = {0};
    for (uint64_t trial = 0; trial < TIMES; trial++) {
        uint8_t seed[32];
        int64_t out[FEW];
        seed_of(trial, seed);
        if (at_random)
            (void)sheaf_clip_at_random(in, FEW, 1, 65536, seed, out);
        else
            (void)sheaf_clip(in, FEW, 1, 65536, out);
        for (int i = 0; i < FEW; i++) {
            assert_true(fabs((double)out[i] - in[i] * 65536) < 1);
            sum[i] += (double)out[i];
        }
    }
    for (int i = 0; i < FEW; i++) {
        double exact = in[i] * 65536, rest = exact - floor(exact);
        double off = fabs(sum[i] / TIMES - exact), error = sqrt(rest * (1 - rest) / TIMES);
        assert_true(error > 0 || off == 0);
        worst = error > 0 ? fmax(worst, off / error) : worst;
    }
    return worst;
}

/* The same measure tells rounding at random from truncation, so that it could fail. */
static void test_random_has_no_bias(void **unused)
{
    assert_true(bias_of(true) < 4);
    assert_true(bias_of(false) > 50);
    (void)unused;
}

/* Never over the sensitivity, however the vector is made: at the norm, beyond it, with an
 * element beside a whole number; next to each value; and the same for the same seed. */
static void test_random_keeps_the_norm(void **unused)
{
    uint64_t state = 78;
    for (int trial = 0; trial < 3000; trial++) {
        double in[SIZE], norm = ldexp(1, (int)(test_random(&state) % 30) - 15), square = 0;
        int64_t out[SIZE], again[SIZE];
        uint8_t seed[32];
        size_t count = 1 + test_random(&state) % SIZE;
        uint64_t sensitivity = (uint64_t)1 << (16 + test_random(&state) % 25);
        seed_of((uint64_t)trial, seed);
        for (size_t i = 0; i < count; i++) {
            in[i] = element(&state);
            square += in[i] * in[i];
        }
        norm = trial % 3 ? sqrt(square) : norm; /* often as long as it may be */
        (void)sheaf_clip_at_random(in, count, norm, sensitivity, seed, out);
        assert_true(sheaf_norm_within(out, count, sensitivity));
        double scale = (double)sensitivity / fmax(norm, sqrt(square));
        for (size_t i = 0; i < count; i++)
            assert_true(fabs((double)out[i] - in[i] * scale)
                        < 1 + fabs(in[i] * scale) * (double)(1 + count) / (double)sensitivity);
        (void)sheaf_clip_at_random(in, count, norm, sensitivity, seed, again);
        assert_memory_equal(again, out, count * sizeof *out);
    }
    (void)unused;
}

/* A vector at the norm is drawn again, and its average is still within the bound. */
static void test_random_at_the_norm(void **unused)
{
    double in[64], sum[64] = {0}, off = 0;
    for (int i = 0; i < 64; i++)
        in[i] = (i % 2 ? 1 : -1) / 8.0 + 1e-6 * i;
    for (uint64_t trial = 0; trial < TIMES; trial++) {
        int64_t out[64];
        uint8_t seed[32];
        seed_of(trial, seed);
        assert_int_equal(sheaf_clip_at_random(in, 64, 1, 65536, seed, out), SHEAF_CLIP_CLIPPED);
        assert_true(sheaf_norm_within(out, 64, 65536));
        for (int i = 0; i < 64; i++)
            sum[i] += (double)out[i] / TIMES;
    }
    for (int i = 0; i < 64; i++) {
        double square = 0;
        for (int k = 0; k < 64; k++)
            square += in[k] * in[k];
        double error = sum[i] - in[i] * 65536 / sqrt(square);
        off += error * error;
    }
    assert_true(sqrt(off) < 1.6 * 8);
    (void)unused;
}

/* What is no number, what is too short for its length, and numbers at the ends of the range. */
static void test_random_refuses(void **unused)
{
    const uint8_t seed[32] = {9};
    const double bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < COUNT(bad); k++) {
        const double in[3] = {1, bad[k], 3};
        int64_t out[3] = {7, 7, 7};
        assert_int_equal(sheaf_clip_at_random(in, 3, 1, 65536, seed, out),
                         SHEAF_CLIP_NOT_FINITE);
        assert_true(out[0] == 0 && out[1] == 0 && out[2] == 0);
    }
    const double size[] = {DBL_MAX, DBL_MIN, DBL_TRUE_MIN, 1, 1e-300, 1e300};
    for (size_t i = 0; i < COUNT(size); i++)
        for (size_t c = 0; c < COUNT(size); c++) {
            const double in[2] = {size[i], -1};
            int64_t out[2];
            (void)sheaf_clip_at_random(in, 2, size[c], 65536, seed, out);
            assert_true(sheaf_norm_within(out, 2, 65536));
            (void)sheaf_clip_at_random(in, 2, size[c], 1, seed, out);
            assert_true(sheaf_norm_within(out, 2, 1));
        }
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_least_sensitivity),
        cmocka_unit_test(test_norm_is_exact),
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_clipped_to_the_ball),
        cmocka_unit_test(test_not_finite_is_zero),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_random_vectors),
        cmocka_unit_test(test_over_by_a_rounding),
        cmocka_unit_test(test_random_has_no_bias),
        cmocka_unit_test(test_random_keeps_the_norm),
        cmocka_unit_test(test_random_at_the_norm),
        cmocka_unit_test(test_random_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
