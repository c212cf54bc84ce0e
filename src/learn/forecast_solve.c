/* From the summed words to the map: (X'X + lambda n I) W = X'Y.
 *
 * X'X + lambda n I = U'U, and the rows of X'Y go through the same elimination, so that one
 * matrix [X'X | X'Y] becomes [U | Z] with U'Z = X'Y; then U W = Z from the last row to the
 * first. Every element is its first value less products in the order of the rows, each product
 * and each difference rounded once: which loop runs inside, or how many elements a processor
 * takes at once, changes no bit.
 */
#include "learn/forecast.h"

#include "learn/statistics.h"

#include <math.h>
#include <stdlib.h>

/* A weight is below 2^15, as in every other model. */
enum { WEIGHT_BITS = 15 + SHEAF_UNIT_BITS };
#define WINDOWS_MAX ((int64_t)SHEAF_SERIES_POINTS_MAX)

typedef struct {
    uint32_t rows, columns; /* columns: rows + horizon */
    double *m;
} matrix;

/* A Gram matrix has no element beyond what its diagonal allows, and that is never negative. */
static sheaf_status sums_check(const sheaf_forecast_terms *terms, const int64_t *words,
                               sheaf_err *err)
{
    const uint32_t rows = terms->look_back;
    const size_t gram = (size_t)rows * (rows + 1) / 2,
                 count = gram + (size_t)rows * terms->horizon;
    const int64_t n = words[count], most = (int64_t)1 << 62;
    bool holds = n > 0 && n <= WINDOWS_MAX;
    size_t at = 0;
    for (uint32_t i = 0; i < rows; at += rows - i++)
        holds = holds && words[at] >= 0;
    for (size_t i = 0; i < count; i++)
        holds = holds && words[i] >= -most && words[i] <= most;
    if (holds)
        return SHEAF_OK;
    if (n == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "no member has a window of %u known steps to learn from",
                          terms->look_back + terms->horizon);
    return sheaf_fail(err, SHEAF_INVALID, "the sum is not one that windows of series can have");
}

static void matrix_fill(const sheaf_forecast_terms *terms, const int64_t *words, matrix *out)
{
    const uint32_t rows = out->rows;
    const int64_t *product = words + (size_t)rows * (rows + 1) / 2;
    const double windows = (double)product[(size_t)rows * terms->horizon];
    const double penalty =
        ldexp(windows * terms->lambda_millionths / 1000000, 2 * SHEAF_SCALED_BITS);
    for (uint32_t i = 0; i < rows; i++) {
        double *row = out->m + (size_t)i * out->columns;
        for (uint32_t j = i; j < rows; j++)
            row[j] = (double)*words++;
        row[i] += penalty;
        for (uint32_t j = rows; j < out->columns; j++)
            row[j] = (double)*product++;
    }
}

/* row[j] -= factor * other[j], four rows at a time in their order. */
static void rows_subtract(double *restrict row, const double *restrict other, size_t stride,
                          const double factor[4], uint32_t from, uint32_t to)
{
    const double *b = other + stride, *c = b + stride, *d = c + stride;
    for (uint32_t j = from; j < to; j++) {
        double value = row[j];
        value -= factor[0] * other[j];
        value -= factor[1] * b[j];
        value -= factor[2] * c[j];
        value -= factor[3] * d[j];
        row[j] = value;
    }
}

static void row_subtract(double *restrict row, const double *restrict other, double factor,
                         uint32_t from, uint32_t to)
{
    for (uint32_t j = from; j < to; j++)
        row[j] -= factor * other[j];
}

/* False where the matrix is not positive definite. */
static bool eliminate(matrix *a)
{
    for (uint32_t i = 0; i < a->rows; i++) {
        double *row = a->m + (size_t)i * a->columns;
        uint32_t k = 0;
        for (; k + 4 <= i; k += 4) {
            const double *other = a->m + (size_t)k * a->columns;
            const double factor[4] = {other[i], other[i + a->columns],
                                      other[i + 2 * (size_t)a->columns],
                                      other[i + 3 * (size_t)a->columns]};
            rows_subtract(row, other, a->columns, factor, i, a->columns);
        }
        for (; k < i; k++) {
            const double *other = a->m + (size_t)k * a->columns;
            row_subtract(row, other, other[i], i, a->columns);
        }
        if (!(row[i] > 0))
            return false;
        double root = sqrt(row[i]);
        for (uint32_t j = i; j < a->columns; j++)
            row[j] /= root;
    }
    return true;
}

/* Leaves W where Z was. */
static void substitute(matrix *a)
{
    for (uint32_t i = a->rows; i-- > 0;) {
        double *row = a->m + (size_t)i * a->columns;
        uint32_t k = i + 1;
        for (; k + 4 <= a->rows; k += 4)
            rows_subtract(row, a->m + (size_t)k * a->columns, a->columns, row + k, a->rows,
                          a->columns);
        for (; k < a->rows; k++)
            row_subtract(row, a->m + (size_t)k * a->columns, row[k], a->rows, a->columns);
        for (uint32_t j = a->rows; j < a->columns; j++)
            row[j] /= row[i];
    }
}

static sheaf_status weights_write(const matrix *a, int64_t *weight, sheaf_err *err)
{
    for (uint32_t i = 0; i < a->rows; i++)
        for (uint32_t j = a->rows; j < a->columns; j++) {
            double value = ldexp(a->m[(size_t)i * a->columns + j], SHEAF_UNIT_BITS);
            if (!(fabs(value) < ldexp(1, WEIGHT_BITS)))
                return sheaf_fail(err, SHEAF_INVALID,
                                  "the sum gives weights that are too large; learn with a "
                                  "larger penalty");
            *weight++ = (int64_t)floor(value + 0.5);
        }
    return SHEAF_OK;
}

sheaf_status sheaf_forecast_solve(const sheaf_forecast_terms *terms, const int64_t *words,
                                  int64_t *weight, sheaf_err *err)
{
    matrix a = {.rows = terms->look_back, .columns = terms->look_back + terms->horizon};
    SHEAF_TRY(sums_check(terms, words, err));
    a.m = calloc((size_t)a.rows * a.columns, sizeof *a.m);
    if (!a.m)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to solve for a forecaster");
    matrix_fill(terms, words, &a);
    sheaf_status status = SHEAF_OK;
    if (eliminate(&a)) {
        substitute(&a);
        status = weights_write(&a, weight, err);
    } else {
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "the sum is not one that windows of series can have, or the penalty "
                       "is too small for them");
    }
    free(a.m);
    return status;
}
