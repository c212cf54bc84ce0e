#include "store/log_store_internal.h"

#include <stdlib.h>

/* A power cut may have emptied partial tiles of earlier checkpoints, which were not synced:
 * those that stand are written again. */
static sheaf_status repair_partials(sheaf_log_store *store, sheaf_err *err)
{
    uint64_t now = now_size(store);
    char path[SHEAF_PATH_MAX];
    for (unsigned level = 0; level < SHEAF_LOG_TILE_LEVELS; level++) {
        uint64_t hashes = sheaf_tile_hashes(level, now);
        sheaf_tile tile = {.level = (uint8_t)level, .index = hashes / SHEAF_TILE_WIDTH};
        for (tile.width = 1; tile.width <= hashes % SHEAF_TILE_WIDTH; tile.width++) {
            uint64_t size = (tile.index * SHEAF_TILE_WIDTH + tile.width) << (8 * level);
            bool stands = false;
            for (int entries = level == 0; entries >= 0; entries--) {
                tile.entries = entries;
                SHEAF_TRY(sheaf_log_path(store->dir, &tile, path, err));
                stands |= sheaf_file_exists(path);
            }
            store->partial_at[level] = 0;
            if (stands)
                SHEAF_TRY(sheaf_log_store_partials(store, size, err));
        }
    }
    memset(store->partial_at, 0, sizeof store->partial_at);
    return sheaf_log_store_partials(store, store->published, err);
}

/* The hashes of the first `size` entries, off the tiles of level 0. */
static sheaf_status load_hashes(sheaf_log_store *store, uint64_t size, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_slice data, hash;
    sheaf_status status = SHEAF_OK;
    sheaf_buffer_init(&bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    for (uint64_t at = 0; status == SHEAF_OK && at < size; at += SHEAF_TILE_WIDTH) {
        sheaf_tile tile = {.index = at / SHEAF_TILE_WIDTH, .width = SHEAF_TILE_WIDTH};
        if (size - at < SHEAF_TILE_WIDTH)
            tile.width = (uint16_t)(size - at);
        status = sheaf_log_file_read(store->dir, &tile, &bytes, &data, err);
        while (status == SHEAF_OK && sheaf_take(&data, SHEAF_HASH_BYTES, &hash)) {
            sheaf_hash leaf;
            memcpy(leaf.bytes, hash.data, SHEAF_HASH_BYTES);
            status = sheaf_levels_append(&store->levels, &leaf, err);
        }
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* Hashes and tail off the files alone, up to the checkpoint. */
static sheaf_status load_published(sheaf_log_store *store, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_slice data = {0};
    sheaf_tile tile = {.entries = true, .index = store->published / SHEAF_TILE_WIDTH};
    tile.width = (uint16_t)(store->published % SHEAF_TILE_WIDTH);
    SHEAF_TRY(load_hashes(store, store->published, err));
    if (tile.width == 0)
        return SHEAF_OK;
    sheaf_buffer_init(&bytes, SHEAF_BUNDLE_BYTES_MAX);
    sheaf_status status = sheaf_log_file_read(store->dir, &tile, &bytes, &data, err);
    if (status == SHEAF_OK) {
        sheaf_buffer_add(&store->tail, data);
        status = sheaf_buffer_check(&store->tail, "the log's last bundle", err);
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

static sheaf_status load_note(sheaf_log_store *store, sheaf_hash *root, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_checkpoint head;
    sheaf_err inner;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
    if (!sheaf_file_exists(path)) {
        *root = sheaf_tree_empty();
        return SHEAF_OK;
    }
    SHEAF_TRY(sheaf_file_read(path, &store->note, err));
    if (sheaf_checkpoint_read(sheaf_buffer_slice(&store->note), &head, &inner) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "%s is damaged: %s", path, inner.message);
    store->published = head.size;
    *root = head.root;
    return SHEAF_OK;
}

static sheaf_status replay(sheaf_log_store *store, bool *torn, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_slice records, bundle, entry;
    uint32_t count;
    sheaf_buffer_init(&bytes, (size_t)256 << 20);
    sheaf_status status = sheaf_journal_load(&store->journal, &bytes, &records, torn, err);
    if (status == SHEAF_OK && store->journal.first % SHEAF_TILE_WIDTH)
        status = sheaf_fail(err, SHEAF_FAULT, "%s begins inside a tile", store->journal.path);
    if (status == SHEAF_OK)
        status = load_hashes(store, store->journal.first, err);
    while (status == SHEAF_OK && sheaf_journal_next(&records, &count, &bundle)) {
        for (; status == SHEAF_OK && count; count--)
            status = sheaf_bundle_next(&bundle, &entry)
                         ? sheaf_log_store_add(store, entry, err)
                         : sheaf_fail(err, SHEAF_FAULT, "a record of %s is malformed",
                                      store->journal.path);
        if (status == SHEAF_OK && bundle.len)
            status = sheaf_fail(err, SHEAF_FAULT, "a record of %s is malformed",
                                store->journal.path);
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* Without a journal the folder is new, or a copy of a log's public files. */
static sheaf_status found(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/log/tile", store->dir));
    if (store->note.len == 0 && sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s/log has tiles but neither checkpoint nor journal: bring the "
                          "folder back from a backup",
                          store->dir);
    SHEAF_TRY(load_published(store, err));
    uint64_t first = store->published - store->published % SHEAF_TILE_WIDTH;
    return sheaf_journal_replace(&store->journal, first, (uint32_t)(store->published - first),
                                 sheaf_buffer_slice(&store->tail), err);
}

static sheaf_status check_head(const sheaf_log_store *store, const sheaf_hash *root,
                               sheaf_err *err)
{
    if (now_size(store) < store->published)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the checkpoint of %s/log covers %llu entries, but only %llu are "
                          "there: bring the folder back from a backup",
                          store->dir, (unsigned long long)store->published,
                          (unsigned long long)now_size(store));
    sheaf_hash made = sheaf_levels_root(&store->levels, store->published);
    if (!sheaf_hash_equal(&made, root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the entries of %s/log do not lead to the root of its checkpoint: "
                          "sheaf verify names the file",
                          store->dir);
    return SHEAF_OK;
}

static sheaf_status open_writer(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_hash root;
    bool torn = false;
    SHEAF_TRY(sheaf_folder_make(store->dir, 0755, err));
    SHEAF_TRY(sheaf_folder_lock(store->dir, &store->lock, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/journal", store->dir));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log", store->dir));
    SHEAF_TRY(sheaf_folder_make(path, 0755, err));
    SHEAF_TRY(sheaf_path_sync(store->dir, err));
    SHEAF_TRY(load_note(store, &root, err));
    if (sheaf_file_exists(store->journal.path))
        SHEAF_TRY(replay(store, &torn, err));
    else
        SHEAF_TRY(found(store, err));
    SHEAF_TRY(check_head(store, &root, err));
    SHEAF_TRY(repair_partials(store, err));
    return torn ? sheaf_log_store_rotate(store, err) : SHEAF_OK;
}

static sheaf_status open_reader(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_hash root;
    SHEAF_TRY(sheaf_path(path, err, "%s/log", store->dir));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_IO, "there is no log in the folder %s", store->dir);
    SHEAF_TRY(load_note(store, &root, err));
    SHEAF_TRY(load_published(store, err));
    return check_head(store, &root, err);
}

sheaf_status sheaf_log_store_open(sheaf_log_store **out, const char *dir, bool read_only,
                                  sheaf_err *err)
{
    sheaf_log_store *store = calloc(1, sizeof *store);
    if (!store)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to open the log of %s", dir);
    store->read_only = read_only;
    store->lock = -1;
    store->journal.fd = -1;
    sheaf_buffer_init(&store->tail, SHEAF_BUNDLE_BYTES_MAX);
    sheaf_buffer_init(&store->note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = sheaf_path(store->dir, err, "%s", dir);
    if (status == SHEAF_OK)
        status = sheaf_journal_init(&store->journal, dir, err);
    if (status == SHEAF_OK)
        status = read_only ? open_reader(store, err) : open_writer(store, err);
    if (status != SHEAF_OK) {
        sheaf_log_store_close(store);
        return status;
    }
    *out = store;
    return SHEAF_OK;
}

void sheaf_log_store_close(sheaf_log_store *store)
{
    if (!store)
        return;
    sheaf_journal_deinit(&store->journal);
    sheaf_levels_deinit(&store->levels);
    sheaf_buffer_deinit(&store->tail);
    sheaf_buffer_deinit(&store->note);
    if (store->lock >= 0)
        sheaf_folder_unlock(store->lock);
    free(store);
}
