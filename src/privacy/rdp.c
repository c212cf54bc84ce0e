/* privacy/rdp.c */
#include "privacy/rdp.h"

#include "privacy/rdp_internal.h"

#include <assert.h>
#include <math.h>

enum { FINE_ORDERS = 99, WHOLE_ORDERS = 53 }; /* 1.1 to 10.9; 11 to 63 */
enum { MILLION = 1000000 };

unsigned sheaf_rdp_order_tenths(unsigned place)
{
    assert(place < SHEAF_RDP_ORDERS);
    if (place < FINE_ORDERS)
        return 11 + place;
    if (place < FINE_ORDERS + WHOLE_ORDERS)
        return 10 * (11 + place - FINE_ORDERS);
    return 1280U << (place - FINE_ORDERS - WHOLE_ORDERS);
}

double sheaf_rdp_at(const sheaf_mechanism *m, unsigned tenths)
{
    mpfr_t moment;
    assert(tenths > 10 && tenths <= 10240);
    mpfr_init2(moment, SHEAF_RDP_BITS);
    sheaf_rdp_log_moment(moment, m, tenths);
    mpfr_mul_ui(moment, moment, 10, MPFR_RNDU);
    mpfr_div_ui(moment, moment, tenths - 10, MPFR_RNDU);
    double rdp = mpfr_get_d(moment, MPFR_RNDU);
    mpfr_clear(moment);
    return fmax(rdp, 0);
}

void sheaf_rdp_step(const sheaf_mechanism *m, sheaf_rdp *out)
{
    for (unsigned place = 0; place < SHEAF_RDP_ORDERS; place++)
        out->rdp[place] = sheaf_rdp_at(m, sheaf_rdp_order_tenths(place));
}

/* a + n * b, rounded up. */
static double add_times(double a, double b, uint32_t n)
{
    mpfr_t sum;
    mpfr_init2(sum, SHEAF_RDP_BITS);
    mpfr_set_d(sum, b, MPFR_RNDU);
    mpfr_mul_ui(sum, sum, n, MPFR_RNDU);
    mpfr_add_d(sum, sum, a, MPFR_RNDU);
    double out = mpfr_get_d(sum, MPFR_RNDU);
    mpfr_clear(sum);
    return out;
}

void sheaf_rdp_compose(sheaf_rdp *spent, const sheaf_rdp *step, uint32_t steps)
{
    for (unsigned place = 0; place < SHEAF_RDP_ORDERS; place++)
        spent->rdp[place] = add_times(spent->rdp[place], step->rdp[place], steps);
}

void sheaf_rdp_conversion(mpfr_t out, unsigned tenths, double delta)
{
    mpfr_t term;
    mpfr_init2(term, SHEAF_RDP_BITS);
    mpfr_set_ui(out, tenths - 10, MPFR_RNDU);
    mpfr_div_ui(out, out, tenths, MPFR_RNDU);
    mpfr_log(out, out, MPFR_RNDU);
    mpfr_set_d(term, delta, MPFR_RNDD);
    mpfr_mul_ui(term, term, tenths, MPFR_RNDD);
    mpfr_div_ui(term, term, 10, MPFR_RNDD);
    mpfr_log(term, term, MPFR_RNDD);
    mpfr_mul_ui(term, term, 10, MPFR_RNDD);
    mpfr_div_ui(term, term, tenths - 10, MPFR_RNDD);
    mpfr_sub(out, out, term, MPFR_RNDU);
    mpfr_clear(term);
}

/* Rounded up. */
static double epsilon_at(double rdp, unsigned tenths, double delta)
{
    mpfr_t sum;
    mpfr_init2(sum, SHEAF_RDP_BITS);
    sheaf_rdp_conversion(sum, tenths, delta);
    mpfr_add_d(sum, sum, rdp, MPFR_RNDU);
    double epsilon = mpfr_get_d(sum, MPFR_RNDU);
    mpfr_clear(sum);
    return fmax(epsilon, 0);
}

double sheaf_rdp_epsilon(const sheaf_rdp *spent, double delta, unsigned *tenths)
{
    double best = INFINITY;
    for (unsigned place = 0; place < SHEAF_RDP_ORDERS; place++) {
        unsigned order = sheaf_rdp_order_tenths(place);
        double epsilon = epsilon_at(spent->rdp[place], order, delta);
        if (epsilon < best) {
            best = epsilon;
            *tenths = order;
        }
    }
    return best;
}

/* ---- the inverse ---- */

typedef struct {
    sheaf_mechanism mechanism;
    uint32_t steps;
    double epsilon, delta;
    unsigned place; /* the order that was best last time: the next is near it */
} search;

static double search_epsilon(const search *s, unsigned place)
{
    unsigned tenths = sheaf_rdp_order_tenths(place);
    return epsilon_at(add_times(0, sheaf_rdp_at(&s->mechanism, tenths), s->steps), tenths,
                      s->delta);
}

/* Goes to the best order from the one that was best before, by shorter and shorter strides,
 * each as often as it leads on: epsilon falls with the order and then rises. Ends when epsilon
 * is small enough at some order. */
static double search_walk(search *s)
{
    double best = search_epsilon(s, s->place);
    for (int stride = SHEAF_RDP_ORDERS / 4; stride > 0; stride /= 2)
        for (int side = 1; side >= -1; side -= 2)
            for (bool on = true; on && best > s->epsilon;) {
                int place = (int)s->place + side * stride;
                on = place >= 0 && place < SHEAF_RDP_ORDERS;
                double epsilon = on ? search_epsilon(s, (unsigned)place) : INFINITY;
                on = epsilon < best;
                if (on) {
                    best = epsilon;
                    s->place = (unsigned)place;
                }
            }
    return best;
}

/* Whether some order keeps the cost under epsilon. */
static bool search_enough(search *s, uint64_t millionths)
{
    s->mechanism.noise_multiplier = sheaf_ratio(millionths, MILLION, SHEAF_ROUND_DOWN);
    return search_walk(s) <= s->epsilon;
}

sheaf_status sheaf_rdp_noise(const sheaf_mechanism *mechanism, uint32_t steps, double epsilon,
                             double delta, uint64_t *millionths, sheaf_err *err)
{
    search s = {.mechanism = *mechanism, .steps = steps, .epsilon = epsilon, .delta = delta};
    uint64_t lo = (uint64_t)(SHEAF_NOISE_MULTIPLIER_MIN * MILLION);
    uint64_t hi = (uint64_t)(SHEAF_NOISE_MULTIPLIER_MAX * MILLION);
    if (!isfinite(epsilon) || epsilon <= 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "epsilon is above 0: at 0 nothing may be learnt from the data");
    if (search_enough(&s, lo)) {
        *millionths = lo;
        return SHEAF_OK;
    }
    if (!search_enough(&s, hi)) {
        char least[32];
        sheaf_decimal_write(search_walk(&s), least, sizeof least);
        return sheaf_fail(
            err, SHEAF_INVALID,
            "no noise shows that epsilon: the least that Rényi orders up to %u "
            "show at that delta and so many steps, with a noise multiplier of %g, "
            "is %s",
            sheaf_rdp_order_tenths(SHEAF_RDP_ORDERS - 1) / 10, SHEAF_NOISE_MULTIPLIER_MAX,
            least);
    }
    while (hi - lo > 1) {
        uint64_t middle =
            hi / lo > 3 ? (uint64_t)sqrt((double)lo * (double)hi) : lo + (hi - lo) / 2;
        *(search_enough(&s, middle) ? &hi : &lo) = middle;
    }
    *millionths = hi;
    return SHEAF_OK;
}
