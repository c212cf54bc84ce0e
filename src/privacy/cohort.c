#include "privacy/cohort.h"

#include "round/graph.h"

#include <assert.h>
#include <math.h>
#include <mpfr.h>

enum { COHORT_BITS = 192, MILLION = 1000000 };

sheaf_status sheaf_cohort_check(const sheaf_cohort *cohort, sheaf_err *err)
{
    uint64_t bad = cohort->corrupt_millionths;
    bool malicious = cohort->hub != SHEAF_HUB_SEMI_HONEST;
    bad += (malicious ? 2 : 1) * (uint64_t)cohort->dropped_millionths;
    if (cohort->members < 2 || cohort->members > SHEAF_GRAPH_NODES_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a cohort has 2 to %d members, not %u",
                          SHEAF_GRAPH_NODES_MAX, cohort->members);
    if (cohort->privacy_bits < 1 || cohort->privacy_bits > SHEAF_COHORT_BITS_MAX
        || cohort->correctness_bits < 1 || cohort->correctness_bits > SHEAF_COHORT_BITS_MAX)
        return sheaf_fail(
            err, SHEAF_INVALID, "a failure probability is 2^-1 to 2^-%d, not 2^-%u",
            SHEAF_COHORT_BITS_MAX,
            cohort->privacy_bits < 1 || cohort->privacy_bits > SHEAF_COHORT_BITS_MAX
                ? cohort->privacy_bits
                : cohort->correctness_bits);
    if (bad > SHEAF_COHORT_SHARE_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "corrupt and %s members together are more than nine tenths: no graph "
                          "can stand that",
                          malicious ? "twice the dropped" : "dropped");
    return SHEAF_OK;
}

/* ---- the hypergeometric distribution ---- */

/* log(a! / (b! (a-b)!)) rounded as said. */
static void log_binomial(mpfr_t out, uint32_t a, uint32_t b, mpfr_rnd_t rounding)
{
    mpfr_rnd_t against = rounding == MPFR_RNDU ? MPFR_RNDD : MPFR_RNDU;
    mpfr_t factor;
    mpfr_init2(factor, COHORT_BITS);
    mpfr_set_ui(factor, (unsigned long)a + 1, MPFR_RNDN);
    mpfr_lngamma(out, factor, rounding);
    mpfr_set_ui(factor, (unsigned long)b + 1, MPFR_RNDN);
    mpfr_lngamma(factor, factor, against);
    mpfr_sub(out, out, factor, rounding);
    mpfr_set_ui(factor, (unsigned long)(a - b) + 1, MPFR_RNDN);
    mpfr_lngamma(factor, factor, against);
    mpfr_sub(out, out, factor, rounding);
    mpfr_clear(factor);
}

/* The chance that exactly x of k draws are among the marked ones of n, rounded up. */
static void chance_of(mpfr_t out, uint32_t n, uint32_t marked, uint32_t k, uint32_t x)
{
    mpfr_t part;
    mpfr_init2(part, COHORT_BITS);
    log_binomial(out, marked, x, MPFR_RNDU);
    log_binomial(part, n - marked, k - x, MPFR_RNDU);
    mpfr_add(out, out, part, MPFR_RNDU);
    log_binomial(part, n, k, MPFR_RNDD);
    mpfr_sub(out, out, part, MPFR_RNDU);
    mpfr_exp(out, out, MPFR_RNDU);
    mpfr_clear(part);
}

/* log2 of `ways` times the chance that at least x of k draws are among the marked ones of n;
 * rounded up. It may be above 0, but is 0 for what is certain. */
static double log2_ways(uint64_t ways, uint32_t n, uint32_t marked, uint32_t k, uint32_t x)
{
    uint32_t most = k < marked ? k : marked;
    mpfr_t sum, term, little;
    if (x > most)
        return -INFINITY;
    if (x == 0 || (uint64_t)x + (n - marked) <= k)
        return 0; /* certain */
    mpfr_inits2(COHORT_BITS, sum, term, little, (mpfr_ptr)0);
    chance_of(term, n, marked, k, x);
    mpfr_set(sum, term, MPFR_RNDU);
    for (; x < most; x++) {
        uint64_t up = (uint64_t)(marked - x) * (k - x);
        uint64_t down = (uint64_t)(x + 1) * ((uint64_t)(n - marked) + x + 1 - k);
        mpfr_mul_ui(term, term, up, MPFR_RNDU);
        mpfr_div_ui(term, term, down, MPFR_RNDU);
        mpfr_mul_2ui(little, term, COHORT_BITS / 2, MPFR_RNDU);
        /* The ratio falls: from here on terms halve at least. */
        if (2 * up <= down && mpfr_less_p(little, sum)) {
            mpfr_mul_2ui(term, term, 1, MPFR_RNDU);
            mpfr_add(sum, sum, term, MPFR_RNDU);
            break;
        }
        mpfr_add(sum, sum, term, MPFR_RNDU);
    }
    mpfr_mul_ui(sum, sum, ways, MPFR_RNDU);
    mpfr_log2(sum, sum, MPFR_RNDU);
    double out = mpfr_get_d(sum, MPFR_RNDU);
    mpfr_clears(sum, term, little, (mpfr_ptr)0);
    return out;
}

/* The same as a probability. */
static double log2_tail(uint64_t ways, uint32_t n, uint32_t marked, uint32_t k, uint32_t x)
{
    return fmin(log2_ways(ways, n, marked, k, x), 0);
}

/* ---- the three events ---- */

static double disconnected(const sheaf_cohort_graph *g, uint32_t n)
{
    uint64_t gaps = (uint64_t)n * (n - g->degree - 1) / 2;
    return log2_tail(gaps, n, g->corrupt + g->dropped, g->degree, g->degree);
}

/* Two windows of degree/2 places, somebody between them on either side, both with as many
 * corrupt ones as the threshold is above degree/2. With more of them in the first window there
 * are not more in the second. */
static double split(const sheaf_cohort_graph *g, uint32_t n)
{
    uint32_t half = g->degree / 2, most = g->corrupt;
    uint64_t pairs = (uint64_t)n * (n - g->degree - 1) / 2;
    if (g->threshold <= half)
        return 0;
    uint32_t x = g->threshold - half;
    if (most < x)
        return -INFINITY;
    if (most - x >= n - half)
        return 0; /* certain */
    double both =
        log2_ways(pairs, n, most, half, x) + log2_tail(1, n - half, most - x, half, x);
    return isfinite(both) ? fmin(nextafter(both, 0), 0) : both;
}

static double lost(const sheaf_cohort_graph *g, uint32_t n)
{
    return log2_tail(n, n, g->dropped, g->degree, g->degree + 1 - g->threshold);
}

static void risk(const sheaf_cohort *cohort, sheaf_cohort_graph *out)
{
    uint32_t n = cohort->members, accomplices = out->threshold;
    assert(out->threshold >= 1 && out->threshold <= out->degree && out->degree < n);
    if (cohort->hub != SHEAF_HUB_SEMI_HONEST)
        accomplices = 2 * out->threshold > out->degree ? 2 * out->threshold - out->degree : 0;
    out->corrupt = (uint32_t)((uint64_t)n * cohort->corrupt_millionths / MILLION);
    out->dropped = (uint32_t)((uint64_t)n * cohort->dropped_millionths / MILLION);
    out->disconnected = disconnected(out, n);
    if (cohort->hub == SHEAF_HUB_ADAPTIVE)
        out->disconnected = fmax(out->disconnected, split(out, n));
    out->exposed = log2_tail(n, n, out->corrupt, out->degree, accomplices);
    out->lost = lost(out, n);
}

void sheaf_cohort_risk(const sheaf_cohort *cohort, sheaf_cohort_graph *out)
{
    risk(cohort, out);
    mpfr_free_cache(); /* of this thread, which may end now */
}

static bool ring_find(const sheaf_cohort *cohort, sheaf_cohort_graph *out)
{
    uint32_t n = cohort->members, stood = 0; /* corrupt neighbours that nobody has more of */
    double privacy = -(double)cohort->privacy_bits - 1;
    sheaf_cohort_graph g = {0};
    g.corrupt = (uint32_t)((uint64_t)n * cohort->corrupt_millionths / MILLION);
    g.dropped = (uint32_t)((uint64_t)n * cohort->dropped_millionths / MILLION);
    for (g.degree = 2; g.degree + 1 < n; g.degree += 2) {
        if (disconnected(&g, n) >= privacy)
            continue;
        /* With more neighbours there are not fewer corrupt ones: `stood` never falls. */
        while (log2_tail(n, n, g.corrupt, g.degree, stood + 1) > privacy)
            stood++;
        g.threshold = stood + 1;
        if (cohort->hub != SHEAF_HUB_SEMI_HONEST)
            g.threshold = (stood + g.degree) / 2 + 1;
        g.threshold = g.threshold < 2 ? 2 : g.threshold;
        while (cohort->hub == SHEAF_HUB_ADAPTIVE && g.threshold <= g.degree
               && split(&g, n) > privacy)
            g.threshold++;
        if (g.threshold > g.degree || lost(&g, n) > -(double)cohort->correctness_bits)
            continue;
        risk(cohort, &g);
        *out = g;
        return true;
    }
    return false;
}

bool sheaf_cohort_ring(const sheaf_cohort *cohort, sheaf_cohort_graph *out)
{
    bool found = ring_find(cohort, out);
    mpfr_free_cache();
    return found;
}

/* Nothing is left to chance: what was said either can be stood or it can not. */
static sheaf_status complete(const sheaf_cohort *cohort, sheaf_cohort_graph *out,
                             sheaf_err *err)
{
    uint32_t n = cohort->members;
    out->corrupt = (uint32_t)((uint64_t)n * cohort->corrupt_millionths / MILLION);
    out->dropped = (uint32_t)((uint64_t)n * cohort->dropped_millionths / MILLION);
    out->degree = n - 1;
    out->threshold = 2 * n / 3 + 1;
    out->disconnected = out->exposed = out->lost = -INFINITY;
    if (n - out->dropped < out->threshold)
        return sheaf_fail(err, SHEAF_INVALID,
                          "of %u members %u are left when %u drop out, fewer than the %u whose "
                          "shares are needed: plan for fewer drop-outs or more members",
                          n, n - out->dropped, out->dropped, out->threshold);
    if (out->corrupt >= 2 * out->threshold - n)
        return sheaf_fail(err, SHEAF_INVALID,
                          "of %u members %u are corrupt, and a threshold of %u stands fewer "
                          "than %u: no graph can protect the others",
                          n, out->corrupt, out->threshold, 2 * out->threshold - n);
    return SHEAF_OK;
}

sheaf_status sheaf_cohort_graph_find(const sheaf_cohort *cohort, sheaf_cohort_graph *out,
                                     sheaf_err *err)
{
    SHEAF_TRY(sheaf_cohort_check(cohort, err));
    if (cohort->members >= SHEAF_COHORT_RING_MIN && sheaf_cohort_ring(cohort, out))
        return SHEAF_OK;
    return complete(cohort, out, err);
}
