/* claims/chosen.h - which chunks of a long round one node adds up again.
 *
 * They follow from a secret of the node's and from what the round was closed with, so the hub
 * knows them only as it is asked for them, when its result stands on the log; and they are the
 * same however often the node asks. A hub that answers badly where it would be found out does
 * not get another draw, and a restart is none either. Once it knows them it may show another
 * sum, but only one that still makes the result on the log.
 *
 * A sum that is wrong in a share f of its chunks passes one node with a probability of at most
 * (1 - f)^count: with 24, a tenth of them wrong, one of twelve, and three nodes together one
 * time in two thousand. Of 1,000 chunks a single wrong one passes 97 of 100 nodes; who must
 * know adds up all of them with `sheaf round verify`.
 */
#ifndef SHEAF_CLAIMS_CHOSEN_H
#define SHEAF_CLAIMS_CHOSEN_H

#include "coop/state.h"
#include "crypto/ed25519.h"

enum { SHEAF_CHOSEN_MAX = 24 };

/* `count` different ones of `chunks`, of which there are at least as many. */
void sheaf_chunks_choose(const uint8_t secret[SHEAF_SEED_BYTES],
                         const struct sheaf_row_round *round, size_t chunks, size_t *out,
                         size_t count);

#endif
