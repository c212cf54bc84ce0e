#include "learn/statistics.h"
#include "round/fixed_point.h"

#include <math.h>
#include <string.h>

enum {
    VALUE_UNIT_BITS = 20, /* values are rounded to units of 2^-20 */
    LOW_BITS = 48,        /* of a sum of squares in its low word */
    MEMBERS_BITS = 14,    /* so many members' low words fit one sum */
};

/* Sums of one column, of the values that are there, whose value in a row is `stride` doubles
 * behind that of the row before.
 */
static void column_local(const sheaf_table *table, const double *values, uint32_t stride,
                         int64_t *words)
{
    int64_t sum = 0;
    __int128 squares = 0;
    for (uint32_t i = 0; i < table->rows; i++) {
        if (table->is_test[i])
            continue;
        double value = values[(size_t)i * stride];
        int64_t q = isnan(value) ? 0 : llround(ldexp(value, VALUE_UNIT_BITS));
        sum += q;
        squares += (__int128)q * q;
    }
    words[0] = sum;
    words[1] = (int64_t)(squares & (((__int128)1 << LOW_BITS) - 1));
    words[2] = (int64_t)(squares >> LOW_BITS);
}

sheaf_status sheaf_statistics_local(const sheaf_table *table, int64_t *words, sheaf_err *err)
{
    if (table->train_rows > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the table has %u training rows; all members together may have %d",
                          table->train_rows, SHEAF_RECORDS_MAX);
    if (table->train_rows == 0)
        return sheaf_fail(err, SHEAF_INVALID, "the table has no training rows");
    memset(words, 0, sheaf_statistics_words(table->d) * sizeof *words);
    words[0] = table->train_rows;
    for (uint32_t j = 0; j < table->d; j++)
        column_local(table, table->x + j, table->d,
                     words + 1 + SHEAF_STATISTICS_COLUMN * (size_t)j);
    return SHEAF_OK;
}

void sheaf_statistics_label_local(const sheaf_table *table, int64_t *words)
{
    column_local(table, table->target, 1, words);
}

/* One feature: sum and squares are in units of 2^-20 and 2^-40. */
static bool feature_finish(int64_t n, const int64_t *words, int64_t *mean, int64_t *scale)
{
    const int value_bits = SHEAF_VALUE_BITS + VALUE_UNIT_BITS;
    __int128 sum = words[0];
    if (sum > (__int128)n << value_bits || sum < -((__int128)n << value_bits) || words[1] < 0
        || words[1] >> (LOW_BITS + MEMBERS_BITS) != 0 || words[2] < 0)
        return false;
    __int128 squares = ((__int128)words[2] << LOW_BITS) + words[1];
    if (squares > (__int128)n << 2 * value_bits)
        return false;
    __int128 spread = n * squares - sum * sum; /* n * (n-1) * variance, below 2^126 */
    if (spread < 0)
        return false;

    *mean = (int64_t)sheaf_divide_rounded(sum * (1 << (SHEAF_UNIT_BITS - VALUE_UNIT_BITS)), n);
    /* variance in units of 2^-48, whose root is in units of 2^-24: shift after dividing, so
     * that nothing overflows */
    const int shift = 2 * (SHEAF_UNIT_BITS - VALUE_UNIT_BITS);
    __int128 divisor = (__int128)n * (n - 1);
    __int128 variance = ((spread / divisor) << shift)
                        + sheaf_divide_rounded((spread % divisor) << shift, divisor);
    int64_t root = sheaf_root_rounded(variance);
    *scale = root > 0 ? root : SHEAF_UNIT;
    return true;
}

sheaf_status sheaf_statistics_finish(const int64_t *words, uint32_t d, sheaf_scaling *out,
                                     uint32_t *records, sheaf_err *err)
{
    int64_t n = words[0];
    if (n < 2 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld training records; it must be 2 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    for (uint32_t j = 0; j < d; j++)
        if (!feature_finish(n, words + 1 + 3 * (size_t)j, &out->mean[j], &out->scale[j]))
            return sheaf_fail(
                err, SHEAF_INVALID,
                "the members' sums for feature %u are impossible for %lld records; "
                "abort this round and find the member whose node is faulty",
                j + 1, (long long)n);
    for (uint32_t j = d; j < SHEAF_FEATURES_MAX; j++)
        out->mean[j] = out->scale[j] = 0;
    out->clipped = out->number = false;
    out->label_mean = out->label_scale = 0;
    if (records)
        *records = (uint32_t)n;
    return SHEAF_OK;
}

sheaf_status sheaf_statistics_label_finish(const int64_t *words, uint32_t records,
                                           sheaf_scaling *out, sheaf_err *err)
{
    if (!feature_finish(records, words, &out->label_mean, &out->label_scale))
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the members' sums for the label are impossible for %u records; abort "
            "this round and find the member whose node is faulty",
            records);
    out->number = true;
    return SHEAF_OK;
}
