#include "learn/regression.h"

#include "learn/inputs.h"
#include "learn/ranges.h"
#include "round/fixed_point.h"

enum { MILLION = 1000000 };

/* Half of a number of millionths, in units of 2^-24. */
static int64_t half_units(int64_t millionths)
{
    return (int64_t)sheaf_divide_rounded((sheaf_int128)millionths * SHEAF_UNIT, 2 * MILLION);
}

sheaf_status sheaf_regression_ranges(const sheaf_spec *spec, sheaf_scaling *out, sheaf_err *err)
{
    sheaf_features inputs;
    sheaf_inputs_of(spec, &inputs);
    SHEAF_TRY(sheaf_ranges_scaling(&inputs, out, err));
    if (spec->target != SHEAF_target_number)
        return SHEAF_OK;
    if (!spec->has_label_range)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the label %s has no range; learning a number under noise scales by "
                          "its public range",
                          spec->features.label);
    out->number = true;
    out->label_mean = half_units(spec->label_low_millionths + spec->label_high_millionths);
    out->label_scale = half_units(spec->label_high_millionths - spec->label_low_millionths);
    return SHEAF_OK;
}

sheaf_status sheaf_regression_begin(const sheaf_spec *spec, uint64_t seed, sheaf_buffer *out,
                                    sheaf_err *err)
{
    sheaf_scaling scaling;
    sheaf_model model;
    (void)seed;
    sheaf_features inputs;
    SHEAF_TRY(sheaf_regression_ranges(spec, &scaling, err));
    sheaf_inputs_of(spec, &inputs);
    sheaf_model_init(&model, &inputs, &scaling);
    sheaf_model_write(out, &model);
    return SHEAF_OK;
}

static bool features_equal(const sheaf_features *a, const sheaf_features *b)
{
    bool equal = a->count == b->count && strcmp(a->label, b->label) == 0;
    for (uint32_t i = 0; equal && i < a->count; i++)
        equal = strcmp(a->items[i].column, b->items[i].column) == 0
                && a->items[i].missing == b->items[i].missing
                && a->items[i].has_level == b->items[i].has_level
                && (!a->items[i].has_level || a->items[i].level == b->items[i].level);
    return equal;
}

static bool ranges_hold(const sheaf_spec *spec, const sheaf_scaling *scaling)
{
    sheaf_scaling want;
    sheaf_features inputs;
    sheaf_inputs_of(spec, &inputs);
    return sheaf_regression_ranges(spec, &want, NULL) == SHEAF_OK
           && sheaf_ranges_hold(&inputs, scaling) && want.label_mean == scaling->label_mean
           && want.label_scale == scaling->label_scale;
}

sheaf_status sheaf_regression_inputs_check(const sheaf_spec *spec,
                                           const sheaf_features *features,
                                           const sheaf_scaling *scaling, bool noised,
                                           sheaf_err *err)
{
    sheaf_features inputs;
    sheaf_inputs_of(spec, &inputs);
    if (scaling->number != (spec->target == SHEAF_target_number))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model does not predict what was registered");
    if (!features_equal(features, &inputs))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model does not have the inputs that were registered");
    if (noised && !ranges_hold(spec, scaling))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the round's model is not scaled by the ranges that were registered");
    return SHEAF_OK;
}

sheaf_status sheaf_regression_check(const sheaf_spec *spec, sheaf_slice file, bool noised,
                                    sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(file, &model, err));
    return sheaf_regression_inputs_check(spec, &model.features, &model.scaling, noised, err);
}

sheaf_status sheaf_regression_noised_local(const sheaf_job *job, const void *data,
                                           const sheaf_job_seeds *seeds, int64_t *values,
                                           sheaf_err *err)
{
    sheaf_model model;
    const sheaf_noised_terms *terms = job->terms;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    if (terms->local)
        return sheaf_noised_steps(terms, &model, data, seeds->secret, values, err);
    if (terms->unit == SHEAF_NOISED_RECORD)
        return sheaf_noised_gradient(terms, &model, data, seeds->secret->sample, values, err);
    return sheaf_noised_change(terms, &model, data, seeds->order, seeds->secret->rounding,
                               values, err);
}

sheaf_status sheaf_regression_noised_finish(const sheaf_job *job, const int64_t *words,
                                            sheaf_round_result *out, sheaf_err *err)
{
    sheaf_model model;
    SHEAF_TRY(sheaf_model_read(job->base, &model, err));
    SHEAF_TRY(sheaf_noised_step(job->terms, &model, (const uint64_t *)words, &model, err));
    sheaf_model_write(&out->bytes, &model);
    return SHEAF_OK;
}

sheaf_status sheaf_regression_statistics_local(const sheaf_job *job, const void *data,
                                               const sheaf_job_seeds *seeds, int64_t *values,
                                               sheaf_err *err)
{
    (void)seeds;
    return sheaf_inputs_statistics_local(job->spec, data, values, err);
}

sheaf_status sheaf_regression_statistics_finish(const sheaf_job *job, const int64_t *words,
                                                sheaf_round_result *out, sheaf_err *err)
{
    sheaf_features inputs;
    sheaf_scaling scaling;
    sheaf_model model;
    SHEAF_TRY(sheaf_inputs_statistics_finish(job->spec, words, &scaling, err));
    sheaf_inputs_of(job->spec, &inputs);
    sheaf_model_init(&model, &inputs, &scaling);
    sheaf_model_write(&out->bytes, &model);
    return SHEAF_OK;
}
