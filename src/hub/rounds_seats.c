/* Who gets a seat in a mandate's next round: every member with a node that is ready and may. A
 * mandate names no more data sets than a round has seats, so nobody is left out, and the hub
 * chooses nobody.
 */
#include "hub/rounds_internal.h"

#include "coop/budget.h"
#include "store/clock.h"

#include <assert.h>
#include <stdlib.h>

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* How many different members the mandate's data sets have; in what is free of `scratch`. */
static uint32_t members_possible(const sheaf_state *state,
                                 const struct sheaf_row_mandate *mandate, uint32_t *scratch)
{
    uint32_t count = 0, found = 0;
    for (uint16_t i = 0; i < mandate->sources && count < SHEAF_NODES_MAX; i++) {
        const struct sheaf_row_dataset *data = sheaf_dataset_get(
            state, sheaf_source_at(state, mandate->source_first + i)->dataset);
        if (data->retired == SHEAF_NONE)
            scratch[count++] = data->member;
    }
    qsort(scratch, count, sizeof *scratch, compare_u32);
    for (uint32_t i = 0; i < count; i++)
        found += i == 0 || scratch[i] != scratch[i - 1];
    return found;
}

/* The round whose data sets every further exact sum must be over, or NULL while there is none.
 */
static const struct sheaf_row_round *exact_before(const sheaf_state *state,
                                                  const struct sheaf_row_mandate *mandate)
{
    if (mandate->release != SHEAF_release_form_exact_sum)
        return NULL;
    for (uint16_t i = 0; i < mandate->sources; i++) {
        uint32_t dataset = sheaf_source_at(state, mandate->source_first + i)->dataset;
        uint32_t round = sheaf_dataset_get(state, dataset)->exact_round;
        if (round != SHEAF_NONE)
            return sheaf_round_get(state, round);
    }
    return NULL;
}

/* ---- candidates ---- */

typedef struct {
    const sheaf_state *state;
    const struct sheaf_row_mandate *mandate;
    const struct sheaf_row_round *before; /* that binds exact sums, or NULL */
    uint8_t task;
    int64_t stamp;
} search;

/* The place of the data set in the mandate if the key may compute on it now, else SHEAF_NONE.
 */
static uint32_t usable(const search *s, uint32_t key, uint32_t dataset)
{
    uint32_t source = sheaf_source_row(s->state, sheaf_pair(s->mandate->id, dataset));
    if (source == SHEAF_NONE
        || (s->before && sheaf_dataset_get(s->state, dataset)->exact_round != s->before->id)
        || sheaf_seat_possible(s->state, s->mandate->id, key, dataset, s->stamp)
               != SHEAF_ACCEPTED
        || sheaf_budget_check(s->state, s->mandate, dataset, s->task, s->stamp)
               != SHEAF_ACCEPTED)
        return SHEAF_NONE;
    return source;
}

/* Of a node's data sets the one that the mandate names first. */
static bool candidate_of(const search *s, const sheaf_ready_node *node, sheaf_candidate *out)
{
    *out = (sheaf_candidate){.key = node->key, .source = SHEAF_NONE};
    for (size_t k = 0; k < node->count; k++) {
        uint32_t source = usable(s, node->key, node->datasets[k]);
        if (source >= out->source)
            continue;
        out->source = source;
        out->dataset = node->datasets[k];
    }
    if (out->source == SHEAF_NONE)
        return false;
    out->member = sheaf_key_get(s->state, node->key)->member;
    return true;
}

static int compare_members(const void *a, const void *b)
{
    const sheaf_candidate *x = a, *y = b;
    if (x->member != y->member)
        return x->member < y->member ? -1 : 1;
    return compare_u32(&x->source, &y->source);
}

/* One of each member, ascending: a member has one seat, however many nodes and data sets. */
static uint32_t candidates(sheaf_rounds *rounds, const search *s)
{
    int64_t now_ms = sheaf_rounds_now_ms(), ready_ms = sheaf_rounds_ready_ms(rounds);
    sheaf_candidate *all = rounds->candidates;
    uint32_t count = 0, kept = 0;
    for (size_t i = 0; i < rounds->node_count; i++)
        if (!rounds->nodes[i].seated && now_ms - rounds->nodes[i].at_ms <= ready_ms)
            count += candidate_of(s, &rounds->nodes[i], &all[count]);
    qsort(all, count, sizeof *all, compare_members);
    for (uint32_t i = 0; i < count; i++)
        if (kept == 0 || all[kept - 1].member != all[i].member)
            all[kept++] = all[i];
    return kept;
}

/* ---- seats ---- */

bool sheaf_rounds_seats(sheaf_rounds *rounds, const struct sheaf_row_mandate *mandate,
                        sheaf_plan *plan, sheaf_opening *out)
{
    const sheaf_state *state = sheaf_hub_state(rounds->hub);
    search s = {.state = state,
                .mandate = mandate,
                .before = exact_before(state, mandate),
                .task = (uint8_t)out->what.task,
                .stamp = sheaf_clock_ms()};
    int64_t now_ms = sheaf_rounds_now_ms();
    uint32_t count = candidates(rounds, &s);
    uint32_t possible =
        s.before ? s.before->seats : members_possible(state, mandate, rounds->scratch);
    assert(count <= SHEAF_ROUND_MEMBERS_MAX);
    for (uint32_t i = 0; i < count; i++)
        out->participants[i] =
            (struct sheaf_participant){.dataset = rounds->candidates[i].dataset,
                                       .has_dataset = true,
                                       .key = rounds->candidates[i].key,
                                       .has_key = true};
    out->what.participants.count = count;
    uint16_t seats = (uint16_t)count;
    bool enough = seats >= SHEAF_ROUND_MEMBERS_MIN
                  && seats >= sheaf_survivors_min(state, mandate, seats)
                  && (!s.before || seats == possible);
    if (!enough)
        plan->enough_ms = 0;
    else if (plan->enough_ms == 0)
        plan->enough_ms = now_ms;
    int64_t grace_ms = rounds->hub->grace_ms;
    if (grace_ms < 2 * (int64_t)rounds->again_ms) /* the others come later, too */
        grace_ms = 2 * (int64_t)rounds->again_ms;
    return enough && (count >= possible || now_ms - plan->enough_ms >= grace_ms);
}
