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

sheaf_int128 sheaf_divide_rounded(sheaf_int128 a, sheaf_int128 b)
{
    assert(b > 0 && b >> 126 == 0);
    sheaf_int128 quotient = a / b, rest = a % b;
    sheaf_int128 twice = rest < 0 ? -2 * rest : 2 * rest;
    if (twice > b || (twice == b && quotient % 2 != 0))
        quotient += a < 0 ? -1 : 1;
    return quotient;
}

int64_t sheaf_root_rounded(sheaf_int128 a)
{
    assert(a >= 0 && a >> 124 == 0);
    sheaf_int128 root = 0;
    for (int bit = 61; bit >= 0; bit--) {
        sheaf_int128 next = root + ((sheaf_int128)1 << bit);
        if (next * next <= a)
            root = next;
    }
    if (a - root * root > root)
        root++;
    return (int64_t)root;
}
