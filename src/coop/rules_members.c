/* Founding, members and keys. */
#include "coop/pending.h"

#include "base/json.h"
#include "coop/key_tree.h"

static const int64_t forever = SHEAF_JSON_INT_MAX;

void sheaf_words_set(char *column, size_t size, sheaf_slice words)
{
    memset(column, 0, size);
    memcpy(column, words.data, words.len < size ? words.len : size);
}

uint8_t sheaf_scope_bits(const struct sheaf_scopes *scopes)
{
    return (uint8_t)((scopes->admin ? SHEAF_SCOPE_ADMIN : 0)
                     | (scopes->data ? SHEAF_SCOPE_DATA : 0)
                     | (scopes->money ? SHEAF_SCOPE_MONEY : 0)
                     | (scopes->train ? SHEAF_SCOPE_TRAIN : 0)
                     | (scopes->vote ? SHEAF_SCOPE_VOTE : 0));
}

sheaf_refusal sheaf_key_fresh(const sheaf_state *state, const sheaf_public_key *key)
{
    const struct sheaf_row_coop *coop = sheaf_coop(state);
    SHEAF_REFUSE_IF(!sheaf_public_valid(key->bytes), key_invalid);
    SHEAF_REFUSE_IF(sheaf_key_known(state, key), key_in_use);
    SHEAF_REFUSE_IF(coop
                        && (memcmp(coop->hub_key.bytes, key->bytes, 32) == 0
                            || memcmp(coop->log_key.bytes, key->bytes, 32) == 0),
                    key_in_use);
    return SHEAF_ACCEPTED;
}

static const struct sheaf_row_class *class_at(const sheaf_state *state, int64_t class)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    return class < bylaws->classes
               ? sheaf_class_at(state, bylaws->class_first + (uint32_t) class)
               : NULL;
}

/* The member's first key; it has all scopes but the node's. */
static void admit_first_key(sheaf_fold *fold, const sheaf_public_key *public_key,
                            const sheaf_hash *holder, bool web)
{
    struct sheaf_row_key *key = sheaf_key_add(fold->state, fold->index, public_key);
    key->member = fold->index;
    key->holder = *holder;
    key->seq = 1;
    key->until = forever;
    key->web = web;
    key->scopes = SHEAF_SCOPE_ALL & ~SHEAF_SCOPE_TRAIN;
    if (web)
        key->scopes &= sheaf_bylaws_now(fold->state)->web_scopes;
}

/* A new applicant, in the last row. */
static void add_member(sheaf_fold *fold, int64_t class, uint8_t kind, const sheaf_hash *name,
                       const sheaf_hash *holder)
{
    struct sheaf_row_member *member = sheaf_member_new(fold->state, fold->index);
    member->id = fold->index;
    member->class = (uint8_t) class;
    member->kind = kind;
    member->name = *name;
    member->holder = *holder;
    member->admitted = member->left = SHEAF_NONE;
    member->applied = fold->stamp;
    member->state = SHEAF_member_state_applied;
    sheaf_coop_edit(fold->state, 0)->applications++;
}

static void activate(sheaf_fold *fold, uint32_t row)
{
    sheaf_member_become(fold->state, row, SHEAF_member_state_active);
    struct sheaf_row_member *member = sheaf_member_edit(fold->state, row);
    member->admitted = fold->index;
    member->votes = class_at(fold->state, member->class)->votes;
    sheaf_coop_edit(fold->state, 0)->voters += member->votes > 0;
}

sheaf_refusal sheaf_rule_coop_found(sheaf_fold *fold, const struct sheaf_coop_found *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_origin_valid(what->origin), origin_form);
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(state, &what->public_key));
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(state, &what->hub_key));
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(state, &what->log_key));
    SHEAF_REFUSE_IF(memcmp(&what->hub_key, &what->log_key, 32) == 0
                        || memcmp(&what->hub_key, &what->public_key, 32) == 0
                        || memcmp(&what->log_key, &what->public_key, 32) == 0,
                    key_in_use);
    struct sheaf_row_coop *coop = sheaf_coop_new(state, 0);
    SHEAF_SET_WORDS(coop->origin, what->origin);
    coop->hub_key = what->hub_key;
    coop->log_key = what->log_key;
    coop->revision = (uint16_t)what->revision;
    coop->founded = coop->stamp = fold->stamp;
    coop->bylaws = SHEAF_NONE;
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_bylaws_enact(fold, &what->bylaws));
    SHEAF_STOP_IF_SPENT(fold);
    const struct sheaf_row_class *class = class_at(state, what->class);
    SHEAF_REFUSE_IF(!class, no_such_class);
    SHEAF_REFUSE_IF(!class->votes, founder_without_vote);
    add_member(fold, what->class, what->kind, &what->name, &what->holder);
    SHEAF_STOP_IF_SPENT(fold);
    activate(fold, 0);
    admit_first_key(fold, &what->public_key, &what->holder, false);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_apply(sheaf_fold *fold, const struct sheaf_member_apply *what)
{
    SHEAF_REFUSE_IF(!class_at(fold->state, what->class), no_such_class);
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(fold->state, &what->public_key));
    SHEAF_REFUSE_IF(sheaf_applications_undecided(fold)
                        >= sheaf_bylaws_now(fold->state)->applications_max,
                    applications_max);
    add_member(fold, what->class, what->kind, &what->name, &what->holder);
    admit_first_key(fold, &what->public_key, &what->holder, what->web);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_member_speak(sheaf_fold *fold, uint32_t of, bool declines)
{
    uint64_t pair = sheaf_pair(fold->member, of);
    SHEAF_REFUSE_IF(sheaf_approval_find(fold->state, pair), approved_twice);
    struct sheaf_row_approval *approval = sheaf_approval_new(fold->state, pair);
    approval->by = fold->member;
    approval->of = of;
    approval->declines = declines;
    return SHEAF_ACCEPTED;
}

static sheaf_refusal check_application(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_application);
    const struct sheaf_row_member *member = sheaf_member_at(fold->state, row);
    SHEAF_REFUSE_IF(member->state == SHEAF_member_state_declined, application_declined);
    SHEAF_REFUSE_IF(member->state != SHEAF_member_state_applied, already_member);
    SHEAF_REFUSE_IF(sheaf_application_lapsed(fold, member), application_lapsed);
    return SHEAF_ACCEPTED;
}

static uint32_t approvals_needed(const sheaf_state *state)
{
    uint32_t needed = sheaf_bylaws_now(state)->approvals, active = sheaf_coop(state)->members;
    return needed < active ? needed : active;
}

sheaf_refusal sheaf_rule_member_decline(sheaf_fold *fold,
                                        const struct sheaf_member_decline *what)
{
    uint32_t row = sheaf_member_row(fold->state, what->member);
    SHEAF_REFUSE_UNLESS(check_application(fold, row));
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, what->member, true));
    struct sheaf_row_member *member = sheaf_member_edit(fold->state, row);
    if (++member->declines >= approvals_needed(fold->state))
        sheaf_member_become(fold->state, row, SHEAF_member_state_declined);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_admit(sheaf_fold *fold, const struct sheaf_member_admit *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_member_row(state, what->member);
    SHEAF_REFUSE_UNLESS(check_application(fold, row));
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, what->member, false));
    struct sheaf_row_member *member = sheaf_member_edit(state, row);
    if (++member->approvals >= approvals_needed(state)) {
        SHEAF_REFUSE_IF(!class_at(state, member->class), no_such_class);
        activate(fold, row);
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_leave(sheaf_fold *fold, const struct sheaf_member_leave *what)
{
    (void)what;
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    uint32_t row = sheaf_member_row(fold->state, fold->member);
    struct sheaf_row_member *member = sheaf_member_edit(fold->state, row);
    SHEAF_REFUSE_IF(member->votes && coop->voters == 1, last_voter);
    if (member->votes)
        sheaf_petitions_vote(fold, fold->member, false);
    coop->voters -= member->votes > 0;
    sheaf_member_become(fold->state, row, SHEAF_member_state_left);
    member->left = fold->index;
    member->votes = 0;
    sheaf_petitions_look(fold);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_person_update(sheaf_fold *fold, const struct sheaf_person_update *what)
{
    SHEAF_REFUSE_IF(!what->has_address && !what->has_bank_account && !what->has_contact
                        && !what->has_name,
                    no_details);
    struct sheaf_row_member *member =
        sheaf_member_edit(fold->state, sheaf_member_row(fold->state, fold->member));
    if (what->has_address)
        member->address = what->address;
    if (what->has_bank_account)
        member->bank_account = what->bank_account;
    if (what->has_contact)
        member->contact = what->contact;
    if (what->has_name)
        member->name = what->name;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_key_admit(sheaf_fold *fold, const struct sheaf_key_admit *what)
{
    uint8_t scopes = sheaf_scope_bits(&what->scopes);
    SHEAF_REFUSE_IF(!scopes, scope_none);
    SHEAF_REFUSE_IF(what->web && (scopes & ~sheaf_bylaws_now(fold->state)->web_scopes),
                    scope_web);
    SHEAF_REFUSE_IF(what->has_until && what->until < fold->stamp, until_past);
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(fold->state, &what->public_key));
    struct sheaf_row_key *key = sheaf_key_add(fold->state, fold->index, &what->public_key);
    key->member = fold->member;
    key->holder = what->holder;
    key->scopes = scopes;
    key->until = what->has_until ? what->until : forever;
    key->web = what->web;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_key_revoke(sheaf_fold *fold, const struct sheaf_key_revoke *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_key_row(state, what->key);
    SHEAF_REFUSE_IF(row == SHEAF_NONE || sheaf_key_at(state, row)->member != fold->member,
                    no_such_own_key);
    SHEAF_REFUSE_IF(sheaf_key_at(state, row)->revoked != SHEAF_NONE, key_revoked);
    bool other = false;
    for (uint32_t i = 0; i < sheaf_key_count(state); i++) {
        const struct sheaf_row_key *key = sheaf_key_at(state, i);
        other = other
                || (i != row && key->member == fold->member
                    && sheaf_key_live(state, key->id, SHEAF_SCOPE_ADMIN, fold->stamp));
    }
    SHEAF_REFUSE_IF(!other, last_admin_key);
    sheaf_key_edit(state, row)->revoked = fold->index;
    return SHEAF_ACCEPTED;
}
