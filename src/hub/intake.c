#include "hub/intake.h"

#include "claims/privacy_cost.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

enum {
    RUN_MIN = 32, /* signatures are cheaper in batches */
    RUN_MAX = 64,
    BLOCK_BYTES = 32 << 10, /* for decoding; what needs more the writer decodes itself */
};

/* ---- looking ahead ---- */

static void decode(sheaf_waiting *item, uint16_t revision)
{
    item->block = malloc(BLOCK_BYTES);
    if (!item->block)
        return;
    sheaf_arena arena = sheaf_arena_over(item->block, BLOCK_BYTES);
    item->status =
        sheaf_submission_decode(item->body, revision, &arena, &item->post, &item->malformed);
    item->decoded = item->status == SHEAF_OK;
    if (item->status == SHEAF_NOMEM)
        item->status = SHEAF_OK;
    item->revision = revision;
}

/* Computed now, the costs that a motion states are at hand when the writer, whom everybody
 * waits for, comes to check them. */
static void look_at_costs(sheaf_intake *in, const sheaf_act *act)
{
    sheaf_cost_terms terms[2];
    sheaf_cost cost;
    if (act->kind != SHEAF_KIND_motion_open)
        return;
    pthread_rwlock_rdlock(&in->folding);
    size_t count = sheaf_cost_claimed(sheaf_hub_state(in->hub), act, terms);
    pthread_rwlock_unlock(&in->folding);
    for (size_t i = 0; i < count; i++)
        (void)!sheaf_cost_recall(&terms[i], &cost, NULL); /* the writer says what is wrong */
}

static void look_at(sheaf_intake *in, sheaf_waiting **items, size_t count)
{
    sheaf_signature_check checks[RUN_MAX];
    sheaf_waiting *owners[RUN_MAX];
    size_t n = 0;
    assert(count <= RUN_MAX);
    pthread_rwlock_rdlock(&in->folding);
    uint16_t revision = sheaf_coop(sheaf_hub_state(in->hub))->revision;
    pthread_rwlock_unlock(&in->folding);
    for (size_t i = 0; i < count; i++)
        if (items[i]->body.data)
            decode(items[i], revision);
    pthread_rwlock_rdlock(&in->folding);
    for (size_t i = 0; i < count; i++) {
        const sheaf_submission *post = &items[i]->post;
        checks[n] = (sheaf_signature_check){.origin = sheaf_hub_origin(in->hub)};
        if (!items[i]->decoded
            || !sheaf_fold_signer(sheaf_hub_state(in->hub), &post->act, checks[n].public_key))
            continue;
        checks[n].act = post->act_bytes;
        memcpy(checks[n].signature, post->signature, sizeof checks[n].signature);
        owners[n++] = items[i];
    }
    pthread_rwlock_unlock(&in->folding);
    sheaf_signatures_check(checks, n, 1);
    for (size_t i = 0; i < n; i++) {
        owners[i]->ahead = checks[i];
        if (checks[i].holds)
            look_at_costs(in, &owners[i]->post.act);
    }
}

/* A fair share of what nobody looks at yet, with the lock held. */
static size_t claim(sheaf_intake *in, sheaf_waiting **out)
{
    size_t left = in->count - in->claimed;
    size_t share = (left + in->thread_count - 1) / in->thread_count;
    share = share < RUN_MIN ? RUN_MIN : share > RUN_MAX ? RUN_MAX : share;
    size_t count = share < left ? share : left;
    for (size_t i = 0; i < count; i++)
        out[i] = in->queue[(in->head + in->claimed + i) % SHEAF_QUEUE_MAX];
    in->claimed += count;
    return count;
}

static void *look_ahead(void *context)
{
    sheaf_intake *in = context;
    sheaf_waiting *items[RUN_MAX];
    pthread_mutex_lock(&in->lock);
    while (!in->stopping) {
        size_t count = claim(in, items);
        if (count == 0) {
            pthread_cond_wait(&in->filled, &in->lock);
            continue;
        }
        pthread_mutex_unlock(&in->lock);
        look_at(in, items, count);
        pthread_mutex_lock(&in->lock);
        for (size_t i = 0; i < count; i++)
            items[i]->checked = true;
        if (in->count && in->queue[in->head]->checked)
            pthread_cond_signal(&in->ready);
    }
    pthread_mutex_unlock(&in->lock);
    return NULL;
}

/* ---- the queue ---- */

bool sheaf_intake_push(sheaf_intake *in, sheaf_waiting *item)
{
    pthread_mutex_lock(&in->lock);
    bool room = in->count < SHEAF_QUEUE_MAX && !in->stopping;
    if (room) {
        in->queue[(in->head + in->count++) % SHEAF_QUEUE_MAX] = item;
        pthread_cond_signal(&in->filled);
    }
    pthread_mutex_unlock(&in->lock);
    return room;
}

static sheaf_waiting *pop(sheaf_intake *in)
{
    sheaf_waiting *item = in->queue[in->head];
    in->head = (in->head + 1) % SHEAF_QUEUE_MAX;
    in->count--;
    in->claimed -= in->claimed > 0;
    return item;
}

size_t sheaf_intake_take(sheaf_intake *in, sheaf_waiting **out, size_t max, unsigned wait_ms,
                         bool *stopping)
{
    struct timespec until;
    size_t taken = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += wait_ms * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&in->lock);
    while (!in->stopping && (in->count == 0 || !in->queue[in->head]->checked))
        if (pthread_cond_timedwait(&in->ready, &in->lock, &until) != 0)
            break;
    while (taken < max && in->count && in->queue[in->head]->checked)
        out[taken++] = pop(in);
    *stopping = in->stopping;
    pthread_mutex_unlock(&in->lock);
    return taken;
}

void sheaf_intake_fold_begin(sheaf_intake *in)
{
    pthread_rwlock_wrlock(&in->folding);
}

void sheaf_intake_fold_end(sheaf_intake *in)
{
    pthread_rwlock_unlock(&in->folding);
}

/* ---- opening ---- */

sheaf_status sheaf_intake_open(sheaf_intake *in, const sheaf_hub *hub, sheaf_err *err)
{
    *in = (sheaf_intake){.hub = hub};
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&in->lock, NULL);
    pthread_cond_init(&in->filled, NULL);
    pthread_cond_init(&in->ready, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_rwlockattr_t fair;
    pthread_rwlockattr_init(&fair);
    /* Readers in a row must not keep the writer waiting. */
    pthread_rwlockattr_setkind_np(&fair, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&in->folding, &fair);
    pthread_rwlockattr_destroy(&fair);
    unsigned wanted = sheaf_replay_threads();
    wanted = wanted < SHEAF_INTAKE_THREADS_MAX ? wanted : SHEAF_INTAKE_THREADS_MAX;
    pthread_mutex_lock(&in->lock); /* none looks before it is known how many there are */
    while (in->thread_count < wanted
           && pthread_create(&in->threads[in->thread_count], NULL, look_ahead, in) == 0)
        in->thread_count++;
    pthread_mutex_unlock(&in->lock);
    return in->thread_count
               ? SHEAF_OK
               : sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the sequencer");
}

void sheaf_intake_stop(sheaf_intake *in)
{
    pthread_mutex_lock(&in->lock);
    in->stopping = true;
    pthread_cond_broadcast(&in->filled);
    pthread_cond_broadcast(&in->ready);
    pthread_mutex_unlock(&in->lock);
}

sheaf_waiting *sheaf_intake_drain(sheaf_intake *in)
{
    for (; in->thread_count > 0; in->thread_count--)
        pthread_join(in->threads[in->thread_count - 1], NULL);
    return in->count ? pop(in) : NULL;
}

void sheaf_intake_close(sheaf_intake *in)
{
    assert(in->count == 0 && in->thread_count == 0);
    pthread_mutex_destroy(&in->lock);
    pthread_cond_destroy(&in->filled);
    pthread_cond_destroy(&in->ready);
    pthread_rwlock_destroy(&in->folding);
}
