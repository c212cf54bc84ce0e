/* Models: their registration, release and end. */
#include "coop/coop_internal.h"
#include "coop/ledger.h"

/* ---- what a model says of itself ---- */

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

/* Has the column another part in the model? A model that could read its own label has learned
 * nothing, and nodes refuse to. */
static bool column_taken(const struct sheaf_model_register *what, sheaf_slice column)
{
    const struct sheaf_forecaster *forecaster = &what->forecaster;
    return (what->has_label && sheaf_slice_equal(column, what->label))
           || (what->has_forecaster
               && (sheaf_slice_equal(column, forecaster->time)
                   || (forecaster->has_series
                       && sheaf_slice_equal(column, forecaster->series))));
}

static sheaf_refusal check_features(const struct sheaf_model_register *what)
{
    const struct sheaf_feature *features = what->features.at;
    for (uint32_t i = 0; i < what->features.count; i++) {
        SHEAF_REFUSE_IF(!range_valid(&features[i]), range_form);
        SHEAF_REFUSE_IF(features[i].has_missing
                            && (features[i].has_level || what->has_forecaster),
                        missing_where);
        SHEAF_REFUSE_IF(what->has_forecaster
                            && (features[i].has_level || features[i].has_low_millionths),
                        forecaster_feature);
        SHEAF_REFUSE_IF(column_taken(what, features[i].column), column_twice);
        for (uint32_t k = 0; k < i; k++)
            SHEAF_REFUSE_IF(same_feature(&features[i], &features[k]), feature_twice);
    }
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_label(const struct sheaf_model_register *what, bool number)
{
    bool low = what->has_label_low_millionths, high = what->has_label_high_millionths;
    SHEAF_REFUSE_IF(what->has_label == what->has_forecaster, label_where);
    SHEAF_REFUSE_IF(
        low != high
            || (low && (!number || what->label_low_millionths >= what->label_high_millionths)),
        label_range_form);
    return SHEAF_ACCEPTED;
}

/* At most 256 features, 256 bins and 8 levels: far from an overflow. */
static uint32_t trees_kept(const struct sheaf_model_register *what)
{
    return ((what->features.count * (uint32_t)what->trees.bins) << what->trees.depth) / 4;
}

/* A kind has its own record, and what it predicts is what the kind can. */
static sheaf_refusal check_kind(const struct sheaf_model_register *what, bool number)
{
    SHEAF_REFUSE_IF(what->has_forecaster != (what->kind == SHEAF_model_kind_forecaster)
                        || what->has_linear != (what->kind == SHEAF_model_kind_linear)
                        || what->has_mlp != (what->kind == SHEAF_model_kind_mlp)
                        || what->has_trees != (what->kind == SHEAF_model_kind_trees),
                    kind_record);
    SHEAF_REFUSE_IF(number ? what->kind == SHEAF_model_kind_logistic
                           : what->has_linear || what->has_forecaster,
                    kind_target);
    SHEAF_REFUSE_IF(what->has_forecaster
                        && what->forecaster.season > what->forecaster.look_back,
                    season_long);
    SHEAF_REFUSE_IF(what->has_trees && trees_kept(what) > SHEAF_TREES_KEPT_MAX, trees_large);
    SHEAF_REFUSE_IF(what->has_forecaster && what->forecaster.has_series
                        && sheaf_slice_equal(what->forecaster.series, what->forecaster.time),
                    column_twice);
    return SHEAF_ACCEPTED;
}

/* ---- into its row ---- */

static void set_mlp(struct sheaf_row_model *row, const struct sheaf_mlp *mlp)
{
    const struct sheaf_hidden_layer *layer = mlp->hidden.at;
    uint16_t *const units[] = {&row->hidden_1, &row->hidden_2, &row->hidden_3, &row->hidden_4};
    row->activation = mlp->activation;
    row->hidden = (uint8_t)mlp->hidden.count;
    for (uint32_t i = 0; i < mlp->hidden.count; i++)
        *units[i] = (uint16_t)layer[i].units;
}

static void set_trees(struct sheaf_row_model *row, const struct sheaf_trees *trees)
{
    row->bins = (uint16_t)trees->bins;
    row->depth = (uint8_t)trees->depth;
    row->lambda_millionths = (uint32_t)trees->lambda_millionths;
    row->min_hessian_millionths = (uint32_t)trees->min_hessian_millionths;
    row->rate_millionths = (uint32_t)trees->rate_millionths;
    row->trees = (uint16_t)trees->trees;
}

static void set_forecaster(struct sheaf_row_model *row,
                           const struct sheaf_forecaster *forecaster)
{
    row->every = (uint32_t)forecaster->every;
    row->horizon = (uint16_t)forecaster->horizon;
    row->lambda_millionths = (uint32_t)forecaster->lambda_millionths;
    row->look_back = (uint16_t)forecaster->look_back;
    row->season = (uint16_t)forecaster->season;
    row->step_s = (uint32_t)forecaster->step_s;
    SHEAF_SET_WORDS(row->time, forecaster->time);
    if (forecaster->has_series)
        SHEAF_SET_WORDS(row->series, forecaster->series);
}

static void set_kind(struct sheaf_row_model *row, const struct sheaf_model_register *what)
{
    if (what->has_linear)
        row->lambda_millionths = (uint32_t)what->linear.lambda_millionths;
    if (what->has_mlp)
        set_mlp(row, &what->mlp);
    if (what->has_trees)
        set_trees(row, &what->trees);
    if (what->has_forecaster)
        set_forecaster(row, &what->forecaster);
}

static void add_feature(sheaf_state *state, uint32_t model, const struct sheaf_feature *feature)
{
    struct sheaf_row_feature *row = sheaf_feature_new(state, 0);
    row->model = model;
    row->has_level = feature->has_level;
    row->level = feature->has_level ? feature->level : 0;
    row->has_range = feature->has_low_millionths;
    row->low_millionths = row->has_range ? feature->low_millionths : 0;
    row->high_millionths = row->has_range ? feature->high_millionths : 0;
    row->missing = feature->has_missing ? feature->missing : SHEAF_missing_leave_out;
    SHEAF_SET_WORDS(row->column, feature->column);
}

static void count_inputs(struct sheaf_row_model *row, const struct sheaf_feature *features)
{
    row->inputs = row->features;
    for (uint16_t i = 0; i < row->features; i++) {
        uint8_t missing =
            features[i].has_missing ? features[i].missing : SHEAF_missing_leave_out;
        row->gaps += missing != SHEAF_missing_leave_out;
        row->inputs += missing == SHEAF_missing_indicator;
    }
}

sheaf_refusal sheaf_rule_model_register(sheaf_fold *fold,
                                        const struct sheaf_model_register *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_feature *features = what->features.at;
    bool number = what->has_target && what->target == SHEAF_target_number;
    SHEAF_REFUSE_UNLESS(check_kind(what, number));
    SHEAF_REFUSE_UNLESS(check_features(what));
    SHEAF_REFUSE_UNLESS(check_label(what, number));
    struct sheaf_row_model *row = sheaf_model_new(state, fold->index);
    row->id = fold->index;
    row->member = fold->member;
    row->kind = what->kind;
    row->target = number ? SHEAF_target_number : SHEAF_target_class;
    row->title = what->title;
    row->released = row->retired = row->round = SHEAF_NONE;
    row->feature_first = sheaf_feature_count(state);
    row->features = (uint16_t)what->features.count;
    count_inputs(row, features);
    SHEAF_REFUSE_IF(row->inputs > SHEAF_INPUTS_MAX, inputs_many);
    row->has_label_range = what->has_label_low_millionths;
    if (row->has_label_range) {
        row->label_low_millionths = what->label_low_millionths;
        row->label_high_millionths = what->label_high_millionths;
    }
    if (what->has_label)
        SHEAF_SET_WORDS(row->label, what->label);
    SHEAF_SET_WORDS(row->schema, what->schema);
    set_kind(row, what);
    for (uint32_t i = 0; i < what->features.count; i++)
        add_feature(state, fold->index, &features[i]);
    return SHEAF_ACCEPTED;
}

/* ---- release ---- */

static sheaf_refusal check_evaluated(const sheaf_state *state, uint32_t model,
                                     const sheaf_hash *sha256)
{
    sheaf_refusal refusal = SHEAF_REFUSED_not_evaluated;
    for (uint32_t i = 0; i < sheaf_evaluation_count(state); i++) {
        const struct sheaf_row_evaluation *row = sheaf_evaluation_at(state, i);
        if (row->model != model || !sheaf_hash_equal(&row->sha256, sha256))
            continue;
        if (row->records >= sheaf_bylaws_now(state)->held_out_min)
            return SHEAF_ACCEPTED;
        refusal = SHEAF_REFUSED_evaluation_small;
    }
    return refusal;
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
    SHEAF_REFUSE_UNLESS(check_evaluated(state, what->model, &round->result));
    SHEAF_REFUSE_IF(sheaf_bylaws_now(state)->deployment_lesson
                        && (!what->has_lesson || sheaf_hash_is_zero(&what->lesson)),
                    lesson_missing);
    if (what->price_cents)
        SHEAF_REFUSE_UNLESS(sheaf_ledger_begin(fold));
    struct sheaf_row_model *model = sheaf_model_edit(state, row);
    model->state = SHEAF_model_state_released;
    model->lesson = what->lesson;
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
