/* learn/faults.h - lines of a CSV file that cannot be read, told together.
 *
 * Whoever has to mend a file wants to know of all of them at once: what is wrong with the
 * first, how many more there are, and where the next ones stand.
 */
#ifndef SHEAF_LEARN_FAULTS_H
#define SHEAF_LEARN_FAULTS_H

#include "learn/csv.h"

enum { SHEAF_FAULTS_TOLD = 8 }; /* lines that a message names */

/* All zero at first. */
typedef struct {
    sheaf_err first;
    uint32_t count, line[SHEAF_FAULTS_TOLD], place[SHEAF_FAULTS_TOLD];
} sheaf_faults;

/* Where the next line's message goes: that of the first is kept. */
static inline sheaf_err *sheaf_faults_next(sheaf_faults *faults)
{
    return faults->count ? NULL : &faults->first;
}

/* The line that was taken last is one. */
void sheaf_faults_add(sheaf_faults *faults, const sheaf_csv *csv);

/* What is wrong with the first, and where the others stand. There is at least one. */
sheaf_status sheaf_faults_fail(const sheaf_faults *faults, sheaf_err *err);

#endif
