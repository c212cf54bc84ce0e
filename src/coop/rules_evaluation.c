/* Figures of models on held-out records: of all, and by group. */
#include "coop/coop_internal.h"
#include "coop/groups.h"
#include "coop/task.h"

#include <assert.h>

/* What there is of figures, into the columns that rows of all and of groups have alike. */
#define KEEP(row, figures, name, type)                                                         \
    ((row)->name = (type)((figures)->has_##name ? (figures)->name : 0))
#define KEEP_FIGURES(row, figures)                                                             \
    do {                                                                                       \
        KEEP(row, figures, accuracy_millionths, uint32_t);                                     \
        KEEP(row, figures, auc_millionths, uint32_t);                                          \
        KEEP(row, figures, baseline_mae_millionths, uint64_t);                                 \
        KEEP(row, figures, baseline_rmse_millionths, uint64_t);                                \
        KEEP(row, figures, log_loss_millionths, uint32_t);                                     \
        KEEP(row, figures, mae_millionths, uint64_t);                                          \
        KEEP(row, figures, records, uint32_t);                                                 \
        KEEP(row, figures, rmse_millionths, uint64_t);                                         \
        (row)->has_auc = (figures)->has_auc_millionths;                                        \
    } while (0)

/* Of the group, and in the form of the figures of all. Under noise every group has figures,
 * whatever it has of records. */
static bool group_fits(const struct sheaf_row_dataset_group *group,
                       const struct sheaf_group_figures *stated,
                       const struct sheaf_row_model *model, uint8_t release)
{
    return sheaf_slice_equal(stated->column, SHEAF_WORDS(group->column))
           && stated->level == group->level
           && (stated->has_figures ? sheaf_task_figures_fit(model, release, SHEAF_task_evaluate,
                                                            &stated->figures)
                                   : release == SHEAF_release_form_exact_sum);
}

/* Those of the round and no others. */
static sheaf_refusal add_groups(sheaf_fold *fold, const struct sheaf_model_evaluate *what,
                                const struct sheaf_row_round *round,
                                struct sheaf_row_evaluation *evaluation)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_model *model = sheaf_model_get(state, round->model);
    uint8_t release = sheaf_mandate_get(state, round->mandate)->release;
    const struct sheaf_group_figures *stated = what->groups.at;
    sheaf_common_groups common;
    sheaf_groups_of_round(state, round, &common);
    SHEAF_REFUSE_IF(common.count != (what->has_groups ? what->groups.count : 0), groups_form);
    evaluation->group_first = sheaf_evaluation_group_count(state);
    evaluation->groups = (uint8_t)common.count;
    for (uint32_t i = 0; i < common.count; i++) {
        const struct sheaf_row_dataset_group *group =
            sheaf_dataset_group_at(state, common.row[i]);
        SHEAF_REFUSE_IF(!group_fits(group, &stated[i], model, release), groups_form);
        struct sheaf_row_evaluation_group *row = sheaf_evaluation_group_new(state, 0);
        row->evaluation = fold->index;
        memcpy(row->column, group->column, sizeof row->column);
        row->level = group->level;
        if (stated[i].has_figures)
            KEEP_FIGURES(row, &stated[i].figures);
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_model_evaluate(sheaf_fold *fold,
                                        const struct sheaf_model_evaluate *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_round *round = sheaf_round_find(state, what->round);
    SHEAF_REFUSE_IF(!round, no_such_round);
    SHEAF_REFUSE_IF(
        round->task != SHEAF_task_evaluate || round->state != SHEAF_round_state_closed
            || round->attested < sheaf_mandate_get(state, round->mandate)->attest_min,
        not_an_evaluation);
    for (uint32_t i = 0; i < sheaf_evaluation_count(state); i++)
        SHEAF_REFUSE_IF(sheaf_evaluation_at(state, i)->round == what->round, not_an_evaluation);
    const struct sheaf_figures *figures = &what->figures;
    const struct sheaf_row_model *model = sheaf_model_get(state, round->model);
    uint8_t release = sheaf_mandate_get(state, round->mandate)->release;
    SHEAF_REFUSE_IF(!sheaf_task_figures_fit(model, release, SHEAF_task_evaluate, figures),
                    figures_form);
    struct sheaf_row_evaluation *row = sheaf_evaluation_new(state, fold->index);
    row->id = fold->index;
    row->round = what->round;
    row->model = round->model;
    row->sha256 = round->base;
    KEEP_FIGURES(row, figures);
    row->has_accuracy = figures->has_accuracy_millionths;
    row->has_log_loss = figures->has_log_loss_millionths;
    row->has_errors = figures->has_rmse_millionths;
    row->has_baseline = figures->has_baseline_rmse_millionths;
    SHEAF_REFUSE_UNLESS(add_groups(fold, what, round, row));
    assert(fold->out->claim_count < SHEAF_CLAIMS_MAX);
    fold->out->claims[fold->out->claim_count++] =
        (sheaf_claim){.kind = SHEAF_CLAIM_EVALUATION,
                      .blob = round->result,
                      .figures = *figures,
                      .groups = what->groups.at,
                      .group_count = what->has_groups ? what->groups.count : 0,
                      .model_kind = model->kind,
                      .target = model->target,
                      .label_low_millionths = model->label_low_millionths,
                      .label_high_millionths = model->label_high_millionths,
                      .noised = release == SHEAF_release_form_noised};
    return SHEAF_ACCEPTED;
}
