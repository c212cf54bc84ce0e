#include "store/vector_file.h"

#include <errno.h>
#include <fcntl.h>

#define SYNC_EVERY_BYTES ((uint64_t)16 << 20)

sheaf_status sheaf_vector_file_create(const char *path, sheaf_err *err)
{
    const sheaf_disk *disk = sheaf_disk_now();
    int fd = disk->open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return sheaf_disk_fail(err, "create", path);
    disk->close(fd);
    return SHEAF_OK;
}

sheaf_status sheaf_vector_file_put(const char *path, uint64_t at, sheaf_slice piece,
                                   sheaf_err *err)
{
    const sheaf_disk *disk = sheaf_disk_now();
    int fd = disk->open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return sheaf_disk_fail(err, "open", path);
    sheaf_status status = sheaf_file_put(fd, path, piece, at, err);
    bool due = at / SYNC_EVERY_BYTES != (at + piece.len) / SYNC_EVERY_BYTES;
    if (status == SHEAF_OK && due && disk->fdatasync(fd) != 0)
        status = sheaf_disk_fail(err, "sync", path);
    disk->close(fd);
    return status;
}

sheaf_status sheaf_vector_file_settle(const char *path, sheaf_err *err)
{
    char folder[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path_parent(path, folder, err));
    SHEAF_TRY(sheaf_path_sync(path, err));
    return sheaf_path_sync(folder, err);
}

sheaf_status sheaf_vector_file_get(const char *path, uint64_t at, uint8_t *out, size_t len,
                                   sheaf_err *err)
{
    const sheaf_disk *disk = sheaf_disk_now();
    sheaf_status status = SHEAF_OK;
    int fd = disk->open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return sheaf_disk_fail(err, "open", path);
    while (status == SHEAF_OK && len > 0) {
        ssize_t n = disk->pread(fd, out, len, (off_t)at);
        if (n < 0 && errno != EINTR)
            status = sheaf_disk_fail(err, "read", path);
        else if (n == 0)
            status = sheaf_fail(err, SHEAF_FAULT, "%s is cut short", path);
        if (n > 0) {
            out += n;
            at += (uint64_t)n;
            len -= (size_t)n;
        }
    }
    disk->close(fd);
    return status;
}
