/* Recovery of lost keys.
 *
 *     open ──n confirmations──► waiting ──wait_s──► done: the new key takes the place of all
 *      │                           │objection                    ▲
 *      │nobody in time, struck     ▼      the others are for it,  │
 *      └────────────► failed ◄── objected ──and wait_s is over────┘
 *                        ▲           │they are against it, or say nothing for panel_s
 *                        └───────────┘
 *
 * A recovery is the way into somebody else's membership, so each step is weighed:
 *
 * - Anyone with a key can open one: that costs nothing, so it has no effect. The member's keys
 *   do what they did, the row waits for a first confirmation, as many such rows as applications
 *   may wait, and they fail when an application would lapse. Any member strikes one that nobody
 *   has confirmed, so a flood from outside is cleared by whoever is there; who opens one in
 *   earnest brings a first confirmer along, and from then on it neither counts there nor can be
 *   struck, but takes a place of the confirmer's (coop/room.h), so that no member keeps many
 *   under way. One confirmation more begins nothing while another recovery of the member waits.
 * - The key is entered when the recovery is opened, though it signs nothing yet: else whoever
 *   stole an old key, or any other member, could admit it as a key of their own meanwhile, and
 *   no recovery would ever come to the panel.
 * - Confirmers, objectors and the panel are members with a vote, who stand on the log with what
 *   they said, each human once; neither the human who is to hold the new key nor one who acts
 *   for the member with another key is among them. So many collude as the bylaws ask for: then
 *   the member has wait_s to object with any key that is left, its node's too, and every other
 *   member who did not confirm may object in its place, for who has truly lost all keys cannot.
 *   The bylaws' wait must be longer than members are away.
 * - An objection freezes both sides: until the panel has decided nothing that needs the scope
 *   admin or money is accepted from the member's old keys, but for what speaks on the acts of
 *   others (sheaf_kind_frozen). Votes go on. The new key is not admitted yet and can do nothing
 *   at all, so it cannot vote, sign payments or join rounds before the wait is over. That
 *   somebody who stole the old key objects gains them a wait.
 * - The panel is all who have not confirmed it and do not act for the member: as many of them
 *   must judge as confirmed, or all who are left where they are fewer, or it fails. Then those
 *   who confirmed and upheld it stand against those who objected and judged otherwise. Where no
 *   key of the member's own objected, more must be for it than against. Where one did, its
 *   objection is a voice too, and it takes the majority of a protected decision: else fewer
 *   than can change what is protected took one membership after the other over, and did. So
 *   there is always somebody to decide, and one alone holds up nobody whom the others know.
 *   Where that majority is nine tenths, fewer than nine others never reach it beside that
 *   voice, and a thief with the old key would stop every recovery: so it also stands where all
 *   others, four of them without a ceiling of votes at least, are for it; then the membership
 *   counts as against what is protected for some time (coop/settled.h).
 * - Confirmations and judgements are numbers of people; which side has more is weighed as votes
 *   are, so that a class below its ceiling takes no membership of another over
 * (coop/ceilings.h).
 * - What the panel upholds takes effect when wait_s is over, never before: an objection, that
 *   of an accomplice for one, shortens nothing, and any key of the member's own can object
 *   until then. That begins the panel's time anew. It is over sooner only where the voices
 *   that are left can change nothing: then it fails at once, or stands from the end of wait_s.
 * - An objection keeps the member from money and keys until the panel has decided, so colluders
 *   could hold somebody there by one false recovery after the other. Who has confirmed one that
 *   failed after an objection therefore confirms no other of the same member's keys for wait_s
 *   and panel_s from then on, and recoveries that were opened before it failed go no further.
 *   That goes for the human, in whatever membership. All others may confirm a new one, so that
 *   nobody is shut out of their own recovery.
 * - Where members give recovery up, none that waits comes through any more.
 * - A new key that could do nothing, since the bylaws leave a page's key no scope any more, or
 *   one that would leave nobody in the co-op who can see to keys, does not take the place of
 *   the old ones: the recovery fails.
 */
#include "bylaws/fixed.h"
#include "coop/member.h"
#include "coop/panel.h"
#include "coop/room.h"
#include "coop/settled.h"

#include "base/json.h"

/* The members with a vote but this one. */
static uint32_t others(const sheaf_state *state, uint32_t member)
{
    return sheaf_coop(state)->voters - (sheaf_member_get(state, member)->votes > 0);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

uint32_t sheaf_recovery_needed(const sheaf_state *state,
                               const struct sheaf_row_recovery *recovery)
{
    uint32_t rest = others(state, recovery->member), said = recovery->confirmations;
    uint32_t objected = recovery->against + recovery->upheld - recovery->judged;
    if (recovery->state != SHEAF_recovery_state_objected)
        return least(sheaf_bylaws_now(state)->recovery_confirmations, rest ? rest - 1 : 0);
    return least(said, rest > said + objected ? rest - said - objected : 0);
}

static sheaf_refusal find_recovery(const sheaf_fold *fold, uint32_t recovery, uint8_t state,
                                   uint32_t *row)
{
    *row = sheaf_recovery_row(fold->state, recovery);
    SHEAF_REFUSE_IF(*row == SHEAF_NONE, no_such_recovery);
    SHEAF_REFUSE_IF(sheaf_recovery_at(fold->state, *row)->state != state, recovery_elsewhere);
    SHEAF_REFUSE_IF(!sheaf_member_get(fold->state, fold->member)->votes
                        && sheaf_recovery_at(fold->state, *row)->member != fold->member,
                    no_vote);
    return SHEAF_ACCEPTED;
}

/* Might whoever signs act for the member, or be who is to hold the new key? */
static bool concerned(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery)
{
    struct sheaf_actor_key made = {recovery->member,
                                   sheaf_key_get(fold->state, recovery->id)->human};
    return sheaf_signer_acts(fold, recovery->member)
           || (made.human
               && sheaf_one_person(fold->state, sheaf_signer_key(fold), made, fold->stamp));
}

/* The human confirmed a recovery of the member's keys in vain, if it is known. */
static void note_human(sheaf_fold *fold, uint32_t human, uint32_t member)
{
    if (!human || fold->state->failed)
        return;
    struct sheaf_row_human_in_vain *in_vain =
        sheaf_human_in_vain_have(fold->state, sheaf_pair(human, member));
    in_vain->human = human;
    in_vain->member = member;
    in_vain->failed = fold->stamp;
}

/* By a key that names nobody it may have been any of those whom others name. */
static void note_person(sheaf_fold *fold, const struct sheaf_row_confirmation *confirmation,
                        uint32_t member)
{
    const struct sheaf_row_member *by = sheaf_member_get(fold->state, confirmation->by);
    const struct sheaf_row_key *key;
    note_human(fold, confirmation->human, member);
    for (uint32_t at = confirmation->human ? 0 : by->key_last;
         (key = sheaf_key_named(fold->state, by, &at, fold->stamp));)
        note_human(fold, key->human, member);
}

/* Who confirmed what was objected to and failed is known from now on, and what was opened
 * before comes to nothing: else it would begin with confirmations that were given before. */
static void note_failure(sheaf_fold *fold, const struct sheaf_row_recovery *recovery)
{
    sheaf_member_edit(fold->state, sheaf_member_row(fold->state, recovery->member))
        ->recovery_failed = fold->index;
    for (uint32_t at = recovery->confirmation_last; at;) {
        const struct sheaf_row_confirmation *confirmation =
            sheaf_confirmation_at(fold->state, at - 1);
        struct sheaf_row_in_vain *in_vain =
            sheaf_in_vain_have(fold->state, sheaf_pair(confirmation->by, recovery->member));
        in_vain->by = confirmation->by;
        in_vain->member = recovery->member;
        in_vain->failed = fold->stamp;
        note_person(fold, confirmation, recovery->member);
        at = confirmation->before;
    }
}

static void end(sheaf_fold *fold, uint32_t row, uint8_t state)
{
    struct sheaf_row_recovery *recovery = sheaf_recovery_edit(fold->state, row);
    uint32_t member = sheaf_member_row(fold->state, recovery->member);
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    if (recovery->first == SHEAF_NONE) {
        coop->recoveries_open -= !recovery->apart;
    } else {
        coop->recoveries_confirmed--;
        sheaf_room_free(fold, SHEAF_room_recovery, recovery->first);
    }
    if (sheaf_member_at(fold->state, member)->recovery == recovery->id)
        sheaf_member_edit(fold->state, member)->recovery = SHEAF_NONE;
    recovery->state = state;
    recovery->decided = fold->index;
    sheaf_deadline_clear(fold->state, recovery->id, SHEAF_deadline_kind_recovery_lapses);
    sheaf_deadline_clear(fold->state, recovery->id, SHEAF_deadline_kind_recovery_waits);
    sheaf_deadline_clear(fold->state, recovery->id, SHEAF_deadline_kind_recovery_panel);
}

static void fail(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_recovery *recovery = sheaf_recovery_at(fold->state, row);
    if (recovery->state == SHEAF_recovery_state_objected)
        note_failure(fold, recovery);
    end(fold, row, SHEAF_recovery_state_failed);
}

void sheaf_recovery_drop(sheaf_fold *fold, uint32_t recovery)
{
    fail(fold, sheaf_recovery_row(fold->state, recovery));
}

/* May the member have a key with these scopes alone, and do the bylaws still know recovery? */
static bool can_begin(const sheaf_state *state, uint32_t id, uint8_t scopes)
{
    const struct sheaf_row_member *member = sheaf_member_get(state, id);
    bool last = member->votes && member->guards && sheaf_coop(state)->guarded == 1;
    return sheaf_bylaws_now(state)->recovery_confirmations && scopes
           && (!last || (scopes & SHEAF_SCOPE_ADMIN));
}

/* The new key in the place of all others; it is named by the entry that brought it. */
static void succeed(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_recovery *recovery = sheaf_recovery_at(fold->state, row);
    uint8_t scopes = sheaf_key_first_scopes(fold->state, recovery->web);
    sheaf_settled_view view = sheaf_settled_on_recovery(fold, recovery);
    if (view == SHEAF_SETTLED_AGAINST) {
        fail(fold, row);
        return;
    }
    if (!can_begin(fold->state, recovery->member, scopes)) {
        end(fold, row, SHEAF_recovery_state_failed);
        return;
    }
    if (view == SHEAF_SETTLED_TOO_FEW
        || (recovery->own && !sheaf_panel_carried(fold->state, recovery, 0, 0)))
        sheaf_settled_overrule(fold, recovery->member);
    sheaf_keys_revoke(fold, recovery->member);
    sheaf_key_begin(fold, recovery->id, scopes);
    end(fold, row, SHEAF_recovery_state_done);
}

sheaf_refusal sheaf_rule_recovery_open(sheaf_fold *fold, const struct sheaf_recovery_open *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!bylaws->recovery_confirmations, recovery_off);
    SHEAF_REFUSE_IF(!sheaf_member_active(state, what->member), no_such_member);
    SHEAF_REFUSE_IF(others(state, what->member) < 2, recovery_alone);
    SHEAF_REFUSE_UNLESS(sheaf_key_fresh(state, &what->public_key));
    bool invited = sheaf_invitation_use(fold, &what->public_key);
    SHEAF_REFUSE_IF(!invited && sheaf_coop(state)->recoveries_open >= bylaws->applications_max,
                    recoveries_max);
    SHEAF_REFUSE_IF(!sheaf_key_first_scopes(state, what->web), scope_none);
    SHEAF_REFUSE_UNLESS(sheaf_key_reserve(fold, &(struct sheaf_new_key){
                                                    .id = fold->index,
                                                    .member = what->member,
                                                    .public_key = what->public_key,
                                                    .holder = what->holder,
                                                    .seq = 1,
                                                    .until = SHEAF_JSON_INT_MAX,
                                                    .web = what->web,
                                                }));
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_coop_edit(state, 0)->recoveries_open += !invited;
    struct sheaf_row_recovery *row = sheaf_recovery_new(state, fold->index);
    row->id = fold->index;
    row->apart = invited;
    row->member = what->member;
    row->public_key = what->public_key;
    row->holder = what->holder;
    row->web = what->web;
    row->decided = row->first = SHEAF_NONE;
    sheaf_deadline_set(fold->state, fold->index, SHEAF_deadline_kind_recovery_lapses,
                       fold->stamp + (int64_t)bylaws->application_lapse_s * 1000);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_recovery_lapses(sheaf_fold *fold, uint32_t of)
{
    sheaf_recovery_drop(fold, of);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_recovery_decline(sheaf_fold *fold,
                                          const struct sheaf_recovery_decline *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_recovery(fold, what->recovery, SHEAF_recovery_state_open, &row));
    SHEAF_REFUSE_IF(sheaf_recovery_at(fold->state, row)->confirmations, recovery_confirmed);
    fail(fold, row);
    return SHEAF_ACCEPTED;
}

/* Did the human confirm one of the member's in vain so lately? */
static bool in_vain(const sheaf_fold *fold, uint32_t human, uint32_t member, int64_t pause)
{
    const struct sheaf_row_human_in_vain *last =
        sheaf_human_in_vain_find(fold->state, sheaf_pair(human, member));
    return last && fold->stamp < last->failed + pause;
}

/* Has the member that signs, or whoever might hold its key, confirmed one lately that failed?
 */
static sheaf_refusal check_pause(const sheaf_fold *fold,
                                 const struct sheaf_row_recovery *recovery, uint32_t human)
{
    const struct sheaf_row_member *own = sheaf_member_get(fold->state, fold->member);
    const struct sheaf_row_key *key;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(fold->state);
    const struct sheaf_row_in_vain *last =
        sheaf_in_vain_find(fold->state, sheaf_pair(fold->member, recovery->member));
    int64_t pause = ((int64_t)bylaws->recovery_wait_s + bylaws->recovery_panel_s) * 1000;
    uint32_t failed = sheaf_member_get(fold->state, recovery->member)->recovery_failed;
    SHEAF_REFUSE_IF(failed != SHEAF_NONE && recovery->id < failed, recovery_before);
    SHEAF_REFUSE_IF(last && fold->stamp < last->failed + pause, confirmed_in_vain);
    SHEAF_REFUSE_IF(human && in_vain(fold, human, recovery->member, pause), confirmed_in_vain);
    for (uint32_t at = human ? 0 : own->key_last;
         (key = sheaf_key_named(fold->state, own, &at, fold->stamp));)
        SHEAF_REFUSE_IF(in_vain(fold, key->human, recovery->member, pause), confirmed_in_vain);
    return SHEAF_ACCEPTED;
}

/* The first confirmation takes a place of its member's. */
static sheaf_refusal take_place(sheaf_fold *fold, struct sheaf_row_recovery *recovery)
{
    struct sheaf_row_coop *coop = sheaf_coop_edit(fold->state, 0);
    uint64_t most = sheaf_bylaws_now(fold->state)->applications_max;
    SHEAF_REFUSE_IF((uint64_t)coop->recoveries_confirmed * 2 >= most
                        && sheaf_room_used(fold->state, SHEAF_room_recovery, fold->member),
                    recoveries_confirmed);
    coop->recoveries_confirmed++;
    coop->recoveries_open -= !recovery->apart;
    recovery->first = fold->member;
    sheaf_room_add(fold, SHEAF_room_recovery);
    return SHEAF_ACCEPTED;
}

/* The member confirms that recovery. */
static sheaf_refusal note_confirmation(sheaf_fold *fold, struct sheaf_row_recovery *recovery)
{
    uint32_t human = sheaf_key_get(fold->state, fold->key)->human;
    SHEAF_REFUSE_UNLESS(check_pause(fold, recovery, human));
    if (recovery->first == SHEAF_NONE)
        SHEAF_REFUSE_UNLESS(take_place(fold, recovery));
    struct sheaf_row_confirmation *row =
        sheaf_confirmation_new(fold->state, sheaf_pair(fold->member, recovery->id));
    row->by = fold->member;
    row->human = human;
    row->recovery = recovery->id;
    row->before = recovery->confirmation_last;
    recovery->confirmation_last = sheaf_confirmation_count(fold->state);
    sheaf_panel_voice(fold, recovery->id, fold->member, true);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_recovery_confirm(sheaf_fold *fold,
                                          const struct sheaf_recovery_confirm *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_recovery(fold, what->recovery, SHEAF_recovery_state_open, &row));
    struct sheaf_row_recovery *recovery = sheaf_recovery_edit(state, row);
    SHEAF_REFUSE_IF(recovery->member == fold->member, about_oneself);
    SHEAF_REFUSE_IF(concerned(fold, recovery), recovery_concerned);
    SHEAF_REFUSE_IF(!sheaf_member_active(state, recovery->member), no_such_member);
    SHEAF_REFUSE_IF(sheaf_member_get(state, recovery->member)->recovery != SHEAF_NONE,
                    recovery_under_way);
    uint32_t rest = others(state, recovery->member);
    SHEAF_REFUSE_IF(!bylaws->recovery_confirmations, recovery_off);
    SHEAF_REFUSE_IF(rest < 2, recovery_alone);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, recovery->id, false));
    SHEAF_REFUSE_UNLESS(note_confirmation(fold, recovery));
    SHEAF_STOP_IF_SPENT(fold);
    if (++recovery->confirmations < sheaf_recovery_needed(state, recovery))
        return SHEAF_ACCEPTED;
    recovery->state = SHEAF_recovery_state_waiting;
    sheaf_member_edit_active(fold, recovery->member)->recovery = recovery->id;
    sheaf_deadline_clear(fold->state, recovery->id, SHEAF_deadline_kind_recovery_lapses);
    recovery->until = fold->stamp + (int64_t)bylaws->recovery_wait_s * 1000;
    sheaf_deadline_set(fold->state, recovery->id, SHEAF_deadline_kind_recovery_waits,
                       recovery->until);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_recovery_waits(sheaf_fold *fold, uint32_t of)
{
    succeed(fold, sheaf_recovery_row(fold->state, of));
    return SHEAF_ACCEPTED;
}

/* ---- the panel ---- */

/* Might the member judge it by that key? */
static bool key_judges(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery,
                       const struct sheaf_row_key *key)
{
    sheaf_fold as = *fold;
    as.member = key->member;
    as.key = key->id;
    return (sheaf_key_scopes(fold->state, key) & SHEAF_SCOPE_ADMIN) && key->until >= fold->stamp
           && !concerned(&as, recovery);
}

/* Could the member still judge it? Who has no key left could, once its own are recovered. */
static bool could_judge(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery,
                        const struct sheaf_row_member *member)
{
    if (!member->votes || member->id == recovery->member
        || !sheaf_member_may_speak(fold->state, member, recovery->id, fold->stamp))
        return false;
    for (uint32_t at = member->key_last; at;) {
        const struct sheaf_row_key *key = sheaf_key_at(fold->state, at - 1);
        if (key_judges(fold, recovery, key))
            return true;
        at = key->before;
    }
    return !member->key_last;
}

/* How many could; told up to `most`. Nobody is looked at where there are many more than have
 * spoken and than hold keys of two members (rules_members.c): then those are taken to be able
 * to as well who could not, whose only keys were made in pages or have expired. */
static uint32_t judges_left(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery,
                            uint64_t most)
{
    const sheaf_state *state = fold->state;
    uint64_t out = (uint64_t)recovery->confirmations + recovery->upheld + recovery->against
                   + sheaf_holder_allowed_count(state);
    uint32_t count = 0;
    if (out + most <= others(state, recovery->member))
        return (uint32_t)most;
    for (uint32_t i = 0; i < sheaf_member_count(state) && count < most; i++)
        count += could_judge(fold, recovery, sheaf_member_at(state, i));
    return count;
}

/* Does it stand by what has been said, where so many are left to judge? */
static bool stands(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                   uint64_t left)
{
    return sheaf_panel_carried(state, recovery, 0, left)
           || (!left && sheaf_panel_by_all(state, recovery));
}

/* Could it still, if all of them were for it? */
static bool may_stand(const sheaf_state *state, const struct sheaf_row_recovery *recovery,
                      uint64_t left)
{
    bool all = recovery->own && !recovery->against
               && recovery->confirmations + recovery->upheld + left >= SHEAF_FIXED_recovery_all;
    return sheaf_panel_carried(state, recovery, left, 0) || (all && left)
           || stands(state, recovery, left);
}

/* Have enough of the panel spoken? */
static bool panel_spoke(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery)
{
    uint32_t said = recovery->confirmations, judged = recovery->judged;
    return judged >= said || !judges_left(fold, recovery, 1);
}

/* Ends what the voices that are left cannot change any more. So many are enough to change
 * anything: nine tenths are the most that the bylaws can ask for. What one of a class with a
 * ceiling weighs shows when all have spoken. */
static void weigh(sheaf_fold *fold, uint32_t row)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_recovery *recovery = sheaf_recovery_at(state, row);
    bool whole = sheaf_recovery_whole(state, recovery);
    uint64_t enough =
        9 * ((uint64_t)recovery->against + 1) + recovery->confirmations + recovery->upheld;
    uint32_t left = judges_left(fold, recovery, enough);
    if (left == enough || (left && !whole))
        return;
    if (!may_stand(state, recovery, left))
        fail(fold, row);
    else if (!panel_spoke(fold, recovery) || !stands(state, recovery, left))
        return;
    else if (fold->stamp >= recovery->until)
        succeed(fold, row);
    else
        sheaf_deadline_set(fold->state, recovery->id, SHEAF_deadline_kind_recovery_panel,
                           recovery->until);
}

/* Does who signs object as the member itself? */
static bool objects_as_member(const sheaf_fold *fold, const struct sheaf_row_recovery *recovery)
{
    return recovery->member == fold->member || concerned(fold, recovery);
}

sheaf_refusal sheaf_rule_recovery_object(sheaf_fold *fold,
                                         const struct sheaf_recovery_object *what)
{
    uint32_t row = sheaf_recovery_row(fold->state, what->recovery);
    bool objected =
        row != SHEAF_NONE
        && sheaf_recovery_at(fold->state, row)->state == SHEAF_recovery_state_objected;
    SHEAF_REFUSE_UNLESS(find_recovery(
        fold, what->recovery,
        objected ? SHEAF_recovery_state_objected : SHEAF_recovery_state_waiting, &row));
    struct sheaf_row_recovery *recovery = sheaf_recovery_edit(fold->state, row);
    int64_t ends =
        fold->stamp + (int64_t)sheaf_bylaws_now(fold->state)->recovery_panel_s * 1000;
    if (objects_as_member(fold, recovery)) {
        SHEAF_REFUSE_IF(recovery->own, recovery_elsewhere);
        recovery->own = true;
        sheaf_panel_voice(fold, recovery->id, recovery->member, false);
    } else {
        SHEAF_REFUSE_IF(objected, recovery_elsewhere);
        SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, recovery->id, true));
        recovery->against++;
        sheaf_panel_voice(fold, recovery->id, fold->member, false);
    }
    SHEAF_STOP_IF_SPENT(fold);
    recovery->state = SHEAF_recovery_state_objected;
    sheaf_deadline_clear(fold->state, recovery->id, SHEAF_deadline_kind_recovery_waits);
    sheaf_deadline_set(fold->state, recovery->id, SHEAF_deadline_kind_recovery_panel,
                       ends > recovery->until ? ends : recovery->until);
    weigh(fold, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_recovery_judge(sheaf_fold *fold,
                                        const struct sheaf_recovery_judge *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(
        find_recovery(fold, what->recovery, SHEAF_recovery_state_objected, &row));
    struct sheaf_row_recovery *recovery = sheaf_recovery_edit(fold->state, row);
    SHEAF_REFUSE_IF(recovery->member == fold->member, about_oneself);
    SHEAF_REFUSE_IF(concerned(fold, recovery), recovery_concerned);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, recovery->id, !what->uphold));
    recovery->upheld += what->uphold;
    recovery->against += !what->uphold;
    recovery->judged++;
    sheaf_panel_voice(fold, recovery->id, fold->member, what->uphold);
    SHEAF_STOP_IF_SPENT(fold);
    weigh(fold, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_recovery_panel(sheaf_fold *fold, uint32_t of)
{
    uint32_t row = sheaf_recovery_row(fold->state, of);
    const struct sheaf_row_recovery *recovery = sheaf_recovery_at(fold->state, row);
    if (panel_spoke(fold, recovery)
        && (sheaf_panel_carried(fold->state, recovery, 0, 0)
            || sheaf_panel_by_all(fold->state, recovery)))
        succeed(fold, row);
    else
        fail(fold, row);
    return SHEAF_ACCEPTED;
}
