#include "sim_disk_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static sim_disk *now; /* the one in use */

/* Before a change: false, and errno set, if it fails. */
static bool change(const char *what)
{
    sim_disk *disk = now;
    if (disk->broken) {
        errno = disk->break_error;
        return false;
    }
    if (disk->hook)
        disk->hook(disk->hook_context, what);
    disk->changes++;
    if (!disk->breaks || (disk->break_what && strcmp(disk->break_what, what) != 0))
        return true;
    if (disk->break_at-- > 0)
        return true;
    disk->breaks = false;
    disk->broken = disk->break_forever;
    errno = disk->break_error;
    return false;
}

static int fail(int error)
{
    errno = error;
    return -1;
}

static void pend(names_kind kind, const char *path, const char *to, size_t node)
{
    GROW(now->pending, now->pending_count, now->pending_capacity);
    names_change *p = &now->pending[now->pending_count++];
    memset(p, 0, sizeof *p);
    p->kind = kind;
    p->inode = node;
    snprintf(p->path, sizeof p->path, "%s", path);
    snprintf(p->to, sizeof p->to, "%s", to ? to : "");
    sim_names_apply(&now->live, p);
}

static bool parent_stands(const char *path)
{
    char parent[PATH];
    snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    assert(slash);
    *slash = 0;
    const name *found = sim_names_find(&now->live, parent);
    return !parent[0] || (found && now->inodes[found->inode]->folder);
}

static int fd_new(size_t node, const char *path)
{
    for (int i = 0; i < FDS; i++)
        if (!now->fds[i].open) {
            memset(&now->fds[i], 0, sizeof now->fds[i]);
            now->fds[i].open = true;
            now->fds[i].inode = node;
            snprintf(now->fds[i].path, PATH, "%s", path);
            return FD_FIRST + i;
        }
    return fail(EMFILE);
}

static inode *node_of(int fd)
{
    assert(fd >= FD_FIRST && fd < FD_FIRST + FDS && now->fds[fd - FD_FIRST].open);
    return now->inodes[now->fds[fd - FD_FIRST].inode];
}

static int sim_open(const char *path, int flags, mode_t mode)
{
    static const size_t root = SIZE_MAX;
    (void)mode;
    if (strcmp(path, "/") == 0)
        return fd_new(root, path);
    const name *found = sim_names_find(&now->live, path);
    if (found && (flags & O_EXCL))
        return fail(EEXIST);
    if (!found && !(flags & O_CREAT))
        return fail(ENOENT);
    if (!found && !parent_stands(path))
        return fail(ENOENT);
    if (!found) {
        if (!change("create"))
            return -1;
        size_t node = sim_inode_add(now, sim_must(calloc(1, sizeof(inode))));
        pend(NAMES_LINK, path, NULL, node);
        return fd_new(node, path);
    }
    inode *node = now->inodes[found->inode];
    if (flags & O_TRUNC) {
        if (!change("truncate"))
            return -1;
        /* The old bytes may stay: what is cut off is never counted on. */
        sim_content_clear(&node->live);
        node->dirty_count = 0;
    }
    return fd_new(found->inode, path);
}

static int sim_close(int fd)
{
    assert(fd >= FD_FIRST && fd < FD_FIRST + FDS && now->fds[fd - FD_FIRST].open);
    now->fds[fd - FD_FIRST].open = false;
    return 0;
}

static ssize_t sim_pread(int fd, void *out, size_t len, off_t from_at)
{
    const content *c = &node_of(fd)->live;
    size_t at = (size_t)from_at;
    size_t left = at < c->size ? (size_t)c->size - at : 0;
    len = len < left ? len : left;
    for (size_t done = 0; done < len;) {
        size_t from = (at + done) % PAGE;
        size_t part = PAGE - from < len - done ? PAGE - from : len - done;
        memcpy((uint8_t *)out + done, sim_content_see(c, (at + done) / PAGE) + from, part);
        done += part;
    }
    return (ssize_t)len;
}

static ssize_t sim_read(int fd, void *out, size_t len)
{
    ssize_t n = sim_pread(fd, out, len, (off_t)now->fds[fd - FD_FIRST].at);
    now->fds[fd - FD_FIRST].at += (size_t)n;
    return n;
}

static ssize_t sim_pwrite(int fd, const void *data, size_t len, off_t at)
{
    bool half = now->breaks && !now->broken;
    if (!change("pwrite")) {
        if (half)
            sim_inode_write(node_of(fd), data, len / 2, (uint64_t)at);
        return -1;
    }
    sim_inode_write(node_of(fd), data, len, (uint64_t)at);
    return (ssize_t)len;
}

static int sim_fdatasync(int fd)
{
    bool works = change("fdatasync");
    sim_inode_sync(node_of(fd), !works);
    return works ? 0 : -1;
}

static int sim_fsync(int fd)
{
    bool works = change("fsync");
    const char *path = now->fds[fd - FD_FIRST].path;
    if (strcmp(path, "/") != 0 && !node_of(fd)->folder)
        sim_inode_sync(node_of(fd), !works);
    else if (works)
        sim_names_sync(now, path);
    return works ? 0 : -1;
}

static int sim_rename(const char *from, const char *to)
{
    const name *found = sim_names_find(&now->live, from);
    if (!found || !parent_stands(to))
        return fail(ENOENT);
    if (!change("rename"))
        return -1;
    pend(NAMES_RENAME, from, to, sim_names_find(&now->live, from)->inode);
    return 0;
}

static int sim_unlink(const char *path)
{
    if (!sim_names_find(&now->live, path))
        return fail(ENOENT);
    if (!change("unlink"))
        return -1;
    pend(NAMES_UNLINK, path, NULL, sim_names_find(&now->live, path)->inode);
    return 0;
}

static int sim_mkdir(const char *path, mode_t mode)
{
    (void)mode;
    if (sim_names_find(&now->live, path))
        return fail(EEXIST);
    if (!parent_stands(path))
        return fail(ENOENT);
    if (!change("mkdir"))
        return -1;
    inode *node = sim_must(calloc(1, sizeof *node));
    node->folder = true;
    pend(NAMES_LINK, path, NULL, sim_inode_add(now, node));
    return 0;
}

static int sim_rmdir(const char *path)
{
    const name *found = sim_names_find(&now->live, path);
    if (!found || !now->inodes[found->inode]->folder)
        return fail(ENOENT);
    for (size_t i = 0; i < now->live.count; i++)
        if (sim_is_in(now->live.items[i].path, path))
            return fail(ENOTEMPTY);
    if (!change("rmdir"))
        return -1;
    pend(NAMES_UNLINK, path, NULL, sim_names_find(&now->live, path)->inode);
    return 0;
}

static int sim_stat(const char *path, bool follow, struct stat *out)
{
    const name *found = sim_names_find(&now->live, path);
    (void)follow;
    if (!found && strcmp(path, "/") != 0)
        return fail(ENOENT);
    const inode *node = found ? now->inodes[found->inode] : NULL;
    memset(out, 0, sizeof *out);
    out->st_mode = !node || node->folder ? S_IFDIR | 0700 : S_IFREG | 0600;
    out->st_size = node ? (off_t)node->live.size : 0;
    return 0;
}

static int sim_lock(int fd)
{
    for (int i = 0; i < FDS; i++)
        if (now->fds[i].open && now->fds[i].locked
            && now->fds[i].inode == now->fds[fd - FD_FIRST].inode)
            return fail(EWOULDBLOCK);
    now->fds[fd - FD_FIRST].locked = true;
    return 0;
}

static int sim_list(const char *path, sheaf_disk_visit *visit, void *context)
{
    names seen = sim_names_copy(&now->live);
    char dir[PATH];
    snprintf(dir, sizeof dir, "%s", path);
    if (dir[0] && dir[strlen(dir) - 1] == '/')
        dir[strlen(dir) - 1] = 0;
    for (size_t i = 0; i < seen.count; i++)
        if (sim_is_in(seen.items[i].path, dir))
            visit(context, strrchr(seen.items[i].path, '/') + 1);
    free(seen.items);
    return 0;
}

static const sheaf_disk calls = {.open = sim_open,
                                 .close = sim_close,
                                 .read = sim_read,
                                 .pread = sim_pread,
                                 .pwrite = sim_pwrite,
                                 .fdatasync = sim_fdatasync,
                                 .fsync = sim_fsync,
                                 .rename = sim_rename,
                                 .unlink = sim_unlink,
                                 .mkdir = sim_mkdir,
                                 .rmdir = sim_rmdir,
                                 .stat = sim_stat,
                                 .lock = sim_lock,
                                 .list = sim_list};

void sim_disk_use(sim_disk *disk)
{
    now = disk;
    sheaf_disk_use(disk ? &calls : NULL);
}
