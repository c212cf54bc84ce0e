/* hub/rounds_polls.c - bundles, and those who wait for them.
 *
 * A stage of a large round ends for a thousand participants at one moment, and on a ring each
 * of them gets several MB that nobody else gets. So no more than BYTES_MAX are made and on
 * their way at a time; the others go on waiting, each with a connection and none with a thread.
 * Nobody has more than EACH_MAX on the way, so that whoever reads slowly holds up nobody else.
 */
#include "hub/answers.h"
#include "hub/rounds_internal.h"

#include <stdlib.h>

enum { BYTES_MAX = 64 << 20, EACH_MAX = 2 };

/* A bundle on its way. */
typedef struct {
    sheaf_rounds *rounds;
    uint32_t round;
    uint16_t seat;
    size_t len;
    uint8_t bytes[];
} loan;

static void loan_end(void *context)
{
    loan *l = context;
    sheaf_rounds *rounds = l->rounds;
    pthread_mutex_lock(&rounds->lock);
    sheaf_slot *slot = sheaf_rounds_slot(rounds, l->round);
    rounds->shown_bytes -= l->len;
    if (slot)
        slot->shown[l->seat]--;
    pthread_cond_signal(&rounds->woken); /* there is room for the next */
    pthread_mutex_unlock(&rounds->lock);
    free(l);
}

static sheaf_http_response bundle_answer(sheaf_rounds *rounds, sheaf_slot *slot, uint16_t seat,
                                         sheaf_slice bundle)
{
    loan *l = malloc(sizeof *l + bundle.len);
    if (!l)
        return sheaf_http_error(503,
                                "the hub has no memory left for a bundle of %zu bytes; "
                                "try again later",
                                bundle.len);
    *l = (loan){.rounds = rounds, .round = slot->round, .seat = seat, .len = bundle.len};
    memcpy(l->bytes, bundle.data, bundle.len);
    rounds->shown_bytes += l->len;
    slot->shown[seat]++;
    sheaf_http_response response = sheaf_http_lend(200, "application/octet-stream",
                                                   sheaf_bytes(l->bytes, l->len), loan_end, l);
    sheaf_http_header(&response, "Cache-Control", "no-store");
    return response;
}

typedef enum { FOUND, LATER, NO_ROOM } found;

/* With the lock held: the bundle of the stage for the member in this seat, or that of the abort
 * if there is one. Made only if there is room for it. */
static found bundle_find(sheaf_rounds *rounds, sheaf_slot *slot, uint32_t stage, uint16_t seat,
                         sheaf_http_response *response)
{
    sheaf_coordinator *c = slot->coordinator;
    sheaf_round_stage now = sheaf_coordinator_stage(c);
    if (now == SHEAF_ROUND_ABORTED)
        stage = SHEAF_ROUND_ABORTED;
    if (stage > now)
        return LATER;
    if (rounds->shown_bytes >= BYTES_MAX || slot->shown[seat] >= EACH_MAX)
        return NO_ROOM;
    sheaf_slice bundle =
        sheaf_coordinator_bundle(c, (sheaf_round_stage)stage, c->config.members[seat].member);
    if (bundle.len == 0)
        return LATER;
    *response = bundle_answer(rounds, slot, seat, bundle);
    return FOUND;
}

static sheaf_poll *place_find(sheaf_rounds *rounds)
{
    for (size_t i = 0; i < SHEAF_POLLS_MAX; i++)
        if (!rounds->polls[i].token)
            return &rounds->polls[i];
    return NULL;
}

/* With the lock held. */
static sheaf_http_verdict answer_or_wait(sheaf_rounds *rounds, sheaf_slot *slot, uint32_t stage,
                                         uint16_t seat, const sheaf_http_request *request,
                                         sheaf_http_response *response)
{
    found bundle = bundle_find(rounds, slot, stage, seat, response);
    if (bundle == FOUND)
        return SHEAF_HTTP_ANSWERED;
    sheaf_poll *place = place_find(rounds);
    if ((bundle == LATER && slot->over) || rounds->stopping || !place) {
        *response = sheaf_answer_nothing();
        return SHEAF_HTTP_ANSWERED;
    }
    *place = (sheaf_poll){.token = sheaf_http_defer(request),
                          .round = slot->round,
                          .stage = stage,
                          .seat = seat,
                          .until_ms = sheaf_rounds_now_ms() + SHEAF_POLL_MS};
    return SHEAF_HTTP_DEFERRED;
}

sheaf_http_verdict sheaf_rounds_bundle(sheaf_rounds *rounds, uint32_t round, uint32_t key,
                                       uint32_t stage, const sheaf_http_request *request,
                                       sheaf_http_response *response)
{
    sheaf_http_verdict verdict = SHEAF_HTTP_ANSWERED;
    pthread_mutex_lock(&rounds->lock);
    sheaf_slot *slot = sheaf_rounds_slot(rounds, round);
    uint16_t seat = 0;
    while (slot && seat < slot->count && slot->keys[seat] != key)
        seat++;
    if (!slot)
        *response = sheaf_http_error(404, "round %u is not under way", round);
    else if (seat == slot->count)
        *response = sheaf_http_error(404, "key %u has no seat in round %u", key, round);
    else
        verdict = answer_or_wait(rounds, slot, stage, seat, request, response);
    pthread_mutex_unlock(&rounds->lock);
    return verdict;
}

/* The next of those who wait that gets an answer now, from place *from on; NULL if none does.
 */
static sheaf_http_token *next_answer(sheaf_rounds *rounds, bool all, size_t *from,
                                     sheaf_http_response *response)
{
    sheaf_http_token *token = NULL;
    int64_t now_ms = sheaf_rounds_now_ms();
    pthread_mutex_lock(&rounds->lock);
    for (; !token && *from < SHEAF_POLLS_MAX; ++*from) {
        sheaf_poll *poll = &rounds->polls[*from];
        if (!poll->token)
            continue;
        sheaf_slot *slot = sheaf_rounds_slot(rounds, poll->round);
        found bundle =
            slot ? bundle_find(rounds, slot, poll->stage, poll->seat, response) : LATER;
        if (bundle != FOUND && slot && !all && now_ms < poll->until_ms)
            continue;
        if (bundle != FOUND)
            *response = sheaf_answer_nothing();
        token = poll->token;
        *poll = (sheaf_poll){0};
    }
    pthread_mutex_unlock(&rounds->lock);
    return token;
}

void sheaf_rounds_answer_polls(sheaf_rounds *rounds, bool all)
{
    size_t from = 0;
    sheaf_http_token *token;
    sheaf_http_response response;
    while ((token = next_answer(rounds, all, &from, &response)) != NULL)
        sheaf_http_respond(token, &response);
}
