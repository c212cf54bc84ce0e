#include "node/follower_batch.h"

#include <stdlib.h>

enum { RUN = 512, RUN_BYTES = 32 << 20 };

void sheaf_follower_batch_init(sheaf_follower_batch *batch, sheaf_follower *f)
{
    *batch = (sheaf_follower_batch){.follower = f};
    sheaf_buffer_init(&batch->bytes, RUN_BYTES + SHEAF_ENTRY_MAX);
}

void sheaf_follower_batch_deinit(sheaf_follower_batch *batch)
{
    free(batch->ends);
    sheaf_buffer_deinit(&batch->bytes);
}

sheaf_status sheaf_follower_batch_keep(sheaf_follower_batch *batch, sheaf_slice entry,
                                       sheaf_err *err)
{
    if (batch->count == batch->capacity) {
        size_t capacity = batch->capacity ? 2 * batch->capacity : RUN;
        size_t *ends = realloc(batch->ends, capacity * sizeof *ends);
        if (!ends)
            return sheaf_fail(err, SHEAF_NOMEM, "no memory for %zu entries of the log",
                              capacity);
        batch->ends = ends;
        batch->capacity = capacity;
    }
    sheaf_buffer_add(&batch->bytes, entry);
    SHEAF_TRY(sheaf_buffer_check(&batch->bytes, "the new entries of the log", err));
    batch->ends[batch->count++] = batch->bytes.len;
    return SHEAF_OK;
}

sheaf_status sheaf_follower_batch_add(sheaf_follower_batch *batch, sheaf_slice entry,
                                      sheaf_err *err)
{
    SHEAF_TRY(sheaf_follower_batch_keep(batch, entry, err));
    if (batch->count < RUN && batch->bytes.len < RUN_BYTES)
        return SHEAF_OK;
    return sheaf_follower_batch_flush(batch, err);
}

sheaf_slice sheaf_follower_batch_at(const sheaf_follower_batch *batch, size_t number)
{
    size_t from = number ? batch->ends[number - 1] : 0;
    return sheaf_bytes(batch->bytes.data + from, batch->ends[number] - from);
}

/* Up to RUN entries from number `from` on. */
static size_t slices(const sheaf_follower_batch *batch, size_t from, sheaf_slice out[RUN])
{
    size_t count = 0;
    while (count < RUN && from + count < batch->count) {
        out[count] = sheaf_follower_batch_at(batch, from + count);
        count++;
    }
    return count;
}

sheaf_status sheaf_follower_batch_store(const sheaf_follower_batch *batch,
                                        sheaf_log_store *store, sheaf_err *err)
{
    sheaf_slice entries[RUN];
    /* What an earlier step stored, but could not publish, is there already. */
    uint64_t stored = sheaf_log_store_size(store), first = batch->follower->replay.tree.size;
    if (stored < first) /* what lies between went by without it */
        return SHEAF_OK;
    for (size_t from = (size_t)(stored - first); from < batch->count; from += RUN)
        SHEAF_TRY(sheaf_log_store_append(store, entries, slices(batch, from, entries), err));
    return SHEAF_OK;
}

static sheaf_status fold(const sheaf_follower_batch *batch, sheaf_replay *replay,
                         sheaf_replay_told *told, sheaf_err *err)
{
    sheaf_slice entries[RUN];
    for (size_t from = 0; from < batch->count; from += RUN)
        SHEAF_TRY(sheaf_replay_entries(replay, entries, slices(batch, from, entries),
                                       batch->count < 8 ? 1 : sheaf_replay_threads(), told,
                                       batch->follower->told_context, err));
    return SHEAF_OK;
}

sheaf_status sheaf_follower_batch_rehearse(const sheaf_follower_batch *batch,
                                           sheaf_replay *replay, sheaf_err *err)
{
    return fold(batch, replay, NULL, err);
}

sheaf_status sheaf_follower_batch_flush(sheaf_follower_batch *batch, sheaf_err *err)
{
    SHEAF_TRY(fold(batch, &batch->follower->replay, batch->follower->told, err));
    batch->count = 0;
    sheaf_buffer_reset(&batch->bytes);
    return SHEAF_OK;
}
