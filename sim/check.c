/* What must hold, seen from outside with all parties in view. */
#include "sim.h"

#include "coop/budget.h"

/* What all rounds up to this one have spent on the member's data, aborted ones too, at the
 * order that everything here is stated at. */
static int64_t spent_until(const sheaf_state *state, uint32_t dataset, uint32_t round)
{
    kit_terms terms = kit_terms_true(NOISE);
    int64_t spent = 0;
    for (uint32_t i = 0; i < sheaf_seat_count(state); i++) {
        const struct sheaf_row_seat *seat = sheaf_seat_at(state, i);
        if (seat->dataset != dataset || seat->round > round)
            continue;
        spent += sheaf_round_find(state, seat->round)->task == SHEAF_task_evaluate
                     ? terms.evaluations[KIT_PLACE]
                     : terms.costs[KIT_PLACE];
    }
    return spent;
}

/* Nobody gives a vector beyond the budget of its newest live consent. */
static void check_budget(const sim *s, const member *m, uint32_t round)
{
    const sheaf_state *state = &m->replay.state;
    uint32_t key = kit_named((kit *)&s->pen, m->node)->key;
    uint32_t dataset = sheaf_seat_find(state, sheaf_pair(round, key))->dataset;
    for (uint32_t r = sheaf_consent_count(state); r-- > 0;) {
        const struct sheaf_row_consent *c = sheaf_consent_at(state, r);
        if (c->dataset != dataset || c->revoked != SHEAF_NONE || c->until < s->now)
            continue;
        if (c->has_budget
            && spent_until(state, dataset, round)
                   > sheaf_allowance_find(state, sheaf_pair(c->id, KIT_PLACE))->limit)
            sim_fail(s, "%s trains beyond its budget", m->name);
        return;
    }
}

/* The account is the sum of what was opened; exact sums overlap wholly or not at all. */
static void check_privacy(const sim *s)
{
    const sheaf_state *state = &s->hub.replay.state;
    for (uint32_t i = 0; s->noised && i < sheaf_dataset_count(state); i++) {
        uint32_t dataset = sheaf_dataset_at(state, i)->id;
        if (sheaf_spent_amount(state, dataset, SHEAF_privacy_unit_record, KIT_PLACE)
            != spent_until(state, dataset, UINT32_MAX))
            sim_fail(s, "the account of data set %u is wrong", dataset);
    }
    uint32_t summed[MEMBERS] = {0}, count = 0;
    for (uint32_t r = 0; !s->noised && r < sheaf_round_count(state); r++) {
        const struct sheaf_row_round *round = sheaf_round_at(state, r);
        if (sheaf_hash_is_zero(&round->transcript))
            continue;
        for (uint16_t i = 0; i < round->seats; i++) {
            const struct sheaf_row_seat *seat = sheaf_seat_at(state, round->seat_first + i);
            if (!seat->survived || (count && summed[i] != seat->dataset))
                sim_fail(s, "two exact sums are over different data sets");
            summed[i] = seat->dataset;
        }
        if (count && count != round->seats)
            sim_fail(s, "two exact sums are over different data sets");
        count = round->seats;
    }
}

/* Asked at the moment a vector is given: the rows themselves, not the functions that decided.
 */
void check_training(const sim *s, int i, uint32_t round)
{
    const member *m = &s->member[i];
    const sheaf_state *state = &m->replay.state;
    const struct sheaf_row_round *row = sheaf_round_find(state, round);
    bool consent = false, motion = false;
    if (s->lie == LIE_NO_MANDATE && s->lied_round && round == s->lied_round)
        sim_fail(s, "%s trains in a round that the hub made up", m->name);
    if (!row)
        sim_fail(s, "%s trains in a round that is not on its log", m->name);
    const struct sheaf_row_mandate *mandate = sheaf_mandate_find(state, row->mandate);
    if (!mandate || mandate->revoked != SHEAF_NONE || mandate->expires < s->now
        || mandate->rounds_used > mandate->rounds_max)
        sim_fail(s, "%s trains without a mandate", m->name);
    for (uint32_t r = 0; r < sheaf_motion_count(state); r++)
        motion = motion
                 || (sheaf_motion_at(state, r)->id == mandate->motion
                     && sheaf_motion_at(state, r)->state == SHEAF_motion_state_adopted);
    if (!motion)
        sim_fail(s, "%s trains under a mandate that nobody adopted", m->name);
    for (uint32_t r = 0; r < sheaf_consent_count(state); r++) {
        const struct sheaf_row_consent *c = sheaf_consent_at(state, r);
        consent =
            consent
            || (c->member
                    == sheaf_key_find(state, kit_named((kit *)&s->pen, m->node)->key)->member
                && c->revoked == SHEAF_NONE && c->until >= s->now
                && (c->id != m->revoking || s->now >= m->revoking_until)
                && c->purpose == mandate->purpose);
    }
    if (!consent)
        sim_fail(s, "%s trains without its consent", m->name);
    check_budget(s, m, round);
}

/* The hub's sum is that of the vectors of those on the list. */
void check_sum(const sim *s)
{
    const sheaf_survivors *list = sheaf_coordinator_list(&s->hub.coordinator);
    const uint64_t *sum = sheaf_coordinator_sum(&s->hub.coordinator);
    const struct sheaf_row_round *row = sheaf_round_find(&s->hub.replay.state, s->hub.round);
    for (uint32_t w = 0; w < row->words; w++) {
        uint64_t want = 0;
        for (int i = 0; i < list->survivors; i++)
            for (int k = 0; k < MEMBERS; k++)
                if (kit_named((kit *)&s->pen, s->member[k].name)->member == list->survivor[i]) {
                    if (s->member[k].input_round != s->hub.round)
                        sim_fail(s, "%s is in a sum it gave nothing to", s->member[k].name);
                    want += s->member[k].input[w];
                }
        uint64_t sign = (uint64_t)1 << (s->hub.coordinator.config.bits - 1);
        want &= sign - 1 + sign;
        if ((want ^ sign) - sign != sum[w])
            sim_fail(s, "word %u of the sum is wrong", w);
    }
}

static void check_acks(const sim *s, const member *m)
{
    for (size_t i = 0; i < m->acks; i++) {
        uint64_t index = m->ack[i].index;
        if (index >= s->hub.log.size)
            sim_fail(s, "entry %llu was acknowledged and is gone", (unsigned long long)index);
        sheaf_hash leaf = log_manifest(&s->hub.log, (uint32_t)index);
        if (!sheaf_hash_equal(&leaf, &m->ack[i].leaf))
            sim_fail(s, "entry %llu is not what was acknowledged", (unsigned long long)index);
    }
}

static void check_pair(const sim *s, const member *a, const member *b, uint64_t first)
{
    uint64_t size = a->log.size < b->log.size ? a->log.size : b->log.size;
    for (uint64_t n = first; n <= size; n++)
        if (!sheaf_hash_equal(&a->digest[n], &b->digest[n])
            || !sheaf_hash_equal(&a->log.root[n], &b->log.root[n])) {
            if (!a->alarm && !b->alarm)
                sim_fail(s, "%s and %s disagree on the state at size %llu and neither knows",
                         a->name, b->name, (unsigned long long)n);
            return;
        }
}

static void check_money(const sim *s, const member *m)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < sheaf_account_count(&m->replay.state); i++)
        sum += sheaf_account_at(&m->replay.state, i)->balance_cents;
    if (sum)
        sim_fail(s, "the balances of %s sum to %lld", m->name, (long long)sum);
}

/* The false result is attested by nobody, and no round that stands builds on it. */
static void check_false_result(const sim *s, const member *m)
{
    const sheaf_state *state = &m->replay.state;
    const struct sheaf_row_round *lied = sheaf_round_find(state, s->lied_round);
    if (lied && lied->attested)
        sim_fail(s, "%s's log has a false result attested", m->name);
    if (!lied || sheaf_hash_is_zero(&lied->result))
        return; /* it never was closed */
    for (uint32_t r = 0; r < sheaf_round_count(state); r++)
        if (sheaf_hash_equal(&sheaf_round_at(state, r)->base, &lied->result))
            sim_fail(s, "a round builds on a false result");
}

/* Everybody tells everybody, then all is compared. */
void check_end(sim *s)
{
    uint64_t first = 0;
    sheaf_slice log = sheaf_buffer_slice(&s->pen.log), head;
    while (sheaf_take(&log, 4, &head)) {
        uint32_t len = (uint32_t)head.data[0] << 24 | (uint32_t)head.data[1] << 16
                       | (uint32_t)head.data[2] << 8 | head.data[3];
        if (!sheaf_take(&log, len, &head))
            break;
        first++;
    }
    for (int i = 0; i < MEMBERS; i++)
        for (int k = 0; k < MEMBERS; k++)
            member_receive(s, k,
                           &(packet){.from = i,
                                     .to = k,
                                     .kind = GOSSIP,
                                     .size = s->member[i].log.size,
                                     .hash = s->member[i].log.root[s->member[i].log.size]});
    check_privacy(s);
    check_wires(s);
    bool any_alarm = false;
    for (int i = 0; i < MEMBERS; i++) {
        member *m = &s->member[i];
        check_money(s, m);
        any_alarm = any_alarm || m->alarm;
        for (int k = 0; k < i; k++)
            check_pair(s, m, &s->member[k], first);
        if (s->lie == HONEST || s->lie >= LIE_DROP) {
            if (m->alarm)
                sim_fail(s, "%s raises a false alarm", m->name);
            if (m->log.size != s->hub.durable)
                sim_fail(s, "%s has not caught up: %llu of %llu", m->name,
                         (unsigned long long)m->log.size, (unsigned long long)s->hub.durable);
        }
        if (s->lie != LIE_EDIT)
            check_acks(s, m);
        if (s->lie == LIE_DROP && i == 1 && m->acks)
            sim_fail(s, "an act that was dropped is acknowledged");
        if (s->lie >= LIE_RESULT && s->lie <= LIE_TRANSCRIPT && s->lied_round)
            check_false_result(s, m);
    }
    if (s->lied && s->lie < LIE_BOTH_SECRETS && !any_alarm)
        sim_fail(s, "the hub lied and nobody knows");
}
