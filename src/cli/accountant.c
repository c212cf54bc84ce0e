/* cli/accountant.c - `sheaf privacy epsilon|noise|cost`: what noise costs, and what a cost
 * needs.
 *
 * Numbers are decimals for people, rounded up, and not canonical JSON of the log. What is typed
 * is rounded to the safe side: noise and delta down, sampling up.
 */
#include "cli/cli.h"

#include "privacy/cost.h"
#include "privacy/exact.h"
#include "privacy/pld.h"
#include "privacy/rdp.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECIMAL_SIZE = 40 };

#define OPTION_MECHANISM                                                                       \
    {                                                                                          \
        "mechanism", "NAME", "gaussian, discrete-gaussian, skellam or laplace"                 \
    }
#define OPTION_NOISE                                                                           \
    {                                                                                          \
        "noise-multiplier", "S", "standard deviation, or Laplace scale, over sensitivity"      \
    }
#define OPTION_SAMPLING                                                                        \
    {                                                                                          \
        "sampling", "Q", "Poisson sampling rate (1: everyone, every step)"                     \
    }
#define OPTION_DIMENSION                                                                       \
    {                                                                                          \
        "dimension", "N", "entries of a vector of integers (a single integer)"                 \
    }
#define OPTION_STEPS                                                                           \
    {                                                                                          \
        "steps", "T", "how many times it is released (1)"                                      \
    }
#define OPTION_DELTA                                                                           \
    {                                                                                          \
        "delta", "D", "the delta of the guarantee"                                             \
    }
#define OPTION_EPSILON                                                                         \
    {                                                                                          \
        "epsilon", "E", "the most it may cost"                                                 \
    }

/* What was asked about. */
typedef struct {
    sheaf_mechanism mechanism;
    uint32_t steps;
    double delta, epsilon;
} question;

/* What was given for an option of this command, or NULL. */
static const char *given(const sheaf_command *command, const sheaf_arguments *a,
                         const char *name)
{
    for (int i = 0; i < SHEAF_OPTIONS_MAX && command->options[i].name; i++)
        if (strcmp(command->options[i].name, name) == 0)
            return a->value[i];
    return NULL;
}

/* Reads one option into *out; 0, or the exit code. */
static int take_decimal(const sheaf_command *command, const sheaf_arguments *a,
                        const char *name, sheaf_rounding rounding, double *out)
{
    const char *text = given(command, a, name);
    if (!text)
        return sheaf_usage(command, "--%s is needed", name);
    if (!sheaf_decimal_parse(text, rounding, out))
        return sheaf_usage(command, "--%s is a decimal number such as 1.5 or 1e-5, not “%.40s”",
                           name, text);
    return 0;
}

static int take_count(const sheaf_command *command, const sheaf_arguments *a, const char *name,
                      long long max, uint32_t *out)
{
    const char *text = given(command, a, name);
    long long number;
    if (!text)
        return 0;
    if (!sheaf_number(text, 1, max, &number))
        return sheaf_usage(command, "--%s is a whole number from 1 to %lld, not “%.40s”", name,
                           max, text);
    *out = (uint32_t)number;
    return 0;
}

/* Mechanism, sampling, dimension, and the noise unless that is what is asked for. */
static int take_mechanism(const sheaf_command *command, const sheaf_arguments *a, question *q)
{
    const char *name = given(command, a, "mechanism");
    sheaf_mechanism *m = &q->mechanism;
    sheaf_err err;
    int code = 0;
    *m = (sheaf_mechanism){.noise_multiplier = 1, .sampling = 1};
    q->steps = 1;
    if (!name || !sheaf_noise_parse(name, &m->noise))
        return sheaf_usage(command,
                           "--mechanism is gaussian, discrete-gaussian, skellam or laplace");
    if (command != &sheaf_command_privacy_noise)
        code = take_decimal(command, a, "noise-multiplier", SHEAF_ROUND_DOWN,
                            &m->noise_multiplier);
    if (!code && given(command, a, "sampling"))
        code = take_decimal(command, a, "sampling", SHEAF_ROUND_UP, &m->sampling);
    if (!code)
        code = take_count(command, a, "dimension", SHEAF_DIMENSION_MAX, &m->dimension);
    if (!code && sheaf_mechanism_check(m, &err) != SHEAF_OK)
        code = sheaf_usage(command, "%s", err.message);
    return code;
}

static int take_delta(const sheaf_command *command, const sheaf_arguments *a, question *q)
{
    sheaf_err err;
    int code = take_decimal(command, a, "delta", SHEAF_ROUND_DOWN, &q->delta);
    if (!code && sheaf_delta_check(q->delta, &err) != SHEAF_OK)
        code = sheaf_usage(command, "%s", err.message);
    return code;
}

static int take_epsilon(const sheaf_command *command, const sheaf_arguments *a, question *q)
{
    int code = take_decimal(command, a, "epsilon", SHEAF_ROUND_DOWN, &q->epsilon);
    if (!code && (!isfinite(q->epsilon) || q->epsilon <= 0))
        code = sheaf_usage(command, "epsilon is a number above 0");
    return code;
}

static const char *order_write(unsigned tenths, char out[DECIMAL_SIZE])
{
    snprintf(out, DECIMAL_SIZE, tenths % 10 ? "%u.%u" : "%u", tenths / 10, tenths % 10);
    return out;
}

/* ---- epsilon ---- */

static double rdp_epsilon(const question *q, unsigned *tenths)
{
    sheaf_rdp step, spent = {0};
    sheaf_rdp_step(&q->mechanism, &step);
    sheaf_rdp_compose(&spent, &step, q->steps);
    return sheaf_rdp_epsilon(&spent, q->delta, tenths);
}

static int run_epsilon(const sheaf_arguments *a)
{
    const sheaf_command *command = &sheaf_command_privacy_epsilon;
    char rdp[DECIMAL_SIZE], order[DECIMAL_SIZE], pld[DECIMAL_SIZE] = "null",
                                                 exact[DECIMAL_SIZE] = "null";
    question q;
    sheaf_err err;
    unsigned tenths = 0;
    double loss;
    int code = take_mechanism(command, a, &q);
    if (!code)
        code = take_count(command, a, "steps", SHEAF_STEPS_MAX, &q.steps);
    if (!code)
        code = take_delta(command, a, &q);
    if (code)
        return code;
    const sheaf_mechanism *m = &q.mechanism;
    sheaf_decimal_write(rdp_epsilon(&q, &tenths), rdp, sizeof rdp);
    order_write(tenths, order);
    if (sheaf_pld_applies(m)) {
        if (sheaf_pld_epsilon(m, q.steps, q.delta, &loss, &err) != SHEAF_OK)
            return sheaf_report(a, &err);
        if (isfinite(loss))
            sheaf_decimal_write(loss, pld, sizeof pld);
    }
    if (m->noise == SHEAF_NOISE_GAUSSIAN && m->sampling == 1)
        sheaf_decimal_write(sheaf_exact_gaussian(m->noise_multiplier, q.steps, q.delta), exact,
                            sizeof exact);
    if (a->json)
        printf("{\"rdp\":%s,\"rdp_order\":%s,\"pld\":%s,\"exact\":%s}\n", rdp, order, pld,
               exact);
    else
        printf("epsilon by Rényi order %s, an upper bound: %s\n"
               "by the privacy loss distribution, advice: %s\n"
               "exactly:                                  %s\n",
               order, rdp, *pld == 'n' ? "does not apply" : pld,
               *exact == 'n' ? "does not apply" : exact);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_privacy_epsilon = {
    .name = "privacy epsilon",
    .arguments = "",
    .summary = "the epsilon of a noisy release, by three accountants",
    .detail =
        "Neighbours differ by one unit added or removed. With --dimension the discrete\n"
        "mechanisms act on a vector clipped to max(2^16, 2^10 sqrt(N)) units, else on one\n"
        "integer of sensitivity 1. See docs/privacy-guarantees.md.",
    .options = {OPTION_MECHANISM, OPTION_NOISE, OPTION_SAMPLING, OPTION_STEPS, OPTION_DELTA,
                OPTION_DIMENSION},
    .many = -1,
    .run = run_epsilon,
};

/* ---- noise ---- */

static int run_noise(const sheaf_arguments *a)
{
    const sheaf_command *command = &sheaf_command_privacy_noise;
    char rdp[DECIMAL_SIZE], order[DECIMAL_SIZE], noise[DECIMAL_SIZE];
    question q;
    sheaf_err err;
    uint64_t millionths;
    unsigned tenths = 0;
    int code = take_mechanism(command, a, &q);
    if (!code)
        code = take_count(command, a, "steps", SHEAF_STEPS_MAX, &q.steps);
    if (!code)
        code = take_delta(command, a, &q);
    if (!code)
        code = take_epsilon(command, a, &q);
    if (code)
        return code;
    if (sheaf_rdp_noise(&q.mechanism, q.steps, q.epsilon, q.delta, &millionths, &err)
        != SHEAF_OK)
        return sheaf_report(a, &err);
    snprintf(noise, sizeof noise, "%" PRIu64 ".%06" PRIu64, millionths / 1000000,
             millionths % 1000000);
    if (!sheaf_decimal_parse(noise, SHEAF_ROUND_DOWN, &q.mechanism.noise_multiplier))
        return SHEAF_EXIT_FAILED;
    sheaf_decimal_write(rdp_epsilon(&q, &tenths), rdp, sizeof rdp);
    order_write(tenths, order);
    if (a->json)
        printf("{\"noise_multiplier\":%s,\"rdp\":%s,\"rdp_order\":%s}\n", noise, rdp, order);
    else
        printf("noise multiplier %s: epsilon %s at Rényi order %s\n", noise, rdp, order);
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_privacy_noise = {
    .name = "privacy noise",
    .arguments = "",
    .summary = "the smallest noise multiplier that keeps to an epsilon, in millionths",
    .detail = "By the Rényi accountant, which binds; rounded up.",
    .options = {OPTION_MECHANISM, OPTION_EPSILON, OPTION_SAMPLING, OPTION_STEPS, OPTION_DELTA,
                OPTION_DIMENSION},
    .many = -1,
    .run = run_noise,
};

/* ---- cost ---- */

/* How many rounds fit: the most that some order allows. */
static int64_t rounds_within(const sheaf_cost *cost, const sheaf_cost *limit)
{
    int64_t rounds = 0;
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++) {
        if (limit->cost[i] <= 0 || cost->cost[i] == SHEAF_COST_MAX)
            continue;
        int64_t fit = limit->cost[i] / (cost->cost[i] > 0 ? cost->cost[i] : 1);
        rounds = fit > rounds ? fit : rounds;
    }
    return rounds;
}

static void print_list(const char *name, const sheaf_cost *cost)
{
    printf("\"%s\":[", name);
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++)
        printf("%s%" PRId64, i ? "," : "", cost->cost[i]);
    printf("]");
}

static void print_cost(const sheaf_arguments *a, const sheaf_cost *cost,
                       const sheaf_cost *limit)
{
    char order[DECIMAL_SIZE];
    if (a->json) {
        print_list("cost", cost);
        if (limit) {
            printf(",");
            print_list("limit", limit);
            printf(",\"rounds\":%" PRId64, rounds_within(cost, limit));
        }
        return;
    }
    printf("order  cost of a round%s, in units of 10^-12\n", limit ? ", limit" : "");
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++) {
        printf("%5s  %18" PRId64, order_write(sheaf_cost_order_tenths(i), order),
               cost->cost[i]);
        if (limit)
            printf("  %18" PRId64, limit->cost[i]);
        printf("\n");
    }
    if (limit)
        printf("rounds within the limit: %" PRId64 "\n", rounds_within(cost, limit));
}

static int run_cost(const sheaf_arguments *a)
{
    const sheaf_command *command = &sheaf_command_privacy_cost;
    char order[DECIMAL_SIZE];
    sheaf_cost cost, limit;
    question q;
    bool limited = given(command, a, "epsilon") || given(command, a, "delta");
    int code = take_mechanism(command, a, &q);
    if (!code && limited)
        code = take_delta(command, a, &q);
    if (!code && limited)
        code = take_epsilon(command, a, &q);
    if (code)
        return code;
    sheaf_cost_round(&q.mechanism, &cost);
    if (limited)
        sheaf_cost_limit(q.epsilon, q.delta, &limit);
    if (!a->json) {
        print_cost(a, &cost, limited ? &limit : NULL);
        return SHEAF_EXIT_DONE;
    }
    printf("{\"orders\":[");
    for (unsigned i = 0; i < SHEAF_COST_ORDERS; i++)
        printf("%s%s", i ? "," : "", order_write(sheaf_cost_order_tenths(i), order));
    printf("],");
    print_cost(a, &cost, limited ? &limit : NULL);
    printf("}\n");
    return SHEAF_EXIT_DONE;
}

const sheaf_command sheaf_command_privacy_cost = {
    .name = "privacy cost",
    .arguments = "",
    .summary = "what one round costs, as the integers of a mandate",
    .detail = "One integer a Rényi order, in units of 10^-12, rounded up. With --epsilon and\n"
              "--delta also the limits of such a budget, and how many rounds it holds.",
    .options = {OPTION_MECHANISM, OPTION_NOISE, OPTION_SAMPLING, OPTION_DIMENSION,
                OPTION_EPSILON, OPTION_DELTA},
    .many = -1,
    .run = run_cost,
};
