#include "acts/submission.h"
#include "hub/hub_internal.h"
#include "log/checkpoint.h"
#include "store/clock.h"
#include "store/key_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

/* Keys may stand there already: whoever founds needs them before the first act is signed; and
 * the homes of members on the same machine. */
static sheaf_status check_empty(const char *dir, sheaf_err *err)
{
    DIR *folder = opendir(dir);
    if (!folder && errno == ENOENT)
        return SHEAF_OK;
    if (!folder)
        return sheaf_fail(err, SHEAF_IO, "cannot open the folder %s: %s", dir, strerror(errno));
    sheaf_status status = SHEAF_OK;
    const struct dirent *item;
    while (status == SHEAF_OK && (item = readdir(folder))) {
        const char *name = item->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "lock") == 0)
            continue;
        if (strcmp(name, "log") == 0 || strcmp(name, "journal") == 0)
            status =
                sheaf_fail(err, SHEAF_INVALID,
                           "the folder %s holds a co-op already; give another folder", dir);
        else if (strcmp(name, "keys") != 0 && strcmp(name, "members") != 0)
            status = sheaf_fail(err, SHEAF_INVALID,
                                "the folder %s is not empty: it holds %.100s; give another one",
                                dir, name);
    }
    closedir(folder);
    return status;
}

static sheaf_status put_key(const char *dir, const char *name, const sheaf_keypair *pair,
                            sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_keypair there;
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/%s", dir, name));
    if (!sheaf_file_exists(path)) {
        SHEAF_TRY(sheaf_key_file_put(path, pair->secret, &there, err));
    } else {
        SHEAF_TRY(sheaf_key_file_load(path, &there, err));
    }
    bool same = memcmp(there.public, pair->public, sizeof there.public) == 0;
    sheaf_wipe(&there, sizeof there);
    return same ? SHEAF_OK
                : sheaf_fail(err, SHEAF_INVALID, "%s holds another key already", path);
}

static sheaf_status check_names(const struct sheaf_coop_found *found,
                                const sheaf_keypair *log_pair, const sheaf_keypair *hub_pair,
                                sheaf_err *err)
{
    if (memcmp(found->log_key.bytes, log_pair->public, SHEAF_PUBLIC_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID, "the founding names another log key");
    if (memcmp(found->hub_key.bytes, hub_pair->public, SHEAF_PUBLIC_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID, "the founding names another hub key");
    return SHEAF_OK;
}

/* The entry, and whether the rules accept it as the first of a log. */
static sheaf_status judge(const sheaf_submission *post, sheaf_buffer *entry, sheaf_err *err)
{
    sheaf_replay replay;
    sheaf_replayed result;
    sheaf_entry_encode(entry, post->act_bytes, post->signature, sheaf_clock_ms());
    SHEAF_TRY(sheaf_buffer_check(entry, "the founding entry", err));
    SHEAF_TRY(sheaf_replay_init(&replay, SHEAF_REVISION, err));
    sheaf_status status = sheaf_replay_entry(&replay, sheaf_buffer_slice(entry), &result, err);
    if (status == SHEAF_OK && sheaf_replay_stopped(&replay))
        status = sheaf_fail(err, SHEAF_INVALID, "%s",
                            sheaf_refusal_describe(SHEAF_REFUSED_revision_unknown)->sentence);
    else if (status == SHEAF_OK && result.refusal != SHEAF_ACCEPTED)
        status = sheaf_fail(err, SHEAF_INVALID, "the co-op cannot be founded: %s%s%s",
                            sheaf_refusal_describe((uint16_t)result.refusal)->sentence,
                            result.detail[0] ? ": " : "", result.detail);
    sheaf_replay_deinit(&replay);
    return status;
}

static sheaf_status put_personal(const sheaf_values *values, const sheaf_submission *post,
                                 sheaf_err *err)
{
    const struct sheaf_coop_found *found = post->act.what;
    SHEAF_TRY(sheaf_private_bind(values->private, found->origin, err));
    SHEAF_TRY(sheaf_private_begin(values->private, err));
    sheaf_status status = sheaf_values_keep_personal(values, post, 0, err);
    if (status == SHEAF_OK)
        return sheaf_private_commit(values->private, err);
    sheaf_private_rollback(values->private);
    return status;
}

static sheaf_status put_texts(const char *dir, const sheaf_submission *post, sheaf_err *err)
{
    sheaf_values values = {0};
    SHEAF_TRY(sheaf_texts_open(&values.texts, dir, err));
    SHEAF_TRY(sheaf_private_open(&values.private, dir, SHEAF_PRIVATE_CREATE, err));
    sheaf_status status = put_personal(&values, post, err);
    if (status == SHEAF_OK)
        status =
            sheaf_values_keep_texts(&values, &post->act, post->texts, post->text_count, err);
    sheaf_values_close(&values);
    return status;
}

static sheaf_status write_log(const char *dir, sheaf_slice origin, sheaf_slice entry,
                              const sheaf_keypair *log_pair, sheaf_err *err)
{
    sheaf_log_store *store;
    sheaf_buffer note;
    SHEAF_TRY(sheaf_log_store_open(&store, dir, false, err));
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status = sheaf_log_store_append(store, &entry, 1, err);
    sheaf_hash root = sheaf_log_store_root(store);
    if (status == SHEAF_OK)
        status = sheaf_checkpoint_sign(&note, origin, 1, &root, log_pair, err);
    if (status == SHEAF_OK)
        status = sheaf_log_store_publish(store, sheaf_buffer_slice(&note), err);
    sheaf_buffer_deinit(&note);
    sheaf_log_store_close(store);
    return status;
}

static sheaf_status create(const char *dir, const sheaf_submission *post,
                           const sheaf_keypair *log_pair, const sheaf_keypair *hub_pair,
                           sheaf_buffer *entry, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    if (post->act.kind != SHEAF_KIND_coop_found)
        return sheaf_fail(err, SHEAF_INVALID, "the first act of a co-op is coop.found, not %s",
                          sheaf_kind_shape(post->act.kind)->name);
    const struct sheaf_coop_found *found = post->act.what;
    SHEAF_TRY(check_names(found, log_pair, hub_pair, err));
    SHEAF_TRY(judge(post, entry, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/keys", dir));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(put_key(dir, "log.key", log_pair, err));
    SHEAF_TRY(put_key(dir, "hub.key", hub_pair, err));
    SHEAF_TRY(put_texts(dir, post, err));
    return write_log(dir, found->origin, sheaf_buffer_slice(entry), log_pair, err);
}

sheaf_status sheaf_hub_create(const char *dir, sheaf_slice submission,
                              const sheaf_keypair *log_pair, const sheaf_keypair *hub_pair,
                              sheaf_err *err)
{
    if (!sheaf_crypto_start())
        return sheaf_fail(err, SHEAF_NOMEM, "libsodium cannot start");
    SHEAF_TRY(check_empty(dir, err));
    void *block = malloc(SHEAF_SUBMISSION_ARENA_BYTES);
    if (!block)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for founding a co-op");
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_submission post;
    sheaf_buffer entry;
    sheaf_buffer_init(&entry, SHEAF_ENTRY_MAX);
    sheaf_status status =
        sheaf_submission_decode(submission, SHEAF_REVISION, &arena, &post, err);
    if (status == SHEAF_OK)
        status = create(dir, &post, log_pair, hub_pair, &entry, err);
    sheaf_buffer_deinit(&entry);
    free(block);
    return status;
}
