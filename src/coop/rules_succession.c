/* A new hub, appointed by the members where the old one is lost, hostile or leaves. */
#include "coop/coop_internal.h"

#include "bylaws/bylaws.h"

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
    row->approvals++;
    if (sheaf_quorum_reached(sheaf_bylaws_now(state)->succession_bp, sheaf_coop(state)->voters,
                             row->approvals))
        appoint(fold, row);
    return SHEAF_ACCEPTED;
}
