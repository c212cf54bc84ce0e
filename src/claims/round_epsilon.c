#include "claims/round_epsilon.h"

#include "claims/privacy_cost.h"

#include <math.h>

#define DECIMALS 1e4

/* The next larger number first, for the product may be rounded down. */
static double epsilon_of(const sheaf_cost *cost, const struct sheaf_row_mandate *m)
{
    double delta = sheaf_ratio(m->delta_trillionths, 1000000000000, SHEAF_ROUND_DOWN);
    double epsilon = sheaf_cost_epsilon(cost, delta);
    return ceil(nextafter(epsilon * DECIMALS, INFINITY)) / DECIMALS;
}

/* Shares are sized such that `least` of them have the noise that is stated; where `more` are
 * unknown to whoever looks, it is larger by the root of more / least. Rounded down: below 2^30
 * millionths and 2^10 members the root is off by less than a millionth. */
static uint64_t noise_of(uint64_t millionths, uint32_t more, uint32_t least)
{
    double noise = floor((double)millionths * sqrt((double)more / least)) - 1;
    return noise > (double)millionths ? (uint64_t)noise : millionths;
}

sheaf_round_epsilon sheaf_round_epsilon_of(const sheaf_state *state,
                                           const struct sheaf_row_round *round)
{
    const struct sheaf_row_mandate *m = sheaf_mandate_get(state, round->mandate);
    const bool evaluates = round->task == SHEAF_task_evaluate;
    const bool known = round->state == SHEAF_round_state_closed && round->attested > 0;
    sheaf_cost charged, cost;
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        const struct sheaf_row_charge *charge =
            sheaf_charge_get(state, sheaf_pair(m->id, place));
        charged.cost[place] = evaluates ? charge->evaluation_cost : charge->cost;
    }
    double members = epsilon_of(&charged, m);
    sheaf_round_epsilon out = {members, members};
    if (m->local_noise || m->colluders >= round->survivors_min)
        return out;
    const sheaf_cost_terms terms = {
        .noise_millionths =
            noise_of(evaluates ? m->evaluation_noise_millionths : m->noise_millionths,
                     known ? round->survivors : round->survivors_min,
                     (uint32_t)round->survivors_min - m->colluders),
        .sampling_millionths = evaluates ? 1000000 : m->sampling_millionths,
        .words = round->words,
        .steps = 1};
    if (sheaf_cost_recall(&terms, &cost, NULL) == SHEAF_OK)
        out.hub = fmin(members, epsilon_of(&cost, m));
    return out;
}
