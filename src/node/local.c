#include "node/local.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/ed25519.h"
#include "learn/evaluate.h"
#include "learn/federate.h"
#include "learn/file.h"
#include "learn/round_job.h"
#include "learn/table.h"
#include "node/data_file.h"
#include "node/data_use.h"
#include "round/fixed_point.h"

/* How many training rounds of the mandate have a result that came before this round: the number
 * from which the order of records follows, the same at every member. */
static uint32_t training_number(const sheaf_state *state, const struct sheaf_row_round *round)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *other = sheaf_round_at(state, i);
        number += other->mandate == round->mandate && other->id < round->id
                  && other->state == SHEAF_round_state_closed
                  && other->task == SHEAF_task_train;
    }
    return number;
}

/* What one computation works on. */
typedef struct {
    const sheaf_state *state;
    const struct sheaf_row_round *round;
    const struct sheaf_row_seat *seat;
    uint32_t dataset;
    bool noised;
    const char *home;
    sheaf_buffer bytes; /* of the file */
    sheaf_features features;
    sheaf_model model;
    sheaf_table table;
    int64_t *values;
} local;

/* The data sheet counts the file's rows; for exact sums it may also count those without missing
 * values. Under noise how many can be used may not matter: it is decided by what stands in
 * each, and an answer that depended on it would tell of one. */
static sheaf_status records_check(const local *l, const char *file, sheaf_err *err)
{
    const struct sheaf_row_dataset *sheet = sheaf_dataset_find(l->state, l->dataset);
    if (sheet
        && (sheet->records == l->table.lines
            || (!l->noised && sheet->records == l->table.rows)))
        return SHEAF_OK;
    if (l->noised)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has %u rows, complete or not, but the sheet of data set %u says "
                          "%u: give the file that was registered, or register this version",
                          file, l->table.lines, l->dataset, sheet ? sheet->records : 0);
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s has %u complete records, but the sheet of data set %u says %u: give "
                      "the file that was registered, or register this version",
                      file, l->table.rows, l->dataset, sheet ? sheet->records : 0);
}

/* A message about a cell quotes it. What leaves here says where it is and no more. */
static sheaf_status table_open(local *l, const char *file, sheaf_slice bytes, sheaf_err *err)
{
    sheaf_err full = {0};
    sheaf_status status =
        sheaf_table_read(bytes, file, &l->features,
                         l->noised ? SHEAF_TABLE_NOISED : SHEAF_TABLE_EXACT, &l->table, &full);
    if (status == SHEAF_OK)
        return SHEAF_OK;
    const char *line = strstr(
        full.message + (strncmp(full.message, file, strlen(file)) == 0 ? strlen(file) : 0),
        " line ");
    const char *colon = line ? strstr(line, ": ") : NULL;
    if (!colon)
        return sheaf_fail(err, status, "%s", full.message);
    return sheaf_fail(err, status, "%.*s: the value cannot be used",
                      (int)(colon - full.message), full.message);
}

static sheaf_status range_check(const local *l, sheaf_err *err)
{
    if (sheaf_fixed_check(l->values, l->round->words, l->round->seats, NULL) == SHEAF_OK)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INVALID,
                      "a number is too large to be summed with those of %u others",
                      l->round->seats - 1u);
}

static uint64_t order_seed(const local *l, const struct sheaf_row_mandate *mandate)
{
    return sheaf_training_seed(mandate->seed, training_number(l->state, l->round),
                               l->seat->member);
}

/* Exact sums: the words are the values. */
static sheaf_status compute_exact(local *l, uint64_t *words, sheaf_err *err)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(l->state, l->round->mandate);
    sheaf_training training = {.steps = mandate->local_steps,
                               .batch = mandate->batch,
                               .rate_millionths = mandate->rate_millionths};
    sheaf_status status;
    if (l->round->task == SHEAF_task_statistics)
        status = sheaf_statistics_local(&l->table, l->values, err);
    else if (l->round->task == SHEAF_task_train)
        status = sheaf_update_local(&l->model, &l->table, &training, order_seed(l, mandate),
                                    l->values, err);
    else
        status = sheaf_evaluation_local(&l->model, &l->table, SHEAF_PART_TEST, l->values, err);
    if (status == SHEAF_OK)
        status = range_check(l, err);
    for (uint32_t i = 0; status == SHEAF_OK && i < l->round->words; i++)
        words[i] = sheaf_word_from_int(l->values[i]);
    return status;
}

/* Clipped values and the member's share of noise. */
static sheaf_status compute_noised(local *l, const sheaf_noised_seeds *seeds, uint64_t *words,
                                   sheaf_err *err)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(l->state, l->round->mandate);
    sheaf_noised_terms terms;
    sheaf_status status = sheaf_round_job_terms(l->state, l->round, &terms, err);
    if (status != SHEAF_OK)
        return status;
    if (l->round->task == SHEAF_task_evaluate)
        status = sheaf_noised_cells(&terms, &l->model, &l->table, l->values, err);
    else if (terms.local)
        status = sheaf_noised_steps(&terms, &l->model, &l->table, seeds, l->values, err);
    else if (terms.unit == SHEAF_NOISED_RECORD)
        status =
            sheaf_noised_gradient(&terms, &l->model, &l->table, seeds->sample, l->values, err);
    else
        status = sheaf_noised_change(&terms, &l->model, &l->table, order_seed(l, mandate),
                                     seeds->rounding, l->values, err);
    return status == SHEAF_OK ? sheaf_noised_words(&terms, l->values, seeds->noise, words, err)
                              : status;
}

static size_t words_of(const local *l)
{
    if (l->noised)
        return l->round->task == SHEAF_task_train ? l->features.count + 1u : SHEAF_NOISED_CELLS;
    switch (l->round->task) {
    case SHEAF_task_statistics:
        return sheaf_statistics_words(l->features.count);
    case SHEAF_task_train:
        return sheaf_update_words(l->features.count);
    default:
        return SHEAF_EVALUATION_WORDS;
    }
}

/* With the table at hand. */
static sheaf_status fill(local *l, const sheaf_noised_seeds *seeds, uint64_t *words,
                         sheaf_err *err)
{
    uint32_t count = l->round->words;
    l->values = calloc(count, sizeof *l->values);
    if (!l->values)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u words", count);
    sheaf_status status =
        l->noised ? compute_noised(l, seeds, words, err) : compute_exact(l, words, err);
    sheaf_wipe(l->values, count * sizeof *l->values);
    free(l->values);
    return status;
}

static void unload(local *l)
{
    sheaf_table_close(&l->table);
    sheaf_buffer_deinit(&l->bytes);
}

/* Reads the file once, so that what is checked is what is used. */
static sheaf_status load(local *l, const char *file, sheaf_err *err)
{
    sheaf_buffer_init(&l->bytes, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(file, SHEAF_CSV_BYTES_MAX, &l->bytes, err);
    sheaf_slice text = sheaf_buffer_slice(&l->bytes);
    if (status == SHEAF_OK)
        status =
            sheaf_data_use_check(l->state, l->home, l->dataset, l->noised, file, text, err);
    if (status == SHEAF_OK)
        status = table_open(l, file, text, err);
    if (status == SHEAF_OK)
        status = records_check(l, file, err);
    if (status != SHEAF_OK)
        unload(l);
    return status;
}

sheaf_status sheaf_local_words(const sheaf_state *state, const struct sheaf_row_round *round,
                               const struct sheaf_row_seat *seat, const char *home,
                               const char *file, sheaf_slice base,
                               const sheaf_noised_seeds *seeds, uint64_t *words, sheaf_err *err)
{
    local *l = calloc(1, sizeof *l);
    if (!l)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to compute a round");
    l->state = state;
    l->round = round;
    l->seat = seat;
    l->dataset = seat->dataset;
    l->noised = sheaf_round_noised(state, round);
    l->home = home;
    sheaf_status status = sheaf_round_job_features(state, round->model, &l->features, err);
    if (status == SHEAF_OK && round->task != SHEAF_task_statistics)
        status = sheaf_round_job_base(state, round, base, &l->model, err);
    if (status == SHEAF_OK && words_of(l) != round->words)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the round asks for %u words, but its task gives %zu", round->words,
                            words_of(l));
    if (status == SHEAF_OK)
        status = load(l, file, err);
    if (status == SHEAF_OK) {
        status = fill(l, seeds, words, err);
        if (status == SHEAF_OK && !l->noised) /* exact sums have no other use for that seed */
            status = sheaf_data_pin(home, l->dataset, sheaf_buffer_slice(&l->bytes),
                                    seeds->noise, err);
        unload(l);
    }
    free(l);
    return status;
}

/* ---- before any round ---- */

sheaf_status sheaf_local_survey_make(const sheaf_state *state, uint32_t dataset, uint32_t model,
                                     bool noised, const char *home, const char *file,
                                     sheaf_local_survey *out, sheaf_err *err)
{
    *out = (sheaf_local_survey){0};
    local *l = calloc(1, sizeof *l);
    if (!l)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to look at %s", file);
    l->state = state;
    l->dataset = dataset;
    l->noised = noised;
    l->home = home;
    sheaf_status status = sheaf_round_job_features(state, model, &l->features, err);
    if (status == SHEAF_OK)
        status = load(l, file, err);
    if (status == SHEAF_OK) {
        out->lines = l->table.lines;
        out->rows = l->table.rows;
        out->left_out = l->table.left_out;
        out->unusable = l->table.unusable;
        memcpy(out->line, l->table.unusable_line, sizeof out->line);
        unload(l);
    }
    free(l);
    return status;
}

void sheaf_local_survey_describe(const sheaf_local_survey *survey,
                                 char out[SHEAF_SURVEY_TEXT_MAX])
{
    size_t at =
        (size_t)snprintf(out, SHEAF_SURVEY_TEXT_MAX,
                         "%u rows, of which %u are used, %u have gaps and %u cannot be "
                         "read and count as none",
                         survey->lines, survey->rows, survey->left_out, survey->unusable);
    for (uint32_t i = 0; i < survey->unusable && i < SHEAF_TABLE_TOLD; i++)
        at += (size_t)snprintf(out + at, SHEAF_SURVEY_TEXT_MAX - at, "%s%u",
                               i ? ", " : ": line ", survey->line[i]);
    if (survey->unusable > SHEAF_TABLE_TOLD)
        snprintf(out + at, SHEAF_SURVEY_TEXT_MAX - at, " ...");
}
