#include "log/tile_source.h"

#include <assert.h>

/* The hashes of the tile of that level and index, from a slot or freshly read. */
static sheaf_status find_tile(sheaf_tile_source *s, uint8_t level, uint64_t index,
                              const sheaf_hash **out, uint16_t *width, sheaf_err *err)
{
    uint64_t hashes = sheaf_tile_hashes(level, s->size);
    if (index > hashes / SHEAF_TILE_WIDTH)
        return sheaf_fail(err, SHEAF_INVALID, "the log has no tile %llu of level %u",
                          (unsigned long long)index, level);
    uint64_t left = hashes - index * SHEAF_TILE_WIDTH;
    sheaf_tile tile = {.level = level,
                       .index = index,
                       .width = left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH};
    *width = tile.width;
    for (size_t i = 0; i < SHEAF_TILE_SOURCE_SLOTS; i++)
        if (s->slot[i].tile.width && s->slot[i].tile.level == level
            && s->slot[i].tile.index == index) {
            *out = s->slot[i].hashes;
            return SHEAF_OK;
        }
    *out = NULL;
    if (tile.width == 0)
        return SHEAF_OK;
    size_t at = s->tiles_read % SHEAF_TILE_SOURCE_SLOTS;
    s->slot[at].tile.width = 0;
    SHEAF_TRY(s->read(s->context, &tile, s->slot[at].hashes, err));
    s->slot[at].tile = tile;
    s->tiles_read++;
    *out = s->slot[at].hashes;
    return SHEAF_OK;
}

/* A subtree of level l lies within one tile of level l / 8: it is the root over a run of its
 * hashes. */
static sheaf_status subtree(void *context, unsigned level, uint64_t index, sheaf_hash *out,
                            sheaf_err *err)
{
    sheaf_tile_source *s = context;
    const sheaf_hash *hashes;
    sheaf_hash work[SHEAF_TILE_WIDTH / 2];
    uint16_t width;
    assert(level < 64 && index <= UINT64_MAX >> (level % 8));
    size_t count = (size_t)1 << (level % 8);
    uint64_t first = index * count;
    size_t at = (size_t)(first % SHEAF_TILE_WIDTH);
    SHEAF_TRY(
        find_tile(s, (uint8_t)(level / 8), first / SHEAF_TILE_WIDTH, &hashes, &width, err));
    if (at + count > width)
        return sheaf_fail(err, SHEAF_INVALID, "the log has no subtree %llu of level %u",
                          (unsigned long long)index, level);
    memcpy(work, hashes + at, count * sizeof *work);
    for (; count > 1; count /= 2)
        for (size_t i = 0; i < count / 2; i++)
            work[i] = sheaf_tree_node(&work[2 * i], &work[2 * i + 1]);
    *out = work[0];
    return SHEAF_OK;
}

sheaf_tree_source sheaf_tile_source_as(sheaf_tile_source *source)
{
    return (sheaf_tree_source){subtree, source};
}
