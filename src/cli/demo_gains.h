/* cli/demo_gains.h - what each member gains by learning together: a table, a picture, JSON.
 *
 * Every figure comes in a few forms beside each other (the member alone, together, a simple
 * rule); what a member gains is the difference between two of them.
 */
#ifndef SHEAF_CLI_DEMO_GAINS_H
#define SHEAF_CLI_DEMO_GAINS_H

#include "cli/demo.h"

enum { DEMO_FORMS_MAX = 5 };

typedef struct demo_gains {
    const char *title;    /* of the picture */
    const char *measure;  /* what the figures are, with their unit */
    const char *everyone; /* the name of the last row: all five */
    size_t forms;
    const char *form[DEMO_FORMS_MAX];
    size_t alone, together; /* the forms whose difference is the gain */
    bool less;              /* less is better */
    int digits;             /* behind the point */
    double floor;           /* where the picture's bars begin */
    double value[DEMO_MEMBERS_MAX + 1][DEMO_FORMS_MAX]; /* the last: everyone; NAN: none */
} demo_gains;

/* On the terminal; one row a member and one for everyone. */
void demo_gains_tell(const demo *d, const demo_gains *gains);

/* "members":{"NAME":{"FORM":…}},"everyone":{…} */
void demo_gains_put(const demo *d, const demo_gains *gains, sheaf_buffer *out);

/* demo_picture.c: the bars of all members as SVG. */
void demo_picture(const demo *d, const demo_gains *gains, sheaf_buffer *out);

/* Writes the picture into the folder and tells where it is. */
SHEAF_MUST_USE sheaf_status demo_picture_write(const demo *d, const demo_gains *gains,
                                               sheaf_err *err);

#endif
