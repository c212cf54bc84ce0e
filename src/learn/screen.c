#include "learn/screen.h"

#include <math.h>
#include <stdlib.h>

enum { RECORDS_MAX = 20000 };

typedef struct {
    double value, target;
    bool positive;
} seen;

static int by_value(const void *a, const void *b)
{
    const seen *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Twice the pairs of a positive and a negative record that stand in ascending order, ties
 * counting once, beside twice all pairs (Mann and Whitney, 1947). */
static bool tells_class(seen *of, uint32_t n)
{
    double pairs = 0, negatives = 0, positives = 0;
    qsort(of, n, sizeof *of, by_value);
    for (uint32_t i = 0, end; i < n; i = end) {
        double alike[2] = {0, 0};
        for (end = i; end < n && of[end].value == of[i].value; end++)
            alike[of[end].positive]++;
        pairs += alike[1] * (2 * negatives + alike[0]);
        negatives += alike[0];
        positives += alike[1];
    }
    if (positives < SHEAF_SCREEN_EITHER_MIN || negatives < SHEAF_SCREEN_EITHER_MIN)
        return false;
    double area = pairs / (2 * positives * negatives);
    return area >= 0.999 || area <= 0.001;
}

/* From sums around the first record, which lose nothing where values lie far from zero. */
static bool tells_number(const seen *of, uint32_t n)
{
    double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
    for (uint32_t i = 0; i < n; i++) {
        double a = of[i].value - of[0].value, b = of[i].target - of[0].target;
        x += a;
        y += b;
        xx += a * a;
        xy += a * b;
        yy += b * b;
    }
    double left = n * xx - x * x, right = n * yy - y * y;
    return left > 0 && right > 0 && fabs(n * xy - x * y) >= 0.9999 * sqrt(left * right);
}

/* The records that have the input. */
static uint32_t gather(const sheaf_table *table, uint32_t input, seen *out)
{
    uint32_t step = table->rows / RECORDS_MAX + 1, n = 0;
    for (uint32_t i = 0; i < table->rows; i += step) {
        double value = table->x[(size_t)i * table->d + input];
        if (!isnan(value))
            out[n++] = (seen){value, table->target[i], table->y[i] != 0};
    }
    return n;
}

static bool all_alike(const sheaf_table *table, uint32_t input)
{
    double first = NAN;
    for (uint32_t i = 0; i < table->rows; i++) {
        double value = table->x[(size_t)i * table->d + input];
        if (isnan(first))
            first = value;
        else if (!isnan(value) && value != first)
            return false;
    }
    return true;
}

static bool labels_alike(const sheaf_table *table, bool number)
{
    for (uint32_t i = 1; i < table->rows; i++)
        if (number ? table->target[i] != table->target[0] : table->y[i] != table->y[0])
            return false;
    return true;
}

sheaf_status sheaf_screen_table(const sheaf_table *table, uint32_t features, bool number,
                                sheaf_screen *out, sheaf_err *err)
{
    const bool few = table->rows < SHEAF_SCREEN_ALIKE_MIN;
    *out = (sheaf_screen){.no_training = table->rows > 0 && table->train_rows == 0,
                          .no_test = table->rows > 0 && table->test_rows == 0,
                          .one_label = table->rows > 0 && labels_alike(table, number)};
    seen *of = malloc(RECORDS_MAX * sizeof *of);
    if (!of)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to look at the columns of a table");
    for (uint32_t input = 0; input < features; input++) {
        uint32_t n = gather(table, input, of);
        if (all_alike(table, input) && !few)
            out->constant[out->constants++] = (uint16_t)input;
        else if (n >= SHEAF_SCREEN_RECORDS_MIN
                 && (number ? tells_number(of, n) : tells_class(of, n)))
            out->tells[out->telling++] = (uint16_t)input;
    }
    free(of);
    return SHEAF_OK;
}
