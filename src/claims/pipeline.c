#include "claims/pipeline.h"

#include <assert.h>
#include <pthread.h>

typedef struct {
    const sheaf_pipeline *pipeline;
    uint64_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t begun, finished; /* jobs given out; jobs that are over */
    bool prepared[SHEAF_PIPELINE_SLOTS_MAX];
    bool finishing;
    sheaf_status status;
    sheaf_err err;
} run;

static bool over(const run *r)
{
    return r->status != SHEAF_OK || r->finished == r->count;
}

/* Both are called with the lock held, and let it go while they work. */
static void finish(run *r)
{
    const sheaf_pipeline *p = r->pipeline;
    size_t slot = r->finished % p->slot_count;
    sheaf_err why = {0};
    r->finishing = true;
    pthread_mutex_unlock(&r->lock);
    sheaf_status status = p->finish(p->context, p->slots[slot], r->finished, &why);
    if (status == SHEAF_OK && p->stop && atomic_load(p->stop))
        status = sheaf_fail(&why, SHEAF_IO, "stopped before the end");
    pthread_mutex_lock(&r->lock);
    r->finishing = false;
    r->prepared[slot] = false;
    r->finished++;
    if (status != SHEAF_OK) {
        r->status = status;
        r->err = why;
    }
    pthread_cond_broadcast(&r->changed);
}

static void prepare(run *r)
{
    const sheaf_pipeline *p = r->pipeline;
    uint64_t number = r->begun++;
    size_t slot = number % p->slot_count;
    pthread_mutex_unlock(&r->lock);
    p->prepare(p->context, p->slots[slot], number);
    pthread_mutex_lock(&r->lock);
    r->prepared[slot] = true;
    pthread_cond_broadcast(&r->changed);
}

static void *work(void *context)
{
    run *r = context;
    size_t slots = r->pipeline->slot_count;
    pthread_mutex_lock(&r->lock);
    while (!over(r)) {
        if (!r->finishing && r->prepared[r->finished % slots])
            finish(r);
        else if (r->begun < r->count && r->begun - r->finished < slots)
            prepare(r);
        else
            pthread_cond_wait(&r->changed, &r->lock);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

sheaf_status sheaf_pipeline_run(const sheaf_pipeline *pipeline, uint64_t count,
                                unsigned threads, sheaf_err *err)
{
    run r = {.pipeline = pipeline,
             .count = count,
             .lock = PTHREAD_MUTEX_INITIALIZER,
             .changed = PTHREAD_COND_INITIALIZER};
    pthread_t others[SHEAF_PIPELINE_THREADS_MAX];
    size_t started = 0;
    assert(pipeline->slot_count > 0 && pipeline->slot_count <= SHEAF_PIPELINE_SLOTS_MAX);
    while (started + 1 < threads && started < SHEAF_PIPELINE_THREADS_MAX) {
        if (pthread_create(&others[started], NULL, work, &r) != 0)
            break;
        started++;
    }
    work(&r);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
    if (r.status != SHEAF_OK && err)
        *err = r.err;
    return r.status;
}
