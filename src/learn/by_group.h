/* learn/by_group.h - an evaluation by group: of all held-out records, and again of those of
 * each group that the round has (coop/groups.h).
 *
 * A round by group has the words of its task, then as many again for every group. What a kind
 * computes is the same for all of them, so no kind knows of groups: what it adds to a group is
 * what it would add if only the group's records were held out.
 *
 * Every member adds what it has to every group, be it one record or none: so a group's sum,
 * and what is left when groups are taken off all, is over whoever is in the round, never over
 * fewer members than the mandate allows. A member that left a small group out would protect a
 * record from the sum, and show by the difference what all its records say.
 *
 * A level that hardly anybody has is another matter: of one to four records in all the log
 * would tell the world nearly each of them. So where a level of a column has so few, or so few
 * are in none of the column's groups, the figures of no group of the column are stated (the
 * threshold rule of statistical offices: Hundepool and others 2012, "Statistical Disclosure
 * Control", chapter 5; the whole column, since what is left out could be subtracted). The rule
 * sees a column at a time: of two columns whose levels have nearly the same records the figures
 * can be subtracted, since a sum does not tell how many records are in both. Whoever has the
 * sum itself, the members, can read it all the same, as all else that an exact sum tells. Who
 * names groups on a sheet agrees to that.
 *
 * Under noise all figures are stated, since a rule would tell of a record by what it leaves
 * out: one record moves the sum of all and that of one group of each column (unit record), or a
 * member those of all groups (unit member). The noise hides as much more (noised.h), so that
 * the round costs what it costs without groups.
 */
#ifndef SHEAF_LEARN_BY_GROUP_H
#define SHEAF_LEARN_BY_GROUP_H

#include "coop/groups.h"
#include "learn/kind.h"

enum { SHEAF_BY_GROUP_LEAST = 5 };

/* The names of groups that the log has. */
void sheaf_group_names_of(const sheaf_state *state, const sheaf_common_groups *groups,
                          sheaf_group_names *out);

/* In how many of them one record, or one member, can be. */
uint32_t sheaf_group_reach(const sheaf_group_names *names, sheaf_noised_unit unit);

/* In which groups of its sheet each row of a member's table is. */
typedef struct {
    sheaf_group_names named;
    uint32_t records[SHEAF_GROUPS_REPORTED_MAX]; /* held out, by group */
    uint16_t *of;                                /* by row: bits */
} sheaf_group_rows;

/* Reads the sheet's columns in the file that the table was read from. A file without a column
 * has no record in its groups; nor is one whose value is missing or no number. Which rows the
 * table has stays as it is. */
SHEAF_MUST_USE sheaf_status sheaf_group_rows_open(const sheaf_group_names *named,
                                                  sheaf_slice file, const char *name,
                                                  const sheaf_table *table,
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

/* What comes of the sum; figures of groups in the order of the job's, without records where
 * they are not stated. */
SHEAF_MUST_USE sheaf_status sheaf_by_group_finish(const sheaf_learn_kind *kind,
                                                  const sheaf_job *job, const int64_t *words,
                                                  sheaf_round_result *out, sheaf_err *err);

#endif
