/* What the demonstration says about privacy: the members' budgets, the mandate's terms, and
 * epsilon in words. */
#include "cli/demo_steps.h"

#include "privacy/rdp.h"

#include <math.h>

enum {
    MILLION = 1000000,
    EPSILON_MILLIONTHS = 5 * MILLION,         /* of the mandate */
    BUDGET_EPSILON_MILLIONTHS = 10 * MILLION, /* of a data set, in all */
    DELTA_TRILLIONTHS = 1000000000,
    /* The least that keep epsilon over the rounds of training and one evaluation at a third of
     * their noise are 4.712361 and 1.570787. */
    NOISE_MILLIONTHS = 4720000,
    EVALUATION_NOISE_MILLIONTHS = 1580000,
    NORM_MILLIONTHS = MILLION,
    COLLUDERS = 1,
    SURVIVORS = 3,
};

static double delta_of(void)
{
    return sheaf_ratio(DELTA_TRILLIONTHS, 1000000000000, SHEAF_ROUND_DOWN);
}

/* What it costs and allows at every order is filled in when the act is written. */
void demo_put_budget(sheaf_buffer *out)
{
    sheaf_buffer_printf(
        out, "{\"delta_trillionths\":%d,\"epsilon_millionths\":%d,\"unit\":\"record\"}",
        DELTA_TRILLIONTHS, BUDGET_EPSILON_MILLIONTHS);
}

/* Two thirds of the rows that the data sheets count. How many rows there are to train on stands
 * in the files alone: a divisor that was that number would tell everybody, and cost nothing. */
static uint32_t records_expected(const demo *d)
{
    uint32_t records = 0;
    for (size_t i = 0; i < d->count; i++)
        records += d->members[i].counts.kept;
    return records * 2 / 3;
}

void demo_put_privacy(const demo *d, sheaf_buffer *out)
{
    sheaf_buffer_printf(out,
                        "{\"clip_millionths\":%d,\"colluders\":%d,\"delta_trillionths\":%d,"
                        "\"divisor\":%u,\"epsilon_millionths\":%d,"
                        "\"evaluation_noise_millionths\":%d,\"noise_millionths\":%d,"
                        "\"sampling_millionths\":%d,\"unit\":\"record\"}",
                        NORM_MILLIONTHS, COLLUDERS, DELTA_TRILLIONTHS, records_expected(d),
                        EPSILON_MILLIONTHS, EVALUATION_NOISE_MILLIONTHS, NOISE_MILLIONTHS,
                        MILLION);
}

/* Of discrete Gaussian noise the bound is that of Gaussian noise. */
static sheaf_mechanism gaussian(uint64_t noise_millionths, double more)
{
    return (sheaf_mechanism){
        .noise = SHEAF_NOISE_GAUSSIAN,
        .noise_multiplier = sheaf_ratio(noise_millionths, MILLION, SHEAF_ROUND_DOWN) * more,
        .sampling = 1};
}

/* Epsilon of all rounds where so many of the shares of noise, which are sized for
 * SURVIVORS - COLLUDERS, are unknown to whoever looks. */
static double epsilon_against(const demo *d, unsigned shares)
{
    const double more = sqrt((double)shares / (SURVIVORS - COLLUDERS));
    sheaf_mechanism training = gaussian(NOISE_MILLIONTHS, more);
    sheaf_mechanism evaluation = gaussian(EVALUATION_NOISE_MILLIONTHS, more);
    sheaf_rdp spent = {{0}}, step;
    unsigned order;
    sheaf_rdp_step(&training, &step);
    sheaf_rdp_compose(&spent, &step, d->scenario->noised.rounds);
    sheaf_rdp_step(&evaluation, &step);
    sheaf_rdp_compose(&spent, &step, 1);
    return sheaf_rdp_epsilon(&spent, delta_of(), &order);
}

demo_epsilon demo_epsilon_spent(const demo *d)
{
    return (demo_epsilon){.member = epsilon_against(d, SURVIVORS - COLLUDERS),
                          .hub = epsilon_against(d, SURVIVORS),
                          .delta = (double)DELTA_TRILLIONTHS / 1e12};
}

static double hundredths_up(double value)
{
    return ceil(value * 100) / 100;
}

void demo_tell_privacy(const demo *d)
{
    const demo_epsilon e = demo_epsilon_spent(d);
    demo_tell(d, "privacy",
              "What all %u sums together give away about one patient's record is bounded, at "
              "delta %g: epsilon %.2f\nagainst the hub and everybody outside, %.2f against a "
              "hospital, which knows its own share of the noise.\nBoth hold even if one of the "
              "four drops out in every round. The members allow %d in all on their data;\n"
              "docs/privacy-guarantees.md tells in plain words what such a number promises.",
              d->scenario->noised.rounds + 1, e.delta, hundredths_up(e.hub),
              hundredths_up(e.member), BUDGET_EPSILON_MILLIONTHS / MILLION);
}
