/* Recovery of lost keys.
 *
 *     open ──n confirmations──► waiting ──wait_s──► done: the new key takes the place of all
 *      │                           │objection                    ▲
 *      │nobody in time, struck     ▼          panel upholds      │
 *      └────────────► failed ◄── objected ───────────────────────┘
 *                        ▲           │panel rejects, or says nothing for panel_s
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
 * the member has wait_s to object with any key that is left, its node's too, and every other
 * member who did not confirm may object in its place, for who has truly lost all keys cannot.
 * The bylaws' wait must be longer than members are away.
 * - An objection freezes both sides: nothing that needs the scope admin or money is accepted
 *   from the member's old keys until the panel has decided (the new key is not admitted yet and
 *   can do nothing at all; so it cannot vote, sign payments or join rounds before the wait is
 *   over either). Votes go on. That somebody who stole the old key objects gains them a wait.
 * - The panel is as many members as confirmed, of those who did not, or all of these where they
 *   are fewer; confirmers are at most the other members less one, so there is always somebody.
 *   As many for it carry it, as many against it end it, silence ends it. With twice the
 *   confirmations colluders are the panel as well: against so many the bylaws' number is the
 *   only defence, which is why it should grow with the co-op.
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
#include "coop/member.h"
#include "coop/room.h"

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
    if (recovery->state != SHEAF_recovery_state_objected)
        return least(sheaf_bylaws_now(state)->recovery_confirmations, rest ? rest - 1 : 0);
    /* Members may have left since: where nobody but confirmers is left, one voice is enough. */
    return least(said, rest > said ? rest - said : 1);
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
    if (!can_begin(fold->state, recovery->member, scopes)) {
        end(fold, row, SHEAF_recovery_state_failed);
        return;
    }
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
    sheaf_deadline_set(fold->state, recovery->id, SHEAF_deadline_kind_recovery_waits,
                       fold->stamp + (int64_t)bylaws->recovery_wait_s * 1000);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_recovery_waits(sheaf_fold *fold, uint32_t of)
{
    succeed(fold, sheaf_recovery_row(fold->state, of));
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_recovery_object(sheaf_fold *fold,
                                         const struct sheaf_recovery_object *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(
        find_recovery(fold, what->recovery, SHEAF_recovery_state_waiting, &row));
    struct sheaf_row_recovery *recovery = sheaf_recovery_edit(fold->state, row);
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(fold->state);
    if (recovery->member != fold->member && !concerned(fold, recovery)) {
        SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, recovery->id, true));
        recovery->against++;
    }
    recovery->state = SHEAF_recovery_state_objected;
    sheaf_deadline_clear(fold->state, recovery->id, SHEAF_deadline_kind_recovery_waits);
    sheaf_deadline_set(fold->state, recovery->id, SHEAF_deadline_kind_recovery_panel,
                       fold->stamp + (int64_t)bylaws->recovery_panel_s * 1000);
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
    uint32_t needed = sheaf_recovery_needed(fold->state, recovery);
    if (recovery->upheld >= needed)
        succeed(fold, row);
    else if (recovery->against >= needed)
        fail(fold, row);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_recovery_panel(sheaf_fold *fold, uint32_t of)
{
    sheaf_recovery_drop(fold, of);
    return SHEAF_ACCEPTED;
}
