/* What was gathered for a model's card, in sentences and tables; declared in card.h. */
#include "cli/card_page.h"
#include "cli/date.h"
#include "coop/tables.h"
#include "learn/forecast.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000, ARENA_MAX = 8 << 20, SHORT = 64 };

typedef char cells[SHEAF_CARD_COLUMNS_MAX][SHEAF_CARD_CELL];

typedef struct {
    sheaf_card_page page;
    const sheaf_json *card, *model;
} writing;

static int64_t number(const sheaf_json *object, const char *name)
{
    return sheaf_json_member_int(object, name, 0);
}

/* Words as they are, "_" as a space, up to what fits. */
static const char *words(sheaf_slice text, char *out, size_t size)
{
    size_t len = text.len < size ? text.len : size - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = text.data[i] == '_' ? ' ' : (char)text.data[i];
    out[len] = 0;
    return out;
}

static void cell_words(char *cell, const sheaf_json *object, const char *name)
{
    words(sheaf_json_member_string(object, name), cell, SHEAF_CARD_CELL);
}

__attribute__((format(printf, 2, 3))) static void cell_print(char *cell, const char *format,
                                                             ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(cell, SHEAF_CARD_CELL, format, values);
    va_end(values);
}

/* ---- what it is ---- */

/* Columns of the model's row that the card shows by themselves. */
static bool is_told(const char *column)
{
    static const char *const told[] = {
        "feature_first", "features", "gaps",   "id",          "inputs",   "kind",    "label",
        "lesson",        "licence",  "member", "price_cents", "released", "retired", "round",
        "schema",        "sha256",   "state",  "target",      "title",    "uses"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (strcmp(column, told[i]) == 0)
            return true;
    return false;
}

/* What a column is, behind "of trees: "; NULL where that names other kinds than the model's. */
static const char *doc_of(const writing *w, const sheaf_column *column)
{
    sheaf_slice kind = sheaf_json_member_string(w->model, "kind");
    const char *doc = column->doc, *colon = strchr(doc, ':');
    if (strcmp(column->name, "trees") == 0) /* "how many", which says too little by itself */
        return sheaf_slice_is(kind, "trees") ? "trees" : NULL;
    if (strncmp(doc, "of ", 3) != 0 || !colon)
        return doc;
    for (const char *at = doc; at + kind.len <= colon; at++)
        if (memcmp(at, kind.data, kind.len) == 0)
            return colon + 2;
    return NULL;
}

/* What a kind's own record says, as its columns are documented. */
static void put_kind(writing *w)
{
    const sheaf_table_shape *shape = sheaf_table_describe(SHEAF_TABLE_model);
    char text[SHORT];
    for (uint16_t i = 0; i < shape->count; i++) {
        const sheaf_column *column = &shape->columns[i];
        const sheaf_json *value = sheaf_json_member(w->model, column->name);
        const char *doc = doc_of(w, column);
        if (is_told(column->name) || !value || !doc)
            continue;
        bool millionths = strstr(column->name, "_millionths") != NULL;
        if (value->type == SHEAF_JSON_INT && value->integer != 0)
            sheaf_card_fact(&w->page, doc, "%.10g",
                            (double)value->integer / (millionths ? MILLION : 1));
        else if (value->type == SHEAF_JSON_STRING && value->string.len)
            sheaf_card_fact(&w->page, doc, "%s", words(value->string, text, sizeof text));
    }
}

static void put_features(writing *w)
{
    static const char *const titles[] = {"input", "as", "public range", "where missing"};
    const sheaf_json *list = sheaf_json_member(w->card, "features");
    bool gaps = list && sheaf_json_member(list->first, "missing");
    size_t columns = gaps ? 4 : 3;
    sheaf_card_table(&w->page, titles, columns);
    for (const sheaf_json *at = list ? list->first : NULL; at; at = at->next) {
        cells row = {""};
        cell_words(row[0], at, "column");
        if (sheaf_json_member_bool(at, "has_level"))
            cell_print(row[1], "1 where it is %" PRId64 ", else 0", number(at, "level"));
        else
            cell_print(row[1], "a number");
        if (sheaf_json_member_bool(at, "has_range"))
            cell_print(row[2], "%.10g to %.10g", (double)number(at, "low_millionths") / MILLION,
                       (double)number(at, "high_millionths") / MILLION);
        cell_words(row[3], at, "missing");
        sheaf_card_row(&w->page, row, columns);
    }
    sheaf_card_table_end(&w->page);
}

static void put_model(writing *w)
{
    char kind[SHORT], text[SHORT], target[SHORT];
    const sheaf_json *rounds = sheaf_json_member(w->card, "rounds");
    sheaf_card_heading(&w->page, "What it is");
    sheaf_card_list(&w->page, true);
    words(sheaf_json_member_string(w->model, "kind"), kind, sizeof kind);
    words(sheaf_json_member_string(w->model, "target"), target, sizeof target);
    sheaf_card_fact(&w->page, "form", "%s%s", kind,
                    strcmp(kind, "logistic") == 0 ? " regression" : "");
    words(sheaf_json_member_string(w->model, "label"), text, sizeof text);
    if (*text)
        sheaf_card_fact(&w->page, "predicts", "%s%s", text,
                        strcmp(target, "number") == 0 ? ", a number" : ": positive above 0");
    words(sheaf_json_member_string(w->model, "schema"), text, sizeof text);
    sheaf_card_fact(&w->page, "layout of the data", "%s", text);
    sheaf_card_fact(&w->page, "registered", "entry %" PRId64 ", by member %" PRId64,
                    number(w->model, "id"), number(w->model, "member"));
    sheaf_card_fact(&w->page, "state", "%s",
                    words(sheaf_json_member_string(w->model, "state"), text, sizeof text));
    put_kind(w);
    sheaf_card_list(&w->page, false);
    put_features(w);
    bool trees = strcmp(kind, "trees") == 0;
    if (number(rounds, "statistics") && trees)
        sheaf_card_say(&w->page,
                       "Trees take inputs as they stand. Where they may be cut was looked for "
                       "around mean and deviation of all members' training records together, "
                       "from exact sums.");
    else if (number(rounds, "statistics"))
        sheaf_card_say(&w->page,
                       "Inputs are standardised by mean and deviation of all members' training "
                       "records together, from one exact sum.");
    else if (number(rounds, "training") && strcmp(kind, "forecaster") != 0)
        sheaf_card_say(&w->page,
                       "Inputs are scaled by the public ranges above and cut off at them; no "
                       "member's data was looked at for that.");
    if (strcmp(kind, "forecaster") == 0)
        sheaf_card_say(&w->page, "Each series is standardised by its own training part, and "
                                 "its last part is held out, in order of time.");
    else
        sheaf_card_say(&w->page,
                       "Records are held out where the member's file says so in its column "
                       "“set”, else about a third, chosen by a hash of each. Under exact sums "
                       "a record with a gap in a column that is no input is left out.");
}

/* ---- decisions ---- */

/* Of a kind that learns by steps at its members: trees never do, linear models and forecasters
 * not from exact sums, whatever the mandate says of steps. */
static void put_steps(writing *w, const sheaf_json *m)
{
    const sheaf_slice kind = sheaf_json_member_string(w->model, "kind");
    const bool exact = sheaf_slice_is(sheaf_json_member_string(m, "release"), "exact_sum");
    if (sheaf_slice_is(kind, "trees")
        || (exact && (sheaf_slice_is(kind, "linear") || sheaf_slice_is(kind, "forecaster"))))
        return;
    sheaf_card_fact(&w->page, "training at each member",
                    "%" PRId64 " local step%s a round of %s, rate %.6g, seed %" PRId64,
                    number(m, "local_steps"), number(m, "local_steps") == 1 ? "" : "s",
                    number(m, "batch") ? "a batch each" : "all records",
                    (double)number(m, "rate_millionths") / MILLION, number(m, "seed"));
    if (number(m, "batch"))
        sheaf_card_fact(&w->page, "records of a batch", "%" PRId64, number(m, "batch"));
}

/* When training ends, where it need not go on to the last round. */
static void put_patience(writing *w, const sheaf_json *at)
{
    char text[1024];
    if (sheaf_json_member(at, "patience"))
        sheaf_card_fact(&w->page, "training", "%s",
                        words(sheaf_json_member_string(at, "patience"), text, sizeof text));
    if (sheaf_json_member(at, "losses"))
        sheaf_card_fact(&w->page, "losses on validation records", "%s",
                        words(sheaf_json_member_string(at, "losses"), text, sizeof text));
}

static void put_mandate(writing *w, const sheaf_json *at)
{
    const sheaf_json *m = sheaf_json_member(at, "mandate"),
                     *motion = sheaf_json_member(at, "motion");
    char text[1024], purpose[SHORT];
    sheaf_card_list(&w->page, true);
    sheaf_card_fact(&w->page, "mandate",
                    "entry %" PRId64 ", %" PRId64 " of %" PRId64 " rounds used",
                    number(m, "id"), number(m, "rounds_used"), number(m, "rounds_max"));
    if (motion)
        sheaf_card_fact(&w->page, "decided by",
                        "motion %" PRId64 ": %" PRId64 " for, %" PRId64 " against, %" PRId64
                        " abstained, of %" PRId64,
                        number(motion, "id"), number(motion, "yes"), number(motion, "no"),
                        number(motion, "abstain"), number(motion, "electorate"));
    sheaf_card_fact(&w->page, "consents for", "%s",
                    words(sheaf_json_member_string(m, "purpose"), purpose, sizeof purpose));
    sheaf_card_fact(&w->page, "fewest members in a sum", "%" PRId64, number(m, "cohort_min"));
    put_steps(w, m);
    put_patience(w, at);
    sheaf_card_fact(&w->page, "what it discloses", "%s",
                    words(sheaf_json_member_string(at, "words"), text, sizeof text));
    if (sheaf_json_member(at, "epsilon_spent_millionths"))
        sheaf_card_fact(&w->page, "spent so far", "epsilon %.4f of %.10g at delta %.10g",
                        (double)number(at, "epsilon_spent_millionths") / MILLION,
                        (double)number(m, "epsilon_millionths") / MILLION,
                        (double)number(m, "delta_trillionths") / 1e12);
    sheaf_card_list(&w->page, false);
}

static void put_mandates(writing *w)
{
    const sheaf_json *list = sheaf_json_member(w->card, "mandates");
    sheaf_card_heading(&w->page, "What was decided, and what it gives away");
    if (!list || !list->first)
        sheaf_card_say(&w->page, "No mandate to train it was adopted.");
    for (const sheaf_json *at = list ? list->first : NULL; at; at = at->next)
        put_mandate(w, at);
}

/* ---- data and members ---- */

static void put_data(writing *w)
{
    static const char *const titles[] = {"data set", "member", "records", "subjects",
                                         "licence",  "rounds", "brought", "not yet shared"};
    const sheaf_json *list = sheaf_json_member(w->card, "datasets");
    const sheaf_json *sharing = sheaf_json_member(w->card, "sharing");
    sheaf_card_heading(&w->page, "On whose data");
    if (!list || !list->first) {
        sheaf_card_say(&w->page, "No data set has been in a sum for it yet.");
        return;
    }
    sheaf_card_table(&w->page, titles, 8);
    for (const sheaf_json *at = list->first; at; at = at->next) {
        const sheaf_json *sheet = sheaf_json_member(at, "dataset");
        cells row = {""};
        cell_print(row[0], "%" PRId64 "%s", number(sheet, "id"),
                   sheaf_json_member_int(sheet, "retired", -1) >= 0 ? ", withdrawn" : "");
        cell_print(row[1], "%" PRId64, number(sheet, "member"));
        cell_print(row[2], "%" PRId64, number(sheet, "records"));
        cell_words(row[3], sheet, "subjects");
        cell_words(row[4], sheet, "licence");
        cell_print(row[5], "%" PRId64, number(at, "rounds"));
        cell_print(row[6], "%" PRId64, number(at, "brought"));
        cell_print(row[7], "%" PRId64, number(at, "member_contributed"));
        sheaf_card_row(&w->page, row, 8);
    }
    sheaf_card_table_end(&w->page);
    sheaf_card_say(
        &w->page,
        "“Rounds” are those of this model whose sum a data set is in; “brought” are its "
        "records, counted in each attested round of training; “not yet shared” is "
        "what the member brought into all models since surplus was last shared. By "
        "the bylaws %.10g %% of a surplus follows what was brought, %.10g %% goes to "
        "all members alike, %.10g %% to the reserve.",
        (double)number(sharing, "data_bp") / 100, (double)number(sharing, "members_bp") / 100,
        (double)number(sharing, "reserve_bp") / 100);
}

static void put_rounds(writing *w)
{
    const sheaf_json *r = sheaf_json_member(w->card, "rounds");
    const sheaf_json *energy = sheaf_json_member(w->card, "energy");
    char first[SHEAF_DATE_LEN + 1], last[SHEAF_DATE_LEN + 1];
    sheaf_card_heading(&w->page, "How it was trained");
    if (number(r, "open_ms") == 0 && number(r, "training") == 0) {
        sheaf_card_say(&w->page, "No round has ended yet.");
        return;
    }
    sheaf_date_print(number(r, "first"), first);
    sheaf_date_print(number(r, "last"), last);
    sheaf_card_say(&w->page,
                   "From %s to %s. Rounds that ended with a sum: %" PRId64
                   " of statistics, %" PRId64 " of training, %" PRId64
                   " of evaluation, with %" PRId64 " members at least and %" PRId64
                   " at most; without one: %" PRId64
                   ". Participants added sums up again and confirmed them %" PRId64 " times.",
                   first, last, number(r, "statistics"), number(r, "training"),
                   number(r, "evaluations"), number(r, "members_least"),
                   number(r, "members_most"), number(r, "aborted"), number(r, "attestations"));
    if (number(r, "own_trainers") > 0)
        sheaf_card_say(
            &w->page,
            "%" PRId64 " of these declare a program of the member's own: its part in "
            "that round of training was not made by Sheaf, and nobody can check what "
            "made it. The mandate's noise hides it all the same.",
            number(r, "own_trainers"));
    sheaf_card_say(&w->page,
                   "Energy: at most %.3g Wh, if the hub and every participant drew %" PRId64
                   " W beyond idling for as long as rounds were open, %.1f s in all. They wait "
                   "for most of that time, so it is less; what machines draw stands on no log.",
                   (double)number(energy, "millijoules_most") / 3.6e6, number(energy, "watts"),
                   (double)number(r, "open_ms") / 1e3);
}

/* ---- figures ---- */

static void put_calibration(writing *w, const sheaf_json *c)
{
    static const char *const titles[] = {"probability", "records", "mean given", "positive"};
    const sheaf_json *list = sheaf_json_member(c, "bins");
    int bin = 0;
    sheaf_card_say(&w->page, "Calibration error %.3f: by the probability that the model gave,",
                   (double)number(c, "error_millionths") / MILLION);
    sheaf_card_table(&w->page, titles, 4);
    for (const sheaf_json *at = list ? list->first : NULL; at; at = at->next, bin++) {
        cells row = {""};
        double records = (double)number(at, "records");
        if (records < 1)
            continue;
        cell_print(row[0], "%.1f to %.1f", bin / 10.0, (bin + 1) / 10.0);
        cell_print(row[1], "%.0f", records);
        cell_print(row[2], "%.3f", (double)number(at, "expected_millionths") / MILLION);
        cell_print(row[3], "%.3f", (double)number(at, "positives") / records);
        sheaf_card_row(&w->page, row, 4);
    }
    sheaf_card_table_end(&w->page);
}

static void put_figure(writing *w, const sheaf_json *figures, const char *label,
                       const char *name, const char *interval)
{
    const sheaf_json *range = sheaf_json_member(figures, interval);
    if (!sheaf_json_member(figures, name))
        return;
    if (range)
        sheaf_card_fact(&w->page, label, "%.3f, 95 %% interval %.3f to %.3f",
                        (double)number(figures, name) / MILLION,
                        (double)number(range, "low_millionths") / MILLION,
                        (double)number(range, "high_millionths") / MILLION);
    else
        sheaf_card_fact(&w->page, label, "%.3f", (double)number(figures, name) / MILLION);
}

/* On what the figures were measured, and in which unit. */
static void put_figures_of(writing *w, const sheaf_json *f)
{
    const bool noised = sheaf_json_member_bool(f, "noised");
    const bool forecasts =
        sheaf_slice_is(sheaf_json_member_string(w->model, "kind"), "forecaster");
    if (sheaf_json_member_bool(f, "in_deviations"))
        sheaf_card_say(&w->page,
                       "On the held-out series of about %" PRId64 " members, counted with "
                       "noise, round %" PRId64
                       ". Each member counts once, by its mean error in "
                       "standard deviations of its own series; a mean above %d counts as %d:",
                       number(f, "records"), number(f, "round"),
                       SHEAF_FORECAST_NOISED_ERROR_MAX, SHEAF_FORECAST_NOISED_ERROR_MAX);
    else
        sheaf_card_say(&w->page,
                       "On %s%" PRId64 " held-out %s of the members%s, round %" PRId64 ":",
                       noised ? "about " : "", number(f, "records"),
                       forecasts ? "forecasts of single steps" : "records",
                       noised ? ", counted with noise" : "", number(f, "round"));
}

static void cell_range(char cell[SHEAF_CARD_CELL], const sheaf_json *group, const char *name,
                       const char *interval)
{
    const sheaf_json *range = sheaf_json_member(group, interval);
    if (!sheaf_json_member(group, name))
        cell_print(cell, "%s", "");
    else if (range)
        cell_print(cell, "%.3f (%.3f to %.3f)", (double)number(group, name) / MILLION,
                   (double)number(range, "low_millionths") / MILLION,
                   (double)number(range, "high_millionths") / MILLION);
    else
        cell_print(cell, "%.3f", (double)number(group, name) / MILLION);
}

static void put_groups(writing *w, const sheaf_json *f)
{
    const bool errors = sheaf_json_member(f, "mae_millionths");
    const bool noised = sheaf_json_member_bool(f, "noised");
    static const char *const of_class[] = {"group", "records", "accuracy", "AUC"};
    static const char *const of_number[] = {"group", "records", "mean absolute error",
                                            "root of the mean squared error"};
    sheaf_card_say(&w->page,
                   "By group, of those that the data sheets of all who took part name%s:",
                   noised ? ""
                          : "; of a column with fewer than five records of some level none "
                            "is told");
    sheaf_card_table(&w->page, errors ? of_number : of_class, 4);
    for (const sheaf_json *at = sheaf_json_member(f, "groups")->first; at; at = at->next) {
        cells row = {""};
        cell_print(row[0], "%.*s = %" PRId64,
                   SHEAF_PRINT(sheaf_json_member_string(at, "column")), number(at, "level"));
        if (number(at, "records"))
            cell_print(row[1], "%" PRId64, number(at, "records"));
        else
            cell_print(row[1], "not told");
        cell_range(row[2], at, errors ? "mae_millionths" : "accuracy_millionths",
                   "accuracy_interval");
        cell_range(row[3], at, errors ? "rmse_millionths" : "auc_millionths", "auc_interval");
        sheaf_card_row(&w->page, row, 4);
    }
    sheaf_card_table_end(&w->page);
}

static void put_figures(writing *w)
{
    const sheaf_json *f = sheaf_json_member(w->card, "figures");
    const sheaf_json *calibration = sheaf_json_member(f, "calibration");
    sheaf_card_heading(&w->page, "How good it is");
    if (!f) {
        sheaf_card_say(&w->page, "It was not evaluated yet.");
        return;
    }
    put_figures_of(w, f);
    sheaf_card_list(&w->page, true);
    put_figure(w, f, "accuracy", "accuracy_millionths", "accuracy_interval");
    put_figure(w, f, "AUC", "auc_millionths", "auc_interval");
    put_figure(w, f, "log loss", "log_loss_millionths", "");
    put_figure(w, f, "mean absolute error", "mae_millionths", "mae_interval");
    put_figure(w, f, "the simplest model's", "baseline_mae_millionths", "");
    put_figure(w, f, "root of the mean squared error", "rmse_millionths", "");
    put_figure(w, f, "the simplest model's", "baseline_rmse_millionths", "");
    sheaf_card_list(&w->page, false);
    if (sheaf_json_member_bool(f, "too_good"))
        sheaf_card_say(&w->page,
                       "This is too good to be believed: look whether an input tells the label "
                       "itself, as a column does that is filled in afterwards.");
    if (calibration)
        put_calibration(w, calibration);
    if (sheaf_json_member(f, "groups"))
        put_groups(w, f);
    sheaf_card_say(&w->page,
                   "The figures are of the members who took part. What the model does "
                   "elsewhere, and for groups of people that the data sheets do not "
                   "name, nobody has measured here.");
}

/* A hash of zeros stands for none. */
static bool is_set(sheaf_slice hash)
{
    size_t i = 0;
    while (i < hash.len && hash.data[i] == '0')
        i++;
    return i < hash.len;
}

static void put_release(writing *w)
{
    char text[SHORT + 8];
    const sheaf_json *released = sheaf_json_member(w->model, "released");
    sheaf_card_heading(&w->page, "Use");
    if (!released || released->type != SHEAF_JSON_INT) {
        sheaf_card_say(&w->page, "It has not been released.");
        return;
    }
    const sheaf_json *sharing = sheaf_json_member(w->card, "sharing");
    char currency[8];
    words(sheaf_json_member_string(sharing, "currency"), currency, sizeof currency);
    sheaf_card_list(&w->page, true);
    sheaf_slice lesson = sheaf_json_member_string(w->model, "lesson");
    if (is_set(lesson))
        sheaf_card_fact(&w->page, "SHA-256 of its lesson", "%s",
                        words(lesson, text, sizeof text));
    sheaf_card_fact(&w->page, "licence", "%s",
                    words(sheaf_json_member_string(w->model, "licence"), text, sizeof text));
    sheaf_card_fact(&w->page, "price of one use", "%.2f %s",
                    (double)number(w->model, "price_cents") / 100, currency);
    sheaf_card_fact(&w->page, "paid uses", "%" PRId64, number(w->model, "uses"));
    sheaf_card_fact(&w->page, "SHA-256 of its bytes", "%s",
                    words(sheaf_json_member_string(w->model, "sha256"), text, sizeof text));
    sheaf_card_list(&w->page, false);
}

static void put_all(writing *w)
{
    char coop[128], title[192];
    words(sheaf_json_member_string(w->card, "coop"), coop, sizeof coop);
    snprintf(title, sizeof title, "Model %" PRId64 " of %s", number(w->model, "id"), coop);
    sheaf_card_begin(&w->page, title);
    put_model(w);
    put_figures(w);
    put_mandates(w);
    put_rounds(w);
    put_data(w);
    put_release(w);
    sheaf_card_heading(&w->page, "Where this comes from");
    sheaf_card_say(&w->page,
                   "Made from entries 0 to %" PRId64 " of the log %.*s, replayed and checked; "
                   "anyone with the log makes the same card.",
                   number(w->card, "entries") - 1,
                   SHEAF_PRINT(sheaf_json_member_string(w->card, "origin")));
    sheaf_card_end(&w->page);
}

sheaf_status sheaf_card_write(sheaf_slice json, sheaf_card_form form, sheaf_buffer *out,
                              sheaf_err *err)
{
    sheaf_json *card = NULL;
    uint8_t *block = malloc(ARENA_MAX);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the card");
    sheaf_arena arena = sheaf_arena_over(block, ARENA_MAX);
    sheaf_status status = sheaf_json_parse(json, &arena, &card, err);
    if (status == SHEAF_OK) {
        writing w = {.page = {.out = out, .form = form},
                     .card = card,
                     .model = sheaf_json_member(card, "model")};
        put_all(&w);
        status = sheaf_buffer_check(out, "the card", err);
    }
    free(block);
    return status;
}
