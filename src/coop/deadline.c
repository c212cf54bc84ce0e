#include "coop/deadline.h"

#include "coop/view.h"

/* Places in the heap count from 1: the two below place p are 2p and 2p + 1. */

static uint32_t row_in(const sheaf_state *state, uint32_t place)
{
    return sheaf_deadline_heap_at(state, place - 1)->deadline_1 - 1;
}

static bool before(const sheaf_state *state, uint32_t place, uint32_t other)
{
    const struct sheaf_row_deadline *a = sheaf_deadline_at(state, row_in(state, place));
    const struct sheaf_row_deadline *b = sheaf_deadline_at(state, row_in(state, other));
    if (a->at != b->at)
        return a->at < b->at;
    return a->of != b->of ? a->of < b->of : a->kind < b->kind;
}

static void put(sheaf_state *state, uint32_t place, uint32_t row)
{
    sheaf_deadline_heap_edit(state, place - 1)->deadline_1 = row + 1;
    sheaf_deadline_edit(state, row)->place = place;
}

static void swap(sheaf_state *state, uint32_t place, uint32_t other)
{
    uint32_t here = row_in(state, place), there = row_in(state, other);
    put(state, place, there);
    put(state, other, here);
}

/* Moves what stands at the place to where the order wants it. Where memory is spent, what is
 * read may be half written: the fold rolls it back. */
static void sift(sheaf_state *state, uint32_t place)
{
    uint32_t count = sheaf_coop(state)->deadlines;
    while (!state->failed && place > 1 && before(state, place, place / 2)) {
        swap(state, place, place / 2);
        place /= 2;
    }
    while (!state->failed && place <= count / 2) {
        uint32_t below = 2 * place;
        if (below < count && before(state, below + 1, below))
            below++;
        if (!before(state, below, place))
            return;
        swap(state, place, below);
        place = below;
    }
}

static void enter_heap(sheaf_state *state, uint32_t row)
{
    uint32_t place = ++sheaf_coop_edit(state, 0)->deadlines;
    if (place > sheaf_deadline_heap_count(state))
        (void)sheaf_deadline_heap_new(state, 0);
    if (!state->failed)
        put(state, place, row);
}

void sheaf_deadline_set(sheaf_state *state, uint32_t of, uint8_t kind, int64_t at)
{
    uint64_t pair = sheaf_pair(of, kind);
    uint32_t row = sheaf_deadline_row(state, pair);
    if (row == SHEAF_NONE) {
        struct sheaf_row_deadline *fresh = sheaf_deadline_new(state, pair);
        fresh->of = of;
        fresh->kind = kind;
        row = sheaf_deadline_count(state) - 1;
    }
    if (state->failed)
        return;
    sheaf_deadline_edit(state, row)->at = at;
    if (!sheaf_deadline_at(state, row)->place)
        enter_heap(state, row);
    if (!state->failed)
        sift(state, sheaf_deadline_at(state, row)->place);
}

void sheaf_deadline_clear(sheaf_state *state, uint32_t of, uint8_t kind)
{
    uint32_t row = sheaf_deadline_row(state, sheaf_pair(of, kind));
    uint32_t place = row == SHEAF_NONE ? 0 : sheaf_deadline_at(state, row)->place;
    if (!place || state->failed)
        return;
    uint32_t last = sheaf_coop_edit(state, 0)->deadlines--;
    uint32_t moved = row_in(state, last);
    sheaf_deadline_heap_edit(state, last - 1)->deadline_1 = 0;
    sheaf_deadline_edit(state, row)->place = 0;
    if (moved == row || state->failed)
        return;
    put(state, place, moved);
    sift(state, place);
}

bool sheaf_deadline_first(const sheaf_state *state, sheaf_deadline *out)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    if (!coop || !coop->deadlines)
        return false;
    const struct sheaf_row_deadline *row = sheaf_deadline_at(state, row_in(state, 1));
    *out = (sheaf_deadline){row->at, row->of, row->kind};
    return true;
}

const char *sheaf_deadline_name(uint8_t kind)
{
#define DEADLINE(name, doc) #name,
    static const char *const names[] = {
#include "acts/tbl/deadlines.def"
    };
#undef DEADLINE
    return names[kind];
}
