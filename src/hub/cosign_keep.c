/* What witnesses signed is published and kept; declared in cosign_internal.h. */
#include "hub/cosign_internal.h"

#include "log/checkpoint.h"

/* With the lock: the target with the lines that it has; their number. */
static unsigned compose(const sheaf_cosign *c, sheaf_buffer *note)
{
    unsigned lines = 0;
    sheaf_buffer_add(note, sheaf_buffer_slice(&c->target));
    for (unsigned i = 0; i < c->count; i++) {
        const sheaf_cosigner *signer = &c->signers[i];
        if (!signer->named || signer->last.of != c->target_size || signer->last.time == 0)
            continue;
        sheaf_buffer_add_string(note, signer->last.line);
        lines++;
    }
    return lines;
}

/* The draft is made durable before the hub's lock is taken, so that the writer waits for no
 * sync of it. */
static sheaf_status publish(sheaf_cosign *c, sheaf_slice note, sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_cosigned_draft(c->hub->dir, note, err));
    pthread_mutex_lock(&c->hub->settling);
    pthread_rwlock_wrlock(&c->hub->lock);
    sheaf_status status = sheaf_log_store_cosigned(c->hub->store, note, err);
    pthread_rwlock_unlock(&c->hub->lock);
    pthread_mutex_unlock(&c->hub->settling);
    return status;
}

static sheaf_status keep_witnessed(const sheaf_cosign *c, sheaf_slice note, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed", c->hub->dir));
    if (!sheaf_file_exists(path)) {
        SHEAF_TRY(sheaf_folder_make(path, 0755, err));
        SHEAF_TRY(sheaf_path_sync(c->hub->dir, err));
    }
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", c->hub->dir));
    return sheaf_file_write(path, 0644, note, err);
}

void sheaf_cosign_keep(sheaf_cosign *c)
{
    sheaf_buffer note;
    sheaf_err err;
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    pthread_mutex_lock(&c->keeping);
    pthread_mutex_lock(&c->lock);
    unsigned lines = compose(c, &note);
    uint64_t size = c->target_size;
    /* Of what is not the newest any more nothing is published, and no line beyond the quorum is
     * worth a sync: entries that come fast need the disk. */
    bool newest = size == c->latest_size;
    bool witnessed = c->quorum > 0 && lines >= c->quorum
                     && (size > c->witnessed_size || (newest && size == c->witnessed_size));
    pthread_mutex_unlock(&c->lock);
    sheaf_status status = sheaf_buffer_check(&note, "a cosigned checkpoint", &err);
    if (status == SHEAF_OK && newest)
        status = publish(c, sheaf_buffer_slice(&note), &err);
    if (status == SHEAF_OK && witnessed)
        status = keep_witnessed(c, sheaf_buffer_slice(&note), &err);
    if (status == SHEAF_OK && witnessed) {
        pthread_mutex_lock(&c->lock);
        sheaf_buffer_reset(&c->witnessed);
        sheaf_buffer_add(&c->witnessed, sheaf_buffer_slice(&note));
        c->witnessed_size = size;
        pthread_mutex_unlock(&c->lock);
    }
    pthread_mutex_unlock(&c->keeping);
    if (status != SHEAF_OK)
        sheaf_hub_log(c->hub, "witness", "trouble=\"%s\"", err.message);
    sheaf_buffer_deinit(&note);
}

static bool of_this_log(const sheaf_hub *hub, const sheaf_checkpoint *head)
{
    if (!sheaf_slice_equal(head->origin, sheaf_hub_origin(hub))
        || head->size > sheaf_log_store_size(hub->store))
        return false;
    sheaf_hash root = sheaf_log_store_root_at(hub->store, head->size);
    return sheaf_hash_equal(&root, &head->root);
}

sheaf_status sheaf_cosign_load(sheaf_cosign *c, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_checkpoint head;
    SHEAF_TRY(sheaf_path(path, err, "%s/witnessed/checkpoint", c->hub->dir));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    SHEAF_TRY(sheaf_file_read(path, &c->witnessed, err));
    /* It may be signed by the key of a hub before this one: its root says whose it is. */
    if (sheaf_checkpoint_read(sheaf_buffer_slice(&c->witnessed), &head, NULL) != SHEAF_OK
        || !of_this_log(c->hub, &head)) {
        sheaf_hub_log(c->hub, "witness", "trouble=\"%s is not of this log\"", path);
        sheaf_buffer_reset(&c->witnessed);
        return SHEAF_OK;
    }
    c->witnessed_size = head.size;
    return SHEAF_OK;
}
