/* The ledger: revenue and surplus, in double entry. Debits are positive. */
#include "coop/ledger.h"

#include "coop/apportion.h"
#include "coop/ending.h"
#include "coop/licence.h"
#include "coop/treasury_internal.h"

#include <assert.h>

sheaf_refusal sheaf_ledger_post(sheaf_fold *fold, uint8_t account, uint32_t member,
                                int64_t cents)
{
    if (!cents)
        return SHEAF_ACCEPTED;
    uint64_t pair = sheaf_pair(account, member);
    uint32_t row = sheaf_account_row(fold->state, pair);
    struct sheaf_row_account *line;
    if (row == SHEAF_NONE) {
        line = sheaf_account_new(fold->state, pair);
        line->kind = account;
        line->member = member;
    } else {
        line = sheaf_account_edit(fold->state, row);
    }
    int64_t balance;
    SHEAF_REFUSE_IF(__builtin_add_overflow(line->balance_cents, cents, &balance)
                        || balance > SHEAF_BALANCE_MAX || balance < -SHEAF_BALANCE_MAX,
                    amount_range);
    line->balance_cents = balance;
    if (fold->out->posted && !fold->rehearsal)
        fold->out->posted(fold->out->context, &(sheaf_posting){account, member, cents});
    return SHEAF_ACCEPTED;
}

int64_t sheaf_ledger_balance(const sheaf_state *state, uint8_t account, uint32_t member)
{
    const struct sheaf_row_account *row =
        sheaf_account_find(state, sheaf_pair(account, member));
    return row ? row->balance_cents : 0;
}

static int64_t own(const sheaf_state *state, uint8_t account)
{
    return sheaf_ledger_balance(state, account, SHEAF_NONE);
}

int64_t sheaf_ledger_surplus(const sheaf_state *state)
{
    return -own(state, SHEAF_account_kind_revenue) - own(state, SHEAF_account_kind_expenses);
}

int64_t sheaf_ledger_free(const sheaf_state *state)
{
    return sheaf_ledger_surplus(state) - own(state, SHEAF_account_kind_reserve);
}

sheaf_refusal sheaf_ledger_earn(sheaf_fold *fold, int64_t cents)
{
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_bank, SHEAF_NONE, cents));
    return sheaf_ledger_post(fold, SHEAF_account_kind_revenue, SHEAF_NONE, -cents);
}

/* Credits every active member's account by weights: alike, or by records brought into rounds
 * and licensed. What nobody has a weight for goes to the reserve. */
static sheaf_refusal share(sheaf_fold *fold, int64_t cents, bool by_records)
{
    sheaf_state *state = fold->state;
    /* Applicants and those who left need no room, or strangers could fill it. */
    uint32_t active = sheaf_coop(state)->members, n = 0;
    uint64_t *weights = SHEAF_ARENA_NEW(fold->arena, uint64_t, active);
    uint32_t *ids = SHEAF_ARENA_NEW(fold->arena, uint32_t, active);
    int64_t *shares = SHEAF_ARENA_NEW(fold->arena, int64_t, active);
    if (!weights || !ids || !shares) {
        state->failed = true;
        return SHEAF_ACCEPTED;
    }
    uint64_t total = 0;
    for (uint32_t i = 0; i < sheaf_member_count(state); i++) {
        const struct sheaf_row_member *member = sheaf_member_at(state, i);
        if (member->state != SHEAF_member_state_active)
            continue;
        weights[n] = by_records ? member->contributed : 1;
        SHEAF_REFUSE_IF(__builtin_add_overflow(total, weights[n], &total), amount_range);
        ids[n++] = member->id;
    }
    if (!total)
        return sheaf_ledger_post(fold, SHEAF_account_kind_reserve, SHEAF_NONE, -cents);
    if (!sheaf_apportion(cents, weights, n, shares, fold->arena)) {
        state->failed = true;
        return SHEAF_ACCEPTED;
    }
    for (uint32_t i = 0; i < n; i++)
        SHEAF_REFUSE_UNLESS(
            sheaf_ledger_post(fold, SHEAF_account_kind_member, ids[i], -shares[i]));
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_surplus_distribute(sheaf_fold *fold,
                                            const struct sheaf_surplus_distribute *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_UNLESS(sheaf_ledger_begin(fold));
    SHEAF_REFUSE_IF(sheaf_ledger_surplus(state) < what->amount_cents, surplus_short);
    uint64_t keys[3] = {bylaws->data_bp, bylaws->members_bp, bylaws->reserve_bp};
    int64_t parts[3];
    if (!sheaf_apportion(what->amount_cents, keys, 3, parts, fold->arena)) {
        state->failed = true;
        return SHEAF_ACCEPTED;
    }
    SHEAF_REFUSE_UNLESS(
        sheaf_ledger_post(fold, SHEAF_account_kind_revenue, SHEAF_NONE, what->amount_cents));
    sheaf_licences_contribute(state, fold->index);
    SHEAF_STOP_IF_SPENT(fold);
    size_t used = fold->arena->used;
    SHEAF_REFUSE_UNLESS(share(fold, parts[0], true));
    fold->arena->used = used;
    SHEAF_REFUSE_UNLESS(share(fold, parts[1], false));
    SHEAF_REFUSE_UNLESS(
        sheaf_ledger_post(fold, SHEAF_account_kind_reserve, SHEAF_NONE, -parts[2]));
    for (uint32_t i = 0; i < sheaf_member_count(state); i++)
        if (sheaf_member_at(state, i)->contributed)
            sheaf_member_edit(state, i)->contributed = 0;
    return SHEAF_ACCEPTED;
}

/* ---- another currency ---- */

/* What only says where money came from and went: together it is nothing where nothing is held
 * or owed. */
static bool nominal(const struct sheaf_row_account *row)
{
    return row->kind == SHEAF_account_kind_revenue || row->kind == SHEAF_account_kind_expenses
           || row->kind == SHEAF_account_kind_reserve;
}

static bool money_stands(const sheaf_state *state, int64_t stamp)
{
    for (uint32_t i = 0; i < sheaf_account_count(state); i++)
        if (sheaf_account_at(state, i)->balance_cents && !nominal(sheaf_account_at(state, i)))
            return true;
    for (uint32_t i = 0; i < sheaf_budget_count(state); i++)
        if (sheaf_budget_ends(state, sheaf_budget_at(state, i)) > stamp)
            return true;
    for (uint32_t i = 0; i < sheaf_licence_count(state); i++) {
        const struct sheaf_row_licence *licence = sheaf_licence_at(state, i);
        if (licence->ended == SHEAF_NONE && licence->until > stamp && licence->price_cents)
            return true;
    }
    for (uint32_t i = 0; i < sheaf_model_count(state); i++) {
        const struct sheaf_row_model *model = sheaf_model_at(state, i);
        if (model->state == SHEAF_model_state_released && model->price_cents)
            return true;
    }
    return false;
}

/* What was earned, spent and kept in reserve is set off: nothing of it is there any more. Nor
 * does what left in the old currency count towards what may leave in the new one. */
static sheaf_refusal close_books(sheaf_fold *fold)
{
    int64_t sum = 0;
    if (sheaf_till_count(fold->state)) {
        struct sheaf_row_till *till = sheaf_till_edit(fold->state, 0);
        till->cents = till->before_cents = 0;
    }
    for (uint32_t i = 0; i < sheaf_account_count(fold->state); i++) {
        const struct sheaf_row_account *row = sheaf_account_at(fold->state, i);
        sum += row->balance_cents;
        SHEAF_REFUSE_UNLESS(
            sheaf_ledger_post(fold, row->kind, row->member, -row->balance_cents));
    }
    assert(sum == 0 || fold->state->failed);
    return SHEAF_ACCEPTED;
}

static bool same_currency(const struct sheaf_row_bylaws *a, const struct sheaf_row_bylaws *b)
{
    return memcmp(a->currency, b->currency, sizeof a->currency) == 0;
}

sheaf_refusal sheaf_ledger_follow(sheaf_fold *fold, const struct sheaf_row_bylaws *text)
{
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(fold->state);
    if (!now || same_currency(now, text))
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(money_stands(fold->state, fold->stamp), currency_stands);
    sheaf_payments_lapse(fold);
    return close_books(fold);
}

uint32_t sheaf_ledger_since(const sheaf_state *state)
{
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state), *first = now;
    assert(now);
    for (const struct sheaf_row_bylaws *at = now; at && same_currency(at, now);
         at = sheaf_bylaws_find(state, at->base))
        first = at;
    return first->from;
}

sheaf_refusal sheaf_ledger_begin(const sheaf_fold *fold)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state), *next;
    uint32_t at = SHEAF_NONE;
    if (fold->motion != SHEAF_NONE && !fold->rehearsal) {
        const struct sheaf_row_motion *motion = sheaf_motion_get(state, fold->motion);
        SHEAF_REFUSE_IF(!same_currency(now, sheaf_bylaws_get(state, motion->bylaws)),
                        currency_other);
    }
    /* What comes in while the co-op is wound up must be recorded; nothing is registered then.
     */
    while (!sheaf_ending_now(state) && (next = sheaf_bylaws_waiting(state, &at)) != NULL)
        SHEAF_REFUSE_IF(!same_currency(now, next), currency_waits);
    return SHEAF_ACCEPTED;
}

/* ---- the end ---- */

sheaf_refusal sheaf_ledger_pay(sheaf_fold *fold, int64_t cents)
{
    const struct sheaf_row_account *bank =
        sheaf_account_find(fold->state, sheaf_pair(SHEAF_account_kind_bank, SHEAF_NONE));
    SHEAF_REFUSE_IF(!bank || bank->balance_cents < cents, bank_short);
    return sheaf_ledger_earn(fold, -cents);
}

void sheaf_ledger_clear(sheaf_fold *fold)
{
    for (uint32_t i = 0; i < sheaf_account_count(fold->state); i++) {
        struct sheaf_row_account *row = sheaf_account_edit(fold->state, i);
        sheaf_posting posting = {row->kind, row->member, -row->balance_cents};
        if (posting.cents && fold->out->posted)
            fold->out->posted(fold->out->context, &posting);
        row->balance_cents = 0;
    }
}
