/* learn/evaluate.h - how good a model is, on held-out rows, from a secure sum.
 *
 * The area under the curve is not a sum; a histogram of scores per class is, and it gives the
 * area up to the width of its bins. Records, positives and correct predictions follow from the
 * histogram too, so nothing else is released but the sum of the losses.
 *
 * The bins are even in log odds, a quarter wide from -8 to 8, and the outermost have all that
 * is beyond: where nearly all probabilities are small, as those of rare failures are, bins that
 * are even in probability would have nearly all records in two of them. Half of them are below
 * 0, so that what is predicted positive is exactly the upper half.
 *
 * Words: for each of 64 bins, negatives; the same for positives; loss in units of 2^-24.
 */
#ifndef SHEAF_LEARN_EVALUATE_H
#define SHEAF_LEARN_EVALUATE_H

#include "learn/logistic.h"

enum { SHEAF_SCORE_BINS = 64, SHEAF_EVALUATION_WORDS = 2 * SHEAF_SCORE_BINS + 1 };

typedef struct {
    uint32_t records, positives, correct;
    int64_t accuracy_millionths;
    int64_t loss_millionths; /* mean log loss */
    int64_t auc_millionths;  /* ties count half; -1 where there is only one class */
} sheaf_evaluation;

/* Writes SHEAF_EVALUATION_WORDS words; all zero where the part has no rows. */
SHEAF_MUST_USE sheaf_status sheaf_evaluation_local(const sheaf_model *model,
                                                   const sheaf_table *table, sheaf_part part,
                                                   int64_t *words, sheaf_err *err);

/* The bin of a model's log odds; of no number the lowest. */
int sheaf_score_bin(double score);
/* The log odds in the middle of a bin. */
double sheaf_score_bin_middle(int bin);

/* Adds one record of any kind of model to such words: its log odds and its class. */
void sheaf_evaluation_add(int64_t words[SHEAF_EVALUATION_WORDS], double score, bool positive);

/* From the summed words; integers only. Refuses sums that no records can have. */
SHEAF_MUST_USE sheaf_status sheaf_evaluation_finish(const int64_t *words, sheaf_evaluation *out,
                                                    sheaf_err *err);

/* The exact figures of one owner's rows, for comparison: AUC from the scores themselves. */
SHEAF_MUST_USE sheaf_status sheaf_evaluation_exact(const sheaf_model *model,
                                                   const sheaf_table *table, sheaf_part part,
                                                   sheaf_evaluation *out, sheaf_err *err);

/* AUC of scores in millionths, ties half, or -1 where there is only one class. Sorts `order`,
 * which has room for n indices. */
int64_t sheaf_auc(const double *score, const uint8_t *y, uint32_t n, uint32_t *order);

#endif
