#include "witness/mirror.h"

#include "log/visible.h"
#include "net/url.h"
#include "store/clock.h"
#include "store/log_files.h"

#include <assert.h>
#include <stdlib.h>

enum { ENTRIES_MAX = 100000000, TOTAL_TIMEOUT_MS = 120000, AHEAD_MAX_MS = 120000 };

/* What is kept of one log. */
typedef struct {
    pthread_mutex_t busy; /* held while something is fetched; covers the rest */
    char dir[SHEAF_PATH_MAX];
    sheaf_levels levels; /* of all entries whose files stand */
    uint64_t partials;   /* the size whose partial tiles stand */
} mirror;

struct sheaf_mirrors {
    const sheaf_witness *witness;
    const char *ca_file;
    const atomic_bool *stop;
    size_t count;
    mirror *logs;
};

/* One checkpoint being fetched. */
typedef struct {
    mirror *m;
    sheaf_url base;
    sheaf_http_client *client;
    sheaf_http_reply reply;
} fetch;

static void path_of(const sheaf_tile *tile, bool listing, char out[SHEAF_TILE_PATH_MAX])
{
    if (listing)
        sheaf_visible_path(tile, out);
    else
        sheaf_tile_path(tile, out);
}

/* ---- keeping files ---- */

static sheaf_status listing_path(const mirror *m, const sheaf_tile *tile, char *out,
                                 sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_visible_path(tile, name);
    return sheaf_path(out, err, "%s/log/%s", m->dir, name);
}

/* Replaces a file durably, with the folders above it. */
static sheaf_status keep_file(const mirror *m, const sheaf_tile *tile, bool listing,
                              sheaf_slice data, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX], parent[SHEAF_PATH_MAX], draft[SHEAF_PATH_MAX],
        top[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(top, err, "%s/log", m->dir));
    SHEAF_TRY(sheaf_path(draft, err, "%s/journal/draft", m->dir));
    if (listing)
        SHEAF_TRY(listing_path(m, tile, path, err));
    else
        SHEAF_TRY(sheaf_log_path(m->dir, tile, path, err));
    SHEAF_TRY(sheaf_path_parent(path, parent, err));
    bool fresh = !sheaf_file_exists(parent);
    if (fresh)
        SHEAF_TRY(sheaf_folder_make(parent, 0755, err));
    SHEAF_TRY(sheaf_file_replace(path, draft, 0644, data, true, err));
    while (fresh && strcmp(parent, top) != 0) {
        SHEAF_TRY(sheaf_path_parent(parent, path, err));
        SHEAF_TRY(sheaf_path_sync(path, err));
        memcpy(parent, path, sizeof parent);
    }
    return SHEAF_OK;
}

/* Whoever asks for a part of what is full is given the beginning of that. */
static sheaf_status drop_partials(const mirror *m, sheaf_tile tile, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    for (tile.width = 1; tile.width < SHEAF_TILE_WIDTH; tile.width++) {
        SHEAF_TRY(sheaf_log_path(m->dir, &tile, path, err));
        SHEAF_TRY(sheaf_file_remove(path, err));
        if (!tile.entries)
            continue;
        SHEAF_TRY(listing_path(m, &tile, path, err));
        SHEAF_TRY(sheaf_file_remove(path, err));
    }
    return SHEAF_OK;
}

/* Every hash tile that the log of `size` entries has and the one of `before` had not. */
static sheaf_status keep_tiles(const mirror *m, uint64_t before, uint64_t size, sheaf_err *err)
{
    for (unsigned level = 0; sheaf_tile_hashes(level, size) > 0; level++) {
        uint64_t hashes = sheaf_tile_hashes(level, size);
        uint64_t at = sheaf_tile_hashes(level, before) / SHEAF_TILE_WIDTH * SHEAF_TILE_WIDTH;
        for (; at < hashes; at += SHEAF_TILE_WIDTH) {
            uint64_t width = hashes - at < SHEAF_TILE_WIDTH ? hashes - at : SHEAF_TILE_WIDTH;
            sheaf_tile tile = {.level = (uint8_t)level,
                               .width = (uint16_t)width,
                               .index = at / SHEAF_TILE_WIDTH};
            SHEAF_TRY(keep_file(m, &tile, false, sheaf_log_tile_bytes(&m->levels, &tile), err));
            if (width < SHEAF_TILE_WIDTH)
                continue;
            SHEAF_TRY(drop_partials(m, tile, err));
            tile.entries = true;
            if (level == 0)
                SHEAF_TRY(drop_partials(m, tile, err));
        }
    }
    return SHEAF_OK;
}

/* ---- fetching ---- */

static sheaf_status get(fetch *f, const sheaf_tile *tile, bool listing, sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX], path[SHEAF_TILE_PATH_MAX + 1] = "/";
    sheaf_buffer url;
    path_of(tile, listing, name);
    memcpy(path + 1, name, strlen(name) + 1);
    sheaf_status status = sheaf_url_join(&f->base, path, &url, err);
    if (status == SHEAF_OK)
        status = sheaf_http_get(f->client, (const char *)url.data, &f->reply, err);
    if (status == SHEAF_OK && !(f->reply.status == 403 && !listing))
        status = sheaf_http_reply_check(&f->reply, (const char *)url.data, err);
    sheaf_buffer_deinit(&url);
    return status;
}

/* The next leaf of a bundle or listing, and the entry where it can be read; false at the end.
 */
static bool next_leaf(sheaf_slice *in, bool listing, sheaf_hash *leaf, sheaf_slice *entry)
{
    sheaf_visible record;
    if (listing) {
        bool some = sheaf_visible_next(in, &record);
        *leaf = record.leaf;
        *entry = record.readable ? record.entry : sheaf_str("");
        return some;
    }
    if (!sheaf_bundle_next(in, entry))
        return false;
    *leaf = sheaf_tree_leaf(*entry);
    return true;
}

/* Entries of Sheaf end in ,"stamp":MILLISECONDS} and one from the future is not kept, for a
 * cosignature would lend it a time that has not come. */
static sheaf_status check_stamp(sheaf_slice entry, uint64_t index, sheaf_err *err)
{
    static const char word[] = ",\"stamp\":";
    size_t at = entry.len;
    uint64_t stamp;
    if (!entry.len || entry.data[--at] != '}')
        return SHEAF_OK;
    while (at > 0 && entry.data[at - 1] >= '0' && entry.data[at - 1] <= '9')
        at--;
    size_t len = sizeof word - 1;
    if (at < len || memcmp(entry.data + at - len, word, len) != 0
        || !sheaf_decimal_get(sheaf_bytes(entry.data + at, entry.len - 1 - at), &stamp))
        return SHEAF_OK;
    int64_t now = sheaf_clock_ms();
    return stamp <= (uint64_t)now + AHEAD_MAX_MS
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_IO,
                            "entry %llu is stamped %llu seconds ahead of this witness's clock",
                            (unsigned long long)index,
                            (unsigned long long)((stamp - (uint64_t)now) / 1000));
}

/* Takes the leaves that are new; those that are here already must be the same. */
static sheaf_status take_leaves(fetch *f, const sheaf_tile *tile, bool listing, sheaf_err *err)
{
    sheaf_levels *levels = &f->m->levels;
    sheaf_slice in = sheaf_buffer_slice(&f->reply.body);
    uint64_t at = tile->index * SHEAF_TILE_WIDTH, count = 0;
    sheaf_hash leaf;
    sheaf_slice entry;
    SHEAF_TRY(sheaf_levels_reserve(levels, SHEAF_TILE_WIDTH, err));
    for (; count < tile->width && next_leaf(&in, listing, &leaf, &entry); count++, at++) {
        SHEAF_TRY(check_stamp(entry, at, err));
        if (at >= sheaf_levels_size(levels))
            SHEAF_TRY(sheaf_levels_append(levels, &leaf, err));
        else if (!sheaf_hash_equal(&levels->level[0].hashes[at], &leaf))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the log serves another entry %llu than the one it had",
                              (unsigned long long)at);
    }
    if (count != tile->width || in.len != 0)
        return sheaf_fail(err, SHEAF_FAULT, "bundle %llu of the log is malformed",
                          (unsigned long long)tile->index);
    return SHEAF_OK;
}

/* One bundle, or its public listing where the bundle is for members. */
static sheaf_status take_bundle(fetch *f, const sheaf_tile *tile, sheaf_err *err)
{
    bool listing = false;
    SHEAF_TRY(get(f, tile, false, err));
    if (f->reply.status == 403) {
        listing = true;
        SHEAF_TRY(get(f, tile, true, err));
    }
    /* Kept first: what the levels hold stands on the disk. It is not served before it counts.
     */
    SHEAF_TRY(keep_file(f->m, tile, listing, sheaf_buffer_slice(&f->reply.body), err));
    return take_leaves(f, tile, listing, err);
}

static sheaf_status take_all(fetch *f, const sheaf_checkpoint *head, sheaf_err *err)
{
    mirror *m = f->m;
    uint64_t had = sheaf_levels_size(&m->levels);
    for (uint64_t at = had / SHEAF_TILE_WIDTH * SHEAF_TILE_WIDTH; at < head->size;
         at += SHEAF_TILE_WIDTH) {
        uint64_t left = head->size - at;
        sheaf_tile tile = {.entries = true,
                           .width =
                               (uint16_t)(left < SHEAF_TILE_WIDTH ? left : SHEAF_TILE_WIDTH),
                           .index = at / SHEAF_TILE_WIDTH};
        SHEAF_TRY(take_bundle(f, &tile, err));
    }
    sheaf_hash root = sheaf_levels_root(&m->levels, head->size);
    if (!sheaf_hash_equal(&root, &head->root))
        return sheaf_fail(
            err, SHEAF_FAULT,
            "the log serves other entries than its checkpoint of size %llu covers",
            (unsigned long long)head->size);
    SHEAF_TRY(keep_tiles(m, m->partials, head->size, err));
    m->partials = head->size;
    return SHEAF_OK;
}

/* ---- taking up what the folder has ---- */

static sheaf_status read_tile(mirror *m, const sheaf_tile *tile, sheaf_err *err)
{
    sheaf_buffer bytes;
    sheaf_slice data, hash;
    sheaf_buffer_init(&bytes, SHEAF_TILE_WIDTH * SHEAF_HASH_BYTES);
    sheaf_status status = sheaf_log_file_read(m->dir, tile, &bytes, &data, err);
    if (status == SHEAF_OK)
        status = sheaf_levels_reserve(&m->levels, SHEAF_TILE_WIDTH, err);
    while (status == SHEAF_OK && sheaf_take(&data, SHEAF_HASH_BYTES, &hash)) {
        sheaf_hash leaf;
        memcpy(leaf.bytes, hash.data, sizeof leaf.bytes);
        status = sheaf_levels_append(&m->levels, &leaf, err);
    }
    sheaf_buffer_deinit(&bytes);
    return status;
}

/* The tree of the checkpoint that was cosigned last; empty if the folder has no tiles of it,
 * as of a witness that did not mirror before. */
static sheaf_status take_up(mirror *m, uint64_t size, const sheaf_hash *want, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_levels_deinit(&m->levels);
    m->levels = (sheaf_levels){0};
    m->partials = 0;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/tile", m->dir));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    for (uint64_t at = 0; at < size; at += SHEAF_TILE_WIDTH) {
        uint64_t left = size - at;
        sheaf_tile tile = {.width =
                               (uint16_t)(left < SHEAF_TILE_WIDTH ? left : SHEAF_TILE_WIDTH),
                           .index = at / SHEAF_TILE_WIDTH};
        SHEAF_TRY(read_tile(m, &tile, err));
    }
    sheaf_hash root = sheaf_levels_root(&m->levels, size);
    if (size > 0 && !sheaf_hash_equal(&root, want))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the tiles in %s do not make the checkpoint that was cosigned", path);
    m->partials = size;
    return SHEAF_OK;
}

/* What is damaged, or was never there, is fetched again before the next cosignature. */
static void take_up_or_begin(mirror *m, uint64_t size, const sheaf_hash *root)
{
    if (take_up(m, size, root, NULL) == SHEAF_OK)
        return;
    sheaf_levels_deinit(&m->levels);
    m->levels = (sheaf_levels){0};
    m->partials = 0;
}

/* ---- the gate ---- */

static sheaf_status bring(const sheaf_mirrors *mirrors, mirror *m, const sheaf_witness_log *log,
                          const sheaf_checkpoint *head, sheaf_err *err)
{
    sheaf_http_client_config config = {.ca_file = mirrors->ca_file,
                                       .stop = mirrors->stop,
                                       .total_timeout_ms = TOTAL_TIMEOUT_MS,
                                       .reply_max = SHEAF_VISIBLE_BYTES_MAX + 1};
    fetch *f = calloc(1, sizeof *f);
    if (!f)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to mirror a log");
    f->m = m;
    sheaf_status status = sheaf_url_parse(sheaf_str(log->url), &f->base, err);
    if (status == SHEAF_OK)
        status = sheaf_http_client_open(&f->client, &config, err);
    if (status == SHEAF_OK) {
        sheaf_http_reply_init(&f->reply);
        status = take_all(f, head, err);
        sheaf_http_reply_deinit(&f->reply);
        sheaf_http_client_close(f->client);
    }
    free(f);
    return status;
}

/* With `busy` held. */
static sheaf_status bring_if_new(const sheaf_mirrors *mirrors, mirror *m,
                                 const sheaf_witness_log *log, const sheaf_checkpoint *head,
                                 sheaf_err *err)
{
    uint64_t had = sheaf_levels_size(&m->levels);
    if (head->size > had || (head->size == had && m->partials != had))
        return bring(mirrors, m, log, head, err);
    /* What was fetched and not cosigned may be of a hub that was there before. */
    sheaf_hash root = sheaf_levels_root(&m->levels, head->size);
    if (!sheaf_hash_equal(&root, &head->root))
        return sheaf_fail(err, SHEAF_FAULT, "the entries mirrored make another root");
    return head->size == had
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_IO, "a later checkpoint of this log is being taken");
}

/* What was fetched does not fit: back to what was cosigned. */
static void fall_back(mirror *m, sheaf_witness_log *log)
{
    pthread_mutex_lock(&log->lock);
    uint64_t size = log->size;
    sheaf_hash root = log->root;
    pthread_mutex_unlock(&log->lock);
    take_up_or_begin(m, size, &root);
}

static bool allow(void *context, sheaf_witness_log *log, const sheaf_checkpoint *head,
                  sheaf_slice note, sheaf_witness_answer *answer)
{
    sheaf_mirrors *mirrors = context;
    mirror *m = &mirrors->logs[log->number];
    sheaf_err err = {0};
    (void)note;
    if (head->size > ENTRIES_MAX) {
        sheaf_witness_answer_put(answer, 503, "this witness mirrors at most %d entries",
                                 ENTRIES_MAX);
        return false;
    }
    if (pthread_mutex_trylock(&m->busy) != 0) {
        sheaf_witness_answer_put(answer, 503,
                                 "another checkpoint of this log is being fetched");
        return false;
    }
    sheaf_status status = bring_if_new(mirrors, m, log, head, &err);
    if (status == SHEAF_FAULT)
        fall_back(m, log);
    pthread_mutex_unlock(&m->busy);
    if (status == SHEAF_OK)
        return true;
    sheaf_witness_answer_put(answer, status == SHEAF_FAULT ? 422 : 503, "%s", err.message);
    return false;
}

sheaf_witness_gate sheaf_mirrors_gate(sheaf_mirrors *mirrors)
{
    return (sheaf_witness_gate){allow, mirrors};
}

/* ---- serving ---- */

/* The first `width` records of a listing, or all readable ones of a bundle as a listing. */
static bool cut_listing(sheaf_slice in, bool bundle, unsigned width, sheaf_buffer *out)
{
    sheaf_slice entry;
    sheaf_visible record;
    for (unsigned i = 0; i < width; i++) {
        if (bundle && !sheaf_bundle_next(&in, &entry))
            return false;
        if (!bundle && !sheaf_visible_next(&in, &record))
            return false;
        if (bundle || record.readable)
            sheaf_visible_add_entry(out, bundle ? entry : record.entry);
        else
            sheaf_visible_add_leaf(out, &record.leaf);
    }
    return !out->failed;
}

/* The listing's file of this width, or of the full one. */
static bool read_listing(const mirror *m, sheaf_tile tile, sheaf_buffer *bytes)
{
    char path[SHEAF_PATH_MAX];
    if (listing_path(m, &tile, path, NULL) == SHEAF_OK && sheaf_file_exists(path))
        return sheaf_file_read(path, bytes, NULL) == SHEAF_OK;
    tile.width = SHEAF_TILE_WIDTH;
    return listing_path(m, &tile, path, NULL) == SHEAF_OK && sheaf_file_exists(path)
           && sheaf_file_read(path, bytes, NULL) == SHEAF_OK;
}

unsigned sheaf_mirrors_file(const sheaf_mirrors *mirrors, const sheaf_witness_log *log,
                            uint64_t size, sheaf_slice path, sheaf_buffer *out)
{
    const mirror *m = &mirrors->logs[log->number];
    sheaf_tile tile;
    sheaf_buffer bytes;
    sheaf_slice data;
    unsigned status = 404;
    bool listing = sheaf_visible_parse(path, &tile);
    if (!listing && !sheaf_tile_parse(path, &tile))
        return 404;
    uint64_t hashes = sheaf_tile_hashes(tile.level, size), before;
    if (__builtin_mul_overflow(tile.index, (uint64_t)SHEAF_TILE_WIDTH, &before)
        || before >= hashes || tile.width > hashes - before)
        return 404;
    sheaf_buffer_init(&bytes, SHEAF_VISIBLE_BYTES_MAX);
    if (sheaf_log_file_read(m->dir, &tile, &bytes, &data, NULL) == SHEAF_OK) {
        if (!listing)
            sheaf_buffer_add(out, data);
        status = !listing || cut_listing(data, true, tile.width, out) ? 200 : 404;
    } else {
        sheaf_buffer_reset(&bytes);
        if (tile.entries && read_listing(m, tile, &bytes))
            status = !listing                                                          ? 403
                     : cut_listing(sheaf_buffer_slice(&bytes), false, tile.width, out) ? 200
                                                                                       : 404;
    }
    sheaf_buffer_deinit(&bytes);
    return out->failed ? 503 : status;
}

/* ---- opening ---- */

static sheaf_status open_all(sheaf_mirrors *mirrors, const sheaf_witness_folder *folder,
                             sheaf_err *err)
{
    for (size_t i = 0; i < mirrors->count; i++) {
        const sheaf_witness_log *log = sheaf_witness_log_at(mirrors->witness, i);
        mirror *m = &mirrors->logs[i];
        SHEAF_TRY(sheaf_path(m->dir, err, "%s/%s", folder->dir, log->hex));
        take_up_or_begin(m, log->size, &log->root);
    }
    return SHEAF_OK;
}

sheaf_status sheaf_mirrors_open(sheaf_mirrors **out, const sheaf_witness_folder *folder,
                                const sheaf_witness *witness, const char *ca_file,
                                const atomic_bool *stop, sheaf_err *err)
{
    sheaf_mirrors *mirrors = calloc(1, sizeof *mirrors);
    if (!mirrors)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the mirrors");
    *mirrors = (sheaf_mirrors){.witness = witness,
                               .ca_file = ca_file,
                               .stop = stop,
                               .count = sheaf_witness_log_count(witness)};
    mirrors->logs = calloc(mirrors->count, sizeof *mirrors->logs);
    if (!mirrors->logs) {
        free(mirrors);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the mirrors");
    }
    for (size_t i = 0; i < mirrors->count; i++)
        pthread_mutex_init(&mirrors->logs[i].busy, NULL);
    sheaf_status status = open_all(mirrors, folder, err);
    if (status != SHEAF_OK) {
        sheaf_mirrors_close(mirrors);
        return status;
    }
    *out = mirrors;
    return SHEAF_OK;
}

void sheaf_mirrors_close(sheaf_mirrors *mirrors)
{
    if (!mirrors)
        return;
    for (size_t i = 0; i < mirrors->count; i++) {
        sheaf_levels_deinit(&mirrors->logs[i].levels);
        pthread_mutex_destroy(&mirrors->logs[i].busy);
    }
    free(mirrors->logs);
    free(mirrors);
}
