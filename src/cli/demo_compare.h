/* cli/demo_compare.h - the rounds' model beside what each member has alone, for scenarios that
 * train on exact sums.
 *
 * Figures are those of evaluation rounds (learn/unmasked.h), so they are what a member could
 * work out at home. Training without masks must give the very bytes that the rounds gave.
 */
#ifndef SHEAF_CLI_DEMO_COMPARE_H
#define SHEAF_CLI_DEMO_COMPARE_H

#include "cli/demo.h"
#include "learn/unmasked.h"

typedef struct {
    struct sheaf_figures alone[DEMO_MEMBERS_MAX];    /* own model, own held-out records */
    struct sheaf_figures together[DEMO_MEMBERS_MAX]; /* the rounds' model on the same */
    struct sheaf_figures everyone;                   /* the rounds' model on all of them */
    sheaf_buffer own[DEMO_MEMBERS_MAX];              /* the models alone */
} demo_compared;

/* To be closed in any case. */
SHEAF_MUST_USE sheaf_status demo_compare_rounds(const demo *d, const sheaf_state *state,
                                                sheaf_slice model, demo_compared *out,
                                                sheaf_err *err);
void demo_compared_close(demo_compared *compared);

#endif
