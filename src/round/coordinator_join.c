/* Secrets joined from reveals; declared in round_internal.h. */
#include "round/round_internal.h"

#include <assert.h>
#include <stdlib.h>

/* All reveals that count, decoded, and what one secret is joined from. */
typedef struct {
    bool there[SHEAF_ROUND_MEMBERS_MAX]; /* by position of the sender */
    sheaf_round_message reveal[SHEAF_ROUND_MEMBERS_MAX];
    int index[SHEAF_ROUND_MEMBERS_MAX]; /* whose shares are taken, `threshold` of them */
    sheaf_scalar share[SHEAF_ROUND_MEMBERS_MAX];
    /* Of the last secret: on the complete graph the same shares serve for all. */
    int before[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_scalar lagrange[SHEAF_ROUND_MEMBERS_MAX];
} reveals;

/* Self secrets of survivors, then mask secrets of drop-outs. */
static size_t secrets_wanted(const sheaf_coordinator *c)
{
    return (size_t)c->list.survivors + c->list.dropouts;
}

static int owner_at(const sheaf_coordinator *c, size_t secret)
{
    size_t survivors = c->list.survivors;
    return sheaf_round_index(&c->config, secret < survivors
                                             ? c->list.survivor[secret]
                                             : c->list.dropout[secret - survivors]);
}

int sheaf_coordinator_short(const sheaf_coordinator *c, bool hoped)
{
    bool can[SHEAF_ROUND_MEMBERS_MAX] = {0};
    for (int i = 0; i < c->config.count; i++)
        can[i] =
            !c->faulty[i] && (c->message[SHEAF_ROUND_REVEAL][i] || (hoped && c->expected[i]));
    for (size_t i = c->secrets; i < secrets_wanted(c); i++) {
        int owner = owner_at(c, i);
        if (sheaf_neighbours_count(&c->neighbours, owner, can) < c->config.threshold)
            return owner;
    }
    return -1;
}

static sheaf_status reveals_take(const sheaf_coordinator *c, reveals *r, sheaf_err *err)
{
    for (int i = 0; i < c->config.count; i++) {
        sheaf_slice bytes = sheaf_coordinator_message(c, SHEAF_ROUND_REVEAL, i);
        r->there[i] = bytes.data && !c->faulty[i];
        if (r->there[i])
            SHEAF_TRY(sheaf_round_message_decode(bytes, &r->reveal[i], err));
    }
    return SHEAF_OK;
}

/* The share of this owner's secret among those of a reveal that was checked. */
static void share_find(sheaf_slice shares, size_t count, uint32_t owner, sheaf_scalar *out)
{
    size_t from = 0, to = count;
    while (from + 1 < to) {
        size_t middle = from + (to - from) / 2;
        if (sheaf_round_share_at(shares, middle, out) <= owner)
            from = middle;
        else
            to = middle;
    }
    uint32_t found = sheaf_round_share_at(shares, from, out);
    assert(found == owner);
}

static void shares_gather(const sheaf_coordinator *c, reveals *r, bool self, int owner)
{
    size_t t = c->config.threshold, count = 0;
    uint32_t member = c->config.members[owner].member;
    for (int i = 0; i < c->config.count && count < t; i++) {
        const sheaf_round_reveal *reveal = &r->reveal[i].reveal;
        if (!r->there[i] || !sheaf_neighbours_holds(&c->neighbours, i, owner))
            continue;
        share_find(self ? reveal->self_shares : reveal->mask_shares,
                   self ? reveal->survivors : reveal->dropouts, member, &r->share[count]);
        r->index[count++] = i;
    }
    assert(count == t);
    if (memcmp(r->index, r->before, t * sizeof *r->index) != 0)
        sheaf_shamir_lagrange(r->index, t, r->lagrange);
    memcpy(r->before, r->index, t * sizeof *r->index);
}

/* Joins one secret; where the result is not the committed one, looks for who gave a false
 * share: checking each share beforehand would cost `threshold` times as much. */
static bool secret_join(sheaf_coordinator *c, reveals *r, bool self, int owner,
                        sheaf_slice commitments)
{
    size_t t = c->config.threshold;
    sheaf_scalar *out = self ? &c->self_secret[owner] : &c->mask_secret[owner];
    shares_gather(c, r, self, owner);
    *out = sheaf_shamir_join(r->lagrange, r->share, t);
    sheaf_point committed = sheaf_round_commitment_at(commitments, 0);
    bool sound = sheaf_shamir_opens(&committed, out);
    for (size_t i = 0; !sound && i < t; i++)
        if (!sheaf_shamir_verify(commitments, t, r->index[i], &r->share[i]))
            c->faulty[r->index[i]] = true;
    return sound;
}

/* Goes on behind those that are joined: a secret that opens its commitment is the right one,
 * whoever turns out to be faulty. */
static sheaf_status secrets_join(sheaf_coordinator *c, reveals *r, bool *sound, sheaf_err *err)
{
    *sound = true;
    while (*sound && c->secrets < secrets_wanted(c)) {
        bool self = c->secrets < c->list.survivors;
        int owner = owner_at(c, c->secrets);
        sheaf_round_message message;
        SHEAF_TRY(sheaf_round_message_decode(
            sheaf_coordinator_message(c, SHEAF_ROUND_SHARE, owner), &message, err));
        *sound =
            secret_join(c, r, self, owner,
                        self ? message.share.self_commitments : message.share.mask_commitments);
        c->secrets += *sound;
    }
    return SHEAF_OK;
}

sheaf_status sheaf_coordinator_join(sheaf_coordinator *c, bool *joined, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    *joined = false;
    if (sheaf_coordinator_short(c, false) >= 0)
        return SHEAF_OK;
    reveals *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the reveals of a round");
    r->before[0] = -1; /* no position */
    /* Each time that it fails somebody is found to be faulty, and the others may do. */
    while (status == SHEAF_OK && !*joined && sheaf_coordinator_short(c, false) < 0) {
        status = reveals_take(c, r, err);
        if (status == SHEAF_OK)
            status = secrets_join(c, r, joined, err);
    }
    sheaf_wipe(r, sizeof *r);
    free(r);
    return status;
}
