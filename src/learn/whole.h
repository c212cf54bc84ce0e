/* learn/whole.h - rows of floats made whole numbers, with exact sums of their squares.
 *
 * Each number is taken times its row's factor, to the nearest whole one, ties to the even one,
 * and within SHEAF_WHOLE_MAX, which what is no number becomes too. A row's result follows from
 * that row alone and has the same bits on every machine.
 */
#ifndef SHEAF_LEARN_WHOLE_H
#define SHEAF_LEARN_WHOLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    SHEAF_WHOLE_MAX = 4096, /* squares are up to 2^24, which floats hold exactly */
    SHEAF_WHOLE_WIDTH_MAX =
        2040, /* of a row: so many squares, eight sums of them, fit 32 bits */
};

/* Rows stand under each other without gaps; times[] and squares[] have one place for each. */
void sheaf_whole_rows(float *x, uint32_t rows, size_t width, const float *times,
                      int64_t *squares);

/* The same without vectors, slowly. */
void sheaf_whole_rows_plain(float *x, uint32_t rows, size_t width, const float *times,
                            int64_t *squares);

#endif
