/* fuzz_visible.c - any bytes as a public listing and as its path: no crash; what is accepted is
 * written back as the same bytes, and a leaf that is computed is that of its entry. */
#include "log/tree.h"
#include "log/visible.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    sheaf_slice in = sheaf_bytes(data, len);
    sheaf_visible record;
    sheaf_buffer made;
    sheaf_tile tile;
    if (sheaf_visible_parse(in, &tile)) {
        char path[SHEAF_TILE_PATH_MAX];
        sheaf_visible_path(&tile, path);
        if (!sheaf_slice_is(in, path))
            __builtin_trap();
    }
    sheaf_buffer_init(&made, len + 1);
    while (sheaf_visible_next(&in, &record)) {
        if (!record.readable) {
            sheaf_visible_add_leaf(&made, &record.leaf);
            continue;
        }
        sheaf_hash leaf = sheaf_tree_leaf(record.entry);
        if (!sheaf_hash_equal(&leaf, &record.leaf))
            __builtin_trap();
        sheaf_visible_add_entry(&made, record.entry);
    }
    if (made.failed
        || !sheaf_slice_equal(sheaf_buffer_slice(&made), sheaf_bytes(data, len - in.len)))
        __builtin_trap();
    sheaf_buffer_deinit(&made);
    return 0;
}
