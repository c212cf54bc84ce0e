/* learn/errors.h - how far predictions of a number are off on held-out rows, from a sum.
 *
 * Words of an exact sum: records; of the model the sum of |e|, and of e^2 a low and a high word
 * (high * 2^48 + low); the same three of the baseline, which predicts the mean of the training
 * records; the sum of e. Errors are in units of 2^-16 of the label and taken within +-2^20.
 *
 * Under noise three words: each record adds 1, |e|/R and (e/R)^2, where R is the width of the
 * label's public range and |e| at most R, in units such that their norm is within the
 * sensitivity. Unit member: divided by the member's records.
 */
#ifndef SHEAF_LEARN_ERRORS_H
#define SHEAF_LEARN_ERRORS_H

#include "acts/catalogue.h"
#include "learn/noised.h"

enum { SHEAF_ERRORS_WORDS = 8, SHEAF_ERRORS_NOISED_WORDS = 3 };

/* Adds one record. */
void sheaf_errors_add(int64_t words[SHEAF_ERRORS_WORDS], double predicted, double actual,
                      double baseline);

/* From the summed words; integers only. Refuses sums that no records can have. */
SHEAF_MUST_USE sheaf_status sheaf_errors_finish(const int64_t *words, struct sheaf_figures *out,
                                                sheaf_err *err);

/* Adds one record of unit record. */
void sheaf_errors_noised_add(int64_t values[SHEAF_ERRORS_NOISED_WORDS], double predicted,
                             double actual, double range);
/* What noise has left of them, within their bounds; the range in millionths. */
void sheaf_errors_noised_finish(const int64_t *words, int64_t range_millionths,
                                struct sheaf_figures *out);

#endif
