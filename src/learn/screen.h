/* learn/screen.h - what a member should look at in its own table before others rely on it.
 *
 * Records that are all for training or all held out; series too short for a window. An input
 * that says nothing, because every record has the same; labels that are all alike; and an input
 * that tells the label by itself, as a column does that is filled in afterwards (Kaufman et
 * al., "Leakage in data mining", KDD 2011). A model takes all of them without a word, and
 * nobody but the member can see them: hub and members see sums.
 *
 * Nothing here is certain: a good input may separate the few records of a small file. So it is
 * told, and hinders nothing.
 */
#ifndef SHEAF_LEARN_SCREEN_H
#define SHEAF_LEARN_SCREEN_H

#include "learn/table.h"

enum {
    SHEAF_SCREEN_ALIKE_MIN = 10,   /* of fewer no input is said to be alike in all */
    SHEAF_SCREEN_RECORDS_MIN = 20, /* with fewer, and of a class fewer than five of either, */
    SHEAF_SCREEN_EITHER_MIN = 5,   /* nothing is said of what tells the label */
};

typedef struct {
    bool no_training, no_test;   /* no record, or window, is for training; none is held out */
    bool one_label;              /* all labels are alike */
    uint32_t constants, telling; /* how many inputs of either sort */
    uint16_t constant[SHEAF_FEATURES_MAX], tells[SHEAF_FEATURES_MAX]; /* which, ascending */
} sheaf_screen;

/* Looks at the first `features` columns of a table, and at no more than 20,000 of its records,
 * evenly apart. An input tells a class where its area under the ROC curve is 0.999 or more, or
 * 0.001 or less, and a number where the coefficient of correlation is 0.9999 or more, or
 * -0.9999 or less. Gaps count as no record. */
SHEAF_MUST_USE sheaf_status sheaf_screen_table(const sheaf_table *table, uint32_t features,
                                               bool number, sheaf_screen *out, sheaf_err *err);

#endif
