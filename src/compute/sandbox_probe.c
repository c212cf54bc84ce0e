#include "compute/sandbox_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* "the sandbox does not hold here: a trainer could ..." */
static sheaf_status broken(sheaf_err *err, const char *could)
{
    return sheaf_fail(err, SHEAF_FAULT,
                      "no trainer is started: the sandbox does not hold on this machine, a "
                      "program in it could %s",
                      could);
}

/* True if a file can be made there; it is taken away again. */
static bool can_write(const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    close(fd);
    (void)unlink(path);
    return true;
}

sheaf_status sheaf_sandbox_probe_namespaces(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    struct stat net;
    if (getpid() != 1)
        return broken(err, "see and end other processes (it has no process namespace)");
    if (stat("/proc/self/ns/net", &net) != 0 || net.st_ino == plan->net_namespace)
        return broken(err, "use the machine's network (it has no network namespace)");
    return SHEAF_OK;
}

sheaf_status sheaf_sandbox_probe_tree(const sheaf_sandbox_plan *plan, sheaf_err *err)
{
    static const char *const closed[] = {"/.probe", "/usr/.probe", "/job/.probe", "/etc/.probe",
                                         "/dev/.probe"};
    const sheaf_sandbox_limits *limits = &plan->job->limits;
    const struct {
        const char *path;
        uint64_t bytes;
    } sized[] = {{"/job/out", limits->out_bytes},
                 {"/tmp", limits->scratch_bytes},
                 {"/dev/shm", limits->scratch_bytes}};
    struct statvfs vfs;
    struct stat st;
    for (size_t i = 0; i < COUNT(closed); i++)
        if (can_write(closed[i]) || errno != EROFS)
            return broken(err, "write outside its own folders (a mount is not read-only)");
    for (size_t i = 0; i < COUNT(sized); i++)
        if (statvfs(sized[i].path, &vfs) != 0
            || (uint64_t)vfs.f_blocks * vfs.f_frsize > sized[i].bytes + 65536)
            return broken(err, "fill the disk (a folder has no limit)");
    for (size_t i = 0; i < plan->shown_count; i++) {
        char inside[SHEAF_PATH_MAX];
        if (stat(plan->shown[i].to, &st) != 0 || !S_ISDIR(st.st_mode))
            continue;
        SHEAF_TRY(sheaf_path(inside, err, "%s/.probe", plan->shown[i].to));
        if (can_write(inside) || errno != EROFS)
            return broken(err, "write into what it is shown (a mount is not read-only)");
    }
    if (plan->hidden[0] && lstat(plan->hidden, &st) == 0)
        return broken(err, "see the member's home, with its keys");
    if (lstat("/old", &st) == 0 || lstat("/proc/1/root/old", &st) == 0)
        return broken(err, "see the machine's files");
    return can_write("/job/out/.probe") && can_write("/tmp/.probe")
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_IO, "the trainer's output folder cannot be written to");
}

/* ---- confined ---- */

static sheaf_status probe_files(unsigned landlock, sheaf_err *err)
{
    static const char *const closed[] = {"/.probe", "/usr/.probe", "/job/.probe",
                                         "/dev/.probe"};
    for (size_t i = 0; i < COUNT(closed); i++)
        if (can_write(closed[i]))
            return broken(err, "write outside its own folders");
    /* Its mount is open on purpose: only Landlock closes it. */
    if (landlock > 0 && (can_write("/run/.probe") || errno != EACCES))
        return broken(err, "write where Landlock has it closed");
    int fd = open("/proc/1/mem", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        return broken(err, "read the memory of the process that watches it");
    }
    fd = open("/proc/1/environ", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
        return broken(err, "read the environment of the process that watches it");
    }
    return SHEAF_OK;
}

static sheaf_status probe_network(sheaf_err *err)
{
    static const int families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET};
    for (size_t i = 0; i < COUNT(families); i++) {
        int fd = socket(families[i], SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (fd < 0 && errno == EACCES)
            continue;
        if (fd >= 0)
            close(fd);
        return broken(err, "open a socket (the filter of system calls does not hold)");
    }
    return SHEAF_OK;
}

/* Each of these would succeed, or fail otherwise, without the filter. */
static sheaf_status probe_calls(sheaf_err *err)
{
    char byte = 0, other = 0;
    struct iovec here = {&byte, 1}, there = {&other, 1};
    if (syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0) == 0 || errno != EPERM)
        return broken(err, "trace other processes");
    if (syscall(SYS_process_vm_readv, getpid(), &here, 1UL, &there, 1UL, 0UL) >= 0
        || errno != EPERM)
        return broken(err, "read the memory of other processes");
    if (unshare(CLONE_NEWUSER) == 0 || errno != EPERM)
        return broken(err, "make namespaces of its own");
    if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0 || errno != EPERM)
        return broken(err, "mount file systems");
    if (syscall(SYS_io_uring_setup, 1U, NULL) >= 0 || errno != EPERM)
        return broken(err, "go around the filter of system calls (io_uring)");
    if (syscall(SYS_keyctl, 0 /* the keyring's number */, -3, 0, 0, 0) >= 0 || errno != EPERM)
        return broken(err, "read the keyrings of the machine");
    return SHEAF_OK;
}

static sheaf_status probe_privileges(sheaf_err *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct held[2];
    memset(held, 0xff, sizeof held);
    if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0)
        return broken(err, "run as root");
    if (syscall(SYS_capget, &header, held) != 0 || held[0].permitted | held[1].permitted
        || held[0].effective | held[1].effective || held[0].inheritable | held[1].inheritable)
        return broken(err, "use capabilities");
    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) != 0)
            return broken(err, "get capabilities back");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return broken(err, "gain privileges (no_new_privs is not set)");
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER)
        return broken(err, "make any system call (there is no filter)");
    return getppid() == 1 ? SHEAF_OK : broken(err, "see other processes");
}

/* The machine's root is not counted: a limit that is set need not hold. */
static bool can_fork_beyond(void)
{
    struct rlimit old, none;
    if (getrlimit(RLIMIT_NPROC, &old) != 0)
        return true;
    none = (struct rlimit){0, old.rlim_max};
    if (setrlimit(RLIMIT_NPROC, &none) != 0)
        return true;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    (void)setrlimit(RLIMIT_NPROC, &old);
    return pid > 0 || errno != EAGAIN;
}

static sheaf_status probe_limits(const sheaf_sandbox_limits *limits, sheaf_err *err)
{
    const struct {
        __rlimit_resource_t resource;
        uint64_t most;
        const char *could;
    } rows[] = {
        {RLIMIT_CORE, 0, "leave its memory on the disk (core files)"},
        {RLIMIT_CPU, limits->cpu_seconds + 1, "compute without end"},
        {RLIMIT_NPROC, limits->processes + 2, "start any number of processes"},
        {RLIMIT_DATA, limits->memory_bytes, "take all memory"},
        {RLIMIT_NOFILE, 1024, "open any number of files"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rlimit now, more;
        if (getrlimit(rows[i].resource, &now) != 0 || now.rlim_max > rows[i].most)
            return broken(err, rows[i].could);
        more = (struct rlimit){now.rlim_max + 1, now.rlim_max + 1};
        if (setrlimit(rows[i].resource, &more) == 0)
            return broken(err, rows[i].could);
    }
    return can_fork_beyond() ? broken(err, "start any number of processes") : SHEAF_OK;
}

sheaf_status sheaf_sandbox_probe_self(const sheaf_sandbox_plan *plan, unsigned landlock,
                                      sheaf_err *err)
{
    SHEAF_TRY(probe_privileges(err));
    SHEAF_TRY(probe_limits(&plan->job->limits, err));
    SHEAF_TRY(probe_files(landlock, err));
    SHEAF_TRY(probe_network(err));
    return probe_calls(err);
}
