/* net/follow.c - the reader of server-sent events (WHATWG HTML, section 9.2). */
#include "net/client.h"

#include <string.h>

enum { LINE_MAX_BYTES = 65536, DATA_MAX_BYTES = 1 << 20 };

typedef struct {
    sheaf_buffer line, data;
    char name[64];
    bool ended;
    bool (*on_event)(void *ctx, sheaf_slice name, sheaf_slice data);
    void *ctx;
} reader;

/* An empty line ends an event; one without data is none. */
static void dispatch(reader *r)
{
    if (r->data.len) {
        sheaf_slice data = {r->data.data, r->data.len - 1}; /* without its last line feed */
        r->ended = !r->on_event(r->ctx, sheaf_str(*r->name ? r->name : "message"), data);
    }
    sheaf_buffer_reset(&r->data);
    r->name[0] = 0;
}

static void take_field(reader *r, sheaf_slice name, sheaf_slice value)
{
    if (sheaf_slice_is(name, "data")) {
        sheaf_buffer_add(&r->data, value);
        sheaf_buffer_add_byte(&r->data, '\n');
    } else if (sheaf_slice_is(name, "event") && value.len < sizeof r->name) {
        memcpy(r->name, value.data, value.len);
        r->name[value.len] = 0;
    }
}

static void take_line(reader *r)
{
    sheaf_slice line = sheaf_buffer_slice(&r->line), name = line, value = {NULL, 0};
    if (line.len && line.data[line.len - 1] == '\r')
        name.len = --line.len;
    if (!line.len) {
        dispatch(r);
        return;
    }
    const uint8_t *colon = memchr(line.data, ':', line.len);
    if (colon) {
        name.len = (size_t)(colon - line.data);
        value = sheaf_bytes(colon + 1, line.len - name.len - 1);
        if (value.len && value.data[0] == ' ')
            value.data++, value.len--;
    }
    take_field(r, name, value);
}

static bool on_piece(void *ctx, sheaf_slice piece, sheaf_err *err)
{
    reader *r = ctx;
    for (size_t i = 0; i < piece.len && !r->ended; i++) {
        if (piece.data[i] == '\n') {
            take_line(r);
            sheaf_buffer_reset(&r->line);
        } else {
            sheaf_buffer_add_byte(&r->line, piece.data[i]);
        }
        if (r->line.failed || r->data.failed) {
            (void)sheaf_fail(err, SHEAF_INVALID, "an event of the stream is too large");
            return false;
        }
    }
    if (r->ended)
        (void)sheaf_fail(err, SHEAF_IO, "the stream was left");
    return !r->ended;
}

sheaf_status sheaf_http_follow(sheaf_http_client *client, const char *url,
                               bool (*on_event)(void *ctx, sheaf_slice name, sheaf_slice data),
                               void *ctx, sheaf_err *err)
{
    reader r = {.on_event = on_event, .ctx = ctx};
    sheaf_buffer_init(&r.line, LINE_MAX_BYTES);
    sheaf_buffer_init(&r.data, DATA_MAX_BYTES);
    sheaf_status status =
        sheaf_http_download(client, url, UINT64_MAX, on_piece, &r, r.ended ? NULL : err);
    sheaf_buffer_deinit(&r.line);
    sheaf_buffer_deinit(&r.data);
    return r.ended ? SHEAF_OK : status;
}
