#include "log/tile_source.h"

#include <assert.h>

/* Where the tile stands or is to stand. */
static sheaf_tile_slot *choose(sheaf_tile_source *s, const sheaf_tile *tile, uint64_t hashes)
{
    if (tile->index == (hashes - 1) / SHEAF_TILE_WIDTH)
        return &s->last[tile->level];
    for (size_t i = 0; i < SHEAF_TILE_SOURCE_SLOTS; i++)
        if (s->slot[i].tile.width && s->slot[i].tile.level == tile->level
            && s->slot[i].tile.index == tile->index)
            return &s->slot[i];
    return &s->slot[s->tiles_read % SHEAF_TILE_SOURCE_SLOTS];
}

/* The tile of that level and index, as it stands in a slot or freshly read. */
static sheaf_status find_tile(sheaf_tile_source *s, uint8_t level, uint64_t index,
                              sheaf_tile_slot **out, sheaf_err *err)
{
    uint64_t hashes = sheaf_tile_hashes(level, s->size);
    if (hashes == 0 || index > (hashes - 1) / SHEAF_TILE_WIDTH)
        return sheaf_fail(err, SHEAF_INVALID, "the log has no tile %llu of level %u",
                          (unsigned long long)index, level);
    uint64_t left = hashes - index * SHEAF_TILE_WIDTH;
    sheaf_tile tile = {.level = level,
                       .index = index,
                       .width = left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH};
    sheaf_tile_slot *slot = *out = choose(s, &tile, hashes);
    if (slot->tile.width && slot->tile.level == level && slot->tile.index == index)
        return SHEAF_OK;
    slot->tile.width = 0;
    SHEAF_TRY(s->read(s->context, &tile, slot->hashes, err));
    memset(slot->known, 0, sizeof slot->known);
    slot->tile = tile;
    s->tiles_read++;
    return SHEAF_OK;
}

/* The root over 2^height hashes of the tile from number `at` on. */
static sheaf_hash root_within(sheaf_tile_slot *slot, unsigned height, size_t at)
{
    if (height == 0)
        return slot->hashes[at];
    size_t end = at + ((size_t)1 << height);
    for (unsigned h = 1; h <= height; h++) {
        size_t row = SHEAF_TILE_WIDTH >> h, below = SHEAF_TILE_WIDTH >> (h - 1);
        for (size_t i = at >> h; i < end >> h; i++) {
            const sheaf_hash *pair =
                h == 1 ? &slot->hashes[2 * i] : &slot->nodes[below + 2 * i];
            if (!slot->known[row + i])
                slot->nodes[row + i] = sheaf_tree_node(&pair[0], &pair[1]);
            slot->known[row + i] = true;
        }
    }
    return slot->nodes[(SHEAF_TILE_WIDTH >> height) + (at >> height)];
}

/* A subtree of level l lies within one tile of level l / 8. */
static sheaf_status subtree(void *context, unsigned level, uint64_t index, sheaf_hash *out,
                            sheaf_err *err)
{
    sheaf_tile_source *s = context;
    sheaf_tile_slot *slot = NULL;
    assert(level < 64 && index <= UINT64_MAX >> (level % 8));
    uint64_t first = index << (level % 8);
    size_t at = (size_t)(first % SHEAF_TILE_WIDTH);
    SHEAF_TRY(find_tile(s, (uint8_t)(level / 8), first / SHEAF_TILE_WIDTH, &slot, err));
    if (at + ((size_t)1 << (level % 8)) > slot->tile.width)
        return sheaf_fail(err, SHEAF_INVALID, "the log has no subtree %llu of level %u",
                          (unsigned long long)index, level);
    *out = root_within(slot, level % 8, at);
    return SHEAF_OK;
}

sheaf_tree_source sheaf_tile_source_as(sheaf_tile_source *source)
{
    return (sheaf_tree_source){subtree, source};
}
