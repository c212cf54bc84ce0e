/* Founding, admission, members' details. */
#include "coop/member.h"

#include "base/json.h"
#include "coop/key_tree.h"
#include "coop/organs.h"
#include "coop/settled.h"
#include "coop/shares.h"

void sheaf_words_set(char *column, size_t size, sheaf_slice words)
{
    memset(column, 0, size);
    memcpy(column, words.data, words.len < size ? words.len : size);
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

const struct sheaf_row_class *sheaf_class_now(const sheaf_state *state, int64_t class)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    return class < bylaws->classes
               ? sheaf_class_at(state, bylaws->class_first + (uint32_t) class)
               : NULL;
}

sheaf_refusal sheaf_applicant_add(sheaf_fold *fold, const struct sheaf_applicant *applicant)
{
    struct sheaf_row_member *member = sheaf_member_new(fold->state, fold->index);
    member->id = fold->index;
    member->class = (uint8_t)applicant->class;
    member->kind = applicant->kind;
    member->name = applicant->name;
    member->holder = applicant->holder;
    member->admitted = member->left = member->counted = SHEAF_NONE;
    member->recovery = member->death = member->notice = member->import = SHEAF_NONE;
    member->recovery_failed = SHEAF_NONE;
    member->exclusion = member->asks_exclusion = SHEAF_NONE;
    member->number = applicant->number;
    member->apart = applicant->apart;
    member->applied = fold->stamp;
    member->state = SHEAF_member_state_applied;
    sheaf_application_count(fold, member);
    SHEAF_STOP_IF_SPENT(fold);
    return sheaf_key_enter(fold,
                           &(struct sheaf_new_key){
                               .id = fold->index,
                               .member = fold->index,
                               .public_key = applicant->public_key,
                               .holder = applicant->holder,
                               .seq = 1,
                               .until = SHEAF_JSON_INT_MAX,
                               .scopes = sheaf_key_first_scopes(fold->state, applicant->web),
                               .web = applicant->web,
                           });
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
    coop->bylaws = coop->bylaws_newest = SHEAF_NONE;
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_bylaws_enact(fold, &what->bylaws));
    SHEAF_STOP_IF_SPENT(fold);
    const struct sheaf_row_class *class = sheaf_class_now(state, what->class);
    SHEAF_REFUSE_IF(!class, no_such_class);
    SHEAF_REFUSE_IF(!class->votes, founder_without_vote);
    SHEAF_REFUSE_IF(class->ceiling_bp != SHEAF_NO_CEILING, ceilings_all);
    SHEAF_REFUSE_UNLESS(sheaf_applicant_add(fold, &(struct sheaf_applicant){
                                                      .class = what->class,
                                                      .kind = what->kind,
                                                      .name = what->name,
                                                      .holder = what->holder,
                                                      .public_key = what->public_key,
                                                  }));
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_member_begin(fold, 0, 0, true);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_apply_check(const sheaf_state *state, int64_t class,
                                const sheaf_public_key *public_key)
{
    SHEAF_REFUSE_IF(!sheaf_class_now(state, class), no_such_class);
    return sheaf_key_fresh(state, public_key);
}

sheaf_refusal sheaf_rule_member_apply(sheaf_fold *fold, const struct sheaf_member_apply *what)
{
    SHEAF_REFUSE_UNLESS(sheaf_apply_check(fold->state, what->class, &what->public_key));
    bool invited = sheaf_invitation_use(fold, &what->public_key);
    SHEAF_REFUSE_IF(!invited
                        && sheaf_applications_undecided(fold, false)
                               >= sheaf_bylaws_now(fold->state)->applications_max,
                    applications_max);
    return sheaf_applicant_add(fold, &(struct sheaf_applicant){
                                         .apart = invited,
                                         .class = what->class,
                                         .kind = what->kind,
                                         .name = what->name,
                                         .holder = what->holder,
                                         .public_key = what->public_key,
                                         .web = what->web,
                                     });
}

/* How many officers with a vote could still be heard on the application; with `spoken` those
 * who were are counted as well. */
static uint32_t officers_heard(const sheaf_state *state, uint8_t organ, uint32_t of,
                               int64_t stamp, bool spoken)
{
    uint32_t count = 0;
    const struct sheaf_row_post *post;
    for (uint8_t i = 0; (post = sheaf_post_find(state, sheaf_pair(organ, i))) != NULL; i++) {
        if (!post->office)
            continue;
        const struct sheaf_row_member *member =
            sheaf_member_get(state, sheaf_office_at(state, post->office - 1)->member);
        count += member->votes
                 && ((spoken && sheaf_approval_find(state, sheaf_pair(member->id, of)))
                     || sheaf_member_may_speak(state, member, of, stamp));
    }
    return count;
}

/* The organ must be able to give as many approvals as are asked for: else the one officer who
 * is left, or one person who acts for several, would admit alone. */
bool sheaf_officers_admit(const sheaf_state *state, uint32_t applicant, int64_t stamp)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    return bylaws->admission_organ
           && officers_heard(state, bylaws->admission_organ - 1, applicant, stamp, true)
                  >= bylaws->approvals;
}

/* Does the application wait to be decided? */
static sheaf_refusal check_waiting(const sheaf_fold *fold, uint32_t row)
{
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_application);
    const struct sheaf_row_member *member = sheaf_member_at(fold->state, row);
    SHEAF_REFUSE_IF(member->state == SHEAF_member_state_declined, application_declined);
    SHEAF_REFUSE_IF(member->state != SHEAF_member_state_applied, already_member);
    SHEAF_REFUSE_IF(sheaf_application_lapsed(fold, member), application_lapsed);
    return SHEAF_ACCEPTED;
}

/* Who has no vote, or none yet, decides on nobody's: else one newcomer on trial could fill the
 * co-op with others. An approval stands by whom it could be given when it was given: neither an
 * election nor the end of a term takes it back. */
static sheaf_refusal check_application(const sheaf_fold *fold, uint32_t row)
{
    uint8_t organ = sheaf_bylaws_now(fold->state)->admission_organ;
    SHEAF_REFUSE_IF(!sheaf_member_get(fold->state, fold->member)->votes, no_vote);
    SHEAF_REFUSE_UNLESS(check_waiting(fold, row));
    SHEAF_REFUSE_IF(
        sheaf_officers_admit(fold->state, sheaf_member_at(fold->state, row)->id, fold->stamp)
            && !sheaf_office_now(fold->state, fold->member, organ - 1),
        admission_officers);
    return SHEAF_ACCEPTED;
}

/* How many could still decide on it, and be heard; told up to `most`. Somebody holds keys of
 * two members only where the one allows it to the other, so where there are many more members
 * than such permissions nobody need be looked at. */
static uint32_t deciders_left(const sheaf_fold *fold, const struct sheaf_row_member *applicant,
                              uint32_t most)
{
    const sheaf_state *state = fold->state;
    uint32_t count = 0;
    uint64_t out = (uint64_t)applicant->approvals + applicant->declines
                   + sheaf_holder_allowed_count(state);
    if (sheaf_officers_admit(state, applicant->id, fold->stamp))
        return officers_heard(state, sheaf_bylaws_now(state)->admission_organ - 1,
                              applicant->id, fold->stamp, false);
    if (out + most <= sheaf_coop(state)->voters)
        return most;
    for (uint32_t i = 0; i < sheaf_member_count(state) && count < most; i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        count +=
            member->votes && sheaf_member_may_speak(state, member, applicant->id, fold->stamp);
    }
    return count;
}

/* Until when members can speak against it. */
static int64_t object_until(const sheaf_state *state, const struct sheaf_row_member *applicant)
{
    return applicant->applied + (int64_t)sheaf_bylaws_now(state)->admission_object_s * 1000;
}

/* Will the member be here since the founding (coop/settled.h)? */
static bool founds(const sheaf_fold *fold, const struct sheaf_row_member *applicant)
{
    int64_t until = object_until(fold->state, applicant);
    bool time = until > applicant->applied && fold->stamp >= until;
    return sheaf_settled_founding(fold) && !applicant->declines
           && (time || !deciders_left(fold, applicant, 1));
}

/* The application is decided: the membership begins. Since when somebody is a member by the
 * register that was taken over counts towards the trial where the members decide: it is the
 * word of the two who entered it, who would have others vote at once whom nobody knows. */
static sheaf_refusal admit(sheaf_fold *fold, uint32_t row, bool by_motion)
{
    struct sheaf_row_member *member = sheaf_member_edit(fold->state, row);
    const struct sheaf_row_class *class = sheaf_class_now(fold->state, member->class);
    int64_t since = fold->stamp;
    bool founder = !by_motion && founds(fold, member);
    SHEAF_REFUSE_IF(!class, no_such_class);
    SHEAF_REFUSE_IF(!sheaf_shares_paid(fold->state, member->id), share_unpaid);
    SHEAF_REFUSE_IF(!sheaf_applicant_free(fold->state, member), admitted_otherwise);
    sheaf_applicant_take_human(fold, member);
    if (member->number) {
        SHEAF_REFUSE_UNLESS(sheaf_place_take(fold, member));
        if (by_motion)
            since = sheaf_place_get(fold->state, member->number)->joined * 1000;
    }
    sheaf_deadline_clear(fold->state, member->id, SHEAF_deadline_kind_member_admits);
    sheaf_member_begin(fold, row, since + (int64_t) class->trial_s * 1000, founder);
    return SHEAF_ACCEPTED;
}

/* Enough are for it, and more than against it. Where those who have not spoken could outweigh
 * them, they have the bylaws' time from the application: else two would let in at once, one
 * after the other, whom all others would decline if they were asked. While the co-op is being
 * founded they have it wherever somebody has not spoken. */
static sheaf_refusal admit_unopposed(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_member *member = sheaf_member_at(fold->state, row);
    int64_t until = object_until(fold->state, member);
    bool each = sheaf_bylaws_now(fold->state)->settled_s && sheaf_settled_founding(fold);
    uint32_t ahead = each ? 1 : member->approvals - member->declines;
    if (fold->stamp >= until || deciders_left(fold, member, ahead) < ahead)
        return admit(fold, row, false);
    SHEAF_REFUSE_IF(!sheaf_shares_paid(fold->state, member->id), share_unpaid);
    sheaf_deadline_set(fold->state, member->id, SHEAF_deadline_kind_member_admits, until);
    return SHEAF_ACCEPTED;
}

/* Who cannot be admitted then, since the place is taken, say, waits as before. */
sheaf_refusal sheaf_settle_member_admits(sheaf_fold *fold, uint32_t of)
{
    uint32_t row = sheaf_member_row(fold->state, of);
    const struct sheaf_row_member *member = sheaf_member_at(fold->state, row);
    if (member->state == SHEAF_member_state_applied && !sheaf_application_lapsed(fold, member)
        && member->approvals >= sheaf_bylaws_now(fold->state)->approvals
        && member->approvals > member->declines)
        (void)admit(fold, row, false);
    return SHEAF_ACCEPTED;
}

/* What becomes of the application now that one more has spoken, for it or against it. Whom
 * enough approve is admitted, if they are more than speak against it: else two would let in
 * whom they liked against all others. Where fewer can be heard, whom all approve. One voice
 * against does not decide while somebody is for it or could be: else any member could keep
 * everybody out, where the members can admit by a motion whom those who decide do not agree on.
 * But what as many speak against as must approve it, or too few could still approve, is in no
 * stranger's way any more. */
static sheaf_refusal decide(sheaf_fold *fold, uint32_t row, bool approves)
{
    const struct sheaf_row_member *member = sheaf_member_at(fold->state, row);
    uint32_t needed = sheaf_bylaws_now(fold->state)->approvals;
    if (approves && member->approvals >= needed && member->approvals > member->declines)
        return admit_unopposed(fold, row);
    uint32_t short_of = member->approvals < needed ? needed - member->approvals : 1;
    uint32_t left = deciders_left(fold, member, short_of);
    if (!member->declines)
        return left ? SHEAF_ACCEPTED : admit(fold, row, false);
    if (!left && !member->approvals)
        sheaf_member_become(fold->state, row, SHEAF_member_state_declined);
    else if ((member->approvals + left < needed || member->declines >= needed)
             && !member->aside)
        sheaf_application_aside(fold->state, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_decline(sheaf_fold *fold,
                                        const struct sheaf_member_decline *what)
{
    uint32_t row = sheaf_member_row(fold->state, what->member);
    SHEAF_REFUSE_UNLESS(check_application(fold, row));
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, what->member, true));
    sheaf_member_edit(fold->state, row)->declines++;
    return decide(fold, row, false);
}

sheaf_refusal sheaf_rule_member_admit(sheaf_fold *fold, const struct sheaf_member_admit *what)
{
    uint32_t row = sheaf_member_row(fold->state, what->member);
    SHEAF_REFUSE_UNLESS(check_application(fold, row));
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, what->member, false));
    sheaf_member_edit(fold->state, row)->approvals++;
    return decide(fold, row, true);
}

/* The members admit whom those who decide have not, and whom they declined: that is the appeal
 * (Council Regulation (EC) 1435/2003, art. 14(1)), which nobody could win whom the same
 * officers decline again while the members vote. Who applied anew as the same person is
 * admitted by that application alone, and a claim to a place of a register is made anew. */
sheaf_refusal sheaf_rule_member_accept(sheaf_fold *fold, const struct sheaf_member_accept *what)
{
    uint32_t row = sheaf_member_row(fold->state, what->member);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_application);
    const struct sheaf_row_member *member = sheaf_member_at(fold->state, row);
    SHEAF_REFUSE_UNLESS(member->number ? check_waiting(fold, row)
                                       : sheaf_appeal_check(fold->state, member, fold->stamp));
    return admit(fold, row, true);
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
