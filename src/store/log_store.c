#include "store/log_store_internal.h"

#include <assert.h>

sheaf_status sheaf_log_store_may_write(const sheaf_log_store *store, sheaf_err *err)
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

/* ---- one step: what is made durable at once ---- */

/* The entries' hashes go into the tree, ahead of the journal, so that their root can be signed.
 */
static sheaf_status grow(sheaf_log_store *store, const sheaf_slice *entries, size_t count,
                         sheaf_err *err)
{
    sheaf_buffer_reset(&store->batch);
    for (size_t i = 0; i < count; i++)
        sheaf_bundle_add(&store->batch, entries[i]);
    SHEAF_TRY(sheaf_buffer_check(&store->batch, "one batch of log entries", err));
    SHEAF_TRY(sheaf_levels_reserve(&store->levels, count, err));
    for (size_t i = 0; i < count; i++) {
        sheaf_hash leaf = sheaf_tree_leaf(entries[i]);
        SHEAF_TRY(sheaf_levels_append(&store->levels, &leaf, err));
    }
    return SHEAF_OK;
}

/* The note, if there is one, has been checked; it becomes the checkpoint. Files may `wait`. */
static sheaf_status step(sheaf_log_store *store, const sheaf_slice *entries, size_t count,
                         sheaf_buffer *note, uint64_t note_size, bool wait, sheaf_err *err)
{
    sheaf_journal_record record = {.first = store->size,
                                   .count = (uint32_t)count,
                                   .bundle = count ? sheaf_buffer_slice(&store->batch)
                                                   : (sheaf_slice){0},
                                   .note = note ? sheaf_buffer_slice(note) : (sheaf_slice){0}};
    SHEAF_TRY(sheaf_journal_append(&store->journal, record, err));
    for (size_t i = 0; i < count; i++)
        SHEAF_TRY(sheaf_log_store_add(store, entries[i], wait, err));
    if (note) {
        sheaf_buffer last = store->note;
        store->note = *note;
        *note = last;
        store->published = note_size;
        store->notes++;
        store->hidden = true;
    }
    if (store->journal.end < store->journal.full || store->settling)
        return SHEAF_OK;
    return sheaf_log_store_rotate(store, wait, err);
}

static sheaf_status check_entries(const sheaf_slice *entries, size_t count, sheaf_err *err)
{
    if (count > SHEAF_LOG_BATCH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "more than %d entries in one batch",
                          SHEAF_LOG_BATCH_MAX);
    for (size_t i = 0; i < count; i++)
        if (entries[i].len > SHEAF_LOG_ENTRY_MAX)
            return sheaf_fail(err, SHEAF_INVALID, "a log entry has %zu bytes, more than %d",
                              entries[i].len, SHEAF_LOG_ENTRY_MAX);
    return SHEAF_OK;
}

sheaf_status sheaf_log_store_append(sheaf_log_store *store, const sheaf_slice *entries,
                                    size_t count, sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_store_may_write(store, err));
    SHEAF_TRY(check_entries(entries, count, err));
    if (count == 0)
        return SHEAF_OK;
    assert(!store->settling);
    sheaf_status status = grow(store, entries, count, err);
    if (status == SHEAF_OK)
        status = step(store, entries, count, NULL, 0, false, err);
    store->failed = status != SHEAF_OK;
    return status;
}

/* ---- checkpoints ---- */

/* The note must say what this log is, and never less than the last one. */
static sheaf_status check_note(const sheaf_log_store *store, sheaf_slice note, uint64_t *size,
                               sheaf_err *err)
{
    sheaf_checkpoint head, last;
    uint64_t now = sheaf_levels_size(&store->levels);
    SHEAF_TRY(sheaf_checkpoint_read(note, &head, err));
    if (head.size > now || head.size < store->published)
        return sheaf_fail(err, SHEAF_INVALID,
                          "a checkpoint of size %llu cannot follow: the log has %llu entries, "
                          "%llu of them published",
                          (unsigned long long)head.size, (unsigned long long)now,
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
    uint64_t size = 0;
    SHEAF_TRY(sheaf_log_store_may_write(store, err));
    SHEAF_TRY(check_note(store, note, &size, err));
    assert(!store->settling);
    sheaf_buffer copy;
    sheaf_buffer_init(&copy, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&copy, note);
    sheaf_status status = sheaf_buffer_check(&copy, "the checkpoint", err);
    if (status == SHEAF_OK) {
        status = step(store, NULL, 0, &copy, size, false, err);
        if (status == SHEAF_OK)
            status = sheaf_log_store_show(store, err);
        store->failed = status != SHEAF_OK;
    }
    sheaf_buffer_deinit(&copy);
    return status;
}

sheaf_status sheaf_log_store_commit(sheaf_log_store *store, const sheaf_slice *entries,
                                    size_t count, sheaf_log_store_sign *sign, void *context,
                                    sheaf_err *err)
{
    uint64_t size = 0;
    sheaf_buffer note;
    SHEAF_TRY(sheaf_log_store_may_write(store, err));
    SHEAF_TRY(check_entries(entries, count, err));
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = grow(store, entries, count, err);
    if (status == SHEAF_OK) {
        sheaf_hash root = sheaf_levels_root(&store->levels, store->size + count);
        status = sign(context, store->size + count, &root, &note, err);
    }
    if (status == SHEAF_OK)
        status = check_note(store, sheaf_buffer_slice(&note), &size, err);
    if (status == SHEAF_OK)
        status = step(store, entries, count, &note, size, true, err);
    store->failed = status != SHEAF_OK;
    sheaf_buffer_deinit(&note);
    return status;
}

sheaf_status sheaf_log_store_flush(sheaf_log_store *store, sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_store_may_write(store, err));
    sheaf_status status = sheaf_log_store_show(store, err);
    store->failed = status != SHEAF_OK;
    return status;
}
