#include "hub/sequencer.h"

#include "hub/answers.h"
#include "hub/batch.h"
#include "store/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

/* Where nothing waits, the writer still looks whether a motion falls due. */
enum { IDLE_MS = 50, HOLD_MS = 5000, HOLD_PAUSE_MS = 10 };

/* What waits: a posted submission, or an act of the hub whose caller waits with it. */
typedef struct {
    sheaf_http_token *token; /* of a post, else NULL */
    sheaf_slice body;
    sheaf_kind kind; /* of an act of the hub */
    const void *what;
    bool lie;
    bool done; /* the caller of an act of the hub may go on */
    sheaf_signature_check ahead;
    sheaf_refusal refusal;
    uint64_t index;
    sheaf_hash act; /* of a refused post */
    sheaf_err malformed;
    sheaf_status status;
} waiting;

struct sheaf_sequencer {
    sheaf_hub *hub;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of the queue and of `done` */
    pthread_cond_t filled, emptied;
    waiting *queue[SHEAF_QUEUE_MAX];
    size_t head, count;
    bool stopping;
    sheaf_batch batch;
    int64_t held_us; /* since when a deadline waits for witnesses; 0: none does */
    void *block;     /* for decoding one submission */
};

/* ---- the queue ---- */

static bool push(sheaf_sequencer *s, waiting *item)
{
    pthread_mutex_lock(&s->lock);
    bool room = s->count < SHEAF_QUEUE_MAX && !s->stopping;
    if (room) {
        s->queue[(s->head + s->count++) % SHEAF_QUEUE_MAX] = item;
        pthread_cond_signal(&s->filled);
    }
    pthread_mutex_unlock(&s->lock);
    return room;
}

static size_t take(sheaf_sequencer *s, waiting **out, bool *stopping)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += IDLE_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&s->lock);
    while (s->count == 0 && !s->stopping)
        if (pthread_cond_timedwait(&s->filled, &s->lock, &until) != 0)
            break;
    size_t taken = 0;
    while (s->count > 0 && taken < SHEAF_BATCH_POSTS_MAX) {
        out[taken++] = s->queue[s->head];
        s->head = (s->head + 1) % SHEAF_QUEUE_MAX;
        s->count--;
    }
    *stopping = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return taken;
}

sheaf_http_verdict sheaf_sequencer_post(sheaf_sequencer *s, const sheaf_http_request *request,
                                        sheaf_http_response *response)
{
    waiting *item = calloc(1, sizeof *item);
    if (!item) {
        *response = sheaf_http_error(503, "the hub has no memory left; try again later");
        return SHEAF_HTTP_ANSWERED;
    }
    item->body = request->body;
    item->token = sheaf_http_defer(request);
    if (!push(s, item)) {
        sheaf_http_response busy =
            sheaf_http_error(503, "too many acts wait to be entered; try again in a second");
        sheaf_http_respond(item->token, &busy);
        free(item);
    }
    return SHEAF_HTTP_DEFERRED;
}

sheaf_status sheaf_sequencer_enter(sheaf_sequencer *s, sheaf_kind kind, const void *what,
                                   bool lie, sheaf_entered *out, sheaf_err *err)
{
    waiting item = {.kind = kind, .what = what, .lie = lie};
    if (!push(s, &item))
        return sheaf_fail(err, SHEAF_IO, "the hub is stopping or too busy");
    pthread_mutex_lock(&s->lock);
    while (!item.done)
        pthread_cond_wait(&s->emptied, &s->lock);
    pthread_mutex_unlock(&s->lock);
    *out = (sheaf_entered){item.refusal, (uint32_t)item.index};
    if (item.status != SHEAF_OK)
        return sheaf_fail(err, item.status, "%s", item.malformed.message);
    return SHEAF_OK;
}

/* ---- a batch ---- */

static uint16_t revision_now(const sheaf_hub *hub)
{
    return sheaf_coop(sheaf_hub_state(hub))->revision;
}

static sheaf_status decode(sheaf_sequencer *s, waiting *item, sheaf_submission *out)
{
    sheaf_arena arena = sheaf_arena_over(s->block, SHEAF_SUBMISSION_ARENA_BYTES);
    return sheaf_submission_decode(item->body, revision_now(s->hub), &arena, out,
                                   &item->malformed);
}

/* Outside the lock: form and signatures. This thread alone writes, so it may read. */
static void check_ahead(sheaf_sequencer *s, waiting **items, size_t count)
{
    static const sheaf_signature_check none;
    sheaf_signature_check checks[SHEAF_BATCH_POSTS_MAX];
    size_t owner[SHEAF_BATCH_POSTS_MAX], n = 0;
    for (size_t i = 0; i < count; i++) {
        waiting *item = items[i];
        sheaf_submission post;
        item->ahead = none;
        if (!item->token || (item->status = decode(s, item, &post)) != SHEAF_OK)
            continue;
        sheaf_signature_check *check = &checks[n];
        *check = none;
        if (!sheaf_fold_signer(sheaf_hub_state(s->hub), &post.act, check->public_key))
            continue;
        check->origin = sheaf_hub_origin(s->hub);
        check->act = post.act_bytes;
        memcpy(check->signature, post.signature, sizeof check->signature);
        owner[n++] = i;
    }
    sheaf_signatures_check(checks, n, n < 8 ? 1 : sheaf_replay_threads());
    for (size_t i = 0; i < n; i++)
        items[owner[i]]->ahead = checks[i];
}

/* With the lock held for writing. */
static sheaf_status fold_item(sheaf_sequencer *s, waiting *item, sheaf_err *err)
{
    if (item->status != SHEAF_OK)
        return SHEAF_OK; /* malformed: that is its answer */
    SHEAF_TRY(sheaf_batch_settle(&s->batch, err));
    item->index = sheaf_hub_state(s->hub)->size;
    if (!item->token)
        return sheaf_batch_add_own(&s->batch, item->kind, item->what, item->lie, &item->refusal,
                                   err);
    sheaf_submission post;
    item->status = decode(s, item, &post);
    if (item->status != SHEAF_OK) /* the rules' revision has gone up meanwhile */
        return SHEAF_OK;
    item->status = sheaf_batch_ready(&s->batch, &post, &item->malformed);
    if (item->status != SHEAF_OK)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_batch_add(&s->batch, &post, &item->ahead, &item->refusal, err));
    if (item->refusal != SHEAF_ACCEPTED)
        item->act = sheaf_sha256(post.act_bytes);
    return SHEAF_OK;
}

/* Nothing may be entered before a deadline that has passed is settled. Witnesses answer within
 * a second or so, and whoever posted waits for that; if they do not, acts are refused. */
static bool holds(sheaf_sequencer *s)
{
    int64_t now = sheaf_clock_monotonic_us();
    if (!s->batch.waits)
        s->held_us = 0;
    else if (s->held_us == 0)
        s->held_us = now;
    return s->batch.waits && now - s->held_us < HOLD_MS * INT64_C(1000);
}

/* Folds as many items as fit and makes them durable; *folded is their number. */
static sheaf_status run_batch(sheaf_sequencer *s, waiting **items, size_t count, size_t *folded,
                              sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    size_t i = 0;
    pthread_rwlock_wrlock(&s->hub->lock);
    sheaf_batch_begin(&s->batch, sheaf_clock_ms());
    status = sheaf_batch_settle(&s->batch, err);
    for (; i < count && status == SHEAF_OK && sheaf_batch_has_room(&s->batch); i++) {
        if (holds(s))
            break;
        status = fold_item(s, items[i], err);
    }
    if (status == SHEAF_OK)
        status = sheaf_batch_settle(&s->batch, err);
    if (status == SHEAF_OK && s->batch.count > 0)
        status = sheaf_batch_commit(&s->batch, err);
    sheaf_batch_drop(&s->batch);
    pthread_rwlock_unlock(&s->hub->lock);
    *folded = i;
    return status;
}

/* ---- answers ---- */

static sheaf_http_response answer(const sheaf_sequencer *s, const waiting *item)
{
    if (item->status != SHEAF_OK)
        return sheaf_answer_failure(&item->malformed);
    if (item->refusal != SHEAF_ACCEPTED)
        return sheaf_answer_refusal(s->hub, item->refusal, &item->act);
    sheaf_buffer json;
    sheaf_buffer_init(&json, 256);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "index", (int64_t)item->index);
    sheaf_json_member_put_int(&w, "stamp", s->batch.stamp);
    sheaf_json_close(&w);
    return sheaf_answer_json(&json);
}

static void release(sheaf_sequencer *s, waiting *item)
{
    if (item->token) {
        sheaf_http_response response = answer(s, item);
        sheaf_http_respond(item->token, &response);
        free(item);
        return;
    }
    pthread_mutex_lock(&s->lock);
    item->done = true;
    pthread_cond_broadcast(&s->emptied);
    pthread_mutex_unlock(&s->lock);
}

static void refuse_item(sheaf_sequencer *s, waiting *item, const char *why)
{
    item->status = sheaf_fail(&item->malformed, SHEAF_NOMEM, "%s", why);
    release(s, item);
}

/* Everyone hears events, so what is not for everyone is not named. */
static const char *told_kind(const sheaf_sequencer *s, size_t i)
{
    sheaf_kind kind = s->batch.kinds[i];
    return sheaf_entry_public(sheaf_hub_state(s->hub), kind, s->batch.first + i)
               ? sheaf_kind_shape(kind)->name
               : "restricted";
}

static void tell(const sheaf_sequencer *s)
{
    for (size_t i = 0; i < s->batch.count; i++) {
        sheaf_buffer data;
        sheaf_buffer_init(&data, 256);
        sheaf_json_writer w = sheaf_json_begin(&data);
        sheaf_json_open_object(&w);
        sheaf_json_member_put_int(&w, "index", (int64_t)(s->batch.first + i));
        sheaf_json_member_put_string(&w, "kind", sheaf_str(told_kind(s, i)));
        sheaf_json_member_put_int(&w, "size", (int64_t)(s->batch.first + s->batch.count));
        sheaf_json_close(&w);
        if (!data.failed)
            sheaf_http_events_publish(s->hub->events, "entry", sheaf_buffer_slice(&data));
        sheaf_buffer_deinit(&data);
    }
}

/* ---- the thread ---- */

static bool anything_due(sheaf_hub *hub)
{
    return sheaf_batch_due(hub, sheaf_clock_ms());
}

/* While a deadline waits for witnesses; true if the hub is to stop. */
static bool pause_held(sheaf_sequencer *s)
{
    struct timespec time = {0, HOLD_PAUSE_MS * 1000000L};
    nanosleep(&time, NULL);
    pthread_mutex_lock(&s->lock);
    bool stopping = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return stopping;
}

static void *sequencer_run(void *context)
{
    sheaf_sequencer *s = context;
    waiting *items[SHEAF_BATCH_POSTS_MAX];
    bool stopping = false;
    while (!stopping) {
        size_t count = take(s, items, &stopping), done = 0;
        if (!stopping && !atomic_load(&s->hub->failed) && (count > 0 || anything_due(s->hub)))
            check_ahead(s, items, count);
        else if (count == 0)
            continue;
        do {
            sheaf_err err;
            size_t folded = 0;
            if (stopping || atomic_load(&s->hub->failed))
                break;
            if (run_batch(s, items + done, count - done, &folded, &err) != SHEAF_OK) {
                sheaf_hub_fail(s->hub, &err);
                break;
            }
            tell(s);
            for (size_t i = 0; i < folded; i++)
                release(s, items[done + i]);
            done += folded;
            if (folded == 0 && done < count)
                stopping = pause_held(s);
        } while (done < count);
        for (; done < count; done++)
            refuse_item(s, items[done],
                        "the hub has stopped; whether the act was entered "
                        "is known when it is back");
    }
    return NULL;
}

sheaf_status sheaf_sequencer_open(sheaf_sequencer **out, sheaf_hub *hub, sheaf_err *err)
{
    sheaf_sequencer *s = calloc(1, sizeof *s);
    void *block = malloc(SHEAF_SUBMISSION_ARENA_BYTES);
    if (!s || !block) {
        free(s);
        free(block);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the sequencer");
    }
    s->hub = hub;
    s->block = block;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->filled, &monotonic);
    pthread_cond_init(&s->emptied, NULL);
    pthread_condattr_destroy(&monotonic);
    sheaf_batch_init(&s->batch, hub);
    if (pthread_create(&s->thread, NULL, sequencer_run, s) != 0) {
        sheaf_sequencer_close(s);
        return sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the sequencer");
    }
    s->started = true;
    *out = s;
    return SHEAF_OK;
}

void sheaf_sequencer_stop(sheaf_sequencer *s)
{
    if (!s || !s->started)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->filled);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    s->started = false;
    while (s->count > 0) {
        waiting *item = s->queue[s->head];
        s->head = (s->head + 1) % SHEAF_QUEUE_MAX;
        s->count--;
        refuse_item(s, item, "the hub is stopping; nothing was entered");
    }
}

void sheaf_sequencer_close(sheaf_sequencer *s)
{
    if (!s)
        return;
    sheaf_sequencer_stop(s);
    assert(s->count == 0);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->filled);
    pthread_cond_destroy(&s->emptied);
    sheaf_batch_deinit(&s->batch);
    free(s->block);
    free(s);
}
