/* cli/simulate_question.c - what `sheaf simulate` is asked for, from its command line. */
#include "cli/simulate.h"

#include "privacy/cost.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    ROUNDS = 30,
    SEEDS = 3,
    MASKED = 24,       /* members in the round that is masked: a second or two */
    GRADIENT_RATE = 4, /* of the unit record, at the norm 1 */
    MISSING_PART = 10, /* of a cohort may be missing */
    RATE_MAX = 100,
    PENALTY_MAX = 1000,
    /* Of forecasters, as bench/accuracy/accuracy_households.c has found them. */
    FORECAST_STEPS = 10,
    FORECAST_ROUNDS = 1,
};
#define FORECAST_RATE 0.1
#define FORECAST_CLIP 0.1
#define TRILLION      1e12
#define WRONG(...)    sheaf_usage(&sheaf_command_simulate, __VA_ARGS__)

static const char *name_of(int option)
{
    return sheaf_command_simulate.options[option].name;
}

static int take_number(const sheaf_arguments *a, int option, long long low, long long high,
                       long long *value)
{
    if (!a->value[option] || sheaf_number(a->value[option], low, high, value))
        return 0;
    return WRONG("--%s is a number from %lld to %lld, not %s", name_of(option), low, high,
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
    return WRONG("--%s is at least %g and at most %g, not %s", name_of(option), least, most,
                 text);
}

/* ---- what is tried ---- */

static int take_data(const sheaf_arguments *a, simulate_question *q)
{
    static const int of_tables[] = {SIMULATE_LABEL, SIMULATE_RANGES};
    static const int of_series[] = {SIMULATE_TIME, SIMULATE_SERIES};
    if (a->repeated_count == 0 || !a->value[SIMULATE_MEMBERS]
        || (!q->series && !a->value[SIMULATE_LABEL]))
        return WRONG("--data, --members and, but for forecasters, --label are needed");
    if (a->repeated_count > SIMULATE_FILES_MAX)
        return WRONG("--data is given at most %d times", SIMULATE_FILES_MAX);
    for (int i = 0; i < 2; i++) {
        if (q->series && a->value[of_tables[i]])
            return WRONG("forecasters have no --%s: --features names the columns of values",
                         name_of(of_tables[i]));
        if (!q->series && a->value[of_series[i]])
            return WRONG("--%s goes with forecasters", name_of(of_series[i]));
    }
    for (int i = 0; i < a->repeated_count; i++)
        q->files[q->file_count++] = a->repeated[i];
    q->label = a->value[SIMULATE_LABEL];
    q->features = a->value[SIMULATE_FEATURES];
    q->ranges = a->value[SIMULATE_RANGES];
    q->time = a->value[SIMULATE_TIME];
    q->series_column = a->value[SIMULATE_SERIES];
    q->svg = a->value[SIMULATE_SVG];
    return 0;
}

static int take_split(const sheaf_arguments *a, simulate_question *q)
{
    const char *text = a->value[SIMULATE_SPLIT] ? a->value[SIMULATE_SPLIT] : "iid";
    q->split_text = text;
    if (strcmp(text, "iid") == 0) {
        q->split.kind = SHEAF_SPLIT_IID;
        return 0;
    }
    if (strncmp(text, "by:", 3) == 0 && text[3]) {
        q->split.kind = SHEAF_SPLIT_GROUPS;
        q->column = text + 3;
        if (!q->series || (q->series_column && strcmp(q->column, q->series_column) == 0))
            return 0;
        return WRONG("series are split iid or by the column that --series names, not %s", text);
    }
    q->split.kind = SHEAF_SPLIT_DIRICHLET;
    if (strncmp(text, "dirichlet:", 10) == 0
        && sheaf_decimal_parse(text + 10, SHEAF_ROUND_DOWN, &q->split.concentration)
        && q->split.concentration > 0 && q->split.concentration <= 1e9)
        return q->series ? WRONG("%s draws by classes, and series have none", text) : 0;
    return WRONG("--split is iid, by:COLUMN or dirichlet:A with A above 0, not %s", text);
}

static int take_epsilons(const sheaf_arguments *a, simulate_question *q)
{
    const char *list = a->value[SIMULATE_EPSILON] ? a->value[SIMULATE_EPSILON] : "1,2,5,10";
    while (*list) {
        char text[32];
        size_t len = strcspn(list, ",");
        if (q->epsilons == SIMULATE_EPSILONS_MAX)
            return WRONG("--epsilon lists at most %d values", SIMULATE_EPSILONS_MAX);
        snprintf(text, sizeof text, "%.*s", (int)(len < 31 ? len : 31), list);
        double *epsilon = &q->epsilon[q->epsilons++];
        if (!sheaf_decimal_parse(text, SHEAF_ROUND_DOWN, epsilon)
            || !(units_of(*epsilon, SIMULATE_MILLION) >= 1 && *epsilon <= 1000))
            return WRONG("each --epsilon is at least 0.000001 and at most 1000, not '%s'; "
                         "without any noise there is the row exact sum",
                         text);
        *epsilon = units_of(*epsilon, SIMULATE_MILLION) / SIMULATE_MILLION;
        for (uint32_t i = 0; i + 1 < q->epsilons; i++)
            if (fabs(q->epsilon[i] - *epsilon) < 1e-12)
                return WRONG("--epsilon lists %.10g twice", *epsilon);
        list += len + (list[len] == ',');
    }
    return q->epsilons ? 0 : WRONG("--epsilon lists at least one value");
}

static int take_propose(const sheaf_arguments *a, simulate_question *q)
{
    const char *text = a->value[SIMULATE_PROPOSE];
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
    const char *unit = a->value[SIMULATE_UNIT];
    if (!unit)
        unit = q->series ? "member" : "record";
    q->plan.unit = strcmp(unit, "member") == 0 ? SHEAF_NOISED_MEMBER : SHEAF_NOISED_RECORD;
    if (strcmp(unit, "member") != 0 && strcmp(unit, "record") != 0)
        return WRONG("--unit is record or member, not %s", unit);
    if (q->series && q->plan.unit == SHEAF_NOISED_RECORD)
        return WRONG("noise hides the whole of a member's series: forecasters have the unit "
                     "member");
    return 0;
}

/* ---- models ---- */

/* What the models predict, unless it is said: a number where the first can do nothing else. */
static int take_target(const sheaf_arguments *a, simulate_question *q)
{
    const char *first = a->other_count ? a->other[0] : NULL;
    const char *target = a->value[SIMULATE_TARGET];
    q->series = first && simulate_model_series(first);
    if (!target)
        target = first && simulate_model_numbers(first) ? "number" : "class";
    q->number = strcmp(target, "number") == 0;
    return q->number || strcmp(target, "class") == 0
               ? 0
               : WRONG("--target is class or number, not %s", target);
}

static int take_models(const sheaf_arguments *a, simulate_question *q)
{
    sheaf_err err;
    double penalty = 0;
    int code = take_decimal(a, SIMULATE_PENALTY, 1e-6, PENALTY_MAX, &penalty);
    if (code)
        return code;
    if (a->other_count > SIMULATE_MODELS_MAX)
        return WRONG("--model is given at most %d times", SIMULATE_MODELS_MAX);
    q->models = a->other_count ? (uint32_t)a->other_count : 1;
    for (uint32_t i = 0; i < q->models; i++) {
        const char *text = a->other_count ? a->other[i] : q->number ? "linear" : "logistic";
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(q->model[k].text, text) == 0)
                return WRONG("--model %s is given twice", text);
        if (simulate_model_series(text) != q->series)
            return WRONG("forecasters learn from series and the other models from tables, so "
                         "that one simulation cannot have both");
        if (simulate_model_read(text, q->number, (uint32_t)units_of(penalty, SIMULATE_MILLION),
                                &q->model[i], &err)
            != SHEAF_OK)
            return WRONG("%s", err.message);
    }
    return 0;
}

/* How each member trains. */
static int take_training(const sheaf_arguments *a, simulate_question *q)
{
    sheaf_rehearsal *plan = &q->plan;
    sheaf_training usual = sheaf_training_default();
    bool record = plan->unit == SHEAF_NOISED_RECORD;
    long long steps = q->series ? FORECAST_STEPS : usual.steps;
    long long batch = q->series ? 0 : usual.batch; /* a forecaster steps over all windows */
    double rate = record      ? GRADIENT_RATE
                  : q->series ? FORECAST_RATE
                              : (double)usual.rate_millionths / SIMULATE_MILLION;
    double clip = q->series ? FORECAST_CLIP : 1, sampling = 1;
    int code = take_number(a, SIMULATE_STEPS, 1, 100000, &steps);
    if (!code)
        code = take_number(a, SIMULATE_BATCH, 0, 65536, &batch);
    if (!code)
        code = take_decimal(a, SIMULATE_RATE, 1e-6, RATE_MAX, &rate);
    if (!code)
        code = take_decimal(a, SIMULATE_CLIP, 1e-6, SIMULATE_MILLION, &clip);
    if (!code)
        code = take_decimal(a, SIMULATE_SAMPLING, 1e-6, 1, &sampling);
    if (code)
        return code;
    if (!record && sampling < 1)
        return WRONG("--sampling goes with the unit record: who takes part stands on the log");
    plan->training = (sheaf_training){.steps = (uint32_t)steps,
                                      .batch = (uint32_t)batch,
                                      .rate_millionths = usual.rate_millionths};
    if (record)
        plan->gradient_rate_millionths = (uint32_t)units_of(rate, SIMULATE_MILLION);
    else
        plan->training.rate_millionths = (uint32_t)units_of(rate, SIMULATE_MILLION);
    plan->clip_millionths = (uint64_t)units_of(clip, SIMULATE_MILLION);
    plan->sampling_millionths = (uint32_t)units_of(sampling, SIMULATE_MILLION);
    return 0;
}

/* ---- members and rounds ---- */

static int take_members(const sheaf_arguments *a, simulate_question *q)
{
    sheaf_rehearsal *plan = &q->plan;
    long long members, cohort, missing, colluders = 1, masked = MASKED;
    if (!sheaf_number(a->value[SIMULATE_MEMBERS], 1, SHEAF_VIRTUAL_MEMBERS_MAX, &members))
        return WRONG("--members is a number from 3 to %d, not %s", SHEAF_VIRTUAL_MEMBERS_MAX,
                     a->value[SIMULATE_MEMBERS]);
    cohort = members < SHEAF_ROUND_MEMBERS_MAX ? members : SHEAF_ROUND_MEMBERS_MAX;
    int code = take_number(a, SIMULATE_COHORT, 1, SHEAF_ROUND_MEMBERS_MAX, &cohort);
    missing = cohort / MISSING_PART;
    if (!code)
        code = take_number(a, SIMULATE_MISSING, 0, SHEAF_ROUND_MEMBERS_MAX, &missing);
    if (!code)
        code = take_number(a, SIMULATE_COLLUDERS, 1, SHEAF_ROUND_MEMBERS_MAX, &colluders);
    if (!code)
        code = take_number(a, SIMULATE_MASKED, 3, SHEAF_ROUND_MEMBERS_MAX, &masked);
    plan->members = (uint32_t)members;
    plan->cohort = (uint16_t)cohort;
    plan->colluders = (uint16_t)colluders;
    plan->masked = (uint16_t)(masked < cohort ? masked : cohort);
    plan->survivors_least =
        sheaf_rehearsal_survivors(plan->cohort, plan->colluders, (uint16_t)missing);
    return code;
}

/* For the models that are learned round by round; one of them must be. */
static int take_patience(const sheaf_arguments *a, simulate_question *q)
{
    long long patience = 0;
    bool any = false;
    if (!a->value[SIMULATE_PATIENCE])
        return 0;
    int code = take_number(a, SIMULATE_PATIENCE, 1, 1000, &patience);
    for (uint32_t i = 0; i < q->models; i++)
        any |= q->model[i].plan.kind->loss != NULL;
    q->plan.patience = (uint32_t)patience;
    if (code || any)
        return code;
    return WRONG("--patience is for logistic, mlp and trees; linear models and forecasters are "
                 "learned in one step");
}

/* Each model's own plan, once all that they have in common is known. */
static int take_rounds(const sheaf_arguments *a, simulate_question *q)
{
    long long rounds = q->series ? FORECAST_ROUNDS : ROUNDS, seeds = SEEDS, seed = 1;
    int code = take_decimal(a, SIMULATE_DELTA, 1e-9, 0.1, &q->delta);
    if (!code)
        code = take_number(a, SIMULATE_ROUNDS, 1, 100000, &rounds);
    if (!code)
        code = take_number(a, SIMULATE_SEEDS, 1, SIMULATE_SEEDS_MAX, &seeds);
    if (!code)
        code = take_number(a, SIMULATE_SEED, 0, 9007199254740991, &seed);
    if (!code)
        code = take_patience(a, q);
    q->delta = units_of(q->delta, TRILLION) / TRILLION;
    q->plan.seed = (uint64_t)seed;
    q->seeds = (uint32_t)seeds;
    for (uint32_t i = 0; i < q->models; i++) {
        const sheaf_learn_kind *kind = q->model[i].plan.kind;
        q->model[i].plan = q->plan;
        q->model[i].plan.kind = kind;
        if (!kind->loss)
            q->model[i].plan.patience = 0;
        simulate_rounds_set(&q->model[i], (uint32_t)rounds);
    }
    return code;
}

int simulate_question_take(const sheaf_arguments *a, simulate_question *out)
{
    static int (*const steps[])(const sheaf_arguments *, simulate_question *) = {
        take_target, take_data,   take_split,    take_epsilons, take_propose,
        take_unit,   take_models, take_training, take_members,  take_rounds};
    int code = 0;
    *out = (simulate_question){.delta = 1e-5};
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !code; i++)
        code = steps[i](a, out);
    return code;
}
