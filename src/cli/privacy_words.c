#include "cli/privacy_words.h"

#include "coop/budget.h"
#include "coop/view.h"
#include "privacy/cost.h"

#include <stdlib.h>

/* What the sentences are made of. */
typedef struct {
    bool noised, local;
    uint8_t unit;
    uint64_t epsilon_millionths, delta_trillionths, rounds, steps, colluders;
} release;

static void put_local(sheaf_buffer *out, const release *r)
{
    sheaf_buffer_printf(
        out,
        "sums are disclosed of what members train under noise of their own, in %llu step%s a "
        "round, which hides one record: at most epsilon %.10g at delta %.10g over all %llu "
        "rounds, the same against the hub, against everybody who sees the results, and "
        "against all other members together",
        (unsigned long long)r->steps, r->steps == 1 ? "" : "s",
        (double)r->epsilon_millionths / 1e6, (double)r->delta_trillionths / 1e12,
        (unsigned long long)r->rounds);
}

static void put_release(sheaf_buffer *out, const release *r)
{
    const char *unit = r->unit == SHEAF_privacy_unit_member ? "member" : "record";
    if (!r->noised) {
        sheaf_buffer_add_string(
            out, "the exact sum of all members' vectors is disclosed, without noise");
        return;
    }
    if (r->local) {
        put_local(out, r);
        return;
    }
    sheaf_buffer_printf(
        out,
        "sums with noise are disclosed, which hide one %s: at most epsilon %.10g at "
        "delta %.10g over all %llu rounds, against the hub and everybody who "
        "sees the results, and no more against up to %llu member%s who "
        "share%s what they know",
        unit, (double)r->epsilon_millionths / 1e6, (double)r->delta_trillionths / 1e12,
        (unsigned long long)r->rounds, (unsigned long long)r->colluders,
        r->colluders == 1 ? "" : "s", r->colluders == 1 ? "s" : "");
}

void sheaf_words_put_mandate(sheaf_buffer *out, const struct sheaf_row_mandate *m)
{
    put_release(out, &(release){.noised = m->release == SHEAF_release_form_noised,
                                .local = m->local_noise,
                                .unit = m->unit,
                                .steps = m->local_steps,
                                .epsilon_millionths = m->epsilon_millionths,
                                .delta_trillionths = m->delta_trillionths,
                                .rounds = m->rounds_max,
                                .colluders = m->colluders});
}

void sheaf_words_put_effect(sheaf_buffer *out, const sheaf_effect *effect)
{
    if (effect->kind != SHEAF_KIND_mandate_grant)
        return;
    const struct sheaf_mandate_grant *what = effect->what;
    put_release(out,
                &(release){.noised = what->has_privacy,
                           .local = what->has_privacy && what->privacy.has_local,
                           .unit = what->privacy.unit,
                           .steps = (uint64_t)what->learning.local_steps,
                           .epsilon_millionths = (uint64_t)what->privacy.epsilon_millionths,
                           .delta_trillionths = (uint64_t)what->privacy.delta_trillionths,
                           .rounds = (uint64_t)what->rounds_max,
                           .colluders = (uint64_t)what->privacy.colluders});
}

void sheaf_words_put_motion(sheaf_buffer *out, const sheaf_state *state,
                            const struct sheaf_row_motion *motion)
{
    sheaf_effect effect;
    void *block = malloc(SHEAF_ACT_ARENA_BYTES);
    if (!block)
        return;
    sheaf_arena arena = sheaf_arena_over(block, SHEAF_ACT_ARENA_BYTES);
    if (sheaf_motion_effect(state, motion, &arena, &effect))
        sheaf_words_put_effect(out, &effect);
    free(block);
}

/* ---- what was spent ---- */

/* The newest mandate with noise that names the data set, or NULL. */
static const struct sheaf_row_mandate *last_noised(const sheaf_state *state, uint32_t dataset)
{
    for (uint32_t i = sheaf_mandate_count(state); i-- > 0;) {
        const struct sheaf_row_mandate *m = sheaf_mandate_at(state, i);
        if (m->release == SHEAF_release_form_noised
            && sheaf_source_find(state, sheaf_pair(m->id, dataset)))
            return m;
    }
    return NULL;
}

/* The newest live consent with a budget, whatever its purpose, or NULL. */
static const struct sheaf_row_consent *budget_of(const sheaf_state *state, uint32_t dataset,
                                                 int64_t now)
{
    for (uint32_t i = sheaf_consent_count(state); i-- > 0;) {
        const struct sheaf_row_consent *c = sheaf_consent_at(state, i);
        if (c->dataset == dataset && c->has_budget && c->revoked == SHEAF_NONE
            && c->until >= now)
            return c;
    }
    return NULL;
}

bool sheaf_spending_of(const sheaf_state *state, uint32_t dataset, int64_t now,
                       sheaf_spending *out)
{
    const struct sheaf_row_consent *budget = budget_of(state, dataset, now);
    const struct sheaf_row_mandate *last = last_noised(state, dataset);
    sheaf_cost spent;
    bool any = false;
    if (!budget && !last)
        return false;
    *out = budget ? (sheaf_spending){.delta_trillionths = budget->budget_delta_trillionths,
                                     .budget_millionths = budget->budget_epsilon_millionths,
                                     .unit = budget->budget_unit}
                  : (sheaf_spending){.delta_trillionths = last->delta_trillionths,
                                     .unit = last->unit};
    for (unsigned place = 0; place < SHEAF_COST_ORDERS; place++) {
        spent.cost[place] = sheaf_spent_amount(state, dataset, out->unit, place);
        any = any || spent.cost[place] > 0;
    }
    if (any)
        out->epsilon = sheaf_cost_epsilon(
            &spent, sheaf_ratio(out->delta_trillionths, 1000000000000, SHEAF_ROUND_DOWN));
    return any || budget;
}
