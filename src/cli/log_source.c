#include "cli/log_source.h"

#include "acts/log_key.h"
#include "log/visible.h"
#include "node/remote_tiles.h"
#include "store/log_files.h"
#include "store/log_store.h"

#include <stdio.h>
#include <stdlib.h>

/* One file of a remote log into source->bytes. */
static sheaf_status get(sheaf_log_source *s, const char *name, unsigned *status, sheaf_err *err)
{
    char path[SHEAF_TILE_PATH_MAX + 8];
    snprintf(path, sizeof path, "%s%s", s->prefix, name);
    SHEAF_TRY(s->transport.call(s->transport.context,
                                &(sheaf_hub_call){.method = "GET", .path = path}, status,
                                &s->bytes, err));
    if (*status == 200 || *status == 403 || *status == 404)
        return SHEAF_OK;
    return sheaf_hub_failed(path, *status, sheaf_buffer_slice(&s->bytes), err);
}

/* A full tile replaces its partial ones, so either may be there. */
static sheaf_status get_tile(sheaf_log_source *s, sheaf_tile_namer *namer,
                             const sheaf_tile *tile, unsigned *status, sheaf_slice *out,
                             sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_tile either = *tile;
    for (int full = 0; full < 2; full++) {
        namer(&either, name);
        SHEAF_TRY(get(s, name, status, err));
        *out = sheaf_buffer_slice(&s->bytes);
        if (*status != 404)
            return SHEAF_OK;
        either.width = SHEAF_TILE_WIDTH;
    }
    return sheaf_fail(err, SHEAF_FAULT, "the log lacks %s, which its checkpoint needs", name);
}

/* At least the bytes of the tile: a full one may stand for it. */
static sheaf_status tile_bytes(sheaf_log_source *s, const sheaf_tile *tile, sheaf_slice *out,
                               sheaf_err *err)
{
    unsigned status = 200;
    if (s->dir[0])
        return sheaf_log_file_read(s->dir, tile, &s->bytes, out, err);
    SHEAF_TRY(get_tile(s, sheaf_tile_path, tile, &status, out, err));
    if (status != 200)
        return sheaf_hub_failed("a tile", status, *out, err);
    return SHEAF_OK;
}

static sheaf_status read_hashes(void *context, const sheaf_tile *tile,
                                sheaf_hash out[SHEAF_TILE_WIDTH], sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_slice bytes;
    size_t want = tile->width * sizeof *out;
    SHEAF_TRY(tile_bytes(context, tile, &bytes, err));
    sheaf_tile_path(tile, name);
    if (bytes.len != want && bytes.len != SHEAF_TILE_WIDTH * sizeof *out)
        return sheaf_fail(err, SHEAF_FAULT, "%s of the log has %zu bytes, not %zu", name,
                          bytes.len, want);
    memcpy(out, bytes.data, want);
    return SHEAF_OK;
}

static sheaf_status open_folder(sheaf_log_source *s, const char *dir, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(s->dir, err, "%s", dir));
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", dir));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_IO, "%s holds no log: there is no %s", dir, path);
    return sheaf_file_read(path, &s->note, err);
}

/* A hub has the files under /log/, a mirror where it was told to put them. */
static sheaf_status open_remote(sheaf_log_source *s, const char *url, const char *ca_file,
                                const char *home, sheaf_err *err)
{
    static const char *const prefixes[] = {"/log/", "/"};
    unsigned status = 0;
    SHEAF_TRY(sheaf_http_transport_open(&s->http, url, ca_file, NULL, err));
    s->transport = sheaf_http_transport_as(&s->http);
    if (home) {
        SHEAF_TRY(sheaf_path(s->reader.dir, err, "%s", home));
        SHEAF_TRY(sheaf_home_read(&s->reader.home, home, err));
        s->reader.ports = sheaf_node_ports_real(s->transport);
        s->transport = sheaf_member_transport(&s->reader);
    }
    for (size_t i = 0; i < 2 && status != 200; i++) {
        s->prefix = prefixes[i];
        SHEAF_TRY(get(s, "checkpoint", &status, err));
    }
    if (status != 200)
        return sheaf_fail(err, SHEAF_IO,
                          "%s has no log: neither /log/checkpoint nor /checkpoint", url);
    sheaf_buffer_add(&s->note, sheaf_buffer_slice(&s->bytes));
    return sheaf_buffer_check(&s->note, "the checkpoint", err);
}

sheaf_status sheaf_log_source_open(sheaf_log_source **out, const char *where,
                                   const char *ca_file, const char *home, sheaf_err *err)
{
    sheaf_log_source *s = calloc(1, sizeof *s);
    sheaf_err why = {0};
    if (!s)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to read a log");
    sheaf_buffer_init(&s->note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&s->bytes, SHEAF_VISIBLE_BYTES_MAX);
    sheaf_status status = strstr(where, "://") ? open_remote(s, where, ca_file, home, err)
                                               : open_folder(s, where, err);
    if (status == SHEAF_OK
        && sheaf_checkpoint_read(sheaf_buffer_slice(&s->note), &s->head, &why) != SHEAF_OK)
        status = sheaf_fail(err, SHEAF_FAULT, "the checkpoint of %s: %s", where, why.message);
    if (status != SHEAF_OK) {
        sheaf_log_source_close(s);
        return status;
    }
    s->tiles.read = read_hashes;
    s->tiles.context = s;
    s->tiles.size = s->head.size;
    *out = s;
    return SHEAF_OK;
}

void sheaf_log_source_close(sheaf_log_source *source)
{
    if (!source)
        return;
    sheaf_http_transport_close(&source->http);
    sheaf_buffer_deinit(&source->note);
    sheaf_buffer_deinit(&source->bytes);
    free(source);
}

/* The entry out of its bundle. */
static sheaf_status pick(sheaf_slice bundle, uint64_t index, sheaf_slice *out, sheaf_err *err)
{
    for (uint64_t i = index - index % SHEAF_TILE_WIDTH; i <= index; i++)
        if (!sheaf_bundle_next(&bundle, out))
            return sheaf_fail(err, SHEAF_FAULT, "the bundle of entry %llu is cut short",
                              (unsigned long long)index);
    return SHEAF_OK;
}

/* The entry out of the public listing, if it is for everyone. */
static sheaf_status pick_public(sheaf_slice listing, uint64_t index, sheaf_slice *out,
                                sheaf_err *err)
{
    sheaf_visible record = {0};
    for (uint64_t i = index - index % SHEAF_TILE_WIDTH; i <= index; i++)
        if (!sheaf_visible_next(&listing, &record))
            return sheaf_fail(err, SHEAF_FAULT, "the listing of entry %llu is cut short",
                              (unsigned long long)index);
    if (!record.readable)
        return sheaf_fail(err, SHEAF_IO,
                          "entry %llu is for members: give the home folder of one with --home "
                          "DIR",
                          (unsigned long long)index);
    *out = record.entry;
    return SHEAF_OK;
}

static sheaf_status find_entry(sheaf_log_source *s, uint64_t index, sheaf_slice *out,
                               sheaf_err *err)
{
    uint64_t left = s->head.size - (index - index % SHEAF_TILE_WIDTH);
    sheaf_tile tile = {.entries = true,
                       .index = index / SHEAF_TILE_WIDTH,
                       .width = left < SHEAF_TILE_WIDTH ? (uint16_t)left : SHEAF_TILE_WIDTH};
    sheaf_slice bundle;
    unsigned status = 200;
    if (s->dir[0])
        SHEAF_TRY(sheaf_log_file_read(s->dir, &tile, &s->bytes, &bundle, err));
    else
        SHEAF_TRY(get_tile(s, sheaf_tile_path, &tile, &status, &bundle, err));
    if (status == 200)
        return pick(bundle, index, out, err);
    SHEAF_TRY(get_tile(s, sheaf_visible_path, &tile, &status, &bundle, err));
    if (status != 200)
        return sheaf_hub_failed("the public listing", status, bundle, err);
    return pick_public(bundle, index, out, err);
}

sheaf_status sheaf_log_source_entry(sheaf_log_source *source, uint64_t index,
                                    const sheaf_hash *leaf, sheaf_slice *out, sheaf_err *err)
{
    SHEAF_TRY(find_entry(source, index, out, err));
    sheaf_hash made = sheaf_tree_leaf(*out);
    if (!sheaf_hash_equal(&made, leaf))
        return sheaf_fail(err, SHEAF_FAULT, "entry %llu is not what the log's hashes say",
                          (unsigned long long)index);
    return SHEAF_OK;
}

sheaf_status sheaf_log_source_prove(sheaf_log_source *source, uint64_t index, sheaf_hash *leaf,
                                    sheaf_proof *out, sheaf_err *err)
{
    uint64_t size = source->head.size;
    if (index >= size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the log has %llu entries; there is no entry %llu",
                          (unsigned long long)size, (unsigned long long)index);
    sheaf_tree_source tree = sheaf_tile_source_as(&source->tiles);
    SHEAF_TRY(tree.subtree(tree.context, 0, index, leaf, err));
    SHEAF_TRY(sheaf_inclusion_make(&tree, index, size, out, err));
    if (!sheaf_inclusion_verify(out, index, size, leaf, &source->head.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the log's tiles do not make the root of its checkpoint: check it "
                          "with sheaf verify");
    return SHEAF_OK;
}

/* ---- the key of a folder's log ---- */

typedef struct {
    sheaf_slice note; /* empty: nothing was signed yet */
    sheaf_arena arena;
    char origin[SHEAF_ORIGIN_LEN + 1];
    sheaf_vkey key;
    bool found;
} key_search;

/* Does this entry name the key that signed the checkpoint? */
static sheaf_status try_entry(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    key_search *search = context;
    sheaf_log_key named;
    sheaf_checkpoint head;
    if (search->found || !sheaf_entry_log_key(entry, &search->arena, &named))
        return SHEAF_OK;
    if (named.founding && index == 0 && named.origin.len == SHEAF_ORIGIN_LEN)
        memcpy(search->origin, named.origin.data, SHEAF_ORIGIN_LEN);
    SHEAF_TRY(sheaf_vkey_make(&search->key, SHEAF_VKEY_ED25519, sheaf_str(search->origin),
                              named.key.bytes, err));
    search->found =
        !search->note.len
        || sheaf_checkpoint_open(search->note, &search->key, &head, NULL) == SHEAF_OK;
    return SHEAF_OK;
}

static sheaf_status search_store(const char *dir, const sheaf_log_store *store,
                                 key_search *search, sheaf_err *err)
{
    uint64_t size = sheaf_log_store_size(store);
    if (!size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s holds no log; found a co-op with: sheaf found %s", dir, dir);
    search->note = sheaf_log_store_checkpoint(store);
    SHEAF_TRY(sheaf_log_store_range(store, 0, 1, try_entry, search, err));
    if (!search->origin[0])
        return sheaf_fail(err, SHEAF_FAULT, "the first entry of %s/log founds no co-op", dir);
    if (!search->found) /* members have appointed another hub since */
        SHEAF_TRY(sheaf_log_store_range(store, 1, size, try_entry, search, err));
    if (!search->found)
        return sheaf_fail(err, SHEAF_FAULT,
                          "no key that %s/log names has signed its checkpoint", dir);
    return SHEAF_OK;
}

sheaf_status sheaf_log_folder_key(const char *dir, sheaf_vkey *out, sheaf_err *err)
{
    sheaf_log_store *store;
    SHEAF_TRY(sheaf_log_store_open(&store, dir, true, err));
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    key_search search = {.arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES)};
    sheaf_status status = block ? search_store(dir, store, &search, err)
                                : sheaf_fail(err, SHEAF_NOMEM, "no memory to read a log");
    free(block);
    sheaf_log_store_close(store);
    *out = search.key;
    return status;
}
