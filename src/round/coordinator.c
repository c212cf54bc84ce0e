#include "round/coordinator.h"

#include "round/arrival.h"
#include "round/round_internal.h"

#include <assert.h>
#include <stdlib.h>

sheaf_status sheaf_coordinator_init(sheaf_coordinator *c, const sheaf_round_config *config,
                                    int64_t now_ms, sheaf_err *err)
{
    *c = (sheaf_coordinator){0};
    SHEAF_TRY(sheaf_round_config_check(config, err));
    c->config = *config;
    sheaf_neighbours_init(&c->neighbours, config);
    sheaf_buffer_init(&c->scratch, sheaf_round_bundle_max(config));
    c->stage = sheaf_round_first(config);
    c->stage_since_ms = now_ms;
    for (int i = 0; i < config->count; i++)
        c->expected[i] = true;
    for (int stage = 0; stage <= SHEAF_ROUND_ABORTED; stage++)
        sheaf_buffer_init(&c->bundle[stage], sheaf_round_bundle_max(config));
    sheaf_round_bundle_head_put(&c->bundle[c->stage], config, c->stage);
    if (c->stage == SHEAF_ROUND_ADVERTISE) /* nobody committed to anything */
        sheaf_buffer_add_u16(&c->bundle[c->stage], 0);
    sheaf_status status = sheaf_buffer_check(&c->bundle[c->stage], "a round bundle", err);
    if (status != SHEAF_OK)
        sheaf_coordinator_deinit(c);
    return status;
}

void sheaf_coordinator_stream(sheaf_coordinator *c, sheaf_chunk_store store,
                              sheaf_sum_sink sink)
{
    assert(c->stage == sheaf_round_first(&c->config));
    c->store = store;
    c->sink = sink;
}

void sheaf_coordinator_deinit(sheaf_coordinator *c)
{
    for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
        for (int i = 0; i < c->config.count; i++) {
            free(c->message[stage][i]);
            c->message[stage][i] = NULL;
        }
    for (int stage = 0; stage <= SHEAF_ROUND_ABORTED; stage++)
        sheaf_buffer_deinit(&c->bundle[stage]);
    for (int i = 0; i < c->config.count; i++) {
        free(c->vector[i]);
        free(c->chunks[i]);
        c->vector[i] = NULL;
        c->chunks[i] = NULL;
    }
    sheaf_buffer_deinit(&c->scratch);
    sheaf_survivors_text_deinit(&c->list_text);
    sheaf_neighbours_deinit(&c->neighbours);
    sheaf_wipe(c->self_secret, sizeof c->self_secret);
    sheaf_wipe(c->mask_secret, sizeof c->mask_secret);
    free(c->sum);
    c->sum = NULL;
}

void sheaf_coordinator_abort(sheaf_coordinator *c, const char *reason)
{
    if (c->stage >= SHEAF_ROUND_DONE)
        return;
    (void)sheaf_fail(&c->reason, SHEAF_INVALID, "%s", reason);
    for (char *at = c->reason.message; *at; at++) /* the bundle's reason is plain ASCII */
        if (*at < ' ' || *at > '~')
            *at = '?';
    c->stage = SHEAF_ROUND_ABORTED;
    sheaf_buffer *out = &c->bundle[SHEAF_ROUND_ABORTED];
    sheaf_round_bundle_head_put(out, &c->config, SHEAF_ROUND_ABORTED);
    sheaf_buffer_add_string(out, c->reason.message);
}

sheaf_slice sheaf_coordinator_message(const sheaf_coordinator *c, sheaf_round_stage stage,
                                      int index)
{
    return (sheaf_slice){c->message[stage][index], c->message_len[stage][index]};
}

static size_t answers(const sheaf_coordinator *c, size_t *missing)
{
    size_t count = 0;
    *missing = 0;
    for (int i = 0; i < c->config.count; i++) {
        if (!c->expected[i] || c->faulty[i])
            continue;
        if (c->message[c->stage][i])
            count++;
        else
            ++*missing;
    }
    return count;
}

/* The messages of a stage, of INPUT their heads; large, so it lives on the heap. */
typedef struct {
    sheaf_round_items items;
    sheaf_round_set set;
} gathering;

/* Of all, or for a position those of its neighbourhood. */
enum { EVERYBODY = -1 };

static void gather(const sheaf_coordinator *c, sheaf_round_stage stage, int whose,
                   sheaf_round_items *out)
{
    out->count = 0;
    for (int i = 0; i < c->config.count; i++) {
        sheaf_slice message = sheaf_coordinator_message(c, stage, i);
        if (message.data
            && (whose == EVERYBODY || i == whose
                || sheaf_neighbours_are(&c->neighbours, i, whose)))
            out->item[out->count++] = message;
    }
}

/* The messages that were accepted: each was checked then, so they need only be decoded. */
static sheaf_status accepted_set(const sheaf_coordinator *c, const sheaf_round_items *items,
                                 sheaf_round_set *set, sheaf_err *err)
{
    set->count = items->count;
    for (int i = 0; i < items->count; i++) {
        SHEAF_TRY(sheaf_round_message_decode(items->item[i], &set->message[i], err));
        set->index[i] = sheaf_round_index(&c->config, set->message[i].member);
    }
    return SHEAF_OK;
}

/* What a finished stage settles. */
static sheaf_status stage_settle(sheaf_coordinator *c, const sheaf_round_items *items,
                                 sheaf_round_set *set, sheaf_err *err)
{
    SHEAF_TRY(accepted_set(c, items, set, err));
    if (c->stage == SHEAF_ROUND_COMMIT)
        sheaf_round_commits_from(set, &c->commits);
    if (c->stage == SHEAF_ROUND_ADVERTISE)
        SHEAF_TRY(sheaf_round_adverts_from(&c->config, &c->commits, set, &c->neighbours,
                                           &c->adverts, err));
    for (int i = 0; c->stage == SHEAF_ROUND_SHARE && i < set->count; i++) {
        c->shared[set->index[i]] = true;
        c->share_body[set->index[i]] = sheaf_sha256(set->message[i].body);
    }
    if (c->stage == SHEAF_ROUND_INPUT) {
        SHEAF_TRY(
            sheaf_round_list_make(&c->config, &c->adverts, c->shared, set, &c->list, err));
        SHEAF_TRY(sheaf_survivors_text_make(&c->config, &c->list, &c->list_text, err));
    }
    return SHEAF_OK;
}

/* On a ring everybody is shown other shares, so those bundles are made when they are asked for.
 */
static bool made_for_each(const sheaf_coordinator *c, sheaf_round_stage stage)
{
    return c->neighbours.ring && stage == SHEAF_ROUND_INPUT;
}

static void bundle_put(const sheaf_coordinator *c, sheaf_round_stage stage,
                       const sheaf_round_items *items, sheaf_buffer *out)
{
    sheaf_round_bundle_head_put(out, &c->config, stage);
    sheaf_round_items_put(out, items);
    if (stage != SHEAF_ROUND_SURVIVORS)
        return;
    sheaf_buffer_add_u16(out, c->list.dropouts);
    for (int i = 0; i < c->list.dropouts; i++)
        sheaf_buffer_add_u32(out, c->list.dropout[i]);
}

/* Whoever has answered may answer next. Whoever is on the list and was shown enough signatures
 * may reveal, even if its own came too late to count. */
static void expect_next(sheaf_coordinator *c)
{
    bool answered[SHEAF_ROUND_MEMBERS_MAX];
    for (int i = 0; i < c->config.count; i++)
        answered[i] = c->message[c->stage][i] != NULL;
    for (int i = 0; i < c->config.count; i++)
        c->expected[i] = c->stage == SHEAF_ROUND_SURVIVORS
                             ? c->expected[i]
                                   && sheaf_neighbours_count(&c->neighbours, i, answered)
                                          >= c->config.threshold
                             : answered[i];
}

/* Too few are left around somebody to give its secret back, so the sum could not be unmasked.
 */
static sheaf_status outlook(const sheaf_coordinator *c, bool hoped, sheaf_err *err)
{
    int owner = sheaf_coordinator_short(c, hoped);
    if (owner < 0)
        return SHEAF_OK;
    return sheaf_fail(
        err, SHEAF_INVALID,
        "in stage %s fewer than %u neighbours of member %u are left to unmask the "
        "sum",
        sheaf_round_stage_text(c->stage), c->config.threshold, c->config.members[owner].member);
}

/* Closes the current stage, opens the next one and its bundle. */
static sheaf_status stage_next(sheaf_coordinator *c, int64_t now_ms, sheaf_err *err)
{
    sheaf_round_stage next = c->stage + 1;
    gathering *all = malloc(sizeof *all);
    if (!all)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the messages of a round");
    gather(c, c->stage, EVERYBODY, &all->items);
    sheaf_status status = stage_settle(c, &all->items, &all->set, err);
    if (status == SHEAF_OK && !made_for_each(c, next))
        bundle_put(c, next, &all->items, &c->bundle[next]);
    free(all);
    SHEAF_TRY(status);
    SHEAF_TRY(sheaf_buffer_check(&c->bundle[next], "a round bundle", err));
    expect_next(c);
    if (next >= SHEAF_ROUND_SURVIVORS)
        SHEAF_TRY(outlook(c, true, err));
    c->stage = next;
    c->stage_since_ms = now_ms;
    return SHEAF_OK;
}

static void stage_too_few(sheaf_coordinator *c, size_t count, size_t least)
{
    char reason[SHEAF_MESSAGE_MAX];
    sheaf_err text;
    (void)sheaf_fail(&text, SHEAF_INVALID,
                     "%zu of %u participants answered in stage %s, the round needs %zu", count,
                     c->config.count, sheaf_round_stage_text(c->stage), least);
    memcpy(reason, text.message, sizeof reason);
    sheaf_coordinator_abort(c, reason);
}

/* Joins the secrets if enough is revealed; if that cannot come any more, says so. */
static sheaf_status reveals_settle(sheaf_coordinator *c, bool late, sheaf_err *err)
{
    size_t missing;
    SHEAF_TRY(sheaf_coordinator_join(c, &c->joined, err));
    if (c->joined)
        return SHEAF_OK;
    size_t count = answers(c, &missing);
    if (!c->neighbours.ring && (late || count + missing < c->config.threshold)) {
        stage_too_few(c, count, c->config.threshold);
        return SHEAF_OK;
    }
    return late || missing == 0 ? outlook(c, !late, err) : SHEAF_OK;
}

/* Moves on as far as the messages and, with `late`, the deadline allow. */
static void advance(sheaf_coordinator *c, int64_t now_ms, bool late)
{
    size_t missing, count = answers(c, &missing);
    size_t least = c->stage <= SHEAF_ROUND_INPUT ? c->config.min_survivors
                                                 : sheaf_round_signers(&c->config);
    sheaf_err err = {0};
    sheaf_status status = SHEAF_OK;
    if (c->stage == SHEAF_ROUND_REVEAL)
        status = reveals_settle(c, late, &err);
    else if (count >= least && (missing == 0 || late))
        status = stage_next(c, now_ms, &err);
    else if (late || missing == 0)
        stage_too_few(c, count, least);
    if (status == SHEAF_OK && c->joined && !c->store.put)
        status = sheaf_coordinator_sum_now(c, &err);
    if (status != SHEAF_OK)
        sheaf_coordinator_abort(c, err.message);
}

int64_t sheaf_coordinator_deadline(const sheaf_coordinator *c)
{
    int64_t deadline;
    if (c->stage >= SHEAF_ROUND_DONE || c->joined
        || __builtin_add_overflow(c->stage_since_ms, (int64_t)c->config.stage_ms[c->stage - 1],
                                  &deadline))
        return INT64_MAX;
    return deadline;
}

void sheaf_coordinator_tick(sheaf_coordinator *c, int64_t now_ms)
{
    if (c->stage < SHEAF_ROUND_DONE && !c->joined && now_ms >= sheaf_coordinator_deadline(c))
        advance(c, now_ms, true);
}

/* The shares are of exactly those among the members whose secrets the holder has shares of. */
static bool shares_fit(const sheaf_coordinator *c, int holder, sheaf_slice shares, size_t count,
                       const uint32_t *members, size_t member_count)
{
    sheaf_scalar share;
    size_t at = 0;
    for (size_t i = 0; i < member_count; i++) {
        int owner = sheaf_round_index(&c->config, members[i]);
        if (!sheaf_neighbours_holds(&c->neighbours, holder, owner))
            continue;
        if (at >= count || sheaf_round_share_at(shares, at++, &share) != members[i])
            return false;
    }
    return at == count;
}

static sheaf_status reveal_check(const sheaf_coordinator *c, const sheaf_round_message *message,
                                 int index, sheaf_err *err)
{
    const sheaf_round_reveal *reveal = &message->reveal;
    if (!sheaf_hash_equal(&reveal->list, &c->list_text.hash)
        || !shares_fit(c, index, reveal->self_shares, reveal->survivors, c->list.survivor,
                       c->list.survivors)
        || !shares_fit(c, index, reveal->mask_shares, reveal->dropouts, c->list.dropout,
                       c->list.dropouts))
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u revealed shares of another survivor list",
                          message->member);
    return SHEAF_OK;
}

static sheaf_status advertise_check(const sheaf_coordinator *c,
                                    const sheaf_round_message *message, int index,
                                    sheaf_err *err)
{
    sheaf_hash opened = sheaf_graph_commitment(c->config.round, message->member,
                                               message->advertise.contribution.bytes);
    if (c->neighbours.ring && !sheaf_hash_equal(&opened, &c->commits.hash[index]))
        return sheaf_fail(err, SHEAF_FAULT,
                          "member %u shows other bytes for the order of the ring than it "
                          "committed to",
                          message->member);
    return SHEAF_OK;
}

static sheaf_status input_check(const sheaf_coordinator *c, const sheaf_round_message *message,
                                int index, sheaf_err *err)
{
    sheaf_hash shares =
        sheaf_neighbours_digest(&c->neighbours, index, c->shared, c->share_body);
    if (!sheaf_hash_equal(&message->input.adverts, &c->adverts.digest))
        return sheaf_fail(err, SHEAF_FAULT, "member %u masked its vector over other adverts",
                          message->member);
    return sheaf_round_shares_check(message, &shares, err);
}

static sheaf_status stage_check(const sheaf_coordinator *c, const sheaf_round_message *message,
                                int index, sheaf_err *err)
{
    switch (message->type) {
    case SHEAF_ROUND_ADVERTISE:
        return advertise_check(c, message, index, err);
    case SHEAF_ROUND_SHARE:
        SHEAF_TRY(sheaf_round_share_check(&c->adverts, message, index, err));
        SHEAF_TRY(sheaf_round_commitments_check(message, err));
        return sheaf_round_boxes_check(&c->config, &c->neighbours, &c->adverts, message, index,
                                       err);
    case SHEAF_ROUND_INPUT:
        return input_check(c, message, index, err);
    case SHEAF_ROUND_SURVIVORS:
        return sheaf_survivors_verify(&c->config, &c->list, &c->list_text, message, err);
    case SHEAF_ROUND_REVEAL:
        return reveal_check(c, message, index, err);
    default:
        return SHEAF_OK;
    }
}

/* The round is in the stage of the message. */
static sheaf_status stage_awaits(const sheaf_coordinator *c, const sheaf_round_message *message,
                                 sheaf_err *err)
{
    const char *type = sheaf_round_stage_text(message->type);
    if (c->stage >= SHEAF_ROUND_DONE)
        return sheaf_fail(err, SHEAF_INVALID, "round %u is over: it is %s", c->config.round,
                          sheaf_round_stage_text(c->stage));
    if (c->joined)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the message of stage %s came too late: the sum of round %u is being "
                          "made",
                          type, c->config.round);
    if (message->type != c->stage)
        return sheaf_fail(err, SHEAF_INVALID,
                          "the message of stage %s came too %s: round %u is in stage %s", type,
                          message->type < c->stage ? "late" : "early", c->config.round,
                          sheaf_round_stage_text(c->stage));
    return SHEAF_OK;
}

static sheaf_status member_awaited(const sheaf_coordinator *c,
                                   const sheaf_round_message *message, int index,
                                   sheaf_err *err)
{
    if (c->faulty[index] || !c->expected[index])
        return sheaf_fail(err, SHEAF_INVALID, "member %u is no longer part of round %u",
                          message->member, c->config.round);
    return stage_check(c, message, index, err);
}

sheaf_status sheaf_coordinator_check(const sheaf_coordinator *c,
                                     const sheaf_round_message *message, int *index,
                                     sheaf_err *err)
{
    SHEAF_TRY(stage_awaits(c, message, err));
    SHEAF_TRY(sheaf_round_message_check(&c->config, message, index, err));
    return member_awaited(c, message, *index, err);
}

sheaf_status sheaf_coordinator_check_again(const sheaf_coordinator *c,
                                           const sheaf_round_message *message, int index,
                                           sheaf_err *err)
{
    SHEAF_TRY(stage_awaits(c, message, err));
    return member_awaited(c, message, index, err);
}

sheaf_status sheaf_coordinator_keep(sheaf_coordinator *c, const sheaf_round_message *message,
                                    int index, sheaf_err *err)
{
    uint8_t *copy = malloc(message->bytes.len);
    if (!copy)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for a message of %zu bytes",
                          message->bytes.len);
    memcpy(copy, message->bytes.data, message->bytes.len);
    c->message[c->stage][index] = copy;
    c->message_len[c->stage][index] = message->bytes.len;
    return SHEAF_OK;
}

void sheaf_coordinator_answered(sheaf_coordinator *c, int64_t now_ms)
{
    size_t missing;
    (void)answers(c, &missing);
    if (missing == 0 || c->stage == SHEAF_ROUND_REVEAL)
        advance(c, now_ms, false);
}

sheaf_round_answer sheaf_coordinator_known(const sheaf_coordinator *c,
                                           const sheaf_round_message *message, sheaf_err *err)
{
    int index = sheaf_round_index(&c->config, message->member);
    sheaf_slice before = {0};
    if (index >= 0)
        before = sheaf_coordinator_message(c, message->type, index);
    if (!before.data)
        return SHEAF_ROUND_ACCEPTED;
    if (sheaf_slice_equal(before, message->bytes))
        return SHEAF_ROUND_DUPLICATE;
    if (sheaf_round_message_check(&c->config, message, &index, err) == SHEAF_OK
        && (message->type != SHEAF_ROUND_SURVIVORS
            || sheaf_survivors_verify(&c->config, &c->list, &c->list_text, message, err)
                   == SHEAF_OK))
        (void)sheaf_fail(
            err, SHEAF_FAULT,
            "member %u sent another message of stage %s before: the first one stands",
            message->member, sheaf_round_stage_text(message->type));
    return SHEAF_ROUND_REFUSED;
}

static sheaf_round_answer input_receive(sheaf_coordinator *c, sheaf_slice bytes, int64_t now_ms,
                                        sheaf_err *err)
{
    sheaf_arrival *arrival;
    sheaf_slice head;
    bool whole = sheaf_take(&bytes, SHEAF_ROUND_INPUT_HEAD_BYTES, &head);
    assert(whole); /* it was decoded */
    sheaf_round_answer answer = sheaf_arrival_open(c, head, now_ms, &arrival, err);
    if (answer != SHEAF_ROUND_ACCEPTED)
        return answer;
    if (sheaf_arrival_add(arrival, bytes, err) == SHEAF_OK)
        return sheaf_arrival_close(arrival, c, now_ms, err);
    sheaf_arrival_abandon(arrival);
    return SHEAF_ROUND_REFUSED;
}

sheaf_round_answer sheaf_coordinator_receive(sheaf_coordinator *c, sheaf_slice bytes,
                                             int64_t now_ms, sheaf_err *err)
{
    sheaf_round_message message;
    int index;
    sheaf_coordinator_tick(c, now_ms);
    if (sheaf_round_message_decode(bytes, &message, err) != SHEAF_OK)
        return SHEAF_ROUND_REFUSED;
    if (message.type == SHEAF_ROUND_INPUT)
        return input_receive(c, bytes, now_ms, err);
    sheaf_round_answer answer = sheaf_coordinator_known(c, &message, err);
    if (answer != SHEAF_ROUND_ACCEPTED)
        return answer;
    if (sheaf_coordinator_check(c, &message, &index, err) != SHEAF_OK
        || sheaf_coordinator_keep(c, &message, index, err) != SHEAF_OK)
        return SHEAF_ROUND_REFUSED;
    sheaf_coordinator_answered(c, now_ms);
    return SHEAF_ROUND_ACCEPTED;
}

sheaf_round_stage sheaf_coordinator_stage(const sheaf_coordinator *c)
{
    return c->stage;
}

sheaf_hash sheaf_coordinator_shown(const sheaf_coordinator *c, sheaf_round_stage stage)
{
    if (!made_for_each(c, stage))
        return sheaf_sha256(sheaf_buffer_slice(&c->bundle[stage]));
    sheaf_hash shown = c->neighbours.session;
    for (int i = 0; i < c->config.count; i++) {
        sheaf_slice message = sheaf_coordinator_message(c, stage - 1, i);
        sheaf_hash hash = sheaf_sha256(message);
        if (message.data)
            shown = sheaf_round_digest_add(&shown, &hash);
    }
    return shown;
}

static sheaf_slice neighbourhood_bundle(sheaf_coordinator *c, sheaf_round_stage stage,
                                        uint32_t member)
{
    int index = sheaf_round_index(&c->config, member);
    sheaf_round_items *items = malloc(sizeof *items);
    sheaf_buffer_reset(&c->scratch);
    if (items && index >= 0) {
        gather(c, stage - 1, index, items);
        bundle_put(c, stage, items, &c->scratch);
    }
    free(items);
    return c->scratch.failed ? (sheaf_slice){0} : sheaf_buffer_slice(&c->scratch);
}

sheaf_slice sheaf_coordinator_bundle(sheaf_coordinator *c, sheaf_round_stage stage,
                                     uint32_t member)
{
    assert(stage <= SHEAF_ROUND_ABORTED);
    bool open = stage == c->stage || (stage < c->stage && stage <= SHEAF_ROUND_DONE);
    if (open && made_for_each(c, stage) && c->stage != SHEAF_ROUND_ABORTED)
        return neighbourhood_bundle(c, stage, member);
    return open ? sheaf_buffer_slice(&c->bundle[stage]) : (sheaf_slice){0};
}

bool sheaf_coordinator_has_input(const sheaf_coordinator *c, int index)
{
    return c->chunks[index] != NULL;
}

bool sheaf_coordinator_awaits(const sheaf_coordinator *c, uint32_t member)
{
    int index = sheaf_round_index(&c->config, member);
    return index >= 0 && c->stage <= SHEAF_ROUND_REVEAL && !c->joined && c->expected[index]
           && !c->faulty[index] && !c->message[c->stage][index];
}

const char *sheaf_coordinator_reason(const sheaf_coordinator *c)
{
    return c->reason.message;
}
