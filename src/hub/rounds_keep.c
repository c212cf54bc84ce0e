/* hub/rounds_keep.c - rounds under way, as they stand in DIR/rounds/N/kept: the records of
 * round/kept.h, appended and synced before anything that rests on them is answered or shown.
 * One file for each open round, no longer than all its messages without their vectors, which
 * have files of their own (rounds_vectors.c); it goes when the log says that the round is
 * over. */
#include "hub/rounds_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static sheaf_status file_of(const sheaf_rounds *rounds, uint32_t round,
                            char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/rounds/%" PRIu32 "/kept", rounds->hub->dir, round);
}

/* ---- writing ---- */

sheaf_status sheaf_slot_keep_open(sheaf_rounds *rounds, sheaf_slot *slot, sheaf_slice kept,
                                  bool torn, sheaf_err *err)
{
    const sheaf_disk *disk = sheaf_disk_now();
    char dir[SHEAF_PATH_MAX], path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_rounds_folder(rounds->hub, slot->round, dir, err));
    SHEAF_TRY(sheaf_folder_make_durable(dir, 0700, err));
    SHEAF_TRY(file_of(rounds, slot->round, path, err));
    if (torn)
        SHEAF_TRY(sheaf_file_write(path, 0600, kept, err));
    slot->file = disk->open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (slot->file < 0)
        return sheaf_disk_fail(err, "create", path);
    slot->file_size = kept.len;
    return sheaf_path_sync(dir, err);
}

void sheaf_slot_keep_close(sheaf_slot *slot)
{
    if (slot->file >= 0)
        sheaf_disk_now()->close(slot->file);
    slot->file = -1;
}

static sheaf_status append(const sheaf_rounds *rounds, sheaf_slot *slot, sheaf_slice records,
                           sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(file_of(rounds, slot->round, path, err));
    SHEAF_TRY(sheaf_file_put(slot->file, path, records, slot->file_size, err));
    if (sheaf_disk_now()->fdatasync(slot->file) != 0)
        return sheaf_disk_fail(err, "sync", path);
    slot->file_size += records.len;
    return SHEAF_OK;
}

/* Frees the records. */
static void write_down(sheaf_rounds *rounds, sheaf_slot *slot, sheaf_buffer *records)
{
    sheaf_err err = {0};
    sheaf_status status = sheaf_buffer_check(records, "what is kept of a round", &err);
    if (status == SHEAF_OK && records->len)
        status = append(rounds, slot, sheaf_buffer_slice(records), &err);
    sheaf_buffer_deinit(records);
    if (status == SHEAF_OK)
        return;
    /* Nobody was told of what is not durable: an end that is on the log is the safe one. */
    sheaf_hub_log(rounds->hub, "round.keep", "round=%u error=\"%s\"", slot->round, err.message);
    slot->abort_reason = SHEAF_abort_reason_restart;
    sheaf_coordinator_abort(slot->coordinator, "the hub cannot keep the round on its disk");
    slot->kept.stage = sheaf_coordinator_stage(slot->coordinator);
}

void sheaf_slot_keep(sheaf_rounds *rounds, sheaf_slot *slot, sheaf_slice message)
{
    sheaf_buffer records;
    sheaf_buffer_init(&records, sheaf_round_kept_max(&slot->coordinator->config));
    sheaf_round_kept_add(&slot->kept, slot->coordinator, message, &records);
    write_down(rounds, slot, &records);
}

void sheaf_slot_keep_input(sheaf_rounds *rounds, sheaf_slot *slot, const sheaf_buffer *record)
{
    sheaf_buffer records;
    sheaf_buffer_init(&records,
                      record->failed ? 0 : sheaf_round_kept_max(&slot->coordinator->config));
    sheaf_round_kept_add_input(&slot->kept, slot->coordinator, sheaf_buffer_slice(record),
                               &records);
    write_down(rounds, slot, &records);
}

/* ---- the end ---- */

static bool is_open(sheaf_hub *hub, uint32_t round)
{
    sheaf_hub_read_begin(hub);
    const struct sheaf_row_round *row = sheaf_round_find(sheaf_hub_state(hub), round);
    bool open = row && row->state == SHEAF_round_state_open;
    sheaf_hub_read_end(hub);
    return open;
}

void sheaf_rounds_kept_remove(sheaf_rounds *rounds, uint32_t round)
{
    char dir[SHEAF_PATH_MAX];
    if (is_open(rounds->hub, round))
        return;
    if (sheaf_vectors_apart(rounds->hub, round))
        sheaf_vectors_keep_apart(rounds->hub, round);
    else if (sheaf_rounds_folder(rounds->hub, round, dir, NULL) == SHEAF_OK) {
        sheaf_rounds_made_drop(rounds->hub, round);
        sheaf_folder_remove(dir);
    }
}

static void sweep_one(void *context, const char *name)
{
    uint64_t round;
    if (sheaf_decimal_get(sheaf_str(name), &round) && round <= SHEAF_REF_MAX)
        sheaf_rounds_kept_remove(context, (uint32_t)round);
}

static void sweep(sheaf_rounds *rounds)
{
    char dir[SHEAF_PATH_MAX];
    if (sheaf_path(dir, NULL, "%s/rounds", rounds->hub->dir) != SHEAF_OK)
        return;
    if (sheaf_disk_now()->list(dir, sweep_one, rounds) != 0 && errno != ENOENT)
        sheaf_hub_log(rounds->hub, "round.sweep", "error=\"cannot read %s: %s\"", dir,
                      strerror(errno));
}

/* ---- a new process ---- */

/* A round that the log says is open. */
typedef struct {
    uint32_t round, mandate;
    uint32_t keys[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_round_config config;
} open_round;

/* The next open round from row *from on; false if there is none. */
static bool find_open(sheaf_hub *hub, uint32_t *from, open_round *out, sheaf_status *status,
                      sheaf_err *err)
{
    const struct sheaf_row_round *row = NULL;
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    for (; !row && *from < sheaf_round_count(state); ++*from)
        if (sheaf_round_at(state, *from)->state == SHEAF_round_state_open)
            row = sheaf_round_at(state, *from);
    if (row) {
        out->round = row->id;
        out->mandate = row->mandate;
        for (uint16_t i = 0; i < row->seats && i < SHEAF_ROUND_MEMBERS_MAX; i++)
            out->keys[i] = sheaf_seat_at(state, row->seat_first + i)->key;
        *status = sheaf_rounds_config(hub, row, &out->config, err);
    }
    sheaf_hub_read_end(hub);
    return row != NULL;
}

static sheaf_status kept_read(const sheaf_rounds *rounds, uint32_t round, sheaf_buffer *out,
                              sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(file_of(rounds, round, path, err));
    if (!sheaf_file_exists(path)) /* a crash right behind the opening: nobody was answered */
        return SHEAF_OK;
    return sheaf_file_read(path, out, err);
}

static sheaf_status restore(sheaf_rounds *rounds, const open_round *r, sheaf_err *err)
{
    sheaf_buffer kept;
    sheaf_buffer_init(&kept, sheaf_round_kept_max(&r->config));
    sheaf_status status = kept_read(rounds, r->round, &kept, err);
    if (status == SHEAF_OK)
        status = sheaf_rounds_add(rounds, r->mandate, &r->config, r->keys,
                                  sheaf_buffer_slice(&kept), err);
    sheaf_buffer_deinit(&kept);
    return status;
}

void sheaf_rounds_restore(sheaf_rounds *rounds)
{
    sheaf_hub *hub = rounds->hub;
    sheaf_err err = {0};
    uint32_t from = 0;
    open_round *r = calloc(1, sizeof *r);
    sheaf_status status = SHEAF_OK;
    while (r && find_open(hub, &from, r, &status, &err)) {
        if (status == SHEAF_OK)
            status = restore(rounds, r, &err);
        if (status != SHEAF_OK) {
            sheaf_hub_log(hub, "round.resume", "round=%u error=\"%s\"", r->round, err.message);
            sheaf_rounds_abort(rounds, r->round, SHEAF_abort_reason_restart);
            continue;
        }
        sheaf_round_progress now = sheaf_slot_progress(sheaf_rounds_slot(rounds, r->round));
        sheaf_hub_log(hub, "round.resume", "round=%u stage=%s answers=%u of=%u", r->round,
                      now.stage, now.answers, now.of);
    }
    free(r);
    sweep(rounds);
}
