#include "privacy/noise_share.h"

#include "round/fixed_point.h"

#include <inttypes.h>

static sheaf_uint128 divide_up(sheaf_uint128 a, sheaf_uint128 b)
{
    return a / b + (a % b != 0);
}

sheaf_status sheaf_noise_share(const sheaf_noise_plan *plan, sheaf_variance *out,
                               sheaf_err *err)
{
    const sheaf_uint128 unit = (sheaf_uint128)SHEAF_MULTIPLIER_UNIT * SHEAF_MULTIPLIER_UNIT;
    uint64_t multiplier = plan->multiplier_millionths, sensitivity = plan->sensitivity;
    if (multiplier == 0 || multiplier > ((uint64_t)1 << 32) * SHEAF_MULTIPLIER_UNIT)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the noise multiplier is not above 0 and at most 4294967296");
    if (sensitivity == 0 || sensitivity > (uint64_t)1 << 40)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the sensitivity is not from 1 to 1099511627776 units");
    if (plan->colluders == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the noise reckons with no colluder: every member "
                          "knows its own share, so state at least one");
    if (plan->survivors_least > SHEAF_PARTICIPANTS_MAX
        || plan->colluders >= plan->survivors_least)
        return sheaf_fail(err, SHEAF_INVALID,
                          "of %" PRIu32 " survivors %" PRIu32
                          " may collude, so that no honest share of noise "
                          "is certain: ask for more survivors",
                          plan->survivors_least, plan->colluders);
    /* σΔ is below 2^93 millionths; only below 2^63 it can be squared here. */
    sheaf_uint128 deviation = (sheaf_uint128)multiplier * sensitivity;
    sheaf_variance share = {0, 0};
    if (deviation >> 63)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the noise has a standard deviation of 2^43 units or more: use a coarser scale");
    share.numerator = deviation * deviation;
    share.denominator = (uint64_t)(unit * (plan->survivors_least - plan->colluders));
    sheaf_weight weight;
    SHEAF_TRY(sheaf_weight_init(&weight, share, err));
    *out = share;
    return SHEAF_OK;
}

/* ceil(log2 value), value > 0 */
static unsigned log2_up(uint64_t value)
{
    return value == 1 ? 0 : 64 - (unsigned)__builtin_clzll(value - 1);
}

sheaf_status sheaf_noise_modulus(const sheaf_noise_range *range, unsigned *bits, sheaf_err *err)
{
    sheaf_uint128 variance, needed, values;
    sheaf_weight weight;
    if (range->participants == 0 || range->participants > SHEAF_PARTICIPANTS_MAX
        || range->dimension == 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a sum has from 1 to %d participants and at least one element",
                          SHEAF_PARTICIPANTS_MAX);
    SHEAF_TRY(sheaf_weight_init(&weight, range->share, err));
    variance = divide_up(range->share.numerator, range->share.denominator); /* <= 2^64 */
    needed = divide_up(2 * variance * range->participants * (41 + log2_up(range->dimension))
                           * 6931472,
                       10000000); /* below 2^117; ln 2 < 0.6931472 */
    values = (sheaf_uint128)range->magnitude_max * range->participants;
    for (unsigned width = 16; width <= 64; width *= 2) {
        sheaf_uint128 half = ((sheaf_uint128)1 << (width - 1)) - 1;
        if (half > values && (half - values) * (half - values) >= needed) {
            *bits = width;
            return SHEAF_OK;
        }
    }
    return sheaf_fail(err, SHEAF_INVALID,
                      "the sum of %" PRIu32 " participants with values up to "
                      "%" PRIu64 " and their noise does not fit 64 bits: use "
                      "a coarser scale",
                      range->participants, range->magnitude_max);
}

sheaf_status sheaf_noise_add(const int64_t *values, const int64_t *noise, size_t count,
                             uint64_t magnitude_max, uint64_t *words, sheaf_err *err)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t size = values[i] < 0 ? 0 - (uint64_t)values[i] : (uint64_t)values[i];
        if (size > magnitude_max)
            return sheaf_fail(err, SHEAF_INVALID,
                              "element %zu is %" PRId64 ", over the limit of %" PRIu64
                              " that the range of the sum was checked for",
                              i, values[i], magnitude_max);
    }
    for (size_t i = 0; i < count; i++)
        words[i] = sheaf_word_from_int(values[i]) + sheaf_word_from_int(noise[i]);
    return SHEAF_OK;
}
