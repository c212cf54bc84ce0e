/* store/folder_copy.h - a hub's folder copied while the hub runs.
 *
 * The checkpoint is read first and written last: the copy has the log of that checkpoint,
 * exactly the files that it needs, and all that those entries name. Texts and blobs that came
 * after it may be there too; rows of private.db that belong to later entries are swept when a
 * hub opens the copy. The list of erasures is copied after what it is about. The journal, the
 * lock and members' homes stay where they are.
 */
#ifndef SHEAF_STORE_FOLDER_COPY_H
#define SHEAF_STORE_FOLDER_COPY_H

#include "store/file.h"

typedef struct {
    uint64_t entries, files, bytes;
    bool keys; /* the hub's keys are in it, and those of the persons in private.db */
} sheaf_folder_copied;

/* `to` is missing or empty. Without keys, neither the hub's nor those of the persons are
 * copied: the copy cannot sign, and names nobody. With them, as far as `from` has them. On
 * failure nothing of the copy stays. */
SHEAF_MUST_USE sheaf_status sheaf_folder_copy(const char *from, const char *to, bool with_keys,
                                              sheaf_folder_copied *out, sheaf_err *err);

#endif
