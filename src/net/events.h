/* net/events.h - server-sent events: one publisher, many listeners.
 *
 * A handler answers with sheaf_http_stream(); whatever is published afterwards goes to that
 * client too. Each client has a queue of bounded size: one that reads too slowly is cut off and
 * comes back by itself. While nothing happens a comment is sent, so that clients that have
 * gone are noticed. Any thread may publish.
 */
#ifndef SHEAF_NET_EVENTS_H
#define SHEAF_NET_EVENTS_H

#include "base/slice.h"
#include "base/status.h"

typedef struct sheaf_http_events sheaf_http_events;

typedef struct {
    size_t queue_max;      /* bytes that may wait for one client; 0 = 256 KiB */
    unsigned clients_max;  /* further clients get 503; 0 = 256 */
    unsigned heartbeat_ms; /* 0 = 15 seconds */
} sheaf_http_events_config;

/* `config` may be NULL. */
SHEAF_MUST_USE sheaf_status sheaf_http_events_open(sheaf_http_events **out,
                                                   const sheaf_http_events_config *config,
                                                   sheaf_err *err);

/* Ends every stream. Close it after the last call of the others, before or after the server;
 * NULL does nothing. */
void sheaf_http_events_close(sheaf_http_events *events);

/* `name` is one word; line breaks in `data` are sent as the format demands, so that listeners
 * get them back. */
void sheaf_http_events_publish(sheaf_http_events *events, const char *name, sheaf_slice data);

/* How many clients listen now. */
unsigned sheaf_http_events_clients(sheaf_http_events *events);

#endif
