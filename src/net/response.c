#include "net/response.h"

#include "base/json.h"
#include "net/net_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static sheaf_http_response response_of(unsigned status, const char *content_type,
                                       sheaf_http_body kind)
{
    return (sheaf_http_response){
        .status = status, .content_type = content_type, .kind = kind, .fd = -1};
}

static sheaf_http_response memory_spent(void)
{
    static const char text[] = "{\"error\":{\"message\":\"the server is out of memory for this "
                               "request; try again\",\"status\":503}}";
    return sheaf_http_static(503, "application/json", sheaf_str(text));
}

sheaf_http_response sheaf_http_static(unsigned status, const char *content_type,
                                      sheaf_slice bytes)
{
    sheaf_http_response out = response_of(status, content_type, SHEAF_HTTP_BODY_BORROWED);
    out.bytes = bytes;
    return out;
}

sheaf_http_response sheaf_http_copy(unsigned status, const char *content_type,
                                    sheaf_slice bytes)
{
    if (bytes.len == 0)
        return response_of(status, content_type, SHEAF_HTTP_BODY_NONE);
    uint8_t *copy = malloc(bytes.len);
    if (!copy)
        return memory_spent();
    memcpy(copy, bytes.data, bytes.len);
    sheaf_http_response out = response_of(status, content_type, SHEAF_HTTP_BODY_OWNED);
    out.bytes = sheaf_bytes(copy, bytes.len);
    return out;
}

sheaf_http_response sheaf_http_take(unsigned status, const char *content_type,
                                    sheaf_buffer *buffer)
{
    size_t max = buffer->max;
    if (buffer->failed) {
        sheaf_buffer_deinit(buffer);
        sheaf_buffer_init(buffer, max);
        return memory_spent();
    }
    sheaf_http_response out = response_of(status, content_type, SHEAF_HTTP_BODY_NONE);
    if (buffer->data) {
        out.kind = SHEAF_HTTP_BODY_OWNED;
        out.bytes = sheaf_buffer_slice(buffer);
    }
    sheaf_buffer_init(buffer, max);
    return out;
}

sheaf_http_response sheaf_http_lend(unsigned status, const char *content_type,
                                    sheaf_slice bytes, void (*give_back)(void *ctx), void *ctx)
{
    sheaf_http_response out = response_of(status, content_type, SHEAF_HTTP_BODY_LENT);
    out.bytes = bytes;
    out.give_back = give_back;
    out.give_back_ctx = ctx;
    return out;
}

sheaf_http_response sheaf_http_file(unsigned status, const char *content_type, int fd,
                                    uint64_t size)
{
    sheaf_http_response out = response_of(status, content_type, SHEAF_HTTP_BODY_FILE);
    out.fd = fd;
    out.file_size = size;
    return out;
}

sheaf_http_response sheaf_http_stream(sheaf_http_events *events)
{
    sheaf_http_response out = response_of(200, "text/event-stream", SHEAF_HTTP_BODY_EVENTS);
    out.events = events;
    sheaf_http_header(&out, "Cache-Control", "no-store");
    return out;
}

sheaf_http_response sheaf_http_error(unsigned status, const char *format, ...)
{
    char sentence[SHEAF_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);

    sheaf_buffer text;
    sheaf_buffer_init(&text, 8 * SHEAF_MESSAGE_MAX);
    sheaf_json_writer w = sheaf_json_begin(&text);
    sheaf_json_open_object(&w);
    sheaf_json_key(&w, "error");
    sheaf_json_open_object(&w);
    sheaf_json_member_put_string(&w, "message", sheaf_str(sentence));
    sheaf_json_member_put_int(&w, "status", status);
    sheaf_json_close(&w);
    sheaf_json_close(&w);
    return sheaf_http_take(status, "application/json", &text);
}

void sheaf_http_header(sheaf_http_response *response, const char *name, const char *value)
{
    size_t len = strlen(value);
    assert(response->header_count < SHEAF_HTTP_HEADERS_MAX);
    assert(len <= SHEAF_HTTP_HEADER_VALUE_MAX);
    for (size_t i = 0; i < len; i++)
        assert((uint8_t)value[i] >= ' ' && value[i] != 0x7f);
    response->headers[response->header_count].name = name;
    memcpy(response->headers[response->header_count++].value, value, len + 1);
}

void sheaf_http_drop(sheaf_http_response *response)
{
    if (response->kind == SHEAF_HTTP_BODY_OWNED)
        free((void *)(uintptr_t)response->bytes.data);
    if (response->kind == SHEAF_HTTP_BODY_LENT)
        response->give_back(response->give_back_ctx);
    if (response->kind == SHEAF_HTTP_BODY_FILE && response->fd >= 0)
        close(response->fd);
    response->kind = SHEAF_HTTP_BODY_NONE;
    response->bytes = (sheaf_slice){0};
    response->fd = -1;
}

/* libmicrohttpd's response over the body alone; the body belongs to it, or is freed on failure.
 */
static struct MHD_Response *body_make(sheaf_http_response *from,
                                      struct MHD_Connection *connection,
                                      sheaf_http_listener **listener)
{
    struct MHD_Response *made = NULL;
    void *bytes = (void *)(uintptr_t)from->bytes.data;
    switch (from->kind) {
    case SHEAF_HTTP_BODY_NONE:
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    case SHEAF_HTTP_BODY_BORROWED:
        return MHD_create_response_from_buffer(from->bytes.len, bytes, MHD_RESPMEM_PERSISTENT);
    case SHEAF_HTTP_BODY_OWNED:
        made = MHD_create_response_from_buffer(from->bytes.len, bytes, MHD_RESPMEM_MUST_FREE);
        break;
    case SHEAF_HTTP_BODY_LENT:
        made = MHD_create_response_from_buffer_with_free_callback_cls(
            from->bytes.len, bytes, from->give_back, from->give_back_ctx);
        break;
    case SHEAF_HTTP_BODY_FILE:
        if (from->file_size > 0)
            made = MHD_create_response_from_fd64(from->file_size, from->fd);
        break;
    case SHEAF_HTTP_BODY_EVENTS:
        made = sheaf_http_listener_attach(from->events, connection, listener);
        break;
    }
    if (made)
        from->kind = SHEAF_HTTP_BODY_NONE;
    else if (from->kind == SHEAF_HTTP_BODY_FILE && from->file_size == 0)
        made = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    return made;
}

struct MHD_Response *sheaf_http_response_make(sheaf_http_response *response,
                                              struct MHD_Connection *connection,
                                              sheaf_http_listener **listener)
{
    *listener = NULL;
    struct MHD_Response *made = body_make(response, connection, listener);
    if (!made) {
        sheaf_http_response instead = memory_spent();
        if (response->kind == SHEAF_HTTP_BODY_EVENTS)
            instead = sheaf_http_error(503, "too many clients listen already; try later");
        sheaf_http_drop(response);
        made = body_make(&instead, connection, listener);
        sheaf_http_drop(&instead);
        response->status = instead.status;
        response->content_type = instead.content_type;
        response->header_count = 0;
    }
    bool good = made;
    if (good && response->content_type)
        good = MHD_add_response_header(made, "Content-Type", response->content_type);
    if (good)
        good = MHD_add_response_header(made, "X-Content-Type-Options", "nosniff");
    for (size_t i = 0; good && i < response->header_count; i++)
        good = MHD_add_response_header(made, response->headers[i].name,
                                       response->headers[i].value);
    if (made && !good) {
        MHD_destroy_response(made);
        made = NULL;
    }
    unsigned status = response->status;
    sheaf_http_drop(response);
    response->status = status;
    return made;
}
