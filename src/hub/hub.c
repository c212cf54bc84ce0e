#include "hub/hub_internal.h"

#include "hub/api.h"
#include "hub/cosign.h"
#include "hub/rounds.h"
#include "hub/sequencer.h"
#include "hub/settler.h"
#include "hub/snapshots.h"
#include "log/checkpoint.h"
#include "store/clock.h"
#include "store/key_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void sheaf_hub_read_begin(sheaf_hub *hub)
{
    pthread_rwlock_rdlock(&hub->lock);
}

void sheaf_hub_read_end(sheaf_hub *hub)
{
    pthread_rwlock_unlock(&hub->lock);
}

void sheaf_hub_log(const sheaf_hub *hub, const char *event, const char *format, ...)
{
    if (hub->quiet)
        return;
    char line[SHEAF_MESSAGE_MAX + 200];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    char when[SHEAF_CLOCK_TEXT_LEN + 1];
    sheaf_clock_text(sheaf_clock_ms(), when);
    fprintf(stderr, "%s info %s %s\n", when, event, line);
}

void sheaf_hub_fail(sheaf_hub *hub, const sheaf_err *why)
{
    pthread_mutex_lock(&hub->failure_lock);
    if (!atomic_load(&hub->failed)) {
        hub->failure = *why;
        atomic_store(&hub->failed, true);
        sheaf_hub_log(hub, "stopped", "reason=\"%s\"", why->message);
    }
    pthread_mutex_unlock(&hub->failure_lock);
}

bool sheaf_hub_running(sheaf_hub *hub, sheaf_err *err)
{
    if (!atomic_load(&hub->failed))
        return true;
    pthread_mutex_lock(&hub->failure_lock);
    (void)sheaf_fail(err, hub->failure.status, "the hub has stopped: %.300s",
                     hub->failure.message);
    pthread_mutex_unlock(&hub->failure_lock);
    return false;
}

uint16_t sheaf_hub_port(const sheaf_hub *hub)
{
    return sheaf_http_server_port(hub->server);
}

sheaf_status sheaf_hub_sign(void *context, uint64_t size, const sheaf_hash *root,
                            sheaf_buffer *note, sheaf_err *err)
{
    const sheaf_hub *hub = context;
    return sheaf_checkpoint_seal(note, &hub->log_key, size, root, &hub->log_pair, err);
}

/* Signs and publishes the checkpoint of all that the store holds. */
static sheaf_status publish(sheaf_hub *hub, sheaf_err *err)
{
    return sheaf_log_store_commit(hub->store, NULL, 0, sheaf_hub_sign, hub, err);
}

/* ---- opening ---- */

static sheaf_status load_keys(sheaf_hub *hub, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/log.key", hub->dir));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_IO,
                          "the folder %s cannot be served without the hub's keys (%s is "
                          "missing): restore them, or let members appoint a new hub with sheaf "
                          "succession",
                          hub->dir, path);
    SHEAF_TRY(sheaf_key_file_load(path, &hub->log_pair, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/hub.key", hub->dir));
    return sheaf_key_file_load(path, &hub->hub_pair, err);
}

/* The keys in the folder are those that the log names, and the last checkpoint is by them. */
static sheaf_status check_identity(sheaf_hub *hub, sheaf_err *err)
{
    const struct sheaf_row_coop *coop = sheaf_coop(sheaf_hub_state(hub));
    if (!coop)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the folder %s holds no co-op; found one with: sheaf found %s",
                          hub->dir, hub->dir);
    memcpy(hub->origin, coop->origin, SHEAF_ORIGIN_LEN);
    if (memcmp(coop->log_key.bytes, hub->log_pair.public, SHEAF_PUBLIC_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID, "%s/keys/log.key is not the key of this log",
                          hub->dir);
    if (memcmp(coop->hub_key.bytes, hub->hub_pair.public, SHEAF_PUBLIC_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s/keys/hub.key is not the hub's key on this log", hub->dir);
    SHEAF_TRY(sheaf_vkey_make(&hub->log_key, SHEAF_VKEY_ED25519, sheaf_hub_origin(hub),
                              coop->log_key.bytes, err));
    if (sheaf_log_store_published(hub->store) == 0)
        return SHEAF_OK;
    sheaf_checkpoint checkpoint;
    return sheaf_checkpoint_open(sheaf_log_store_checkpoint(hub->store), &hub->log_key,
                                 &checkpoint, err);
}

static sheaf_status blob_get(void *context, const sheaf_hash *hash, sheaf_buffer *out,
                             bool *found, sheaf_err *err)
{
    const sheaf_hub *hub = context;
    *found = sheaf_blob_exists(&hub->blobs, hash);
    return *found ? sheaf_blob_read(&hub->blobs, hash, out, err) : SHEAF_OK;
}

/* Rows whose entry never came to be go, and so does whatever was erased before an older copy of
 * the folder came back. */
static sheaf_status open_private(sheaf_hub *hub, sheaf_err *err)
{
    uint32_t swept, again;
    SHEAF_TRY(sheaf_private_open(&hub->values.private, hub->dir, SHEAF_PRIVATE_CREATE, err));
    SHEAF_TRY(sheaf_private_bind(hub->values.private, sheaf_hub_origin(hub), err));
    SHEAF_TRY(sheaf_private_sweep(hub->values.private, sheaf_log_store_size(hub->store), &swept,
                                  err));
    SHEAF_TRY(sheaf_private_erase_again(hub->values.private, hub->dir, &again, err));
    if (swept || again)
        sheaf_hub_log(hub, "private", "swept=%u erased_again=%u", swept, again);
    return SHEAF_OK;
}

static sheaf_status open_folder(sheaf_hub *hub, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/log", hub->dir));
    if (!sheaf_file_exists(path))
        return sheaf_fail(err, SHEAF_IO,
                          "the folder %s holds no log; found a co-op with: sheaf found %s",
                          hub->dir, hub->dir);
    SHEAF_TRY(sheaf_log_store_open(&hub->store, hub->dir, false, err));
    SHEAF_TRY(load_keys(hub, err));
    SHEAF_TRY(sheaf_blobs_open(&hub->blobs, hub->dir, err));
    SHEAF_TRY(sheaf_texts_open(&hub->values.texts, hub->dir, err));
    hub->blob_source = (sheaf_blob_source){blob_get, hub};
    SHEAF_TRY(sheaf_replay_init(&hub->replay, SHEAF_REVISION, err));
    hub->replay.blobs = &hub->blob_source;
    SHEAF_TRY(sheaf_snapshots_start(hub, err));
    SHEAF_TRY(check_identity(hub, err));
    SHEAF_TRY(open_private(hub, err));
    /* A crash between journal and checkpoint left entries that no checkpoint covers. */
    if (sheaf_log_store_published(hub->store) < sheaf_log_store_size(hub->store))
        SHEAF_TRY(publish(hub, err));
    return SHEAF_OK;
}

static sheaf_status start(sheaf_hub *hub, const sheaf_hub_config *config, sheaf_err *err)
{
    SHEAF_TRY(open_folder(hub, err));
    SHEAF_TRY(sheaf_http_events_open(&hub->events, NULL, err));
    SHEAF_TRY(sheaf_cosign_open(&hub->cosign, hub, config->ca_file, err));
    SHEAF_TRY(sheaf_snapshots_open(&hub->snapshots, hub, err));
    SHEAF_TRY(sheaf_settler_open(&hub->settler, hub, err));
    SHEAF_TRY(sheaf_sequencer_open(&hub->sequencer, hub, err));
    SHEAF_TRY(sheaf_rounds_open(&hub->rounds, hub, err));
    return sheaf_api_open(hub, config, err);
}

sheaf_status sheaf_hub_open(sheaf_hub **out, const sheaf_hub_config *config, sheaf_err *err)
{
    if (!sheaf_crypto_start())
        return sheaf_fail(err, SHEAF_NOMEM, "libsodium cannot start");
    sheaf_hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the hub");
    pthread_rwlockattr_t fair;
    pthread_rwlockattr_init(&fair);
    /* Readers in a row must not keep the writer waiting. */
    pthread_rwlockattr_setkind_np(&fair, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&hub->lock, &fair);
    pthread_rwlockattr_destroy(&fair);
    pthread_mutex_init(&hub->settling, NULL);
    pthread_mutex_init(&hub->failure_lock, NULL);
    pthread_mutex_init(&hub->withheld_lock, NULL);
    sheaf_uploads_init(&hub->uploads, SHEAF_UPLOAD_DAY_BYTES);
    hub->stage_ms = config->stage_ms ? config->stage_ms : 30000;
    hub->grace_ms = config->grace_ms ? config->grace_ms : 500;
    hub->attest_ms = config->attest_ms ? config->attest_ms : 60000;
    hub->quiet = config->quiet;
    hub->lie = config->lie;
    sheaf_status status = sheaf_path(hub->dir, err, "%s", config->dir);
    if (status == SHEAF_OK)
        status = start(hub, config, err);
    if (status != SHEAF_OK) {
        sheaf_hub_close(hub);
        return status;
    }
    sheaf_hub_log(hub, "serving", "folder=%s port=%u", hub->dir, (unsigned)sheaf_hub_port(hub));
    *out = hub;
    return SHEAF_OK;
}

void sheaf_hub_close(sheaf_hub *hub)
{
    if (!hub)
        return;
    atomic_store(&hub->closing, true);
    sheaf_rounds_stop(hub->rounds);
    sheaf_sequencer_stop(hub->sequencer);
    sheaf_cosign_stop(hub->cosign);
    sheaf_http_server_close(hub->server);
    sheaf_rounds_close(hub->rounds);
    sheaf_sequencer_close(hub->sequencer);
    sheaf_settler_close(hub->settler);
    sheaf_snapshots_close(hub->snapshots);
    sheaf_cosign_close(hub->cosign);
    sheaf_http_events_close(hub->events);
    sheaf_log_store_close(hub->store);
    sheaf_values_close(&hub->values);
    sheaf_replay_deinit(&hub->replay);
    sheaf_wipe(&hub->log_pair, sizeof hub->log_pair);
    sheaf_wipe(&hub->hub_pair, sizeof hub->hub_pair);
    pthread_mutex_destroy(&hub->settling);
    pthread_mutex_destroy(&hub->withheld_lock);
    pthread_mutex_destroy(&hub->failure_lock);
    sheaf_uploads_deinit(&hub->uploads);
    pthread_rwlock_destroy(&hub->lock);
    free(hub);
}
