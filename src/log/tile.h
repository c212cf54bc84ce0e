/* log/tile.h - the files of a static log (C2SP tlog-tiles): their names, widths and bundles.
 *
 * A hash tile of tile level l and index n holds up to 256 hashes of 32 bytes: number i is the
 * root of the 256^l entries from (n*256 + i) * 256^l. A bundle holds the same run of entries
 * as tile n of level 0, each behind its 16-bit big-endian length. A width below 256 makes it
 * partial, and its name ends in ".p/WIDTH".
 */
#ifndef SHEAF_LOG_TILE_H
#define SHEAF_LOG_TILE_H

#include "base/buffer.h"

enum {
    SHEAF_TILE_WIDTH = 256,
    SHEAF_TILE_LEVEL_MAX = 63,
    SHEAF_TILE_PATH_MAX = 64,
    SHEAF_LOG_ENTRY_MAX = 65535,
    SHEAF_BUNDLE_BYTES_MAX = SHEAF_TILE_WIDTH * (2 + SHEAF_LOG_ENTRY_MAX),
};

typedef struct {
    bool entries;   /* a bundle; then level is 0 */
    uint8_t level;  /* at most SHEAF_TILE_LEVEL_MAX */
    uint16_t width; /* 1 to 256 */
    uint64_t index;
} sheaf_tile;

/* "tile/0/x001/234.p/7" or "tile/entries/000", with a NUL behind it. */
void sheaf_tile_path(const sheaf_tile *tile, char out[SHEAF_TILE_PATH_MAX]);

/* Accepts exactly what sheaf_tile_path() writes. */
bool sheaf_tile_parse(sheaf_slice path, sheaf_tile *out);

/* How many hashes the tile level has in a log of `size` entries: the full tiles are this / 256,
 * the partial one is this % 256 wide (0: there is none). */
uint64_t sheaf_tile_hashes(unsigned level, uint64_t size);

/* entry.len <= SHEAF_LOG_ENTRY_MAX */
void sheaf_bundle_add(sheaf_buffer *bundle, sheaf_slice entry);

/* Takes the next entry off the bundle; false at its end and where it is cut short (then
 * bundle->len is not 0). */
bool sheaf_bundle_next(sheaf_slice *bundle, sheaf_slice *entry);

#endif
