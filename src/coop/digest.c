#include "coop/state.h"

#include "base/block.h"
#include "base/encode.h"
#include "crypto/hash_many.h"
#include "log/tree.h"

#include <assert.h>
#include <stdlib.h>

/* Level l of a table's tree holds, for every complete or rightmost subtree of height l, its
 * hash. A node without a right sibling passes its hash up unchanged, which gives exactly the
 * tree of RFC 6962. */

static uint32_t width_at(uint32_t rows, unsigned level)
{
    return (uint32_t)(((uint64_t)rows + ((uint64_t)1 << level) - 1) >> level);
}

static bool reserve_level(sheaf_state *state, sheaf_state_table *table, unsigned level,
                          uint32_t need)
{
    if (need <= table->level_capacity[level])
        return true;
    uint64_t wanted = table->level_capacity[level] ? table->level_capacity[level] : 16;
    while (wanted < need)
        wanted *= 2;
    sheaf_hash *grown =
        sheaf_block_grow(table->levels[level], table->level_capacity[level] * sizeof *grown,
                         wanted * sizeof *grown);
    if (!grown) {
        state->failed = true;
        return false;
    }
    table->levels[level] = grown;
    table->level_capacity[level] = (uint32_t)wanted;
    return true;
}

/* So many are hashed together, which takes a fraction of the time of one after the other. */
enum { ROWS_TOGETHER = 32, NODES_TOGETHER = 64 };

static void hash_rows(sheaf_state *state, sheaf_table_id id, const uint32_t *rows,
                      uint32_t count)
{
    const sheaf_table_shape *shape = sheaf_table_describe(id);
    sheaf_hash *leaves = state->tables[id].levels[0];
    uint8_t encoded[ROWS_TOGETHER][1 + SHEAF_ROW_ENCODED_MAX];
    sheaf_slice leaf[ROWS_TOGETHER];
    sheaf_hash out[ROWS_TOGETHER];
    for (uint32_t done = 0; done < count; done += ROWS_TOGETHER) {
        uint32_t n = count - done < ROWS_TOGETHER ? count - done : ROWS_TOGETHER;
        for (uint32_t i = done + n; i < count && i < done + n + ROWS_TOGETHER; i++)
            __builtin_prefetch(sheaf_table_row(state, id, rows[i]));
        for (uint32_t i = 0; i < n; i++) {
            encoded[i][0] = SHEAF_TREE_LEAF;
            sheaf_row_encode(shape, sheaf_table_row(state, id, rows[done + i]), encoded[i] + 1);
            leaf[i] = sheaf_bytes(encoded[i], (size_t)1 + shape->encoded);
        }
        sheaf_sha256_many(leaf, n, out);
        for (uint32_t i = 0; i < n; i++)
            leaves[rows[done + i]] = out[i];
    }
}

/* The nodes of a level over what stands below it. Only the last can lack a right sibling. */
static void hash_nodes(sheaf_state_table *table, unsigned level, const uint32_t *nodes,
                       uint32_t count)
{
    const sheaf_hash *below = table->levels[level - 1];
    uint32_t width = width_at(table->count, level - 1);
    uint8_t both[NODES_TOGETHER][1 + 2 * SHEAF_HASH_BYTES];
    sheaf_slice node[NODES_TOGETHER];
    sheaf_hash out[NODES_TOGETHER];
    if (count && nodes[count - 1] * 2 + 1 >= width) {
        table->levels[level][nodes[count - 1]] = below[nodes[count - 1] * 2];
        count--;
    }
    for (uint32_t done = 0; done < count; done += NODES_TOGETHER) {
        uint32_t n = count - done < NODES_TOGETHER ? count - done : NODES_TOGETHER;
        for (uint32_t i = done + n; i < count && i < done + n + NODES_TOGETHER; i++)
            __builtin_prefetch(&below[(size_t)nodes[i] * 2]);
        for (uint32_t i = 0; i < n; i++) {
            both[i][0] = SHEAF_TREE_NODE;
            memcpy(both[i] + 1, &below[(size_t)nodes[done + i] * 2], 2 * SHEAF_HASH_BYTES);
            node[i] = sheaf_bytes(both[i], sizeof both[i]);
        }
        sheaf_sha256_many(node, n, out);
        for (uint32_t i = 0; i < n; i++)
            table->levels[level][nodes[done + i]] = out[i];
    }
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The rows to hash, in ascending order, in place of the list of those that were written; how
 * many. They are read off their bits unless there are far more of these. */
static uint32_t take_dirty(sheaf_state_table *table)
{
    uint32_t n = 0, *rows = table->dirty_rows, marked = table->dirty_count;
    uint32_t bytes = (table->count + 7) / 8;
    bool few = bytes / 64 > marked;
    for (uint32_t i = 0; i < marked; i++) {
        uint32_t row = rows[i];
        if (!few && row < table->count)
            continue; /* else it was new and was rolled back */
        table->dirty[row / 8] &= (uint8_t) ~(1u << (row % 8));
        if (row < table->count)
            rows[n++] = row;
    }
    table->dirty_count = 0;
    if (few) {
        qsort(rows, n, sizeof *rows, ascending);
        return n;
    }
    for (uint32_t at = 0; at < bytes; at++) {
        for (unsigned bits = table->dirty[at]; bits; bits &= bits - 1)
            rows[n++] = at * 8 + (uint32_t)__builtin_ctz(bits);
        table->dirty[at] = 0;
    }
    return n;
}

sheaf_hash sheaf_table_root(sheaf_state *state, sheaf_table_id id)
{
    sheaf_state_table *table = &state->tables[id];
    if (!table->count)
        return sheaf_tree_empty();
    assert(table->built <= table->count); /* rows that were hashed are never rolled back */
    unsigned top = 0;
    while (width_at(table->count, top) > 1)
        top++;
    for (unsigned level = 0; level <= top; level++)
        if (!reserve_level(state, table, level, width_at(table->count, level)))
            return sheaf_tree_empty();

    uint32_t n = take_dirty(table);
    hash_rows(state, id, table->dirty_rows, n);
    for (unsigned level = 1; level <= top; level++) {
        uint32_t parents = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t parent = table->dirty_rows[i] / 2;
            if (!parents || table->dirty_rows[parents - 1] != parent)
                table->dirty_rows[parents++] = parent;
        }
        n = parents;
        hash_nodes(table, level, table->dirty_rows, n);
    }
    table->built = table->count;
    return table->levels[top][0];
}

bool sheaf_state_matches(sheaf_state *state, const struct sheaf_state_digest *digest)
{
    const struct sheaf_table_root *tables = digest->tables.at;
    bool same = digest->tables.count == SHEAF_TABLE_COUNT;
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT && same; t++) {
        sheaf_hash root = sheaf_table_root(state, t);
        same = sheaf_slice_is(tables[t].table, sheaf_table_describe(t)->name)
               && tables[t].rows == (int64_t)sheaf_table_rows(state, t)
               && sheaf_hash_equal(&tables[t].root, &root);
    }
    return same;
}

sheaf_hash sheaf_state_digest(sheaf_state *state)
{
    sheaf_hasher *hasher = sheaf_hasher_open();
    if (!hasher)
        return state->failed = true, (sheaf_hash){0};
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const char *name = sheaf_table_describe(t)->name;
        uint32_t rows = sheaf_table_rows(state, t);
        uint8_t count[4];
        sheaf_hash root = sheaf_table_root(state, t);
        sheaf_big_endian_put(count, rows, sizeof count);
        sheaf_hasher_add(hasher, sheaf_bytes(name, strlen(name) + 1));
        sheaf_hasher_add(hasher, sheaf_bytes(count, sizeof count));
        sheaf_hasher_add(hasher, sheaf_bytes(root.bytes, sizeof root.bytes));
    }
    sheaf_hash digest = sheaf_hasher_close(hasher);
    return state->failed ? (sheaf_hash){0} : digest; /* none is better than a wrong one */
}
