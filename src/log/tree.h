/* log/tree.h - the Merkle tree of RFC 6962 section 2.1 over SHA-256.
 *
 * leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right), the empty tree is
 * SHA-256 of nothing. A tree of n > 1 leaves splits at the largest power of two strictly below
 * n. Three things live here: the compact range, which appends and gives the root with at most
 * 64 hashes; the two verifiers, which need nothing but a proof; and the makers of proofs, which
 * ask a source for the hashes of complete subtrees, so that a log in memory and one in files
 * share them.
 */
#ifndef SHEAF_LOG_TREE_H
#define SHEAF_LOG_TREE_H

#include "base/status.h"
#include "crypto/hash.h"

enum { SHEAF_PROOF_MAX = 63 };
/* Sizes stay below this, so that no proof is longer than SHEAF_PROOF_MAX. */
#define SHEAF_TREE_SIZE_MAX ((uint64_t)1 << 62)

/* The bytes that these begin with. */
enum { SHEAF_TREE_LEAF = 0, SHEAF_TREE_NODE = 1 };

sheaf_hash sheaf_tree_leaf(sheaf_slice entry);
sheaf_hash sheaf_tree_node(const sheaf_hash *left, const sheaf_hash *right);
sheaf_hash sheaf_tree_empty(void);

/* A compact range: the roots of the complete subtrees, one per set bit of size, biggest first.
 * All zero is the empty tree. */
typedef struct {
    uint64_t size;
    sheaf_hash roots[64];
} sheaf_tree;

void sheaf_tree_append(sheaf_tree *tree, const sheaf_hash *leaf);
sheaf_hash sheaf_tree_root(const sheaf_tree *tree);

typedef struct {
    size_t count;
    sheaf_hash hashes[SHEAF_PROOF_MAX];
} sheaf_proof;

/* The entry whose leaf hash is `leaf` is number `index` of the tree of `size` with `root`. */
bool sheaf_inclusion_verify(const sheaf_proof *proof, uint64_t index, uint64_t size,
                            const sheaf_hash *leaf, const sheaf_hash *root);

/* The tree of new_size begins with the whole tree of old_size. Every tree is consistent with
 * the empty one, by an empty proof. */
bool sheaf_consistency_verify(const sheaf_proof *proof, uint64_t old_size, uint64_t new_size,
                              const sheaf_hash *old_root, const sheaf_hash *new_root);

/* Gives the root of the complete subtree over the entries [index << level, (index+1) << level).
 */
typedef struct {
    sheaf_status (*subtree)(void *context, unsigned level, uint64_t index, sheaf_hash *out,
                            sheaf_err *err);
    void *context;
} sheaf_tree_source;

/* The root of the first `size` entries. */
SHEAF_MUST_USE sheaf_status sheaf_tree_root_at(const sheaf_tree_source *source, uint64_t size,
                                               sheaf_hash *out, sheaf_err *err);
/* index < size */
SHEAF_MUST_USE sheaf_status sheaf_inclusion_make(const sheaf_tree_source *source,
                                                 uint64_t index, uint64_t size,
                                                 sheaf_proof *out, sheaf_err *err);
/* old_size <= new_size */
SHEAF_MUST_USE sheaf_status sheaf_consistency_make(const sheaf_tree_source *source,
                                                   uint64_t old_size, uint64_t new_size,
                                                   sheaf_proof *out, sheaf_err *err);

#endif
