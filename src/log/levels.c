#include "log/levels.h"

#include <assert.h>
#include <stdlib.h>

void sheaf_levels_deinit(sheaf_levels *levels)
{
    for (size_t l = 0; l < SHEAF_LEVELS_MAX; l++)
        free(levels->level[l].hashes);
    *levels = (sheaf_levels){0};
}

static sheaf_status reserve(sheaf_levels *levels, size_t l, size_t count, sheaf_err *err)
{
    size_t need, bytes, capacity = levels->level[l].capacity;
    if (__builtin_add_overflow(levels->level[l].count, count, &need) || need > SIZE_MAX / 4)
        return sheaf_fail(err, SHEAF_NOMEM, "the log is too large for this machine");
    if (need <= capacity)
        return SHEAF_OK;
    capacity = capacity ? capacity : 64;
    while (capacity < need)
        capacity *= 2;
    if (__builtin_mul_overflow(capacity, sizeof(sheaf_hash), &bytes))
        return sheaf_fail(err, SHEAF_NOMEM, "the log is too large for this machine");
    sheaf_hash *hashes = realloc(levels->level[l].hashes, bytes);
    if (!hashes)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the hashes of %zu log entries",
                          need);
    levels->level[l].hashes = hashes;
    levels->level[l].capacity = capacity;
    return SHEAF_OK;
}

sheaf_status sheaf_levels_reserve(sheaf_levels *levels, size_t count, sheaf_err *err)
{
    for (size_t l = 0; l < SHEAF_LEVELS_MAX; l++) {
        SHEAF_TRY(reserve(levels, l, (count >> l) + 1, err));
        if (levels->level[l].count == 0 && count >> l == 0)
            break;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_levels_append(sheaf_levels *levels, const sheaf_hash *leaf, sheaf_err *err)
{
    SHEAF_TRY(sheaf_levels_reserve(levels, 1, err));
    sheaf_hash hash = *leaf;
    for (size_t l = 0; l < SHEAF_LEVELS_MAX; l++) {
        size_t at = levels->level[l].count++;
        levels->level[l].hashes[at] = hash;
        if (!(at & 1))
            return SHEAF_OK;
        hash = sheaf_tree_node(&levels->level[l].hashes[at - 1], &hash);
    }
    assert(!"more than 2^40 entries");
    return SHEAF_OK;
}

static sheaf_status subtree(void *context, unsigned level, uint64_t index, sheaf_hash *out,
                            sheaf_err *err)
{
    const sheaf_levels *levels = context;
    (void)err;
    assert(level < SHEAF_LEVELS_MAX && index < levels->level[level].count);
    *out = levels->level[level].hashes[index];
    return SHEAF_OK;
}

sheaf_tree_source sheaf_levels_source(const sheaf_levels *levels)
{
    return (sheaf_tree_source){subtree, (void *)(uintptr_t)levels};
}

sheaf_hash sheaf_levels_root(const sheaf_levels *levels, uint64_t size)
{
    assert(size <= sheaf_levels_size(levels));
    sheaf_tree_source source = sheaf_levels_source(levels);
    sheaf_hash root;
    sheaf_status status = sheaf_tree_root_at(&source, size, &root, NULL);
    assert(status == SHEAF_OK); /* memory does not fail */
    return root;
}
