/* hub/rounds_vectors.c - where the vectors of a round lie: DIR/rounds/N/vector-MEMBER, the
 * masked words as they came, and DIR/rounds/N/sum, 8 bytes a word, little-endian. Those of a
 * round whose vectors are not in its transcript stay until the transcript goes; all others go
 * when the round is over. */
#include "hub/rounds_internal.h"
#include "round/words.h"

#include <inttypes.h>
#include <stdlib.h>

static const char vector_prefix[] = "vector-";

sheaf_status sheaf_rounds_folder(const sheaf_hub *hub, uint32_t round, char out[SHEAF_PATH_MAX],
                                 sheaf_err *err)
{
    return sheaf_path(out, err, "%s/rounds/%" PRIu32, hub->dir, round);
}

sheaf_status sheaf_vector_path(const char *dir, uint32_t member, char out[SHEAF_PATH_MAX],
                               sheaf_err *err)
{
    return sheaf_path(out, err, "%s/%s%" PRIu32, dir, vector_prefix, member);
}

sheaf_status sheaf_sum_path(const char *dir, char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_path(out, err, "%s/sum", dir);
}

/* ---- chunks ---- */

static sheaf_status chunk_path(const sheaf_vectors *v, const sheaf_chunk_name *name,
                               char out[SHEAF_PATH_MAX], sheaf_err *err)
{
    return sheaf_vector_path(v->dir, v->config->members[name->index].member, out, err);
}

static sheaf_status chunk_put(void *context, const sheaf_chunk_name *name, sheaf_slice chunk,
                              sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(chunk_path(context, name, path, err));
    return sheaf_vector_file_put(path, (uint64_t)name->chunk * SHEAF_ROUND_CHUNK_BYTES, chunk,
                                 err);
}

static sheaf_status chunk_get(void *context, const sheaf_chunk_name *name, uint8_t *scratch,
                              const uint8_t **out, sheaf_err *err)
{
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(chunk_path(context, name, path, err));
    *out = scratch;
    return sheaf_vector_file_get(path, (uint64_t)name->chunk * SHEAF_ROUND_CHUNK_BYTES, scratch,
                                 name->len, err);
}

static sheaf_status sum_put(void *context, uint64_t first, const uint64_t *words, size_t count,
                            sheaf_err *err)
{
    sheaf_vectors *v = context;
    char path[SHEAF_PATH_MAX];
    if (atomic_load(&v->cancelled))
        return sheaf_fail(err, SHEAF_IO, "the sum was given up");
    SHEAF_TRY(sheaf_sum_path(v->dir, path, err));
    uint8_t *bytes = malloc(count * 8);
    if (!bytes)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a piece of a sum");
    sheaf_words_pack(64, words, count, bytes);
    sheaf_status status =
        sheaf_vector_file_put(path, first * 8, sheaf_bytes(bytes, count * 8), err);
    free(bytes);
    atomic_fetch_add(&v->summed, 1);
    return status;
}

sheaf_status sheaf_vectors_open(const sheaf_rounds *rounds, sheaf_slot *slot, sheaf_err *err)
{
    sheaf_vectors *v = calloc(1, sizeof *v);
    if (!v)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to coordinate a round");
    v->config = &slot->coordinator->config;
    slot->vectors = v;
    SHEAF_TRY(sheaf_rounds_folder(rounds->hub, slot->round, v->dir, err));
    sheaf_coordinator_stream(slot->coordinator, (sheaf_chunk_store){chunk_put, {v, chunk_get}},
                             (sheaf_sum_sink){v, sum_put});
    return SHEAF_OK;
}

sheaf_status sheaf_sum_read(const char *dir, uint64_t *words, size_t count, sheaf_err *err)
{
    enum { PIECE = 2048 };
    uint8_t bytes[PIECE * 8];
    char path[SHEAF_PATH_MAX];
    SHEAF_TRY(sheaf_sum_path(dir, path, err));
    for (size_t at = 0; at < count; at += PIECE) {
        size_t n = count - at < PIECE ? count - at : PIECE;
        SHEAF_TRY(sheaf_vector_file_get(path, (uint64_t)at * 8, bytes, n * 8, err));
        sheaf_words_unpack(64, bytes, n, words + at);
    }
    return SHEAF_OK;
}

/* ---- what is there ---- */

/* The member whose vector a file is, or SHEAF_NONE. */
static uint32_t member_of(const char *name)
{
    uint64_t member;
    if (strncmp(name, vector_prefix, sizeof vector_prefix - 1) != 0
        || !sheaf_decimal_get(sheaf_str(name + sizeof vector_prefix - 1), &member)
        || member > SHEAF_REF_MAX)
        return SHEAF_NONE;
    return (uint32_t)member;
}

typedef struct {
    const sheaf_slot *slot;
    const char *dir;
} half_sweep;

static void remove_half(void *context, const char *name)
{
    const half_sweep *sweep = context;
    const sheaf_coordinator *c = sweep->slot->coordinator;
    char path[SHEAF_PATH_MAX];
    uint32_t member = member_of(name);
    int index = member == SHEAF_NONE ? -1 : sheaf_round_index(&c->config, member);
    if (member != SHEAF_NONE && (index < 0 || !sheaf_coordinator_has_input(c, index))
        && sheaf_path(path, NULL, "%s/%s", sweep->dir, name) == SHEAF_OK)
        (void)(sheaf_file_remove(path, NULL) == SHEAF_OK); /* else it is written over */
}

sheaf_status sheaf_vectors_restore(const sheaf_slot *slot, sheaf_err *err)
{
    const sheaf_coordinator *c = slot->coordinator;
    char path[SHEAF_PATH_MAX];
    struct stat info;
    for (int i = 0; i < c->config.count; i++) {
        if (!sheaf_coordinator_has_input(c, i))
            continue;
        SHEAF_TRY(
            sheaf_vector_path(slot->vectors->dir, c->config.members[i].member, path, err));
        if (sheaf_disk_now()->stat(path, false, &info) != 0
            || (uint64_t)info.st_size != sheaf_round_vector_bytes(&c->config))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the vector of member %u was taken and is no longer whole on the "
                              "disk",
                              c->config.members[i].member);
    }
    half_sweep sweep = {slot, slot->vectors->dir};
    (void)sheaf_disk_now()->list(sweep.dir, remove_half, &sweep); /* none yet: nothing there */
    return SHEAF_OK;
}

/* ---- the end ---- */

bool sheaf_vectors_apart(sheaf_hub *hub, uint32_t round)
{
    bool apart = false;
    sheaf_round_config *config = calloc(1, sizeof *config);
    sheaf_hub_read_begin(hub);
    const struct sheaf_row_round *row = sheaf_round_find(sheaf_hub_state(hub), round);
    if (config && row && row->state != SHEAF_round_state_open
        && sheaf_blob_exists(&hub->blobs, &row->transcript)
        && sheaf_rounds_config(hub, row, config, NULL) == SHEAF_OK)
        apart = sheaf_chunk_count(config) > 1;
    sheaf_hub_read_end(hub);
    free(config);
    return apart;
}

typedef struct {
    sheaf_hub *hub;
    uint32_t round;
    const char *dir;
} rest_sweep;

static bool survived(sheaf_hub *hub, uint32_t round, uint32_t member)
{
    bool found = false;
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    for (uint16_t i = 0; row && i < row->seats && !found; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, row->seat_first + i);
        found = seat->member == member && seat->survived;
    }
    sheaf_hub_read_end(hub);
    return found;
}

static void remove_rest(void *context, const char *name)
{
    const rest_sweep *sweep = context;
    char path[SHEAF_PATH_MAX];
    uint32_t member = member_of(name);
    bool stays = member == SHEAF_NONE ? strcmp(name, "sum") == 0
                                      : survived(sweep->hub, sweep->round, member);
    if (!stays && sheaf_path(path, NULL, "%s/%s", sweep->dir, name) == SHEAF_OK)
        (void)(sheaf_file_remove(path, NULL) == SHEAF_OK); /* the next sweep tries again */
}

void sheaf_vectors_keep_apart(sheaf_hub *hub, uint32_t round)
{
    char dir[SHEAF_PATH_MAX];
    rest_sweep sweep = {hub, round, dir};
    if (sheaf_rounds_folder(hub, round, dir, NULL) == SHEAF_OK)
        (void)sheaf_disk_now()->list(dir, remove_rest, &sweep); /* none there: nothing to do */
}
