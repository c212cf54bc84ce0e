/* claims/folder.h - the state of a folder's log, by replaying it; also while a hub serves it.
 */
#ifndef SHEAF_CLAIMS_FOLDER_H
#define SHEAF_CLAIMS_FOLDER_H

#include "claims/replay.h"
#include "store/log_store.h"

typedef struct {
    sheaf_log_store *store;
    sheaf_replay replay;
    uint64_t entries;
} sheaf_folder;

/* Told of each entry after it was replayed; a failure ends the replay and is handed back. */
typedef sheaf_status sheaf_folder_visit(void *context, const sheaf_folder *folder,
                                        uint64_t index, sheaf_slice bytes,
                                        const sheaf_replayed *result, sheaf_err *err);

/* Replays DIR/log to its checkpoint; `visit` may be NULL. SHEAF_INVALID where there is no co-op
 * or a newer program is needed. */
SHEAF_MUST_USE sheaf_status sheaf_folder_open(sheaf_folder *out, const char *dir,
                                              sheaf_folder_visit *visit, void *context,
                                              sheaf_err *err);
void sheaf_folder_close(sheaf_folder *folder);

/* The bylaws in force as they were written, in the arena (SHEAF_ACT_ARENA_BYTES); `bytes`,
 * which allows SHEAF_ENTRY_MAX, holds the entry they stand in and must live as long. */
SHEAF_MUST_USE sheaf_status sheaf_folder_bylaws(const sheaf_folder *folder, sheaf_arena *arena,
                                                sheaf_buffer *bytes,
                                                const struct sheaf_bylaws **out,
                                                sheaf_err *err);

/* The document that an entry of a log made or proposes: a founding, the tick that settled a
 * motion, or the motion itself; else SHEAF_INVALID. */
SHEAF_MUST_USE sheaf_status sheaf_log_bylaws(const sheaf_log_store *log, uint32_t entry,
                                             sheaf_arena *arena, sheaf_buffer *bytes,
                                             const struct sheaf_bylaws **out, sheaf_err *err);

#endif
