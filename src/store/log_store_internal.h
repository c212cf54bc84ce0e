/* store/log_store_internal.h - what the parts of the log store share: log_store.c appends and
 * publishes, log_publish.c writes the public files, log_turn.c makes them durable so that the
 * journal can begin anew, log_open.c opens and recovers, log_read.c reads. */
#ifndef SHEAF_STORE_LOG_STORE_INTERNAL_H
#define SHEAF_STORE_LOG_STORE_INTERNAL_H

#include "store/journal.h"
#include "store/log_files.h"
#include "store/log_settle.h"

struct sheaf_log_store {
    char dir[SHEAF_PATH_MAX];
    bool read_only;
    bool failed;   /* the disk has failed: no more appends */
    bool settling; /* files are being written, perhaps elsewhere */
    int lock;      /* -1: none */
    uint64_t size; /* entries that are durable */
    sheaf_levels levels;
    uint64_t written;  /* full tiles of the first so many entries stand as files */
    uint64_t synced;   /* and of so many are durable as files */
    uint64_t turned;   /* size when the journal began anew */
    sheaf_buffer tail; /* bundles of the entries after those written */
    sheaf_buffer batch;
    sheaf_journal journal;
    sheaf_buffer note; /* the checkpoint; empty: none yet */
    uint64_t published;
    uint64_t notes;                           /* how many there were */
    bool hidden;                              /* DIR/log/checkpoint is an older one */
    uint64_t partial_at[SHEAF_SETTLE_LEVELS]; /* hashes at the level when its partial tile was
                                                 written */
    /* Widths of the tile after those written whose partial files are not durable as files, one
     * bit each. */
    uint8_t unsynced[SHEAF_SETTLE_LEVELS][SHEAF_TILE_WIDTH / 8];
};

/* May files or journal be written? */
SHEAF_MUST_USE sheaf_status sheaf_log_store_may_write(const sheaf_log_store *store,
                                                      sheaf_err *err);

/* Adds an entry that the journal holds already, and whose hash is in the tree; writes the tiles
 * that it fills, or lets a few of them `wait` for a settling. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_add(sheaf_log_store *store, sheaf_slice entry,
                                                bool wait, sheaf_err *err);

/* Takes the journal's other file into use: first what only the journal has, but for the last
 * entries and the checkpoint, is made durable as files. With `carry` those are all entries
 * whose tiles are not written yet, unless they are many. Not while something is being settled.
 */
SHEAF_MUST_USE sheaf_status sheaf_log_store_rotate(sheaf_log_store *store, bool carry,
                                                   sheaf_err *err);

/* Makes what was written for the settling durable, and full tiles written before. */
SHEAF_MUST_USE sheaf_status sheaf_log_settle_sync(const sheaf_log_settling *settling,
                                                  sheaf_err *err);

/* The first `width` entries of a bundle that is not written. */
sheaf_slice sheaf_log_store_bundle(const sheaf_log_store *store, uint64_t index,
                                   unsigned width);

/* Writes the partial tiles of a log of `size` entries, where no full one has come since. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_partials(sheaf_log_store *store, uint64_t size,
                                                     sheaf_err *err);

/* Writes the tiles that wait, the partial ones of the checkpoint, which the journal holds, and
 * DIR/log/checkpoint, if they do not stand there. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_show(sheaf_log_store *store, sheaf_err *err);

#endif
