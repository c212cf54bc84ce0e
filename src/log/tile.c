#include "log/tile.h"

#include <assert.h>
#include <stdio.h>

void sheaf_tile_path(const sheaf_tile *tile, char out[SHEAF_TILE_PATH_MAX])
{
    assert(tile->width >= 1 && tile->width <= SHEAF_TILE_WIDTH);
    assert(tile->level <= SHEAF_TILE_LEVEL_MAX && (!tile->entries || tile->level == 0));
    size_t at;
    if (tile->entries)
        at = (size_t)snprintf(out, SHEAF_TILE_PATH_MAX, "tile/entries/");
    else
        at = (size_t)snprintf(out, SHEAF_TILE_PATH_MAX, "tile/%u/", tile->level);
    int groups = 1;
    for (uint64_t rest = tile->index / 1000; rest; rest /= 1000)
        groups++;
    for (int group = groups - 1; group >= 0; group--) {
        uint64_t digits = tile->index;
        for (int i = 0; i < group; i++)
            digits /= 1000;
        at += (size_t)snprintf(out + at, SHEAF_TILE_PATH_MAX - at, "%s%03u%s", group ? "x" : "",
                               (unsigned)(digits % 1000), group ? "/" : "");
    }
    if (tile->width < SHEAF_TILE_WIDTH)
        at += (size_t)snprintf(out + at, SHEAF_TILE_PATH_MAX - at, ".p/%u", tile->width);
    assert(at < SHEAF_TILE_PATH_MAX);
}

/* Digits up to the next other byte; at most 3, which the caller's comparison relies on. */
static bool small_number(sheaf_slice *in, unsigned *out)
{
    size_t digits = 0;
    *out = 0;
    while (in->len && digits < 3 && in->data[0] >= '0' && in->data[0] <= '9') {
        *out = *out * 10 + (unsigned)(in->data[0] - '0');
        in->data++, in->len--;
        digits++;
    }
    return digits > 0;
}

bool sheaf_tile_parse(sheaf_slice path, sheaf_tile *out)
{
    sheaf_tile tile = {.width = SHEAF_TILE_WIDTH};
    sheaf_slice in = path;
    unsigned number;
    if (!sheaf_take_text(&in, "tile/"))
        return false;
    if (sheaf_take_text(&in, "entries/")) {
        tile.entries = true;
    } else {
        if (!small_number(&in, &number) || number > SHEAF_TILE_LEVEL_MAX
            || !sheaf_take_text(&in, "/"))
            return false;
        tile.level = (uint8_t)number;
    }
    for (bool more = true; more;) {
        more = sheaf_take_text(&in, "x");
        if (!small_number(&in, &number)
            || __builtin_mul_overflow(tile.index, (uint64_t)1000, &tile.index)
            || __builtin_add_overflow(tile.index, (uint64_t)number, &tile.index)
            || (more && !sheaf_take_text(&in, "/")))
            return false;
    }
    if (sheaf_take_text(&in, ".p/")) {
        if (!small_number(&in, &number) || number < 1 || number >= SHEAF_TILE_WIDTH)
            return false;
        tile.width = (uint16_t)number;
    }
    if (in.len)
        return false;
    /* One spelling only: leading zeros and empty groups differ from what we would write. */
    char again[SHEAF_TILE_PATH_MAX];
    sheaf_tile_path(&tile, again);
    if (!sheaf_slice_is(path, again))
        return false;
    *out = tile;
    return true;
}

uint64_t sheaf_tile_hashes(unsigned level, uint64_t size)
{
    return level < 8 ? size >> (8 * level) : 0;
}

void sheaf_bundle_add(sheaf_buffer *bundle, sheaf_slice entry)
{
    assert(entry.len <= SHEAF_LOG_ENTRY_MAX);
    sheaf_buffer_add_u16(bundle, (uint16_t)entry.len);
    sheaf_buffer_add(bundle, entry);
}

bool sheaf_bundle_next(sheaf_slice *bundle, sheaf_slice *entry)
{
    sheaf_slice in = *bundle;
    uint16_t len;
    if (!sheaf_take_u16(&in, &len) || !sheaf_take(&in, len, entry))
        return false;
    *bundle = in;
    return true;
}
