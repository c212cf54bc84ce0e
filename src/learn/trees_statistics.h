/* learn/trees_statistics.h - mean and spread of columns that may have gaps, and of the label.
 *
 * As learn/statistics.h, over the training rows: records; for each feature, and behind them for
 * the label where it is a number, sum, square_low and square_high of the values that are there;
 * then, for each feature that may be missing, how often it is not. A feature that hardly
 * anybody has counts with mean 0 and scale 1.
 */
#ifndef SHEAF_LEARN_TREES_STATISTICS_H
#define SHEAF_LEARN_TREES_STATISTICS_H

#include "learn/trees.h"

typedef struct {
    sheaf_scaling scaling;
    int64_t target_mean, target_scale;
} sheaf_trees_spread;

/* `rows` are training rows, `missing` says of each feature whether it may be. */
SHEAF_MUST_USE sheaf_status sheaf_trees_statistics_local(const sheaf_trees_rows *rows,
                                                         const bool *missing, bool number,
                                                         int64_t *words, sheaf_err *err);

/* From the summed words; integers only. */
SHEAF_MUST_USE sheaf_status sheaf_trees_statistics_finish(const int64_t *words, uint32_t d,
                                                          const bool *missing, bool number,
                                                          sheaf_trees_spread *out,
                                                          sheaf_err *err);

#endif
