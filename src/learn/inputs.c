#include "learn/inputs.h"

#include <math.h>

void sheaf_inputs_of(const sheaf_spec *spec, sheaf_features *out)
{
    *out = spec->features;
    for (uint32_t j = 0; j < spec->features.count; j++) {
        sheaf_feature *feature = &out->items[j];
        if (spec->gap[j] == SHEAF_GAP_LEAVE_OUT)
            continue;
        feature->missing = SHEAF_MISSING_MEAN;
        if (spec->gap[j] == SHEAF_GAP_INDICATOR && out->count < SHEAF_FEATURES_MAX) {
            sheaf_feature *indicator = &out->items[out->count++];
            *indicator = (sheaf_feature){.missing = SHEAF_MISSING_INDICATOR};
            memcpy(indicator->column, feature->column, sizeof feature->column);
        }
    }
}

static bool is_number(const sheaf_spec *spec)
{
    return spec->target == SHEAF_target_number;
}

size_t sheaf_inputs_statistics_words(const sheaf_spec *spec)
{
    return sheaf_statistics_words(spec->inputs + is_number(spec)) + spec->gaps;
}

static int64_t known(const sheaf_table *table, uint32_t feature)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < table->rows; i++)
        count += !table->is_test[i] && !isnan(table->x[(size_t)i * table->d + feature]);
    return count;
}

sheaf_status sheaf_inputs_statistics_local(const sheaf_spec *spec, const sheaf_table *table,
                                           int64_t *words, sheaf_err *err)
{
    if (table->d != spec->inputs)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u inputs, but the model has %u",
                          table->d, spec->inputs);
    SHEAF_TRY(sheaf_statistics_local(table, words, err));
    if (is_number(spec))
        sheaf_statistics_label_local(table, words + sheaf_statistics_words(spec->inputs));
    int64_t *gap = words + sheaf_statistics_words(spec->inputs + is_number(spec));
    for (uint32_t j = 0; j < spec->features.count; j++)
        if (spec->gap[j] != SHEAF_GAP_LEAVE_OUT)
            *gap++ = known(table, j);
    return SHEAF_OK;
}

/* Mean and scale of a feature of which so many values are there. */
static sheaf_status known_finish(const int64_t *words, int64_t count, uint32_t feature,
                                 sheaf_scaling *out, sheaf_err *err)
{
    const int64_t *sums = words + 1 + SHEAF_STATISTICS_COLUMN * (size_t)feature;
    const int64_t own[] = {count, sums[0], sums[1], sums[2]};
    sheaf_scaling of;
    out->mean[feature] = 0;
    out->scale[feature] = SHEAF_UNIT;
    if (count < 0 || count > words[0])
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld values of feature %u in %lld records; "
                          "abort this round and find the member whose node is faulty",
                          (long long)count, feature + 1, (long long)words[0]);
    if (count < 2)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_statistics_finish(own, 1, &of, NULL, err));
    out->mean[feature] = of.mean[0];
    out->scale[feature] = of.scale[0];
    return SHEAF_OK;
}

sheaf_status sheaf_inputs_statistics_finish(const sheaf_spec *spec, const int64_t *words,
                                            sheaf_scaling *out, sheaf_err *err)
{
    uint32_t records;
    SHEAF_TRY(sheaf_statistics_finish(words, spec->inputs, out, &records, err));
    if (is_number(spec))
        SHEAF_TRY(sheaf_statistics_label_finish(words + sheaf_statistics_words(spec->inputs),
                                                records, out, err));
    const int64_t *gap = words + sheaf_statistics_words(spec->inputs + is_number(spec));
    for (uint32_t j = 0; j < spec->features.count; j++)
        if (spec->gap[j] != SHEAF_GAP_LEAVE_OUT)
            SHEAF_TRY(known_finish(words, *gap++, j, out, err));
    return SHEAF_OK;
}
