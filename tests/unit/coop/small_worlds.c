#include "small_worlds.h"

#include "base/encode.h"
#include "coop/key_numbers.h"
#include "coop/snapshot.h"

#include <stdlib.h>

enum { STATE_BYTES_MAX = 1 << 20, PROJECTION_MAX = 4096 };

/* A state whose moves are still to be tried. */
typedef struct {
    sheaf_buffer bytes;
    int64_t now;
    int depth; /* fewest moves that lead to it */
} place;

typedef struct {
    const small_world *world;
    uint64_t *names; /* of the states that were reached: a hash table, 0 where it is empty */
    size_t capacity;
    place *places; /* in the order in which they were reached: nearer ones first */
    size_t room;
    small_count count;
    sheaf_buffer projection;
    uint8_t *work;
} walk;

static void *block(size_t count, size_t size)
{
    void *bytes = calloc(count, size);
    if (!bytes)
        kit_fail("no memory");
    return bytes;
}

bool small_act(small_step *at, uint32_t by, sheaf_kind kind, const void *what)
{
    const struct sheaf_row_coop *coop = sheaf_coop(&at->state);
    bool member = by != SHEAF_NONE;
    uint64_t last = member ? sheaf_key_number_of(&at->state, by) : coop->hub_seq;
    at->act = (sheaf_act){.kind = kind,
                          .has_by = member,
                          .has_key = true,
                          .by = by,
                          .key = member ? by : coop->hub,
                          .at = at->now,
                          .until = at->now + 1000,
                          .seq = last + 1,
                          .what = what};
    sheaf_entry entry = {.act = &at->act, .stamp = at->now};
    sheaf_outcome outcome = {0};
    sheaf_err err;
    sheaf_arena_reset(&at->arena);
    if (sheaf_fold_try(&at->state, &entry, &at->arena, &outcome, &err) != SHEAF_OK)
        kit_fail("%s", err.message);
    at->refusal = outcome.refusal;
    at->effect = outcome.effect;
    if (outcome.refusal != SHEAF_ACCEPTED)
        sheaf_fold_drop(&at->state);
    return outcome.refusal == SHEAF_ACCEPTED;
}

static void load(const walk *w, const place *from, small_step *out)
{
    sheaf_err err;
    *out = (small_step){.now = from->now,
                        .arena = sheaf_arena_over(w->work, SHEAF_FOLD_ARENA_BYTES)};
    if (sheaf_state_init(&out->state, SHEAF_REVISION, &err) != SHEAF_OK
        || sheaf_snapshot_get(sheaf_buffer_slice(&from->bytes), &out->state, &err) != SHEAF_OK)
        kit_fail("%s", err.message);
}

static uint64_t *slot_of(uint64_t *names, size_t capacity, uint64_t name)
{
    size_t at = (size_t)name & (capacity - 1);
    while (names[at] && names[at] != name)
        at = (at + 1) & (capacity - 1);
    return &names[at];
}

/* Room for one state more. */
static void grow(walk *w)
{
    if (w->count.states == w->room) {
        place *places = realloc(w->places, 2 * w->room * sizeof *places);
        if (!places)
            kit_fail("no memory");
        w->places = places;
        w->room *= 2;
    }
    if (2 * w->count.states < w->capacity)
        return;
    uint64_t *names = block(2 * w->capacity, sizeof *names);
    for (size_t i = 0; i < w->capacity; i++)
        if (w->names[i])
            *slot_of(names, 2 * w->capacity, w->names[i]) = w->names[i];
    free(w->names);
    w->names = names;
    w->capacity *= 2;
}

/* Was there no state like this one before? Then it is counted. */
static bool is_new(walk *w, const small_step *step)
{
    sheaf_buffer_reset(&w->projection);
    w->world->project(step, &w->projection);
    if (w->projection.failed)
        kit_fail("a projection is too long");
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&w->projection));
    uint64_t name = sheaf_big_endian_get(hash.bytes, 8) | 1;
    grow(w);
    uint64_t *slot = slot_of(w->names, w->capacity, name);
    if (*slot)
        return false;
    *slot = name;
    w->count.states++;
    return true;
}

/* The snapshot of the state with what the last act wrote, while that can still be taken back:
 * the head of the snapshot before it, the new size, and the tables. */
static void save_with_last(walk *w, const place *here, const small_step *step)
{
    enum { HEAD = 15 + 32 }; /* magic, fingerprint (coop/snapshot.c) */
    place *to = &w->places[w->count.states - 1];
    *to = (place){.now = step->now, .depth = here->depth + 1};
    sheaf_buffer_init(&to->bytes, STATE_BYTES_MAX);
    sheaf_buffer_add(&to->bytes, sheaf_bytes(here->bytes.data, HEAD));
    sheaf_buffer_add_u64(&to->bytes, step->state.size + (step->act.kind != SHEAF_KIND_none));
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++)
        sheaf_buffer_add_u32(&to->bytes, sheaf_table_rows(&step->state, t));
    for (sheaf_table_id t = 0; t < SHEAF_TABLE_COUNT; t++) {
        const sheaf_table_shape *shape = sheaf_table_describe(t);
        uint32_t rows = sheaf_table_rows(&step->state, t);
        uint8_t *at = sheaf_buffer_extend(&to->bytes, (size_t)rows * shape->encoded);
        for (uint32_t row = 0; at && row < rows; row++, at += shape->encoded)
            sheaf_row_encode(shape, sheaf_table_row(&step->state, t, row), at);
    }
    if (to->bytes.failed)
        kit_fail("a small world has grown large");
}

static void visit(walk *w, size_t number)
{
    place here = w->places[number]; /* a copy: the list grows */
    small_step before, after;
    load(w, &here, &before);
    load(w, &here, &after);
    for (int move = 0; move < w->world->moves; move++) {
        after.act.kind = SHEAF_KIND_none;
        after.now = here.now;
        if (!w->world->move(&after, move))
            continue;
        w->count.steps++;
        w->world->judge(&before, &after, move);
        if (here.depth < w->world->depth && is_new(w, &after))
            save_with_last(w, &here, &after);
        if (after.act.kind != SHEAF_KIND_none)
            sheaf_fold_drop(&after.state);
    }
    if (here.depth > w->count.depth)
        w->count.depth = here.depth;
    sheaf_state_deinit(&before.state);
    sheaf_state_deinit(&after.state);
    sheaf_buffer_deinit(&w->places[number].bytes);
}

small_count small_walk(const kit *start, const small_world *world)
{
    walk w = {.world = world, .capacity = 1024, .room = 1024};
    w.names = block(w.capacity, sizeof *w.names);
    w.places = block(w.room, sizeof *w.places);
    w.work = block(1, SHEAF_FOLD_ARENA_BYTES);
    sheaf_buffer_init(&w.projection, PROJECTION_MAX);
    small_step first = {.state = start->state, .now = start->now};
    (void)is_new(&w, &first);
    w.places[0] = (place){.now = start->now};
    sheaf_buffer_init(&w.places[0].bytes, STATE_BYTES_MAX);
    sheaf_snapshot_put(&w.places[0].bytes, &start->state);
    for (size_t i = 0; i < w.count.states; i++)
        visit(&w, i);
    sheaf_buffer_deinit(&w.projection);
    free(w.names);
    free(w.places);
    free(w.work);
    return w.count;
}
