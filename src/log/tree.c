#include "log/tree.h"

#include <assert.h>

sheaf_hash sheaf_tree_leaf(sheaf_slice entry)
{
    static const uint8_t first[] = {SHEAF_TREE_LEAF};
    const sheaf_slice parts[] = {sheaf_bytes(first, 1), entry};
    return sheaf_sha256_parts(parts, 2);
}

sheaf_hash sheaf_tree_node(const sheaf_hash *left, const sheaf_hash *right)
{
    uint8_t both[1 + 2 * SHEAF_HASH_BYTES];
    both[0] = SHEAF_TREE_NODE;
    memcpy(both + 1, left->bytes, SHEAF_HASH_BYTES);
    memcpy(both + 1 + SHEAF_HASH_BYTES, right->bytes, SHEAF_HASH_BYTES);
    return sheaf_sha256(sheaf_bytes(both, sizeof both));
}

sheaf_hash sheaf_tree_empty(void)
{
    return sheaf_sha256(sheaf_bytes("", 0));
}

void sheaf_tree_append(sheaf_tree *tree, const sheaf_hash *leaf)
{
    assert(tree->size < SHEAF_TREE_SIZE_MAX);
    int top = __builtin_popcountll(tree->size);
    sheaf_hash hash = *leaf;
    for (uint64_t bits = tree->size; bits & 1; bits >>= 1)
        hash = sheaf_tree_node(&tree->roots[--top], &hash);
    tree->roots[top] = hash;
    tree->size++;
}

sheaf_hash sheaf_tree_root(const sheaf_tree *tree)
{
    int top = __builtin_popcountll(tree->size);
    if (top == 0)
        return sheaf_tree_empty();
    sheaf_hash hash = tree->roots[--top];
    while (top > 0)
        hash = sheaf_tree_node(&tree->roots[--top], &hash);
    return hash;
}

/* One step of RFC 9162 section 2.1.3.2 after a hash joined from the left: climb while the node
 * is a last one that stands alone at its level. */
static void climb(uint64_t *fn, uint64_t *sn)
{
    while (!(*fn & 1) && *fn) {
        *fn >>= 1;
        *sn >>= 1;
    }
}

bool sheaf_inclusion_verify(const sheaf_proof *proof, uint64_t index, uint64_t size,
                            const sheaf_hash *leaf, const sheaf_hash *root)
{
    if (index >= size || size > SHEAF_TREE_SIZE_MAX || proof->count > SHEAF_PROOF_MAX)
        return false;
    uint64_t fn = index, sn = size - 1;
    sheaf_hash hash = *leaf;
    for (size_t i = 0; i < proof->count; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) || fn == sn) {
            hash = sheaf_tree_node(&proof->hashes[i], &hash);
            climb(&fn, &sn);
        } else {
            hash = sheaf_tree_node(&hash, &proof->hashes[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && sheaf_hash_equal(&hash, root);
}

bool sheaf_consistency_verify(const sheaf_proof *proof, uint64_t old_size, uint64_t new_size,
                              const sheaf_hash *old_root, const sheaf_hash *new_root)
{
    if (old_size > new_size || new_size > SHEAF_TREE_SIZE_MAX || proof->count > SHEAF_PROOF_MAX)
        return false;
    if (old_size == new_size)
        return proof->count == 0 && sheaf_hash_equal(old_root, new_root);
    if (old_size == 0) {
        sheaf_hash empty = sheaf_tree_empty();
        return proof->count == 0 && sheaf_hash_equal(old_root, &empty);
    }
    if (proof->count == 0)
        return false;
    uint64_t fn = old_size - 1, sn = new_size - 1;
    while (fn & 1) {
        fn >>= 1;
        sn >>= 1;
    }
    bool whole = (old_size & (old_size - 1)) == 0; /* the old tree is one subtree of the new */
    size_t next = whole ? 0 : 1;
    sheaf_hash fr = whole ? *old_root : proof->hashes[0], sr = fr;
    for (; next < proof->count; next++) {
        const sheaf_hash *c = &proof->hashes[next];
        if (sn == 0)
            return false;
        if ((fn & 1) || fn == sn) {
            fr = sheaf_tree_node(c, &fr);
            sr = sheaf_tree_node(c, &sr);
            climb(&fn, &sn);
        } else {
            sr = sheaf_tree_node(&sr, c);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && sheaf_hash_equal(&fr, old_root) && sheaf_hash_equal(&sr, new_root);
}

/* The root over `count` entries from `start`, which is a multiple of the power of two that
 * `count` does not exceed. */
static sheaf_status range_root(const sheaf_tree_source *source, uint64_t start, uint64_t count,
                               sheaf_hash *out, sheaf_err *err)
{
    bool first = true;
    if (count == 0) {
        *out = sheaf_tree_empty();
        return SHEAF_OK;
    }
    for (unsigned level = 0; level < 63; level++) {
        if (!(count >> level & 1))
            continue;
        sheaf_hash hash;
        uint64_t at = start + (count >> (level + 1) << (level + 1));
        SHEAF_TRY(source->subtree(source->context, level, at >> level, &hash, err));
        *out = first ? hash : sheaf_tree_node(&hash, out);
        first = false;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_tree_root_at(const sheaf_tree_source *source, uint64_t size, sheaf_hash *out,
                                sheaf_err *err)
{
    assert(size <= SHEAF_TREE_SIZE_MAX);
    return range_root(source, 0, size, out, err);
}

/* The largest power of two strictly below n > 1. */
static uint64_t split(uint64_t n)
{
    return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* Proofs are found from the root downward and written from the leaf upward. */
static void reverse(sheaf_proof *proof)
{
    for (size_t i = 0, j = proof->count; i + 1 < j; i++) {
        j--;
        sheaf_hash swap = proof->hashes[i];
        proof->hashes[i] = proof->hashes[j];
        proof->hashes[j] = swap;
    }
}

sheaf_status sheaf_inclusion_make(const sheaf_tree_source *source, uint64_t index,
                                  uint64_t size, sheaf_proof *out, sheaf_err *err)
{
    assert(index < size && size <= SHEAF_TREE_SIZE_MAX);
    uint64_t start = 0;
    out->count = 0;
    for (uint64_t n = size; n > 1;) {
        uint64_t k = split(n);
        bool left = index - start < k;
        sheaf_hash *sibling = &out->hashes[out->count++];
        SHEAF_TRY(range_root(source, left ? start + k : start, left ? n - k : k, sibling, err));
        start += left ? 0 : k;
        n = left ? k : n - k;
    }
    reverse(out);
    return SHEAF_OK;
}

sheaf_status sheaf_consistency_make(const sheaf_tree_source *source, uint64_t old_size,
                                    uint64_t new_size, sheaf_proof *out, sheaf_err *err)
{
    assert(old_size <= new_size && new_size <= SHEAF_TREE_SIZE_MAX);
    uint64_t start = 0, m = old_size, n = new_size;
    bool known = true; /* the verifier has the root of this subtree: it is the old root */
    out->count = 0;
    if (old_size == 0)
        return SHEAF_OK;
    while (m != n) {
        uint64_t k = split(n);
        bool left = m <= k;
        sheaf_hash *sibling = &out->hashes[out->count++];
        SHEAF_TRY(range_root(source, left ? start + k : start, left ? n - k : k, sibling, err));
        if (!left) {
            start += k;
            m -= k;
            known = false;
        }
        n = left ? k : n - k;
    }
    if (!known)
        SHEAF_TRY(range_root(source, start, n, &out->hashes[out->count++], err));
    reverse(out);
    return SHEAF_OK;
}
