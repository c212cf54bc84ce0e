#include "claims/privacy_cost.h"

#include "coop/budget.h"
#include "coop/view.h"

#include <inttypes.h>
#include <pthread.h>

_Static_assert((int)SHEAF_ORDERS == (int)SHEAF_COST_ORDERS,
               "the rules know the accountant's orders");
_Static_assert(SHEAF_UNBOUNDED == SHEAF_COST_MAX, "and its largest number");

/* ---- costs, remembered ---- */

enum { REMEMBERED = 16 };

static struct {
    sheaf_cost_terms terms;
    sheaf_cost cost;
} remembered[REMEMBERED];
static size_t remembered_count; /* ever; the next one goes to its place modulo REMEMBERED */
static pthread_mutex_t remembered_lock = PTHREAD_MUTEX_INITIALIZER;

static bool step_equal(const sheaf_cost_terms *a, const sheaf_cost_terms *b)
{
    return a->noise_millionths == b->noise_millionths
           && a->sampling_millionths == b->sampling_millionths && a->words == b->words;
}

/* What one step costs is what is remembered. */
static bool recall(const sheaf_cost_terms *terms, sheaf_cost *out)
{
    bool found = false;
    pthread_mutex_lock(&remembered_lock);
    for (size_t i = 0; !found && i < REMEMBERED && i < remembered_count; i++) {
        found = step_equal(&remembered[i].terms, terms);
        if (found)
            *out = remembered[i].cost;
    }
    pthread_mutex_unlock(&remembered_lock);
    return found;
}

static sheaf_status compute(const sheaf_cost_terms *terms, sheaf_cost *out, sheaf_err *err)
{
    sheaf_mechanism mechanism = {
        .noise = SHEAF_NOISE_DISCRETE_GAUSSIAN,
        .noise_multiplier = sheaf_ratio(terms->noise_millionths, 1000000, SHEAF_ROUND_DOWN),
        .sampling = sheaf_ratio(terms->sampling_millionths, 1000000, SHEAF_ROUND_UP),
        .dimension = terms->words,
    };
    SHEAF_TRY(sheaf_mechanism_check(&mechanism, err));
    sheaf_cost_round(&mechanism, out);
    pthread_mutex_lock(&remembered_lock);
    size_t place = remembered_count++ % REMEMBERED;
    remembered[place].terms = *terms;
    remembered[place].cost = *out;
    pthread_mutex_unlock(&remembered_lock);
    return SHEAF_OK;
}

sheaf_status sheaf_cost_recall(const sheaf_cost_terms *terms, sheaf_cost *out, sheaf_err *err)
{
    sheaf_cost step;
    if (!recall(terms, &step))
        SHEAF_TRY(compute(terms, &step, err));
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        out->cost[place] = sheaf_amount_times(step.cost[place], terms->steps);
    return SHEAF_OK;
}

void sheaf_cost_terms_of(const struct sheaf_privacy_terms *privacy, uint32_t local_steps,
                         uint32_t words, uint32_t evaluation_words, sheaf_cost_terms *training,
                         sheaf_cost_terms *evaluation)
{
    *training = (sheaf_cost_terms){(uint64_t)privacy->noise_millionths,
                                   (uint32_t)privacy->sampling_millionths, words,
                                   privacy->has_local ? local_steps : 1};
    *evaluation = (sheaf_cost_terms){(uint64_t)privacy->evaluation_noise_millionths, 1000000,
                                     evaluation_words, 1};
}

void sheaf_cost_allowed(uint64_t epsilon_millionths, uint64_t delta_trillionths,
                        sheaf_cost *out)
{
    sheaf_cost_limit(sheaf_ratio(epsilon_millionths, 1000000, SHEAF_ROUND_DOWN),
                     sheaf_ratio(delta_trillionths, 1000000000000, SHEAF_ROUND_DOWN), out);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        if (out->cost[place] < 0)
            out->cost[place] = 0;
}

/* ---- claims ---- */

static sheaf_status cost_check(const sheaf_claim *claim, const sheaf_cost *claimed,
                               sheaf_err *err)
{
    sheaf_cost_terms terms = {claim->noise_millionths, claim->sampling_millionths, claim->words,
                              claim->steps};
    sheaf_cost found;
    SHEAF_TRY(sheaf_cost_recall(&terms, &found, err));
    return sheaf_cost_check(
        &found, claimed,
        claim->task == SHEAF_task_evaluate ? "an evaluation round" : "a training round", err);
}

static sheaf_status limit_check(const sheaf_claim *claim, const sheaf_cost *claimed,
                                sheaf_err *err)
{
    sheaf_cost found;
    sheaf_cost_allowed(claim->epsilon_millionths, claim->delta_trillionths, &found);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        unsigned order = sheaf_cost_order_tenths(place);
        if (claimed->cost[place] > found.cost[place])
            return sheaf_fail(err, SHEAF_FAULT,
                              "the limit at order %u.%u is stated as %" PRId64
                              ", but epsilon and delta allow %" PRId64 " (units of 10^-12)",
                              order / 10, order % 10, claimed->cost[place], found.cost[place]);
    }
    return SHEAF_OK;
}

sheaf_claim_result sheaf_cost_claim_check(const sheaf_claim *claim, sheaf_err *err)
{
    sheaf_cost claimed;
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        claimed.cost[place] = claim->amounts[place].cost;
    sheaf_status status = claim->kind == SHEAF_CLAIM_COST ? cost_check(claim, &claimed, err)
                                                          : limit_check(claim, &claimed, err);
    return status == SHEAF_OK ? SHEAF_CLAIM_HOLDS : SHEAF_CLAIM_FALSE;
}

size_t sheaf_cost_claimed(const sheaf_state *state, const sheaf_act *act,
                          sheaf_cost_terms out[2])
{
    if (act->kind != SHEAF_KIND_motion_open)
        return 0;
    const struct sheaf_motion_open *motion = act->what;
    if (!motion->has_effect || motion->effect->kind != SHEAF_KIND_mandate_grant)
        return 0;
    const struct sheaf_mandate_grant *grant = motion->effect->what;
    const struct sheaf_row_model *model = sheaf_model_find(state, grant->model);
    if (!grant->has_privacy || !model)
        return 0;
    sheaf_cost_terms_of(
        &grant->privacy, (uint32_t)grant->learning.local_steps,
        sheaf_task_words_at(model, SHEAF_release_form_noised, SHEAF_task_train, 0),
        sheaf_task_words_at(model, SHEAF_release_form_noised, SHEAF_task_evaluate, 0), &out[0],
        &out[1]);
    return 2;
}
