/* net/server.h - an HTTP/1.1 server that refuses whatever two programs could read differently.
 *
 * A request reaches the handler only if it can be read in one way: one Host, at most one
 * Content-Length or `Transfer-Encoding: chunked` and never both, header names that are tokens,
 * a path that begins with '/', decodes to UTF-8 and has no empty, "." or ".." segment. Anything
 * else is answered with a sentence in {"error":{"message":"…","status":N}} and the connection
 * is closed; what libmicrohttpd refuses by itself (no Host, a version below 1.0, a space within
 * the target) gets its page or no answer.
 *
 * The order of calls for a request: route() once its headers are there, which says how large
 * the body may be and where it goes; then the sink's write() per piece, if route() gave one;
 * then the handler. They run on the server's few threads, so a handler does not wait: it defers
 * with sheaf_http_defer() and some other thread answers later with sheaf_http_respond().
 */
#ifndef SHEAF_NET_SERVER_H
#define SHEAF_NET_SERVER_H

#include "net/response.h"
#include "net/url.h"

enum {
    SHEAF_HTTP_TARGET_MAX = 2048, /* bytes of path and query as sent */
    SHEAF_HTTP_HEADER_LINES_MAX = 100,
    SHEAF_HTTP_BODY_DEFAULT_MAX = 1 << 20, /* where route is NULL or leaves body_max at 0 */
};

#define SHEAF_HTTP_UPLOAD_MAX (UINT64_C(8) << 30) /* no route can ask for more */

typedef struct sheaf_http_server sheaf_http_server;
typedef struct sheaf_http_token sheaf_http_token;

typedef enum {
    SHEAF_HTTP_GET,
    SHEAF_HTTP_HEAD,
    SHEAF_HTTP_POST,
    SHEAF_HTTP_PUT,
    SHEAF_HTTP_DELETE,
} sheaf_http_method;

/* Made and freed by the server. Deferred requests stay readable until they are answered, except
 * for their headers, which can be looked up only inside route and handler. */
typedef struct {
    sheaf_http_method method;
    sheaf_slice path;   /* percent-decoded, without the query; a NUL stands behind it */
    sheaf_slice target; /* path and query as sent: what a request signature covers */
    const sheaf_query *query;
    sheaf_slice body;    /* empty until the handler is called, or where a sink takes it */
    uint64_t body_total; /* bytes of the body, also where a sink took them */
    void *sink;          /* the route's, handed over to the handler */
    char remote[48];     /* the client's numeric address, without the port */
} sheaf_http_request;

/* Case-insensitive; data is NULL where there is none. Headers repeated by the client give the
 * first value. */
sheaf_slice sheaf_http_request_header(const sheaf_http_request *request, const char *name);

/* Where a large body goes, piece by piece. */
typedef struct {
    /* A failure answers with its message: 400 for SHEAF_INVALID, 413 for SHEAF_NOMEM, else 500;
     * the rest of the body is thrown away and abandon() is called. */
    sheaf_status (*write)(void *sink, sheaf_slice piece, sheaf_err *err);
    /* Called instead of the handler when the body did not come to its end. */
    void (*abandon)(void *sink);
} sheaf_http_sink;

typedef struct {
    uint64_t body_max;           /* larger ones get 413; 0 = SHEAF_HTTP_BODY_DEFAULT_MAX */
    const sheaf_http_sink *sink; /* NULL: the body is collected in memory */
    void *sink_ctx;
} sheaf_http_route;

typedef enum { SHEAF_HTTP_ANSWERED, SHEAF_HTTP_DEFERRED } sheaf_http_verdict;

typedef struct {
    const char *address;            /* NULL = 127.0.0.1 */
    uint16_t port;                  /* 0 = any free one, see sheaf_http_server_port() */
    const char *tls_cert, *tls_key; /* PEM files, both or neither */
    const char *const *hosts;       /* allowed Host values ("coop.example:8480"), ends in NULL;
                                     * NULL = any. A guard against DNS rebinding. */
    unsigned threads;               /* 0 = 2 */
    unsigned connections_max;       /* 0 = 512 */
    unsigned per_address_max;       /* connections of one address; 0 = three in four of all */
    unsigned idle_timeout_s;        /* 0 = 30 */

    /* May be NULL. Fills *route and returns true; or fills *refusal and returns false, and the
     * body is never read. */
    bool (*route)(void *ctx, const sheaf_http_request *request, sheaf_http_route *route,
                  sheaf_http_response *refusal);

    /* Fills *response and returns SHEAF_HTTP_ANSWERED, or calls sheaf_http_defer() and returns
     * SHEAF_HTTP_DEFERRED. For HEAD answer as for GET: the body is left out. */
    sheaf_http_verdict (*handler)(void *ctx, const sheaf_http_request *request,
                                  sheaf_http_response *response);
    void *ctx;
} sheaf_http_server_config;

/* The strings of `config` are copied, except for `hosts`, which outlives the server. */
SHEAF_MUST_USE sheaf_status sheaf_http_server_open(sheaf_http_server **out,
                                                   const sheaf_http_server_config *config,
                                                   sheaf_err *err);

/* The port that is really in use. */
uint16_t sheaf_http_server_port(const sheaf_http_server *server);

/* Answers 503 to what is deferred, ends event streams, gives running answers a second, then
 * closes every connection. Tokens still held stay valid: answering them does nothing but free
 * them. NULL does nothing. */
void sheaf_http_server_close(sheaf_http_server *server);

/* Inside a handler: a token for this request. Every token is answered exactly once, by any
 * thread, also before the handler has returned. */
SHEAF_MUST_USE sheaf_http_token *sheaf_http_defer(const sheaf_http_request *request);

/* Takes the response and the token; the request is not to be used any more. If the client has
 * gone meanwhile, nothing happens. */
void sheaf_http_respond(sheaf_http_token *token, sheaf_http_response *response);

#endif
