/* What mandates and consents say about privacy, and what rounds spend of it. */
#include "coop/coop_internal.h"

#include "coop/budget.h"

#include <assert.h>

static int64_t amount_at(const sheaf_list *list, unsigned place)
{
    return ((const struct sheaf_order_cost *)list->at)[place].cost;
}

/* ---- mandates ---- */

/* All rounds but one may train; one evaluates. */
static bool affordable(const struct sheaf_privacy_terms *terms, uint32_t rounds_max)
{
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        int64_t training = sheaf_amount_times(amount_at(&terms->cost, place), rounds_max - 1);
        if (sheaf_amount_within(
                sheaf_amount_add(training, amount_at(&terms->evaluation_cost, place)),
                amount_at(&terms->limit, place)))
            return true;
    }
    return false;
}

/* A series is scaled by itself. */
static bool ranges_known(const sheaf_state *state, const struct sheaf_row_model *model)
{
    if (model->kind == SHEAF_model_kind_forecaster)
        return true;
    for (uint32_t i = 0; i < model->features; i++) {
        const struct sheaf_row_feature *feature =
            sheaf_feature_at(state, model->feature_first + i);
        if (!feature->has_level && !feature->has_range)
            return false;
    }
    return true;
}

/* Nothing is granted that no node can compute. */
static sheaf_refusal check_model(const sheaf_state *state, const struct sheaf_row_model *model,
                                 const struct sheaf_privacy_terms *terms)
{
    bool forecasts = model->kind == SHEAF_model_kind_forecaster;
    SHEAF_REFUSE_IF(forecasts && terms->unit != SHEAF_privacy_unit_member, forecaster_unit);
    SHEAF_REFUSE_IF(terms->has_local && model->kind == SHEAF_model_kind_trees, trees_local);
    SHEAF_REFUSE_IF(!ranges_known(state, model), range_missing);
    SHEAF_REFUSE_IF(model->target == SHEAF_target_number && !forecasts
                        && !model->has_label_range,
                    label_range_missing);
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_terms(const sheaf_fold *fold, const struct sheaf_mandate_grant *what)
{
    const struct sheaf_privacy_terms *terms = &what->privacy;
    SHEAF_REFUSE_IF(
        terms->has_local
            && (terms->unit != SHEAF_privacy_unit_record || what->learning.batch != 0),
        local_learning);
    SHEAF_REFUSE_IF(terms->unit == SHEAF_privacy_unit_record && !terms->has_local
                        && (what->learning.batch != 0 || what->learning.local_steps != 1),
                    record_learning);
    SHEAF_REFUSE_IF(terms->unit == SHEAF_privacy_unit_member
                        && terms->sampling_millionths != 1000000,
                    member_sampling);
    SHEAF_REFUSE_UNLESS(
        check_model(fold->state, sheaf_model_get(fold->state, what->model), terms));
    SHEAF_REFUSE_IF(terms->colluders >= what->cohort_min, colluders_many);
    SHEAF_REFUSE_IF(!affordable(terms, (uint32_t)what->rounds_max), mandate_over);
    return SHEAF_ACCEPTED;
}

static void add_charges(sheaf_fold *fold, const struct sheaf_privacy_terms *terms)
{
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        struct sheaf_row_charge *row =
            sheaf_charge_new(fold->state, sheaf_pair(fold->index, place));
        row->mandate = fold->index;
        row->place = (uint8_t)place;
        row->cost = amount_at(&terms->cost, place);
        row->evaluation_cost = amount_at(&terms->evaluation_cost, place);
        row->limit = amount_at(&terms->limit, place);
    }
}

static void claim(sheaf_fold *fold, const sheaf_claim *what)
{
    assert(fold->out->claim_count < SHEAF_CLAIMS_MAX);
    fold->out->claims[fold->out->claim_count++] = *what;
}

static void claim_limit(sheaf_fold *fold, const sheaf_list *limit, int64_t epsilon_millionths,
                        int64_t delta_trillionths)
{
    claim(fold, &(sheaf_claim){.kind = SHEAF_CLAIM_LIMIT,
                               .amounts = limit->at,
                               .epsilon_millionths = (uint64_t)epsilon_millionths,
                               .delta_trillionths = (uint64_t)delta_trillionths});
}

/* That the numbers are true takes the accountant, which the rules do not have. */
static void claim_costs(sheaf_fold *fold, const struct sheaf_mandate_grant *what)
{
    const struct sheaf_privacy_terms *terms = &what->privacy;
    const struct sheaf_row_model *model = sheaf_model_get(fold->state, what->model);
    sheaf_claim training = {.kind = SHEAF_CLAIM_COST,
                            .amounts = terms->cost.at,
                            .noise_millionths = (uint64_t)terms->noise_millionths,
                            .sampling_millionths = (uint32_t)terms->sampling_millionths,
                            .steps =
                                terms->has_local ? (uint32_t)what->learning.local_steps : 1,
                            .task = SHEAF_task_train};
    sheaf_claim evaluation = {.kind = SHEAF_CLAIM_COST,
                              .amounts = terms->evaluation_cost.at,
                              .noise_millionths = (uint64_t)terms->evaluation_noise_millionths,
                              .sampling_millionths = 1000000,
                              .steps = 1,
                              .task = SHEAF_task_evaluate};
    training.words = sheaf_task_words_at(model, SHEAF_release_form_noised, SHEAF_task_train, 0);
    evaluation.words =
        sheaf_task_words_at(model, SHEAF_release_form_noised, SHEAF_task_evaluate, 0);
    claim(fold, &training);
    claim(fold, &evaluation);
    claim_limit(fold, &terms->limit, terms->epsilon_millionths, terms->delta_trillionths);
}

sheaf_refusal sheaf_mandate_privacy(sheaf_fold *fold, const struct sheaf_mandate_grant *what,
                                    struct sheaf_row_mandate *row)
{
    const struct sheaf_privacy_terms *terms = &what->privacy;
    SHEAF_REFUSE_IF(what->has_privacy != (what->release == SHEAF_release_form_noised),
                    privacy_where);
    if (!what->has_privacy)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_UNLESS(check_terms(fold, what));
    row->clip_millionths = (uint64_t)terms->clip_millionths;
    row->colluders = (uint16_t)terms->colluders;
    row->delta_trillionths = (uint64_t)terms->delta_trillionths;
    row->divisor = (uint32_t)terms->divisor;
    row->epsilon_millionths = (uint32_t)terms->epsilon_millionths;
    row->evaluation_noise_millionths = (uint32_t)terms->evaluation_noise_millionths;
    row->local_noise = terms->has_local;
    if (terms->has_local) {
        row->local_clip_millionths = (uint64_t)terms->local.clip_millionths;
        row->local_divisor = (uint32_t)terms->local.divisor;
    }
    row->noise_millionths = (uint32_t)terms->noise_millionths;
    row->sampling_millionths = (uint32_t)terms->sampling_millionths;
    row->unit = terms->unit;
    add_charges(fold, terms);
    claim_costs(fold, what);
    return SHEAF_ACCEPTED;
}

/* ---- consents ---- */

void sheaf_consent_budget(sheaf_fold *fold, const struct sheaf_privacy_budget *budget,
                          struct sheaf_row_consent *row)
{
    row->has_budget = true;
    row->budget_delta_trillionths = (uint64_t)budget->delta_trillionths;
    row->budget_epsilon_millionths = (uint32_t)budget->epsilon_millionths;
    row->budget_unit = budget->unit;
    claim_limit(fold, &budget->limit, budget->epsilon_millionths, budget->delta_trillionths);
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        struct sheaf_row_allowance *allowance =
            sheaf_allowance_new(fold->state, sheaf_pair(fold->index, place));
        allowance->consent = fold->index;
        allowance->place = (uint8_t)place;
        allowance->limit = amount_at(&budget->limit, place);
    }
}

/* ---- rounds ---- */

/* Adds to the data set's account of a unit what a round of the task costs, so many times. */
static void spend(sheaf_state *state, uint32_t dataset, uint8_t unit,
                  const struct sheaf_row_mandate *mandate, uint8_t task, uint32_t times)
{
    uint32_t first = sheaf_spent_first(state, dataset, unit);
    uint32_t charges = sheaf_charge_row(state, sheaf_pair(mandate->id, 0));
    unsigned base = unit == SHEAF_privacy_unit_record ? SHEAF_ORDERS : 0;
    for (unsigned place = 0; place < SHEAF_ORDERS; place++) {
        const struct sheaf_row_charge *charge = sheaf_charge_at(state, charges + place);
        int64_t cost = task == SHEAF_task_evaluate ? charge->evaluation_cost : charge->cost;
        struct sheaf_row_spent *row =
            first == SHEAF_NONE ? sheaf_spent_new(state, sheaf_pair(dataset, base + place))
                                : sheaf_spent_edit(state, first + place);
        row->dataset = dataset;
        row->place = (uint8_t)(base + place);
        row->amount = sheaf_amount_add(row->amount, sheaf_amount_times(cost, times));
    }
}

void sheaf_seat_charge(sheaf_fold *fold, const struct sheaf_row_mandate *mandate,
                       uint32_t dataset, uint8_t task)
{
    bool member = mandate->unit == SHEAF_privacy_unit_member;
    if (member)
        spend(fold->state, dataset, SHEAF_privacy_unit_member, mandate, task, 1);
    spend(fold->state, dataset, SHEAF_privacy_unit_record, mandate, task, member ? 4 : 1);
}

sheaf_refusal sheaf_seats_bind(sheaf_fold *fold, const struct sheaf_row_round *round)
{
    SHEAF_REFUSE_UNLESS(sheaf_exact_check(fold->state, round));
    for (uint16_t i = 0; i < round->seats; i++) {
        uint32_t row = sheaf_dataset_row(
            fold->state, sheaf_seat_at(fold->state, round->seat_first + i)->dataset);
        if (sheaf_dataset_at(fold->state, row)->exact_round == SHEAF_NONE)
            sheaf_dataset_edit(fold->state, row)->exact_round = round->id;
    }
    return SHEAF_ACCEPTED;
}
