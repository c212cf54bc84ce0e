/* store/log_settle.h - the files of DIR/log that an acknowledgment need not wait for.
 *
 * After sheaf_log_store_commit() the tiles, bundles and checkpoint are in the journal and in
 * memory, not yet in DIR/log. They are brought there by settlings, one at a time: what is to be
 * written is taken with the store in hand, written without it, on any thread, and given back
 * with it. Between the first and the last only sheaf_log_store_commit() and readers may use the
 * store. Full tiles are durable when the settling is, so that taking the journal's other file
 * into use need not wait for them.
 *
 * Who settles nothing loses nothing: the store then does it itself, in the midst of a commit,
 * once much waits.
 */
#ifndef SHEAF_STORE_LOG_SETTLE_H
#define SHEAF_STORE_LOG_SETTLE_H

#include "store/log_store.h"

enum {
    SHEAF_SETTLE_TILES_MAX = 32, /* full tiles of one settling */
    SHEAF_SETTLE_BYTES_MAX = 8 << 20,
    SHEAF_SETTLE_LEVELS = SHEAF_LEVELS_MAX / 8,
    SHEAF_SETTLE_FILES_MAX = 2 * SHEAF_SETTLE_TILES_MAX + 2 * SHEAF_SETTLE_LEVELS + 1,
};

typedef struct {
    sheaf_tile tile;
    size_t end; /* of its bytes; they begin where those of the file before end */
} sheaf_settle_file;

typedef struct {
    char dir[SHEAF_PATH_MAX];
    uint64_t synced, to; /* entries whose full tiles are durable, and will be */
    size_t bundles;      /* bytes of the full bundles, which come first */
    size_t full, count;  /* files: first the full ones, then the partial ones */
    sheaf_settle_file files[SHEAF_SETTLE_FILES_MAX];
    sheaf_buffer bytes, note; /* the checkpoint, if it is to be written */
    uint64_t notes;           /* which one it is */
    bool durable;             /* the files are */
} sheaf_log_settling;

/* Takes the oldest of what is to be written; *more if that was not all. Follow with the other
 * two in any case where it is SHEAF_OK. */
SHEAF_MUST_USE sheaf_status sheaf_log_settle_take(sheaf_log_store *store,
                                                  sheaf_log_settling *out, bool *more,
                                                  sheaf_err *err);

/* Without the store. */
SHEAF_MUST_USE sheaf_status sheaf_log_settle_write(sheaf_log_settling *settling,
                                                   sheaf_err *err);

/* `status` is what writing gave; after a failure the store refuses further commits. */
void sheaf_log_settle_end(sheaf_log_store *store, sheaf_log_settling *settling,
                          sheaf_status status);

/* So much waits that who commits should let the settling end first. */
bool sheaf_log_store_behind(const sheaf_log_store *store);

#endif
