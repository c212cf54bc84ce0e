/* learn/decimal.h - a number in decimal notation as the nearest double, the same bits on every
 * machine whatever its locale and library: ties go to the even one, as IEEE 754 has it.
 *
 * Three ways, each exact. Up to 2^53 times a power of ten up to 10^22, either way, is one
 * multiplication or division of exact doubles (Clinger, "How to read floating point numbers
 * accurately", 1990). Up to 19 digits are multiplied with 128 bits of the power (Eisel and
 * Lemire, "Number parsing at a gigabyte per second", 2021). The rest is divided digit by digit
 * in long integers.
 */
#ifndef SHEAF_LEARN_DECIMAL_H
#define SHEAF_LEARN_DECIMAL_H

#include "base/slice.h"

enum { SHEAF_DECIMAL_MAX = 40 }; /* characters of a number: more than any double needs */

/* A number such as 63, -1.5, .7, 3. or 1e-3; false for all else. With `comma` its decimal mark
 * may be a comma instead of the point; *mark is the mark that stands there, or 0. What is too
 * large for a double is infinite. */
bool sheaf_decimal_double(sheaf_slice text, bool comma, double *out, char *mark);

/* The same for most numbers of a table, sooner: eight or sixteen bytes at once, those that end
 * where the text ends; the caller knows that sixteen are there. `at` is the mark to look for.
 * False for what is no number and for what only sheaf_decimal_double() can tell. */
bool sheaf_decimal_short(sheaf_slice text, char at, double *out, char *mark);

#endif
