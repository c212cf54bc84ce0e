#include "cli/folder_trace.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

/* What homes and hubs' folders hold once they are made; what stands in a folder of them before
 * that folder. Anything else there is somebody else's. */
static const char *const names[] = {
    "blobs",
    "home.json",
    "journal",
    "keys/hub.key",
    "keys/log.key",
    "keys/member.key",
    "keys",
    "lock",
    "log",
    "private.db",
    "private.db-journal",
    "private.db-shm",
    "private.db-wal",
    "texts",
};
enum { NAME_COUNT = sizeof names / sizeof *names, OPEN_FOLDERS_MAX = 16 };
_Static_assert(NAME_COUNT <= 32, "a bit for each name");

/* Takes the last part off a path. */
static size_t parent(char *path, size_t len)
{
    while (len && path[len - 1] != '/')
        len--;
    while (len && path[len - 1] == '/')
        len--;
    path[len] = 0;
    return len;
}

sheaf_status sheaf_folder_trace_begin(sheaf_folder_trace *trace, const char *folder,
                                      sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    *trace = (sheaf_folder_trace){0};
    SHEAF_TRY(sheaf_path(trace->folder, err, "%s", folder));
    SHEAF_TRY(sheaf_path(path, err, "%s", folder));
    trace->stood = strlen(path);
    while (trace->stood && !sheaf_file_exists(path))
        trace->stood = parent(path, trace->stood);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        SHEAF_TRY(sheaf_path(path, err, "%s/%s", folder, names[i]));
        trace->there |= (unsigned)sheaf_file_exists(path) << i;
    }
    return SHEAF_OK;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

void sheaf_folder_trace_undo(const sheaf_folder_trace *trace)
{
    char path[SHEAF_PATH_MAX];
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (!(trace->there >> i & 1)
            && sheaf_path(path, NULL, "%s/%s", trace->folder, names[i]) == SHEAF_OK)
            (void)nftw(path, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
    /* Then the folders that were not there, from the innermost; one that holds something ends
     * it. */
    size_t len = strlen(trace->folder);
    memcpy(path, trace->folder, len + 1);
    while (len > trace->stood && rmdir(path) == 0)
        len = parent(path, len);
}
