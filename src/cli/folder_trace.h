/* cli/folder_trace.h - takes back what a founding or an application that came to nothing left.
 *
 * Begun before a command touches a member's home or a hub's folder; undo removes what such a
 * folder holds and what was not there then, and the folders that were made for it. It never
 * touches what it found.
 */
#ifndef SHEAF_CLI_FOLDER_TRACE_H
#define SHEAF_CLI_FOLDER_TRACE_H

#include "store/file.h"

typedef struct {
    char folder[SHEAF_PATH_MAX];
    size_t stood;   /* bytes of `folder` that name a folder which was there */
    unsigned there; /* bit per name of what such a folder holds */
} sheaf_folder_trace;

SHEAF_MUST_USE sheaf_status sheaf_folder_trace_begin(sheaf_folder_trace *trace,
                                                     const char *folder, sheaf_err *err);

/* Best effort: what cannot be removed stays. */
void sheaf_folder_trace_undo(const sheaf_folder_trace *trace);

#endif
