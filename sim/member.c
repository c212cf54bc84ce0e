/* A member: follows the log, acts, takes part in rounds that its own replica allows. */
#include "sim.h"

#include "base/encode.h"
#include "claims/recompute.h"
#include "coop/key_numbers.h"
#include "node/follower.h"
#include "node/round_check.h"

#include <stdio.h>

enum { LATE_MS = 650 };

static const char *const names[MEMBERS] = {"ann", "bob", "cat", "dan"};

static void keep_digest(member *m)
{
    m->digest[m->log.size] = sheaf_state_digest(&m->replay.state);
}

void member_open(sim *s, int i)
{
    member *m = &s->member[i];
    m->name = names[i];
    m->joined = SHEAF_NONE;
    snprintf(m->node, sizeof m->node, "%s.node", m->name);
    for (int k = 0; k < 2; k++)
        sheaf_buffer_init(&m->slot[k].act, SHEAF_ENTRY_MAX);
    for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
        sheaf_buffer_init(&m->answered[stage], 1 << 20);
    sheaf_buffer_init(&m->masked, 1 << 20);
    sheaf_buffer_init(&m->base, 1 << 20);
    for (uint64_t e = 0; e < s->hub.log.size; e++)
        log_append(s, &m->log, sheaf_buffer_slice(&s->hub.log.entry[e]));
    replay_again(s, &m->replay, &m->log);
    keep_digest(m);
}

static void stop_taking_part(member *m)
{
    if (m->taking_part)
        sheaf_participant_deinit(&m->participant);
    m->taking_part = false;
}

void member_close(sim *s, int i)
{
    member *m = &s->member[i];
    stop_taking_part(m);
    for (int k = 0; k < 2; k++)
        sheaf_buffer_deinit(&m->slot[k].act);
    for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
        sheaf_buffer_deinit(&m->answered[stage]);
    sheaf_buffer_deinit(&m->masked);
    sheaf_buffer_deinit(&m->base);
    log_cut(&m->log, 0);
    sheaf_replay_deinit(&m->replay);
}

/* ---- acts ---- */

static void begin_act(sim *s, int i, int slot, const char *kind, const char *what)
{
    member *m = &s->member[i];
    const char *who = slot ? m->node : m->name;
    uint32_t key = kit_named(&s->pen, who)->key;
    m->slot[slot].seq = sheaf_key_number_of(&m->replay.state, key) + 1;
    m->slot[slot].until = s->now + 4000;
    m->slot[slot].waiting = true;
    sim_write(s, who, clock_of(s, i), m->slot[slot].seq, kind, what, &m->slot[slot].act);
}

/* Sent again until it is seen on the log or can no longer be entered. */
static void push_acts(sim *s, int i)
{
    member *m = &s->member[i];
    for (int slot = 0; slot < 2; slot++) {
        const char *who = slot ? m->node : m->name;
        uint32_t key = kit_named(&s->pen, who)->key;
        if (!m->slot[slot].waiting)
            continue;
        if (sheaf_key_number_of(&m->replay.state, key) >= m->slot[slot].seq
            || s->now > m->slot[slot].until)
            m->slot[slot].waiting = false;
        else if (sim_chance(s, 6) == 0)
            sim_send(s, &(packet){.from = i, .to = HUB, .kind = ACT},
                     sheaf_buffer_slice(&m->slot[slot].act));
    }
}

static void vote(sim *s, int i)
{
    member *m = &s->member[i];
    const sheaf_state *state = &m->replay.state;
    static const char *const choices[] = {"yes", "no", "abstain", "yes"};
    for (uint32_t row = sheaf_motion_count(state); row-- > 0;) {
        const struct sheaf_row_motion *motion = sheaf_motion_at(state, row);
        uint32_t me = kit_named(&s->pen, m->name)->member;
        if (motion->state != SHEAF_motion_state_open
            || sheaf_ballot_find(state, sheaf_pair(motion->id, me)))
            continue;
        char what[80];
        snprintf(what, sizeof what, "{'choice':'%s','motion':%u}", choices[sim_chance(s, 4)],
                 motion->id);
        begin_act(s, i, 0, "ballot.cast", what);
        return;
    }
}

static void consent(sim *s, int i)
{
    member *m = &s->member[i];
    char what[2048], limit[1024], budget[1200] = "", label[KIT_NAME_MAX];
    snprintf(label, sizeof label, "%s.data", m->name);
    uint32_t dataset = kit_index(&s->pen, label);
    const struct sheaf_row_consent *live =
        sheaf_consent_live(&m->replay.state, dataset, SHEAF_purpose_research, clock_of(s, i));
    if (live) {
        snprintf(what, sizeof what, "{'consent':%u}", live->id);
        begin_act(s, i, 0, "consent.revoke", what);
        m->revoking = live->id;
        m->revoking_until = m->slot[0].until; /* binds the own node from now on */
    } else {
        /* Enough for a few rounds. */
        if (s->noised && sim_chance(s, 2))
            snprintf(budget, sizeof budget,
                     "'budget':{'delta_trillionths':1000000000,'epsilon_millionths':5000000,"
                     "'limit':%s,'unit':'record'},",
                     kit_amounts(
                         limit, (1 + sim_chance(s, 6)) * kit_terms_true(NOISE).costs[KIT_PLACE],
                         KIT_PLACE));
        snprintf(what, sizeof what, "{%s'dataset':%u,'purpose':'research','until':%lld}",
                 budget, dataset, (long long)(s->now + 2000 + sim_chance(s, 20000)));
        begin_act(s, i, 0, "consent.grant", what);
    }
}

static void act(sim *s, int i)
{
    /* In a scenario nobody ends the training that it looks at. */
    unsigned random = sim_chance(s, s->scenario ? 80 : 100);
    char what[200];
    if (random < 50) {
        vote(s, i);
    } else if (random < 70) {
        begin_act(s, i, 0, "motion.open", "{'title':^}");
    } else if (random < 80) {
        begin_act(s, i, 0, "revenue.record", "{'amount_cents':1001,'memo':^}");
    } else if (random < 86) {
        consent(s, i);
    } else if (random < 88) {
        snprintf(what, sizeof what,
                 "{'effect':{'kind':'mandate.revoke','what':{'mandate':%u}},'title':^}",
                 kit_index(&s->pen, "m.tick"));
        begin_act(s, i, 0, "motion.open", what);
    } else if (random < 93) {
        begin_act(s, i, 0, "motion.open",
                  "{'effect':{'kind':'surplus.distribute','what':{'amount_cents':1000}},"
                  "'title':^}");
    }
}

/* ---- the log ---- */

static void hear(sim *s, int i, const packet *p)
{
    member *m = &s->member[i];
    (void)s;
    if (p->size <= m->log.size && !sheaf_hash_equal(&m->log.root[p->size], &p->hash))
        m->alarm = true; /* two trees of one size: a fork */
}

static void take_entries(sim *s, int i, const packet *p)
{
    member *m = &s->member[i];
    sheaf_slice in = {p->bytes, p->len}, head, entry;
    if (p->number > m->log.size)
        return;
    if (p->size <= m->log.size) {
        hear(s, i, p);
        return;
    }
    /* The tree first: nothing is folded that the stated root does not stand for. */
    sheaf_tree tree = m->log.tree;
    sheaf_slice fresh[LOG_MAX];
    size_t count = 0;
    for (uint64_t at = p->number; at < p->size; at++) {
        if (!sheaf_take(&in, 4, &head))
            return;
        uint32_t len = (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                       | (uint32_t)head.data[2] << 8 | head.data[3];
        if (!sheaf_take(&in, len, &entry))
            return;
        if (at < m->log.size)
            continue;
        if (sheaf_entry_stamp(entry) > clock_of(s, i) + SHEAF_CLOCK_SKEW_MS) {
            sim_hear(s, i, "an entry is stamped ahead of my clock");
            return; /* nothing is known against the hub: later, perhaps */
        }
        sheaf_hash leaf = sheaf_tree_leaf(entry);
        sheaf_tree_append(&tree, &leaf);
        fresh[count++] = entry;
    }
    sheaf_hash root = sheaf_tree_root(&tree);
    if (!sheaf_hash_equal(&root, &p->hash)) {
        m->alarm = true; /* the hub's tree is not a continuation of mine */
        return;
    }
    for (size_t k = 0; k < count; k++) {
        sheaf_replayed result;
        if (sheaf_replay_entry(&m->replay, fresh[k], &result, NULL) != SHEAF_OK)
            sim_fail(s, "no memory");
        if (result.refusal != SHEAF_ACCEPTED)
            m->alarm = true; /* the hub entered what the rules refuse */
        log_append(s, &m->log, fresh[k]);
        keep_digest(m);
    }
}

/* ---- rounds ---- */

static bool may_take_part(sim *s, int i, uint32_t round)
{
    member *m = &s->member[i];
    const sheaf_state *state = &m->replay.state;
    static sheaf_revoked revoked;
    uint32_t key = kit_named(&s->pen, m->node)->key;
    sheaf_err err = {0};
    if (m->alarm || !sheaf_round_find(state, round) || !sheaf_round_seat(state, round, key))
        return false;
    revoked.count = s->now < m->revoking_until;
    revoked.consent[0] = m->revoking;
    if (sheaf_round_check(state, round, key, &revoked, clock_of(s, i), &err) == SHEAF_OK)
        return true;
    sim_hear(s, i, err.message);
    return false;
}

/* False if the node refuses to compute. */
static bool give_vector(sim *s, int i, uint32_t words)
{
    member *m = &s->member[i];
    sheaf_status status;
    if (m->masked.len) {
        status = sheaf_participant_input_again(&m->participant, sheaf_buffer_slice(&m->masked),
                                               NULL, NULL);
    } else {
        if (s->folder[0] && !tables_words(s, i, m->round, m->input))
            return false;
        for (uint32_t w = 0; !s->folder[0] && w < words; w++)
            m->input[w] = kit_random(&s->random);
        status = sheaf_participant_input(&m->participant, m->input, words, NULL);
    }
    if (status != SHEAF_OK)
        sim_fail(s, "%s cannot give its vector", m->name);
    return true;
}

/* Everything that left before the crash is made again, byte for byte. */
static void resume(sim *s, member *m)
{
    sheaf_slice message;
    for (int stage = SHEAF_ROUND_ADVERTISE; stage <= SHEAF_ROUND_REVEAL; stage++) {
        if (!m->answered[stage].len)
            continue;
        if (sheaf_participant_receive(&m->participant, sheaf_buffer_slice(&m->answered[stage]),
                                      &message, NULL)
            != SHEAF_OK)
            sim_fail(s, "%s does not come as far as it was", m->name);
        sheaf_hash hash = sheaf_sha256(message);
        if (!sheaf_hash_equal(&hash, &m->said[stage]))
            sim_fail(s, "%s makes other bytes for stage %d", m->name, stage);
    }
    s->rounds_resumed++;
}

static void forget_round(sim *s, member *m)
{
    for (int k = 0; k < SHEAF_SEED_BYTES; k++)
        m->seed[k] = (uint8_t)sim_chance(s, 256);
    for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++) {
        sheaf_buffer_reset(&m->answered[stage]);
        m->said[stage] = (sheaf_hash){0};
    }
    sheaf_buffer_reset(&m->masked);
    m->left = false;
}

/* The bytes of the model that the round starts from are here, whoever sent them. */
static bool has_base(const sim *s, int i, uint32_t round)
{
    const member *m = &s->member[i];
    const sheaf_hash *base = &sheaf_round_find(&m->replay.state, round)->base;
    sheaf_hash hash = sheaf_sha256(sheaf_buffer_slice(&m->base));
    return !s->folder[0] || sheaf_hash_is_zero(base) || sheaf_hash_equal(base, &hash);
}

static void join(sim *s, int i, uint32_t round)
{
    member *m = &s->member[i];
    kit_name *node = kit_named(&s->pen, m->node);
    sheaf_round_config *config = &s->config;
    bool again = round == m->joined;
    if ((again && m->left) || !may_take_part(s, i, round) || !has_base(s, i, round)
        || !round_config(s, &m->replay.state, &m->log, round, config))
        return;
    stop_taking_part(m);
    if (!again)
        forget_round(s, m);
    if (sheaf_participant_init(&m->participant, config, node->member, &node->pair, m->seed,
                               NULL)
        != SHEAF_OK)
        sim_fail(s, "%s cannot take part", m->name);
    m->taking_part = true;
    m->round = m->joined = m->input_round = round;
    check_training(s, i, round);
    if (!give_vector(s, i, config->words)) {
        stop_taking_part(m);
        m->left = true;
        return;
    }
    if (again)
        resume(s, m);
    else
        s->rounds_joined++;
}

/* Durable before it leaves; and whatever leaves is all that this stage ever gets. */
static void keep_answer(sim *s, member *m, sheaf_slice bundle, sheaf_slice message)
{
    sheaf_round_stage stage = sheaf_participant_stage(&m->participant) - 1;
    sheaf_hash hash = sheaf_sha256(message);
    for (int k = SHEAF_ROUND_ADVERTISE; k <= SHEAF_ROUND_REVEAL; k++)
        if (sheaf_hash_equal(&m->said[k], &hash))
            return; /* the same once more */
    if (m->answered[stage].len)
        sim_fail(s, "%s answers stage %d with two messages", m->name, (int)stage);
    sheaf_buffer_add(&m->answered[stage], bundle);
    if (stage == SHEAF_ROUND_INPUT)
        sheaf_buffer_add(&m->masked, message);
    m->said[stage] = hash;
}

/* It dies when its answer of this stage is durable and has not left, once in each round. */
static bool is_killed(sim *s, int i)
{
    member *m = &s->member[i];
    if (!s->scenario || !s->scenario->killed || i != FLAWED || m->killed == m->round
        || sheaf_participant_stage(&m->participant) != SHEAF_ROUND_SURVIVORS)
        return false;
    m->killed = m->round;
    member_crash(s, i);
    m->up_at = s->now + KILLED_MS;
    return true;
}

/* A vector that is a word too short or too long, or none at all, with a head that its owner
 * signed for just these bytes. */
static bool send_of_wrong_length(sim *s, int i, uint64_t round, sheaf_slice message)
{
    member *m = &s->member[i];
    const sheaf_round_config *config = &m->participant.config;
    sheaf_buffer out;
    sheaf_slice in = message, head, signature;
    uint8_t vector[WORDS_MAX * 8 + 8] = {0};
    sheaf_round_message decoded;
    if (sheaf_round_message_decode(message, &decoded, NULL) != SHEAF_OK
        || decoded.type != SHEAF_ROUND_INPUT)
        return false;
    if (!sheaf_take(&in, SHEAF_ROUND_INPUT_HEAD_BYTES - SHEAF_SIGNATURE_BYTES, &head)
        || !sheaf_take(&in, SHEAF_SIGNATURE_BYTES, &signature))
        sim_fail(s, "a masked vector has no head");
    memcpy(vector, in.data, in.len);
    size_t each = config->bits / 8, choice = s->wrong_lengths++ % 3;
    size_t len = choice == 0 ? in.len - each : choice == 1 ? in.len + each : 0;
    sheaf_hash chunk = sheaf_sha256(sheaf_bytes(vector, len));
    sheaf_hash hash = sheaf_chunks_hash(&chunk, 1);
    sheaf_buffer_init(&out, 1 << 20);
    sheaf_buffer_add(&out, sheaf_bytes(head.data, head.len - SHEAF_HASH_BYTES));
    sheaf_buffer_add(&out, sheaf_bytes(hash.bytes, SHEAF_HASH_BYTES));
    sheaf_round_sign(&out, config, &kit_named(&s->pen, m->node)->pair);
    sheaf_buffer_add(&out, sheaf_bytes(vector, len));
    sim_send(s, &(packet){.from = i, .to = HUB, .kind = ROUND_MESSAGE, .number = round},
             sheaf_buffer_slice(&out));
    sheaf_buffer_deinit(&out);
    return true;
}

static void answer(sim *s, int i, const packet *p)
{
    member *m = &s->member[i];
    sheaf_slice message;
    if (!m->taking_part || m->round != p->number)
        join(s, i, (uint32_t)p->number);
    if (!m->taking_part || m->round != p->number)
        return;
    if (!may_take_part(s, i, m->round)) { /* it ended meanwhile: no more leaves this node */
        stop_taking_part(m);
        m->left = true;
        return;
    }
    sheaf_slice bundle = {p->bytes, p->len};
    sheaf_err err = {0};
    if (sheaf_participant_receive(&m->participant, bundle, &message, &err) != SHEAF_OK) {
        sim_hear(s, i, err.message);
        return;
    }
    if (!message.len)
        return;
    keep_answer(s, m, bundle, message);
    watch_left(s, &m->participant, m->input, message);
    if (s->lie == LIE_TWO_LISTS && i == MEMBERS - 1)
        watch_accomplice(s, &m->participant, true);
    if (is_killed(s, i))
        return;
    if (s->flaw == FLAW_LENGTH && i == FLAWED && s->now < s->flaw_until
        && send_of_wrong_length(s, i, p->number, message))
        return;
    bool late = s->flaw == FLAW_LATE && i == FLAWED && s->now < s->flaw_until
                && sheaf_participant_stage(&m->participant) == SHEAF_ROUND_SURVIVORS;
    sim_send(s,
             &(packet){.at_ms = late ? LATE_MS : 0,
                       .from = i,
                       .to = HUB,
                       .kind = ROUND_MESSAGE,
                       .number = p->number},
             message);
}

/* Adds the vectors up again, with tables as every node does. */
static bool confirms(sim *s, int i, const struct sheaf_row_round *row, sheaf_slice transcript)
{
    member *m = &s->member[i];
    const sheaf_state *state = &m->replay.state;
    sheaf_round_config *config = &s->config;
    uint64_t words[WORDS_MAX];
    sheaf_err err = {0};
    sheaf_hash manifest = log_manifest(&m->log, row->id);
    if (s->folder[0]) {
        sheaf_round_evidence evidence = {.transcript = transcript};
        if (!sheaf_hash_is_zero(&row->base))
            evidence.base = sheaf_buffer_slice(&m->base);
        if (sheaf_round_recompute(state, row, &manifest, &evidence, NULL, &err) == SHEAF_OK)
            return true;
        sim_hear(s, i, err.message);
        return false;
    }
    if (!round_config(s, state, &m->log, row->id, config)
        || sheaf_transcript_sum(transcript, config, words, NULL, NULL) != SHEAF_OK)
        return false;
    sheaf_hash result = sheaf_sha256(sheaf_bytes(words, row->words * sizeof *words));
    return sheaf_hash_equal(&result, &row->result);
}

static void attest(sim *s, int i, const packet *p)
{
    member *m = &s->member[i];
    const sheaf_state *state = &m->replay.state;
    uint32_t round = (uint32_t)p->number;
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    const struct sheaf_row_seat *seat =
        sheaf_seat_find(state, sheaf_pair(round, kit_named(&s->pen, m->node)->key));
    char what[200], hex[65];
    if (!row || row->state != SHEAF_round_state_closed || !seat || !seat->survived
        || seat->attested != SHEAF_NONE || m->slot[1].waiting || !has_base(s, i, round)
        || !confirms(s, i, row, (sheaf_slice){p->bytes, p->len}))
        return;
    sheaf_hex_32(row->result.bytes, hex);
    snprintf(what, sizeof what, "{'result':'%s','round':%u}", hex, round);
    begin_act(s, i, 1, "round.attest", what);
}

/* ---- the whole ---- */

void member_receive(sim *s, int i, const packet *p)
{
    member *m = &s->member[i];
    if (p->kind == ENTRIES)
        take_entries(s, i, p);
    else if (p->kind == GOSSIP)
        hear(s, i, p);
    else if (p->kind == BUNDLE)
        answer(s, i, p);
    else if (p->kind == TRANSCRIPT)
        attest(s, i, p);
    else if (p->kind == BLOB) {
        sheaf_buffer_reset(&m->base);
        sheaf_buffer_add(&m->base, (sheaf_slice){p->bytes, p->len});
    } else if (p->kind == ACK && m->acks < ACK_MAX) {
        m->ack[m->acks].index = p->number;
        m->ack[m->acks++].leaf = p->hash;
    }
}

void member_step(sim *s, int i)
{
    member *m = &s->member[i];
    if (sim_chance(s, 10) == 0)
        sim_send(s, &(packet){.from = i, .to = HUB, .kind = FETCH, .size = m->log.size},
                 (sheaf_slice){0});
    if (sim_chance(s, 40) == 0)
        sim_send(s,
                 &(packet){.from = i,
                           .to = (int)sim_chance(s, MEMBERS),
                           .kind = GOSSIP,
                           .size = m->log.size,
                           .hash = m->log.root[m->log.size]},
                 (sheaf_slice){0});
    push_acts(s, i);
    if (!m->slot[0].waiting && s->now < s->calm_ms && sim_chance(s, 15) == 0)
        act(s, i);
}

/* The log is durable, and what was kept of a round; all else is gone. */
void member_crash(sim *s, int i)
{
    member *m = &s->member[i];
    stop_taking_part(m);
    for (int k = 0; k < 2; k++)
        m->slot[k].waiting = false;
    replay_again(s, &m->replay, &m->log);
    m->down = true;
    m->up_at = s->now + sim_chance(s, 1500);
}
