#include "base/encode.h"
#include "hub/api_internal.h"

enum { ANSWER_MAX = 2 * SHEAF_NOTE_BYTES_MAX + 16384 };

static void put_hashes(sheaf_json_writer *w, const sheaf_proof *proof)
{
    sheaf_json_key(w, "hashes");
    sheaf_json_open_list(w);
    for (size_t i = 0; i < proof->count; i++)
        sheaf_json_hex(w, sheaf_bytes(proof->hashes[i].bytes, sizeof proof->hashes[i].bytes));
    sheaf_json_close(w);
}

static void put_hash(sheaf_json_writer *w, const char *name, sheaf_hash hash)
{
    sheaf_json_member_put_hex(w, name, sheaf_bytes(hash.bytes, sizeof hash.bytes));
}

/* Writes what `put` gives under the lock, or a 404 with its reason. */
typedef sheaf_status put_answer(sheaf_hub *hub, uint64_t a, uint64_t b, sheaf_json_writer *w,
                                sheaf_err *err);

static void answer_with(const sheaf_api_call *call, put_answer *put, uint64_t a, uint64_t b,
                        sheaf_http_response *response)
{
    sheaf_err err;
    sheaf_buffer json;
    sheaf_buffer_init(&json, ANSWER_MAX);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_hub_read_begin(call->hub);
    sheaf_status status = put(call->hub, a, b, &w, &err);
    sheaf_hub_read_end(call->hub);
    if (status == SHEAF_OK)
        *response = sheaf_answer_json(&json);
    else if (status == SHEAF_INVALID)
        *response = sheaf_http_error(404, "%s", err.message);
    else
        *response = sheaf_answer_failure(&err);
    sheaf_buffer_deinit(&json);
}

/* ---- that an entry stands on the log ---- */

static sheaf_status put_inclusion(sheaf_hub *hub, uint64_t index, uint64_t size,
                                  sheaf_json_writer *w, sheaf_err *err)
{
    sheaf_proof proof;
    uint64_t published = sheaf_log_store_published(hub->store);
    size = size == UINT64_MAX ? published : size;
    if (size > published || index >= size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the log has %llu entries; there is no entry %llu",
                          (unsigned long long)(size > published ? published : size),
                          (unsigned long long)index);
    SHEAF_TRY(sheaf_log_store_inclusion(hub->store, index, size, &proof, err));
    sheaf_json_open_object(w);
    sheaf_json_member_put_string(w, "checkpoint", sheaf_log_store_checkpoint(hub->store));
    put_hashes(w, &proof);
    sheaf_json_member_put_int(w, "index", (int64_t)index);
    put_hash(w, "leaf", sheaf_log_store_hash(hub->store, 0, index));
    put_hash(w, "root", sheaf_log_store_root_at(hub->store, size));
    sheaf_json_member_put_int(w, "size", (int64_t)size);
    sheaf_json_close(w);
    return SHEAF_OK;
}

sheaf_http_verdict sheaf_api_proof(const sheaf_api_call *call, sheaf_http_response *response)
{
    uint64_t index, size;
    if (!sheaf_api_query_int(call, "index", UINT64_MAX, UINT32_MAX, &index, response)
        || !sheaf_api_query_int(call, "size", UINT64_MAX, UINT32_MAX, &size, response))
        return SHEAF_HTTP_ANSWERED;
    if (index == UINT64_MAX)
        *response = sheaf_http_error(400, "index=N is needed: the number of an entry");
    else
        answer_with(call, put_inclusion, index, size, response);
    return SHEAF_HTTP_ANSWERED;
}

/* ---- that a later log begins with an earlier one ---- */

static sheaf_status put_consistency(sheaf_hub *hub, uint64_t from, uint64_t to,
                                    sheaf_json_writer *w, sheaf_err *err)
{
    sheaf_proof proof;
    uint64_t size = sheaf_log_store_published(hub->store);
    to = to == UINT64_MAX ? size : to;
    if (to > size)
        return sheaf_fail(err, SHEAF_INVALID, "the log has %llu entries, not %llu",
                          (unsigned long long)size, (unsigned long long)to);
    if (from > to)
        return sheaf_fail(err, SHEAF_INVALID, "from=%llu is larger than to=%llu",
                          (unsigned long long)from, (unsigned long long)to);
    SHEAF_TRY(sheaf_log_store_consistency(hub->store, from, to, &proof, err));
    sheaf_json_open_object(w);
    sheaf_json_member_put_int(w, "from", (int64_t)from);
    put_hashes(w, &proof);
    put_hash(w, "root_from", sheaf_log_store_root_at(hub->store, from));
    put_hash(w, "root_to", sheaf_log_store_root_at(hub->store, to));
    sheaf_json_member_put_int(w, "to", (int64_t)to);
    sheaf_json_close(w);
    return SHEAF_OK;
}

sheaf_http_verdict sheaf_api_consistency(const sheaf_api_call *call,
                                         sheaf_http_response *response)
{
    uint64_t from, to;
    if (sheaf_api_query_int(call, "from", 0, UINT32_MAX, &from, response)
        && sheaf_api_query_int(call, "to", UINT64_MAX, UINT32_MAX, &to, response))
        answer_with(call, put_consistency, from, to, response);
    return SHEAF_HTTP_ANSWERED;
}
