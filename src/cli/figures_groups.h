/* cli/figures_groups.h - the figures of an evaluation's groups beside those of all, with their
 * intervals; a part of figures.h.
 */
#ifndef SHEAF_CLI_FIGURES_GROUPS_H
#define SHEAF_CLI_FIGURES_GROUPS_H

#include "base/json.h"
#include "coop/groups.h"
#include "learn/reliability.h"

typedef struct {
    char column[41];
    int64_t level;
    uint32_t records; /* 0: no member has added one, and nothing else is known */
    bool has_auc, has_auc_interval;
    uint32_t accuracy_millionths, auc_millionths;
    sheaf_interval accuracy, auc;
    uint64_t mae_millionths, rmse_millionths;
} sheaf_figure_group;

typedef struct {
    uint8_t count;
    bool noised, number; /* errors of a number, else shares of a class */
    sheaf_figure_group at[SHEAF_GROUPS_REPORTED_MAX];
} sheaf_figure_groups;

/* `deviation` is that of a cell under noise; `words` those of an exact sum of a class, from the
 * first group's on, or NULL. */
void sheaf_figure_groups_find(const sheaf_state *state,
                              const struct sheaf_row_evaluation *evaluation, bool noised,
                              double deviation, const int64_t *words, sheaf_figure_groups *out);

/* For people, with lines as those of figures.h; nothing where there are none. */
void sheaf_figure_groups_print(const sheaf_figure_groups *groups);

/* As the member "groups" of an object that is open, where there are any. */
void sheaf_figure_groups_put(const sheaf_figure_groups *groups, sheaf_json_writer *w);

#endif
