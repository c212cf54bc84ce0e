/* What a process inside does to itself before it runs a program; declared in
 * sandbox_internal.h. */
#include "compute/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- capabilities ---- */

sheaf_status sheaf_sandbox_surrender(sheaf_err *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot give up new privileges: %s", strerror(errno));
    for (int i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0)
            return sheaf_fail(err, SHEAF_IO, "cannot give up capability %d: %s", i,
                              strerror(errno));
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0
        || syscall(SYS_capset, &header, none) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot give up capabilities: %s", strerror(errno));
    return SHEAF_OK;
}

/* ---- limits ---- */

static sheaf_status limits_set(const sheaf_sandbox_limits *limits, sheaf_err *err)
{
    /* Programs reserve more addresses than they use; what is shared counts here alone. */
    const uint64_t reserve = (uint64_t)4 << 30;
    uint64_t file =
        limits->out_bytes > limits->scratch_bytes ? limits->out_bytes : limits->scratch_bytes;
    const struct {
        int resource;
        rlim_t most, hard;
    } rows[] = {
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1},
        {RLIMIT_FSIZE, file, file},
        {RLIMIT_NOFILE, 1024, 1024},
        {RLIMIT_MEMLOCK, 1 << 16, 1 << 16},
        {RLIMIT_MSGQUEUE, 0, 0},
        {RLIMIT_NPROC, limits->processes + 2, limits->processes + 2}, /* keeper and first */
        {RLIMIT_DATA, limits->memory_bytes, limits->memory_bytes},
        {RLIMIT_AS, limits->memory_bytes + reserve, limits->memory_bytes + reserve},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rlimit old, now = {rows[i].most, rows[i].hard};
        /* The machine's own limit may be tighter, and stays. */
        if (getrlimit((__rlimit_resource_t)rows[i].resource, &old) == 0) {
            now.rlim_max = now.rlim_max < old.rlim_max ? now.rlim_max : old.rlim_max;
            now.rlim_cur = now.rlim_cur < now.rlim_max ? now.rlim_cur : now.rlim_max;
        }
        if (setrlimit((__rlimit_resource_t)rows[i].resource, &now) != 0)
            return sheaf_fail(err, SHEAF_IO, "cannot limit the trainer (resource %d): %s",
                              rows[i].resource, strerror(errno));
    }
    return SHEAF_OK;
}

/* ---- Landlock ---- */

/* Of the kernel's interface (landlock(7)); older headers lack the later ones. */
enum {
    FS_EXECUTE = 1 << 0,
    FS_WRITE_FILE = 1 << 1,
    FS_READ_FILE = 1 << 2,
    FS_READ_DIR = 1 << 3,
    FS_MAKE_CHAR = 1 << 6,
    FS_MAKE_BLOCK = 1 << 11,
    FS_VERSION_1 = (1 << 13) - 1,
    FS_REFER = 1 << 13,     /* version 2 */
    FS_TRUNCATE = 1 << 14,  /* version 3 */
    FS_IOCTL_DEV = 1 << 15, /* version 5 */
    NET_ALL = 3,            /* version 4: to bind and to connect TCP */
    SCOPE_ALL = 3,          /* version 6: abstract sockets and signals */
};

typedef struct {
    uint64_t files, net, scope;
} ruleset;

/* Programs open devices to forget what they write; a file takes fewer rights than a folder. */
static sheaf_status allow(int rules, const char *path, uint64_t rights, sheaf_err *err)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot open %s: %s", path, strerror(errno));
    struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
    long done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    int why = errno;
    close(fd);
    return done == 0 ? SHEAF_OK
                     : sheaf_fail(err, SHEAF_IO, "Landlock refuses a rule for %s: %s", path,
                                  strerror(why));
}

static sheaf_status landlock_rules(int rules, uint64_t all, sheaf_err *err)
{
    static const char *const writable[] = {"/job/out", "/tmp", "/dev/shm"};
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random",
                                          "/dev/urandom"};
    const uint64_t file = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE;
    SHEAF_TRY(allow(rules, "/", FS_EXECUTE | FS_READ_FILE | FS_READ_DIR, err));
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++)
        SHEAF_TRY(allow(rules, writable[i],
                        all & ~(uint64_t)(FS_MAKE_CHAR | FS_MAKE_BLOCK | FS_IOCTL_DEV), err));
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        SHEAF_TRY(allow(rules, devices[i], all & file, err));
    return SHEAF_OK;
}

/* *version: 0 where the kernel has no Landlock, which is no failure. */
static sheaf_status landlock_set(unsigned *version, sheaf_err *err)
{
    long found = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    *version = found > 0 ? (unsigned)found : 0;
    if (found <= 0)
        return SHEAF_OK;
    ruleset attr = {.files = FS_VERSION_1 | (found >= 2 ? FS_REFER : 0)
                             | (found >= 3 ? FS_TRUNCATE : 0) | (found >= 5 ? FS_IOCTL_DEV : 0),
                    .net = NET_ALL,
                    .scope = SCOPE_ALL};
    size_t size = found >= 6 ? sizeof attr : found >= 4 ? 16 : 8;
    long rules = syscall(SYS_landlock_create_ruleset, &attr, size, 0);
    if (rules < 0)
        return sheaf_fail(err, SHEAF_IO, "Landlock makes no rules: %s", strerror(errno));
    sheaf_status status = landlock_rules((int)rules, attr.files, err);
    if (status == SHEAF_OK && syscall(SYS_landlock_restrict_self, (int)rules, 0) != 0)
        status = sheaf_fail(err, SHEAF_IO, "Landlock does not hold: %s", strerror(errno));
    close((int)rules);
    return status;
}

sheaf_status sheaf_sandbox_confine(const sheaf_sandbox_plan *plan, unsigned *landlock,
                                   int *listener, sheaf_err *err)
{
    *landlock = 0;
    *listener = -1;
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_LANDLOCK))
        SHEAF_TRY(landlock_set(landlock, err));
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_LIMITS))
        SHEAF_TRY(limits_set(&plan->job->limits, err));
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_FILTER))
        SHEAF_TRY(sheaf_sandbox_filter(listener, err));
    return SHEAF_OK;
}
