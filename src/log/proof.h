/* log/proof.h - the offline proof that an entry stands on a log (c2sp.org/tlog-proof@v1).
 *
 * One small text file: the entry's index, the hashes of its inclusion proof, and the checkpoint
 * note. Together with the entry and the log's key it needs nothing else.
 */
#ifndef SHEAF_LOG_PROOF_H
#define SHEAF_LOG_PROOF_H

#include "log/checkpoint.h"

enum { SHEAF_PROOF_FILE_MAX = SHEAF_NOTE_BYTES_MAX + 8192 };

/* The hashes of any proof as they stand before a note: a line of base64 each, then an empty
 * line. */
void sheaf_proof_put_hashes(sheaf_buffer *out, const sheaf_proof *proof);
SHEAF_MUST_USE sheaf_status sheaf_proof_take_hashes(sheaf_slice *in, sheaf_proof *out,
                                                    sheaf_err *err);

void sheaf_proof_put(sheaf_buffer *out, uint64_t index, const sheaf_proof *proof,
                     sheaf_slice note);

/* Borrows the bytes it was parsed from. */
typedef struct {
    uint64_t index;
    sheaf_proof proof;
    sheaf_slice note;
    sheaf_slice extra; /* base64 as written, or empty; never to be trusted */
} sheaf_proof_file;

SHEAF_MUST_USE sheaf_status sheaf_proof_parse(sheaf_slice in, sheaf_proof_file *out,
                                              sheaf_err *err);

/* keys[0] is the log's; the others are witnesses, of which at least `quorum` must have
 * cosigned. `checkpoint`, which may be NULL, borrows from `in`. */
SHEAF_MUST_USE sheaf_status sheaf_proof_verify(sheaf_slice in, sheaf_slice entry,
                                               const sheaf_vkey *keys, size_t key_count,
                                               size_t quorum, sheaf_checkpoint *checkpoint,
                                               sheaf_err *err);

#endif
