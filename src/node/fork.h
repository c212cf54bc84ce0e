/* node/fork.h - has the log's key signed two histories? The proof of it, and where it is kept.
 *
 * HOME/evidence/fork holds the proof (log/evidence.h). While it is there, nothing is signed or
 * trained with that home: a person takes it to the other members first.
 */
#ifndef SHEAF_NODE_FORK_H
#define SHEAF_NODE_FORK_H

#include "log/checkpoint.h"
#include "node/transport.h"
#include "store/file.h"

/* HOME/evidence/fork. */
SHEAF_MUST_USE sheaf_status sheaf_fork_path(const char *home, char out[SHEAF_PATH_MAX],
                                            sheaf_err *err);

/* SHEAF_FAULT, with what to do, if HOME has evidence. */
SHEAF_MUST_USE sheaf_status sheaf_fork_refuse(const char *home, sheaf_err *err);

/* Two notes that the log's key signed: `ours` belongs to the copy in HOME/log, `theirs` came
 * from the hub, whose tiles say what is in its log. Where they are of two histories and that
 * can be proven, *proven is set and the proof kept. A failure means that nothing is proven. */
SHEAF_MUST_USE sheaf_status sheaf_fork_prove(const char *home, sheaf_slice ours,
                                             sheaf_slice theirs,
                                             const sheaf_transport *transport, bool *proven,
                                             sheaf_err *err);

#endif
