#include "learn/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/logistic.h"

enum {
    BITS = 16, /* of a unit */
    MOST = (16 << BITS) - 1,
    PLACES_MAX = SHEAF_FEATURES_MAX + 2,
    MILLION = 1000000,
};

/* ---- what a member adds ---- */

static int32_t whole(double z)
{
    double units = floor(ldexp(z, BITS) + 0.5);
    if (!(units < MOST))
        return MOST;
    return units < -MOST ? -MOST : (int32_t)units;
}

static void products_add(const int32_t *v, uint32_t places, int64_t *words)
{
    for (uint32_t i = 0; i < places; i++)
        for (uint32_t j = i; j < places; j++)
            *words++ += (int64_t)v[i] * v[j];
}

sheaf_status sheaf_linear_local(const sheaf_model *current, const sheaf_table *table,
                                int64_t *words, sheaf_err *err)
{
    const uint32_t d = table->d;
    sheaf_samples samples;
    int32_t v[PLACES_MAX];
    if (d != current->features.count)
        return sheaf_fail(err, SHEAF_INVALID, "the table has %u features, but the model has %u",
                          d, current->features.count);
    if (table->train_rows > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u training rows; all members together may have %d",
                          table->train_rows, SHEAF_RECORDS_MAX);
    memset(words, 0, sheaf_linear_words(d) * sizeof *words);
    SHEAF_TRY(sheaf_samples_open(table, SHEAF_PART_TRAIN, &current->scaling, &samples, err));
    for (uint32_t i = 0; i < samples.n; i++) {
        for (uint32_t j = 0; j < d; j++)
            v[j] = whole(samples.z[(size_t)i * d + j]);
        v[d] = 1 << BITS;
        v[d + 1] = whole(samples.target[i]);
        products_add(v, d + 2, words);
    }
    sheaf_samples_close(&samples);
    return SHEAF_OK;
}

/* ---- what follows from the sum ---- */

/* The word of places i <= j. */
static int64_t word_at(const int64_t *words, uint32_t places, uint32_t i, uint32_t j)
{
    size_t row = (size_t)i * places - (size_t)i * (i - 1) / 2;
    return words[row + (j - i)];
}

/* Products of so many records obey Cauchy and Schwarz, and the bounds. */
static bool possible(const int64_t *words, uint32_t places, int64_t records)
{
    const int64_t most = records * ((int64_t)MOST * MOST);
    for (uint32_t i = 0; i < places; i++) {
        int64_t own = word_at(words, places, i, i);
        if (own < 0 || own > most)
            return false;
    }
    for (uint32_t i = 0; i < places; i++)
        for (uint32_t j = i + 1; j < places; j++) {
            int64_t both = word_at(words, places, i, j);
            if ((__int128)both * both
                > (__int128)word_at(words, places, i, i) * word_at(words, places, j, j))
                return false;
        }
    return true;
}

/* Factors the lower triangle of a positive definite matrix in place; false where it is none. */
static bool factor(double *a, uint32_t n)
{
    for (uint32_t j = 0; j < n; j++)
        for (uint32_t i = j; i < n; i++) {
            double sum = a[(size_t)i * n + j];
            for (uint32_t k = 0; k < j; k++)
                sum -= a[(size_t)i * n + k] * a[(size_t)j * n + k];
            if (i == j && !(sum > 0))
                return false;
            a[(size_t)i * n + j] = i == j ? sqrt(sum) : sum / a[(size_t)j * n + j];
        }
    return true;
}

/* b becomes the solution. */
static void solve(const double *a, uint32_t n, double *b)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i; k++)
            b[i] -= a[(size_t)i * n + k] * b[k];
        b[i] /= a[(size_t)i * n + i];
    }
    for (uint32_t i = n; i-- > 0;) {
        for (uint32_t k = i + 1; k < n; k++)
            b[i] -= a[(size_t)k * n + i] * b[k];
        b[i] /= a[(size_t)i * n + i];
    }
}

/* Mean products, in doubles, with the penalty on all but the bias. */
static void system_fill(const int64_t *words, uint32_t n, int64_t records, double lambda,
                        double *a, double *b)
{
    const uint32_t places = n + 1;
    const double unit = ldexp((double)records, 2 * BITS);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j <= i; j++)
            a[(size_t)i * n + j] = (double)word_at(words, places, j, i) / unit;
        if (i + 1 < n)
            a[(size_t)i * n + i] += lambda;
        b[i] = (double)word_at(words, places, i, n) / unit;
    }
}

static bool weights_set(sheaf_model *model, const double *solution)
{
    const uint32_t d = model->features.count;
    for (uint32_t j = 0; j <= d; j++) {
        double units = floor(ldexp(solution[j], SHEAF_UNIT_BITS) + 0.5);
        if (!(fabs(units) <= (double)SHEAF_WEIGHT_MAX))
            return false;
        *(j < d ? &model->weight[j] : &model->bias) = (int64_t)units;
    }
    return true;
}

sheaf_status sheaf_linear_finish(sheaf_model *model, uint32_t lambda_millionths,
                                 const int64_t *words, sheaf_err *err)
{
    const uint32_t n = model->features.count + 1; /* inputs and 1 */
    const int64_t ones = word_at(words, n + 1, n - 1, n - 1), one = (int64_t)1 << 2 * BITS;
    const int64_t records = ones / one;
    if (ones % one != 0 || records < 1 || records > SHEAF_RECORDS_MAX
        || !possible(words, n + 1, records))
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the members' sums of products are impossible for %lld records; abort "
            "this round and find the member whose node is faulty",
            (long long)records);
    double *a = calloc((size_t)n * (n + 1), sizeof *a);
    if (!a)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to solve for %u weights", n);
    double *b = a + (size_t)n * n;
    system_fill(words, n, records, (double)lambda_millionths / MILLION, a, b);
    sheaf_status status = SHEAF_OK;
    if (!factor(a, n))
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the members' sums of products are those of no records; abort this "
                            "round and find the member whose node is faulty");
    if (status == SHEAF_OK) {
        solve(a, n, b);
        if (!weights_set(model, b))
            status = sheaf_fail(err, SHEAF_INVALID,
                                "a weight grew beyond %d: columns say nearly the same, so "
                                "register the model with a larger lambda than %u millionths",
                                1 << SHEAF_PARAMETER_BITS, lambda_millionths);
    }
    free(a);
    return status;
}
