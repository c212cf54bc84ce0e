#include "node/follower.h"

#include <stdio.h>
#include <stdlib.h>

#include "coop/view.h"
#include "node/follower_batch.h"
#include "node/fork.h"
#include "node/remote_tiles.h"
#include "node/successor.h"
#include "node/witnessed.h"

enum { OPEN_TRIES = 5, FOREIGN_WAIT_MS = 60000 };
#define FETCH_BYTES_MAX ((size_t)1 << 30) /* of new entries in one step */

int64_t sheaf_entry_stamp(sheaf_slice entry)
{
    static const char name[] = ",\"stamp\":";
    size_t len = sizeof name - 1, end = entry.len;
    if (end == 0 || entry.data[end - 1] != '}')
        return -1;
    size_t from = --end;
    while (from > 0 && entry.data[from - 1] >= '0' && entry.data[from - 1] <= '9')
        from--;
    uint64_t stamp;
    if (from < len || memcmp(entry.data + from - len, name, len) != 0
        || !sheaf_decimal_get((sheaf_slice){entry.data + from, end - from}, &stamp)
        || stamp > (uint64_t)SHEAF_JSON_INT_MAX)
        return -1;
    return (int64_t)stamp;
}

/* ---- opening ---- */

static sheaf_status learn_log_key(sheaf_follower *f, const uint8_t public[SHEAF_PUBLIC_BYTES],
                                  sheaf_slice origin, sheaf_err *err)
{
    SHEAF_TRY(sheaf_vkey_make(&f->log_key, SHEAF_VKEY_ED25519, origin, public, err));
    if (origin.len != SHEAF_ORIGIN_LEN)
        return sheaf_fail(err, SHEAF_FAULT, "the log's origin has %zu characters", origin.len);
    memcpy(f->origin, origin.data, SHEAF_ORIGIN_LEN);
    f->origin[SHEAF_ORIGIN_LEN] = 0;
    f->knows_key = true;
    return SHEAF_OK;
}

static sheaf_status origin_check(const sheaf_follower *f, sheaf_slice origin, sheaf_err *err)
{
    if (!f->origin[0] || sheaf_slice_is(origin, f->origin))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_FAULT,
                      "the log is %.*s, but %s belongs to the co-op %s: give the right hub, or "
                      "another home",
                      SHEAF_PRINT(origin), f->home, f->origin);
}

sheaf_status sheaf_follower_learn(sheaf_follower *f, const uint8_t log_key[SHEAF_PUBLIC_BYTES],
                                  sheaf_slice origin, sheaf_err *err)
{
    SHEAF_TRY(origin_check(f, origin, err));
    return learn_log_key(f, log_key, origin, err);
}

static sheaf_status visit_own(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    sheaf_follower_batch *batch = context;
    (void)index;
    return sheaf_follower_batch_add(batch, entry, err);
}

/* Replays what the store has beyond what was replayed before. */
static sheaf_status replay_rest(sheaf_follower *f, const sheaf_log_store *store, sheaf_err *err)
{
    sheaf_follower_batch batch;
    uint64_t from = f->replay.tree.size, size = sheaf_log_store_size(store);
    if (size <= from)
        return SHEAF_OK;
    sheaf_follower_batch_init(&batch, f);
    sheaf_status status = sheaf_log_store_range(store, from, size, visit_own, &batch, err);
    if (status == SHEAF_OK)
        status = sheaf_follower_batch_flush(&batch, err);
    sheaf_follower_batch_deinit(&batch);
    return status;
}

/* Replays the copy that stands in the home and checks the checkpoint under it. */
static sheaf_status replay_own(sheaf_follower *f, const sheaf_log_store *store, sheaf_err *err)
{
    SHEAF_TRY(replay_rest(f, store, err));
    const struct sheaf_row_coop *coop = sheaf_coop(&f->replay.state);
    if (!coop)
        return SHEAF_OK;
    SHEAF_TRY(origin_check(f, SHEAF_WORDS(coop->origin), err));
    SHEAF_TRY(learn_log_key(f, coop->log_key.bytes, SHEAF_WORDS(coop->origin), err));
    sheaf_slice note = sheaf_log_store_checkpoint(store);
    if (!note.len)
        return SHEAF_OK;
    sheaf_checkpoint head;
    SHEAF_TRY(sheaf_checkpoint_open(note, &f->log_key, &head, err));
    sheaf_buffer_reset(&f->note);
    sheaf_buffer_add(&f->note, note);
    return sheaf_buffer_check(&f->note, "the checkpoint", err);
}

/* Reads the copy as it stands. Whoever holds the home may be writing just now, and replace a
 * file that is to be read: so a failure is looked at again. */
static sheaf_status visit_home(sheaf_follower *f, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_log_store *store = NULL;
    sheaf_status status = SHEAF_FAULT;
    SHEAF_TRY(sheaf_path(path, err, "%s/log/checkpoint", f->home));
    if (!sheaf_file_exists(path))
        return SHEAF_OK;
    for (int i = 0; i < OPEN_TRIES && status != SHEAF_OK; i++)
        status = sheaf_log_store_open(&store, f->home, true, err);
    if (status == SHEAF_OK)
        status = replay_own(f, store, err);
    sheaf_log_store_close(store);
    return status;
}

sheaf_status sheaf_follower_open(sheaf_follower *f, const char *home, const char *origin,
                                 uint16_t revision_max, sheaf_err *err)
{
    *f = (sheaf_follower){0};
    sheaf_buffer_init(&f->note, SHEAF_NOTE_BYTES_MAX);
    SHEAF_TRY(sheaf_path(f->home, err, "%s", home));
    SHEAF_TRY(sheaf_fork_refuse(home, err));
    SHEAF_TRY(sheaf_successor_finish(home, err));
    if (origin && origin[0]) {
        if (!sheaf_origin_valid(sheaf_str(origin)))
            return sheaf_fail(err, SHEAF_INVALID, "%s is no origin of a log", origin);
        snprintf(f->origin, sizeof f->origin, "%s", origin);
    }
    SHEAF_TRY(sheaf_replay_init(&f->replay, revision_max, err));
    sheaf_status status = visit_home(f, err);
    if (status != SHEAF_OK)
        sheaf_follower_close(f);
    return status;
}

sheaf_status sheaf_follower_hold(sheaf_follower *f, sheaf_err *err)
{
    SHEAF_TRY(sheaf_log_store_open(&f->store, f->home, false, err));
    return replay_own(f, f->store, err);
}

void sheaf_follower_close(sheaf_follower *f)
{
    sheaf_log_store_close(f->store);
    f->store = NULL;
    sheaf_replay_deinit(&f->replay);
    sheaf_buffer_deinit(&f->note);
}

/* ---- following ---- */

/* What one step works on. */
typedef struct {
    sheaf_follower *f;
    const sheaf_transport *transport;
    sheaf_buffer note, bundle;
    sheaf_checkpoint head;
    sheaf_follower_batch fresh; /* entries from the follower's size on */
    sheaf_tree tree;            /* with them */
    bool foreign;               /* the checkpoint is not signed by the log's key */
} step;

/* The log's key signed both notes, and they do not fit: ends following for good, if that can be
 * proven to others. */
static sheaf_status judge(step *s, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    char path[SHEAF_PATH_MAX];
    sheaf_err why = {0};
    sheaf_status status =
        sheaf_fork_prove(f->home, sheaf_buffer_slice(&f->note), sheaf_buffer_slice(&s->note),
                         s->transport, &f->halted, &why);
    if (!f->halted) /* garbled on the way, an older checkpoint, or the hub is silent */
        return SHEAF_OK;
    SHEAF_TRY(sheaf_fork_path(f->home, path, err));
    if (status == SHEAF_OK)
        (void)sheaf_fail(&f->reason, SHEAF_FAULT,
                         "the hub signed another history than the one it showed before; the "
                         "proof is %.200s: show it to the other members",
                         path);
    else
        (void)sheaf_fail(
            &f->reason, SHEAF_FAULT,
            "the hub signed another history than the one it showed before; and the "
            "proof could not be kept: %.150s",
            why.message);
    return sheaf_fail(err, SHEAF_FAULT, "%s", f->reason.message);
}

static sheaf_status fetch_bundle(step *s, uint64_t index, uint16_t width, sheaf_err *err)
{
    sheaf_tile tile = {.entries = true, .index = index, .width = width};
    unsigned code = 0;
    sheaf_err why = {0};
    sheaf_status status =
        sheaf_hub_get_tile(s->transport, sheaf_tile_path, &tile, &code, &s->bundle, &why);
    if (status == SHEAF_OK)
        return SHEAF_OK;
    if (code == 401) /* a clock that is wrong, a key that is not live */
        return sheaf_fail(
            err, SHEAF_IO,
            "the entries of this co-op are for members, and this home's signature "
            "was not taken: %.200s",
            why.message);
    if (code == 403)
        return sheaf_fail(err, SHEAF_IO,
                          "the entries of this co-op are for members: join and be admitted, "
                          "name a member's folder with --home, or check what is public with: "
                          "sheaf verify --public URL");
    return sheaf_fail(err, status, "%s", why.message);
}

/* Entries that this home has already must be the very same ones. */
static bool same_as_ours(const sheaf_follower *f, uint64_t index, sheaf_slice entry)
{
    if (!f->store || index >= sheaf_log_store_size(f->store))
        return true;
    sheaf_hash ours = sheaf_log_store_hash(f->store, 0, index), theirs = sheaf_tree_leaf(entry);
    return sheaf_hash_equal(&ours, &theirs);
}

static sheaf_status take_bundle(step *s, uint64_t first, uint64_t end, int64_t now_ms,
                                bool *mismatch, sheaf_err *err)
{
    sheaf_slice rest = sheaf_buffer_slice(&s->bundle), entry;
    for (uint64_t index = first; index < end; index++) {
        if (!sheaf_bundle_next(&rest, &entry))
            return sheaf_fail(err, SHEAF_FAULT, "the hub's bundle lacks entry %llu",
                              (unsigned long long)index);
        if (index < s->f->replay.tree.size) {
            if (!same_as_ours(s->f, index, entry))
                *mismatch = true;
            continue;
        }
        int64_t stamp = sheaf_entry_stamp(entry);
        if (stamp > now_ms + SHEAF_CLOCK_SKEW_MS)
            return sheaf_fail(err, SHEAF_INVALID,
                              "entry %llu is stamped %lld seconds ahead of this machine's "
                              "clock; set the clock, or ask the operator to",
                              (unsigned long long)index, (long long)((stamp - now_ms) / 1000));
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        sheaf_tree_append(&s->tree, &leaf);
        SHEAF_TRY(sheaf_follower_batch_keep(&s->fresh, entry, err));
    }
    return SHEAF_OK;
}

static sheaf_status fetch_entries(step *s, int64_t now_ms, bool *mismatch, sheaf_err *err)
{
    uint64_t from = s->f->replay.tree.size, size = s->head.size;
    s->tree = s->f->replay.tree;
    for (uint64_t tile = from / SHEAF_TILE_WIDTH; tile * SHEAF_TILE_WIDTH < size; tile++) {
        uint64_t first = tile * SHEAF_TILE_WIDTH;
        uint64_t width = size - first < SHEAF_TILE_WIDTH ? size - first : SHEAF_TILE_WIDTH;
        SHEAF_TRY(fetch_bundle(s, tile, (uint16_t)width, err));
        SHEAF_TRY(take_bundle(s, first, first + width, now_ms, mismatch, err));
    }
    return SHEAF_OK;
}

/* Members have appointed a new hub since the founding, or the hub is an impostor. */
static sheaf_status later_log_key(step *s, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    sheaf_replay trial;
    SHEAF_TRY(sheaf_replay_init(&trial, f->replay.state.revision_max, err));
    sheaf_status status = sheaf_follower_batch_rehearse(&s->fresh, &trial, err);
    const struct sheaf_row_coop *coop = sheaf_coop(&trial.state);
    if (status == SHEAF_OK && coop)
        status = learn_log_key(f, coop->log_key.bytes, SHEAF_WORDS(coop->origin), err);
    sheaf_replay_deinit(&trial);
    SHEAF_TRY(status);
    return sheaf_checkpoint_open(sheaf_buffer_slice(&s->note), &f->log_key, &s->head, err);
}

/* Before the log's key is known, the founding entry names it, or a later appointment does. */
static sheaf_status first_contact(step *s, sheaf_err *err)
{
    sheaf_replay *replay = &s->f->replay;
    sheaf_entry entry;
    sheaf_arena_reset(&replay->decode);
    SHEAF_TRY(sheaf_entry_decode(sheaf_follower_batch_at(&s->fresh, 0),
                                 replay->state.revision_max, &replay->decode, &entry, err));
    if (entry.act->kind != SHEAF_KIND_coop_found)
        return sheaf_fail(err, SHEAF_FAULT, "the log does not begin with a founding");
    const struct sheaf_coop_found *found = entry.act->what;
    SHEAF_TRY(origin_check(s->f, found->origin, err));
    SHEAF_TRY(learn_log_key(s->f, found->log_key.bytes, found->origin, err));
    if (sheaf_checkpoint_open(sheaf_buffer_slice(&s->note), &s->f->log_key, &s->head, NULL)
        == SHEAF_OK)
        return SHEAF_OK;
    return later_log_key(s, err);
}

/* The checkpoint itself: signed, of this log, not smaller than what was seen. */
static sheaf_status head_check(step *s, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    sheaf_slice note = sheaf_buffer_slice(&s->note);
    sheaf_err why = {0};
    sheaf_status read = sheaf_checkpoint_read(note, &s->head, &why);
    if (read != SHEAF_OK)
        return sheaf_fail(err, read,
                          "what stands at /log/checkpoint there is none of a log, so this may "
                          "be no hub: %.100s",
                          why.message);
    SHEAF_TRY(origin_check(f, s->head.origin, err));
    if (f->knows_key) {
        sheaf_status status = sheaf_checkpoint_open(note, &f->log_key, &s->head, err);
        s->foreign = status != SHEAF_OK;
        SHEAF_TRY(status);
    }
    uint64_t size = f->replay.tree.size;
    sheaf_hash root = sheaf_tree_root(&f->replay.tree);
    if (s->head.size > size || (s->head.size == size && sheaf_hash_equal(&s->head.root, &root)))
        return SHEAF_OK;
    if (f->note.len)
        SHEAF_TRY(judge(s, err));
    if (s->head.size == size)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub's checkpoint of %llu entries has another root than the copy "
                          "in %s",
                          (unsigned long long)size, f->home);
    return sheaf_fail(err, SHEAF_IO,
                      "the hub shows a checkpoint of %llu entries, older than the %llu that it "
                      "showed before: nothing is taken from it until it is up to date",
                      (unsigned long long)s->head.size, (unsigned long long)size);
}

static sheaf_status keep(step *s, sheaf_log_store *store, sheaf_err *err)
{
    SHEAF_TRY(sheaf_follower_batch_store(&s->fresh, store, err));
    if (sheaf_log_store_size(store) < s->head.size
        || sheaf_log_store_published(store) >= s->head.size)
        return SHEAF_OK;
    return sheaf_log_store_publish(store, sheaf_buffer_slice(&s->note), err);
}

/* Without holding the home: the copy is written if nobody else is at it, and if it can go on
 * from what it has. */
static sheaf_status keep_visiting(step *s, sheaf_err *err)
{
    sheaf_log_store *store;
    sheaf_status status = sheaf_log_store_open(&store, s->f->home, false, err);
    if (status == SHEAF_IO) /* held by the node, which keeps it itself */
        return SHEAF_OK;
    SHEAF_TRY(status);
    status = keep(s, store, err);
    sheaf_log_store_close(store);
    return status;
}

/* The checkpoint is the follower's now. */
static sheaf_status take_note(step *s, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    sheaf_slice note = sheaf_buffer_slice(&s->note);
    sheaf_buffer_reset(&f->note);
    sheaf_buffer_add(&f->note, note);
    SHEAF_TRY(sheaf_buffer_check(&f->note, "the checkpoint", err));
    return f->store ? sheaf_witnessed_keep(f->home, &f->replay.state, note, err) : SHEAF_OK;
}

static sheaf_status keep_and_fold(step *s, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    if (f->store)
        SHEAF_TRY(keep(s, f->store, err));
    else
        SHEAF_TRY(keep_visiting(s, err));
    SHEAF_TRY(sheaf_follower_batch_flush(&s->fresh, err));
    return take_note(s, err);
}

/* The same checkpoint, since then cosigned by more witnesses. */
static sheaf_status take_cosignatures(step *s, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    if (s->note.len <= f->note.len || !f->store
        || sheaf_log_store_published(f->store) != s->head.size)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_log_store_publish(f->store, sheaf_buffer_slice(&s->note), err));
    return take_note(s, err);
}

static sheaf_status run_step(step *s, int64_t now_ms, bool *mismatch, sheaf_err *err)
{
    sheaf_follower *f = s->f;
    SHEAF_TRY(sheaf_hub_get(s->transport, "/log/checkpoint", &s->note, err));
    SHEAF_TRY(head_check(s, err));
    if (s->head.size == f->replay.tree.size)
        return take_cosignatures(s, err);
    SHEAF_TRY(fetch_entries(s, now_ms, mismatch, err));
    sheaf_hash root = sheaf_tree_root(&s->tree);
    *mismatch = *mismatch || !sheaf_hash_equal(&root, &s->head.root);
    if (*mismatch)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the hub's %llu entries do not make the root of its checkpoint",
                          (unsigned long long)s->head.size);
    if (!f->knows_key) {
        sheaf_status status = first_contact(s, err);
        if (status != SHEAF_OK) {
            f->knows_key = false;
            return status;
        }
    }
    return keep_and_fold(s, err);
}

sheaf_status sheaf_follower_sync(sheaf_follower *f, const sheaf_transport *transport,
                                 int64_t now_ms, sheaf_err *err)
{
    if (f->halted)
        return sheaf_fail(err, SHEAF_FAULT, "%s", f->reason.message);
    sheaf_status status = SHEAF_OK;
    bool mismatch = true, foreign = false;
    /* Bytes can be garbled on the way, so a root that does not fit is looked at twice. */
    for (int turn = 0; turn < 2 && mismatch; turn++) {
        step s = {.f = f, .transport = transport};
        sheaf_buffer_init(&s.note, SHEAF_NOTE_BYTES_MAX);
        sheaf_buffer_init(&s.bundle, SHEAF_BUNDLE_BYTES_MAX);
        sheaf_follower_batch_init(&s.fresh, f);
        s.fresh.bytes.max = FETCH_BYTES_MAX;
        mismatch = false;
        status = run_step(&s, now_ms, &mismatch, err);
        if (mismatch && turn == 1 && f->note.len)
            (void)judge(&s, err); /* else the bytes were garbled, or nothing proves it */
        foreign = s.foreign;
        sheaf_follower_batch_deinit(&s.fresh);
        sheaf_buffer_deinit(&s.bundle);
        sheaf_buffer_deinit(&s.note);
    }
    /* It costs a whole replay, so it is not looked at every time. */
    if (!foreign || now_ms < f->foreign_until)
        return status;
    f->foreign_until = now_ms + FOREIGN_WAIT_MS;
    sheaf_err why = {0};
    sheaf_status successor = sheaf_successor_follow(f, transport, now_ms, &why);
    if (successor == SHEAF_FAULT) /* it says more than that the key is unknown */
        return sheaf_fail(err, SHEAF_FAULT, "%s", why.message);
    return successor == SHEAF_OK ? SHEAF_OK : status;
}
