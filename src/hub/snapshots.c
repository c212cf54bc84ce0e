#include "hub/snapshots.h"

#include "coop/snapshot.h"

#include <errno.h>
#include <stdlib.h>

enum {
    KEPT = 2,             /* files: the one before the newest serves if that is spoiled */
    EVERY_ENTRIES = 4096, /* a copy is due after so many, ... */
    ROWS_SHARE = 8,       /* ... or after a share of the rows it must write, ... */
    EVERY_MAX = 32768,    /* ... but after so many at the latest: a start replays them */
};
#define SNAPSHOT_BYTES_MAX ((size_t)8 << 30)

struct sheaf_snapshots {
    sheaf_hub *hub;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping, waits; /* `next` waits to be written */
    sheaf_buffer taken, next;
    uint64_t taken_size, next_size; /* 0: none */
    uint64_t last;                  /* size of the one taken last */
};

static sheaf_status folder_path(const sheaf_hub *hub, char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/state", hub->dir);
}

static sheaf_status file_path(const sheaf_hub *hub, uint64_t size, char out[SHEAF_PATH_MAX],
                              sheaf_err *err)
{
    return sheaf_path(out, err, "%s/state/%llu", hub->dir, (unsigned long long)size);
}

/* ---- which there are ---- */

enum { FILES_MAX = 16 };

typedef struct {
    uint64_t sizes[FILES_MAX]; /* the newest first */
    size_t count;
} files;

static void note_file(void *context, const char *name)
{
    files *f = context;
    uint64_t size;
    if (!sheaf_decimal_get(sheaf_bytes(name, strlen(name)), &size) || size == 0)
        return;
    size_t at = f->count < FILES_MAX ? f->count++ : FILES_MAX - 1;
    if (at == FILES_MAX - 1 && f->sizes[at] > size)
        return;
    for (; at > 0 && f->sizes[at - 1] < size; at--)
        f->sizes[at] = f->sizes[at - 1];
    f->sizes[at] = size;
}

static files list_files(const sheaf_hub *hub)
{
    files found = {0};
    char path[SHEAF_PATH_MAX];
    if (folder_path(hub, path, NULL) == SHEAF_OK)
        (void)sheaf_disk_now()->list(path, note_file, &found); /* no folder: no file */
    return found;
}

/* ---- reading ---- */

/* The state.digest that stands at the index of the log, proved by the checkpoint's tree. */
static sheaf_status read_digest(sheaf_hub *hub, uint64_t index, sheaf_buffer *bytes,
                                sheaf_entry *out, sheaf_err *err)
{
    uint64_t size = sheaf_log_store_size(hub->store);
    sheaf_proof proof;
    if (index >= size)
        return sheaf_fail(err, SHEAF_FAULT, "the log does not reach it");
    SHEAF_TRY(sheaf_log_store_entry(hub->store, index, bytes, err));
    SHEAF_TRY(sheaf_log_store_inclusion(hub->store, index, size, &proof, err));
    sheaf_hash leaf = sheaf_tree_leaf(sheaf_buffer_slice(bytes));
    sheaf_hash root = sheaf_log_store_root(hub->store);
    if (!sheaf_inclusion_verify(&proof, index, size, &leaf, &root))
        return sheaf_fail(err, SHEAF_FAULT, "its digest does not stand on the log");
    sheaf_arena_reset(&hub->replay.decode);
    SHEAF_TRY(sheaf_entry_decode(sheaf_buffer_slice(bytes), SHEAF_REVISION, &hub->replay.decode,
                                 out, err));
    return out->act->kind == SHEAF_KIND_state_digest
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT, "no digest stands on the log for it");
}

/* Loads the file and compares it with what the log says. */
static sheaf_status load_checked(sheaf_hub *hub, uint64_t size, sheaf_buffer *file,
                                 sheaf_state *state, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer bytes;
    sheaf_entry entry;
    SHEAF_TRY(file_path(hub, size, path, err));
    SHEAF_TRY(sheaf_file_read(path, file, err));
    SHEAF_TRY(sheaf_snapshot_get(sheaf_buffer_slice(file), state, err));
    if (state->size != size)
        return sheaf_fail(err, SHEAF_FAULT, "it is of another size than its name says");
    sheaf_buffer_init(&bytes, SHEAF_LOG_ENTRY_MAX);
    sheaf_status status = read_digest(hub, size, &bytes, &entry, err);
    if (status == SHEAF_OK && !sheaf_state_matches(state, entry.act->what))
        status = sheaf_fail(err, SHEAF_FAULT, "its tables are not those of the digest");
    sheaf_buffer_deinit(&bytes);
    return status;
}

static sheaf_status load(sheaf_hub *hub, uint64_t size, sheaf_err *err)
{
    sheaf_state state;
    sheaf_buffer file;
    SHEAF_TRY(sheaf_state_init(&state, SHEAF_REVISION, err));
    sheaf_buffer_init(&file, SNAPSHOT_BYTES_MAX);
    sheaf_status status = load_checked(hub, size, &file, &state, err);
    sheaf_buffer_deinit(&file);
    if (status == SHEAF_OK)
        status = sheaf_log_store_tree(hub->store, size, &hub->replay.tree, err);
    if (status != SHEAF_OK) {
        sheaf_state_deinit(&state);
        return status;
    }
    sheaf_state_deinit(&hub->replay.state);
    hub->replay.state = state;
    return SHEAF_OK;
}

/* ---- the rest of the log ---- */

enum { RUN_ENTRIES = 1024, RUN_BYTES = 8 << 20 };

/* Entries are gathered, so that their signatures are checked on all cores. */
typedef struct {
    sheaf_hub *hub;
    sheaf_buffer bytes;
    size_t ends[RUN_ENTRIES], count;
} gathering;

static void told(void *context, uint64_t index, sheaf_slice entry, const sheaf_replayed *result)
{
    const sheaf_hub *hub = context;
    char text[SHEAF_REPLAYED_TEXT_MAX];
    (void)entry;
    if (result->refusal == SHEAF_ACCEPTED || sheaf_replay_stopped(&hub->replay))
        return;
    sheaf_replayed_describe(result, index, text);
    sheaf_hub_log(hub, "void", "%s", text);
}

static sheaf_status replay_run(gathering *g, sheaf_err *err)
{
    sheaf_slice entries[RUN_ENTRIES];
    sheaf_hub *hub = g->hub;
    for (size_t i = 0, from = 0; i < g->count; from = g->ends[i++])
        entries[i] = sheaf_bytes(g->bytes.data + from, g->ends[i] - from);
    SHEAF_TRY(sheaf_buffer_check(&g->bytes, "a run of entries", err));
    SHEAF_TRY(sheaf_replay_entries(&hub->replay, entries, g->count, sheaf_replay_threads(),
                                   told, hub, err));
    g->count = 0;
    sheaf_buffer_reset(&g->bytes);
    if (sheaf_replay_stopped(&hub->replay))
        return sheaf_fail(err, SHEAF_INVALID,
                          "from entry %llu on the log follows rules revision %u, which this "
                          "program does not know; install a newer one",
                          (unsigned long long)hub->replay.stopped_at,
                          hub->replay.needs_revision);
    return SHEAF_OK;
}

static sheaf_status gather(void *context, uint64_t index, sheaf_slice entry, sheaf_err *err)
{
    gathering *g = context;
    (void)index;
    sheaf_buffer_add(&g->bytes, entry);
    g->ends[g->count++] = g->bytes.len;
    return g->count == RUN_ENTRIES || g->bytes.len > RUN_BYTES ? replay_run(g, err) : SHEAF_OK;
}

static sheaf_status replay_rest(sheaf_hub *hub, sheaf_err *err)
{
    uint64_t size = sheaf_log_store_size(hub->store);
    gathering *g = calloc(1, sizeof *g);
    if (!g)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for replaying a log");
    g->hub = hub;
    sheaf_buffer_init(&g->bytes, RUN_BYTES + SHEAF_LOG_ENTRY_MAX);
    sheaf_status status =
        sheaf_log_store_range(hub->store, hub->replay.tree.size, size, gather, g, err);
    if (status == SHEAF_OK && g->count)
        status = replay_run(g, err);
    sheaf_buffer_deinit(&g->bytes);
    free(g);
    SHEAF_TRY(status);
    sheaf_hash made = sheaf_tree_root(&hub->replay.tree);
    sheaf_hash has = sheaf_log_store_root(hub->store);
    return sheaf_hash_equal(&made, &has)
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_FAULT,
                            "the entries of %s/log do not lead to its root: sheaf verify names "
                            "the file",
                            hub->dir);
}

sheaf_status sheaf_snapshots_start(sheaf_hub *hub, sheaf_err *err)
{
    files found = list_files(hub);
    for (size_t i = 0; i < found.count; i++) {
        sheaf_err why;
        sheaf_status status = load(hub, found.sizes[i], &why);
        if (status == SHEAF_NOMEM)
            return sheaf_fail(err, status, "%s", why.message);
        if (status == SHEAF_OK) {
            sheaf_hub_log(hub, "state", "from=%llu entries=%llu",
                          (unsigned long long)found.sizes[i],
                          (unsigned long long)sheaf_log_store_size(hub->store));
            break;
        }
        sheaf_hub_log(hub, "state_passed_over", "file=state/%llu reason=\"%s\"",
                      (unsigned long long)found.sizes[i], why.message);
    }
    if (found.count && hub->replay.tree.size == 0)
        sheaf_hub_log(hub, "state_replayed", "entries=%llu",
                      (unsigned long long)sheaf_log_store_size(hub->store));
    return replay_rest(hub, err);
}

/* ---- writing ---- */

static sheaf_status write_file(sheaf_hub *hub, uint64_t size, sheaf_slice bytes, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(folder_path(hub, path, err));
    SHEAF_TRY(sheaf_folder_make(path, 0700, err));
    SHEAF_TRY(file_path(hub, size, path, err));
    SHEAF_TRY(sheaf_file_write(path, 0600, bytes, err));
    files found = list_files(hub);
    for (size_t i = KEPT; i < found.count; i++) {
        SHEAF_TRY(file_path(hub, found.sizes[i], path, err));
        SHEAF_TRY(sheaf_file_remove(path, err));
    }
    return SHEAF_OK;
}

static void *write_thread(void *context)
{
    sheaf_snapshots *s = context;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping || s->waits) {
        if (!s->waits) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        pthread_mutex_unlock(&s->lock);
        sheaf_err err;
        if (write_file(s->hub, s->next_size, sheaf_buffer_slice(&s->next), &err) != SHEAF_OK)
            sheaf_hub_log(s->hub, "state_not_kept", "reason=\"%s\"", err.message);
        pthread_mutex_lock(&s->lock);
        s->waits = false;
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

sheaf_status sheaf_snapshots_open(sheaf_snapshots **out, sheaf_hub *hub, sheaf_err *err)
{
    sheaf_snapshots *s = calloc(1, sizeof *s);
    if (!s)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for keeping the state");
    s->hub = hub;
    files found = list_files(hub);
    s->last = found.count ? found.sizes[0] : 0;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    sheaf_buffer_init(&s->taken, SNAPSHOT_BYTES_MAX);
    sheaf_buffer_init(&s->next, SNAPSHOT_BYTES_MAX);
    s->started = pthread_create(&s->thread, NULL, write_thread, s) == 0;
    if (!s->started) {
        sheaf_snapshots_close(s);
        return sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for keeping the state");
    }
    *out = s;
    return SHEAF_OK;
}

void sheaf_snapshots_close(sheaf_snapshots *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (s->started)
        pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->changed);
    sheaf_buffer_deinit(&s->taken);
    sheaf_buffer_deinit(&s->next);
    free(s);
}

static bool due(const sheaf_snapshots *s, const sheaf_state *state)
{
    uint64_t rows = 0, since = state->size < s->last ? state->size : state->size - s->last;
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++)
        rows += sheaf_table_rows(state, t);
    return since >= EVERY_MAX || (since >= EVERY_ENTRIES && since >= rows / ROWS_SHARE);
}

void sheaf_snapshots_take(sheaf_snapshots *s)
{
    const sheaf_state *state = sheaf_hub_state(s->hub);
    s->taken_size = 0;
    if (!due(s, state))
        return;
    sheaf_buffer_reset(&s->taken);
    sheaf_snapshot_put(&s->taken, state);
    if (!s->taken.failed)
        s->taken_size = state->size;
}

void sheaf_snapshots_keep(sheaf_snapshots *s)
{
    if (!s->taken_size)
        return;
    pthread_mutex_lock(&s->lock);
    if (!s->waits) { /* else the disk is slow: the next one will do */
        sheaf_buffer swap = s->next;
        s->next = s->taken;
        s->taken = swap;
        s->last = s->next_size = s->taken_size;
        s->waits = true;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    s->taken_size = 0;
}
