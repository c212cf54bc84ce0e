/* What a program left behind; declared in sandbox.h. Nothing that it wrote is trusted: names,
 * links, devices and sizes are looked at before a byte is read. */
#include "compute/sandbox_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void sheaf_sandbox_close(sheaf_sandbox_outcome *outcome)
{
    if (outcome->out >= 0)
        close(outcome->out);
    outcome->out = -1;
}

static sheaf_status bytes_take(int fd, const char *name, size_t size, sheaf_buffer *out,
                               sheaf_err *err)
{
    uint8_t *to = sheaf_buffer_extend(out, size);
    size_t got = 0;
    if (!to)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the trainer's %s", name);
    while (got < size) {
        ssize_t n = read(fd, to + got, size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return sheaf_fail(err, SHEAF_INVALID, "cannot read the trainer's %s: %s", name,
                              n < 0 ? strerror(errno) : "it is shorter than it was");
        got += (size_t)n;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_sandbox_read(const sheaf_sandbox_outcome *outcome, const char *name,
                                size_t max, sheaf_buffer *out, sheaf_err *err)
{
    struct stat st;
    int fd = openat(outcome->out, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return sheaf_fail(err, SHEAF_INVALID, "the trainer has left no %s in /job/out", name);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_INVALID, "the trainer's %s is not a file that can be read",
                          name);
    sheaf_status status = SHEAF_OK;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        status = sheaf_fail(err, SHEAF_INVALID, "the trainer's %s is not a plain file", name);
    else if ((uint64_t)st.st_size > max)
        status =
            sheaf_fail(err, SHEAF_INVALID, "the trainer's %s has %lld bytes; it may have %zu",
                       name, (long long)st.st_size, max);
    else
        status = bytes_take(fd, name, (size_t)st.st_size, out, err);
    close(fd);
    return status;
}

static bool named(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

sheaf_status sheaf_sandbox_only(const sheaf_sandbox_outcome *outcome, const char *const *names,
                                size_t count, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    int fd = openat(outcome->out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    if (!folder) {
        if (fd >= 0)
            close(fd);
        return sheaf_fail(err, SHEAF_INVALID, "cannot list what the trainer wrote: %s",
                          strerror(errno));
    }
    for (struct dirent *entry; status == SHEAF_OK && (entry = readdir(folder));) {
        const char *name = entry->d_name;
        char shown[48];
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || named(name, names, count))
            continue;
        size_t n = 0;
        for (; name[n] && n + 1 < sizeof shown; n++)
            shown[n] = name[n] > ' ' && name[n] <= '~' ? name[n] : '?';
        shown[n] = '\0';
        status =
            sheaf_fail(err, SHEAF_INVALID,
                       "the trainer has left %s in /job/out, where only what the docs name "
                       "belongs; its working files go to /tmp",
                       shown);
    }
    closedir(folder);
    return status;
}
