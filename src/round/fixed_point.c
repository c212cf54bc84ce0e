#include "round/fixed_point.h"

#include <assert.h>

uint64_t sheaf_word_from_int(int64_t value)
{
    return (uint64_t)value;
}

int64_t sheaf_int_from_word(uint64_t word)
{
    return word <= INT64_MAX ? (int64_t)word : -(int64_t)(UINT64_MAX - word) - 1;
}

int64_t sheaf_fixed_limit(uint32_t participants)
{
    assert(participants > 0);
    return INT64_MAX / (int64_t)participants;
}

sheaf_status sheaf_fixed_check(const int64_t *values, size_t count, uint32_t participants,
                               sheaf_err *err)
{
    int64_t limit = sheaf_fixed_limit(participants);
    for (size_t i = 0; i < count; i++)
        if (values[i] > limit || values[i] < -limit)
            return sheaf_fail(err, SHEAF_INVALID,
                              "value %zu is %lld, but with %u participants a value must lie "
                              "within +-%lld, or the sum could wrap",
                              i, (long long)values[i], participants, (long long)limit);
    return SHEAF_OK;
}

sheaf_status sheaf_divide_rounded(sheaf_int128 numerator, int64_t denominator, int64_t *out,
                                  sheaf_err *err)
{
    if (denominator <= 0)
        return sheaf_fail(err, SHEAF_INVALID, "cannot divide by %lld: it must be positive",
                          (long long)denominator);
    sheaf_int128 quotient = numerator / denominator, rest = numerator % denominator;
    sheaf_int128 twice = 2 * (rest < 0 ? -rest : rest);
    if (twice > denominator || (twice == denominator && quotient % 2 != 0))
        quotient += numerator < 0 ? -1 : 1;
    if (quotient > INT64_MAX || quotient < INT64_MIN)
        return sheaf_fail(err, SHEAF_INVALID, "a quotient does not fit into 64 bits");
    *out = (int64_t)quotient;
    return SHEAF_OK;
}

sheaf_status sheaf_average(int64_t sum, int64_t weight, int64_t *out, sheaf_err *err)
{
    return sheaf_divide_rounded(sum, weight, out, err);
}

uint64_t sheaf_square_root(sheaf_uint128 value)
{
    /* One bit at a time from the top: root is the largest with root^2 <= value. */
    uint64_t root = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t next = root | (uint64_t)1 << bit;
        if ((sheaf_uint128)next * next <= value)
            root = next;
    }
    return root;
}
