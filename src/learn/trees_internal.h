/* learn/trees_internal.h - what the files of trees share: rows in bins, and growing a level. */
#ifndef SHEAF_LEARN_TREES_INTERNAL_H
#define SHEAF_LEARN_TREES_INTERNAL_H

#include "learn/trees.h"

enum {
    SHEAF_TREES_BLOCK = 4,    /* features whose bins stand side by side; a row's are one load */
    SHEAF_TREES_TILE = 256,   /* rows that are read at a time, feature by feature */
    SHEAF_TREES_CURVE = 4097, /* points of the logistic curve */
    SHEAF_TREES_SUM_BITS = 54, /* of a sum of 2^23 records with |g| < 2^31 */
    SHEAF_TREES_NODES_MAX = (2 << SHEAF_TREES_DEPTH_MAX) - 1, /* of a tree */
    SHEAF_TREES_WIDTH_MAX = 1 << SHEAF_TREES_DEPTH_MAX,       /* of a level */
};

/* A value in units of 2^-24; what is beyond the bounds of a table counts as the bound. */
int64_t sheaf_trees_units(double x);

/* For each of n values how many of the rising bounds are not above it. */
void sheaf_trees_places(const int64_t *bounds, uint32_t count, const int64_t *x, uint32_t n,
                        uint32_t *out);

/* Step 0: what the rows add, and what follows from the sum. */
SHEAF_MUST_USE sheaf_status sheaf_trees_cells_local(const sheaf_trees *trees,
                                                    const sheaf_trees_rows *rows,
                                                    int64_t *words, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_trees_cells_finish(sheaf_trees *trees, const int64_t *words,
                                                     sheaf_trees_figures *figures,
                                                     sheaf_err *err);
/* An error in deviations of the target, in millionths of its unit. */
int64_t sheaf_trees_in_label(const sheaf_trees *trees, int64_t deviations);

static inline uint32_t sheaf_trees_cuts_of(const sheaf_trees *trees, uint32_t feature)
{
    return trees->cut_first[feature + 1] - trees->cut_first[feature];
}

static inline size_t sheaf_trees_histogram_len(const sheaf_trees *trees)
{
    return (size_t)trees->features.count * trees->terms.bins;
}

/* ---- rows in bins ---- */

typedef struct {
    uint32_t n, d;
    uint8_t *bins;   /* block by block of features; in it row by row; a missing value has the
                        bin behind the last of the values */
    int64_t *target; /* 0 or 1, or in deviations from the mean */
    int64_t *score;
    int32_t curve[SHEAF_TREES_CURVE];
    uint64_t *gradient; /* g << shift plus h / h_unit of each row */
    unsigned shift;
    uint32_t h_unit;
    uint32_t *rows;  /* a permutation: each node's rows stand together; some places more */
    uint32_t *spare; /* to partition with */
    uint32_t node_first[SHEAF_TREES_WIDTH_MAX + 1]; /* where the rows of an open node begin */
} sheaf_binned;

/* Checks and bins the rows; scores are the base score. */
SHEAF_MUST_USE sheaf_status sheaf_binned_open(const sheaf_trees *trees,
                                              const sheaf_trees_rows *rows, sheaf_binned *out,
                                              sheaf_err *err);
void sheaf_binned_close(sheaf_binned *binned);

static inline uint8_t sheaf_binned_bin(const sheaf_binned *binned, uint32_t feature,
                                       uint32_t row)
{
    size_t block = feature / SHEAF_TREES_BLOCK, at = feature % SHEAF_TREES_BLOCK;
    return binned->bins[(block * binned->n + row) * SHEAF_TREES_BLOCK + at];
}

/* Scores after the finished trees. */
void sheaf_trees_replay(const sheaf_trees *trees, sheaf_binned *binned);
/* Gradients at the scores; all rows are those of one node. */
void sheaf_binned_begin(const sheaf_trees *trees, sheaf_binned *binned);
/* Sum of the losses, and right predictions, at the scores; of a number sums of squares and of
 * errors, in deviations. In units of 2^-24. */
void sheaf_binned_figures(const sheaf_trees *trees, const sheaf_binned *binned, int64_t *loss,
                          int64_t *correct);
/* Parts the rows of the nodes at, at+1, ... of a tree (as many as `width`, counted from its
 * root) among their children, which become the nodes of node_first; returns how many those are.
 * Rows in leaves get the value added to their score and belong to no node any more. */
uint32_t sheaf_binned_part(sheaf_binned *binned, const sheaf_trees *trees, uint32_t tree,
                           uint32_t at, uint32_t width);
/* Adds the rows of a node to a histogram: g and h for each feature and bin. */
void sheaf_binned_sum(const sheaf_binned *binned, uint32_t node, uint32_t bins,
                      int64_t *histogram);

/* g and h of one record; `curve` may be NULL. */
void sheaf_trees_curve(int32_t out[SHEAF_TREES_CURVE]);
void sheaf_trees_gradient(const sheaf_trees *trees, const int32_t *curve, int64_t score,
                          int64_t target, int32_t gh[2]);

/* ---- growing ---- */

/* Can records have such a histogram? Each feature's bins must add up to the node's sums; of a
 * root, which gets its sums here, to those of the first feature. */
bool sheaf_trees_histogram_possible(const sheaf_trees *trees, const sheaf_tree_sums *histogram,
                                    bool root, sheaf_tree_sums *sums);
/* Are the histograms of all open nodes, in their order, such as records can have, and those of
 * the nodes? Gives a root its sums. */
SHEAF_MUST_USE sheaf_status sheaf_trees_possible(sheaf_trees *trees,
                                                 const sheaf_tree_sums *histograms,
                                                 sheaf_err *err);
/* With those histograms at hand: splits the nodes or makes them leaves, and with the last level
 * finishes the tree. The histograms change hands: what comes back is memory of the caller, that
 * of the level before or the same, to be freed or used again. */
SHEAF_MUST_USE sheaf_status sheaf_trees_grow(sheaf_trees *trees, sheaf_tree_sums **histograms,
                                             sheaf_err *err);
/* An open root behind the finished trees. */
SHEAF_MUST_USE sheaf_status sheaf_trees_tree_begin(sheaf_trees *trees, sheaf_err *err);
/* The level of the unfinished tree that the next step is about. */
uint32_t sheaf_trees_level(const sheaf_trees *trees);
/* Of the siblings open[2*pair] and open[2*pair+1], the one whose histogram is sent: 0 or 1. */
uint32_t sheaf_trees_sent(const sheaf_trees *trees, uint32_t pair);

#endif
