/* learn/heart.h - the UCI heart disease files as tables that sheaf_table_read() takes.
 *
 * A raw file has 14 columns and no header. FLamby drops slope, ca and thal, then every row with
 * a missing value, and splits each centre into train and test; its split is listed in
 * flamby-split.csv (centre, row of the raw file from 0, set). What comes out has the header
 * age,sex,cp,trestbps,chol,fbs,restecg,thalach,exang,oldpeak,num,set and the rows kept.
 */
#ifndef SHEAF_LEARN_HEART_H
#define SHEAF_LEARN_HEART_H

#include "base/buffer.h"
#include "base/status.h"

enum { SHEAF_HEART_CENTRES = 4 };

typedef struct {
    const char *name; /* as in flamby-split.csv: cleveland */
    const char *file; /* processed.cleveland.data */
} sheaf_heart_centre;

extern const sheaf_heart_centre sheaf_heart_centres[SHEAF_HEART_CENTRES];

typedef struct {
    uint32_t raw, kept, train, test;
} sheaf_heart_counts;

/* Appends the table to `out`. Refuses a split that names other rows than the complete ones. */
SHEAF_MUST_USE sheaf_status sheaf_heart_convert(sheaf_slice raw, sheaf_slice split,
                                                const char *centre, sheaf_buffer *out,
                                                sheaf_heart_counts *counts, sheaf_err *err);

#endif
