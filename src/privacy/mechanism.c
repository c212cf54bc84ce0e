/* privacy/mechanism.c */
#include "privacy/mechanism.h"

#include "privacy/clip.h"

#include <math.h>
#include <mpfr.h>
#include <string.h>

enum { DECIMAL_BITS = 53, RATIO_BITS = 64, DECIMAL_LENGTH_MAX = 60 };

/* Decimals at a limit may have been rounded just below it. */
static bool below(double value, double limit)
{
    return value < limit * (1 - 1e-9);
}

bool sheaf_noise_parse(const char *name, sheaf_noise *out)
{
    static const char *const names[] = {
        [SHEAF_NOISE_GAUSSIAN] = "gaussian",
        [SHEAF_NOISE_DISCRETE_GAUSSIAN] = "discrete-gaussian",
        [SHEAF_NOISE_SKELLAM] = "skellam",
        [SHEAF_NOISE_LAPLACE] = "laplace",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *out = (sheaf_noise)i;
            return true;
        }
    return false;
}

sheaf_status sheaf_mechanism_check(const sheaf_mechanism *m, sheaf_err *err)
{
    if (!isfinite(m->noise_multiplier) || m->noise_multiplier <= 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the noise multiplier is a number above 0: without noise nothing is "
                          "private");
    if (below(m->noise_multiplier, SHEAF_NOISE_MULTIPLIER_MIN)
        || m->noise_multiplier > SHEAF_NOISE_MULTIPLIER_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the noise multiplier is from %g to %g",
                          SHEAF_NOISE_MULTIPLIER_MIN, SHEAF_NOISE_MULTIPLIER_MAX);
    if (!isfinite(m->sampling) || m->sampling <= 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the sampling rate is above 0: at 0 nobody takes part");
    if (m->sampling > 1)
        return sheaf_fail(err, SHEAF_INVALID, "the sampling rate is a share, at most 1");
    if (below(m->sampling, SHEAF_DELTA_MIN))
        return sheaf_fail(err, SHEAF_INVALID, "the sampling rate is at least %g",
                          SHEAF_DELTA_MIN);
    if (m->dimension > SHEAF_DIMENSION_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the dimension is at most %d",
                          SHEAF_DIMENSION_MAX);
    return SHEAF_OK;
}

sheaf_status sheaf_delta_check(double delta, sheaf_err *err)
{
    if (!isfinite(delta) || delta <= 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "delta is above 0: a guarantee at 0 is another one, that this noise "
                          "need not have");
    if (delta >= 1)
        return sheaf_fail(err, SHEAF_INVALID,
                          "delta is below 1: at 1 the guarantee promises nothing");
    if (below(delta, SHEAF_DELTA_MIN))
        return sheaf_fail(err, SHEAF_INVALID, "delta is at least %g", SHEAF_DELTA_MIN);
    return SHEAF_OK;
}

double sheaf_mechanism_units(const sheaf_mechanism *m)
{
    if (m->dimension == 0)
        return 1;
    return (double)sheaf_sensitivity_least(m->dimension);
}

double sheaf_ratio(uint64_t numerator, uint64_t denominator, sheaf_rounding rounding)
{
    mpfr_rnd_t mode = rounding == SHEAF_ROUND_UP ? MPFR_RNDU : MPFR_RNDD;
    mpfr_t value;
    mpfr_init2(value, RATIO_BITS);
    mpfr_set_ui(value, numerator, mode); /* exact */
    mpfr_div_ui(value, value, denominator, mode);
    double ratio = mpfr_get_d(value, mode);
    mpfr_clear(value);
    return ratio;
}

bool sheaf_decimal_parse(const char *text, sheaf_rounding rounding, double *out)
{
    mpfr_t value;
    char *end;
    size_t length = strlen(text);
    if (length == 0 || length > DECIMAL_LENGTH_MAX || strspn(text, "0123456789.eE+-") != length)
        return false;
    mpfr_init2(value, DECIMAL_BITS);
    mpfr_strtofr(value, text, &end, 10, rounding == SHEAF_ROUND_UP ? MPFR_RNDU : MPFR_RNDD);
    bool whole = end != text && *end == '\0' && mpfr_number_p(value);
    double read =
        whole ? mpfr_get_d(value, rounding == SHEAF_ROUND_UP ? MPFR_RNDU : MPFR_RNDD) : 0;
    mpfr_clear(value);
    if (whole)
        *out = read;
    return whole;
}

void sheaf_decimal_write(double value, char *out, size_t size)
{
    mpfr_t wide;
    mpfr_init2(wide, DECIMAL_BITS);
    mpfr_set_d(wide, value, MPFR_RNDU);
    mpfr_snprintf(out, size, "%.10RUg", wide);
    mpfr_clear(wide);
}
