#include "learn/spec.h"

static const sheaf_gap gaps[] = {
    [SHEAF_missing_indicator] = SHEAF_GAP_INDICATOR,
    [SHEAF_missing_leave_out] = SHEAF_GAP_LEAVE_OUT,
    [SHEAF_missing_mean] = SHEAF_GAP_MEAN,
};

static void feature_of(const struct sheaf_row_feature *row, sheaf_feature *out)
{
    memcpy(out->column, row->column, sizeof row->column);
    out->has_level = row->has_level;
    out->level = row->level;
    out->has_range = row->has_range;
    out->low_millionths = row->low_millionths;
    out->high_millionths = row->high_millionths;
}

void sheaf_spec_of_row(const struct sheaf_row_model *row, sheaf_spec *out)
{
    *out = (sheaf_spec){
        .kind = row->kind,
        .target = row->target,
        .features.count = row->features,
        .inputs = row->inputs,
        .gaps = row->gaps,
        .has_label_range = row->has_label_range,
        .label_low_millionths = row->label_low_millionths,
        .label_high_millionths = row->label_high_millionths,
        .mlp = {.activation = row->activation,
                .layers = row->hidden,
                .units = {row->hidden_1, row->hidden_2, row->hidden_3, row->hidden_4}},
        .trees = {.trees = row->trees,
                  .depth = row->depth,
                  .bins = row->bins,
                  .rate_millionths = row->rate_millionths,
                  .min_hessian_millionths = row->min_hessian_millionths},
        .forecaster = {.every = row->every,
                       .horizon = row->horizon,
                       .look_back = row->look_back,
                       .season = row->season,
                       .step_s = row->step_s},
        .lambda_millionths = row->lambda_millionths,
    };
    memcpy(out->forecaster.series, row->series, sizeof row->series);
    memcpy(out->forecaster.time, row->time, sizeof row->time);
    memcpy(out->features.label, row->label, sizeof row->label);
}

sheaf_status sheaf_spec_of(const sheaf_state *state, uint32_t model, sheaf_spec *out,
                           sheaf_err *err)
{
    const struct sheaf_row_model *row = sheaf_model_find(state, model);
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID, "there is no model %u", model);
    sheaf_spec_of_row(row, out);
    for (uint32_t i = 0; i < row->features; i++) {
        const struct sheaf_row_feature *feature =
            sheaf_feature_at(state, row->feature_first + i);
        feature_of(feature, &out->features.items[i]);
        out->gap[i] = gaps[feature->missing];
    }
    return row->kind == SHEAF_model_kind_forecaster ? SHEAF_OK
                                                    : sheaf_features_check(&out->features, err);
}
