#include "cli/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts this program again; its standard error goes to `log`, its standard output to a pipe
 * where `out` is wanted, else to the log too. Children end with this process, whatever happens
 * to it. */
static sheaf_status start(const char *const *argv, const char *log, int *out, pid_t *pid,
                          sheaf_err *err)
{
    int ends[2] = {-1, -1};
    pid_t parent = getpid();
    if (out && pipe2(ends, O_CLOEXEC) != 0)
        return sheaf_fail(err, SHEAF_IO, "cannot make a pipe: %s", strerror(errno));
    fflush(stdout);
    *pid = fork();
    if (*pid < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot start a process: %s", strerror(errno));
    if (*pid == 0) {
        int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        int none = open("/dev/null", O_RDONLY);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (file < 0 || none < 0 || getppid() != parent)
            _exit(127);
        setpgid(0, 0); /* Ctrl-C reaches the demonstration, which then stops its children */
        dup2(none, STDIN_FILENO);
        dup2(out ? ends[1] : file, STDOUT_FILENO);
        dup2(file, STDERR_FILENO);
        execv("/proc/self/exe", (char *const *)argv);
        _exit(127);
    }
    if (out) {
        close(ends[1]);
        *out = ends[0];
    }
    return SHEAF_OK;
}

sheaf_status demo_check_port(int port, sheaf_err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return sheaf_fail(err, SHEAF_IO, "cannot make a socket: %s", strerror(errno));
    (void)setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    int failed = bind(probe, (const struct sockaddr *)&address, sizeof address) ? errno : 0;
    close(probe);
    if (failed)
        return sheaf_fail(err, SHEAF_IO,
                          "port %d cannot be used: %s; stop what uses it (another "
                          "demonstration?), or take any port with --port 0",
                          port, strerror(failed));
    return SHEAF_OK;
}

/* The hub prints one object with its port once it serves. */
static sheaf_status read_port(demo *d, int from, const char *log, sheaf_err *err)
{
    char line[512];
    size_t len = 0;
    ssize_t got;
    while (len < sizeof line - 1 && (got = read(from, line + len, sizeof line - 1 - len)) > 0) {
        len += (size_t)got;
        if (memchr(line, '\n', len))
            break;
    }
    line[len] = 0;
    const char *at = strstr(line, "\"port\":");
    if (!at)
        return sheaf_fail(err, SHEAF_IO, "the hub did not start; its words are in %s", log);
    d->port = (int)strtol(at + 7, NULL, 10);
    snprintf(d->url, sizeof d->url, "http://127.0.0.1:%d", d->port);
    return SHEAF_OK;
}

sheaf_status demo_start_hub(demo *d, int port, sheaf_err *err)
{
    char number[16], log[SHEAF_PATH_MAX];
    snprintf(number, sizeof number, "%d", port);
    SHEAF_TRY(sheaf_path(log, err, "%s/hub.txt", d->dir));
    const char *argv[] = {"sheaf", "serve", d->dir, "--port", number, "--json", NULL};
    int out = -1;
    SHEAF_TRY(start(argv, log, &out, &d->hub, err));
    sheaf_status status = read_port(d, out, log, err);
    /* The pipe stays open: a hub that lost its standard output would have nowhere to report. */
    if (status != SHEAF_OK)
        close(out);
    return status;
}

static sheaf_status start_node(const demo *d, demo_member *member, sheaf_err *err)
{
    char log[SHEAF_PATH_MAX], data[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(log, err, "%s/node.txt", member->home));
    SHEAF_TRY(sheaf_path(data, err, "%u=%.900s", member->dataset, member->data));
    const char *argv[] = {"sheaf",      "node",   "--hub", d->url, "--home",
                          member->home, "--data", data,    NULL};
    return start(argv, log, NULL, &member->node, err);
}

sheaf_status demo_start_nodes(demo *d, sheaf_err *err)
{
    for (size_t i = 0; i < d->count; i++)
        SHEAF_TRY(start_node(d, &d->members[i], err));
    return SHEAF_OK;
}

sheaf_status demo_restart_node(demo *d, size_t at, sheaf_err *err)
{
    pid_t *pid = &d->members[at].node;
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
    return start_node(d, &d->members[at], err);
}

static sheaf_status check_process(pid_t *pid, const char *what, const char *log, sheaf_err *err)
{
    int status;
    if (*pid <= 0 || waitpid(*pid, &status, WNOHANG) == 0)
        return SHEAF_OK;
    *pid = 0;
    return sheaf_fail(err, SHEAF_IO, "%s has stopped; its words are in %s", what, log);
}

sheaf_status demo_check_processes(demo *d, sheaf_err *err)
{
    char log[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(log, err, "%s/hub.txt", d->dir));
    SHEAF_TRY(check_process(&d->hub, "the hub", log, err));
    for (size_t i = 0; i < d->count; i++) {
        char what[64];
        snprintf(what, sizeof what, "the node of %s", d->members[i].name);
        SHEAF_TRY(sheaf_path(log, err, "%s/node.txt", d->members[i].home));
        SHEAF_TRY(check_process(&d->members[i].node, what, log, err));
    }
    return SHEAF_OK;
}

static void stop(pid_t *pid)
{
    if (*pid <= 0)
        return;
    kill(*pid, SIGTERM);
    for (int i = 0; i < 50; i++) {
        if (waitpid(*pid, NULL, WNOHANG) != 0) {
            *pid = 0;
            return;
        }
        usleep(100000);
    }
    kill(*pid, SIGKILL);
    waitpid(*pid, NULL, 0);
    *pid = 0;
}

void demo_stop_nodes(demo *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->members[i].node > 0)
            kill(d->members[i].node, SIGTERM); /* all at once, then wait for each */
    for (size_t i = 0; i < d->count; i++)
        stop(&d->members[i].node);
}

void demo_stop_hub(demo *d)
{
    stop(&d->hub);
}
