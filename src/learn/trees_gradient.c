/* What a record pulls at its score: derivatives of the loss, in whole units. */
#include "learn/trees_internal.h"

#include "learn/exact_math.h"

#include <math.h>

enum {
    ONE = 1 << SHEAF_TREES_UNIT_BITS,
    SCORE_SHIFT = SHEAF_UNIT_BITS - SHEAF_TREES_UNIT_BITS,
    ERROR_BITS = 7, /* of a number's error in deviations */
    /* The curve 1/(1+exp(-s)) for s from 0 to 16, at every 2^-8, in units of 2^-30. Between two
     * points it is a line, which is off by less than 2^-22; beyond 16 it stays. */
    CURVE_BITS = 30,
    STEP_BITS = SHEAF_UNIT_BITS - 8,
};
_Static_assert(SHEAF_TREES_ERROR_MAX == 1 << ERROR_BITS, "errors within their bounds");
_Static_assert(SHEAF_TREES_CURVE == (16 << 8) + 1, "points of the curve");

static int32_t curve_at(uint32_t point)
{
    double s = ldexp(point, STEP_BITS - SHEAF_UNIT_BITS);
    return (int32_t)(ldexp(sheaf_exact_sigmoid(s), CURVE_BITS) + 0.5);
}

void sheaf_trees_curve(int32_t out[SHEAF_TREES_CURVE])
{
    for (uint32_t i = 0; i < SHEAF_TREES_CURVE; i++)
        out[i] = curve_at(i);
}

/* The probability of the class, in units of 2^-20. */
static inline int32_t probability_of(const int32_t *curve, int64_t score)
{
    uint64_t size = (uint64_t)(score < 0 ? -score : score), point = size >> STEP_BITS;
    if (point >= SHEAF_TREES_CURVE - 1)
        return score < 0 ? 0 : ONE;
    int64_t a = curve ? curve[point] : curve_at((uint32_t)point);
    int64_t b = curve ? curve[point + 1] : curve_at((uint32_t)point + 1);
    int64_t within = (int64_t)(size & (((uint64_t)1 << STEP_BITS) - 1));
    int64_t p = a + (b - a) * within / (1 << STEP_BITS);
    int32_t units = (int32_t)((p + (1 << (CURVE_BITS - SHEAF_TREES_UNIT_BITS - 1)))
                              >> (CURVE_BITS - SHEAF_TREES_UNIT_BITS));
    return score < 0 ? ONE - units : units;
}

static inline void gradient_of(bool number, const int32_t *curve, int64_t score, int64_t target,
                               int32_t gh[2])
{
    if (number) {
        int64_t g = (score - target) / (1 << SCORE_SHIFT);
        gh[0] = (int32_t)(g > INT32_MAX ? INT32_MAX : g < -INT32_MAX ? -INT32_MAX : g);
        gh[1] = ONE;
        return;
    }
    int64_t p = probability_of(curve, score), h = p * (ONE - p) / ONE;
    gh[0] = (int32_t)(target ? p - ONE : p);
    gh[1] = (int32_t)(h > 0 ? h : 1); /* never 0, so that no leaf divides by it */
}

void sheaf_trees_gradient(const sheaf_trees *trees, const int32_t *curve, int64_t score,
                          int64_t target, int32_t gh[2])
{
    gradient_of(trees->terms.number, curve, score, target, gh);
}

void sheaf_binned_begin(const sheaf_trees *trees, sheaf_binned *binned)
{
    const bool number = trees->terms.number;
    for (uint32_t i = 0; i < binned->n; i++) {
        int32_t gh[2];
        gradient_of(number, binned->curve, binned->score[i], binned->target[i], gh);
        binned->gradient[i] =
            ((uint64_t)(int64_t)gh[0] << binned->shift) + (uint32_t)gh[1] / binned->h_unit;
        binned->rows[i] = i;
    }
    binned->node_first[0] = 0;
    binned->node_first[1] = binned->n;
}

static int64_t class_loss(int64_t score, int64_t target)
{
    double odds = ldexp((double)(target ? score : -score), -SHEAF_UNIT_BITS);
    return (int64_t)floor(
        ldexp(fmin(sheaf_exact_softplus(-odds), SHEAF_TREES_LOSS_MAX), SHEAF_UNIT_BITS) + 0.5);
}

/* An error of a number, within 2^7 deviations. */
static int64_t error_of(int64_t score, int64_t target)
{
    const int64_t most = SHEAF_UNIT << ERROR_BITS;
    int64_t e = score < target ? target - score : score - target;
    return e > most ? most : e;
}

void sheaf_binned_figures(const sheaf_trees *trees, const sheaf_binned *binned, int64_t *loss,
                          int64_t *correct)
{
    *loss = *correct = 0;
    for (uint32_t i = 0; i < binned->n; i++) {
        int64_t score = binned->score[i], target = binned->target[i];
        if (!trees->terms.number) {
            *loss += class_loss(score, target);
            *correct += (score >= 0) == (target != 0);
            continue;
        }
        int64_t e = error_of(score, target);
        *loss += (int64_t)((__int128)e * e / SHEAF_UNIT);
        *correct += e;
    }
}
