/* cli/data.c - `sheaf data commit` and `sheaf data check`: a data file and its commitment. */
#include "base/encode.h"
#include "cli/act.h"
#include "learn/file.h"
#include "learn/table.h"
#include "node/data_file.h"
#include "node/local.h"
#include "store/random.h"

#include <inttypes.h>
#include <stdio.h>

enum { CHECK_BYTES_MAX = 1 << 22 };

/* A file that is no table, or of which a line is none of a table's, is told now: later a round
 * counts such a row as none, or does without the file. */
static sheaf_status form_check(const char *file, sheaf_csv_style *style, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_buffer_init(&bytes, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_learn_file(file, SHEAF_CSV_BYTES_MAX, &bytes, err);
    if (status == SHEAF_OK)
        status = sheaf_table_form(sheaf_buffer_slice(&bytes), file, style, err);
    sheaf_buffer_deinit(&bytes);
    return status;
}

static const char *separator_name(char separator)
{
    return separator == ',' ? "comma" : separator == ';' ? "semicolon" : "tab";
}

static int run_commit(const sheaf_arguments *a)
{
    sheaf_err err;
    sheaf_hash commitment;
    uint8_t salt[SHEAF_SALT_BYTES];
    char home[SHEAF_PATH_MAX], hex[65];
    sheaf_csv_style style;
    sheaf_status status = sheaf_home_path(a->value[0], home, sizeof home, &err);
    if (status == SHEAF_OK && !sheaf_home_exists(home))
        status = sheaf_fail(&err, SHEAF_INVALID,
                            "%s is not a member's home; join a co-op first with: sheaf join "
                            "URL --home DIR",
                            home);
    if (status == SHEAF_OK)
        status = form_check(a->argument[0], &style, &err);
    sheaf_random(salt, sizeof salt);
    if (status == SHEAF_OK)
        status = sheaf_data_commit(home, a->argument[0], salt, &commitment, &err);
    sheaf_wipe(salt, sizeof salt);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    sheaf_hex_32(commitment.bytes, hex);
    if (a->json) {
        printf("{\"commitment\":\"%s\",\"decimal_comma\":%s,\"records\":%u,"
               "\"separator\":\"%s\"}\n",
               hex, style.decimal_comma ? "true" : "false", style.rows,
               separator_name(style.separator));
    } else {
        printf("%s\n", hex);
        fprintf(stderr, "%s has %u row%s: register it with --records %u\n", a->argument[0],
                style.rows, style.rows == 1 ? "" : "s", style.rows);
        if (style.separator != ',')
            fprintf(stderr, "its values are separated by %ss%s\n",
                    separator_name(style.separator),
                    style.decimal_comma ? ", and its numbers have decimal commas" : "");
    }
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_data_commit = {
    .name = "data commit",
    .arguments = "FILE",
    .summary = "print the commitment to a data file, for sheaf dataset register --commitment",
    .detail =
        "The file is read as a table first: a line that has not its form is refused, and "
        "which\n"
        "marks separate its values is told. Then comes\n"
        "HMAC-SHA-256 of the file under a fresh salt, which stays in the home (HOME/salts):\n"
        "each call gives another commitment. Without its salt a commitment tells nothing; "
        "with\n"
        "it the node sees that FILE is what was registered, and trains on nothing else.",
    .options = {{"home", "DIR", "the member's home folder"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_commit,
};

/* ---- check ---- */

typedef struct {
    uint32_t dataset; /* that the file is, or SHEAF_NONE */
    unsigned own;     /* data sets of this home */
    unsigned salted;  /* of them, those with a salt in the home */
} finding;

static sheaf_status find_file(const sheaf_member *m, const char *file, finding *out,
                              sheaf_err *err)
{
    const sheaf_state *state = sheaf_member_state(m);
    *out = (finding){.dataset = SHEAF_NONE};
    for (uint32_t i = 0; i < sheaf_dataset_count(state); i++) {
        const struct sheaf_row_dataset *row = sheaf_dataset_at(state, i);
        sheaf_data_match match;
        if (m->home.member == SHEAF_NONE || row->member != m->home.member)
            continue;
        SHEAF_TRY(sheaf_data_check(m->dir, file, &row->commitment, &match, err));
        out->own++;
        out->salted += match != SHEAF_DATA_UNKNOWN;
        if (match != SHEAF_DATA_SAME)
            continue;
        /* The first registration counts (node/data_use.h). */
        const struct sheaf_row_dataset *known = sheaf_dataset_find(state, out->dataset);
        if (!known || known->retired != SHEAF_NONE)
            out->dataset = row->id;
    }
    return SHEAF_OK;
}

/* ---- what rounds would use of it ---- */

typedef struct {
    const sheaf_member *member;
    const char *file;
    uint32_t dataset;
    bool json, fault;
    sheaf_buffer text;
    sheaf_json_writer w;
} look;

/* An input as a schema has it, such as "cp=3". */
static void input_name(const sheaf_spec *spec, uint16_t input, sheaf_buffer *out)
{
    sheaf_features one = {.count = 1};
    one.items[0] = spec->features.items[input];
    out->len = 0;
    sheaf_features_put(out, &one);
}

static void put_inputs_json(look *l, const char *key, const sheaf_spec *spec,
                            const uint16_t *inputs, uint32_t count)
{
    sheaf_buffer name;
    sheaf_buffer_init(&name, 256);
    sheaf_json_key(&l->w, key);
    sheaf_json_open_list(&l->w);
    for (uint32_t i = 0; i < count; i++) {
        input_name(spec, inputs[i], &name);
        sheaf_json_string(&l->w, sheaf_buffer_slice(&name));
    }
    sheaf_json_close(&l->w);
    sheaf_buffer_deinit(&name);
}

static void put_inputs(look *l, const sheaf_spec *spec, const uint16_t *inputs, uint32_t count,
                       const char *verdict)
{
    sheaf_buffer name;
    sheaf_buffer_init(&name, 256);
    for (uint32_t i = 0; i < count; i++) {
        input_name(spec, inputs[i], &name);
        sheaf_buffer_printf(&l->text, "    look at %.*s: %s\n", (int)name.len,
                            (const char *)name.data, verdict);
    }
    sheaf_buffer_deinit(&name);
}

/* What looks wrong in the records that are used. It is told, and hinders nothing. */
static void put_screen(look *l, const sheaf_spec *spec, const sheaf_screen *screen)
{
    const bool series = spec->kind == SHEAF_model_kind_forecaster;
    put_inputs(l, spec, screen->constant, screen->constants,
               "all records have the same, so it says nothing");
    put_inputs(l, spec, screen->tells, screen->telling,
               "it tells the label by itself; make sure that it is known before the label is");
    if (screen->no_training)
        sheaf_buffer_printf(&l->text, "    it adds nothing to training: %s\n",
                            series ? "no window without gaps fits its training part"
                                   : "all its records are held out");
    if (screen->no_test)
        sheaf_buffer_printf(&l->text, "    it adds nothing to evaluations: %s\n",
                            series ? "no window without gaps forecasts steps of its test part"
                                   : "none of its records is held out");
    if (screen->one_label)
        sheaf_buffer_printf(&l->text,
                            "    look at %s: it is the same in all records, so a model of this "
                            "file alone learns nothing\n",
                            spec->features.label);
}

/* What an evaluation adds of it to each group that the sheet names. */
static void put_groups(look *l, const sheaf_local_findings *found)
{
    for (uint32_t i = 0; i < found->groups.count; i++)
        sheaf_buffer_printf(&l->text,
                            "    group %s = %" PRId64 ": %" PRIu32 " held-out record%s\n",
                            found->groups.items[i].column, found->groups.items[i].level,
                            found->held_out[i], found->held_out[i] == 1 ? "" : "s");
}

static void put_groups_json(look *l, const sheaf_local_findings *found)
{
    sheaf_json_key(&l->w, "groups");
    sheaf_json_open_list(&l->w);
    for (uint32_t i = 0; i < found->groups.count; i++) {
        sheaf_json_open_object(&l->w);
        sheaf_json_member_put_string(&l->w, "column", sheaf_str(found->groups.items[i].column));
        sheaf_json_member_put_int(&l->w, "held_out", found->held_out[i]);
        sheaf_json_member_put_int(&l->w, "level", found->groups.items[i].level);
        sheaf_json_close(&l->w);
    }
    sheaf_json_close(&l->w);
}

static void put_json(look *l, uint32_t model, const char *release,
                     const sheaf_local_survey *survey, const sheaf_spec *spec,
                     const sheaf_local_findings *found, const char *error)
{
    const sheaf_screen *screen = &found->screen;
    sheaf_json_open_object(&l->w);
    if (error) {
        sheaf_json_member_put_string(&l->w, "error", sheaf_str(error));
        sheaf_json_member_put_int(&l->w, "model", model);
        sheaf_json_member_put_string(&l->w, "release", sheaf_str(release));
    } else {
        put_inputs_json(l, "constant", spec, screen->constant, screen->constants);
        put_groups_json(l, found);
        sheaf_json_member_put_int(&l->w, "left_out", survey->left_out);
        sheaf_json_member_put_int(&l->w, "model", model);
        sheaf_json_member_put_bool(&l->w, "no_test", screen->no_test);
        sheaf_json_member_put_bool(&l->w, "no_training", screen->no_training);
        sheaf_json_member_put_bool(&l->w, "one_label", screen->one_label);
        sheaf_json_member_put_string(&l->w, "release", sheaf_str(release));
        sheaf_json_member_put_int(&l->w, "rows", survey->lines);
        put_inputs_json(l, "tells_label", spec, screen->tells, screen->telling);
        sheaf_json_member_put_int(&l->w, "unusable", survey->unusable);
        sheaf_json_member_put_int(&l->w, "used", survey->rows);
    }
    sheaf_json_close(&l->w);
}

static void look_at(look *l, uint32_t model, bool noised)
{
    const char *release = noised ? "noised" : "exact_sum";
    char text[SHEAF_SURVEY_TEXT_MAX];
    const sheaf_state *state = sheaf_member_state(l->member);
    sheaf_local_survey survey;
    sheaf_local_findings found;
    sheaf_spec spec;
    sheaf_err why = {0};
    bool fits = sheaf_spec_of(state, model, &spec, &why) == SHEAF_OK
                && sheaf_local_screen(state, l->dataset, model, noised, l->member->dir, l->file,
                                      &survey, &found, &why)
                       == SHEAF_OK;
    l->fault |= !fits || survey.unusable;
    if (l->json) {
        put_json(l, model, release, &survey, &spec, &found, fits ? NULL : why.message);
        return;
    }
    if (fits)
        sheaf_local_survey_describe(&survey, text);
    sheaf_buffer_printf(&l->text, "  model %u, %s: %s\n", model,
                        noised ? "with noise" : "exact sums", fits ? text : why.message);
    if (fits) {
        put_screen(l, &spec, &found.screen);
        put_groups(l, &found);
    }
}

/* For every model that the data set's columns may serve. */
static void look_at_all(look *l)
{
    const sheaf_state *state = sheaf_member_state(l->member);
    const struct sheaf_row_dataset *dataset = sheaf_dataset_get(state, l->dataset);
    for (uint32_t i = 0; i < sheaf_model_count(state); i++) {
        const struct sheaf_row_model *model = sheaf_model_at(state, i);
        if (model->state == SHEAF_model_state_retired
            || memcmp(model->schema, dataset->schema, sizeof model->schema) != 0)
            continue;
        look_at(l, model->id, true);
        look_at(l, model->id, false);
    }
}

static sheaf_status found_put(look *l, const finding *found, sheaf_err *err)
{
    l->dataset = found->dataset;
    if (l->json) {
        l->w = sheaf_json_begin(&l->text);
        sheaf_json_open_object(&l->w);
        sheaf_json_member_put_int(&l->w, "dataset", found->dataset);
        sheaf_json_key(&l->w, "models");
        sheaf_json_open_list(&l->w);
        look_at_all(l);
        sheaf_json_close(&l->w);
        sheaf_json_close(&l->w);
        sheaf_buffer_add_byte(&l->text, '\n');
    } else {
        sheaf_buffer_printf(&l->text, "%s is data set %u, as it was registered.\n", l->file,
                            found->dataset);
        look_at_all(l);
    }
    return sheaf_buffer_check(&l->text, "what was found", err);
}

/* Asks this home's own copy of the log, so that it works without the hub. */
static sheaf_status check(const char *home, look *l, sheaf_err *err)
{
    sheaf_session session;
    finding found;
    SHEAF_TRY(sheaf_session_open(&session, home, NULL, NULL, err));
    l->member = &session.member;
    sheaf_status status = find_file(&session.member, l->file, &found, err);
    if (status == SHEAF_OK && !found.salted)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "none of the %u data sets registered from %s has its salt there, "
                            "so nothing can be compared; sheaf data commit keeps salts",
                            found.own, home);
    if (status == SHEAF_OK && found.dataset == SHEAF_NONE)
        status = sheaf_fail(err, SHEAF_FAULT,
                            "%s is not what was registered: it is none of the %u data sets "
                            "whose salts are in %s; register this version, or bring back the "
                            "file",
                            l->file, found.salted, home);
    if (status == SHEAF_OK)
        status = found_put(l, &found, err);
    l->member = NULL;
    sheaf_session_close(&session);
    return status;
}

static int run_check(const sheaf_arguments *a)
{
    sheaf_err err;
    look l = {.file = a->argument[0], .json = a->json};
    char home[SHEAF_PATH_MAX];
    sheaf_buffer_init(&l.text, CHECK_BYTES_MAX);
    sheaf_status status = sheaf_home_path(a->value[0], home, sizeof home, &err);
    if (status == SHEAF_OK)
        status = check(home, &l, &err);
    if (status == SHEAF_OK)
        fwrite(l.text.data, 1, l.text.len, stdout);
    sheaf_buffer_deinit(&l.text);
    if (status != SHEAF_OK)
        return sheaf_report(a, &err);
    return l.fault ? SHEAF_EXIT_FAULT : SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_data_check = {
    .name = "data check",
    .arguments = "FILE",
    .summary = "say which of your registered data sets a file is; exit 3 if none",
    .detail =
        "And, for every model that the data set may serve, how many rows rounds would use. A "
        "row\n"
        "that cannot be read counts as none in rounds with noise and keeps the file out of "
        "exact\n"
        "sums: exit 3, too. Told besides are inputs that are the same in all records, inputs "
        "that\n"
        "tell the label by themselves, as a column does that is filled in afterwards, and "
        "labels\n"
        "that are all alike; and how many held-out records each group of the sheet has.",
    .options = {{"home", "DIR", "the member's home folder"}},
    .arguments_min = 1,
    .arguments_max = 1,
    .many = -1,
    .run = run_check,
};
