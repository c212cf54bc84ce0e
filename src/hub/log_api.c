#include "base/encode.h"
#include "hub/api_internal.h"
#include "net/gzip.h"
#include "store/log_files.h"

enum { ENTRIES_MAX = 256, ANSWER_MAX = ENTRIES_MAX * (SHEAF_LOG_ENTRY_MAX + 256) };

/* ---- entries as JSON ---- */

static sheaf_status put_entry(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    sheaf_json_writer *w = context;
    sheaf_hash leaf = sheaf_tree_leaf(entry);
    (void)err;
    sheaf_json_open_object(w);
    sheaf_json_key(w, "entry");
    sheaf_json_raw(w, entry);
    sheaf_json_member_put_int(w, "index", (int64_t)index);
    sheaf_json_member_put_hex(w, "leaf", sheaf_bytes(leaf.bytes, sizeof leaf.bytes));
    sheaf_json_close(w);
    return SHEAF_OK;
}

sheaf_http_verdict sheaf_api_entries(const sheaf_api_call *call, sheaf_http_response *response)
{
    uint64_t from, count;
    if (!sheaf_api_query_int(call, "from", 0, UINT32_MAX, &from, response)
        || !sheaf_api_query_int(call, "count", ENTRIES_MAX, ENTRIES_MAX, &count, response))
        return SHEAF_HTTP_ANSWERED;
    sheaf_buffer json;
    sheaf_err err;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "entries");
    sheaf_json_open_list(&w);
    sheaf_hub_read_begin(call->hub);
    uint64_t size = sheaf_log_store_size(call->hub->store);
    uint64_t first = from < size ? from : size;
    uint64_t end = size - first < count ? size : first + count;
    sheaf_status status =
        sheaf_log_store_range(call->hub->store, first, end, put_entry, &w, &err);
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

sheaf_http_verdict sheaf_api_tile(const sheaf_api_call *call, sheaf_http_response *response)
{
    sheaf_tile tile;
    sheaf_buffer bytes;
    sheaf_slice data;
    sheaf_err err;
    bool found = sheaf_tile_parse(call->rest, &tile);
    sheaf_buffer_init(&bytes, SHEAF_BUNDLE_BYTES_MAX);
    sheaf_hub_read_begin(call->hub);
    found = found && has_tile(call->hub->store, &tile)
            && sheaf_log_file_read(call->hub->dir, &tile, &bytes, &data, &err) == SHEAF_OK;
    sheaf_hub_read_end(call->hub);
    if (found) {
        *response = sheaf_http_copy(200, "application/octet-stream", data);
        sheaf_http_header(response, "Cache-Control", "public, max-age=31536000, immutable");
        if (tile.entries) /* hashes do not get smaller */
            sheaf_http_gzip(response, call->request);
    } else {
        *response = sheaf_http_error(404, "the log has no such file");
    }
    sheaf_buffer_deinit(&bytes);
    return SHEAF_HTTP_ANSWERED;
}
