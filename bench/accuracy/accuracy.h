/* bench/accuracy/accuracy.h - what the tables of `make accuracy` share.
 *
 * Each accuracy_NAME.c is a program that prints tables: our figures beside those that others
 * have published or that a peer computes in the same run. Its argument, if any, is a folder
 * that holds the data sets' folders (ett/, households/, ...) instead of data/. Nothing is
 * asserted: a figure that is worse than it should be is to be seen, and a data set that is
 * absent is said to be.
 */
#ifndef SHEAF_BENCH_ACCURACY_H
#define SHEAF_BENCH_ACCURACY_H

#include "base/buffer.h"
#include "base/status.h"

/* Where the data is, by the program's arguments. */
const char *accuracy_folder(int argc, char **argv);

/* The file's bytes, taken out of gzip where the name ends in .gz. False, and a line about it,
 * where there is none. The caller frees *out. */
bool accuracy_file(const char *folder, const char *name, sheaf_buffer *out);

/* Ends the program with the message of a call that failed. */
void accuracy_must(sheaf_status status, const sheaf_err *err);

/* Seconds of this process on its core. */
double accuracy_core_s(void);

/* Mean and standard deviation of values, and the half width of the mean's confidence interval
 * at 95 % (Student's t). */
typedef struct {
    double mean, deviation, half_width;
} accuracy_spread;
accuracy_spread accuracy_spread_of(const double *values, size_t count);

#endif
