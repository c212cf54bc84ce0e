#include "compute/sandbox_count.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The start of a file of /proc as a string; empty where the process is gone. */
static void read_start(const char *pid, const char *name, char *out, size_t size)
{
    char path[64];
    out[0] = '\0';
    snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t n = read(fd, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
    close(fd);
}

enum { THREADS = 20, RESIDENT_PAGES = 24 };

/* A field of /proc/PID/stat, numbered as in proc(5); the second, a name in brackets, may hold
 * anything. */
static uint64_t stat_of(const char *pid, int field)
{
    char text[1024];
    read_start(pid, "stat", text, sizeof text);
    char *at = strrchr(text, ')');
    for (int i = 2; at && i < field; i++)
        at = strchr(at + 1, ' ');
    return at ? (uint64_t)strtoull(at + 1, NULL, 10) : 0;
}

/* A process may hide how it shares its memory (PR_SET_DUMPABLE), but not how much it has: then
 * all of that is its own. */
static uint64_t memory_of(const char *pid)
{
    char text[2048];
    read_start(pid, "smaps_rollup", text, sizeof text);
    const char *at = strstr(text, "\nPss:");
    return at ? (uint64_t)strtoull(at + 5, NULL, 10) * 1024
              : stat_of(pid, RESIDENT_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* What lies in local sockets and has not been read belongs to no process. How much that is the
 * kernel does not say, but how many there are in the namespace: each counts as full. */
static uint64_t memory_of_sockets(void)
{
    enum { FULL_BYTES = 2 * 212992 }; /* net.core.wmem_max as the kernel sets it, doubled */
    char text[256];
    read_start("net", "sockstat", text, sizeof text);
    const char *at = strstr(text, "sockets: used ");
    return at ? (uint64_t)strtoull(at + 14, NULL, 10) * FULL_BYTES : 0;
}

void sheaf_sandbox_count(sheaf_sandbox_use *out, bool memory)
{
    DIR *proc = opendir("/proc");
    *out = (sheaf_sandbox_use){0};
    if (!proc)
        return;
    for (struct dirent *entry; (entry = readdir(proc));) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || strcmp(entry->d_name, "1") == 0)
            continue;
        out->threads += (uint32_t)stat_of(entry->d_name, THREADS);
        if (memory)
            out->memory_bytes += memory_of(entry->d_name);
    }
    closedir(proc);
    if (memory)
        out->memory_bytes += memory_of_sockets();
}
