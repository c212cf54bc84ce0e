/* learn/trees_noised.h - trees under differential privacy: splits at random, leaves from noised
 * sums.
 *
 * What a split looks at would have to be paid for, so that nothing looks: the shape of every
 * tree follows from the mandate's seed and the public ranges alone. It is full; at each node a
 * feature and, within what its ancestors have left, one of bins-1 cut points that part the
 * feature's range evenly (an indicator's at 1/2); where values may be missing, a side for them.
 * A tree is one round, whose vector has g and h of each leaf, in their order.
 *
 * Unit record: each record of the sample adds its (g, h) to one leaf, clipped to the norm; |g|
 * is at most 1 and h 1/4 of a class, so that a norm of 1.04 clips nothing; of a number, whose
 * target is taken within the label's range, which is -1 to 1, |g| grows with the error and h
 * is 1. Unit member: the mean of those of a member's records, clipped, so that a sum counts
 * members.
 *
 * A leaf's value is -rate * G / (H + lambda) of the noised sums, within 4 rates, and 0 where H
 * is below the least hessian: there noise is all there is. Integers alone. The base score is 0.
 *
 * A model between two rounds has the form of one before the first level of its next tree.
 */
#ifndef SHEAF_LEARN_TREES_NOISED_H
#define SHEAF_LEARN_TREES_NOISED_H

#include "learn/noised.h"
#include "learn/trees.h"

/* The model before the first round. The label's range is of a number alone. Refuses features of
 * which one has neither a level nor a range. On failure nothing is left to close. */
SHEAF_MUST_USE sheaf_status sheaf_trees_random_open(const sheaf_features *features,
                                                    const bool *missing,
                                                    const sheaf_trees_terms *terms,
                                                    int64_t label_low_millionths,
                                                    int64_t label_high_millionths,
                                                    sheaf_trees *out, sheaf_err *err);

/* Does a model begin as the other does: the same cut points, ranges and base score? */
bool sheaf_trees_alike(const sheaf_trees *a, const sheaf_trees *b);

static inline uint32_t sheaf_trees_noised_words(const sheaf_trees_terms *terms)
{
    return (uint32_t)2 << terms->depth;
}

/* What the rows add to the sum of the next tree, clipped and without noise. `trees` gets the
 * tree's shape. */
SHEAF_MUST_USE sheaf_status sheaf_trees_noised_local(const sheaf_noised_terms *terms,
                                                     sheaf_trees *trees, uint64_t seed,
                                                     const sheaf_trees_rows *rows,
                                                     const sheaf_noised_seeds *secret,
                                                     int64_t *values, sheaf_err *err);

/* The tree, from the sum of everybody's words, their sign carried to 64 bits. */
SHEAF_MUST_USE sheaf_status sheaf_trees_noised_finish(const sheaf_noised_terms *terms,
                                                      sheaf_trees *trees, uint64_t seed,
                                                      const int64_t *words, sheaf_err *err);

#endif
