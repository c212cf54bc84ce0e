/* coop/allocation.h - votes that divide an amount: the points, and what they count for. */
#ifndef SHEAF_COOP_ALLOCATION_H
#define SHEAF_COOP_ALLOCATION_H

#include "coop/ceilings.h"

/* The member's ballot that stands, or NULL. */
const struct sheaf_row_allocation_ballot *
sheaf_allocation_ballot_of(const sheaf_state *state, uint32_t allocation, uint32_t member);

/* The points given to the option in that row. */
sheaf_votes sheaf_option_votes(const sheaf_state *state, uint32_t option);

/* What they count for, by class, from the points given to all options. */
sheaf_ceilings sheaf_allocation_ceilings(const sheaf_state *state,
                                         const struct sheaf_row_allocation *allocation);

#endif
