/* store/log_store_internal.h - what the parts of the log store share: log_store.c appends and
 * publishes, log_publish.c writes the public files, log_open.c opens and recovers, log_read.c
 * reads. */
#ifndef SHEAF_STORE_LOG_STORE_INTERNAL_H
#define SHEAF_STORE_LOG_STORE_INTERNAL_H

#include "store/journal.h"
#include "store/log_files.h"
#include "store/log_store.h"

enum { SHEAF_LOG_TILE_LEVELS = SHEAF_LEVELS_MAX / 8 };

struct sheaf_log_store {
    char dir[SHEAF_PATH_MAX];
    bool read_only;
    bool failed;   /* the disk has failed: no more appends */
    int lock;      /* -1: none */
    uint64_t size; /* entries that are durable */
    sheaf_levels levels;
    sheaf_buffer tail; /* bundle of the entries after the last full one */
    sheaf_buffer batch;
    sheaf_journal journal;
    sheaf_buffer note; /* the checkpoint; empty: none yet */
    uint64_t published;
    bool hidden;     /* DIR/log/checkpoint is an older one */
    uint64_t synced; /* full tiles of the first so many entries are durable as files */
    uint64_t partial_at[SHEAF_LOG_TILE_LEVELS]; /* hashes at the level when its partial tile was
                                                   written */
    /* Widths of the last tile whose partial files are not durable as files, one bit each. */
    uint8_t unsynced[SHEAF_LOG_TILE_LEVELS][SHEAF_TILE_WIDTH / 8];
};

/* Adds an entry that the journal holds already, and whose hash is in the tree; writes the tiles
 * that it fills. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_add(sheaf_log_store *store, sheaf_slice entry,
                                                sheaf_err *err);

/* Takes the journal's other file into use: first what only the journal has, but for the last
 * entries and the checkpoint, is made durable as files. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_rotate(sheaf_log_store *store, sheaf_err *err);

/* Writes the partial tiles of a log of `size` entries, where no full one has come since. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_partials(sheaf_log_store *store, uint64_t size,
                                                     sheaf_err *err);

/* Writes the partial tiles of the checkpoint, which the journal holds, and DIR/log/checkpoint,
 * if they do not stand there. */
SHEAF_MUST_USE sheaf_status sheaf_log_store_show(sheaf_log_store *store, sheaf_err *err);

#endif
