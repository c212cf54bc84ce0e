/* The calls that most callers make, over sheaf_http_call_run(). */
#include "base/json.h"
#include "net/client_internal.h"
#include "net/event_reader.h"

sheaf_status sheaf_http_reply_check(const sheaf_http_reply *reply, const char *url,
                                    sheaf_err *err)
{
    if (reply->status >= 200 && reply->status <= 299)
        return SHEAF_OK;
    _Alignas(max_align_t) uint8_t block[16 << 10];
    sheaf_arena arena = sheaf_arena_over(block, sizeof block);
    sheaf_json *root = NULL;
    sheaf_slice sentence = {NULL, 0};
    if (sheaf_json_parse(sheaf_buffer_slice(&reply->body), &arena, &root, NULL) == SHEAF_OK)
        sentence = sheaf_json_member_string(sheaf_json_member(root, "error"), "message");
    if (sentence.len > 0)
        return sheaf_fail(err, SHEAF_IO, "%s answers %u: %.*s", url, reply->status,
                          SHEAF_PRINT(sentence));
    return sheaf_fail(err, SHEAF_IO, "%s answers with status %u", url, reply->status);
}

sheaf_status sheaf_http_get(sheaf_http_client *client, const char *url, sheaf_http_reply *reply,
                            sheaf_err *err)
{
    return sheaf_http_call_run(client, &(sheaf_http_call){.url = url}, reply, err);
}

sheaf_status sheaf_http_post(sheaf_http_client *client, const char *url,
                             const char *content_type, sheaf_slice body,
                             sheaf_http_reply *reply, sheaf_err *err)
{
    sheaf_http_call call = {.url = url, .content_type = content_type, .body = body};
    return sheaf_http_call_run(client, &call, reply, err);
}

sheaf_status sheaf_http_download(sheaf_http_client *client, const char *url, uint64_t max,
                                 bool (*write)(void *ctx, sheaf_slice piece, sheaf_err *err),
                                 void *ctx, sheaf_err *err)
{
    sheaf_http_call call = {.url = url, .write = write, .write_ctx = ctx, .write_max = max};
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    sheaf_status status = sheaf_http_call_run(client, &call, &reply, err);
    if (status == SHEAF_OK)
        status = sheaf_http_reply_check(&reply, url, err);
    if (status == SHEAF_OK && reply.status != 200)
        status = sheaf_fail(err, SHEAF_IO, "%s answers with status %u instead of a file", url,
                            reply.status);
    sheaf_http_reply_deinit(&reply);
    return status;
}

static bool on_stream(void *ctx, sheaf_slice piece, sheaf_err *err)
{
    sheaf_event_reader *reader = ctx;
    return sheaf_event_reader_feed(reader, piece, err) == SHEAF_OK && !reader->stopped;
}

sheaf_status sheaf_http_follow(sheaf_http_client *client, const char *url,
                               bool (*on_event)(void *ctx, sheaf_slice name, sheaf_slice data),
                               void *ctx, sheaf_err *err)
{
    static const char *const accept[] = {"Accept: text/event-stream", NULL};
    sheaf_event_reader reader;
    sheaf_event_reader_init(&reader, on_event, ctx);
    sheaf_http_call call = {.url = url,
                            .headers = accept,
                            .write = on_stream,
                            .write_ctx = &reader,
                            .endless = true};
    sheaf_http_reply reply;
    sheaf_http_reply_init(&reply);
    sheaf_err why;
    sheaf_status status = sheaf_http_call_run(client, &call, &reply, &why);
    if (reader.stopped || sheaf_http_client_stopped(client))
        status = SHEAF_OK;
    else if (status != SHEAF_OK)
        status = sheaf_fail(err, status, "%s", why.message);
    else
        status = sheaf_http_reply_check(&reply, url, err);
    sheaf_http_reply_deinit(&reply);
    sheaf_event_reader_deinit(&reader);
    return status;
}
