/* log/levels.h - a whole Merkle tree in memory: the root of every complete subtree.
 *
 * Level 0 holds the leaf hashes, level l the roots over 2^l entries; 64 bytes an entry in all.
 * Levels only grow. Any earlier size has its root and its proofs from the same hashes, and tile
 * n of tile level l is the run of hashes from n * 256 at level 8 * l.
 */
#ifndef SHEAF_LOG_LEVELS_H
#define SHEAF_LOG_LEVELS_H

#include "log/tree.h"

enum { SHEAF_LEVELS_MAX = 40 }; /* 2^40 entries would be 70 TB of hashes */

typedef struct {
    struct {
        sheaf_hash *hashes;
        size_t count, capacity;
    } level[SHEAF_LEVELS_MAX];
} sheaf_levels;

/* All zero is the empty tree. */
void sheaf_levels_deinit(sheaf_levels *levels);

/* Takes the memory for `count` more entries, so that that many appends cannot fail. */
SHEAF_MUST_USE sheaf_status sheaf_levels_reserve(sheaf_levels *levels, size_t count,
                                                 sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_levels_append(sheaf_levels *levels, const sheaf_hash *leaf,
                                                sheaf_err *err);

static inline uint64_t sheaf_levels_size(const sheaf_levels *levels)
{
    return levels->level[0].count;
}

/* For the makers of proofs; borrows `levels`. */
sheaf_tree_source sheaf_levels_source(const sheaf_levels *levels);

/* The root of the first `size` entries; size <= sheaf_levels_size(). */
sheaf_hash sheaf_levels_root(const sheaf_levels *levels, uint64_t size);

#endif
