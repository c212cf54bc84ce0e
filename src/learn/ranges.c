#include "learn/ranges.h"

#include "round/fixed_point.h"

#include <string.h>

enum { MILLION = 1000000 };

/* Half of a number of millionths, in units of 2^-24. */
static int64_t half_units(int64_t millionths)
{
    return (int64_t)sheaf_divide_rounded((sheaf_int128)millionths * SHEAF_UNIT, 2 * MILLION);
}

sheaf_status sheaf_ranges_scaling(const sheaf_features *features, sheaf_scaling *out,
                                  sheaf_err *err)
{
    SHEAF_TRY(sheaf_features_check(features, err));
    memset(out, 0, sizeof *out);
    out->clipped = true;
    for (uint32_t j = 0; j < features->count; j++) {
        const sheaf_feature *feature = &features->items[j];
        bool zero_one = feature->has_level || feature->missing == SHEAF_MISSING_INDICATOR;
        if (!zero_one && !feature->has_range)
            return sheaf_fail(err, SHEAF_INVALID,
                              "feature %u (%s) has no range; learning under noise scales by "
                              "public ranges, so register a model whose data sheet gives one",
                              j + 1, feature->column);
        out->scale[j] = SHEAF_UNIT;
        if (zero_one)
            continue;
        out->mean[j] = half_units(feature->low_millionths + feature->high_millionths);
        out->scale[j] = half_units(feature->high_millionths - feature->low_millionths);
    }
    return SHEAF_OK;
}

bool sheaf_ranges_hold(const sheaf_features *features, const sheaf_scaling *scaling)
{
    sheaf_scaling want;
    bool holds = sheaf_ranges_scaling(features, &want, NULL) == SHEAF_OK && scaling->clipped;
    for (uint32_t j = 0; holds && j < features->count; j++)
        holds = want.mean[j] == scaling->mean[j] && want.scale[j] == scaling->scale[j];
    return holds;
}
