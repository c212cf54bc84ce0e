/* Publishing the last checkpoint again with more signatures; declared in log_store.h. */
#include "store/log_store_internal.h"

static sheaf_status draft_path(const char *dir, char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/journal/cosigned", dir);
}

sheaf_status sheaf_log_cosigned_draft(const char *dir, sheaf_slice note, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(draft_path(dir, path, err));
    return sheaf_file_write(path, 0644, note, err);
}

sheaf_status sheaf_log_store_cosigned(sheaf_log_store *store, sheaf_slice note, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    sheaf_note now, then;
    sheaf_buffer copy;
    SHEAF_TRY(sheaf_note_parse(note, &now, err));
    SHEAF_TRY(sheaf_note_parse(sheaf_buffer_slice(&store->note), &then, err));
    if (!sheaf_slice_equal(now.text, then.text))
        return SHEAF_OK; /* a newer one has come */
    SHEAF_TRY(
        sheaf_log_store_flush(store, err)); /* the checkpoint never comes before its tiles */
    SHEAF_TRY(draft_path(store->dir, draft, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", store->dir));
    sheaf_buffer_init(&copy, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_add(&copy, note);
    sheaf_status status = sheaf_buffer_check(&copy, "the checkpoint", err);
    if (status == SHEAF_OK && sheaf_disk_now()->rename(draft, path) != 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot rename %s to %s", draft, path);
    if (status != SHEAF_OK) {
        sheaf_buffer_deinit(&copy);
        return status;
    }
    sheaf_buffer_deinit(&store->note);
    store->note = copy;
    store->notes++;
    return SHEAF_OK;
}
