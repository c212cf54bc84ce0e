#include "hub/rounds_internal.h"

#include "coop/budget.h"
#include "coop/groups.h"
#include "store/clock.h"

sheaf_plan *sheaf_rounds_plan_of(sheaf_rounds *rounds, uint32_t mandate)
{
    for (size_t i = 0; i < rounds->plan_count; i++)
        if (rounds->plans[i].mandate == mandate)
            return &rounds->plans[i];
    if (rounds->plan_count == SHEAF_PLANS_MAX)
        return NULL;
    sheaf_plan *plan = &rounds->plans[rounds->plan_count++];
    *plan = (sheaf_plan){.mandate = mandate, .pending = SHEAF_NONE, .recorded = SHEAF_NONE};
    return plan;
}

/* ---- what ---- */

/* False where nothing is left to do. */
static bool set_task(const sheaf_rounds *rounds, const struct sheaf_row_mandate *mandate,
                     sheaf_opening *out)
{
    const sheaf_state *state = sheaf_hub_state(rounds->hub);
    uint8_t task;
    if (sheaf_task_next(state, mandate, &task) != SHEAF_ACCEPTED)
        return false;
    out->what.task = task;
    uint32_t base = sheaf_task_base(mandate, task);
    if (base != SHEAF_NONE) {
        out->what.base = sheaf_round_get(state, base)->result;
        out->what.has_base = true;
    }
    out->what.has_task = out->what.has_words = true;
    out->what.words = sheaf_task_words(sheaf_model_get(state, mandate->model), mandate, task);
    return true;
}

/* With both locks held: can the mandate's next round be opened now? */
static bool prepare(sheaf_rounds *rounds, const struct sheaf_row_mandate *mandate,
                    sheaf_plan *plan, sheaf_opening *out)
{
    const sheaf_state *state = sheaf_hub_state(rounds->hub);
    int64_t now_ms = sheaf_rounds_now_ms(), stamp = sheaf_clock_ms();
    if (sheaf_mandate_check(state, mandate->id, stamp) != SHEAF_ACCEPTED
        || sheaf_next_round_check(state, mandate->id) != SHEAF_ACCEPTED
        || sheaf_model_get(state, mandate->model)->state == SHEAF_model_state_retired
        || now_ms < plan->not_before_ms || !sheaf_rounds_place(rounds))
        return false;
    if (plan->aborts >= SHEAF_ABORTS_MAX && plan->arrivals == rounds->arrivals)
        return false;
    *out = (sheaf_opening){.what = {.mandate = mandate->id,
                                    .has_mandate = true,
                                    .has_participants = true,
                                    .stage_ms = rounds->hub->stage_ms,
                                    .has_stage_ms = true}};
    out->what.participants.at = out->participants;
    if (!set_task(rounds, mandate, out))
        return false;
    if (mandate->release == SHEAF_release_form_noised
        && sheaf_charge_check(state, mandate, (uint8_t)out->what.task) != SHEAF_ACCEPTED)
        return false;
    if (!sheaf_rounds_seats(rounds, mandate, plan, out))
        return false;
    const struct sheaf_row_model *model = sheaf_model_get(state, mandate->model);
    out->what.words = sheaf_groups_words((uint32_t)out->what.words,
                                         sheaf_groups_of_opening(state, model, &out->what));
    return true;
}

/* ---- what a mandate needs now ---- */

typedef enum { NEED_NOTHING, NEED_ROUND, NEED_TAKING_BACK, NEED_RECORD } need;

static bool is_recorded(const sheaf_state *state, uint32_t round)
{
    for (uint32_t i = 0; i < sheaf_evaluation_count(state); i++)
        if (sheaf_evaluation_at(state, i)->round == round)
            return true;
    return false;
}

static need look(sheaf_rounds *rounds, const struct sheaf_row_mandate *mandate,
                 sheaf_plan *plan, sheaf_opening *opening)
{
    const sheaf_state *state = sheaf_hub_state(rounds->hub);
    const struct sheaf_row_round *last = sheaf_round_find(state, mandate->last_round);
    int64_t now_ms = sheaf_rounds_now_ms();
    if (last && last->state == SHEAF_round_state_closed) {
        if (last->attested < mandate->attest_min) {
            if (plan->pending != last->id)
                plan->pending_ms = now_ms;
            plan->pending = last->id;
            return now_ms - plan->pending_ms > rounds->hub->attest_ms ? NEED_TAKING_BACK
                                                                      : NEED_NOTHING;
        }
        if (last->task == SHEAF_task_evaluate && plan->recorded != last->id
            && !is_recorded(state, last->id))
            return NEED_RECORD;
    }
    return prepare(rounds, mandate, plan, opening) ? NEED_ROUND : NEED_NOTHING;
}

/* Privacy is spent by opening, so nothing is opened that its own nodes would refuse. */
static sheaf_status graph_check(const sheaf_rounds *rounds, const sheaf_opening *opening,
                                sheaf_err *err)
{
    sheaf_round_graph graph;
    sheaf_hub_read_begin(rounds->hub);
    const sheaf_state *state = sheaf_hub_state(rounds->hub);
    sheaf_status status =
        sheaf_round_graph_next(state, sheaf_mandate_get(state, (uint32_t)opening->what.mandate),
                               (uint16_t)opening->what.participants.count, &graph, err);
    sheaf_hub_read_end(rounds->hub);
    return status;
}

/* Returns how long to wait before another try. */
static int64_t open_next(sheaf_rounds *rounds, const sheaf_opening *opening)
{
    sheaf_err err = {0};
    bool safe = graph_check(rounds, opening, &err) == SHEAF_OK;
    if (safe && sheaf_rounds_begin(rounds, opening, &err) == SHEAF_OK)
        return 0;
    sheaf_hub_log(rounds->hub, "round.open", "mandate=%u error=\"%s\"",
                  (uint32_t)opening->what.mandate, err.message);
    return safe ? SHEAF_RETRY_MS : SHEAF_UNSAFE_RETRY_MS;
}

static void act(sheaf_rounds *rounds, need what, uint32_t mandate, uint32_t last,
                const sheaf_opening *opening)
{
    int64_t pause_ms = 0;
    bool aborted = false;
    if (what == NEED_RECORD) {
        sheaf_rounds_record(rounds, last);
    } else if (what == NEED_TAKING_BACK) {
        sheaf_rounds_abort(rounds, last, SHEAF_abort_reason_unsound);
        aborted = true;
    } else {
        pause_ms = open_next(rounds, opening);
    }
    pthread_mutex_lock(&rounds->lock);
    sheaf_plan *plan = sheaf_rounds_plan_of(rounds, mandate);
    if (what == NEED_RECORD)
        plan->recorded = last;
    if (aborted)
        plan->aborts++;
    plan->enough_ms = 0;
    plan->arrivals = rounds->arrivals;
    plan->not_before_ms = sheaf_rounds_now_ms() + pause_ms;
    pthread_mutex_unlock(&rounds->lock);
}

/* A mandate that is over gives its place to later ones. With the rounds' lock held. */
static void forget(sheaf_rounds *rounds, uint32_t mandate)
{
    for (size_t i = 0; i < rounds->plan_count; i++)
        if (rounds->plans[i].mandate == mandate) {
            rounds->plans[i] = rounds->plans[--rounds->plan_count];
            return;
        }
}

void sheaf_rounds_plan(sheaf_rounds *rounds)
{
    static const int64_t hour_ms = 3600000; /* for what its last round still needs */
    sheaf_opening *opening = &rounds->opening;
    for (uint32_t i = 0;; i++) {
        need what = NEED_NOTHING;
        uint32_t id = SHEAF_NONE, last = SHEAF_NONE;
        pthread_mutex_lock(&rounds->lock);
        sheaf_hub_read_begin(rounds->hub);
        const sheaf_state *state = sheaf_hub_state(rounds->hub);
        bool end = i >= sheaf_mandate_count(state);
        if (!end) {
            const struct sheaf_row_mandate *mandate = sheaf_mandate_at(state, i);
            bool over =
                mandate->revoked != SHEAF_NONE || mandate->expires + hour_ms < sheaf_clock_ms();
            sheaf_plan *plan = over ? NULL : sheaf_rounds_plan_of(rounds, mandate->id);
            id = mandate->id;
            last = mandate->last_round;
            if (over)
                forget(rounds, id);
            else if (plan)
                what = look(rounds, mandate, plan, opening);
        }
        sheaf_hub_read_end(rounds->hub);
        pthread_mutex_unlock(&rounds->lock);
        if (end)
            return;
        if (what != NEED_NOTHING)
            act(rounds, what, id, last, opening);
    }
}
