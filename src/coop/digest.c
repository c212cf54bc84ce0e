#include "coop/state.h"

#include "base/encode.h"
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
    sheaf_hash *grown = realloc(table->levels[level], wanted * sizeof *grown);
    if (!grown) {
        state->failed = true;
        return false;
    }
    table->levels[level] = grown;
    table->level_capacity[level] = (uint32_t)wanted;
    return true;
}

static void hash_row(sheaf_state *state, sheaf_table_id id, uint32_t row)
{
    const sheaf_table_shape *shape = sheaf_table_describe(id);
    uint8_t encoded[1024];
    assert(shape->encoded <= sizeof encoded);
    sheaf_row_encode(shape, sheaf_table_row(state, id, row), encoded);
    state->tables[id].levels[0][row] = sheaf_tree_leaf(sheaf_bytes(encoded, shape->encoded));
}

static void hash_node(sheaf_state_table *table, unsigned level, uint32_t at)
{
    const sheaf_hash *below = table->levels[level - 1];
    uint32_t left = at * 2;
    if (left + 1 < width_at(table->count, level - 1))
        table->levels[level][at] = sheaf_tree_node(&below[left], &below[left + 1]);
    else
        table->levels[level][at] = below[left];
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
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

    uint32_t n = 0;
    for (uint32_t i = 0; i < table->dirty_count; i++) {
        uint32_t row = table->dirty_rows[i];
        table->dirty[row / 8] &= (uint8_t) ~(1u << (row % 8));
        if (row < table->count) /* else it was new and was rolled back */
            table->dirty_rows[n++] = row;
    }
    qsort(table->dirty_rows, n, sizeof *table->dirty_rows, ascending);
    for (uint32_t i = 0; i < n; i++)
        hash_row(state, id, table->dirty_rows[i]);
    for (unsigned level = 1; level <= top; level++) {
        uint32_t parents = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t parent = table->dirty_rows[i] / 2;
            if (parents && table->dirty_rows[parents - 1] == parent)
                continue;
            hash_node(table, level, parent);
            table->dirty_rows[parents++] = parent;
        }
        n = parents;
    }
    table->dirty_count = 0;
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
    assert(hasher);
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const char *name = sheaf_table_describe(t)->name;
        uint32_t rows = sheaf_table_rows(state, t);
        uint8_t count[4];
        sheaf_hash root = sheaf_table_root(state, t);
        assert(!state->failed); /* no digest is better than a wrong one */
        sheaf_big_endian_put(count, rows, sizeof count);
        sheaf_hasher_add(hasher, sheaf_bytes(name, strlen(name) + 1));
        sheaf_hasher_add(hasher, sheaf_bytes(count, sizeof count));
        sheaf_hasher_add(hasher, sheaf_bytes(root.bytes, sizeof root.bytes));
    }
    return sheaf_hasher_close(hasher);
}
