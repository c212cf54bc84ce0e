#include "net/server.h"

#include "crypto/ed25519.h"
#include "net/exchange.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 64 << 10,
    CLOSE_WAIT_S = 1,
};

void sheaf_http_server_free(sheaf_http_server *server)
{
    if (server->key)
        sheaf_wipe(server->key, strlen(server->key));
    free(server->key);
    free(server->cert);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    free(server);
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
        flags, server->port, NULL, NULL, sheaf_http_on_access, server,
        MHD_OPTION_EXTERNAL_LOGGER, on_log, server, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_NOTIFY_COMPLETED, sheaf_http_on_completed, server,
        MHD_OPTION_URI_LOG_CALLBACK, sheaf_http_on_target, server, MHD_OPTION_UNESCAPE_CALLBACK,
        on_unescape, server, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_LIMIT,
        config->connections_max, MHD_OPTION_PER_IP_CONNECTION_LIMIT, config->per_address_max,
        MHD_OPTION_CONNECTION_TIMEOUT, config->idle_timeout_s,
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
    if (config->per_address_max == 0) /* many nodes may be behind one address */
        server->config.per_address_max = server->config.connections_max / 4 * 3;
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
        sheaf_http_server_free(server);
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
    for (sheaf_http_token *x = server->first; x; x = x->next) {
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
        sheaf_http_server_free(server);
}
