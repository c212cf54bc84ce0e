/* hub/rounds_arrive.c - a participant's vector on its way in. Its signed head comes in the
 * header Sheaf-Input and is looked at before a byte of the body is taken; the words go to a
 * file of the member's (rounds_vectors.c) a chunk at a time.
 *
 * What anybody can make the hub hold: without a head that a member of the round has signed and
 * that is awaited, nothing. With one, two chunks of memory and one file no longer than a vector
 * of the round, once per member, for as long as the stage lasts; what does not end well is
 * removed. Of two connections that bring the same vector the newer one counts. */
#include "hub/answers.h"
#include "hub/rounds_internal.h"

#include <stdlib.h>

#define ROOM_EVERY_BYTES ((uint64_t)64 << 20)

struct sheaf_upload {
    sheaf_rounds *rounds;
    sheaf_slot *slot; /* pinned */
    sheaf_arrival *arrival;
    int index;
    bool busy;               /* its file is being written */
    uint64_t taken, checked; /* bytes: so far; when the disk was last looked at */
    char path[SHEAF_PATH_MAX];
};

typedef struct sheaf_upload upload;

/* A newer connection has taken the member's place, and the file with it. */
static bool is_superseded(const upload *up)
{
    return up->slot->arriving[up->index] != up;
}

/* The vector's file goes first: the next arrival of the member makes a new one. */
static void upload_end(upload *up, bool accepted)
{
    pthread_mutex_lock(&up->rounds->lock);
    sheaf_arrival_abandon(up->arrival);
    if (!is_superseded(up)) {
        if (!accepted && up->path[0])
            (void)(sheaf_file_remove(up->path, NULL) == SHEAF_OK); /* else it is written over */
        up->slot->arriving[up->index] = NULL;
    }
    up->slot->pins--;
    pthread_mutex_unlock(&up->rounds->lock);
    free(up);
}

static void upload_abandon(void *sink)
{
    upload_end(sink, false);
}

/* From here on until upload_idle() its file is written, and nobody takes its place. The round
 * still waits for vectors. */
static sheaf_status upload_busy(upload *up, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    pthread_mutex_lock(&up->rounds->lock);
    sheaf_round_stage stage = sheaf_coordinator_stage(up->slot->coordinator);
    if (is_superseded(up))
        status = sheaf_fail(err, SHEAF_IO, "this vector comes over a newer connection");
    else if (stage != SHEAF_ROUND_INPUT)
        status =
            sheaf_fail(err, SHEAF_INVALID, "the vector came too late: round %u is in stage %s",
                       up->slot->round, sheaf_round_stage_text(stage));
    up->busy = status == SHEAF_OK;
    pthread_mutex_unlock(&up->rounds->lock);
    return status;
}

static void upload_idle(upload *up)
{
    pthread_mutex_lock(&up->rounds->lock);
    up->busy = false;
    pthread_mutex_unlock(&up->rounds->lock);
}

/* It is not the vector that is too large: the member is to try again. */
static sheaf_status room_check(const upload *up, sheaf_err *err)
{
    sheaf_err why = {0};
    if (sheaf_uploads_room(up->rounds->hub->dir, SHEAF_UPLOAD_RESERVE_BYTES, &why) == SHEAF_OK)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_IO, "%s", why.message);
}

static sheaf_status upload_write(void *sink, sheaf_slice piece, sheaf_err *err)
{
    upload *up = sink;
    sheaf_status status = SHEAF_OK;
    SHEAF_TRY(upload_busy(up, err));
    up->taken += piece.len;
    if (up->taken - up->checked >= ROOM_EVERY_BYTES) {
        status = room_check(up, err);
        up->checked = up->taken;
    }
    if (status == SHEAF_OK)
        status = sheaf_arrival_add(up->arrival, piece, err);
    upload_idle(up);
    return status;
}

/* A member whose connection broke comes again before the hub has noticed: the older one gives
 * way, unless something of it is being written at this moment. With the lock. */
static bool place_take(upload *up, sheaf_slot *slot)
{
    upload *older = slot->arriving[up->index];
    if (older && older->busy)
        return false;
    if (older) {
        sheaf_arrival_abandon(older->arrival); /* and its memory */
        older->arrival = NULL;
    }
    slot->arriving[up->index] = up;
    slot->pins++;
    up->slot = slot;
    up->busy = true; /* until its file is there */
    return true;
}

/* Is the head one that is awaited? Then the member's place is taken and the slot pinned. */
static bool enter(upload *up, uint32_t round, sheaf_slice head, sheaf_http_response *refusal)
{
    sheaf_rounds *rounds = up->rounds;
    sheaf_err err = {0};
    sheaf_slot *slot = sheaf_rounds_slot(rounds, round);
    if (!slot) {
        *refusal = sheaf_http_error(404, "round %u takes nothing more", round);
        return false;
    }
    int64_t now_ms = sheaf_rounds_now_ms();
    sheaf_coordinator_tick(slot->coordinator, now_ms);
    sheaf_slot_keep(rounds, slot, (sheaf_slice){0});
    sheaf_round_answer answer =
        sheaf_arrival_open(slot->coordinator, head, now_ms, &up->arrival, &err);
    if (answer != SHEAF_ROUND_ACCEPTED) {
        *refusal = answer == SHEAF_ROUND_DUPLICATE ? sheaf_answer_nothing()
                                                   : sheaf_http_error(422, "%s", err.message);
        return false;
    }
    up->index = sheaf_arrival_index(up->arrival);
    if (place_take(up, slot))
        return true;
    sheaf_arrival_abandon(up->arrival);
    *refusal = sheaf_http_error(503, "this vector is on its way over another connection; try "
                                     "again in a moment");
    return false;
}

/* A file for it, and room for what is longer than a chunk. */
static sheaf_status make_place(upload *up, sheaf_err *err)
{
    const sheaf_round_config *config = &up->slot->coordinator->config;
    uint64_t bytes = sheaf_round_vector_bytes(config);
    if (bytes > SHEAF_ROUND_CHUNK_BYTES)
        SHEAF_TRY(
            sheaf_uploads_room(up->rounds->hub->dir, SHEAF_UPLOAD_RESERVE_BYTES + bytes, err));
    SHEAF_TRY(sheaf_vector_path(up->slot->vectors->dir, config->members[up->index].member,
                                up->path, err));
    return sheaf_vector_file_create(up->path, err);
}

bool sheaf_rounds_vector_route(sheaf_rounds *rounds, uint32_t round, sheaf_slice head,
                               sheaf_http_route *route, sheaf_http_response *refusal)
{
    static const sheaf_http_sink sink = {upload_write, upload_abandon};
    sheaf_err err = {0};
    upload *up = calloc(1, sizeof *up);
    if (!up) {
        *refusal = sheaf_http_error(503, "the hub has no memory left; try again later");
        return false;
    }
    up->rounds = rounds;
    pthread_mutex_lock(&rounds->lock);
    bool entered = enter(up, round, head, refusal);
    pthread_mutex_unlock(&rounds->lock);
    if (!entered) {
        free(up);
        return false;
    }
    if (make_place(up, &err) != SHEAF_OK) {
        *refusal = sheaf_http_error(err.status == SHEAF_NOMEM ? 507 : 500, "%s", err.message);
        upload_abandon(up);
        return false;
    }
    upload_idle(up);
    route->body_max = sheaf_round_vector_bytes(&up->slot->coordinator->config);
    route->sink = &sink;
    route->sink_ctx = up;
    return true;
}

/* All of it is on the disk: into the round it goes, and into the records. With the lock. */
static sheaf_round_answer take(upload *up, sheaf_err *err)
{
    sheaf_slot *slot = up->slot;
    sheaf_coordinator *c = slot->coordinator;
    sheaf_buffer record;
    int64_t now_ms = sheaf_rounds_now_ms();
    sheaf_buffer_init(&record, sheaf_round_kept_max(&c->config));
    sheaf_arrival_record(up->arrival, &record);
    sheaf_coordinator_tick(c, now_ms);
    sheaf_slot_keep(up->rounds, slot, (sheaf_slice){0});
    sheaf_round_answer answer = sheaf_arrival_close(up->arrival, c, now_ms, err);
    up->arrival = NULL;
    if (answer == SHEAF_ROUND_ACCEPTED) {
        sheaf_slot_keep_input(up->rounds, slot, &record);
        if (sheaf_coordinator_stage(c) == SHEAF_ROUND_ABORTED) {
            (void)sheaf_fail(err, SHEAF_INVALID, "%s", sheaf_coordinator_reason(c));
            answer = SHEAF_ROUND_REFUSED;
        }
    }
    sheaf_buffer_deinit(&record);
    return answer;
}

sheaf_http_response sheaf_rounds_vector_end(sheaf_upload *up)
{
    sheaf_rounds *rounds = up->rounds;
    sheaf_err err = {0};
    sheaf_status status = upload_busy(up, &err);
    if (status == SHEAF_OK)
        status = sheaf_vector_file_settle(up->path, &err);
    if (status != SHEAF_OK) {
        upload_abandon(up);
        return sheaf_http_error(status == SHEAF_INVALID ? 422 : 500, "%s", err.message);
    }
    pthread_mutex_lock(&rounds->lock);
    sheaf_round_answer answer = take(up, &err);
    pthread_cond_signal(&rounds->woken);
    pthread_mutex_unlock(&rounds->lock);
    upload_end(up, answer != SHEAF_ROUND_REFUSED);
    if (answer == SHEAF_ROUND_REFUSED)
        return sheaf_http_error(422, "%s", err.message);
    sheaf_rounds_answer_polls(rounds, false);
    return sheaf_answer_nothing();
}
