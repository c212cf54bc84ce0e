#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const sheaf_disk real_disk = {pwrite, fdatasync, fsync, rename, unlink};
static const sheaf_disk *disk = &real_disk;

void sheaf_disk_use(const sheaf_disk *other)
{
    disk = other ? other : &real_disk;
}

const sheaf_disk *sheaf_disk_now(void)
{
    return disk;
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
    return access(path, F_OK) == 0;
}

sheaf_status sheaf_file_read(const char *path, sheaf_buffer *out, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    for (;;) {
        uint8_t chunk[16384];
        ssize_t n = read(fd, chunk, sizeof chunk);
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
    close(fd);
    return status;
}

sheaf_status sheaf_file_put(int fd, const char *path, sheaf_slice data, uint64_t at,
                            sheaf_err *err)
{
    while (data.len) {
        sheaf_slice written;
        ssize_t n = disk->pwrite(fd, data.data, data.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sheaf_fail(err, SHEAF_IO, "cannot write %s: %s", path,
                              strerror(n ? errno : ENOSPC));
        at += (uint64_t)n;
        if (!sheaf_take(&data, (size_t)n, &written))
            break;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_path_sync(const char *path, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    if (disk->fsync(fd) != 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot make %s durable: %s", path, strerror(errno));
    close(fd);
    return status;
}

static sheaf_status write_draft(const char *draft, mode_t mode, sheaf_slice data, bool durable,
                                sheaf_err *err)
{
    int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot create %s: %s", draft, strerror(errno));
    sheaf_status status = sheaf_file_put(fd, draft, data, 0, err);
    if (status == SHEAF_OK && durable && disk->fsync(fd) != 0)
        status =
            sheaf_fail(err, SHEAF_IO, "cannot make %s durable: %s", draft, strerror(errno));
    if (close(fd) != 0 && status == SHEAF_OK)
        status = sheaf_fail(err, SHEAF_IO, "cannot write %s: %s", draft, strerror(errno));
    return status;
}

sheaf_status sheaf_file_replace(const char *path, const char *draft, mode_t mode,
                                sheaf_slice data, bool durable, sheaf_err *err)
{
    char parent[SHEAF_PATH_MAX];
    sheaf_status status = write_draft(draft, mode, data, durable, err);
    if (status == SHEAF_OK && disk->rename(draft, path) != 0)
        status = sheaf_fail(err, SHEAF_IO, "cannot rename %s to %s: %s", draft, path,
                            strerror(errno));
    if (status != SHEAF_OK) {
        (void)disk->unlink(draft); /* an orphan is swept at the next start */
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
    SHEAF_TRY(sheaf_path(draft, err, "%s.draft", path));
    return sheaf_file_replace(path, draft, mode, data, true, err);
}

sheaf_status sheaf_file_remove(const char *path, sheaf_err *err)
{
    if (disk->unlink(path) != 0 && errno != ENOENT)
        return sheaf_fail(err, SHEAF_IO, "cannot remove %s: %s", path, strerror(errno));
    return SHEAF_OK;
}

sheaf_status sheaf_folder_make(const char *path, mode_t mode, sheaf_err *err)
{
    char part[SHEAF_PATH_MAX];
    struct stat info;
    SHEAF_TRY(sheaf_path(part, err, "%s", path));
    size_t len = strlen(part);
    for (size_t i = 1; i <= len; i++) {
        if (part[i] != '/' && part[i] != 0)
            continue;
        part[i] = 0;
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return sheaf_fail(err, SHEAF_IO, "cannot make the folder %s: %s", part,
                              strerror(errno));
        part[i] = i < len ? '/' : 0;
    }
    if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return sheaf_fail(err, SHEAF_IO, "%s is in the way: it is no folder", path);
    return SHEAF_OK;
}

sheaf_status sheaf_folder_lock(const char *dir, int *lock, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/lock", dir));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        bool busy = errno == EWOULDBLOCK;
        sheaf_status status =
            busy ? sheaf_fail(err, SHEAF_IO,
                              "another process works in the folder %s: stop it first, or use "
                              "another folder",
                              dir)
                 : sheaf_fail(err, SHEAF_IO, "cannot lock %s: %s", path, strerror(errno));
        close(fd);
        return status;
    }
    *lock = fd;
    return SHEAF_OK;
}

void sheaf_folder_unlock(int lock)
{
    close(lock);
}
