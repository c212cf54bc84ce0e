/* Making the files of DIR/log durable, and taking the journal's other file into use. */
#include "store/log_store_internal.h"

/* ---- making files durable ---- */

/* The files of one folder follow each other: it is synced when another one comes. */
typedef struct {
    const char *dir;
    char folder[SHEAF_PATH_MAX];
} syncing;

static sheaf_status sync_folders(syncing *work, sheaf_err *err)
{
    char top[SHEAF_PATH_MAX];
    if (!work->folder[0])
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path(top, err, "%s/log", work->dir));
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
    SHEAF_TRY(sheaf_log_path(work->dir, tile, path, err));
    SHEAF_TRY(sheaf_path_parent(path, folder, err));
    if (strcmp(folder, work->folder) != 0) {
        SHEAF_TRY(sync_folders(work, err));
        memcpy(work->folder, folder, sizeof folder);
    }
    return sheaf_path_sync(path, err);
}

/* The bundles and full tiles over the entries [from, to). */
static sheaf_status sync_full(syncing *work, uint64_t from, uint64_t to, sheaf_err *err)
{
    for (int level = -1; level < SHEAF_SETTLE_LEVELS; level++) {
        sheaf_tile tile = {.entries = level < 0, .width = SHEAF_TILE_WIDTH};
        tile.level = level < 0 ? 0 : (uint8_t)level;
        tile.index = sheaf_tile_hashes(tile.level, from) / SHEAF_TILE_WIDTH;
        uint64_t end = sheaf_tile_hashes(tile.level, to) / SHEAF_TILE_WIDTH;
        for (; tile.index < end; tile.index++)
            SHEAF_TRY(sync_file(work, &tile, err));
    }
    return sync_folders(work, err);
}

sheaf_status sheaf_log_settle_sync(const sheaf_log_settling *settling, sheaf_err *err)
{
    syncing work = {.dir = settling->dir};
    SHEAF_TRY(sync_full(&work, settling->synced, settling->to, err));
    for (size_t i = settling->full; i < settling->count; i++)
        SHEAF_TRY(sync_file(&work, &settling->files[i].tile, err));
    return sync_folders(&work, err);
}

/* The partial tiles that follow the full ones. */
static sheaf_status sync_partials(syncing *work, const sheaf_log_store *store, sheaf_err *err)
{
    for (int level = -1; level < SHEAF_SETTLE_LEVELS; level++) {
        sheaf_tile tile = {.entries = level < 0, .level = level < 0 ? 0 : (uint8_t)level};
        const uint8_t *unsynced = store->unsynced[tile.level];
        tile.index = sheaf_tile_hashes(tile.level, store->written) / SHEAF_TILE_WIDTH;
        for (tile.width = 1; tile.width < SHEAF_TILE_WIDTH; tile.width++)
            if (unsynced[tile.width / 8] >> (tile.width % 8) & 1)
                SHEAF_TRY(sync_file(work, &tile, err));
    }
    return sync_folders(work, err);
}

static sheaf_status sync_log(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    syncing work = {.dir = store->dir};
    SHEAF_TRY(sync_full(&work, store->synced, store->written, err));
    SHEAF_TRY(sync_partials(&work, store, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
    if (sheaf_file_exists(path))
        SHEAF_TRY(sheaf_path_sync(path, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log", store->dir));
    SHEAF_TRY(sheaf_path_sync(path, err));
    store->synced = store->written;
    memset(store->unsynced, 0, sizeof store->unsynced);
    return SHEAF_OK;
}

/* ---- the journal's turn ---- */

/* Where entries come fast the journal has more room, so that this comes seldom. */
enum { FAST = 1024, ROOM = 1 << 20, LARGE_ROOM = 16 << 20 };

sheaf_status sheaf_log_store_rotate(sheaf_log_store *store, bool carry, sheaf_err *err)
{
    bool fast = store->size - store->turned >= FAST;
    if (!carry || store->tail.len > LARGE_ROOM / 4)
        SHEAF_TRY(sheaf_log_store_show(store, err));
    SHEAF_TRY(sync_log(store, err));
    sheaf_journal_record record = {.first = store->written,
                                   .count = (uint32_t)(store->size - store->written),
                                   .bundle = sheaf_buffer_slice(&store->tail),
                                   .note = sheaf_buffer_slice(&store->note)};
    store->turned = store->size;
    return sheaf_journal_begin(&store->journal, record, fast ? LARGE_ROOM : ROOM, err);
}

bool sheaf_log_store_behind(const sheaf_log_store *store)
{
    enum { BEYOND = LARGE_ROOM / 16, TAIL_MAX = 32 << 20 };
    return store->settling
           && (store->journal.end >= store->journal.full + BEYOND
               || store->tail.len > TAIL_MAX);
}
