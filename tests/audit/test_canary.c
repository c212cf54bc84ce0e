/* tests/audit/test_canary.c - an attack on what members send, by the very functions that make
 * it (learn/noised.h): a gradient of every record, clipped and summed, the clipped change of a
 * whole member, the cells of an evaluation; shares of noise, words modulo 2^bits.
 *
 * The attacker of this game knows the model and every record but one, the canary, a record of
 * its own making whose gradient it knows (or every member but one, or every held-out record but
 * one); it colludes with one member, and one more has dropped
 * out, so that two honest shares of noise are left. It sees the sum of a step and says whether
 * the canary was in it (audit.h). Where the mechanism is as claimed the bound stays below the
 * claim; where noise or clipping is not what was claimed, it must exceed it: else this test
 * could not fail.
 */
#include "audit.h"

#include "../unit/learn/ranged.h"

#include "learn/noised.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    D = 3,           /* features */
    SIZE = D + 1,    /* elements of a gradient */
    RECORDS = 20,    /* beside the canary */
    HONEST = 2,      /* shares of noise that the attacker does not know */
    TRIALS = 3,      /* attacks with seeds of their own, each of which must come out */
    AT_ONCE = 64,    /* steps that one call draws noise for: it is drawn element by element */
    CANARY_NORM = 2, /* its gradient is all ones */
};
static const double claimed_epsilon = 1, delta = 1e-3;

typedef enum { GRADIENT, CHANGE, CELLS } kind;

typedef struct {
    const char *name;
    kind kind;
    double canary_norm; /* in multiples of the clipping norm */
    double sigma_times; /* what the noise is multiplied by: 1 where it is as claimed */
    uint32_t survivors; /* that the shares of noise are sized for; 3 where it is as claimed */
    bool unclipped;
    bool must_exceed;
} attack;

static double element(uint64_t *state)
{
    return ldexp((double)(test_random(state) >> 11), -52) - 1;
}

/* Weights that give the canary (all ones, no case) a score far above 0, so that its gradient
 * is one everywhere. */
static void model_make(sheaf_model *out)
{
    test_ranged_model(D, out);
    for (int j = 0; j < D; j++)
        out->weight[j] = 20 * SHEAF_UNIT;
}

typedef struct {
    int64_t rest[SIZE], whole[SIZE]; /* an honest member's sums without and with the canary */
    sheaf_noised_terms terms;
    unsigned bits;
    uint64_t seed, drawn; /* of noise */
    bool noise;
    uint64_t sums[AT_ONCE * SIZE]; /* of runs on one side, of which so many are left */
    int left;
    bool side;
} game;

/* A canary's gradient has the norm CANARY_NORM, the change of a member that has nothing but it
 * several times that. */
static sheaf_noised_terms terms_make(const attack *a)
{
    double times = a->sigma_times > 0 ? a->sigma_times : 1;
    double norm = CANARY_NORM / (isnan(a->canary_norm) ? 1 : a->canary_norm);
    return (sheaf_noised_terms){
        .unit = a->kind == CHANGE ? SHEAF_NOISED_MEMBER : SHEAF_NOISED_RECORD,
        .evaluates = a->kind == CELLS,
        .norm_millionths = (uint64_t)llround(norm * 1e6),
        .noise_millionths =
            (uint64_t)((double)audit_multiplier(claimed_epsilon, delta) * times),
        .sampling_millionths = 1000000,
        .divisor = RECORDS,
        .training = {.steps = 5, .rate_millionths = 1000000},
        .words = SIZE,
        .members = 4,
        .survivors_least = a->survivors,
        .colluders = 1,
        .records_max = 10 * RECORDS};
}

/* What the honest member would add. Broken clipping: nothing reaches the norm that vectors are
 * clipped to, and the noise stays what it was. */
static void sum_make(const attack *a, const sheaf_noised_terms *terms, const sheaf_model *model,
                     const sheaf_table *table, int64_t *out)
{
    const uint8_t seed[SHEAF_NOISED_SEED] = {
        0}; /* of a sample that takes all, or of rounding */
    const int times = a->unclipped ? (int)a->canary_norm : 1;
    sheaf_noised_terms wide = *terms;
    sheaf_err err;
    wide.norm_millionths *= (uint64_t)times;
    if (a->kind == GRADIENT)
        MUST(sheaf_noised_gradient(&wide, model, table, seed, out, &err));
    else if (a->kind == CHANGE)
        MUST(sheaf_noised_change(&wide, model, table, 0, seed, out, &err));
    else
        MUST(sheaf_noised_cells(&wide, model, table, out, &err));
    for (int j = 0; j < SIZE; j++)
        out[j] *= times;
}

static sheaf_table table_of(double *x, uint8_t *y, uint8_t *is_test, uint32_t rows)
{
    sheaf_table table = {.d = D, .rows = rows, .x = x, .y = y, .is_test = is_test};
    *(is_test[0] ? &table.test_rows : &table.train_rows) = rows;
    return table;
}

static void game_init(game *g, const attack *a, uint64_t seed)
{
    uint64_t state = seed;
    static uint8_t y[RECORDS + 1], is_test[RECORDS + 1];
    static double x[(RECORDS + 1) * D];
    sheaf_noised_scale scale;
    sheaf_model model;
    sheaf_err err;
    memset(g, 0, sizeof *g);
    g->seed = seed;
    g->noise = a->sigma_times > 0;
    g->terms = terms_make(a);
    model_make(&model);
    MUST(sheaf_noised_scale_of(&g->terms, &scale, &err));
    g->bits = scale.bits;
    for (int i = 0; i < RECORDS * D; i++)
        x[i] = element(&state);
    for (int i = 0; i < RECORDS; i++)
        y[i] = test_random(&state) % 2;
    for (int j = 0; j < D; j++)
        x[RECORDS * D + j] = 1;
    if (isnan(a->canary_norm))
        x[RECORDS * D] = NAN;
    memset(is_test, a->kind == CELLS, sizeof is_test);
    sheaf_table table = table_of(x, y, is_test, RECORDS);
    if (a->kind == CHANGE) /* the member is there with its one record, or not at all */
        table = table_of(x + (size_t)RECORDS * D, y + RECORDS, is_test, 0);
    sum_make(a, &g->terms, &model, &table, g->rest);
    table = table_of(table.x, table.y, is_test, table.rows + 1);
    sum_make(a, &g->terms, &model, &table, g->whole);
}

/* The sums of AT_ONCE steps of the same two honest members, one of whom has no record. */
static void sums_of(game *g, bool canary, uint64_t *sums)
{
    int64_t values[AT_ONCE * SIZE], nothing[AT_ONCE * SIZE] = {0};
    sheaf_noised_terms terms = g->terms;
    terms.words = AT_ONCE * SIZE;
    for (int i = 0; i < AT_ONCE * SIZE; i++) {
        values[i] = canary ? g->whole[i % SIZE] : g->rest[i % SIZE];
        sums[i] = (uint64_t)values[i] & (~(uint64_t)0 >> (64 - g->bits));
    }
    for (int k = 0; k < HONEST && g->noise; k++) {
        sheaf_err err;
        uint64_t words[AT_ONCE * SIZE];
        uint8_t draw[SHEAF_NOISED_SEED] = {(uint8_t)k};
        memcpy(draw + 8, &g->seed, 8);
        memcpy(draw + 16, &g->drawn, 8);
        MUST(sheaf_noised_words(&terms, k ? nothing : values, draw, words, &err));
        for (int i = 0; i < AT_ONCE * SIZE; i++)
            sums[i] = k ? sums[i] + words[i] : words[i];
    }
    g->drawn++;
}

/* What the attacker makes of a sum: less all that it knows, in the direction of the canary, in
 * units of the sensitivity. */
static double score_of(const game *g, const uint64_t *sum)
{
    double score = 0;
    for (int j = 0; j < SIZE; j++)
        score += (ldexp((double)(int64_t)(sum[j] << (64 - g->bits)), (int)g->bits - 64)
                  - (double)g->rest[j])
                 * (double)(g->whole[j] - g->rest[j]);
    return ldexp(score, -32);
}

/* The sums of AT_ONCE runs are made at a time. */
static double play(void *context, bool canary)
{
    game *g = context;
    if (g->left == 0 || g->side != canary) {
        sums_of(g, canary, g->sums);
        g->left = AT_ONCE;
        g->side = canary;
    }
    return score_of(g, g->sums + (size_t)(AT_ONCE - g->left--) * SIZE);
}

static double attack_bound(const attack *a, uint64_t seed)
{
    static game g;
    game_init(&g, a, seed);
    return audit_bound(&(audit){.play = play, .game = &g, .delta = delta, .choosing = 10000});
}

static void test_attacks(void **unused)
{
    static const attack attacks[] = {
        {"intact, canary of norm C", GRADIENT, 1, 1, 3, false, false},
        {"intact, canary of norm 4C", GRADIENT, 4, 1, 3, false, false},
        {"intact, canary of norm 1,000,000C", GRADIENT, 1e6, 1, 3, false, false},
        {"intact, canary that is not a number", GRADIENT, NAN, 1, 3, false, false},
        {"noise halved", GRADIENT, 1, 0.5, 3, false, true},
        {"noise off", GRADIENT, 1, 0, 3, false, true},
        {"shares sized for eight, two left", GRADIENT, 1, 1, 9, false, true},
        {"clipping off, canary of norm 4C", GRADIENT, 4, 1, 3, true, true},
        {"intact, a member whose change is 10C", CHANGE, 2, 1, 3, false, false},
        {"noise halved, the same member", CHANGE, 2, 0.5, 3, false, true},
        {"clipped to 2C, the same member", CHANGE, 2, 1, 3, true, true},
        {"intact, a record of an evaluation", CELLS, 1, 1, 3, false, false},
        {"noise halved, the same record", CELLS, 1, 0.5, 3, false, true},
    };
    int failures = 0;
    printf("# noise multiplier %.6f for epsilon %g, delta %g\n",
           (double)audit_multiplier(claimed_epsilon, delta) / SHEAF_MULTIPLIER_UNIT,
           claimed_epsilon, delta);
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_attacks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
