/* Invitations: a way in for whom members know, however many strangers stand before it.
 *
 * Keys cost nothing, so anybody can fill the places that there are for applications, for claims
 * of one place of the register, and for recoveries that wait for a first confirmation; and fill
 * them again when they have been declined. So a member with a vote names the key of somebody
 * known to it, who read it out, and what that key asks for takes none of those places. It is
 * decided on like any other: an invitation is no approval.
 *
 * A member has one invitation at a time: another takes the place of one that was not used, and
 * comes only once what the last invited key asked for is decided or has lapsed. So one member
 * lets in one more, and no number of them floods what others must look at.
 */
#include "coop/member.h"

/* Six bytes of the key, as many as JSON's integers hold whole. Who makes a key that begins like
 * another's only makes it useless: nobody else can be named by the invitation. */
static uint64_t name_of(const sheaf_public_key *key)
{
    uint64_t out = 0;
    for (int i = 0; i < 6; i++)
        out = out << 8 | key->bytes[i];
    return out;
}

static bool same_key(const sheaf_public_key *a, const sheaf_public_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Has what the invited key asked for been decided, or put aside, or has it lapsed? */
static bool decided(const sheaf_fold *fold, uint32_t asked)
{
    const struct sheaf_row_member *member = sheaf_member_find(fold->state, asked);
    const struct sheaf_row_recovery *recovery = sheaf_recovery_find(fold->state, asked);
    if (recovery)
        return recovery->decided != SHEAF_NONE;
    return member->state != SHEAF_member_state_applied || member->aside
           || sheaf_application_lapsed(fold, member);
}

/* Whoever invited may still, and nobody has come. */
static bool stands(const sheaf_fold *fold, const struct sheaf_row_invitation *row)
{
    return row->asked == SHEAF_NONE && row->until >= fold->stamp
           && sheaf_member_active(fold->state, row->by)
           && sheaf_member_get(fold->state, row->by)->votes;
}

/* The member's last invitation makes room for another. */
static sheaf_refusal end_last(sheaf_fold *fold, const struct sheaf_row_member *member)
{
    if (!member->invited)
        return SHEAF_ACCEPTED;
    struct sheaf_row_invitation *last = sheaf_invitation_edit(fold->state, member->invited - 1);
    if (last->by != member->id)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(last->asked != SHEAF_NONE && !decided(fold, last->asked), invited_waits);
    last->until = 0;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_member_invite(sheaf_fold *fold, const struct sheaf_member_invite *what)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_member *member = sheaf_member_edit_active(fold, fold->member);
    SHEAF_REFUSE_IF(!member->votes, no_vote);
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(state, &what->public_key));
    SHEAF_REFUSE_UNLESS(end_last(fold, member));
    uint32_t row = sheaf_invitation_row(state, name_of(&what->public_key));
    SHEAF_REFUSE_IF(row != SHEAF_NONE && stands(fold, sheaf_invitation_at(state, row)),
                    invited_already);
    struct sheaf_row_invitation *invitation =
        row == SHEAF_NONE ? sheaf_invitation_new(state, name_of(&what->public_key))
                          : sheaf_invitation_edit(state, row);
    invitation->asked = SHEAF_NONE;
    invitation->by = fold->member;
    invitation->id = name_of(&what->public_key);
    invitation->public_key = what->public_key;
    invitation->until =
        fold->stamp + (int64_t)sheaf_bylaws_now(state)->application_lapse_s * 1000;
    member->invited = 1 + (row == SHEAF_NONE ? sheaf_invitation_count(state) - 1 : row);
    return SHEAF_ACCEPTED;
}

bool sheaf_invitation_use(sheaf_fold *fold, const sheaf_public_key *key)
{
    uint32_t row = sheaf_invitation_row(fold->state, name_of(key));
    if (row == SHEAF_NONE)
        return false;
    const struct sheaf_row_invitation *found = sheaf_invitation_at(fold->state, row);
    if (!same_key(&found->public_key, key) || !stands(fold, found))
        return false;
    sheaf_invitation_edit(fold->state, row)->asked = fold->index;
    return true;
}
