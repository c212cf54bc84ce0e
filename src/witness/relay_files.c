/* Acts that wait, on the disk; declared in relay_internal.h. */
#include "base/json.h"
#include "witness/relay_internal.h"

static sheaf_status path_of(const sheaf_witness_folder *folder, const sheaf_witness_log *log,
                            const char *hex, char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/%s/relay/%s", folder->dir, log->hex, hex);
}

sheaf_status sheaf_relay_file_put(const sheaf_witness_folder *folder,
                                  const sheaf_witness_log *log, const sheaf_relay_item *item,
                                  sheaf_slice submission, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], parent[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX];
    sheaf_buffer data;
    SHEAF_TRY(path_of(folder, log, item->hex, path, err));
    SHEAF_TRY(sheaf_path(draft, err, "%s/%s/journal/relay", folder->dir, log->hex));
    SHEAF_TRY(sheaf_path_parent(path, parent, err));
    if (!sheaf_file_exists(parent)) {
        SHEAF_TRY(sheaf_folder_make(parent, 0700, err));
        SHEAF_TRY(sheaf_path_parent(parent, path, err));
        SHEAF_TRY(sheaf_path_sync(path, err));
        SHEAF_TRY(path_of(folder, log, item->hex, path, err));
    }
    sheaf_buffer_init(&data, SHEAF_SUBMISSION_MAX + 64);
    sheaf_buffer_printf(&data, "%lld\n", (long long)item->at);
    sheaf_buffer_add(&data, submission);
    sheaf_status status = sheaf_buffer_check(&data, "an act to relay", err);
    if (status == SHEAF_OK)
        status = sheaf_file_replace(path, draft, 0600, sheaf_buffer_slice(&data), true, err);
    sheaf_buffer_deinit(&data);
    return status;
}

sheaf_status sheaf_relay_file_get(const sheaf_witness_folder *folder,
                                  const sheaf_witness_log *log, const char *hex, int64_t *at,
                                  sheaf_buffer *submission, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer data;
    uint64_t when;
    SHEAF_TRY(path_of(folder, log, hex, path, err));
    sheaf_buffer_init(&data, SHEAF_SUBMISSION_MAX + 64);
    sheaf_status status = sheaf_file_read(path, &data, err);
    const uint8_t *feed =
        status == SHEAF_OK && data.len ? memchr(data.data, '\n', data.len) : NULL;
    size_t len = feed ? (size_t)(feed - data.data) : 0;
    if (status == SHEAF_OK
        && (!feed || !sheaf_decimal_get(sheaf_bytes(data.data, len), &when)
            || when > (uint64_t)SHEAF_JSON_INT_MAX))
        status = sheaf_fail(err, SHEAF_FAULT, "%s is no relayed act", path);
    if (status == SHEAF_OK) {
        *at = (int64_t)when;
        sheaf_buffer_reset(submission);
        sheaf_buffer_add(submission, sheaf_bytes(feed + 1, data.len - len - 1));
        status = sheaf_buffer_check(submission, "an act to relay", err);
    }
    sheaf_buffer_deinit(&data);
    return status;
}

sheaf_status sheaf_relay_file_remove(const sheaf_witness_folder *folder,
                                     const sheaf_witness_log *log, const char *hex,
                                     sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(path_of(folder, log, hex, path, err));
    return sheaf_file_remove(path, err);
}
