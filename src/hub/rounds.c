#include "hub/rounds_internal.h"

#include "hub/sequencer.h"
#include "learn/round_job.h"
#include "store/clock.h"

#include <stdlib.h>
#include <time.h>

enum {
    TURN_MS = 50,
    LOOK_MS = 10, /* between two looks at what takes looking at every seat */
};

int64_t sheaf_rounds_now_ms(void)
{
    return sheaf_clock_monotonic_us() / 1000;
}

sheaf_slot *sheaf_rounds_slot(sheaf_rounds *rounds, uint32_t round)
{
    for (size_t i = 0; i < SHEAF_ROUNDS_MAX; i++)
        if (rounds->slots[i].coordinator && rounds->slots[i].round == round)
            return &rounds->slots[i];
    return NULL;
}

/* An end that was decided is none before the log says so. */
sheaf_round_progress sheaf_slot_progress(const sheaf_slot *slot)
{
    const sheaf_coordinator *c = slot->coordinator;
    sheaf_round_stage stage = sheaf_coordinator_stage(c);
    int64_t deadline = sheaf_coordinator_deadline(c), now_ms = sheaf_rounds_now_ms();
    uint16_t awaited = 0;
    for (uint16_t i = 0; i < slot->count; i++)
        awaited += sheaf_coordinator_awaits(c, c->config.members[i].member);
    bool sums = sheaf_coordinator_joined(c);
    sheaf_round_progress progress = {
        .summed = sums ? atomic_load(&slot->vectors->summed) : 0,
        .chunks = sums ? sheaf_chunk_count(&c->config) : 0,
        .stage = sheaf_round_stage_text(stage),
        .answers = (uint16_t)(slot->count - awaited),
        .of = slot->count,
        .left_ms = deadline == INT64_MAX || deadline < now_ms ? 0 : deadline - now_ms};
    if (stage >= SHEAF_ROUND_DONE) {
        progress.stage = slot->end ? slot->end : "ending";
        progress.answers = slot->told_answers;
    }
    memcpy(progress.graph, slot->graph, sizeof progress.graph);
    return progress;
}

/* ---- opening ---- */

void sheaf_slot_free(sheaf_slot *slot)
{
    sheaf_slot_keep_close(slot);
    sheaf_coordinator_deinit(slot->coordinator);
    free(slot->coordinator);
    free(slot->vectors);
    *slot = (sheaf_slot){0};
}

sheaf_slot *sheaf_rounds_place(sheaf_rounds *rounds)
{
    sheaf_slot *oldest = NULL;
    for (size_t i = 0; i < SHEAF_ROUNDS_MAX; i++) {
        sheaf_slot *slot = &rounds->slots[i];
        if (!slot->coordinator)
            return slot;
        if (slot->over && !slot->pins && (!oldest || slot->over_ms < oldest->over_ms))
            oldest = slot;
    }
    return oldest;
}

/* Fills a slot that is not yet to be seen. */
static sheaf_status slot_make(sheaf_rounds *rounds, const sheaf_round_config *config,
                              sheaf_slice kept, sheaf_slot *slot, sheaf_err *err)
{
    size_t sound = 0;
    int64_t now_ms = sheaf_rounds_now_ms();
    SHEAF_TRY(sheaf_coordinator_init(slot->coordinator, config, now_ms, err));
    sheaf_status status = sheaf_vectors_open(rounds, slot, err);
    sheaf_round_kept_begin(&slot->kept, slot->coordinator);
    if (status == SHEAF_OK)
        status =
            sheaf_round_kept_restore(&slot->kept, slot->coordinator, kept, now_ms, &sound, err);
    if (status == SHEAF_OK)
        status = sheaf_vectors_restore(slot, err);
    if (status == SHEAF_OK)
        status = sheaf_slot_keep_open(rounds, slot, sheaf_bytes(kept.data, sound),
                                      sound < kept.len, err);
    if (status != SHEAF_OK) {
        sheaf_slot_keep_close(slot);
        sheaf_coordinator_deinit(slot->coordinator);
        free(slot->vectors);
    }
    return status;
}

/* Made once: a ring takes a while to find. Of a round that the rules refuse nothing is said. */
static void graph_describe(sheaf_hub *hub, uint32_t round, char out[SHEAF_ROUND_GRAPH_TEXT])
{
    sheaf_round_graph graph;
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    if (row && sheaf_round_graph_of(state, row, &graph, NULL) == SHEAF_OK)
        sheaf_round_graph_describe(&graph, out);
    sheaf_hub_read_end(hub);
}

sheaf_status sheaf_rounds_add(sheaf_rounds *rounds, uint32_t mandate,
                              const sheaf_round_config *config, const uint32_t *keys,
                              sheaf_slice kept, sheaf_err *err)
{
    sheaf_slot made = {.coordinator = calloc(1, sizeof(sheaf_coordinator)),
                       .round = config->round,
                       .mandate = mandate,
                       .count = config->count,
                       .file = -1,
                       .abort_reason = SHEAF_abort_reason_deadline};
    if (!made.coordinator)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to coordinate a round");
    memcpy(made.keys, keys, config->count * sizeof *keys);
    graph_describe(rounds->hub, config->round, made.graph);
    sheaf_status status = slot_make(rounds, config, kept, &made, err);
    if (status != SHEAF_OK) {
        free(made.coordinator);
        return status;
    }
    pthread_mutex_lock(&rounds->lock);
    sheaf_slot *slot = sheaf_rounds_place(rounds);
    if (slot && slot->coordinator)
        sheaf_slot_free(slot);
    if (slot) {
        *slot = made;
        sheaf_rounds_seated(rounds, slot, true);
    }
    pthread_mutex_unlock(&rounds->lock);
    if (slot)
        return SHEAF_OK;
    sheaf_slot_free(&made);
    return sheaf_fail(err, SHEAF_NOMEM, "%d rounds are under way already", SHEAF_ROUNDS_MAX);
}

sheaf_status sheaf_rounds_config(const sheaf_hub *hub, const struct sheaf_row_round *row,
                                 sheaf_round_config *out, sheaf_err *err)
{
    sheaf_hash manifest = sheaf_log_store_root_at(hub->store, row->id + 1);
    return sheaf_round_job_config(sheaf_hub_state(hub), row, &manifest, out, err);
}

sheaf_status sheaf_rounds_begin(sheaf_rounds *rounds, const sheaf_opening *opening,
                                sheaf_err *err)
{
    sheaf_hub *hub = rounds->hub;
    sheaf_entered entered;
    uint32_t keys[SHEAF_ROUND_MEMBERS_MAX];
    SHEAF_TRY(sheaf_sequencer_enter(hub->sequencer, SHEAF_KIND_round_open, &opening->what,
                                    false, &entered, err));
    if (entered.refusal != SHEAF_ACCEPTED)
        return sheaf_fail(err, SHEAF_INVALID, "%s",
                          sheaf_refusal_describe((uint16_t)entered.refusal)->sentence);
    sheaf_round_config *config = calloc(1, sizeof *config);
    sheaf_status status =
        config ? SHEAF_OK : sheaf_fail(err, SHEAF_NOMEM, "no memory to coordinate a round");
    if (config) {
        sheaf_hub_read_begin(hub);
        status = sheaf_rounds_config(hub, sheaf_round_find(sheaf_hub_state(hub), entered.index),
                                     config, err);
        sheaf_hub_read_end(hub);
    }
    for (uint32_t i = 0; i < opening->what.participants.count; i++)
        keys[i] = opening->participants[i].key;
    if (status == SHEAF_OK)
        status = sheaf_rounds_add(rounds, (uint32_t)opening->what.mandate, config, keys,
                                  (sheaf_slice){0}, err);
    free(config);
    if (status != SHEAF_OK)
        sheaf_rounds_abort(rounds, entered.index, SHEAF_abort_reason_restart);
    else
        sheaf_hub_log(hub, "round.open", "round=%u participants=%u", entered.index,
                      opening->what.participants.count);
    return status;
}

void sheaf_rounds_abort(sheaf_rounds *rounds, uint32_t round, uint8_t reason)
{
    struct sheaf_round_abort what = {
        .reason = reason, .has_reason = true, .round = round, .has_round = true};
    sheaf_entered entered;
    sheaf_err err = {0};
    if (sheaf_sequencer_enter(rounds->hub->sequencer, SHEAF_KIND_round_abort, &what, false,
                              &entered, &err)
        != SHEAF_OK)
        sheaf_hub_log(rounds->hub, "round.abort", "round=%u error=\"%s\"", round, err.message);
    else if (entered.refusal != SHEAF_ACCEPTED)
        sheaf_hub_log(rounds->hub, "round.abort", "round=%u refused=\"%s\"", round,
                      sheaf_refusal_describe((uint16_t)entered.refusal)->sentence);
    else
        sheaf_hub_log(rounds->hub, "round.abort", "round=%u reason=%u", round, reason);
}

/* ---- a turn of the thread ---- */

/* What ended meanwhile ends the round too. */
static bool still_allowed(sheaf_hub *hub, const sheaf_slot *slot)
{
    sheaf_hub_read_begin(hub);
    const sheaf_state *state = sheaf_hub_state(hub);
    const struct sheaf_row_round *round = sheaf_round_find(state, slot->round);
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, slot->mandate);
    int64_t now = sheaf_clock_ms();
    bool allowed = true;
    if (round && mandate) { /* else it is a lie, which goes on */
        allowed = mandate->revoked == SHEAF_NONE && mandate->expires >= now;
        for (uint16_t i = 0; allowed && i < round->seats; i++) {
            const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
            allowed = sheaf_seat_check(state, slot->mandate, seat->key, seat->dataset, now)
                      == SHEAF_ACCEPTED;
        }
    }
    sheaf_hub_read_end(hub);
    return allowed;
}

static void tell(sheaf_rounds *rounds, sheaf_slot *slot)
{
    sheaf_round_progress progress = sheaf_slot_progress(slot);
    if (slot->told_stage && strcmp(slot->told_stage, progress.stage) == 0
        && slot->told_answers == progress.answers)
        return;
    slot->told_stage = progress.stage;
    slot->told_answers = progress.answers;
    sheaf_buffer data;
    sheaf_buffer_init(&data, 1024);
    sheaf_json_writer w = sheaf_json_begin(&data);
    sheaf_json_open_object(&w);
    sheaf_json_member_put_int(&w, "answers", progress.answers);
    if (progress.graph[0])
        sheaf_json_member_put_string(&w, "graph", sheaf_str(progress.graph));
    sheaf_json_member_put_int(&w, "left_ms", progress.left_ms);
    sheaf_json_member_put_int(&w, "of", slot->count);
    sheaf_json_member_put_int(&w, "round", slot->round);
    sheaf_json_member_put_string(&w, "stage", sheaf_str(progress.stage));
    sheaf_json_close(&w);
    if (!data.failed)
        sheaf_http_events_publish(rounds->hub->events, "round", sheaf_buffer_slice(&data));
    sheaf_buffer_deinit(&data);
}

static void count_abort(sheaf_rounds *rounds, const sheaf_slot *slot, bool aborted)
{
    sheaf_plan *plan = sheaf_rounds_plan_of(rounds, slot->mandate);
    if (!plan)
        return;
    plan->aborts = aborted ? plan->aborts + 1 : 0;
    plan->arrivals = rounds->arrivals;
    plan->enough_ms = 0;
    if (aborted)
        plan->not_before_ms = sheaf_rounds_now_ms() + SHEAF_RETRY_MS;
}

static void end_slot(sheaf_rounds *rounds, sheaf_slot *slot)
{
    sheaf_err err = {0};
    sheaf_status status = SHEAF_OK;
    bool aborted = sheaf_coordinator_stage(slot->coordinator) == SHEAF_ROUND_ABORTED;
    if (!aborted)
        status = sheaf_rounds_finish(rounds, slot, &err);
    if (aborted) {
        sheaf_hub_log(rounds->hub, "round.end", "round=%u reason=\"%s\"", slot->round,
                      sheaf_coordinator_reason(slot->coordinator));
        sheaf_rounds_abort(rounds, slot->round, slot->abort_reason);
    } else if (!atomic_load(&rounds->hub->failed) && sheaf_slot_waits(slot, status)) {
        sheaf_hub_log(rounds->hub, "round.close", "round=%u error=\"%s\"", slot->round,
                      err.message);
        return;
    } else if (status != SHEAF_OK) {
        aborted = true;
        sheaf_hub_log(rounds->hub, "round.end", "round=%u error=\"%s\"", slot->round,
                      err.message);
        sheaf_rounds_abort(rounds, slot->round, SHEAF_abort_reason_unsound);
    }
    pthread_mutex_lock(&rounds->lock);
    slot->over = true;
    sheaf_rounds_seated(rounds, slot, false);
    slot->end = aborted ? "aborted" : "done";
    tell(rounds, slot);
    slot->over_ms = sheaf_rounds_now_ms();
    sheaf_slot_keep_close(slot);
    count_abort(rounds, slot, aborted);
    pthread_mutex_unlock(&rounds->lock);
    sheaf_rounds_kept_remove(rounds, slot->round);
}

/* Messages wake the thread by the thousand: not each of them is reason to look at every seat.
 */
static bool is_due(int64_t *last_ms)
{
    int64_t now_ms = sheaf_rounds_now_ms();
    bool due = now_ms - *last_ms >= LOOK_MS;
    if (due)
        *last_ms = now_ms;
    return due;
}

static void step(sheaf_rounds *rounds, sheaf_slot *slot)
{
    bool allowed = !is_due(&slot->looked_ms) || still_allowed(rounds->hub, slot);
    pthread_mutex_lock(&rounds->lock);
    sheaf_coordinator *c = slot->coordinator;
    if (sheaf_coordinator_stage(c) < SHEAF_ROUND_DONE) {
        if (!allowed) {
            slot->abort_reason = SHEAF_abort_reason_revoked;
            sheaf_coordinator_abort(c, "the mandate or a consent has ended");
        }
        sheaf_coordinator_tick(c, sheaf_rounds_now_ms());
        if (sheaf_coordinator_joined(c))
            sheaf_slot_sum_begin(rounds, slot);
        sheaf_slot_sum_end(slot);
        sheaf_slot_keep(rounds, slot, (sheaf_slice){0});
    }
    tell(rounds, slot);
    bool ended = sheaf_coordinator_stage(c) >= SHEAF_ROUND_DONE;
    pthread_mutex_unlock(&rounds->lock);
    if (!ended || sheaf_rounds_now_ms() < slot->again_ms)
        return;
    sheaf_slot_sum_stop(slot); /* it may have been aborted meanwhile */
    end_slot(rounds, slot);
}

static void *rounds_run(void *context)
{
    sheaf_rounds *rounds = context;
    bool stopping = false;
    while (!stopping) {
        for (size_t i = 0; i < SHEAF_ROUNDS_MAX; i++)
            if (rounds->slots[i].coordinator && !rounds->slots[i].over)
                step(rounds, &rounds->slots[i]);
        sheaf_rounds_answer_polls(rounds, false);
        if (!atomic_load(&rounds->hub->failed)) {
            sheaf_rounds_sweep(rounds);
            if (is_due(&rounds->planned_ms))
                sheaf_rounds_plan(rounds);
            if (rounds->hub->lie == SHEAF_LIE_ROUND_WITHOUT_MANDATE && !rounds->lied)
                sheaf_rounds_lie(rounds);
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TURN_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_mutex_lock(&rounds->lock);
        if (!rounds->stopping)
            pthread_cond_timedwait(&rounds->woken, &rounds->lock, &until);
        stopping = rounds->stopping;
        pthread_mutex_unlock(&rounds->lock);
    }
    return NULL;
}

/* ---- opening and closing ---- */

sheaf_status sheaf_rounds_open(sheaf_rounds **out, sheaf_hub *hub, sheaf_err *err)
{
    sheaf_rounds *rounds = calloc(1, sizeof *rounds);
    if (!rounds)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory to coordinate rounds");
    rounds->hub = hub;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&rounds->lock, NULL);
    pthread_cond_init(&rounds->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sheaf_rounds_restore(rounds);
    if (pthread_create(&rounds->thread, NULL, rounds_run, rounds) != 0) {
        sheaf_rounds_close(rounds);
        return sheaf_fail(err, SHEAF_NOMEM, "the system gives no thread for the rounds");
    }
    rounds->started = true;
    *out = rounds;
    return SHEAF_OK;
}

void sheaf_rounds_stop(sheaf_rounds *rounds)
{
    if (!rounds || !rounds->started)
        return;
    pthread_mutex_lock(&rounds->lock);
    rounds->stopping = true;
    pthread_cond_broadcast(&rounds->woken);
    pthread_mutex_unlock(&rounds->lock);
    pthread_join(rounds->thread, NULL);
    rounds->started = false;
    for (size_t i = 0; i < SHEAF_ROUNDS_MAX; i++)
        sheaf_slot_sum_stop(&rounds->slots[i]); /* the next process makes it again */
    sheaf_rounds_answer_polls(rounds, true);
}

void sheaf_rounds_close(sheaf_rounds *rounds)
{
    if (!rounds)
        return;
    sheaf_rounds_stop(rounds);
    sheaf_rounds_answer_polls(rounds, true);
    for (size_t i = 0; i < SHEAF_ROUNDS_MAX; i++)
        if (rounds->slots[i].coordinator)
            sheaf_slot_free(&rounds->slots[i]);
    pthread_mutex_destroy(&rounds->lock);
    pthread_cond_destroy(&rounds->woken);
    free(rounds);
}
