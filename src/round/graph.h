/* round/graph.h - who shares secrets and masks with whom in a large cohort.
 *
 * With n participants who all know each other everybody makes n - 1 masks and n - 1 shares.
 * From about a hundred on a sparse graph does: a ring in random order, each participant with
 * the degree/2 next ones on either side (a Harary graph; Bell et al. 2020, "Secure
 * Single-Server Aggregation with (Poly)Logarithmic Overhead"). privacy/cohort.h finds degree
 * and threshold; here stand only the conditions that hold for every cohort, and the ring
 * itself, in integers alone.
 *
 * A secret is shared among the neighbours, never with its owner: on a ring the owner's own
 * share counts for nothing. Two sets of neighbours can then both gather `threshold` shares only
 * if 2 * threshold - degree neighbours are in both, and so have lied. On the complete graph the
 * owner's share counts, and the threshold is floor(2n/3) + 1.
 *
 * The order. A coordinator that chose it could sit a victim among its accomplices. So it
 * follows from numbers that the participants draw themselves, by commit and reveal:
 *
 *     1. in stage COMMIT each participant gives sheaf_graph_commitment() of 32 bytes that it
 *        drew for this round alone;
 *     2. the commitments are shown to everybody: whoever gave none is out of the round;
 *     3. each participant shows its bytes, signed, with its ADVERTISE message, once in a round,
 *        for that one set of commitments;
 *     4. sheaf_graph_seed() hashes session, commitments and bytes; everybody does it for
 *        themselves, before sharing anything.
 *
 * What this gives, SHA-256 taken as a random function: if one honest participant's bytes are
 * in, nobody could know or steer the seed before that participant showed them, and by then all
 * other bytes were fixed. What is left to a coordinator with accomplices is to look and to try
 * again, and each way is counted:
 *
 *   - withholding bytes, its accomplices' or by losing somebody's message. Of n participants at
 *     most `withheld_max` may be missing, else the attempt is over; the ways to choose them are
 *     fewer than (n + 1)^withheld_max. Whoever is missing is a drop-out from the start.
 *   - another attempt: a new round on the log, new bytes, privacy charged again.
 *   - other commitments shown to others: an honest participant answers once in a round, so at
 *     most n such views exist, and whoever has another seed has another session.
 *
 * Every order so obtained is a fresh random one, so by the union bound the failure probability
 * is at most that of one order times the number of tries: withheld_max of n cost
 * withheld_max * log2(n + 1) bits of it, n views log2(n), a attempts log2(a). Who plans with
 * 2^-80 instead of 2^-40 has 40 bits to give away; nobody gets more by computing, because there
 * is nothing to compute that needs no answer from an honest participant.
 *
 * What this does not give: the bounds hold for accomplices that were chosen without knowing the
 * order. It is known from stage ADVERTISE on, so somebody who can then bribe participants of
 * choice is not covered by them. Whoever cuts them off, as a coordinator can, is: see the
 * adaptive hub of privacy/cohort.h.
 */
#ifndef SHEAF_ROUND_GRAPH_H
#define SHEAF_ROUND_GRAPH_H

#include "base/status.h"
#include "crypto/hash.h"

enum {
    SHEAF_GRAPH_NODES_MAX = 1000000,
    SHEAF_GRAPH_CONTRIBUTION_BYTES = 32,
};

/* A participant's part in the seed. */
typedef struct {
    uint32_t member;       /* entry that made the member */
    bool shown;            /* false: it committed and went away */
    sheaf_hash commitment; /* that was shown to all */
    uint8_t contribution[SHEAF_GRAPH_CONTRIBUTION_BYTES];
} sheaf_graph_part;

/* Nodes are positions in the roster, from 0. Fields are private to graph.c. */
typedef struct {
    uint32_t nodes, degree;
    uint32_t *at;    /* the node at each place of the ring */
    uint32_t *place; /* the place of each node */
} sheaf_graph;

/* Whether a round of this size may run on this graph, whatever its cohort: degree nodes - 1 is
 * the complete graph, with a threshold above two thirds; else the degree is even, and more than
 * half of it the threshold, or the hub could get both of a participant's secrets from
 * neighbours who are all honest. */
SHEAF_MUST_USE sheaf_status sheaf_graph_check(uint32_t nodes, uint32_t degree,
                                              uint32_t threshold, sheaf_err *err);

sheaf_hash sheaf_graph_commitment(uint32_t round, uint32_t member,
                                  const uint8_t contribution[SHEAF_GRAPH_CONTRIBUTION_BYTES]);

/* Parts are those of all who committed, ascending by member. SHEAF_FAULT names a member whose
 * bytes do not open its commitment; SHEAF_INVALID if too many, or all, are missing. */
SHEAF_MUST_USE sheaf_status sheaf_graph_seed(const sheaf_hash *session, uint32_t round,
                                             const sheaf_graph_part *parts, uint32_t count,
                                             uint32_t withheld_max, sheaf_hash *seed,
                                             sheaf_err *err);

/* The order is Fisher and Yates' shuffle, drawn without bias from SHA-256(label, seed, 0, 1,
 * …): the same on every machine. Takes 8 bytes of memory a node, none a neighbour. */
SHEAF_MUST_USE sheaf_status sheaf_graph_init(sheaf_graph *graph, const sheaf_hash *seed,
                                             uint32_t nodes, uint32_t degree, sheaf_err *err);
void sheaf_graph_deinit(sheaf_graph *graph);

/* The neighbours of a node, `degree` of them, in the order of the ring, beginning after the
 * node itself. */
void sheaf_graph_neighbours(const sheaf_graph *graph, uint32_t node, uint32_t *out);
bool sheaf_graph_adjacent(const sheaf_graph *graph, uint32_t a, uint32_t b);

#endif
