#include "compute/sandbox_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    USER = 1000,    /* inside */
    NOBODY = 65534, /* outside, where we are root */
    LOOK_MS = 100,  /* between two looks at the clock and at *stop */
    TAIL = 512,     /* bytes of standard error that are kept */
    SETUP_MS = 30000,
};

sheaf_sandbox_limits sheaf_sandbox_limits_default(void)
{
    return (sheaf_sandbox_limits){.seconds = 600,
                                  .cpu_seconds = 2400,
                                  .processes = 128,
                                  .memory_bytes = (uint64_t)4 << 30,
                                  .out_bytes = (uint64_t)64 << 20,
                                  .scratch_bytes = (uint64_t)256 << 20};
}

static int64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* One run, on the caller's side. */
typedef struct {
    const sheaf_sandbox_job *job;
    sheaf_sandbox_outcome *out;
    pid_t keeper;
    int control, report, said, talk; /* `said`: its standard output; `talk`: its error */
    int64_t begun, started;
    uint64_t talked;    /* bytes */
    bool entered, told; /* told: an end or a refusal */
    char line[SHEAF_SANDBOX_LINE_MAX];
    size_t line_len;
    char tail[TAIL]; /* the last bytes of standard error */
    size_t tail_len;
    sheaf_status status; /* of what we do */
    sheaf_err *err;
} run;

/* ---- the user ---- */

/* True if a number stands in the file and is `value`. */
static bool setting_is(const char *path, long value)
{
    char text[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0 && strtol(text, NULL, 10) == value;
}

/* What an administrator can do about it. */
static const char *remedy(void)
{
    if (setting_is("/proc/sys/kernel/unprivileged_userns_clone", 0))
        return "an administrator switches them on with "
               "`sysctl -w kernel.unprivileged_userns_clone=1`";
    if (setting_is("/proc/sys/user/max_user_namespaces", 0))
        return "an administrator switches them on with "
               "`sysctl -w user.max_user_namespaces=10000`";
    if (setting_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 1))
        return "an administrator allows them with "
               "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`";
    return "in a container, its runtime must allow user namespaces and mounts in them";
}

static void fail_here(run *r, const char *what)
{
    r->status = sheaf_fail(r->err, SHEAF_IO,
                           "no trainer is started, since it cannot be confined here: user "
                           "namespaces are not allowed (%.100s); %s",
                           what, remedy());
}

static bool proc_write(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text);
}

/* Are the machine's numbers ours? Not in a container whose root is somebody else outside. */
static bool first_namespace(void)
{
    char text[64];
    char *rest;
    int fd = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    (void)strtoull(text, &rest, 10); /* the first number inside */
    unsigned long long outside = strtoull(rest, &rest, 10);
    return outside == 0 && strtoull(rest, NULL, 10) == UINT32_MAX;
}

/* Inside it is user 1000, and outside the given one. */
static bool map(const run *r, unsigned user, unsigned group, bool may_set_groups)
{
    char users[64], groups[64];
    snprintf(users, sizeof users, "%d %u 1\n", USER, user);
    snprintf(groups, sizeof groups, "%d %u 1\n", USER, group);
    return (may_set_groups || proc_write(r->keeper, "setgroups", "deny"))
           && proc_write(r->keeper, "uid_map", users)
           && proc_write(r->keeper, "gid_map", groups);
}

/* Outside it is us; nobody where we are root, whom files of the machine may belong to. */
static void map_user(run *r)
{
    bool nobody = geteuid() == 0 && map(r, NOBODY, NOBODY, true);
    bool done =
        nobody
        || ((geteuid() != 0 || !first_namespace()) && map(r, geteuid(), getegid(), false));
    r->out->held.as_nobody = nobody;
    if (!done)
        fail_here(r, strerror(errno));
    else if (write(r->control, nobody ? "n" : "u", 1) != 1)
        r->status = sheaf_fail(r->err, SHEAF_IO, "the sandbox ended: %s", strerror(errno));
    r->entered = true;
}

/* ---- what is said ---- */

static void line_give(run *r)
{
    if (r->line_len && r->job->line)
        r->job->line(r->job->context, (sheaf_slice){(const uint8_t *)r->line, r->line_len});
    r->line_len = 0;
}

static void said_take(run *r, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '\n')
            line_give(r);
        else if (r->line_len < sizeof r->line)
            r->line[r->line_len++] = bytes[i];
    }
}

static void talk_take(run *r, const char *bytes, size_t n)
{
    if (n > TAIL) {
        bytes += n - TAIL;
        n = TAIL;
    }
    if (r->tail_len + n > TAIL) {
        size_t drop = r->tail_len + n - TAIL;
        memmove(r->tail, r->tail + drop, r->tail_len - drop);
        r->tail_len -= drop;
    }
    memcpy(r->tail + r->tail_len, bytes, n);
    r->tail_len += n;
}

/* Reads what is there; false once all who could write have closed. */
static bool pipe_take(run *r, int fd, void (*take)(run *, const char *, size_t))
{
    char bytes[4096];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    r->talked += (uint64_t)n;
    take(r, bytes, (size_t)n);
    return n > 0;
}

/* The last line with something on it, without what a terminal would obey. */
static void words_set(run *r)
{
    size_t end = r->tail_len;
    while (end > 0 && (unsigned char)r->tail[end - 1] <= ' ')
        end--;
    size_t start = end;
    while (start > 0 && r->tail[start - 1] != '\n')
        start--;
    size_t n = end - start;
    if (n >= sizeof r->out->words)
        n = sizeof r->out->words - 1;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)r->tail[start + i];
        r->out->words[i] = c < ' ' || c > '~' ? '?' : (char)c;
    }
    r->out->words[n] = '\0';
}

/* ---- reports ---- */

static void report_take(run *r)
{
    sheaf_sandbox_report report;
    int fd;
    if (!sheaf_sandbox_hear(r->report, &report, &fd)) {
        close(r->report);
        r->report = -1;
        return;
    }
    if (report.kind == SHEAF_REPORT_ENTERED) {
        map_user(r);
    } else if (report.kind == SHEAF_REPORT_REFUSED) {
        r->told = true;
        if (!r->entered)
            fail_here(r, report.text);
        else
            r->status = sheaf_fail(r->err, SHEAF_IO, "%s", report.text);
    } else if (report.kind == SHEAF_REPORT_STARTED) {
        bool as_nobody = r->out->held.as_nobody;
        r->out->held = report.held;
        r->out->held.as_nobody = as_nobody;
        r->started = now_ms();
        if (r->out->out < 0) {
            r->out->out = fd;
            fd = -1;
        }
    } else if (report.kind == SHEAF_REPORT_ENDED) {
        r->told = true;
        r->out->end = report.end;
        r->out->code = report.code;
        r->out->cpu_ms = report.cpu_ms;
        r->out->memory_bytes = report.memory_bytes;
    }
    if (fd >= 0)
        close(fd);
}

/* ---- time ---- */

static void end_as(run *r, sheaf_sandbox_end end)
{
    r->told = true;
    r->out->end = end;
}

/* What ends a program from here. */
static void clock_look(run *r)
{
    int64_t now = now_ms();
    if (r->talked > SHEAF_SANDBOX_TALK_MAX)
        end_as(r, SHEAF_SANDBOX_TALK);
    else if (r->job->stop && atomic_load(r->job->stop))
        end_as(r, SHEAF_SANDBOX_STOPPED);
    else if (r->started && now - r->started > (int64_t)r->job->limits.seconds * 1000)
        end_as(r, SHEAF_SANDBOX_TIME);
    else if (!r->started && now - r->begun > SETUP_MS)
        r->status = sheaf_fail(r->err, SHEAF_IO, "the sandbox was not set up within %d seconds",
                               SETUP_MS / 1000);
}

/* Once the program runs, whatever becomes of the sandbox may be its doing: an outcome. */
static void ended_silently(run *r)
{
    if (r->started) {
        end_as(r, SHEAF_SANDBOX_SIGNALLED);
        r->out->code = SIGKILL;
        return;
    }
    r->status =
        sheaf_fail(r->err, SHEAF_IO, "the sandbox ended without a word; see the system's log");
}

static void follow(run *r)
{
    while (!r->told && r->status == SHEAF_OK) {
        struct pollfd watch[] = {
            {r->report, POLLIN, 0}, {r->said, POLLIN, 0}, {r->talk, POLLIN, 0}};
        if (poll(watch, 3, LOOK_MS) < 0 && errno != EINTR)
            r->status = sheaf_fail(r->err, SHEAF_IO, "cannot wait: %s", strerror(errno));
        if (watch[1].revents && !pipe_take(r, r->said, said_take)) {
            close(r->said);
            r->said = -1;
        }
        if (watch[2].revents && !pipe_take(r, r->talk, talk_take)) {
            close(r->talk);
            r->talk = -1;
        }
        if (watch[0].revents)
            report_take(r);
        if (r->report < 0 && !r->told && r->status == SHEAF_OK)
            ended_silently(r);
        if (!r->told && r->status == SHEAF_OK)
            clock_look(r);
    }
}

/* What was written before the end and not read yet; nobody writes any more. */
static void drain(run *r)
{
    while (r->said >= 0 && r->talked <= SHEAF_SANDBOX_TALK_MAX
           && pipe_take(r, r->said, said_take))
        ;
    while (r->talk >= 0 && r->talked <= SHEAF_SANDBOX_TALK_MAX
           && pipe_take(r, r->talk, talk_take))
        ;
    line_give(r);
    words_set(r);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static sheaf_status launch(run *r, sheaf_sandbox_plan *plan)
{
    int control[2], report[2], said[2], talk[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) != 0)
        return sheaf_fail(r->err, SHEAF_IO, "cannot make a channel: %s", strerror(errno));
    r->control = control[0];
    plan->control = control[1];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) == 0) {
        r->report = report[0];
        plan->report = report[1];
    }
    if (pipe2(said, O_CLOEXEC) == 0) {
        r->said = said[0];
        plan->out = said[1];
    }
    if (pipe2(talk, O_CLOEXEC) == 0) {
        r->talk = talk[0];
        plan->talk = talk[1];
    }
    if (r->report >= 0 && r->said >= 0 && r->talk >= 0)
        r->keeper = fork();
    if (r->keeper == 0)
        sheaf_sandbox_keep(plan);
    return r->keeper > 0
               ? SHEAF_OK
               : sheaf_fail(r->err, SHEAF_IO, "cannot start a process: %s", strerror(errno));
}

sheaf_status sheaf_sandbox_run_without(const sheaf_sandbox_job *job, unsigned without,
                                       sheaf_sandbox_outcome *out, sheaf_err *err)
{
    sheaf_sandbox_plan *plan = calloc(1, sizeof *plan);
    run *r = calloc(1, sizeof *r);
    *out = (sheaf_sandbox_outcome){.out = -1};
    sheaf_status status = plan && r ? sheaf_sandbox_plan_make(job, plan, err)
                                    : sheaf_fail(err, SHEAF_NOMEM, "no memory for a sandbox");
    if (status == SHEAF_OK) {
        *r = (run){.job = job, .out = out, .keeper = -1, .begun = now_ms(), .err = err};
        r->control = r->report = r->said = r->talk = -1;
        plan->without = without;
        r->status = launch(r, plan);
        close_one(&plan->control);
        close_one(&plan->report);
        close_one(&plan->out);
        close_one(&plan->talk);
        if (r->status == SHEAF_OK)
            follow(r);
        close_one(&r->control); /* ends everything, and the keeper once that has ended */
        while (r->keeper > 0 && waitpid(r->keeper, NULL, 0) < 0 && errno == EINTR)
            ;
        out->wall_ms = r->started ? (uint32_t)(now_ms() - r->started) : 0;
        drain(r);
        close_one(&r->report);
        close_one(&r->said);
        close_one(&r->talk);
        status = r->status;
        sheaf_sandbox_plan_free(plan);
    }
    free(plan);
    free(r);
    if (status != SHEAF_OK)
        sheaf_sandbox_close(out);
    return status;
}

sheaf_status sheaf_sandbox_run(const sheaf_sandbox_job *job, sheaf_sandbox_outcome *out,
                               sheaf_err *err)
{
    return sheaf_sandbox_run_without(job, 0, out, err);
}
