#include "store/log_check.h"

#include "log/levels.h"
#include "store/log_files.h"
#include "store/log_list.h"

#include <stdlib.h>

typedef struct {
    const char *dir;
    sheaf_log_list list;
    sheaf_checkpoint head; /* origin not used: it borrows */
    sheaf_levels levels;   /* the tree, off the tiles of level 0 */
    uint64_t end;          /* how far bundles reach: the head's size, or ahead of it */
    bool hashes_hold;      /* they lead to the root of the checkpoint */
    sheaf_buffer file, other;
    sheaf_log_check_visit *visit;
    void *context;
    sheaf_err *err;
} check;

/* The name of a file as messages have it: from DIR/ on. */
static const char *name_of(const sheaf_tile *tile, char out[SHEAF_TILE_PATH_MAX + 4])
{
    memcpy(out, "log/", 4);
    sheaf_tile_path(tile, out + 4);
    return out;
}

static sheaf_status read_tile(check *c, const sheaf_tile *tile, sheaf_buffer *out)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_log_path(c->dir, tile, path, c->err));
    sheaf_buffer_reset(out);
    sheaf_status status = sheaf_file_read(path, out, c->err);
    return status == SHEAF_INVALID
               ? sheaf_fail(c->err, SHEAF_FAULT, "%s is larger than any file of a log", path)
               : status;
}

static sheaf_status read_head(check *c, sheaf_buffer *note)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err inner;
    SHEAF_TRY(sheaf_path(path, c->err, "%s/log/checkpoint", c->dir));
    sheaf_buffer_reset(note);
    if (!sheaf_file_exists(path))
        return sheaf_fail(c->err, SHEAF_FAULT, "%s/log/checkpoint is missing", c->dir);
    SHEAF_TRY(sheaf_file_read(path, note, c->err));
    if (sheaf_checkpoint_read(sheaf_buffer_slice(note), &c->head, &inner) != SHEAF_OK)
        return sheaf_fail(c->err, SHEAF_FAULT, "log/checkpoint: %s", inner.message);
    return SHEAF_OK;
}

/* How many entries the files of a kind reach without a gap. */
static uint64_t reach(const check *c, bool entries)
{
    for (uint64_t index = 0;; index++) {
        const sheaf_tile *tile = sheaf_log_list_widest(&c->list, entries, 0, index);
        unsigned width = tile ? tile->width : 0;
        if (width < SHEAF_TILE_WIDTH)
            return index * SHEAF_TILE_WIDTH + width;
    }
}

/* Every file that a log of the checkpoint's size needs: the exact one, or the full one. */
static sheaf_status nothing_missing(check *c)
{
    char name[SHEAF_TILE_PATH_MAX + 4];
    for (int level = -1; level < SHEAF_LEVELS_MAX / 8; level++) {
        sheaf_tile tile = {.entries = level < 0, .level = level < 0 ? 0 : (uint8_t)level};
        uint64_t hashes = sheaf_tile_hashes(tile.level, c->head.size);
        for (; tile.index * SHEAF_TILE_WIDTH < hashes; tile.index++) {
            uint64_t left = hashes - tile.index * SHEAF_TILE_WIDTH;
            tile.width = left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH;
            sheaf_tile full = tile;
            full.width = SHEAF_TILE_WIDTH;
            if (!sheaf_log_list_has(&c->list, &tile) && !sheaf_log_list_has(&c->list, &full))
                return sheaf_fail(c->err, SHEAF_FAULT,
                                  "%s is missing: the checkpoint covers %llu entries",
                                  name_of(&tile, name), (unsigned long long)c->head.size);
        }
    }
    return SHEAF_OK;
}

/* Nothing reaches further than the entries do. */
static sheaf_status nothing_extra(check *c)
{
    char name[SHEAF_TILE_PATH_MAX + 4];
    for (size_t i = 0; i < c->list.count; i++) {
        const sheaf_tile *tile = &c->list.tiles[i];
        uint64_t hashes = sheaf_tile_hashes(tile->level, c->end);
        if (tile->index > hashes / SHEAF_TILE_WIDTH
            || tile->index * SHEAF_TILE_WIDTH + tile->width > hashes)
            return sheaf_fail(c->err, SHEAF_FAULT,
                              "%s does not belong to this log: its entries end at %llu",
                              name_of(tile, name), (unsigned long long)c->end);
    }
    return SHEAF_OK;
}

static sheaf_status list_files(check *c)
{
    SHEAF_TRY(sheaf_log_list_read(&c->list, c->dir, c->err));
    SHEAF_TRY(nothing_missing(c));
    uint64_t hashes = reach(c, false);
    c->end = reach(c, true);
    SHEAF_TRY(nothing_extra(c));
    if (hashes != c->end)
        return sheaf_fail(c->err, SHEAF_FAULT,
                          "log/tile/entries has %llu entries but log/tile/0 only %llu hashes, "
                          "both ahead of the checkpoint: start the program that writes this "
                          "folder once, which completes them",
                          (unsigned long long)c->end, (unsigned long long)hashes);
    return SHEAF_OK;
}

static sheaf_status load_hashes(check *c)
{
    char name[SHEAF_TILE_PATH_MAX + 4];
    sheaf_slice data, bytes;
    for (uint64_t index = 0; index * SHEAF_TILE_WIDTH < c->end; index++) {
        const sheaf_tile *tile = sheaf_log_list_widest(&c->list, false, 0, index);
        SHEAF_TRY(read_tile(c, tile, &c->file));
        data = sheaf_buffer_slice(&c->file);
        if (data.len != (size_t)tile->width * SHEAF_HASH_BYTES)
            return sheaf_fail(c->err, SHEAF_FAULT, "%s has %zu bytes instead of %d",
                              name_of(tile, name), data.len, tile->width * SHEAF_HASH_BYTES);
        while (sheaf_take(&data, SHEAF_HASH_BYTES, &bytes)) {
            sheaf_hash leaf;
            memcpy(leaf.bytes, bytes.data, SHEAF_HASH_BYTES);
            SHEAF_TRY(sheaf_levels_append(&c->levels, &leaf, c->err));
        }
    }
    sheaf_hash root = sheaf_levels_root(&c->levels, c->head.size);
    c->hashes_hold = sheaf_hash_equal(&root, &c->head.root);
    return SHEAF_OK;
}

/* An entry and its hash differ. If the hashes lead to the signed root, the entry was changed;
 * else the hash, when the entries do. */
static sheaf_status blame(check *c, const sheaf_tile *bundle, uint64_t entry, size_t at,
                          bool entries_hold, const sheaf_hash *made)
{
    char name[SHEAF_TILE_PATH_MAX + 4], other[SHEAF_TILE_PATH_MAX + 4];
    const sheaf_tile *tile = sheaf_log_list_widest(&c->list, false, 0, bundle->index);
    const sheaf_hash *has = &c->levels.level[0].hashes[entry];
    size_t hash_at = (size_t)(entry % SHEAF_TILE_WIDTH) * SHEAF_HASH_BYTES;
    if (entry < c->head.size && entries_hold) {
        while (has->bytes[hash_at % SHEAF_HASH_BYTES]
               == made->bytes[hash_at % SHEAF_HASH_BYTES])
            hash_at++;
        return sheaf_fail(c->err, SHEAF_FAULT,
                          "%s: byte %zu is wrong: entry %llu has another hash",
                          name_of(tile, name), hash_at, (unsigned long long)entry);
    }
    if (entry < c->head.size && c->hashes_hold)
        return sheaf_fail(c->err, SHEAF_FAULT,
                          "%s: entry %llu, from byte %zu, was changed: it does not have the "
                          "hash that the checkpoint covers",
                          name_of(bundle, name), (unsigned long long)entry, at);
    return sheaf_fail(c->err, SHEAF_FAULT,
                      "%s: entry %llu, from byte %zu, does not have the hash at byte %zu of %s",
                      name_of(bundle, name), (unsigned long long)entry, at, hash_at,
                      name_of(tile, other));
}

/* Walks the bundle in c->file. With `tree` the entries below the checkpoint's size are only
 * added to it; without, each is compared with its hash. */
static sheaf_status walk_bundle(check *c, const sheaf_tile *tile, sheaf_tree *tree,
                                bool entries_hold)
{
    char name[SHEAF_TILE_PATH_MAX + 4];
    sheaf_slice all = sheaf_buffer_slice(&c->file), in = all, entry;
    for (uint64_t i = 0; i < tile->width; i++) {
        uint64_t number = tile->index * SHEAF_TILE_WIDTH + i;
        size_t at = all.len - in.len;
        if (!sheaf_bundle_next(&in, &entry))
            return sheaf_fail(c->err, SHEAF_FAULT,
                              "%s: at byte %zu entry %llu goes beyond the end of the file",
                              name_of(tile, name), at, (unsigned long long)number);
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        if (tree && number < c->head.size)
            sheaf_tree_append(tree, &leaf);
        if (!tree && !sheaf_hash_equal(&leaf, &c->levels.level[0].hashes[number]))
            return blame(c, tile, number, at, entries_hold, &leaf);
    }
    if (in.len)
        return sheaf_fail(c->err, SHEAF_FAULT, "%s: %zu bytes too many, from byte %zu",
                          name_of(tile, name), in.len, all.len - in.len);
    return SHEAF_OK;
}

/* The narrower files of the same bundle are beginnings of it. */
static sheaf_status check_prefixes(check *c, const sheaf_tile *widest)
{
    char name[SHEAF_TILE_PATH_MAX + 4];
    for (const sheaf_tile *t = widest; t > c->list.tiles && t[-1].index == widest->index;) {
        t--;
        SHEAF_TRY(read_tile(c, t, &c->other));
        sheaf_slice all = sheaf_buffer_slice(&c->file), in = all, entry;
        for (unsigned i = 0; i < t->width; i++)
            (void)sheaf_bundle_next(&in, &entry); /* walk_bundle() has seen them */
        size_t want = all.len - in.len, at = 0, have = c->other.len;
        while (at < want && at < have && all.data[at] == c->other.data[at])
            at++;
        if (at < want || at < have)
            return sheaf_fail(c->err, SHEAF_FAULT,
                              "%s: wrong from byte %zu: it must be the first %zu bytes of the "
                              "wider bundle",
                              name_of(t, name), at, want);
    }
    return SHEAF_OK;
}

static sheaf_status visit_bundle(check *c, const sheaf_tile *tile)
{
    sheaf_slice in = sheaf_buffer_slice(&c->file), entry;
    for (uint64_t i = tile->index * SHEAF_TILE_WIDTH;
         c->visit && i < c->head.size && sheaf_bundle_next(&in, &entry); i++)
        SHEAF_TRY(c->visit(c->context, i, entry, c->err));
    return SHEAF_OK;
}

/* When the hashes do not lead to the checkpoint's root: do the entries? */
static sheaf_status entries_root(check *c, sheaf_tree *tree)
{
    for (uint64_t index = 0; index * SHEAF_TILE_WIDTH < c->end; index++) {
        const sheaf_tile *tile = sheaf_log_list_widest(&c->list, true, 0, index);
        SHEAF_TRY(read_tile(c, tile, &c->file));
        SHEAF_TRY(walk_bundle(c, tile, tree, false));
    }
    return SHEAF_OK;
}

static sheaf_status check_bundles(check *c)
{
    bool entries_hold = false;
    if (!c->hashes_hold) {
        sheaf_tree tree = {0};
        SHEAF_TRY(entries_root(c, &tree));
        sheaf_hash root = sheaf_tree_root(&tree);
        entries_hold = sheaf_hash_equal(&root, &c->head.root);
        sheaf_hash hashes = sheaf_levels_root(&c->levels, c->head.size);
        if (sheaf_hash_equal(&root, &hashes))
            return sheaf_fail(c->err, SHEAF_FAULT,
                              "log/checkpoint: its root is not that of the first %llu entries",
                              (unsigned long long)c->head.size);
    }
    for (uint64_t index = 0; index * SHEAF_TILE_WIDTH < c->end; index++) {
        const sheaf_tile *tile = sheaf_log_list_widest(&c->list, true, 0, index);
        SHEAF_TRY(read_tile(c, tile, &c->file));
        SHEAF_TRY(walk_bundle(c, tile, NULL, entries_hold));
        SHEAF_TRY(check_prefixes(c, tile));
        SHEAF_TRY(visit_bundle(c, tile));
    }
    return SHEAF_OK;
}

/* Every hash tile, of every level and width, against the tree. */
static sheaf_status check_tiles(check *c)
{
    char name[SHEAF_TILE_PATH_MAX + 4];
    for (size_t i = 0; i < c->list.count; i++) {
        const sheaf_tile *tile = &c->list.tiles[i];
        if (tile->entries)
            continue;
        SHEAF_TRY(read_tile(c, tile, &c->file));
        sheaf_slice want = sheaf_log_tile_bytes(&c->levels, tile);
        if (c->file.len != want.len)
            return sheaf_fail(c->err, SHEAF_FAULT, "%s has %zu bytes instead of %zu",
                              name_of(tile, name), c->file.len, want.len);
        for (size_t at = 0; at < want.len; at++)
            if (c->file.data[at] != want.data[at])
                return sheaf_fail(c->err, SHEAF_FAULT,
                                  "%s: byte %zu is wrong: %02x instead of %02x",
                                  name_of(tile, name), at, c->file.data[at], want.data[at]);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_log_check(const char *dir, sheaf_log_check_visit *visit, void *context,
                             sheaf_buffer *note, sheaf_err *err)
{
    check *c = calloc(1, sizeof *c);
    if (!c)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to check the log of %s", dir);
    c->dir = dir;
    c->visit = visit;
    c->context = context;
    c->err = err;
    /* One byte more than any file has, so that a longer one is told by its length. */
    sheaf_buffer_init(&c->file, SHEAF_BUNDLE_BYTES_MAX + 1);
    sheaf_buffer_init(&c->other, SHEAF_BUNDLE_BYTES_MAX + 1);
    sheaf_status status = read_head(c, note);
    if (status == SHEAF_OK)
        status = list_files(c);
    if (status == SHEAF_OK)
        status = load_hashes(c);
    if (status == SHEAF_OK)
        status = check_bundles(c);
    if (status == SHEAF_OK)
        status = check_tiles(c);
    sheaf_log_list_deinit(&c->list);
    sheaf_levels_deinit(&c->levels);
    sheaf_buffer_deinit(&c->file);
    sheaf_buffer_deinit(&c->other);
    free(c);
    return status;
}
