#include "store/log_store_internal.h"

#include <assert.h>

/* Writes the tiles that the entry just added has filled, from the journal's point of view a
 * copy that can be made again. */
static sheaf_status write_full(sheaf_log_store *store, sheaf_err *err)
{
    sheaf_tile tile = {.entries = true, .width = SHEAF_TILE_WIDTH};
    uint64_t size = now_size(store);
    assert(size && size % SHEAF_TILE_WIDTH == 0);
    tile.index = size / SHEAF_TILE_WIDTH - 1;
    SHEAF_TRY(sheaf_log_file_write(store->dir, &tile, sheaf_buffer_slice(&store->tail), err));
    SHEAF_TRY(sheaf_log_partials_remove(store->dir, &tile, err));
    sheaf_buffer_reset(&store->tail);
    tile.entries = false;
    for (tile.level = 0; tile.level < SHEAF_LOG_TILE_LEVELS; tile.level++) {
        uint64_t hashes = sheaf_tile_hashes(tile.level, size);
        if (hashes == 0 || hashes % SHEAF_TILE_WIDTH || hashes << (8 * tile.level) != size)
            break;
        tile.index = hashes / SHEAF_TILE_WIDTH - 1;
        sheaf_slice data = sheaf_log_tile_bytes(&store->levels, &tile);
        SHEAF_TRY(sheaf_log_file_write(store->dir, &tile, data, err));
        SHEAF_TRY(sheaf_log_partials_remove(store->dir, &tile, err));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_add(sheaf_log_store *store, sheaf_slice entry, sheaf_err *err)
{
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    sheaf_bundle_add(&store->tail, entry);
    SHEAF_TRY(sheaf_buffer_check(&store->tail, "the log's last bundle", err));
    SHEAF_TRY(sheaf_levels_append(&store->levels, &leaf, err));
    return now_size(store) % SHEAF_TILE_WIDTH ? SHEAF_OK : write_full(store, err);
}

sheaf_status sheaf_log_store_rotate(sheaf_log_store *store, sheaf_err *err)
{
    uint64_t size = now_size(store), first = size - size % SHEAF_TILE_WIDTH;
    for (int level = -1; level < SHEAF_LOG_TILE_LEVELS; level++) {
        sheaf_tile tile = {.entries = level < 0, .width = SHEAF_TILE_WIDTH};
        tile.level = level < 0 ? 0 : (uint8_t)level;
        tile.index = sheaf_tile_hashes(tile.level, store->journal.first) / SHEAF_TILE_WIDTH;
        uint64_t end = sheaf_tile_hashes(tile.level, first) / SHEAF_TILE_WIDTH;
        for (; tile.index < end; tile.index++)
            SHEAF_TRY(sheaf_log_file_sync(store->dir, &tile, err));
    }
    return sheaf_journal_replace(&store->journal, first, (uint32_t)(size - first),
                                 sheaf_buffer_slice(&store->tail), err);
}

sheaf_status sheaf_log_store_partials(sheaf_log_store *store, uint64_t size, sheaf_err *err)
{
    uint64_t now = now_size(store);
    for (unsigned level = 0; level < SHEAF_LOG_TILE_LEVELS; level++) {
        uint64_t hashes = sheaf_tile_hashes(level, size);
        sheaf_tile tile = {.level = (uint8_t)level, .index = hashes / SHEAF_TILE_WIDTH};
        tile.width = (uint16_t)(hashes % SHEAF_TILE_WIDTH);
        if (tile.width == 0 || store->partial_at[level] == hashes
            || tile.index < sheaf_tile_hashes(level, now) / SHEAF_TILE_WIDTH)
            continue;
        if (level == 0) {
            sheaf_slice bundle = sheaf_buffer_slice(&store->tail), entry;
            for (unsigned i = 0; i < tile.width; i++)
                if (!sheaf_bundle_next(&bundle, &entry))
                    assert(!"the tail has these entries");
            tile.entries = true;
            sheaf_slice part = sheaf_bytes(store->tail.data, store->tail.len - bundle.len);
            SHEAF_TRY(sheaf_log_file_write(store->dir, &tile, part, err));
            tile.entries = false;
        }
        sheaf_slice data = sheaf_log_tile_bytes(&store->levels, &tile);
        SHEAF_TRY(sheaf_log_file_write(store->dir, &tile, data, err));
        store->partial_at[level] = hashes;
    }
    return SHEAF_OK;
}

static sheaf_status may_write(const sheaf_log_store *store, sheaf_err *err)
{
    if (store->read_only)
        return sheaf_fail(err, SHEAF_INVALID, "the log of %s is open for reading only",
                          store->dir);
    if (store->failed)
        return sheaf_fail(err, SHEAF_IO,
                          "the log of %s takes no more entries after an error of the disk: "
                          "look at the disk, then start again",
                          store->dir);
    return SHEAF_OK;
}

static sheaf_status append_batch(sheaf_log_store *store, const sheaf_slice *entries,
                                 size_t count, sheaf_err *err)
{
    sheaf_buffer batch;
    sheaf_buffer_init(&batch, SHEAF_LOG_BATCH_BYTES_MAX);
    for (size_t i = 0; i < count; i++)
        sheaf_bundle_add(&batch, entries[i]);
    sheaf_status status = sheaf_buffer_check(&batch, "one batch of log entries", err);
    if (status == SHEAF_OK)
        status = sheaf_levels_reserve(&store->levels, count, err);
    if (status == SHEAF_OK) {
        status = sheaf_journal_append(&store->journal, now_size(store), (uint32_t)count,
                                      sheaf_buffer_slice(&batch), err);
        for (size_t i = 0; status == SHEAF_OK && i < count; i++)
            status = sheaf_log_store_add(store, entries[i], err);
        if (status == SHEAF_OK && store->journal.end >= store->journal.full)
            status = sheaf_log_store_rotate(store, err);
        store->failed = status != SHEAF_OK;
    }
    sheaf_buffer_deinit(&batch);
    return status;
}

sheaf_status sheaf_log_store_append(sheaf_log_store *store, const sheaf_slice *entries,
                                    size_t count, sheaf_err *err)
{
    SHEAF_TRY(may_write(store, err));
    if (count > SHEAF_LOG_BATCH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "more than %d entries in one batch",
                          SHEAF_LOG_BATCH_MAX);
    for (size_t i = 0; i < count; i++)
        if (entries[i].len > SHEAF_LOG_ENTRY_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "a log entry has %zu bytes, more than %d",
                              entries[i].len, SHEAF_LOG_ENTRY_MAX);
    return count ? append_batch(store, entries, count, err) : SHEAF_OK;
}

/* The note must say what this log is, and never less than the last one. */
static sheaf_status check_note(const sheaf_log_store *store, sheaf_slice note, uint64_t *size,
                               sheaf_err *err)
{
    sheaf_checkpoint head, last;
    SHEAF_TRY(sheaf_checkpoint_read(note, &head, err));
    if (head.size > now_size(store) || head.size < store->published)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a checkpoint of size %llu cannot follow: the log has %llu entries, "
                          "%llu of them published",
                          (unsigned long long)head.size, (unsigned long long)now_size(store),
                          (unsigned long long)store->published);
    sheaf_hash root = sheaf_levels_root(&store->levels, head.size);
    if (!sheaf_hash_equal(&root, &head.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "a checkpoint of size %llu has another root than the log",
                          (unsigned long long)head.size);
    if (store->note.len) {
        SHEAF_TRY(sheaf_checkpoint_read(sheaf_buffer_slice(&store->note), &last, err));
        if (!sheaf_slice_equal(last.origin, head.origin))
            return sheaf_fail(err, SHEAF_FAULT, "a checkpoint of the log %.*s, not of %.*s",
                              SHEAF_PRINT(head.origin), SHEAF_PRINT(last.origin));
    }
    *size = head.size;
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_publish(sheaf_log_store *store, sheaf_slice note, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    uint64_t size = 0;
    SHEAF_TRY(may_write(store, err));
    SHEAF_TRY(check_note(store, note, &size, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
    sheaf_buffer copy; /* before the disk is touched: memory must not fail after it */
    sheaf_buffer_init(&copy, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&copy, note);
    sheaf_status status = sheaf_buffer_check(&copy, "the checkpoint", err);
    if (status == SHEAF_OK) {
        status = sheaf_log_store_partials(store, size, err);
        if (status == SHEAF_OK)
            status = sheaf_file_replace(path, store->journal.draft, 0644, note, true, err);
        store->failed = status != SHEAF_OK;
    }
    if (status != SHEAF_OK) {
        sheaf_buffer_deinit(&copy);
        return status;
    }
    sheaf_buffer_deinit(&store->note);
    store->note = copy;
    store->published = size;
    return SHEAF_OK;
}
