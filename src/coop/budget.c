#include "coop/budget.h"

#include "coop/view.h"

/* ---- amounts ---- */

int64_t sheaf_amount_add(int64_t a, int64_t b)
{
    int64_t sum;
    bool over = __builtin_add_overflow(a, b, &sum) || sum > SHEAF_UNBOUNDED;
    return over ? SHEAF_UNBOUNDED : sum;
}

int64_t sheaf_amount_times(int64_t amount, uint32_t times)
{
    int64_t product;
    bool over = __builtin_mul_overflow(amount, times, &product) || product > SHEAF_UNBOUNDED;
    return over ? SHEAF_UNBOUNDED : product;
}

bool sheaf_amount_within(int64_t amount, int64_t limit)
{
    return amount < SHEAF_UNBOUNDED && amount <= limit;
}

/* ---- mandates ---- */

static int64_t cost_of(const struct sheaf_row_charge *charge, uint8_t task)
{
    return task == SHEAF_task_evaluate ? charge->evaluation_cost : charge->cost;
}

sheaf_refusal sheaf_charge_check(const sheaf_state *state,
                                 const struct sheaf_row_mandate *mandate, uint8_t task)
{
    uint32_t evaluations = mandate->evaluations_used;
    uint32_t first = sheaf_charge_row(state, sheaf_pair(mandate->id, 0));
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        const struct sheaf_row_charge *charge = sheaf_charge_at(state, first + place);
        int64_t spent = sheaf_amount_add(
            sheaf_amount_times(charge->evaluation_cost, evaluations),
            sheaf_amount_times(charge->cost, mandate->rounds_used - evaluations));
        if (sheaf_amount_within(sheaf_amount_add(spent, cost_of(charge, task)), charge->limit))
            return SHEAF_ACCEPTED;
    }
    return SHEAF_REFUSED_mandate_spent;
}

/* ---- consents ---- */

uint32_t sheaf_spent_first(const sheaf_state *state, uint32_t dataset, uint8_t unit)
{
    return sheaf_spent_row(
        state, sheaf_pair(dataset, unit == SHEAF_privacy_unit_record ? SHEAF_ORDERS : 0));
}

int64_t sheaf_spent_amount(const sheaf_state *state, uint32_t dataset, uint8_t unit,
                           unsigned place)
{
    uint32_t first = sheaf_spent_first(state, dataset, unit);
    return first == SHEAF_NONE ? 0 : sheaf_spent_at(state, first + place)->amount;
}

/* `task` is SHEAF_task_COUNT where nothing more is to be spent. */
static sheaf_refusal budget_after(const sheaf_state *state,
                                  const struct sheaf_row_consent *consent,
                                  const struct sheaf_row_mandate *mandate, uint8_t task)
{
    if (!consent->has_budget)
        return SHEAF_ACCEPTED;
    if (mandate->release == SHEAF_release_form_exact_sum)
        return SHEAF_REFUSED_budget_exact;
    if (mandate->unit != consent->budget_unit)
        return SHEAF_REFUSED_budget_unit;
    uint32_t spent = sheaf_spent_first(state, consent->dataset, mandate->unit);
    uint32_t charge = sheaf_charge_row(state, sheaf_pair(mandate->id, 0));
    uint32_t allowance = sheaf_allowance_row(state, sheaf_pair(consent->id, 0));
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        int64_t amount = spent == SHEAF_NONE ? 0 : sheaf_spent_at(state, spent + place)->amount;
        if (task != SHEAF_task_COUNT)
            amount =
                sheaf_amount_add(amount, cost_of(sheaf_charge_at(state, charge + place), task));
        if (sheaf_amount_within(amount, sheaf_allowance_at(state, allowance + place)->limit))
            return SHEAF_ACCEPTED;
    }
    return SHEAF_REFUSED_budget_spent;
}

/* Every consent that is live now and has a budget must bear it, whatever it is for: what is
 * learned for one purpose is known. A budget limits until the consent's own end, whatever the
 * bylaws make of the consent; where they demand budgets there must be one. */
static sheaf_refusal budgets_after(const sheaf_state *state,
                                   const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                   uint8_t task, int64_t stamp)
{
    sheaf_refusal refusal = SHEAF_ACCEPTED;
    bool limited = !sheaf_bylaws_now(state)->budget_required;
    const struct sheaf_row_consent *consent = sheaf_consent_newest(state, dataset);
    for (; consent && refusal == SHEAF_ACCEPTED; consent = sheaf_consent_before(state, consent))
        if (sheaf_consent_lasts(state, consent, stamp)) {
            refusal = budget_after(state, consent, mandate, task);
            limited = limited || consent->has_budget;
        }
    return refusal == SHEAF_ACCEPTED && !limited ? SHEAF_REFUSED_consent_budget : refusal;
}

sheaf_refusal sheaf_budget_fits(const sheaf_state *state,
                                const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                int64_t stamp)
{
    return budgets_after(state, mandate, dataset, SHEAF_task_COUNT, stamp);
}

sheaf_refusal sheaf_budget_check(const sheaf_state *state,
                                 const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                 uint8_t task, int64_t stamp)
{
    if (!sheaf_consent_live(state, dataset, mandate->purpose, stamp))
        return SHEAF_REFUSED_seat_consent;
    return budgets_after(state, mandate, dataset, task, stamp);
}

/* ---- exact sums ---- */

static uint32_t seat_dataset(const sheaf_state *state, const struct sheaf_row_round *round,
                             uint16_t seat)
{
    return sheaf_seat_at(state, round->seat_first + seat)->dataset;
}

sheaf_refusal sheaf_exact_check(const sheaf_state *state, const struct sheaf_row_round *round)
{
    uint32_t before = sheaf_dataset_get(state, seat_dataset(state, round, 0))->exact_round;
    for (uint16_t i = 1; i < round->seats; i++)
        if (sheaf_dataset_get(state, seat_dataset(state, round, i))->exact_round != before)
            return SHEAF_REFUSED_survivors_differ;
    if (before == SHEAF_NONE || sheaf_round_get(state, before)->seats == round->seats)
        return SHEAF_ACCEPTED;
    return SHEAF_REFUSED_survivors_differ;
}
