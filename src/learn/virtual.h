/* learn/virtual.h - virtual members for planning: one table, or a set of series, cut into many.
 *
 * The rows of the table are put in an order in which each member's stand together, so that a
 * member's table is a view of the shared one and costs eight bytes. Series are not cut: each
 * belongs to one member, and they are put in order in the place of rows. Who gets what follows
 * from a seed:
 *
 *     IID        rows in random order, as many for each, the first members one more
 *     GROUPS     as IID, but no member has rows of two groups: each group has members in
 *                proportion to its rows, one at least. Where there are fewer members than
 *                groups each group stays whole, the largest first, with the member that has
 *                the fewest rows so far.
 *     DIRICHLET  as many rows for each; whose share of every group is drawn from the Dirichlet
 *                law with `concentration` times the groups' shares of all rows, and whose rows
 *                are drawn by these shares without putting back, groups that are used up
 *                counting no more: Hsu, Qi and Brown 2019, "Measuring the Effects of
 *                Non-Identical Data Distribution for Federated Visual Classification",
 *                section 3, where the groups are the classes. 100 is nearly IID; at 0.01
 *                nearly every member has one class alone. Not of series.
 */
#ifndef SHEAF_LEARN_VIRTUAL_H
#define SHEAF_LEARN_VIRTUAL_H

#include "learn/forecast.h"
#include "learn/table.h"

enum { SHEAF_VIRTUAL_MEMBERS_MAX = 100000 };

typedef enum { SHEAF_SPLIT_IID, SHEAF_SPLIT_GROUPS, SHEAF_SPLIT_DIRICHLET } sheaf_split_kind;

typedef struct {
    sheaf_split_kind kind;
    const uint32_t *group; /* of each row or series, below `groups`; not looked at for IID */
    uint32_t groups;
    double concentration; /* above zero; of DIRICHLET alone */
} sheaf_split;

typedef struct {
    sheaf_table rows;            /* of all members, one after the other; owned */
    const sheaf_series_set *set; /* borrowed; NULL: rows of a table */
    sheaf_forecast_data series;  /* of all members, one after the other; `scaled` owned */
    uint32_t members;
    uint32_t *first; /* where each one's begin, and at the end how many there are */
} sheaf_virtual;

/* Refuses more members than rows. */
SHEAF_MUST_USE sheaf_status sheaf_virtual_open(const sheaf_table *table,
                                               const sheaf_split *split, uint32_t members,
                                               uint64_t seed, sheaf_virtual *out,
                                               sheaf_err *err);

/* The same of series, which stay with the caller. */
SHEAF_MUST_USE sheaf_status sheaf_virtual_open_series(const sheaf_series_set *set,
                                                      const sheaf_forecast_terms *terms,
                                                      const sheaf_split *split,
                                                      uint32_t members, uint64_t seed,
                                                      sheaf_virtual *out, sheaf_err *err);
void sheaf_virtual_close(sheaf_virtual *v);

/* A member's table, not to be closed. */
sheaf_table sheaf_virtual_member(const sheaf_virtual *v, uint32_t member);

/* What a kind of model takes as a member's data, table or series: a view in the caller's place.
 */
typedef union {
    sheaf_table table;
    sheaf_forecast_data series;
} sheaf_virtual_view;

const void *sheaf_virtual_data(const sheaf_virtual *v, uint32_t member,
                               sheaf_virtual_view *view);
const void *sheaf_virtual_all(const sheaf_virtual *v);

/* What there is to learn from: rows, or windows of series. */
uint64_t sheaf_virtual_train(const sheaf_virtual *v, uint32_t member);

/* What data sheets count, rows or values of series: of all members, and of the one that has
 * most. */
typedef struct {
    uint32_t all, most;
} sheaf_virtual_records;

sheaf_virtual_records sheaf_virtual_records_of(const sheaf_virtual *v);

#endif
