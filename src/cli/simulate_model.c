/* cli/simulate_model.c - the kind of model that is simulated, and its own record: as the act
 * that registers a model would have it. */
#include "cli/simulate.h"

#include "coop/task.h"

#include <stdio.h>

enum { MILLION = 1000000, SHAPE_MAX = SHEAF_HIDDEN_MAX };

/* What stands behind the kind's name, at most so many numbers. */
typedef struct {
    uint32_t count;
    long long value[SHAPE_MAX];
} shape;

/* ":20,4", or nothing. */
static bool shape_read(const char *text, shape *out)
{
    *out = (shape){0};
    if (*text == 0)
        return true;
    for (text++;; text++) {
        char number[16];
        size_t len = strcspn(text, ",");
        if (out->count == SHAPE_MAX || len >= sizeof number)
            return false;
        memcpy(number, text, len);
        number[len] = 0;
        if (!sheaf_number(number, 1, 1024, &out->value[out->count++]))
            return false;
        text += len;
        if (*text == 0)
            return true;
    }
}

static bool logistic_set(const shape *s, struct sheaf_row_model *row)
{
    (void)row;
    return s->count == 0;
}

/* The penalty is too small to matter but where inputs follow from each other. */
static bool linear_set(const shape *s, struct sheaf_row_model *row)
{
    row->lambda_millionths = 1000;
    return s->count == 0;
}

static bool mlp_set(const shape *s, struct sheaf_row_model *row)
{
    uint16_t *const units[SHAPE_MAX] = {&row->hidden_1, &row->hidden_2, &row->hidden_3,
                                        &row->hidden_4};
    row->hidden = s->count ? (uint8_t)s->count : 1;
    row->hidden_1 = 16;
    for (uint32_t i = 0; i < s->count; i++)
        *units[i] = (uint16_t)s->value[i];
    row->activation = SHEAF_activation_relu;
    return true;
}

/* Trees, depth, bins; what shrinks them is as XGBoost has it by default. */
static bool trees_set(const shape *s, struct sheaf_row_model *row)
{
    row->trees = s->count > 0 ? (uint16_t)s->value[0] : 20;
    row->depth = s->count > 1 ? (uint8_t)s->value[1] : 4;
    row->bins = s->count > 2 ? (uint16_t)s->value[2] : 32;
    row->rate_millionths = 300000;
    row->lambda_millionths = MILLION;
    row->min_hessian_millionths = MILLION;
    return s->count <= 3 && row->trees <= 1000 && (s->count < 2 || s->value[1] <= 8)
           && row->bins >= 4 && row->bins <= 256;
}

static const struct {
    const char *name;
    uint8_t id;
    const char *form;
    bool class, number; /* what it can predict */
    bool (*set)(const shape *shape, struct sheaf_row_model *row);
} models[] = {
    {"logistic", SHEAF_model_kind_logistic, "logistic", true, false, logistic_set},
    {"linear", SHEAF_model_kind_linear, "linear", false, true, linear_set},
    {"mlp", SHEAF_model_kind_mlp, "mlp:UNITS,... with up to four layers of 1 to 1024", true,
     true, mlp_set},
    {"trees", SHEAF_model_kind_trees, "trees:TREES,DEPTH,BINS with up to 1000, 8 and 256", true,
     true, trees_set},
};
enum { MODELS = sizeof models / sizeof *models };

sheaf_status simulate_model_read(const char *text, bool number, simulate_question *q,
                                 sheaf_err *err)
{
    size_t len = strcspn(text, ":");
    shape numbers;
    for (size_t i = 0; i < MODELS; i++) {
        if (strlen(models[i].name) != len || memcmp(models[i].name, text, len) != 0)
            continue;
        q->row = (struct sheaf_row_model){
            .kind = models[i].id, .target = number ? SHEAF_target_number : SHEAF_target_class};
        if (number ? !models[i].number : !models[i].class)
            return sheaf_fail(err, SHEAF_INVALID, "%s models do not predict a %s",
                              models[i].name, number ? "number" : "class");
        if (!shape_read(text + len, &numbers) || !models[i].set(&numbers, &q->row))
            return sheaf_fail(err, SHEAF_INVALID, "--model is written %s, not %s",
                              models[i].form, text);
        q->model = text;
        return sheaf_learn_kind_find(models[i].id, &q->plan.kind, err);
    }
    return sheaf_fail(err, SHEAF_INVALID, "--model is linear, logistic, mlp or trees, not %s",
                      text);
}

void simulate_rounds_set(simulate_question *q, uint32_t rounds)
{
    uint32_t exact = sheaf_task_steps(&q->row, SHEAF_release_form_exact_sum);
    uint32_t noised = sheaf_task_steps(&q->row, SHEAF_release_form_noised);
    q->plan.rounds_exact = exact == UINT32_MAX ? rounds : exact;
    q->plan.rounds = noised == UINT32_MAX ? rounds : noised;
}
