/* hub/batch.h - the entries that the writer is about to make durable together.
 *
 * Used with the hub's lock held for writing. An entry is folded as it is added; after
 * sheaf_batch_commit() fails the state is ahead of the disk, and the hub must stop.
 */
#ifndef SHEAF_HUB_BATCH_H
#define SHEAF_HUB_BATCH_H

#include "acts/submission.h"
#include "hub/hub_internal.h"

enum { SHEAF_BATCH_ENTRIES_MAX = 512, SHEAF_BATCH_BYTES_MAX = 32 << 20 };

typedef struct {
    sheaf_hub *hub;
    sheaf_buffer bytes;   /* the entries, one after the other */
    sheaf_buffer scratch; /* for the hub's own acts and their messages */
    size_t count;
    size_t ends[SHEAF_BATCH_ENTRIES_MAX]; /* where each ends in bytes */
    sheaf_kind kinds[SHEAF_BATCH_ENTRIES_MAX];
    uint64_t first; /* index of the first */
    int64_t stamp;
    bool personal;       /* the private database's transaction has begun */
    sheaf_err falsehood; /* of the last act that was refused as claim_false: which claim */
    bool waits;          /* a deadline has passed that witnesses have not cosigned yet */
} sheaf_batch;

void sheaf_batch_init(sheaf_batch *batch, sheaf_hub *hub);
void sheaf_batch_deinit(sheaf_batch *batch);

/* Begins a new batch: the moment of its entries, never before the last one's. */
void sheaf_batch_begin(sheaf_batch *batch, int64_t now_ms);

/* Room for one more post and what may come before it. */
bool sheaf_batch_has_room(const sheaf_batch *batch);

/* Settles what is due: one clock.tick for each deadline, earliest first. Where the bylaws
 * demand cosignatures that are not there yet, batch->waits, and the rest stays due. */
SHEAF_MUST_USE sheaf_status sheaf_batch_settle(sheaf_batch *batch, sheaf_err *err);

/* Before sheaf_batch_add() of an act that comes with personal texts: takes the private database
 * for writing. A failure is that act's alone. */
SHEAF_MUST_USE sheaf_status sheaf_batch_ready(sheaf_batch *batch, const sheaf_submission *post,
                                              sheaf_err *err);

/* Is something due at that moment, and can be settled? For the writer, without the lock. */
bool sheaf_batch_due(sheaf_hub *hub, int64_t now_ms);

/* Adds a member's act that was decoded, unless *refusal says why not. `ahead`, which may be
 * NULL, is the check of its signature that was made already. Fails only where memory or disk
 * does. */
SHEAF_MUST_USE sheaf_status sheaf_batch_add(sheaf_batch *batch, const sheaf_submission *post,
                                            const sheaf_signature_check *ahead,
                                            sheaf_refusal *refusal, sheaf_err *err);

/* Adds an act of the hub; see sheaf_sequencer_enter(). */
SHEAF_MUST_USE sheaf_status sheaf_batch_add_own(sheaf_batch *batch, sheaf_kind kind,
                                                const void *what, bool lie,
                                                sheaf_refusal *refusal, sheaf_err *err);

/* Makes the entries durable, what they commit to before them, and publishes the checkpoint. */
SHEAF_MUST_USE sheaf_status sheaf_batch_commit(sheaf_batch *batch, sheaf_err *err);

/* Ends the batch in any case: personal texts that were not committed are forgotten. */
void sheaf_batch_drop(sheaf_batch *batch);

#endif
