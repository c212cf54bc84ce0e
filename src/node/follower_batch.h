/* node/follower_batch.h - entries on their way into a follower; for follower.c alone. */
#ifndef SHEAF_NODE_FOLLOWER_BATCH_H
#define SHEAF_NODE_FOLLOWER_BATCH_H

#include "node/follower.h"

typedef struct {
    sheaf_follower *follower;
    sheaf_buffer bytes; /* the entries, one after the other */
    size_t *ends;       /* where each ends in them */
    size_t count, capacity;
} sheaf_follower_batch;

void sheaf_follower_batch_init(sheaf_follower_batch *batch, sheaf_follower *f);
void sheaf_follower_batch_deinit(sheaf_follower_batch *batch);

/* Copies the entry. */
SHEAF_MUST_USE sheaf_status sheaf_follower_batch_keep(sheaf_follower_batch *batch,
                                                      sheaf_slice entry, sheaf_err *err);

/* The same, and folds them when there are many. */
SHEAF_MUST_USE sheaf_status sheaf_follower_batch_add(sheaf_follower_batch *batch,
                                                     sheaf_slice entry, sheaf_err *err);

sheaf_slice sheaf_follower_batch_at(const sheaf_follower_batch *batch, size_t number);

/* Appends all to the store, durably. */
SHEAF_MUST_USE sheaf_status sheaf_follower_batch_store(const sheaf_follower_batch *batch,
                                                       sheaf_log_store *store, sheaf_err *err);

/* Folds all into another replay; the batch stays. */
SHEAF_MUST_USE sheaf_status sheaf_follower_batch_rehearse(const sheaf_follower_batch *batch,
                                                          sheaf_replay *replay, sheaf_err *err);

/* Folds all and empties the batch. */
SHEAF_MUST_USE sheaf_status sheaf_follower_batch_flush(sheaf_follower_batch *batch,
                                                       sheaf_err *err);

#endif
