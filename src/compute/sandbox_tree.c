/* The file tree of a sandbox, built in a mount namespace of its own; declared in
 * sandbox_internal.h.
 *
 * A new tmpfs becomes the root. Into it go the system's programs and libraries, what the
 * program is shown, five devices, the job's files, and three places to write of a stated size:
 * /job/out, /tmp and /dev/shm. Everything else is read-only, and the machine's own tree is
 * unmounted. /run is writable by its mount and by nothing else: there the probe sees whether
 * Landlock holds.
 */
#include "compute/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROOT_BYTES = 1 << 20, RUN_BYTES = 1 << 16, NODES_MAX = 4096 };

static sheaf_status failed(sheaf_err *err, const char *what, const char *path)
{
    return sheaf_fail(err, SHEAF_IO, "cannot %s %.200s: %s", what, path, strerror(errno));
}

/* Makes the folders above `path`, and `path` itself as a folder or an empty file. */
static sheaf_status place_make(const char *path, bool folder, sheaf_err *err)
{
    char part[SHEAF_PATH_MAX];
    struct stat st;
    SHEAF_TRY(sheaf_path(part, err, "%s", path));
    if (lstat(path, &st) == 0)
        return SHEAF_OK;
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return failed(err, "make", part);
        *at = '/';
    }
    int made =
        folder ? mkdir(path, 0755) : open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0444);
    if (made < 0)
        return failed(err, "make", path);
    if (!folder)
        close(made);
    return SHEAF_OK;
}

/* For a mount and all below it; only ever adds. */
static sheaf_status attributes_add(const char *path, uint64_t attributes, sheaf_err *err)
{
    struct mount_attr attr = {.attr_set = attributes};
    if (syscall(SYS_mount_setattr, AT_FDCWD, path, AT_RECURSIVE, &attr, sizeof attr) != 0)
        return failed(err, "close for writing", path);
    return SHEAF_OK;
}

/* Shows /old/FROM at /new/TO, read-only. */
static sheaf_status show(const sheaf_sandbox_plan *plan, const char *from, const char *to,
                         sheaf_err *err)
{
    char source[SHEAF_PATH_MAX], target[SHEAF_PATH_MAX];
    struct stat st;
    SHEAF_TRY(sheaf_path(source, err, "/old%s", from));
    SHEAF_TRY(sheaf_path(target, err, "/new%s", to));
    if (stat(source, &st) != 0)
        return sheaf_fail(
            err, SHEAF_INVALID,
            "the sandbox's user cannot read %.200s (%s): put it where everyone on "
            "this machine may read it",
            from, strerror(errno));
    SHEAF_TRY(place_make(target, S_ISDIR(st.st_mode), err));
    if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) != 0)
        return failed(err, "show the trainer", from);
    return attributes_add(
        target,
        (plan->without & SHEAF_SANDBOX_WITHOUT_READ_ONLY ? 0 : MOUNT_ATTR_RDONLY)
            | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
        err);
}

/* /usr and what leads there, and the little of /etc that programs start with. */
static sheaf_status show_system(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    static const char *const trees[] = {"/usr",   "/bin",   "/sbin",  "/lib",
                                        "/lib32", "/lib64", "/libx32"};
    static const char *const etc[] = {"/etc/ld.so.cache", "/etc/alternatives",
                                      "/etc/localtime"};
    char old[64], new[64], link[256];
    struct stat st;
    for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
        snprintf(old, sizeof old, "/old%s", trees[i]);
        snprintf(new, sizeof new, "/new%s", trees[i]);
        if (lstat(old, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            SHEAF_TRY(show(plan, trees[i], trees[i], err));
            continue;
        }
        ssize_t n = readlink(old, link, sizeof link - 1);
        link[n > 0 ? n : 0] = '\0';
        if (n <= 0 || symlink(link, new) != 0)
            return failed(err, "show the trainer", trees[i]);
    }
    for (size_t i = 0; i < sizeof etc / sizeof *etc; i++) {
        snprintf(old, sizeof old, "/old%s", etc[i]);
        /* A link that leads out of what is shown is no use inside. */
        if (lstat(old, &st) == 0 && !S_ISLNK(st.st_mode))
            SHEAF_TRY(show(plan, etc[i], etc[i], err));
    }
    return SHEAF_OK;
}

static sheaf_status device_show(const char *name, sheaf_err *err)
{
    char source[64], target[64];
    snprintf(source, sizeof source, "/old/dev/%s", name);
    snprintf(target, sizeof target, "/new/dev/%s", name);
    SHEAF_TRY(place_make(target, false, err));
    if (mount(source, target, NULL, MS_BIND, NULL) != 0)
        return failed(err, "show the trainer", source);
    return attributes_add(target, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, err);
}

/* A tmpfs of a stated size for the program's user. */
static sheaf_status memory_mount(const char *path, uint64_t bytes, unsigned long flags,
                                 sheaf_err *err)
{
    char options[128];
    SHEAF_TRY(place_make(path, true, err));
    snprintf(options, sizeof options, "size=%llu,nr_inodes=%d,mode=0755",
             (unsigned long long)bytes, NODES_MAX);
    if (mount("tmpfs", path, "tmpfs", flags | MS_NOSUID | MS_NODEV, options) != 0)
        return failed(err, "make a folder in memory for the trainer at", path);
    return SHEAF_OK;
}

static sheaf_status file_put(const char *path, sheaf_slice bytes, sheaf_err *err)
{
    SHEAF_TRY(place_make(path, false, err));
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 && chmod(path, 0644) == 0)
        fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return failed(err, "write", path);
    sheaf_status status = sheaf_file_put(fd, path, bytes, 0, err);
    close(fd);
    return status;
}

static sheaf_status job_files(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    const sheaf_sandbox_job *job = plan->job;
    uint64_t bytes = ROOT_BYTES;
    char path[SHEAF_PATH_MAX];
    for (size_t i = 0; i < job->file_count; i++)
        bytes += job->files[i].bytes.len + 4096;
    SHEAF_TRY(memory_mount("/new/job", bytes, MS_NOEXEC, err));
    for (size_t i = 0; i < job->file_count; i++) {
        SHEAF_TRY(sheaf_path(path, err, "/new/job/%s", job->files[i].name));
        SHEAF_TRY(file_put(path, job->files[i].bytes, err));
    }
    SHEAF_TRY(place_make("/new/job/out", true, err));
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_READ_ONLY))
        SHEAF_TRY(attributes_add("/new/job", MOUNT_ATTR_RDONLY, err));
    uint64_t out =
        plan->without & SHEAF_SANDBOX_WITHOUT_SIZE ? (uint64_t)1 << 32 : job->limits.out_bytes;
    return memory_mount("/new/job/out", out, MS_NOEXEC, err);
}

static sheaf_status fill(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};
    static const char *const links[][2] = {{"/proc/self/fd", "/new/dev/fd"},
                                           {"/proc/self/fd/0", "/new/dev/stdin"},
                                           {"/proc/self/fd/1", "/new/dev/stdout"},
                                           {"/proc/self/fd/2", "/new/dev/stderr"}};
    const sheaf_sandbox_limits *limits = &plan->job->limits;
    SHEAF_TRY(show_system(plan, err));
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        SHEAF_TRY(device_show(devices[i], err));
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlink(links[i][0], links[i][1]) != 0)
            return failed(err, "make", links[i][1]);
    SHEAF_TRY(memory_mount("/new/tmp", limits->scratch_bytes, 0, err));
    SHEAF_TRY(memory_mount("/new/dev/shm", limits->scratch_bytes, MS_NOEXEC, err));
    SHEAF_TRY(memory_mount("/new/run", RUN_BYTES, MS_NOEXEC, err));
    SHEAF_TRY(file_put("/new/etc/passwd",
                       sheaf_str("trainer:x:1000:1000::/tmp:/usr/sbin/nologin\n"), err));
    SHEAF_TRY(file_put("/new/etc/group", sheaf_str("trainer:x:1000:\n"), err));
    for (size_t i = 0; i < plan->shown_count; i++)
        SHEAF_TRY(show(plan, plan->shown[i].from, plan->shown[i].to, err));
    if (plan->without & SHEAF_SANDBOX_WITH_HIDDEN && plan->hidden[0])
        SHEAF_TRY(show(plan, plan->hidden, plan->hidden, err));
    return job_files(plan, err);
}

/* A container that hides parts of its /proc has a kernel that lets nobody mount another, and
 * without one nobody counts what the program starts and takes. */
static sheaf_status proc_mount(sheaf_err *err)
{
    SHEAF_TRY(place_make("/new/proc", true, err));
    if (mount("proc", "/new/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL)
        != 0)
        return sheaf_fail(err, SHEAF_IO,
                          "it gets no /proc of its own (%s), by which its memory is counted; a "
                          "container must not hide parts of /proc (Docker: --security-opt "
                          "systempaths=unconfined, Podman: --security-opt unmask=ALL)",
                          strerror(errno));
    return SHEAF_OK;
}

static sheaf_status enter(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    if (chdir("/new") != 0 || syscall(SYS_pivot_root, ".", ".") != 0
        || umount2(".", MNT_DETACH) != 0 || chdir("/") != 0)
        return failed(err, "move into", "the trainer's file tree");
    /* Not recursive: what is to be written to lies below. */
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_READ_ONLY)
        && mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL)
               != 0)
        return failed(err, "close for writing", "the trainer's file tree");
    return SHEAF_OK;
}

sheaf_status sheaf_sandbox_tree_build(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    umask(022);
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0
        || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return failed(err, "set apart", "the mounts");
    /* Any folder would do to stand on: its mount goes away with the old tree. */
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "size=65536,mode=0755") != 0)
        return failed(err, "mount over", "/tmp");
    if (mkdir("/tmp/old", 0755) != 0 || mkdir("/tmp/new", 0755) != 0
        || syscall(SYS_pivot_root, "/tmp", "/tmp/old") != 0 || chdir("/") != 0)
        return failed(err, "turn to", "another file tree");
    SHEAF_TRY(memory_mount("/new", ROOT_BYTES, 0, err));
    SHEAF_TRY(fill(plan, err));
    SHEAF_TRY(proc_mount(err));
    if (umount2("/old", MNT_DETACH) != 0)
        return failed(err, "take away", "the machine's file tree");
    return enter(plan, err);
}
