/* learn/by_group.h - an evaluation by group: of all held-out records, and again of those of
 * each group that the round has (coop/groups.h).
 *
 * A round by group has the words of its task, then as many again for every group. What a kind
 * computes is the same for all of them, so no kind knows of groups: what it adds to a group is
 * what it would add if only the group's records were held out.
 *
 * Who has the sums can add and subtract them: all less the women is the men, and where a sheet
 * names sex = 0 and pregnant = 1, the first less the second is the women who are not. So in
 * exact sums a member sees to it that whatever is added and subtracted, none or at least
 * SHEAF_BY_GROUP_LEAST of its records are left in it. The records of one member are of kinds,
 * by the groups that they are in; what can be had of the sums is a number for each kind, that
 * of an equation whose unknowns are all and the groups. If the unknowns can be told from
 * records so often over, each time from others, then no fewer records than that make an
 * equation: this is looked at column by column, in the sheet's order, and a column by which it
 * fails is not reported by the member, so that its records are in no group of the column. A
 * member with fewer held-out records than that adds nothing at all to a round by group; where
 * no member has so many, there is nothing to tell. It looks at its own sheet, not at the
 * round's groups, so what it adds to is the same in all of them.
 *
 * This is a threshold rule as statistical offices have it (Hundepool and others 2012,
 * "Statistical Disclosure Control", chapter 5), with its complement seen to. It protects
 * records, not the member: a group's sum may be of one member's records alone, if no other has
 * any; and where all but one report a column whose levels are all named, the sum of all less
 * those of the groups is that of all held-out records of the one who does not. Who names groups
 * on a sheet agrees to that.
 *
 * Under noise there are no such rules, which would tell of a record by what they leave out: one
 * record moves the sum of all and that of one group of each column (unit record), or a member
 * those of all groups (unit member). The noise hides as much more (noised.h), so that the round
 * costs what it costs without groups.
 */
#ifndef SHEAF_LEARN_BY_GROUP_H
#define SHEAF_LEARN_BY_GROUP_H

#include "coop/groups.h"
#include "learn/kind.h"

enum { SHEAF_BY_GROUP_LEAST = 5 };

/* The names of groups that the log has. */
void sheaf_group_names_of(const sheaf_state *state, const sheaf_common_groups *groups,
                          sheaf_group_names *out);

/* Is it the first of its column? Names come in the order of sheets, by column. */
bool sheaf_group_column_begins(const sheaf_group_names *names, uint32_t place);

/* In how many of them one record, or one member, can be. */
uint32_t sheaf_group_reach(const sheaf_group_names *names, sheaf_noised_unit unit);

/* In which groups of its sheet each row of a member's table is. */
typedef struct {
    sheaf_group_names named;
    uint32_t records[SHEAF_GROUPS_REPORTED_MAX]; /* held out, by group */
    uint32_t reported;                           /* bits of those that the member adds to */
    bool none;                                   /* it adds nothing, not even to all */
    uint16_t *of;                                /* by row: bits */
} sheaf_group_rows;

/* Reads the sheet's columns in the file that the table was read from. A file without a column
 * has no record in its groups; nor is one whose value is missing or no number. Which rows the
 * table has stays as it is. */
SHEAF_MUST_USE sheaf_status sheaf_group_rows_open(const sheaf_group_names *named,
                                                  sheaf_slice file, const char *name,
                                                  const sheaf_table *table, bool noised,
                                                  sheaf_group_rows *out, sheaf_err *err);
void sheaf_group_rows_close(sheaf_group_rows *rows);

/* Words of the job's vectors. */
size_t sheaf_by_group_words(const sheaf_learn_kind *kind, const sheaf_job *job);

/* What a member adds (kind.h). Where the job has groups, `data` is a table and `rows` its rows;
 * else `rows` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_by_group_local(const sheaf_learn_kind *kind,
                                                 const sheaf_job *job, const void *data,
                                                 const sheaf_group_rows *rows,
                                                 const sheaf_job_seeds *seeds, int64_t *values,
                                                 sheaf_err *err);

/* What comes of the sum; figures of groups in the order of the job's, without records where an
 * exact sum has none. */
SHEAF_MUST_USE sheaf_status sheaf_by_group_finish(const sheaf_learn_kind *kind,
                                                  const sheaf_job *job, const int64_t *words,
                                                  sheaf_round_result *out, sheaf_err *err);

#endif
