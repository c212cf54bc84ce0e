#include "hub/succeed.h"

#include "acts/submission.h"
#include "claims/replay.h"
#include "coop/view.h"
#include "log/checkpoint.h"
#include "store/key_file.h"
#include "store/log_store.h"

#include <stdio.h>
#include <stdlib.h>

enum { COPY_BYTES = 8 << 20, COPY_ENTRIES = 1024 };

typedef struct {
    const char *dir;
    int64_t now_ms;
    sheaf_keypair hub_pair, log_pair;
    sheaf_replay replay;
    uint64_t size;     /* of the log that is carried on */
    sheaf_buffer tail; /* the entries of the appointments */
    size_t ends[SHEAF_LOG_BATCH_MAX], tail_count;
    sheaf_buffer copied; /* entries on their way from one folder to the other */
    size_t copied_ends[COPY_ENTRIES], copied_count;
    sheaf_log_store *store;
} succession;

/* ---- keys ---- */

static sheaf_status key_at(const char *dir, const char *name, sheaf_keypair *out,
                           sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(path, err, "%s/keys", dir));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(sheaf_path(path, err, "%s/keys/%s", dir, name));
    return sheaf_file_exists(path) ? sheaf_key_file_load(path, out, err)
                                   : sheaf_key_file_create(path, out, err);
}

static sheaf_status load_keys(const char *dir, sheaf_keypair *hub, sheaf_keypair *log,
                              sheaf_err *err)
{
    SHEAF_TRY(key_at(dir, "hub.key", hub, err));
    return key_at(dir, "log.key", log, err);
}

sheaf_status sheaf_hub_keys(const char *dir, uint8_t hub_key[32], uint8_t log_key[32],
                            sheaf_err *err)
{
    sheaf_keypair hub = {0}, log = {0};
    sheaf_status status = load_keys(dir, &hub, &log, err);
    memcpy(hub_key, hub.public, sizeof hub.public);
    memcpy(log_key, log.public, sizeof log.public);
    sheaf_wipe(&hub, sizeof hub);
    sheaf_wipe(&log, sizeof log);
    return status;
}

/* ---- judging ---- */

static sheaf_status replay_one(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    succession *s = context;
    sheaf_replayed result;
    (void)index;
    return sheaf_replay_entry(&s->replay, entry, &result, err);
}

/* The end of the log that all of them name. */
static sheaf_status find_end(const sheaf_slice *submissions, size_t count, void *block,
                             uint64_t *size, sheaf_err *err)
{
    for (size_t i = 0; i < count; i++) {
        sheaf_arena arena = sheaf_arena_over(block, SHEAF_SUBMISSION_ARENA_BYTES);
        sheaf_submission post;
        sheaf_err why = {0};
        sheaf_status status =
            sheaf_submission_decode(submissions[i], SHEAF_REVISION, &arena, &post, &why);
        if (status != SHEAF_OK)
            return sheaf_fail(err, status, "file %zu is no signed appointment: %.300s", i + 1,
                              why.message);
        if (post.act.kind != SHEAF_KIND_hub_appoint)
            return sheaf_fail(err, SHEAF_INVALID, "file %zu holds %s, not an appointment",
                              i + 1, sheaf_kind_shape(post.act.kind)->name);
        uint64_t end = (uint64_t)((const struct sheaf_hub_appoint *)post.act.what)->size;
        if (i > 0 && end != *size)
            return sheaf_fail(err, SHEAF_INVALID,
                              "file %zu is signed over %llu entries, file 1 over %llu: let all "
                              "sign over the same checkpoint",
                              i + 1, (unsigned long long)end, (unsigned long long)*size);
        *size = end;
    }
    return SHEAF_OK;
}

static sheaf_status judge_one(succession *s, sheaf_slice submission, size_t number, void *block,
                              sheaf_err *err)
{
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_submission post;
    sheaf_replayed result;
    int64_t stamp = sheaf_coop(&s->replay.state)->stamp;
    size_t from = s->tail.len;
    if (s->tail_count == SHEAF_LOG_BATCH_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "more than %d appointments", SHEAF_LOG_BATCH_MAX);
    SHEAF_TRY(sheaf_submission_decode(submission, SHEAF_REVISION, &arena, &post, err));
    sheaf_entry_encode(&s->tail, post.act_bytes, post.signature,
                       s->now_ms > stamp ? s->now_ms : stamp);
    SHEAF_TRY(sheaf_buffer_check(&s->tail, "the appointments", err));
    sheaf_slice entry = sheaf_bytes(s->tail.data + from, s->tail.len - from);
    SHEAF_TRY(sheaf_replay_entry(&s->replay, entry, &result, err));
    if (result.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "the signature in file %zu is refused: %s%s%s",
                          number, sheaf_refusal_describe((uint16_t)result.refusal)->sentence,
                          result.detail[0] ? ": " : "", result.detail);
    s->ends[s->tail_count++] = s->tail.len;
    return SHEAF_OK;
}

static bool appointed(const succession *s)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&s->replay.state);
    return memcmp(coop->hub_key.bytes, s->hub_pair.public, SHEAF_PUBLIC_BYTES) == 0
           && memcmp(coop->log_key.bytes, s->log_pair.public, SHEAF_PUBLIC_BYTES) == 0;
}

static sheaf_status too_few(const succession *s, sheaf_err *err)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&s->replay.state);
    uint32_t bp = sheaf_bylaws_now(&s->replay.state)->succession_bp;
    bool ceilings = coop->voters_unlimited != coop->voters;
    return sheaf_fail(
        err, SHEAF_INVALID,
        "the bylaws ask for the signatures of %u of the %u members with a vote%s; "
        "for the keys in %s/keys there are %zu",
        (unsigned)(((uint64_t)coop->voters * bp + 9999) / 10000), coop->voters,
        ceilings ? ", and those of a class with a ceiling of votes count for as "
                   "much less as their votes"
                 : "",
        s->dir, s->tail_count);
}

static sheaf_status judge(succession *s, const sheaf_log_store *source,
                          const sheaf_slice *submissions, size_t count, void *block,
                          sheaf_err *err)
{
    SHEAF_TRY(find_end(submissions, count, block, &s->size, err));
    if (sheaf_log_store_size(source) < s->size)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the log has %llu entries, but the members signed over %llu; find a "
                          "copy that has them",
                          (unsigned long long)sheaf_log_store_size(source),
                          (unsigned long long)s->size);
    SHEAF_TRY(sheaf_log_store_range(source, 0, s->size, replay_one, s, err));
    if (!sheaf_coop(&s->replay.state) || sheaf_replay_stopped(&s->replay))
        return sheaf_fail(err, SHEAF_INVALID, "this program cannot follow that log");
    for (size_t i = 0; i < count && !appointed(s); i++)
        SHEAF_TRY(judge_one(s, submissions[i], i + 1, block, err));
    if (appointed(s))
        return SHEAF_OK;
    return too_few(s, err);
}

/* ---- writing ---- */

static sheaf_status copy_flush(succession *s, sheaf_err *err)
{
    sheaf_slice entries[COPY_ENTRIES];
    for (size_t i = 0, from = 0; i < s->copied_count; from = s->copied_ends[i++])
        entries[i] = sheaf_bytes(s->copied.data + from, s->copied_ends[i] - from);
    if (s->copied_count)
        SHEAF_TRY(sheaf_log_store_append(s->store, entries, s->copied_count, err));
    s->copied_count = 0;
    sheaf_buffer_reset(&s->copied);
    return SHEAF_OK;
}

static sheaf_status copy_one(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    succession *s = context;
    (void)index;
    sheaf_buffer_add(&s->copied, entry);
    SHEAF_TRY(sheaf_buffer_check(&s->copied, "the log", err));
    s->copied_ends[s->copied_count++] = s->copied.len;
    return s->copied_count == COPY_ENTRIES || s->copied.len > COPY_BYTES ? copy_flush(s, err)
                                                                         : SHEAF_OK;
}

static sheaf_status carry_on(succession *s, sheaf_err *err)
{
    sheaf_slice entries[SHEAF_LOG_BATCH_MAX];
    sheaf_buffer note;
    for (size_t i = 0, from = 0; i < s->tail_count; from = s->ends[i++])
        entries[i] = sheaf_bytes(s->tail.data + from, s->ends[i] - from);
    SHEAF_TRY(sheaf_log_store_append(s->store, entries, s->tail_count, err));
    sheaf_hash root = sheaf_log_store_root(s->store);
    sheaf_buffer_init(&note, SHEAF_NOTE_BYTES_MAX);
    sheaf_status status =
        sheaf_checkpoint_sign(&note, SHEAF_WORDS(sheaf_coop(&s->replay.state)->origin),
                              sheaf_log_store_size(s->store), &root, &s->log_pair, err);
    if (status == SHEAF_OK)
        status = sheaf_log_store_publish(s->store, sheaf_buffer_slice(&note), err);
    sheaf_buffer_deinit(&note);
    return status;
}

/* In DIR itself nothing can be left behind. */
static sheaf_status in_place(succession *s, const sheaf_slice *submissions, size_t count,
                             void *block, sheaf_err *err)
{
    char log[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_path(log, err, "%s/log", s->dir));
    if (!sheaf_file_exists(log))
        return sheaf_fail(err, SHEAF_INVALID,
                          "%s holds no log; say with --from where a copy is", s->dir);
    SHEAF_TRY(sheaf_log_store_open(&s->store, s->dir, false, err));
    sheaf_status status = judge(s, s->store, submissions, count, block, err);
    if (status == SHEAF_OK && sheaf_log_store_size(s->store) != s->size)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the log in %s has %llu entries, more than the %llu that the "
                            "members signed over; give a new folder, and this one with --from",
                            s->dir, (unsigned long long)sheaf_log_store_size(s->store),
                            (unsigned long long)s->size);
    if (status == SHEAF_OK)
        status = carry_on(s, err);
    sheaf_log_store_close(s->store);
    return status;
}

static sheaf_status from_copy(succession *s, const char *from, const sheaf_slice *submissions,
                              size_t count, void *block, sheaf_err *err)
{
    char log[SHEAF_PATH_MAX];
    sheaf_log_store *source;
    SHEAF_TRY(sheaf_path(log, err, "%s/log", s->dir));
    if (sheaf_file_exists(log))
        return sheaf_fail(
            err, SHEAF_INVALID,
            "%s holds a log already; give a new folder, or leave out --from to go "
            "on with that log",
            s->dir);
    SHEAF_TRY(sheaf_log_store_open(&source, from, true, err));
    sheaf_status status = judge(s, source, submissions, count, block, err);
    if (status == SHEAF_OK)
        status = sheaf_log_store_open(&s->store, s->dir, false, err);
    if (status == SHEAF_OK) {
        status = sheaf_log_store_range(source, 0, s->size, copy_one, s, err);
        if (status == SHEAF_OK)
            status = copy_flush(s, err);
        if (status == SHEAF_OK)
            status = carry_on(s, err);
        sheaf_log_store_close(s->store);
    }
    sheaf_log_store_close(source);
    return status;
}

sheaf_status sheaf_hub_succeed(const char *dir, const char *from,
                               const sheaf_slice *submissions, size_t count, int64_t now_ms,
                               sheaf_err *err)
{
    succession *s = calloc(1, sizeof *s);
    void *block = malloc(SHEAF_SUBMISSION_ARENA_BYTES);
    sheaf_status status =
        s && block ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory to carry on a log");
    if (status == SHEAF_OK)
        status = load_keys(dir, &s->hub_pair, &s->log_pair, err);
    if (status == SHEAF_OK)
        status = sheaf_replay_init(&s->replay, SHEAF_REVISION, err);
    if (status == SHEAF_OK) {
        s->dir = dir;
        s->now_ms = now_ms;
        sheaf_buffer_init(&s->tail, SHEAF_LOG_BATCH_BYTES_MAX);
        sheaf_buffer_init(&s->copied, COPY_BYTES + 2 * SHEAF_ENTRY_MAX);
        status = from ? from_copy(s, from, submissions, count, block, err)
                      : in_place(s, submissions, count, block, err);
        sheaf_buffer_deinit(&s->copied);
        sheaf_buffer_deinit(&s->tail);
        sheaf_replay_deinit(&s->replay);
    }
    if (s)
        sheaf_wipe(s, sizeof *s);
    free(s);
    free(block);
    return status;
}
