/* node/trainer.h - a member's own trainer: any program, run in a sandbox for one round.
 *
 * docs/trainer.md is the contract, from the program's side. From ours:
 *
 *   - it runs for the training rounds of mandates whose noise hides whole members, and no
 *     others (learn/own_training.h);
 *   - where it cannot be confined it does not run, and the node takes no part in the round;
 *   - what it gives back is read strictly, and clipped here;
 *   - a trainer that fails, however it does, counts as no change: the node takes part with its
 *     share of the noise alone, and tells the member. If it stayed away instead, whether the
 *     member answers would tell of the data that the program stumbled on;
 *   - for the same reason a round's answer comes after the same time, however long it ran: when
 *     a member answers the hub can see.
 *
 * What it writes to its outputs is for the member: figures go to the node's log and nowhere
 * else.
 */
#ifndef SHEAF_NODE_TRAINER_H
#define SHEAF_NODE_TRAINER_H

#include "compute/sandbox.h"
#include "learn/round_job.h"
#include "node/trainer_figures.h"

/* Exit codes that mean something: 64, 65 and 75 are EX_USAGE, EX_DATAERR and EX_TEMPFAIL of
 * sysexits.h. */
enum {
    SHEAF_TRAINER_DONE = 0,
    SHEAF_TRAINER_NOT_MINE = 64, /* it does not train such models */
    SHEAF_TRAINER_BAD_DATA = 65,
    SHEAF_TRAINER_NOT_NOW = 75,
};

/* As the command line gives it. What it points to outlives it. */
typedef struct {
    const char *const *arguments; /* the program and its arguments */
    size_t argument_count;        /* 0: there is no trainer */
    const char *const *shown;     /* what it may read besides */
    size_t shown_count;
    sheaf_sandbox_limits limits;
} sheaf_trainer;

/* How a run went, for people. */
typedef struct {
    bool used; /* its change went into the round */
    uint32_t wall_ms, cpu_ms;
    uint64_t memory_bytes;
    sheaf_sandbox_held held;
    uint32_t lines, progress;      /* on standard output; those of them that are progress */
    sheaf_trainer_figures metrics; /* of metrics.json */
    char why[SHEAF_MESSAGE_MAX];   /* where it was not used */
} sheaf_trainer_report;

/* Where the job stands on the log: SHEAF_NONE in a rehearsal. */
typedef struct {
    uint32_t round, mandate, model, dataset, member;
    uint32_t seconds;  /* the round's patience; 0: the trainer's own limit alone */
    uint32_t grace_ms; /* 0: in a rehearsal. Else the answer comes so long after the limit */
} sheaf_trainer_place;

typedef struct {
    const sheaf_trainer *trainer;
    const char *home;        /* hidden from it; may be NULL */
    const atomic_bool *stop; /* may be NULL */
    /* Each line of progress that is one; may be NULL. */
    void (*progress)(void *context, const sheaf_trainer_figures *figures);
    void *context;
} sheaf_trainer_host;

/* One run: fills the values of the round and says in *report how it went. Fails only where the
 * program cannot be confined, or started, or where the job is none for it. */
SHEAF_MUST_USE sheaf_status sheaf_trainer_values(const sheaf_trainer_host *host,
                                                 const sheaf_trainer_place *place,
                                                 const sheaf_learn_kind *kind,
                                                 const sheaf_job *job, const void *data,
                                                 const sheaf_job_seeds *seeds, int64_t *values,
                                                 sheaf_trainer_report *report, sheaf_err *err);

/* Tries the sandbox on this machine, without the program. */
SHEAF_MUST_USE sheaf_status sheaf_trainer_ready(const sheaf_trainer_host *host, sheaf_err *err);

/* What the member declares of the trainer (sheaf_sandbox_digest). */
SHEAF_MUST_USE sheaf_status sheaf_trainer_digest(const sheaf_trainer_host *host,
                                                 sheaf_hash *out, sheaf_err *err);

/* The job as the program reads it. */
void sheaf_trainer_job_put(sheaf_buffer *out, const sheaf_trainer_place *place,
                           const sheaf_learn_kind *kind, const sheaf_job *job,
                           const sheaf_job_seeds *seeds, const sheaf_sandbox_limits *limits);

#endif
