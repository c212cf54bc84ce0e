#include "coop/task.h"

enum {
    CLASS_WORDS = 2 * 64 + 1,
    NUMBER_WORDS = 8,
    FORECAST_WORDS = 13,
    SEASONS_MAX = 64, /* of a forecaster under noise */
    CELLS = 1024,     /* of trees, to find cuts */
    TREES_BEHIND = 3, /* words behind the histograms of a level */
    NOISED_CLASS = 4, /* words of an evaluation */
    NOISED_NUMBER = 3,
};

/* ---- words ---- */

static uint32_t triangle(uint32_t n)
{
    return n * (n + 1) / 2;
}

static uint32_t mlp_parameters(const struct sheaf_row_model *model)
{
    const uint16_t units[] = {model->hidden_1, model->hidden_2, model->hidden_3,
                              model->hidden_4};
    uint32_t before = model->inputs, count = 0;
    for (uint8_t i = 0; i < model->hidden; i++) {
        count += (before + 1) * units[i];
        before = units[i];
    }
    return count + before + 1;
}

static uint32_t trees_words(const struct sheaf_row_model *model, uint32_t step)
{
    if (step == 0)
        return 2 + (uint32_t)model->features * CELLS;
    uint32_t level = (step - 1) % model->depth;
    uint32_t nodes = level == 0 ? 1 : (uint32_t)1 << (level - 1);
    return nodes * model->features * model->bins * 2 + TREES_BEHIND;
}

static uint32_t statistics_words(const struct sheaf_row_model *model)
{
    if (model->kind == SHEAF_model_kind_forecaster)
        return 0;
    /* Trees sort what is missing into a bin of its own. */
    uint32_t inputs = model->kind == SHEAF_model_kind_trees ? model->features : model->inputs;
    return 1 + 3 * (inputs + (model->target == SHEAF_target_number)) + model->gaps;
}

static uint32_t train_words(const struct sheaf_row_model *model, uint32_t step)
{
    switch (model->kind) {
    case SHEAF_model_kind_linear:
        return triangle(model->inputs + 2u);
    case SHEAF_model_kind_mlp:
        return mlp_parameters(model) + 3;
    case SHEAF_model_kind_trees:
        return trees_words(model, step);
    case SHEAF_model_kind_forecaster:
        return triangle(model->look_back) + (uint32_t)model->look_back * model->horizon + 1;
    default:
        return model->inputs + 4u;
    }
}

static uint32_t evaluation_words(const struct sheaf_row_model *model)
{
    if (model->kind == SHEAF_model_kind_forecaster)
        return FORECAST_WORDS;
    return model->target == SHEAF_target_number ? NUMBER_WORDS : CLASS_WORDS;
}

/* The last of the look-back. */
static uint32_t seasons(const struct sheaf_row_model *model)
{
    uint32_t count = model->look_back / model->season;
    return count < SEASONS_MAX ? count : SEASONS_MAX;
}

static uint32_t noised_train_words(const struct sheaf_row_model *model)
{
    switch (model->kind) {
    case SHEAF_model_kind_mlp:
        return mlp_parameters(model);
    case SHEAF_model_kind_trees:
        return (uint32_t)2 << model->depth;
    case SHEAF_model_kind_forecaster:
        return seasons(model);
    default:
        return model->inputs + 1u;
    }
}

uint32_t sheaf_task_words_at(const struct sheaf_row_model *model, uint8_t release, uint8_t task,
                             uint32_t step)
{
    bool noised = release == SHEAF_release_form_noised;
    if (task == SHEAF_task_statistics)
        return noised ? 0 : statistics_words(model);
    if (task == SHEAF_task_train)
        return noised ? noised_train_words(model) : train_words(model, step);
    if (!noised)
        return evaluation_words(model);
    return model->target == SHEAF_target_number ? NOISED_NUMBER : NOISED_CLASS;
}

bool sheaf_task_measures(uint8_t kind, uint32_t depth, uint32_t step)
{
    if (kind == SHEAF_model_kind_trees)
        return step > 1 && (step - 1) % depth == 0;
    return step > 0;
}

uint32_t sheaf_task_words(const struct sheaf_row_model *model,
                          const struct sheaf_row_mandate *mandate, uint8_t task)
{
    bool measures = mandate->patience > 0 && task == SHEAF_task_train
                    && sheaf_task_measures(model->kind, model->depth, mandate->steps);
    return sheaf_task_words_at(model, mandate->release, task, mandate->steps)
           + (measures ? SHEAF_VALIDATION_WORDS : 0);
}

/* ---- order ---- */

uint32_t sheaf_task_steps(const struct sheaf_row_model *model, uint8_t release)
{
    bool noised = release == SHEAF_release_form_noised;
    if (model->kind == SHEAF_model_kind_trees)
        return noised ? model->trees : 1 + (uint32_t)model->trees * model->depth;
    if (model->kind == SHEAF_model_kind_linear || model->kind == SHEAF_model_kind_forecaster)
        return noised ? UINT32_MAX : 1;
    return UINT32_MAX;
}

sheaf_course sheaf_task_course(const struct sheaf_row_mandate *mandate)
{
    return (sheaf_course){.best = mandate->best_round,
                          .measured = mandate->measured,
                          .stale = mandate->stale,
                          .best_loss = mandate->best_loss_millionths};
}

uint32_t sheaf_task_base(const struct sheaf_row_mandate *mandate, uint8_t task)
{
    const sheaf_course course = sheaf_task_course(mandate);
    return task == SHEAF_task_evaluate ? sheaf_course_result(&course, mandate->result_round)
                                       : mandate->result_round;
}

static bool has_statistics(const struct sheaf_row_model *model,
                           const struct sheaf_row_mandate *mandate)
{
    return sheaf_task_words_at(model, mandate->release, SHEAF_task_statistics, 0) > 0;
}

static bool learned(const struct sheaf_row_model *model,
                    const struct sheaf_row_mandate *mandate)
{
    const sheaf_course course = sheaf_task_course(mandate);
    return mandate->steps >= sheaf_task_steps(model, mandate->release)
           || sheaf_course_over(&course, mandate->patience);
}

sheaf_refusal sheaf_task_check(const struct sheaf_row_model *model,
                               const struct sheaf_row_mandate *mandate, uint8_t task)
{
    bool first = mandate->result_round == SHEAF_NONE;
    bool fits = has_statistics(model, mandate) ? first == (task == SHEAF_task_statistics)
                : first                        ? task == SHEAF_task_train
                                               : task != SHEAF_task_statistics;
    if (!fits)
        return SHEAF_REFUSED_wrong_task;
    return task == SHEAF_task_train && learned(model, mandate) ? SHEAF_REFUSED_learning_done
                                                               : SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_task_next(const sheaf_state *state, const struct sheaf_row_mandate *mandate,
                              uint8_t *task)
{
    const struct sheaf_row_model *model = sheaf_model_get(state, mandate->model);
    if (mandate->result_round == SHEAF_NONE) {
        *task = has_statistics(model, mandate) ? SHEAF_task_statistics : SHEAF_task_train;
        return SHEAF_ACCEPTED;
    }
    bool end = learned(model, mandate);
    *task = end || mandate->rounds_used + 1 >= mandate->rounds_max ? SHEAF_task_evaluate
                                                                   : SHEAF_task_train;
    const struct sheaf_row_round *last = sheaf_round_find(state, mandate->last_round);
    bool evaluated =
        last && last->task == SHEAF_task_evaluate && last->state == SHEAF_round_state_closed;
    return end && evaluated ? SHEAF_REFUSED_work_done : SHEAF_ACCEPTED;
}

/* ---- figures ---- */

bool sheaf_task_figures_fit(const struct sheaf_row_model *model, uint8_t release, uint8_t task,
                            const struct sheaf_figures *figures)
{
    bool number = model->target == SHEAF_target_number;
    bool noised = release == SHEAF_release_form_noised;
    bool evaluates = task == SHEAF_task_evaluate;
    bool baseline = number && evaluates && !noised;
    return figures->has_accuracy_millionths == !number
           && figures->has_log_loss_millionths == (!number && !noised)
           && (!figures->has_auc_millionths || (!number && !noised && evaluates))
           && figures->has_rmse_millionths == number && figures->has_mae_millionths == number
           && figures->has_baseline_mae_millionths == baseline
           && figures->has_baseline_rmse_millionths == baseline
           && !(
               evaluates
               && (figures->has_validation_loss_millionths || figures->has_validation_records));
}
