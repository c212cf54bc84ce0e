/* round/neighbours.h - who is whose neighbour in a round, on either graph.
 *
 * Neighbours agree on a mask and hold shares of each other's secrets. On the complete graph
 * everybody is everybody's neighbour and holds a share of its own secrets, too. On a ring
 * (graph.h) the neighbours follow from the order, which follows from what was committed and
 * advertised; nobody holds a share of its own.
 *
 * Keys, boxes and digests are bound to `session`: on a ring that of the round together with its
 * order, so that members who were shown other commitments or adverts share nothing.
 */
#ifndef SHEAF_ROUND_NEIGHBOURS_H
#define SHEAF_ROUND_NEIGHBOURS_H

#include "round/bundle.h"
#include "round/graph.h"

/* Positions are those in the roster. */
typedef struct {
    uint16_t count;
    bool ring;
    sheaf_graph graph; /* of a ring, once its order is known */
    sheaf_hash session;
} sheaf_neighbours;

/* The complete graph is known at once; of a ring nobody is anybody's neighbour yet. */
void sheaf_neighbours_init(sheaf_neighbours *n, const sheaf_round_config *config);
void sheaf_neighbours_deinit(sheaf_neighbours *n);

/* Makes the ring of those who committed and advertised; nothing to do on the complete graph.
 * SHEAF_FAULT names a member whose bytes are not those that it committed to; SHEAF_INVALID
 * where more of them are missing than the config allows. May be called again. */
SHEAF_MUST_USE sheaf_status sheaf_neighbours_order(sheaf_neighbours *n,
                                                   const sheaf_round_config *config,
                                                   const sheaf_round_commits *commits,
                                                   const sheaf_round_adverts *adverts,
                                                   sheaf_err *err);

/* Two different ones are neighbours. */
bool sheaf_neighbours_are(const sheaf_neighbours *n, int a, int b);

/* `holder` has a share of each of the owner's secrets. */
bool sheaf_neighbours_holds(const sheaf_neighbours *n, int holder, int owner);

/* How many of those marked hold shares of the owner's secrets. */
uint16_t sheaf_neighbours_count(const sheaf_neighbours *n, int owner, const bool *among);

/* What the owner was shown: the digest of the SHARE messages of its neighbourhood. `body` has
 * the hashes of those bodies, `shared` says who has one. */
sheaf_hash sheaf_neighbours_digest(const sheaf_neighbours *n, int owner, const bool *shared,
                                   const sheaf_hash *body);

#endif
