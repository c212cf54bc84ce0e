#include "learn/series.h"
#include "learn/times.h"

#include <assert.h>
#include <math.h>

/* From one origin to the next: over midnight to midnight there are as many steps as their
 * length goes into the least common multiple with a day. */
static uint32_t stride_of(const sheaf_series *series, const sheaf_windows *windows)
{
    uint32_t a = SHEAF_DAY_S, b = series->step_s;
    if (windows->every)
        return windows->every;
    while (b) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return SHEAF_DAY_S / a;
}

/* The first origin at `from` or later; `none` where none will come. Origins that are no
 * midnights are counted from the first that there can be, look_back. */
static uint64_t origin_from(const sheaf_series *series, const sheaf_windows *windows,
                            uint32_t stride, uint64_t from, uint64_t none)
{
    if (windows->every) {
        uint64_t after = from > windows->look_back ? from - windows->look_back : 0;
        return windows->look_back + (after + stride - 1) / stride * stride;
    }
    for (uint32_t i = 0; i < stride; i++)
        if (sheaf_time_of_day(series->start_s + (int64_t)(from + i) * series->step_s) == 0)
            return from + i;
    return none;
}

/* The end of the last gap in [from, to); `from` where all is known. */
static uint64_t gap_end(const sheaf_series *series, uint64_t from, uint64_t to)
{
    while (to > from && !isnan(series->value[to - 1]))
        to--;
    return to;
}

bool sheaf_windows_next(const sheaf_series *series, const sheaf_windows *windows,
                        sheaf_span part, uint32_t back_from, uint32_t *at,
                        sheaf_window_run *out)
{
    assert(part.to <= series->steps);
    uint64_t ahead = windows->horizon, back = windows->look_back;
    uint32_t stride = stride_of(series, windows);
    uint64_t least = back_from + back > part.from ? back_from + back : part.from;
    uint64_t from = *at > least ? *at : least, origin, known;
    for (;; from = known + back) {
        origin = origin_from(series, windows, stride, from, part.to);
        if (origin + ahead > part.to)
            return false;
        known = gap_end(series, origin - back, origin + ahead);
        if (known == origin - back)
            break;
    }
    *out = (sheaf_window_run){(uint32_t)origin, 1, stride};
    for (;; out->count++) {
        uint64_t end = origin + ahead;
        origin += stride;
        if (origin + ahead > part.to || gap_end(series, end, origin + ahead) != end)
            break;
    }
    *at = (uint32_t)(origin - stride) + 1;
    return true;
}

uint64_t sheaf_windows_count(const sheaf_series *series, const sheaf_windows *windows,
                             sheaf_span part, uint32_t back_from)
{
    sheaf_window_run run;
    uint64_t count = 0;
    for (uint32_t at = 0; sheaf_windows_next(series, windows, part, back_from, &at, &run);)
        count += run.count;
    return count;
}
