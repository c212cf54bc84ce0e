/* cli/compare.c - `sheaf model compare`: what a member gains by learning together, computed at
 * home, on its own held-out records. */
#include "cli/round_source.h"

#include "coop/view.h"
#include "learn/alone.h"
#include "learn/file.h"
#include "learn/groups.h"
#include "learn/logistic.h"
#include "learn/reliability.h"
#include "learn/scores.h"
#include "learn/table_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MILLION = 1000000, MODEL_MAX = 64 << 20, GROUPS_MAX = 64, NAME_MAX_SHOWN = 40 };
enum { AROUND_TRAINING = 2 }; /* rounds: statistics, evaluation */

/* In the order of the command's options. */
enum { DATA, BY, HOME, CA };

/* The held-out records of which a column has one value. */
typedef struct {
    char name[NAME_MAX_SHOWN + 1];
    struct sheaf_figures alone, together;
} group;

typedef struct {
    sheaf_round_source source;
    const struct sheaf_row_model *model;
    const struct sheaf_row_mandate *mandate;
    sheaf_spec spec;
    sheaf_alone terms;
    bool usual; /* the mandate's training is for noise: alone it is trained as usual */
    sheaf_data_counts counts;
    struct sheaf_figures alone, together;
    group groups[GROUPS_MAX];
    uint32_t group_count;
} comparison;

/* A model, and of classes what it says of each line of the file. */
typedef struct {
    sheaf_slice model;
    sheaf_predictions said;
} side;

enum { ALONE, TOGETHER, SIDES };

/* The newest model that rounds have made, or the one that was released. */
static sheaf_status model_find(comparison *c, sheaf_hash *out, sheaf_err *err)
{
    const sheaf_state *state = c->source.state;
    const struct sheaf_row_round *made = NULL;
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        if (round->model == c->model->id && round->state == SHEAF_round_state_closed
            && round->task == SHEAF_task_train
            && (c->model->round == SHEAF_NONE || round->id <= c->model->round))
            made = round;
    }
    if (!made)
        return sheaf_fail(err, SHEAF_INVALID,
                          "no round has trained model %" PRIu32 " yet; compare once one is "
                          "closed",
                          c->model->id);
    c->mandate = sheaf_mandate_get(state, made->mandate);
    made = sheaf_round_get(state, sheaf_task_base(c->mandate, SHEAF_task_evaluate));
    *out = c->model->released != SHEAF_NONE ? c->model->sha256 : made->result;
    return SHEAF_OK;
}

/* As many as the members took together; with patience, as many as one may take alone. */
static uint32_t rounds_trained(const comparison *c)
{
    uint32_t rounds = 0, most = sheaf_task_steps(c->model, c->mandate->release);
    if (c->mandate->patience && c->mandate->rounds_max > AROUND_TRAINING)
        return c->mandate->rounds_max - AROUND_TRAINING < most
                   ? c->mandate->rounds_max - AROUND_TRAINING
                   : most;
    for (uint32_t i = 0; i < sheaf_round_count(c->source.state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(c->source.state, i);
        rounds += round->mandate == c->mandate->id && round->state == SHEAF_round_state_closed
                  && round->task == SHEAF_task_train;
    }
    return rounds;
}

/* As the mandate has it; but one step of gradient descent a round, as noise of records needs
 * it, is no way to train alone. */
static sheaf_status terms_set(comparison *c, sheaf_err *err)
{
    SHEAF_TRY(sheaf_spec_of(c->source.state, c->model->id, &c->spec, err));
    c->terms = (sheaf_alone){.spec = &c->spec,
                             .training = {.steps = c->mandate->local_steps,
                                          .batch = c->mandate->batch,
                                          .rate_millionths = c->mandate->rate_millionths},
                             .rounds = rounds_trained(c),
                             .patience = c->mandate->patience,
                             .seed = c->mandate->seed};
    c->usual = c->mandate->release == SHEAF_release_form_noised
               && c->mandate->unit == SHEAF_privacy_unit_record;
    if (c->usual) {
        c->terms.training = sheaf_training_default();
        c->terms.rounds = SHEAF_ROUNDS_DEFAULT;
    }
    return sheaf_learn_kind_find(c->spec.kind, &c->terms.kind, err);
}

static bool is_table(const comparison *c)
{
    return c->terms.kind->close == sheaf_table_data_close;
}

/* ---- groups ---- */

/* The same table, of whose rows those of one group alone are held out. */
static sheaf_table of_group(const sheaf_table *table, const uint32_t *of, uint32_t wanted,
                            uint8_t *is_test)
{
    sheaf_table part = *table;
    part.is_test = is_test;
    part.test_rows = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        is_test[i] = table->is_test[i] && of[i] == wanted;
        part.test_rows += is_test[i];
    }
    part.train_rows = part.rows - part.test_rows;
    return part;
}

/* A model's figures on held-out records; the area from the records themselves, which are at
 * hand here. */
static sheaf_status side_evaluate(const comparison *c, const side *s, const void *data,
                                  struct sheaf_figures *out, sheaf_err *err)
{
    sheaf_scores scores;
    SHEAF_TRY(sheaf_alone_evaluate(&c->terms, s->model, data, out, err));
    if (!s->said.cells || !out->has_auc_millionths)
        return SHEAF_OK;
    const sheaf_table *table = data;
    SHEAF_TRY(sheaf_scores_open(table->test_rows, &scores, err));
    sheaf_scores_add(&scores, &s->said, table);
    out->auc_millionths = sheaf_scores_auc(&scores);
    out->has_auc_millionths = out->auc_millionths >= 0;
    sheaf_scores_close(&scores);
    return SHEAF_OK;
}

static sheaf_status both_evaluate(const comparison *c, const side sides[SIDES],
                                  const void *data, struct sheaf_figures *alone,
                                  struct sheaf_figures *together, sheaf_err *err)
{
    SHEAF_TRY(side_evaluate(c, &sides[ALONE], data, alone, err));
    return side_evaluate(c, &sides[TOGETHER], data, together, err);
}

static sheaf_status groups_evaluate(comparison *c, const sheaf_table *table,
                                    const sheaf_groups *groups, const uint32_t *of,
                                    const side sides[SIDES], sheaf_err *err)
{
    uint8_t *is_test = calloc(table->rows, 1);
    sheaf_status status = SHEAF_OK;
    if (!is_test)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
    if (groups->count > GROUPS_MAX)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the column has %u different values; %d groups can be shown",
                            groups->count, GROUPS_MAX);
    for (uint32_t g = 0; g < groups->count && status == SHEAF_OK; g++) {
        sheaf_table part = of_group(table, of, g, is_test);
        group *next = &c->groups[c->group_count];
        if (part.test_rows == 0)
            continue;
        sheaf_slice name = groups->text[g];
        snprintf(next->name, sizeof next->name, "%.*s", SHEAF_PRINT(name));
        status = both_evaluate(c, sides, &part, &next->alone, &next->together, err);
        c->group_count++;
    }
    free(is_test);
    return status;
}

static sheaf_status by_group(comparison *c, const char *column, sheaf_slice file,
                             const void *data, const side sides[SIDES], sheaf_err *err)
{
    sheaf_groups groups;
    if (!is_table(c))
        return sheaf_fail(err, SHEAF_INVALID,
                          "the model's data is no table, so that it has no groups of records");
    const sheaf_table *table = data;
    uint32_t *of = calloc(table->rows, sizeof *of);
    if (!of)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for groups of rows");
    sheaf_status status = sheaf_groups_open(&groups, err);
    if (status == SHEAF_OK) {
        status = sheaf_groups_read(&groups, file, "your file", column, table, of, err);
        if (status == SHEAF_OK)
            status = groups_evaluate(c, table, &groups, of, sides, err);
        sheaf_groups_close(&groups);
    }
    free(of);
    return status;
}

/* ---- both models ---- */

static sheaf_status sides_say(const comparison *c, sheaf_slice file, side sides[SIDES],
                              sheaf_err *err)
{
    if (!is_table(c) || c->spec.target != SHEAF_target_class)
        return SHEAF_OK;
    for (int i = 0; i < SIDES; i++)
        SHEAF_TRY(
            c->terms.kind->predict(sides[i].model, file, "your file", &sides[i].said, err));
    return SHEAF_OK;
}

static sheaf_status all_evaluate(comparison *c, const char *by, sheaf_slice file,
                                 const void *data, sheaf_slice together, sheaf_err *err)
{
    side sides[SIDES] = {[TOGETHER].model = together};
    sheaf_buffer model;
    sheaf_buffer_init(&model, MODEL_MAX);
    sheaf_status status = sheaf_alone_train(&c->terms, data, &model, err);
    sides[ALONE].model = sheaf_buffer_slice(&model);
    if (status == SHEAF_OK)
        status = sides_say(c, file, sides, err);
    if (status == SHEAF_OK)
        status = both_evaluate(c, sides, data, &c->alone, &c->together, err);
    if (status == SHEAF_OK && by)
        status = by_group(c, by, file, data, sides, err);
    for (int i = 0; i < SIDES; i++)
        sheaf_predictions_close(&sides[i].said);
    sheaf_buffer_deinit(&model);
    return status;
}

static sheaf_status compare(comparison *c, const char *path, const char *by, sheaf_err *err)
{
    sheaf_hash hash;
    sheaf_buffer model, file;
    void *data = NULL;
    SHEAF_TRY(model_find(c, &hash, err));
    SHEAF_TRY(terms_set(c, err));
    sheaf_buffer_init(&model, MODEL_MAX);
    sheaf_buffer_init(&file, SHEAF_CSV_BYTES_MAX + SHEAF_FILE_SLACK);
    sheaf_status status = sheaf_round_source_blob(&c->source, &hash, MODEL_MAX, &model, err);
    if (status == SHEAF_OK)
        status = sheaf_learn_file(path, SHEAF_CSV_BYTES_MAX, &file, err);
    if (status == SHEAF_OK)
        status = c->terms.kind->open(&c->spec, sheaf_buffer_slice(&file), path,
                                     SHEAF_TABLE_EXACT, &data, err);
    if (status == SHEAF_OK) {
        c->terms.kind->counts(data, &c->counts);
        status = all_evaluate(c, by, sheaf_buffer_slice(&file), data,
                              sheaf_buffer_slice(&model), err);
        c->terms.kind->close(data);
    }
    sheaf_buffer_deinit(&file);
    sheaf_buffer_deinit(&model);
    return status;
}

/* ---- telling ---- */

typedef struct {
    const char *name, *json;
    bool there, less_is_better, share;
    double alone, together;
} line;

enum { LINES = 5 };

#define LINE(name, member, there, less, share)                                                 \
    {                                                                                          \
        name, #member, there, less, share, (double)a->member##_millionths / MILLION,           \
            (double)t->member##_millionths / MILLION                                           \
    }

/* In the order of their names in JSON. */
static void lines_fill(const struct sheaf_figures *a, const struct sheaf_figures *t,
                       line out[LINES])
{
    const line lines[LINES] = {
        LINE("accuracy", accuracy, a->has_accuracy_millionths, false, true),
        LINE("AUC", auc, a->has_auc_millionths && t->has_auc_millionths, false, false),
        LINE("log loss", log_loss, a->has_log_loss_millionths, true, false),
        LINE("mean absolute error", mae, a->has_mae_millionths, true, false),
        LINE("root mean square error", rmse, a->has_rmse_millionths, true, false),
    };
    memcpy(out, lines, sizeof lines);
}

static double gain_of(const line *l)
{
    return l->less_is_better ? l->alone - l->together : l->together - l->alone;
}

static void print_lines(const struct sheaf_figures *alone, const struct sheaf_figures *together,
                        const char *indent)
{
    line lines[LINES];
    lines_fill(alone, together, lines);
    for (int i = 0; i < LINES; i++) {
        const line *l = &lines[i];
        if (!l->there)
            continue;
        printf("%s%-22s  %9.3f  %9.3f  %+9.3f", indent, l->name, l->alone, l->together,
               gain_of(l));
        if (l->share) {
            double n = (double)together->records;
            sheaf_interval a = sheaf_interval_share(l->alone, n);
            sheaf_interval t = sheaf_interval_share(l->together, n);
            printf("    95 %% intervals %.3f to %.3f and %.3f to %.3f", a.low, a.high, t.low,
                   t.high);
        }
        puts("");
    }
}

static void print(const comparison *c, const char *by)
{
    printf("Model %" PRIu32 " on your %" PRId64
           " held-out records of %u, computed here; nothing "
           "leaves.\n\n%-22s  %9s  %9s  %9s\n",
           c->model->id, c->together.records, c->counts.rows, "", "alone", "together", "gain");
    print_lines(&c->alone, &c->together, "");
    for (uint32_t i = 0; i < c->group_count; i++) {
        const group *g = &c->groups[i];
        printf("\n%s = %s, %" PRId64 " held-out records\n", by, *g->name ? g->name : "(empty)",
               g->together.records);
        print_lines(&g->alone, &g->together, "");
    }
    if (c->usual)
        printf("\nAlone is without noise, in %u rounds of %u steps: the mandate's single steps "
               "are made for noise.\n",
               c->terms.rounds, c->terms.training.steps);
    else
        printf("\nAlone is trained as the mandate says, in %s%u round%s%s.\n",
               c->terms.patience ? "at most " : "", c->terms.rounds,
               c->terms.rounds == 1 ? "" : "s",
               c->mandate->release == SHEAF_release_form_noised ? ", without noise" : "");
}

static void put_lines(sheaf_json_writer *w, const struct sheaf_figures *alone,
                      const struct sheaf_figures *together)
{
    line lines[LINES];
    lines_fill(alone, together, lines);
    sheaf_json_key(w, "figures");
    sheaf_json_open_object(w);
    for (int i = 0; i < LINES; i++) {
        if (!lines[i].there)
            continue;
        sheaf_json_key(w, lines[i].json);
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "alone_millionths", llround(lines[i].alone * MILLION));
        sheaf_json_member_put_int(w, "gain_millionths", llround(gain_of(&lines[i]) * MILLION));
        sheaf_json_member_put_int(w, "together_millionths",
                                  llround(lines[i].together * MILLION));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
}

static int print_json(const comparison *c)
{
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    put_lines(&w, &c->alone, &c->together);
    sheaf_json_key(&w, "groups");
    sheaf_json_open_list(&w);
    for (uint32_t i = 0; i < c->group_count; i++) {
        sheaf_json_open_object(&w);
        put_lines(&w, &c->groups[i].alone, &c->groups[i].together);
        sheaf_json_member_put_string(&w, "name", sheaf_str(c->groups[i].name));
        sheaf_json_member_put_int(&w, "records", c->groups[i].together.records);
        sheaf_json_close(&w);
    }
    sheaf_json_close(&w);
    sheaf_json_member_put_int(&w, "model", c->model->id);
    sheaf_json_member_put_int(&w, "records", c->together.records);
    sheaf_json_member_put_int(&w, "rounds_alone", c->terms.rounds);
    return sheaf_print_end(&out, &w);
}

static int run(const sheaf_arguments *a)
{
    static comparison c;
    sheaf_err err;
    long long model;
    if (!sheaf_number(a->argument[0], 0, SHEAF_REF_MAX, &model) || !a->value[DATA])
        return sheaf_usage(&sheaf_command_model_compare,
                           "it takes the number of a model and your data: 21 --data FILE");
    if (sheaf_round_source_open(&c.source, a->argument_count > 1 ? a->argument[1] : NULL,
                                a->value[HOME], a->value[CA], SHEAF_NONE, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    c.model = sheaf_model_find(c.source.state, (uint32_t)model);
    sheaf_status status =
        c.model ? compare(&c, a->value[DATA], a->value[BY], &err)
                : sheaf_fail(&err, SHEAF_INVALID,
                             "entry %lld registered no model; sheaf status lists them", model);
    int code = SHEAF_EXIT_DONE;
    sheaf_report_products();
    if (status != SHEAF_OK)
        code = sheaf_report(a, &err);
    else if (a->json)
        code = print_json(&c);
    else
        print(&c, a->value[BY]);
    sheaf_round_source_close(&c.source);
    return code;
}

const sheaf_command sheaf_command_model_compare = {
    .name = "model compare",
    .arguments = "N [DIR|URL]",
    .summary = "what you gain: a model of your own data alone beside the members' model",
    .detail =
        "Trains on the training records of your file alone, and tests both models on its\n"
        "held-out records. It is computed here; nothing leaves. N is the entry that "
        "registered\n"
        "the model; DIR is a folder with log/ and blobs/, URL a hub; without either it is the\n"
        "hub of your home.",
    .options = {{"data", "FILE", "your table, as the node has it"},
                {"by", "COLUMN", "also for each of the values that this column has"},
                {"home", "DIR", "your home folder"},
                {"ca", "FILE", "certificates to trust, in PEM"}},
    .arguments_min = 1,
    .arguments_max = 2,
    .many = -1,
    .run = run,
};
