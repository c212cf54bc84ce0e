/* privacy/cohort.h - how many neighbours and shares make a large cohort's accidents rare.
 *
 * Of n participants at most `corrupt` work with the hub and at most `dropped` go away. On a
 * ring in random order (round/graph.h) three things may go wrong:
 *
 *     disconnected  without corrupt and dropped ones the ring falls apart, so that the hub gets
 *                   the sum of a part. That takes two gaps of degree/2 in a row, so at most
 *                   n (n - degree - 1) / 2 times the chance that `degree` given places are bad.
 *     exposed       the hub gets both secrets of somebody. A semi-honest hub needs `threshold`
 *                   corrupt neighbours. A semi-malicious one, honest while keys are exchanged,
 *                   shows neighbours different survivors and needs 2 * threshold - degree. At
 *                   most n times the chance for one.
 *                   An adaptive one also chooses who drops out when it knows the order, and
 *                   may show those whom it never lets sign the list other shares than their
 *                   neighbours. Nobody beyond a gap gives shares of those on this side of it,
 *                   so that whoever is last before it needs threshold - degree/2 corrupt ones
 *                   among the degree/2 places ahead. To get the sum of a part it takes two such
 *                   gaps, wherever they are; that counts as disconnected.
 *     lost          somebody has fewer than `threshold` neighbours left, and the round is
 *                   aborted. At most n times the chance for one.
 *
 * The first two are privacy and get half of its failure probability each: 2^-(privacy_bits+1);
 * the third is correctness: 2^-correctness_bits. The bounds are those of Bell et al. 2020 as
 * Google's federated-compute takes them (fcp/secagg/server/graph_parameter_finder.cc), with
 * exact hypergeometric tails, every operation in MPFR rounded to the unfavourable side; that
 * for an adaptive hub is our own. They hold if who is corrupt does not depend on the order of
 * the ring, nor, but for an adaptive hub, who drops out; and for one order: see round/graph.h
 * for what it costs that a hub may try again.
 *
 * Small cohorts, below 64, take the complete graph, where nothing is left to chance: nobody is
 * exposed or lost as long as there are no more corrupt and dropped ones than was said.
 */
#ifndef SHEAF_PRIVACY_COHORT_H
#define SHEAF_PRIVACY_COHORT_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SHEAF_COHORT_RING_MIN = 64,
    SHEAF_COHORT_BITS_MAX = 256,
    SHEAF_COHORT_SHARE_MAX = 900000, /* of corrupt and dropped together, in millionths */
};

/* Each may do all that those before it may. */
typedef enum {
    SHEAF_HUB_SEMI_HONEST,
    SHEAF_HUB_SEMI_MALICIOUS,
    SHEAF_HUB_ADAPTIVE,
} sheaf_hub_malice;

typedef struct {
    uint32_t members;            /* 2 to SHEAF_GRAPH_NODES_MAX */
    uint32_t corrupt_millionths; /* of the members; rounded down to whole ones */
    uint32_t dropped_millionths;
    sheaf_hub_malice hub;
    unsigned privacy_bits;     /* failures with probability at most 2^-bits */
    unsigned correctness_bits; /* both 1 to SHEAF_COHORT_BITS_MAX */
} sheaf_cohort;

typedef struct {
    uint32_t corrupt, dropped;          /* how many members that are */
    uint32_t degree, threshold;         /* degree members - 1: the complete graph */
    double disconnected, exposed, lost; /* base-2 logarithms of bounds; -INFINITY: never */
} sheaf_cohort_graph;

/* Refuses what has no meaning, and shares that no graph can stand: corrupt and dropped (unless
 * the hub is semi-honest, twice the dropped) above nine tenths. */
SHEAF_MUST_USE sheaf_status sheaf_cohort_check(const sheaf_cohort *cohort, sheaf_err *err);

/* The ring of the smallest degree, with its smallest threshold; false where none will do. The
 * cohort has passed the check. */
bool sheaf_cohort_ring(const sheaf_cohort *cohort, sheaf_cohort_graph *out);

/* The ring, or the complete graph where the cohort is small or no ring will do; refuses a
 * cohort whose corrupt and dropped ones are more than either can stand. */
SHEAF_MUST_USE sheaf_status sheaf_cohort_graph_find(const sheaf_cohort *cohort,
                                                    sheaf_cohort_graph *out, sheaf_err *err);

/* The bounds for a ring of the degree and threshold that stand in *out. */
void sheaf_cohort_risk(const sheaf_cohort *cohort, sheaf_cohort_graph *out);

#endif
