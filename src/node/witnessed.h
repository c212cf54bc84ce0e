/* node/witnessed.h - the last checkpoint that as many witnesses as the bylaws ask for have
 * cosigned, kept in HOME/witnessed/checkpoint: what members sign over when the hub is lost. */
#ifndef SHEAF_NODE_WITNESSED_H
#define SHEAF_NODE_WITNESSED_H

#include "base/buffer.h"
#include "coop/state.h"

/* How many witnesses of the bylaws in force have cosigned the note; one whose line does not
 * hold has not. */
unsigned sheaf_witnessed_count(const sheaf_state *state, sheaf_slice note);

/* Keeps a checkpoint of the log, which the log's key signed, if enough have cosigned it. */
SHEAF_MUST_USE sheaf_status sheaf_witnessed_keep(const char *home, const sheaf_state *state,
                                                 sheaf_slice note, sheaf_err *err);

/* Fills `note`, or leaves it empty where there is none; and its size, or 0. */
SHEAF_MUST_USE sheaf_status sheaf_witnessed_read(const char *home, sheaf_buffer *note,
                                                 uint64_t *size, sheaf_err *err);

#endif
