/* learn/reliability.h - how far figures can be relied on: 95 % intervals and calibration, from
 * the log and the sum of an evaluation alone.
 *
 * Nothing here is another release: whoever has the figures can compute all of it.
 *
 *     share      Wilson 1927, "Probable inference, the law of succession, and statistical
 *                inference": with p of n and z = 1.96 the middle is (p + z²/2n) / (1 + z²/n),
 *                and z sqrt(p(1-p)/n + z²/4n²) / (1 + z²/n) to either side.
 *     under noise  normal, by the delta method: the count of right ones is the sum of two cells
 *                and that of all of four, so that to p(1-p)/n comes 2 s² ((1-p)² + p²) / n²,
 *                s being the deviation of a cell's noise.
 *     AUC        DeLong, DeLong and Clarke-Pearson 1988, "Comparing the areas under two or more
 *                correlated receiver operating characteristic curves", the scores being those
 *                of the histogram's bins: each positive's share of negatives below it, ties
 *                half, has a variance, and so has each negative's of positives above it; what
 *                is known of the area has the sum of the two, each over its number.
 *     mean absolute error  normal: the variance of |e| is that of the squares less the mean's
 *                square. The mean of squares has none, for nobody sums fourth powers.
 *
 * They tell what other records of the same members might have given, not what other members
 * would.
 *
 * Calibration: records are put in ten bins by the probability that they were given, and each
 * bin's mean probability is compared with its share of positives; the error is the mean of the
 * differences, weighted by records (Naeini, Cooper and Hauskrecht 2015, "Obtaining well
 * calibrated probabilities using Bayesian binning"). The sum has 64 bins of log odds, each of
 * which goes whole to one of the ten and counts as its own middle, so that a mean is off by
 * 1/32 at most, near a half, and by less the nearer to 0 or 1.
 */
#ifndef SHEAF_LEARN_RELIABILITY_H
#define SHEAF_LEARN_RELIABILITY_H

#include "learn/evaluate.h"

enum { SHEAF_CALIBRATION_BINS = 10 };

typedef struct {
    double low, high; /* of shares and areas within 0 and 1 */
} sheaf_interval;

sheaf_interval sheaf_interval_share(double share, double records);
sheaf_interval sheaf_interval_noised_share(double share, double records, double cell_deviation);
sheaf_interval sheaf_interval_mean_error(double mean, double root_mean_square, double records);

/* From the words of an evaluation that sheaf_evaluation_finish() takes. False where there are
 * fewer than two records of a class, or where no record shows how the area might vary. */
bool sheaf_interval_auc(const int64_t *words, sheaf_interval *out);

typedef struct {
    struct {
        uint32_t records, positives;
        double expected; /* mean probability that the model gave */
    } bin[SHEAF_CALIBRATION_BINS];
    double error;
} sheaf_calibration;

void sheaf_calibration_of(const int64_t *words, sheaf_calibration *out);

#endif
