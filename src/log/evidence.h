/* log/evidence.h - proof that a log's key signed two histories.
 *
 * Two signed checkpoints of one log, of m <= n entries, and a root r' other than the older
 * one's with a consistency proof (RFC 6962) from r' at size m to the newer checkpoint: so the
 * newer tree begins with m entries that are not those of the older one. Of equal sizes the two
 * roots say it alone: r' is the newer one's, and the proof is empty. It needs nothing but the
 * log's key. As text:
 *
 *     sheaf-evidence/v1
 *     root BASE64                  r'
 *     BASE64                       the hashes of the proof, 0 to 63 lines
 *                                  (an empty line)
 *     the older checkpoint         a whole signed note
 *                                  (an empty line)
 *     the newer checkpoint         a whole signed note
 */
#ifndef SHEAF_LOG_EVIDENCE_H
#define SHEAF_LOG_EVIDENCE_H

#include "log/checkpoint.h"

enum { SHEAF_EVIDENCE_MAX = 2 * SHEAF_NOTE_BYTES_MAX + 8192 };

/* Borrows the bytes it was parsed from. */
typedef struct {
    sheaf_hash root;
    sheaf_proof proof;
    sheaf_slice older, newer; /* whole notes */
} sheaf_evidence;

void sheaf_evidence_put(sheaf_buffer *out, const sheaf_evidence *evidence);

SHEAF_MUST_USE sheaf_status sheaf_evidence_parse(sheaf_slice in, sheaf_evidence *out,
                                                 sheaf_err *err);

/* SHEAF_OK if it is proven: then the two checkpoints, which may be NULL, are filled. Anything
 * else is SHEAF_INVALID, and proves nothing. */
SHEAF_MUST_USE sheaf_status sheaf_evidence_verify(const sheaf_evidence *evidence,
                                                  const sheaf_vkey *log,
                                                  sheaf_checkpoint *older,
                                                  sheaf_checkpoint *newer, sheaf_err *err);

#endif
