/* Reading a run of bundles and comparing it with its hashes; see log_check.h. */
#include <assert.h>

#include "store/log_check_internal.h"
#include "store/log_files.h"

const char *sheaf_log_name(const sheaf_tile *tile, char out[SHEAF_LOG_NAME_MAX])
{
    memcpy(out, "log/", 4);
    sheaf_tile_path(tile, out + 4);
    return out;
}

sheaf_hash sheaf_tile_root(const sheaf_hash *hashes, size_t count)
{
    sheaf_hash row[SHEAF_TILE_WIDTH / 2];
    assert(count && count <= SHEAF_TILE_WIDTH && (count & (count - 1)) == 0);
    if (count == 1)
        return hashes[0];
    for (size_t i = 0; i < count / 2; i++)
        row[i] = sheaf_tree_node(&hashes[2 * i], &hashes[2 * i + 1]);
    for (size_t n = count / 4; n > 0; n /= 2)
        for (size_t i = 0; i < n; i++)
            row[i] = sheaf_tree_node(&row[2 * i], &row[2 * i + 1]);
    return row[0];
}

static sheaf_status read_file(const char *dir, const sheaf_tile *tile, sheaf_buffer *out,
                              sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_log_path(dir, tile, path, err));
    sheaf_buffer_reset(out);
    sheaf_status status = sheaf_file_read(path, out, err);
    return status == SHEAF_INVALID
               ? sheaf_fail(err, SHEAF_FAULT, "%s is larger than any file of a log", path)
               : status;
}

sheaf_status sheaf_log_tile_compare(const char *dir, const sheaf_tile *tile,
                                    const sheaf_hash *hashes, sheaf_buffer *file,
                                    sheaf_err *err)
{
    char name[SHEAF_LOG_NAME_MAX];
    const uint8_t *want = hashes->bytes;
    size_t len = (size_t)tile->width * SHEAF_HASH_BYTES;
    SHEAF_TRY(read_file(dir, tile, file, err));
    if (file->len != len)
        return sheaf_fail(err, SHEAF_FAULT, "%s has %zu bytes instead of %zu",
                          sheaf_log_name(tile, name), file->len, len);
    if (memcmp(file->data, want, len) == 0)
        return SHEAF_OK;
    size_t at = 0;
    while (file->data[at] == want[at])
        at++;
    return sheaf_fail(err, SHEAF_FAULT, "%s: byte %zu is wrong: %02x instead of %02x",
                      sheaf_log_name(tile, name), at, file->data[at], want[at]);
}

/* ---- one bundle ---- */

/* Cuts the bundle into entries and hashes them. */
static sheaf_status cut_bundle(sheaf_log_run *run, const sheaf_tile *tile, sheaf_slice all,
                               size_t at)
{
    char name[SHEAF_LOG_NAME_MAX];
    sheaf_slice in = all;
    for (size_t i = at; i < at + tile->width; i++) {
        size_t from = all.len - in.len;
        if (!sheaf_bundle_next(&in, &run->entries[i]))
            return sheaf_fail(&run->err, SHEAF_FAULT,
                              "%s: at byte %zu entry %llu goes beyond the end of the file",
                              sheaf_log_name(tile, name), from,
                              (unsigned long long)(run->first + i));
        run->leaves[i] = sheaf_tree_leaf(run->entries[i]);
    }
    if (in.len)
        return sheaf_fail(&run->err, SHEAF_FAULT, "%s: %zu bytes too many, from byte %zu",
                          sheaf_log_name(tile, name), in.len, all.len - in.len);
    return SHEAF_OK;
}

/* The tile of the entries' hashes. */
static sheaf_status compare_hashes(const sheaf_log_check *c, sheaf_log_run *run,
                                   const sheaf_tile *bundle, size_t at)
{
    char name[SHEAF_LOG_NAME_MAX];
    const sheaf_tile *tile = sheaf_log_list_widest(&c->list, false, 0, bundle->index);
    size_t len = (size_t)tile->width * SHEAF_HASH_BYTES;
    SHEAF_TRY(read_file(c->dir, tile, &run->file, &run->err));
    if (run->file.len != len)
        return sheaf_fail(&run->err, SHEAF_FAULT, "%s has %zu bytes instead of %zu",
                          sheaf_log_name(tile, name), run->file.len, len);
    if (memcmp(run->file.data, run->leaves[at].bytes, len) == 0)
        return SHEAF_OK;
    size_t i = at;
    while (memcmp(run->file.data + (i - at) * SHEAF_HASH_BYTES, run->leaves[i].bytes,
                  SHEAF_HASH_BYTES)
           == 0)
        i++;
    run->differs = true;
    run->differing = *bundle;
    run->differing_entry = run->first + i;
    run->differing_at = (size_t)(run->entries[i].data - run->entries[at].data);
    return SHEAF_FAULT;
}

/* The narrower files of the same bundle are beginnings of it. */
static sheaf_status check_prefixes(const sheaf_log_check *c, sheaf_log_run *run,
                                   const sheaf_tile *widest, sheaf_slice all)
{
    char name[SHEAF_LOG_NAME_MAX];
    for (const sheaf_tile *t = widest; t > c->list.tiles && t[-1].index == widest->index;) {
        t--;
        SHEAF_TRY(read_file(c->dir, t, &run->file, &run->err));
        sheaf_slice in = all, entry;
        for (unsigned i = 0; i < t->width; i++)
            (void)sheaf_bundle_next(&in, &entry); /* cut_bundle() has seen them */
        size_t want = all.len - in.len, at = 0, have = run->file.len;
        while (at < want && at < have && all.data[at] == run->file.data[at])
            at++;
        if (at < want || at < have)
            return sheaf_fail(&run->err, SHEAF_FAULT,
                              "%s: wrong from byte %zu: it must be the first %zu bytes of the "
                              "wider bundle",
                              sheaf_log_name(t, name), at, want);
    }
    return SHEAF_OK;
}

static sheaf_status narrower_hashes(const sheaf_log_check *c, sheaf_log_run *run,
                                    uint64_t index, size_t at)
{
    const sheaf_tile *widest = sheaf_log_list_widest(&c->list, false, 0, index);
    for (const sheaf_tile *t = widest;
         t > c->list.tiles && t[-1].index == index && t[-1].level == 0 && !t[-1].entries;) {
        t--;
        SHEAF_TRY(sheaf_log_tile_compare(c->dir, t, &run->leaves[at], &run->file, &run->err));
    }
    return SHEAF_OK;
}

static sheaf_status read_bundle(const sheaf_log_check *c, sheaf_log_run *run, size_t number,
                                uint64_t index)
{
    size_t at = number * SHEAF_TILE_WIDTH;
    const sheaf_tile *tile = sheaf_log_list_widest(&c->list, true, 0, index);
    SHEAF_TRY(read_file(c->dir, tile, &run->bundle[number], &run->err));
    sheaf_slice all = sheaf_buffer_slice(&run->bundle[number]);
    SHEAF_TRY(cut_bundle(run, tile, all, at));
    SHEAF_TRY(compare_hashes(c, run, tile, at));
    SHEAF_TRY(check_prefixes(c, run, tile, all));
    SHEAF_TRY(narrower_hashes(c, run, index, at));
    run->length = at + tile->width;
    if (tile->width == SHEAF_TILE_WIDTH)
        run->tops[number] = sheaf_tile_root(&run->leaves[at], SHEAF_TILE_WIDTH);
    return SHEAF_OK;
}

void sheaf_log_run_init(sheaf_log_run *run)
{
    /* One byte more than any file has, so that a longer one is told by its length. */
    for (size_t i = 0; i < SHEAF_RUN_TILES; i++)
        sheaf_buffer_init(&run->bundle[i], SHEAF_BUNDLE_BYTES_MAX + 1);
    sheaf_buffer_init(&run->file, SHEAF_BUNDLE_BYTES_MAX + 1);
}

void sheaf_log_run_deinit(sheaf_log_run *run)
{
    for (size_t i = 0; i < SHEAF_RUN_TILES; i++)
        sheaf_buffer_deinit(&run->bundle[i]);
    sheaf_buffer_deinit(&run->file);
}

void sheaf_log_check_read(const sheaf_log_check *c, uint64_t number, sheaf_log_run *run)
{
    run->first = number * SHEAF_RUN_ENTRIES;
    run->length = run->count = 0;
    run->differs = false;
    run->status = SHEAF_OK;
    for (size_t i = 0; i < SHEAF_RUN_TILES && run->status == SHEAF_OK; i++)
        if (run->first + i * SHEAF_TILE_WIDTH < c->end)
            run->status = read_bundle(c, run, i, run->first / SHEAF_TILE_WIDTH + i);
    if (run->status != SHEAF_OK || run->first >= c->head.size)
        return;
    uint64_t covered = c->head.size - run->first;
    run->count = covered < run->length ? (size_t)covered : run->length;
}

/* ---- which is wrong ---- */

/* The roots of the first entries and of the first hashes, as many as the checkpoint covers. */
static sheaf_status both_roots(const sheaf_log_check *c, sheaf_hash *entries,
                               sheaf_hash *hashes, sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_status status = SHEAF_OK;
    sheaf_tree tree[2] = {{0}, {0}};
    sheaf_hash leaf;
    sheaf_buffer_init(&file, SHEAF_BUNDLE_BYTES_MAX + 1);
    for (uint64_t index = 0; index * SHEAF_TILE_WIDTH < c->head.size && status == SHEAF_OK;
         index++) {
        for (int kind = 0; kind < 2 && status == SHEAF_OK; kind++) {
            const sheaf_tile *tile = sheaf_log_list_widest(&c->list, kind == 0, 0, index);
            status = read_file(c->dir, tile, &file, err);
            sheaf_slice in = sheaf_buffer_slice(&file), piece;
            while (status == SHEAF_OK && tree[kind].size < c->head.size
                   && (kind == 0 ? sheaf_bundle_next(&in, &piece)
                                 : sheaf_take(&in, SHEAF_HASH_BYTES, &piece))) {
                if (kind == 0)
                    leaf = sheaf_tree_leaf(piece);
                else
                    memcpy(leaf.bytes, piece.data, SHEAF_HASH_BYTES);
                sheaf_tree_append(&tree[kind], &leaf);
            }
        }
    }
    sheaf_buffer_deinit(&file);
    *entries = sheaf_tree_root(&tree[0]);
    *hashes = sheaf_tree_root(&tree[1]);
    return status;
}

/* If the hashes lead to the signed root, the entry was changed; else the hash, when the entries
 * do. */
sheaf_status sheaf_log_check_blame(const sheaf_log_check *c, const sheaf_log_run *run,
                                   sheaf_err *err)
{
    char name[SHEAF_LOG_NAME_MAX], other[SHEAF_LOG_NAME_MAX];
    sheaf_hash entries, hashes;
    uint64_t entry = run->differing_entry;
    const sheaf_tile *bundle = &run->differing;
    const sheaf_tile *tile = sheaf_log_list_widest(&c->list, false, 0, bundle->index);
    const sheaf_hash *made = &run->leaves[entry - run->first];
    size_t hash_at = (size_t)(entry % SHEAF_TILE_WIDTH) * SHEAF_HASH_BYTES;
    SHEAF_TRY(both_roots(c, &entries, &hashes, err));
    bool entries_hold = sheaf_hash_equal(&entries, &c->head.root);
    bool hashes_hold = sheaf_hash_equal(&hashes, &c->head.root);
    if (entry < c->head.size && entries_hold) {
        size_t differs = 0;
        /* The run's file still holds the tile: reading ended with it. */
        while (run->file.data[hash_at + differs] == made->bytes[differs])
            differs++;
        return sheaf_fail(
            err, SHEAF_FAULT, "%s: byte %zu is wrong: entry %llu has another hash",
            sheaf_log_name(tile, name), hash_at + differs, (unsigned long long)entry);
    }
    if (entry < c->head.size && hashes_hold)
        return sheaf_fail(err, SHEAF_FAULT,
                          "%s: entry %llu, from byte %zu, was changed: it does not have the "
                          "hash that the checkpoint covers",
                          sheaf_log_name(bundle, name), (unsigned long long)entry,
                          run->differing_at);
    return sheaf_fail(err, SHEAF_FAULT,
                      "%s: entry %llu, from byte %zu, does not have the hash at byte %zu of %s",
                      sheaf_log_name(bundle, name), (unsigned long long)entry,
                      run->differing_at, hash_at, sheaf_log_name(tile, other));
}
