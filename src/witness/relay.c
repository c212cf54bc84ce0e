#include "witness/relay_internal.h"

#include "base/encode.h"
#include "coop/fold.h"
#include "store/clock.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PAUSE_MS = 100, RETRY_MAX_MS = 5000, THREADS = 4 };

/* The acts of one log, oldest first: those that wait and those that were settled. */
typedef struct {
    sheaf_relay_item **items; /* NULL until the first one comes */
    size_t count, waiting;
    bool reachable; /* its address is a hub's */
    bool busy;      /* a thread is at one of its acts */
} shelf;

struct sheaf_relay {
    sheaf_relay_config config;
    sheaf_buffer binding; /* of the relay key to the witness's */
    pthread_mutex_t lock; /* of the shelves */
    size_t count;
    shelf *shelves;
    atomic_bool stopping;
    pthread_t threads[THREADS]; /* several, so that a hub that hangs holds up no other */
    size_t thread_count;
};

/* ---- the shelves; with the lock ---- */

static sheaf_relay_item *find(const shelf *s, sheaf_slice hex)
{
    for (size_t i = 0; i < s->count; i++)
        if (sheaf_slice_is(hex, s->items[i]->hex))
            return s->items[i];
    return NULL;
}

static void item_free(sheaf_relay_item *item)
{
    if (item)
        sheaf_buffer_deinit(&item->answer);
    free(item);
}

static sheaf_relay_item *item_new(const sheaf_hash *act, int64_t at)
{
    sheaf_relay_item *item = calloc(1, sizeof *item);
    if (!item)
        return NULL;
    item->act = *act;
    item->at = at;
    sheaf_hex_32(act->bytes, item->hex);
    sheaf_buffer_init(&item->answer, 65536);
    return item;
}

static void shelf_free(shelf *s)
{
    for (size_t i = 0; i < s->count; i++)
        item_free(s->items[i]);
    free(s->items);
}

/* There is room. False if memory is spent. */
static bool shelve(shelf *s, sheaf_relay_item *item)
{
    if (!s->items)
        s->items = calloc(SHEAF_RELAY_WAITING_MAX + SHEAF_RELAY_SETTLED_MAX, sizeof *s->items);
    if (!s->items)
        return false;
    s->items[s->count++] = item;
    s->waiting++;
    return true;
}

static void forget_oldest_settled(shelf *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i]->settled) {
            item_free(s->items[i]);
            s->count--;
            memmove(s->items + i, s->items + i + 1, (s->count - i) * sizeof *s->items);
            return;
        }
}

/* ---- taking ---- */

static void put_receipt(sheaf_relay *relay, const sheaf_witness_log *log,
                        const sheaf_relay_item *item, sheaf_witness_answer *answer)
{
    sheaf_receipt receipt = {
        .binding = sheaf_buffer_slice(&relay->binding), .act = item->act, .at = item->at};
    sheaf_err err;
    sheaf_buffer_reset(&answer->body);
    answer->status = 200;
    if (sheaf_receipt_sign(&receipt, sheaf_witness_log_origin(log),
                           &relay->config.folder->relay, &err)
        == SHEAF_OK)
        sheaf_receipt_put(&answer->body, &receipt);
    else
        sheaf_witness_answer_put(answer, 503, "%s", err.message);
}

/* The hash of the act in a submission that is in form and whose time has not passed. */
static bool read_act(sheaf_slice submission, sheaf_hash *act, sheaf_witness_answer *answer)
{
    sheaf_submission read;
    sheaf_err err = {0};
    void *block = malloc(SHEAF_SUBMISSION_ARENA_BYTES);
    if (!block) {
        sheaf_witness_answer_put(answer, 503, "the witness has no memory left");
        return false;
    }
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_SUBMISSION_ARENA_BYTES);
    bool fine =
        sheaf_submission_decode(submission, SHEAF_REVISION, &arena, &read, &err) == SHEAF_OK;
    if (!fine)
        sheaf_witness_answer_put(answer, 400, "%s", err.message);
    else if (read.act.until < sheaf_clock_ms())
        sheaf_witness_answer_put(answer, 400, "the last moment to enter this act has passed");
    else
        *act = sheaf_sha256(read.act_bytes);
    fine = fine && answer->status == 0;
    free(block);
    return fine;
}

/* With the lock. The file is durable before the act counts as taken. */
static sheaf_relay_item *take(sheaf_relay *relay, const sheaf_witness_log *log, shelf *s,
                              const sheaf_hash *act, sheaf_slice submission,
                              sheaf_witness_answer *answer)
{
    sheaf_err err;
    if (s->waiting == SHEAF_RELAY_WAITING_MAX) {
        sheaf_witness_answer_put(answer, 503, "too many acts of this log wait here already");
        return NULL;
    }
    sheaf_relay_item *item = item_new(act, sheaf_clock_ms());
    if (s->count - s->waiting == SHEAF_RELAY_SETTLED_MAX)
        forget_oldest_settled(s);
    if (!item || !shelve(s, item)) {
        sheaf_witness_answer_put(answer, 503, "the witness has no memory left");
        item_free(item);
        return NULL;
    }
    if (sheaf_relay_file_put(relay->config.folder, log, item, submission, &err) != SHEAF_OK) {
        sheaf_witness_answer_put(answer, 500, "%s", err.message);
        s->count--; /* the last one: the lock was held */
        s->waiting--;
        item_free(item);
        return NULL;
    }
    return item;
}

void sheaf_relay_take(sheaf_relay *relay, const sheaf_witness_log *log, sheaf_slice submission,
                      sheaf_witness_answer *answer)
{
    shelf *s = &relay->shelves[log->number];
    sheaf_hash act;
    char hex[2 * SHEAF_HASH_BYTES + 1];
    if (!s->reachable) {
        sheaf_witness_answer_put(
            answer, 404,
            "this witness relays no acts of that log: it was not given the "
            "address of its hub");
        return;
    }
    if (!read_act(submission, &act, answer))
        return;
    sheaf_hex_32(act.bytes, hex);
    pthread_mutex_lock(&relay->lock);
    sheaf_relay_item *item = find(s, sheaf_str(hex));
    if (!item)
        item = take(relay, log, s, &act, submission, answer);
    if (item)
        put_receipt(relay, log, item, answer);
    pthread_mutex_unlock(&relay->lock);
}

void sheaf_relay_tell(sheaf_relay *relay, const sheaf_witness_log *log, sheaf_slice act,
                      sheaf_witness_answer *answer)
{
    pthread_mutex_lock(&relay->lock);
    const sheaf_relay_item *item = find(&relay->shelves[log->number], act);
    if (!item)
        sheaf_witness_answer_put(answer, 404, "this witness knows of no such act");
    else if (!item->settled)
        sheaf_witness_answer_put(answer, 202,
                                 "the act waits: it is not on the log and not refused");
    else {
        answer->status = item->status;
        sheaf_buffer_reset(&answer->body);
        sheaf_buffer_add(&answer->body, sheaf_buffer_slice(&item->answer));
    }
    pthread_mutex_unlock(&relay->lock);
}

/* ---- handing on ---- */

/* What one try needs and brings, so that the lock is not held while the hub is asked. */
typedef struct {
    shelf *shelf;
    sheaf_witness_log *log;
    sheaf_relay_item copy;
    sheaf_buffer submission;
} attempt;

static bool line_open(const sheaf_relay *relay, sheaf_witness_log *log, sheaf_relay_line *out)
{
    sheaf_http_client_config config = {.ca_file = relay->config.ca_file,
                                       .connect_timeout_ms = 3000,
                                       .idle_timeout_ms = 10000,
                                       .total_timeout_ms = 15000,
                                       .reply_max = 1 << 20,
                                       .stop = &relay->stopping};
    *out = (sheaf_relay_line){.log = log, .block = malloc(SHEAF_SUBMISSION_ARENA_BYTES)};
    if (!out->block)
        return false;
    pthread_mutex_lock(&log->lock);
    out->size = log->size;
    out->root = log->root;
    pthread_mutex_unlock(&log->lock);
    if (sheaf_relay_hub(log, &out->hub)
        && sheaf_http_client_open(&out->client, &config, NULL) == SHEAF_OK)
        return true;
    free(out->block);
    return false;
}

static void line_close(sheaf_relay_line *line)
{
    sheaf_http_client_close(line->client);
    free(line->block);
}

/* Takes the next step with an act: hand it on, or see whether it stands under what was
 * cosigned. */
static void try_one(const sheaf_relay *relay, sheaf_relay_line *line, attempt *a)
{
    sheaf_err err = {0};
    sheaf_relay_item *item = &a->copy;
    if (!item->entered) {
        if (sheaf_relay_file_get(relay->config.folder, a->log, item->hex, &item->at,
                                 &a->submission, &err)
            != SHEAF_OK)
            return;
        sheaf_relay_post(line, item, sheaf_buffer_slice(&a->submission), &err);
    }
    if (!item->entered || item->settled)
        return;
    if (line->size > 0 && item->shown == line->size
        && sheaf_hash_equal(&item->shown_root, &line->root))
        item->settled = true;
    else if (item->index < line->size)
        item->settled =
            sheaf_relay_stands(line, item->index, &item->leaf, line->size, &line->root);
    /* The hub said so, and it is not there: it is asked again from the beginning. */
    if (item->index < line->size && !item->settled)
        item->entered = false;
}

/* With the lock: what came of an attempt, which another may have settled meanwhile. */
static void record(const sheaf_relay *relay, const attempt *a)
{
    sheaf_relay_item *item = find(a->shelf, sheaf_str(a->copy.hex));
    if (!item || item->settled)
        return;
    int64_t wait = 250ll << (item->tries < 5 ? item->tries : 5);
    item->tries++;
    item->next_ms =
        sheaf_clock_monotonic_us() / 1000 + (wait < RETRY_MAX_MS ? wait : RETRY_MAX_MS);
    if (a->copy.answer.len) {
        item->status = a->copy.status;
        sheaf_buffer_reset(&item->answer);
        sheaf_buffer_add(&item->answer, sheaf_buffer_slice(&a->copy.answer));
    }
    item->entered = a->copy.entered;
    item->index = a->copy.index;
    item->leaf = a->copy.leaf;
    item->settled = a->copy.settled;
    if (!item->settled)
        return;
    a->shelf->waiting--;
    /* One that stays is tried again after a restart, and refused: that settles it too. */
    if (sheaf_relay_file_remove(relay->config.folder, a->log, item->hex, NULL) != SHEAF_OK)
        return;
}

/* With the lock: the next act of the shelf whose turn it is. */
static const sheaf_relay_item *next_due(const shelf *s)
{
    int64_t now = sheaf_clock_monotonic_us() / 1000;
    for (size_t i = 0; i < s->count; i++)
        if (!s->items[i]->settled && s->items[i]->next_ms <= now)
            return s->items[i];
    return NULL;
}

/* Tries one act of the log; false if none is due, or another thread is at it. */
static bool step(sheaf_relay *relay, size_t number)
{
    attempt a = {.shelf = &relay->shelves[number],
                 .log = sheaf_witness_log_at(relay->config.witness, number)};
    sheaf_relay_line line;
    pthread_mutex_lock(&relay->lock);
    const sheaf_relay_item *item = a.shelf->busy ? NULL : next_due(a.shelf);
    if (item) {
        a.shelf->busy = true;
        a.copy = *item;
        sheaf_buffer_init(&a.copy.answer, 65536);
    }
    pthread_mutex_unlock(&relay->lock);
    if (!item)
        return false;
    sheaf_buffer_init(&a.submission, SHEAF_SUBMISSION_MAX);
    if (line_open(relay, a.log, &line)) {
        try_one(relay, &line, &a);
        line_close(&line);
    }
    pthread_mutex_lock(&relay->lock);
    record(relay, &a);
    a.shelf->busy = false;
    pthread_mutex_unlock(&relay->lock);
    sheaf_buffer_deinit(&a.submission);
    sheaf_buffer_deinit(&a.copy.answer);
    return true;
}

static void *relay_run(void *context)
{
    sheaf_relay *relay = context;
    while (!atomic_load(&relay->stopping)) {
        bool some = false;
        for (size_t i = 0; i < relay->count && !atomic_load(&relay->stopping); i++)
            some |= relay->shelves[i].reachable && step(relay, i);
        struct timespec time = {0, PAUSE_MS * 1000000L};
        if (!some)
            nanosleep(&time, NULL);
    }
    return NULL;
}

/* ---- the gate ---- */

/* With the lock: the next act, from place *at on, that has waited too long; a copy. */
static bool overdue(const sheaf_relay *relay, const shelf *s, size_t *at, sheaf_relay_item *out)
{
    int64_t now = sheaf_clock_ms();
    for (; *at < s->count; ++*at)
        if (!s->items[*at]->settled && now - s->items[*at]->at > relay->config.patience_ms) {
            *out = *s->items[(*at)++];
            sheaf_buffer_init(&out->answer, 65536);
            return true;
        }
    return false;
}

/* The relay's thread looks at once whether that tree was cosigned. */
static void note_shown(sheaf_relay *relay, const shelf *s, const sheaf_relay_item *copy,
                       const sheaf_checkpoint *head)
{
    pthread_mutex_lock(&relay->lock);
    sheaf_relay_item *item = find(s, sheaf_str(copy->hex));
    if (item && !item->settled) {
        item->shown = head->size;
        item->shown_root = head->root;
        item->next_ms = 0;
    }
    pthread_mutex_unlock(&relay->lock);
}

/* An act may stand on this very tree, or be refused by the hub whose key stands there: one that
 * has just been appointed has its key on no tree that was cosigned. Then the hub has done what
 * it should. */
static bool answered(sheaf_relay *relay, attempt *a, const sheaf_checkpoint *head)
{
    sheaf_relay_line line;
    sheaf_err err;
    sheaf_relay_item *item = &a->copy;
    if (!line_open(relay, a->log, &line))
        return false;
    line.size = head->size;
    line.root = head->root;
    if (!item->entered
        && sheaf_relay_file_get(relay->config.folder, a->log, item->hex, &item->at,
                                &a->submission, &err)
               == SHEAF_OK)
        sheaf_relay_post(&line, item, sheaf_buffer_slice(&a->submission), &err);
    bool stands =
        item->entered
        && sheaf_relay_stands(&line, item->index, &item->leaf, head->size, &head->root);
    line_close(&line);
    /* Also that it was entered now: posted again, it would be refused. */
    pthread_mutex_lock(&relay->lock);
    record(relay, a);
    pthread_mutex_unlock(&relay->lock);
    if (stands)
        note_shown(relay, a->shelf, item, head);
    return stands || item->settled;
}

/* An act is handed on by one thread at a time, for a hub that sees it twice refuses it. */
static void shelf_hold(sheaf_relay *relay, shelf *s)
{
    struct timespec time = {0, 10 * 1000000L};
    pthread_mutex_lock(&relay->lock);
    while (s->busy) {
        pthread_mutex_unlock(&relay->lock);
        nanosleep(&time, NULL);
        pthread_mutex_lock(&relay->lock);
    }
    s->busy = true;
    pthread_mutex_unlock(&relay->lock);
}

static void shelf_let_go(sheaf_relay *relay, shelf *s)
{
    pthread_mutex_lock(&relay->lock);
    s->busy = false;
    pthread_mutex_unlock(&relay->lock);
}

static bool allow(void *context, sheaf_witness_log *log, const sheaf_checkpoint *head,
                  sheaf_slice note, sheaf_witness_answer *answer)
{
    sheaf_relay *relay = context;
    attempt a = {.shelf = &relay->shelves[log->number], .log = log};
    size_t at = 0;
    bool fine = true;
    (void)note;
    while (fine) {
        size_t ahead = at;
        pthread_mutex_lock(&relay->lock);
        bool some = overdue(relay, a.shelf, &ahead, &a.copy);
        pthread_mutex_unlock(&relay->lock);
        if (!some)
            return true;
        /* What another thread is handing on may be settled by then. */
        shelf_hold(relay, a.shelf);
        pthread_mutex_lock(&relay->lock);
        some = overdue(relay, a.shelf, &at, &a.copy);
        pthread_mutex_unlock(&relay->lock);
        if (!some) {
            shelf_let_go(relay, a.shelf);
            return true;
        }
        sheaf_buffer_init(&a.submission, SHEAF_SUBMISSION_MAX);
        fine = answered(relay, &a, head);
        shelf_let_go(relay, a.shelf);
        if (!fine)
            sheaf_witness_answer_put(
                answer, 423,
                "withheld: the act %s, relayed %lld seconds ago, is not on "
                "this log and was not refused",
                a.copy.hex, (long long)((sheaf_clock_ms() - a.copy.at) / 1000));
        sheaf_buffer_deinit(&a.submission);
        sheaf_buffer_deinit(&a.copy.answer);
    }
    return false;
}

sheaf_witness_gate sheaf_relay_gate(sheaf_relay *relay)
{
    return (sheaf_witness_gate){allow, relay};
}

/* ---- opening ---- */

static sheaf_status take_up_one(sheaf_relay *relay, const sheaf_witness_log *log, shelf *s,
                                const char *hex, sheaf_err *err)
{
    sheaf_hash act;
    int64_t at;
    sheaf_buffer submission;
    if (!sheaf_hex_get(sheaf_str(hex), act.bytes, sizeof act.bytes)
        || s->waiting == SHEAF_RELAY_WAITING_MAX)
        return SHEAF_OK;
    sheaf_buffer_init(&submission, SHEAF_SUBMISSION_MAX);
    sheaf_status status =
        sheaf_relay_file_get(relay->config.folder, log, hex, &at, &submission, err);
    sheaf_buffer_deinit(&submission);
    SHEAF_TRY(status);
    sheaf_relay_item *item = item_new(&act, at);
    if (item && shelve(s, item))
        return SHEAF_OK;
    item_free(item);
    return sheaf_fail(err, SHEAF_NOMEM, "no memory for the acts to relay");
}

static sheaf_status take_up(sheaf_relay *relay, size_t number, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    const sheaf_witness_log *log = sheaf_witness_log_at(relay->config.witness, number);
    shelf *s = &relay->shelves[number];
    sheaf_url hub;
    s->reachable = sheaf_relay_hub(log, &hub);
    SHEAF_TRY(sheaf_path(path, err, "%s/%s/relay", relay->config.folder->dir, log->hex));
    DIR *list = opendir(path);
    if (!list)
        return SHEAF_OK; /* nothing was ever relayed */
    sheaf_status status = SHEAF_OK;
    for (struct dirent *entry; status == SHEAF_OK && (entry = readdir(list));)
        status = take_up_one(relay, log, s, entry->d_name, err);
    closedir(list);
    return status;
}

static sheaf_status start(sheaf_relay *relay, sheaf_err *err)
{
    const sheaf_witness_folder *folder = relay->config.folder;
    relay->shelves = calloc(relay->count, sizeof *relay->shelves);
    if (!relay->shelves)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the acts to relay");
    SHEAF_TRY(sheaf_relay_bind(&relay->binding, &folder->key, &folder->pair,
                               folder->relay.public, (uint64_t)(sheaf_clock_ms() / 1000), err));
    for (size_t i = 0; i < relay->count; i++)
        SHEAF_TRY(take_up(relay, i, err));
    for (; relay->thread_count < THREADS && relay->thread_count < relay->count;
         relay->thread_count++)
        if (pthread_create(&relay->threads[relay->thread_count], NULL, relay_run, relay) != 0)
            return sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the relay");
    return SHEAF_OK;
}

sheaf_status sheaf_relay_open(sheaf_relay **out, const sheaf_relay_config *config,
                              sheaf_err *err)
{
    sheaf_relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the relay");
    relay->config = *config;
    relay->count = sheaf_witness_log_count(config->witness);
    sheaf_buffer_init(&relay->binding, SHEAF_RECEIPT_MAX);
    pthread_mutex_init(&relay->lock, NULL);
    sheaf_status status = start(relay, err);
    if (status != SHEAF_OK) {
        sheaf_relay_close(relay);
        return status;
    }
    *out = relay;
    return SHEAF_OK;
}

void sheaf_relay_close(sheaf_relay *relay)
{
    if (!relay)
        return;
    atomic_store(&relay->stopping, true);
    for (size_t i = 0; i < relay->thread_count; i++)
        pthread_join(relay->threads[i], NULL);
    for (size_t i = 0; relay->shelves && i < relay->count; i++)
        shelf_free(&relay->shelves[i]);
    free(relay->shelves);
    sheaf_buffer_deinit(&relay->binding);
    pthread_mutex_destroy(&relay->lock);
    free(relay);
}
