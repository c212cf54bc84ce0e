/* Answers write what they found straight into the participant; it counts from when the answer
 * is sealed, and a refused bundle's is overwritten by that of the next one. */
#include "round/round_internal.h"

#include <assert.h>
#include <stdlib.h>

/* My own message stands among those shown, unchanged. */
static sheaf_status own_message_check(const sheaf_participant *p, const sheaf_round_set *set,
                                      sheaf_round_stage stage, sheaf_err *err)
{
    for (int i = 0; i < set->count; i++) {
        if (set->index[i] != p->me)
            continue;
        sheaf_slice shown = set->message[i].bytes;
        sheaf_slice sent = sheaf_buffer_slice(&p->sent[stage]);
        if (stage == SHEAF_ROUND_INPUT)
            sent.len = SHEAF_ROUND_INPUT_HEAD_BYTES;
        if (shown.len == sent.len && memcmp(shown.data, sent.data, shown.len) == 0)
            return SHEAF_OK;
        return sheaf_fail(
            err, SHEAF_FAULT,
            "the coordinator shows another message of stage %s for member %u than "
            "that member sent",
            sheaf_round_stage_text(stage), sheaf_participant_me(p));
    }
    return sheaf_fail(err, SHEAF_FAULT, "the coordinator left member %u out after stage %s",
                      sheaf_participant_me(p), sheaf_round_stage_text(stage));
}

static void answer_begin(sheaf_participant *p)
{
    sheaf_buffer *out = &p->sent[SHEAF_ROUND_COMMIT];
    sheaf_hash commitment = sheaf_graph_commitment(p->config.round, sheaf_participant_me(p),
                                                   p->secrets->contribution);
    sheaf_round_head_put(out, &p->config, SHEAF_ROUND_COMMIT, sheaf_participant_me(p));
    sheaf_buffer_add(out, sheaf_bytes(commitment.bytes, sizeof commitment.bytes));
    sheaf_round_sign(out, &p->config, &p->secrets->pair);
}

/* What everybody committed to is settled before anybody shows what is behind it. */
static sheaf_status commits_read(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                 sheaf_round_set *set, sheaf_err *err)
{
    SHEAF_TRY(
        sheaf_round_set_read(&p->config, &bundle->items, SHEAF_ROUND_COMMIT, false, set, err));
    sheaf_round_commits_from(set, &p->commits);
    if (!p->neighbours.ring)
        return SHEAF_OK;
    SHEAF_TRY(sheaf_round_enough(set->count, p->config.min_survivors, "commitments", err));
    return own_message_check(p, set, SHEAF_ROUND_COMMIT, err);
}

static sheaf_status answer_commits(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                   sheaf_round_set *set, sheaf_err *err)
{
    static const uint8_t zeros[SHEAF_GRAPH_CONTRIBUTION_BYTES];
    sheaf_buffer *out = &p->sent[SHEAF_ROUND_ADVERTISE];
    sheaf_point mask, seal;
    SHEAF_TRY(commits_read(p, bundle, set, err));
    if (!sheaf_point_base(&mask, &p->secrets->mask_poly[0])
        || !sheaf_point_base(&seal, &p->secrets->seal))
        return sheaf_fail(err, SHEAF_INVALID, "the seed gives a zero secret: use another");
    sheaf_round_head_put(out, &p->config, SHEAF_ROUND_ADVERTISE, sheaf_participant_me(p));
    sheaf_buffer_add(out, sheaf_bytes(mask.bytes, sizeof mask));
    sheaf_buffer_add(out, sheaf_bytes(seal.bytes, sizeof seal));
    sheaf_buffer_add(
        out, sheaf_bytes(p->neighbours.ring ? p->secrets->contribution : zeros, sizeof zeros));
    sheaf_round_sign(out, &p->config, &p->secrets->pair);
    return SHEAF_OK;
}

/* The two shares for position `to`, encrypted for it. */
static sheaf_status box_put(const sheaf_participant *p, int to, sheaf_buffer *out,
                            sheaf_err *err)
{
    const sheaf_participant_secrets *s = p->secrets;
    uint32_t member = p->config.members[to].member;
    sheaf_scalar shares[2] = {sheaf_shamir_share(s->self_poly, p->config.threshold, to),
                              sheaf_shamir_share(s->mask_poly, p->config.threshold, to)};
    sheaf_buffer_add_u32(out, member);
    uint8_t *box = sheaf_buffer_extend(out, SHEAF_ROUND_BOX_BYTES);
    bool sealed = box
                  && sheaf_box_seal(&p->neighbours.session, &s->seal, sheaf_participant_me(p),
                                    &p->adverts.seal[to], member, s->nonces[to],
                                    sheaf_bytes(shares, sizeof shares), box);
    sheaf_wipe(shares, sizeof shares);
    if (!sealed)
        return sheaf_fail(err, SHEAF_FAULT, "no share can be encrypted for member %u", member);
    return SHEAF_OK;
}

static sheaf_status boxes_put(const sheaf_participant *p, sheaf_buffer *out, sheaf_err *err)
{
    uint16_t others = 0;
    for (int i = 0; i < p->config.count; i++)
        others = (uint16_t)(others
                            + (p->adverts.present[i]
                               && sheaf_neighbours_are(&p->neighbours, i, p->me)));
    sheaf_buffer_add_u16(out, others);
    for (int i = 0; i < p->config.count; i++)
        if (p->adverts.present[i] && sheaf_neighbours_are(&p->neighbours, i, p->me))
            SHEAF_TRY(box_put(p, i, out, err));
    return sheaf_buffer_check(out, "encrypted shares", err);
}

static sheaf_status commitments_put(const sheaf_participant *p, const sheaf_scalar *poly,
                                    sheaf_buffer *out, sheaf_err *err)
{
    for (int k = 0; k < p->config.threshold; k++) {
        sheaf_point point;
        if (!sheaf_shamir_commit(&poly[k], 1, &point))
            return sheaf_fail(err, SHEAF_INVALID, "the seed gives a zero secret: use another");
        sheaf_buffer_add(out, sheaf_bytes(point.bytes, sizeof point.bytes));
    }
    return SHEAF_OK;
}

/* The head is signed over the hash of the boxes, then they follow. */
static sheaf_status share_put(const sheaf_participant *p, sheaf_slice boxes, sheaf_buffer *out,
                              sheaf_err *err)
{
    sheaf_hash hash = sheaf_sha256(boxes);
    sheaf_round_head_put(out, &p->config, SHEAF_ROUND_SHARE, sheaf_participant_me(p));
    sheaf_buffer_add(out, sheaf_bytes(p->adverts.digest.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add_u16(out, p->config.threshold);
    SHEAF_TRY(commitments_put(p, p->secrets->self_poly, out, err));
    SHEAF_TRY(commitments_put(p, p->secrets->mask_poly, out, err));
    sheaf_buffer_add(out, sheaf_bytes(hash.bytes, sizeof hash.bytes));
    sheaf_round_sign(out, &p->config, &p->secrets->pair);
    sheaf_buffer_add(out, boxes);
    return SHEAF_OK;
}

/* Fewer could not give my secrets back, and my vector would be lost. */
static sheaf_status neighbours_enough(const sheaf_participant *p, const bool *among,
                                      const char *what, sheaf_err *err)
{
    uint16_t count = sheaf_neighbours_count(&p->neighbours, p->me, among);
    if (count < p->config.threshold)
        return sheaf_fail(err, SHEAF_INVALID,
                          "only %u neighbours of member %u have %s: the round needs %u", count,
                          sheaf_participant_me(p), what, p->config.threshold);
    return SHEAF_OK;
}

static sheaf_status answer_adverts(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                   sheaf_round_set *set, sheaf_err *err)
{
    SHEAF_TRY(sheaf_round_set_read(&p->config, &bundle->items, SHEAF_ROUND_ADVERTISE, false,
                                   set, err));
    SHEAF_TRY(sheaf_round_enough(set->count, p->config.min_survivors, "adverts", err));
    SHEAF_TRY(own_message_check(p, set, SHEAF_ROUND_ADVERTISE, err));
    SHEAF_TRY(sheaf_round_adverts_from(&p->config, &p->commits, set, &p->neighbours,
                                       &p->adverts, err));
    SHEAF_TRY(neighbours_enough(p, p->adverts.present, "advertised", err));
    sheaf_buffer boxes;
    sheaf_buffer_init(&boxes, sheaf_round_message_max(&p->config, SHEAF_ROUND_SHARE));
    sheaf_status status = boxes_put(p, &boxes, err);
    if (status == SHEAF_OK)
        status = share_put(p, sheaf_buffer_slice(&boxes), &p->sent[SHEAF_ROUND_SHARE], err);
    sheaf_buffer_deinit(&boxes);
    return status;
}

/* What the sender gave me; a share off its own polynomial is the sender's fault. */
static sheaf_status share_open(const sheaf_participant *p, const sheaf_round_message *message,
                               int from, sheaf_scalar out[2], sheaf_err *err)
{
    const sheaf_round_share *share = &message->share;
    size_t t = p->config.threshold;
    sheaf_slice box = {0};
    size_t i = 0;
    while (i < share->count && sheaf_round_box_at(share, i, &box) != sheaf_participant_me(p))
        i++;
    assert(i < share->count); /* sheaf_round_boxes_check() has seen to it */
    if (!sheaf_box_open(&p->neighbours.session, &p->secrets->seal, sheaf_participant_me(p),
                        &p->adverts.seal[from], message->member, box, (uint8_t *)out))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the share of member %u for member %u does not open", message->member,
                          sheaf_participant_me(p));
    if (!sheaf_scalar_canonical(&out[0]) || !sheaf_scalar_canonical(&out[1])
        || !sheaf_shamir_verify(share->self_commitments, t, p->me, &out[0])
        || !sheaf_shamir_verify(share->mask_commitments, t, p->me, &out[1]))
        return sheaf_fail(
            err, SHEAF_FAULT,
            "member %u gave member %u a share that is not the one it committed to",
            message->member, sheaf_participant_me(p));
    return SHEAF_OK;
}

/* Opens what each of them gave me, and keeps it. */
static sheaf_status shares_open(sheaf_participant *p, const sheaf_round_set *set,
                                sheaf_err *err)
{
    size_t t = p->config.threshold;
    memset(p->shared, 0, sizeof p->shared);
    for (int i = 0; i < set->count; i++) {
        const sheaf_round_message *message = &set->message[i];
        int from = set->index[i];
        sheaf_scalar given[2] = {0};
        SHEAF_TRY(sheaf_round_share_check(&p->adverts, message, from, err));
        if (from != p->me && !sheaf_neighbours_are(&p->neighbours, from, p->me))
            return sheaf_fail(err, SHEAF_FAULT,
                              "the coordinator shows member %u shares of member %u, which is "
                              "not its neighbour",
                              sheaf_participant_me(p), message->member);
        SHEAF_TRY(sheaf_round_boxes_check(&p->config, &p->neighbours, &p->adverts, message,
                                          from, err));
        p->shared[from] = true;
        if (from == p->me)
            continue;
        sheaf_status status = share_open(p, message, from, given, err);
        p->secrets->self_share[from] = given[0];
        p->secrets->mask_share[from] = given[1];
        sheaf_wipe(given, sizeof given);
        SHEAF_TRY(status);
    }
    p->secrets->self_share[p->me] = sheaf_shamir_share(p->secrets->self_poly, t, p->me);
    p->secrets->mask_share[p->me] = sheaf_shamir_share(p->secrets->mask_poly, t, p->me);
    return SHEAF_OK;
}

static sheaf_status answer_shares(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                  sheaf_round_set *set, sheaf_err *err)
{
    if (!p->have_input)
        return sheaf_fail(err, SHEAF_INVALID, "the input of round %u has not been given yet",
                          p->config.round);
    SHEAF_TRY(
        sheaf_round_set_read(&p->config, &bundle->items, SHEAF_ROUND_SHARE, false, set, err));
    if (!p->neighbours.ring)
        SHEAF_TRY(sheaf_round_enough(set->count, p->config.min_survivors, "sharers", err));
    SHEAF_TRY(own_message_check(p, set, SHEAF_ROUND_SHARE, err));
    SHEAF_TRY(shares_open(p, set, err));
    SHEAF_TRY(neighbours_enough(p, p->shared, "shared", err));
    p->shares = sheaf_round_digest(&p->neighbours.session, set->message, set->count);
    return p->masked ? sheaf_participant_masked_check(p, &p->shares, err)
                     : sheaf_participant_mask(p, set, &p->shares, err);
}

static sheaf_status dropouts_check(const sheaf_round_bundle *bundle,
                                   const sheaf_survivors *list, sheaf_err *err)
{
    for (int i = 0; i < bundle->dropouts; i++)
        for (int j = 0; j < list->survivors; j++)
            if (list->survivor[j] == bundle->dropout[i])
                return sheaf_fail(
                    err, SHEAF_FAULT,
                    "the coordinator calls member %u a survivor and a drop-out at "
                    "once, which would unmask its vector",
                    bundle->dropout[i]);
    if (bundle->dropouts != list->dropouts
        || memcmp(bundle->dropout, list->dropout, list->dropouts * sizeof *list->dropout) != 0)
        return sheaf_fail(err, SHEAF_FAULT,
                          "the coordinator's drop-outs are not those who shared and sent no "
                          "vector");
    return SHEAF_OK;
}

/* Who shared: of neighbours what I was shown, of others what the coordinator says. They are
 * nothing to me: I hold no share of theirs, and no mask. */
static void sharers_said(const sheaf_participant *p, const sheaf_round_bundle *bundle,
                         const sheaf_round_set *inputs, bool *out)
{
    memcpy(out, p->shared, sizeof p->shared);
    for (int i = 0; i < inputs->count; i++)
        if (!sheaf_neighbours_are(&p->neighbours, inputs->index[i], p->me))
            out[inputs->index[i]] = true;
    for (int i = 0; i < bundle->dropouts; i++) {
        int index = sheaf_round_index(&p->config, bundle->dropout[i]);
        if (index >= 0 && !sheaf_neighbours_are(&p->neighbours, index, p->me))
            out[index] = true;
    }
}

/* Everybody's digest is my own on the complete graph; on a ring each has another, and whoever
 * reads the transcript checks them. */
static sheaf_status digests_check(const sheaf_participant *p, const sheaf_round_set *inputs,
                                  sheaf_err *err)
{
    for (int i = 0; !p->neighbours.ring && i < inputs->count; i++)
        SHEAF_TRY(sheaf_round_shares_check(&inputs->message[i], &p->shares, err));
    return SHEAF_OK;
}

static sheaf_status answer_inputs(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                  sheaf_round_set *set, sheaf_err *err)
{
    sheaf_survivors *list = &p->list;
    bool shared[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_survivors_text text;
    uint8_t signature[SHEAF_SIGNATURE_BYTES];
    SHEAF_TRY(
        sheaf_round_set_read(&p->config, &bundle->items, SHEAF_ROUND_INPUT, true, set, err));
    SHEAF_TRY(own_message_check(p, set, SHEAF_ROUND_INPUT, err));
    sharers_said(p, bundle, set, shared);
    SHEAF_TRY(sheaf_round_list_make(&p->config, &p->adverts, shared, set, list, err));
    SHEAF_TRY(digests_check(p, set, err));
    SHEAF_TRY(dropouts_check(bundle, list, err));
    SHEAF_TRY(sheaf_survivors_text_make(&p->config, list, &text, err));
    p->list_hash = text.hash;
    sheaf_survivors_sign(&text, &p->secrets->pair, signature);
    sheaf_survivors_text_deinit(&text);
    sheaf_buffer *out = &p->sent[SHEAF_ROUND_SURVIVORS];
    sheaf_round_head_put(out, &p->config, SHEAF_ROUND_SURVIVORS, sheaf_participant_me(p));
    sheaf_buffer_add(out, sheaf_bytes(p->list_hash.bytes, SHEAF_HASH_BYTES));
    sheaf_buffer_add(out, sheaf_bytes(signature, sizeof signature));
    return SHEAF_OK;
}

/* The shares that I hold of these members' secrets. */
static void revealed_put(const sheaf_participant *p, const uint32_t *members, uint16_t count,
                         const sheaf_scalar *shares, sheaf_buffer *out)
{
    size_t at = out->len;
    uint16_t held = 0;
    sheaf_buffer_add_u16(out, 0);
    for (int i = 0; i < count; i++) {
        int index = sheaf_round_index(&p->config, members[i]);
        if (!sheaf_neighbours_holds(&p->neighbours, p->me, index))
            continue;
        assert(index >= 0 && p->shared[index]);
        sheaf_buffer_add_u32(out, members[i]);
        sheaf_buffer_add(out, sheaf_bytes(shares[index].bytes, SHEAF_SCALAR_BYTES));
        held++;
    }
    if (out->failed)
        return;
    out->data[at] = (uint8_t)(held >> 8);
    out->data[at + 1] = (uint8_t)held;
}

/* All that signed, signed the list that I signed, and they are enough: around me, so that no
 * two lists are revealed upon around anybody, and in all. */
static sheaf_status signatures_check(const sheaf_participant *p, const sheaf_round_set *set,
                                     sheaf_err *err)
{
    bool signed_it[SHEAF_ROUND_MEMBERS_MAX] = {0};
    sheaf_survivors_text text;
    SHEAF_TRY(sheaf_survivors_text_make(&p->config, &p->list, &text, err));
    sheaf_status status = SHEAF_OK;
    for (int i = 0; status == SHEAF_OK && i < set->count; i++) {
        status = sheaf_survivors_verify(&p->config, &p->list, &text, &set->message[i], err);
        signed_it[set->index[i]] = true;
    }
    sheaf_survivors_text_deinit(&text);
    SHEAF_TRY(status);
    SHEAF_TRY(sheaf_round_enough(set->count, sheaf_round_signers(&p->config),
                                 "signatures of the survivor list", err));
    return neighbours_enough(p, signed_it, "signed the survivor list", err);
}

static sheaf_status answer_signatures(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                      sheaf_round_set *set, sheaf_err *err)
{
    SHEAF_TRY(sheaf_round_set_read(&p->config, &bundle->items, SHEAF_ROUND_SURVIVORS, false,
                                   set, err));
    SHEAF_TRY(signatures_check(p, set, err));
    sheaf_buffer *out = &p->sent[SHEAF_ROUND_REVEAL];
    sheaf_round_head_put(out, &p->config, SHEAF_ROUND_REVEAL, sheaf_participant_me(p));
    sheaf_buffer_add(out, sheaf_bytes(p->list_hash.bytes, SHEAF_HASH_BYTES));
    revealed_put(p, p->list.survivor, p->list.survivors, p->secrets->self_share, out);
    revealed_put(p, p->list.dropout, p->list.dropouts, p->secrets->mask_share, out);
    sheaf_round_sign(out, &p->config, &p->secrets->pair);
    return SHEAF_OK;
}

static sheaf_status answer_result(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                  sheaf_err *err)
{
    if (!sheaf_hash_equal(&bundle->list, &p->list_hash))
        return sheaf_fail(err, SHEAF_FAULT,
                          "the coordinator's sum is of another survivor list than the one that "
                          "member %u signed",
                          sheaf_participant_me(p));
    p->transcript = bundle->transcript;
    return SHEAF_OK;
}

static sheaf_status dispatch(sheaf_participant *p, const sheaf_round_bundle *bundle,
                             sheaf_round_set *set, sheaf_err *err)
{
    switch (bundle->stage) {
    case SHEAF_ROUND_COMMIT:
        answer_begin(p);
        return SHEAF_OK;
    case SHEAF_ROUND_ADVERTISE:
        return answer_commits(p, bundle, set, err);
    case SHEAF_ROUND_SHARE:
        return answer_adverts(p, bundle, set, err);
    case SHEAF_ROUND_INPUT:
        return answer_shares(p, bundle, set, err);
    case SHEAF_ROUND_SURVIVORS:
        return answer_inputs(p, bundle, set, err);
    case SHEAF_ROUND_REVEAL:
        return answer_signatures(p, bundle, set, err);
    case SHEAF_ROUND_DONE:
        return answer_result(p, bundle, err);
    case SHEAF_ROUND_ABORTED:
        return SHEAF_OK;
    }
    return sheaf_fail(err, SHEAF_INVALID, "a bundle is for no stage of a round");
}

sheaf_status sheaf_participant_answer(sheaf_participant *p, const sheaf_round_bundle *bundle,
                                      sheaf_err *err)
{
    sheaf_round_set *set = malloc(sizeof *set);
    if (!set)
        return sheaf_fail(err, SHEAF_NOMEM, "no memory for the messages of a round");
    sheaf_status status = dispatch(p, bundle, set, err);
    free(set);
    if (bundle->stage > SHEAF_ROUND_REVEAL)
        return status;
    sheaf_buffer *sent = &p->sent[bundle->stage];
    if (status == SHEAF_OK)
        status = sheaf_buffer_check(sent, "a round message", err);
    if (status != SHEAF_OK && bundle->stage != SHEAF_ROUND_INPUT) /* the input waits there */
        sheaf_buffer_reset(sent);
    return status;
}
