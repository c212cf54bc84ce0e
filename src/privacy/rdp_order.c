/* privacy/rdp_order.c - the log-moment at one order; sources stand in privacy/rdp.h. */
#include "privacy/rdp_internal.h"

#include <math.h>

enum {
    BITS_WANTED = 40,  /* of the log-moment, by the points of the quadrature */
    BITS_MAX = 120,    /* what RDP_BITS leaves */
    SPACING_STEPS = 64 /* the spacing of the points is a multiple of 1 / 64 of a power of 2 */
};

/* Below this noise the quadrature would need very many points; the chord serves. */
#define QUADRATURE_NOISE_MIN 0.3
/* From this noise on, in units, a discrete Gaussian differs from the continuous one by less
 * than the quadrature's own error. */
#define DISCRETE_DIRECT_MAX 4.0
/* How much of the strip without singularities, of half-width pi * sigma^2, is used. */
#define STRIP_SHARE 0.99

/* ---- without sampling ---- */

static void laplace_log_moment(mpfr_t out, double scale, unsigned tenths)
{
    mpfr_t term;
    mpfr_init2(term, SHEAF_RDP_BITS);
    mpfr_set_ui(out, tenths - 10, MPFR_RNDU); /* alpha/(2 alpha-1) e^((alpha-1)/b) */
    mpfr_div_ui(out, out, 10, MPFR_RNDU);
    mpfr_div_d(out, out, scale, MPFR_RNDU);
    mpfr_exp(out, out, MPFR_RNDU);
    mpfr_mul_ui(out, out, tenths, MPFR_RNDU);
    mpfr_div_ui(out, out, 2 * tenths - 10, MPFR_RNDU);
    mpfr_set_si(term, -(long)tenths, MPFR_RNDU); /* (alpha-1)/(2 alpha-1) e^(-alpha/b) */
    mpfr_div_ui(term, term, 10, MPFR_RNDU);
    mpfr_div_d(term, term, scale, MPFR_RNDU);
    mpfr_exp(term, term, MPFR_RNDU);
    mpfr_mul_ui(term, term, tenths - 10, MPFR_RNDU);
    mpfr_div_ui(term, term, 2 * tenths - 10, MPFR_RNDU);
    mpfr_add(out, out, term, MPFR_RNDU);
    mpfr_log(out, out, MPFR_RNDU);
    mpfr_clear(term);
}

/* alpha (alpha - 1) / (2 sigma^2); the square of a double is exact in RDP_BITS. */
static void gaussian_log_moment(mpfr_t out, double sigma, unsigned tenths)
{
    mpfr_t square;
    mpfr_init2(square, SHEAF_RDP_BITS);
    mpfr_set_d(square, sigma, MPFR_RNDD);
    mpfr_sqr(square, square, MPFR_RNDD);
    mpfr_mul_ui(square, square, 200, MPFR_RNDD);
    mpfr_set_ui(out, (unsigned long)tenths * (tenths - 10), MPFR_RNDU);
    mpfr_div(out, out, square, MPFR_RNDU);
    mpfr_clear(square);
}

/* What theorem 3.5 adds to the Gaussian's divergence, times alpha - 1; with D the L2 norm in
 * units, D1 the L1 norm and mu = (sigma D)^2 the variance:
 * min(((2 alpha - 1) D^2 + 6 D1) / (4 mu^2), 3 D1 / (2 mu)). */
static void skellam_excess(mpfr_t out, const sheaf_mechanism *m, unsigned order)
{
    mpfr_t mu, norm1, square, other;
    double units = sheaf_mechanism_units(m);
    mpfr_inits2(SHEAF_RDP_BITS, mu, norm1, square, other, (mpfr_ptr)0);
    mpfr_set_d(square, units, MPFR_RNDU);
    mpfr_sqr(square, square, MPFR_RNDU); /* exact: units are below 2^26 */
    mpfr_sqrt_ui(norm1, m->dimension ? m->dimension : 1, MPFR_RNDU);
    mpfr_mul_d(norm1, norm1, units, MPFR_RNDU);
    mpfr_min(norm1, norm1, square, MPFR_RNDU);
    mpfr_set_d(mu, m->noise_multiplier, MPFR_RNDD);
    mpfr_sqr(mu, mu, MPFR_RNDD);
    mpfr_mul(mu, mu, square, MPFR_RNDD);

    mpfr_mul_ui(other, norm1, 3, MPFR_RNDU);
    mpfr_div(other, other, mu, MPFR_RNDU);
    mpfr_div_2ui(other, other, 1, MPFR_RNDU);

    mpfr_mul_ui(out, square, 2 * order - 1, MPFR_RNDU);
    mpfr_mul_ui(norm1, norm1, 6, MPFR_RNDU);
    mpfr_add(out, out, norm1, MPFR_RNDU);
    mpfr_sqr(mu, mu, MPFR_RNDD);
    mpfr_div(out, out, mu, MPFR_RNDU);
    mpfr_div_2ui(out, out, 2, MPFR_RNDU);

    mpfr_min(out, out, other, MPFR_RNDU);
    mpfr_mul_ui(out, out, order - 1, MPFR_RNDU);
    mpfr_clears(mu, norm1, square, other, (mpfr_ptr)0);
}

static void plain_log_moment(mpfr_t out, const sheaf_mechanism *m, unsigned tenths)
{
    mpfr_t excess;
    if (m->noise == SHEAF_NOISE_LAPLACE) {
        laplace_log_moment(out, m->noise_multiplier, tenths);
        return;
    }
    gaussian_log_moment(out, m->noise_multiplier, tenths);
    if (m->noise != SHEAF_NOISE_SKELLAM)
        return;
    mpfr_init2(excess, SHEAF_RDP_BITS);
    skellam_excess(excess, m, tenths / 10);
    mpfr_add(out, out, excess, MPFR_RNDU);
    mpfr_clear(excess);
}

/* ---- sampled, integer orders ---- */

/* log of the sum over l of C(alpha, l) (1-q)^(alpha-l) q^l e^((l-1) RDP(l)). */
static void binomial_log_moment(mpfr_t out, const sheaf_mechanism *m, unsigned order)
{
    mpfr_t sum, choose, rest, term;
    mpfr_inits2(SHEAF_RDP_BITS, sum, choose, rest, term, (mpfr_ptr)0);
    mpfr_set_ui(sum, 0, MPFR_RNDU);
    mpfr_set_ui(choose, 1, MPFR_RNDU); /* C(alpha, l) q^l */
    mpfr_set_d(rest, m->sampling, MPFR_RNDD);
    mpfr_ui_sub(rest, 1, rest, MPFR_RNDU);
    for (unsigned l = 0; l <= order; l++) {
        mpfr_pow_ui(term, rest, order - l, MPFR_RNDU);
        mpfr_mul(term, term, choose, MPFR_RNDU);
        if (l >= 2) {
            plain_log_moment(out, m, 10 * l);
            mpfr_exp(out, out, MPFR_RNDU);
            mpfr_mul(term, term, out, MPFR_RNDU);
        }
        mpfr_add(sum, sum, term, MPFR_RNDU);
        mpfr_mul_ui(choose, choose, order - l, MPFR_RNDU);
        mpfr_div_ui(choose, choose, l + 1, MPFR_RNDU);
        mpfr_mul_d(choose, choose, m->sampling, MPFR_RNDU);
    }
    mpfr_log(out, sum, MPFR_RNDU);
    mpfr_clears(sum, choose, rest, term, (mpfr_ptr)0);
}

/* ---- sampled, fractional orders, by equidistant points ---- */

/* How the points lie: x = k * spacing in units of the sensitivity. */
typedef struct {
    double spacing, strip; /* strip: half-width in which the integrand is bounded */
    double tail;           /* K: points reach K sigma beyond both means */
} points;

/* The strip for a spacing: the one that minimises the error bound, within what is allowed. */
static double strip_for(double sigma, double spacing)
{
    double free = 2 * M_PI * sigma * sigma / spacing;
    return fmin(free, STRIP_SHARE * M_PI * sigma * sigma);
}

/* Plain doubles: they choose the effort; the error of what is chosen is then bounded. */
static points points_plan(const sheaf_mechanism *m, unsigned tenths)
{
    double sigma = m->noise_multiplier, q = m->sampling, alpha = tenths / 10.0;
    double moment = q * q * alpha * (alpha - 1) / 2 * expm1(fmin(50, 1 / (sigma * sigma)));
    double bits = fmin(BITS_MAX, BITS_WANTED - fmin(0, log2(moment)));
    double wanted = (bits + 2) * M_LN2;
    double spacing = sigma * M_PI * sqrt(2 / wanted);
    double strip = strip_for(sigma, spacing);
    spacing = 2 * M_PI * strip / (wanted + strip * strip / (2 * sigma * sigma));
    int exponent;
    double mantissa = frexp(spacing, &exponent);
    spacing = ldexp(floor(mantissa * SPACING_STEPS), exponent) / SPACING_STEPS;
    double shift = fmin(alpha * (alpha - 1) / (2 * sigma * sigma), -alpha * log(q));
    return (points){.spacing = spacing,
                    .strip = strip_for(sigma, spacing),
                    .tail = sqrt(2 * (shift + wanted))};
}

/* Relative error of the sum, rounded up: 2 e^(a^2 / (2 sigma^2)) / (e^(2 pi a / h) - 1). The
 * integrand at distance y from the real line is at most e^(y^2 / (2 sigma^2)) times the one on
 * it, as |1 - q + q e^w| <= 1 - q + q |e^w|. */
static void points_error(mpfr_t out, double sigma, double spacing, double strip)
{
    mpfr_t bottom;
    mpfr_init2(bottom, SHEAF_RDP_BITS);
    mpfr_const_pi(bottom, MPFR_RNDD);
    mpfr_mul_ui(bottom, bottom, 2, MPFR_RNDD);
    mpfr_mul_d(bottom, bottom, strip, MPFR_RNDD);
    mpfr_div_d(bottom, bottom, spacing, MPFR_RNDD);
    mpfr_expm1(bottom, bottom, MPFR_RNDD);
    mpfr_set_d(out, strip, MPFR_RNDU);
    mpfr_div_d(out, out, sigma, MPFR_RNDU);
    mpfr_sqr(out, out, MPFR_RNDU);
    mpfr_div_2ui(out, out, 1, MPFR_RNDU);
    mpfr_exp(out, out, MPFR_RNDU);
    mpfr_mul_2ui(out, out, 1, MPFR_RNDU);
    mpfr_div(out, out, bottom, MPFR_RNDU);
    mpfr_clear(bottom);
}

/* The sum over all points of e^(-x^2 / (2 sigma^2)) (1 - q + q e^w)^alpha, rounded up, with
 * w = (2 x - 1) / (2 sigma^2); and in `base`, rounded down, of the first factor alone. */
static void points_sum(mpfr_t sum, mpfr_t base, const sheaf_mechanism *m, unsigned tenths,
                       const points *p)
{
    mpfr_t x, w, twice, square; /* twice: 2 sigma^2, exact */
    double sigma = m->noise_multiplier, reach = ceil(p->tail * sigma / p->spacing);
    long first = -(long)reach, last = (long)(reach + ceil(tenths / 10.0 / p->spacing));
    mpfr_inits2(SHEAF_RDP_BITS, x, w, twice, square, (mpfr_ptr)0);
    mpfr_set_d(twice, sigma, MPFR_RNDN);
    mpfr_sqr(twice, twice, MPFR_RNDN);
    mpfr_mul_2ui(twice, twice, 1, MPFR_RNDN);
    mpfr_set_ui(sum, 0, MPFR_RNDU);
    mpfr_set_ui(base, 0, MPFR_RNDD);
    for (long k = first; k <= last; k++) {
        mpfr_set_d(x, p->spacing, MPFR_RNDN);
        mpfr_mul_si(x, x, k, MPFR_RNDN); /* exact, and so is its square */
        mpfr_sqr(square, x, MPFR_RNDN);
        mpfr_div(square, square, twice, MPFR_RNDU);
        mpfr_neg(w, square, MPFR_RNDD);
        mpfr_exp(w, w, MPFR_RNDD);
        mpfr_add(base, base, w, MPFR_RNDD);
        mpfr_nextbelow(square); /* rounded up or exact; now at most what it should be */

        mpfr_mul_2ui(w, x, 1, MPFR_RNDN);
        mpfr_sub_ui(w, w, 1, MPFR_RNDU);
        mpfr_div(w, w, twice, MPFR_RNDU);
        mpfr_expm1(w, w, MPFR_RNDU);
        mpfr_mul_d(w, w, m->sampling, MPFR_RNDU);
        mpfr_log1p(w, w, MPFR_RNDU);
        mpfr_mul_ui(w, w, tenths, MPFR_RNDU);
        mpfr_div_ui(w, w, 10, MPFR_RNDU);
        mpfr_sub(w, w, square, MPFR_RNDU);
        mpfr_exp(w, w, MPFR_RNDU);
        mpfr_add(sum, sum, w, MPFR_RNDU);
    }
    mpfr_clears(x, w, twice, square, (mpfr_ptr)0);
}

/* What the points beyond the ends add, rounded up. On the left the second factor is at most 1,
 * on the right at most e^(alpha w), and each side lies under a Gaussian tail beyond K sigma:
 * sigma sqrt(2 pi) / h * e^(-K^2 / 2) / 2 * (1 + e^(alpha (alpha - 1) / (2 sigma^2))). */
static void points_beyond(mpfr_t out, const sheaf_mechanism *m, unsigned tenths,
                          const points *p)
{
    mpfr_t factor;
    mpfr_init2(factor, SHEAF_RDP_BITS);
    gaussian_log_moment(out, m->noise_multiplier, tenths);
    mpfr_exp(out, out, MPFR_RNDU);
    mpfr_add_ui(out, out, 1, MPFR_RNDU);
    mpfr_div_2ui(out, out, 1, MPFR_RNDU);
    mpfr_set_d(factor, p->tail, MPFR_RNDD);
    mpfr_sqr(factor, factor, MPFR_RNDD);
    mpfr_div_2ui(factor, factor, 1, MPFR_RNDD);
    mpfr_neg(factor, factor, MPFR_RNDU);
    mpfr_exp(factor, factor, MPFR_RNDU);
    mpfr_mul(out, out, factor, MPFR_RNDU);
    mpfr_const_pi(factor, MPFR_RNDU);
    mpfr_mul_2ui(factor, factor, 1, MPFR_RNDU);
    mpfr_sqrt(factor, factor, MPFR_RNDU);
    mpfr_mul_d(factor, factor, m->noise_multiplier, MPFR_RNDU);
    mpfr_div_d(factor, factor, p->spacing, MPFR_RNDU);
    mpfr_mul(out, out, factor, MPFR_RNDU);
    mpfr_clear(factor);
}

/* Divides by 1 - error, and multiplies by 1 + error where `twice`. */
static void allow_error(mpfr_t moment, mpfr_t error, bool twice)
{
    mpfr_t factor;
    mpfr_init2(factor, SHEAF_RDP_BITS);
    mpfr_ui_sub(factor, 1, error, MPFR_RNDD);
    mpfr_div(moment, moment, factor, MPFR_RNDU);
    if (twice) {
        mpfr_add_ui(factor, error, 1, MPFR_RNDU);
        mpfr_mul(moment, moment, factor, MPFR_RNDU);
    }
    mpfr_clear(factor);
}

/* The continuous Gaussian, or a single discrete one of `units` a sensitivity (0: continuous).
 */
static void quadrature_log_moment(mpfr_t out, const sheaf_mechanism *m, unsigned tenths,
                                  double units)
{
    double sigma = m->noise_multiplier;
    bool direct = units > 0 && sigma * units < DISCRETE_DIRECT_MAX;
    points p = points_plan(m, tenths);
    mpfr_t sum, base, error;
    mpfr_inits2(SHEAF_RDP_BITS, sum, base, error, (mpfr_ptr)0);
    if (direct)
        p.spacing = 1 / units; /* the very points that the law lives on */
    points_sum(sum, base, m, tenths, &p);
    points_beyond(error, m, tenths, &p);
    mpfr_add(sum, sum, error, MPFR_RNDU);
    if (direct) {
        mpfr_div(sum, sum, base, MPFR_RNDU);
    } else {
        mpfr_const_pi(base, MPFR_RNDD);
        mpfr_mul_2ui(base, base, 1, MPFR_RNDD);
        mpfr_sqrt(base, base, MPFR_RNDD);
        mpfr_mul_d(base, base, sigma, MPFR_RNDD);
        mpfr_mul_d(sum, sum, p.spacing, MPFR_RNDU);
        mpfr_div(sum, sum, base, MPFR_RNDU);
        points_error(error, sigma, p.spacing, p.strip);
        allow_error(sum, error, false);
        if (units > 0) { /* the sum over the law's own points, in both factors */
            points_error(error, sigma, 1 / units, strip_for(sigma, 1 / units));
            allow_error(sum, error, true);
        }
    }
    mpfr_log(out, sum, MPFR_RNDU);
    mpfr_clears(sum, base, error, (mpfr_ptr)0);
}

/* ---- any order ---- */

static void integer_log_moment(mpfr_t out, const sheaf_mechanism *m, unsigned order)
{
    if (order <= 1)
        mpfr_set_ui(out, 0, MPFR_RNDU);
    else if (m->sampling < 1)
        binomial_log_moment(out, m, order);
    else
        plain_log_moment(out, m, 10 * order);
}

/* The chord between the integer orders below and above. */
static void chord_log_moment(mpfr_t out, const sheaf_mechanism *m, unsigned tenths)
{
    mpfr_t above;
    mpfr_init2(above, SHEAF_RDP_BITS);
    integer_log_moment(out, m, tenths / 10);
    integer_log_moment(above, m, tenths / 10 + 1);
    mpfr_mul_ui(out, out, 10 - tenths % 10, MPFR_RNDU);
    mpfr_mul_ui(above, above, tenths % 10, MPFR_RNDU);
    mpfr_add(out, out, above, MPFR_RNDU);
    mpfr_div_ui(out, out, 10, MPFR_RNDU);
    mpfr_clear(above);
}

void sheaf_rdp_log_moment(mpfr_t out, const sheaf_mechanism *m, unsigned tenths)
{
    bool line = m->noise == SHEAF_NOISE_GAUSSIAN
                || (m->noise == SHEAF_NOISE_DISCRETE_GAUSSIAN && m->dimension <= 1);
    if (tenths % 10 == 0)
        integer_log_moment(out, m, tenths / 10);
    else if (m->sampling == 1 && m->noise != SHEAF_NOISE_SKELLAM)
        plain_log_moment(out, m, tenths);
    else if (m->sampling < 1 && line && m->noise_multiplier >= QUADRATURE_NOISE_MIN)
        quadrature_log_moment(out, m, tenths,
                              m->noise == SHEAF_NOISE_GAUSSIAN ? 0 : sheaf_mechanism_units(m));
    else
        chord_log_moment(out, m, tenths);
}
