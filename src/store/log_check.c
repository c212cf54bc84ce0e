#include "store/log_check.h"

#include <stdlib.h>

#include "store/log_check_internal.h"

/* ---- the files that must and may be there ---- */

static sheaf_status read_head(sheaf_log_check *c, sheaf_buffer *note, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_err inner;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", c->dir));
    sheaf_buffer_reset(note);
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_FAULT, "%s/log/checkpoint is missing", c->dir);
    SHEAF_TRY(sheaf_file_read(path, note, err));
    if (sheaf_checkpoint_read(sheaf_buffer_slice(note), &c->head, &inner) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "log/checkpoint: %s", inner.message);
    c->mark[MARK_HEAD].size = c->head.size;
    return SHEAF_OK;
}

/* How many entries the files of a kind reach without a gap. */
static uint64_t reach(const sheaf_log_check *c, bool entries)
{
    for (uint64_t index = 0;; index++) {
        const sheaf_tile *tile = sheaf_log_list_widest(&c->list, entries, 0, index);
        unsigned width = tile ? tile->width : 0;
        if (width < SHEAF_TILE_WIDTH)
            return index * SHEAF_TILE_WIDTH + width;
    }
}

/* Every file that a log of the checkpoint's size needs: the exact one, or the full one. */
static sheaf_status nothing_missing(const sheaf_log_check *c, sheaf_err *err)
{
    char name[SHEAF_LOG_NAME_MAX];
    for (int level = -1; level < SHEAF_CHECK_LEVELS; level++) {
        sheaf_tile tile = {.entries = level < 0, .level = level < 0 ? 0 : (uint8_t)level};
        uint64_t hashes = sheaf_tile_hashes(tile.level, c->head.size);
        for (; tile.index * SHEAF_TILE_WIDTH < hashes; tile.index++) {
            uint64_t left = hashes - tile.index * SHEAF_TILE_WIDTH;
            tile.width = left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH;
            sheaf_tile full = tile;
            full.width = SHEAF_TILE_WIDTH;
            if (!sheaf_log_list_has(&c->list, &tile) && !sheaf_log_list_has(&c->list, &full))
                return sheaf_fail(
                    err, SHEAF_FAULT, "%s is missing: the checkpoint covers %llu entries",
                    sheaf_log_name(&tile, name), (unsigned long long)c->head.size);
        }
    }
    return SHEAF_OK;
}

/* Nothing reaches further than the entries do. */
static sheaf_status nothing_extra(const sheaf_log_check *c, sheaf_err *err)
{
    char name[SHEAF_LOG_NAME_MAX];
    for (size_t i = 0; i < c->list.count; i++) {
        const sheaf_tile *tile = &c->list.tiles[i];
        uint64_t hashes = sheaf_tile_hashes(tile->level, c->end);
        if (tile->level >= SHEAF_CHECK_LEVELS || tile->index > hashes / SHEAF_TILE_WIDTH
            || tile->index * SHEAF_TILE_WIDTH + tile->width > hashes)
            return sheaf_fail(err, SHEAF_FAULT,
                              "%s does not belong to this log: its entries end at %llu",
                              sheaf_log_name(tile, name), (unsigned long long)c->end);
    }
    return SHEAF_OK;
}

static sheaf_status list_files(sheaf_log_check *c, sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_list_read(&c->list, c->dir, err));
    SHEAF_TRY(nothing_missing(c, err));
    uint64_t hashes = reach(c, false);
    c->end = reach(c, true);
    SHEAF_TRY(nothing_extra(c, err));
    if (hashes != c->end)
        return sheaf_fail(err, SHEAF_FAULT,
                          "log/tile/entries has %llu entries but log/tile/0 only %llu hashes, "
                          "both ahead of the checkpoint: start the program that writes this "
                          "folder once, which completes them",
                          (unsigned long long)c->end, (unsigned long long)hashes);
    return SHEAF_OK;
}

sheaf_status sheaf_log_check_open(sheaf_log_check **out, const char *dir, sheaf_buffer *note,
                                  sheaf_err *err)
{
    sheaf_log_check *c = calloc(1, sizeof *c);
    if (!c)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to check the log of %s", dir);
    c->dir = dir;
    c->mark[MARK_HEAD].root = c->mark[MARK_WATCHED].root = sheaf_tree_empty();
    sheaf_buffer_init(&c->file, SHEAF_BUNDLE_BYTES_MAX + 1);
    sheaf_status status = read_head(c, note, err);
    if (status == SHEAF_OK)
        status = list_files(c, err);
    if (status != SHEAF_OK) {
        sheaf_log_check_close(c);
        return status;
    }
    *out = c;
    return SHEAF_OK;
}

void sheaf_log_check_close(sheaf_log_check *c)
{
    if (!c)
        return;
    sheaf_log_list_deinit(&c->list);
    sheaf_buffer_deinit(&c->file);
    free(c);
}

uint64_t sheaf_log_check_size(const sheaf_log_check *c)
{
    return c->head.size;
}

uint64_t sheaf_log_check_runs(const sheaf_log_check *c)
{
    return (c->end + SHEAF_RUN_ENTRIES - 1) / SHEAF_RUN_ENTRIES;
}

void sheaf_log_check_watch(sheaf_log_check *c, uint64_t size)
{
    c->mark[MARK_WATCHED].size = size;
}

sheaf_hash sheaf_log_check_watched(const sheaf_log_check *c)
{
    return c->mark[MARK_WATCHED].root;
}

/* ---- the tree ---- */

/* Adds the root of the complete subtrees of `count` hashes, which stand to the left of what
 * `root` covers so far, if anything. */
static void join(const sheaf_hash *hashes, size_t count, sheaf_hash *root, bool *any)
{
    for (size_t width = 1; width <= SHEAF_TILE_WIDTH; width *= 2) {
        if (!(count & width))
            continue;
        sheaf_hash left = sheaf_tile_root(hashes + count / (2 * width) * (2 * width), width);
        *root = *any ? sheaf_tree_node(&left, root) : left;
        *any = true;
    }
}

/* The root over everything in the open tiles and `count` leaves behind it, fewer than 256. */
static sheaf_hash root_with(const sheaf_log_check *c, const sheaf_hash *leaves, size_t count)
{
    sheaf_hash root = sheaf_tree_empty();
    bool any = false;
    join(leaves, count, &root, &any);
    for (int level = 1; level < SHEAF_CHECK_LEVELS; level++)
        join(c->open[level].hashes, c->open[level].count, &root, &any);
    return root;
}

static void mark(sheaf_log_check *c, uint64_t size, const sheaf_hash *leaves, size_t count)
{
    for (size_t i = 0; i < MARK_COUNT; i++)
        if (c->mark[i].size >= size && c->mark[i].size - size <= count
            && c->mark[i].size - size < SHEAF_TILE_WIDTH)
            c->mark[i].root = root_with(c, leaves, (size_t)(c->mark[i].size - size));
}

/* Every file of a tile above level 0 against its hashes. */
static sheaf_status check_tile(sheaf_log_check *c, int level, sheaf_err *err)
{
    const sheaf_open_tile *open = &c->open[level];
    const sheaf_tile *end = c->list.tiles + c->list.count;
    const sheaf_tile *tile =
        sheaf_log_list_widest(&c->list, false, (uint8_t)level, open->index);
    while (tile && tile > c->list.tiles && tile[-1].index == open->index
           && tile[-1].level == level && !tile[-1].entries)
        tile--;
    for (; tile && tile < end && tile->level == level && tile->index == open->index; tile++)
        SHEAF_TRY(sheaf_log_tile_compare(c->dir, tile, open->hashes, &c->file, err));
    return SHEAF_OK;
}

/* A full tile of the level below has this root. */
static sheaf_status add_top(sheaf_log_check *c, sheaf_hash top, sheaf_err *err)
{
    for (int level = 1; level < SHEAF_CHECK_LEVELS; level++) {
        sheaf_open_tile *open = &c->open[level];
        open->hashes[open->count++] = top;
        if (open->count < SHEAF_TILE_WIDTH)
            return SHEAF_OK;
        SHEAF_TRY(check_tile(c, level, err));
        top = sheaf_tile_root(open->hashes, SHEAF_TILE_WIDTH);
        open->count = 0;
        open->index++;
    }
    return sheaf_fail(err, SHEAF_NOMEM, "the log is too large for this program");
}

sheaf_status sheaf_log_check_add(sheaf_log_check *c, const sheaf_log_run *run, sheaf_err *err)
{
    if (run->differs)
        return sheaf_log_check_blame(c, run, err);
    if (run->status != SHEAF_OK) {
        if (err)
            *err = run->err;
        return run->status;
    }
    for (size_t at = 0, tile = 0; at < run->length; at += SHEAF_TILE_WIDTH, tile++) {
        size_t count =
            run->length - at < SHEAF_TILE_WIDTH ? run->length - at : (size_t)SHEAF_TILE_WIDTH;
        mark(c, run->first + at, run->leaves + at, count);
        if (count == SHEAF_TILE_WIDTH)
            SHEAF_TRY(add_top(c, run->tops[tile], err));
    }
    if (run->length % SHEAF_TILE_WIDTH == 0)
        mark(c, run->first + run->length, NULL, 0);
    return SHEAF_OK;
}

sheaf_status sheaf_log_check_finish(sheaf_log_check *c, sheaf_err *err)
{
    for (int level = 1; level < SHEAF_CHECK_LEVELS; level++)
        if (c->open[level].count)
            SHEAF_TRY(check_tile(c, level, err));
    if (!sheaf_hash_equal(&c->mark[MARK_HEAD].root, &c->head.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "log/checkpoint: its root is not that of the first %llu entries",
                          (unsigned long long)c->head.size);
    return SHEAF_OK;
}
