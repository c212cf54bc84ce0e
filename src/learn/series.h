/* learn/series.h - time series out of a CSV file: values on a regular grid of times, with gaps.
 *
 * A file has a column of times and columns of values, and where it holds several series one
 * below the other, a column that says which. Each value column (of each series) becomes one
 * series here. Times go forward in every series; the smallest distance between two of them in
 * the whole file is the step, and every other distance must be a multiple of it: what is left
 * out between is a gap, and so is an empty value or `?`.
 *
 * Parts: a column `set` says `train`, `validation` or `test`, in this order in time; without
 * one the last quarter of each series' steps is for testing and nothing for validation. Whoever
 * owns the whole may split otherwise, by position or by date.
 *
 * A line that cannot be read, or has no place on the grid, refuses the file. Under noise it
 * counts as none, by what stands in it and in the lines above: there nothing that stands in a
 * file's lines may change whether a member answers. So the step is not found but given, and
 * what the lines above left room for decides where there is too much of something.
 *
 * Errors name file, line and column. The set owns its memory.
 */
#ifndef SHEAF_LEARN_SERIES_H
#define SHEAF_LEARN_SERIES_H

#include "learn/table.h"

enum {
    SHEAF_SERIES_COLUMNS_MAX = 256,     /* value columns */
    SHEAF_SERIES_MAX = 4096,            /* different series in one file, a column each */
    SHEAF_SERIES_POINTS_MAX = 1 << 24,  /* grid points of all series of one file */
    SHEAF_SERIES_NAME_MAX = 83,         /* bytes of a series' name in reports */
    SHEAF_SERIES_STEP_MAX = 366 * 86400 /* seconds */
};

/* Which columns of the file are what. */
typedef struct {
    char time[SHEAF_COLUMN_MAX + 1];
    char series[SHEAF_COLUMN_MAX + 1]; /* empty: the file holds one series a value column */
    uint32_t count;
    char value[SHEAF_SERIES_COLUMNS_MAX][SHEAF_COLUMN_MAX + 1];
} sheaf_series_columns;

/* Steps from <= i < to. */
typedef struct {
    uint32_t from, to;
} sheaf_span;

typedef struct {
    char name[SHEAF_SERIES_NAME_MAX + 1]; /* "OT", "10006414", or "10006414 kwh" */
    int64_t start_s;                      /* time of step 0 (learn/times.h) */
    uint32_t step_s;                      /* the same in all series of a set */
    uint32_t steps, gaps;                 /* length of the grid; points of it without value */
    double *value;                        /* by step; NAN where there is none */
    sheaf_span train, validation, test;
} sheaf_series;

typedef struct {
    uint32_t step_s;
    uint32_t lines;                           /* of the file, the header apart */
    uint32_t unusable;                        /* under noise: lines that count as none */
    uint32_t unusable_line[SHEAF_TABLE_TOLD]; /* of the first of those */
    uint32_t count;                           /* at least 1, but under noise */
    uint32_t entities; /* different values of the series column, or 1; count / value columns */
    sheaf_series *items;
    double *block; /* what the series' values point into */
} sheaf_series_set;

/* Refuses empty or too long names, a column that stands twice, or none. */
SHEAF_MUST_USE sheaf_status sheaf_series_columns_check(const sheaf_series_columns *columns,
                                                       sheaf_err *err);

/* `name` is what errors call the file. On failure nothing is left to close. */
SHEAF_MUST_USE sheaf_status sheaf_series_read(sheaf_slice csv, const char *name,
                                              const sheaf_series_columns *columns,
                                              sheaf_series_set *out, sheaf_err *err);

/* The same for rounds with noise, whose series have this step. */
SHEAF_MUST_USE sheaf_status sheaf_series_read_noised(sheaf_slice csv, const char *name,
                                                     const sheaf_series_columns *columns,
                                                     uint32_t step_s, sheaf_series_set *out,
                                                     sheaf_err *err);
void sheaf_series_close(sheaf_series_set *set);

/* By position: train to `validation`, validation to `test`, test to `end`, each cut to the
 * series' length. They go forward. */
void sheaf_series_split_steps(sheaf_series_set *set, uint32_t validation, uint32_t test,
                              uint32_t end);

/* The same by date. */
void sheaf_series_split_times(sheaf_series_set *set, int64_t validation_s, int64_t test_s,
                              int64_t end_s);

/* ---- windows ---- */

/* A window is `look_back` known steps and the `horizon` steps after them that are forecast, all
 * of them known too. Where it begins to forecast is its origin. */
typedef struct {
    uint32_t look_back, horizon;
    uint32_t every; /* steps from one origin to the next; 0: origins are at midnight */
} sheaf_windows;

/* Windows of origins first, first + stride, ... */
typedef struct {
    uint32_t first, count, stride;
} sheaf_window_run;

/* The next longest run of windows that forecast steps of `part` alone and look back no further
 * than `back_from`, with an origin at *at or later; false where there is none. *at, which
 * begins with 0, is moved on. A step that no midnight falls on has no windows at midnight. */
bool sheaf_windows_next(const sheaf_series *series, const sheaf_windows *windows,
                        sheaf_span part, uint32_t back_from, uint32_t *at,
                        sheaf_window_run *out);

/* How many there are in all. */
uint64_t sheaf_windows_count(const sheaf_series *series, const sheaf_windows *windows,
                             sheaf_span part, uint32_t back_from);

#endif
