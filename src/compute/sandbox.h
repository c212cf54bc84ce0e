/* compute/sandbox.h - a program that nobody here has read, run where it can do no harm.
 *
 * The program gets files that we write and folders that it may read, one folder of a stated
 * size to write into, and nothing else: no network, no other process, no other file. It runs as
 * an ordinary user without privileges in namespaces of its own (user, mount, process, network,
 * ipc, host name), in a file tree that holds the system's /usr read-only, under Landlock where
 * the kernel has it, behind a filter of system calls, within limits of time, memory, processes
 * and bytes written.
 *
 * The one invariant: a program that cannot be confined does not start. Before it does, a
 * process that is confined in the very same way tries to get out (sandbox_probe.h); where one
 * attempt succeeds, the sentence says which. No flag leaves a confinement out.
 *
 * Everything that the program started is dead when sheaf_sandbox_run() returns, and, should
 * this process be killed, then too. What it wrote lies in memory (tmpfs) and is gone once
 * sheaf_sandbox_close() was called.
 */
#ifndef SHEAF_COMPUTE_SANDBOX_H
#define SHEAF_COMPUTE_SANDBOX_H

#include "base/buffer.h"
#include "base/status.h"
#include "crypto/hash.h"

#include <stdatomic.h>

enum {
    SHEAF_SANDBOX_ARGUMENTS_MAX = 64,
    SHEAF_SANDBOX_SHOWN_MAX = 32,
    SHEAF_SANDBOX_FILES_MAX = 8,
    SHEAF_SANDBOX_LINE_MAX = 4096,    /* longer lines are cut */
    SHEAF_SANDBOX_WORDS_MAX = 160,    /* of the last line on standard error */
    SHEAF_SANDBOX_TALK_MAX = 1 << 24, /* bytes on standard output and error */
};

/* Written into the job's folder for the program to read. */
typedef struct {
    const char *name; /* in /job */
    sheaf_slice bytes;
} sheaf_sandbox_file;

typedef struct {
    uint32_t seconds;       /* on the wall */
    uint32_t cpu_seconds;   /* of one process, all its threads together */
    uint32_t processes;     /* and threads */
    uint64_t memory_bytes;  /* of all processes together */
    uint64_t out_bytes;     /* in /job/out */
    uint64_t scratch_bytes; /* in /tmp, and again in /dev/shm */
} sheaf_sandbox_limits;

/* Ten minutes, four of CPU time for each of them, 128 processes, 4 GiB, 64 MiB, 256 MiB. */
sheaf_sandbox_limits sheaf_sandbox_limits_default(void);

typedef struct {
    /* The program and its arguments. An argument that names a file is shown to the program,
     * read-only, and passed by its absolute path. */
    const char *const *arguments;
    size_t argument_count;
    const char *const *shown; /* more files and folders that it may read */
    size_t shown_count;
    const char *hidden; /* nothing shown may be this folder, in it or above it; may be NULL */
    const sheaf_sandbox_file *files;
    size_t file_count;
    sheaf_sandbox_limits limits;
    bool rehearsal; /* everything but the program itself */
    /* Takes each line of standard output; may be NULL. */
    void (*line)(void *context, sheaf_slice line);
    void *context;
    const atomic_bool *stop; /* may be NULL */
} sheaf_sandbox_job;

typedef enum {
    SHEAF_SANDBOX_EXITED,    /* `code` is its exit code */
    SHEAF_SANDBOX_SIGNALLED, /* `code` is the signal */
    SHEAF_SANDBOX_TIME,
    SHEAF_SANDBOX_CPU,
    SHEAF_SANDBOX_MEMORY,
    SHEAF_SANDBOX_PROCESSES,
    SHEAF_SANDBOX_DISK,    /* its folders were full */
    SHEAF_SANDBOX_NETWORK, /* it tried to open a socket */
    SHEAF_SANDBOX_TALK,    /* it wrote too much to standard output and error */
    SHEAF_SANDBOX_STOPPED, /* we were told to stop */
} sheaf_sandbox_end;

/* What held the program, for people to read. */
typedef struct {
    unsigned landlock; /* version of its interface; 0: this kernel has none */
    bool listens;      /* attempts to open the network are noticed, not only refused */
    bool as_nobody;    /* we are root, it was nobody */
} sheaf_sandbox_held;

typedef struct {
    sheaf_sandbox_end end;
    int code;
    uint32_t wall_ms, cpu_ms;
    uint64_t memory_bytes; /* the most that all processes had at one look */
    sheaf_sandbox_held held;
    char words[SHEAF_SANDBOX_WORDS_MAX]; /* the last line on standard error, printable */
    int out;                             /* what it wrote: an open folder, or -1 */
} sheaf_sandbox_outcome;

/* Runs the program to its end. A failure is one of ours: the program cannot be confined or
 * started, and the sentence says what to switch on; whatever the program did is an outcome. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_run(const sheaf_sandbox_job *job,
                                              sheaf_sandbox_outcome *out, sheaf_err *err);
void sheaf_sandbox_close(sheaf_sandbox_outcome *outcome);

/* SHA-256 of what the program is: of its words in order, each a line, "file NAME HASH" for a
 * word that names a file, of which NAME is the part behind the last '/' and HASH what is in it,
 * else "word TEXT"; ended by a line feed each. The same on every machine that has the same
 * program. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_digest(const sheaf_sandbox_job *job, sheaf_hash *out,
                                                 sheaf_err *err);

/* Appends a file that the program wrote into its output folder; SHEAF_INVALID where there is
 * none, or it is no plain file, or larger than `max`. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_read(const sheaf_sandbox_outcome *outcome,
                                               const char *name, size_t max, sheaf_buffer *out,
                                               sheaf_err *err);

/* Refuses an output folder that holds anything but the named files. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_only(const sheaf_sandbox_outcome *outcome,
                                               const char *const *names, size_t count,
                                               sheaf_err *err);

#endif
