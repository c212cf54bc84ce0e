/* The processes inside a sandbox, from the program outwards: what starts it, the first process,
 * the keeper; declared in sandbox_internal.h. */
#include "compute/sandbox_count.h"
#include "compute/sandbox_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    USER = 1000,  /* inside */
    TICK_MS = 50, /* between two looks at what the program uses */
    SLOW = 5,     /* memory is counted every so many */
    FD_REPORT = 3,
    FD_CONTROL = 4,
};

/* ---- reports ---- */

/* Sends a report, with a descriptor where `fd` is none of -1. */
static void tell(int channel, const sheaf_sandbox_report *report, int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } ancillary;
    struct iovec part = {(void *)report, sizeof *report};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        memset(&ancillary, 0, sizeof ancillary);
        message.msg_control = &ancillary;
        message.msg_controllen = sizeof ancillary;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    (void)sendmsg(channel, &message, MSG_NOSIGNAL); /* nobody listens: nobody wants to know */
}

bool sheaf_sandbox_hear(int channel, sheaf_sandbox_report *report, int *fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } ancillary;
    struct iovec part = {report, sizeof *report};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &ancillary,
                             .msg_controllen = sizeof ancillary};
    *fd = -1;
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *report)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
            memcpy(fd, CMSG_DATA(c), sizeof *fd);
    report->text[sizeof report->text - 1] = '\0';
    return true;
}

__attribute__((format(printf, 2, 3))) _Noreturn static void
refuse(const sheaf_sandbox_plan *plan, const char *format, ...)
{
    sheaf_sandbox_report report = {.kind = SHEAF_REPORT_REFUSED};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(report.text, sizeof report.text, format, arguments);
    va_end(arguments);
    tell(plan->report, &report, -1);
    _exit(1);
}

/* ---- a process that is confined ---- */

/* Tells the first process that it is confined, handing it the listener, or why not. */
static void confine_or_end(const sheaf_sandbox_plan *plan, int channel, unsigned *landlock)
{
    sheaf_sandbox_report report = {.kind = SHEAF_REPORT_STARTED};
    sheaf_err err = {0};
    int listener = -1;
    sheaf_sandbox_plan told = *plan;
    told.report = channel;
    if (sheaf_sandbox_confine(plan, landlock, &listener, &err) != SHEAF_OK)
        refuse(&told, "%.300s", err.message);
    report.held.landlock = *landlock;
    report.held.listens = listener >= 0;
    tell(channel, &report, listener);
    if (listener >= 0)
        close(listener);
}

_Noreturn static void probe(const sheaf_sandbox_plan *plan, int channel)
{
    const sheaf_sandbox_report held = {.kind = SHEAF_REPORT_STARTED};
    sheaf_sandbox_plan told = *plan;
    sheaf_err err = {0};
    unsigned landlock;
    told.report = channel;
    confine_or_end(plan, channel, &landlock);
    if (sheaf_sandbox_probe_self(plan, landlock, &err) != SHEAF_OK)
        refuse(&told, "%s", err.message);
    tell(channel, &held, -1);
    _exit(0);
}

_Noreturn static void program(const sheaf_sandbox_plan *plan, int channel)
{
    static const char *const environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                              "HOME=/tmp",
                                              "TMPDIR=/tmp",
                                              "LANG=C.UTF-8",
                                              "USER=trainer",
                                              "LOGNAME=trainer",
                                              "SHEAF_JOB=/job/job.json",
                                              NULL};
    sheaf_sandbox_plan told = *plan;
    unsigned landlock;
    told.report = channel;
    (void)setpgid(0, 0);
    if (chdir("/job") != 0)
        refuse(&told, "cannot go to the job's folder: %s", strerror(errno));
    confine_or_end(plan, channel, &landlock);
    enum { FROM_THREE_ON = 3, AT_EXEC = 4 }; /* CLOSE_RANGE_CLOEXEC */
    if (syscall(SYS_close_range, (unsigned)FROM_THREE_ON, ~0U, (unsigned)AT_EXEC) != 0)
        refuse(&told, "cannot close what is open: %s", strerror(errno));
    execve(plan->arguments[0], plan->arguments, (char *const *)environment);
    refuse(&told,
           "cannot start %.200s in the sandbox: %s; show it what it needs with "
           "--trainer-read, readable for everyone",
           plan->arguments[0], strerror(errno));
}

/* ---- the first process ---- */

typedef struct {
    const sheaf_sandbox_plan *plan;
    int listener;
    sheaf_sandbox_report report; /* what will be said at the end */
} first;

/* Starts a process of the two sorts, and waits until it says that it is confined. */
static pid_t start(first *f, void (*body)(const sheaf_sandbox_plan *, int), int *channel)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        refuse(f->plan, "cannot make a channel: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        body(f->plan, pair[1]);
    }
    close(pair[1]);
    if (pid < 0)
        refuse(f->plan, "cannot start a process: %s", strerror(errno));
    sheaf_sandbox_report report;
    if (!sheaf_sandbox_hear(pair[0], &report, &f->listener))
        refuse(f->plan, "a process ended before it was confined");
    if (report.kind == SHEAF_REPORT_REFUSED)
        refuse(f->plan, "%s", report.text);
    f->report.held.landlock = report.held.landlock;
    f->report.held.listens = report.held.listens;
    *channel = pair[0];
    return pid;
}

/* Answers attempts until the process says something, or closes its end. False: it has. */
static bool hear_while_answering(first *f, int channel, sheaf_sandbox_report *report)
{
    struct pollfd watch[] = {{channel, POLLIN, 0}, {f->listener, POLLIN, 0}};
    int none;
    for (;;) {
        if (poll(watch, f->listener >= 0 ? 2 : 1, -1) < 0 && errno != EINTR)
            return false;
        if (watch[0].revents)
            return sheaf_sandbox_hear(channel, report, &none);
        if (watch[1].revents)
            (void)sheaf_sandbox_filter_answer(f->listener);
    }
}

static void have_probed(first *f)
{
    sheaf_sandbox_report report;
    int channel;
    pid_t pid = start(f, probe, &channel);
    if (!hear_while_answering(f, channel, &report))
        refuse(f->plan, "the probe of the sandbox ended without a word");
    if (report.kind == SHEAF_REPORT_REFUSED)
        refuse(f->plan, "%s", report.text);
    close(channel);
    if (f->listener >= 0)
        close(f->listener);
    (void)waitpid(pid, NULL, 0);
}

static bool full(const char *path)
{
    struct statvfs vfs;
    return statvfs(path, &vfs) == 0 && (vfs.f_bavail == 0 || vfs.f_ffree == 0);
}

/* A look at what the program uses; true if it must end. */
static bool over(first *f, unsigned tick, bool *disk)
{
    const sheaf_sandbox_limits *limits = &f->plan->job->limits;
    sheaf_sandbox_use use = {0};
    *disk = *disk || full("/job/out") || full("/tmp") || full("/dev/shm");
    sheaf_sandbox_count(&use, tick % SLOW == 0);
    if (use.memory_bytes > f->report.memory_bytes)
        f->report.memory_bytes = use.memory_bytes;
    if (use.threads >= limits->processes)
        f->report.end = SHEAF_SANDBOX_PROCESSES;
    else if (use.memory_bytes > limits->memory_bytes)
        f->report.end = SHEAF_SANDBOX_MEMORY;
    else
        return false;
    return true;
}

/* Waits for children; true once the program is one of them. */
static bool reap(pid_t program, int *status)
{
    int one;
    for (pid_t pid; (pid = waitpid(-1, &one, WNOHANG)) > 0;)
        if (pid == program) {
            *status = one;
            return true;
        }
    return false;
}

static void ended(first *f, int status, bool disk)
{
    sheaf_sandbox_report *r = &f->report;
    int signal = WIFEXITED(status) ? 0 : WTERMSIG(status);
    if (disk || full("/job/out") || signal == SIGXFSZ)
        r->end = SHEAF_SANDBOX_DISK;
    else if (signal == SIGXCPU)
        r->end = SHEAF_SANDBOX_CPU;
    else
        r->end = signal ? SHEAF_SANDBOX_SIGNALLED : SHEAF_SANDBOX_EXITED;
    if (r->end == SHEAF_SANDBOX_EXITED || r->end == SHEAF_SANDBOX_SIGNALLED)
        r->code = signal ? signal : WEXITSTATUS(status);
}

static void watch_program(first *f, pid_t pid)
{
    int handle = (int)syscall(SYS_pidfd_open, pid, 0), status = 0;
    bool disk = false;
    struct pollfd watch[] = {{handle, POLLIN, 0}, {f->listener, POLLIN, 0}};
    for (unsigned tick = 1;; tick++) {
        (void)poll(watch, f->listener >= 0 ? 2 : 1, TICK_MS);
        if (f->listener >= 0 && watch[1].revents & POLLIN
            && sheaf_sandbox_filter_answer(f->listener)) {
            f->report.end = SHEAF_SANDBOX_NETWORK;
            break;
        }
        if (f->listener >= 0 && watch[1].revents & POLLHUP)
            watch[1].fd = -1; /* nobody is left whom it could hear */
        if (reap(pid, &status)) {
            ended(f, status, disk);
            break;
        }
        if (over(f, tick, &disk))
            break;
    }
    (void)kill(-1, SIGKILL); /* everybody but us */
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
}

static void run_program(first *f)
{
    int channel;
    sheaf_sandbox_report report;
    pid_t pid = start(f, program, &channel);
    if (hear_while_answering(f, channel, &report)) /* else it runs: exec has closed its end */
        refuse(f->plan, "%s", report.text);
    close(channel);
    watch_program(f, pid);
}

_Noreturn static void first_process(const sheaf_sandbox_plan *plan)
{
    first f = {.plan = plan, .listener = -1, .report = {.kind = SHEAF_REPORT_STARTED}};
    sheaf_err err = {0};
    close(plan->control);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* its memory is a copy of the node's */
    if (sheaf_sandbox_probe_namespaces(plan, &err) != SHEAF_OK)
        refuse(plan, "%s", err.message);
    if (sheaf_sandbox_tree_build(plan, &err) != SHEAF_OK)
        refuse(plan, "no trainer is started: %.360s", err.message);
    if (sheaf_sandbox_probe_tree(plan, &err) != SHEAF_OK)
        refuse(plan, "%s", err.message);
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_SURRENDER)
        && sheaf_sandbox_surrender(&err) != SHEAF_OK)
        refuse(plan, "%s", err.message);
    int out = open("/job/out", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out < 0)
        refuse(plan, "cannot open the output folder: %s", strerror(errno));
    have_probed(&f);
    tell(plan->report, &f.report, out);
    close(out);

    if (!plan->job->rehearsal)
        run_program(&f);
    struct rusage usage = {0};
    if (getrusage(RUSAGE_CHILDREN, &usage) == 0)
        f.report.cpu_ms =
            (uint32_t)((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000
                       + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
    if ((uint64_t)usage.ru_maxrss * 1024 > f.report.memory_bytes)
        f.report.memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
    f.report.kind = SHEAF_REPORT_ENDED;
    tell(plan->report, &f.report, -1);
    _exit(0);
}

/* ---- the keeper ---- */

/* Standard input is empty, output and error are the caller's pipes; then the two channels; and
 * nothing else of what the caller had open. */
static void descriptors_set(sheaf_sandbox_plan *plan)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int from[] = {null, plan->out, plan->talk, plan->report, plan->control};
    for (int i = 0; i < 5; i++)
        from[i] = fcntl(from[i], F_DUPFD, 16);
    for (int i = 0; i < 5; i++)
        if (from[i] < 0 || dup2(from[i], i) != i)
            _exit(1);
    if (syscall(SYS_close_range, 5U, ~0U, 0U) != 0)
        _exit(1);
    plan->report = FD_REPORT;
    plan->control = FD_CONTROL;
}

static void signals_reset(void)
{
    sigset_t none;
    for (int i = 1; i < 65; i++)
        (void)signal(i, SIG_DFL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void sheaf_sandbox_keep(sheaf_sandbox_plan *plan)
{
    const sheaf_sandbox_report entered = {.kind = SHEAF_REPORT_ENTERED};
    char user;      /* 'n': nobody */
    (void)setsid(); /* Ctrl-C is for the caller */
    signals_reset();
    descriptors_set(plan);
    int spaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
    if (!(plan->without & SHEAF_SANDBOX_WITHOUT_NET))
        spaces |= CLONE_NEWNET;
    if (unshare(spaces) != 0)
        refuse(plan, "%s", strerror(errno));
    tell(plan->report, &entered, -1);
    if (read(plan->control, &user, 1) != 1)
        _exit(1);
    if ((user == 'n' && setgroups(0, NULL) != 0) || setresgid(USER, USER, USER) != 0
        || setresuid(USER, USER, USER) != 0)
        refuse(plan, "cannot become another user: %s", strerror(errno));
    pid_t inside = fork();
    if (inside == 0)
        first_process(plan);
    int handle = inside > 0 ? (int)syscall(SYS_pidfd_open, inside, 0) : -1;
    if (handle < 0) {
        if (inside > 0)
            (void)kill(inside, SIGKILL);
        refuse(plan, "cannot start a process: %s", strerror(errno));
    }
    struct pollfd watch[] = {{plan->control, POLLIN, 0}, {handle, POLLIN, 0}};
    while (poll(watch, 2, -1) < 0 && errno == EINTR)
        ;
    /* With process 1 its namespace ends: the kernel kills what is in it, and waits for it. */
    (void)kill(inside, SIGKILL);
    (void)waitpid(inside, NULL, 0);
    _exit(0);
}
