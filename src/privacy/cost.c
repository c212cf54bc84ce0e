/* privacy/cost.c */
#include "privacy/cost.h"

#include "privacy/rdp_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

#define UNIT   1000000000000L /* a nat in units */
#define MARGIN 1e-12          /* of epsilon */

enum {
    SAMPLE_BITS = 70, /* a sample is within 2^-70 of its law */
    ROUNDS_MAX = 8,   /* one or two do, but where half of delta is taken */
};

/* Close where small co-ops and hundreds of rounds have their best order, wide above; whole
 * ones, which are tight for vectors of sampled integers, among them. */
static const unsigned order_tenths[SHEAF_COST_ORDERS] = {
    15, 20,  22,  25,  30,  33,  36,  38,  40,  43,  46,  50,  55,   60,   70,   80,
    90, 100, 110, 120, 140, 170, 200, 240, 320, 400, 480, 640, 1280, 2560, 5120, 10240};

unsigned sheaf_cost_order_tenths(unsigned place)
{
    assert(place < SHEAF_COST_ORDERS);
    return order_tenths[place];
}

/* In units, rounded as said, kept within what a canonical integer holds. */
static int64_t to_units(mpfr_t nats, mpfr_rnd_t rounding)
{
    mpfr_mul_ui(nats, nats, UNIT, rounding);
    mpfr_rint(nats, nats, rounding);
    if (mpfr_cmp_si(nats, SHEAF_COST_MAX) > 0)
        return SHEAF_COST_MAX;
    if (mpfr_cmp_si(nats, -SHEAF_COST_MAX) < 0)
        return -SHEAF_COST_MAX;
    return mpfr_get_si(nats, rounding);
}

void sheaf_cost_round(const sheaf_mechanism *m, sheaf_cost *out)
{
    mpfr_t moment;
    mpfr_init2(moment, SHEAF_RDP_BITS);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        sheaf_rdp_log_moment(moment, m, order_tenths[place]);
        mpfr_mul_ui(moment, moment, 10, MPFR_RNDU);
        mpfr_div_ui(moment, moment, order_tenths[place] - 10, MPFR_RNDU);
        out->cost[place] = to_units(moment, MPFR_RNDU);
    }
    mpfr_clear(moment);
    mpfr_free_cache(); /* of this thread, which may end now */
}

sheaf_status sheaf_cost_check(const sheaf_cost *found, const sheaf_cost *claimed,
                              const char *what, sheaf_err *err)
{
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        if (claimed->cost[place] < found->cost[place])
            return sheaf_fail(err, SHEAF_FAULT,
                              "the cost of %s at order %u.%u is stated as %" PRId64
                              ", and is %" PRId64 " (units of 10^-12)",
                              what, order_tenths[place] / 10, order_tenths[place] % 10,
                              claimed->cost[place], found->cost[place]);
    return SHEAF_OK;
}

/* What samplers leave of delta, rounded down. */
static double delta_left(double epsilon, double delta)
{
    mpfr_t taken;
    mpfr_init2(taken, SHEAF_RDP_BITS);
    mpfr_set_d(taken, epsilon, MPFR_RNDU);
    mpfr_exp(taken, taken, MPFR_RNDU);
    mpfr_add_ui(taken, taken, 1, MPFR_RNDU);
    mpfr_mul_2si(taken, taken, SHEAF_COST_SAMPLES_BITS - SAMPLE_BITS, MPFR_RNDU);
    double most = mpfr_get_d(taken, MPFR_RNDU);
    mpfr_d_sub(taken, delta, taken, MPFR_RNDD);
    double left = mpfr_get_d(taken, MPFR_RNDD);
    mpfr_clear(taken);
    return most < delta / 2 ? left : delta / 2;
}

/* The conversion solved for the divergence, rounded down. */
void sheaf_cost_limit(double epsilon, double delta, sheaf_cost *out)
{
    const double left = delta_left(epsilon, delta);
    mpfr_t limit;
    mpfr_init2(limit, SHEAF_RDP_BITS);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        sheaf_rdp_conversion(limit, order_tenths[place], left);
        mpfr_d_sub(limit, epsilon, limit, MPFR_RNDD);
        out->cost[place] = to_units(limit, MPFR_RNDD);
    }
    mpfr_clear(limit);
    mpfr_free_cache();
}

static double epsilon_of(const sheaf_cost *spent, double delta)
{
    double best = INFINITY;
    mpfr_t nats, more;
    mpfr_inits2(SHEAF_RDP_BITS, nats, more, (mpfr_ptr)0);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        if (spent->cost[place] >= SHEAF_COST_MAX)
            continue;
        mpfr_set_si(nats, spent->cost[place], MPFR_RNDU);
        mpfr_div_ui(nats, nats, UNIT, MPFR_RNDU);
        sheaf_rdp_conversion(more, order_tenths[place], delta);
        mpfr_add(nats, nats, more, MPFR_RNDU);
        best = fmin(best, fmax(mpfr_get_d(nats, MPFR_RNDU), 0));
    }
    mpfr_clears(nats, more, (mpfr_ptr)0);
    mpfr_free_cache();
    return best;
}

/* What samplers take of delta grows with epsilon, and epsilon a little with what they take: so
 * the last one is checked against itself. */
double sheaf_cost_epsilon(const sheaf_cost *spent, double delta)
{
    double epsilon = epsilon_of(spent, delta);
    for (int i = 0; i < ROUNDS_MAX && isfinite(epsilon); i++) {
        double found = epsilon_of(spent, delta_left(epsilon, delta));
        if (found <= epsilon)
            return epsilon;
        epsilon = found + MARGIN;
    }
    return isfinite(epsilon) ? epsilon_of(spent, delta / 2) : epsilon;
}

static bool within(const sheaf_mechanism *mechanism, uint64_t noise_millionths, uint32_t rounds,
                   const sheaf_cost *limit)
{
    sheaf_mechanism tried = *mechanism;
    sheaf_cost cost;
    tried.noise_multiplier = sheaf_ratio(noise_millionths, 1000000, SHEAF_ROUND_DOWN);
    sheaf_cost_round(&tried, &cost);
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++)
        if (limit->cost[place] >= 0 && cost.cost[place] <= limit->cost[place] / rounds)
            return true;
    return false;
}

uint64_t sheaf_cost_least_noise(const sheaf_mechanism *mechanism, uint32_t rounds,
                                const sheaf_cost *limit)
{
    uint64_t low = 100000, high = 1000000000;
    assert(rounds > 0);
    if (!within(mechanism, high, rounds, limit))
        return 0;
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (within(mechanism, middle, rounds, limit))
            high = middle;
        else
            low = middle;
    }
    return high;
}
