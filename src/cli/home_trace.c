#include "cli/home_trace.h"

#include <stdio.h>
#include <unistd.h>

/* What a home holds before its member is in. Anything else in the folder is somebody else's. */
static const char *const names[] = {"home.json", "journal", "keys", "lock", "log", "texts"};
enum { NAME_COUNT = sizeof names / sizeof *names, OPEN_FOLDERS_MAX = 16 };

/* Bytes of the longest beginning of the path that is there; 0 where nothing of it is. */
static size_t standing(const char *path)
{
    char part[SHEAF_PATH_MAX];
    size_t len = strlen(path);
    memcpy(part, path, len + 1);
    while (len && !sheaf_file_exists(part)) {
        while (len && part[len - 1] != '/')
            len--;
        while (len && part[len - 1] == '/')
            len--;
        part[len] = 0;
    }
    return len;
}

sheaf_status sheaf_home_trace_begin(sheaf_home_trace *trace, const char *home, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    *trace = (sheaf_home_trace){0};
    SHEAF_TRY(sheaf_path(trace->home, err, "%s", home));
    trace->stood = standing(trace->home);
    for (size_t i = 0; i < NAME_COUNT; i++) {
        SHEAF_TRY(sheaf_path(path, err, "%s/%s", home, names[i]));
        trace->there |= (unsigned)sheaf_file_exists(path) << i;
    }
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/member.key", home));
    trace->key_was_there = sheaf_file_exists(path);
    return SHEAF_OK;
}

/* The folders of the path that were not there, from the innermost; one that holds something
 * ends it. */
static void remove_folders(const sheaf_home_trace *trace)
{
    char part[SHEAF_PATH_MAX];
    size_t len = strlen(trace->home);
    memcpy(part, trace->home, len + 1);
    while (len > trace->stood && rmdir(part) == 0) {
        while (len && part[len - 1] != '/')
            len--;
        while (len && part[len - 1] == '/')
            len--;
        part[len] = 0;
    }
}

void sheaf_home_trace_undo(const sheaf_home_trace *trace)
{
    char path[SHEAF_PATH_MAX];
    if (!trace->key_was_there
        && sheaf_path(path, NULL, "%s/keys/member.key", trace->home) == SHEAF_OK)
        (void)unlink(path);
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (!(trace->there >> i & 1)
            && sheaf_path(path, NULL, "%s/%s", trace->home, names[i]) == SHEAF_OK)
            sheaf_folder_remove(path);
    remove_folders(trace);
}
