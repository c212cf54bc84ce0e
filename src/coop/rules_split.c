/* A part of the members goes to another co-op; this one lives on.
 *
 * Whoever goes says so first, and to which co-op (split.join). A protected decision names them,
 * the other co-op and what of the reserve goes with them. Where it takes effect their
 * memberships end, at once and whatever the time of notice; their shares are not repaid but go
 * along, so they and that part of the reserve are owed to the other co-op until two people have
 * recorded the transfer. What was credited to them stays theirs, as with everybody who leaves.
 * Who has taken the word back since the motion was opened, or is no member any more, stays out
 * of it, so that nobody who was named can undo what the others decided. Who goes comes to hold
 * no more shares: what goes along is what was there when the others were asked. */
#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/member.h"
#include "coop/pending.h"
#include "coop/shares.h"
#include "coop/treasury.h"

/* ---- who goes ---- */

static sheaf_refusal check_other(const sheaf_state *state, sheaf_slice origin)
{
    SHEAF_REFUSE_IF(!sheaf_origin_valid(origin), origin_form);
    SHEAF_REFUSE_IF(sheaf_slice_equal(origin, SHEAF_WORDS(sheaf_coop(state)->origin)),
                    split_elsewhere);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_split_join(sheaf_fold *fold, const struct sheaf_split_join *what)
{
    SHEAF_REFUSE_UNLESS(check_other(fold->state, what->to));
    struct sheaf_row_going *going = sheaf_going_have(fold->state, fold->member);
    going->id = fold->member;
    going->entry = fold->index;
    memset(going->to, 0, sizeof going->to);
    SHEAF_SET_WORDS(going->to, what->to);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_split_stay(sheaf_fold *fold, const struct sheaf_split_stay *what)
{
    uint32_t row = sheaf_going_row(fold->state, fold->member);
    (void)what;
    SHEAF_REFUSE_IF(row == SHEAF_NONE || !sheaf_going_at(fold->state, row)->to[0], not_going);
    struct sheaf_row_going *going = sheaf_going_edit(fold->state, row);
    memset(going->to, 0, sizeof going->to);
    going->entry = fold->index;
    return SHEAF_ACCEPTED;
}

bool sheaf_member_goes(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_going *row = sheaf_going_find(state, member);
    return row && row->to[0];
}

/* Has the member said so before the motion was opened, and not taken it back since? */
static bool goes(const sheaf_fold *fold, uint32_t member, sheaf_slice to)
{
    const struct sheaf_row_going *row = sheaf_going_find(fold->state, member);
    return row && sheaf_member_active(fold->state, member) && row->entry < fold->motion
           && sheaf_slice_equal(SHEAF_WORDS(row->to), to);
}

/* ---- the split ---- */

/* The membership ends, and its shares are the other co-op's. */
static sheaf_refusal go(sheaf_fold *fold, uint32_t member, int64_t *cents)
{
    int64_t worth;
    SHEAF_REFUSE_UNLESS(sheaf_shares_leave(fold, member, &worth));
    *cents += worth;
    return sheaf_member_end_one(fold, member, SHEAF_member_state_left);
}

sheaf_refusal sheaf_rule_coop_split(sheaf_fold *fold, const struct sheaf_coop_split *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_named_member *list = what->members.at;
    int64_t cents = 0;
    uint32_t count = 0;
    SHEAF_REFUSE_UNLESS(check_other(state, what->to));
    SHEAF_REFUSE_UNLESS(sheaf_members_ordered(&what->members));
    if (what->reserve_cents)
        SHEAF_REFUSE_UNLESS(sheaf_ledger_begin(fold));
    SHEAF_REFUSE_IF(-sheaf_ledger_balance(state, SHEAF_account_kind_reserve, SHEAF_NONE)
                            < what->reserve_cents
                        || sheaf_ledger_free(state) < what->reserve_cents,
                    split_reserve);
    for (uint32_t i = 0; i < what->members.count; i++) {
        bool now = goes(fold, list[i].member, what->to);
        SHEAF_REFUSE_IF(!now && fold->rehearsal, split_unsigned);
        if (!now)
            continue;
        SHEAF_REFUSE_UNLESS(go(fold, list[i].member, &cents));
        SHEAF_STOP_IF_SPENT(fold);
        count++;
    }
    SHEAF_REFUSE_IF(!count, split_unsigned);
    sheaf_petitions_look(fold);
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(sheaf_shares_least(state));
    SHEAF_REFUSE_UNLESS(
        sheaf_ledger_post(fold, SHEAF_account_kind_reserve, SHEAF_NONE, what->reserve_cents));
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_split, SHEAF_NONE,
                                          -cents - what->reserve_cents));
    struct sheaf_row_split *row = sheaf_split_new(state, fold->index);
    row->id = fold->index;
    row->motion = fold->motion;
    row->by = row->signing = SHEAF_NONE;
    row->members = count;
    row->shares_cents = cents;
    row->reserve_cents = what->reserve_cents;
    row->settled = cents + what->reserve_cents ? SHEAF_NONE : fold->index;
    SHEAF_SET_WORDS(row->to, what->to);
    return SHEAF_ACCEPTED;
}

/* ---- what is owed to the other co-op ---- */

int64_t sheaf_split_owed(const struct sheaf_row_split *split)
{
    return split->shares_cents + split->reserve_cents - split->paid_cents;
}

bool sheaf_splits_unpaid(const sheaf_state *state)
{
    if (sheaf_ledger_balance(state, SHEAF_account_kind_bank, SHEAF_NONE) <= 0)
        return false;
    for (uint32_t i = 0; i < sheaf_split_count(state); i++)
        if (sheaf_split_at(state, i)->settled == SHEAF_NONE)
            return true;
    return false;
}

/* May the member who recorded the transfer first still do so? */
static bool stands(const sheaf_state *state, const struct sheaf_row_split *split)
{
    uint32_t officers;
    return split->by != SHEAF_NONE && sheaf_member_active(state, split->by)
           && sheaf_recorder_check(state, split->by, &officers) == SHEAF_ACCEPTED;
}

/* As of a payment, one record is not enough to take money out of the bank: another who may, and
 * is another person, records the same evidence of the same amount. With another it begins anew.
 * Whoever alone may has nobody to ask, but a treasurer who is alone where article 17 asks for
 * several. */
static sheaf_refusal record(sheaf_fold *fold, uint32_t row, const sheaf_hash *evidence,
                            int64_t cents, bool *enough)
{
    sheaf_state *state = fold->state;
    uint32_t officers;
    SHEAF_REFUSE_UNLESS(sheaf_recorder_check(state, fold->member, &officers));
    SHEAF_REFUSE_IF(sheaf_hash_is_zero(evidence), ending_evidence);
    struct sheaf_row_split *split = sheaf_split_edit(state, row);
    bool second = stands(state, split) && split->asked_cents == cents
                  && sheaf_hash_equal(&split->evidence, evidence);
    if (!second) {
        split->by = fold->member;
        split->signing = fold->index;
        split->evidence = *evidence;
        split->asked_cents = cents;
    }
    bool one = sheaf_ending_now(state) || sheaf_bylaws_now(state)->treasury_signatures <= 1;
    *enough = second || sheaf_coop(state)->voters == 1 || (officers == 1 && one);
    return sheaf_member_speak(fold, split->signing, false);
}

/* Once it was recorded as often as it takes. What is left is recorded anew. */
static sheaf_refusal pay(sheaf_fold *fold, uint32_t row, int64_t cents)
{
    struct sheaf_row_split *split = sheaf_split_edit(fold->state, row);
    split->paid_cents += cents;
    if (sheaf_split_owed(split)) {
        split->by = split->signing = SHEAF_NONE;
        split->evidence = (sheaf_hash){0};
    } else {
        split->settled = fold->index;
    }
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_split, SHEAF_NONE, cents));
    return sheaf_ledger_post(fold, SHEAF_account_kind_bank, SHEAF_NONE, -cents);
}

/* While the co-op is wound up its creditors come first; then it pays what there is, and goes on
 * owing the rest until its log is sealed: it may yet be continued. */
sheaf_refusal sheaf_rule_split_settle(sheaf_fold *fold, const struct sheaf_split_settle *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    uint32_t row = sheaf_split_row(state, what->split);
    bool enough;
    SHEAF_REFUSE_IF(row == SHEAF_NONE || sheaf_split_at(state, row)->settled != SHEAF_NONE,
                    no_such_split);
    SHEAF_REFUSE_IF(ending && fold->stamp < ending->call_until, creditors_called);
    SHEAF_REFUSE_IF(ending && ending->creditors_open, creditors_unpaid);
    int64_t owed = sheaf_split_owed(sheaf_split_at(state, row));
    int64_t bank = sheaf_ledger_balance(state, SHEAF_account_kind_bank, SHEAF_NONE);
    int64_t paid = bank < owed ? bank : owed;
    SHEAF_REFUSE_UNLESS(record(fold, row, &what->evidence, paid, &enough));
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_IF(paid <= 0 || (paid < owed && !ending), bank_short);
    return enough ? pay(fold, row, paid) : SHEAF_ACCEPTED;
}
