/* hub/rounds_sum.c - the sum of a round, made in a thread of its own and without the rounds'
 * lock: other rounds, polls and uploads go on meanwhile, however long the vectors are. */
#include "hub/rounds_internal.h"

static sheaf_status make(sheaf_summing *work, const char *dir, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_sum_path(dir, path, err));
    SHEAF_TRY(sheaf_vector_file_create(path, err));
    SHEAF_TRY(sheaf_coordinator_sum_make(work->coordinator, &work->transcript, err));
    return sheaf_vector_file_settle(path, err);
}

static void *sum_run(void *context)
{
    sheaf_vectors *vectors = context;
    sheaf_summing *work = &vectors->summing;
    sheaf_rounds *rounds = work->rounds;
    work->status = make(work, vectors->dir, &work->err);
    pthread_mutex_lock(&rounds->lock);
    work->done = true;
    pthread_cond_signal(&rounds->woken);
    pthread_mutex_unlock(&rounds->lock);
    return NULL;
}

bool sheaf_slot_waits(sheaf_slot *slot, sheaf_status failure)
{
    int64_t now_ms = sheaf_rounds_now_ms();
    if (failure != SHEAF_IO && failure != SHEAF_NOMEM)
        return false;
    if (!slot->trouble_ms)
        slot->trouble_ms = now_ms;
    slot->again_ms = now_ms + SHEAF_DISK_RETRY_MS;
    return now_ms - slot->trouble_ms < SHEAF_DISK_PATIENCE_MS;
}

void sheaf_slot_sum_begin(sheaf_rounds *rounds, sheaf_slot *slot)
{
    sheaf_summing *work = &slot->vectors->summing;
    if (work->running || sheaf_rounds_now_ms() < slot->again_ms)
        return;
    *work =
        (sheaf_summing){.rounds = rounds, .coordinator = slot->coordinator, .running = true};
    atomic_store(&slot->vectors->cancelled, false);
    atomic_store(&slot->vectors->summed, 0);
    if (pthread_create(&work->thread, NULL, sum_run, slot->vectors) != 0)
        work->running = false; /* the next turn tries again */
}

void sheaf_slot_sum_end(sheaf_slot *slot)
{
    sheaf_summing *work = &slot->vectors->summing;
    if (!work->running || !work->done)
        return;
    pthread_join(work->thread, NULL);
    work->running = false;
    if (work->status == SHEAF_OK) {
        sheaf_coordinator_sum_end(slot->coordinator, &work->transcript);
    } else if (sheaf_slot_waits(slot, work->status)) {
        sheaf_hub_log(work->rounds->hub, "round.sum", "round=%u error=\"%s\"", slot->round,
                      work->err.message);
    } else {
        slot->abort_reason = SHEAF_abort_reason_unsound;
        sheaf_coordinator_abort(slot->coordinator, work->err.message);
    }
}

void sheaf_slot_sum_stop(sheaf_slot *slot)
{
    sheaf_summing *work = slot->vectors ? &slot->vectors->summing : NULL;
    if (!work || !work->running)
        return;
    atomic_store(&slot->vectors->cancelled, true);
    pthread_join(work->thread, NULL);
    work->running = false;
}
