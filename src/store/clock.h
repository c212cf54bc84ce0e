/* store/clock.h - what time it is. */
#ifndef SHEAF_STORE_CLOCK_H
#define SHEAF_STORE_CLOCK_H

#include <stdint.h>

enum { SHEAF_CLOCK_TEXT_LEN = 24 };

/* Milliseconds since 1970 in UTC, as in the `at` of an act; may be set back. */
int64_t sheaf_clock_ms(void);

/* A time of sheaf_clock_ms() as log lines begin: 2026-11-21T07:22:42.536Z. */
void sheaf_clock_text(int64_t ms, char out[SHEAF_CLOCK_TEXT_LEN + 1]);

/* Microseconds since some moment; never goes back. For durations. */
int64_t sheaf_clock_monotonic_us(void);

#endif
