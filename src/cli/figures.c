#include "cli/figures.h"

#include "learn/by_group.h"
#include "learn/forecast.h"
#include "round/words.h"

#include <math.h>
#include <stdio.h>

enum { DOUBT_RECORDS = 20, DOUBT_ERRORS = 1000 }; /* held out; times the baseline's error */
enum {
    MILLION = 1000000,
    SUM_WORDS_MAX = (1 + SHEAF_GROUPS_REPORTED_MAX) * SHEAF_EVALUATION_WORDS
};

/* ---- finding ---- */

static const struct sheaf_row_evaluation *evaluation_of(const sheaf_state *state,
                                                        uint32_t round)
{
    for (uint32_t i = sheaf_evaluation_count(state); i-- > 0;)
        if (sheaf_evaluation_at(state, i)->round == round)
            return sheaf_evaluation_at(state, i);
    return NULL;
}

/* The deviation of a cell of the sum, in what one record or member counts: shares are sized for
 * the fewest survivors less the colluders, and as many add one as have survived; by group they
 * are larger (learn/by_group.h). */
static double cell_deviation(const sheaf_state *state, const struct sheaf_row_round *round,
                             const struct sheaf_row_mandate *mandate)
{
    sheaf_common_groups common;
    sheaf_group_names names;
    sheaf_groups_of_round(state, round, &common);
    sheaf_group_names_of(state, &common, &names);
    double noise = (double)mandate->evaluation_noise_millionths / MILLION;
    double least = mandate->local_noise ? 1 : (double)round->survivors_min - mandate->colluders;
    double reach = sheaf_group_reach(&names, mandate->unit == SHEAF_privacy_unit_record
                                                 ? SHEAF_NOISED_RECORD
                                                 : SHEAF_NOISED_MEMBER);
    return noise * sqrt((1 + reach) * round->survivors / fmax(1, least));
}

/* What only the sum says: how far the area may be off, and calibration; of all, whose words
 * come before those of the groups. */
static sheaf_status sum_read(sheaf_round_source *source, const struct sheaf_row_round *round,
                             int64_t words[SUM_WORDS_MAX], sheaf_figure_report *out,
                             sheaf_err *err)
{
    const size_t count = (size_t)(1 + round->groups) * SHEAF_EVALUATION_WORDS;
    sheaf_evaluation found;
    sheaf_buffer sum;
    sheaf_buffer_init(&sum, 8 * SUM_WORDS_MAX);
    sheaf_status status =
        sheaf_round_source_blob(source, &round->result, 8 * SUM_WORDS_MAX, &sum, err);
    if (status == SHEAF_OK && sum.len != 8 * count)
        status = sheaf_fail(err, SHEAF_INVALID, "the sum has %zu bytes", sum.len);
    if (status == SHEAF_OK) {
        sheaf_words_unpack(64, sum.data, count, (uint64_t *)words);
        status = sheaf_evaluation_finish(words, &found, err);
    }
    sheaf_buffer_deinit(&sum);
    SHEAF_TRY(status);
    out->has_auc_interval = sheaf_interval_auc(words, &out->auc);
    sheaf_calibration_of(words, &out->calibration);
    out->has_calibration = true;
    return SHEAF_OK;
}

static void held_out_read(const struct sheaf_row_evaluation *row, sheaf_figure_report *out)
{
    out->held_out = true;
    out->records = row->records;
    out->has_accuracy = row->has_accuracy;
    out->accuracy_millionths = row->accuracy_millionths;
    out->has_auc = row->has_auc;
    out->auc_millionths = row->auc_millionths;
    out->has_loss = row->has_log_loss;
    out->loss_millionths = row->log_loss_millionths;
    out->has_errors = row->has_errors;
    out->mae_millionths = row->mae_millionths;
    out->rmse_millionths = row->rmse_millionths;
    out->has_baseline = row->has_baseline;
    out->baseline_mae_millionths = row->baseline_mae_millionths;
    out->baseline_rmse_millionths = row->baseline_rmse_millionths;
}

static void training_read(const struct sheaf_row_round *row, bool number,
                          sheaf_figure_report *out)
{
    out->records = row->records;
    out->has_accuracy = out->has_loss = !number;
    out->accuracy_millionths = row->accuracy_millionths;
    out->loss_millionths = row->log_loss_millionths;
    out->has_errors = number;
    out->mae_millionths = row->mae_millionths;
    out->rmse_millionths = row->rmse_millionths;
}

/* Errors under noise have no interval: nothing says how far their sums were moved together. */
static void intervals_set(double deviation, sheaf_figure_report *out)
{
    double share = (double)out->accuracy_millionths / MILLION, n = out->records;
    out->accuracy = out->noised ? sheaf_interval_noised_share(share, n, deviation)
                                : sheaf_interval_share(share, n);
    out->has_mae_interval = out->has_errors && !out->noised;
    out->mae = sheaf_interval_mean_error((double)out->mae_millionths / MILLION,
                                         (double)out->rmse_millionths / MILLION, n);
}

bool sheaf_figures_find(sheaf_round_source *source, const struct sheaf_row_round *round,
                        sheaf_figure_report *out)
{
    const struct sheaf_row_mandate *mandate = sheaf_mandate_get(source->state, round->mandate);
    const struct sheaf_row_evaluation *held = evaluation_of(source->state, round->id);
    const struct sheaf_row_model *model = sheaf_model_get(source->state, round->model);
    sheaf_err err;
    if (!held && !round->has_figures)
        return false;
    *out = (sheaf_figure_report){.round = round->id,
                                 .noised = mandate->release == SHEAF_release_form_noised};
    if (held)
        held_out_read(held, out);
    else
        training_read(round, model->target == SHEAF_target_number, out);
    const double deviation = cell_deviation(source->state, round, mandate);
    intervals_set(deviation, out);
    if (model->kind == SHEAF_model_kind_forecaster) {
        out->has_mae_interval = false; /* forecasts overlap: they are no independent records */
        out->in_deviations = out->noised;
    }
    int64_t words[SUM_WORDS_MAX];
    bool read = held && out->has_accuracy && !out->noised;
    if (read && sum_read(source, round, words, out, &err) != SHEAF_OK) {
        snprintf(out->missing, sizeof out->missing, "%s", err.message);
        read = false;
    }
    if (held)
        sheaf_figure_groups_find(source->state, held, out->noised, deviation,
                                 read ? words + SHEAF_EVALUATION_WORDS : NULL, &out->groups);
    return true;
}

/* ---- telling ---- */

static void print_calibration(const sheaf_calibration *c)
{
    printf("  calibration error %.3f; where the model gave a probability of\n"
           "                          records  mean given  positive\n",
           c->error);
    for (int b = 0; b < SHEAF_CALIBRATION_BINS; b++) {
        if (c->bin[b].records)
            printf("              %.1f to %.1f  %7u  %10.3f  %8.3f\n",
                   (double)b / SHEAF_CALIBRATION_BINS, (double)(b + 1) / SHEAF_CALIBRATION_BINS,
                   c->bin[b].records, c->bin[b].expected,
                   (double)c->bin[b].positives / c->bin[b].records);
    }
}

static double real(uint64_t in_millionths)
{
    return (double)in_millionths / MILLION;
}

static void print_error(const char *name, uint64_t error, const sheaf_interval *interval,
                        bool has_baseline, uint64_t baseline)
{
    printf("  %-11s %.6g", name, real(error));
    if (interval)
        printf(", 95 %% interval %.6g to %.6g", interval->low, interval->high);
    if (has_baseline)
        printf("; of the simplest model %.6g", real(baseline));
    puts("");
}

/* Figures that hardly any honest input gives: a column that is filled in with the label, or
 * after it, tells it, and the model will be of no use where the label is not known yet. */
static bool too_good(const sheaf_figure_report *f)
{
    if (!f->held_out || f->noised || f->records < DOUBT_RECORDS)
        return false;
    if (f->has_accuracy)
        return f->accuracy_millionths == MILLION;
    return f->has_baseline && f->rmse_millionths < f->baseline_rmse_millionths / DOUBT_ERRORS;
}

void sheaf_figures_print(const sheaf_figure_report *f)
{
    if (f->in_deviations)
        printf("  figures     on the held-out series of about %u members, each counted once\n"
               "              in deviations of each series; a mean above %d counts as %d\n",
               f->records, SHEAF_FORECAST_NOISED_ERROR_MAX, SHEAF_FORECAST_NOISED_ERROR_MAX);
    else
        printf("  figures     on %s%u %s\n", f->noised ? "about " : "", f->records,
               f->held_out ? "held-out records" : "training records, before the round");
    if (f->has_accuracy)
        printf("  accuracy    %.3f, 95 %% interval %.3f to %.3f\n",
               real(f->accuracy_millionths), f->accuracy.low, f->accuracy.high);
    if (f->has_auc && f->has_auc_interval)
        printf("  AUC         %.3f, 95 %% interval %.3f to %.3f\n", real(f->auc_millionths),
               f->auc.low, f->auc.high);
    else if (f->has_auc)
        printf("  AUC         %.3f\n", real(f->auc_millionths));
    if (f->has_loss)
        printf("  log loss    %.3f\n", real(f->loss_millionths));
    if (f->has_errors) {
        print_error("MAE", f->mae_millionths, f->has_mae_interval ? &f->mae : NULL,
                    f->has_baseline, f->baseline_mae_millionths);
        print_error("RMSE", f->rmse_millionths, NULL, f->has_baseline,
                    f->baseline_rmse_millionths);
    }
    if (too_good(f))
        puts("  too good    the model is right about every record: look whether an input tells "
             "the label\n              itself, as a column does that is filled in afterwards");
    if (f->has_calibration)
        print_calibration(&f->calibration);
    sheaf_figure_groups_print(&f->groups);
    if (*f->missing)
        printf("  calibration not known without the round's sum: %s\n", f->missing);
}

static int64_t millionths(double value)
{
    return llround(value * MILLION);
}

static void put_interval(sheaf_json_writer *w, const char *name, const sheaf_interval *i)
{
    sheaf_json_key(w, name);
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "high_millionths", millionths(i->high));
    sheaf_json_member_put_int(w, "low_millionths", millionths(i->low));
    sheaf_json_close(w);
}

static void put_calibration(sheaf_json_writer *w, const sheaf_calibration *c)
{
    sheaf_json_key(w, "calibration");
    sheaf_json_open_object(w);
    sheaf_json_key(w, "bins");
    sheaf_json_open_list(w);
    for (int b = 0; b < SHEAF_CALIBRATION_BINS; b++) {
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "expected_millionths", millionths(c->bin[b].expected));
        sheaf_json_member_put_int(w, "positives", c->bin[b].positives);
        sheaf_json_member_put_int(w, "records", c->bin[b].records);
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    sheaf_json_member_put_int(w, "error_millionths", millionths(c->error));
    sheaf_json_close(w);
}

void sheaf_figures_put(const sheaf_figure_report *f, sheaf_json_writer *w)
{
    sheaf_json_key(w, "figures");
    sheaf_json_open_object(w);
    if (f->has_accuracy) {
        put_interval(w, "accuracy_interval", &f->accuracy);
        sheaf_json_member_put_int(w, "accuracy_millionths", f->accuracy_millionths);
    }
    if (f->has_auc_interval)
        put_interval(w, "auc_interval", &f->auc);
    if (f->has_auc)
        sheaf_json_member_put_int(w, "auc_millionths", f->auc_millionths);
    if (f->has_baseline) {
        sheaf_json_member_put_int(w, "baseline_mae_millionths",
                                  (int64_t)f->baseline_mae_millionths);
        sheaf_json_member_put_int(w, "baseline_rmse_millionths",
                                  (int64_t)f->baseline_rmse_millionths);
    }
    if (f->has_calibration)
        put_calibration(w, &f->calibration);
    sheaf_figure_groups_put(&f->groups, w);
    sheaf_json_member_put_bool(w, "held_out", f->held_out);
    if (f->in_deviations)
        sheaf_json_member_put_bool(w, "in_deviations", true);
    if (f->has_loss)
        sheaf_json_member_put_int(w, "log_loss_millionths", f->loss_millionths);
    if (f->has_mae_interval)
        put_interval(w, "mae_interval", &f->mae);
    if (f->has_errors)
        sheaf_json_member_put_int(w, "mae_millionths", (int64_t)f->mae_millionths);
    if (*f->missing)
        sheaf_json_member_put_string(w, "missing", sheaf_str(f->missing));
    sheaf_json_member_put_bool(w, "noised", f->noised);
    sheaf_json_member_put_int(w, "records", f->records);
    if (f->has_errors)
        sheaf_json_member_put_int(w, "rmse_millionths", (int64_t)f->rmse_millionths);
    sheaf_json_member_put_int(w, "round", f->round);
    if (too_good(f))
        sheaf_json_member_put_bool(w, "too_good", true);
    sheaf_json_close(w);
}
