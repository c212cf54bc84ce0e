/* learn/csv.h - lines and values of a CSV file, as slices into it.
 *
 * Lines are taken from the front, checked one by one and split at commas. There is no quoting:
 * a quotation mark is refused where it stands. A line is one record, whatever stands in it: so
 * what is wrong with a record is a matter of that record alone.
 */
#ifndef SHEAF_LEARN_CSV_H
#define SHEAF_LEARN_CSV_H

#include "base/slice.h"
#include "base/status.h"

typedef struct {
    const char *name; /* what errors call the file */
    sheaf_slice rest; /* what has not been taken */
    uint32_t line;    /* number of the line taken last, from 1 */
} sheaf_csv;

/* Refuses files that are empty or too large. A byte order mark is skipped. */
SHEAF_MUST_USE sheaf_status sheaf_csv_open(sheaf_csv *csv, sheaf_slice bytes, const char *name,
                                           sheaf_err *err);

/* The next line without its end (LF or CRLF); false at the end of the file. */
bool sheaf_csv_line(sheaf_csv *csv, sheaf_slice *line);

/* Refuses a line, the one taken last, that is not UTF-8 or holds control characters or
 * quotation marks. */
SHEAF_MUST_USE sheaf_status sheaf_csv_check(const sheaf_csv *csv, sheaf_slice line,
                                            sheaf_err *err);

/* Splits a line at its commas: writes at most `max` values and returns how many there are. */
size_t sheaf_csv_split(sheaf_slice line, sheaf_slice *values, size_t max);

/* True for an empty value or `?`. */
bool sheaf_csv_missing(sheaf_slice value);

/* A number in decimal notation with a point, such as 63, -1.5, .7 or 1e-3; false for all else.
 */
bool sheaf_csv_number(sheaf_slice value, double *out);

/* How many lines are left. */
size_t sheaf_csv_count(const sheaf_csv *csv);

#endif
