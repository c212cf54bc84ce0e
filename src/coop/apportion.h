/* coop/apportion.h - sharing a whole number by weights: the method of the largest remainder
 * (Hamilton; M. Balinski, H. P. Young, Fair Representation, 1982). Every share is the exact one
 * rounded down, and what is left goes, one unit each, to the largest remainders; equal
 * remainders are served in the order given. So the shares sum to the amount and anybody can
 * recompute theirs.
 */
#ifndef SHEAF_COOP_APPORTION_H
#define SHEAF_COOP_APPORTION_H

#include "base/arena.h"

/* Writes count shares. `amount` is at most 2^53; false if the weights sum to zero or overflow,
 * or the arena is spent. */
bool sheaf_apportion(int64_t amount, const uint64_t *weights, size_t count, int64_t *shares,
                     sheaf_arena *arena);

#endif
