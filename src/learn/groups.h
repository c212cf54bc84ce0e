/* learn/groups.h - rows of tables by what stands in a column of their files, whatever text that
 * is: for planning, where members are to differ by it.
 */
#ifndef SHEAF_LEARN_GROUPS_H
#define SHEAF_LEARN_GROUPS_H

#include "learn/table.h"

enum { SHEAF_GROUPS_MAX = 65536 };

/* The different texts that stand in a column, over any number of files. */
typedef struct {
    uint32_t count;
    uint64_t *key; /* of a hash table: the text's own hash, 0 where there is none */
    uint32_t *id;
    sheaf_slice *text; /* by group, in the file where it was seen first */
} sheaf_groups;

SHEAF_MUST_USE sheaf_status sheaf_groups_open(sheaf_groups *groups, sheaf_err *err);
void sheaf_groups_close(sheaf_groups *groups);

/* The group of each row of a table, by the text in a column of the file that the table was read
 * from; `out` has table->rows places. Spaces around a text count. */
SHEAF_MUST_USE sheaf_status sheaf_groups_read(sheaf_groups *groups, sheaf_slice file,
                                              const char *name, const char *column,
                                              const sheaf_table *table, uint32_t *out,
                                              sheaf_err *err);

#endif
