#include "store/clock.h"

#include <stdio.h>
#include <time.h>

int64_t sheaf_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void sheaf_clock_text(int64_t ms, char out[SHEAF_CLOCK_TEXT_LEN + 1])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    char day[SHEAF_CLOCK_TEXT_LEN - 4]; /* without the milliseconds and what is around them */
    if (ms < 0 || !gmtime_r(&seconds, &utc)
        || !strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc))
        snprintf(out, SHEAF_CLOCK_TEXT_LEN + 1, "-");
    else
        snprintf(out, SHEAF_CLOCK_TEXT_LEN + 1, "%s.%03uZ", day, (unsigned)(ms % 1000) % 1000);
}

int64_t sheaf_clock_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
