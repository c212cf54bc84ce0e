#include "store/log_store_internal.h"

#include <assert.h>

/* Writes the tiles that the entry just added has filled, from the journal's point of view a
 * copy that can be made again. */
static sheaf_status write_full(sheaf_log_store *store, sheaf_err *err)
{
    sheaf_tile tile = {.entries = true, .width = SHEAF_TILE_WIDTH};
    uint64_t size = store->size;
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
        memset(store->unsynced[tile.level], 0, sizeof store->unsynced[tile.level]);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_add(sheaf_log_store *store, sheaf_slice entry, sheaf_err *err)
{
    sheaf_bundle_add(&store->tail, entry);
    SHEAF_TRY(sheaf_buffer_check(&store->tail, "the log's last bundle", err));
    store->size++;
    return store->size % SHEAF_TILE_WIDTH ? SHEAF_OK : write_full(store, err);
}

sheaf_status sheaf_log_store_partials(sheaf_log_store *store, uint64_t size, sheaf_err *err)
{
    for (unsigned level = 0; level < SHEAF_LOG_TILE_LEVELS; level++) {
        uint64_t hashes = sheaf_tile_hashes(level, size);
        sheaf_tile tile = {.level = (uint8_t)level, .index = hashes / SHEAF_TILE_WIDTH};
        tile.width = (uint16_t)(hashes % SHEAF_TILE_WIDTH);
        if (tile.width == 0 || store->partial_at[level] == hashes
            || tile.index < sheaf_tile_hashes(level, store->size) / SHEAF_TILE_WIDTH)
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
        store->unsynced[level][tile.width / 8] |= (uint8_t)(1u << (tile.width % 8));
    }
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_show(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    if (!store->hidden)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_log_store_partials(store, store->published, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
    SHEAF_TRY(sheaf_path(draft, err, "%s/journal/draft", store->dir));
    SHEAF_TRY(
        sheaf_file_replace(path, draft, 0644, sheaf_buffer_slice(&store->note), false, err));
    store->hidden = false;
    return SHEAF_OK;
}

/* ---- making files durable ---- */

/* The files of one folder follow each other: it is synced when another one comes. */
typedef struct {
    const sheaf_log_store *store;
    char folder[SHEAF_PATH_MAX];
} syncing;

static sheaf_status sync_folders(syncing *work, sheaf_err *err)
{
    char top[SHEAF_PATH_MAX];
    if (!work->folder[0])
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path(top, err, "%s/log", work->store->dir));
    while (strcmp(work->folder, top) != 0) {
        char parent[SHEAF_PATH_MAX];
        SHEAF_TRY(sheaf_path_sync(work->folder, err));
        SHEAF_TRY(sheaf_path_parent(work->folder, parent, err));
        memcpy(work->folder, parent, sizeof parent);
    }
    return SHEAF_OK;
}

static sheaf_status sync_file(syncing *work, const sheaf_tile *tile, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], folder[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_log_path(work->store->dir, tile, path, err));
    SHEAF_TRY(sheaf_path_parent(path, folder, err));
    if (strcmp(folder, work->folder) != 0) {
        SHEAF_TRY(sync_folders(work, err));
        memcpy(work->folder, folder, sizeof folder);
    }
    return sheaf_path_sync(path, err);
}

/* The full tiles of a level (or bundles) that came since the last time. */
static sheaf_status sync_full(syncing *work, sheaf_tile tile, uint64_t size, sheaf_err *err)
{
    tile.width = SHEAF_TILE_WIDTH;
    tile.index = sheaf_tile_hashes(tile.level, work->store->synced) / SHEAF_TILE_WIDTH;
    uint64_t end = sheaf_tile_hashes(tile.level, size) / SHEAF_TILE_WIDTH;
    for (; tile.index < end; tile.index++)
        SHEAF_TRY(sync_file(work, &tile, err));
    return sync_folders(work, err);
}

static sheaf_status sync_partials(syncing *work, sheaf_tile tile, uint64_t size, sheaf_err *err)
{
    const uint8_t *unsynced = work->store->unsynced[tile.level];
    tile.index = sheaf_tile_hashes(tile.level, size) / SHEAF_TILE_WIDTH;
    for (tile.width = 1; tile.width < SHEAF_TILE_WIDTH; tile.width++)
        if (unsynced[tile.width / 8] >> (tile.width % 8) & 1)
            SHEAF_TRY(sync_file(work, &tile, err));
    return sync_folders(work, err);
}

sheaf_status sheaf_log_store_rotate(sheaf_log_store *store, sheaf_err *err)
{
    /* Where entries come fast the journal has more room, so that this comes seldom. */
    enum { FAST = 1024, ROOM = 1 << 20, LARGE_ROOM = 16 << 20 };
    bool fast = store->size - store->synced >= FAST;
    char path[SHEAF_PATH_MAX];
    uint64_t size = store->size, first = size - size % SHEAF_TILE_WIDTH;
    syncing work = {.store = store};
    SHEAF_TRY(sheaf_log_store_show(store, err));
    for (int level = -1; level < SHEAF_LOG_TILE_LEVELS; level++) {
        sheaf_tile tile = {.entries = level < 0, .level = level < 0 ? 0 : (uint8_t)level};
        SHEAF_TRY(sync_full(&work, tile, size, err));
        SHEAF_TRY(sync_partials(&work, tile, size, err));
    }
    if (store->note.len) {
        SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
        SHEAF_TRY(sheaf_path_sync(path, err));
    }
    SHEAF_TRY(sheaf_path(path, err, "%s/log", store->dir));
    SHEAF_TRY(sheaf_path_sync(path, err));
    store->synced = size;
    memset(store->unsynced, 0, sizeof store->unsynced);
    sheaf_journal_record record = {.first = first,
                                   .count = (uint32_t)(size - first),
                                   .bundle = sheaf_buffer_slice(&store->tail),
                                   .note = sheaf_buffer_slice(&store->note)};
    return sheaf_journal_begin(&store->journal, record, fast ? LARGE_ROOM : ROOM, err);
}
