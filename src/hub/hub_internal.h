/* hub/hub_internal.h - what the parts of the hub share.
 *
 * Locks, in the order in which they are taken: `rounds` (see rounds_internal.h), `settling`,
 * then `lock`. `settling` is held while files of DIR/log are written without `lock`. `lock`
 * covers state and log store: the writer holds it for writing from the first fold of a batch
 * until the batch is durable and its checkpoint published, so that readers see only what is
 * durable. Everything else here is set before the threads begin.
 */
#ifndef SHEAF_HUB_INTERNAL_H
#define SHEAF_HUB_INTERNAL_H

#include "claims/replay.h"
#include "coop/view.h"
#include "coop/withheld.h"
#include "hub/hub.h"
#include "hub/uploads.h"
#include "log/note.h"
#include "net/server.h"
#include "store/blob.h"
#include "store/log_store.h"
#include "store/values.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct sheaf_sequencer sheaf_sequencer;
typedef struct sheaf_settler sheaf_settler;
typedef struct sheaf_snapshots sheaf_snapshots;
typedef struct sheaf_rounds sheaf_rounds;
typedef struct sheaf_cosign sheaf_cosign;

struct sheaf_hub {
    char dir[SHEAF_PATH_MAX];
    uint32_t stage_ms, grace_ms, attest_ms;
    bool quiet;
    sheaf_lie lie;
    sheaf_keypair log_pair, hub_pair;
    sheaf_vkey log_key; /* of log_pair, named by the origin */
    char origin[SHEAF_ORIGIN_LEN + 1];

    pthread_mutex_t settling;
    pthread_rwlock_t lock;
    sheaf_replay replay; /* its state; the tree is the store's business once the hub runs */
    sheaf_log_store *store;

    sheaf_blobs blobs;
    sheaf_blob_source blob_source;
    sheaf_uploads uploads;
    sheaf_values values;
    sheaf_http_events *events;
    sheaf_http_server *server;
    sheaf_sequencer *sequencer;
    sheaf_settler *settler;
    sheaf_snapshots *snapshots;
    sheaf_rounds *rounds;
    sheaf_cosign *cosign;

    atomic_bool closing;           /* the hub's own acts wait for nothing any more */
    atomic_bool failed;            /* the disk failed: nothing is answered any more */
    pthread_mutex_t withheld_lock; /* taken before `lock` */
    sheaf_withheld_register withheld;

    pthread_mutex_t failure_lock;
    sheaf_err failure;
};

static inline const sheaf_state *sheaf_hub_state(const sheaf_hub *hub)
{
    return &hub->replay.state;
}

static inline sheaf_slice sheaf_hub_origin(const sheaf_hub *hub)
{
    return sheaf_bytes(hub->origin, SHEAF_ORIGIN_LEN);
}

/* Readers of state and log. */
void sheaf_hub_read_begin(sheaf_hub *hub);
void sheaf_hub_read_end(sheaf_hub *hub);

/* One line on standard error: time, event, key=value. */
__attribute__((format(printf, 3, 4))) void
sheaf_hub_log(const sheaf_hub *hub, const char *event, const char *format, ...);

/* Stops the hub for good. */
void sheaf_hub_fail(sheaf_hub *hub, const sheaf_err *why);

/* A sheaf_log_store_sign: the hub's own signature; `context` is the hub. */
SHEAF_MUST_USE sheaf_status sheaf_hub_sign(void *context, uint64_t size, const sheaf_hash *root,
                                           sheaf_buffer *note, sheaf_err *err);

/* Lower-case hex of 64 digits. */
bool sheaf_hub_hash_get(sheaf_slice text, sheaf_hash *out);

#endif
