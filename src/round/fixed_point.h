/* round/fixed_point.h - integers around the secure sum: a signed value as a word and back, the
 * range in which a sum can not wrap, and the exact steps from the sum to the new model. The
 * same on every machine: no floating point.
 */
#ifndef SHEAF_ROUND_FIXED_POINT_H
#define SHEAF_ROUND_FIXED_POINT_H

#include "base/slice.h"
#include "base/status.h"

__extension__ typedef __int128 sheaf_int128;

/* Two's complement, without implementation-defined conversions. */
uint64_t sheaf_word_from_int(int64_t value);
int64_t sheaf_int_from_word(uint64_t word);

/* The largest magnitude that each of `participants` values may have so that their sum fits. */
int64_t sheaf_fixed_limit(uint32_t participants);

/* Names the first value whose magnitude is over the limit. */
SHEAF_MUST_USE sheaf_status sheaf_fixed_check(const int64_t *values, size_t count,
                                              uint32_t participants, sheaf_err *err);

/* a / b rounded to nearest, halves to the even neighbour; b > 0 and below 2^126. */
sheaf_int128 sheaf_divide_rounded(sheaf_int128 a, sheaf_int128 b);

/* The square root of a rounded to nearest; 0 <= a < 2^124. Halves do not occur: the square of
 * an integer and a half is no integer. */
int64_t sheaf_root_rounded(sheaf_int128 a);

#endif
