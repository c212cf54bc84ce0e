#include "learn/target.h"

#include "learn/errors.h"
#include "learn/evaluate.h"

#include <math.h>
#include <stdlib.h>

enum { MILLION = 1000000, SAID_BITS = 40 };

sheaf_status sheaf_target_evaluate_finish(const sheaf_job *job, const int64_t *sums,
                                          sheaf_round_result *out, sheaf_err *err)
{
    sheaf_evaluation found;
    out->has_figures = true;
    if (job->spec->target == SHEAF_target_number)
        return sheaf_errors_finish(sums, &out->figures, err);
    SHEAF_TRY(sheaf_evaluation_finish(sums, &found, err));
    out->figures = (struct sheaf_figures){.accuracy_millionths = found.accuracy_millionths,
                                          .log_loss_millionths = found.loss_millionths,
                                          .records = found.records,
                                          .has_accuracy_millionths = true,
                                          .has_auc_millionths = found.auc_millionths >= 0,
                                          .has_log_loss_millionths = true,
                                          .has_records = true};
    if (out->figures.has_auc_millionths)
        out->figures.auc_millionths = found.auc_millionths;
    return SHEAF_OK;
}

sheaf_status sheaf_target_noised_evaluate_finish(const sheaf_job *job, const int64_t *sums,
                                                 sheaf_round_result *out, sheaf_err *err)
{
    const sheaf_spec *spec = job->spec;
    (void)err;
    out->has_figures = true;
    if (spec->target == SHEAF_target_number) {
        sheaf_errors_noised_finish(
            sums, spec->label_high_millionths - spec->label_low_millionths, &out->figures);
        return SHEAF_OK;
    }
    sheaf_noised_figures found = sheaf_noised_figures_of(sums);
    out->figures = (struct sheaf_figures){.accuracy_millionths = found.accuracy_millionths,
                                          .records = found.records,
                                          .has_accuracy_millionths = true,
                                          .has_records = true};
    return SHEAF_OK;
}

static sheaf_status said_put(const sheaf_table *table, bool number,
                             const sheaf_target_said *said, const char *name,
                             sheaf_predictions *out, sheaf_err *err)
{
    static const sheaf_prediction_column classes[] = {
        {"line", SHEAF_PREDICTION_COUNT},
        {"probability", SHEAF_PREDICTION_MILLIONTHS},
        {"positive", SHEAF_PREDICTION_YES},
    };
    static const sheaf_prediction_column numbers[] = {
        {"line", SHEAF_PREDICTION_COUNT},
        {"value", SHEAF_PREDICTION_MILLIONTHS},
    };
    const uint32_t columns = number ? 2 : 3;
    SHEAF_TRY(sheaf_predictions_open(number ? numbers : classes, columns, table->rows, name,
                                     out, err));
    out->left_out = table->left_out;
    for (uint32_t i = 0; i < table->rows; i++) {
        int64_t *cell = out->cells + (size_t)i * columns;
        if (!(fabs(said[i].said) < ldexp(1, SAID_BITS))) {
            sheaf_predictions_close(out);
            return sheaf_fail(err, SHEAF_INVALID,
                              "%s line %u: the model says nothing sensible of such values",
                              name, table->line[i]);
        }
        cell[0] = table->line[i];
        cell[1] = llround(said[i].said * MILLION);
        if (!number)
            cell[2] = said[i].positive;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_target_predict(sheaf_slice csv, const char *name,
                                  const sheaf_features *features, bool number,
                                  const void *model, sheaf_target_say say,
                                  sheaf_predictions *out, sheaf_err *err)
{
    sheaf_table table;
    SHEAF_TRY(sheaf_table_read(csv, name, features, SHEAF_TABLE_UNLABELLED, &table, err));
    sheaf_target_said *said = calloc((size_t)table.rows + 1, sizeof *said);
    sheaf_status status =
        said ? say(model, &table, said, err)
             : sheaf_fail(err, SHEAF_NOMEM, "no memory for the predictions of %s", name);
    if (status == SHEAF_OK)
        status = said_put(&table, number, said, name, out, err);
    free(said);
    sheaf_table_close(&table);
    return status;
}
