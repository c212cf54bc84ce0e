#include "log/visible.h"

#include "log/tree.h"

#include <assert.h>

enum { RECORD_ENTRY = 0, RECORD_LEAF = 1 };

static const char bundles[] = "tile/entries/", listings[] = "tile/public/";

void sheaf_visible_path(const sheaf_tile *tile, char out[SHEAF_TILE_PATH_MAX])
{
    char bundle[SHEAF_TILE_PATH_MAX];
    assert(tile->entries);
    sheaf_tile_path(tile, bundle);
    const char *rest = bundle + sizeof bundles - 1;
    memcpy(out, listings, sizeof listings - 1);
    memcpy(out + sizeof listings - 1, rest, strlen(rest) + 1);
}

bool sheaf_visible_parse(sheaf_slice path, sheaf_tile *out)
{
    char bundle[SHEAF_TILE_PATH_MAX];
    sheaf_slice rest = path;
    if (!sheaf_take_text(&rest, listings) || rest.len > sizeof bundle - sizeof bundles)
        return false;
    memcpy(bundle, bundles, sizeof bundles - 1);
    if (rest.len)
        memcpy(bundle + sizeof bundles - 1, rest.data, rest.len);
    return sheaf_tile_parse(sheaf_bytes(bundle, sizeof bundles - 1 + rest.len), out);
}

void sheaf_visible_add_entry(sheaf_buffer *listing, sheaf_slice entry)
{
    sheaf_buffer_add_byte(listing, RECORD_ENTRY);
    sheaf_bundle_add(listing, entry);
}

void sheaf_visible_add_leaf(sheaf_buffer *listing, const sheaf_hash *leaf)
{
    sheaf_buffer_add_byte(listing, RECORD_LEAF);
    sheaf_buffer_add(listing, sheaf_bytes(leaf->bytes, sizeof leaf->bytes));
}

bool sheaf_visible_next(sheaf_slice *listing, sheaf_visible *out)
{
    sheaf_slice in = *listing, leaf;
    sheaf_visible read = {0};
    uint8_t record;
    if (!sheaf_take_u8(&in, &record))
        return false;
    if (record == RECORD_ENTRY && sheaf_bundle_next(&in, &read.entry)) {
        read.readable = true;
        read.leaf = sheaf_tree_leaf(read.entry);
    } else if (record == RECORD_LEAF && sheaf_take(&in, sizeof read.leaf.bytes, &leaf)) {
        memcpy(read.leaf.bytes, leaf.data, leaf.len);
    } else {
        return false;
    }
    *out = read;
    *listing = in;
    return true;
}
