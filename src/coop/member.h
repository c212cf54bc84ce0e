/* coop/member.h - how memberships begin and end, and who counts once.
 *
 * A membership ends in one way, whatever the cause: sheaf_member_end() writes state and vote,
 * and takes away every deadline and proceeding of the member. Keys and consents need no
 * writing: they live only while their member is active (view.h). Ballots that were cast stay: a
 * motion's electorate is that of its opening.
 *
 * A member on trial is active, has no vote that counts (votes 0, counted NONE) and is in no
 * electorate until the deadline that ends the trial.
 *
 * Who counts once: wherever so many members must speak (admission, recovery, a death, a panel,
 * the appointment of a hub) a member is heard once, and so is a human: keys whose `holder` is
 * the same commitment are the same human's, in whichever members they are. A key without a
 * holder might be held by any of those whom other keys of its member name, of a person's
 * membership by the person: it is heard only where none of them was, and none of them is after
 * it; and not at all where it would take the voice of several whom other members named first.
 * So an organisation whose people are members too names who holds each key. That takes nothing
 * from them that naming has not given: a member that may name somebody speaks as them. Where a
 * member's keys name nobody it counts as itself. Only the member that named a commitment first,
 * and whom it lets by holder.allow until holder.withdraw, names it, so nobody silences others
 * by copying theirs. The commitment is what the member states; two that keep silent about being
 * one human are not found out by rules, but by who admits them.
 *
 * Rows of the imported register (rules_import.c) are not members: they have no key, so they can
 * neither vote nor be outvoted unasked, and no electorate or quorum counts them before somebody
 * has claimed the place and was approved. Else a register of hundreds who have not joined yet
 * would make every quorum unreachable for those who have.
 */
#ifndef SHEAF_COOP_MEMBER_H
#define SHEAF_COOP_MEMBER_H

#include "bylaws/fixed.h"
#include "coop/coop_internal.h"

enum {
    SHEAF_DEATH_WAIT_S =
        SHEAF_FIXED_death_wait_s, /* in which any act of the member disproves its death */
    SHEAF_KEYS_MAX = SHEAF_FIXED_keys_of_member, /* keys of one member that are in force */
};

/* The row of a member that is one now, to write; NULL if there is none. */
struct sheaf_row_member *sheaf_member_edit_active(sheaf_fold *fold, uint32_t member);

/* The class by its place in the bylaws in force, NULL if there is none. */
const struct sheaf_row_class *sheaf_class_now(const sheaf_state *state, int64_t class);

/* Somebody who applies, with a first key; both are named by the entry at hand. */
struct sheaf_applicant {
    int64_t class;
    sheaf_hash name, holder; /* holder: zero where it is not said who holds the key */
    sheaf_public_key public_key;
    uint32_t number; /* of the place in the imported register that is claimed, or 0 */
    uint8_t kind;
    bool apart; /* by invitation: it takes none of the places that there are for others */
    bool web;
};

/* Is there such a class, and is the key nobody's yet? */
sheaf_refusal sheaf_apply_check(const sheaf_state *state, int64_t class,
                                const sheaf_public_key *public_key);

/* Does an invitation let in what the key asks for in the entry at hand? Then it is used. */
bool sheaf_invitation_use(sheaf_fold *fold, const sheaf_public_key *key);
sheaf_refusal sheaf_applicant_add(sheaf_fold *fold, const struct sheaf_applicant *applicant);

/* Who claimed a place of the register has it from now on. */
sheaf_refusal sheaf_place_take(sheaf_fold *fold, struct sheaf_row_member *member);

/* The membership of that row begins, on trial until that moment, in milliseconds since 1970,
 * where it is still to come; a founder's votes count as if they had from the founding on
 * (coop/settled.h). */
void sheaf_member_begin(sheaf_fold *fold, uint32_t row, int64_t trial_ends, bool founder);

/* It ends, and the member's state is `state` from now on. Refuses, and changes nothing, for the
 * last member with a vote, and the last one of a class without a ceiling of votes. */
sheaf_refusal sheaf_member_end(sheaf_fold *fold, uint32_t id, uint8_t state);

/* The same for one of several whose memberships end at once: whoever calls it calls
 * sheaf_petitions_look() after the last, so that none is measured by a number in between. */
sheaf_refusal sheaf_member_end_one(sheaf_fold *fold, uint32_t id, uint8_t state);

/* Any act of the member's own, but a machine's, disproves a death that was recorded; there is
 * such a record. */
void sheaf_member_lives(sheaf_fold *fold);

/* So does a ballot or the presence of the member that two tellers confirm, where there is one:
 * who has no device signs nothing. */
void sheaf_member_seen(sheaf_fold *fold, uint32_t member);

/* A key of a member, named by the entry `id`. */
struct sheaf_new_key {
    uint32_t id, member;
    sheaf_public_key public_key;
    sheaf_hash holder;
    uint32_t human; /* where it is known already: 1 + row, as of the key that it replaces */
    uint32_t seq;
    int64_t until;
    uint8_t scopes;
    bool web;
};
sheaf_refusal sheaf_key_enter(sheaf_fold *fold, const struct sheaf_new_key *what);

/* The same for a key that waits: nobody else can bring it meanwhile, and as one that is revoked
 * it signs nothing before it begins. */
sheaf_refusal sheaf_key_reserve(sheaf_fold *fold, const struct sheaf_new_key *what);
void sheaf_key_begin(sheaf_fold *fold, uint32_t key, uint8_t scopes);

/* Is nobody else admitted as the human whom the applicant's key names? A commitment stands on
 * the log for everyone to copy once an application has come to nothing: who is admitted first
 * has it. */
bool sheaf_applicant_free(const sheaf_state *state, const struct sheaf_row_member *member);
void sheaf_applicant_take_human(sheaf_fold *fold, const struct sheaf_row_member *member);

/* Does the human, by 1 + its row, hold a key of the member now? */
bool sheaf_human_acts(const sheaf_state *state, uint32_t human, uint32_t member, int64_t stamp);

/* The next of the member's keys, from 1 + row *at on (at first its `key_last`), that names
 * somebody who might hold those that name nobody; NULL after the last. */
const struct sheaf_row_key *sheaf_key_named(const sheaf_state *state,
                                            const struct sheaf_row_member *member, uint32_t *at,
                                            int64_t stamp);

/* A key by which somebody acts: of that member, and naming that human, or 0 for nobody. */
struct sheaf_actor_key {
    uint32_t member, human;
};

/* Might two keys of different members be one person's? Those that name somebody are where it is
 * the same human, one that names nobody where it might be held by the other's. */
bool sheaf_one_person(const sheaf_state *state, struct sheaf_actor_key one,
                      struct sheaf_actor_key other, int64_t stamp);

/* The key that signs. */
struct sheaf_actor_key sheaf_signer_key(const sheaf_fold *fold);

/* Might whoever signs hold a key of that member, too? */
bool sheaf_signer_acts(const sheaf_fold *fold, uint32_t member);

/* Does the key that signs name nobody, where it might be held by several who are members
 * otherwise? Then it takes the voice of none. */
bool sheaf_signer_unclear(const sheaf_fold *fold);

/* What a member's first key may sign: all but what a node's does, or what the bylaws leave to a
 * key made in a page. */
uint8_t sheaf_key_first_scopes(const sheaf_state *state, bool web);

/* Revokes all keys of the member. */
void sheaf_keys_revoke(sheaf_fold *fold, uint32_t member);

/* May the member do what needs that scope now? Both keys of a recovery that was objected to may
 * do nothing with money and keys until the panel has decided. */
sheaf_refusal sheaf_keys_frozen(const sheaf_state *state, uint32_t member, uint8_t scope);
/* May the member sign an act of that kind now, as far as that goes? What speaks on acts of
 * others, against a recovery or a death of one's own too, is never frozen. */
sheaf_refusal sheaf_kind_frozen(const sheaf_state *state, uint32_t member, sheaf_kind kind);

/* The recovery that waits for the member has failed, for the membership ends. */
void sheaf_recovery_drop(sheaf_fold *fold, uint32_t recovery);

#endif
