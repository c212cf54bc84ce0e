/* Programs that a trainer should not be: the first argument says which. Each says on standard
 * error what it achieved; built without sanitizers, which take more memory than a limit gives.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int hang(const char *unused)
{
    (void)unused;
    for (int i = 1; i < 65; i++)
        (void)signal(i, SIG_IGN);
    if (fork() == 0) /* what it started hangs too, in a session of its own */
        (void)setsid();
    while (pause() != 0)
        ;
    return 0;
}

static int forks(const char *unused)
{
    (void)unused;
    while (fork() >= 0 || usleep(1000) == 0)
        ;
    return 0;
}

static int spin(const char *unused)
{
    (void)unused;
    for (volatile unsigned i = 1; i; i = i + 2)
        ;
    return 0;
}

static int fill(const char *path)
{
    static char block[1 << 16];
    int fd = open(path, O_CREAT | O_WRONLY, 0644);
    memset(block, 'x', sizeof block);
    while (fd >= 0 && write(fd, block, sizeof block) > 0)
        ;
    perror("fill");
    return 1;
}

static int many(const char *folder)
{
    char path[128];
    for (int i = 0; i < 100000; i++) {
        snprintf(path, sizeof path, "%s/%d", folder, i);
        if (mkdir(path, 0755) != 0)
            break;
    }
    perror("many");
    return 1;
}

static int network(const char *unused)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
    (void)unused;
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        fprintf(stderr, "connected\n");
    usleep(200000);
    return 0; /* as if nothing had happened */
}

/* In a process that the program has left behind. */
static int network_later(const char *unused)
{
    if (fork() == 0)
        return network(unused);
    usleep(500000);
    return 0;
}

static int elsewhere(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, "x", 1) == 1)
        return 0;
    perror("elsewhere");
    return 1;
}

static int look(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);
    if (fd >= 0 && read(fd, &byte, 1) >= 0)
        return 0;
    perror("look");
    return 1;
}

static int memory(const char *unused)
{
    (void)unused;
    for (;;) { /* shared, which no limit of a process but that of its addresses counts */
        char *block =
            mmap(NULL, 1 << 24, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (block == MAP_FAILED)
            break;
        memset(block, 1, 1 << 24);
    }
    while (pause() != 0)
        ;
    return 0;
}

/* Where a look at each process' own does not find it. */
static int hides(const char *unused)
{
    enum { CHILDREN = 3, BYTES = 60 << 20 };
    (void)unused;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    for (int i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            char *block = malloc(BYTES);
            if (block)
                memset(block, 1, BYTES);
            while (pause() != 0)
                ;
        }
    while (pause() != 0)
        ;
    return 0;
}

/* Between processes. */
static int between(const char *unused)
{
    enum { PAIRS = 400 };
    static char block[1 << 14];
    int pair[2];
    (void)unused;
    for (int i = 0; i < PAIRS && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0;
         i++)
        for (int k = 0; k < 2; k++)
            while (write(pair[k], block, sizeof block) > 0)
                ;
    while (pause() != 0)
        ;
    return 0;
}

/* Where no process has it. */
static int loose(const char *unused)
{
    (void)unused;
    if (memfd_create("loose", 0) >= 0 || shmget(IPC_PRIVATE, 4096, 0600) >= 0
        || msgget(IPC_PRIVATE, 0600) >= 0)
        return 0;
    perror("loose");
    return 1;
}

static int allocate(const char *unused)
{
    (void)unused;
    for (size_t n = 0; n < 4096; n++) {
        char *block = malloc(1 << 20);
        if (!block) {
            fprintf(stderr, "no memory after %zu MiB\n", n);
            return 1;
        }
        memset(block, 1, 1 << 20);
    }
    return 0;
}

static int talk(const char *unused)
{
    static char block[1 << 16];
    (void)unused;
    memset(block, 'x', sizeof block);
    for (;;)
        if (write(1, block, sizeof block) < 0)
            return 1;
}

/* Process 1 inside, and all that it can name. */
static int kills(const char *unused)
{
    (void)unused;
    (void)kill(1, SIGKILL);
    (void)kill(getppid(), SIGTERM);
    return ptrace(PTRACE_ATTACH, 1, 0, 0) == 0 ? 1 : 0;
}

/* What it says on the way, and what it leaves. */
static int speaks(const char *code)
{
    printf("{\"step\":1}\n{\"step\":2}\nhalf a line");
    fflush(stdout);
    fprintf(stderr, "first\nlast \033[31m words\n\n");
    return atoi(code);
}

static int leaves(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "/job/out/%s", name);
    if (strcmp(name, "link") == 0)
        return symlink("/etc/passwd", path);
    if (strcmp(name, "pipe") == 0)
        return mkfifo(path, 0644);
    if (strcmp(name, "folder") == 0)
        return mkdir(path, 0755);
    if (strcmp(name, "shut") == 0)
        return chmod("/job/out", 0);
    return elsewhere(path);
}

/* The environment and the arguments are what we say, and nothing else is open. */
static int minds(const char *argument)
{
    extern char **environ;
    int count = 0;
    for (char **at = environ; *at; at++)
        count++;
    for (int fd = 3; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 2;
    struct stat st;
    return count == 7 && argument[0] == '/' && stat(argument, &st) == 0 ? 0 : 3;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *argument);
    } rows[] = {{"hang", hang},           {"forks", forks},         {"spin", spin},
                {"fill", fill},           {"many", many},           {"network", network},
                {"later", network_later}, {"elsewhere", elsewhere}, {"look", look},
                {"memory", memory},       {"allocate", allocate},   {"talk", talk},
                {"kills", kills},         {"speaks", speaks},       {"leaves", leaves},
                {"minds", minds},         {"hides", hides},         {"loose", loose},
                {"between", between}};
    (void)!chdir("/"); /* an argument that names a file of the caller's would be shown to it */
    for (size_t i = 0; argc > 1 && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(argv[1], rows[i].name) == 0)
            return rows[i].run(argc > 2 ? argv[2] : "");
    return 99;
}
