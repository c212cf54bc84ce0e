/* store/log_check.h - is every file of a log what its entries and its checkpoint say.
 *
 * Reads the whole of DIR/log and builds the tree anew from the entry bundles: every bundle,
 * every tile of every level and every partial must hold exactly the bytes that follow from the
 * entries, none that the checkpoint needs may be missing, and no other file may be there.
 * Partials of sizes before the checkpoint's may be gone: the standard lets them go once the
 * full tile stands, and a log cannot tell which sizes were ever signed; those that stand are
 * checked. The first fault is named with its file, the byte where it makes sense, and what was
 * expected. So any one changed byte in DIR/log is found and named; a change in the checkpoint's
 * origin or signature is found by the caller, who checks the note.
 *
 * The entries come in runs of up to 1,024. sheaf_log_check_read() does what costs time and may
 * go on for several runs at once, each on a thread of its own; sheaf_log_check_add() takes them
 * up in order. Memory: the runs, one tile a level, and 16 bytes a file.
 */
#ifndef SHEAF_STORE_LOG_CHECK_H
#define SHEAF_STORE_LOG_CHECK_H

#include "log/checkpoint.h"
#include "log/tile.h"
#include "store/file.h"

enum { SHEAF_RUN_TILES = 4, SHEAF_RUN_ENTRIES = SHEAF_RUN_TILES * SHEAF_TILE_WIDTH };

typedef struct sheaf_log_check sheaf_log_check;

/* Reads the checkpoint and the names of all files. `note` is emptied and filled with the
 * checkpoint note; its signatures are not looked at here. SHEAF_FAULT for whatever is unsound.
 */
SHEAF_MUST_USE sheaf_status sheaf_log_check_open(sheaf_log_check **out, const char *dir,
                                                 sheaf_buffer *note, sheaf_err *err);
void sheaf_log_check_close(sheaf_log_check *check);

uint64_t sheaf_log_check_size(const sheaf_log_check *check); /* of the checkpoint */
uint64_t sheaf_log_check_runs(const sheaf_log_check *check);

/* Also computes the root of the first `size` entries, which the checkpoint covers; asked for
 * before the first run is added. */
void sheaf_log_check_watch(sheaf_log_check *check, uint64_t size);
/* After the run that reaches the watched size was added: the root there. */
sheaf_hash sheaf_log_check_watched(const sheaf_log_check *check);

/* The caller owns it, and reuses it for run after run. */
typedef struct {
    uint64_t first; /* index of entries[0] */
    size_t count;   /* entries that the checkpoint covers */
    sheaf_slice entries[SHEAF_RUN_ENTRIES];
    sheaf_hash leaves[SHEAF_RUN_ENTRIES];
    size_t length; /* entries in all: bundles may reach beyond the checkpoint */
    sheaf_hash tops[SHEAF_RUN_TILES]; /* roots of the full tiles */
    sheaf_buffer bundle[SHEAF_RUN_TILES], file;
    /* What is wrong with it, for sheaf_log_check_add() to report. */
    sheaf_status status;
    sheaf_err err;
    bool differs; /* an entry and its hash do: which is wrong is found out later */
    sheaf_tile differing;
    uint64_t differing_entry;
    size_t differing_at;
} sheaf_log_run;

void sheaf_log_run_init(sheaf_log_run *run);
void sheaf_log_run_deinit(sheaf_log_run *run);

/* Any thread. What is wrong is kept in the run. */
void sheaf_log_check_read(const sheaf_log_check *check, uint64_t number, sheaf_log_run *run);

/* In order; only after it has said SHEAF_OK are the run's entries the ones that the hash tiles
 * cover. */
SHEAF_MUST_USE sheaf_status sheaf_log_check_add(sheaf_log_check *check,
                                                const sheaf_log_run *run, sheaf_err *err);

/* After the last run: the tiles at the end, and the root of the checkpoint. */
SHEAF_MUST_USE sheaf_status sheaf_log_check_finish(sheaf_log_check *check, sheaf_err *err);

#endif
