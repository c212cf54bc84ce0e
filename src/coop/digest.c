#include "coop/state.h"

#include "base/block.h"
#include "base/encode.h"
#include "crypto/hash_many.h"
#include "log/tree.h"

#include <assert.h>

/* Level l of a table's tree holds, for every complete or rightmost subtree of height l, its
 * hash. A node without a right sibling passes its hash up unchanged, which gives exactly the
 * tree of RFC 6962. The levels below the root of a group lie behind its rows, the lowest last;
 * the others, with the roots of groups, are one array each. */

static uint32_t width_at(uint32_t rows, unsigned level)
{
    return (uint32_t)(((uint64_t)rows + ((uint64_t)1 << level) - 1) >> level);
}

/* A node and its right sibling stand side by side. */
static sheaf_hash *node_at(const sheaf_state_table *table, unsigned level, uint32_t node)
{
    if (level >= SHEAF_GROUP_LEVELS)
        return &table->levels[level - SHEAF_GROUP_LEVELS][node];
    uint32_t width = (uint32_t)SHEAF_GROUP_ROWS >> level, place = node & (width - 1);
    void *first = sheaf_row_place(table, table->row_bytes, (node - place) << level);
    return (sheaf_hash *)((uint8_t *)first + (size_t)SHEAF_GROUP_ROWS * table->row_bytes)
           + width - 2 + place;
}

static bool reserve_level(sheaf_state_table *table, unsigned level, uint32_t need)
{
    if (need <= table->level_capacity[level])
        return true;
    uint64_t wanted = table->level_capacity[level] ? table->level_capacity[level] : 16;
    while (wanted < need)
        wanted *= 2;
    sheaf_hash *grown =
        sheaf_block_grow(table->levels[level], table->level_capacity[level] * sizeof *grown,
                         wanted * sizeof *grown);
    if (!grown)
        return false;
    table->levels[level] = grown;
    table->level_capacity[level] = (uint32_t)wanted;
    return true;
}

/* Ascending, a byte of the numbers at a time; `other` has as much room. */
static void sort_rows(uint32_t *rows, uint32_t count, uint32_t *other, uint32_t below)
{
    for (unsigned shift = 0; shift < 32 && count > 1 && below >> shift; shift += 8) {
        uint32_t next[257] = {0};
        for (uint32_t i = 0; i < count; i++)
            next[(rows[i] >> shift & 255) + 1]++;
        for (int b = 0; b < 255; b++)
            next[b + 1] += next[b];
        for (uint32_t i = 0; i < count; i++)
            other[next[rows[i] >> shift & 255]++] = rows[i];
        memcpy(rows, other, count * sizeof *rows);
    }
}

/* Each dirty row once, in ascending order. */
static void tidy(sheaf_state_table *table)
{
    uint32_t *rows = table->dirty, n = 0;
    sort_rows(rows, table->dirty_count, rows + table->dirty_capacity, table->built);
    for (uint32_t i = 0; i < table->dirty_count; i++)
        if (!n || rows[n - 1] != rows[i])
            rows[n++] = rows[i];
    table->dirty_count = n;
}

static bool reserve_dirty(sheaf_state_table *table, size_t need)
{
    size_t wanted = table->dirty_capacity ? table->dirty_capacity : 64;
    while (wanted < need)
        wanted *= 2;
    if (wanted == table->dirty_capacity)
        return true;
    uint32_t *grown = sheaf_block_grow(table->dirty, table->dirty_count * sizeof *grown,
                                       2 * wanted * sizeof *grown);
    if (!grown)
        return false;
    table->dirty = grown;
    table->dirty_capacity = (uint32_t)wanted;
    return true;
}

/* A list that is full of one and the same rows does not grow. */
bool sheaf_table_list_more(sheaf_state_table *table)
{
    tidy(table);
    return table->dirty_count < table->dirty_capacity / 2
           || reserve_dirty(table, (size_t)table->dirty_count * 2);
}

/* So many are hashed together, which takes a fraction of the time of one after the other. */
enum { ROWS_TOGETHER = 32, NODES_TOGETHER = 64 };
_Static_assert(SHEAF_NODE_MARK == SHEAF_TREE_NODE, "nodes are those of log/tree.h");

/* The row, and its hash with the one beside it. */
static void expect_row(const sheaf_state_table *table, uint32_t row)
{
    sheaf_row_prefetch(table, row);
    __builtin_prefetch(node_at(table, 0, row), 1);
}

static void hash_rows(sheaf_state *state, sheaf_table_id id, const uint32_t *rows,
                      uint32_t count)
{
    const sheaf_table_shape *shape = sheaf_table_describe(id);
    const sheaf_state_table *table = &state->tables[id];
    uint8_t encoded[ROWS_TOGETHER][1 + SHEAF_ROW_ENCODED_MAX];
    sheaf_slice leaf[ROWS_TOGETHER];
    sheaf_hash out[ROWS_TOGETHER];
    for (uint32_t done = 0; done < count; done += ROWS_TOGETHER) {
        uint32_t n = count - done < ROWS_TOGETHER ? count - done : ROWS_TOGETHER;
        for (uint32_t i = done + n; i < count && i < done + n + ROWS_TOGETHER; i++)
            expect_row(table, rows[i]);
        for (uint32_t i = 0; i < n; i++) {
            encoded[i][0] = SHEAF_TREE_LEAF;
            sheaf_row_encode(shape, sheaf_table_row(state, id, rows[done + i]), encoded[i] + 1);
            leaf[i] = sheaf_bytes(encoded[i], (size_t)1 + shape->encoded);
        }
        sheaf_sha256_many(leaf, n, out);
        for (uint32_t i = 0; i < n; i++)
            *node_at(table, 0, rows[done + i]) = out[i];
    }
}

/* Where the first of those nodes stand, as many as are hashed together, and what is below them:
 * it is read soon. */
static uint32_t find_nodes(const sheaf_state_table *table, unsigned level,
                           const uint32_t *nodes, uint32_t count, sheaf_node_place *out)
{
    uint32_t n = count < NODES_TOGETHER ? count : NODES_TOGETHER;
    for (uint32_t i = 0; i < n; i++) {
        out[i] = (sheaf_node_place){node_at(table, level - 1, nodes[i] * 2),
                                    node_at(table, level, nodes[i])};
        __builtin_prefetch(out[i].below);
        __builtin_prefetch(out[i].node, 1);
    }
    return n;
}

/* The nodes of a level over what stands below it. Only the last can lack a right sibling. */
static void hash_nodes(const sheaf_state_table *table, unsigned level, const uint32_t *nodes,
                       uint32_t count)
{
    uint32_t width = width_at(table->count, level - 1);
    sheaf_node_place places[2][NODES_TOGETHER];
    if (count && nodes[count - 1] * 2 + 1 >= width) {
        *node_at(table, level, nodes[count - 1]) =
            *node_at(table, level - 1, nodes[count - 1] * 2);
        count--;
    }
    uint32_t n = find_nodes(table, level, nodes, count, places[0]);
    for (unsigned turn = 0; n > 0; turn ^= 1) {
        nodes += n;
        count -= n;
        uint32_t next = find_nodes(table, level, nodes, count, places[turn ^ 1]);
        sheaf_sha256_nodes(places[turn], n);
        n = next;
    }
}

/* The rows to hash, in ascending order, in place of the list of dirty ones; how many. */
static uint32_t take_dirty(sheaf_state_table *table)
{
    uint32_t n = table->dirty_count;
    for (uint32_t row = table->built; row < table->count; row++)
        table->dirty[n++] = row;
    table->dirty_count = 0;
    return n;
}

/* Room for what hashing the table needs; false if memory is spent. */
static bool make_room(sheaf_state_table *table, unsigned top)
{
    for (unsigned level = SHEAF_GROUP_LEVELS; level <= top; level++)
        if (!reserve_level(table, level - SHEAF_GROUP_LEVELS, width_at(table->count, level)))
            return false;
    tidy(table);
    return reserve_dirty(table, (size_t)table->dirty_count + table->count - table->built);
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
    if (!make_room(table, top)) {
        state->failed = true;
        return sheaf_tree_empty();
    }
    uint32_t n = take_dirty(table), *nodes = table->dirty;
    hash_rows(state, id, nodes, n);
    for (unsigned level = 1; level <= top; level++) {
        uint32_t parents = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t parent = nodes[i] / 2;
            if (!parents || nodes[parents - 1] != parent)
                nodes[parents++] = parent;
        }
        n = parents;
        hash_nodes(table, level, nodes, n);
    }
    table->built = table->count;
    state->mark++; /* what is written from now on is saved, and listed, again */
    return *node_at(table, top, 0);
}

/* As many as a digest lists (acts/tbl/decisions.def). */
_Static_assert(SHEAF_TABLE_COUNT <= 256, "a state.digest lists every table");

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
