#include "node/witnessed.h"

#include "coop/view.h"
#include "log/checkpoint.h"
#include "store/file.h"

unsigned sheaf_witnessed_count(const sheaf_state *state, sheaf_slice note_bytes)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    sheaf_note note;
    unsigned count = 0;
    if (!bylaws || sheaf_note_parse(note_bytes, &note, NULL) != SHEAF_OK)
        return 0;
    for (uint32_t i = 0; i < bylaws->witnesses; i++) {
        const struct sheaf_row_witness *row =
            sheaf_witness_at(state, bylaws->witness_first + i);
        sheaf_vkey key;
        count += sheaf_witness_vkey(row, &key, NULL) == SHEAF_OK
                 && sheaf_note_verify(&note, &key, 1, NULL, NULL) == SHEAF_OK;
    }
    return count;
}

sheaf_status sheaf_witnessed_keep(const char *home, const sheaf_state *state, sheaf_slice note,
                                  sheaf_err *err)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    char path[SHEAF_PATH_MAX];
    if (!bylaws || !bylaws->witness_quorum
        || sheaf_witnessed_count(state, note) < bylaws->witness_quorum)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed", home));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", home));
    return sheaf_file_write(path, 0600, note, err);
}

sheaf_status sheaf_witnessed_read(const char *home, sheaf_buffer *note, uint64_t *size,
                                  sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_checkpoint head;
    *size = 0;
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", home));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_file_read(path, note, err));
    SHEAF_TRY(sheaf_checkpoint_read(sheaf_buffer_slice(note), &head, err));
    *size = head.size;
    return SHEAF_OK;
}
