/* learn/ranges.h - features scaled by what everybody knows, not by anybody's data.
 *
 * Mean and deviation of a member's records move with each of them, and so would every clipped
 * gradient: they void what privacy is counted for one record. The ranges of the data sheet are
 * constants: the middle becomes 0, the bounds -1 and 1, and what lies beyond counts as the
 * nearer bound. An indicator of a level is 0 or 1 as it is.
 */
#ifndef SHEAF_LEARN_RANGES_H
#define SHEAF_LEARN_RANGES_H

#include "learn/statistics.h"

/* Refuses features of which one has neither a level nor a range. */
SHEAF_MUST_USE sheaf_status sheaf_ranges_scaling(const sheaf_features *features,
                                                 sheaf_scaling *out, sheaf_err *err);

/* Is it the scaling that these features give? */
bool sheaf_ranges_hold(const sheaf_features *features, const sheaf_scaling *scaling);

#endif
