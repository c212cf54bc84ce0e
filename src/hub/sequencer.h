/* hub/sequencer.h - the one thread that writes.
 *
 * It takes what was looked at ahead (intake.h), then under the hub's lock settles what is due,
 * folds, writes the texts, and makes the batch and its signed checkpoint durable with one sync.
 * Only then whoever waits is answered, and listeners are told. What is refused leaves no trace.
 * DIR/log is brought up to date behind it (settler.h) when nothing waits, or now and then.
 */
#ifndef SHEAF_HUB_SEQUENCER_H
#define SHEAF_HUB_SEQUENCER_H

#include "hub/hub_internal.h"

enum {
    SHEAF_QUEUE_MAX = 1024,      /* posts that wait; further ones are asked to come back */
    SHEAF_BATCH_POSTS_MAX = 256, /* taken at once */
    SHEAF_HUB_ACT_MS = 600000,   /* how long the hub's own acts may wait to be entered */
};

SHEAF_MUST_USE sheaf_status sheaf_sequencer_open(sheaf_sequencer **out, sheaf_hub *hub,
                                                 sheaf_err *err);

/* Answers 503 to what still waits, ends the thread. */
void sheaf_sequencer_stop(sheaf_sequencer *sequencer);
void sheaf_sequencer_close(sheaf_sequencer *sequencer);

/* A posted submission: answered later, or at once with *response where the queue is full. */
sheaf_http_verdict sheaf_sequencer_post(sheaf_sequencer *sequencer,
                                        const sheaf_http_request *request,
                                        sheaf_http_response *response);

typedef struct {
    sheaf_refusal refusal; /* SHEAF_ACCEPTED, or why not */
    uint32_t index;        /* of the entry */
} sheaf_entered;

/* A submission from this process, as if it had been posted; waits until it is durable or
 * refused. Fails where it is malformed, too. */
SHEAF_MUST_USE sheaf_status sheaf_sequencer_submit(sheaf_sequencer *sequencer, sheaf_slice body,
                                                   sheaf_entered *out, sheaf_err *err);

/* An act of the hub itself; waits until it is durable or refused. For state.digest `what` is
 * NULL: the digest is taken when its turn comes. With `lie` it is entered although refused.
 * What a deadline stands in the way of, which waits for its witnesses, waits too. */
SHEAF_MUST_USE sheaf_status sheaf_sequencer_enter(sheaf_sequencer *sequencer, sheaf_kind kind,
                                                  const void *what, bool lie,
                                                  sheaf_entered *out, sheaf_err *err);

#endif
