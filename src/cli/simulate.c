/* cli/simulate.c - `sheaf simulate`: a mandate tried out with virtual members. */
#include "cli/simulate.h"

#include "crypto/ed25519.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* ---- progress ---- */

typedef struct {
    const char *model;
    const simulate_row *row;
    uint32_t seed, seeds;
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
        fprintf(stderr, "\r%s, seed %u of %u: %s\033[K", p->model, p->seed + 1, p->seeds,
                p->row->name);
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

static simulate_row *row_add(simulation *s, uint32_t model, sheaf_rehearsal_form form,
                             const char *name)
{
    simulate_row *row = &s->row[s->rows++];
    row->model = model;
    row->form = form;
    snprintf(row->name, sizeof row->name, "%s", name);
    return row;
}

static void rows_name(simulation *s)
{
    const simulate_question *q = s->question;
    for (uint32_t m = 0; m < q->models; m++) {
        row_add(s, m, SHEAF_REHEARSE_POOLED,
                q->series   ? "last season"
                : q->number ? "mean of all"
                            : "more frequent")
            ->simplest = true;
        row_add(s, m, SHEAF_REHEARSE_LOCAL, "each alone");
        row_add(s, m, SHEAF_REHEARSE_POOLED, "all data in one");
        row_add(s, m, SHEAF_REHEARSE_EXACT, "exact sum");
        for (uint32_t i = 0; i < q->epsilons; i++) {
            char name[32];
            snprintf(name, sizeof name, "epsilon %.10g", q->epsilon[i]);
            row_add(s, m, SHEAF_REHEARSE_NOISED, name)->epsilon = q->epsilon[i];
        }
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

static void figures_note(simulate_row *row, const struct sheaf_figures *f)
{
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
            row->figure[i][row->with[i]++] = (double)figures[i].millionths / SIMULATE_MILLION;
    row->done++;
}

static void row_note(simulate_row *row, const sheaf_rehearsed *tried, bool first)
{
    figures_note(row, &tried->figures);
    if (!first)
        return;
    row->trained = tried->trained;
    row->left_out = tried->left_out;
    row->member_s = tried->member_s;
    row->hub_s = tried->hub_s;
    row->round = tried->round;
}

/* The simplest model of the same records: of a number every evaluation has its errors beside
 * those of the model, and of a class it says of all records what most of them are. */
static void simplest_note(simulation *s, const simulate_row *of, const struct sheaf_figures *f)
{
    const simulate_counts *data = &s->counts[of->model];
    struct sheaf_figures simplest = {.has_mae_millionths = true,
                                     .mae_millionths = f->baseline_mae_millionths,
                                     .has_rmse_millionths = true,
                                     .rmse_millionths = f->baseline_rmse_millionths};
    if (!s->question->number)
        simplest = (struct sheaf_figures){
            .accuracy_millionths =
                (int64_t)((uint64_t)data->frequent * SIMULATE_MILLION / data->test)};
    for (uint32_t i = 0; i < s->rows; i++)
        if (s->row[i].simplest && s->row[i].model == of->model)
            figures_note(&s->row[i], &simplest);
}

/* Whatever a form fails by is said in its row; only a stop ends all. */
static sheaf_status row_try(simulation *s, const sheaf_rehearsal *plan, const sheaf_virtual *v,
                            uint32_t seed, simulate_row *row, sheaf_err *err)
{
    static sheaf_rehearsed tried;
    sheaf_err why = {0};
    if (*row->failure || row->simplest)
        return SHEAF_OK;
    const bool noised = row->form == SHEAF_REHEARSE_NOISED;
    sheaf_status status = seed == 0 ? row_prepare(s->question, plan, v, row, &why) : SHEAF_OK;
    if (status == SHEAF_OK && noised)
        row->terms.records_max = sheaf_virtual_records_of(v).most;
    if (status == SHEAF_OK)
        status = sheaf_rehearse(plan, row->form, noised ? &row->terms : NULL, v, seed == 0,
                                &tried, &why);
    if (status == SHEAF_OK)
        row_note(row, &tried, seed == 0);
    if (status == SHEAF_OK && row->form == SHEAF_REHEARSE_POOLED)
        simplest_note(s, row, &tried.figures);
    if (status == SHEAF_INVALID)
        snprintf(row->failure, sizeof row->failure, "%s", why.message);
    return status == SHEAF_OK || status == SHEAF_INVALID
               ? SHEAF_OK
               : sheaf_fail(err, status, "%s", why.message);
}

static sheaf_status split_open(const simulate_data *data, const sheaf_rehearsal *plan,
                               sheaf_virtual *out, sheaf_err *err)
{
    return data->set.count ? sheaf_virtual_open_series(&data->set, &data->terms, &data->split,
                                                       plan->members, plan->seed, out, err)
                           : sheaf_virtual_open(&data->table, &data->split, plan->members,
                                                plan->seed, out, err);
}

static sheaf_status seeds_try(simulation *s, uint32_t model, const simulate_data *data,
                              progress *p, sheaf_err *err)
{
    const simulate_question *q = s->question;
    for (p->seed = 0; p->seed < q->seeds; p->seed++) {
        sheaf_virtual v;
        sheaf_rehearsal plan = q->model[model].plan;
        plan.spec = &data->spec;
        plan.seed = sheaf_training_seed(q->plan.seed, p->seed, 0);
        plan.cpu_s = cpu_s;
        plan.going = going;
        plan.context = p;
        SHEAF_TRY(split_open(data, &plan, &v, err));
        sheaf_status status = SHEAF_OK;
        for (uint32_t i = 0; i < s->rows && status == SHEAF_OK; i++) {
            p->row = &s->row[i];
            if (s->row[i].model == model)
                status = row_try(s, &plan, &v, p->seed, &s->row[i], err);
        }
        sheaf_virtual_close(&v);
        SHEAF_TRY(status);
    }
    return SHEAF_OK;
}

/* Each model reads the files for itself: kinds do not make the same of gaps. */
static sheaf_status models_try(simulation *s, progress *p, sheaf_err *err)
{
    static simulate_data data;
    for (uint32_t m = 0; m < s->question->models; m++) {
        const simulate_model *model = &s->question->model[m];
        p->model = model->text;
        SHEAF_TRY(simulate_data_read(s->question, model, &data, err));
        s->counts[m] = data.counts;
        sheaf_status status = seeds_try(s, m, &data, p, err);
        simulate_data_close(&data);
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

/* The table comes first: a picture that cannot be written takes nothing away. */
static int answer(const sheaf_arguments *a, const simulation *s)
{
    sheaf_err err;
    int code = SHEAF_EXIT_DONE;
    if (a->json)
        code = simulate_print_json(s);
    else
        simulate_print(s);
    fflush(stdout);
    if (s->question->svg && simulate_plot(s, s->question->svg, &err) != SHEAF_OK)
        return sheaf_report(a, &err);
    return complete(s) ? code : SHEAF_EXIT_FAILED;
}

static int run(const sheaf_arguments *a)
{
    static simulate_question q;
    static simulation s;
    sheaf_err err;
    int code = simulate_question_take(a, &q);
    if (code)
        return code;
    if (!sheaf_crypto_start())
        return SHEAF_EXIT_FAILED;
    for (uint32_t m = 0; m < q.models; m++)
        if (sheaf_rehearsal_check(&q.model[m].plan, &err) != SHEAF_OK)
            return sheaf_report(a, &err);
    s = (simulation){.question = &q};
    rows_name(&s);
    progress p = {.terminal = isatty(STDERR_FILENO) == 1, .seeds = q.seeds};
    sheaf_stop_on_signals();
    sheaf_status status = models_try(&s, &p, &err);
    if (p.shown)
        fputs("\r\033[K", stderr);
    sheaf_report_products();
    s.stopped = status == SHEAF_IO && sheaf_stopping;
    return status == SHEAF_OK || s.stopped ? answer(a, &s) : sheaf_report(a, &err);
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
        "Forecasters learn from series: BACK and AHEAD are steps, forecasts begin at EVERY\n"
        "so many steps (0: at midnight), and SEASON is what the last season is taken from (a\n"
        "day, or of days a week). Series are dealt out whole, or by:COLUMN of --series.\n"
        "The same seed gives the same figures. Nothing is sent anywhere. Where a row of sums\n"
        "fails the others are printed, and the command ends with 1.",
    .options =
        {{"data", "FILE", "with a header line; may be given several times"},
         {"label", "COLUMN", "what is predicted; a class is positive where it is above 0"},
         {"members", "N", "so many virtual members, at most 100000"},
         {"split", "SPLIT", "iid (the default), by:COLUMN or dirichlet:A"},
         {"model", "MODEL",
          "logistic, linear, mlp:UNITS,..., trees:TREES,DEPTH,BINS or "
          "forecaster:BACK,AHEAD,EVERY,SEASON; may be given several times"},
         {"target", "TARGET", "class or number; as the model can, if left out"},
         {"features", "LIST",
          "columns or column=level, and for gaps column=mean, with column=missing for an "
          "input that says so; all other columns if left out"},
         {"ranges", "LIST", "public ranges: column=low:high,...; else as in the files"},
         {"time", "COLUMN", "of series: their times; the first other column if left out"},
         {"series", "COLUMN", "of series: which of them a row belongs to"},
         {"epsilon", "LIST", "1,2,5,10 if left out"},
         {"delta", "D", "1e-5 if left out"},
         {"unit", "UNIT", "whom noise hides: record (the default) or member"},
         {"rounds", "R",
          "of training, 30 if left out, of forecasters 1; trees have as many as they need"},
         {"patience", "N",
          "without noise: models (of trees: trees) no better on validation records before "
          "training ends; all rounds if left out"},
         {"cohort", "N", "members in a round, at most 1000; all if left out"},
         {"missing", "N", "of a cohort may be missing, a tenth if left out"},
         {"colluders", "N", "members who may pool what they know, 1 if left out"},
         {"clip", "C", "norm of a record's gradient or a member's change, 1; forecasters 0.1"},
         {"sampling", "P", "with which a record takes part in a round, 1"},
         {"steps", "N",
          "local steps in a round without noise or of unit member, 100; forecasters 10"},
         {"batch", "N", "records of a local step, 8; 0 takes all"},
         {"rate", "R",
          "learning rate under noise: 4, or 0.01 for the unit member; forecasters 0.1"},
         {"penalty", "L", "of linear 0.001, trees 1, forecasters 0.01"},
         {"seeds", "N", "repetitions with other splits and noise, 3"},
         {"seed", "N", "of everything, 1"},
         {"masked", "N", "members of the round that is masked, 24"},
         {"svg", "FILE", "draws accuracy or error against epsilon"},
         {"propose", "EPSILON", "prints the motion for this row; exact for sums"}},
    .arguments_min = 0,
    .arguments_max = 0,
    .many = SIMULATE_DATA,
    .many_other = SIMULATE_MODEL,
    .run = run,
};
