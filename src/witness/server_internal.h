/* witness/server_internal.h - what the parts of the witness's server share. Locks: the queue's
 * `lock` alone; a log's lock is never held with it. */
#ifndef SHEAF_WITNESS_SERVER_INTERNAL_H
#define SHEAF_WITNESS_SERVER_INTERNAL_H

#include "net/client.h"
#include "net/server.h"
#include "witness/mirror.h"
#include "witness/relay.h"
#include "witness/server.h"

#include <stdatomic.h>

enum { SHEAF_WITNESS_QUEUE_MAX = 256, SHEAF_WITNESS_THREADS = 4 };

/* A request that waits for a thread: add-checkpoint, or with `relay` an act of that log. */
typedef struct {
    sheaf_http_token *token;
    sheaf_slice body;
    const sheaf_witness_log *relay;
} sheaf_witness_waiting;

struct sheaf_witness_server {
    bool quiet;
    sheaf_witness_folder folder;
    sheaf_witness *witness;
    sheaf_mirrors *mirrors; /* NULL: it does not mirror */
    sheaf_relay *relay;
    sheaf_http_server *server;

    pthread_t threads[SHEAF_WITNESS_THREADS];
    size_t thread_count;
    pthread_mutex_t lock; /* of the queue */
    pthread_cond_t filled;
    atomic_bool stopping;
    sheaf_witness_waiting queue[SHEAF_WITNESS_QUEUE_MAX];
    size_t head, count;
};

#endif
