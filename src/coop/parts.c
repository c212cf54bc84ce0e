/* The bytes of open motions' effects, in a chain of parts. Parts that a settled motion gives
 * back are used again, so the table grows with the motions open at one time, not with history.
 */
#include "coop/coop_internal.h"

#include <assert.h>

static uint32_t take_part(sheaf_state *state)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    if (!coop->part_free) {
        (void)sheaf_part_new(state, 0);
        return sheaf_part_count(state); /* 1 + its row */
    }
    uint32_t part = coop->part_free;
    coop->part_free = sheaf_part_at(state, part - 1)->next;
    return part;
}

uint32_t sheaf_parts_store(sheaf_state *state, sheaf_slice bytes)
{
    uint32_t first = 0, last = 0;
    while (bytes.len && !state->failed) {
        uint32_t part = take_part(state);
        if (state->failed)
            break;
        struct sheaf_row_part *row = sheaf_part_edit(state, part - 1);
        sheaf_slice piece;
        bool taken = sheaf_take(
            &bytes, bytes.len < SHEAF_PART_BYTES ? bytes.len : SHEAF_PART_BYTES, &piece);
        assert(taken);
        memset(row->bytes, 0, sizeof row->bytes);
        memcpy(row->bytes, piece.data, piece.len);
        row->len = (uint8_t)piece.len;
        row->next = 0;
        if (last)
            sheaf_part_edit(state, last - 1)->next = part;
        else
            first = part;
        last = part;
    }
    return first;
}

static sheaf_slice parts_load(const sheaf_state *state, uint32_t first, sheaf_arena *arena)
{
    size_t len = 0, at = 0;
    for (uint32_t part = first; part; part = sheaf_part_at(state, part - 1)->next)
        len += sheaf_part_at(state, part - 1)->len;
    uint8_t *bytes = SHEAF_ARENA_NEW(arena, uint8_t, len);
    if (!bytes)
        return (sheaf_slice){NULL, 0};
    for (uint32_t part = first; part;) {
        const struct sheaf_row_part *row = sheaf_part_at(state, part - 1);
        memcpy(bytes + at, row->bytes, row->len);
        at += row->len;
        part = row->next;
    }
    return sheaf_bytes(bytes, len);
}

void sheaf_parts_free(sheaf_state *state, uint32_t first)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    while (first) {
        struct sheaf_row_part *row = sheaf_part_edit(state, first - 1);
        uint32_t next = row->next;
        *row = (struct sheaf_row_part){.next = coop->part_free};
        coop->part_free = first;
        first = next;
    }
}

bool sheaf_motion_effect(const sheaf_state *state, const struct sheaf_row_motion *motion,
                         sheaf_arena *arena, sheaf_effect *out)
{
    if (!motion->part_first)
        return false;
    sheaf_slice bytes = parts_load(state, motion->part_first, arena);
    return bytes.data
           && sheaf_effect_decode(bytes, sheaf_coop(state)->revision, arena, out, NULL)
                  == SHEAF_OK;
}
