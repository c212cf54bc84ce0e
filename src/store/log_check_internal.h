/* store/log_check_internal.h - what log_check.c and log_check_run.c share. */
#ifndef SHEAF_STORE_LOG_CHECK_INTERNAL_H
#define SHEAF_STORE_LOG_CHECK_INTERNAL_H

#include "store/log_check.h"
#include "store/log_list.h"

enum { SHEAF_CHECK_LEVELS = 5, SHEAF_LOG_NAME_MAX = SHEAF_TILE_PATH_MAX + 4 };

/* The tile at the right edge of a level; level 0 stands in the runs. */
typedef struct {
    uint64_t index;
    size_t count;
    sheaf_hash hashes[SHEAF_TILE_WIDTH];
} sheaf_open_tile;

/* Sizes at which the root is wanted. */
enum { MARK_HEAD, MARK_WATCHED, MARK_COUNT };

struct sheaf_log_check {
    const char *dir;
    sheaf_log_list list;
    sheaf_checkpoint head; /* origin not used: it borrows */
    uint64_t end;          /* how far bundles reach: the head's size, or ahead of it */
    struct {
        uint64_t size;
        sheaf_hash root;
    } mark[MARK_COUNT];
    sheaf_open_tile open[SHEAF_CHECK_LEVELS];
    sheaf_buffer file;
};

/* The name of a file as messages have it: from DIR/ on. */
const char *sheaf_log_name(const sheaf_tile *tile, char out[SHEAF_LOG_NAME_MAX]);

/* The root of a complete tree of `count` hashes, a power of two up to 256. */
sheaf_hash sheaf_tile_root(const sheaf_hash *hashes, size_t count);

/* A hash tile's file against the hashes that it must hold. */
SHEAF_MUST_USE sheaf_status sheaf_log_tile_compare(const char *dir, const sheaf_tile *tile,
                                                   const sheaf_hash *hashes, sheaf_buffer *file,
                                                   sheaf_err *err);

/* An entry and its hash differ: which of the two, or the checkpoint, is wrong. */
SHEAF_MUST_USE sheaf_status sheaf_log_check_blame(const sheaf_log_check *check,
                                                  const sheaf_log_run *run, sheaf_err *err);

#endif
