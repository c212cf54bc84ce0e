/* coop/proxies.h - votes that another member casts.
 *
 * A proxy is no vote of the holder's: when a matter closes, each live proxy whose giver has not
 * voted counts as one more ballot like the holder's, if the holder has cast one. Who votes in
 * person overrides their proxy; one for this matter comes before one for all. Neither counts
 * where giver or holder has left, does not belong to the electorate, or is conflicted. Nobody
 * holds who has given, and who gives lets go of what they hold, so that there are no chains and
 * no cycles, and nobody is kept from giving. A holder declines a proxy, and gets none from the
 * same giver for as long as one can be given: so nobody fills the places of others.
 *
 * Live proxies are in a list of their own: what a closing costs follows how many were given,
 * not how many members there are.
 */
#ifndef SHEAF_COOP_PROXIES_H
#define SHEAF_COOP_PROXIES_H

#include "coop/coop_internal.h"

/* Asks `count` for every member whose proxy holds for the matter when it closes; it looks
 * whether giver and holder have voted, and gives and ends no proxies. `to` is the caller's. */
void sheaf_proxies_each(const sheaf_state *state, const sheaf_electorate *electorate,
                        uint32_t matter, int64_t closes,
                        void (*count)(void *to, uint32_t matter, uint32_t giver,
                                      uint32_t holder),
                        void *to);
/* The matter has closed: those for it alone end, and what had expired by then. */
void sheaf_proxies_end(sheaf_state *state, uint32_t matter, int64_t closes);

#endif
