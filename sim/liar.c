/* A hub that runs one round as it likes, as far as the members let it: it keeps what it gets,
 * shows each of them other bundles, and goes on with whatever comes back. If a defence were
 * missing, what it gets would be enough; check_wires() sees that. */
#include "sim.h"

#include "round/round_internal.h"

#include <stdlib.h>

enum { PATIENCE_MS = 500, ACCOMPLICE = MEMBERS - 1 };

/* ---- bundles ---- */

static sheaf_slice got(const sim *s, sheaf_round_stage stage, int at)
{
    return sheaf_buffer_slice(&s->liar.got[s->liar.again][stage][at]);
}

static void put_items(const sim *s, sheaf_round_stage stage, const sheaf_round_items *items,
                      sheaf_buffer *out)
{
    sheaf_buffer_reset(out);
    sheaf_round_bundle_head_put(out, &s->liar.config, stage);
    sheaf_round_items_put(out, items);
}

/* What an honest hub would show, of what there is. */
static sheaf_round_items collected(const sim *s, sheaf_round_stage stage)
{
    sheaf_round_items items = {0};
    for (int i = 0; stage > SHEAF_ROUND_ADVERTISE && i < s->liar.config.count; i++) {
        sheaf_slice message = got(s, stage - 1, i);
        if (stage == SHEAF_ROUND_SURVIVORS && message.len)
            message.len = SHEAF_ROUND_INPUT_HEAD_BYTES;
        if (message.len)
            items.item[items.count++] = message;
    }
    return items;
}

static void put_survivors(const sim *s, int without, int doubled, sheaf_buffer *out)
{
    const sheaf_round_config *config = &s->liar.config;
    sheaf_round_items items = collected(s, SHEAF_ROUND_SURVIVORS);
    int gone = 0;
    for (int i = 0; without >= 0 && i < items.count; i++) {
        gone += got(s, SHEAF_ROUND_INPUT, without).data == items.item[i].data;
        if (gone && i + 1 < items.count)
            items.item[i] = items.item[i + 1];
    }
    items.count = (uint16_t)(items.count - gone);
    put_items(s, SHEAF_ROUND_SURVIVORS, &items, out);
    int dropout = without >= 0 ? without : doubled;
    sheaf_buffer_add_u16(out, dropout >= 0);
    if (dropout >= 0)
        sheaf_buffer_add_u32(out, config->members[dropout].member);
}

/* ---- one list for some, another for others ---- */

static bool shown_short_list(const sim *s, int to)
{
    return (to == 2) != (s->liar.again == 1);
}

/* The accomplice has signed the whole list; now it signs the short one too. */
static void sign_both(sim *s)
{
    liar *l = &s->liar;
    const member *m = &s->member[2];
    const sheaf_survivors *list =
        m->taking_part ? sheaf_participant_list(&m->participant) : NULL;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    sheaf_survivors_text text;
    if (!list || l->forged.len || l->config.count < MEMBERS)
        return;
    if (sheaf_survivors_text_make(&l->config, list, &text, NULL) != SHEAF_OK)
        sim_fail(s, "no memory");
    sheaf_survivors_sign(&text, &kit_named(&s->pen, s->member[ACCOMPLICE].node)->pair,
                         signature);
    sheaf_round_head_put(&l->forged, &l->config, SHEAF_ROUND_SURVIVORS,
                         l->config.members[ACCOMPLICE].member);
    sheaf_buffer_add(&l->forged, sheaf_bytes(text.hash.bytes, sizeof text.hash.bytes));
    sheaf_buffer_add(&l->forged, sheaf_bytes(signature, sizeof signature));
    sheaf_survivors_text_deinit(&text);
}

/* Which list a signature is over; false if there is none. */
static bool list_of(sheaf_slice message, sheaf_hash *out)
{
    sheaf_round_message m;
    if (!message.len || sheaf_round_message_decode(message, &m, NULL) != SHEAF_OK)
        return false;
    *out = m.survivors;
    return true;
}

/* All signatures over the list that this one has signed. */
static void put_signatures(sim *s, int to, sheaf_buffer *out)
{
    const liar *l = &s->liar;
    sheaf_round_items items = {0};
    sheaf_hash signed_list, list;
    sign_both(s);
    bool any =
        list_of(got(s, SHEAF_ROUND_SURVIVORS, to), &signed_list)
        || list_of(sheaf_buffer_slice(&l->got[0][SHEAF_ROUND_SURVIVORS][to]), &signed_list);
    for (int i = 0; any && i < l->config.count; i++) {
        const sheaf_slice messages[] = {
            sheaf_buffer_slice(&l->got[0][SHEAF_ROUND_SURVIVORS][i]),
            sheaf_buffer_slice(&l->got[1][SHEAF_ROUND_SURVIVORS][i]),
            i == ACCOMPLICE ? sheaf_buffer_slice(&l->forged) : (sheaf_slice){0}};
        for (int k = 0; k < 3; k++)
            if (list_of(messages[k], &list) && sheaf_hash_equal(&list, &signed_list)) {
                items.item[items.count++] = messages[k];
                break;
            }
    }
    put_items(s, SHEAF_ROUND_REVEAL, &items, out);
}

/* ---- all others are the hub ---- */

/* The same message with the hub's own signature instead of its sender's. */
static void sign_own(sim *s, sheaf_slice message, sheaf_buffer *out)
{
    sheaf_round_message m;
    sheaf_slice rest = message, taken;
    sheaf_buffer_init(out, 1 << 20);
    if (sheaf_round_message_decode(message, &m, NULL) != SHEAF_OK
        || !sheaf_take(&rest, m.body.len + SHEAF_SIGNATURE_BYTES, &taken))
        sim_fail(s, "a shadow says nothing sound");
    sheaf_buffer_add(out, m.body);
    sheaf_round_sign(out, &s->liar.config, &kit_named(&s->pen, "hub")->pair);
    sheaf_buffer_add(out, rest);
}

static void cast_shadows(sim *s)
{
    liar *l = &s->liar;
    uint8_t seed[SHEAF_SEED_BYTES] = {77};
    uint64_t zeros[WORDS_MAX] = {0};
    for (int i = 0; i < l->config.count; i++) {
        if (i == l->victim)
            continue;
        sheaf_keypair *pair = NULL;
        for (int k = 0; k < MEMBERS; k++) {
            kit_name *node = kit_named(&s->pen, s->member[k].node);
            if (node->member == l->config.members[i].member)
                pair = &node->pair;
        }
        l->shadow[i] = calloc(1, sizeof *l->shadow[i]);
        seed[1] = (uint8_t)i;
        if (!pair || !l->shadow[i]
            || sheaf_participant_init(l->shadow[i], &l->config, l->config.members[i].member,
                                      pair, seed, NULL)
                   != SHEAF_OK
            || sheaf_participant_input(l->shadow[i], zeros, l->config.words, NULL) != SHEAF_OK)
            sim_fail(s, "no shadow");
    }
}

/* Among themselves the shadows use the true keys, which no hub has: it could leave out the
 * checks as well. The victim is shown what the hub itself can sign. */
static void put_shadows(sim *s, sheaf_round_stage stage, sheaf_buffer *out)
{
    liar *l = &s->liar;
    sheaf_round_items honest = {0}, forged = {0};
    sheaf_buffer bundle, resigned[MEMBERS];
    int made = 0;
    sheaf_buffer_init(&bundle, 1 << 20);
    for (int i = 0; stage > SHEAF_ROUND_ADVERTISE && i < l->config.count; i++) {
        sheaf_slice message = l->shadow[i] ? sheaf_participant_sent(l->shadow[i], stage - 1)
                                           : got(s, stage - 1, i);
        if (!message.len)
            continue;
        honest.item[honest.count++] = message;
        if (l->shadow[i]) {
            sign_own(s, message, &resigned[made]);
            message = sheaf_buffer_slice(&resigned[made++]);
        }
        forged.item[forged.count++] = message;
    }
    put_items(s, stage, &honest, &bundle);
    for (int i = 0; i < l->config.count; i++) {
        sheaf_slice message;
        if (l->shadow[i]
            && honest.count == (stage > SHEAF_ROUND_ADVERTISE ? l->config.count : 0)
            && sheaf_participant_receive(l->shadow[i], sheaf_buffer_slice(&bundle), &message,
                                         NULL)
                   == SHEAF_OK)
            watch_accomplice(s, l->shadow[i], false);
    }
    put_items(s, stage, &forged, out);
    for (int i = 0; i < made; i++)
        sheaf_buffer_deinit(&resigned[i]);
    sheaf_buffer_deinit(&bundle);
}

/* ---- what was said before, and twice ---- */

/* An advert of the same member in an earlier round. */
static sheaf_slice earlier(const sim *s, uint32_t who, sheaf_round_config *config)
{
    for (size_t n = 0; n < s->watched_count; n++) {
        const watched *w = s->watched[n];
        int at = sheaf_round_index(&w->config, who);
        if (w->config.round == s->liar.config.round || at < 0
            || !w->left[SHEAF_ROUND_ADVERTISE][at].len)
            continue;
        *config = w->config;
        return sheaf_buffer_slice(&w->left[SHEAF_ROUND_ADVERTISE][at]);
    }
    return (sheaf_slice){0};
}

/* Old adverts in a new bundle for the one, an old bundle for the other. */
static void put_replayed(const sim *s, int to, sheaf_buffer *out)
{
    sheaf_round_items items = collected(s, SHEAF_ROUND_SHARE);
    static sheaf_round_config config;
    int other = to == 0 ? 1 : 0;
    sheaf_slice old = earlier(s, s->liar.config.members[other].member, &config);
    if (old.len && other < items.count)
        items.item[other] = old;
    put_items(s, SHEAF_ROUND_SHARE, &items, out);
    if (old.len && to % 2) {
        sheaf_buffer_reset(out);
        sheaf_round_bundle_head_put(out, &config, SHEAF_ROUND_SHARE);
        sheaf_round_items_put(out, &items);
    }
}

static void put_doubled(const sim *s, int to, sheaf_buffer *out)
{
    sheaf_round_items items = collected(s, SHEAF_ROUND_SHARE);
    int first = to == 0 || to == 1 ? items.count - 2 : 0;
    if (items.count >= 3)
        items.item[first + 1] = items.item[first];
    put_items(s, SHEAF_ROUND_SHARE, &items, out);
}

/* Somebody without a seat, who says what the hub likes. */
static void put_added(sim *s, sheaf_buffer *out)
{
    const sheaf_round_config *config = &s->liar.config;
    sheaf_round_items items = collected(s, SHEAF_ROUND_SHARE);
    sheaf_buffer message;
    sheaf_round_message m;
    sheaf_buffer_init(&message, 1024);
    if (!items.count || sheaf_round_message_decode(items.item[0], &m, NULL) != SHEAF_OK)
        sim_fail(s, "nobody advertised");
    sheaf_round_head_put(&message, config, SHEAF_ROUND_ADVERTISE,
                         config->members[config->count - 1].member + 1);
    sheaf_buffer_add(&message, sheaf_bytes(m.body.data + SHEAF_ROUND_HEAD_BYTES,
                                           m.body.len - SHEAF_ROUND_HEAD_BYTES));
    sheaf_round_sign(&message, config, &kit_named(&s->pen, "hub")->pair);
    items.item[items.count++] = sheaf_buffer_slice(&message);
    put_items(s, SHEAF_ROUND_SHARE, &items, out);
    sheaf_buffer_deinit(&message);
}

/* ---- the round ---- */

static void show(sim *s, int to, sheaf_buffer *out)
{
    const liar *l = &s->liar;
    sheaf_round_items items = collected(s, l->stage);
    put_items(s, l->stage, &items, out);
    if (s->lie == LIE_KEYS && l->stage <= SHEAF_ROUND_INPUT && to == l->victim)
        put_shadows(s, l->stage, out);
    else if (s->lie == LIE_REPLAY && l->stage == SHEAF_ROUND_SHARE)
        put_replayed(s, to, out);
    else if (s->lie == LIE_DOUBLED && l->stage == SHEAF_ROUND_SHARE)
        put_doubled(s, to, out);
    else if (s->lie == LIE_ADDED && l->stage == SHEAF_ROUND_SHARE)
        put_added(s, out);
    else if (l->stage == SHEAF_ROUND_SURVIVORS && s->lie == LIE_BOTH_SECRETS)
        put_survivors(s, -1, l->victim, out);
    else if (l->stage == SHEAF_ROUND_SURVIVORS && s->lie == LIE_TWO_LISTS)
        put_survivors(s, shown_short_list(s, to) ? 1 : -1, -1, out);
    else if (l->stage == SHEAF_ROUND_SURVIVORS)
        put_survivors(s, -1, -1, out);
    else if (l->stage == SHEAF_ROUND_REVEAL && s->lie == LIE_TWO_LISTS)
        put_signatures(s, to, out);
}

/* No honest member says more than this in the round: what leads on was never sound. */
static void check_silence(const sim *s, sheaf_slice message)
{
    sheaf_round_message m;
    if (sheaf_round_message_decode(message, &m, NULL) != SHEAF_OK)
        sim_fail(s, "what leaves a member is no message");
    int at = sheaf_round_index(&s->liar.config, m.member);
    bool loud = (s->lie == LIE_BOTH_SECRETS && m.type >= SHEAF_ROUND_SURVIVORS)
                || (s->lie == LIE_DOUBLED && m.type >= SHEAF_ROUND_SHARE)
                || (s->lie == LIE_ADDED && m.type >= SHEAF_ROUND_SHARE)
                || (s->lie == LIE_REPLAY && m.type >= SHEAF_ROUND_SHARE)
                || (s->lie == LIE_KEYS && m.type >= SHEAF_ROUND_SHARE && at == s->liar.victim);
    if (loud)
        sim_fail(s, "member %u answers stage %s of a round that the hub falsified", m.member,
                 sheaf_round_stage_text(m.type));
}

bool liar_begin(sim *s, const sheaf_round_config *config)
{
    liar *l = &s->liar;
    static sheaf_round_config old;
    if (s->lie < LIE_BOTH_SECRETS || s->lie > LIE_ADDED || s->lied || s->now < s->lie_at
        || config->count < 3
        || (s->lie == LIE_TWO_LISTS
            && (config->count < MEMBERS || config->min_survivors == config->count)))
        return false;
    *l = (liar){.running = true,
                .config = *config,
                .stage = SHEAF_ROUND_ADVERTISE,
                .since = s->now,
                .victim = (int)sim_chance(s, config->count)};
    sheaf_buffer_init(&l->forged, 1024);
    for (int again = 0; again < 2; again++)
        for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
            for (int i = 0; i < MEMBERS; i++)
                sheaf_buffer_init(&l->got[again][stage][i], 1 << 20);
    for (int i = 0; s->lie == LIE_REPLAY && i < 2; i++)
        if (!earlier(s, config->members[i].member, &old).len) {
            liar_close(s);
            return false;
        }
    if (s->lie == LIE_KEYS)
        cast_shadows(s);
    s->lied = true;
    s->lied_round = config->round;
    return true;
}

void liar_receive(sim *s, sheaf_slice message)
{
    liar *l = &s->liar;
    sheaf_round_message m;
    if (sheaf_round_message_decode(message, &m, NULL) != SHEAF_OK || m.round != l->config.round)
        return;
    check_silence(s, message);
    int at = sheaf_round_index(&l->config, m.member);
    for (int again = 0; again <= l->again; again++) {
        sheaf_buffer *to = &l->got[again][m.type][at];
        if (again < l->again && m.type <= SHEAF_ROUND_INPUT)
            continue;
        if (to->len && again < l->again) {
            if (sheaf_slice_equal(sheaf_buffer_slice(to), message))
                return; /* what is known is not the second answer */
            continue;
        }
        if (!to->len)
            sheaf_buffer_add(to, message);
    }
}

/* The lists are shown to the others once more. */
static void start_again(liar *l)
{
    for (int stage = 0; stage <= SHEAF_ROUND_INPUT; stage++)
        for (int i = 0; i < MEMBERS; i++)
            sheaf_buffer_add(&l->got[1][stage][i], sheaf_buffer_slice(&l->got[0][stage][i]));
    l->again = 1;
    l->stage = SHEAF_ROUND_SURVIVORS;
}

bool liar_step(sim *s)
{
    liar *l = &s->liar;
    int answers = 0;
    for (int i = 0; i < l->config.count; i++)
        answers += got(s, l->stage, i).len > 0;
    bool late = s->now > l->since + PATIENCE_MS;
    bool lonely = s->lie == LIE_KEYS && got(s, l->stage, l->victim).len;
    if (answers == l->config.count || lonely
        || (late && answers >= 3 && l->stage >= SHEAF_ROUND_SURVIVORS)) {
        l->since = s->now;
        if (l->stage < SHEAF_ROUND_REVEAL)
            l->stage++;
        else
            late = true;
    }
    if (late && s->lie == LIE_TWO_LISTS && l->again == 0 && l->stage >= SHEAF_ROUND_SURVIVORS) {
        start_again(l);
        l->since = s->now;
        late = false;
    }
    if (late && l->since != s->now)
        return false;
    if (l->stage == SHEAF_ROUND_ADVERTISE)
        hub_show_base(s);
    if (sim_chance(s, 5) == 0)
        for (int i = 0; i < l->config.count; i++) {
            sheaf_buffer bundle;
            sheaf_buffer_init(&bundle, 1 << 20);
            show(s, i, &bundle);
            for (int k = 0; k < MEMBERS; k++)
                if (kit_named(&s->pen, s->member[k].node)->member
                    == l->config.members[i].member)
                    sim_send(
                        s,
                        &(packet){
                            .from = HUB, .to = k, .kind = BUNDLE, .number = l->config.round},
                        sheaf_buffer_slice(&bundle));
            sheaf_buffer_deinit(&bundle);
        }
    return true;
}

void liar_close(sim *s)
{
    liar *l = &s->liar;
    if (!l->running)
        return;
    for (int again = 0; again < 2; again++)
        for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
            for (int i = 0; i < MEMBERS; i++)
                sheaf_buffer_deinit(&l->got[again][stage][i]);
    for (int i = 0; i < MEMBERS; i++)
        if (l->shadow[i]) {
            sheaf_participant_deinit(l->shadow[i]);
            free(l->shadow[i]);
        }
    sheaf_buffer_deinit(&l->forged);
    l->running = false;
}
