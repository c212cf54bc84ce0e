#include "net/server.h"

#include "crypto/ed25519.h"
#include "net/net_internal.h"

#include <assert.h>
#include <netdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 64 << 10,
    DISCARD_MAX = 8 << 20, /* of a refused body read on, so that the client sees the answer */
    CLOSE_WAIT_S = 1,
};

typedef enum {
    STAGE_NEW,     /* the request line is there */
    STAGE_BODY,    /* let in; the body is coming */
    STAGE_REFUSED, /* `response` says why; the rest of the body is thrown away */
    STAGE_HANDLED, /* the handler was called */
    STAGE_SENT,
} stage;

/* A request in flight. libmicrohttpd holds it until it is completed, a token until it is
 * answered; what both touch stands behind the server's lock. */
struct sheaf_http_token {
    sheaf_http_request
        request; /* first, so that a request is found back from its public part */
    sheaf_http_server *server;
    struct MHD_Connection *connection;
    stage stage;
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

typedef struct sheaf_http_token exchange;

struct sheaf_http_server {
    sheaf_http_server_config config;
    struct MHD_Daemon *daemon;
    uint16_t port;
    char *cert, *key;
    char log_line[SHEAF_MESSAGE_MAX]; /* the last that libmicrohttpd said while starting */
    bool started;

    pthread_mutex_t lock;
    pthread_cond_t idle; /* signalled when `first` becomes NULL */
    exchange *first;
    unsigned holders; /* the owner and every exchange */
    bool closing;
};

static void server_free(sheaf_http_server *server)
{
    if (server->key)
        sheaf_wipe(server->key, strlen(server->key));
    free(server->key);
    free(server->cert);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static void exchange_release(exchange *x)
{
    sheaf_http_server *server = x->server;
    pthread_mutex_lock(&server->lock);
    bool last = --x->holders == 0;
    bool last_of_all = last && --server->holders == 0;
    pthread_mutex_unlock(&server->lock);
    if (last) {
        sheaf_http_drop(&x->response);
        sheaf_buffer_deinit(&x->body);
        free(x);
    }
    if (last_of_all)
        server_free(server);
}

static void remote_put(struct MHD_Connection *connection, char *out, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *at = info ? info->client_addr : NULL;
    socklen_t len = at && at->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                    : sizeof(struct sockaddr_in);
    if (!at || getnameinfo(at, len, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(out, size, "unknown");
}

/* Called with the raw target before libmicrohttpd decodes it in place. */
static void *on_target(void *ctx, const char *target, struct MHD_Connection *connection)
{
    sheaf_http_server *server = ctx;
    exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->server = server;
    x->connection = connection;
    x->holders = 1;
    x->response.fd = -1;
    x->line_target = target;
    x->line_target_len = target ? strlen(target) : 0;
    x->target_len = target ? strnlen(target, SHEAF_HTTP_TARGET_MAX + 1) : 0;
    if (x->target_len > 0 && x->target_len <= SHEAF_HTTP_TARGET_MAX)
        memcpy(x->target_bytes, target, x->target_len);
    x->request.target = sheaf_bytes(x->target_bytes, x->target_len);
    x->request.query = &x->query;
    remote_put(connection, x->request.remote, sizeof x->request.remote);

    pthread_mutex_lock(&server->lock);
    server->holders++;
    x->next = server->first;
    if (server->first)
        server->first->previous = x;
    server->first = x;
    pthread_mutex_unlock(&server->lock);
    return x;
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
                         enum MHD_RequestTerminationCode why)
{
    sheaf_http_server *server = ctx;
    exchange *x = *con_cls;
    (void)connection, (void)why;
    *con_cls = NULL;
    if (!x)
        return;
    if (x->sink_open)
        x->route.sink->abandon(x->request.sink);
    pthread_mutex_lock(&server->lock);
    x->connection = NULL;
    x->suspended = false;
    sheaf_http_listener *listener = x->listener;
    x->listener = NULL;
    if (x->previous)
        x->previous->next = x->next;
    else
        server->first = x->next;
    if (x->next)
        x->next->previous = x->previous;
    if (!server->first)
        pthread_cond_signal(&server->idle);
    pthread_mutex_unlock(&server->lock);
    if (listener)
        sheaf_http_listener_release(listener);
    exchange_release(x);
}

/* Puts the response on its way; `last` also ends the connection. */
static enum MHD_Result send_response(exchange *x, sheaf_http_response *response, bool last)
{
    sheaf_http_server *server = x->server;
    sheaf_http_listener *listener = NULL;
    x->stage = STAGE_SENT;
    struct MHD_Response *made = sheaf_http_response_make(response, x->connection, &listener);
    pthread_mutex_lock(&server->lock);
    x->listener = listener;
    bool closing = server->closing;
    pthread_mutex_unlock(&server->lock);
    if (listener && closing)
        sheaf_http_listener_end(listener);
    if (!made)
        return MHD_NO;
    if (last || closing || x->chunked)
        (void)MHD_add_response_header(made, "Connection", "close");
    enum MHD_Result queued = MHD_queue_response(x->connection, response->status, made);
    MHD_destroy_response(made);
    return queued;
}

/* The first call: the headers are there, the body is not. */
static enum MHD_Result request_begin(exchange *x, const char *method, const char *version)
{
    const sheaf_http_server_config *config = &x->server->config;
    sheaf_http_line line = {method, x->line_target, version, x->line_target_len};
    sheaf_http_head head;
    sheaf_http_response refusal = {.fd = -1};
    if (!sheaf_http_target_check(x->request.target, x->path_bytes, &x->request.path, &x->query,
                                 &refusal)) {
        sheaf_http_response other;
        if (!sheaf_http_head_check(x->connection, &line, config->hosts, &head, &other)) {
            sheaf_http_drop(&refusal);
            refusal = other;
        }
        return send_response(x, &refusal, true);
    }
    if (!sheaf_http_head_check(x->connection, &line, config->hosts, &head, &refusal))
        return send_response(x, &refusal, true);

    x->request.method = head.method;
    x->chunked = head.chunked;
    if (config->route && !config->route(config->ctx, &x->request, &x->route, &refusal))
        return send_response(x, &refusal, head.has_body);
    if (x->route.sink) {
        x->sink_open = true;
        x->request.sink = x->route.sink_ctx;
    }
    if (x->route.body_max == 0)
        x->route.body_max = SHEAF_HTTP_BODY_DEFAULT_MAX;
    if (x->route.body_max > SHEAF_HTTP_UPLOAD_MAX)
        x->route.body_max = SHEAF_HTTP_UPLOAD_MAX;
    if (!head.chunked && head.length > x->route.body_max) {
        refusal = sheaf_http_error(413, "the body has %llu bytes; at most %llu are taken here",
                                   (unsigned long long)head.length,
                                   (unsigned long long)x->route.body_max);
        return send_response(x, &refusal, true);
    }
    sheaf_buffer_init(&x->body, (size_t)x->route.body_max);
    x->stage = STAGE_BODY;
    return MHD_YES;
}

static void body_refuse(exchange *x, sheaf_http_response refusal)
{
    x->response = refusal;
    x->stage = STAGE_REFUSED;
    sheaf_buffer_deinit(&x->body);
    if (x->sink_open)
        x->route.sink->abandon(x->request.sink);
    x->sink_open = false;
    x->request.body_total = 0; /* now counts what is thrown away */
}

static enum MHD_Result body_take(exchange *x, sheaf_slice piece)
{
    x->request.body_total += piece.len;
    if (x->stage == STAGE_REFUSED)
        return x->request.body_total > DISCARD_MAX ? MHD_NO : MHD_YES;
    if (x->request.body_total > x->route.body_max) {
        body_refuse(x, sheaf_http_error(413,
                                        "the body has more than the %llu bytes that are "
                                        "taken here",
                                        (unsigned long long)x->route.body_max));
        return MHD_YES;
    }
    if (x->sink_open) {
        sheaf_err err;
        sheaf_status status = x->route.sink->write(x->request.sink, piece, &err);
        if (status != SHEAF_OK)
            body_refuse(x, sheaf_http_error(status == SHEAF_INVALID ? 400
                                            : status == SHEAF_NOMEM ? 413
                                                                    : 500,
                                            "%s", err.message));
        return MHD_YES;
    }
    sheaf_buffer_add(&x->body, piece);
    if (x->body.failed)
        body_refuse(x, sheaf_http_error(503, "no memory for a body of this size; try later"));
    return MHD_YES;
}

/* After the handler said that it will answer later, and again after every resumption. */
static enum MHD_Result deferred_step(exchange *x)
{
    sheaf_http_server *server = x->server;
    pthread_mutex_lock(&server->lock);
    if (!x->answered && server->closing) {
        x->answered = true;
        x->response = sheaf_http_error(503, "the server is stopping; try again later");
    }
    bool answered = x->answered;
    sheaf_http_response response = x->response;
    if (answered) {
        x->response = (sheaf_http_response){.fd = -1};
    } else {
        x->suspended = true;
        MHD_suspend_connection(x->connection);
    }
    pthread_mutex_unlock(&server->lock);
    return answered ? send_response(x, &response, false) : MHD_YES;
}

static enum MHD_Result request_end(exchange *x)
{
    const sheaf_http_server_config *config = &x->server->config;
    if (x->stage == STAGE_REFUSED) {
        sheaf_http_response refusal = x->response;
        x->response = (sheaf_http_response){.fd = -1};
        return send_response(x, &refusal, true);
    }
    x->stage = STAGE_HANDLED;
    x->sink_open = false; /* the handler's now */
    x->request.body = sheaf_buffer_slice(&x->body);
    sheaf_http_response response = {.fd = -1};
    if (config->handler(config->ctx, &x->request, &response) == SHEAF_HTTP_ANSWERED) {
        assert(x->holders == 1); /* answered or deferred, never both */
        return send_response(x, &response, false);
    }
    return deferred_step(x);
}

static enum MHD_Result on_access(void *ctx, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version,
                                 const char *upload_data, size_t *upload_size, void **con_cls)
{
    exchange *x = *con_cls;
    (void)ctx, (void)url, (void)connection;
    if (!x)
        return MHD_NO;
    if (x->stage == STAGE_NEW)
        return request_begin(x, method, version);
    if (x->stage == STAGE_HANDLED)
        return deferred_step(x);
    if (x->stage == STAGE_SENT)
        return MHD_YES;
    if (*upload_size == 0)
        return request_end(x);
    sheaf_slice piece = sheaf_bytes(upload_data, *upload_size);
    *upload_size = 0;
    return body_take(x, piece);
}

/* Keeps what libmicrohttpd says while it starts; later lines are about broken clients. */
__attribute__((format(printf, 2, 0))) static void on_log(void *ctx, const char *format,
                                                         va_list args)
{
    sheaf_http_server *server = ctx;
    if (server->started)
        return;
    vsnprintf(server->log_line, sizeof server->log_line, format, args);
    server->log_line[strcspn(server->log_line, "\n")] = 0;
}

/* Percent escapes stay as they are: the target is decoded once, strictly, in request_check.c.
 */
static size_t on_unescape(void *ctx, struct MHD_Connection *connection, char *text)
{
    (void)ctx, (void)connection;
    return strlen(text);
}

static sheaf_status daemon_start(sheaf_http_server *server, int fd, sheaf_err *err)
{
    const sheaf_http_server_config *config = &server->config;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME
                     | MHD_USE_ERROR_LOG | (server->cert ? MHD_USE_TLS : 0);
    struct MHD_OptionItem more[4];
    int count = 0;
    if (config->threads > 1)
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE,
                                                (intptr_t)config->threads, NULL};
    if (server->cert) {
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, server->cert};
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, server->key};
    }
    more[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    server->daemon = MHD_start_daemon(
        flags, server->port, NULL, NULL, on_access, server, MHD_OPTION_EXTERNAL_LOGGER, on_log,
        server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_UNESCAPE_CALLBACK,
        on_unescape, server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
        config->connections_max, MHD_OPTION_CONNECTION_TIMEOUT, config->idle_timeout_s,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_ARRAY, more,
        MHD_OPTION_END);
    server->started = true;
    if (!server->daemon) /* which closed the socket */
        return sheaf_fail(err, SHEAF_IO, "the web server did not start: %s%s",
                          server->log_line[0] ? server->log_line : "out of memory",
                          server->cert ? "; do certificate and key fit each other?" : "");
    return SHEAF_OK;
}

sheaf_status sheaf_http_server_open(sheaf_http_server **out,
                                    const sheaf_http_server_config *config, sheaf_err *err)
{
    int fd = -1;
    const char *address = config->address ? config->address : "127.0.0.1";
    if (!config->tls_cert != !config->tls_key)
        return sheaf_fail(err, SHEAF_INVALID,
                          "TLS needs a certificate and a key; only one of the two was given");
    sheaf_http_server *server = calloc(1, sizeof *server);
    if (!server)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the web server");
    server->config = *config;
    server->holders = 1;
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->idle, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (config->threads == 0)
        server->config.threads = 2;
    if (config->connections_max == 0)
        server->config.connections_max = 512;
    if (config->idle_timeout_s == 0)
        server->config.idle_timeout_s = 30;

    sheaf_status status = SHEAF_OK;
    if (config->tls_cert)
        status = sheaf_http_pem_read(config->tls_cert, &server->cert, err);
    if (status == SHEAF_OK && config->tls_key)
        status = sheaf_http_pem_read(config->tls_key, &server->key, err);
    if (status == SHEAF_OK)
        status = sheaf_http_listen(address, config->port, &fd, &server->port, err);
    if (status == SHEAF_OK)
        status = daemon_start(server, fd, err);
    server->config.address = server->config.tls_cert = server->config.tls_key = NULL;
    if (status != SHEAF_OK) {
        server_free(server);
        return status;
    }
    *out = server;
    return SHEAF_OK;
}

uint16_t sheaf_http_server_port(const sheaf_http_server *server)
{
    return server->port;
}

void sheaf_http_server_close(sheaf_http_server *server)
{
    if (!server)
        return;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += CLOSE_WAIT_S;
    int listener = MHD_quiesce_daemon(server->daemon);

    pthread_mutex_lock(&server->lock);
    server->closing = true;
    for (exchange *x = server->first; x; x = x->next) {
        if (x->suspended) { /* libmicrohttpd may not stop while one is */
            x->suspended = false;
            MHD_resume_connection(x->connection);
        }
        if (x->listener)
            sheaf_http_listener_end(x->listener);
    }
    while (server->first && pthread_cond_timedwait(&server->idle, &server->lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&server->lock);

    MHD_stop_daemon(server->daemon);
    if (listener >= 0)
        close(listener);
    pthread_mutex_lock(&server->lock);
    bool last = --server->holders == 0;
    pthread_mutex_unlock(&server->lock);
    if (last)
        server_free(server);
}

sheaf_slice sheaf_http_request_header(const sheaf_http_request *request, const char *name)
{
    const exchange *x = (const exchange *)request;
    const char *value = NULL;
    size_t len = 0;
    if (MHD_lookup_connection_value_n(x->connection, MHD_HEADER_KIND, name, strlen(name),
                                      &value, &len)
            != MHD_YES
        || !value)
        return (sheaf_slice){NULL, 0};
    while (len > 0 && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        len--;
    return sheaf_bytes(value, len);
}

sheaf_http_token *sheaf_http_defer(const sheaf_http_request *request)
{
    exchange *x = (exchange *)(uintptr_t)request;
    pthread_mutex_lock(&x->server->lock);
    assert(x->holders == 1);
    x->holders++;
    pthread_mutex_unlock(&x->server->lock);
    return x;
}

void sheaf_http_respond(sheaf_http_token *token, sheaf_http_response *response)
{
    exchange *x = token;
    pthread_mutex_lock(&x->server->lock);
    bool wanted = !x->answered && x->connection;
    if (wanted) {
        x->answered = true;
        x->response = *response;
        if (x->suspended) {
            x->suspended = false;
            MHD_resume_connection(x->connection);
        }
    }
    pthread_mutex_unlock(&x->server->lock);
    if (!wanted)
        sheaf_http_drop(response);
    *response = (sheaf_http_response){.fd = -1};
    exchange_release(x);
}
