/* learn/crops.h - corn yields of eight states' counties as the states' tables.
 *
 * The file of data/crops/ lists yields by state, county, crop and year, each county's years
 * going forward. A record of a state's table is a county's corn yield of one year, for every
 * year before which its ten yields are known, and comes with them, with the state's means of
 * the same years (over the counties that are listed), and with the year:
 *
 *     y1,...,y10,s1,...,s10,year,yield,set
 *
 * y1 is the year before. `set` is train up to 2014 and test from 2019 to 2023; other years are
 * left out. Yields are in bushels per acre; means have three digits.
 */
#ifndef SHEAF_LEARN_CROPS_H
#define SHEAF_LEARN_CROPS_H

#include "base/buffer.h"
#include "learn/schema.h"

enum { SHEAF_CROPS_STATES = 8, SHEAF_CROPS_BACK = 10 };

extern const char *const sheaf_crops_states[SHEAF_CROPS_STATES]; /* IA, IL, ... */

typedef struct {
    uint32_t train, test;
} sheaf_crops_counts;

/* Appends a state's table to `out`. Refuses a file with another header, and rows that are not
 * as it says, by line. */
SHEAF_MUST_USE sheaf_status sheaf_crops_convert(sheaf_slice csv, const char *state,
                                                sheaf_buffer *out, sheaf_crops_counts *counts,
                                                sheaf_err *err);

/* The 21 inputs; label `yield`. */
const sheaf_features *sheaf_features_crops(void);

/* What forecasts without any learning are worth on a table's test records: sums of squared
 * errors. */
typedef struct {
    uint32_t records;
    double last;  /* last year's yield again */
    double mean;  /* the mean of the ten years */
    double trend; /* the line of least squares through them */
} sheaf_crops_simple;

/* Adds those of a table that sheaf_crops_convert() made. */
SHEAF_MUST_USE sheaf_status sheaf_crops_simple_add(sheaf_slice table, sheaf_crops_simple *sums,
                                                   sheaf_err *err);

#endif
