/* Keys: who may sign what for a member. Those of one member that are not revoked are a list,
 * the newest first; it is short, for a member has no more than SHEAF_KEYS_MAX that are in
 * force, and what has expired is taken out before the next is let in. */
#include "coop/member.h"

#include "base/json.h"
#include "coop/key_numbers.h"
#include "coop/key_tree.h"

static const int64_t forever = SHEAF_JSON_INT_MAX;

uint8_t sheaf_scope_bits(const struct sheaf_scopes *scopes)
{
    return (uint8_t)((scopes->admin ? SHEAF_SCOPE_ADMIN : 0)
                     | (scopes->data ? SHEAF_SCOPE_DATA : 0)
                     | (scopes->money ? SHEAF_SCOPE_MONEY : 0)
                     | (scopes->train ? SHEAF_SCOPE_TRAIN : 0)
                     | (scopes->vote ? SHEAF_SCOPE_VOTE : 0));
}

uint8_t sheaf_key_first_scopes(const sheaf_state *state, bool web)
{
    uint8_t scopes = SHEAF_SCOPE_ALL & ~SHEAF_SCOPE_TRAIN;
    return web ? scopes & sheaf_bylaws_now(state)->web_scopes : scopes;
}

/* ---- humans ---- */

/* Six bytes of the commitment: as many as JSON's integers hold whole. */
static uint64_t human_of(const sheaf_hash *holder)
{
    uint64_t out = 0;
    for (int i = 0; i < 6; i++)
        out = out << 8 | holder->bytes[i];
    return out;
}

/* Does the member that named the human of that row first let this one name it as well? */
static bool allowed_now(const sheaf_state *state, uint32_t human, uint32_t member)
{
    const struct sheaf_row_holder_allowed *row =
        sheaf_holder_allowed_find(state, sheaf_pair(human + 1, member));
    return row && row->withdrawn == SHEAF_NONE;
}

/* May keys of the member name the human of that row: did it name it first, or does who did let
 * it? */
static bool may_name(const sheaf_state *state, uint32_t human, uint32_t member)
{
    return sheaf_human_at(state, human)->member == member || allowed_now(state, human, member);
}

bool sheaf_applicant_free(const sheaf_state *state, const struct sheaf_row_member *member)
{
    uint32_t human = sheaf_key_at(state, member->key_last - 1)->human;
    if (!human || may_name(state, human - 1, member->id))
        return true;
    const struct sheaf_row_member *first =
        sheaf_member_get(state, sheaf_human_at(state, human - 1)->member);
    return first->state == SHEAF_member_state_declined
           || first->state == SHEAF_member_state_applied;
}

void sheaf_applicant_take_human(sheaf_fold *fold, const struct sheaf_row_member *member)
{
    uint32_t human = sheaf_key_at(fold->state, member->key_last - 1)->human;
    if (human && !may_name(fold->state, human - 1, member->id))
        sheaf_human_edit(fold->state, human - 1)->member = member->id;
}

/* Has the application that named it come to nothing? Who applies anew is the same person. */
static bool let_go(const sheaf_fold *fold, const struct sheaf_row_human *human)
{
    const struct sheaf_row_member *row = sheaf_member_get(fold->state, human->member);
    return row->state == SHEAF_member_state_declined
           || (row->state == SHEAF_member_state_applied && sheaf_application_lapsed(fold, row));
}

/* 1 + the row of the human behind the commitment, 0 where it is zeros; the human is entered
 * where nobody named it before. By chance two begin alike once in many millions; who wanted
 * that has only shut out a commitment of their own.
 *
 * The commitment stands on the log for everyone to copy, and whoever named another's on a key
 * of their own would silence its owner wherever humans are counted. So only the member that
 * named it first names it again, and whom that member lets (holder.allow): one who is a member
 * in person lets the organisation that they act for. */
static sheaf_refusal enter_human(sheaf_fold *fold, uint32_t member, const sheaf_hash *holder,
                                 uint32_t *out)
{
    *out = 0;
    if (sheaf_hash_is_zero(holder))
        return SHEAF_ACCEPTED;
    uint32_t row = sheaf_human_row(fold->state, human_of(holder));
    if (row == SHEAF_NONE) {
        struct sheaf_row_human *human = sheaf_human_new(fold->state, human_of(holder));
        human->holder = *holder;
        human->id = human_of(holder);
        human->member = member;
        row = sheaf_human_count(fold->state) - 1;
    }
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_IF(!sheaf_hash_equal(&sheaf_human_at(fold->state, row)->holder, holder),
                    holder_taken);
    if (let_go(fold, sheaf_human_at(fold->state, row)))
        sheaf_human_edit(fold->state, row)->member = member;
    SHEAF_REFUSE_IF(!may_name(fold->state, row, member), holder_of_another);
    *out = row + 1;
    return SHEAF_ACCEPTED;
}

/* The row of the human whose commitment it is, which the signer's member named first. */
static sheaf_refusal own_human(const sheaf_fold *fold, const sheaf_hash *holder, uint32_t *row)
{
    *row = sheaf_human_row(fold->state, human_of(holder));
    SHEAF_REFUSE_IF(*row == SHEAF_NONE
                        || !sheaf_hash_equal(&sheaf_human_at(fold->state, *row)->holder, holder)
                        || sheaf_human_at(fold->state, *row)->member != fold->member,
                    holder_not_yours);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_holder_allow(sheaf_fold *fold, const struct sheaf_holder_allow *what)
{
    uint32_t human;
    SHEAF_REFUSE_UNLESS(own_human(fold, &what->holder, &human));
    SHEAF_REFUSE_IF(!sheaf_member_active(fold->state, what->member), no_such_member);
    SHEAF_REFUSE_IF(what->member == fold->member, about_oneself);
    SHEAF_REFUSE_IF(allowed_now(fold->state, human, what->member), holder_allowed);
    struct sheaf_row_holder_allowed *allowed =
        sheaf_holder_allowed_have(fold->state, sheaf_pair(human + 1, what->member));
    allowed->human = human + 1;
    allowed->member = what->member;
    allowed->by = fold->index;
    allowed->withdrawn = SHEAF_NONE;
    return SHEAF_ACCEPTED;
}

/* Keys that name the person already go on doing so, and so do those that replace them, but they
 * do not speak where humans are counted: they would be heard in the person's place. */
sheaf_refusal sheaf_rule_holder_withdraw(sheaf_fold *fold,
                                         const struct sheaf_holder_withdraw *what)
{
    uint32_t human;
    SHEAF_REFUSE_UNLESS(own_human(fold, &what->holder, &human));
    SHEAF_REFUSE_IF(!allowed_now(fold->state, human, what->member), holder_not_allowed);
    uint32_t row = sheaf_holder_allowed_row(fold->state, sheaf_pair(human + 1, what->member));
    sheaf_holder_allowed_edit(fold->state, row)->withdrawn = fold->index;
    return SHEAF_ACCEPTED;
}

/* Does a key of the member name a human who takes no part in it any more? */
static bool withdrawn(const sheaf_state *state, uint32_t member, uint32_t human)
{
    return sheaf_human_at(state, human - 1)->member != member
           && !allowed_now(state, human - 1, member);
}

/* Might whom that key names hold the member's keys that name nobody? Of an organisation anybody
 * might who acts for it; of a person the person alone, whom no other member named first. */
static bool may_hold_others(const sheaf_state *state, const struct sheaf_row_member *member,
                            const struct sheaf_row_key *key, int64_t stamp)
{
    return key->human && key->until >= stamp && !withdrawn(state, member->id, key->human)
           && (member->kind == SHEAF_member_kind_organisation
               || sheaf_human_at(state, key->human - 1)->member == member->id);
}

const struct sheaf_row_key *sheaf_key_named(const sheaf_state *state,
                                            const struct sheaf_row_member *member, uint32_t *at,
                                            int64_t stamp)
{
    while (*at) {
        const struct sheaf_row_key *key = sheaf_key_at(state, *at - 1);
        *at = key->before;
        if (may_hold_others(state, member, key, stamp))
            return key;
    }
    return NULL;
}

static bool was_heard(const sheaf_state *state, uint32_t human, uint32_t of)
{
    return sheaf_voice_find(state, sheaf_pair(human, of)) != NULL;
}

/* Was anybody heard who might hold the member's keys that name nobody? */
static bool unnamed_heard(const sheaf_state *state, const struct sheaf_row_member *member,
                          uint32_t of, int64_t stamp)
{
    const struct sheaf_row_key *key;
    for (uint32_t at = member->key_last; (key = sheaf_key_named(state, member, &at, stamp));)
        if (was_heard(state, key->human, of))
            return true;
    return false;
}

/* Whoever speaks by a key that names nobody takes the voice of all who might hold it. Of those
 * whom other members named first that is one at most: naming would not silence more, and else
 * one key of an organisation took the voice of everybody who acts for it. */
static bool takes_several(const sheaf_state *state, const struct sheaf_row_member *member,
                          int64_t stamp)
{
    const struct sheaf_row_key *key;
    uint32_t other = 0;
    for (uint32_t at = member->key_last; (key = sheaf_key_named(state, member, &at, stamp));) {
        if (sheaf_human_at(state, key->human - 1)->member == member->id)
            continue;
        if (other && other != key->human)
            return true;
        other = key->human;
    }
    return false;
}

static void note_voice(sheaf_state *state, uint32_t human, uint32_t of)
{
    if (state->failed || was_heard(state, human, of))
        return;
    struct sheaf_row_voice *voice = sheaf_voice_new(state, sheaf_pair(human, of));
    voice->human = human;
    voice->of = of;
}

static void note_unnamed(sheaf_state *state, const struct sheaf_row_member *member, uint32_t of,
                         int64_t stamp)
{
    const struct sheaf_row_key *key;
    for (uint32_t at = member->key_last; (key = sheaf_key_named(state, member, &at, stamp));)
        note_voice(state, key->human, of);
}

sheaf_refusal sheaf_member_speak(sheaf_fold *fold, uint32_t of, bool declines)
{
    sheaf_state *state = fold->state;
    uint64_t pair = sheaf_pair(fold->member, of);
    uint32_t human = sheaf_key_get(state, fold->key)->human;
    const struct sheaf_row_member *member = sheaf_member_get(state, fold->member);
    SHEAF_REFUSE_IF(sheaf_approval_find(state, pair), approved_twice);
    SHEAF_REFUSE_IF(human && withdrawn(state, fold->member, human), holder_withdrawn);
    SHEAF_REFUSE_IF(human && was_heard(state, human, of), human_twice);
    SHEAF_REFUSE_IF(
        !human && (unnamed_heard(state, member, of, fold->stamp) || sheaf_signer_unclear(fold)),
        human_unnamed);
    struct sheaf_row_approval *approval = sheaf_approval_new(state, pair);
    approval->by = fold->member;
    approval->of = of;
    approval->declines = declines;
    if (human)
        note_voice(state, human, of);
    else
        note_unnamed(state, member, of, fold->stamp);
    return SHEAF_ACCEPTED;
}

bool sheaf_member_may_speak(const sheaf_state *state, const struct sheaf_row_member *member,
                            uint32_t of, int64_t stamp)
{
    bool keys = false;
    bool unnamed =
        !unnamed_heard(state, member, of, stamp) && !takes_several(state, member, stamp);
    if (sheaf_approval_find(state, sheaf_pair(member->id, of)))
        return false;
    for (uint32_t at = member->key_last; at;) {
        const struct sheaf_row_key *key = sheaf_key_at(state, at - 1);
        at = key->before;
        if (!(sheaf_key_scopes(state, key) & SHEAF_SCOPE_ADMIN) || key->until < stamp)
            continue;
        if (key->human
                ? !withdrawn(state, member->id, key->human) && !was_heard(state, key->human, of)
                : unnamed)
            return true;
        keys = true;
    }
    return !keys;
}

/* ---- keys ---- */

/* A key that can always see to the member's others: it may, and has no end. */
static bool guards(const sheaf_state *state, const struct sheaf_row_key *key)
{
    return (sheaf_key_scopes(state, key) & SHEAF_SCOPE_ADMIN) && key->until == forever;
}

void sheaf_guards_recount(sheaf_state *state)
{
    for (uint32_t i = 0; i < sheaf_member_count(state) && !state->failed; i++) {
        const struct sheaf_row_key *key;
        uint8_t count = 0;
        for (uint32_t at = sheaf_member_at(state, i)->key_last; at; at = key->before) {
            key = sheaf_key_at(state, at - 1);
            count = (uint8_t)(count + guards(state, key));
        }
        if (count != sheaf_member_at(state, i)->guards)
            sheaf_member_edit(state, i)->guards = count;
    }
}

/* One guard more of the member, or one less. */
static void count_guard(sheaf_fold *fold, struct sheaf_row_member *member, bool more)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    if (member->votes && member->guards == !more)
        coop->guarded += more ? 1 : (uint32_t)-1;
    member->guards = (uint8_t)(member->guards + (more ? 1 : -1));
}

/* Among the keys of its member, as the newest of them. */
static void link(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_key *key = sheaf_key_edit(fold->state, row);
    struct sheaf_row_member *member =
        sheaf_member_edit(fold->state, sheaf_member_row(fold->state, key->member));
    key->before = member->key_last;
    member->key_last = row + 1;
    if (guards(fold->state, key))
        count_guard(fold, member, true);
}

/* Out of that list; nothing happens to a key that is not in it. */
static void unlink_key(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    uint32_t member = sheaf_member_row(state, sheaf_key_at(state, row)->member);
    uint32_t before = sheaf_key_at(state, row)->before;
    uint32_t at = sheaf_member_at(state, member)->key_last, after = 0;
    while (at && at != row + 1) {
        after = at;
        at = sheaf_key_at(state, at - 1)->before;
    }
    if (!at)
        return;
    if (after)
        sheaf_key_edit(state, after - 1)->before = before;
    else
        sheaf_member_edit(state, member)->key_last = before;
    sheaf_key_edit(state, row)->before = 0;
    if (guards(state, sheaf_key_at(state, row)))
        count_guard(fold, sheaf_member_edit(state, member), false);
}

static void revoke(sheaf_fold *fold, uint32_t row)
{
    unlink_key(fold, row);
    sheaf_key_edit(fold->state, row)->revoked = fold->index;
}

/* How many keys of the member are in force; what has expired leaves the list. */
static uint32_t keys_in_force(sheaf_fold *fold, uint32_t member)
{
    uint32_t at = sheaf_member_get(fold->state, member)->key_last, count = 0;
    while (at) {
        const struct sheaf_row_key *key = sheaf_key_at(fold->state, at - 1);
        uint32_t before = key->before;
        if (key->until < fold->stamp)
            unlink_key(fold, at - 1);
        else
            count++;
        at = before;
    }
    return count;
}

static sheaf_refusal add(sheaf_fold *fold, const struct sheaf_new_key *what)
{
    uint32_t human = what->human;
    if (!human)
        SHEAF_REFUSE_UNLESS(enter_human(fold, what->member, &what->holder, &human));
    struct sheaf_row_key *key = sheaf_key_add(fold->state, what->id, &what->public_key);
    key->member = what->member;
    key->holder = what->holder;
    key->human = human;
    sheaf_key_number_set(fold->state, sheaf_key_count(fold->state) - 1, what->seq);
    key->until = what->until;
    key->scopes = what->scopes;
    key->web = what->web;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_key_enter(sheaf_fold *fold, const struct sheaf_new_key *what)
{
    SHEAF_REFUSE_UNLESS(add(fold, what));
    SHEAF_STOP_IF_SPENT(fold);
    link(fold, sheaf_key_count(fold->state) - 1);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_key_reserve(sheaf_fold *fold, const struct sheaf_new_key *what)
{
    SHEAF_REFUSE_UNLESS(add(fold, what));
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_key_edit(fold->state, sheaf_key_row(fold->state, what->id))->revoked = fold->index;
    return SHEAF_ACCEPTED;
}

void sheaf_key_begin(sheaf_fold *fold, uint32_t key, uint8_t scopes)
{
    uint32_t row = sheaf_key_row(fold->state, key);
    struct sheaf_row_key *begun = sheaf_key_edit(fold->state, row);
    begun->revoked = SHEAF_NONE;
    begun->scopes = scopes;
    link(fold, row);
}

bool sheaf_human_acts(const sheaf_state *state, uint32_t human, uint32_t member, int64_t stamp)
{
    uint32_t at = sheaf_member_get(state, member)->key_last;
    while (at) {
        const struct sheaf_row_key *key = sheaf_key_at(state, at - 1);
        if (key->human == human && key->until >= stamp)
            return true;
        at = key->before;
    }
    return false;
}

/* Might the human hold the member's keys that name nobody? */
static bool may_be_unnamed(const sheaf_state *state, uint32_t human, uint32_t id, int64_t stamp)
{
    const struct sheaf_row_member *member = sheaf_member_get(state, id);
    const struct sheaf_row_key *key;
    for (uint32_t at = member->key_last; (key = sheaf_key_named(state, member, &at, stamp));)
        if (key->human == human)
            return true;
    return false;
}

bool sheaf_one_person(const sheaf_state *state, struct sheaf_actor_key one,
                      struct sheaf_actor_key other, int64_t stamp)
{
    if (one.human && other.human)
        return one.human == other.human;
    if (one.human)
        return may_be_unnamed(state, one.human, other.member, stamp);
    if (other.human)
        return may_be_unnamed(state, other.human, one.member, stamp);
    const struct sheaf_row_member *member = sheaf_member_get(state, one.member);
    const struct sheaf_row_key *key;
    for (uint32_t at = member->key_last; (key = sheaf_key_named(state, member, &at, stamp));)
        if (may_be_unnamed(state, key->human, other.member, stamp))
            return true;
    return false;
}

struct sheaf_actor_key sheaf_signer_key(const sheaf_fold *fold)
{
    return (struct sheaf_actor_key){fold->member, sheaf_key_get(fold->state, fold->key)->human};
}

bool sheaf_signer_acts(const sheaf_fold *fold, uint32_t member)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_member *own = sheaf_member_get(state, fold->member);
    uint32_t human = sheaf_signer_key(fold).human;
    if (human)
        return sheaf_human_acts(state, human, member, fold->stamp);
    const struct sheaf_row_key *key;
    for (uint32_t at = own->key_last; (key = sheaf_key_named(state, own, &at, fold->stamp));)
        if (sheaf_human_acts(state, key->human, member, fold->stamp))
            return true;
    return false;
}

bool sheaf_signer_unclear(const sheaf_fold *fold)
{
    return !sheaf_signer_key(fold).human
           && takes_several(fold->state, sheaf_member_get(fold->state, fold->member),
                            fold->stamp);
}

void sheaf_keys_revoke(sheaf_fold *fold, uint32_t member)
{
    uint32_t row = sheaf_member_row(fold->state, member), last;
    while (!fold->state->failed && (last = sheaf_member_at(fold->state, row)->key_last) != 0)
        revoke(fold, last - 1);
}

/* Nobody hands on more than they have: what a key lets in, replaces or takes away lasts no
 * longer than itself, and signs no more. That of a machine is the exception: no person's key
 * has the scope train, and a node trains only where consents allow it. */
static sheaf_refusal within_own(const sheaf_fold *fold, uint8_t scopes, int64_t until)
{
    const struct sheaf_row_key *own = sheaf_key_get(fold->state, fold->key);
    SHEAF_REFUSE_IF(scopes & ~(sheaf_key_scopes(fold->state, own) | SHEAF_SCOPE_TRAIN),
                    scope_beyond);
    SHEAF_REFUSE_IF(until > own->until, until_beyond);
    return SHEAF_ACCEPTED;
}

/* What any new key of a member must be. */
static sheaf_refusal check_new_key(const sheaf_fold *fold, uint8_t scopes, bool web,
                                   const sheaf_public_key *public_key)
{
    SHEAF_REFUSE_IF(!scopes, scope_none);
    SHEAF_REFUSE_IF(web && (scopes & ~sheaf_bylaws_now(fold->state)->web_scopes), scope_web);
    return sheaf_key_fresh(fold->state, public_key);
}

sheaf_refusal sheaf_rule_key_admit(sheaf_fold *fold, const struct sheaf_key_admit *what)
{
    uint8_t scopes = sheaf_scope_bits(&what->scopes);
    int64_t until = what->has_until ? what->until : forever;
    SHEAF_REFUSE_IF(until < fold->stamp, until_past);
    SHEAF_REFUSE_UNLESS(check_new_key(fold, scopes, what->web, &what->public_key));
    SHEAF_REFUSE_UNLESS(within_own(fold, scopes, until));
    SHEAF_REFUSE_IF(keys_in_force(fold, fold->member) >= SHEAF_KEYS_MAX, keys_max);
    SHEAF_STOP_IF_SPENT(fold);
    return sheaf_key_enter(fold, &(struct sheaf_new_key){
                                     .id = fold->index,
                                     .member = fold->member,
                                     .public_key = what->public_key,
                                     .holder = what->holder,
                                     .until = until,
                                     .scopes = scopes,
                                     .web = what->web,
                                 });
}

/* The row of a key of the member's own that is not revoked. */
static sheaf_refusal own_key(const sheaf_fold *fold, uint32_t key, uint32_t *row)
{
    *row = sheaf_key_row(fold->state, key);
    SHEAF_REFUSE_IF(*row == SHEAF_NONE
                        || sheaf_key_at(fold->state, *row)->member != fold->member,
                    no_such_own_key);
    SHEAF_REFUSE_IF(sheaf_key_at(fold->state, *row)->revoked != SHEAF_NONE, key_revoked);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_key_revoke(sheaf_fold *fold, const struct sheaf_key_revoke *what)
{
    sheaf_state *state = fold->state;
    uint32_t row;
    SHEAF_REFUSE_UNLESS(own_key(fold, what->key, &row));
    SHEAF_REFUSE_UNLESS(within_own(fold, 0, sheaf_key_at(state, row)->until));
    SHEAF_REFUSE_IF(guards(state, sheaf_key_at(state, row))
                        && sheaf_member_get(state, fold->member)->guards == 1,
                    last_admin_key);
    revoke(fold, row);
    return SHEAF_ACCEPTED;
}

/* The new key has what the old one had and no more, so nothing is left to weigh; and since the
 * two change places at once, the last key with the scope admin can be replaced as well. */
sheaf_refusal sheaf_rule_key_rotate(sheaf_fold *fold, const struct sheaf_key_rotate *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(own_key(fold, what->key, &row));
    const struct sheaf_row_key *old = sheaf_key_at(fold->state, row);
    SHEAF_REFUSE_IF(old->until < fold->stamp, key_expired);
    uint8_t scopes = sheaf_key_scopes(fold->state, old);
    SHEAF_REFUSE_UNLESS(check_new_key(fold, scopes, what->web, &what->public_key));
    SHEAF_REFUSE_UNLESS(within_own(fold, scopes, old->until));
    revoke(fold, row);
    SHEAF_STOP_IF_SPENT(fold);
    return sheaf_key_enter(fold, &(struct sheaf_new_key){
                                     .id = fold->index,
                                     .member = fold->member,
                                     .public_key = what->public_key,
                                     .holder = old->holder,
                                     .human = old->human,
                                     .until = old->until,
                                     .scopes = scopes,
                                     .web = what->web,
                                 });
}

sheaf_refusal sheaf_keys_frozen(const sheaf_state *state, uint32_t member, uint8_t scope)
{
    if (!(scope & (SHEAF_SCOPE_ADMIN | SHEAF_SCOPE_MONEY)))
        return SHEAF_ACCEPTED;
    const struct sheaf_row_member *row = sheaf_member_get(state, member);
    if (row->recovery == SHEAF_NONE)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(sheaf_recovery_get(state, row->recovery)->state
                        == SHEAF_recovery_state_objected,
                    keys_frozen);
    return SHEAF_ACCEPTED;
}

/* Nothing of one's own is moved by what speaks on the acts of others: whoever had to object to
 * a recovery of their keys would else be silent when others are taken over, or let in. */
sheaf_refusal sheaf_kind_frozen(const sheaf_state *state, uint32_t member, sheaf_kind kind)
{
    switch (kind) {
    case SHEAF_KIND_death_deny:
    case SHEAF_KIND_import_decline:
    case SHEAF_KIND_member_decline:
    case SHEAF_KIND_recovery_judge:
    case SHEAF_KIND_recovery_object:
        return SHEAF_ACCEPTED;
    default:
        return sheaf_keys_frozen(state, member, sheaf_scope_needed(kind));
    }
}
