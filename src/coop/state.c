#include "coop/state.h"

#include "base/block.h"

#include <assert.h>
#include <stdlib.h>

enum { UNDO_ROW_MAX = 1024, CACHE_LINE = 64 };

/* sheaf_fold_void() cannot fail: there is always room to save two rows that exist (of the co-op
 * and of a key). */
enum { UNDO_ALWAYS = 2 };

static bool reserve(sheaf_state *state, void **array, size_t *capacity, size_t need,
                    size_t size);

/* Of a table that has grown, chunks come in blocks that grow with it, which large pages can
 * hold: as many as there were chunks before. What is never written takes no memory. */
enum { CHUNKS_ALONE = 32 };

static bool begins_block(uint32_t chunk)
{
    return chunk < CHUNKS_ALONE || (chunk & (chunk - 1)) == 0;
}

sheaf_status sheaf_state_init(sheaf_state *state, uint16_t revision_max, sheaf_err *err)
{
    *state = (sheaf_state){.mark = 1, .revision_max = revision_max};
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        assert(sheaf_table_describe(t)->size <= UNDO_ROW_MAX);
        state->tables[t].row_bytes = sheaf_table_describe(t)->size;
    }
    state->spare = calloc(1, UNDO_ROW_MAX);
    if (state->spare
        && reserve(state, (void **)&state->undo, &state->undo_capacity, UNDO_ALWAYS,
                   sizeof *state->undo)
        && reserve(state, (void **)&state->undo_rows, &state->undo_size,
                   (size_t)UNDO_ALWAYS * UNDO_ROW_MAX, 1))
        return SHEAF_OK;
    sheaf_state_deinit(state);
    return sheaf_fail(err, SHEAF_NOMEM, "no memory for the state");
}

void sheaf_state_deinit(sheaf_state *state)
{
    for (size_t t = 0; t < SHEAF_TABLE_COUNT; t++) {
        sheaf_state_table *table = &state->tables[t];
        for (uint32_t i = 0; i < table->chunk_count; i++)
            if (begins_block(i))
                free(table->chunks[i]);
        for (size_t l = 0; l < sizeof table->levels / sizeof *table->levels; l++)
            free(table->levels[l]);
        free(table->chunks);
        free(table->index.slots);
        free(table->dirty);
    }
    free(state->undo);
    free(state->undo_rows);
    free(state->spare);
    *state = (sheaf_state){0};
}

/* ---- growing ---- */

/* Room for `need` items in *array; false, and the state failed, if memory is spent. New memory
 * is zero. */
static bool reserve(sheaf_state *state, void **array, size_t *capacity, size_t need,
                    size_t size)
{
    if (need <= *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 64, bytes;
    while (wanted < need)
        wanted *= 2;
    void *grown = NULL;
    if (!__builtin_mul_overflow(wanted, size, &bytes))
        grown = sheaf_block_grow(*array, *capacity * size, bytes);
    if (!grown) {
        state->failed = true;
        return false;
    }
    memset((uint8_t *)grown + *capacity * size, 0, (wanted - *capacity) * size);
    *array = grown;
    *capacity = wanted;
    return true;
}

/* ---- the index ---- */

static uint32_t slot_of(const sheaf_index *index, uint64_t key)
{
    /* Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4). */
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (index->capacity - 1);
}

static void index_put(sheaf_index *index, uint64_t key, uint32_t row)
{
    uint32_t at = slot_of(index, key);
    while (index->slots[at].row_1) {
        assert(index->slots[at].key != key);
        at = (at + 1) & (index->capacity - 1);
    }
    index->slots[at] = (struct sheaf_slot){key, row + 1};
}

/* Twice the slots: what stood at a place comes to it or to the one that is so much further on,
 * so that memory is read and written in its order. */
static bool index_grow(sheaf_state *state, sheaf_index *index)
{
    uint32_t capacity = index->capacity ? index->capacity * 2 : 64;
    size_t bytes = capacity * sizeof(struct sheaf_slot);
    sheaf_index grown = {sheaf_block_new(bytes), capacity};
    if (!grown.slots) {
        state->failed = true;
        return false;
    }
    memset(grown.slots, 0, bytes);
    for (uint32_t i = 0; i < index->capacity; i++)
        if (index->slots[i].row_1)
            index_put(&grown, index->slots[i].key, index->slots[i].row_1 - 1);
    free(index->slots);
    *index = grown;
    return true;
}

/* What follows in the chain moves up, where that is nearer to its own place (Knuth, 6.4,
 * algorithm R). */
static void index_remove(sheaf_index *index, uint64_t key, uint32_t row)
{
    const uint32_t mask = index->capacity - 1;
    uint32_t gap = slot_of(index, key);
    while (index->slots[gap].row_1 != row + 1)
        gap = (gap + 1) & mask;
    for (uint32_t at = (gap + 1) & mask; index->slots[at].row_1; at = (at + 1) & mask) {
        uint32_t from = slot_of(index, index->slots[at].key);
        if (((at - from) & mask) < ((at - gap) & mask))
            continue; /* it would come to stand before its place */
        index->slots[gap] = index->slots[at];
        gap = at;
    }
    index->slots[gap] = (struct sheaf_slot){0};
}

uint32_t sheaf_find_row(const sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    const sheaf_index *index = &state->tables[id].index;
    if (!index->capacity)
        return SHEAF_NONE;
    for (uint32_t at = slot_of(index, key); index->slots[at].row_1;
         at = (at + 1) & (index->capacity - 1))
        if (index->slots[at].key == key)
            return index->slots[at].row_1 - 1;
    return SHEAF_NONE;
}

void sheaf_expect_slot(const sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    const sheaf_index *index = &state->tables[id].index;
    if (index->capacity)
        __builtin_prefetch(&index->slots[slot_of(index, key)]);
}

/* ---- rows ---- */

static uint8_t *row_at(const sheaf_state_table *table, uint32_t row)
{
    return sheaf_row_place(table, table->row_bytes, row);
}

uint32_t sheaf_table_rows(const sheaf_state *state, sheaf_table_id id)
{
    return state->tables[id].count;
}

const void *sheaf_table_row(const sheaf_state *state, sheaf_table_id id, uint32_t row)
{
    return row_at(&state->tables[id], row);
}

/* A row of the tree is written. Where there is no memory to list it, all are hashed anew. */
static void mark_dirty(sheaf_state_table *table, uint32_t row)
{
    if (row >= table->built
        || (table->dirty_count && table->dirty[table->dirty_count - 1] == row))
        return;
    if (table->dirty_count == table->dirty_capacity && !sheaf_table_list_more(table))
        table->built = table->dirty_count = 0;
    else
        table->dirty[table->dirty_count++] = row;
}

static struct sheaf_saved *saved_place(sheaf_state *state, sheaf_table_id id, uint32_t row)
{
    return &state->saved[(row ^ (uint32_t)id * 37) % SHEAF_SAVED_PLACES];
}

/* Was it saved under this mark? If that is forgotten it is saved twice, which changes nothing.
 */
static bool was_saved(sheaf_state *state, sheaf_table_id id, uint32_t row)
{
    const struct sheaf_saved *place = saved_place(state, id, row);
    return place->mark == state->mark && place->row == row && place->table == id;
}

/* Keeps what must be put back; for a new row that is nothing but that it is new. */
static bool save(sheaf_state *state, sheaf_table_id id, uint32_t row, uint64_t key,
                 bool new_row)
{
    sheaf_state_table *table = &state->tables[id];
    size_t bytes = new_row ? 0 : table->row_bytes;
    if (!reserve(state, (void **)&state->undo, &state->undo_capacity, state->undo_count + 1,
                 sizeof *state->undo)
        || !reserve(state, (void **)&state->undo_rows, &state->undo_size,
                    state->undo_used + bytes, 1))
        return false;
    state->undo[state->undo_count++] = (struct sheaf_undo){key, row, (uint16_t)id, new_row};
    if (bytes)
        memcpy(state->undo_rows + state->undo_used, row_at(table, row), bytes);
    state->undo_used += bytes;
    *saved_place(state, id, row) = (struct sheaf_saved){state->mark, row, id};
    mark_dirty(table, row);
    return true;
}

static void *spare_row(sheaf_state *state)
{
    assert(state->failed);
    return memset(state->spare, 0, UNDO_ROW_MAX);
}

void *sheaf_edit(sheaf_state *state, sheaf_table_id id, uint32_t row)
{
    sheaf_state_table *table = &state->tables[id];
    if (row >= table->count)
        return spare_row(state); /* there was no memory to make it */
    if (!was_saved(state, id, row) && !save(state, id, row, 0, false))
        return spare_row(state);
    return row_at(table, row);
}

/* Room for more rows; what is in it is set when they are appended. */
static bool add_chunk(sheaf_state_table *table)
{
    uint32_t count = table->chunk_count;
    size_t bytes = SHEAF_CHUNK_ROWS / SHEAF_GROUP_ROWS * sheaf_group_bytes(table->row_bytes);
    uint8_t **chunks = table->chunks;
    if ((count & (count - 1)) == 0) /* their list is full */
        chunks = realloc(chunks, (count ? (size_t)count * 2 : 1) * sizeof *chunks);
    if (!chunks)
        return false;
    table->chunks = chunks;
    chunks[count] = !begins_block(count)   ? chunks[count - 1] + bytes
                    : count < CHUNKS_ALONE ? malloc(bytes)
                                           : sheaf_block_new(bytes * count);
    table->chunk_count += chunks[count] != NULL;
    return chunks[count] != NULL;
}

void *sheaf_append(sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    const sheaf_table_shape *shape = sheaf_table_describe(id);
    sheaf_state_table *table = &state->tables[id];
    uint32_t row = table->count;
    if (state->failed || row == SHEAF_NONE - 1)
        return state->failed = true, spare_row(state);
    if (row / SHEAF_CHUNK_ROWS >= table->chunk_count && !add_chunk(table))
        return state->failed = true, spare_row(state);
    bool keyed = shape->find != SHEAF_FIND_BY_ROW;
    if (keyed && (table->count + 1) * 4 > (uint64_t)table->index.capacity * 3
        && !index_grow(state, &table->index))
        return spare_row(state);
    table->count++;
    if (!save(state, id, row, key, true)) {
        table->count--;
        return spare_row(state);
    }
    if (keyed)
        index_put(&table->index, key, row);
    return memset(row_at(table, row), 0, shape->size);
}

void sheaf_expect_row(const sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    const sheaf_state_table *table = &state->tables[id];
    uint32_t row = sheaf_find_row(state, id, key);
    if (row == SHEAF_NONE)
        return;
    const uint8_t *at = row_at(table, row);
    for (uint32_t line = 0; line < table->row_bytes; line += CACHE_LINE)
        __builtin_prefetch(at + line);
}

/* ---- marks ---- */

sheaf_mark sheaf_state_mark(sheaf_state *state)
{
    state->mark++;
    return (sheaf_mark){state->undo_count};
}

void sheaf_state_roll_back(sheaf_state *state, sheaf_mark to)
{
    assert(to.undo_count <= state->undo_count);
    while (state->undo_count > to.undo_count) {
        struct sheaf_undo *undo = &state->undo[--state->undo_count];
        sheaf_state_table *table = &state->tables[undo->table];
        const sheaf_table_shape *shape = sheaf_table_describe(undo->table);
        if (undo->new_row) {
            assert(undo->row == table->count - 1);
            if (shape->find != SHEAF_FIND_BY_ROW)
                index_remove(&table->index, undo->key, undo->row);
            table->count--;
        } else {
            state->undo_used -= shape->size;
            memcpy(row_at(table, undo->row), state->undo_rows + state->undo_used, shape->size);
        }
    }
    state->mark++;
}

void sheaf_state_commit(sheaf_state *state)
{
    state->undo_count = 0;
    state->undo_used = 0;
    state->mark++;
}
