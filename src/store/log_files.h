/* store/log_files.h - reading and writing the files of DIR/log; shared by log_store.c and
 * log_check.c. */
#ifndef SHEAF_STORE_LOG_FILES_H
#define SHEAF_STORE_LOG_FILES_H

#include "log/levels.h"
#include "log/tile.h"
#include "store/file.h"

/* DIR/log/tile/... */
SHEAF_MUST_USE sheaf_status sheaf_log_path(const char *dir, const sheaf_tile *tile,
                                           char out[SHEAF_PATH_MAX], sheaf_err *err);

/* The bytes that a hash tile has; the tree is large enough. Borrowed from `levels`. */
sheaf_slice sheaf_log_tile_bytes(const sheaf_levels *levels, const sheaf_tile *tile);

/* Takes `count` entries off a run of bundles, which has that many. */
sheaf_slice sheaf_log_bundle_take(sheaf_slice *bundles, size_t count);

/* Replaces a file of the log without making it durable; makes its folder. */
SHEAF_MUST_USE sheaf_status sheaf_log_file_write(const char *dir, const sheaf_tile *tile,
                                                 sheaf_slice data, sheaf_err *err);

/* Removes the partial ones of a tile that is full. */
SHEAF_MUST_USE sheaf_status sheaf_log_partials_remove(const char *dir, const sheaf_tile *tile,
                                                      sheaf_err *err);

/* Reads what a log of some size needs of a tile: the file of this very width or, failing that,
 * the beginning of the full one. *data borrows from `bytes`, which is emptied first. */
SHEAF_MUST_USE sheaf_status sheaf_log_file_read(const char *dir, const sheaf_tile *tile,
                                                sheaf_buffer *bytes, sheaf_slice *data,
                                                sheaf_err *err);

#endif
