#include "store/log_store_internal.h"

#include <assert.h>

uint64_t sheaf_log_store_size(const sheaf_log_store *store)
{
    return store->size;
}

sheaf_hash sheaf_log_store_root(const sheaf_log_store *store)
{
    return sheaf_levels_root(&store->levels, store->size);
}

sheaf_hash sheaf_log_store_root_at(const sheaf_log_store *store, uint64_t size)
{
    return sheaf_levels_root(&store->levels, size);
}

sheaf_status sheaf_log_store_tree(const sheaf_log_store *store, uint64_t size, sheaf_tree *out,
                                  sheaf_err *err)
{
    if (size > store->size)
        return sheaf_fail(err, SHEAF_INVALID, "the log of %s has %llu entries, not %llu",
                          store->dir, (unsigned long long)store->size,
                          (unsigned long long)size);
    *out = (sheaf_tree){.size = size};
    size_t top = 0;
    for (unsigned level = SHEAF_LEVELS_MAX; level-- > 0;)
        if (size >> level & 1)
            out->roots[top++] = sheaf_log_store_hash(store, level, size >> (level + 1) << 1);
    return SHEAF_OK;
}

sheaf_slice sheaf_log_store_checkpoint(const sheaf_log_store *store)
{
    return sheaf_buffer_slice(&store->note);
}

uint64_t sheaf_log_store_published(const sheaf_log_store *store)
{
    return store->published;
}

sheaf_hash sheaf_log_store_hash(const sheaf_log_store *store, unsigned level, uint64_t index)
{
    assert(level < SHEAF_LEVELS_MAX && index < store->levels.level[level].count);
    return store->levels.level[level].hashes[index];
}

sheaf_slice sheaf_log_store_bundle(const sheaf_log_store *store, uint64_t index, unsigned width)
{
    sheaf_slice tail = sheaf_buffer_slice(&store->tail);
    uint64_t at = index * SHEAF_TILE_WIDTH;
    assert(at >= store->written && at + width <= store->size);
    (void)sheaf_log_bundle_take(&tail, (size_t)(at - store->written));
    return sheaf_log_bundle_take(&tail, width);
}

/* Is it, as wide as this, among what is in memory alone? */
static bool waits(const sheaf_log_store *store, const sheaf_tile *tile)
{
    uint64_t hashes = sheaf_tile_hashes(tile->level, store->size);
    uint64_t written = sheaf_tile_hashes(tile->level, store->written) / SHEAF_TILE_WIDTH;
    return tile->index >= written && tile->index <= hashes / SHEAF_TILE_WIDTH
           && tile->index * SHEAF_TILE_WIDTH + tile->width <= hashes;
}

sheaf_status sheaf_log_store_tile(const sheaf_log_store *store, const sheaf_tile *tile,
                                  sheaf_buffer *bytes, sheaf_slice *data, sheaf_err *err)
{
    if (!waits(store, tile))
        return sheaf_log_file_read(store->dir, tile, bytes, data, err);
    sheaf_buffer_reset(bytes);
    sheaf_buffer_add(bytes, tile->entries
                                ? sheaf_log_store_bundle(store, tile->index, tile->width)
                                : sheaf_log_tile_bytes(&store->levels, tile));
    *data = sheaf_buffer_slice(bytes);
    return sheaf_buffer_check(bytes, "a tile", err);
}

/* Visits the entries [from, to) of one bundle. */
static sheaf_status visit_bundle(const sheaf_log_store *store, sheaf_slice bundle,
                                 uint64_t from, uint64_t to, sheaf_log_store_visit *visit,
                                 void *context, sheaf_err *err)
{
    sheaf_slice entry;
    for (uint64_t i = from - from % SHEAF_TILE_WIDTH; i < to; i++) {
        if (!sheaf_bundle_next(&bundle, &entry))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the bundle of entry %llu in %s/log is cut short",
                              (unsigned long long)i, store->dir);
        if (i < from)
            continue;
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        if (!sheaf_hash_equal(&leaf, &store->levels.level[0].hashes[i]))
            return sheaf_fail(err, SHEAF_FAULT,
                              "entry %llu in %s/log was changed: sheaf verify names the file",
                              (unsigned long long)i, store->dir);
        SHEAF_TRY(visit(context, i, entry, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_range(const sheaf_log_store *store, uint64_t from, uint64_t to,
                                   sheaf_log_store_visit *visit, void *context, sheaf_err *err)
{
    uint64_t size = store->size;
    sheaf_buffer bytes;
    sheaf_status status = SHEAF_OK;
    if (from > to || to > size)
        return sheaf_fail(err, SHEAF_INVALID, "the log of %s has %llu entries, not %llu",
                          store->dir, (unsigned long long)size, (unsigned long long)to);
    sheaf_buffer_init(&bytes, SHEAF_BUNDLE_BYTES_MAX);
    while (status == SHEAF_OK && from < to) {
        sheaf_tile tile = {.entries = true, .width = SHEAF_TILE_WIDTH};
        tile.index = from / SHEAF_TILE_WIDTH;
        uint64_t end = (tile.index + 1) * SHEAF_TILE_WIDTH;
        sheaf_slice bundle = {0};
        if (end <= store->written)
            status = sheaf_log_file_read(store->dir, &tile, &bytes, &bundle, err);
        end = end < to ? end : to;
        if (end > store->written)
            bundle = sheaf_log_store_bundle(store, tile.index,
                                            (unsigned)(end - tile.index * SHEAF_TILE_WIDTH));
        if (status == SHEAF_OK)
            status = visit_bundle(store, bundle, from, end, visit, context, err);
        from = end;
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

static sheaf_status keep_entry(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    (void)index;
    sheaf_buffer_add(context, entry);
    return sheaf_buffer_check(context, "a log entry", err);
}

sheaf_status sheaf_log_store_entry(const sheaf_log_store *store, uint64_t index,
                                   sheaf_buffer *out, sheaf_err *err)
{
    sheaf_buffer_reset(out);
    if (index >= store->size)
        return sheaf_fail(err, SHEAF_INVALID, "the log of %s has %llu entries, none is %llu",
                          store->dir, (unsigned long long)store->size,
                          (unsigned long long)index);
    return sheaf_log_store_range(store, index, index + 1, keep_entry, out, err);
}

sheaf_status sheaf_log_store_inclusion(const sheaf_log_store *store, uint64_t index,
                                       uint64_t size, sheaf_proof *out, sheaf_err *err)
{
    if (index >= size || size > store->size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "no proof that entry %llu is in the first %llu: the log has %llu",
                          (unsigned long long)index, (unsigned long long)size,
                          (unsigned long long)store->size);
    sheaf_tree_source source = sheaf_levels_source(&store->levels);
    return sheaf_inclusion_make(&source, index, size, out, err);
}

sheaf_status sheaf_log_store_consistency(const sheaf_log_store *store, uint64_t old_size,
                                         uint64_t new_size, sheaf_proof *out, sheaf_err *err)
{
    if (old_size > new_size || new_size > store->size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "no proof from size %llu to %llu: the log has %llu entries",
                          (unsigned long long)old_size, (unsigned long long)new_size,
                          (unsigned long long)store->size);
    sheaf_tree_source source = sheaf_levels_source(&store->levels);
    return sheaf_consistency_make(&source, old_size, new_size, out, err);
}
