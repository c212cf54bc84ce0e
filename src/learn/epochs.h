/* learn/epochs.h - which records each step of a training by gradients takes.
 *
 * An epoch goes through all records once, a batch a step, the last of them perhaps smaller;
 * each begins with a fresh random order. Where one batch holds all there is nothing to put in
 * order.
 */
#ifndef SHEAF_LEARN_EPOCHS_H
#define SHEAF_LEARN_EPOCHS_H

#include "learn/logistic.h"

typedef struct {
    uint32_t *order; /* owned */
    uint32_t n, batch, at;
    uint64_t state; /* of the generator */
} sheaf_epochs;

/* Over n > 0 records. Refuses a training without meaning. */
SHEAF_MUST_USE sheaf_status sheaf_epochs_open(const sheaf_training *training, uint32_t n,
                                              uint64_t seed, sheaf_epochs *out, sheaf_err *err);
void sheaf_epochs_close(sheaf_epochs *e);

/* The next step's records, of which there is at least one. */
const uint32_t *sheaf_epochs_next(sheaf_epochs *e, uint32_t *count);

#endif
