/* learn/times.h - moments as they are written in tables: 2013-07-01, 2013-07-01T08:30,
 * 2013-07-01 08:30:00, with or without a Z at the end.
 *
 * A moment is what the clock on the wall shows, in seconds since 1970-01-01 00:00 by the same
 * clock: there are no time zones here. Whoever writes a series with summer time writes an hour
 * twice, which learn/series.h refuses.
 */
#ifndef SHEAF_LEARN_TIMES_H
#define SHEAF_LEARN_TIMES_H

#include "base/slice.h"

enum { SHEAF_DAY_S = 86400, SHEAF_TIME_LEN = 19 };

/* False for all else, also for days that no calendar has and years outside 1600 .. 2999. */
bool sheaf_time_parse(sheaf_slice text, int64_t *seconds);

/* As 2013-07-01 08:30:00. `seconds` is one that sheaf_time_parse() gives. */
void sheaf_time_print(int64_t seconds, char out[SHEAF_TIME_LEN + 1]);

/* The seconds since the last midnight: 0 .. 86399. */
static inline int64_t sheaf_time_of_day(int64_t seconds)
{
    int64_t left = seconds % SHEAF_DAY_S;
    return left < 0 ? left + SHEAF_DAY_S : left;
}

#endif
