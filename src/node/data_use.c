#include "node/data_use.h"

#include "coop/budget.h"
#include "learn/validation.h"
#include "node/data_file.h"

static bool was_spent_on(const sheaf_state *state, uint32_t dataset)
{
    return sheaf_spent_first(state, dataset, SHEAF_privacy_unit_record) != SHEAF_NONE
           || sheaf_spent_first(state, dataset, SHEAF_privacy_unit_member) != SHEAF_NONE;
}

/* If the bytes are those of `other` too: why they cannot be used as the data set of the sheet.
 */
static sheaf_status refuse(const struct sheaf_row_dataset *sheet,
                           const struct sheaf_row_dataset *other, bool noised, const char *file,
                           sheaf_err *err)
{
    if (!noised)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%.100s has been in exact sums as data set %u; other exact sums with "
                          "it could be subtracted from those, so take part with noise",
                          file, other->id);
    if (other->retired != SHEAF_NONE)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%.100s was used as data set %u, which is retired: what was spent on "
                          "that would not count for data set %u, so retire this one too",
                          file, other->id, sheet->id);
    return sheaf_fail(err, SHEAF_INVALID,
                      "%.100s is data set %u already, whose budget counts for it: consent to "
                      "the use of data set %u, and retire data set %u",
                      file, other->id, other->id, sheet->id);
}

/* Would it matter that the two are the same file? */
static bool matters(const sheaf_state *state, const struct sheaf_row_dataset *sheet,
                    const struct sheaf_row_dataset *other, bool noised)
{
    if (other->member != sheet->member || other->id == sheet->id)
        return false;
    if (!noised)
        return other->exact_round != SHEAF_NONE;
    return other->id < sheet->id
           && (other->retired == SHEAF_NONE || was_spent_on(state, other->id));
}

/* Are the bytes that data set? By the salt in the home, or by what was in its exact sums. */
static sheaf_status match_of(const char *home, sheaf_slice bytes,
                             const struct sheaf_row_dataset *dataset, bool noised,
                             sheaf_data_match *out, sheaf_err *err)
{
    SHEAF_TRY(sheaf_data_match_bytes(home, bytes, &dataset->commitment, out, err));
    if (*out != SHEAF_DATA_UNKNOWN || noised)
        return SHEAF_OK;
    return sheaf_data_pinned(home, SHEAF_PIN_FILE, dataset->id, bytes, out, err);
}

sheaf_status sheaf_data_use_check(const sheaf_state *state, const char *home, uint32_t dataset,
                                  bool noised, const char *file, sheaf_slice bytes,
                                  sheaf_err *err)
{
    const struct sheaf_row_dataset *sheet = sheaf_dataset_find(state, dataset);
    sheaf_data_match match;
    if (!sheet)
        return SHEAF_OK;
    SHEAF_TRY(match_of(home, bytes, sheet, noised, &match, err));
    if (match == SHEAF_DATA_OTHER)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s is not the file that was registered as data set %u: give that "
                          "file, or register this version",
                          file, dataset);
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        const struct sheaf_row_dataset *other = sheaf_dataset_at(state, i);
        if (!matters(state, sheet, other, noised))
            continue;
        SHEAF_TRY(match_of(home, bytes, other, noised, &match, err));
        if (match == SHEAF_DATA_SAME)
            return refuse(sheet, other, noised, file, err);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_data_rows_check(const char *home, uint32_t dataset, const char *file,
                                   const sheaf_hash *rows, sheaf_err *err)
{
    sheaf_data_match match;
    if (sheaf_hash_is_zero(rows))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_data_pinned(home, SHEAF_PIN_ROWS, dataset,
                                sheaf_bytes(rows->bytes, sizeof rows->bytes), &match, err));
    if (match != SHEAF_DATA_OTHER)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "other rows of %.100s have been in exact sums of data set %u: this model "
                      "treats missing values otherwise, and a sum with it could be subtracted "
                      "from those; take part with noise, or with a model that uses the same "
                      "rows",
                      file, dataset);
}

/* ---- windows ---- */

static bool seats_have(const sheaf_state *state, const struct sheaf_row_round *round,
                       uint32_t dataset)
{
    for (uint16_t i = 0; i < round->seats; i++)
        if (sheaf_seat_at(state, round->seat_first + i)->dataset == dataset)
            return true;
    return false;
}

/* The model of the first exact sum of a forecaster that the data set was asked for, or NULL. */
static const struct sheaf_row_model *first_forecaster(const sheaf_state *state,
                                                      uint32_t dataset)
{
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        const struct sheaf_row_mandate *mandate = sheaf_mandate_get(state, round->mandate);
        const struct sheaf_row_model *model = sheaf_model_get(state, round->model);
        if (mandate->release == SHEAF_release_form_exact_sum
            && model->kind == SHEAF_model_kind_forecaster && seats_have(state, round, dataset))
            return model;
    }
    return NULL;
}

sheaf_status sheaf_data_windows_check(const sheaf_state *state, uint32_t dataset,
                                      const char *file, sheaf_spec *spec, sheaf_err *err)
{
    if (spec->kind != SHEAF_model_kind_forecaster)
        return SHEAF_OK;
    const struct sheaf_row_model *first = first_forecaster(state, dataset);
    if (!first)
        return SHEAF_OK;
    if (spec->forecaster.every != first->every
        || strcmp(spec->forecaster.time, first->time) != 0
        || strcmp(spec->forecaster.series, first->series) != 0)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "other windows of %.100s have been in exact sums of data set %u, with "
            "model %u, and could be subtracted from this one's; take part with "
            "noise, or with a model of the same columns and `every`",
            file, dataset, first->id);
    if (spec->forecaster.look_back > first->look_back
        || spec->forecaster.horizon > first->horizon)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%.100s has been in exact sums of data set %u over windows of %u and "
                          "%u steps, with model %u, which could be subtracted from sums over "
                          "longer ones; take part with noise, or with a model that looks no "
                          "further back and ahead",
                          file, dataset, first->look_back, first->horizon, first->id);
    spec->forecaster.room_back = first->look_back;
    spec->forecaster.room_ahead = first->horizon;
    return SHEAF_OK;
}

/* ---- validation records ---- */

sheaf_status sheaf_data_patience_check(const sheaf_state *state,
                                       const struct sheaf_row_mandate *mandate,
                                       uint32_t dataset, uint32_t apart, const char *file,
                                       sheaf_err *err)
{
    const bool patient = mandate->patience > 0;
    if (mandate->release != SHEAF_release_form_exact_sum || apart == 0
        || apart >= SHEAF_VALIDATION_LEAST)
        return SHEAF_OK;
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        const struct sheaf_row_mandate *other = sheaf_mandate_get(state, round->mandate);
        if (other->release == SHEAF_release_form_exact_sum && round->task != SHEAF_task_evaluate
            && (other->patience > 0) != patient && seats_have(state, round, dataset))
            return sheaf_fail(err, SHEAF_INVALID,
                              "%.100s has been in exact sums of data set %u with%s patience, "
                              "and the difference to this mandate's would tell of its %u "
                              "validation record%s; take part with noise, or in mandates "
                              "with%s patience",
                              file, dataset, patient ? "out" : "", apart, apart == 1 ? "" : "s",
                              patient ? "out" : "");
    }
    return SHEAF_OK;
}
