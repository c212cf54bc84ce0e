#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>

sheaf_status sheaf_disk_fail(sheaf_err *err, const char *what, const char *path)
{
    int failure = errno;
    const char *next = "";
    if (failure == ENOSPC || failure == EDQUOT)
        next = "; free some space, then start again";
    else if (failure == EROFS || failure == EACCES || failure == EPERM)
        next = "; make it writable, or use another folder";
    else if (failure == EIO)
        next = "; the disk may be failing: look at it, then start again";
    return sheaf_fail(err, SHEAF_IO, "cannot %s %s: %s%s", what, path, strerror(failure), next);
}

sheaf_status sheaf_path(char out[SHEAF_PATH_MAX], sheaf_err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(out, SHEAF_PATH_MAX, format, args);
    va_end(args);
    if (len < 0 || len >= SHEAF_PATH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a path is longer than %d bytes: %.60s...",
                          SHEAF_PATH_MAX - 1, out);
    return SHEAF_OK;
}

sheaf_status sheaf_path_parent(const char *path, char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return sheaf_path(out, err, ".");
    if (slash == path)
        return sheaf_path(out, err, "/");
    return sheaf_path(out, err, "%.*s", (int)(slash - path), path);
}

bool sheaf_file_exists(const char *path)
{
    struct stat info;
    return sheaf_disk_now()->stat(path, true, &info) == 0;
}

sheaf_status sheaf_file_read(const char *path, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    const sheaf_disk *disk = sheaf_disk_now();
    int fd = disk->open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    for (;;) {
        uint8_t chunk[16384];
        ssize_t n = disk->read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = sheaf_fail(err, SHEAF_IO, "cannot read %s: %s", path, strerror(errno));
        if (n <= 0)
            break;
        sheaf_buffer_add(out, sheaf_bytes(chunk, (size_t)n));
        if (out->failed) {
            status =
                sheaf_fail(err, SHEAF_INVALID, "%s is larger than %zu bytes", path, out->max);
            break;
        }
    }
    disk->close(fd);
    return status;
}

sheaf_status sheaf_file_put(int fd, const char *path, sheaf_slice data, uint64_t at,
                            sheaf_err *err)
{
    while (data.len) {
        sheaf_slice written;
        ssize_t n = sheaf_disk_now()->pwrite(fd, data.data, data.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            errno = n ? errno : ENOSPC;
            return sheaf_disk_fail(err, "write", path);
        }
        at += (uint64_t)n;
        if (!sheaf_take(&data, (size_t)n, &written))
            break;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_path_sync(const char *path, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    const sheaf_disk *disk = sheaf_disk_now();
    int fd = disk->open(path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    if (disk->fsync(fd) != 0)
        status = sheaf_disk_fail(err, "sync", path);
    disk->close(fd);
    return status;
}

static sheaf_status write_draft(const char *draft, mode_t mode, sheaf_slice data, bool durable,
                                sheaf_err *err)
{
    const sheaf_disk *disk = sheaf_disk_now();
    int fd = disk->open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return sheaf_disk_fail(err, "create", draft);
    sheaf_status status = sheaf_file_put(fd, draft, data, 0, err);
    if (status == SHEAF_OK && durable && disk->fsync(fd) != 0)
        status = sheaf_disk_fail(err, "sync", draft);
    if (disk->close(fd) != 0 && status == SHEAF_OK)
        status = sheaf_disk_fail(err, "write", draft);
    return status;
}

sheaf_status sheaf_file_replace(const char *path, const char *draft, mode_t mode,
                                sheaf_slice data, bool durable, sheaf_err *err)
{
    char parent[SHEAF_PATH_MAX];
    sheaf_status status = write_draft(draft, mode, data, durable, err);
    if (status == SHEAF_OK && sheaf_disk_now()->rename(draft, path) != 0)
        status = sheaf_disk_fail(err, "replace", path);
    if (status != SHEAF_OK) {
        (void)sheaf_disk_now()->unlink(draft); /* an orphan is swept at the next start */
        return status;
    }
    if (!durable)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_path_parent(path, parent, err));
    return sheaf_path_sync(parent, err);
}

sheaf_status sheaf_file_write(const char *path, mode_t mode, sheaf_slice data, sheaf_err *err)
{
    char draft[SHEAF_PATH_MAX];
    struct stat info;
    SHEAF_TRY(sheaf_path(draft, err, "%s.draft", path));
    /* A file takes the old one's place, and must not take that of a device or a pipe. */
    if (sheaf_disk_now()->stat(path, true, &info) == 0 && !S_ISREG(info.st_mode))
        return sheaf_fail(err, SHEAF_INVALID, "%s is no plain file: name another", path);
    return sheaf_file_replace(path, draft, mode, data, true, err);
}

sheaf_status sheaf_file_remove(const char *path, sheaf_err *err)
{
    if (sheaf_disk_now()->unlink(path) != 0 && errno != ENOENT)
        return sheaf_disk_fail(err, "remove", path);
    return SHEAF_OK;
}

static sheaf_status make_folder(const char *path, mode_t mode, bool durable, sheaf_err *err)
{
    char part[SHEAF_PATH_MAX], parent[SHEAF_PATH_MAX];
    struct stat info;
    const sheaf_disk *disk = sheaf_disk_now();
    SHEAF_TRY(sheaf_path(part, err, "%s", path));
    size_t len = strlen(part);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        part[i] = 0;
        bool made = disk->mkdir(part, mode) == 0;
        int why = errno;
        if (!made && why != EEXIST && disk->stat(part, true, &info) != 0) {
            errno = why;
            return sheaf_disk_fail(err, "make the folder", part);
        }
        if (made && durable) {
            SHEAF_TRY(sheaf_path_parent(part, parent, err));
            SHEAF_TRY(sheaf_path_sync(parent, err));
        }
        part[i] = i < len ? '/' : 0;
    }
    if (disk->stat(path, true, &info) != 0 || !S_ISDIR(info.st_mode))
        return sheaf_fail(err, SHEAF_IO, "%s is in the way: it is no folder", path);
    return SHEAF_OK;
}

sheaf_status sheaf_folder_make(const char *path, mode_t mode, sheaf_err *err)
{
    return make_folder(path, mode, false, err);
}

sheaf_status sheaf_folder_make_durable(const char *path, mode_t mode, sheaf_err *err)
{
    return make_folder(path, mode, true, err);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

void sheaf_folder_remove(const char *path)
{
    enum { OPEN_FOLDERS_MAX = 16 };
    (void)nftw(path, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
}

sheaf_status sheaf_folder_lock(const char *dir, int *lock, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/lock", dir));
    const sheaf_disk *disk = sheaf_disk_now();
    int fd = disk->open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return sheaf_disk_fail(err, "write in the folder", dir);
    if (disk->lock(fd) != 0) {
        bool busy = errno == EWOULDBLOCK;
        sheaf_status status =
            busy ? sheaf_fail(err, SHEAF_IO,
                              "another process works in the folder %s: stop it first, or use "
                              "another folder",
                              dir)
                 : sheaf_fail(err, SHEAF_IO, "cannot lock %s: %s", path, strerror(errno));
        disk->close(fd);
        return status;
    }
    *lock = fd;
    return SHEAF_OK;
}

void sheaf_folder_unlock(int lock)
{
    sheaf_disk_now()->close(lock);
}
