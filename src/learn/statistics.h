/* learn/statistics.h - mean and spread of every feature, from a secure sum.
 *
 * Each member gives, over its training rows, their number n and for every feature the sum and
 * the sum of squares; values are first rounded to units of 2^-20, and from there on everything
 * is exact. The summed words give the mean and the sample standard deviation (divisor n-1) of
 * the pooled data, the same bits on every machine. A constant feature gets the scale 1.
 *
 * Words: n; then for each feature sum, square_low, square_high, where a member's sum of squares
 * is square_high * 2^48 + square_low. No word overflows while all members together have at most
 * 2^23 records.
 */
#ifndef SHEAF_LEARN_STATISTICS_H
#define SHEAF_LEARN_STATISTICS_H

#include "learn/table.h"

/* Weights, means, scales and losses are integers in units of 2^-24. */
enum { SHEAF_UNIT_BITS = 24 };
#define SHEAF_UNIT ((int64_t)1 << SHEAF_UNIT_BITS)

enum { SHEAF_RECORDS_MAX = 1 << 23 }; /* of all members together */

typedef struct {
    int64_t mean[SHEAF_FEATURES_MAX];  /* in units of 2^-24, |mean| < 2^44 */
    int64_t scale[SHEAF_FEATURES_MAX]; /* likewise, above zero */
    bool clipped; /* values beyond mean - scale .. mean + scale count as the nearer bound */
    bool number;  /* the label is a number, standardised as inputs are */
    int64_t label_mean, label_scale; /* of a number; else 0 */
} sheaf_scaling;

static inline size_t sheaf_statistics_words(uint32_t d)
{
    return 1 + 3 * (size_t)d;
}

/* Words of a number's label: sum, square_low, square_high. */
enum { SHEAF_STATISTICS_COLUMN = 3 };

/* Writes sheaf_statistics_words(table->d) words. */
SHEAF_MUST_USE sheaf_status sheaf_statistics_local(const sheaf_table *table, int64_t *words,
                                                   sheaf_err *err);

/* From the summed words; integers only. Refuses sums that no records can have. */
SHEAF_MUST_USE sheaf_status sheaf_statistics_finish(const int64_t *words, uint32_t d,
                                                    sheaf_scaling *out, uint32_t *records,
                                                    sheaf_err *err);

/* The label's words, and what follows from their sum over so many records. */
void sheaf_statistics_label_local(const sheaf_table *table, int64_t *words);
SHEAF_MUST_USE sheaf_status sheaf_statistics_label_finish(const int64_t *words,
                                                          uint32_t records, sheaf_scaling *out,
                                                          sheaf_err *err);

#endif
