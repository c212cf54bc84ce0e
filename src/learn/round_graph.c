#include "learn/round_graph.h"

#include "coop/view.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

enum {
    PRIVACY_BITS = 40,
    CORRECTNESS_BITS = 20,
    ATTEMPT_BITS = 20, /* a mandate has at most a million rounds */
    TENTH = 10,
    FIFTIETH = 50,
    DIGITS = 8, /* of 32 bits: more than the ways to withhold have */
    MILLION = 1000000,
};

/* ---- whole numbers of 256 bits, the least digit first ---- */

typedef struct {
    uint32_t digit[DIGITS];
} wide;

static void wide_add(wide *sum, const wide *other)
{
    uint64_t carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        carry += (uint64_t)sum->digit[i] + other->digit[i];
        sum->digit[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* value * by / over, which leaves no remainder. */
static void wide_scale(wide *value, uint32_t by, uint32_t over)
{
    uint64_t carry = 0;
    for (int i = 0; i < DIGITS; i++) {
        carry += (uint64_t)value->digit[i] * by;
        value->digit[i] = (uint32_t)carry;
        carry >>= 32;
    }
    uint64_t rest = 0;
    for (int i = DIGITS - 1; i >= 0; i--) {
        rest = rest << 32 | value->digit[i];
        value->digit[i] = (uint32_t)(rest / over);
        rest %= over;
    }
}

/* Bits of the number: the logarithm, rounded down, and one more. */
static unsigned wide_bits(const wide *value)
{
    for (unsigned i = DIGITS; i-- > 0;)
        if (value->digit[i])
            return 32 * i + 32 - (unsigned)__builtin_clz(value->digit[i]);
    return 0;
}

/* The logarithm, rounded up, of the ways to choose at most so many of the members: as many bits
 * as the number has without the one way to choose nobody. Exact, for everybody must come to the
 * same graph. */
static unsigned ways_bits(uint32_t members, uint32_t at_most)
{
    wide ways = {{0}}, sum = {{0}};
    ways.digit[0] = 1;
    for (uint32_t j = 1; j <= at_most; j++) {
        wide_scale(&ways, members - j + 1, j);
        wide_add(&sum, &ways);
    }
    return wide_bits(&sum);
}

static unsigned log2_up(uint32_t value)
{
    return value < 2 ? 0 : 32 - (unsigned)__builtin_clz(value - 1);
}

/* ---- the graph ---- */

/* The share of which privacy/cohort.h makes that many again. */
static uint32_t share_of(uint16_t some, uint16_t members)
{
    return ((uint32_t)some * MILLION + members - 1) / members;
}

static sheaf_status ring_find(uint16_t colluders, sheaf_round_graph *g, sheaf_err *err)
{
    sheaf_cohort_graph found;
    uint16_t least = (uint16_t)(g->members - g->members / TENTH);
    if (g->min_survivors < least)
        g->min_survivors = least;
    g->corrupt = (uint16_t)(g->members / TENTH);
    if (g->corrupt < colluders)
        g->corrupt = colluders;
    g->withheld_max = (uint16_t)(g->members / FIFTIETH);
    if (g->withheld_max > g->members - g->min_survivors)
        g->withheld_max = (uint16_t)(g->members - g->min_survivors);
    g->tries_bits = ATTEMPT_BITS + log2_up(g->members) + ways_bits(g->members, g->withheld_max);
    sheaf_cohort cohort = {.members = g->members,
                           .corrupt_millionths = share_of(g->corrupt, g->members),
                           .dropped_millionths =
                               share_of((uint16_t)(g->members - g->min_survivors), g->members),
                           .hub = SHEAF_HUB_ADAPTIVE,
                           .privacy_bits = PRIVACY_BITS + g->tries_bits,
                           .correctness_bits = CORRECTNESS_BITS};
    assert(cohort.privacy_bits <= SHEAF_COHORT_BITS_MAX); /* 208 of 1,000 members */
    if (sheaf_cohort_check(&cohort, NULL) != SHEAF_OK || !sheaf_cohort_ring(&cohort, &found))
        return sheaf_fail(
            err, SHEAF_INVALID,
            "no ring of %u participants is safe where %u may work with the hub "
            "and %u go away; more than %d can take part under a mandate with fewer "
            "colluders alone",
            g->members, g->corrupt, g->members - g->min_survivors, SHEAF_ROUND_COMPLETE_MAX);
    g->degree = (uint16_t)found.degree;
    g->threshold = (uint16_t)found.threshold;
    g->disconnected = found.disconnected;
    g->exposed = found.exposed;
    g->lost = found.lost;
    return SHEAF_OK;
}

sheaf_status sheaf_round_graph_find(uint16_t members, uint16_t survivors_min,
                                    uint16_t colluders, sheaf_round_graph *out, sheaf_err *err)
{
    *out = (sheaf_round_graph){.members = members,
                               .min_survivors = survivors_min,
                               .degree = (uint16_t)(members - 1),
                               .disconnected = -INFINITY,
                               .exposed = -INFINITY,
                               .lost = -INFINITY};
    if (colluders >= members)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "no sum of %u participants is safe where %u may work with the hub; it "
            "takes more participants, or a mandate with fewer colluders",
            members, colluders);
    if (members > SHEAF_ROUND_COMPLETE_MAX)
        return ring_find(colluders, out, err);
    out->threshold = sheaf_round_threshold_against(members, colluders);
    if (out->min_survivors < out->threshold)
        out->min_survivors = out->threshold;
    /* Of two lists that as many sign as open a secret, so many and one more would sign both. */
    out->corrupt = (uint16_t)(2 * out->threshold - members - 1);
    return SHEAF_OK;
}

sheaf_status sheaf_round_graph_of(const sheaf_state *state, const struct sheaf_row_round *round,
                                  sheaf_round_graph *out, sheaf_err *err)
{
    return sheaf_round_graph_find(round->seats, round->survivors_min,
                                  sheaf_mandate_get(state, round->mandate)->colluders, out,
                                  err);
}

sheaf_status sheaf_round_graph_next(const sheaf_state *state,
                                    const struct sheaf_row_mandate *mandate, uint16_t members,
                                    sheaf_round_graph *out, sheaf_err *err)
{
    bool noised = mandate->release == SHEAF_release_form_noised;
    return sheaf_round_graph_find(
        members, noised ? sheaf_survivors_min(state, mandate, members) : members,
        mandate->colluders, out, err);
}

/* ---- in words ---- */

double sheaf_round_graph_failure(const sheaf_round_graph *g)
{
    double high = fmax(g->disconnected, g->exposed), low = fmin(g->disconnected, g->exposed);
    double either = isfinite(low) ? high + log2(1 + exp2(low - high)) : high;
    return either + g->tries_bits;
}

void sheaf_round_graph_describe(const sheaf_round_graph *g, char out[SHEAF_ROUND_GRAPH_TEXT])
{
    unsigned may_go = (unsigned)(g->members - g->min_survivors);
    double failure = sheaf_round_graph_failure(g);
    if (g->degree + 1 == g->members) {
        snprintf(
            out, SHEAF_ROUND_GRAPH_TEXT,
            "all %u share secrets with each other, and any %u of them can open one; %u may "
            "drop out; the hub sees nothing but the sum as long as at most %u of them %s in "
            "league with it",
            g->members, g->threshold, may_go, g->corrupt, g->corrupt == 1 ? "is" : "are");
        return;
    }
    char sight[64] = "nothing but the sum";
    if (isfinite(failure)) /* rounded up to a tenth of a bit */
        snprintf(sight, sizeof sight, "more than the sum with probability 2^%.1f at most",
                 ceil(failure * 10) / 10);
    snprintf(
        out, SHEAF_ROUND_GRAPH_TEXT,
        "a ring of %u in random order: each shares secrets with %u neighbours, any %u of whom "
        "can open one; %u may drop out; as long as at most %u of them are in league with the "
        "hub, it sees %s, however often it tries",
        g->members, g->degree, g->threshold, may_go, g->corrupt, sight);
}

/* A logarithm of a probability, null for what never happens. */
static void put_log2(sheaf_json_writer *w, const char *name, double log2)
{
    char text[40];
    sheaf_json_key(w, name);
    if (!isfinite(log2)) {
        sheaf_json_null(w);
        return;
    }
    snprintf(text, sizeof text, "%.3f", ceil(log2 * 1000) / 1000);
    sheaf_json_raw(w, sheaf_str(text));
}

void sheaf_round_graph_put(const sheaf_round_graph *g, sheaf_json_writer *w)
{
    char text[SHEAF_ROUND_GRAPH_TEXT];
    sheaf_round_graph_describe(g, text);
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "corrupt", g->corrupt);
    sheaf_json_member_put_int(w, "degree", g->degree);
    put_log2(w, "disconnected_log2", g->disconnected);
    put_log2(w, "exposed_log2", g->exposed);
    put_log2(w, "failure_log2", sheaf_round_graph_failure(g));
    sheaf_json_member_put_string(w, "graph",
                                 sheaf_str(g->degree + 1 == g->members ? "complete" : "ring"));
    put_log2(w, "lost_log2", g->lost);
    sheaf_json_member_put_int(w, "members", g->members);
    sheaf_json_member_put_int(w, "survivors_min", g->min_survivors);
    sheaf_json_member_put_int(w, "threshold", g->threshold);
    sheaf_json_member_put_string(w, "what", sheaf_str(text));
    sheaf_json_member_put_int(w, "withheld_max", g->withheld_max);
    sheaf_json_close(w);
}
