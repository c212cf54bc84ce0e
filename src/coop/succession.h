/* coop/succession.h - when enough members have signed to appoint a new hub (article 29).
 *
 * The bylaws ask for a share of the members with a vote. Members of a class with a ceiling of
 * votes count in it as their ballots would if everybody with a vote had cast one
 * (coop/ceilings.h): such a class takes over the hub no more than it decides.
 */
#ifndef SHEAF_COOP_SUCCESSION_H
#define SHEAF_COOP_SUCCESSION_H

#include "coop/ceilings.h"

/* All members with a vote; looks at each member where one of a class with a ceiling has one. */
sheaf_votes sheaf_succession_voters(const sheaf_state *state);

/* One member with a vote more. */
void sheaf_succession_add(const sheaf_state *state, uint32_t member, sheaf_votes *votes);

/* Have enough of these voters signed, by the bylaws in force? */
bool sheaf_succession_reached(const sheaf_state *state, const sheaf_votes *voters,
                              const sheaf_votes *signers);

#endif
