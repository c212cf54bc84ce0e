/* learn/trees_table.h - one part of a member's table as rows for trees. */
#ifndef SHEAF_LEARN_TREES_TABLE_H
#define SHEAF_LEARN_TREES_TABLE_H

#include "learn/logistic.h"
#include "learn/trees.h"

/* Copies; with `number` the target is the label as it stands, else its class. */
SHEAF_MUST_USE sheaf_status sheaf_trees_rows_open(const sheaf_table *table, sheaf_part part,
                                                  bool number, sheaf_trees_rows *out,
                                                  sheaf_err *err);
void sheaf_trees_rows_close(sheaf_trees_rows *rows);

#endif
