/* node/remote_tiles.h - the hash tiles of the hub's log as a source of proofs. */
#ifndef SHEAF_NODE_REMOTE_TILES_H
#define SHEAF_NODE_REMOTE_TILES_H

#include "log/tile_source.h"
#include "node/transport.h"

typedef struct {
    const sheaf_transport *transport;
    sheaf_buffer bytes;
    sheaf_tile_source tiles;
} sheaf_remote_tiles;

/* The tiles of a log of that size; large, so from the heap. NULL where memory is spent. */
sheaf_remote_tiles *sheaf_remote_tiles_open(const sheaf_transport *transport, uint64_t size);
void sheaf_remote_tiles_close(sheaf_remote_tiles *remote); /* NULL does nothing */

/* GET of a file of the log that may be partial: where it is gone, the full one of which it is
 * the beginning. `name` writes the path of a tile behind "/log/". Any answer but 200 is a
 * failure with the hub's sentence; *status tells which it was. */
typedef void sheaf_tile_namer(const sheaf_tile *tile, char out[SHEAF_TILE_PATH_MAX]);
SHEAF_MUST_USE sheaf_status sheaf_hub_get_tile(const sheaf_transport *transport,
                                               sheaf_tile_namer *name, const sheaf_tile *tile,
                                               unsigned *status, sheaf_buffer *answer,
                                               sheaf_err *err);

#endif
