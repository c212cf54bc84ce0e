/* How memberships end: leaving with notice, the end of a trial, death. Exclusion stands in
 * rules_exclusion.c. */
#include "coop/circles.h"
#include "coop/member.h"
#include "coop/pending.h"
#include "coop/shares.h"

struct sheaf_row_member *sheaf_member_edit_active(sheaf_fold *fold, uint32_t member)
{
    uint32_t row = sheaf_member_row(fold->state, member);
    return row != SHEAF_NONE
                   && sheaf_member_at(fold->state, row)->state == SHEAF_member_state_active
               ? sheaf_member_edit(fold->state, row)
               : NULL;
}

/* Is it of a class without a ceiling of votes? */
static bool unlimited(const sheaf_state *state, const struct sheaf_row_member *member)
{
    return sheaf_class_now(state, member->class)->ceiling_bp == SHEAF_NO_CEILING;
}

/* Without a vote nobody could decide anything any more; nor could they where every class that
 * has votes has a ceiling of them. */
static sheaf_refusal can_go(const sheaf_state *state, const struct sheaf_row_member *member)
{
    SHEAF_REFUSE_IF(member->votes && sheaf_coop(state)->voters == 1, last_voter);
    SHEAF_REFUSE_IF(member->votes && sheaf_coop(state)->voters_unlimited == 1
                        && unlimited(state, member),
                    last_unlimited);
    SHEAF_REFUSE_IF(member->votes && member->guards && sheaf_coop(state)->guarded == 1,
                    last_guard);
    return SHEAF_ACCEPTED;
}

/* Counts the member's vote, if it has one, or counts it no more. */
static void count_vote(sheaf_state *state, const struct sheaf_row_member *member, bool in)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(state, 0);
    uint32_t with = member->votes > 0, free = with && unlimited(state, member);
    uint32_t guarded = with && member->guards;
    coop->voters += in ? with : -with;
    coop->voters_unlimited += in ? free : -free;
    coop->guarded += in ? guarded : -guarded;
}

sheaf_refusal sheaf_member_end_one(sheaf_fold *fold, uint32_t id, uint8_t state)
{
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, id);
    assert(member);
    SHEAF_REFUSE_UNLESS(can_go(fold->state, member));
    if (member->votes)
        sheaf_petitions_vote(fold, id, false);
    sheaf_circles_end(fold, id);
    sheaf_shares_end(fold, id);
    count_vote(fold->state, member, false);
    sheaf_member_become(fold->state, sheaf_member_row(fold->state, id), state);
    member->left = fold->index;
    member->votes = 0;
    member->leaves = 0;
    if (member->recovery != SHEAF_NONE)
        sheaf_recovery_drop(fold, member->recovery);
    member->death = SHEAF_NONE;
    sheaf_deadline_clear(fold->state, id, SHEAF_deadline_kind_member_leaves);
    sheaf_deadline_clear(fold->state, id, SHEAF_deadline_kind_member_trial);
    sheaf_deadline_clear(fold->state, id, SHEAF_deadline_kind_member_death);
    sheaf_offices_end(fold, id);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_member_end(sheaf_fold *fold, uint32_t id, uint8_t state)
{
    SHEAF_REFUSE_UNLESS(sheaf_member_end_one(fold, id, state));
    sheaf_petitions_look(fold);
    return SHEAF_ACCEPTED;
}

/* ---- leaving ---- */

/* Everybody can leave. With the scope admin; where no key of the member has that, since all are
 * made in pages and the bylaws leave it to none of these, with any key but a machine's. */
static sheaf_refusal check_key(const sheaf_fold *fold)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_key *own = sheaf_key_get(state, fold->key), *key;
    SHEAF_REFUSE_UNLESS(sheaf_keys_frozen(state, fold->member, SHEAF_SCOPE_ADMIN));
    if (sheaf_key_scopes(state, own) & SHEAF_SCOPE_ADMIN)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(own->scopes == SHEAF_SCOPE_TRAIN, outside_scope);
    for (uint32_t at = sheaf_member_get(state, fold->member)->key_last; at; at = key->before) {
        key = sheaf_key_at(state, at - 1);
        SHEAF_REFUSE_IF(key->until >= fold->stamp
                            && (sheaf_key_scopes(state, key) & SHEAF_SCOPE_ADMIN),
                        outside_scope);
    }
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_leave(sheaf_fold *fold, const struct sheaf_member_leave *what)
{
    int64_t notice = sheaf_bylaws_now(fold->state)->leave_notice_s;
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, fold->member);
    (void)what;
    SHEAF_REFUSE_UNLESS(check_key(fold));
    SHEAF_REFUSE_UNLESS(can_go(fold->state, member));
    if (!notice)
        return sheaf_member_end(fold, fold->member, SHEAF_member_state_left);
    int64_t at = fold->stamp + notice * 1000;
    SHEAF_REFUSE_IF(member->leaves && member->leaves <= at, leaving_already);
    member->leaves = at;
    member->notice = fold->index;
    sheaf_deadline_set(fold->state, fold->member, SHEAF_deadline_kind_member_leaves, at);
    return SHEAF_ACCEPTED;
}

/* The end that stood in the register before is no notice of the member's own to take back, so
 * it stands again. */
sheaf_refusal sheaf_rule_member_stay(sheaf_fold *fold, const struct sheaf_member_stay *what)
{
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, fold->member);
    (void)what;
    SHEAF_REFUSE_UNLESS(check_key(fold));
    SHEAF_REFUSE_IF(member->notice == SHEAF_NONE, no_notice);
    member->notice = SHEAF_NONE;
    member->leaves = member->ends;
    if (member->ends)
        sheaf_deadline_set(fold->state, fold->member, SHEAF_deadline_kind_member_leaves,
                           member->ends);
    else
        sheaf_deadline_clear(fold->state, fold->member, SHEAF_deadline_kind_member_leaves);
    return SHEAF_ACCEPTED;
}

/* Who may not go when the time has come stays. */
sheaf_refusal sheaf_settle_member_leaves(sheaf_fold *fold, uint32_t of)
{
    if (sheaf_member_end(fold, of, SHEAF_member_state_left) == SHEAF_ACCEPTED)
        return SHEAF_ACCEPTED;
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, of);
    member->leaves = member->ends = 0;
    member->notice = SHEAF_NONE;
    return SHEAF_ACCEPTED;
}

/* ---- trial ---- */

void sheaf_member_begin(sheaf_fold *fold, uint32_t row, int64_t trial_ends, bool founder)
{
    struct sheaf_row_member *member = sheaf_member_edit(fold->state, row);
    const struct sheaf_row_class *class = sheaf_class_now(fold->state, member->class);
    sheaf_member_become(fold->state, row, SHEAF_member_state_active);
    member->admitted = fold->index;
    if (founder)
        member->voting_since = sheaf_coop(fold->state)->founded;
    if (trial_ends > fold->stamp) {
        member->trial = true;
        sheaf_deadline_set(fold->state, member->id, SHEAF_deadline_kind_member_trial,
                           trial_ends);
        return;
    }
    member->votes = class->votes;
    member->counted = fold->index;
    if (!founder)
        member->voting_since = fold->stamp;
    count_vote(fold->state, member, true);
}

sheaf_refusal sheaf_settle_member_trial(sheaf_fold *fold, uint32_t of)
{
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, of);
    assert(member && member->trial);
    member->trial = false;
    member->votes = sheaf_class_now(fold->state, member->class)->votes;
    if (member->votes)
        sheaf_circles_vote(fold, of, true);
    member->counted = fold->index;
    if (!member->voting_since)
        member->voting_since = fold->stamp;
    count_vote(fold->state, member, true);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_dismiss(sheaf_fold *fold,
                                        const struct sheaf_member_dismiss *what)
{
    const struct sheaf_row_member *member = sheaf_member_edit_active(fold, what->member);
    SHEAF_REFUSE_IF(!member, no_such_member);
    SHEAF_REFUSE_IF(!member->trial, not_on_trial);
    return sheaf_member_end(fold, what->member, SHEAF_member_state_dismissed);
}

/* ---- death ---- */

static sheaf_refusal record_death(sheaf_fold *fold, struct sheaf_row_member *member,
                                  const sheaf_hash *evidence)
{
    struct sheaf_row_death *death = sheaf_death_new(fold->state, fold->index);
    death->id = member->death = fold->index;
    death->member = member->id;
    death->evidence = *evidence;
    death->records = 1;
    SHEAF_STOP_IF_SPENT(fold);
    return sheaf_member_speak(fold, fold->index, false);
}

/* Who records a death says no more that the member lives. */
static void lift_denial(sheaf_fold *fold, struct sheaf_row_member *member)
{
    uint32_t row = sheaf_denial_row(fold->state, sheaf_pair(fold->member, member->id));
    if (row == SHEAF_NONE || sheaf_denial_at(fold->state, row)->lifted)
        return;
    sheaf_denial_edit(fold->state, row)->lifted = true;
    member->denials--;
}

/* So many members must record it: for each who says that the member lives one more than two. */
static bool enough_records(const struct sheaf_row_member *member,
                           const struct sheaf_row_death *death)
{
    return death->records >= 2 + (uint64_t)member->denials;
}

/* Two members could be rid of everybody else that way, one after the other. So an organisation
 * does not die, the second record must be of the same evidence and of another human, and then
 * the member has 14 days: whatever it signs with a key of its own, but a node's, disproves it,
 * and so does a ballot or its presence that two tellers confirm.
 * Many are away for longer: so any other member may say that it lives, and then it takes one
 * record more. A record that too few confirmed stands in nobody's way: one of other evidence by
 * another member takes its place. */
sheaf_refusal sheaf_rule_member_death(sheaf_fold *fold, const struct sheaf_member_death *what)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, what->member);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(!member, no_such_member);
    SHEAF_REFUSE_IF(member->kind != SHEAF_member_kind_person, not_a_person);
    SHEAF_REFUSE_IF(what->member == fold->member, about_oneself);
    lift_denial(fold, member);
    if (member->death == SHEAF_NONE)
        return record_death(fold, member, &what->evidence);
    const struct sheaf_row_death *death = sheaf_death_get(state, member->death);
    SHEAF_REFUSE_IF(death->confirmed, death_confirmed);
    if (!sheaf_hash_equal(&death->evidence, &what->evidence)) {
        SHEAF_REFUSE_IF(sheaf_approval_find(state, sheaf_pair(fold->member, death->id)),
                        evidence_differs);
        return record_death(fold, member, &what->evidence);
    }
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, death->id, false));
    struct sheaf_row_death *edited = sheaf_death_edit(state, sheaf_death_row(state, death->id));
    edited->records++;
    edited->confirmed = enough_records(member, edited);
    if (edited->confirmed)
        sheaf_deadline_set(state, what->member, SHEAF_deadline_kind_member_death,
                           fold->stamp + (int64_t)SHEAF_DEATH_WAIT_S * 1000);
    return SHEAF_ACCEPTED;
}

/* Who says so about itself has disproved the record already, by whatever it signs. */
sheaf_refusal sheaf_rule_death_deny(sheaf_fold *fold, const struct sheaf_death_deny *what)
{
    sheaf_state *state = fold->state;
    uint64_t pair = sheaf_pair(fold->member, what->member);
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, what->member);
    if (what->member == fold->member && fold->lives)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_IF(!member || member->death == SHEAF_NONE, no_such_death);
    uint32_t row = sheaf_denial_row(state, pair);
    SHEAF_REFUSE_IF(row != SHEAF_NONE && !sheaf_denial_at(state, row)->lifted, denied_already);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, member->death, true));
    struct sheaf_row_denial *denial =
        row == SHEAF_NONE ? sheaf_denial_new(state, pair) : sheaf_denial_edit(state, row);
    denial->by = fold->member;
    denial->member = what->member;
    denial->lifted = false;
    member->denials++;
    struct sheaf_row_death *death =
        sheaf_death_edit(state, sheaf_death_row(state, member->death));
    death->confirmed = enough_records(member, death);
    if (!death->confirmed)
        sheaf_deadline_clear(state, what->member, SHEAF_deadline_kind_member_death);
    return SHEAF_ACCEPTED;
}

void sheaf_member_lives(sheaf_fold *fold)
{
    if (sheaf_key_get(fold->state, fold->key)->scopes == SHEAF_SCOPE_TRAIN)
        return;
    sheaf_member_seen(fold, fold->member);
    fold->lives = true;
}

void sheaf_member_seen(sheaf_fold *fold, uint32_t member)
{
    if (sheaf_member_get(fold->state, member)->death == SHEAF_NONE)
        return;
    sheaf_member_edit_active(fold, member)->death = SHEAF_NONE;
    sheaf_deadline_clear(fold->state, member, SHEAF_deadline_kind_member_death);
}

sheaf_refusal sheaf_settle_member_death(sheaf_fold *fold, uint32_t of)
{
    if (sheaf_member_end(fold, of, SHEAF_member_state_deceased) == SHEAF_ACCEPTED)
        return SHEAF_ACCEPTED;
    sheaf_member_edit_active(fold, of)->death = SHEAF_NONE; /* the last vote: see leaving */
    return SHEAF_ACCEPTED;
}
