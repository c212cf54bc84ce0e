/* tests/audit/test_canary.c - an attack on the mechanism as it is built: clipping, shares of
 * noise, the discrete Gaussian, words modulo 2^64.
 *
 * The attacker of this game knows every record but one, the canary; its gradient it has chosen
 * itself; it colludes with one member, and one more has dropped out, so that two honest shares
 * of noise are left. It sees the sum of a step and says whether the canary was in it. From how
 * often it is right follows a lower bound on the epsilon that the step can have, with a
 * confidence of 95 %: log((TPR - delta) / FPR), with the limits of Clopper and Pearson for both
 * (Nasr et al. 2021, "Adversary instantiation"). Where the mechanism is as claimed the bound
 * stays below the claim; where noise or clipping is not what was claimed, it must exceed it:
 * else this test could not fail.
 */
#include "../unit/privacy/test.h"

#include "privacy/clip.h"
#include "privacy/discrete_gaussian.h"
#include "privacy/noise_share.h"
#include "round/fixed_point.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIZE = 16,    /* elements of a gradient */
    RECORDS = 20, /* beside the canary */
    HONEST = 2,   /* shares of noise that the attacker does not know */
    RUNS = 10000, /* a side */
    TRIALS = 3,   /* attacks with seeds of their own, each of which must come out */
    SENSITIVITY = 65536,
};
static const double claimed_epsilon = 1, delta = 1e-3, clip_norm = 1;

typedef struct {
    const char *name;
    double canary_norm; /* in multiples of the clipping norm */
    double sigma_times; /* what the noise is multiplied by: 1 where it is as claimed */
    uint32_t survivors; /* that the shares of noise are sized for; 3 where it is as claimed */
    bool unclipped;
    bool must_exceed;
} attack;

static double normal_below(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

/* delta of one Gaussian step at an epsilon (Balle and Wang 2018, theorem 8). */
static double gaussian_delta(double epsilon, double sigma)
{
    double a = 1 / (2 * sigma), b = epsilon * sigma;
    return normal_below(a - b) - exp(epsilon) * normal_below(-a - b);
}

/* The least noise multiplier, in millionths, that keeps the claim. */
static uint64_t claimed_multiplier(void)
{
    double low = 0.1, high = 100;
    while (high - low > 1e-9) {
        double middle = (low + high) / 2;
        if (gaussian_delta(claimed_epsilon, middle) > delta)
            low = middle;
        else
            high = middle;
    }
    return (uint64_t)ceil(high * SHEAF_MULTIPLIER_UNIT);
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

/* The limit that a rate is above with a confidence of 97.5 %. */
static double rate_low(int n, int k)
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

static double rate_high(int n, int k)
{
    return 1 - rate_low(n, n - k);
}

static double epsilon_bound(int n, int caught, int wrong)
{
    double ratio = (rate_low(n, caught) - delta) / rate_high(n, wrong);
    return ratio > 1 ? log(ratio) : 0;
}

static double element(uint64_t *state)
{
    return ldexp((double)(test_random(state) >> 11), -52) - 1;
}

/* A vector of a given norm. */
static void gradient(uint64_t *state, double norm, double out[SIZE])
{
    double square = 0;
    for (int i = 0; i < SIZE; i++) {
        out[i] = element(state);
        square += out[i] * out[i];
    }
    for (int i = 0; i < SIZE; i++)
        out[i] *= norm / sqrt(square);
}

/* What a record adds; the broken mechanism only scales it. */
static void contribution(const double in[SIZE], bool unclipped, int64_t out[SIZE])
{
    (void)sheaf_clip(in, SIZE, clip_norm, SENSITIVITY, out);
    for (int i = 0; unclipped && i < SIZE; i++)
        out[i] = (int64_t)(in[i] / clip_norm * SENSITIVITY);
}

typedef struct {
    double canary[SIZE];             /* the direction in which the attacker looks */
    int64_t rest[SIZE], whole[SIZE]; /* sums without and with the canary */
    sheaf_discrete_gaussian law;
    sheaf_noise_stream stream[HONEST];
    bool noise;
} game;

static void game_init(game *g, const attack *a, uint64_t seed)
{
    uint64_t state = seed;
    sheaf_noise_plan plan = {
        .sensitivity = SENSITIVITY, .survivors_least = a->survivors, .colluders = 1};
    sheaf_variance share;
    memset(g, 0, sizeof *g);
    for (int k = 0; k <= RECORDS; k++) {
        double record[SIZE];
        int64_t added[SIZE];
        bool canary = k == RECORDS, number = !isnan(a->canary_norm);
        gradient(&state,
                 !canary  ? 2 * fabs(element(&state))
                 : number ? a->canary_norm
                          : 1,
                 record);
        memcpy(g->canary, record, sizeof record);
        record[0] = canary && !number ? NAN : record[0];
        contribution(record, a->unclipped, added);
        for (int i = 0; i < SIZE; i++) {
            g->rest[i] += canary ? 0 : added[i];
            g->whole[i] += added[i];
        }
    }
    g->noise = a->sigma_times > 0;
    plan.multiplier_millionths =
        (uint64_t)((double)claimed_multiplier() * (g->noise ? a->sigma_times : 1));
    assert_int_equal(sheaf_noise_share(&plan, &share, NULL), SHEAF_OK);
    assert_int_equal(sheaf_discrete_gaussian_init(&g->law, share, NULL), SHEAF_OK);
    for (int k = 0; k < HONEST; k++) {
        const uint8_t key[32] = {(uint8_t)k, (uint8_t)seed, (uint8_t)(seed >> 8)};
        sheaf_noise_stream_init(&g->stream[k], key);
    }
}

/* One step, and what the attacker makes of it: the sum less all that it knows, in the direction
 * of the canary. */
static double play(game *g, bool canary)
{
    uint64_t words[SIZE];
    int64_t zero[SIZE] = {0}, noise[SIZE] = {0};
    double score = 0;
    sheaf_err err;
    assert_int_equal(sheaf_noise_add(canary ? g->whole : g->rest, zero, SIZE,
                                     (RECORDS + 1) * (uint64_t)SENSITIVITY * 4, words, &err),
                     SHEAF_OK);
    for (int k = 0; k < HONEST && g->noise; k++) {
        sheaf_discrete_gaussian_fill(&g->law, &g->stream[k], noise, SIZE);
        for (int i = 0; i < SIZE; i++)
            words[i] += sheaf_word_from_int(noise[i]);
    }
    for (int i = 0; i < SIZE; i++)
        score += (double)(sheaf_int_from_word(words[i]) - g->rest[i]) * g->canary[i];
    return score;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void play_all(game *g, bool canary, double *score)
{
    for (int i = 0; i < RUNS; i++)
        score[i] = play(g, canary);
    qsort(score, RUNS, sizeof *score, ascending);
}

static int above(const double *sorted, double threshold)
{
    int low = 0, high = RUNS;
    while (low < high) {
        int middle = (low + high) / 2;
        if (sorted[middle] > threshold)
            high = middle;
        else
            low = middle + 1;
    }
    return RUNS - low;
}

/* The threshold is chosen on runs that are not counted afterwards, and not further out than
 * where 100 of 10,000 are wrong: there a lucky few would choose it. */
static double attack_bound(const attack *a, uint64_t seed)
{
    static game g;
    static double with[RUNS], without[RUNS];
    double threshold = 0, best = -1;
    game_init(&g, a, seed);
    play_all(&g, true, with);
    play_all(&g, false, without);
    for (int i = RUNS - RUNS / 100; i > RUNS / 2; i -= RUNS / 200) {
        double bound = epsilon_bound(RUNS, above(with, without[i]), above(without, without[i]));
        threshold = bound > best ? without[i] : threshold;
        best = bound > best ? bound : best;
    }
    play_all(&g, true, with);
    play_all(&g, false, without);
    return epsilon_bound(RUNS, above(with, threshold), above(without, threshold));
}

static void test_attacks(void **unused)
{
    static const attack attacks[] = {
        {"intact, canary of norm C", 1, 1, 3, false, false},
        {"intact, canary of norm 4C", 4, 1, 3, false, false},
        {"intact, canary of norm 1,000,000C", 1e6, 1, 3, false, false},
        {"intact, canary that is not a number", NAN, 1, 3, false, false},
        {"noise halved", 1, 0.5, 3, false, true},
        {"noise off", 1, 0, 3, false, true},
        {"shares sized for eight, two left", 1, 1, 9, false, true},
        {"clipping off, canary of norm 4C", 4, 1, 3, true, true},
    };
    int failures = 0;
    printf("# noise multiplier %.6f for epsilon %g, delta %g\n",
           (double)claimed_multiplier() / SHEAF_MULTIPLIER_UNIT, claimed_epsilon, delta);
    for (size_t i = 0; i < COUNT(attacks); i++) {
        printf("# %-38s epsilon at least", attacks[i].name);
        for (uint64_t trial = 0; trial < TRIALS; trial++) {
            double bound = attack_bound(&attacks[i], 1000 * (i + 1) + trial);
            printf(" %.3f", bound);
            failures += (bound > claimed_epsilon) != attacks[i].must_exceed;
        }
        printf("\n");
    }
    assert_int_equal(failures, 0);
    (void)unused;
}

/* The pieces of the attack against values known otherwise. */
static void test_limits(void **unused)
{
    assert_true(fabs(rate_low(10, 3) - 0.06673951) < 1e-7);
    assert_true(fabs(rate_high(10, 3) - 0.65245285) < 1e-7);
    assert_true(rate_low(100, 0) == 0);
    assert_true(fabs(rate_high(10000, 0) - 3.688199e-4) < 1e-9);
    assert_true(fabs(gaussian_delta(4.377178, 1) - 1e-5) < 1e-10);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_attacks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
