/* cli/figures.h - a round's figures with their intervals and calibration (learn/reliability.h),
 * as `sheaf round show`, `sheaf model show` and model cards have them.
 */
#ifndef SHEAF_CLI_FIGURES_H
#define SHEAF_CLI_FIGURES_H

#include "cli/figures_groups.h"
#include "cli/round_source.h"
#include "learn/reliability.h"

typedef struct sheaf_figure_report {
    bool held_out; /* of records that no training saw; else of those to train on */
    bool noised;
    uint32_t round, records;
    bool has_accuracy, has_auc, has_loss; /* of a class */
    uint32_t accuracy_millionths, auc_millionths, loss_millionths;
    sheaf_interval accuracy, auc;
    bool in_deviations;            /* errors are of standardised series, records members */
    bool has_errors, has_baseline; /* of a number, in the label's unit */
    uint64_t mae_millionths, rmse_millionths;
    uint64_t baseline_mae_millionths, baseline_rmse_millionths;
    sheaf_interval mae;
    bool has_auc_interval, has_mae_interval, has_calibration;
    sheaf_calibration calibration;
    sheaf_figure_groups groups;
    char missing[SHEAF_MESSAGE_MAX]; /* why there is no calibration, though there could be */
} sheaf_figure_report;

/* False where the round has no figures. */
bool sheaf_figures_find(sheaf_round_source *source, const struct sheaf_row_round *round,
                        sheaf_figure_report *out);

/* For people, with lines that begin as those of `sheaf round show`. */
void sheaf_figures_print(const sheaf_figure_report *figures);

/* As the member "figures" of an object that is open. */
void sheaf_figures_put(const sheaf_figure_report *figures, sheaf_json_writer *w);

#endif
