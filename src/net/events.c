#include "net/events.h"

#include "base/buffer.h"
#include "net/net_internal.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { QUEUE_DEFAULT = 256 << 10, CLIENTS_DEFAULT = 256, HEARTBEAT_DEFAULT_MS = 15000 };

struct sheaf_http_listener {
    sheaf_http_events *events;
    sheaf_http_listener *previous, *next;
    struct MHD_Connection *connection;
    sheaf_buffer queue; /* what waits to be sent, from `sent` on */
    size_t sent;
    unsigned holders; /* the server's exchange and libmicrohttpd's response */
    bool attached;    /* in the list of its stream */
    bool suspended, ended;
};

struct sheaf_http_events {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t heart;
    sheaf_http_events_config config;
    sheaf_http_listener *first;
    unsigned clients, holders; /* who keeps this memory: the owner and every listener */
    bool closed;
};

static void events_free(sheaf_http_events *events)
{
    pthread_cond_destroy(&events->wake);
    pthread_mutex_destroy(&events->lock);
    free(events);
}

/* Under the lock. */
static void listener_wake(sheaf_http_listener *listener)
{
    if (!listener->suspended)
        return;
    listener->suspended = false;
    MHD_resume_connection(listener->connection);
}

static void listener_detach(sheaf_http_listener *listener)
{
    sheaf_http_events *events = listener->events;
    if (!listener->attached)
        return;
    listener->attached = false;
    events->clients--;
    if (listener->previous)
        listener->previous->next = listener->next;
    else
        events->first = listener->next;
    if (listener->next)
        listener->next->previous = listener->previous;
}

static void listener_push(sheaf_http_listener *listener, sheaf_slice bytes)
{
    if (listener->ended)
        return;
    sheaf_buffer *queue = &listener->queue;
    if (listener->sent > 0) { /* make room in front */
        memmove(queue->data, queue->data + listener->sent, queue->len - listener->sent);
        queue->len -= listener->sent;
        listener->sent = 0;
    }
    sheaf_buffer_add(queue, bytes);
    if (queue->failed)
        listener->ended = true;
    listener_wake(listener);
}

static ssize_t on_read(void *ctx, uint64_t at, char *out, size_t max)
{
    sheaf_http_listener *listener = ctx;
    sheaf_http_events *events = listener->events;
    (void)at;
    ssize_t n = 0;
    pthread_mutex_lock(&events->lock);
    size_t waiting = listener->queue.len - listener->sent;
    if (listener->queue.failed) {
        n = MHD_CONTENT_READER_END_WITH_ERROR; /* events were lost: the client must notice */
    } else if (waiting > 0) {
        n = (ssize_t)(waiting < max ? waiting : max);
        memcpy(out, listener->queue.data + listener->sent, (size_t)n);
        listener->sent += (size_t)n;
    } else if (listener->ended) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        listener->suspended = true;
        MHD_suspend_connection(listener->connection);
    }
    pthread_mutex_unlock(&events->lock);
    return n;
}

void sheaf_http_listener_release(sheaf_http_listener *listener)
{
    sheaf_http_events *events = listener->events;
    pthread_mutex_lock(&events->lock);
    bool last = --listener->holders == 0;
    bool last_of_all = last && --events->holders == 0;
    pthread_mutex_unlock(&events->lock);
    if (last) {
        sheaf_buffer_deinit(&listener->queue);
        free(listener);
    }
    if (last_of_all)
        events_free(events);
}

static void on_free(void *ctx)
{
    sheaf_http_listener *listener = ctx;
    pthread_mutex_lock(&listener->events->lock);
    listener->ended = true;
    listener->suspended = false;
    listener_detach(listener);
    pthread_mutex_unlock(&listener->events->lock);
    sheaf_http_listener_release(listener);
}

void sheaf_http_listener_end(sheaf_http_listener *listener)
{
    pthread_mutex_lock(&listener->events->lock);
    listener->ended = true;
    listener_wake(listener);
    pthread_mutex_unlock(&listener->events->lock);
}

struct MHD_Response *sheaf_http_listener_attach(sheaf_http_events *events,
                                                struct MHD_Connection *connection,
                                                sheaf_http_listener **out)
{
    sheaf_http_listener *listener = calloc(1, sizeof *listener);
    if (!listener)
        return NULL;
    listener->events = events;
    listener->connection = connection;
    listener->holders = 2;
    sheaf_buffer_init(&listener->queue, events->config.queue_max);
    struct MHD_Response *made = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 << 10,
                                                                  on_read, listener, on_free);
    if (!made) {
        free(listener);
        return NULL;
    }
    pthread_mutex_lock(&events->lock);
    events->holders++;
    bool room = !events->closed && events->clients < events->config.clients_max;
    if (room) {
        listener->next = events->first;
        if (events->first)
            events->first->previous = listener;
        events->first = listener;
        listener->attached = true;
        events->clients++;
        listener_push(listener, sheaf_str("retry: 2000\n\n"));
    }
    pthread_mutex_unlock(&events->lock);
    if (!room) {
        sheaf_http_listener_release(listener);
        MHD_destroy_response(made);
        return NULL;
    }
    *out = listener;
    return made;
}

/* A comment now and then: writing is how one learns that a client has gone. */
static void *heart_run(void *ctx)
{
    sheaf_http_events *events = ctx;
    pthread_mutex_lock(&events->lock);
    while (!events->closed) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += events->config.heartbeat_ms / 1000;
        until.tv_nsec += (long)(events->config.heartbeat_ms % 1000) * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        int woken = 0;
        while (!events->closed && woken == 0)
            woken = pthread_cond_timedwait(&events->wake, &events->lock, &until);
        for (sheaf_http_listener *l = events->first; l && !events->closed; l = l->next)
            listener_push(l, sheaf_str(":\n\n"));
    }
    pthread_mutex_unlock(&events->lock);
    return NULL;
}

sheaf_status sheaf_http_events_open(sheaf_http_events **out,
                                    const sheaf_http_events_config *config, sheaf_err *err)
{
    sheaf_http_events *events = calloc(1, sizeof *events);
    if (!events)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for an event stream");
    if (config)
        events->config = *config;
    if (events->config.queue_max == 0)
        events->config.queue_max = QUEUE_DEFAULT;
    if (events->config.clients_max == 0)
        events->config.clients_max = CLIENTS_DEFAULT;
    if (events->config.heartbeat_ms == 0)
        events->config.heartbeat_ms = HEARTBEAT_DEFAULT_MS;
    events->holders = 1;
    pthread_mutex_init(&events->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&events->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&events->heart, NULL, heart_run, events) != 0) {
        events_free(events);
        return sheaf_fail(err, SHEAF_IO, "cannot start the thread of an event stream");
    }
    *out = events;
    return SHEAF_OK;
}

void sheaf_http_events_close(sheaf_http_events *events)
{
    if (!events)
        return;
    pthread_mutex_lock(&events->lock);
    events->closed = true;
    for (sheaf_http_listener *l = events->first; l; l = l->next) {
        l->ended = true;
        listener_wake(l);
    }
    pthread_cond_signal(&events->wake);
    pthread_mutex_unlock(&events->lock);
    pthread_join(events->heart, NULL);

    pthread_mutex_lock(&events->lock);
    bool last = --events->holders == 0;
    pthread_mutex_unlock(&events->lock);
    if (last)
        events_free(events);
}

void sheaf_http_events_publish(sheaf_http_events *events, const char *name, sheaf_slice data)
{
    sheaf_buffer text;
    sheaf_buffer_init(&text, events->config.queue_max);
    sheaf_buffer_printf(&text, "event: %s\ndata: ", name);
    for (size_t i = 0; i < data.len; i++) {
        if (data.data[i] == '\r' && i + 1 < data.len && data.data[i + 1] == '\n')
            continue;
        if (data.data[i] == '\n' || data.data[i] == '\r')
            sheaf_buffer_add_string(&text, "\ndata: ");
        else
            sheaf_buffer_add_byte(&text, data.data[i]);
    }
    sheaf_buffer_add_string(&text, "\n\n");

    pthread_mutex_lock(&events->lock);
    for (sheaf_http_listener *l = events->first; l; l = l->next) {
        if (text.failed) { /* longer than any queue: nobody can have it */
            l->queue.failed = l->ended = true;
            listener_wake(l);
        } else {
            listener_push(l, sheaf_buffer_slice(&text));
        }
    }
    pthread_mutex_unlock(&events->lock);
    sheaf_buffer_deinit(&text);
}

unsigned sheaf_http_events_clients(sheaf_http_events *events)
{
    pthread_mutex_lock(&events->lock);
    unsigned clients = events->clients;
    pthread_mutex_unlock(&events->lock);
    return clients;
}
