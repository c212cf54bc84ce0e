#include "learn/errors.h"

#include "round/fixed_point.h"

#include <math.h>

enum {
    MILLION = 1000000,
    ERROR_BITS = 16, /* errors are in units of 2^-16 */
    MOST_BITS = SHEAF_VALUE_BITS + ERROR_BITS,
    LOW_BITS = 48,     /* of a sum of squares in its low word */
    MEMBERS_BITS = 14, /* so many members' low words fit one sum */
    ROOT_BITS = 12,    /* more of a root than of what it is the root of */
    /* The root of 3 in 4096ths, rounded up: three cells of at most a unit each. */
    ROOT_3 = 7095,
    ROOT_ONE = 4096,
};

static int64_t error_units(double predicted, double actual)
{
    const double most = (double)((int64_t)1 << MOST_BITS);
    double e = ldexp(predicted - actual, ERROR_BITS);
    if (!(e < most))
        e = most;
    if (e < -most)
        e = -most;
    return (int64_t)floor(e + 0.5);
}

static void side_add(int64_t words[3], int64_t e)
{
    int64_t size = e < 0 ? -e : e;
    sheaf_int128 square = (sheaf_int128)size * size
                          + words[1]; /* the low word stays below 2^48 within a member */
    words[0] += size;
    words[1] = (int64_t)(square & (((sheaf_int128)1 << LOW_BITS) - 1));
    words[2] += (int64_t)(square >> LOW_BITS);
}

void sheaf_errors_add(int64_t words[SHEAF_ERRORS_WORDS], double predicted, double actual,
                      double baseline)
{
    int64_t e = error_units(predicted, actual);
    words[0]++;
    side_add(words + 1, e);
    side_add(words + 4, error_units(baseline, actual));
    words[7] += e;
}

/* In millionths of the label's unit; false where n errors cannot have such sums. */
static bool side_finish(const int64_t words[3], int64_t n, int64_t *mae, int64_t *rmse)
{
    if (words[0] < 0 || words[0] > n << MOST_BITS || words[1] < 0
        || words[1] >> (LOW_BITS + MEMBERS_BITS) != 0 || words[2] < 0
        || words[2] > n << (2 * MOST_BITS - LOW_BITS))
        return false;
    sheaf_int128 squares = ((sheaf_int128)words[2] << LOW_BITS) + words[1];
    /* The mean of squares is at least the square of the mean. */
    if (squares > (sheaf_int128)n << 2 * MOST_BITS
        || squares / n + 1 < (sheaf_int128)(words[0] / n) * (words[0] / n))
        return false;
    int64_t root = sheaf_root_rounded((squares / n) << (2 * ROOT_BITS));
    *mae = (int64_t)sheaf_divide_rounded((sheaf_int128)words[0] * MILLION,
                                         (sheaf_int128)n << ERROR_BITS);
    *rmse = (int64_t)sheaf_divide_rounded((sheaf_int128)root * MILLION,
                                          (sheaf_int128)1 << (ERROR_BITS + ROOT_BITS));
    return true;
}

sheaf_status sheaf_errors_finish(const int64_t *words, struct sheaf_figures *out,
                                 sheaf_err *err)
{
    int64_t n = words[0];
    if (n < 1 || n > SHEAF_RECORDS_MAX)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sum counts %lld records; it must be 1 to %d",
                          (long long)n, SHEAF_RECORDS_MAX);
    *out = (struct sheaf_figures){.records = n,
                                  .has_records = true,
                                  .has_mae_millionths = true,
                                  .has_rmse_millionths = true,
                                  .has_baseline_mae_millionths = true,
                                  .has_baseline_rmse_millionths = true};
    if (!side_finish(words + 1, n, &out->mae_millionths, &out->rmse_millionths)
        || !side_finish(words + 4, n, &out->baseline_mae_millionths,
                        &out->baseline_rmse_millionths)
        || words[7] > words[1] || words[7] < -words[1])
        return sheaf_fail(err, SHEAF_INVALID,
                          "the members' sums of errors are impossible for %lld records; abort "
                          "this round and find the member whose node is faulty",
                          (long long)n);
    return SHEAF_OK;
}

/* What a whole cell counts. */
static int64_t cell_unit(void)
{
    return (int64_t)sheaf_noised_sensitivity(SHEAF_ERRORS_NOISED_WORDS) * ROOT_ONE / ROOT_3;
}

void sheaf_errors_noised_add(int64_t values[SHEAF_ERRORS_NOISED_WORDS], double predicted,
                             double actual, double range)
{
    const int64_t unit = cell_unit();
    double e = fabs(predicted - actual) / range;
    if (!(e < 1))
        e = 1;
    values[0] += unit;
    values[1] += (int64_t)floor(e * (double)unit);
    values[2] += (int64_t)floor(e * e * (double)unit);
}

void sheaf_errors_noised_finish(const int64_t *words, int64_t range_millionths,
                                struct sheaf_figures *out)
{
    const sheaf_int128 unit = cell_unit();
    sheaf_int128 n = words[0], size = words[1], square = words[2];
    n = n < unit ? unit : n;
    n = n > SHEAF_RECORDS_MAX * unit ? SHEAF_RECORDS_MAX * unit : n;
    size = size < 0 ? 0 : size > n ? n : size;
    square = square < 0 ? 0 : square > n ? n : square;
    int64_t root =
        sheaf_root_rounded(sheaf_divide_rounded(square << (2 * ROOT_BITS), n) << ROOT_BITS);
    *out = (struct sheaf_figures){
        .records = (int64_t)sheaf_divide_rounded(n, unit),
        .mae_millionths = (int64_t)sheaf_divide_rounded(size * range_millionths, n),
        .rmse_millionths = (int64_t)sheaf_divide_rounded(
            (sheaf_int128)root * range_millionths, (sheaf_int128)1 << (3 * ROOT_BITS / 2)),
        .has_records = true,
        .has_mae_millionths = true,
        .has_rmse_millionths = true};
}
