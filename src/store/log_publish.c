/* Writing the files of DIR/log; declared in log_settle.h and log_store_internal.h. */
#include "store/log_store_internal.h"

#include <assert.h>

enum {
    SETTLE_ROOM = SHEAF_SETTLE_BYTES_MAX + 2 * SHEAF_BUNDLE_BYTES_MAX
                  + SHEAF_SETTLE_FILES_MAX * SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES,
};

/* ---- what is to be written ---- */

static void gather(sheaf_log_settling *out, const sheaf_tile *tile, sheaf_slice data)
{
    assert(out->count < SHEAF_SETTLE_FILES_MAX);
    sheaf_buffer_add(&out->bytes, data);
    out->files[out->count++] = (sheaf_settle_file){*tile, out->bytes.len};
}

static void begin(const sheaf_log_store *store, sheaf_log_settling *out)
{
    *out = (sheaf_log_settling){
        .synced = store->synced, .to = store->written, .notes = store->notes};
    memcpy(out->dir, store->dir, sizeof out->dir);
    sheaf_buffer_init(&out->bytes, SETTLE_ROOM);
    sheaf_buffer_init(&out->note, SHEAF_NOTE_BYTES_MAX);
}

/* Full bundles off the front of the tail, then the hash tiles that they fill. */
static void gather_full(const sheaf_log_store *store, sheaf_log_settling *out)
{
    sheaf_slice rest = sheaf_buffer_slice(&store->tail);
    sheaf_tile tile = {.entries = true, .width = SHEAF_TILE_WIDTH};
    while (store->size - out->to >= SHEAF_TILE_WIDTH && out->count < SHEAF_SETTLE_TILES_MAX
           && out->bytes.len < SHEAF_SETTLE_BYTES_MAX) {
        tile.index = out->to / SHEAF_TILE_WIDTH;
        gather(out, &tile, sheaf_log_bundle_take(&rest, SHEAF_TILE_WIDTH));
        out->to += SHEAF_TILE_WIDTH;
    }
    out->bundles = out->bytes.len;
    tile.entries = false;
    for (tile.level = 0; tile.level < SHEAF_SETTLE_LEVELS; tile.level++) {
        uint64_t end = sheaf_tile_hashes(tile.level, out->to) / SHEAF_TILE_WIDTH;
        tile.index = sheaf_tile_hashes(tile.level, store->written) / SHEAF_TILE_WIDTH;
        for (; tile.index < end; tile.index++)
            gather(out, &tile, sheaf_log_tile_bytes(&store->levels, &tile));
    }
    out->full = out->count;
}

/* The partial tiles of a log of `size` entries, where no full one has come since. */
static void gather_partials(const sheaf_log_store *store, uint64_t size,
                            sheaf_log_settling *out)
{
    for (unsigned level = 0; level < SHEAF_SETTLE_LEVELS; level++) {
        uint64_t hashes = sheaf_tile_hashes(level, size);
        sheaf_tile tile = {.level = (uint8_t)level, .index = hashes / SHEAF_TILE_WIDTH};
        tile.width = (uint16_t)(hashes % SHEAF_TILE_WIDTH);
        if (tile.width == 0 || store->partial_at[level] == hashes
            || tile.index < sheaf_tile_hashes(level, store->size) / SHEAF_TILE_WIDTH)
            continue;
        if (level == 0) {
            tile.entries = true;
            gather(out, &tile, sheaf_log_store_bundle(store, tile.index, tile.width));
            tile.entries = false;
        }
        gather(out, &tile, sheaf_log_tile_bytes(&store->levels, &tile));
    }
}

static bool full_waits(const sheaf_log_store *store, uint64_t written)
{
    return store->size - written >= SHEAF_TILE_WIDTH;
}

static sheaf_status take(sheaf_log_store *store, sheaf_log_settling *out, bool with_note,
                         bool *more, sheaf_err *err)
{
    assert(!store->settling);
    begin(store, out);
    gather_full(store, out);
    *more = full_waits(store, out->to);
    if (with_note && !*more && store->hidden) {
        gather_partials(store, store->published, out);
        sheaf_buffer_add(&out->note, sheaf_buffer_slice(&store->note));
    }
    sheaf_status status = sheaf_buffer_check(&out->bytes, "the files of the log", err);
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(&out->note, "the checkpoint", err);
    store->settling = true;
    if (status != SHEAF_OK)
        sheaf_log_settle_end(store, out, status);
    return status;
}

sheaf_status sheaf_log_settle_take(sheaf_log_store *store, sheaf_log_settling *out, bool *more,
                                   sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_store_may_write(store, err));
    SHEAF_TRY(take(store, out, true, more, err));
    out->durable = out->full > 0;
    return SHEAF_OK;
}

/* ---- writing it ---- */

sheaf_status sheaf_log_settle_write(sheaf_log_settling *settling, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    size_t from = 0;
    for (size_t i = 0; i < settling->count; i++) {
        const sheaf_settle_file *file = &settling->files[i];
        sheaf_slice data = sheaf_bytes(settling->bytes.data + from, file->end - from);
        SHEAF_TRY(sheaf_log_file_write(settling->dir, &file->tile, data, err));
        if (i < settling->full)
            SHEAF_TRY(sheaf_log_partials_remove(settling->dir, &file->tile, err));
        from = file->end;
    }
    if (settling->durable)
        SHEAF_TRY(sheaf_log_settle_sync(settling, err));
    if (settling->note.len == 0)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", settling->dir));
    SHEAF_TRY(sheaf_path(draft, err, "%s/journal/draft", settling->dir));
    return sheaf_file_replace(path, draft, 0644, sheaf_buffer_slice(&settling->note), false,
                              err);
}

/* What was written is known to the store. */
static void note_files(sheaf_log_store *store, const sheaf_log_settling *settling)
{
    for (size_t i = 0; i < settling->count; i++) {
        const sheaf_tile *tile = &settling->files[i].tile;
        if (tile->entries)
            continue; /* as its tile of level 0 */
        if (i < settling->full) {
            memset(store->unsynced[tile->level], 0, sizeof store->unsynced[tile->level]);
            continue;
        }
        store->partial_at[tile->level] = tile->index * SHEAF_TILE_WIDTH + tile->width;
        if (!settling->durable)
            store->unsynced[tile->level][tile->width / 8] |= (uint8_t)(1u << (tile->width % 8));
    }
}

void sheaf_log_settle_end(sheaf_log_store *store, sheaf_log_settling *settling,
                          sheaf_status status)
{
    assert(store->settling);
    store->settling = false;
    if (status != SHEAF_OK) {
        store->failed = true;
    } else {
        note_files(store, settling);
        if (settling->bundles) {
            store->tail.len -= settling->bundles;
            memmove(store->tail.data, store->tail.data + settling->bundles, store->tail.len);
        }
        store->written = settling->to;
        if (settling->durable)
            store->synced = settling->to;
        if (settling->note.len)
            store->hidden = settling->notes != store->notes;
    }
    sheaf_buffer_deinit(&settling->bytes);
    sheaf_buffer_deinit(&settling->note);
}

/* ---- at once ---- */

static sheaf_status write_now(sheaf_log_store *store, bool with_note, sheaf_err *err)
{
    sheaf_log_settling settling;
    bool more = true;
    while (more) {
        SHEAF_TRY(take(store, &settling, with_note, &more, err));
        sheaf_status status = sheaf_log_settle_write(&settling, err);
        sheaf_log_settle_end(store, &settling, status);
        SHEAF_TRY(status);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_show(sheaf_log_store *store, sheaf_err *err)
{
    return store->hidden || full_waits(store, store->written) ? write_now(store, true, err)
                                                              : SHEAF_OK;
}

sheaf_status sheaf_log_store_partials(sheaf_log_store *store, uint64_t size, sheaf_err *err)
{
    sheaf_log_settling settling;
    assert(!store->settling && !full_waits(store, store->written));
    begin(store, &settling);
    gather_partials(store, size, &settling);
    sheaf_status status = sheaf_buffer_check(&settling.bytes, "the files of the log", err);
    if (status == SHEAF_OK)
        status = sheaf_log_settle_write(&settling, err);
    store->settling = true;
    sheaf_log_settle_end(store, &settling, status);
    return status;
}

sheaf_status sheaf_log_store_add(sheaf_log_store *store, sheaf_slice entry, bool wait,
                                 sheaf_err *err)
{
    enum { WAIT_TILES = 64 };
    sheaf_bundle_add(&store->tail, entry);
    SHEAF_TRY(sheaf_buffer_check(&store->tail, "the log's last bundles", err));
    store->size++;
    uint64_t tiles = (store->size - store->written) / SHEAF_TILE_WIDTH;
    wait = wait && tiles < WAIT_TILES && store->tail.len < SHEAF_SETTLE_BYTES_MAX;
    return tiles == 0 || wait || store->settling ? SHEAF_OK : write_now(store, false, err);
}
