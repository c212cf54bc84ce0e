#include "audit.h"

#include <math.h>
#include <stdlib.h>

static double normal_below(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

double audit_gaussian_delta(double epsilon, double sigma)
{
    double a = 1 / (2 * sigma), b = epsilon * sigma;
    return normal_below(a - b) - exp(epsilon) * normal_below(-a - b);
}

uint64_t audit_multiplier(double epsilon, double delta)
{
    double low = 0.1, high = 100;
    while (high - low > 1e-9) {
        double middle = (low + high) / 2;
        if (audit_gaussian_delta(epsilon, middle) > delta)
            low = middle;
        else
            high = middle;
    }
    return (uint64_t)ceil(high * 1e6);
}

/* log of the binomial probability of k in n. */
static double binomial_log(double n, double k, double p)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p);
}

/* P(at least k of n). */
static double at_least(int n, int k, double p)
{
    double sum = 0;
    for (int i = k; i <= n; i++) {
        double term = exp(binomial_log(n, i, p));
        sum += term;
        if (i > n * p && term < 1e-18)
            break;
    }
    return sum;
}

double audit_rate_low(int n, int k)
{
    double low = 0, high = (double)k / n;
    for (int i = 0; k > 0 && i < 50; i++) {
        double middle = (low + high) / 2;
        if (at_least(n, k, middle) < 0.025)
            low = middle;
        else
            high = middle;
    }
    return low;
}

double audit_rate_high(int n, int k)
{
    return 1 - audit_rate_low(n, n - k);
}

static double epsilon_bound(int n, int caught, int wrong, double delta)
{
    double ratio = (audit_rate_low(n, caught) - delta) / audit_rate_high(n, wrong);
    return ratio > 1 ? log(ratio) : 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void play_all(const audit *a, bool canary, int runs, double *score)
{
    for (int i = 0; i < runs; i++)
        score[i] = a->play(a->game, canary);
    qsort(score, (size_t)runs, sizeof *score, ascending);
}

static int above(const double *sorted, int runs, double threshold)
{
    int low = 0, high = runs;
    while (low < high) {
        int middle = (low + high) / 2;
        if (sorted[middle] > threshold)
            high = middle;
        else
            low = middle + 1;
    }
    return runs - low;
}

/* The threshold is not further out than where one in a hundred is wrong: there a lucky few
 * would choose it. */
double audit_bound(const audit *a)
{
    static double with[AUDIT_RUNS], without[AUDIT_RUNS];
    double threshold = 0, best = -1;
    int n = a->choosing;
    play_all(a, true, n, with);
    play_all(a, false, n, without);
    for (int i = n - n / 100; i > n / 2; i -= n / 200) {
        double bound = epsilon_bound(n, above(with, n, without[i]),
                                     above(without, n, without[i]), a->delta);
        threshold = bound > best ? without[i] : threshold;
        best = bound > best ? bound : best;
    }
    play_all(a, true, AUDIT_RUNS, with);
    play_all(a, false, AUDIT_RUNS, without);
    return epsilon_bound(AUDIT_RUNS, above(with, AUDIT_RUNS, threshold),
                         above(without, AUDIT_RUNS, threshold), a->delta);
}
