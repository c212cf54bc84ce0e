#include "node/data_use.h"

#include "coop/budget.h"
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
