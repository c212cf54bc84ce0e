#include "node/round_keep.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>

#include "store/vector_file.h"

enum { SEED_FILE_BYTES = 3 * 32 };

static const char *const answered[SHEAF_ROUND_REVEAL + 1] = {
    [SHEAF_ROUND_COMMIT] = "bundle-commit",       [SHEAF_ROUND_ADVERTISE] = "bundle-advertise",
    [SHEAF_ROUND_SHARE] = "bundle-share",         [SHEAF_ROUND_INPUT] = "bundle-input",
    [SHEAF_ROUND_SURVIVORS] = "bundle-survivors", [SHEAF_ROUND_REVEAL] = "bundle-reveal",
};

static sheaf_status path_of(const sheaf_round_keep *keep, const char *name,
                            char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/%s", keep->dir, name);
}

/* What cannot be looked at is not missing: who took it for that would begin the round anew. */
static sheaf_status has(const sheaf_round_keep *keep, const char *name, bool *there,
                        sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    struct stat info;
    SHEAF_TRY(path_of(keep, name, path, err));
    *there = sheaf_disk_now()->stat(path, true, &info) == 0;
    return *there || errno == ENOENT ? SHEAF_OK : sheaf_disk_fail(err, "look at", path);
}

static sheaf_status spoiled(const sheaf_round_keep *keep, const char *name, sheaf_err *err)
{
    return sheaf_fail(err, SHEAF_INVALID,
                      "what the node kept of round %" PRIu32 " is spoiled: sent/%" PRIu32
                      "/%s; it takes no part in this round any more",
                      keep->round, keep->round, name);
}

/* A file is the SHA-256 of two parts, then these. */
static sheaf_status part_write(const sheaf_round_keep *keep, const char *name, sheaf_slice one,
                               sheaf_slice two, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer file;
    const sheaf_slice parts[] = {one, two};
    sheaf_hash hash = sheaf_sha256_parts(parts, 2);
    SHEAF_TRY(path_of(keep, name, path, err));
    sheaf_buffer_init(&file, SHEAF_HASH_BYTES + one.len + two.len);
    sheaf_buffer_add(&file, sheaf_bytes(hash.bytes, sizeof hash.bytes));
    sheaf_buffer_add(&file, one);
    sheaf_buffer_add(&file, two);
    sheaf_status status = sheaf_buffer_check(&file, "what a node keeps of a round", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0600, sheaf_buffer_slice(&file), err);
    if (file.data)
        sheaf_wipe(file.data, file.len);
    sheaf_buffer_deinit(&file);
    return status;
}

/* Reads such a file: `one` has 32 bytes, `two` is the rest; both stand in `file`. */
static sheaf_status part_read(const sheaf_round_keep *keep, const char *name,
                              sheaf_buffer *file, sheaf_slice *one, sheaf_slice *two,
                              sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_slice hash;
    SHEAF_TRY(path_of(keep, name, path, err));
    sheaf_status status = sheaf_file_read(path, file, err);
    if (status != SHEAF_OK)
        return status == SHEAF_INVALID ? spoiled(keep, name, err) : status;
    *two = sheaf_buffer_slice(file);
    if (!sheaf_take(two, SHEAF_HASH_BYTES, &hash))
        return spoiled(keep, name, err);
    sheaf_hash found = sheaf_sha256(*two);
    if (memcmp(found.bytes, hash.data, SHEAF_HASH_BYTES) != 0
        || !sheaf_take(two, SHEAF_HASH_BYTES, one))
        return spoiled(keep, name, err);
    return SHEAF_OK;
}

/* ---- the seed ---- */

static sheaf_status seed_read(const sheaf_round_keep *keep, const sheaf_hash *session,
                              uint8_t seed[SHEAF_SEED_BYTES], sheaf_err *err)
{
    sheaf_buffer file;
    sheaf_slice one, two;
    sheaf_buffer_init(&file, SEED_FILE_BYTES);
    sheaf_status status = part_read(keep, "seed", &file, &one, &two, err);
    if (status == SHEAF_OK && two.len != SHEAF_SEED_BYTES)
        status = spoiled(keep, "seed", err);
    if (status == SHEAF_OK && memcmp(one.data, session->bytes, SHEAF_HASH_BYTES) != 0)
        status = sheaf_fail(err, SHEAF_INVALID,
                            "the node began round %" PRIu32 " on other terms than the log now "
                            "shows; it takes no part in it",
                            keep->round);
    if (status == SHEAF_OK)
        memcpy(seed, two.data, SHEAF_SEED_BYTES);
    if (file.data)
        sheaf_wipe(file.data, file.len);
    sheaf_buffer_deinit(&file);
    return status;
}

sheaf_status sheaf_round_keep_init(sheaf_round_keep *keep, const char *home, uint32_t round,
                                   sheaf_err *err)
{
    keep->round = round;
    return sheaf_path(keep->dir, err, "%s/sent/%" PRIu32, home, round);
}

sheaf_status sheaf_round_keep_open(const sheaf_round_keep *keep, const sheaf_node_ports *ports,
                                   const sheaf_hash *session, uint8_t seed[SHEAF_SEED_BYTES],
                                   bool *again, sheaf_err *err)
{
    bool there;
    SHEAF_TRY(sheaf_folder_make_durable(keep->dir, 0700, err));
    SHEAF_TRY(has(keep, "seed", again, err));
    SHEAF_TRY(has(keep, "left", &there, err));
    if (there)
        return sheaf_fail(err, SHEAF_INVALID, "the node has left round %" PRIu32 " before",
                          keep->round);
    if (*again)
        return seed_read(keep, session, seed, err);
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++) {
        SHEAF_TRY(has(keep, answered[stage], &there, err));
        if (there)
            return spoiled(keep, "seed", err);
    }
    ports->random(ports->context, seed, SHEAF_SEED_BYTES);
    return part_write(keep, "seed", sheaf_bytes(session->bytes, SHEAF_HASH_BYTES),
                      sheaf_bytes(seed, SHEAF_SEED_BYTES), err);
}

/* ---- messages and bundles ---- */

sheaf_status sheaf_round_keep_input_path(const sheaf_round_keep *keep, char out[SHEAF_PATH_MAX],
                                         sheaf_err *err)
{
    return path_of(keep, "input", out, err);
}

static sheaf_status own_read(void *context, uint64_t first, uint64_t *values, size_t count,
                             sheaf_err *err)
{
    const sheaf_round_own *own = context;
    (void)err;
    memcpy(values, own->words + first, count * sizeof *values);
    return SHEAF_OK;
}

static sheaf_status masked_write(void *context, uint64_t at, sheaf_slice words, sheaf_err *err)
{
    const sheaf_round_own *own = context;
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(path_of(own->keep, "input.draft", path, err));
    if (at == 0)
        SHEAF_TRY(sheaf_vector_file_create(path, err));
    return sheaf_vector_file_put(path, SHEAF_ROUND_KEEP_WORDS_AT + at, words, err);
}

sheaf_status sheaf_round_keep_mask(sheaf_round_own *own, sheaf_participant *p, sheaf_err *err)
{
    return sheaf_participant_stream(p, (sheaf_vector_stream){own, own_read, masked_write}, err);
}

/* The head goes in front of the words, and the whole gets its name. */
static sheaf_status input_finish(const sheaf_round_keep *keep, sheaf_slice head, sheaf_err *err)
{
    char draft[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX];
    bool there;
    SHEAF_TRY(has(keep, "input", &there, err));
    if (there) /* masked before a restart */
        return SHEAF_OK;
    SHEAF_TRY(path_of(keep, "input.draft", draft, err));
    SHEAF_TRY(path_of(keep, "input", path, err));
    SHEAF_TRY(sheaf_vector_file_put(draft, 0, head, err));
    SHEAF_TRY(sheaf_path_sync(draft, err));
    if (sheaf_disk_now()->rename(draft, path) != 0)
        return sheaf_disk_fail(err, "replace", path);
    return sheaf_path_sync(keep->dir, err);
}

/* Its context is the path of the file. */
static sheaf_status words_read(void *context, uint64_t at, uint8_t *out, size_t len,
                               sheaf_err *err)
{
    return sheaf_vector_file_get(context, SHEAF_ROUND_KEEP_WORDS_AT + at, out, len, err);
}

sheaf_status sheaf_round_keep_input(const sheaf_round_keep *keep, sheaf_participant *p,
                                    bool *found, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    uint8_t head[SHEAF_ROUND_INPUT_HEAD_BYTES];
    struct stat info;
    SHEAF_TRY(has(keep, "input", found, err));
    if (!*found) { /* once it left, no other vector may be made */
        bool sent;
        SHEAF_TRY(has(keep, answered[SHEAF_ROUND_INPUT], &sent, err));
        if (sent)
            return spoiled(keep, "input", err);
        SHEAF_TRY(path_of(keep, "input.draft", path, err)); /* half a one */
        return sheaf_file_remove(path, err);
    }
    SHEAF_TRY(path_of(keep, "input", path, err));
    const sheaf_masked_words words = {path, words_read};
    if (sheaf_disk_now()->stat(path, false, &info) != 0)
        return sheaf_disk_fail(err, "look at", path);
    if ((uint64_t)info.st_size
        != SHEAF_ROUND_KEEP_WORDS_AT + sheaf_round_vector_bytes(&p->config))
        return spoiled(keep, "input", err);
    sheaf_status status = sheaf_vector_file_get(path, 0, head, sizeof head, err);
    if (status == SHEAF_OK)
        status = sheaf_participant_input_again(p, sheaf_bytes(head, sizeof head), &words, err);
    if (status == SHEAF_INVALID || status == SHEAF_FAULT)
        return spoiled(keep, "input", err);
    return status;
}

static sheaf_status replay_stage(const sheaf_round_keep *keep, sheaf_participant *p,
                                 sheaf_round_stage stage, sheaf_buffer *file, sheaf_err *err)
{
    sheaf_slice hash, bundle, message;
    SHEAF_TRY(part_read(keep, answered[stage], file, &hash, &bundle, err));
    if (sheaf_participant_stage(p) != stage)
        return spoiled(keep, answered[stage], err);
    SHEAF_TRY(sheaf_participant_receive(p, bundle, &message, err));
    sheaf_hash made = sheaf_sha256(message);
    if (memcmp(made.bytes, hash.data, SHEAF_HASH_BYTES) != 0)
        return sheaf_fail(err, SHEAF_INVALID,
                          "this program makes another message of stage %s of round %" PRIu32
                          " than the one that was made before the restart; the node takes no "
                          "part in this round any more",
                          sheaf_round_stage_text(stage), keep->round);
    return SHEAF_OK;
}

sheaf_status sheaf_round_keep_replay(const sheaf_round_keep *keep, sheaf_participant *p,
                                     sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    sheaf_buffer file;
    sheaf_buffer_init(&file, 2 * SHEAF_HASH_BYTES + sheaf_round_bundle_max(&p->config));
    for (int i = SHEAF_ROUND_COMMIT; status == SHEAF_OK && i <= SHEAF_ROUND_REVEAL; i++) {
        sheaf_round_stage stage = (sheaf_round_stage)i;
        bool there;
        sheaf_buffer_reset(&file);
        status = has(keep, answered[stage], &there, err);
        if (status == SHEAF_OK && there)
            status = replay_stage(keep, p, stage, &file, err);
    }
    sheaf_buffer_deinit(&file);
    return status;
}

sheaf_status sheaf_round_keep_answer(const sheaf_round_keep *keep, sheaf_round_stage stage,
                                     sheaf_slice bundle, sheaf_slice message, sheaf_err *err)
{
    sheaf_hash hash = sheaf_sha256(message);
    if (stage == SHEAF_ROUND_INPUT)
        SHEAF_TRY(input_finish(keep, message, err));
    return part_write(keep, answered[stage], sheaf_bytes(hash.bytes, sizeof hash.bytes), bundle,
                      err);
}

/* ---- the end ---- */

/* Overwrites the file and removes it; one that is missing is fine. */
static sheaf_status wipe_file(const sheaf_round_keep *keep, const char *name, sheaf_err *err)
{
    static const uint8_t zeros[SEED_FILE_BYTES];
    const sheaf_disk *disk = sheaf_disk_now();
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(path_of(keep, name, path, err));
    int fd = disk->open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0);
    if (fd < 0)
        return errno == ENOENT ? SHEAF_OK : sheaf_disk_fail(err, "open", path);
    sheaf_status status = sheaf_file_put(fd, path, sheaf_bytes(zeros, sizeof zeros), 0, err);
    if (status == SHEAF_OK && disk->fsync(fd) != 0)
        status = sheaf_disk_fail(err, "sync", path);
    disk->close(fd);
    SHEAF_TRY(status);
    return sheaf_file_remove(path, err);
}

static sheaf_status wipe_seed(const sheaf_round_keep *keep, sheaf_err *err)
{
    SHEAF_TRY(wipe_file(keep, "seed.draft", err));
    return wipe_file(keep, "seed", err);
}

sheaf_status sheaf_round_keep_leave(const sheaf_round_keep *keep, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    if (!sheaf_file_exists(keep->dir))
        return SHEAF_OK;
    SHEAF_TRY(path_of(keep, "left", path, err));
    SHEAF_TRY(sheaf_file_write(path, 0600, sheaf_str("left\n"), err));
    SHEAF_TRY(wipe_seed(keep, err));
    for (int stage = SHEAF_ROUND_COMMIT; stage <= SHEAF_ROUND_REVEAL; stage++) {
        SHEAF_TRY(path_of(keep, answered[stage], path, err));
        SHEAF_TRY(sheaf_file_remove(path, err));
    }
    SHEAF_TRY(path_of(keep, "input.draft", path, err));
    SHEAF_TRY(sheaf_file_remove(path, err));
    SHEAF_TRY(path_of(keep, "input", path, err));
    return sheaf_file_remove(path, err);
}

typedef struct {
    const char *home;
    const sheaf_state *state;
    bool left;
    sheaf_status status;
    sheaf_err *err;
} sweep;

static void sweep_one(void *context, const char *name)
{
    sweep *s = context;
    uint64_t round;
    sheaf_round_keep keep;
    if (s->status != SHEAF_OK || !sheaf_decimal_get(sheaf_str(name), &round)
        || round > SHEAF_REF_MAX)
        return;
    s->status = sheaf_round_keep_init(&keep, s->home, (uint32_t)round, s->err);
    const struct sheaf_row_round *row = sheaf_round_find(s->state, keep.round);
    /* A log that does not reach the round yet says nothing about it. */
    if (s->status != SHEAF_OK)
        return;
    if (row ? row->state == SHEAF_round_state_open : round >= s->state->size) {
        s->left = true;
        return;
    }
    s->status = wipe_seed(&keep, s->err);
    if (s->status == SHEAF_OK)
        sheaf_folder_remove(keep.dir);
}

sheaf_status sheaf_round_keep_sweep(const char *home, const sheaf_state *state, bool *left,
                                    sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sweep s = {.home = home, .state = state, .status = SHEAF_OK, .err = err};
    SHEAF_TRY(sheaf_path(path, err, "%s/sent", home));
    if (sheaf_disk_now()->list(path, sweep_one, &s) != 0 && errno != ENOENT
        && s.status == SHEAF_OK)
        return sheaf_fail(err, SHEAF_IO, "cannot read the folder %s: %s", path,
                          strerror(errno));
    *left = s.left;
    return s.status;
}
