/* net/exchange.h - one request in flight: what libmicrohttpd's callbacks do with it, from its
 * first line until it is completed. The daemon around it is in server.c.
 */
#ifndef SHEAF_NET_EXCHANGE_H
#define SHEAF_NET_EXCHANGE_H

#include "net/net_internal.h"

#include <pthread.h>

typedef enum {
    SHEAF_HTTP_STAGE_NEW,     /* the request line is there */
    SHEAF_HTTP_STAGE_BODY,    /* let in; the body is coming */
    SHEAF_HTTP_STAGE_REFUSED, /* `response` says why; the rest of the body is thrown away */
    SHEAF_HTTP_STAGE_HANDLED, /* the handler was called */
    SHEAF_HTTP_STAGE_SENT,
} sheaf_http_stage;

/* A request in flight. libmicrohttpd holds it until it is completed, a token until it is
 * answered; what both touch stands behind the server's lock. */
struct sheaf_http_token {
    sheaf_http_request
        request; /* first, so that a request is found back from its public part */
    sheaf_http_server *server;
    struct MHD_Connection *connection;
    sheaf_http_stage stage;
    const char *line_target; /* in libmicrohttpd's buffer: compared, see request_check.c */
    size_t target_len, line_target_len;
    sheaf_http_route route;
    bool chunked;   /* the connection ends with this request: what follows the last chunk is
                     * read too leniently to tell where the next one begins */
    bool sink_open; /* the sink is the server's to abandon */
    sheaf_buffer body;
    sheaf_http_listener *listener;

    /* Under the lock: */
    sheaf_http_token *previous, *next;
    unsigned holders;
    bool answered, suspended;
    sheaf_http_response response;

    uint8_t target_bytes[SHEAF_HTTP_TARGET_MAX + 1];
    uint8_t path_bytes[SHEAF_HTTP_TARGET_MAX + 1];
    sheaf_query query;
};

struct sheaf_http_server {
    sheaf_http_server_config config;
    struct MHD_Daemon *daemon;
    uint16_t port;
    char *cert, *key;
    char log_line[SHEAF_MESSAGE_MAX]; /* the last that libmicrohttpd said while starting */
    bool started;

    pthread_mutex_t lock;
    pthread_cond_t idle; /* signalled when `first` becomes NULL */
    sheaf_http_token *first;
    unsigned holders; /* the owner and every exchange */
    bool closing;
};

/* Once its owner and all exchanges have let go of it. */
void sheaf_http_server_free(sheaf_http_server *server);

/* What libmicrohttpd calls, with the server as `ctx`. */
void *sheaf_http_on_target(void *ctx, const char *target, struct MHD_Connection *connection);
void sheaf_http_on_completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
                             enum MHD_RequestTerminationCode why);
enum MHD_Result sheaf_http_on_access(void *ctx, struct MHD_Connection *connection,
                                     const char *url, const char *method, const char *version,
                                     const char *upload_data, size_t *upload_size,
                                     void **con_cls);

#endif
