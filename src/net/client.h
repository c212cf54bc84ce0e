/* net/client.h - an HTTP client over libcurl: http:// and https:// only, no redirects, the
 * server's certificate always checked, everything bounded. Answers may come in gzip: the bounds
 * hold for what comes out of it.
 *
 * One client serves one thread and keeps its connection. A call fails (sheaf_status) only if no
 * whole answer came; an answer with an error status is an answer. Failures are sentences that
 * name the address and the likely cause.
 */
#ifndef SHEAF_NET_CLIENT_H
#define SHEAF_NET_CLIENT_H

#include "base/buffer.h"
#include "base/status.h"

#include <stdatomic.h>

typedef struct sheaf_http_client sheaf_http_client;

typedef struct {
    const char *ca_file;         /* PEM of the authorities to trust; NULL = the system's */
    unsigned connect_timeout_ms; /* 0 = 5 seconds */
    unsigned idle_timeout_ms;    /* without a byte either way; 0 = 30 seconds */
    unsigned total_timeout_ms;   /* of a whole call; 0 = no limit */
    size_t reply_max;            /* bytes of an answer kept in memory; 0 = 16 MiB */
    const atomic_bool *stop;     /* once true, calls end within a second; may be NULL */
} sheaf_http_client_config;

/* `config` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_http_client_open(sheaf_http_client **out,
                                                   const sheaf_http_client_config *config,
                                                   sheaf_err *err);
void sheaf_http_client_close(sheaf_http_client *client);

typedef struct {
    unsigned status;
    char content_type[128];
    sheaf_buffer body; /* NUL-terminated for convenience; the NUL is not counted */
} sheaf_http_reply;

void sheaf_http_reply_init(sheaf_http_reply *reply);
void sheaf_http_reply_deinit(sheaf_http_reply *reply);

/* The sentence of an error reply ({"error":{"message":…}}), or the status alone: fails with
 * SHEAF_IO and names the address unless the status is 200 to 299. */
SHEAF_MUST_USE sheaf_status sheaf_http_reply_check(const sheaf_http_reply *reply,
                                                   const char *url, sheaf_err *err);

/* One call in all its parts; zero what is not needed. */
typedef struct {
    const char *method; /* NULL = GET, or POST where there is a body or a content type */
    const char *url;
    const char *content_type;   /* of the body */
    const char *const *headers; /* further "Name: value" lines, ends in NULL; may be NULL */
    sheaf_slice body;
    int body_fd; /* with body_file: sends body_len bytes from its current place */
    bool body_file;
    uint64_t body_len;
    /* Where the body of a 2xx answer goes instead of reply->body; false ends the call, which
     * then fails with what it put into *err. */
    bool (*write)(void *ctx, sheaf_slice piece, sheaf_err *err);
    void *write_ctx;
    uint64_t write_max; /* bytes; 0 = 4 GiB */
    bool endless;       /* no limit of time or bytes: an event stream */
} sheaf_http_call;

/* `reply` was initialised; what it held is replaced. */
SHEAF_MUST_USE sheaf_status sheaf_http_call_run(sheaf_http_client *client,
                                                const sheaf_http_call *call,
                                                sheaf_http_reply *reply, sheaf_err *err);

SHEAF_MUST_USE sheaf_status sheaf_http_get(sheaf_http_client *client, const char *url,
                                           sheaf_http_reply *reply, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_http_post(sheaf_http_client *client, const char *url,
                                            const char *content_type, sheaf_slice body,
                                            sheaf_http_reply *reply, sheaf_err *err);

/* A blob as a stream; any answer but 200 is a failure with the server's sentence. */
SHEAF_MUST_USE sheaf_status sheaf_http_download(
    sheaf_http_client *client, const char *url, uint64_t max,
    bool (*write)(void *ctx, sheaf_slice piece, sheaf_err *err), void *ctx, sheaf_err *err);

/* Reads server-sent events until the server ends the stream, the client's stop flag is set
 * (both SHEAF_OK), on_event returns false (SHEAF_OK), or the connection fails. An event without
 * a name is called "message". */
SHEAF_MUST_USE sheaf_status sheaf_http_follow(sheaf_http_client *client, const char *url,
                                              bool (*on_event)(void *ctx, sheaf_slice name,
                                                               sheaf_slice data),
                                              void *ctx, sheaf_err *err);

#endif
