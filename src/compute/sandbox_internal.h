/* compute/sandbox_internal.h - who does what in a sandbox.
 *
 *     caller            resolves paths, maps the user, reads what is said, keeps the time
 *       keeper          enters the namespaces; ends the first process when the caller is gone
 *         first         process 1 inside: builds the tree, has it probed, counts, reaps
 *           probe       confined like the program: tries to get out
 *           program
 *
 * Caller and keeper share two channels: `control`, whose end tells the keeper to end
 * everything, and `report`, on which the processes inside tell how it goes.
 */
#ifndef SHEAF_COMPUTE_SANDBOX_INTERNAL_H
#define SHEAF_COMPUTE_SANDBOX_INTERNAL_H

#include "compute/sandbox.h"
#include "store/file.h"

#include <sys/types.h>

/* Confinements that a test leaves out, to see that the probe notices. */
enum {
    SHEAF_SANDBOX_WITHOUT_NET = 1,       /* namespace of the network */
    SHEAF_SANDBOX_WITHOUT_READ_ONLY = 2, /* mounts */
    SHEAF_SANDBOX_WITHOUT_LANDLOCK = 4,
    SHEAF_SANDBOX_WITHOUT_FILTER = 8,
    SHEAF_SANDBOX_WITHOUT_LIMITS = 16,
    SHEAF_SANDBOX_WITHOUT_SURRENDER = 32, /* of capabilities */
    SHEAF_SANDBOX_WITH_HIDDEN = 64,       /* shows what is to be hidden */
    SHEAF_SANDBOX_WITHOUT_SIZE = 128,     /* of the folders to write into */
};

/* What the program is, in absolute paths. */
typedef struct {
    const sheaf_sandbox_job *job;
    unsigned without;
    char *arguments[SHEAF_SANDBOX_ARGUMENTS_MAX + 1]; /* ended by NULL */
    bool is_file[SHEAF_SANDBOX_ARGUMENTS_MAX];
    struct {
        char *from, *to; /* where it lies, where the program sees it */
    } shown[SHEAF_SANDBOX_SHOWN_MAX + SHEAF_SANDBOX_ARGUMENTS_MAX];
    size_t shown_count;
    char hidden[SHEAF_PATH_MAX];    /* absolute; empty where nothing is hidden */
    ino_t net_namespace;            /* ours */
    int control, report, out, talk; /* descriptors inside: `out` and `talk` become 1 and 2 */
} sheaf_sandbox_plan;

/* Messages on the report channel; each is one packet. */
typedef enum {
    SHEAF_REPORT_ENTERED, /* the namespaces are made: map the user */
    SHEAF_REPORT_REFUSED, /* `text` says why the program does not start */
    SHEAF_REPORT_STARTED, /* `held`; with the output folder as a descriptor */
    SHEAF_REPORT_ENDED,   /* `end`, `code`, figures */
} sheaf_report_kind;

typedef struct {
    sheaf_report_kind kind;
    sheaf_sandbox_held held;
    sheaf_sandbox_end end;
    int code;
    uint32_t cpu_ms;
    uint64_t memory_bytes;
    char text[SHEAF_MESSAGE_MAX];
} sheaf_sandbox_report;

/* With confinements left out: for tests. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_run_without(const sheaf_sandbox_job *job,
                                                      unsigned without,
                                                      sheaf_sandbox_outcome *out,
                                                      sheaf_err *err);

/* ---- sandbox_paths.c ---- */

SHEAF_MUST_USE sheaf_status sheaf_sandbox_plan_make(const sheaf_sandbox_job *job,
                                                    sheaf_sandbox_plan *out, sheaf_err *err);
void sheaf_sandbox_plan_free(sheaf_sandbox_plan *plan);

/* ---- in the new namespaces; none of these returns to the caller's code ---- */

/* The keeper's life; ends the process. */
_Noreturn void sheaf_sandbox_keep(sheaf_sandbox_plan *plan);

/* The next report; false where the other end is closed. *fd: what came with it, or -1. */
bool sheaf_sandbox_hear(int channel, sheaf_sandbox_report *report, int *fd);
/* Builds the file tree and moves into it. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_tree_build(const sheaf_sandbox_plan *plan,
                                                     sheaf_err *err);

/* ---- sandbox_confine.c: what a process does to itself; each with its own sentence ---- */

/* Gives up every capability, for this process and all that come of it. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_surrender(sheaf_err *err);

/* Limits, Landlock and the filter. *listener hears of attempts to open the network; -1 where
 * somebody else listens already. *landlock is the version. */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_confine(const sheaf_sandbox_plan *plan,
                                                  unsigned *landlock, int *listener,
                                                  sheaf_err *err);

/* sandbox_filter.c */
SHEAF_MUST_USE sheaf_status sheaf_sandbox_filter(int *listener, sheaf_err *err);

/* Answers one attempt that the listener has heard of: refused. True if there was one. */
bool sheaf_sandbox_filter_answer(int listener);

#endif
