#include "node/local.h"

#include <stdio.h>
#include <stdlib.h>

#include "crypto/ed25519.h"
#include "learn/by_group.h"
#include "learn/file.h"
#include "learn/own_training.h"
#include "learn/round_job.h"
#include "node/data_file.h"
#include "node/data_use.h"
#include "node/trainer_declared.h"
#include "round/fixed_point.h"

/* What one computation works on. */
typedef struct {
    const sheaf_state *state;
    uint32_t dataset;
    bool noised;
    const char *home;
    sheaf_buffer bytes; /* of the file */
    sheaf_round_job work;
    const sheaf_learn_kind *kind;
    const sheaf_spec *spec;
    void *data; /* the kind's */
    sheaf_data_counts counts;
    sheaf_group_rows groups; /* of the file's rows, where the round is by group */
} local;

/* The data sheet counts the file's rows; for exact sums it may also count those without missing
 * values. Under noise how many can be used may not matter: it is decided by what stands in
 * each, and an answer that depended on it would tell of one. */
static sheaf_status records_check(const local *l, const char *file, sheaf_err *err)
{
    const struct sheaf_row_dataset *sheet = sheaf_dataset_find(l->state, l->dataset);
    if (sheet
        && (sheet->records == l->counts.lines
            || (!l->noised && sheet->records == l->counts.rows)))
        return SHEAF_OK;
    if (l->noised)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s has %u rows, complete or not, but the sheet of data set %u says "
                          "%u: give the file that was registered, or register this version",
                          file, l->counts.lines, l->dataset, sheet ? sheet->records : 0);
    return sheaf_fail(err, SHEAF_INVALID,
                      "%s has %u complete records, but the sheet of data set %u says %u: give "
                      "the file that was registered, or register this version",
                      file, l->counts.rows, l->dataset, sheet ? sheet->records : 0);
}

/* A message about a cell quotes it. What leaves here says where it is and what is wrong with
 * it: from the first quotation mark to the last one nothing is told. */
static void cell_hide(const char *message, const char *from, char out[SHEAF_MESSAGE_MAX])
{
    const char *quote = strstr(from, ": '"), *end = quote;
    for (const char *at = quote ? quote + 3 : NULL; at && (at = strstr(at, "' ")); at++)
        end = at;
    if (!quote)
        snprintf(out, SHEAF_MESSAGE_MAX, "%s", message);
    else if (end == quote)
        snprintf(out, SHEAF_MESSAGE_MAX, "%.*s: the value cannot be used",
                 (int)(quote - message), message);
    else
        snprintf(out, SHEAF_MESSAGE_MAX, "%.*s: the value%s", (int)(quote - message), message,
                 end + 1);
}

static sheaf_status data_open(local *l, const char *file, sheaf_slice bytes, sheaf_err *err)
{
    sheaf_err full = {0};
    sheaf_status status =
        l->kind->open(l->spec, bytes, file, l->noised ? SHEAF_TABLE_NOISED : SHEAF_TABLE_EXACT,
                      &l->data, &full);
    if (status == SHEAF_OK) {
        l->kind->counts(l->data, &l->counts);
        return SHEAF_OK;
    }
    char told[SHEAF_MESSAGE_MAX];
    const char *behind = strncmp(full.message, file, strlen(file)) == 0
                             ? full.message + strlen(file)
                             : full.message;
    cell_hide(full.message, behind, told);
    return sheaf_fail(err, status, "%s", told);
}

/* Exact sums: the words are the values. */
static sheaf_status words_exact(const local *l, uint16_t seats, const int64_t *values,
                                uint64_t *words, sheaf_err *err)
{
    const uint32_t count = l->work.job.words;
    if (sheaf_fixed_check(values, count, seats, NULL) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a number is too large to be summed with those of %u others",
                          seats - 1u);
    for (uint32_t i = 0; i < count; i++)
        words[i] = sheaf_word_from_int(values[i]);
    return SHEAF_OK;
}

/* A round leaves its stages a while; the rest of the first one is for what comes after. */
static uint32_t patience_of(const struct sheaf_row_round *round)
{
    uint32_t seconds = round->stage_ms / 1250;
    return seconds ? seconds : 1;
}

static sheaf_status own_ask(const local *l, const struct sheaf_row_round *round,
                            const struct sheaf_row_seat *seat, const sheaf_job_seeds *draw,
                            sheaf_local_own *own, int64_t *values, sheaf_err *err)
{
    const sheaf_trainer_place place = {.round = round->id,
                                       .mandate = round->mandate,
                                       .model = round->model,
                                       .dataset = seat->dataset,
                                       .member = seat->member,
                                       .seconds = patience_of(round),
                                       .grace_ms = 1 + round->stage_ms / 20};
    sheaf_hash digest;
    /* Before it is known how it goes: what is declared tells nothing of the data. */
    SHEAF_TRY(sheaf_own_training_check(l->kind, &l->work.job, err));
    SHEAF_TRY(sheaf_trainer_digest(&own->host, &digest, err));
    SHEAF_TRY(sheaf_trainer_declare(l->home, round->id, &digest, err));
    own->ran = true;
    return sheaf_trainer_values(&own->host, &place, l->kind, &l->work.job, l->data, draw,
                                values, &own->report, err);
}

static sheaf_status own_values(const local *l, const struct sheaf_row_round *round,
                               const struct sheaf_row_seat *seat, const sheaf_job_seeds *draw,
                               sheaf_local_own *own, int64_t *values, sheaf_err *err)
{
    sheaf_err why = {0};
    sheaf_status status = own_ask(l, round, seat, draw, own, values, &why);
    if (status == SHEAF_OK)
        return SHEAF_OK;
    /* A node that was told to stop goes on when it is started again; nothing else is tried
     * twice. */
    bool stopped = status == SHEAF_IO && own->host.stop && *own->host.stop;
    own->refused = true;
    return sheaf_fail(err, stopped ? SHEAF_IO : SHEAF_INVALID, "%s", why.message);
}

/* With the data at hand. */
static sheaf_status fill(const local *l, const struct sheaf_row_round *round,
                         const struct sheaf_row_seat *seat, const sheaf_noised_seeds *seeds,
                         sheaf_local_own *own, uint64_t *words, sheaf_err *err)
{
    const sheaf_job *job = &l->work.job;
    const sheaf_job_seeds draw = {sheaf_training_seed(job->seed, job->step, seat->member),
                                  seeds};
    int64_t *values = calloc(job->words, sizeof *values);
    if (!values)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for %u words", job->words);
    bool by_own = own && own->host.trainer && job->task == SHEAF_task_train;
    sheaf_status status =
        by_own ? own_values(l, round, seat, &draw, own, values, err)
               : sheaf_by_group_local(l->kind, job, l->data, &l->groups, &draw, values, err);
    if (status == SHEAF_OK)
        status = job->noised ? sheaf_noised_words(job->terms, values, seeds->noise, words, err)
                             : words_exact(l, round->seats, values, words, err);
    sheaf_wipe(values, job->words * sizeof *values);
    free(values);
    return status;
}

/* What is in exact sums from now on. These have no other use for the seed. */
static sheaf_status pin(const local *l, const sheaf_noised_seeds *seeds, sheaf_err *err)
{
    const sheaf_hash *rows = &l->counts.row_set;
    if (!sheaf_hash_is_zero(rows))
        SHEAF_TRY(sheaf_data_pin(l->home, SHEAF_PIN_ROWS, l->dataset,
                                 sheaf_bytes(rows->bytes, sizeof rows->bytes), seeds->noise,
                                 err));
    return sheaf_data_pin(l->home, SHEAF_PIN_FILE, l->dataset, sheaf_buffer_slice(&l->bytes),
                          seeds->noise, err);
}

static void unload(local *l)
{
    l->kind->close(l->data);
    l->data = NULL;
    sheaf_group_rows_close(&l->groups);
    sheaf_buffer_deinit(&l->bytes);
}

/* By the member's own sheet, which names the round's groups and may name more. */
static sheaf_status groups_open(local *l, const char *file, sheaf_slice text, sheaf_err *err)
{
    sheaf_common_groups sheet;
    sheaf_group_names named;
    sheaf_groups_of_dataset(l->state, l->dataset, &sheet);
    sheaf_group_names_of(l->state, &sheet, &named);
    return sheaf_group_rows_open(&named, text, file, l->data, &l->groups, err);
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
    if (status == SHEAF_OK && !l->noised)
        status = sheaf_data_windows_check(l->state, l->dataset, file, &l->work.spec, err);
    if (status == SHEAF_OK)
        status = data_open(l, file, text, err);
    if (status == SHEAF_OK)
        status = records_check(l, file, err);
    if (status == SHEAF_OK && !l->noised)
        status = sheaf_data_rows_check(l->home, l->dataset, file, &l->counts.row_set, err);
    if (status == SHEAF_OK && l->work.job.groups && l->work.job.groups->count)
        status = groups_open(l, file, text, err);
    if (status != SHEAF_OK)
        unload(l);
    return status;
}

sheaf_status sheaf_local_words(const sheaf_state *state, const struct sheaf_row_round *round,
                               const struct sheaf_row_seat *seat, const char *home,
                               const char *file, sheaf_slice base,
                               const sheaf_noised_seeds *seeds, sheaf_local_own *own,
                               uint64_t *words, sheaf_err *err)
{
    local *l = calloc(1, sizeof *l);
    if (!l)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to compute a round");
    l->state = state;
    l->dataset = seat->dataset;
    l->home = home;
    sheaf_status status = sheaf_round_job_open(state, round, base, &l->work, err);
    if (status != SHEAF_OK) {
        free(l);
        return status;
    }
    l->noised = l->work.job.noised;
    l->kind = l->work.kind;
    l->spec = &l->work.spec;
    size_t want = sheaf_by_group_words(l->kind, &l->work.job);
    if (want != round->words)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the round asks for %u words, but its task gives %zu", round->words,
                            want);
    if (status == SHEAF_OK)
        status = load(l, file, err);
    if (status == SHEAF_OK && round->task != SHEAF_task_evaluate) {
        status = sheaf_data_patience_check(state, sheaf_mandate_get(state, round->mandate),
                                           l->dataset, l->counts.apart, file, err);
        if (status != SHEAF_OK)
            unload(l);
    }
    if (status == SHEAF_OK) {
        status = fill(l, round, seat, seeds, own, words, err);
        if (status == SHEAF_OK && !l->noised)
            status = pin(l, seeds, err);
        unload(l);
    }
    sheaf_round_job_close(&l->work);
    free(l);
    return status;
}

/* ---- before any round ---- */

static sheaf_status look(local *l, const char *file, sheaf_local_findings *out, sheaf_err *err)
{
    if (l->kind->screen)
        SHEAF_TRY(l->kind->screen(l->spec, l->data, &out->screen, err));
    if (!l->kind->of_tables)
        return SHEAF_OK;
    SHEAF_TRY(groups_open(l, file, sheaf_buffer_slice(&l->bytes), err));
    out->groups = l->groups.named;
    memcpy(out->held_out, l->groups.records, sizeof out->held_out);
    return SHEAF_OK;
}

sheaf_status sheaf_local_screen(const sheaf_state *state, uint32_t dataset, uint32_t model,
                                bool noised, const char *home, const char *file,
                                sheaf_local_survey *out, sheaf_local_findings *findings,
                                sheaf_err *err)
{
    *out = (sheaf_local_survey){0};
    if (findings)
        *findings = (sheaf_local_findings){0};
    local *l = calloc(1, sizeof *l);
    if (!l)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to look at %s", file);
    l->state = state;
    l->dataset = dataset;
    l->noised = noised;
    l->home = home;
    sheaf_status status = sheaf_spec_of(state, model, &l->work.spec, err);
    l->spec = &l->work.spec;
    if (status == SHEAF_OK)
        status = sheaf_learn_kind_find(l->spec->kind, &l->kind, err);
    if (status == SHEAF_OK)
        status = load(l, file, err);
    if (status == SHEAF_OK) {
        *out = l->counts;
        if (findings)
            status = look(l, file, findings, err);
        unload(l);
    }
    free(l);
    return status;
}

sheaf_status sheaf_local_survey_make(const sheaf_state *state, uint32_t dataset, uint32_t model,
                                     bool noised, const char *home, const char *file,
                                     sheaf_local_survey *out, sheaf_err *err)
{
    return sheaf_local_screen(state, dataset, model, noised, home, file, out, NULL, err);
}

void sheaf_local_survey_describe(const sheaf_local_survey *survey,
                                 char out[SHEAF_SURVEY_TEXT_MAX])
{
    size_t at =
        (size_t)snprintf(out, SHEAF_SURVEY_TEXT_MAX,
                         "%u row%s, of which %u are used, %u have gaps and %u cannot be "
                         "read and count as none",
                         survey->lines, survey->lines == 1 ? "" : "s", survey->rows,
                         survey->left_out, survey->unusable);
    for (uint32_t i = 0; i < survey->unusable && i < SHEAF_TABLE_TOLD; i++)
        at += (size_t)snprintf(out + at, SHEAF_SURVEY_TEXT_MAX - at, "%s%u",
                               i ? ", " : ": line ", survey->line[i]);
    if (survey->unusable > SHEAF_TABLE_TOLD)
        snprintf(out + at, SHEAF_SURVEY_TEXT_MAX - at, " ...");
}
