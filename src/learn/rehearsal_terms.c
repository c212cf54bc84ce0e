/* What a mandate would say: noise for an epsilon, the protocol's terms, what it costs. */
#include "learn/rehearsal.h"

#include "learn/validation.h"

#include "learn/round_graph.h"
#include "privacy/cost.h"
#include "round/message.h"

#include <math.h>

enum {
    MILLION = 1000000,
    NOISE_MIN = 30000, /* in millionths: a third of it is the least of an evaluation */
    NOISE_MAX = 1000000000,
    COHORT_MIN = 3, /* of any mandate */
    ROUNDS_MAX = 100000,
    STAGE_MS = 60000,
};

enum { EVALUATION_PART = 3 }; /* of the noise of training, at most */

uint16_t sheaf_rehearsal_survivors(uint16_t cohort, uint16_t colluders, uint16_t missing)
{
    uint16_t least = sheaf_round_threshold_against(cohort, colluders);
    uint16_t left = missing < cohort ? (uint16_t)(cohort - missing) : 0;
    uint16_t ring = (uint16_t)(cohort - cohort / 10);
    least = left > least ? left : least;
    least = cohort > SHEAF_ROUND_COMPLETE_MAX && ring > least ? ring : least;
    return least < COHORT_MIN ? COHORT_MIN : least;
}

sheaf_status sheaf_rehearsal_check(const sheaf_rehearsal *plan, sheaf_err *err)
{
    if (plan->cohort < COHORT_MIN || plan->cohort > SHEAF_ROUND_MEMBERS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a round sums the vectors of %d to %d members, not of %u", COHORT_MIN,
                          SHEAF_ROUND_MEMBERS_MAX, plan->cohort);
    if (plan->cohort > plan->members)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a round cannot have %u members where there are %u", plan->cohort,
                          plan->members);
    if (plan->survivors_least > plan->cohort)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a round of %u members is not safe where %u pool what they know; "
                          "state fewer, or let more take part",
                          plan->cohort, plan->colluders);
    uint32_t most = plan->rounds > plan->rounds_exact ? plan->rounds : plan->rounds_exact;
    if (plan->rounds < 1 || plan->rounds_exact < 1 || most > ROUNDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "1 to %d rounds can be simulated, not %u",
                          ROUNDS_MAX, most);
    if (plan->colluders < 1 || plan->colluders >= plan->survivors_least)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%u members who pool what they know leave nobody of the %u that a "
                          "round may end with; 1 to %u can be stated",
                          plan->colluders, plan->survivors_least, plan->survivors_least - 1u);
    return sheaf_training_check(&plan->training, err);
}

/* ---- noise ---- */

static sheaf_mechanism mechanism_of(uint64_t noise_millionths, uint32_t sampling_millionths,
                                    uint32_t words)
{
    return (sheaf_mechanism){
        .noise = SHEAF_NOISE_DISCRETE_GAUSSIAN,
        .noise_multiplier = sheaf_ratio(noise_millionths, MILLION, SHEAF_ROUND_DOWN),
        .sampling = sheaf_ratio(sampling_millionths, MILLION, SHEAF_ROUND_UP),
        .dimension = words};
}

/* As the rule of mandates: at some order all rounds and one evaluation are within the limit. */
static bool within(const sheaf_rehearsal *plan, const sheaf_noised_terms *terms,
                   const sheaf_cost *limit)
{
    sheaf_mechanism training =
        mechanism_of(terms->noise_millionths, terms->sampling_millionths, terms->words);
    sheaf_mechanism evaluation = mechanism_of(sheaf_rehearsal_evaluation_noise(plan, terms),
                                              MILLION, SHEAF_NOISED_CELLS);
    sheaf_cost round, last;
    sheaf_cost_round(&training, &round);
    sheaf_cost_round(&evaluation, &last);
    for (int k = 0; k < SHEAF_COST_ORDERS; k++)
        if (round.cost[k] < SHEAF_COST_MAX / (plan->rounds + 1)
            && last.cost[k] < SHEAF_COST_MAX / 2
            && round.cost[k] * plan->rounds + last.cost[k] <= limit->cost[k])
            return true;
    return false;
}

uint64_t sheaf_rehearsal_evaluation_noise(const sheaf_rehearsal *plan,
                                          const sheaf_noised_terms *terms)
{
    uint32_t part = EVALUATION_PART;
    while (part > 1 && part * part > plan->rounds)
        part--;
    return terms->noise_millionths / part;
}

/* Up to three digits that are not 0. */
static uint64_t rounded_up(uint64_t value)
{
    uint64_t unit = 1;
    while (value / unit >= 1000)
        unit *= 10;
    return (value + unit - 1) / unit * unit;
}

static sheaf_status noise_find(const sheaf_rehearsal *plan, double epsilon, double delta,
                               sheaf_noised_terms *terms, sheaf_err *err)
{
    uint64_t low = NOISE_MIN, high = NOISE_MAX;
    sheaf_cost limit;
    sheaf_cost_limit(epsilon, delta, &limit);
    terms->noise_millionths = high;
    if (!within(plan, terms, &limit))
        return sheaf_fail(err, SHEAF_INVALID,
                          "no noise that a mandate can state keeps %u rounds within epsilon "
                          "%g at delta %g; plan fewer rounds or a larger epsilon",
                          plan->rounds, epsilon, delta);
    while (high - low > high / 2000) {
        terms->noise_millionths = low + (high - low) / 2;
        if (within(plan, terms, &limit))
            high = terms->noise_millionths;
        else
            low = terms->noise_millionths;
    }
    terms->noise_millionths = rounded_up(high);
    return SHEAF_OK;
}

sheaf_status sheaf_rehearsal_terms(const sheaf_rehearsal *plan,
                                   const sheaf_virtual_records *records, double epsilon,
                                   double delta, sheaf_noised_terms *out, sheaf_err *err)
{
    bool record = plan->unit == SHEAF_NOISED_RECORD;
    sheaf_noised_scale scale;
    if (!(epsilon > 0 && epsilon <= 1000))
        return sheaf_fail(err, SHEAF_INVALID, "epsilon is above 0 and at most 1000, not %g",
                          epsilon);
    double expected = (double)records->all * 2 / 3 * plan->cohort / plan->members
                      * plan->sampling_millionths / MILLION;
    *out = (sheaf_noised_terms){
        .unit = plan->unit,
        .norm_millionths = plan->clip_millionths,
        .sampling_millionths = plan->sampling_millionths,
        .divisor = !record        ? plan->cohort
                   : expected < 1 ? 1
                                  : (uint64_t)(expected + 0.5),
        .training = record ? (sheaf_training){.steps = 1,
                                              .rate_millionths = plan->gradient_rate_millionths}
                           : plan->training,
        .words = (uint32_t)plan->kind->words(plan->spec, SHEAF_task_train, true, 0),
        .members = plan->cohort,
        .survivors_least = plan->survivors_least,
        .colluders = plan->colluders,
        .records_max = records->most};
    SHEAF_TRY(noise_find(plan, epsilon, delta, out, err));
    return sheaf_noised_scale_of(out, &scale, err);
}

/* ---- the protocol ---- */

static sheaf_status bits_of(const sheaf_noised_terms *terms, uint16_t *out, sheaf_err *err)
{
    sheaf_noised_scale scale;
    *out = 64;
    if (!terms)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_noised_scale_of(terms, &scale, err));
    *out = (uint16_t)scale.bits;
    return SHEAF_OK;
}

sheaf_status sheaf_rehearsal_config(const sheaf_rehearsal *plan,
                                    const sheaf_noised_terms *terms, uint32_t words,
                                    uint16_t members, sheaf_round_config *out, sheaf_err *err)
{
    sheaf_round_graph graph;
    uint16_t missing = (uint16_t)(plan->cohort - plan->survivors_least);
    uint16_t colluders = terms && plan->colluders < members ? plan->colluders : 0;
    uint16_t least =
        terms ? sheaf_rehearsal_survivors(
            members, colluders, (uint16_t)((uint32_t)missing * members / plan->cohort))
              : members;
    *out = (sheaf_round_config){.origin = "sheaf/simulated2simulated2simul",
                                .round = 1,
                                .words = words,
                                .count = members};
    SHEAF_TRY(bits_of(terms, &out->bits, err));
    SHEAF_TRY(sheaf_round_graph_find(members, least, colluders, &graph, err));
    out->degree = graph.degree;
    out->threshold = graph.threshold;
    out->min_survivors = graph.min_survivors;
    out->withheld_max = graph.withheld_max;
    if (sheaf_round_on_ring(out))
        out->signers = sheaf_round_threshold_against(members, graph.corrupt);
    for (int i = 0; i < SHEAF_ROUND_MESSAGE_STAGES; i++)
        out->stage_ms[i] = STAGE_MS;
    return SHEAF_OK;
}

/* ---- cost ---- */

/* All that a member sends in a round from which nobody goes away. */
static uint64_t bytes_sent(const sheaf_round_config *config)
{
    uint64_t sent = 0;
    for (int stage = sheaf_round_first(config); stage <= SHEAF_ROUND_REVEAL; stage++)
        sent += sheaf_round_message_max(config, (sheaf_round_stage)stage);
    return sent;
}

static uint32_t words_of(const sheaf_rehearsal *plan, bool noised, uint8_t task, uint32_t step)
{
    const sheaf_job job = {.spec = plan->spec,
                           .task = task,
                           .noised = noised,
                           .validates = !noised && plan->patience > 0,
                           .step = step};
    return (uint32_t)sheaf_learn_words(plan->kind, &job);
}

sheaf_status sheaf_rehearsal_cost_of(const sheaf_rehearsal *plan,
                                     const sheaf_noised_terms *terms, sheaf_rehearsal_cost *out,
                                     sheaf_err *err)
{
    static sheaf_round_config config;
    uint32_t rounds = terms ? plan->rounds : plan->rounds_exact;
    uint32_t statistics = words_of(plan, terms != NULL, SHEAF_task_statistics, 0);
    SHEAF_TRY(sheaf_rehearsal_config(plan, terms, 1, plan->cohort, &config, err));
    *out = (sheaf_rehearsal_cost){.rounds = rounds + 1 + (statistics > 0)};
    if ((config.words = statistics) > 0)
        out->sent += bytes_sent(&config);
    for (uint32_t step = 0; step < rounds; step++) {
        config.words = words_of(plan, terms != NULL, SHEAF_task_train, step);
        out->sent += bytes_sent(&config);
    }
    config.words = words_of(plan, terms != NULL, SHEAF_task_evaluate, rounds);
    out->sent += bytes_sent(&config);
    out->entries = 2 + (uint64_t)plan->members + (uint64_t)out->rounds * (2 + plan->cohort) + 1;
    return SHEAF_OK;
}
