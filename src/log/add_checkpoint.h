/* log/add_checkpoint.h - what a log asks of a witness (C2SP tlog-witness, add-checkpoint).
 *
 *     old SIZE LF
 *     up to 63 base64 hashes of the consistency proof from that size, each followed by LF
 *     LF
 *     the checkpoint note
 */
#ifndef SHEAF_LOG_ADD_CHECKPOINT_H
#define SHEAF_LOG_ADD_CHECKPOINT_H

#include "log/checkpoint.h"

enum { SHEAF_ADD_CHECKPOINT_MAX = SHEAF_NOTE_BYTES_MAX + 4096 };

/* Borrows the bytes it was parsed from. */
typedef struct {
    uint64_t old_size;
    sheaf_proof proof;
    sheaf_slice note; /* not parsed yet */
} sheaf_add_checkpoint;

SHEAF_MUST_USE sheaf_status sheaf_add_checkpoint_parse(sheaf_slice in,
                                                       sheaf_add_checkpoint *out,
                                                       sheaf_err *err);
void sheaf_add_checkpoint_put(sheaf_buffer *out, uint64_t old_size, const sheaf_proof *proof,
                              sheaf_slice note);

#endif
