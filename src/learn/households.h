/* learn/households.h - half-hourly electricity of ten households as a table each.
 *
 * The file of data/households/ lists customer_id,t,kwh, one household below the other. A
 * household's own table has the header t,kwh,set; `set` is train before 1 July 2013 and test
 * from then on. Its number at the distributor stays out of it.
 */
#ifndef SHEAF_LEARN_HOUSEHOLDS_H
#define SHEAF_LEARN_HOUSEHOLDS_H

#include "base/buffer.h"

enum { SHEAF_HOUSEHOLDS = 10 };

typedef struct {
    uint32_t train, test; /* half hours */
} sheaf_households_counts;

/* Appends the table of the household that comes at that place in the file, from 0. Refuses a
 * file with another header, rows that are not as it says, by line, and one with fewer. */
SHEAF_MUST_USE sheaf_status sheaf_households_convert(sheaf_slice csv, uint32_t place,
                                                     sheaf_buffer *out,
                                                     sheaf_households_counts *counts,
                                                     sheaf_err *err);

#endif
