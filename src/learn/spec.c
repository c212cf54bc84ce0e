#include "learn/spec.h"

static void feature_of(const struct sheaf_row_feature *row, sheaf_feature *out)
{
    memcpy(out->column, row->column, sizeof row->column);
    out->has_level = row->has_level;
    out->level = row->level;
    out->has_range = row->has_range;
    out->low_millionths = row->low_millionths;
    out->high_millionths = row->high_millionths;
}

sheaf_status sheaf_spec_of(const sheaf_state *state, uint32_t model, sheaf_spec *out,
                           sheaf_err *err)
{
    const struct sheaf_row_model *row = sheaf_model_find(state, model);
    if (!row)
        return sheaf_fail(err, SHEAF_INVALID, "there is no model %u", model);
    *out = (sheaf_spec){.kind = row->kind, .features.count = row->features};
    for (uint32_t i = 0; i < row->features; i++)
        feature_of(sheaf_feature_at(state, row->feature_first + i), &out->features.items[i]);
    memcpy(out->features.label, row->label, sizeof row->label);
    return sheaf_features_check(&out->features, err);
}
