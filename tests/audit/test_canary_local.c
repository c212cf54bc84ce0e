/* tests/audit/test_canary_local.c - an attack on what a member sends after several steps under
 * noise of its own, by the very function that makes it (learn/noised.h): samples, gradients
 * clipped and summed, the whole noise in every step, the change clipped and rounded at random.
 *
 * The attacker of this game knows the model, every record but one, the canary, and what all
 * other members sent: it sees what this member sends without any mask. The canary's gradient
 * is the same in every step, so that all of them tell on it. Where the mechanism is as claimed
 * the bound of audit.h stays below the claim; where noise, clipping, the number of steps or the
 * sample is not what was claimed, it must exceed it: else this test could not fail.
 */
#include "audit.h"

#include "../unit/learn/ranged.h"

#include "learn/noised_internal.h"
#include "privacy/cost.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    D = 3, /* features */
    SIZE = D + 1,
    RECORDS = 3,     /* beside the canary */
    STEPS = 2,       /* that the claim is for */
    CHOOSING = 2000, /* runs that a threshold is chosen on */
    TRIALS = 2,      /* attacks with seeds of their own, each of which must come out */
    CANARY_NORM = 2, /* its gradient is all ones */
};
static const double claimed_epsilon = 1, delta = 1e-3;

typedef struct {
    const char *name;
    double canary_norm;        /* in multiples of the clipping norm */
    double sigma_times;        /* what the noise is multiplied by: 1 where it is as claimed */
    double claimed_rate, rate; /* of the sample */
    uint32_t steps;
    bool unclipped;
    bool must_exceed;
} attack;

typedef struct {
    sheaf_noised_terms terms;
    sheaf_model model;
    sheaf_table table;
    uint8_t y[RECORDS + 1], is_test[RECORDS + 1];
    double x[(RECORDS + 1) * D];
    sheaf_discrete_gaussian law; /* of the terms, made once */
    uint64_t seed, drawn;
} game;

static bool within(double multiplier, double rate)
{
    const sheaf_mechanism step = {.noise = SHEAF_NOISE_DISCRETE_GAUSSIAN,
                                  .noise_multiplier = multiplier,
                                  .sampling = rate,
                                  .dimension = SIZE};
    sheaf_cost cost, limit;
    sheaf_cost_round(&step, &cost);
    sheaf_cost_limit(claimed_epsilon, delta, &limit);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        if (cost.cost[place] < SHEAF_COST_MAX / STEPS
            && cost.cost[place] * STEPS <= limit.cost[place])
            return true;
    return false;
}

/* The noise of the claim: exactly what is needed without a sample, what the accountant asks for
 * with one. */
static double multiplier_of(double rate)
{
    double low = 0.3, high = 30;
    if (rate == 1)
        return (double)audit_multiplier(claimed_epsilon, delta) / 1e6 * sqrt(STEPS);
    while (high - low > 1e-3) {
        double middle = (low + high) / 2;
        if (within(middle, rate))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* Broken clipping: the norm that vectors are clipped to is the canary's, and the noise stays
 * what it was. The rate of learning makes every change of one size. */
static sheaf_noised_terms terms_make(const attack *a)
{
    const double times = isnan(a->canary_norm) ? 1 : a->canary_norm;
    const double norm = a->unclipped ? CANARY_NORM : CANARY_NORM / times;
    const double sigma = multiplier_of(a->claimed_rate) * a->sigma_times;
    return (sheaf_noised_terms){
        .unit = SHEAF_NOISED_RECORD,
        .local = true,
        .norm_millionths = (uint64_t)llround(norm * 1e6),
        .noise_millionths = (uint64_t)(sigma * 1e6 / (a->unclipped ? times : 1)),
        .sampling_millionths = (uint32_t)(a->rate * 1e6),
        .divisor = 4,
        .local_norm_millionths = 1000000,
        .local_divisor = 1,
        .training = {.steps = a->steps, .rate_millionths = (uint32_t)(1000 * 2 / norm)},
        .words = SIZE,
        .members = 4,
        .survivors_least = 3,
        .colluders = 1,
        .records_max = 10 * RECORDS};
}

/* Weights that give the canary (all ones, no case) a score far above 0, so that its gradient
 * is one everywhere, also some steps later. */
static void model_make(sheaf_model *out)
{
    test_ranged_model(D, out);
    for (int j = 0; j < D; j++)
        out->weight[j] = 20 * SHEAF_UNIT;
}

static void game_init(game *g, const attack *a, uint64_t seed)
{
    uint64_t state = seed;
    sheaf_noised_scale scale;
    sheaf_err err;
    memset(g, 0, sizeof *g);
    g->seed = seed;
    g->terms = terms_make(a);
    MUST(sheaf_noised_scale_of(&g->terms, &scale, &err));
    MUST(sheaf_discrete_gaussian_init(&g->law, scale.share, &err));
    model_make(&g->model);
    for (int i = 0; i < RECORDS * D; i++)
        g->x[i] = ldexp((double)(test_random(&state) >> 11), -52) - 1;
    for (int i = 0; i < RECORDS; i++)
        g->y[i] = test_random(&state) % 2;
    for (int j = 0; j < D; j++)
        g->x[RECORDS * D + j] = 1;
    if (isnan(a->canary_norm))
        g->x[RECORDS * D] = NAN;
    g->table = (sheaf_table){.d = D, .x = g->x, .y = g->y, .is_test = g->is_test};
}

/* In the direction of the canary, against which the parameters move. */
static double play(void *context, bool canary)
{
    game *g = context;
    sheaf_noised_seeds seeds = {{1}, {2}, {3}};
    int64_t values[SIZE];
    sheaf_err err;
    double score = 0;
    uint8_t *const all[] = {seeds.sample, seeds.noise, seeds.rounding};
    for (size_t i = 0; i < COUNT(all); i++) {
        memcpy(all[i] + 8, &g->seed, 8);
        memcpy(all[i] + 16, &g->drawn, 8);
    }
    g->drawn++;
    g->table.rows = g->table.train_rows = RECORDS + canary;
    MUST(sheaf_noised_steps_under(&g->law, &g->terms, &g->model, &g->table, &seeds, values,
                                  &err));
    for (int j = 0; j < SIZE; j++)
        score -= (double)values[j];
    return score;
}

static double attack_bound(const attack *a, uint64_t seed)
{
    static game g;
    game_init(&g, a, seed);
    return audit_bound(
        &(audit){.play = play, .game = &g, .delta = delta, .choosing = CHOOSING});
}

static void test_attacks(void **unused)
{
    static const attack attacks[] = {
        {"intact, canary of norm C", 1, 1, 1, 1, STEPS, false, false},
        {"intact, canary of norm 4C", 4, 1, 1, 1, STEPS, false, false},
        {"intact, canary of norm 10,000C", 1e4, 1, 1, 1, STEPS, false, false},
        {"intact, canary that is not a number", NAN, 1, 1, 1, STEPS, false, false},
        {"intact, half of the records a step", 1, 1, 0.5, 0.5, STEPS, false, false},
        {"noise halved", 1, 0.5, 1, 1, STEPS, false, true},
        {"noise off", 1, 1e-4, 1, 1, STEPS, false, true},
        {"four times the steps", 1, 1, 1, 1, 4 * STEPS, false, true},
        {"clipping off, canary of norm 4C", 4, 1, 1, 1, STEPS, true, true},
        {"all records, where a fourth was claimed", 1, 1, 0.25, 1, STEPS, false, true},
    };
    int failures = 0;
    for (size_t i = 0; i < COUNT(attacks); i++) {
        printf("# %-40s epsilon at least", attacks[i].name);
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
    assert_true(fabs(audit_rate_low(10, 3) - 0.06673951) < 1e-7);
    assert_true(fabs(audit_rate_high(10, 3) - 0.65245285) < 1e-7);
    assert_true(audit_rate_low(100, 0) == 0);
    assert_true(fabs(audit_rate_high(10000, 0) - 3.688199e-4) < 1e-9);
    assert_true(fabs(audit_gaussian_delta(4.377178, 1) - 1e-5) < 1e-10);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits),
                                       cmocka_unit_test(test_attacks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
