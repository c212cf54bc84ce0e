/* log/checkpoint.h - the signed head of a log (C2SP tlog-checkpoint, Sheaf profile).
 *
 * Text: origin LF size LF base64(root) LF, no extension lines. The log's key is named like the
 * origin. Whoever signs makes the note durable before it leaves the process, and never signs
 * two between which no consistency proof exists.
 */
#ifndef SHEAF_LOG_CHECKPOINT_H
#define SHEAF_LOG_CHECKPOINT_H

#include "log/note.h"
#include "log/tree.h"

typedef struct {
    sheaf_slice origin; /* borrowed from the note */
    uint64_t size;
    sheaf_hash root;
} sheaf_checkpoint;

void sheaf_checkpoint_put(sheaf_buffer *out, sheaf_slice origin, uint64_t size,
                          const sheaf_hash *root);

/* The text of a checkpoint, no signatures. */
SHEAF_MUST_USE sheaf_status sheaf_checkpoint_parse(sheaf_slice text, sheaf_checkpoint *out,
                                                   sheaf_err *err);

/* The same but for one thing: an empty log's checkpoint may have any root, and *root_fits says
 * whether it is the right one. For witnesses, who answer the two differently. */
SHEAF_MUST_USE sheaf_status sheaf_checkpoint_form(sheaf_slice text, sheaf_checkpoint *out,
                                                  bool *root_fits, sheaf_err *err);

/* Appends a whole note to `out`, of the log that the key is named by; `pair` is the key's. For
 * who signs often: that a key is a good one is looked at when sheaf_vkey_make() makes it. */
SHEAF_MUST_USE sheaf_status sheaf_checkpoint_seal(sheaf_buffer *out, const sheaf_vkey *key,
                                                  uint64_t size, const sheaf_hash *root,
                                                  const sheaf_keypair *pair, sheaf_err *err);

/* The same for one note. */
SHEAF_MUST_USE sheaf_status sheaf_checkpoint_sign(sheaf_buffer *out, sheaf_slice origin,
                                                  uint64_t size, const sheaf_hash *root,
                                                  const sheaf_keypair *pair, sheaf_err *err);

/* Reads a note that the log's key must have signed, for the origin that the key is named by. */
SHEAF_MUST_USE sheaf_status sheaf_checkpoint_open(sheaf_slice note, const sheaf_vkey *log,
                                                  sheaf_checkpoint *out, sheaf_err *err);

/* Reads a note without looking at its signatures: for what we have stored ourselves. */
SHEAF_MUST_USE sheaf_status sheaf_checkpoint_read(sheaf_slice note, sheaf_checkpoint *out,
                                                  sheaf_err *err);

/* A decimal number without sign and leading zero, at most SHEAF_TREE_SIZE_MAX. */
bool sheaf_decimal_get(sheaf_slice text, uint64_t *out);

#endif
