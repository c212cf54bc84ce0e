/* Data sets, consents and models. */
#include "coop/coop_internal.h"

sheaf_refusal sheaf_rule_dataset_register(sheaf_fold *fold,
                                          const struct sheaf_dataset_register *what)
{
    struct sheaf_row_dataset *row = sheaf_dataset_new(fold->state, fold->index);
    row->id = fold->index;
    row->member = fold->member;
    row->commitment = what->commitment;
    row->records = (uint32_t)what->records;
    row->retired = row->exact_round = SHEAF_NONE;
    row->subjects = what->subjects;
    row->terms = what->terms;
    row->title = what->title;
    SHEAF_SET_WORDS(row->licence, what->licence);
    SHEAF_SET_WORDS(row->schema, what->schema);
    return SHEAF_ACCEPTED;
}

/* The signer's own data set, not retired. */
static sheaf_refusal own_dataset(const sheaf_fold *fold, uint32_t dataset)
{
    const struct sheaf_row_dataset *row = sheaf_dataset_find(fold->state, dataset);
    SHEAF_REFUSE_IF(!row, no_such_dataset);
    SHEAF_REFUSE_IF(row->member != fold->member, not_your_dataset);
    SHEAF_REFUSE_IF(row->retired != SHEAF_NONE, dataset_retired);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_dataset_retire(sheaf_fold *fold,
                                        const struct sheaf_dataset_retire *what)
{
    SHEAF_REFUSE_UNLESS(own_dataset(fold, what->dataset));
    sheaf_dataset_edit(fold->state, sheaf_dataset_row(fold->state, what->dataset))->retired =
        fold->index;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_consent_grant(sheaf_fold *fold, const struct sheaf_consent_grant *what)
{
    SHEAF_REFUSE_UNLESS(own_dataset(fold, what->dataset));
    SHEAF_REFUSE_IF(what->until < fold->stamp, until_past);
    struct sheaf_row_dataset *dataset =
        sheaf_dataset_edit(fold->state, sheaf_dataset_row(fold->state, what->dataset));
    struct sheaf_row_consent *row = sheaf_consent_new(fold->state, fold->index);
    row->before = dataset->consent_last;
    dataset->consent_last = sheaf_consent_count(fold->state);
    row->id = fold->index;
    row->dataset = what->dataset;
    row->member = fold->member;
    row->purpose = what->purpose;
    row->revoked = SHEAF_NONE;
    row->until = what->until;
    if (what->has_budget)
        sheaf_consent_budget(fold, &what->budget, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_consent_revoke(sheaf_fold *fold,
                                        const struct sheaf_consent_revoke *what)
{
    uint32_t row = sheaf_consent_row(fold->state, what->consent);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_consent);
    const struct sheaf_row_consent *consent = sheaf_consent_at(fold->state, row);
    SHEAF_REFUSE_IF(consent->member != fold->member, not_your_consent);
    SHEAF_REFUSE_IF(consent->revoked != SHEAF_NONE || consent->until < fold->stamp,
                    consent_ended);
    sheaf_consent_edit(fold->state, row)->revoked = fold->index;
    return SHEAF_ACCEPTED;
}

static bool same_feature(const struct sheaf_feature *a, const struct sheaf_feature *b)
{
    return sheaf_slice_equal(a->column, b->column) && a->has_level == b->has_level
           && (!a->has_level || a->level == b->level);
}

static bool range_valid(const struct sheaf_feature *feature)
{
    if (!feature->has_low_millionths && !feature->has_high_millionths)
        return true;
    return feature->has_low_millionths && feature->has_high_millionths && !feature->has_level
           && feature->low_millionths < feature->high_millionths;
}

sheaf_refusal sheaf_rule_model_register(sheaf_fold *fold,
                                        const struct sheaf_model_register *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_feature *features = what->features.at;
    for (uint32_t i = 0; i < what->features.count; i++) {
        SHEAF_REFUSE_IF(!range_valid(&features[i]), range_form);
        for (uint32_t k = 0; k < i; k++)
            SHEAF_REFUSE_IF(same_feature(&features[i], &features[k]), feature_twice);
    }
    struct sheaf_row_model *row = sheaf_model_new(state, fold->index);
    row->id = fold->index;
    row->member = fold->member;
    row->kind = what->kind;
    row->title = what->title;
    row->released = row->retired = row->round = SHEAF_NONE;
    row->feature_first = sheaf_feature_count(state);
    row->features = (uint16_t)what->features.count;
    SHEAF_SET_WORDS(row->label, what->label);
    SHEAF_SET_WORDS(row->schema, what->schema);
    for (uint32_t i = 0; i < what->features.count; i++) {
        struct sheaf_row_feature *feature = sheaf_feature_new(state, 0);
        feature->model = fold->index;
        feature->has_level = features[i].has_level;
        feature->level = features[i].has_level ? features[i].level : 0;
        feature->has_range = features[i].has_low_millionths;
        feature->low_millionths = feature->has_range ? features[i].low_millionths : 0;
        feature->high_millionths = feature->has_range ? features[i].high_millionths : 0;
        SHEAF_SET_WORDS(feature->column, features[i].column);
    }
    return SHEAF_ACCEPTED;
}

static bool was_evaluated(const sheaf_state *state, uint32_t model, const sheaf_hash *sha256)
{
    for (uint32_t i = 0; i < sheaf_evaluation_count(state); i++) {
        const struct sheaf_row_evaluation *row = sheaf_evaluation_at(state, i);
        if (row->model == model && sheaf_hash_equal(&row->sha256, sha256))
            return true;
    }
    return false;
}

sheaf_refusal sheaf_rule_model_release(sheaf_fold *fold, const struct sheaf_model_release *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_model_row(state, what->model);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_model);
    SHEAF_REFUSE_IF(sheaf_model_at(state, row)->state == SHEAF_model_state_retired,
                    model_retired);
    const struct sheaf_row_round *round = sheaf_round_find(state, what->round);
    SHEAF_REFUSE_IF(!round || round->model != what->model || round->task != SHEAF_task_train
                        || round->state != SHEAF_round_state_closed,
                    not_trained);
    SHEAF_REFUSE_IF(round->attested < sheaf_mandate_get(state, round->mandate)->attest_min,
                    not_attested);
    SHEAF_REFUSE_IF(!was_evaluated(state, what->model, &round->result), not_evaluated);
    struct sheaf_row_model *model = sheaf_model_edit(state, row);
    model->state = SHEAF_model_state_released;
    model->released = fold->index;
    model->round = what->round;
    model->sha256 = round->result;
    model->price_cents = what->price_cents;
    SHEAF_SET_WORDS(model->licence, what->licence);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_model_retire(sheaf_fold *fold, const struct sheaf_model_retire *what)
{
    uint32_t row = sheaf_model_row(fold->state, what->model);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_model);
    struct sheaf_row_model *model = sheaf_model_edit(fold->state, row);
    SHEAF_REFUSE_IF(model->state == SHEAF_model_state_retired, model_retired);
    model->state = SHEAF_model_state_retired;
    model->retired = fold->index;
    return SHEAF_ACCEPTED;
}
