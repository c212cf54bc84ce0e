/* learn/csv.h - lines and values of a CSV file, as slices into it.
 *
 * The file is UTF-8; lines end in LF or CRLF. Values are separated by commas, semicolons or
 * tabs: by what stands most often in the first line, the comma before the semicolon before the
 * tab where it is as often. A value may stand in quotation marks (RFC 4180), inside of which a
 * separator is text and "" a quotation mark; the slice is what stands between them as it is.
 *
 * A line is one record, whatever stands in it: a quotation mark is closed on its line. So what
 * is wrong with a record is a matter of that record alone.
 */
#ifndef SHEAF_LEARN_CSV_H
#define SHEAF_LEARN_CSV_H

#include "base/slice.h"
#include "base/status.h"

typedef struct {
    const char *name;     /* what errors call the file */
    sheaf_slice rest;     /* what has not been taken */
    const uint8_t *begin; /* of the file */
    uint32_t line;        /* number of the line taken last, from 1 */
    char separator;       /* ',' or ';' or a tab */
    uint32_t place; /* which value of its line was refused last, from 1; 0: all of the line */
    /* Where a number was first written with a point, and with a comma; 0: nowhere. */
    uint32_t point_line, comma_line;
} sheaf_csv;

/* Finds the separator. Refuses files that are empty or too large, or that begin as no CSV file
 * does: UTF-16, a spreadsheet's own format, compressed bytes. A byte order mark is skipped. */
SHEAF_MUST_USE sheaf_status sheaf_csv_open(sheaf_csv *csv, sheaf_slice bytes, const char *name,
                                           sheaf_err *err);

/* The next line without its end (LF or CRLF); false at the end of the file. */
bool sheaf_csv_line(sheaf_csv *csv, sheaf_slice *line);

/* Splits a line, the one taken last: writes at most `max` values, and to *count how many there
 * are. Refuses bytes that are not UTF-8, control characters, and quotation marks elsewhere than
 * around a value. */
SHEAF_MUST_USE sheaf_status sheaf_csv_values(sheaf_csv *csv, sheaf_slice line,
                                             sheaf_slice *values, size_t max, size_t *count,
                                             sheaf_err *err);

/* True for an empty value or `?`. */
static inline bool sheaf_csv_missing(sheaf_slice value)
{
    return value.len == 0 || (value.len == 1 && value.data[0] == '?');
}

/* A value of the file as a number, such as 63, -1.5, .7 or 1e-3; false for all else. Its mark
 * is a point, or a comma in a file where commas do not separate. */
bool sheaf_csv_number(sheaf_csv *csv, sheaf_slice value, double *out);

/* Refuses a file of which some numbers were written with points and others with commas. */
SHEAF_MUST_USE sheaf_status sheaf_csv_one_mark(const sheaf_csv *csv, sheaf_err *err);

/* What to do about a value that is not a number, as the end of a sentence. */
const char *sheaf_csv_number_advice(const sheaf_csv *csv, sheaf_slice value);

/* How many lines are left. */
size_t sheaf_csv_count(const sheaf_csv *csv);

#endif
