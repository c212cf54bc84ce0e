/* learn/maintenance.h - the machines of AI4I 2020 as tables of five sites.
 *
 * The file of data/maintenance/ lists 10,000 products with what their machine measured and
 * whether it failed. The kinds of failure (TWF to RNF) define the label, so they are no inputs;
 * UDI and Product ID name the row. A row belongs to the site that the SHA-256 of its Product ID
 * says: its first four bytes, big-endian, modulo the sites. Of each site's records with
 * failure, and of those without, the 3rd, 6th and 9th of every ten are held out: 30 % of both.
 *
 * What comes out has the header type,air,process,speed,torque,wear,failure,set, where the type
 * L, M or H is 0, 1 or 2, and all else stands as in the file: kelvin, kelvin, revolutions a
 * minute, newton metres, minutes.
 */
#ifndef SHEAF_LEARN_MAINTENANCE_H
#define SHEAF_LEARN_MAINTENANCE_H

#include "base/buffer.h"
#include "learn/schema.h"

enum { SHEAF_MAINTENANCE_SITES = 5 };

typedef struct {
    uint32_t train, test, failures; /* records of the site, and how many of all failed */
} sheaf_maintenance_counts;

/* Appends the table of a site to `out`. Refuses a file with another header, and rows that are
 * not as it says, by line. */
SHEAF_MUST_USE sheaf_status sheaf_maintenance_convert(sheaf_slice csv, uint32_t site,
                                                      sheaf_buffer *out,
                                                      sheaf_maintenance_counts *counts,
                                                      sheaf_err *err);

/* The model's inputs: the type as two indicators, and five measured columns with the ranges
 * that the machine's description gives. Label `failure`. */
const sheaf_features *sheaf_features_maintenance(void);

#endif
