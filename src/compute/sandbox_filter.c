/* The system calls that a trainer does without; declared in sandbox_internal.h.
 *
 * A classic BPF program (seccomp(2)): calls that could reach out of the sandbox, or that the
 * kernel has had most of its holes in, fail with "operation not permitted"; calls that are
 * newer than this list do not exist. Opening a socket of the internet's families is told to the
 * listener, so that the member learns of it.
 */
#include "compute/sandbox_internal.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum {
    NEWEST_CALL = 462, /* mseal; what came after it is not known here */
    RULES_MAX = 256,
    OTHER_CALLS = 0x40000000, /* the x32 ones */
};

/* Calls that fail. */
static const int denied[] = {
    /* other processes */
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_getfd,
    SYS_kcmp,
    /* memory that no process has, and that is not counted: programs use /dev/shm instead */
    SYS_memfd_create,
    SYS_shmget,
    SYS_msgget,
    SYS_mq_open,
    /* namespaces, mounts */
    SYS_unshare,
    SYS_setns,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_open_tree,
    SYS_move_mount,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_mount_setattr,
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    /* large interfaces into the kernel */
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_fanotify_init,
    SYS_memfd_secret,
    SYS_lookup_dcookie,
    SYS_quotactl,
    /* the machine */
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_syslog,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_vhangup,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_quotactl_fd
    SYS_quotactl_fd,
#endif
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
#endif
#ifdef SYS_modify_ldt
    SYS_modify_ldt,
#endif
};

/* The first argument, low half: both architectures are little-endian. */
#define ARGUMENT(i) (offsetof(struct seccomp_data, args) + 8 * (i))

typedef struct {
    struct sock_filter rules[RULES_MAX];
    unsigned short count;
} filter;

static void rule(filter *f, struct sock_filter one)
{
    f->rules[f->count++] = one;
}

static void load(filter *f, size_t offset)
{
    rule(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void answer(filter *f, uint32_t action)
{
    rule(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* Where the loaded value is not `value`, skips so many rules. */
static void unless(filter *f, uint32_t value, uint8_t skip)
{
    rule(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

static uint32_t error(int code)
{
    return SECCOMP_RET_ERRNO | ((uint32_t)code & SECCOMP_RET_DATA);
}

static void terminal_rules(filter *f)
{
    enum { PUSH_BACK = 0x5412, CONSOLE = 0x541c }; /* TIOCSTI, TIOCLINUX */
    unless(f, SYS_ioctl, 6);
    load(f, ARGUMENT(1));
    unless(f, PUSH_BACK, 1);
    answer(f, error(EPERM));
    unless(f, CONSOLE, 1);
    answer(f, error(EPERM));
    load(f, offsetof(struct seccomp_data, nr));
}

/* New processes yes, new namespaces no. clone3 hides its flags: programs then use clone. */
static void clone_rules(filter *f)
{
    const uint32_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC
                                | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
    unless(f, SYS_clone3, 1);
    answer(f, error(ENOSYS));
    unless(f, SYS_clone, 4);
    load(f, ARGUMENT(0));
    rule(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, namespaces, 0, 1));
    answer(f, error(EPERM));
    load(f, offsetof(struct seccomp_data, nr));
}

static void socket_rules(filter *f, bool listens)
{
    unless(f, SYS_socket, 7);
    load(f, ARGUMENT(0));
    unless(f, AF_UNIX, 1); /* libraries look for services of the machine with it */
    answer(f, error(EACCES));
    unless(f, AF_NETLINK, 1);
    answer(f, error(EACCES));
    answer(f, listens ? SECCOMP_RET_USER_NOTIF : error(EACCES));
    load(f, offsetof(struct seccomp_data, nr));
}

static void build(filter *f, bool listens)
{
    f->count = 0;
    load(f, offsetof(struct seccomp_data, arch));
    rule(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    answer(f, SECCOMP_RET_KILL_PROCESS);
    load(f, offsetof(struct seccomp_data, nr));
    rule(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, OTHER_CALLS, 0, 1));
    answer(f, SECCOMP_RET_KILL_PROCESS);
    rule(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST_CALL, 0, 1));
    answer(f, error(ENOSYS));
    for (size_t i = 0; i < sizeof denied / sizeof *denied; i++) {
        unless(f, (uint32_t)denied[i], 1);
        answer(f, error(EPERM));
    }
    clone_rules(f);
    terminal_rules(f);
    socket_rules(f, listens);
    answer(f, SECCOMP_RET_ALLOW);
}

sheaf_status sheaf_sandbox_filter(int *listener, sheaf_err *err)
{
    filter f;
    _Static_assert(2 * sizeof denied / sizeof *denied + 40 < RULES_MAX, "the filter fits");
    for (int listens = 1; listens >= 0; listens--) {
        build(&f, listens);
        struct sock_fprog program = {.len = f.count, .filter = f.rules};
        long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                          listens ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0, &program);
        if (fd >= 0) {
            *listener = listens ? (int)fd : -1;
            return SHEAF_OK;
        }
    }
    return sheaf_fail(err, SHEAF_IO,
                      "cannot set a filter of system calls (%s): this needs a kernel with "
                      "seccomp filters (CONFIG_SECCOMP_FILTER)",
                      strerror(errno));
}

bool sheaf_sandbox_filter_answer(int listener)
{
    struct seccomp_notif heard;
    struct seccomp_notif_resp said = {0};
    memset(&heard, 0, sizeof heard);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &heard) != 0)
        return false;
    said.id = heard.id;
    said.error = -EACCES;
    /* Whoever asked may be gone by now. */
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said);
    return true;
}
