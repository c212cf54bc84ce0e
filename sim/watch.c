/* What somebody who reads every wire can compute of a round: the hub's view and more.
 *
 * All that leaves the members is kept, with what only this simulation knows: the true vectors
 * and whom each of them was masked against. From the shares that were revealed, or that the hub
 * and its accomplices hold, secrets are joined; then every set of members is tried. A set whose
 * masks can all be made again gives its sum, and that must be one over enough members. */
#include "sim.h"

#include "round/mask.h"
#include "round/round_internal.h"
#include "round/words.h"

#include <stdlib.h>

enum { SELF, MASK }; /* the two secrets of a member */

static watched *watched_find(sim *s, uint32_t round)
{
    for (size_t i = 0; i < s->watched_count; i++)
        if (s->watched[i]->config.round == round)
            return s->watched[i];
    return NULL;
}

watched *watch_round(sim *s, const sheaf_round_config *config)
{
    watched *w = watched_find(s, config->round);
    if (w)
        return w;
    w = calloc(1, sizeof *w);
    if (!w || s->watched_count == WATCHED_MAX || config->count > MEMBERS)
        sim_fail(s, "this round cannot be watched");
    w->config = *config;
    w->session = sheaf_round_session(config);
    for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
        for (int i = 0; i < MEMBERS; i++)
            sheaf_buffer_init(&w->left[stage][i], 1 << 20);
    s->watched[s->watched_count++] = w;
    return w;
}

void watch_close(sim *s)
{
    for (size_t n = 0; n < s->watched_count; n++) {
        for (int stage = 0; stage <= SHEAF_ROUND_REVEAL; stage++)
            for (int i = 0; i < MEMBERS; i++)
                sheaf_buffer_deinit(&s->watched[n]->left[stage][i]);
        free(s->watched[n]);
    }
    s->watched_count = 0;
}

static sheaf_round_message decoded(const watched *w, sheaf_round_stage stage, int at)
{
    sheaf_round_message message = {0};
    if (sheaf_round_message_decode(sheaf_buffer_slice(&w->left[stage][at]), &message, NULL)
        != SHEAF_OK)
        message.type = 0;
    return message;
}

static void take_shares(watched *w, int by, int secret, sheaf_slice shares, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sheaf_scalar share;
        int of = sheaf_round_index(&w->config, sheaf_round_share_at(shares, i, &share));
        if (of < 0)
            continue;
        w->share[secret][of][by] = share;
        w->known[secret][of][by] = true;
    }
}

void watch_left(sim *s, const sheaf_participant *p, const uint64_t *input, sheaf_slice message)
{
    watched *w = watch_round(s, &p->config);
    sheaf_round_message m;
    if (sheaf_round_message_decode(message, &m, NULL) != SHEAF_OK)
        sim_fail(s, "what leaves a member is no message");
    sheaf_buffer *kept = &w->left[m.type][p->me];
    if (kept->len && !sheaf_slice_equal(sheaf_buffer_slice(kept), message))
        sim_fail(s, "member %u sends two messages in stage %d", m.member, (int)m.type);
    if (kept->len)
        return;
    sheaf_buffer_add(kept, message);
    if (m.type == SHEAF_ROUND_INPUT) {
        memcpy(w->input[p->me], input, p->config.words * sizeof *input);
        for (int i = 0; i < p->config.count; i++) {
            w->over[p->me][i] = p->shared[i] && i != p->me;
            w->shown[p->me][i] = p->adverts.mask[i];
        }
    }
    if (m.type == SHEAF_ROUND_REVEAL) {
        take_shares(w, p->me, SELF, m.reveal.self_shares, m.reveal.survivors);
        take_shares(w, p->me, MASK, m.reveal.mask_shares, m.reveal.dropouts);
    }
}

void watch_accomplice(sim *s, const sheaf_participant *p, bool in_league)
{
    watched *w = watch_round(s, &p->config);
    if (in_league)
        w->accomplices |= 1u << p->me;
    if (!p->secrets)
        return;
    for (int of = 0; of < p->config.count; of++)
        if (p->shared[of]) {
            w->share[SELF][of][p->me] = p->secrets->self_share[of];
            w->share[MASK][of][p->me] = p->secrets->mask_share[of];
            w->known[SELF][of][p->me] = w->known[MASK][of][p->me] = true;
        }
    w->held_secret[p->me] = p->secrets->mask_poly[0];
    w->holds[p->me] = true;
}

/* One secret of a member, from whatever shares are known. */
static bool join(const watched *w, int secret, int of, sheaf_scalar *out)
{
    int index[MEMBERS];
    sheaf_scalar share[MEMBERS], lagrange[MEMBERS];
    size_t count = 0, t = w->config.threshold;
    sheaf_round_message message = decoded(w, SHEAF_ROUND_SHARE, of);
    if (message.type != SHEAF_ROUND_SHARE)
        return false;
    for (int by = 0; by < w->config.count && count < t; by++)
        if (w->known[secret][of][by]) {
            index[count] = by;
            share[count++] = w->share[secret][of][by];
        }
    if (count < t)
        return false;
    sheaf_shamir_lagrange(index, count, lagrange);
    *out = sheaf_shamir_join(lagrange, share, count);
    sheaf_point first = sheaf_round_commitment_at(
        secret == SELF ? message.share.self_commitments : message.share.mask_commitments, 0);
    return sheaf_shamir_opens(&first, out);
}

static void join_all(watched *w)
{
    for (int of = 0; of < w->config.count; of++)
        for (int secret = SELF; secret <= MASK; secret++)
            w->joined[secret][of] = join(w, secret, of, &w->secret[secret][of]);
}

/* The mask that x applied for y, if one of its two secrets is known. */
static bool pair_mask(const watched *w, int x, int y, sheaf_mask *out)
{
    sheaf_point point;
    uint32_t me = w->config.members[x].member, other = w->config.members[y].member;
    sheaf_round_message advert = decoded(w, SHEAF_ROUND_ADVERTISE, x);
    if (w->joined[MASK][x])
        return sheaf_mask_pair(&w->session, &w->secret[MASK][x], me, &w->shown[x][y], other,
                               out);
    for (int held = 0; held < 2; held++) {
        const sheaf_scalar *secret = held ? &w->held_secret[y] : &w->secret[MASK][y];
        if ((held ? w->holds[y] : w->joined[MASK][y]) && sheaf_point_base(&point, secret)
            && memcmp(point.bytes, w->shown[x][y].bytes, sizeof point.bytes) == 0
            && sheaf_mask_pair(&w->session, secret, other, &advert.advertise.mask, me, out)) {
            out->subtract = me > other;
            return true;
        }
    }
    return false;
}

/* Do the masks of x and y vanish from a sum that has both? */
static bool cancel(const watched *w, int x, int y)
{
    sheaf_round_message a = decoded(w, SHEAF_ROUND_ADVERTISE, x);
    sheaf_round_message b = decoded(w, SHEAF_ROUND_ADVERTISE, y);
    return w->over[x][y] && w->over[y][x]
           && memcmp(w->shown[x][y].bytes, b.advertise.mask.bytes, 32) == 0
           && memcmp(w->shown[y][x].bytes, a.advertise.mask.bytes, 32) == 0;
}

/* Every mask that does not vanish from the sum of the set; false if one cannot be known. */
static bool masks_of(const watched *w, unsigned set, sheaf_mask *masks, size_t *count)
{
    *count = 0;
    for (int x = 0; x < w->config.count; x++) {
        if (!(set >> x & 1))
            continue;
        if (!w->left[SHEAF_ROUND_INPUT][x].len || !w->joined[SELF][x])
            return false;
        sheaf_mask_self(&w->session, &w->secret[SELF][x], w->config.members[x].member,
                        &masks[(*count)++]);
        for (int y = 0; y < w->config.count; y++)
            if (w->over[x][y] && !((set >> y & 1) && cancel(w, x, y))
                && !pair_mask(w, x, y, &masks[(*count)++]))
                return false;
    }
    return true;
}

/* The sum of the set follows from what was seen, and is the true one. */
static bool computes(const sim *s, const watched *w, unsigned set)
{
    sheaf_mask masks[MEMBERS * (MEMBERS + 1)];
    size_t count, words = w->config.words;
    uint8_t sum[WORDS_MAX * 8] = {0}, want[WORDS_MAX * 8];
    uint64_t total[WORDS_MAX] = {0};
    if (!masks_of(w, set, masks, &count))
        return false;
    for (int x = 0; x < w->config.count; x++) {
        if (!(set >> x & 1))
            continue;
        sheaf_round_message input = decoded(w, SHEAF_ROUND_INPUT, x);
        if (input.input.words.len != sheaf_round_vector_bytes(&w->config))
            return false;
        sheaf_words_add(w->config.bits, sum, input.input.words.data, words);
        for (size_t i = 0; i < words; i++)
            total[i] += w->input[x][i];
    }
    for (size_t i = 0; i < count; i++)
        masks[i].subtract = !masks[i].subtract; /* taken off again */
    sheaf_keystreams *streams = sheaf_keystreams_open();
    if (!streams)
        sim_fail(s, "no memory");
    sheaf_masks_apply(streams, masks, count, w->config.bits, 0, sum, words);
    sheaf_keystreams_close(streams);
    sheaf_words_pack(w->config.bits, total, words, want);
    return memcmp(sum, want, sheaf_round_vector_bytes(&w->config)) == 0;
}

bool watch_computes(sim *s, uint32_t round, const sheaf_survivors *list)
{
    watched *w = watched_find(s, round);
    unsigned set = 0;
    for (uint16_t i = 0; w && i < list->survivors; i++)
        set |= 1u << sheaf_round_index(&w->config, list->survivor[i]);
    if (w)
        join_all(w);
    return w && computes(s, w, set);
}

/* Shares are revealed for one list in a round, whoever was shown what. */
static void check_one_list(const sim *s, const watched *w)
{
    const sheaf_hash *list = NULL;
    sheaf_round_message reveal[MEMBERS];
    for (int i = 0; i < w->config.count; i++) {
        reveal[i] = decoded(w, SHEAF_ROUND_REVEAL, i);
        if (reveal[i].type != SHEAF_ROUND_REVEAL)
            continue;
        if (list && !sheaf_hash_equal(list, &reveal[i].reveal.list))
            sim_fail(s, "round %u: shares were revealed for two survivor lists",
                     w->config.round);
        list = &reveal[i].reveal.list;
    }
}

void check_wires(sim *s)
{
    for (size_t n = 0; n < s->watched_count; n++) {
        watched *w = s->watched[n];
        join_all(w);
        check_one_list(s, w);
        int least = w->config.min_survivors - __builtin_popcount(w->accomplices);
        for (unsigned set = 1; set < 1u << w->config.count; set++) {
            if (set & w->accomplices || __builtin_popcount(set) >= least
                || !computes(s, w, set))
                continue;
            sim_fail(s,
                     "round %u: the vectors of %d members alone (set %x) can be computed "
                     "from what left them",
                     w->config.round, __builtin_popcount(set), set);
        }
    }
}
