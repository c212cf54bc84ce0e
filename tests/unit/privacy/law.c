#include "law.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 2000000, BATCH = 1000, BINS = 161, MIDDLE = BINS / 2, FAR = 5, MOMENTS = 8 };
static const double limit = 5;

typedef struct {
    double sigma;
    int64_t width;          /* integers in a bin, odd, so that one bin has 0 in its middle */
    double share[BINS];     /* probability of a bin; the outermost are open */
    double beyond[FAR + 1]; /* of a magnitude above so many standard deviations */
    double moment[MOMENTS + 1];
    double zero;
} expected;

typedef struct {
    double bin[BINS], beyond[FAR + 1], positive, negative, zero, power[5];
} counted;

static int bin_of(int64_t x, int64_t width)
{
    int64_t half = width / 2;
    int64_t bin = x < 0 ? -((-x + half) / width) : (x + half) / width;
    return (int)(bin < -MIDDLE ? 0 : bin > MIDDLE ? BINS - 1 : bin + MIDDLE);
}

static double upper_tail(double from, double sigma)
{
    return erfc(from / sigma / sqrt(2)) / 2;
}

/* By sums over every integer. */
static void expect_sums(expected *e)
{
    int64_t reach = (int64_t)(12 * e->sigma);
    long double total = 0;
    for (int64_t x = -reach; x <= reach; x++)
        total += expl(-(long double)x * x / (2 * (long double)e->sigma * e->sigma));
    for (int64_t x = -reach; x <= reach; x++) {
        long double p =
            expl(-(long double)x * x / (2 * (long double)e->sigma * e->sigma)) / total;
        e->share[bin_of(x, e->width)] += (double)p;
        for (int k = 0; k <= FAR; k++)
            e->beyond[k] += fabs((double)x) > k * e->sigma ? (double)p : 0;
        for (int k = 2; k <= MOMENTS; k += 2)
            e->moment[k] += (double)(p * powl((long double)x / e->sigma, k));
        e->zero += x == 0 ? (double)p : 0;
    }
}

/* By the continuous law with half an integer's correction: the difference is of the order of
 * 1/sigma², far below what the samples can show at a sigma above 1,000. */
static void expect_integrals(expected *e)
{
    static const double moment[MOMENTS + 1] = {1, 0, 1, 0, 3, 0, 15, 0, 105};
    memcpy(e->moment, moment, sizeof moment);
    for (int i = 0; i < BINS; i++) {
        double low = ((double)(i - MIDDLE) - 0.5) * (double)e->width;
        double high = low + (double)e->width;
        double below = i == 0 ? 1 : upper_tail(low, e->sigma);
        e->share[i] = below - (i == BINS - 1 ? 0 : upper_tail(high, e->sigma));
    }
    for (int k = 0; k <= FAR; k++)
        e->beyond[k] = 2 * upper_tail(floor(k * e->sigma) + 0.5, e->sigma);
    e->zero = 1 / e->sigma / sqrt(2 * acos(-1));
}

static void count_samples(counted *c, const expected *e, law_source *draw, void *context)
{
    int64_t x[BATCH];
    for (int done = 0; done < SAMPLES; done += BATCH) {
        draw(context, x, BATCH);
        for (int i = 0; i < BATCH; i++) {
            double z = (double)x[i] / e->sigma, square = z * z;
            c->bin[bin_of(x[i], e->width)]++;
            for (int k = 0; k <= FAR; k++)
                c->beyond[k] += fabs((double)x[i]) > k * e->sigma;
            c->positive += x[i] > 0;
            c->negative += x[i] < 0;
            c->zero += x[i] == 0;
            c->power[1] += z;
            c->power[2] += square;
            c->power[3] += z * square;
            c->power[4] += square * square;
        }
    }
}

static double chi_square_z(const counted *c, const expected *e)
{
    double chi = 0, freedom = -1, seen = 0, wanted = 0;
    for (int i = 0; i < BINS; i++) {
        seen += c->bin[i];
        wanted += SAMPLES * e->share[i];
        if (wanted < 25 && i < BINS - 1) /* too few for the law of chi-square: add the next */
            continue;
        if (wanted > 0)
            chi += (seen - wanted) * (seen - wanted) / (wanted < 25 ? 25 : wanted);
        freedom++;
        seen = wanted = 0;
    }
    return (chi - freedom) / sqrt(2 * freedom);
}

/* How many standard deviations a mean of z^k is off. */
static double moment_z(const counted *c, const expected *e, int k)
{
    double mean = e->moment[k], variance = e->moment[2 * k] - mean * mean;
    return (c->power[k] / SAMPLES - mean) / sqrt(variance / SAMPLES);
}

/* Of a count; for the rarest, where no bell curve fits, five more are allowed. */
static double count_z(double seen, double probability)
{
    double wanted = SAMPLES * probability, off = fabs(seen - wanted);
    off = wanted < 25 ? fmax(0, off - limit) : off;
    return off / sqrt(wanted * (1 - probability) + 1e-9);
}

const char *law_verdict(double sigma, law_source *draw, void *context)
{
    expected e = {.sigma = sigma, .width = (int64_t)(sigma / 16) * 2 + 1};
    counted c = {0};
    const char *wrong = NULL;
    if (sigma < 1000)
        expect_sums(&e);
    else
        expect_integrals(&e);
    count_samples(&c, &e, draw, context);
    for (int k = 1; k <= FAR; k++)
        if (count_z(c.beyond[k], e.beyond[k]) > limit)
            wrong = "tails";
    if (fabs(moment_z(&c, &e, 4)) > limit)
        wrong = "kurtosis";
    if (fabs(moment_z(&c, &e, 3)) > limit)
        wrong = "skewness";
    if (fabs(moment_z(&c, &e, 2)) > limit)
        wrong = "variance";
    if (fabs(moment_z(&c, &e, 1)) > limit)
        wrong = "mean";
    if (fabs(c.positive - c.negative) > limit * sqrt(SAMPLES))
        wrong = "symmetry";
    if (count_z(c.zero, e.zero) > limit)
        wrong = "zero";
    if (fabs(chi_square_z(&c, &e)) > limit)
        wrong = "chi-square";
    return wrong;
}
