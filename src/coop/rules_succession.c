/* A new hub, appointed by the members where the old one is lost, hostile or leaves. */
#include "coop/succession.h"

#include "bylaws/bylaws.h"
#include "coop/coop_internal.h"

#include <assert.h>

enum { WHOLE_BP = 10000 };

/* ---- how many ---- */

void sheaf_succession_add(const sheaf_state *state, uint32_t member, sheaf_votes *votes)
{
    const struct sheaf_row_member *row = sheaf_member_get(state, member);
    assert(row->votes);
    votes->all++;
    votes->of[row->class] += sheaf_class_limited(state, sheaf_bylaws_now(state), row->class);
}

sheaf_votes sheaf_succession_voters(const sheaf_state *state)
{
    sheaf_votes out = {.all = sheaf_coop(state)->voters};
    if (sheaf_coop(state)->voters_unlimited == out.all)
        return out;
    out.all = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        if (sheaf_member_at(state, i)->votes)
            sheaf_succession_add(state, sheaf_member_at(state, i)->id, &out);
    return out;
}

bool sheaf_succession_reached(const sheaf_state *state, const sheaf_votes *voters,
                              const sheaf_votes *signers)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    sheaf_ceilings ceilings = sheaf_ceilings_of(state, bylaws, voters);
    sheaf_weight have = sheaf_votes_weigh(&ceilings, signers);
    sheaf_weight need = sheaf_votes_weigh(&ceilings, voters);
    sheaf_weight_multiply(&have, WHOLE_BP);
    sheaf_weight_multiply(&need, bylaws->succession_bp);
    return !sheaf_weight_is_zero(&have) && sheaf_weight_compare(&have, &need) >= 0;
}

/* ---- who has signed ---- */

/* Nothing comes between the signatures, so those who may sign are counted with the first. */
static void count_voters(sheaf_fold *fold)
{
    const sheaf_votes voters = sheaf_succession_voters(fold->state);
    for (uint8_t i = 0; i < SHEAF_CLASSES_MAX; i++) {
        if (!voters.of[i])
            continue;
        struct sheaf_row_appointment_tally *row =
            sheaf_appointment_tally_new(fold->state, sheaf_pair(fold->index, i));
        row->appointment = fold->index;
        row->class = i;
        row->voters = (uint32_t)voters.of[i];
    }
}

static bool enough(sheaf_fold *fold, const struct sheaf_row_appointment *appointment)
{
    const sheaf_state *state = fold->state;
    sheaf_votes voters = {.all = sheaf_coop(state)->voters};
    sheaf_votes signers = {.all = appointment->approvals};
    for (uint8_t i = 0; i < sheaf_bylaws_now(state)->classes; i++) {
        const struct sheaf_row_appointment_tally *row =
            sheaf_appointment_tally_find(state, sheaf_pair(appointment->id, i));
        if (!row)
            continue;
        voters.of[i] = row->voters;
        signers.of[i] = row->signatures;
    }
    return sheaf_succession_reached(state, &voters, &signers);
}

static void count_signature(sheaf_fold *fold, struct sheaf_row_appointment *appointment)
{
    uint64_t pair =
        sheaf_pair(appointment->id, sheaf_member_get(fold->state, fold->member)->class);
    uint32_t row = sheaf_appointment_tally_row(fold->state, pair);
    appointment->approvals++;
    if (row != SHEAF_NONE)
        sheaf_appointment_tally_edit(fold->state, row)->signatures++;
}

/* ---- the rule ---- */

/* The appointment that this signature goes on with, or NULL. Its entries stand in one row, so
 * that nothing the old hub ordered meanwhile can come between. */
static const struct sheaf_row_appointment *going_on(const sheaf_fold *fold,
                                                    const struct sheaf_hub_appoint *what)
{
    uint32_t count = sheaf_appointment_count(fold->state);
    if (!count)
        return NULL;
    const struct sheaf_row_appointment *last = sheaf_appointment_at(fold->state, count - 1);
    bool same = last->id == what->size && sheaf_hash_equal(&last->root, &what->root)
                && memcmp(&last->hub_key, &what->hub_key, sizeof last->hub_key) == 0
                && memcmp(&last->log_key, &what->log_key, sizeof last->log_key) == 0
                && sheaf_slice_equal(SHEAF_WORDS(last->url), what->url);
    return same && last->appointed == SHEAF_NONE && last->id + last->approvals == fold->index
               ? last
               : NULL;
}

static sheaf_refusal begin(sheaf_fold *fold, const struct sheaf_hub_appoint *what)
{
    SHEAF_REFUSE_IF(what->size != fold->index, appointment_place);
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(fold->state, &what->hub_key));
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(fold->state, &what->log_key));
    SHEAF_REFUSE_IF(memcmp(&what->hub_key, &what->log_key, sizeof what->hub_key) == 0,
                    key_in_use);
    struct sheaf_row_appointment *row = sheaf_appointment_new(fold->state, fold->index);
    row->id = fold->index;
    row->appointed = SHEAF_NONE;
    row->hub_key = what->hub_key;
    row->log_key = what->log_key;
    row->root = what->root;
    SHEAF_SET_WORDS(row->url, what->url);
    SHEAF_STOP_IF_SPENT(fold);
    count_voters(fold);
    fold->out->claims[fold->out->claim_count++] =
        (sheaf_claim){.kind = SHEAF_CLAIM_LOG_ROOT, .root = what->root};
    return SHEAF_ACCEPTED;
}

static void appoint(sheaf_fold *fold, struct sheaf_row_appointment *row)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    row->appointed = fold->index;
    coop->hub = fold->index;
    coop->hub_key = row->hub_key;
    coop->hub_seq = 0;
    coop->log_key = row->log_key;
    memcpy(coop->hub_url, row->url, sizeof coop->hub_url);
}

sheaf_refusal sheaf_rule_hub_appoint(sheaf_fold *fold, const struct sheaf_hub_appoint *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    if (!going_on(fold, what))
        SHEAF_REFUSE_UNLESS(begin(fold, what));
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, (uint32_t)what->size, false));
    struct sheaf_row_appointment *row =
        sheaf_appointment_edit(state, sheaf_appointment_count(state) - 1);
    count_signature(fold, row);
    if (enough(fold, row))
        appoint(fold, row);
    return SHEAF_ACCEPTED;
}
