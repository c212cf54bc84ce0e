/* claims/round_epsilon.h - what one round with noise gives away by itself, and to whom. */
#ifndef SHEAF_CLAIMS_ROUND_EPSILON_H
#define SHEAF_CLAIMS_ROUND_EPSILON_H

#include "coop/state.h"

/* At the mandate's delta, rounded up to four decimals; infinite where there is no bound. */
typedef struct {
    double members; /* as many members as the mandate states, in league with the hub; with local
                       noise all other members: what was charged */
    double hub;     /* the hub, or whoever has no vector in the sum, while those who have keep
                       their noise to themselves: less with shared noise, of which all in the
                       sum have a part */
} sheaf_round_epsilon;

/* Of a round under a mandate with noise. Until a member has attested who is in the sum, no more
 * are reckoned with than must be in it: the hub alone could say that there were more. */
sheaf_round_epsilon sheaf_round_epsilon_of(const sheaf_state *state,
                                           const struct sheaf_row_round *round);

#endif
