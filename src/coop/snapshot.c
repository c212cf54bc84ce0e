#include "coop/snapshot.h"

#include "acts/act.h"
#include "coop/view.h"

#include <assert.h>

enum { COMMIT_ROWS = 4096, ROW_MAX = 1024 };

static const char magic[] = "sheaf-state/v1\n";

/* Names, order and form of all columns: another program's tables have another one. */
static sheaf_hash fingerprint(void)
{
    sheaf_hasher *hasher = sheaf_hasher_open();
    assert(hasher);
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const sheaf_table_shape *shape = sheaf_table_describe(t);
        sheaf_hasher_add(hasher, sheaf_bytes(shape->name, strlen(shape->name) + 1));
        for (uint16_t i = 0; i < shape->count; i++) {
            const sheaf_column *column = &shape->columns[i];
            uint8_t type = (uint8_t)column->type;
            sheaf_hasher_add(hasher, sheaf_bytes(&type, 1));
            sheaf_hasher_add(hasher, sheaf_bytes(column->name, strlen(column->name) + 1));
        }
        sheaf_hasher_add(hasher, sheaf_bytes("", 1));
    }
    return sheaf_hasher_close(hasher);
}

void sheaf_snapshot_put(sheaf_buffer *out, const sheaf_state *state)
{
    assert(state->undo_count == 0 && !state->failed);
    sheaf_hash layout = fingerprint();
    sheaf_buffer_add_string(out, magic);
    sheaf_buffer_add(out, sheaf_bytes(layout.bytes, sizeof layout.bytes));
    sheaf_buffer_add_u64(out, state->size);
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++)
        sheaf_buffer_add_u32(out, sheaf_table_rows(state, t));
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const sheaf_table_shape *shape = sheaf_table_describe(t);
        uint32_t rows = sheaf_table_rows(state, t);
        uint8_t *at = sheaf_buffer_extend(out, (size_t)rows * shape->encoded);
        for (uint32_t row = 0; at && row < rows; row++, at += shape->encoded)
            sheaf_row_encode(shape, sheaf_table_row(state, t, row), at);
    }
}

/* One table's rows off the front. */
static sheaf_status get_rows(sheaf_slice *in, sheaf_table_id table, uint32_t rows,
                             sheaf_state *state, sheaf_err *err)
{
    const sheaf_table_shape *shape = sheaf_table_describe(table);
    _Alignas(16) uint8_t row[ROW_MAX];
    assert(shape->size <= sizeof row);
    for (uint32_t i = 0; i < rows; i++) {
        sheaf_slice encoded;
        if (!sheaf_take(in, shape->encoded, &encoded) || !sheaf_row_decode(shape, encoded, row))
            return sheaf_fail(err, SHEAF_FAULT, "row %u of the table %s is damaged", i,
                              shape->name);
        uint64_t key = shape->key(row);
        if (shape->find != SHEAF_FIND_BY_ROW && sheaf_find_row(state, table, key) != SHEAF_NONE)
            return sheaf_fail(err, SHEAF_FAULT, "row %u of the table %s is there twice", i,
                              shape->name);
        void *made = sheaf_append(state, table, key);
        if (state->failed)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory left for the state");
        memcpy(made, row, shape->size);
        if (i % COMMIT_ROWS == 0)
            sheaf_state_commit(state);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_snapshot_get(sheaf_slice bytes, sheaf_state *state, sheaf_err *err)
{
    sheaf_hash layout = fingerprint();
    sheaf_slice in = bytes, found;
    uint32_t rows[SHEAF_TABLE_COUNT];
    if (!sheaf_take_text(&in, magic) || !sheaf_take(&in, sizeof layout.bytes, &found))
        return sheaf_fail(err, SHEAF_INVALID, "it is no saved state");
    if (memcmp(found.data, layout.bytes, sizeof layout.bytes) != 0)
        return sheaf_fail(err, SHEAF_INVALID, "it was saved by another version of the program");
    if (!sheaf_take_u64(&in, &state->size) || state->size > SHEAF_REF_MAX)
        return sheaf_fail(err, SHEAF_FAULT, "it is damaged");
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++)
        if (!sheaf_take_u32(&in, &rows[t]))
            return sheaf_fail(err, SHEAF_FAULT, "it is cut short");
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        SHEAF_TRY(get_rows(&in, t, rows[t], state, err));
        sheaf_state_commit(state);
    }
    if (in.len)
        return sheaf_fail(err, SHEAF_FAULT, "it is longer than its tables");
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    if (!coop || rows[SHEAF_TABLE_coop] != 1)
        return sheaf_fail(err, SHEAF_FAULT, "it holds no co-op");
    if (coop->revision > state->revision_max)
        return sheaf_fail(err, SHEAF_INVALID, "it is of rules that this program does not know");
    return SHEAF_OK;
}
