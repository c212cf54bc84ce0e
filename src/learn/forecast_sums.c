/* The sums that a ridge regression over sliding windows needs, without visiting every pair of
 * places for every window.
 *
 * Let c(a, b) be the sum over windows of the products of the values at their places a and b. In
 * a run of windows whose starts are k steps apart, place a of one window is place a - k of the
 * next, so that c(a, b) is c(a - k, b - k) less the product of the first window's places a - k
 * and b - k, plus that of the last window's places a and b. What differs is added up over all
 * runs of all series; then only the first k rows need a look at every window, and the others
 * follow by one pass over the diagonals: O(steps * (look_back + horizon)) in all.
 *
 * All is integers and sums of products of at most 2^22 each: exact, in whatever order. That
 * nothing overflows is shown in forecast.h; the differences along a diagonal are below twice
 * the bound of a sum.
 */
#include "learn/forecast.h"

#include <assert.h>
#include <stdlib.h>

typedef struct {
    uint32_t look_back, places; /* places: look_back + horizon */
    uint32_t stride;            /* of all runs; 0 before the first */
    int64_t *c;                 /* look_back x places; b >= a */
    uint64_t windows;
} sums;

static void row_add(int64_t *row, const int32_t *z, int32_t factor, uint32_t count)
{
    for (uint32_t b = 0; b < count; b++)
        row[b] += (int64_t)factor * z[b];
}

static void run_add(sums *s, const int32_t *z, const sheaf_window_run *run)
{
    uint32_t direct = run->stride < s->look_back ? run->stride : s->look_back;
    const int32_t *first = z + run->first - s->look_back;
    const int32_t *last = first + (size_t)(run->count - 1) * run->stride;
    assert(s->stride == 0 || s->stride == run->stride);
    s->stride = run->stride;
    s->windows += run->count;
    for (uint32_t i = 0; i < run->count; i++) {
        const int32_t *at = first + (size_t)i * run->stride;
        for (uint32_t a = 0; a < direct; a++)
            row_add(s->c + (size_t)a * s->places + a, at + a, at[a], s->places - a);
    }
    for (uint32_t a = direct; a < s->look_back; a++) {
        int64_t *row = s->c + (size_t)a * s->places + a;
        const int32_t *before = first + (a - run->stride);
        row_add(row, last + a, last[a], s->places - a);
        row_add(row, before, -before[0], s->places - a);
    }
}

/* From the differences along the diagonals to the sums. */
static void diagonals(const sums *s)
{
    for (uint32_t a = s->stride; a < s->look_back; a++) {
        int64_t *row = s->c + (size_t)a * s->places;
        const int64_t *above = s->c + (size_t)(a - s->stride) * s->places;
        for (uint32_t b = a; b < s->places; b++)
            row[b] += above[b - s->stride];
    }
}

/* Each value less the last of its look-back. */
static void words_write(const sums *s, int64_t *words)
{
    const uint32_t last = s->look_back - 1;
    const int64_t *of_last = s->c + (size_t)last * s->places;
    for (uint32_t i = 0; i < s->look_back; i++) {
        const int64_t *row = s->c + (size_t)i * s->places;
        for (uint32_t j = i; j < s->look_back; j++) {
            int64_t with_last = s->c[(size_t)j * s->places + last];
            *words++ = row[j] - row[last] - with_last + of_last[last];
        }
    }
    for (uint32_t i = 0; i < s->look_back; i++) {
        const int64_t *row = s->c + (size_t)i * s->places;
        for (uint32_t b = s->look_back; b < s->places; b++)
            *words++ = row[b] - row[last] - of_last[b] + of_last[last];
    }
    *words = (int64_t)s->windows;
}

sheaf_status sheaf_forecast_sums(const sheaf_scaled_set *data,
                                 const sheaf_forecast_terms *terms, int64_t *words,
                                 sheaf_err *err)
{
    sums s = {.look_back = terms->look_back, .places = terms->look_back + terms->horizon};
    s.c = calloc((size_t)s.look_back * s.places, sizeof *s.c);
    if (!s.c)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the sums of a forecaster");
    for (uint32_t i = 0; i < data->count; i++) {
        const sheaf_scaled *one = &data->items[i];
        sheaf_window_run run;
        uint32_t at = 0;
        while (one->scale > 0
               && sheaf_windows_next(one->series, &data->windows, one->series->train,
                                     one->series->train.from, &at, &run))
            run_add(&s, one->z, &run);
    }
    if (s.windows > 0)
        diagonals(&s);
    words_write(&s, words);
    free(s.c);
    return SHEAF_OK;
}
