/* learn/trees_file.h - a model of trees as a file, finished or between two steps.
 *
 * Canonical safetensors (learn/safetensors.h): one model has exactly one byte string, and every
 * other is refused. Notes: format "sheaf-trees/1", features and label as in every model, target
 * (class or number), the terms, step, and telling where a column tells the label. Tensors, with
 * d features, c cut points, n nodes in t trees, o open nodes with p parents:
 *
 *     I64  base [1], cuts [c], mean [d], scale [d], target [2], value [n], open [o x 2],
 *          split [p x d x bins x 2]
 *     I32  cut_count [d], feature [n], tree_nodes [t]
 *     U8   bin [n], missing [d], missing_left [n]
 *
 * A tensor without values is left out. Nodes stand level by level, so that which are splits
 * (feature >= 0; -1 is a leaf, -2 an open node) says where the children are: no file can lead
 * in circles or out of its tree. Of a split, records with x >= cuts[bin] go right.
 */
#ifndef SHEAF_LEARN_TREES_FILE_H
#define SHEAF_LEARN_TREES_FILE_H

#include "learn/trees.h"

#define SHEAF_TREES_FORMAT "sheaf-trees/1"

/* Appends the file's bytes. */
void sheaf_trees_write(sheaf_buffer *out, const sheaf_trees *trees);

/* On failure nothing is left to close. */
SHEAF_MUST_USE sheaf_status sheaf_trees_read(sheaf_slice file, sheaf_trees *out,
                                             sheaf_err *err);

#endif
