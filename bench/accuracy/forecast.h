/* bench/accuracy/forecast.h - learning a forecaster from series in memory, for several tables.
 */
#ifndef SHEAF_BENCH_ACCURACY_FORECAST_H
#define SHEAF_BENCH_ACCURACY_FORECAST_H

#include "accuracy.h"
#include "learn/forecast.h"

/* The set with series `first` .. `first + count - 1` alone; borrows. */
sheaf_series_set forecast_part(const sheaf_series_set *set, uint32_t first, uint32_t count);

/* Adds a member's sums to words. */
void forecast_sum(const sheaf_series_set *set, const sheaf_forecast_terms *terms,
                  int64_t *words);
int64_t *forecast_words(const sheaf_forecast_terms *terms); /* zeros; the caller frees */

/* The model of a sum. */
void forecast_learn(const sheaf_forecast_terms *terms, const int64_t *words,
                    sheaf_forecaster *out);

/* On the test parts; `season` is that of the naive forecast. */
sheaf_forecast_figures forecast_figures(const sheaf_forecaster *model,
                                        const sheaf_series_set *set, uint32_t season);

#endif
