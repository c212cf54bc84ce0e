#include "base/encode.h"
#include "hub/readers.h"
#include "log/visible.h"
#include "net/gzip.h"
#include "store/log_files.h"

enum { ENTRIES_MAX = 256, ANSWER_MAX = ENTRIES_MAX * (SHEAF_LOG_ENTRY_MAX + 256) };

/* ---- entries as JSON ---- */

typedef struct {
    sheaf_json_writer *w;
    const sheaf_state *state;
    bool member;
} entries_answer;

static sheaf_status put_entry(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    const entries_answer *answer = context;
    sheaf_json_writer *w = answer->w;
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    (void)err;
    sheaf_json_open_object(w);
    if (answer->member || sheaf_entry_for_all(answer->state, index, entry)) {
        sheaf_json_key(w, "entry");
        sheaf_json_raw(w, entry);
    }
    sheaf_json_member_put_int(w, "index", (int64_t)index);
    sheaf_json_member_put_hex(w, "leaf", sheaf_bytes(leaf.bytes, sizeof leaf.bytes));
    sheaf_json_close(w);
    return SHEAF_OK;
}

sheaf_http_verdict sheaf_api_entries(const sheaf_api_call *call, sheaf_http_response *response)
{
    uint64_t from, count;
    entries_answer answer = {.state = sheaf_hub_state(call->hub)};
    if (!sheaf_api_query_int(call, "from", 0, UINT32_MAX, &from, response)
        || !sheaf_api_query_int(call, "count", ENTRIES_MAX, ENTRIES_MAX, &count, response)
        || !sheaf_reader_known(call, &answer.member, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_buffer json;
    sheaf_err err;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_json_writer w = sheaf_json_begin(&json);
    answer.w = &w;
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "entries");
    sheaf_json_open_list(&w);
    sheaf_hub_read_begin(call->hub);
    uint64_t size = sheaf_log_store_size(call->hub->store);
    uint64_t first = from < size ? from : size;
    uint64_t end = size - first < count ? size : first + count;
    sheaf_status status =
        sheaf_log_store_range(call->hub->store, first, end, put_entry, &answer, &err);
    sheaf_hub_read_end(call->hub);
    sheaf_json_close(&w);
    sheaf_json_member_put_int(&w, "size", (int64_t)size);
    sheaf_json_close(&w);
    if (status == SHEAF_OK) {
        *response = sheaf_answer_json(&json);
    } else {
        sheaf_buffer_deinit(&json);
        *response = sheaf_answer_failure(&err);
    }
    return SHEAF_HTTP_ANSWERED;
}

/* ---- the log's files ---- */

sheaf_http_verdict sheaf_api_checkpoint(const sheaf_api_call *call,
                                        sheaf_http_response *response)
{
    sheaf_hub_read_begin(call->hub);
    *response = sheaf_http_copy(200, "text/plain; charset=utf-8",
                                sheaf_log_store_checkpoint(call->hub->store));
    sheaf_hub_read_end(call->hub);
    sheaf_http_header(response, "Cache-Control", "public, max-age=1");
    return SHEAF_HTTP_ANSWERED;
}

/* Does the log that the checkpoint covers have a tile of this width? */
static bool has_tile(const sheaf_log_store *store, const sheaf_tile *tile)
{
    uint64_t hashes = sheaf_tile_hashes(tile->level, sheaf_log_store_published(store));
    uint64_t before;
    return !__builtin_mul_overflow(tile->index, (uint64_t)SHEAF_TILE_WIDTH, &before)
           && before < hashes && tile->width <= hashes - before;
}

/* Are all entries of the bundle for everyone? With the lock held for reading. */
static bool bundle_for_all(const sheaf_state *state, const sheaf_tile *tile, sheaf_slice bundle)
{
    sheaf_slice entry;
    for (uint64_t i = tile->index * SHEAF_TILE_WIDTH; sheaf_bundle_next(&bundle, &entry); i++)
        if (!sheaf_entry_for_all(state, i, entry))
            return false;
    return true;
}

/* The bundle as the public may have it. With the lock held for reading. */
static void put_listing(sheaf_buffer *out, const sheaf_state *state, const sheaf_tile *tile,
                        sheaf_slice bundle)
{
    sheaf_slice entry;
    for (uint64_t i = tile->index * SHEAF_TILE_WIDTH; sheaf_bundle_next(&bundle, &entry); i++) {
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        if (sheaf_entry_for_all(state, i, entry))
            sheaf_visible_add_entry(out, entry);
        else
            sheaf_visible_add_leaf(out, &leaf);
    }
}

/* A file of the log: a hash tile, a bundle, or the public listing of a bundle. */
typedef struct {
    sheaf_tile tile;
    bool listing, found, for_all;
    sheaf_buffer file, made;
    sheaf_slice data;
} log_file;

static void read_file(const sheaf_api_call *call, log_file *f)
{
    const sheaf_state *state = sheaf_hub_state(call->hub);
    sheaf_err err;
    f->for_all = true;
    f->found = has_tile(call->hub->store, &f->tile)
               && sheaf_log_store_tile(call->hub->store, &f->tile, &f->file, &f->data, &err)
                      == SHEAF_OK;
    if (!f->found || !f->tile.entries)
        return;
    if (f->listing) {
        put_listing(&f->made, state, &f->tile, f->data);
        f->found = !f->made.failed;
        f->data = sheaf_buffer_slice(&f->made);
    } else {
        f->for_all = bundle_for_all(state, &f->tile, f->data);
    }
}

static sheaf_http_response answer_file(const sheaf_api_call *call, const log_file *f,
                                       bool member)
{
    char path[SHEAF_TILE_PATH_MAX];
    if (!f->found)
        return sheaf_http_error(404, "the log has no such file");
    if (!f->for_all && !member) {
        sheaf_visible_path(&f->tile, path);
        return sheaf_answer_members_only("some of these entries are for members: sign the "
                                         "request (Sheaf-Request), or read /log/%s, which has "
                                         "leaf hashes in their place",
                                         path);
    }
    sheaf_http_response response = sheaf_http_copy(200, "application/octet-stream", f->data);
    sheaf_http_header(&response, "Cache-Control",
                      f->for_all ? "public, max-age=31536000, immutable"
                                 : "private, max-age=31536000, immutable");
    if (f->tile.entries) /* hashes do not get smaller */
        sheaf_http_gzip(&response, call->request);
    return response;
}

sheaf_http_verdict sheaf_api_tile(const sheaf_api_call *call, sheaf_http_response *response)
{
    log_file f = {0};
    bool member;
    f.listing = sheaf_visible_parse(call->rest, &f.tile);
    if (!f.listing && !sheaf_tile_parse(call->rest, &f.tile)) {
        *response = sheaf_http_error(404, "the log has no such file");
        return SHEAF_HTTP_ANSWERED;
    }
    if (!sheaf_reader_known(call, &member, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_buffer_init(&f.file, SHEAF_BUNDLE_BYTES_MAX);
    sheaf_buffer_init(&f.made, SHEAF_VISIBLE_BYTES_MAX);
    sheaf_hub_read_begin(call->hub);
    read_file(call, &f);
    sheaf_hub_read_end(call->hub);
    *response = answer_file(call, &f, member);
    sheaf_buffer_deinit(&f.made);
    sheaf_buffer_deinit(&f.file);
    return SHEAF_HTTP_ANSWERED;
}
