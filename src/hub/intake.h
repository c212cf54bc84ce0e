/* hub/intake.h - what waits for the writer, and the threads that look at it ahead.
 *
 * Submissions and the hub's own acts stand in one queue, in the order in which they came.
 * Threads take them from it in runs, decode them and check their signatures, while the writer
 * folds or waits for the disk; the writer takes them, in the same order, once that is done.
 * What was found ahead counts only if the writer finds the same key and rules revision.
 *
 * The threads read keys and revision off the state, so the writer says when it changes it:
 * between sheaf_intake_fold_begin() and sheaf_intake_fold_end().
 */
#ifndef SHEAF_HUB_INTAKE_H
#define SHEAF_HUB_INTAKE_H

#include "acts/submission.h"
#include "coop/refusal_detail.h"
#include "hub/sequencer.h"

#include <semaphore.h>

enum { SHEAF_INTAKE_THREADS_MAX = 8 };

/* What waits: a submission, posted or with a caller that waits for it, or an act of the hub,
 * whose caller waits too. */
typedef struct {
    sheaf_http_token *token; /* of what was posted, else NULL */
    sheaf_slice body;        /* of a submission, else NULL data */
    sheaf_kind kind;         /* of an act of the hub */
    const void *what;
    bool lie;
    sem_t done; /* the caller that waits may go on */
    /* Found ahead. */
    bool checked;
    bool decoded;      /* `post` is, with the revision */
    uint16_t revision; /* of the rules */
    sheaf_submission post;
    void *block; /* of its arena */
    sheaf_signature_check ahead;
    /* The answer. */
    sheaf_refusal refusal;
    uint64_t index;
    sheaf_hash act;              /* of a refused post */
    sheaf_refusal_detail detail; /* of it */
    sheaf_err malformed;
    sheaf_status status;
} sheaf_waiting;

typedef struct {
    const sheaf_hub *hub;
    pthread_mutex_t lock;         /* of the queue */
    pthread_cond_t filled, ready; /* something to look at; the first is looked at */
    pthread_rwlock_t folding;     /* of the state, between writer and threads */
    sheaf_waiting *queue[SHEAF_QUEUE_MAX];
    size_t head, count, claimed; /* of `count` from `head`, so many are taken to be looked at */
    bool stopping;
    pthread_t threads[SHEAF_INTAKE_THREADS_MAX];
    unsigned thread_count;
} sheaf_intake;

SHEAF_MUST_USE sheaf_status sheaf_intake_open(sheaf_intake *intake, const sheaf_hub *hub,
                                              sheaf_err *err);
/* Takes nothing more and wakes whoever waits for it. */
void sheaf_intake_stop(sheaf_intake *intake);
/* After the writer has ended; nothing is left in the queue. */
void sheaf_intake_close(sheaf_intake *intake);

/* False where the queue is full or the hub stops. */
bool sheaf_intake_push(sheaf_intake *intake, sheaf_waiting *item);

/* The first in the queue that were looked at, at most `max`; waits for one, but not longer. */
size_t sheaf_intake_take(sheaf_intake *intake, sheaf_waiting **out, size_t max,
                         unsigned wait_ms, bool *stopping);
/* After the stop: the next of those that nobody takes any more, or NULL. Ends the threads. */
sheaf_waiting *sheaf_intake_drain(sheaf_intake *intake);

void sheaf_intake_fold_begin(sheaf_intake *intake);
void sheaf_intake_fold_end(sheaf_intake *intake);

#endif
