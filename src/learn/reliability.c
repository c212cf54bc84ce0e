#include "learn/reliability.h"

#include <math.h>

static const double z = 1.959963984540054; /* the normal law's 97.5 % */

static sheaf_interval within(double middle, double half, double low, double high)
{
    return (sheaf_interval){fmax(low, middle - half), fmin(high, middle + half)};
}

sheaf_interval sheaf_interval_share(double share, double records)
{
    double more = 1 + z * z / records;
    double half = z * sqrt(share * (1 - share) / records + z * z / (4 * records * records));
    return within((share + z * z / (2 * records)) / more, half / more, 0, 1);
}

sheaf_interval sheaf_interval_noised_share(double share, double records, double cell_deviation)
{
    double noise = 2 * cell_deviation * cell_deviation
                   * ((1 - share) * (1 - share) + share * share) / (records * records);
    return within(share, z * sqrt(share * (1 - share) / records + noise), 0, 1);
}

sheaf_interval sheaf_interval_mean_error(double mean, double root_mean_square, double records)
{
    double variance = fmax(0, root_mean_square * root_mean_square - mean * mean);
    return within(mean, z * sqrt(variance / fmax(1, records - 1)), 0, INFINITY);
}

/* Sum and squares of what one class's records have of the other below or above them. */
typedef struct {
    double records, sum, squares;
} placements;

static void place(placements *p, int64_t records, double placement)
{
    p->records += (double)records;
    p->sum += (double)records * placement;
    p->squares += (double)records * placement * placement;
}

/* Of the mean of the placements. */
static double variance_of(const placements *p)
{
    double mean = p->sum / p->records;
    return fmax(0, p->squares - p->records * mean * mean) / (p->records - 1) / p->records;
}

bool sheaf_interval_auc(const int64_t *words, sheaf_interval *out)
{
    const int64_t *negative = words, *positive = words + SHEAF_SCORE_BINS;
    double negatives = 0, positives = 0, below = 0, upto = 0;
    placements of_positive = {0}, of_negative = {0};
    for (int i = 0; i < SHEAF_SCORE_BINS; i++) {
        negatives += (double)negative[i];
        positives += (double)positive[i];
    }
    if (negatives < 2 || positives < 2)
        return false;
    for (int i = 0; i < SHEAF_SCORE_BINS; i++) {
        double in = (double)negative[i], at = (double)positive[i];
        place(&of_positive, positive[i], (below + in / 2) / negatives);
        place(&of_negative, negative[i], (positives - upto - at / 2) / positives);
        below += in;
        upto += at;
    }
    double variance = variance_of(&of_positive) + variance_of(&of_negative);
    if (!(variance > 0))
        return false;
    *out = within(of_positive.sum / positives, z * sqrt(variance), 0, 1);
    return true;
}

void sheaf_calibration_of(const int64_t *words, sheaf_calibration *out)
{
    double all = 0;
    *out = (sheaf_calibration){0};
    for (int i = 0; i < SHEAF_SCORE_BINS; i++) {
        double middle = sheaf_probability(sheaf_score_bin_middle(i));
        int bin = (int)(middle * SHEAF_CALIBRATION_BINS);
        int64_t positives = words[SHEAF_SCORE_BINS + i], records = words[i] + positives;
        out->bin[bin].records += (uint32_t)records;
        out->bin[bin].positives += (uint32_t)positives;
        out->bin[bin].expected += middle * (double)records;
        all += (double)records;
    }
    for (int b = 0; b < SHEAF_CALIBRATION_BINS; b++) {
        if (out->bin[b].records == 0)
            continue;
        out->error += fabs(out->bin[b].expected - out->bin[b].positives) / all;
        out->bin[b].expected /= out->bin[b].records;
    }
}
