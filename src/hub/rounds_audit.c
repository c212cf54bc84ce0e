/* The end of a transcript: it has the masked vectors of a round's participants, and goes once
 * the audit window of its mandate is over, never before. */
#include "hub/rounds_internal.h"

#include "store/clock.h"

enum {
    SWEEP_MS = 2000,
    SWEEP_ALL_MS = 3600000, /* so often rounds are looked at again that are done with */
    SWEEP_MAX = 64,         /* transcripts at a time */
};

typedef struct {
    uint32_t round;
    sheaf_hash transcript;
} doomed;

/* Does anything else on the log name these bytes, or a round that may still be audited? */
static bool needed(const sheaf_state *state, const sheaf_hash *hash, int64_t now)
{
    for (uint32_t i = 0; i < sheaf_round_count(state); i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        if (sheaf_hash_equal(&round->result, hash) || sheaf_hash_equal(&round->base, hash)
            || (sheaf_hash_equal(&round->transcript, hash)
                && sheaf_transcript_until(state, round) > now))
            return true;
    }
    for (uint32_t i = 0; i < sheaf_model_count(state); i++)
        if (sheaf_hash_equal(&sheaf_model_at(state, i)->sha256, hash))
            return true;
    return false;
}

/* ---- what no entry names ---- */

static sheaf_status made_path(const sheaf_hub *hub, uint32_t round, char out[SHEAF_PATH_MAX],
                              sheaf_err *err)
{
    char dir[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_rounds_folder(hub, round, dir, err));
    return sheaf_path(out, err, "%s/made", dir);
}

sheaf_status sheaf_rounds_made_note(const sheaf_hub *hub, uint32_t round,
                                    const sheaf_hash *result, const sheaf_hash *transcript,
                                    sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    const sheaf_hash both[] = {*result, *transcript};
    SHEAF_TRY(made_path(hub, round, path, err));
    return sheaf_file_write(path, 0600, sheaf_bytes(both[0].bytes, sizeof both), err);
}

/* A blob that cannot be deleted now is left to whoever looks after the disk. */
static void drop(sheaf_hub *hub, sheaf_hash hash)
{
    sheaf_hub_read_begin(hub);
    bool stays = needed(sheaf_hub_state(hub), &hash, sheaf_clock_ms());
    sheaf_hub_read_end(hub);
    if (!stays && sheaf_blob_exists(&hub->blobs, &hash))
        (void)(sheaf_blob_delete(&hub->blobs, &hash, NULL) == SHEAF_OK);
}

void sheaf_rounds_made_drop(sheaf_hub *hub, uint32_t round)
{
    char path[SHEAF_PATH_MAX];
    sheaf_buffer both;
    sheaf_hash hash;
    sheaf_hub_read_begin(hub);
    const struct sheaf_row_round *row = sheaf_round_find(sheaf_hub_state(hub), round);
    bool named = row && !sheaf_hash_is_zero(&row->transcript);
    sheaf_hub_read_end(hub);
    if (named)
        return;
    sheaf_buffer_init(&both, 2 * SHEAF_HASH_BYTES);
    if (made_path(hub, round, path, NULL) == SHEAF_OK && sheaf_file_exists(path)
        && sheaf_file_read(path, &both, NULL) == SHEAF_OK) {
        sheaf_slice rest = sheaf_buffer_slice(&both);
        while (sheaf_take_hash(&rest, &hash))
            drop(hub, hash);
    }
    sheaf_buffer_deinit(&both);
}

/* ---- the window ---- */

/* The next transcripts whose window is over; rounds->swept goes on to the first round of which
 * something is left. */
static size_t find_doomed(sheaf_rounds *rounds, int64_t now, doomed out[SWEEP_MAX])
{
    const sheaf_state *state = sheaf_hub_state(rounds->hub);
    size_t count = 0;
    bool left = false;
    for (uint32_t i = rounds->swept; i < sheaf_round_count(state) && count < SWEEP_MAX; i++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, i);
        bool never =
            round->state == SHEAF_round_state_aborted && sheaf_hash_is_zero(&round->transcript);
        bool due = sheaf_transcript_until(state, round) <= now;
        bool there = due && sheaf_blob_exists(&rounds->hub->blobs, &round->transcript);
        if (there && !needed(state, &round->transcript, now))
            out[count++] = (doomed){round->id, round->transcript};
        left = left || there || !(due || never);
        if (!left)
            rounds->swept = i + 1;
    }
    return count;
}

/* What the process still holds of the round, its vectors, and the blob. */
static sheaf_status remove_one(sheaf_rounds *rounds, const doomed *gone, sheaf_err *err)
{
    char dir[SHEAF_PATH_MAX];
    pthread_mutex_lock(&rounds->lock);
    sheaf_slot *slot = sheaf_rounds_slot(rounds, gone->round);
    bool held = slot && (!slot->over || slot->pins);
    if (slot && !held)
        sheaf_slot_free(slot);
    pthread_mutex_unlock(&rounds->lock);
    if (held)
        return sheaf_fail(err, SHEAF_IO, "the round is in use; the next sweep takes it");
    /* The blob goes last: while it is there, this is done again after a crash. */
    SHEAF_TRY(sheaf_rounds_folder(rounds->hub, gone->round, dir, err));
    sheaf_folder_remove(dir);
    return sheaf_blob_delete(&rounds->hub->blobs, &gone->transcript, err);
}

void sheaf_rounds_sweep(sheaf_rounds *rounds)
{
    doomed list[SWEEP_MAX];
    int64_t now = sheaf_clock_ms(), turn = sheaf_rounds_now_ms();
    if (rounds->sweep_ms && turn < rounds->sweep_ms)
        return;
    if (turn >= rounds->sweep_all_ms) {
        rounds->swept = 0;
        rounds->sweep_all_ms = turn + SWEEP_ALL_MS;
    }
    rounds->sweep_ms = turn + SWEEP_MS;
    sheaf_hub_read_begin(rounds->hub);
    size_t count = find_doomed(rounds, now, list);
    sheaf_hub_read_end(rounds->hub);
    for (size_t i = 0; i < count; i++) {
        sheaf_err err;
        if (remove_one(rounds, &list[i], &err) == SHEAF_OK)
            sheaf_hub_log(rounds->hub, "transcript.delete", "round=%u", list[i].round);
        else
            sheaf_hub_log(rounds->hub, "transcript.delete", "round=%u error=\"%s\"",
                          list[i].round, err.message);
    }
}
