/* The demonstration's log made long: the members go on, all at once, recording money. */
#include "cli/demo_steps.h"

#include <pthread.h>
#include <stdio.h>

/* One member at work. */
typedef struct {
    demo_run *run;
    size_t member;
    atomic_bool *over; /* the log is long enough, or one of them failed */
    sheaf_status status;
    sheaf_err err;
} worker;

static sheaf_status record_one(worker *w, uint32_t *index)
{
    char cents[16], memo[100];
    snprintf(memo, sizeof memo, "Uses of the %s model, paid monthly",
             w->run->d.scenario->subject);
    snprintf(cents, sizeof cents, "%u", 100 + *index % 900);
    return DEMO_ACT(w->run, w->member, "revenue.record", index, &w->err, "--amount-cents",
                    cents, "--memo", memo);
}

static void *record_on(void *context)
{
    worker *w = context;
    uint32_t index = 0;
    while (w->status == SHEAF_OK && !atomic_load(w->over) && !atomic_load(&sheaf_stopping)) {
        w->status = record_one(w, &index);
        if (w->status != SHEAF_OK || index + 1 >= w->run->d.entries_min)
            atomic_store(w->over, true);
    }
    return NULL;
}

sheaf_status demo_fill(demo_run *s, sheaf_err *err)
{
    worker workers[DEMO_MEMBERS_MAX];
    pthread_t threads[DEMO_MEMBERS_MAX];
    atomic_bool over = false;
    size_t started = 0;
    SHEAF_TRY(demo_refresh(s, err));
    if (demo_look(s)->size >= s->d.entries_min)
        return SHEAF_OK;
    demo_tell(&s->d, "filling", "The %s go on recording payments, up to %llu entries.",
              s->d.scenario->many, (unsigned long long)s->d.entries_min);
    for (; started < s->d.count; started++) {
        workers[started] = (worker){.run = s, .member = started, .over = &over};
        if (pthread_create(&threads[started], NULL, record_on, &workers[started]) != 0)
            break;
    }
    sheaf_status status =
        started ? SHEAF_OK : sheaf_fail(err, SHEAF_IO, "cannot start a thread");
    for (size_t i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].status != SHEAF_OK && status == SHEAF_OK) {
            status = workers[i].status;
            *err = workers[i].err;
        }
    }
    if (status == SHEAF_OK && atomic_load(&sheaf_stopping))
        status = sheaf_fail(err, SHEAF_IO, "interrupted");
    return status == SHEAF_OK ? demo_refresh(s, err) : status;
}
