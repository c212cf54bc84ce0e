/* store/disk.h - every call of the system by which store/ touches the disk, as one table.
 *
 * A test puts another table in its place: one whose n-th call fails, or a whole disk in memory
 * that knows what a power cut would leave. Each call behaves like the system call it is named
 * after: -1 and errno on failure.
 */
#ifndef SHEAF_STORE_DISK_H
#define SHEAF_STORE_DISK_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

typedef void sheaf_disk_visit(void *context, const char *name);

typedef struct {
    int (*open)(const char *path, int flags, mode_t mode);
    int (*close)(int fd);
    ssize_t (*read)(int fd, void *out, size_t len);
    ssize_t (*pread)(int fd, void *out, size_t len, off_t at);
    ssize_t (*pwrite)(int fd, const void *data, size_t len, off_t at);
    int (*fdatasync)(int fd);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path, mode_t mode);
    int (*rmdir)(const char *path);
    int (*stat)(const char *path, bool follow, struct stat *out);
    int (*lock)(int fd); /* for this process alone, without waiting */
    int (*statvfs)(const char *path, struct statvfs *out);
    /* Visits the names in a folder, in any order, without "." and ".."; one that is removed
     * meanwhile may or may not be among them. */
    int (*list)(const char *path, sheaf_disk_visit *visit, void *context);
} sheaf_disk;

/* Replaces the disk of the whole process, for tests; NULL brings the real one back. */
void sheaf_disk_use(const sheaf_disk *other);
const sheaf_disk *sheaf_disk_now(void);

#endif
