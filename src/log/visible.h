/* log/visible.h - the public listing: what everybody gets in place of an entry bundle.
 *
 * Where entries are for members only, the public gets `tile/public/N[.p/W]` beside
 * `tile/entries/N[.p/W]`. It has one record for each of the W entries, either
 *     0x00 || 16-bit big-endian length || entry
 *     0x01 || leaf hash (32 bytes)
 * so that whoever reads it can compute every leaf, and by them the whole tree, without reading
 * what is withheld. Whether an entry is public never changes once it is entered: a listing is
 * as immutable as a bundle of the same width.
 */
#ifndef SHEAF_LOG_VISIBLE_H
#define SHEAF_LOG_VISIBLE_H

#include "crypto/hash.h"
#include "log/tile.h"

enum { SHEAF_VISIBLE_BYTES_MAX = SHEAF_TILE_WIDTH * (3 + SHEAF_LOG_ENTRY_MAX) };

typedef struct {
    bool readable;     /* the entry is there, not only its leaf hash */
    sheaf_slice entry; /* where it is readable; borrowed from the listing */
    sheaf_hash leaf;   /* always: computed from the entry, or as the listing gives it */
} sheaf_visible;

/* "tile/public/x001/234.p/7" for the bundle `tile` (tile->entries), with a NUL behind it. */
void sheaf_visible_path(const sheaf_tile *tile, char out[SHEAF_TILE_PATH_MAX]);

/* Accepts exactly what sheaf_visible_path() writes; *out is the bundle. */
bool sheaf_visible_parse(sheaf_slice path, sheaf_tile *out);

/* entry.len <= SHEAF_LOG_ENTRY_MAX */
void sheaf_visible_add_entry(sheaf_buffer *listing, sheaf_slice entry);
void sheaf_visible_add_leaf(sheaf_buffer *listing, const sheaf_hash *leaf);

/* Takes the next record off the listing; false at its end and where it is malformed (then
 * listing->len is not 0). */
bool sheaf_visible_next(sheaf_slice *listing, sheaf_visible *out);

#endif
