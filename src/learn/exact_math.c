/* The reductions are those of fdlibm (Sun Microsystems, 1993): exp by the continued fraction
 * r + r c / (2 - c), log by s = f / (2 + f). The series are those of the functions themselves,
 * exact fractions, cut where what is left is below 2^-57 of the result. */
#include "learn/exact_math.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* ln 2 = HIGH + LOW; HIGH has 32 bits of zeros at its end, so that k * HIGH is exact. */
static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
static const double log2_e = 0x1.71547652b82fep+0;

enum { EXPONENT_BIAS = 1023, MANTISSA_BITS = 52, BERNOULLI = 6 };

/* r coth(r/2) = 2 + r^2/6 - r^4/360 + ...: 2 B(2n) / (2n)! by the numbers of Bernoulli. */
static const double bernoulli[BERNOULLI] = {
    1.0 / 6, -1.0 / 360, 1.0 / 15120, -1.0 / 604800, 1.0 / 23950080, -691.0 / 653837184000,
};

static double double_of(uint64_t bits)
{
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

static uint64_t bits_of(double x)
{
    uint64_t out;
    memcpy(&out, &x, sizeof out);
    return out;
}

/* 2^k for k that a normal double has. */
static double power_of_two(int k)
{
    return double_of((uint64_t)(EXPONENT_BIAS + k) << MANTISSA_BITS);
}

/* x = k ln 2 + r with |r| at most half of ln 2; returns exp(r) - 1. |x| is below 2^10. */
static double reduced_expm1(double x, int *k)
{
    double whole = floor(x * log2_e + 0.5);
    double high = x - whole * ln2_high, low = whole * ln2_low;
    double r = high - low, t = r * r;
    double series = 0;
    for (int n = BERNOULLI; n-- > 0;)
        series = (bernoulli[n] + series) * t;
    double c = r - series;
    *k = (int)whole;
    return high - (low - r * c / (2 - c));
}

double sheaf_exact_exp(double x)
{
    int k;
    if (!(x < 710)) /* or no number */
        return x * (double)INFINITY;
    if (x < -746)
        return 0;
    double m = 1 + reduced_expm1(x, &k);
    /* In two steps, as 2^1024 and 2^-1074 are no normal doubles; at most the last one rounds.
     */
    int half = k / 2;
    return m * power_of_two(half) * power_of_two(k - half);
}

/* exp(x) - 1 for 0 <= x <= 64. */
static double expm1_of(double x)
{
    int k;
    double m = reduced_expm1(x, &k), power = power_of_two(k);
    return m * power + (power - 1);
}

/* k ln 2 + log(1 + f) + correction for sqrt(1/2) - 1 <= f <= sqrt(2) - 1. */
static double log_of(int k, double f, double correction)
{
    double s = f / (2 + f), z = s * s, half = 0.5 * f * f;
    /* log(1 + f) = 2 atanh(s) = 2s + 2/3 s^3 + 2/5 s^5 + ... and 2s = f - s f */
    double rest = 2.0 / 23;
    for (int n = 21; n >= 3; n -= 2)
        rest = rest * z + 2.0 / n;
    rest *= z;
    double low = k * ln2_low + correction;
    return k * ln2_high - ((half - (s * (half + rest) + low)) - f);
}

/* The k with which x / 2^k lies between sqrt(1/2) and sqrt(2), for x a normal double. */
static int exponent_of(double x)
{
    int k = (int)(bits_of(x) >> MANTISSA_BITS) - EXPONENT_BIAS;
    double m = double_of((bits_of(x) & (((uint64_t)1 << MANTISSA_BITS) - 1))
                         | (uint64_t)EXPONENT_BIAS << MANTISSA_BITS);
    return m > 0x1.6a09e667f3bcdp+0 ? k + 1 : k;
}

double sheaf_exact_log(double x)
{
    int moved = 0;
    if (x <= 0 || !(x <= DBL_MAX))
        return x == 0 ? -(double)INFINITY : x < 0 ? (double)NAN : x;
    if (x < DBL_MIN) {
        x *= 0x1p54;
        moved = -54;
    }
    int k = exponent_of(x), half = -k / 2;
    double m = x * power_of_two(half) * power_of_two(-k - half);
    return log_of(k + moved, m - 1, 0);
}

double sheaf_exact_sigmoid(double x)
{
    if (x >= 0)
        return 1 / (1 + sheaf_exact_exp(-x));
    double e = sheaf_exact_exp(x);
    return e / (1 + e);
}

double sheaf_exact_tanh(double x)
{
    double size = fabs(x);
    if (!(size < 22)) /* 1 - tanh(22) is below 2^-62 */
        return x != x ? x : x > 0 ? 1 : -1;
    double m = expm1_of(2 * size), t = m / (m + 2);
    return x < 0 ? -t : t;
}

double sheaf_exact_softplus(double x)
{
    double e = sheaf_exact_exp(-fabs(x)), more = x > 0 ? x : 0;
    if (x != x)
        return x;
    /* Where 1 + e is not exact, what it lost is given back as a correction of the logarithm. */
    double u = 1 + e;
    if (e < 0.4)
        return more + log_of(0, e, 0);
    return more + log_of(1, (u - 2) / 2, (e - (u - 1)) / u);
}
