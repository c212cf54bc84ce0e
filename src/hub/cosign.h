/* hub/cosign.h - asks the witnesses that the bylaws name to cosign the log's checkpoints.
 *
 * One thread a witness, so that one that cannot be reached delays nothing but its own
 * cosignature. All are asked for the same checkpoint, the target, until it has as many
 * cosignatures as the bylaws require, or no one is left to wait for; then the newest becomes
 * the target. What they sign is checked, and the note is published again with their lines while
 * it is still the newest; the newest checkpoint with a quorum of them is kept in
 * DIR/witnessed/checkpoint. Publishing waits for none of this.
 *
 * A deadline that has passed needs cosignatures made after it: sheaf_cosign_evidence() gives
 * them, and where there are too few has the witnesses asked again.
 */
#ifndef SHEAF_HUB_COSIGN_H
#define SHEAF_HUB_COSIGN_H

#include "hub/hub_internal.h"

enum { SHEAF_WITNESSES_MAX = 16 };

/* `ca_file` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_cosign_open(sheaf_cosign **out, sheaf_hub *hub,
                                              const char *ca_file, sheaf_err *err);
void sheaf_cosign_stop(sheaf_cosign *cosign);
void sheaf_cosign_close(sheaf_cosign *cosign);

/* The log has a new checkpoint. Called by the writer, with the hub's lock held. */
void sheaf_cosign_published(sheaf_cosign *cosign);

/* Cosignatures of one checkpoint made at or after the deadline, as many as the bylaws in force
 * require, into `list` of SHEAF_WITNESSES_MAX; false, and the witnesses are asked, while there
 * are too few. With the hub's lock held, or by the writer. */
bool sheaf_cosign_evidence(sheaf_cosign *cosign, int64_t deadline_ms,
                           struct sheaf_tick_cosignature *list,
                           struct sheaf_tick_evidence *out);

/* The members "quorum", "witnessed" and "witnesses" of an answer. */
void sheaf_cosign_put(sheaf_cosign *cosign, sheaf_json_writer *w);

/* Appends the newest checkpoint that counts as witnessed; nothing if there is none. */
void sheaf_cosign_witnessed(sheaf_cosign *cosign, sheaf_buffer *note);

#endif
