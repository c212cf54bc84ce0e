/* A log of which some entries are for members, verified by somebody who is none; see verify.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "claims/verify_fetch.h"
#include "log/checkpoint.h"
#include "log/levels.h"
#include "log/visible.h"
#include "store/file.h"

enum { LEVELS = 5, ENTRIES_MAX = 100000000 };

typedef struct {
    const sheaf_verify_options *options;
    sheaf_verified *out;
    sheaf_verify_fetch fetch;
    sheaf_buffer note;
    sheaf_checkpoint head;
    sheaf_tree tree;
    sheaf_levels
        tops; /* the roots of full tiles of level 0 as leaves: what the upper tiles hold */
    sheaf_ahead_keys *keys;
    void *block, *spare; /* of arenas */
    bool has_log_key;
    sheaf_public_key log_key;
    /* One listing at a time. */
    sheaf_buffer listing;
    sheaf_visible records[SHEAF_TILE_WIDTH];
    sheaf_slice entries[SHEAF_TILE_WIDTH];
    sheaf_ahead ahead[SHEAF_TILE_WIDTH];
    sheaf_signature_check checks[SHEAF_TILE_WIDTH];
} public;

static sheaf_status get_head(public *p, sheaf_err *err)
{
    sheaf_err why = {0};
    sheaf_slice note;
    SHEAF_TRY(sheaf_verify_get_log(&p->fetch, "checkpoint", &note, err));
    sheaf_buffer_add(&p->note, note);
    SHEAF_TRY(sheaf_buffer_check(&p->note, "the checkpoint", err));
    if (sheaf_checkpoint_read(sheaf_buffer_slice(&p->note), &p->head, &why) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "/log/checkpoint: %.250s", why.message);
    return p->head.size <= ENTRIES_MAX
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_NOMEM, "the log has more than %d entries", ENTRIES_MAX);
}

/* ---- entries that can be read ---- */

static sheaf_status founding(public *p, const sheaf_act *act, sheaf_err *err)
{
    const struct sheaf_coop_found *found = act->what;
    if (act->kind != SHEAF_KIND_coop_found || found->origin.len != SHEAF_ORIGIN_LEN)
        return sheaf_fail(err, SHEAF_FAULT, "entry 0 founds no co-op");
    memcpy(p->out->origin, found->origin.data, SHEAF_ORIGIN_LEN);
    p->log_key = found->log_key;
    p->has_log_key = true;
    return SHEAF_OK;
}

static sheaf_status fault_at(public *p, uint64_t index, const char *why, const char *rests_on,
                             sheaf_err *err)
{
    p->out->fault_entry = index;
    snprintf(p->out->fault_rests_on, SHEAF_RESTS_MAX, "%s", rests_on);
    return sheaf_fail(err, SHEAF_FAULT, "entry %llu %s", (unsigned long long)index, why);
}

/* An entry that is not one of this program's: of newer rules perhaps, which nobody can tell who
 * cannot replay; but canonical it must be. */
static sheaf_status check_canonical(public *p, uint64_t index, sheaf_slice entry,
                                    sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(p->spare, SHEAF_ACT_ARENA_BYTES);
    sheaf_json *tree;
    sheaf_err why = {0};
    if (sheaf_json_parse_canonical(entry, &arena, &tree, &why) == SHEAF_OK)
        return SHEAF_OK;
    return fault_at(p, index, why.message, "the canonical form that every entry must have",
                    err);
}

/* entries[0] to [count-1], which stand at `first` and on. Without the entries between them
 * nobody can say whether the rules allow them. */
static sheaf_status check_readable(public *p, uint64_t first, size_t count, sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(p->block, SHEAF_ACT_ARENA_BYTES);
    sheaf_ahead_entries(p->keys, first, p->entries, count, 0, &arena, p->checks, p->ahead);
    for (size_t i = 0; i < count; i++) {
        const sheaf_ahead *ahead = &p->ahead[i];
        if (!ahead->decoded)
            SHEAF_TRY(check_canonical(p, first + i, p->entries[i], err));
        if (first + i == 0 && ahead->decoded)
            SHEAF_TRY(founding(p, ahead->entry.act, err));
        if (ahead->check && !ahead->check->holds)
            return fault_at(p, first + i, "is not signed by the key that it names",
                            "the signature", err);
        p->out->signatures_checked += ahead->check != NULL;
    }
    p->out->readable += count;
    return SHEAF_OK;
}

/* ---- one listing ---- */

static sheaf_status compare_tile(public *p, const sheaf_tile *tile, const sheaf_hash *hashes,
                                 sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_slice bytes;
    sheaf_tile_path(tile, name);
    SHEAF_TRY(sheaf_verify_get_log(&p->fetch, name, &bytes, err));
    if (bytes.len != (size_t)tile->width * SHEAF_HASH_BYTES
        || memcmp(bytes.data, hashes, bytes.len) != 0)
        return sheaf_fail(err, SHEAF_FAULT, "log/%s does not hold the hashes of what it covers",
                          name);
    return SHEAF_OK;
}

static bool next_record(sheaf_slice *bytes, bool bundle, sheaf_visible *out)
{
    if (!bundle)
        return sheaf_visible_next(bytes, out);
    out->readable = sheaf_bundle_next(bytes, &out->entry);
    if (out->readable)
        out->leaf = sheaf_tree_leaf(out->entry);
    return out->readable;
}

static bool file_stands(const public *p, const char *name)
{
    char path[SHEAF_PATH_MAX];
    return sheaf_path(path, NULL, "%s/log/%s", p->fetch.dir, name) == SHEAF_OK
           && sheaf_file_exists(path);
}

/* Which file lists the entries of a tile. A mirror's folder has a listing only where something
 * is withheld, else the bundle itself; and it may have the full one alone. */
static void name_listing(const public *p, const sheaf_tile *tile,
                         char name[SHEAF_TILE_PATH_MAX], bool *bundle, bool *wider)
{
    sheaf_tile full = *tile;
    full.width = SHEAF_TILE_WIDTH;
    *bundle = *wider = false;
    sheaf_visible_path(tile, name);
    if (!p->fetch.dir || file_stands(p, name))
        return;
    sheaf_visible_path(&full, name);
    *wider = file_stands(p, name);
    if (*wider)
        return;
    sheaf_tile_path(tile, name);
    *bundle = true;
}

static sheaf_status read_listing(public *p, const sheaf_tile *tile, sheaf_err *err)
{
    char name[SHEAF_TILE_PATH_MAX];
    sheaf_slice bytes;
    bool bundle, wider;
    name_listing(p, tile, name, &bundle, &wider);
    SHEAF_TRY(sheaf_verify_get_log(&p->fetch, name, &bytes, err));
    sheaf_buffer_reset(&p->listing);
    sheaf_buffer_add(&p->listing, bytes);
    SHEAF_TRY(sheaf_buffer_check(&p->listing, "a listing", err));
    bytes = sheaf_buffer_slice(&p->listing);
    for (size_t i = 0; i < tile->width; i++)
        if (!next_record(&bytes, bundle, &p->records[i]))
            return sheaf_fail(err, SHEAF_FAULT, "log/%s does not list %u entries", name,
                              tile->width);
    return bytes.len == 0 || wider
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT, "log/%s has %zu bytes too many", name, bytes.len);
}

static sheaf_status check_listing(public *p, const sheaf_tile *bundle, sheaf_err *err)
{
    uint64_t first = bundle->index * SHEAF_TILE_WIDTH;
    sheaf_hash leaves[SHEAF_TILE_WIDTH], top;
    sheaf_tile tile = *bundle;
    sheaf_tree tree = {0};
    SHEAF_TRY(read_listing(p, bundle, err));
    for (size_t i = 0; i < bundle->width; i++) {
        leaves[i] = p->records[i].leaf;
        sheaf_tree_append(&p->tree, &leaves[i]);
        sheaf_tree_append(&tree, &leaves[i]);
    }
    tile.entries = false;
    SHEAF_TRY(compare_tile(p, &tile, leaves, err));
    top = sheaf_tree_root(&tree);
    if (bundle->width == SHEAF_TILE_WIDTH)
        SHEAF_TRY(sheaf_levels_append(&p->tops, &top, err));
    for (size_t from = 0, to; from < bundle->width; from = to + 1) {
        for (to = from; to < bundle->width && p->records[to].readable; to++)
            p->entries[to - from] = p->records[to].entry;
        if (to > from)
            SHEAF_TRY(check_readable(p, first + from, to - from, err));
    }
    return SHEAF_OK;
}

/* ---- all of it ---- */

/* Tiles of level 1 and above: theirs are the complete subtrees over full tiles of level 0. */
static sheaf_status check_upper(public *p, sheaf_err *err)
{
    for (unsigned level = 1; level < LEVELS; level++) {
        uint64_t hashes = sheaf_tile_hashes(level, p->head.size);
        for (uint64_t at = 0; at < hashes; at += SHEAF_TILE_WIDTH) {
            uint64_t width = hashes - at < SHEAF_TILE_WIDTH ? hashes - at : SHEAF_TILE_WIDTH;
            sheaf_tile tile = {.level = (uint8_t)level,
                               .width = (uint16_t)width,
                               .index = at / SHEAF_TILE_WIDTH};
            SHEAF_TRY(compare_tile(p, &tile, p->tops.level[8 * (level - 1)].hashes + at, err));
        }
    }
    return SHEAF_OK;
}

static sheaf_status check_head(public *p, sheaf_err *err)
{
    const sheaf_vkey *given = p->options->log_key;
    sheaf_hash root = sheaf_tree_root(&p->tree);
    sheaf_checkpoint head;
    sheaf_vkey key;
    sheaf_err why = {0};
    if (!sheaf_hash_equal(&root, &p->head.root))
        return sheaf_fail(err, SHEAF_FAULT,
                          "/log/checkpoint: its root is not that of the %llu entries listed",
                          (unsigned long long)p->head.size);
    if (!p->has_log_key)
        return sheaf_fail(err, SHEAF_FAULT, "entry 0, the founding, is withheld");
    SHEAF_TRY(sheaf_vkey_make(&key, SHEAF_VKEY_ED25519, sheaf_str(p->out->origin),
                              p->log_key.bytes, err));
    if (given && !sheaf_slice_equal(sheaf_vkey_name(given), sheaf_vkey_name(&key)))
        return sheaf_fail(err, SHEAF_FAULT, "this is the log of %s, not of the key given",
                          p->out->origin);
    if (sheaf_checkpoint_open(sheaf_buffer_slice(&p->note), given ? given : &key, &head, &why)
        != SHEAF_OK)
        return sheaf_fail(err, SHEAF_FAULT, "/log/checkpoint: %.250s%s", why.message,
                          given ? "" : "; if the log has got a new key, give it with --vkey");
    p->out->root = head.root;
    return SHEAF_OK;
}

static sheaf_status verify(public *p, sheaf_err *err)
{
    SHEAF_TRY(get_head(p, err));
    for (uint64_t at = 0; at < p->head.size; at += SHEAF_TILE_WIDTH) {
        uint64_t width =
            p->head.size - at < SHEAF_TILE_WIDTH ? p->head.size - at : SHEAF_TILE_WIDTH;
        sheaf_tile bundle = {
            .entries = true, .width = (uint16_t)width, .index = at / SHEAF_TILE_WIDTH};
        SHEAF_TRY(check_listing(p, &bundle, err));
        p->out->entries = at + width;
        if (p->options->progress)
            p->options->progress(p->options->context, "entries", at + width, p->head.size);
    }
    SHEAF_TRY(check_upper(p, err));
    SHEAF_TRY(check_head(p, err));
    if (p->options->note)
        sheaf_buffer_add(p->options->note, sheaf_buffer_slice(&p->note));
    return SHEAF_OK;
}

static sheaf_status begin(public *p, const char *from, sheaf_err *err)
{
    p->block = malloc(SHEAF_ACT_ARENA_BYTES);
    p->spare = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!p->block || !p->spare)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to verify %s", from);
    SHEAF_TRY(sheaf_ahead_keys_open(&p->keys, err));
    return sheaf_verify_fetch_open(&p->fetch, from, p->options, err);
}

sheaf_status sheaf_verify_public(const char *from, const sheaf_verify_options *options,
                                 sheaf_verified *out, sheaf_err *err)
{
    static const sheaf_verify_options plain = {0};
    *out = (sheaf_verified){.stopped_at = UINT64_MAX, .fault_entry = UINT64_MAX};
    public *p = calloc(1, sizeof *p);
    if (!p)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to verify %s", from);
    p->options = options ? options : &plain;
    p->out = out;
    sheaf_buffer_init(&p->note, SHEAF_NOTE_BYTES_MAX);
    sheaf_buffer_init(&p->listing, SHEAF_VISIBLE_BYTES_MAX);
    sheaf_status status = begin(p, from, err);
    if (status == SHEAF_OK) {
        status = verify(p, err);
        sheaf_verify_fetch_close(&p->fetch);
    }
    sheaf_ahead_keys_close(p->keys);
    sheaf_levels_deinit(&p->tops);
    sheaf_buffer_deinit(&p->listing);
    sheaf_buffer_deinit(&p->note);
    free(p->block);
    free(p->spare);
    free(p);
    return status;
}
