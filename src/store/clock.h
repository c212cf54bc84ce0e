/* store/clock.h - what time it is. */
#ifndef SHEAF_STORE_CLOCK_H
#define SHEAF_STORE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970 in UTC, as in the `at` of an act; may be set back. */
int64_t sheaf_clock_ms(void);

/* Microseconds since some moment; never goes back. For durations. */
int64_t sheaf_clock_monotonic_us(void);

#endif
