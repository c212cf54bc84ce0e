/* learn/round_graph.h - who shares secrets with whom in a round, how many of them open a
 * secret, and what is left to chance.
 *
 * It follows from the seats and the mandate alone, so it stands nowhere on the log. Up to
 * SHEAF_ROUND_COMPLETE_MAX members are all each other's neighbours, and nothing is left to
 * chance while no more lie or go away than was said. More are on a ring in random order
 * (round/graph.h, privacy/cohort.h), made for
 *
 *     corrupt     as many as the mandate says may pool what they know, at least a tenth
 *     dropped     as many as may be missing: a tenth, or fewer where the mandate wants more
 *     withheld    a fiftieth, who may go away once they know what the order will be
 *     the hub     honest while keys are exchanged, and anything afterwards; it chooses who is
 *                 missing when it knows the order
 *     privacy     2^-40, whatever the hub tries: it may try again in each of the most rounds
 *                 that a mandate can have (2^20), with each set of members withheld, and show
 *                 each member something else; the ring is as much safer as there are tries
 *     abort       2^-20 that a neighbourhood has too few left
 */
#ifndef SHEAF_LEARN_ROUND_GRAPH_H
#define SHEAF_LEARN_ROUND_GRAPH_H

#include "coop/state.h"
#include "privacy/cohort.h"
#include "round/config.h"

typedef struct {
    uint16_t members, min_survivors;
    uint16_t degree, threshold; /* degree members - 1: the complete graph */
    uint16_t withheld_max;      /* 0 on the complete graph */
    uint16_t corrupt;           /* how many may work with the hub */
    unsigned tries_bits;        /* log2 of how often it may try; 0 on the complete graph */
    double disconnected, exposed, lost; /* bounds for one try, as in sheaf_cohort_graph */
} sheaf_round_graph;

/* The graph of so many members, of whom `survivors_min` must be left by the rules. Refuses
 * members who are too many for the complete graph where no ring is safe. */
SHEAF_MUST_USE sheaf_status sheaf_round_graph_find(uint16_t members, uint16_t survivors_min,
                                                   uint16_t colluders, sheaf_round_graph *out,
                                                   sheaf_err *err);

/* That of a round on the log. */
SHEAF_MUST_USE sheaf_status sheaf_round_graph_of(const sheaf_state *state,
                                                 const struct sheaf_row_round *round,
                                                 sheaf_round_graph *out, sheaf_err *err);

/* That of a round that the mandate may open with so many. */
SHEAF_MUST_USE sheaf_status sheaf_round_graph_next(const sheaf_state *state,
                                                   const struct sheaf_row_mandate *mandate,
                                                   uint16_t members, sheaf_round_graph *out,
                                                   sheaf_err *err);

/* The probability that the hub learns of somebody's vector more than the sum, by whatever it
 * tries: its base-2 logarithm, -INFINITY on the complete graph. */
double sheaf_round_graph_failure(const sheaf_round_graph *graph);

/* One sentence about it, without a full stop. */
enum { SHEAF_ROUND_GRAPH_TEXT = 400 };
void sheaf_round_graph_describe(const sheaf_round_graph *graph,
                                char out[SHEAF_ROUND_GRAPH_TEXT]);

/* The same and the numbers, as an object. */
void sheaf_round_graph_put(const sheaf_round_graph *graph, sheaf_json_writer *w);

#endif
