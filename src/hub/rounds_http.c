#include "hub/answers.h"
#include "hub/rounds_internal.h"

#include <stdlib.h>

/* ---- who is ready ---- */

/* The round in which the key has a seat and that is under way. */
static uint32_t seat_of(const sheaf_rounds *rounds, uint32_t key)
{
    for (size_t i = 0; i < SHEAF_ROUNDS_MAX; i++) {
        const sheaf_slot *slot = &rounds->slots[i];
        for (uint16_t k = 0; slot->coordinator && !slot->over && k < slot->count; k++)
            if (slot->keys[k] == key)
                return slot->round;
    }
    return SHEAF_NONE;
}

void sheaf_rounds_seated(sheaf_rounds *rounds, const sheaf_slot *slot, bool in)
{
    for (size_t i = 0; i < rounds->node_count; i++)
        for (uint16_t k = 0; k < slot->count; k++)
            if (rounds->nodes[i].key == slot->keys[k])
                rounds->nodes[i].seated = in;
}

int64_t sheaf_rounds_ready_ms(const sheaf_rounds *rounds)
{
    return SHEAF_NODE_READY_MS + 2 * (int64_t)rounds->again_ms;
}

/* The node's place: its own, a new one, or that of one not heard of for long. The others that
 * are there say how often each may come. */
static sheaf_ready_node *place_of(sheaf_rounds *rounds, uint32_t key, int64_t now_ms)
{
    sheaf_ready_node *stale = NULL, *own = NULL;
    int64_t ready_ms = sheaf_rounds_ready_ms(rounds);
    uint32_t others = 0;
    for (size_t i = 0; i < rounds->node_count; i++) {
        sheaf_ready_node *node = &rounds->nodes[i];
        if (node->key == key)
            own = node;
        else if (now_ms - node->at_ms > ready_ms)
            stale = node;
        else
            others++;
    }
    rounds->again_ms = others * SHEAF_NODE_SHARE_MS;
    if (own)
        return own;
    if (rounds->node_count < SHEAF_NODES_MAX)
        stale = &rounds->nodes[rounds->node_count++];
    if (stale)
        *stale = (sheaf_ready_node){.key = key, .at_ms = INT64_MIN / 2};
    return stale;
}

sheaf_status sheaf_rounds_ready(sheaf_rounds *rounds, uint32_t key, const uint32_t *datasets,
                                size_t count, sheaf_ready_answer *out, sheaf_err *err)
{
    int64_t now_ms = sheaf_rounds_now_ms();
    if (count > SHEAF_NODE_DATASETS_MAX)
        return sheaf_fail(err, SHEAF_INVALID, "a node names at most %d data sets",
                          SHEAF_NODE_DATASETS_MAX);
    pthread_mutex_lock(&rounds->lock);
    sheaf_ready_node *node = place_of(rounds, key, now_ms);
    if (node) {
        if (now_ms - node->at_ms > sheaf_rounds_ready_ms(rounds))
            rounds->arrivals++;
        node->at_ms = now_ms;
        node->count = count;
        memcpy(node->datasets, datasets, count * sizeof *datasets);
        *out = (sheaf_ready_answer){seat_of(rounds, key), rounds->again_ms};
        node->seated = out->round != SHEAF_NONE;
        pthread_cond_signal(&rounds->woken);
    }
    pthread_mutex_unlock(&rounds->lock);
    return node ? SHEAF_OK
                : sheaf_fail(err, SHEAF_NOMEM, "more than %d nodes are ready already",
                             SHEAF_NODES_MAX);
}

/* ---- messages ---- */

size_t sheaf_rounds_message_max(sheaf_rounds *rounds, uint32_t round)
{
    pthread_mutex_lock(&rounds->lock);
    const sheaf_slot *slot = sheaf_rounds_slot(rounds, round);
    size_t most = 0;
    for (int type = SHEAF_ROUND_COMMIT; slot && type <= SHEAF_ROUND_REVEAL; type++) {
        if (type == SHEAF_ROUND_INPUT)
            continue;
        size_t max = sheaf_round_message_max(&slot->coordinator->config, type);
        most = max > most ? max : most;
    }
    pthread_mutex_unlock(&rounds->lock);
    return most;
}

/* A vector does not come in one piece. */
static bool is_input(sheaf_slice message)
{
    uint16_t version, type;
    return sheaf_take_u16(&message, &version) && sheaf_take_u16(&message, &type)
           && type == SHEAF_ROUND_INPUT;
}

/* Nothing of it is acknowledged or shown before it is durable: the lock is held. */
static sheaf_round_answer take(sheaf_rounds *rounds, sheaf_slot *slot, sheaf_slice message,
                               sheaf_err *err)
{
    sheaf_coordinator *c = slot->coordinator;
    int64_t now_ms = sheaf_rounds_now_ms();
    sheaf_coordinator_tick(c, now_ms);
    sheaf_slot_keep(rounds, slot, (sheaf_slice){0});
    sheaf_round_answer answer = sheaf_coordinator_receive(c, message, now_ms, err);
    if (answer != SHEAF_ROUND_ACCEPTED)
        return answer;
    sheaf_slot_keep(rounds, slot, message);
    if (sheaf_coordinator_stage(c) != SHEAF_ROUND_ABORTED)
        return answer;
    (void)sheaf_fail(err, SHEAF_INVALID, "%s", sheaf_coordinator_reason(c));
    return SHEAF_ROUND_REFUSED;
}

sheaf_http_response sheaf_rounds_message(sheaf_rounds *rounds, uint32_t round,
                                         sheaf_slice message)
{
    sheaf_err err = {0};
    sheaf_round_answer answer = SHEAF_ROUND_REFUSED;
    pthread_mutex_lock(&rounds->lock);
    sheaf_slot *slot = sheaf_rounds_slot(rounds, round);
    if (is_input(message))
        (void)sheaf_fail(&err, SHEAF_INVALID,
                         "a vector is put to /api/v1/rounds/%u/vector, not posted as a message",
                         round);
    else if (slot && sheaf_coordinator_stage(slot->coordinator) < SHEAF_ROUND_DONE)
        answer = take(rounds, slot, message, &err);
    else
        (void)sheaf_fail(&err, SHEAF_INVALID, "round %u takes nothing more", round);
    pthread_cond_signal(&rounds->woken);
    pthread_mutex_unlock(&rounds->lock);
    if (answer == SHEAF_ROUND_REFUSED)
        return sheaf_http_error(422, "%s", err.message);
    sheaf_rounds_answer_polls(rounds, false);
    return sheaf_answer_nothing();
}

/* ---- what is to be seen ---- */

bool sheaf_rounds_progress(sheaf_rounds *rounds, uint32_t round, sheaf_round_progress *out)
{
    pthread_mutex_lock(&rounds->lock);
    const sheaf_slot *slot = sheaf_rounds_slot(rounds, round);
    if (slot)
        *out = sheaf_slot_progress(slot);
    pthread_mutex_unlock(&rounds->lock);
    return slot != NULL;
}

void sheaf_rounds_refuse(sheaf_rounds *rounds, uint32_t round, uint32_t key, sheaf_slice reason)
{
    pthread_mutex_lock(&rounds->lock);
    uint64_t kept =
        rounds->refusal_count < SHEAF_REFUSALS_MAX ? rounds->refusal_count : SHEAF_REFUSALS_MAX;
    sheaf_round_refusal *place = NULL;
    for (uint64_t i = 0; i < kept; i++)
        if (rounds->refusals[i].round == round && rounds->refusals[i].key == key)
            place = &rounds->refusals[i];
    if (!place)
        place = &rounds->refusals[rounds->refusal_count++ % SHEAF_REFUSALS_MAX];
    *place = (sheaf_round_refusal){.round = round, .key = key};
    place->len = reason.len < sizeof place->reason ? reason.len : sizeof place->reason;
    memcpy(place->reason, reason.data, place->len);
    pthread_mutex_unlock(&rounds->lock);
    sheaf_hub_log(rounds->hub, "round.refused", "round=%u key=%u", round, key);
}

void sheaf_rounds_refusals_put(sheaf_rounds *rounds, uint32_t round, sheaf_json_writer *w)
{
    pthread_mutex_lock(&rounds->lock);
    uint64_t kept =
        rounds->refusal_count < SHEAF_REFUSALS_MAX ? rounds->refusal_count : SHEAF_REFUSALS_MAX;
    sheaf_json_open_list(w);
    for (uint64_t i = 0; i < kept; i++) {
        const sheaf_round_refusal *refusal = &rounds->refusals[i];
        if (refusal->round != round)
            continue;
        sheaf_json_open_object(w);
        sheaf_json_member_put_int(w, "key", refusal->key);
        sheaf_json_member_put_string(w, "reason", sheaf_bytes(refusal->reason, refusal->len));
        sheaf_json_close(w);
    }
    sheaf_json_close(w);
    pthread_mutex_unlock(&rounds->lock);
}
