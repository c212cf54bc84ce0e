#include "coop/state.h"

#include "base/block.h"

#include <assert.h>
#include <stdlib.h>

enum { UNDO_ROW_MAX = 1024 };

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
        state->tables[t].shape = sheaf_table_describe(t);
        state->tables[t].row_bytes = state->tables[t].shape->size;
    }
    state->spare = calloc(1, UNDO_ROW_MAX);
    state->words = malloc(sizeof *state->words);
    if (state->words)
        sheaf_index_words_fill(state->words);
    if (state->spare && state->words
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
        sheaf_entry_index_free(&table->entries);
        free(table->dirty);
    }
    free(state->undo);
    free(state->undo_rows);
    free(state->spare);
    free(state->words);
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

/* ---- rows ---- */

static uint8_t *row_at(const sheaf_state_table *table, uint32_t row)
{
    return sheaf_row_place(table, table->row_bytes, row);
}

/* ---- keys ---- */

uint32_t sheaf_find_hashed(const sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    const sheaf_state_table *table = &state->tables[id];
    const sheaf_index *index = &table->index;
    const uint32_t mask = index->capacity - 1;
    if (!index->capacity)
        return SHEAF_NONE;
    uint32_t hash = sheaf_index_hash(state->words, key), at = sheaf_index_place(index, hash);
    for (uint64_t slot; (slot = index->slots[at]) != 0; at = (at + 1) & mask)
        if (slot >> 32 == hash && table->shape->key(row_at(table, (uint32_t)slot - 1)) == key)
            return (uint32_t)slot - 1;
    return SHEAF_NONE;
}

uint32_t sheaf_find_row(const sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    return state->tables[id].shape->find == SHEAF_FIND_BY_ENTRY
               ? sheaf_find_entry(state, id, key)
               : sheaf_find_hashed(state, id, key);
}

static bool reserve_key(sheaf_state_table *table, uint64_t key)
{
    sheaf_find find = table->shape->find;
    return find == SHEAF_FIND_BY_ROW
           || (find == SHEAF_FIND_BY_ENTRY
                   ? sheaf_entry_reserve(&table->entries, (uint32_t)key)
                   : sheaf_index_reserve(&table->index, table->count + 1));
}

static void put_key(const sheaf_state *state, sheaf_state_table *table, uint64_t key,
                    uint32_t row)
{
    sheaf_find find = table->shape->find;
    if (find == SHEAF_FIND_BY_ENTRY)
        *sheaf_entry_place(&table->entries, key) = row + 1;
    else if (find != SHEAF_FIND_BY_ROW)
        sheaf_index_put(&table->index, sheaf_index_hash(state->words, key), row);
}

static void remove_key(const sheaf_state *state, sheaf_state_table *table, uint64_t key,
                       uint32_t row)
{
    sheaf_find find = table->shape->find;
    if (find == SHEAF_FIND_BY_ENTRY)
        *sheaf_entry_place(&table->entries, key) = 0;
    else if (find != SHEAF_FIND_BY_ROW)
        sheaf_index_remove(&table->index, sheaf_index_hash(state->words, key), row);
}

void sheaf_expect_slot(const sheaf_state *state, sheaf_table_id id, uint64_t key)
{
    const sheaf_state_table *table = &state->tables[id];
    const sheaf_index *index = &table->index;
    if (table->shape->find == SHEAF_FIND_BY_ENTRY)
        __builtin_prefetch(sheaf_entry_place(&table->entries, key));
    else if (index->capacity)
        __builtin_prefetch(
            &index->slots[sheaf_index_place(index, sheaf_index_hash(state->words, key))]);
}

/* ---- writing ---- */

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

/* Of the journal; seldom more than there is. */
__attribute__((noinline)) static bool reserve_undo(sheaf_state *state, size_t bytes)
{
    return reserve(state, (void **)&state->undo, &state->undo_capacity, state->undo_count + 1,
                   sizeof *state->undo)
           && reserve(state, (void **)&state->undo_rows, &state->undo_size,
                      state->undo_used + bytes, 1);
}

/* Keeps what must be put back; for a new row that is nothing but that it is new. */
static bool save(sheaf_state *state, sheaf_table_id id, uint32_t row, uint64_t key,
                 bool new_row)
{
    sheaf_state_table *table = &state->tables[id];
    size_t bytes = new_row ? 0 : table->row_bytes;
    if ((state->undo_count == state->undo_capacity
         || bytes > state->undo_size - state->undo_used)
        && !reserve_undo(state, bytes))
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
    sheaf_state_table *table = &state->tables[id];
    const sheaf_table_shape *shape = table->shape;
    uint32_t row = table->count;
    if (state->failed || row == SHEAF_NONE - 1)
        return state->failed = true, spare_row(state);
    if (row / SHEAF_CHUNK_ROWS >= table->chunk_count && !add_chunk(table))
        return state->failed = true, spare_row(state);
    if (!reserve_key(table, key))
        return state->failed = true, spare_row(state);
    table->count++;
    if (!save(state, id, row, key, true)) {
        table->count--;
        return spare_row(state);
    }
    put_key(state, table, key, row);
    void *made = memset(row_at(table, row), 0, shape->size);
    shape->set_key(made, key);
    assert(shape->key(made) == key || shape->find == SHEAF_FIND_BY_ROW);
    return made;
}

void sheaf_expect_row(const sheaf_state *state, sheaf_table_id id, uint32_t row)
{
    const sheaf_state_table *table = &state->tables[id];
    if (row < table->count)
        sheaf_row_prefetch(table, row);
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
        if (undo->new_row) {
            assert(undo->row == table->count - 1);
            remove_key(state, table, undo->key, undo->row);
            table->count--;
        } else {
            state->undo_used -= table->row_bytes;
            memcpy(row_at(table, undo->row), state->undo_rows + state->undo_used,
                   table->row_bytes);
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
