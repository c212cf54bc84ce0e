/* coop/state.h - the state: tables of rows that only rules write, with an undo journal.
 *
 * A rule reaches a row for writing through sheaf_NAME_edit() or sheaf_NAME_new() alone. Both
 * keep what stood there in the undo journal, so that sheaf_state_roll_back() to a mark restores
 * every row and every count; a rule that refuses undoes nothing by hand. Marks nest: the effect
 * of a motion runs under its own.
 *
 * Rows never move, so pointers to them stay good while the state lives. If memory is spent, the
 * state is `failed`: writes then go to a spare row, and whoever folds rolls back and reports
 * it.
 */
#ifndef SHEAF_COOP_STATE_H
#define SHEAF_COOP_STATE_H

#include "base/status.h"
#include "coop/index.h"
#include "coop/tables.h"

#include <assert.h>

enum {
    SHEAF_CHUNK_ROWS = 256,
    SHEAF_GROUP_LEVELS = 4,
    SHEAF_GROUP_ROWS = 1 << SHEAF_GROUP_LEVELS,
    SHEAF_GROUP_NODES = 2 * SHEAF_GROUP_ROWS - 2,
    SHEAF_SAVED_PLACES = 256,
};

/* Rows stand in chunks, and in these in groups: SHEAF_GROUP_ROWS rows, then the nodes of the
 * tree over them, without its root (digest.c). So a table that grows moves nothing, and what is
 * read and written of a row lies together. */
typedef struct {
    uint8_t **chunks;
    uint32_t chunk_count, count; /* of rows */
    uint32_t row_bytes;
    const sheaf_table_shape *shape;
    sheaf_index index;         /* of tables BY_ID and BY_PAIR */
    sheaf_entry_index entries; /* of tables BY_ENTRY */
    /* The digest: the first `built` rows are in the tree. Those of them that were written since
     * are listed as dirty, some more than once; there is as much room again to sort them. */
    uint32_t built;
    uint32_t *dirty;
    uint32_t dirty_count, dirty_capacity;
    sheaf_hash *levels[29]; /* of the tree, from the roots of groups up */
    uint32_t level_capacity[29];
} sheaf_state_table;

typedef struct {
    sheaf_state_table tables[SHEAF_TABLE_COUNT];
    sheaf_index_words *words;
    struct sheaf_undo {
        uint64_t key; /* of a new row: its key in the index */
        uint32_t row;
        uint16_t table;
        bool new_row;
    } * undo;
    uint8_t *undo_rows; /* the old rows, one after the other */
    size_t undo_count, undo_capacity, undo_used, undo_size;
    uint64_t mark;
    /* Rows that were saved under the mark, so that most are saved once; at the place that
     * follows from table and row. */
    struct sheaf_saved {
        uint64_t mark;
        uint32_t row, table;
    } saved[SHEAF_SAVED_PLACES];
    uint64_t size;         /* entries folded */
    uint16_t revision_max; /* the newest rules revision this program knows */
    bool failed;           /* memory is spent */
    uint8_t *spare;        /* where writes go then */
} sheaf_state;

/* `revision_max` is SHEAF_REVISION but in tests of what an older program does. */
SHEAF_MUST_USE sheaf_status sheaf_state_init(sheaf_state *state, uint16_t revision_max,
                                             sheaf_err *err);
void sheaf_state_deinit(sheaf_state *state);

typedef struct {
    size_t undo_count;
} sheaf_mark;

sheaf_mark sheaf_state_mark(sheaf_state *state);
void sheaf_state_roll_back(sheaf_state *state, sheaf_mark to);
/* Makes all writes lasting; all marks end. */
void sheaf_state_commit(sheaf_state *state);

uint32_t sheaf_table_rows(const sheaf_state *state, sheaf_table_id id);
const void *sheaf_table_row(const sheaf_state *state, sheaf_table_id id, uint32_t row);
/* Of a row that could not be made, for the state has failed, one that is thrown away. */
void *sheaf_edit(sheaf_state *state, sheaf_table_id id, uint32_t row);
/* A new row at the end, zeros but for the columns of its key, by which it is found again
 * (ignored for tables BY_ROW). */
void *sheaf_append(sheaf_state *state, sheaf_table_id id, uint64_t key);
/* SHEAF_NONE if there is no row with the key. */
uint32_t sheaf_find_row(const sheaf_state *state, sheaf_table_id id, uint64_t key);

/* A row with that key, or in that place, is wanted soon: brings the place in the index, and the
 * row itself if there is one, into the processor's caches. They change nothing. */
void sheaf_expect_slot(const sheaf_state *state, sheaf_table_id id, uint64_t key);
void sheaf_expect_row(const sheaf_state *state, sheaf_table_id id, uint32_t row);

static inline uint64_t sheaf_pair(uint32_t a, uint32_t b)
{
    return (uint64_t)a << 32 | b;
}

/* Of rows of that size, in whole lines of 64 bytes. */
static inline size_t sheaf_group_bytes(size_t size)
{
    return (SHEAF_GROUP_ROWS * size + SHEAF_GROUP_NODES * sizeof(sheaf_hash) + 63) / 64 * 64;
}

/* The row, of a table whose rows have that size. */
static inline uint8_t *sheaf_row_place(const sheaf_state_table *table, size_t size,
                                       uint32_t row)
{
    assert(row < table->count);
    return table->chunks[row / SHEAF_CHUNK_ROWS]
           + row % SHEAF_CHUNK_ROWS / SHEAF_GROUP_ROWS * sheaf_group_bytes(size)
           + row % SHEAF_GROUP_ROWS * size;
}

/* Of the row, all lines of memory: many a row begins in the midst of one and ends in another.
 */
static inline void sheaf_row_prefetch(const sheaf_state_table *table, uint32_t row)
{
    const uint8_t *at = sheaf_row_place(table, table->row_bytes, row);
    for (uint32_t byte = 0; byte < table->row_bytes; byte += 64)
        __builtin_prefetch(at + byte);
    __builtin_prefetch(at + table->row_bytes - 1);
}

static inline uint32_t sheaf_find_entry(const sheaf_state *state, sheaf_table_id id,
                                        uint64_t entry)
{
    const uint32_t *place = sheaf_entry_place(&state->tables[id].entries, entry);
    return place ? *place - 1 : SHEAF_NONE; /* SHEAF_NONE is 0 - 1 */
}
uint32_t sheaf_find_hashed(const sheaf_state *state, sheaf_table_id id, uint64_t key);

/* How typed access finds rows. */
#define SHEAF_FINDS_BY_ROW                 sheaf_find_hashed
#define SHEAF_FINDS_BY_ENTRY               sheaf_find_entry
#define SHEAF_FINDS_BY_ID                  sheaf_find_hashed
#define SHEAF_FINDS_BY_PAIR(first, second) sheaf_find_hashed

/* Typed access, for every table:
 *     sheaf_motion_count(state)       rows
 *     sheaf_motion_at(state, row)     to read
 *     sheaf_motion_find(state, key)   to read, NULL if there is none; key: id or sheaf_pair()
 *     sheaf_motion_get(state, key)    to read; it is a bug if there is none
 *     sheaf_motion_row(state, key)    row number or SHEAF_NONE
 *     sheaf_motion_edit(state, row)   to write
 *     sheaf_motion_new(state, key)    to write
 *     sheaf_motion_have(state, key)   to write, new where there is none */
#define COL       SHEAF_SKIP
#define END_TABLE SHEAF_SKIP
#define TABLE(name, key, doc)                                                                  \
    static inline uint32_t sheaf_##name##_count(const sheaf_state *state)                      \
    {                                                                                          \
        return state->tables[SHEAF_TABLE_##name].count;                                        \
    }                                                                                          \
    static inline const struct sheaf_row_##name *sheaf_##name##_at(const sheaf_state *state,   \
                                                                   uint32_t row)               \
    {                                                                                          \
        const void *at = sheaf_row_place(&state->tables[SHEAF_TABLE_##name],                   \
                                         sizeof(struct sheaf_row_##name), row);                \
        return at;                                                                             \
    }                                                                                          \
    static inline uint32_t sheaf_##name##_row(const sheaf_state *state, uint64_t wanted)       \
    {                                                                                          \
        return SHEAF_FINDS_##key(state, SHEAF_TABLE_##name, wanted);                           \
    }                                                                                          \
    static inline const struct sheaf_row_##name *sheaf_##name##_find(const sheaf_state *state, \
                                                                     uint64_t wanted)          \
    {                                                                                          \
        uint32_t row = sheaf_##name##_row(state, wanted);                                      \
        return row == SHEAF_NONE ? NULL : sheaf_##name##_at(state, row);                       \
    }                                                                                          \
    static inline const struct sheaf_row_##name *sheaf_##name##_get(const sheaf_state *state,  \
                                                                    uint64_t wanted)           \
    {                                                                                          \
        const struct sheaf_row_##name *row = sheaf_##name##_find(state, wanted);               \
        assert(row);                                                                           \
        return row;                                                                            \
    }                                                                                          \
    static inline struct sheaf_row_##name *sheaf_##name##_edit(sheaf_state *state,             \
                                                               uint32_t row)                   \
    {                                                                                          \
        return sheaf_edit(state, SHEAF_TABLE_##name, row);                                     \
    }                                                                                          \
    static inline struct sheaf_row_##name *sheaf_##name##_new(sheaf_state *state,              \
                                                              uint64_t wanted)                 \
    {                                                                                          \
        return sheaf_append(state, SHEAF_TABLE_##name, wanted);                                \
    }                                                                                          \
    static inline struct sheaf_row_##name *sheaf_##name##_have(sheaf_state *state,             \
                                                               uint64_t wanted)                \
    {                                                                                          \
        uint32_t row = sheaf_##name##_row(state, wanted);                                      \
        return row == SHEAF_NONE ? sheaf_##name##_new(state, wanted)                           \
                                 : sheaf_##name##_edit(state, row);                            \
    }
#include "coop/tbl/tables.def"
#undef COL
#undef END_TABLE
#undef TABLE

/* Makes room to list one more row as dirty; false if memory is spent. */
bool sheaf_table_list_more(sheaf_state_table *table);

/* The root of the table's Merkle tree: RFC 6962 over the encodings of its rows. Hashes only
 * what was written since the last call. */
sheaf_hash sheaf_table_root(sheaf_state *state, sheaf_table_id id);

/* Is it the state of which the digest lists the tables? */
bool sheaf_state_matches(sheaf_state *state, const struct sheaf_state_digest *digest);

/* One hash over all tables: SHA-256 over their names, row counts and roots; for comparing whole
 * states. Zeros where there is no memory for it; then the state has failed. */
sheaf_hash sheaf_state_digest(sheaf_state *state);

#endif
