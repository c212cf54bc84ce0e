/* learn/trees.h - gradient-boosted trees on histograms, from exact sums.
 *
 * Chen & Guestrin, "XGBoost" (2016): depth-wise growth by the gain of first and second
 * derivatives G and H of the loss, G_l^2/(H_l+lambda) + G_r^2/(H_r+lambda) - G^2/(H+lambda),
 * leaves -rate * G/(H+lambda); log loss for a class, half the squared error for a number. What
 * owners of rows add up are integers, and what follows from a sum is integers and IEEE doubles
 * in a fixed order: so the trees of many owners are bit for bit those of their pooled rows.
 *
 * A training goes in steps, a sum each, after the sum that gives mean and scale of each column:
 *
 *     step 0           records, sum of the targets' sizes, and for each feature how many
 * records lie in each of SHEAF_TREES_CELLS cells: gives the cut points and the base score then,
 * for each tree and each of its levels, one step: the histogram (g, h) of nodes that are open,
 * for every feature and bin. Of two siblings the one with less h is sent; the other is what its
 * parent's histogram leaves. Behind that: records, loss and right predictions of the finished
 * trees
 *
 * Cells of a feature, of z = (x - mean)/scale: 768 of width 1/128 between -3 and 3, and to each
 * side 128 that grow by 15/256 each and reach 4100, beyond which no value of 2^23 records can
 * be. A cut point stands in the middle between two cells that hold records; there are at most
 * bins-1, such that bins have records alike. A feature whose missing values have a bin of their
 * own has one value bin less, and each of its splits says to which side they go.
 *
 * Units: values, cut points, scores and leaves 2^-24 (scores of a number in deviations of the
 * target), g and h 2^-20. |g| < 2^31 units and at most 2^23 records: no sum can overflow.
 *
 * A model between two steps holds its unfinished tree, with the histograms of the nodes that
 * were split last, and is a file like any other (learn/trees_file.h).
 */
#ifndef SHEAF_LEARN_TREES_H
#define SHEAF_LEARN_TREES_H

#include "coop/task.h"
#include "learn/statistics.h"

enum {
    SHEAF_TREES_MAX = 1000,
    SHEAF_TREES_DEPTH_MAX = 8,
    SHEAF_TREES_BINS_MIN = 4,
    SHEAF_TREES_BINS_MAX = 256,
    SHEAF_TREES_CELLS = 1024,
    SHEAF_TREES_STEP_WORDS = 3, /* behind the histograms */
    SHEAF_TREES_UNIT_BITS = 20, /* of g and h */
};

/* What everybody knows before the first step. */
typedef struct {
    bool number;    /* the target is a number; else a class, positive where it is not 0 */
    uint32_t trees; /* 1 .. SHEAF_TREES_MAX */
    uint32_t depth; /* levels of splits, 1 .. SHEAF_TREES_DEPTH_MAX */
    uint32_t bins;  /* SHEAF_TREES_BINS_MIN .. SHEAF_TREES_BINS_MAX */
    uint32_t rate_millionths;        /* 1 .. 1000000 */
    uint32_t lambda_millionths;      /* at most 1000000000 */
    uint32_t min_hessian_millionths; /* of each side of a split; at most 1000000000 */
} sheaf_trees_terms;

enum { SHEAF_TREES_LEAF = -1, SHEAF_TREES_OPEN = -2 };

/* The nodes of a tree stand level by level, those of a level in the order of their parents, the
 * left of two siblings first: so which nodes are splits says where the children are. */
typedef struct {
    int16_t feature;   /* a split's, or SHEAF_TREES_LEAF, or SHEAF_TREES_OPEN */
    uint8_t bin;       /* records of this bin or below it go left */
    bool missing_left; /* those without a value */
    uint32_t left;     /* of a split: the first of its children, counted from the tree's root */
    int64_t value;     /* of a leaf */
} sheaf_tree_node;

typedef struct {
    int64_t g, h;
} sheaf_tree_sums;

typedef struct {
    sheaf_features features;
    sheaf_trees_terms terms;
    bool missing[SHEAF_FEATURES_MAX]; /* has a bin of its own for missing values */
    sheaf_scaling scaling;
    int64_t target_mean, target_scale; /* of a number; 0 and SHEAF_UNIT of a class */
    uint32_t step;                     /* training steps that are in it */
    int64_t base;                      /* score before the first tree */
    int64_t *cuts;                     /* of all features, each feature's rising */
    uint32_t cut_first[SHEAF_FEATURES_MAX + 1];
    sheaf_tree_node *nodes; /* of all trees, one after the other, the unfinished one last */
    uint32_t node_count, node_capacity;
    uint32_t
        *tree_first; /* terms.trees + 1 places: tree_first[finished] is the unfinished one */
    uint32_t finished;
    sheaf_tree_sums *open;  /* of the open nodes, which are the last of `nodes` */
    sheaf_tree_sums *split; /* histograms of their parents: parents x features x bins */
    uint32_t open_count;
    int32_t telling; /* a feature of which one cut tells the class of every record, or -1 */
} sheaf_trees;

/* Rows of one owner; all of them count. */
typedef struct {
    uint32_t n, d;
    const double *x; /* n x d, row by row; not a number where a value is missing */
    const double *y; /* 0 or 1 of a class */
} sheaf_trees_rows;

typedef struct {
    uint32_t records;
    int64_t accuracy_millionths, loss_millionths; /* of a class */
    int64_t mae_millionths, rmse_millionths;      /* of a number, in its own unit */
} sheaf_trees_figures;

SHEAF_MUST_USE sheaf_status sheaf_trees_terms_check(const sheaf_trees_terms *terms,
                                                    sheaf_err *err);

/* The model before step 0. `missing` may be NULL: no feature has missing values. Of a class
 * target_mean and target_scale are not looked at. On failure nothing is left to close. */
SHEAF_MUST_USE sheaf_status sheaf_trees_open(const sheaf_features *features,
                                             const bool *missing,
                                             const sheaf_trees_terms *terms,
                                             const sheaf_scaling *scaling, int64_t target_mean,
                                             int64_t target_scale, sheaf_trees *out,
                                             sheaf_err *err);
void sheaf_trees_close(sheaf_trees *trees);

/* Steps of the whole training, and the words of one of them. */
uint32_t sheaf_trees_steps(const sheaf_trees_terms *terms);
size_t sheaf_trees_words(const sheaf_trees_terms *terms, uint32_t d, uint32_t step);

/* What the rows add to the sum of the model's next step: that many words. Refuses rows with a
 * missing value where the feature has no bin for it, and a class that is not 0 or 1. */
SHEAF_MUST_USE sheaf_status sheaf_trees_local(const sheaf_trees *trees,
                                              const sheaf_trees_rows *rows, int64_t *words,
                                              sheaf_err *err);

/* Sum of the losses of the finished trees on the rows, in units of 2^-24: of a class log loss,
 * of a number squared errors in squares of the target's deviation, each within those bounds. */
enum { SHEAF_TREES_LOSS_MAX = 32, SHEAF_TREES_ERROR_MAX = 128 };
SHEAF_MUST_USE sheaf_status sheaf_trees_loss(const sheaf_trees *trees,
                                             const sheaf_trees_rows *rows, int64_t *loss,
                                             sheaf_err *err);

/* Takes the step, in place. Refuses sums that no records can have, and leaves the model as it
 * was. `figures` may be NULL; they are of the finished trees, before the step. */
SHEAF_MUST_USE sheaf_status sheaf_trees_finish(sheaf_trees *trees, const int64_t *words,
                                               sheaf_trees_figures *figures, sheaf_err *err);

/* The finished training of one owner's rows alone: the same bytes as by the steps above, with
 * rows binned once. The model is one before step 0. */
SHEAF_MUST_USE sheaf_status sheaf_trees_train(sheaf_trees *trees, const sheaf_trees_rows *rows,
                                              sheaf_err *err);

/* The score of a row of raw features by the finished trees: log odds, or deviations from the
 * target's mean; false where a value is missing that must not be. */
bool sheaf_trees_score(const sheaf_trees *trees, const double *x, int64_t *score);

/* What a score says: the probability of the class, or the number itself. */
double sheaf_trees_value(const sheaf_trees *trees, int64_t score);

#endif
