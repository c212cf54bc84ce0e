/* log/tile_source.h - the tree of a static log, read from its hash tiles.
 *
 * The source of proofs (log/tree.h) for a log that is not in memory: a folder, a hub, a mirror.
 * A proof reads at most one tile a level and side, and keeps the last few. What the tiles say
 * is not to be trusted: whoever makes a proof from them verifies it against a signed root.
 */
#ifndef SHEAF_LOG_TILE_SOURCE_H
#define SHEAF_LOG_TILE_SOURCE_H

#include "log/tile.h"
#include "log/tree.h"

enum { SHEAF_TILE_SOURCE_SLOTS = 8 };

/* Gives the hashes of a tile as wide as the log's size makes it: tile->width of them. */
typedef sheaf_status sheaf_tile_read(void *context, const sheaf_tile *tile,
                                     sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err);

/* Large: not for the stack. Set the first three and zero the rest. */
typedef struct {
    sheaf_tile_read *read;
    void *context;
    uint64_t size;     /* of the log */
    size_t tiles_read; /* so far */
    struct {
        sheaf_tile tile; /* width 0: empty */
        sheaf_hash hashes[SHEAF_TILE_WIDTH];
    } slot[SHEAF_TILE_SOURCE_SLOTS];
} sheaf_tile_source;

/* For the makers of proofs over sizes up to source->size; borrows `source`. */
sheaf_tree_source sheaf_tile_source_as(sheaf_tile_source *source);

#endif
