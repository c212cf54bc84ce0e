/* store/clock.h - what time it is. */
#ifndef SHEAF_STORE_CLOCK_H
#define SHEAF_STORE_CLOCK_H

#include <stdint.h>

/* Room for years of six digits: 2^53 - 1 milliseconds are the year 287396. */
enum { SHEAF_CLOCK_TEXT_LEN = 26 };

/* Milliseconds since 1970 in UTC, as in the `at` of an act; may be set back. */
int64_t sheaf_clock_ms(void);

/* A time of sheaf_clock_ms() as log lines begin: 2026-11-21T07:22:42.536Z; "-" for one before
 * 1970 or for which there is no room. */
void sheaf_clock_text(int64_t ms, char out[SHEAF_CLOCK_TEXT_LEN + 1]);

/* Microseconds since some moment; never goes back. For durations. */
int64_t sheaf_clock_monotonic_us(void);

#endif
