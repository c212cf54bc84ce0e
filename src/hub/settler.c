#include "hub/settler.h"

#include "store/log_settle.h"

#include <stdlib.h>

struct sheaf_settler {
    sheaf_hub *hub;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    bool started, wanted, stopping;
};

/* One settling; *more if something is left that can be settled at once. */
static sheaf_status settle_once(sheaf_hub *hub, bool *more, sheaf_err *err)
{
    sheaf_log_settling settling;
    pthread_rwlock_wrlock(&hub->lock);
    sheaf_status status = sheaf_log_settle_take(hub->store, &settling, more, err);
    pthread_rwlock_unlock(&hub->lock);
    SHEAF_TRY(status);
    status = sheaf_log_settle_write(&settling, err);
    pthread_rwlock_wrlock(&hub->lock);
    sheaf_log_settle_end(hub->store, &settling, status);
    pthread_rwlock_unlock(&hub->lock);
    return status;
}

static void settle(sheaf_hub *hub)
{
    sheaf_err err;
    sheaf_status status = SHEAF_OK;
    bool more = true;
    pthread_mutex_lock(&hub->settling);
    while (more && status == SHEAF_OK && !atomic_load(&hub->failed))
        status = settle_once(hub, &more, &err);
    pthread_mutex_unlock(&hub->settling);
    if (status != SHEAF_OK)
        sheaf_hub_fail(hub, &err);
}

static void *settler_run(void *context)
{
    sheaf_settler *s = context;
    pthread_mutex_lock(&s->lock);
    while (!s->stopping) {
        if (!s->wanted) {
            pthread_cond_wait(&s->work, &s->lock);
            continue;
        }
        s->wanted = false;
        pthread_mutex_unlock(&s->lock);
        settle(s->hub);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

sheaf_status sheaf_settler_open(sheaf_settler **out, sheaf_hub *hub, sheaf_err *err)
{
    sheaf_settler *s = calloc(1, sizeof *s);
    if (!s)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the log's files");
    s->hub = hub;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->work, NULL);
    s->started = pthread_create(&s->thread, NULL, settler_run, s) == 0;
    if (!s->started) {
        sheaf_settler_close(s);
        return sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the log's files");
    }
    *out = s;
    return SHEAF_OK;
}

void sheaf_settler_close(sheaf_settler *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->lock);
    if (s->started)
        pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->work);
    free(s);
}

void sheaf_settler_wake(sheaf_settler *s)
{
    pthread_mutex_lock(&s->lock);
    s->wanted = true;
    pthread_cond_signal(&s->work);
    pthread_mutex_unlock(&s->lock);
}
