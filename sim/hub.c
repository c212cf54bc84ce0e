/* The hub: orders acts, settles deadlines, runs rounds; durable is what was synced. */
#include "sim.h"

#include "coop/budget.h"
#include "coop/refusal.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATIENCE_MS = 800 };

void hub_open(sim *s)
{
    hub *h = &s->hub;
    sheaf_slice log = sheaf_buffer_slice(&s->pen.log), head, entry;
    while (sheaf_take(&log, 4, &head)) {
        uint32_t len = (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                       | (uint32_t)head.data[2] << 8 | head.data[3];
        if (!sheaf_take(&log, len, &entry))
            sim_fail(s, "the first log is cut");
        log_append(s, &h->log, entry);
    }
    replay_again(s, &h->replay, &h->log);
    h->durable = h->log.size;
    h->next_round_at = s->now + 300;
    sheaf_buffer_init(&h->transcript, 1 << 20);
    sheaf_buffer_init(&h->records, 1 << 20);
}

void hub_close(sim *s)
{
    hub *h = &s->hub;
    if (h->coordinating)
        sheaf_coordinator_deinit(&h->coordinator);
    log_cut(&h->log, 0);
    if (h->other) {
        log_cut(h->other, 0);
        free(h->other);
    }
    liar_close(s);
    for (size_t i = 0; i < h->blob_count; i++)
        sheaf_buffer_deinit(&h->blobs[i]);
    sheaf_replay_deinit(&h->replay);
    sheaf_buffer_deinit(&h->transcript);
    sheaf_buffer_deinit(&h->records);
}

/* The act becomes the next entry, if the rules accept it; `force` enters it anyway. */
static bool enter(sim *s, sheaf_slice signed_act, bool force)
{
    hub *h = &s->hub;
    sheaf_state *state = &h->replay.state;
    sheaf_slice signature, act = signed_act;
    sheaf_entry entry;
    sheaf_outcome outcome = {0};
    sheaf_replayed result;
    sheaf_buffer bytes;
    int64_t stamp = h->stamp ? h->stamp : s->now;
    stamp = sheaf_coop(state)->stamp > stamp ? sheaf_coop(state)->stamp : stamp;
    if (!sheaf_take(&act, SHEAF_SIGNATURE_BYTES, &signature))
        return false;
    sheaf_buffer_init(&bytes, SHEAF_ENTRY_MAX);
    sheaf_entry_encode(&bytes, act, signature.data, stamp);
    sheaf_arena_reset(&s->pen.decode);
    sheaf_arena_reset(&s->pen.work);
    bool good = sheaf_entry_decode(sheaf_buffer_slice(&bytes), 1, &s->pen.decode, &entry, NULL)
                == SHEAF_OK;
    if (good) {
        if (sheaf_fold_try(state, &entry, &s->pen.work, &outcome, NULL) != SHEAF_OK)
            sim_fail(s, "no memory");
        good = outcome.refusal == SHEAF_ACCEPTED;
        for (size_t i = 0; i < outcome.claim_count && good; i++)
            good = sheaf_claim_check(&outcome.claims[i], NULL, NULL) != SHEAF_CLAIM_FALSE;
        sheaf_fold_drop(state);
        if (!good)
            sim_hear(s, HUB, sheaf_refusal_describe((uint16_t)outcome.refusal)->sentence);
    }
    if (good || force) {
        if (sheaf_replay_entry(&h->replay, sheaf_buffer_slice(&bytes), &result, NULL)
            != SHEAF_OK)
            sim_fail(s, "no memory");
        if (good && result.refusal != SHEAF_ACCEPTED)
            sim_fail(s, "what was tried is now refused: %d", (int)result.refusal);
        log_append(s, &h->log, sheaf_buffer_slice(&bytes));
        if (h->other)
            log_append(s, h->other, sheaf_buffer_slice(&bytes));
        s->acts_entered++;
    }
    sheaf_buffer_deinit(&bytes);
    return good;
}

static bool enter_own(sim *s, const char *kind, const char *what, bool force)
{
    sheaf_buffer act;
    sheaf_buffer_init(&act, SHEAF_ENTRY_MAX);
    sim_write(s, "hub", s->now, sheaf_coop(&s->hub.replay.state)->hub_seq + 1, kind, what,
              &act);
    bool good = enter(s, sheaf_buffer_slice(&act), force);
    sheaf_buffer_deinit(&act);
    return good;
}

bool hub_tick_at(sim *s, int64_t stamp, const char *what)
{
    s->hub.stamp = stamp;
    bool good = enter_own(s, "clock.tick", what, false);
    s->hub.stamp = 0;
    return good;
}

static void serve(sim *s, const packet *p)
{
    hub *h = &s->hub;
    const kept_log *log = h->other && p->from == 3 ? h->other : &h->log;
    uint64_t end = p->size + 24 < h->durable ? p->size + 24 : h->durable;
    sheaf_buffer out;
    if (p->size > h->durable)
        return;
    sheaf_buffer_init(&out, 1 << 21);
    for (uint64_t i = p->size; i < end; i++) {
        sheaf_buffer_add_u32(&out, (uint32_t)log->entry[i].len);
        sheaf_buffer_add(&out, sheaf_buffer_slice(&log->entry[i]));
    }
    sim_send(s,
             &(packet){.from = HUB,
                       .to = p->from,
                       .kind = ENTRIES,
                       .number = p->size,
                       .size = end,
                       .hash = log->root[end]},
             sheaf_buffer_slice(&out));
    sheaf_buffer_deinit(&out);
}

/* Durable before anybody is shown what follows from it. */
static void write_down(hub *h, sheaf_slice message)
{
    sheaf_round_kept_add(&h->kept, &h->coordinator, message, &h->records);
}

static void receive(sim *s, sheaf_slice message)
{
    hub *h = &s->hub;
    sheaf_err err = {0};
    if (s->liar.running) {
        liar_receive(s, message);
        return;
    }
    sheaf_coordinator_tick(&h->coordinator, s->now);
    write_down(h, (sheaf_slice){0});
    sheaf_round_answer answer =
        sheaf_coordinator_receive(&h->coordinator, message, s->now, &err);
    if (answer == SHEAF_ROUND_ACCEPTED)
        write_down(h, message);
    else if (answer == SHEAF_ROUND_REFUSED)
        sim_hear(s, HUB, err.message);
}

void hub_receive(sim *s, const packet *p)
{
    hub *h = &s->hub;
    sheaf_slice bytes = {p->bytes, p->len};
    if (p->kind == FETCH) {
        serve(s, p);
    } else if (p->kind == ACT) {
        if ((s->lie == LIE_DROP && p->from == 1) || s->now >= s->quiet_ms)
            return;
        if (enter(s, bytes, false)) {
            h->unacknowledged[h->waiting].to = p->from;
            h->unacknowledged[h->waiting++].index = h->log.size - 1;
        }
    } else if (p->kind == ROUND_MESSAGE && h->coordinating && p->number == h->round) {
        receive(s, bytes);
    }
}

/* Only what is durable is acknowledged and served. */
static void sync_log(sim *s)
{
    hub *h = &s->hub;
    h->durable = h->log.size;
    for (size_t i = 0; i < h->waiting; i++) {
        uint64_t index = h->unacknowledged[i].index;
        sim_send(s,
                 &(packet){.from = HUB,
                           .to = h->unacknowledged[i].to,
                           .kind = ACK,
                           .number = index,
                           .hash = log_manifest(&h->log, (uint32_t)index)},
                 (sheaf_slice){0});
    }
    h->waiting = 0;
}

/* ---- rounds ---- */

/* The liar runs what the rules refuse, on a roster of its own. */
static void lied_config(sim *s, sheaf_round_config *config)
{
    hub *h = &s->hub;
    s->lied_round = h->round;
    *config = (sheaf_round_config){.origin = KIT_ORIGIN,
                                   .round = h->round,
                                   .words = 6,
                                   .bits = 64,
                                   .count = MEMBERS,
                                   .degree = MEMBERS - 1,
                                   .threshold = 3,
                                   .min_survivors = 3,
                                   .stage_ms = {600, 600, 600, 600, 600, 600}};
    config->manifest = log_manifest(&h->log, h->round);
    for (int i = 0; i < MEMBERS; i++) {
        kit_name *node = kit_named(&s->pen, s->member[i].node);
        config->members[i].member = node->member;
        memcpy(config->members[i].public, node->pair.public, 32);
    }
}

static void open_round(sim *s, bool force)
{
    hub *h = &s->hub;
    const sheaf_state *state = &h->replay.state;
    uint32_t id = kit_index(&s->pen, "m.tick"), seats = 0;
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, id);
    char what[2048], base[100] = "", hex[65];
    bool first = mandate->result_round == SHEAF_NONE;
    uint8_t task = first && !s->noised                        ? SHEAF_task_statistics
                   : !first && s->noised && !sim_chance(s, 4) ? SHEAF_task_evaluate
                                                              : SHEAF_task_train;
    if (!first) {
        const sheaf_hash *result = &sheaf_round_find(state, mandate->result_round)->result;
        for (int i = 0; i < 32; i++)
            snprintf(hex + 2 * i, 3, "%02x", result->bytes[i]);
        snprintf(base, sizeof base, "'base':'%s',", hex);
    }
    int n = snprintf(what, sizeof what, "{%s'mandate':%u,'participants':[", base,
                     force ? id + 1000 : id);
    bool careless = sim_chance(s, 4) == 0; /* seats that the rules refuse are named too */
    for (int i = 0; i < MEMBERS; i++) {
        char data[KIT_NAME_MAX];
        snprintf(data, sizeof data, "%s.data", s->member[i].name);
        uint32_t key = kit_index(&s->pen, s->member[i].node);
        uint32_t dataset = kit_index(&s->pen, data);
        if (!force && !careless
            && (sheaf_seat_check(state, id, key, dataset, s->now) != SHEAF_ACCEPTED
                || sheaf_budget_check(state, mandate, dataset, task, s->now) != SHEAF_ACCEPTED))
            continue;
        n += snprintf(what + n, sizeof what - (size_t)n, "%s{'dataset':%u,'key':%u}",
                      seats++ ? "," : "", dataset, key);
    }
    snprintf(what + n, sizeof what - (size_t)n, "],'stage_ms':600,'task':'%s','words':%u}",
             task == SHEAF_task_train        ? "train"
             : task == SHEAF_task_statistics ? "statistics"
                                             : "evaluate",
             sheaf_task_words(sheaf_model_get(state, mandate->model), mandate, task));
    if (seats < 2)
        return;
    bool good = enter_own(s, "round.open", what, force);
    h->round = (uint32_t)h->log.size - 1;
    sheaf_round_config *config = &s->config;
    if (good && !round_config(s, state, &h->log, h->round, config))
        sim_fail(s, "the round that the rules accepted is not sound");
    if (force && !good)
        lied_config(s, config);
    if (!good && !force)
        return;
    sync_log(s); /* nobody takes part in what is not durable */
    if (sheaf_coordinator_init(&h->coordinator, config, s->now, NULL) != SHEAF_OK)
        sim_fail(s, "the coordinator does not start");
    h->coordinating = true;
    sheaf_buffer_reset(&h->records);
    sheaf_round_kept_begin(&h->kept, &h->coordinator);
    if (!liar_begin(s, config) && !s->sound_from && s->now >= s->flaw_until)
        s->sound_from = h->round;
}

/* The round goes on where it was before the crash. */
static bool resume_round(sim *s, uint32_t round)
{
    hub *h = &s->hub;
    sheaf_round_config *config = &s->config;
    sheaf_err err;
    size_t sound;
    if (round != h->round || !round_config(s, &h->replay.state, &h->log, round, config)
        || sheaf_coordinator_init(&h->coordinator, config, s->now, NULL) != SHEAF_OK)
        return false;
    h->coordinating = true;
    sheaf_round_kept_begin(&h->kept, &h->coordinator);
    if (sheaf_round_kept_restore(&h->kept, &h->coordinator, sheaf_buffer_slice(&h->records),
                                 s->now, &sound, &err)
            != SHEAF_OK
        || sound != h->records.len)
        sim_fail(s, "the hub does not come as far as it was: %s", err.message);
    s->rounds_resumed++;
    return true;
}

static void end_coordinator(hub *h)
{
    sheaf_coordinator_deinit(&h->coordinator);
    h->coordinating = false;
}

static void abort_round(sim *s, uint32_t round, const char *reason)
{
    char what[100];
    snprintf(what, sizeof what, "{'reason':'%s','round':%u}", reason, round);
    if (!enter_own(s, "round.abort", what, false))
        return; /* a deadline comes first: later */
    s->hub.next_round_at = s->now + 200;
}

static sheaf_slice blob_of(const hub *h, const sheaf_hash *wanted)
{
    for (size_t i = 0; i < h->blob_count; i++) {
        sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&h->blobs[i]));
        if (sheaf_hash_equal(&hash, wanted))
            return sheaf_buffer_slice(&h->blobs[i]);
    }
    return (sheaf_slice){0};
}

void hub_show_base(sim *s)
{
    const struct sheaf_row_round *round = sheaf_round_find(&s->hub.replay.state, s->hub.round);
    if (!round)
        return;
    sheaf_slice base = blob_of(&s->hub, &round->base);
    for (int i = 0; base.len && i < MEMBERS; i++)
        sim_send(s, &(packet){.from = HUB, .to = i, .kind = BLOB}, base);
}

/* What it lies about as it closes the round, the same each time that it tries to. */
static lie lie_of_close(sim *s)
{
    bool can = s->lie == LIE_RESULT || (s->lie == LIE_TRANSCRIPT && s->folder[0])
               || (s->lie == LIE_LIST && s->folder[0] && s->noised
                   && sheaf_coordinator_list(&s->hub.coordinator)->survivors == MEMBERS);
    if (!can || (s->lied_round && s->lied_round != s->hub.round))
        return HONEST;
    s->lied_round = s->hub.round;
    return s->lie;
}

/* What the entry says of the sum; false if no members can have it. */
static bool write_close(sim *s, const struct sheaf_row_round *round, char *what, size_t size)
{
    hub *h = &s->hub;
    const sheaf_survivors *list = sheaf_coordinator_list(&h->coordinator);
    char hex[65], transcript[65], figures[160] = "";
    sheaf_round_result made = {
        .figures = {.accuracy_millionths = 1, .log_loss_millionths = 1, .records = 9}};
    sheaf_hash result;
    if (!result_of(s, &h->replay.state, round, blob_of(h, &round->base),
                   sheaf_coordinator_sum(&h->coordinator), &result, &made))
        return false;
    if (s->folder[0] && round->task == SHEAF_task_statistics)
        tables_check_pooled(s, round, list, &result);
    if (made.bytes.len && h->blob_count < BLOBS_MAX)
        h->blobs[h->blob_count++] = made.bytes;
    sheaf_hash shown = *sheaf_coordinator_transcript_hash(&h->coordinator);
    lie now = lie_of_close(s);
    result.bytes[0] ^= now == LIE_RESULT;
    shown.bytes[0] ^= now == LIE_TRANSCRIPT;
    for (int i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", result.bytes[i]);
        snprintf(transcript + 2 * i, 3, "%02x", shown.bytes[i]);
    }
    if (round->task == SHEAF_task_train && !s->noised)
        snprintf(figures, sizeof figures,
                 "'figures':{'accuracy_millionths':%lld,'log_loss_millionths':%lld,"
                 "'records':%lld},",
                 (long long)made.figures.accuracy_millionths,
                 (long long)made.figures.log_loss_millionths, (long long)made.figures.records);
    int n = snprintf(what, size, "{%s'result':'%s','round':%u,'survivors':[", figures, hex,
                     h->round);
    for (int i = now == LIE_LIST; i < list->survivors; i++)
        for (int k = 0; k < MEMBERS; k++)
            if (kit_named(&s->pen, s->member[k].node)->member == list->survivor[i])
                n += snprintf(what + n, size - (size_t)n, "%s{'key':%u}",
                              i > (now == LIE_LIST) ? "," : "",
                              kit_index(&s->pen, s->member[k].node));
    snprintf(what + n, size - (size_t)n, "],'transcript':'%s'}", transcript);
    return true;
}

static void close_round(sim *s)
{
    hub *h = &s->hub;
    const struct sheaf_row_round *round = sheaf_round_find(&h->replay.state, h->round);
    char what[2048];
    if (!round)
        sim_fail(s, "members took part in a round without a mandate");
    check_sum(s);
    if (!watch_computes(s, h->round, sheaf_coordinator_list(&h->coordinator)))
        sim_fail(s, "round %u: the sum does not follow from what left the members", h->round);
    if (!write_close(s, round, what, sizeof what)) {
        abort_round(s, h->round, "unsound");
        end_coordinator(h);
        return;
    }
    if (!enter_own(s, "round.close", what, false)) {
        sheaf_deadline due;
        if (!sheaf_fold_due(&h->replay.state, s->now, &due)) {
            abort_round(s, h->round, "revoked");
            end_coordinator(h);
        }
        return;
    }
    sheaf_buffer_reset(&h->transcript);
    if (sheaf_coordinator_transcript(&h->coordinator, &h->transcript, NULL) != SHEAF_OK)
        sim_fail(s, "no transcript");
    h->transcript_round = h->round;
    h->closed_at = s->now;
    s->rounds_summed++;
    end_coordinator(h);
}

static void run_round(sim *s)
{
    hub *h = &s->hub;
    if (s->liar.running) {
        if (liar_step(s))
            return;
        liar_close(s);
        sheaf_coordinator_abort(&h->coordinator, "nobody believed the hub");
    }
    sheaf_coordinator_tick(&h->coordinator, s->now);
    write_down(h, (sheaf_slice){0});
    sheaf_round_stage stage = sheaf_coordinator_stage(&h->coordinator);
    if (stage == SHEAF_ROUND_DONE && s->lie == LIE_BREAK_OFF && s->now >= s->lie_at) {
        s->lied = true;
        s->lied_round = h->round;
        abort_round(s, h->round, "deadline");
        end_coordinator(h);
        return;
    }
    if (stage == SHEAF_ROUND_DONE) {
        close_round(s);
        return;
    }
    if (stage == SHEAF_ROUND_SURVIVORS && s->scenario && s->scenario->killed
        && h->killed != h->round) {
        h->killed = h->round;
        hub_crash(s);
        h->up_at = s->now + KILLED_MS;
        return;
    }
    if (stage == SHEAF_ROUND_ABORTED) {
        if (sheaf_round_find(&h->replay.state, h->round))
            abort_round(s, h->round, "deadline");
        end_coordinator(h);
        return;
    }
    if (sim_chance(s, 5))
        return;
    if (stage == SHEAF_ROUND_ADVERTISE)
        hub_show_base(s);
    for (int i = 0; i < MEMBERS; i++)
        sim_send(s, &(packet){.from = HUB, .to = i, .kind = BUNDLE, .number = h->round},
                 sheaf_coordinator_bundle(&h->coordinator, stage,
                                          kit_named(&s->pen, s->member[i].node)->member));
}

/* Whoever is in a sum confirms it before its node takes part in what builds on it. */
static void show_transcript(sim *s)
{
    hub *h = &s->hub;
    if (!h->transcript_round || sim_chance(s, 8))
        return;
    hub_show_base(s);
    for (int i = 0; i < MEMBERS; i++)
        sim_send(
            s,
            &(packet){.from = HUB, .to = i, .kind = TRANSCRIPT, .number = h->transcript_round},
            sheaf_buffer_slice(&h->transcript));
}

static bool all_confirmed(const sheaf_state *state, const struct sheaf_row_round *round)
{
    for (uint16_t i = 0; i < round->seats; i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
        if (seat->survived && seat->attested == SHEAF_NONE)
            return false;
    }
    return true;
}

/* What the log says is under way, but this hub is not running. */
static void care_for_rounds(sim *s)
{
    hub *h = &s->hub;
    const sheaf_state *state = &h->replay.state;
    uint32_t id = kit_index(&s->pen, "m.tick");
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, id);
    const struct sheaf_row_round *last =
        mandate->last_round == SHEAF_NONE ? NULL : sheaf_round_find(state, mandate->last_round);
    if (last && last->state == SHEAF_round_state_open) {
        if (!resume_round(s, last->id))
            abort_round(s, last->id, "restart");
        return;
    }
    show_transcript(s);
    if (last && last->state == SHEAF_round_state_closed
        && last->attested < mandate->attest_min) {
        if (s->lied_round == last->id)
            open_round(s, false); /* it tries to go on from its false result */
        if (s->now > h->closed_at + 3000)
            abort_round(s, last->id, "unsound");
    } else if (s->now >= h->next_round_at && s->now < s->calm_ms
               && (!last || all_confirmed(state, last)
                   || s->now > h->closed_at + PATIENCE_MS)) {
        h->next_round_at = s->now + 400;
        if (sheaf_mandate_check(state, id, s->now) == SHEAF_ACCEPTED || s->lie == LIE_BREAK_OFF)
            open_round(s, false);
    }
}

/* ---- lies ---- */

static void tell_lie(sim *s)
{
    hub *h = &s->hub;
    if (s->lied || s->now < s->lie_at)
        return;
    if (s->lie == LIE_NO_MANDATE && !h->coordinating) {
        open_round(s, true);
        s->lied = true;
    } else if (s->lie == LIE_EDIT) { /* what somebody has seen: anything else is no lie yet */
        uint64_t seen = 0;
        for (int i = 0; i < MEMBERS; i++)
            seen = s->member[i].log.size > seen ? s->member[i].log.size : seen;
        uint64_t at = seen - 1 - sim_chance(s, 10);
        h->log.entry[at].data[h->log.entry[at].len - 3] ^= 1; /* a digit of the stamp */
        log_cut(&h->log, h->log.size);
        s->lied = true;
    } else if (s->lie == LIE_FORK && h->durable == h->log.size) {
        h->other = calloc(1, sizeof *h->other);
        if (!h->other)
            sim_fail(s, "no memory");
        for (uint64_t i = 0; i < h->log.size; i++)
            log_append(s, h->other, sheaf_buffer_slice(&h->log.entry[i]));
        /* From here on the fourth member is shown one entry that nobody else has. */
        h->other->entry[h->other->size - 1].data[4] ^= 1;
        log_cut(h->other, h->other->size);
        s->lied = true;
    }
}

void hub_step(sim *s)
{
    hub *h = &s->hub;
    sheaf_deadline due;
    if (sim_chance(s, 3) == 0)
        sync_log(s);
    if (s->now >= s->quiet_ms)
        return;
    tell_lie(s);
    bool witnessed = s->scenario && s->scenario->witnessed;
    if (witnessed && sim_chance(s, 10) == 0)
        clocks_settle_early(s);
    while (sheaf_fold_due(&h->replay.state, s->now, &due)) {
        char what[60];
        snprintf(what, sizeof what, "{'deadline':'motion','of':%u,'unwitnessed':false}",
                 due.of);
        if (enter_own(s, "clock.tick", witnessed ? clocks_tick(s, due.of, 0, 2) : what, false))
            continue;
        if (!witnessed) /* witnesses tell whole seconds: a little later they agree */
            sim_fail(s, "the tick that is due is refused");
        break;
    }
    if (h->coordinating)
        run_round(s);
    else
        care_for_rounds(s);
}

/* What was not durable is gone, with all that was in memory. */
void hub_crash(sim *s)
{
    hub *h = &s->hub;
    if (h->coordinating)
        end_coordinator(h);
    log_cut(&h->log, h->durable);
    if (h->other)
        log_cut(h->other, h->durable);
    h->waiting = 0;
    h->transcript_round = 0;
    replay_again(s, &h->replay, &h->log);
    h->down = true;
    h->up_at = s->now + sim_chance(s, 1500);
    h->closed_at = h->up_at;
}
