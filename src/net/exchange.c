#include "net/exchange.h"

#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Of a refused body read on, so that the client sees the answer. */
enum { DISCARD_MAX = 8 << 20 };

typedef struct sheaf_http_token exchange;

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
        sheaf_http_server_free(server);
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
void *sheaf_http_on_target(void *ctx, const char *target, struct MHD_Connection *connection)
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

void sheaf_http_on_completed(void *ctx, struct MHD_Connection *connection, void **con_cls,
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
    x->stage = SHEAF_HTTP_STAGE_SENT;
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
    x->stage = SHEAF_HTTP_STAGE_BODY;
    return MHD_YES;
}

static void body_refuse(exchange *x, sheaf_http_response refusal)
{
    x->response = refusal;
    x->stage = SHEAF_HTTP_STAGE_REFUSED;
    sheaf_buffer_deinit(&x->body);
    if (x->sink_open)
        x->route.sink->abandon(x->request.sink);
    x->sink_open = false;
    x->request.body_total = 0; /* now counts what is thrown away */
}

static enum MHD_Result body_take(exchange *x, sheaf_slice piece)
{
    x->request.body_total += piece.len;
    if (x->stage == SHEAF_HTTP_STAGE_REFUSED)
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
    if (x->stage == SHEAF_HTTP_STAGE_REFUSED) {
        sheaf_http_response refusal = x->response;
        x->response = (sheaf_http_response){.fd = -1};
        return send_response(x, &refusal, true);
    }
    x->stage = SHEAF_HTTP_STAGE_HANDLED;
    x->sink_open = false; /* the handler's now */
    x->request.body = sheaf_buffer_slice(&x->body);
    sheaf_http_response response = {.fd = -1};
    if (config->handler(config->ctx, &x->request, &response) == SHEAF_HTTP_ANSWERED) {
        assert(x->holders == 1); /* answered or deferred, never both */
        return send_response(x, &response, false);
    }
    return deferred_step(x);
}

enum MHD_Result sheaf_http_on_access(void *ctx, struct MHD_Connection *connection,
                                     const char *url, const char *method, const char *version,
                                     const char *upload_data, size_t *upload_size,
                                     void **con_cls)
{
    exchange *x = *con_cls;
    (void)ctx, (void)url, (void)connection;
    if (!x)
        return MHD_NO;
    if (x->stage == SHEAF_HTTP_STAGE_NEW)
        return request_begin(x, method, version);
    if (x->stage == SHEAF_HTTP_STAGE_HANDLED)
        return deferred_step(x);
    if (x->stage == SHEAF_HTTP_STAGE_SENT)
        return MHD_YES;
    if (*upload_size == 0)
        return request_end(x);
    sheaf_slice piece = sheaf_bytes(upload_data, *upload_size);
    *upload_size = 0;
    return body_take(x, piece);
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
