/* net/response.h - what a handler answers.
 *
 * A response is a value. It owns its bytes or its file descriptor until it is handed to the
 * server (by returning from a handler or by sheaf_http_respond()) or dropped. Builders never
 * fail; where memory is spent the response becomes a plain 503.
 */
#ifndef SHEAF_NET_RESPONSE_H
#define SHEAF_NET_RESPONSE_H

#include "base/buffer.h"
#include "net/events.h"

enum { SHEAF_HTTP_HEADERS_MAX = 8, SHEAF_HTTP_HEADER_VALUE_MAX = 255 };

typedef enum {
    SHEAF_HTTP_BODY_NONE,
    SHEAF_HTTP_BODY_BORROWED, /* bytes that outlive the server */
    SHEAF_HTTP_BODY_OWNED,    /* bytes from malloc */
    SHEAF_HTTP_BODY_LENT,     /* bytes that somebody wants back */
    SHEAF_HTTP_BODY_FILE,     /* an open file, closed after it was sent */
    SHEAF_HTTP_BODY_EVENTS,   /* server-sent events */
} sheaf_http_body;

/* Read its fields freely, write them through the functions below. */
typedef struct {
    unsigned status;
    const char *content_type; /* outlives the response: a literal */
    sheaf_http_body kind;
    sheaf_slice bytes;
    void (*give_back)(void *ctx); /* of bytes that are lent */
    void *give_back_ctx;
    int fd;
    uint64_t file_size;
    sheaf_http_events *events;
    size_t header_count;
    struct {
        const char *name; /* a literal */
        char value[SHEAF_HTTP_HEADER_VALUE_MAX + 1];
    } headers[SHEAF_HTTP_HEADERS_MAX];
} sheaf_http_response;

/* Copies the bytes. */
sheaf_http_response sheaf_http_copy(unsigned status, const char *content_type,
                                    sheaf_slice bytes);

/* Takes the buffer's bytes; the buffer is empty afterwards. A failed buffer makes a 503. */
sheaf_http_response sheaf_http_take(unsigned status, const char *content_type,
                                    sheaf_buffer *buffer);

/* Bytes that live as long as the program, such as embedded pages. */
sheaf_http_response sheaf_http_static(unsigned status, const char *content_type,
                                      sheaf_slice bytes);

/* Bytes that stay until give_back(ctx), which is called once, when they were sent or nobody
 * wants them any more: on any thread, and with none of the server's locks held. */
sheaf_http_response sheaf_http_lend(unsigned status, const char *content_type,
                                    sheaf_slice bytes, void (*give_back)(void *ctx), void *ctx);

/* The first `size` bytes of an open file, sent by the kernel where there is no TLS. The
 * descriptor belongs to the response from now on. */
sheaf_http_response sheaf_http_file(unsigned status, const char *content_type, int fd,
                                    uint64_t size);

/* An endless answer: every event published from now on. */
sheaf_http_response sheaf_http_stream(sheaf_http_events *events);

/* {"error":{"message":"…","status":N}} */
__attribute__((format(printf, 2, 3))) sheaf_http_response
sheaf_http_error(unsigned status, const char *format, ...);

/* Adds a header, such as "Cache-Control", "ETag", "Content-Encoding" or "Location". The name is
 * a literal and the value at most SHEAF_HTTP_HEADER_VALUE_MAX visible characters: asserted. */
void sheaf_http_header(sheaf_http_response *response, const char *name, const char *value);

/* Frees a response that was never handed over. */
void sheaf_http_drop(sheaf_http_response *response);

#endif
