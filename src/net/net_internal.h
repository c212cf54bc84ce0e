/* net/net_internal.h - what the files of the server share.
 *
 * Locks are taken in this order: a server's, an event stream's, libmicrohttpd's own.
 */
#ifndef SHEAF_NET_INTERNAL_H
#define SHEAF_NET_INTERNAL_H

#include "net/server.h"

#include <microhttpd.h>

/* What the request line and the headers say, before anybody acts on it. */
typedef struct {
    sheaf_http_method method;
    bool has_body; /* a length above zero, or chunks */
    bool chunked;
    uint64_t length; /* where has_body and not chunked */
} sheaf_http_head;

/* Where libmicrohttpd left the request line in its buffer. */
typedef struct {
    const char *method, *target, *version;
    size_t target_len; /* as sent: libmicrohttpd cuts the query apart in place */
} sheaf_http_line;

/* True if the request can be read in one way only; else *refusal says why not. `hosts` may be
 * NULL. */
bool sheaf_http_head_check(struct MHD_Connection *connection, const sheaf_http_line *line,
                           const char *const *hosts, sheaf_http_head *out,
                           sheaf_http_response *refusal);

/* Splits and decodes a target. `path_bytes` has room for SHEAF_HTTP_TARGET_MAX + 1. */
bool sheaf_http_target_check(sheaf_slice target, uint8_t *path_bytes, sheaf_slice *path,
                             sheaf_query *query, sheaf_http_response *refusal);

/* One client of an event stream; counted, so that the server and libmicrohttpd can both hold
 * it. */
typedef struct sheaf_http_listener sheaf_http_listener;

/* Takes over the response's bytes or descriptor. NULL if memory is spent. For an event stream
 * *listener becomes the caller's to release. */
struct MHD_Response *sheaf_http_response_make(sheaf_http_response *response,
                                              struct MHD_Connection *connection,
                                              sheaf_http_listener **listener);

/* NULL if the stream has ended or has clients enough. */
struct MHD_Response *sheaf_http_listener_attach(sheaf_http_events *events,
                                                struct MHD_Connection *connection,
                                                sheaf_http_listener **out);
void sheaf_http_listener_end(sheaf_http_listener *listener);
void sheaf_http_listener_release(sheaf_http_listener *listener);

/* A listening socket, bound to the address. Errors name address, port and the next step. */
SHEAF_MUST_USE sheaf_status sheaf_http_listen(const char *address, uint16_t port, int *out,
                                              uint16_t *port_bound, sheaf_err *err);

/* A small text file, such as a certificate, with a NUL behind it; the caller wipes and frees.
 */
SHEAF_MUST_USE sheaf_status sheaf_http_pem_read(const char *path, char **out, sheaf_err *err);

#endif
