#include "learn/evaluate.h"
#include "round/fixed_point.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MILLION = 1000000,
    WIDTH_BITS = 2, /* a bin is 2^-2 of log odds wide */
};

static int64_t loss_units(double score, bool positive)
{
    return llround(ldexp(sheaf_logistic_loss(score, positive), SHEAF_UNIT_BITS));
}

int sheaf_score_bin(double score)
{
    const int half = SHEAF_SCORE_BINS / 2;
    double place = floor(ldexp(score, WIDTH_BITS));
    if (!(place > -half))
        return 0;
    return place < half ? half + (int)place : SHEAF_SCORE_BINS - 1;
}

double sheaf_score_bin_middle(int bin)
{
    return ldexp(2 * bin + 1 - SHEAF_SCORE_BINS, -WIDTH_BITS - 1);
}

static sheaf_status shape_check(const sheaf_model *model, const sheaf_table *table,
                                sheaf_err *err)
{
    if (table->d != model->features.count)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u features, but the model has %u",
                          table->d, model->features.count);
    if (table->rows > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u rows; %d can be evaluated",
                          table->rows, SHEAF_RECORDS_MAX);
    return SHEAF_OK;
}

void sheaf_evaluation_add(int64_t words[SHEAF_EVALUATION_WORDS], double score, bool positive)
{
    words[(positive ? SHEAF_SCORE_BINS : 0) + sheaf_score_bin(score)]++;
    words[SHEAF_EVALUATION_WORDS - 1] += loss_units(score, positive);
}

sheaf_status sheaf_evaluation_local(const sheaf_model *model, const sheaf_table *table,
                                    sheaf_part part, int64_t *words, sheaf_err *err)
{
    SHEAF_TRY(shape_check(model, table, err));
    memset(words, 0, SHEAF_EVALUATION_WORDS * sizeof *words);
    for (uint32_t i = 0; i < table->rows; i++) {
        if (!sheaf_part_has(table, part, i))
            continue;
        double score = sheaf_model_score(model, table->x + (size_t)i * table->d);
        sheaf_evaluation_add(words, score, table->y[i] != 0);
    }
    return SHEAF_OK;
}

/* Fills the figures but the AUC from counts and the sum of losses. */
static void figures_fill(sheaf_evaluation *out, int64_t n, int64_t positives, int64_t correct,
                         int64_t loss)
{
    *out = (sheaf_evaluation){
        .records = (uint32_t)n,
        .positives = (uint32_t)positives,
        .correct = (uint32_t)correct,
        .accuracy_millionths = (int64_t)sheaf_divide_rounded(correct * MILLION, n),
        .loss_millionths =
            (int64_t)sheaf_divide_rounded((__int128)loss * MILLION, n * SHEAF_UNIT),
        .auc_millionths = -1,
    };
}

/* twice_wins: pairs of a positive and a negative, 2 where the positive scores higher, 1 for a
 * tie. */
static int64_t auc_of(__int128 twice_wins, int64_t positives, int64_t negatives)
{
    if (positives == 0 || negatives == 0)
        return -1;
    return (int64_t)sheaf_divide_rounded(twice_wins * MILLION,
                                         2 * (__int128)positives * negatives);
}

sheaf_status sheaf_evaluation_finish(const int64_t *words, sheaf_evaluation *out,
                                     sheaf_err *err)
{
    const int64_t *negative = words, *positive = words + SHEAF_SCORE_BINS;
    int64_t loss = words[SHEAF_EVALUATION_WORDS - 1];
    int64_t negatives = 0, positives = 0, correct = 0;
    __int128 twice_wins = 0;
    for (int i = 0; i < SHEAF_SCORE_BINS; i++) {
        if (negative[i] < 0 || negative[i] > SHEAF_RECORDS_MAX || positive[i] < 0
            || positive[i] > SHEAF_RECORDS_MAX)
            return sheaf_fail(err, SHEAF_INVALID,
                              "the members' score histogram is impossible in bin %d; abort "
                              "this round and find the member whose node is faulty",
                              i + 1);
        twice_wins += (__int128)positive[i] * (2 * negatives + negative[i]);
        negatives += negative[i];
        positives += positive[i];
        correct += i < SHEAF_SCORE_BINS / 2 ? negative[i] : positive[i];
    }
    int64_t n = negatives + positives;
    if (n < 1 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld held-out records; it must be 1 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    if (loss < 0 || loss > n * SHEAF_LOSS_MAX * SHEAF_UNIT)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum of losses is impossible for %lld records",
                          (long long)n);
    figures_fill(out, n, positives, correct, loss);
    out->auc_millionths = auc_of(twice_wins, positives, negatives);
    return SHEAF_OK;
}

/* What qsort_r() compares: indices by their score. */
static int by_score(const void *a, const void *b, void *scores)
{
    const double *score = scores;
    double x = score[*(const uint32_t *)a], y = score[*(const uint32_t *)b];
    return (x > y) - (x < y);
}

int64_t sheaf_auc(const double *score, const uint8_t *y, uint32_t n, uint32_t *order)
{
    int64_t negatives = 0, positives = 0;
    __int128 twice_wins = 0;
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_score, (void *)(uintptr_t)score);
    for (uint32_t i = 0; i < n;) {
        int64_t tied[2] = {0, 0}; /* negatives and positives of one score */
        uint32_t first = i;
        for (; i < n && score[order[i]] <= score[order[first]]; i++)
            tied[y[order[i]] != 0]++;
        twice_wins += (__int128)tied[1] * (2 * negatives + tied[0]);
        negatives += tied[0];
        positives += tied[1];
    }
    return auc_of(twice_wins, positives, negatives);
}

sheaf_status sheaf_evaluation_exact(const sheaf_model *model, const sheaf_table *table,
                                    sheaf_part part, sheaf_evaluation *out, sheaf_err *err)
{
    SHEAF_TRY(shape_check(model, table, err));
    int64_t positives = 0, correct = 0, loss = 0;
    uint32_t n = 0;
    double *score = calloc(table->rows, sizeof *score);
    uint8_t *y = calloc(table->rows, 1);
    uint32_t *order = calloc(table->rows, sizeof *order);
    sheaf_status status = SHEAF_OK;
    if (!score || !y || !order) {
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory to evaluate %u rows", table->rows);
        goto done;
    }
    for (uint32_t i = 0; i < table->rows; i++) {
        if (!sheaf_part_has(table, part, i))
            continue;
        score[n] = sheaf_model_score(model, table->x + (size_t)i * table->d);
        y[n] = table->y[i];
        positives += y[n];
        correct += (score[n] >= 0) == (y[n] != 0);
        loss += loss_units(score[n], y[n] != 0);
        n++;
    }
    if (n == 0) {
        status = sheaf_fail(err, SHEAF_INVALID, "there are no rows to evaluate the model on");
        goto done;
    }
    figures_fill(out, n, positives, correct, loss);
    out->auc_millionths = sheaf_auc(score, y, n, order);
done:
    free(score);
    free(y);
    free(order);
    return status;
}
