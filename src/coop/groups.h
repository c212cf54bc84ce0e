/* coop/groups.h - the groups of records that an evaluation tells figures of, beside all.
 *
 * A data sheet names levels of columns (sex = 0, sex = 1) by which its member agrees to be
 * reported. A round of evaluation has, after its words, as many again for every group that the
 * sheets of ALL its seats name: so the figures of a group are a sum over whoever is in the
 * round, never over fewer members than the mandate allows. Which groups, and in which order,
 * follows from the log alone. A forecaster has none, for its data are series.
 *
 * What a member adds for a group is the business of learn/by_group.h.
 */
#ifndef SHEAF_COOP_GROUPS_H
#define SHEAF_COOP_GROUPS_H

#include "acts/act.h"
#include "coop/refusal.h"
#include "coop/state.h"

enum { SHEAF_GROUPS_REPORTED_MAX = 16 };

/* Rows of the table dataset_group, in the order of their sheets: by column, then by level. */
typedef struct {
    uint32_t count, row[SHEAF_GROUPS_REPORTED_MAX];
} sheaf_common_groups;

void sheaf_groups_of_dataset(const sheaf_state *state, uint32_t dataset,
                             sheaf_common_groups *out);

/* Of the seats of a round. */
void sheaf_groups_of_round(const sheaf_state *state, const struct sheaf_row_round *round,
                           sheaf_common_groups *out);

/* How many a round would have with these participants. */
uint32_t sheaf_groups_of_opening(const sheaf_state *state, const struct sheaf_row_model *model,
                                 const struct sheaf_round_open *what);

/* Length of the vectors of a round: of its task, and the same again for every group. */
static inline uint32_t sheaf_groups_words(uint32_t task_words, uint32_t groups)
{
    return task_words * (1 + groups);
}

#endif
