/* log/tile_source.h - the tree of a static log, read from its hash tiles.
 *
 * The source of proofs (log/tree.h) for a log that is not in memory: a folder, a hub, a mirror.
 * A proof reads a tile of every level on its way up, and the last tile of every level, which
 * are read once and stay: so a log of up to 2^32 entries costs at most four reads a proof. What
 * the tiles say is not to be trusted: whoever makes a proof from them verifies it against a
 * signed root.
 */
#ifndef SHEAF_LOG_TILE_SOURCE_H
#define SHEAF_LOG_TILE_SOURCE_H

#include "log/tile.h"
#include "log/tree.h"

enum { SHEAF_TILE_SOURCE_SLOTS = 8, SHEAF_TILE_SOURCE_LEVELS = 8 };

/* Gives the hashes of a tile as wide as the log's size makes it: tile->width of them. */
typedef sheaf_status sheaf_tile_read(void *context, const sheaf_tile *tile,
                                     sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err);

/* A tile with the roots of the subtrees in it, as far as they were asked for. */
typedef struct {
    sheaf_tile tile; /* width 0: empty */
    sheaf_hash hashes[SHEAF_TILE_WIDTH];
    /* Number (256 >> r) + i is the root over 2^r hashes from i * 2^r on. */
    sheaf_hash nodes[SHEAF_TILE_WIDTH];
    bool known[SHEAF_TILE_WIDTH];
} sheaf_tile_slot;

/* Large: not for the stack. Set the first three, which then stay, and zero the rest. */
typedef struct {
    sheaf_tile_read *read;
    void *context;
    uint64_t size;                                  /* of the log */
    size_t tiles_read;                              /* so far */
    sheaf_tile_slot last[SHEAF_TILE_SOURCE_LEVELS]; /* of each level */
    sheaf_tile_slot slot[SHEAF_TILE_SOURCE_SLOTS];  /* of the others, in turn */
} sheaf_tile_source;

/* For the makers of proofs over sizes up to source->size; borrows `source`. */
sheaf_tree_source sheaf_tile_source_as(sheaf_tile_source *source);

#endif
