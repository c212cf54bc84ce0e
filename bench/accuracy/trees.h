/* bench/accuracy/trees.h - trees learned by members from sums, beside XGBoost on their pooled
 * rows, for several tables. */
#ifndef SHEAF_BENCH_ACCURACY_TREES_H
#define SHEAF_BENCH_ACCURACY_TREES_H

#include "accuracy.h"
#include "learn/trees_table.h"

typedef struct {
    bool apart;     /* members have learned it round by round, too */
    bool same;      /* and their model has the bytes of the pooled one */
    double seconds; /* of a core, to learn the pooled one */
    bool has_peer;  /* python3-xgboost is installed */
    double peer_seconds;
    char version[20];
    sheaf_trees_rows tests; /* of all members */
    double *ours, *peer;    /* what they say of each test row */
} accuracy_trees;

/* Learns as the peer does, with the same depth, bins, rate, strengths, number of trees and
 * score to begin with, from the training rows of the tables. `apart` has members do it, too:
 * every round takes each of them through all trees before it, a minute for 200 trees of eight.
 */
void accuracy_trees_learn(const sheaf_features *features, const sheaf_table *tables,
                          uint32_t members, const sheaf_trees_terms *terms, bool apart,
                          accuracy_trees *out);
void accuracy_trees_free(accuracy_trees *result);

/* Lines about bytes, peer and seconds. */
void accuracy_trees_print(const sheaf_trees_terms *terms, const accuracy_trees *result);

#endif
