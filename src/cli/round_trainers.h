/* cli/round_trainers.h - which members say that a program of their own has trained.
 *
 * An attestation declares it (docs/trainer.md). The state does not keep that, since nothing
 * follows from it: it is read off the entries.
 */
#ifndef SHEAF_CLI_ROUND_TRAINERS_H
#define SHEAF_CLI_ROUND_TRAINERS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "coop/state.h"
#include "store/log_store.h"

typedef struct {
    const sheaf_log_store *log; /* borrowed */
    void *block;
    sheaf_arena arena;
    sheaf_buffer entry;
} sheaf_round_trainers;

SHEAF_MUST_USE sheaf_status sheaf_round_trainers_open(sheaf_round_trainers *trainers,
                                                      const sheaf_log_store *log,
                                                      sheaf_err *err);
void sheaf_round_trainers_close(sheaf_round_trainers *trainers);

/* What the attestation of the seat declares; zeros where there is none, or it declares nothing.
 */
SHEAF_MUST_USE sheaf_status sheaf_round_trainer_find(sheaf_round_trainers *trainers,
                                                     const struct sheaf_row_seat *seat,
                                                     sheaf_hash *out, sheaf_err *err);

#endif
