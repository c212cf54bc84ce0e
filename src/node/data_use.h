/* node/data_use.h - whether a file may go into rounds as a data set.
 *
 * A data sheet names a file by a salted commitment, so the log cannot tell that two sheets name
 * the same bytes: each would have an account and budgets of its own, and the people in the file
 * twice what they were promised; and each would be bound to other exact sums, which could be
 * subtracted. The node holds the file and the salts, and can. Under noise a file is the data
 * set that it was registered as first; an earlier one that was retired before anything was
 * spent on it does not count. In exact sums it is the one that has been in some.
 *
 * Two exact sums over one file can be subtracted too where their models leave out different
 * rows of it, since they treat other columns' gaps otherwise: a data set is in exact sums with
 * one selection of its rows.
 *
 * Of time series the sums are over windows, and those of two forecasters whose windows differ
 * by one, or by some, can be solved for the values at which they begin or end. So all exact
 * sums of a data set are over the windows of the first forecaster that it was in such a sum of:
 * later ones may look back and forecast less, and then their sums are among its own
 * (learn/forecast.h), but not more, nor from other origins.
 */
#ifndef SHEAF_NODE_DATA_USE_H
#define SHEAF_NODE_DATA_USE_H

#include "coop/state.h"
#include "learn/spec.h"
#include "store/file.h"

/* Are the bytes of the file what was registered as the data set, and may rounds with noise, or
 * for exact sums, use them as that? Where `home` has no salt, as for a sheet whose commitment
 * was made otherwise, nothing can be said, and nothing is refused, but for exact sums: these
 * take what was in the first of them (sheaf_data_pin). SHEAF_INVALID says why not and what to
 * do. */
SHEAF_MUST_USE sheaf_status sheaf_data_use_check(const sheaf_state *state, const char *home,
                                                 uint32_t dataset, bool noised,
                                                 const char *file, sheaf_slice bytes,
                                                 sheaf_err *err);

/* May these rows of the data set (sheaf_data_counts.row_set) go into an exact sum?
 * SHEAF_INVALID where other rows of it have been in one. */
SHEAF_MUST_USE sheaf_status sheaf_data_rows_check(const char *home, uint32_t dataset,
                                                  const char *file, const sheaf_hash *rows,
                                                  sheaf_err *err);

/* The windows of an exact sum over the data set: gives a forecaster's spec the room of those
 * that have been in one, as the log tells. SHEAF_INVALID where the model needs others. */
SHEAF_MUST_USE sheaf_status sheaf_data_windows_check(const sheaf_state *state, uint32_t dataset,
                                                     const char *file, sheaf_spec *spec,
                                                     sheaf_err *err);

/* Sums of mandates with patience and without are apart by all members' validation records. Of a
 * member with a few of them (`apart`, 1 to 4) both are not to be had: SHEAF_INVALID where the
 * log has the other kind. */
SHEAF_MUST_USE sheaf_status sheaf_data_patience_check(const sheaf_state *state,
                                                      const struct sheaf_row_mandate *mandate,
                                                      uint32_t dataset, uint32_t apart,
                                                      const char *file, sheaf_err *err);

#endif
