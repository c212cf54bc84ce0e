#include "store/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int real_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

static int real_stat(const char *path, bool follow, struct stat *out)
{
    return follow ? stat(path, out) : lstat(path, out);
}

static int real_lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB);
}

static int real_list(const char *path, sheaf_disk_visit *visit, void *context)
{
    DIR *items = opendir(path);
    if (!items)
        return -1;
    errno = 0;
    for (struct dirent *item; (item = readdir(items)) != NULL; errno = 0)
        if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
            visit(context, item->d_name);
    int failure = errno;
    closedir(items);
    errno = failure;
    return failure ? -1 : 0;
}

static const sheaf_disk real_disk = {.open = real_open,
                                     .close = close,
                                     .read = read,
                                     .pread = pread,
                                     .pwrite = pwrite,
                                     .fdatasync = fdatasync,
                                     .fsync = fsync,
                                     .rename = rename,
                                     .unlink = unlink,
                                     .mkdir = mkdir,
                                     .rmdir = rmdir,
                                     .stat = real_stat,
                                     .lock = real_lock,
                                     .statvfs = statvfs,
                                     .list = real_list};
/* Tests exchange it while a hub's threads work. */
static _Atomic(const sheaf_disk *) disk = &real_disk;

void sheaf_disk_use(const sheaf_disk *other)
{
    atomic_store(&disk, other ? other : &real_disk);
}

const sheaf_disk *sheaf_disk_now(void)
{
    return atomic_load(&disk);
}
