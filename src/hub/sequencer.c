#include "hub/sequencer.h"

#include "hub/answers.h"
#include "hub/batch.h"
#include "hub/intake.h"
#include "hub/settler.h"
#include "store/clock.h"
#include "store/log_settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Where nothing waits, the writer still looks whether a motion falls due. */
enum {
    IDLE_MS = 50,
    FLUSH_IDLE_MS = 5,
    FLUSH_MS = 500,
    FLUSH_ENTRIES = 16 * SHEAF_TILE_WIDTH,
    HOLD_MS = 5000,
    HOLD_PAUSE_MS = 10,
    OWN_PAUSE_MS = 200
};

struct sheaf_sequencer {
    sheaf_hub *hub;
    pthread_t thread;
    bool started;
    sheaf_intake intake;
    sheaf_batch batch;
    int64_t held_us; /* since when a deadline waits for witnesses; 0: none does */
    uint64_t hidden; /* entries by which DIR/log is behind what is durable */
    int64_t flushed_us;
    void *block; /* for decoding one submission again */
};

/* ---- what comes ---- */

sheaf_http_verdict sheaf_sequencer_post(sheaf_sequencer *s, const sheaf_http_request *request,
                                        sheaf_http_response *response)
{
    sheaf_waiting *item = calloc(1, sizeof *item);
    if (!item) {
        *response = sheaf_http_error(503, "the hub has no memory left; try again later");
        return SHEAF_HTTP_ANSWERED;
    }
    item->body = request->body;
    item->token = sheaf_http_defer(request);
    if (!sheaf_intake_push(&s->intake, item)) {
        sheaf_http_response busy =
            sheaf_http_error(503, "too many acts wait to be entered; try again in a second");
        sheaf_http_respond(item->token, &busy);
        free(item);
    }
    return SHEAF_HTTP_DEFERRED;
}

static sheaf_status wait_for(sheaf_sequencer *s, sheaf_waiting *item, sheaf_entered *out,
                             sheaf_err *err)
{
    if (sem_init(&item->done, 0, 0) != 0 || !sheaf_intake_push(&s->intake, item))
        return sheaf_fail(err, SHEAF_IO, "the hub is stopping or too busy");
    while (sem_wait(&item->done) != 0)
        ; /* a signal came */
    sem_destroy(&item->done);
    *out = (sheaf_entered){item->refusal, (uint32_t)item->index};
    if (item->status != SHEAF_OK)
        return sheaf_fail(err, item->status, "%s", item->malformed.message);
    return SHEAF_OK;
}

sheaf_status sheaf_sequencer_enter(sheaf_sequencer *s, sheaf_kind kind, const void *what,
                                   bool lie, sheaf_entered *out, sheaf_err *err)
{
    struct timespec pause = {0, OWN_PAUSE_MS * 1000000L};
    for (;;) {
        sheaf_waiting item = {.kind = kind, .what = what, .lie = lie};
        SHEAF_TRY(wait_for(s, &item, out, err));
        if (out->refusal != SHEAF_REFUSED_deadline_due || atomic_load(&s->hub->closing))
            return SHEAF_OK;
        nanosleep(&pause, NULL);
    }
}

sheaf_status sheaf_sequencer_submit(sheaf_sequencer *s, sheaf_slice body, sheaf_entered *out,
                                    sheaf_err *err)
{
    sheaf_waiting item = {.body = body};
    return wait_for(s, &item, out, err);
}

/* ---- a batch ---- */

static uint16_t revision_now(const sheaf_hub *hub)
{
    return sheaf_coop(sheaf_hub_state(hub))->revision;
}

/* What was decoded ahead, or the same once more. */
static sheaf_status decoded(sheaf_sequencer *s, sheaf_waiting *item, sheaf_submission *out)
{
    if (item->decoded && item->revision == revision_now(s->hub)) {
        *out = item->post;
        return SHEAF_OK;
    }
    sheaf_arena arena = sheaf_arena_over(s->block, SHEAF_SUBMISSION_ARENA_BYTES);
    return sheaf_submission_decode(item->body, revision_now(s->hub), &arena, out,
                                   &item->malformed);
}

/* With the lock held for writing. */
static sheaf_status fold_item(sheaf_sequencer *s, sheaf_waiting *item, sheaf_err *err)
{
    if (item->status != SHEAF_OK)
        return SHEAF_OK; /* malformed: that is its answer */
    SHEAF_TRY(sheaf_batch_settle(&s->batch, err));
    item->index = sheaf_hub_state(s->hub)->size;
    if (!item->body.data)
        return sheaf_batch_add_own(&s->batch, item->kind, item->what, item->lie, &item->refusal,
                                   err);
    sheaf_submission post;
    item->status = decoded(s, item, &post);
    if (item->status != SHEAF_OK)
        return SHEAF_OK;
    item->status = sheaf_batch_ready(&s->batch, &post, &item->malformed);
    if (item->status != SHEAF_OK)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_batch_add(&s->batch, &post, &item->ahead, &item->refusal, err));
    if (item->refusal == SHEAF_ACCEPTED)
        return SHEAF_OK;
    item->act = sheaf_sha256(post.act_bytes);
    sheaf_refusal_of_act(sheaf_hub_state(s->hub), item->refusal, &post.act, &item->detail);
    if (item->refusal == SHEAF_REFUSED_claim_false)
        snprintf(item->detail.words, sizeof item->detail.words, "%s",
                 s->batch.falsehood.message);
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

/* Takes the lock for writing; where DIR/log is far behind, once it is not. True if `settling`
 * is held too. */
static bool lock_store(sheaf_hub *hub)
{
    pthread_rwlock_wrlock(&hub->lock);
    if (!sheaf_log_store_behind(hub->store))
        return false;
    pthread_rwlock_unlock(&hub->lock);
    pthread_mutex_lock(&hub->settling);
    pthread_rwlock_wrlock(&hub->lock);
    return true;
}

/* Folds as many items as fit and makes them durable; *folded is their number. */
static sheaf_status run_batch(sheaf_sequencer *s, sheaf_waiting **items, size_t count,
                              size_t *folded, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    size_t i = 0;
    bool settled = lock_store(s->hub);
    sheaf_intake_fold_begin(&s->intake);
    sheaf_batch_begin(&s->batch, sheaf_clock_ms());
    status = sheaf_batch_settle(&s->batch, err);
    for (; i < count && status == SHEAF_OK && sheaf_batch_has_room(&s->batch); i++) {
        if (holds(s))
            break;
        status = fold_item(s, items[i], err);
    }
    if (status == SHEAF_OK)
        status = sheaf_batch_settle(&s->batch, err);
    sheaf_intake_fold_end(&s->intake);
    if (status == SHEAF_OK && s->batch.count > 0)
        status = sheaf_batch_commit(&s->batch, err);
    s->hidden += s->batch.count;
    sheaf_batch_drop(&s->batch);
    pthread_rwlock_unlock(&s->hub->lock);
    if (settled)
        pthread_mutex_unlock(&s->hub->settling);
    *folded = i;
    return status;
}

/* ---- answers ---- */

static sheaf_http_response answer(const sheaf_sequencer *s, const sheaf_waiting *item)
{
    if (item->status != SHEAF_OK)
        return sheaf_answer_failure(&item->malformed);
    if (item->refusal != SHEAF_ACCEPTED)
        return sheaf_answer_refusal(s->hub, item->refusal, &item->detail, &item->act);
    sheaf_buffer json;
    sheaf_buffer_init(&json, 256);
    sheaf_json_writer w = sheaf_json_begin(&json);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "index", (int64_t)item->index);
    sheaf_json_member_put_int(&w, "stamp", s->batch.stamp);
    sheaf_json_close(&w);
    return sheaf_answer_json(&json);
}

static void release(sheaf_sequencer *s, sheaf_waiting *item)
{
    free(item->block);
    if (item->token) {
        sheaf_http_response response = answer(s, item);
        sheaf_http_respond(item->token, &response);
        free(item);
        return;
    }
    sem_post(&item->done); /* the item is its caller's again */
}

static void refuse_item(sheaf_sequencer *s, sheaf_waiting *item, const char *why)
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
    bool stopping;
    (void)sheaf_intake_take(&s->intake, NULL, 0, 0, &stopping);
    return stopping;
}

/* DIR/log is written when nothing waits, or now and then: what is durable, and what is served,
 * does not depend on it. */
static void flush(sheaf_sequencer *s, bool idle)
{
    int64_t now = sheaf_clock_monotonic_us();
    if (s->hidden == 0
        || (!idle && s->hidden < FLUSH_ENTRIES
            && now - s->flushed_us < FLUSH_MS * INT64_C(1000)))
        return;
    sheaf_settler_wake(s->hub->settler);
    s->hidden = 0;
    s->flushed_us = now;
}

static void *sequencer_run(void *context)
{
    sheaf_sequencer *s = context;
    sheaf_waiting *items[SHEAF_BATCH_POSTS_MAX];
    bool stopping = false;
    while (!stopping) {
        size_t done = 0,
               count = sheaf_intake_take(&s->intake, items, SHEAF_BATCH_POSTS_MAX,
                                         s->hidden ? FLUSH_IDLE_MS : IDLE_MS, &stopping);
        flush(s, count == 0);
        if (count == 0 && (stopping || !anything_due(s->hub)))
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
    sheaf_batch_init(&s->batch, hub);
    sheaf_status status = sheaf_intake_open(&s->intake, hub, err);
    if (status == SHEAF_OK) {
        s->started = pthread_create(&s->thread, NULL, sequencer_run, s) == 0;
        if (!s->started)
            status =
                sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the sequencer");
    }
    if (status != SHEAF_OK) {
        sheaf_sequencer_close(s);
        return status;
    }
    *out = s;
    return SHEAF_OK;
}

void sheaf_sequencer_stop(sheaf_sequencer *s)
{
    sheaf_waiting *item;
    if (!s)
        return;
    sheaf_intake_stop(&s->intake);
    if (s->started)
        pthread_join(s->thread, NULL);
    s->started = false;
    while ((item = sheaf_intake_drain(&s->intake)))
        refuse_item(s, item, "the hub is stopping; nothing was entered");
}

void sheaf_sequencer_close(sheaf_sequencer *s)
{
    if (!s)
        return;
    sheaf_sequencer_stop(s);
    sheaf_intake_close(&s->intake);
    sheaf_batch_deinit(&s->batch);
    free(s->block);
    free(s);
}
