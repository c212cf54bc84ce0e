/* What a round gives away to the hub and to members, against values computed by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claims/privacy_cost.h"
#include "claims/round_epsilon.h"

#include <math.h>

enum { MANDATE = 1, ROUND = 2, WORDS = 14, LEAST = 3 };

static struct sheaf_row_mandate *mandate(sheaf_state *state)
{
    return sheaf_mandate_edit(state, sheaf_mandate_row(state, MANDATE));
}

static struct sheaf_row_round *round_row(sheaf_state *state)
{
    return sheaf_round_edit(state, sheaf_round_row(state, ROUND));
}

/* Noise 4 in training and 8 in an evaluation, all records, delta 1e-3; 4 seats of which 3 must
 * stay, and one colludes. */
static void begin(sheaf_state *state)
{
    sheaf_err err;
    sheaf_cost cost, evaluation;
    assert_int_equal(sheaf_state_init(state, SHEAF_REVISION, &err), SHEAF_OK);
    *sheaf_mandate_new(state, MANDATE) = (struct sheaf_row_mandate){
        .id = MANDATE,
        .unit = SHEAF_privacy_unit_record,
        .release = SHEAF_release_form_noised,
        .colluders = 1,
        .delta_trillionths = 1000000000,
        .noise_millionths = 4000000,
        .evaluation_noise_millionths = 8000000,
        .sampling_millionths = 1000000,
    };
    *sheaf_round_new(state, ROUND) = (struct sheaf_row_round){.id = ROUND,
                                                              .mandate = MANDATE,
                                                              .task = SHEAF_task_train,
                                                              .state = SHEAF_round_state_open,
                                                              .words = WORDS,
                                                              .seats = 4,
                                                              .survivors_min = LEAST};
    const sheaf_cost_terms terms = {4000000, 1000000, WORDS, 1},
                           less = {8000000, 1000000, 4, 1};
    assert_int_equal(sheaf_cost_recall(&terms, &cost, &err), SHEAF_OK);
    assert_int_equal(sheaf_cost_recall(&less, &evaluation, &err), SHEAF_OK);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        struct sheaf_row_charge *charge = sheaf_charge_new(state, sheaf_pair(MANDATE, place));
        charge->mandate = MANDATE;
        charge->place = (uint8_t)place;
        charge->cost = cost.cost[place];
        charge->evaluation_cost = evaluation.cost[place];
    }
}

static void expect(sheaf_state *state, double hub, double members)
{
    sheaf_round_epsilon found = sheaf_round_epsilon_of(state, round_row(state));
    assert_float_equal(found.hub, hub, 1e-9);
    assert_float_equal(found.members, members, 1e-9);
}

/* With variance v the smallest over the 32 orders a of
 * a / (2 v) + log(1 - 1/a) - (log delta + log a) / (a - 1), by mpmath at 30 digits:
 *     v = 16          0.69006577... at order 12: what the mandate is charged
 *     v = 16 * 3 / 2  0.54592007... at order 14: three shares, each a half of 16
 *     v = 16 * 4 / 2  0.45965924... at order 17: four of them */
static void test_shared(void **unused)
{
    sheaf_state state;
    begin(&state);
    expect(&state, 0.5460, 0.6901);
    round_row(&state)->state = SHEAF_round_state_aborted;
    expect(&state, 0.5460, 0.6901);
    /* That all four are in the sum is the hub's word alone until one of them attests it. */
    round_row(&state)->state = SHEAF_round_state_closed;
    round_row(&state)->survivors = 4;
    expect(&state, 0.5460, 0.6901);
    round_row(&state)->attested = 1;
    expect(&state, 0.4597, 0.6901);
    round_row(&state)->survivors = LEAST;
    expect(&state, 0.5460, 0.6901);
    sheaf_state_deinit(&state);
    (void)unused;
}

/* The same with twice the noise, and with more charged than it costs: against members what is
 * charged counts. */
static void test_evaluation(void **unused)
{
    sheaf_state state;
    begin(&state);
    round_row(&state)->task = SHEAF_task_evaluate;
    round_row(&state)->words = 4;
    sheaf_round_epsilon found = sheaf_round_epsilon_of(&state, round_row(&state));
    assert_true(found.hub < found.members && found.members < 0.6901 / 2 + 0.01);
    double before = found.hub;
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        sheaf_charge_edit(&state, place)->evaluation_cost *= 4;
    found = sheaf_round_epsilon_of(&state, round_row(&state));
    assert_float_equal(found.members, 0.6901, 1e-9);
    assert_float_equal(found.hub, before, 1e-9);
    sheaf_state_deinit(&state);
    (void)unused;
}

/* Nothing is less where each member's noise is the whole, or no share is left but those of
 * colluders; and no bound is told as none. */
static void test_not_less(void **unused)
{
    sheaf_state state;
    begin(&state);
    mandate(&state)->local_noise = true;
    expect(&state, 0.6901, 0.6901);
    mandate(&state)->local_noise = false;
    mandate(&state)->colluders = LEAST;
    expect(&state, 0.6901, 0.6901);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        sheaf_charge_edit(&state, place)->cost = SHEAF_COST_MAX;
    sheaf_round_epsilon found = sheaf_round_epsilon_of(&state, round_row(&state));
    assert_true(isinf(found.hub) && isinf(found.members));
    sheaf_state_deinit(&state);
    (void)unused;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_not_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
