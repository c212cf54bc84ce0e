/* cli/simulate_print.c - what a simulation found: a table, an object, a motion. */
#include "cli/simulate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { EFFECT_MAX = 65536 };

/* Student's t for 95 %, two-sided, by degrees of freedom from 1. */
static double student(uint32_t freedom)
{
    static const double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                   2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                   2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                   2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
    enum { LISTED = sizeof table / sizeof *table };
    return freedom <= LISTED ? table[freedom - 1] : 2.042; /* above it, a little too wide */
}

const simulate_measure *simulate_measures(const simulate_question *q)
{
    static const simulate_measure class[SIMULATE_FIGURES] = {
        {"accuracy", "accuracy", true, true},
        {"AUC", "auc", true, false},
        {"log loss", "log_loss", false, false}};
    static const simulate_measure number[SIMULATE_FIGURES] = {{"MAE", "mae", false, false},
                                                              {"RMSE", "rmse", false, false}};
    return q->number ? number : class;
}

simulate_figure simulate_figure_of(const double *values, uint32_t count)
{
    simulate_figure f = {.half = -1};
    double squares = 0;
    for (uint32_t i = 0; i < count; i++)
        f.mean += values[i] / count;
    for (uint32_t i = 0; i < count; i++)
        squares += (values[i] - f.mean) * (values[i] - f.mean);
    if (count > 1)
        f.half = student(count - 1) * sqrt(squares / (count - 1) / count);
    return f;
}

const char *simulate_s(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* What a member and the hub spend on all rounds. */
static double member_s(const simulate_row *row)
{
    return (row->member_s + row->round.member_s) * row->cost.rounds;
}

static double hub_s(const simulate_row *row)
{
    return (row->hub_s + row->round.hub_s) * row->cost.rounds;
}

/* ---- for people ---- */

static void print_figure(const double *values, uint32_t count, bool share)
{
    simulate_figure f = simulate_figure_of(values, count);
    const int decimals = share || f.mean >= 1 ? 3 : 4;
    if (count == 0)
        printf("  %16s", "-");
    else if (f.half < 0)
        printf("  %16.*f", decimals, f.mean);
    else
        printf("  %7.*f +- %.*f", decimals, f.mean, decimals, f.half);
}

static const sheaf_rehearsal *plan_of(const simulation *s, const simulate_row *row)
{
    return &s->question->model[row->model].plan;
}

static void print_row(const simulation *s, const simulate_row *row)
{
    printf("  %-16s", row->name);
    const simulate_measure *measures = simulate_measures(s->question);
    for (int i = 0; i < SIMULATE_FIGURES && measures[i].name; i++)
        print_figure(row->figure[i], row->with[i], measures[i].share);
    if (row->form == SHEAF_REHEARSE_NOISED && row->terms.noise_millionths)
        printf("  %8.3g", (double)row->terms.noise_millionths / SIMULATE_MILLION);
    else
        printf("  %8s", "-");
    if (row->cost.rounds && row->done)
        printf("  %9.1f  %9.3f  %8.3f  %6u  %9" PRIu64 "\n", (double)row->cost.sent / 1e3,
               member_s(row), hub_s(row), row->cost.rounds, row->cost.entries);
    else
        printf("  %9s  %9s  %8s  %6s  %9s\n", "-", "-", "-", "-", "-");
    if (row->done < s->question->seeds && row->done)
        printf("    %u of %u seeds\n", row->done, s->question->seeds);
}

/* What all models learn from. */
static void print_data(const simulation *s)
{
    const simulate_question *q = s->question;
    const simulate_counts *data = &s->counts[0];
    printf("%u members, split %s; ", q->plan.members, q->split_text);
    if (q->series)
        printf("%u series with %" PRIu64 " values, one every %u seconds", data->series,
               data->records, data->step_s);
    else
        printf("%" PRIu64 " records (%" PRIu64 " to train on, %" PRIu64
               " held out), %u left out for gaps",
               data->records, data->train, data->test, data->left_out);
    if (!q->number)
        printf("; %s above 0 in %u", q->label, data->positives);
    printf("\nrounds of %u members; noise hides one %s, delta %g; %u seed%s from %" PRIu64
           "\n\n",
           q->plan.cohort, q->plan.unit == SHEAF_NOISED_RECORD ? "record" : "member", q->delta,
           q->seeds, simulate_s(q->seeds), q->plan.seed);
}

static void print_head(const simulation *s)
{
    const simulate_measure *measures = simulate_measures(s->question);
    print_data(s);
    printf("  %-16s", "");
    for (int i = 0; i < SIMULATE_FIGURES && measures[i].name; i++)
        printf("  %16s", measures[i].name);
    printf("  %8s  %9s  %9s  %8s  %6s  %9s\n", "noise", "sent, kB", "member, s", "hub, s",
           "rounds", "entries");
}

/* What a model has for itself. */
static void print_model(const simulation *s, uint32_t m)
{
    const simulate_model *model = &s->question->model[m];
    const simulate_counts *data = &s->counts[m];
    printf("%s, ", model->text);
    if (s->question->series)
        printf("%" PRIu64 " windows to train on and %" PRIu64 " held out; ", data->train,
               data->test);
    else if (data->inputs > data->features)
        printf("%u features (%u inputs); ", data->features, data->inputs);
    else
        printf("%u feature%s; ", data->features, simulate_s(data->features));
    if (model->plan.rounds == model->plan.rounds_exact)
        printf("%u round%s of training\n", model->plan.rounds, simulate_s(model->plan.rounds));
    else
        printf("%u round%s of training under noise, %u without\n", model->plan.rounds,
               simulate_s(model->plan.rounds), model->plan.rounds_exact);
}

/* "MODEL, ROW", or the row alone where there is one model. */
static void print_name(const simulation *s, const simulate_row *row)
{
    if (s->question->models > 1)
        printf("%s, ", s->question->model[row->model].text);
    printf("%s", row->name);
}

/* The members that a form leaves out, and why a form has no figures. */
static void print_patience(const simulation *s, const simulate_row *row)
{
    const sheaf_rehearsal *plan = plan_of(s, row);
    if (!plan->patience || row->form != SHEAF_REHEARSE_EXACT || !row->trained)
        return;
    print_name(s, row);
    const char *where = s->question->seeds > 1 ? " with the first seed" : "";
    if (row->trained < plan->rounds_exact)
        printf(": training ended%s after %u of %u rounds, with the best model by validation "
               "records; costs are those of all rounds.\n",
               where, row->trained, plan->rounds_exact);
    else
        printf(": training took all rounds%s, and ended with the best model by validation "
               "records or with the last.\n",
               where);
}

static void print_remark(const simulation *s, const simulate_row *row)
{
    const char *unit = s->question->series ? "window" : "record";
    const char *have = row->left_out == 1 ? " has" : "s have";
    if (!row->left_out && !*row->failure)
        return;
    print_name(s, row);
    if (*row->failure)
        printf(": %s.\n", row->failure);
    else if (row->form == SHEAF_REHEARSE_LOCAL)
        printf(": %u member%s fewer than two %ss to train on, and no part in this row.\n",
               row->left_out, have, unit);
    else
        printf(": %u member%s no %s to train on, and no part in exact sums.\n", row->left_out,
               have, unit);
}

static void print_remarks(const simulation *s)
{
    for (uint32_t i = 0; i < s->rows; i++) {
        print_patience(s, &s->row[i]);
        print_remark(s, &s->row[i]);
    }
    if (s->stopped)
        puts("Stopped: rows and seeds that were not finished are missing.");
}

static void print_notes(const simulation *s)
{
    const simulate_question *q = s->question;
    uint16_t masked = 0;
    for (uint32_t i = 0; i < s->rows; i++)
        masked = s->row[i].round.members > masked ? s->row[i].round.members : masked;
    printf("\nFigures are of all that is held out%s. Costs are those of the whole mandate, for "
           "a member who has a seat in each of its rounds; noise is its standard deviation as "
           "a multiple of what one %s can move a sum by.\n",
           q->seeds > 1 ? ", means of seeds and 95 % intervals over them" : "",
           q->plan.unit == SHEAF_NOISED_RECORD ? "record" : "member");
    if (masked)
        printf("The first round of each row with sums went through the protocol with masks, "
               "with %u of its %u members, and gave the plain sum; the other rounds add the "
               "plain words. Times of the protocol are of that round%s.\n",
               masked, q->plan.cohort,
               masked < q->plan.cohort ? ", and are longer with all members" : "");
    printf("Noise is sized for %u members that are left of %u, of whom %u may pool what %s.\n",
           q->plan.survivors_least, q->plan.cohort, q->plan.colluders,
           q->plan.colluders == 1 ? "it knows with the hub" : "they know");
    if (s->counts[0].ranges_taken)
        puts("Ranges of columns were taken from the files. In a co-op they must be known "
             "without looking at anybody's data: give them with --ranges.");
    if (q->plan.members > SHEAF_ROUND_MEMBERS_MAX)
        printf("A mandate names at most %d data sets, so that %u members take several.\n",
               SHEAF_ROUND_MEMBERS_MAX, q->plan.members);
}

bool simulate_chosen(const simulation *s, const simulate_row *row)
{
    return s->question->propose >= 0 && row->form >= SHEAF_REHEARSE_EXACT && row->done
           && fabs(row->epsilon - s->question->propose) < 1e-12;
}

static void print_motion(const simulation *s, const simulate_row *row)
{
    sheaf_buffer effect;
    sheaf_buffer_init(&effect, EFFECT_MAX);
    simulate_mandate(s, row, &effect);
    printf("\nTo propose the row ");
    print_name(s, row);
    printf(", with the model's number for MODEL, those of the data sets, "
           "{\"dataset\":NUMBER} each, for DATASETS, and as purpose what their members consent "
           "to:\n\n"
           "sheaf motion open --title 'Train together' --effect '%.*s'\n",
           SHEAF_PRINT(sheaf_buffer_slice(&effect)));
    sheaf_buffer_deinit(&effect);
}

void simulate_print(const simulation *s)
{
    print_head(s);
    for (uint32_t i = 0; i < s->rows; i++) {
        if (i == 0 || s->row[i].model != s->row[i - 1].model)
            print_model(s, s->row[i].model);
        print_row(s, &s->row[i]);
    }
    print_notes(s);
    print_remarks(s);
    for (uint32_t i = 0; i < s->rows; i++)
        if (simulate_chosen(s, &s->row[i]))
            print_motion(s, &s->row[i]);
}

/* ---- the motion ---- */

void simulate_mandate(const simulation *s, const simulate_row *row, sheaf_buffer *out)
{
    const sheaf_rehearsal *plan = plan_of(s, row);
    bool noised = row->form == SHEAF_REHEARSE_NOISED;
    const sheaf_training *training = noised ? &row->terms.training : &plan->training;
    uint16_t cohort = noised ? plan->survivors_least : plan->cohort;
    char patience[32] = "";
    if (!noised && plan->patience)
        snprintf(patience, sizeof patience, "\"patience\":%u,", plan->patience);
    sheaf_buffer_printf(
        out,
        "{\"kind\":\"mandate.grant\",\"what\":{\"attest_min\":%u,"
        "\"cohort_min\":%u,\"datasets\":[DATASETS],\"duration_s\":7776000,"
        "\"learning\":{\"batch\":%u,\"local_steps\":%u,%s\"rate_millionths\":%u,"
        "\"seed\":%" PRIu64 "},\"model\":MODEL,",
        cohort / 2 + 1, cohort, training->batch, training->steps, patience,
        training->rate_millionths, plan->seed);
    if (noised)
        sheaf_buffer_printf(
            out,
            "\"privacy\":{\"clip_millionths\":%" PRIu64 ",\"colluders\":%u,"
            "\"delta_trillionths\":%lld,\"divisor\":%" PRIu64 ",\"epsilon_millionths\":%lld,"
            "\"evaluation_noise_millionths\":%" PRIu64 ",\"noise_millionths\":%" PRIu64 ","
            "\"sampling_millionths\":%u,\"unit\":\"%s\"},",
            row->terms.norm_millionths, row->terms.colluders,
            (long long)floor(s->question->delta * 1e12 + 1e-6), row->terms.divisor,
            (long long)floor(row->epsilon * SIMULATE_MILLION + 1e-6),
            sheaf_rehearsal_evaluation_noise(plan, &row->terms), row->terms.noise_millionths,
            row->terms.sampling_millionths,
            row->terms.unit == SHEAF_NOISED_RECORD ? "record" : "member");
    sheaf_buffer_printf(out,
                        "\"purpose\":\"any_member_model\",\"release\":\"%s\","
                        "\"rounds_max\":%u}}",
                        noised ? "noised" : "exact_sum", row->cost.rounds);
}

/* ---- as an object ---- */

static int64_t millionths(double value)
{
    return llround(value * SIMULATE_MILLION);
}

static void put_figure(sheaf_json_writer *w, const char *name, const double *values,
                       uint32_t count)
{
    simulate_figure f = simulate_figure_of(values, count);
    if (count == 0)
        return;
    sheaf_json_key(w, name);
    sheaf_json_open_object(w);
    if (f.half >= 0)
        sheaf_json_member_put_int(w, "half_millionths", millionths(f.half));
    sheaf_json_member_put_int(w, "mean_millionths", millionths(f.mean));
    sheaf_json_close(w);
}

/* The figures whose names come between two others. */
static void put_between(sheaf_json_writer *w, const simulate_row *row,
                        const simulate_measure *m, const char *after, const char *before)
{
    for (int i = 0; i < SIMULATE_FIGURES && m[i].name; i++)
        if (strcmp(m[i].json, after) > 0 && strcmp(m[i].json, before) < 0)
            put_figure(w, m[i].json, row->figure[i], row->with[i]);
}

static void put_motion(sheaf_json_writer *w, const simulation *s, const simulate_row *row)
{
    sheaf_buffer effect;
    sheaf_buffer_init(&effect, EFFECT_MAX);
    simulate_mandate(s, row, &effect);
    sheaf_json_member_put_string(w, "motion", sheaf_buffer_slice(&effect));
    sheaf_buffer_deinit(&effect);
}

static void put_row(sheaf_json_writer *w, const simulation *s, const simulate_row *row)
{
    const simulate_measure *m = simulate_measures(s->question);
    sheaf_json_open_object(w);
    put_between(w, row, m, "", "bytes_sent");
    if (row->cost.rounds)
        sheaf_json_member_put_int(w, "bytes_sent", (int64_t)row->cost.sent);
    if (row->cost.rounds)
        sheaf_json_member_put_int(w, "entries", (int64_t)row->cost.entries);
    if (row->epsilon > 0)
        sheaf_json_member_put_int(w, "epsilon_millionths", millionths(row->epsilon));
    if (*row->failure)
        sheaf_json_member_put_string(w, "failure", sheaf_str(row->failure));
    if (row->cost.rounds)
        sheaf_json_member_put_int(w, "hub_cpu_us", millionths(hub_s(row)));
    sheaf_json_member_put_int(w, "left_out", row->left_out);
    put_between(w, row, m, "left_out", "masked_members");
    sheaf_json_member_put_int(w, "masked_members", row->round.members);
    if (row->cost.rounds)
        sheaf_json_member_put_int(w, "member_cpu_us", millionths(member_s(row)));
    sheaf_json_member_put_string(w, "model", sheaf_str(s->question->model[row->model].text));
    if (simulate_chosen(s, row))
        put_motion(w, s, row);
    sheaf_json_member_put_string(w, "name", sheaf_str(row->name));
    if (row->terms.noise_millionths)
        sheaf_json_member_put_int(w, "noise_millionths", (int64_t)row->terms.noise_millionths);
    put_between(w, row, m, "noise_millionths", "rounds");
    if (row->cost.rounds)
        sheaf_json_member_put_int(w, "rounds", row->cost.rounds);
    sheaf_json_member_put_int(w, "seeds", row->done);
    if (row->form == SHEAF_REHEARSE_EXACT && row->done)
        sheaf_json_member_put_int(w, "trained", row->trained);
    sheaf_json_close(w);
}

int simulate_print_json(const simulation *s)
{
    const simulate_question *q = s->question;
    const simulate_counts *data = &s->counts[0];
    sheaf_buffer out;
    sheaf_json_writer w = sheaf_print_begin(&out);
    sheaf_json_member_put_int(&w, "cohort", q->plan.cohort);
    sheaf_json_member_put_int(&w, "delta_trillionths", llround(q->delta * 1e12));
    sheaf_json_member_put_int(&w, "features", data->features);
    sheaf_json_member_put_int(&w, "members", q->plan.members);
    if (q->plan.patience)
        sheaf_json_member_put_int(&w, "patience", q->plan.patience);
    sheaf_json_member_put_bool(&w, "ranges_from_data", data->ranges_taken);
    sheaf_json_member_put_int(&w, "records", (int64_t)data->records);
    sheaf_json_key(&w, "rows");
    sheaf_json_open_list(&w);
    for (uint32_t i = 0; i < s->rows; i++)
        put_row(&w, s, &s->row[i]);
    sheaf_json_close(&w);
    sheaf_json_member_put_int(&w, "seed", (int64_t)q->plan.seed);
    if (q->series)
        sheaf_json_member_put_int(&w, "series", data->series);
    sheaf_json_member_put_string(&w, "split", sheaf_str(q->split_text));
    if (q->series)
        sheaf_json_member_put_int(&w, "step_s", data->step_s);
    sheaf_json_member_put_bool(&w, "stopped", s->stopped);
    sheaf_json_member_put_int(&w, "survivors_least", q->plan.survivors_least);
    sheaf_json_member_put_string(
        &w, "unit", sheaf_str(q->plan.unit == SHEAF_NOISED_RECORD ? "record" : "member"));
    return sheaf_print_end(&out, &w);
}
