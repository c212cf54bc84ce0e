#include "test.h"

#include "learn/exact_math.h"

#include <float.h>
#include <math.h>
#include <mpfr.h>

enum { POINTS = 6000, TRUE_BITS = 160 };

typedef struct {
    const char *name;
    double (*ours)(double x);
    void (*exactly)(mpfr_t out, mpfr_t x);
    double ulp_max, reach; /* arguments lie within +-reach, or above 0 for the logarithm */
} function;

static void exactly_exp(mpfr_t out, mpfr_t x)
{
    mpfr_exp(out, x, MPFR_RNDN);
}

static void exactly_log(mpfr_t out, mpfr_t x)
{
    mpfr_log(out, x, MPFR_RNDN);
}

static void exactly_sigmoid(mpfr_t out, mpfr_t x)
{
    mpfr_neg(out, x, MPFR_RNDN);
    mpfr_exp(out, out, MPFR_RNDN);
    mpfr_add_ui(out, out, 1, MPFR_RNDN);
    mpfr_ui_div(out, 1, out, MPFR_RNDN);
}

static void exactly_tanh(mpfr_t out, mpfr_t x)
{
    mpfr_tanh(out, x, MPFR_RNDN);
}

static void exactly_softplus(mpfr_t out, mpfr_t x)
{
    mpfr_exp(out, x, MPFR_RNDN);
    mpfr_log1p(out, out, MPFR_RNDN);
}

static const function functions[] = {
    {"exp", sheaf_exact_exp, exactly_exp, 1.1, 708},
    {"log", sheaf_exact_log, exactly_log, 0.9, 0},
    {"sigmoid", sheaf_exact_sigmoid, exactly_sigmoid, 2.5, 708},
    {"tanh", sheaf_exact_tanh, exactly_tanh, 2.5, 30},
    {"softplus", sheaf_exact_softplus, exactly_softplus, 2, 708},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* Half of the arguments are spread evenly, half over all magnitudes. */
static double argument(const function *f, uint64_t *state, int number)
{
    double uniform = (double)(test_random(state) >> 11) * 0x1p-53;
    if (f->reach == 0)
        return number % 2 ? uniform * 4
                          : ldexp(1 + uniform, (int)(test_random(state) % 2040) - 1020);
    double size = number % 2
                      ? uniform * f->reach
                      : fmin(ldexp(1 + uniform, (int)(test_random(state) % 50) - 40), f->reach);
    return test_random(state) % 2 ? size : -size;
}

/* How far it is off, in units of the last place of the true value. */
static double ulps_off(const function *f, double x, mpfr_t at, mpfr_t exact)
{
    double got = f->ours(x);
    mpfr_set_d(at, x, MPFR_RNDN);
    f->exactly(exact, at);
    double nearest = mpfr_get_d(exact, MPFR_RNDN);
    int exponent;
    (void)frexp(nearest, &exponent);
    mpfr_sub_d(exact, exact, got, MPFR_RNDN);
    return fabs(ldexp(mpfr_get_d(exact, MPFR_RNDN), 53 - exponent));
}

static void test_error_is_as_stated(void **unused)
{
    uint64_t state = 20261121;
    mpfr_t at, exact;
    mpfr_init2(at, TRUE_BITS);
    mpfr_init2(exact, TRUE_BITS);
    for (int n = 0; n < FUNCTIONS; n++) {
        const function *f = &functions[n];
        double worst = 0, worst_at = 0;
        for (int i = 0; i < POINTS; i++) {
            double x = argument(f, &state, i), off = ulps_off(f, x, at, exact);
            if (!(off <= worst)) {
                worst = off;
                worst_at = x;
            }
        }
        if (!(worst <= f->ulp_max))
            fail_msg("%s(%a) is off by %.3f of the last place", f->name, worst_at, worst);
        print_message("%s: %.3f at %a\n", f->name, worst, worst_at);
    }
    mpfr_clear(at);
    mpfr_clear(exact);
    (void)unused;
}

static void test_edges(void **unused)
{
    const double inf = (double)INFINITY, none = (double)NAN;
    assert_true(sheaf_exact_exp(0) == 1 && sheaf_exact_exp(-0.0) == 1);
    assert_true(sheaf_exact_exp(710) == inf && sheaf_exact_exp(inf) == inf);
    assert_true(sheaf_exact_exp(709.78) < inf && sheaf_exact_exp(709.79) == inf);
    assert_true(sheaf_exact_exp(-inf) == 0 && sheaf_exact_exp(-746) == 0);
    assert_true(sheaf_exact_exp(-745) == 0x1p-1074);
    assert_true(sheaf_exact_log(0) == -inf && sheaf_exact_log(inf) == inf);
    assert_true(sheaf_exact_log(1) == 0 && isnan(sheaf_exact_log(-1)));
    assert_true(fabs(sheaf_exact_log(0x1p-1074) + 744.44007192138) < 1e-9);
    assert_true(sheaf_exact_sigmoid(0) == 0.5 && sheaf_exact_sigmoid(inf) == 1);
    assert_true(sheaf_exact_sigmoid(-inf) == 0);
    assert_true(sheaf_exact_tanh(0) == 0);
    assert_true(sheaf_exact_tanh(inf) == 1 && sheaf_exact_tanh(-inf) == -1);
    assert_true(sheaf_exact_tanh(0x1p-1074) == 0x1p-1074);
    assert_true(sheaf_exact_softplus(inf) == inf && sheaf_exact_softplus(-inf) == 0);
    for (int n = 0; n < FUNCTIONS; n++)
        assert_true(isnan(functions[n].ours(none)));
    (void)unused;
}

/* Other machines and compilers must come to this number too. */
static void test_bits_are_frozen(void **unused)
{
    uint64_t state = 7, hash = 0xcbf29ce484222325;
    for (int n = 0; n < FUNCTIONS; n++)
        for (int i = 0; i < POINTS; i++) {
            double y = functions[n].ours(argument(&functions[n], &state, i));
            uint64_t bits;
            memcpy(&bits, &y, sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3;
        }
    assert_int_equal(hash, 0x7113dfab539a32e4);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_is_as_stated),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_bits_are_frozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
