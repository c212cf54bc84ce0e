/* privacy/exact.c */
#include "privacy/exact.h"

#include <assert.h>
#include <mpfr.h>
#include <stdbool.h>

/* The two terms agree in their leading bits where mu is small; a guard of twice the exponent of
 * the smallest mu (1e-9) is left over. */
enum { BITS = 256, HALVINGS = 60 };

/* Phi(sign * mu/2 - epsilon/mu), rounded as said. */
static void normal_below(mpfr_t out, const mpfr_t mu, const mpfr_t epsilon, int sign,
                         mpfr_rnd_t rounding)
{
    /* Phi(x) = erfc(-x / sqrt 2) / 2, which falls in its argument: that is rounded the other
     * way. */
    mpfr_rnd_t against = rounding == MPFR_RNDU ? MPFR_RNDD : MPFR_RNDU;
    mpfr_t half, root;
    mpfr_inits2(BITS, half, root, (mpfr_ptr)0);
    mpfr_div_2ui(half, mu, 1, MPFR_RNDN);
    mpfr_div(out, epsilon, mu, against);
    if (sign > 0)
        mpfr_sub(out, out, half, against);
    else
        mpfr_add(out, out, half, against);
    bool positive = mpfr_sgn(out) > 0;
    mpfr_sqrt_ui(root, 2, positive == (against == MPFR_RNDU) ? MPFR_RNDD : MPFR_RNDU);
    mpfr_div(out, out, root, against);
    mpfr_erfc(out, out, rounding);
    mpfr_div_2ui(out, out, 1, rounding);
    mpfr_clears(half, root, (mpfr_ptr)0);
}

/* Whether delta(epsilon) is certainly at most delta. delta() rises in mu, which is rounded up.
 */
static bool holds(const mpfr_t mu, const mpfr_t epsilon, double delta)
{
    mpfr_t first, second, power;
    mpfr_inits2(BITS, first, second, power, (mpfr_ptr)0);
    normal_below(first, mu, epsilon, 1, MPFR_RNDU);
    normal_below(second, mu, epsilon, -1, MPFR_RNDD);
    mpfr_exp(power, epsilon, MPFR_RNDD);
    mpfr_mul(second, second, power, MPFR_RNDD);
    mpfr_sub(first, first, second, MPFR_RNDU);
    bool yes = mpfr_cmp_d(first, delta) <= 0;
    mpfr_clears(first, second, power, (mpfr_ptr)0);
    return yes;
}

double sheaf_exact_gaussian(double noise_multiplier, uint32_t steps, double delta)
{
    mpfr_t mu, lo, hi, middle;
    assert(noise_multiplier > 0 && steps > 0 && delta > 0);
    mpfr_inits2(BITS, mu, lo, hi, middle, (mpfr_ptr)0);
    mpfr_sqrt_ui(mu, steps, MPFR_RNDU);
    mpfr_div_d(mu, mu, noise_multiplier, MPFR_RNDU);
    mpfr_set_ui(lo, 0, MPFR_RNDD);
    mpfr_set_ui(hi, 0, MPFR_RNDU);
    if (!holds(mu, lo, delta)) {
        mpfr_set_ui_2exp(hi, 1, -60, MPFR_RNDU);
        while (!holds(mu, hi, delta)) {
            mpfr_set(lo, hi, MPFR_RNDD);
            mpfr_mul_2ui(hi, hi, 1, MPFR_RNDU);
        }
        for (int i = 0; i < HALVINGS; i++) {
            mpfr_add(middle, lo, hi, MPFR_RNDN);
            mpfr_div_2ui(middle, middle, 1, MPFR_RNDN);
            mpfr_swap(holds(mu, middle, delta) ? hi : lo, middle);
        }
    }
    double epsilon = mpfr_get_d(hi, MPFR_RNDU);
    mpfr_clears(mu, lo, hi, middle, (mpfr_ptr)0);
    return epsilon;
}
