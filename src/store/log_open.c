#include "store/log_store_internal.h"

#include <stdlib.h>

/* What waits to be written, and one batch more. */
#define TAIL_BYTES_MAX ((size_t)2 * SHEAF_LOG_BATCH_BYTES_MAX)

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
    store->size = store->published;
    store->written = store->size - tile.width;
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

/* The checkpoint that stands in DIR/log. One that does not parse may be what a crash left of a
 * file that the journal can write again: then it is passed over. */
static sheaf_status load_note(sheaf_log_store *store, bool journal_has_one, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_checkpoint head;
    sheaf_err inner;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_file_read(path, &store->note, err));
    if (sheaf_checkpoint_read(sheaf_buffer_slice(&store->note), &head, &inner) == SHEAF_OK) {
        store->published = head.size;
        return SHEAF_OK;
    }
    sheaf_buffer_reset(&store->note);
    return journal_has_one
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT, "%s is damaged: %s", path, inner.message);
}

/* ---- from the journal ---- */

static sheaf_status add_record(sheaf_log_store *store, const sheaf_journal_record *record,
                               sheaf_err *err)
{
    sheaf_slice bundle = record->bundle, entry;
    for (uint32_t i = 0; i < record->count; i++) {
        if (!sheaf_bundle_next(&bundle, &entry))
            return sheaf_fail(err, SHEAF_FAULT, "a record of %s is malformed",
                              store->journal.dir);
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        SHEAF_TRY(sheaf_levels_append(&store->levels, &leaf, err));
        SHEAF_TRY(sheaf_log_store_add(store, entry, false, err));
    }
    return bundle.len
               ? sheaf_fail(err, SHEAF_FAULT, "a record of %s is malformed", store->journal.dir)
               : SHEAF_OK;
}

/* The checkpoint is the newest of those in the journal and the file. One of the same size that
 * stands in the file may have more cosignatures; a later one than the journal's can stand there
 * only if somebody has put it there, but it counts. */
static sheaf_status choose_note(sheaf_log_store *store, const sheaf_journal_run *run,
                                sheaf_err *err)
{
    sheaf_checkpoint head;
    if (!run->note.len)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_checkpoint_read(run->note, &head, err));
    if (head.size < store->published
        || (head.size == store->published && run->note.len < store->note.len))
        return SHEAF_OK;
    sheaf_buffer_reset(&store->note);
    sheaf_buffer_add(&store->note, run->note);
    store->published = head.size;
    return sheaf_buffer_check(&store->note, "the checkpoint", err);
}

/* The partial tiles of every checkpoint in the journal, as far as no full one has come. */
static sheaf_status write_partials(sheaf_log_store *store, sheaf_slice records, sheaf_err *err)
{
    sheaf_journal_record record;
    sheaf_checkpoint head;
    while (sheaf_journal_record_take(&records, &record)) {
        if (!record.note.len)
            continue;
        SHEAF_TRY(sheaf_checkpoint_read(record.note, &head, err));
        if (head.size > store->size)
            return sheaf_fail(err, SHEAF_FAULT,
                              "a checkpoint in %s is of more entries than "
                              "stand there",
                              store->journal.dir);
        SHEAF_TRY(sheaf_log_store_partials(store, head.size, err));
    }
    return sheaf_log_store_partials(store, store->published, err);
}

static sheaf_status replay(sheaf_log_store *store, const sheaf_journal_run *run, sheaf_err *err)
{
    sheaf_slice records = run->records;
    sheaf_journal_record record;
    if (run->first % SHEAF_TILE_WIDTH)
        return sheaf_fail(err, SHEAF_FAULT, "the journal in %s begins inside a tile",
                          store->journal.dir);
    SHEAF_TRY(load_hashes(store, run->first, err));
    store->size = store->written = store->synced = store->turned = run->first;
    while (sheaf_journal_record_take(&records, &record))
        SHEAF_TRY(add_record(store, &record, err));
    return SHEAF_OK;
}

/* ---- opening ---- */

static sheaf_status check_head(const sheaf_log_store *store, sheaf_err *err)
{
    sheaf_checkpoint head;
    if (!store->note.len)
        return SHEAF_OK;
    if (store->size < store->published)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the checkpoint of %s/log covers %llu entries, but only %llu are "
                          "there: bring the folder back from a backup",
                          store->dir, (unsigned long long)store->published,
                          (unsigned long long)store->size);
    SHEAF_TRY(sheaf_checkpoint_read(sheaf_buffer_slice(&store->note), &head, err));
    sheaf_hash made = sheaf_levels_root(&store->levels, store->published);
    if (!sheaf_hash_equal(&made, &head.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the entries of %s/log do not lead to the root of its checkpoint: "
                          "sheaf verify names the file",
                          store->dir);
    return SHEAF_OK;
}

/* Without a journal the folder is new, or a copy of a log's public files. */
static sheaf_status without_journal(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/log/tile", store->dir));
    if (store->note.len == 0 && sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s/log has tiles but neither checkpoint nor journal: bring the "
                          "folder back from a backup",
                          store->dir);
    SHEAF_TRY(load_published(store, err));
    store->synced = store->written;
    store->turned = store->size;
    return check_head(store, err);
}

/* What stands in the journal becomes files again: those that were there may have been lost. */
static sheaf_status with_journal(sheaf_log_store *store, const sheaf_journal_run *run,
                                 sheaf_err *err)
{
    /* What stands in the journal may not be as durable as it looks, and no file may come before
     * it. */
    SHEAF_TRY(sheaf_journal_renew(&store->journal, run, err));
    SHEAF_TRY(replay(store, run, err));
    SHEAF_TRY(check_head(store, err)); /* the file's */
    SHEAF_TRY(choose_note(store, run, err));
    SHEAF_TRY(check_head(store, err));
    SHEAF_TRY(write_partials(store, run->records, err));
    store->hidden = store->note.len > 0;
    return SHEAF_OK;
}

static sheaf_status recover(sheaf_log_store *store, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_journal_run run;
    sheaf_buffer_init(&bytes, 0); /* the journal's bytes, once they are there */
    sheaf_status status = sheaf_journal_load(&store->journal, &bytes, &run, err);
    if (status == SHEAF_OK)
        status = load_note(store, run.note.len > 0, err);
    if (status == SHEAF_OK)
        status = run.epoch ? with_journal(store, &run, err) : without_journal(store, err);
    sheaf_buffer_deinit(&bytes);
    SHEAF_TRY(status);
    return sheaf_log_store_rotate(store, false, err);
}

static sheaf_status open_writer(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_folder_make_durable(store->dir, 0755, err));
    SHEAF_TRY(sheaf_folder_lock(store->dir, &store->lock, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/journal", store->dir));
    SHEAF_TRY(sheaf_folder_make_durable(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log", store->dir));
    SHEAF_TRY(sheaf_folder_make_durable(path, 0755, err));
    SHEAF_TRY(sheaf_path_sync(store->dir, err));
    return recover(store, err);
}

static sheaf_status open_reader(sheaf_log_store *store, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/log", store->dir));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_IO, "there is no log in the folder %s", store->dir);
    SHEAF_TRY(load_note(store, false, err));
    SHEAF_TRY(load_published(store, err));
    return check_head(store, err);
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
    sheaf_buffer_init(&store->tail, TAIL_BYTES_MAX);
    sheaf_buffer_init(&store->batch, SHEAF_LOG_BATCH_BYTES_MAX);
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
    if (store->hidden && !store->failed)
        store->failed =
            sheaf_log_store_show(store, NULL) != SHEAF_OK; /* the next start does it */
    sheaf_journal_deinit(&store->journal);
    sheaf_levels_deinit(&store->levels);
    sheaf_buffer_deinit(&store->tail);
    sheaf_buffer_deinit(&store->batch);
    sheaf_buffer_deinit(&store->note);
    if (store->lock >= 0)
        sheaf_folder_unlock(store->lock);
    free(store);
}
