/* cli/simulate.c - `sheaf simulate`: a mandate tried out with virtual members. */
#include "cli/simulate.h"

#include "crypto/ed25519.h"
#include "privacy/cost.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    MILLION = 1000000,
    ROUNDS = 30,
    SEEDS = 3,
    MASKED = 24,       /* members in the round that is masked: a second or two */
    GRADIENT_RATE = 4, /* of the unit record, at the norm 1 */
    MISSING_PART = 10, /* of a cohort may be missing */
    RATE_MAX = 100,
};

enum {
    OPTION_DATA,
    OPTION_LABEL,
    OPTION_MEMBERS,
    OPTION_SPLIT,
    OPTION_MODEL,
    OPTION_TARGET,
    OPTION_FEATURES,
    OPTION_RANGES,
    OPTION_EPSILON,
    OPTION_DELTA,
    OPTION_UNIT,
    OPTION_ROUNDS,
    OPTION_COHORT,
    OPTION_MISSING,
    OPTION_COLLUDERS,
    OPTION_CLIP,
    OPTION_SAMPLING,
    OPTION_STEPS,
    OPTION_BATCH,
    OPTION_RATE,
    OPTION_SEEDS,
    OPTION_SEED,
    OPTION_MASKED,
    OPTION_SVG,
    OPTION_PROPOSE,
};

/* ---- the question ---- */

#define TRILLION   1e12
#define WRONG(...) sheaf_usage(&sheaf_command_simulate, __VA_ARGS__)

static int take_number(const sheaf_arguments *a, int option, long long low, long long high,
                       long long *value)
{
    if (!a->value[option] || sheaf_number(a->value[option], low, high, value))
        return 0;
    return sheaf_usage(&sheaf_command_simulate, "--%s is a number from %lld to %lld, not %s",
                       sheaf_command_simulate.options[option].name, low, high,
                       a->value[option]);
}

/* Whole units below a value, of which 1 has so many: what a mandate would say. */
static double units_of(double value, double units)
{
    return floor(value * units + 1e-6);
}

/* A decimal that a mandate can state. */
static int take_decimal(const sheaf_arguments *a, int option, double least, double most,
                        double *value)
{
    const char *text = a->value[option];
    if (!text
        || (sheaf_decimal_parse(text, SHEAF_ROUND_DOWN, value)
            && units_of(*value, 1 / least) >= 1 && *value <= most))
        return 0;
    return sheaf_usage(&sheaf_command_simulate, "--%s is at least %g and at most %g, not %s",
                       sheaf_command_simulate.options[option].name, least, most, text);
}

static int take_split(const sheaf_arguments *a, simulate_question *q)
{
    const char *text = a->value[OPTION_SPLIT] ? a->value[OPTION_SPLIT] : "iid";
    q->split_text = text;
    if (strcmp(text, "iid") == 0) {
        q->split.kind = SHEAF_SPLIT_IID;
        return 0;
    }
    if (strncmp(text, "by:", 3) == 0 && text[3]) {
        q->split.kind = SHEAF_SPLIT_GROUPS;
        q->column = text + 3;
        return 0;
    }
    q->split.kind = SHEAF_SPLIT_DIRICHLET;
    if (strncmp(text, "dirichlet:", 10) == 0
        && sheaf_decimal_parse(text + 10, SHEAF_ROUND_DOWN, &q->split.concentration)
        && q->split.concentration > 0 && q->split.concentration <= 1e9)
        return 0;
    return WRONG("--split is iid, by:COLUMN or dirichlet:A with A above 0, not %s", text);
}

static int take_epsilons(const sheaf_arguments *a, simulate_question *q)
{
    const char *list = a->value[OPTION_EPSILON] ? a->value[OPTION_EPSILON] : "1,2,5,10";
    while (*list) {
        char text[32];
        size_t len = strcspn(list, ",");
        if (q->epsilons == SIMULATE_EPSILONS_MAX)
            return WRONG("--epsilon lists at most 16 values");
        snprintf(text, sizeof text, "%.*s", (int)(len < 31 ? len : 31), list);
        double *epsilon = &q->epsilon[q->epsilons++];
        if (!sheaf_decimal_parse(text, SHEAF_ROUND_DOWN, epsilon)
            || !(units_of(*epsilon, MILLION) >= 1 && *epsilon <= 1000))
            return WRONG("each --epsilon is at least 0.000001 and at most 1000, not '%s'; "
                         "without any noise there is the row exact sum",
                         text);
        *epsilon = units_of(*epsilon, MILLION) / MILLION;
        for (uint32_t i = 0; i + 1 < q->epsilons; i++)
            if (fabs(q->epsilon[i] - *epsilon) < 1e-12)
                return WRONG("--epsilon lists %.10g twice", *epsilon);
        list += len + (list[len] == ',');
    }
    return q->epsilons ? 0 : WRONG("--epsilon lists at least one value");
}

static int take_propose(const sheaf_arguments *a, simulate_question *q)
{
    const char *text = a->value[OPTION_PROPOSE];
    q->propose = -1;
    if (!text)
        return 0;
    q->propose = 0;
    if (strcmp(text, "exact") == 0)
        return 0;
    if (sheaf_decimal_parse(text, SHEAF_ROUND_DOWN, &q->propose))
        for (uint32_t i = 0; i < q->epsilons; i++)
            if (fabs(q->epsilon[i] - q->propose) < 1e-12)
                return 0;
    return WRONG("--propose is exact or one of the values of --epsilon, not %s", text);
}

static int take_unit(const sheaf_arguments *a, simulate_question *q)
{
    const char *unit = a->value[OPTION_UNIT] ? a->value[OPTION_UNIT] : "record";
    q->plan.unit = strcmp(unit, "member") == 0 ? SHEAF_NOISED_MEMBER : SHEAF_NOISED_RECORD;
    if (strcmp(unit, "member") != 0 && strcmp(unit, "record") != 0)
        return WRONG("--unit is record or member, not %s", unit);
    return 0;
}

static int take_model(const sheaf_arguments *a, simulate_question *q)
{
    sheaf_err err;
    const char *target = a->value[OPTION_TARGET] ? a->value[OPTION_TARGET] : "class";
    bool number = strcmp(target, "number") == 0;
    const char *model = a->value[OPTION_MODEL];
    if (!number && strcmp(target, "class") != 0)
        return WRONG("--target is class or number, not %s", target);
    if (!model)
        model = number ? "linear" : "logistic";
    if (simulate_model_read(model, number, q, &err) != SHEAF_OK)
        return WRONG("%s", err.message);
    return 0;
}

/* How each member trains. */
static int take_training(const sheaf_arguments *a, simulate_question *q)
{
    sheaf_rehearsal *plan = &q->plan;
    sheaf_training usual = sheaf_training_default();
    bool record = plan->unit == SHEAF_NOISED_RECORD;
    long long steps = usual.steps, batch = usual.batch;
    double rate = record ? GRADIENT_RATE : (double)usual.rate_millionths / MILLION;
    double clip = 1, sampling = 1;
    int code = take_number(a, OPTION_STEPS, 1, 100000, &steps);
    if (!code)
        code = take_number(a, OPTION_BATCH, 0, 65536, &batch);
    if (!code)
        code = take_decimal(a, OPTION_RATE, 1e-6, RATE_MAX, &rate);
    if (!code)
        code = take_decimal(a, OPTION_CLIP, 1e-6, MILLION, &clip);
    if (!code)
        code = take_decimal(a, OPTION_SAMPLING, 1e-6, 1, &sampling);
    if (code)
        return code;
    if (!record && sampling < 1)
        return WRONG("--sampling goes with the unit record: who takes part stands on the log");
    plan->training = (sheaf_training){.steps = (uint32_t)steps,
                                      .batch = (uint32_t)batch,
                                      .rate_millionths = usual.rate_millionths};
    if (record)
        plan->gradient_rate_millionths = (uint32_t)units_of(rate, MILLION);
    else
        plan->training.rate_millionths = (uint32_t)units_of(rate, MILLION);
    plan->clip_millionths = (uint64_t)units_of(clip, MILLION);
    plan->sampling_millionths = (uint32_t)units_of(sampling, MILLION);
    return 0;
}

static int take_members(const sheaf_arguments *a, simulate_question *q)
{
    sheaf_rehearsal *plan = &q->plan;
    long long members, cohort, missing, colluders = 1, masked = MASKED;
    if (!sheaf_number(a->value[OPTION_MEMBERS], 1, SHEAF_VIRTUAL_MEMBERS_MAX, &members))
        return WRONG("--members is a number from 3 to 100000, not %s",
                     a->value[OPTION_MEMBERS]);
    cohort = members < SHEAF_ROUND_MEMBERS_MAX ? members : SHEAF_ROUND_MEMBERS_MAX;
    int code = take_number(a, OPTION_COHORT, 1, SHEAF_ROUND_MEMBERS_MAX, &cohort);
    missing = cohort / MISSING_PART;
    if (!code)
        code = take_number(a, OPTION_MISSING, 0, SHEAF_ROUND_MEMBERS_MAX, &missing);
    if (!code)
        code = take_number(a, OPTION_COLLUDERS, 1, SHEAF_ROUND_MEMBERS_MAX, &colluders);
    if (!code)
        code = take_number(a, OPTION_MASKED, 3, SHEAF_ROUND_MEMBERS_MAX, &masked);
    plan->members = (uint32_t)members;
    plan->cohort = (uint16_t)cohort;
    plan->colluders = (uint16_t)colluders;
    plan->masked = (uint16_t)(masked < cohort ? masked : cohort);
    plan->survivors_least =
        sheaf_rehearsal_survivors(plan->cohort, plan->colluders, (uint16_t)missing);
    return code;
}

static int take_question(const sheaf_arguments *a, simulate_question *q)
{
    long long rounds = ROUNDS, seeds = SEEDS, seed = 1;
    if (a->repeated_count == 0 || !a->value[OPTION_LABEL] || !a->value[OPTION_MEMBERS])
        return WRONG("--data, --label and --members are needed");
    for (int i = 0; i < a->repeated_count && i < SIMULATE_FILES_MAX; i++)
        q->files[q->file_count++] = a->repeated[i];
    q->label = a->value[OPTION_LABEL];
    q->features = a->value[OPTION_FEATURES];
    q->ranges = a->value[OPTION_RANGES];
    q->svg = a->value[OPTION_SVG];
    q->delta = 1e-5;
    int code = take_split(a, q);
    if (!code)
        code = take_epsilons(a, q);
    if (!code)
        code = take_propose(a, q);
    if (!code)
        code = take_unit(a, q);
    if (!code)
        code = take_model(a, q);
    if (!code)
        code = take_training(a, q);
    if (!code)
        code = take_members(a, q);
    if (!code)
        code = take_decimal(a, OPTION_DELTA, 1e-9, 0.1, &q->delta);
    if (!code)
        code = take_number(a, OPTION_ROUNDS, 1, 100000, &rounds);
    if (!code)
        code = take_number(a, OPTION_SEEDS, 1, SIMULATE_SEEDS_MAX, &seeds);
    if (!code)
        code = take_number(a, OPTION_SEED, 0, 9007199254740991, &seed);
    q->delta = units_of(q->delta, TRILLION) / TRILLION;
    simulate_rounds_set(q, (uint32_t)rounds);
    q->plan.seed = (uint64_t)seed;
    q->seeds = (uint32_t)seeds;
    return code;
}

/* ---- progress ---- */

typedef struct {
    const simulate_row *row;
    uint32_t seed, seeds, at, rows;
    bool terminal, shown;
    time_t next_s;
} progress;

static void progress_show(progress *p)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!p->terminal || now.tv_sec < p->next_s)
        return;
    if (p->next_s) { /* not before a second is over */
        p->shown = true;
        fprintf(stderr, "\rseed %u of %u, row %u of %u: %s\033[K", p->seed + 1, p->seeds,
                p->at + 1, p->rows, p->row->name);
    }
    p->next_s = now.tv_sec + 1;
}

static bool going(void *context)
{
    progress_show(context);
    return !sheaf_stopping;
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- rows ---- */

static void rows_name(simulation *s)
{
    static const char *const names[] = {"each alone", "all data in one", "exact sum"};
    for (int form = SHEAF_REHEARSE_LOCAL; form <= SHEAF_REHEARSE_EXACT; form++) {
        simulate_row *row = &s->row[s->rows++];
        row->form = (sheaf_rehearsal_form)form;
        snprintf(row->name, sizeof row->name, "%s", names[form]);
    }
    for (uint32_t i = 0; i < s->question->epsilons; i++) {
        simulate_row *row = &s->row[s->rows++];
        row->form = SHEAF_REHEARSE_NOISED;
        row->epsilon = s->question->epsilon[i];
        snprintf(row->name, sizeof row->name, "epsilon %.10g", row->epsilon);
    }
}

/* A row's noise and costs, which follow from the first split. */
static sheaf_status row_prepare(const simulate_question *q, const sheaf_rehearsal *plan,
                                const sheaf_virtual *v, simulate_row *row, sheaf_err *err)
{
    const sheaf_noised_terms *terms = row->form == SHEAF_REHEARSE_NOISED ? &row->terms : NULL;
    const sheaf_virtual_records records = sheaf_virtual_records_of(v);
    if (row->form < SHEAF_REHEARSE_EXACT)
        return SHEAF_OK;
    if (terms)
        SHEAF_TRY(
            sheaf_rehearsal_terms(plan, &records, row->epsilon, q->delta, &row->terms, err));
    return sheaf_rehearsal_cost_of(plan, terms, &row->cost, err);
}

static void row_note(simulate_row *row, const sheaf_rehearsed *tried, bool first)
{
    const double million = MILLION;
    const struct sheaf_figures *f = &tried->figures;
    const struct {
        bool there;
        int64_t millionths;
    } figures[SIMULATE_FIGURES] = {
        {true, f->has_mae_millionths ? f->mae_millionths : f->accuracy_millionths},
        {f->has_auc_millionths || f->has_rmse_millionths,
         f->has_rmse_millionths ? f->rmse_millionths : f->auc_millionths},
        {f->has_log_loss_millionths, f->log_loss_millionths},
    };
    for (int i = 0; i < SIMULATE_FIGURES; i++)
        if (figures[i].there)
            row->figure[i][row->with[i]++] = (double)figures[i].millionths / million;
    row->done++;
    if (!first)
        return;
    row->left_out = tried->left_out;
    row->member_s = tried->member_s;
    row->hub_s = tried->hub_s;
    row->round = tried->round;
}

/* Whatever a form fails by is said in its row; only a stop ends all. */
static sheaf_status row_try(const simulate_question *q, const sheaf_rehearsal *plan,
                            const sheaf_virtual *v, uint32_t seed, simulate_row *row,
                            sheaf_err *err)
{
    static sheaf_rehearsed tried;
    sheaf_err why = {0};
    if (*row->failure)
        return SHEAF_OK;
    sheaf_status status = seed == 0 ? row_prepare(q, plan, v, row, &why) : SHEAF_OK;
    if (status == SHEAF_OK && row->form == SHEAF_REHEARSE_NOISED)
        row->terms.records_max = sheaf_virtual_records_of(v).most;
    if (status == SHEAF_OK)
        status = sheaf_rehearse(plan, row->form,
                                row->form == SHEAF_REHEARSE_NOISED ? &row->terms : NULL, v,
                                seed == 0, &tried, &why);
    if (status == SHEAF_OK)
        row_note(row, &tried, seed == 0);
    else if (status != SHEAF_INVALID)
        return sheaf_fail(err, status, "%s", why.message);
    else
        snprintf(row->failure, sizeof row->failure, "%s", why.message);
    return SHEAF_OK;
}

static sheaf_status seeds_try(simulation *s, progress *p, sheaf_err *err)
{
    const simulate_question *q = s->question;
    for (p->seed = 0; p->seed < q->seeds; p->seed++) {
        sheaf_virtual v;
        sheaf_rehearsal plan = q->plan;
        plan.spec = &s->data->spec;
        plan.seed = sheaf_training_seed(q->plan.seed, p->seed, 0);
        plan.cpu_s = cpu_s;
        plan.going = going;
        plan.context = p;
        SHEAF_TRY(
            sheaf_virtual_open(&s->data->table, &q->split, plan.members, plan.seed, &v, err));
        sheaf_status status = SHEAF_OK;
        for (p->at = 0; p->at < s->rows && status == SHEAF_OK; p->at++) {
            p->row = &s->row[p->at];
            status = row_try(q, &plan, &v, p->seed, &s->row[p->at], err);
        }
        sheaf_virtual_close(&v);
        SHEAF_TRY(status);
    }
    return SHEAF_OK;
}

/* ---- the command ---- */

/* A row of sums is what was asked for; one without them only stands beside it. */
static bool complete(const simulation *s)
{
    for (uint32_t i = 0; i < s->rows; i++)
        if (s->row[i].form >= SHEAF_REHEARSE_EXACT && *s->row[i].failure)
            return false;
    return !s->stopped;
}

static int answer(const sheaf_arguments *a, const simulation *s)
{
    sheaf_err err;
    if (s->question->svg && simulate_plot(s, s->question->svg, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    int code = SHEAF_EXIT_DONE;
    if (a->json)
        code = simulate_print_json(s);
    else
        simulate_print(s);
    return complete(s) ? code : SHEAF_EXIT_FAILED;
}

static int run(const sheaf_arguments *a)
{
    static simulate_question q;
    static simulate_data data;
    static simulation s;
    sheaf_err err;
    int code = take_question(a, &q);
    if (code)
        return code;
    if (!sheaf_crypto_start())
        return SHEAF_EXIT_FAILED;
    if (sheaf_rehearsal_check(&q.plan, &err) != SHEAF_OK
        || simulate_data_read(&q, &data, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    s = (simulation){.question = &q, .data = &data};
    rows_name(&s);
    progress p = {.terminal = isatty(STDERR_FILENO) == 1, .rows = s.rows, .seeds = q.seeds};
    sheaf_stop_on_signals();
    sheaf_status status = seeds_try(&s, &p, &err);
    if (p.shown)
        fputs("\r\033[K", stderr);
    sheaf_report_products();
    s.stopped = status == SHEAF_IO && sheaf_stopping;
    code = status == SHEAF_OK || s.stopped ? answer(a, &s) : sheaf_report(a, &err);
    simulate_data_close(&data);
    return code;
}

const sheaf_command sheaf_command_simulate = {
    .name = "simulate",
    .arguments = "",
    .summary = "try a mandate with virtual members: accuracy against privacy and cost",
    .detail =
        "Splits the records of CSV files among virtual members, trains as a co-op would under\n"
        "each epsilon, and prints what comes out beside members who train alone, all data in\n"
        "one table, and exact sums; so that members can choose before they vote. Splits: iid;\n"
        "by:COLUMN (no member has records of two values of the column, while there are as\n"
        "many members as values); dirichlet:A (members' shares of the classes are drawn from\n"
        "a Dirichlet law: Hsu, Qi and Brown 2019; the smaller A, the more members differ; of\n"
        "a number the classes are its fifths).\n"
        "The same seed gives the same figures. Nothing is sent anywhere. Where a row of sums\n"
        "fails the others are printed, and the command ends with 1.",
    .options =
        {{"data", "FILE", "a table with a header line; may be given several times"},
         {"label", "COLUMN", "what is predicted; a class is positive where it is above 0"},
         {"members", "N", "so many virtual members, at most 100000"},
         {"split", "SPLIT", "iid (the default), by:COLUMN or dirichlet:A"},
         {"model", "KIND", "logistic, linear, mlp:UNITS,... or trees:TREES,DEPTH,BINS"},
         {"target", "TARGET", "class (the default) or number"},
         {"features", "LIST",
          "columns or column=level, and for gaps column=mean, with column=missing for an "
          "input that says so; all other columns if left out"},
         {"ranges", "LIST", "public ranges: column=low:high,...; else as in the files"},
         {"epsilon", "LIST", "1,2,5,10 if left out"},
         {"delta", "D", "1e-5 if left out"},
         {"unit", "UNIT", "whom noise hides: record (the default) or member"},
         {"rounds", "R", "of training, 30 if left out; trees have as many as they need"},
         {"cohort", "N", "members in a round, at most 1000; all if left out"},
         {"missing", "N", "of a cohort may be missing, a tenth if left out"},
         {"colluders", "N", "members who may pool what they know, 1 if left out"},
         {"clip", "C", "norm of a record's gradient or a member's change, 1"},
         {"sampling", "P", "with which a record takes part in a round, 1"},
         {"steps", "N", "local steps in a round without noise or of unit member, 100"},
         {"batch", "N", "records of a local step, 8; 0 takes all"},
         {"rate", "R", "learning rate under noise: 4, or 0.01 for the unit member"},
         {"seeds", "N", "repetitions with other splits and noise, 3"},
         {"seed", "N", "of everything, 1"},
         {"masked", "N", "members of the round that is masked, 24"},
         {"svg", "FILE", "draws accuracy against epsilon"},
         {"propose", "EPSILON", "prints the motion for this row; exact for sums"}},
    .arguments_min = 0,
    .arguments_max = 0,
    .many = OPTION_DATA,
    .run = run,
};
