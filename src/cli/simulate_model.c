/* cli/simulate_model.c - the kinds of models that are simulated, and their own records: as the
 * act that registers a model would have them. */
#include "cli/simulate.h"

#include "coop/task.h"

#include <stdio.h>
#include <string.h>

enum { NUMBERS_MAX = SHEAF_HIDDEN_MAX, NUMBER_MAX = 1 << 20 };

/* What stands behind the kind's name, at most so many numbers. */
typedef struct {
    uint32_t count;
    long long value[NUMBERS_MAX];
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
        if (out->count == NUMBERS_MAX || len >= sizeof number)
            return false;
        memcpy(number, text, len);
        number[len] = 0;
        if (!sheaf_number(number, 0, NUMBER_MAX, &out->value[out->count++]))
            return false;
        text += len;
        if (*text == 0)
            return true;
    }
}

/* The number at a place, or what is usual where it was left out; false if it is out of bounds.
 */
static bool number_at(const shape *s, uint32_t place, long long usual, long long low,
                      long long high, long long *out)
{
    *out = place < s->count ? s->value[place] : usual;
    return *out >= low && *out <= high;
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
    uint16_t *const units[NUMBERS_MAX] = {&row->hidden_1, &row->hidden_2, &row->hidden_3,
                                          &row->hidden_4};
    row->hidden = s->count ? (uint8_t)s->count : 1;
    row->activation = SHEAF_activation_relu;
    for (uint32_t i = 0; i < row->hidden; i++) {
        long long count;
        if (!number_at(s, i, 16, 1, 1024, &count))
            return false;
        *units[i] = (uint16_t)count;
    }
    return true;
}

/* Trees, depth, bins; what shrinks them is as XGBoost has it by default. */
static bool trees_set(const shape *s, struct sheaf_row_model *row)
{
    long long trees, depth, bins;
    if (s->count > 3 || !number_at(s, 0, 20, 1, 1000, &trees)
        || !number_at(s, 1, 4, 1, 8, &depth) || !number_at(s, 2, 32, 4, 256, &bins))
        return false;
    row->trees = (uint16_t)trees;
    row->depth = (uint8_t)depth;
    row->bins = (uint16_t)bins;
    row->rate_millionths = 300000;
    row->lambda_millionths = SIMULATE_MILLION;
    row->min_hessian_millionths = SIMULATE_MILLION;
    return true;
}

/* The season 0 is a day, or of days a week: simulate_series_read() knows the step. */
static bool forecaster_set(const shape *s, struct sheaf_row_model *row)
{
    long long back, ahead, every, season;
    if (s->count < 2 || !number_at(s, 0, 0, 1, SHEAF_LOOK_BACK_MAX, &back)
        || !number_at(s, 1, 0, 1, SHEAF_HORIZON_MAX, &ahead)
        || !number_at(s, 2, 1, 0, SHEAF_FORECAST_EVERY_MAX, &every)
        || !number_at(s, 3, 0, 0, back, &season))
        return false;
    row->look_back = (uint16_t)back;
    row->horizon = (uint16_t)ahead;
    row->every = (uint32_t)every;
    row->season = (uint16_t)season;
    row->lambda_millionths = 10000;
    return true;
}

static const struct {
    const char *name;
    uint8_t id;
    const char *form;
    bool class, number; /* what it can predict */
    bool penalty;
    bool (*set)(const shape *shape, struct sheaf_row_model *row);
} models[] = {
    {"logistic", SHEAF_model_kind_logistic, "logistic", true, false, false, logistic_set},
    {"linear", SHEAF_model_kind_linear, "linear", false, true, true, linear_set},
    {"mlp", SHEAF_model_kind_mlp, "mlp:UNITS,... with up to four layers of 1 to 1024", true,
     true, false, mlp_set},
    {"trees", SHEAF_model_kind_trees,
     "trees:TREES,DEPTH,BINS with up to 1000, 8 and 256 and at least 4 bins", true, true, true,
     trees_set},
    {"forecaster", SHEAF_model_kind_forecaster,
     "forecaster:BACK,AHEAD,EVERY,SEASON, the last two of which may be left out, with up to "
     "1024 "
     "steps back and ahead and a season within those back",
     false, true, true, forecaster_set},
};
enum { MODELS = sizeof models / sizeof *models };

/* MODELS where there is none of the name. */
static size_t place_of(const char *text)
{
    const size_t len = strcspn(text, ":");
    for (size_t i = 0; i < MODELS; i++)
        if (strlen(models[i].name) == len && memcmp(models[i].name, text, len) == 0)
            return i;
    return MODELS;
}

bool simulate_model_numbers(const char *text)
{
    const size_t i = place_of(text);
    return i < MODELS && !models[i].class;
}

bool simulate_model_series(const char *text)
{
    const size_t i = place_of(text);
    return i < MODELS && models[i].id == SHEAF_model_kind_forecaster;
}

sheaf_status simulate_model_read(const char *text, bool number, uint32_t penalty_millionths,
                                 simulate_model *out, sheaf_err *err)
{
    const size_t i = place_of(text);
    shape numbers;
    if (i == MODELS)
        return sheaf_fail(err, SHEAF_INVALID,
                          "--model is linear, logistic, mlp, trees or forecaster, not %s",
                          text);
    *out =
        (simulate_model){.text = text,
                         .row = {.kind = models[i].id,
                                 .target = number ? SHEAF_target_number : SHEAF_target_class}};
    if (number ? !models[i].number : !models[i].class)
        return sheaf_fail(err, SHEAF_INVALID, "%s models do not predict a %s", models[i].name,
                          number ? "number" : "class");
    if (!shape_read(text + strcspn(text, ":"), &numbers) || !models[i].set(&numbers, &out->row))
        return sheaf_fail(err, SHEAF_INVALID, "--model is written %s, not %s", models[i].form,
                          text);
    if (penalty_millionths && !models[i].penalty)
        return sheaf_fail(err, SHEAF_INVALID,
                          "--penalty goes with linear, trees and "
                          "forecaster; %s models have none",
                          models[i].name);
    if (penalty_millionths)
        out->row.lambda_millionths = penalty_millionths;
    return sheaf_learn_kind_find(models[i].id, &out->plan.kind, err);
}

void simulate_rounds_set(simulate_model *model, uint32_t rounds)
{
    uint32_t exact = sheaf_task_steps(&model->row, SHEAF_release_form_exact_sum);
    uint32_t noised = sheaf_task_steps(&model->row, SHEAF_release_form_noised);
    model->plan.rounds_exact = exact == UINT32_MAX ? rounds : exact;
    model->plan.rounds = noised == UINT32_MAX ? rounds : noised;
}
