/* The treasury: payments are asked for, decided on, signed, and settled. */
#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/organs.h"
#include "coop/treasury.h"

/* ---- treasurers ---- */

bool sheaf_treasury_organ(const sheaf_state *state, uint8_t *place)
{
    const struct sheaf_row_organ *organ;
    for (*place = 0; (organ = sheaf_organ_now(state, *place)) != NULL; (*place)++)
        if (sheaf_organ_powers(organ->kind) & SHEAF_POWER_sign_payments)
            return true;
    return false;
}

bool sheaf_treasurer_is(const sheaf_state *state, uint32_t member)
{
    uint8_t place;
    return sheaf_treasury_organ(state, &place) && sheaf_office_now(state, member, place);
}

uint32_t sheaf_treasurers(const sheaf_state *state)
{
    uint8_t place;
    return sheaf_article_on(state, SHEAF_ARTICLE_treasury)
                   && sheaf_treasury_organ(state, &place)
               ? sheaf_officers(state, place)
               : 0;
}

bool sheaf_payment_signature_counts(const sheaf_state *state,
                                    const struct sheaf_row_payment_signature *signature)
{
    return sheaf_treasurer_is(state, signature->member)
           && !sheaf_conflicted(state, signature->payment, signature->member);
}

/* Only treasurers have signed, so there are few. */
uint32_t sheaf_payment_signatures(const sheaf_state *state,
                                  const struct sheaf_row_payment *payment)
{
    uint32_t count = 0;
    for (uint32_t next = payment->signature_last; next;) {
        const struct sheaf_row_payment_signature *row =
            sheaf_payment_signature_at(state, next - 1);
        count += sheaf_payment_signature_counts(state, row);
        next = row->before;
    }
    return count;
}

bool sheaf_payment_undecided(const sheaf_state *state, const struct sheaf_row_payment *payment)
{
    return payment->amount_cents > sheaf_bylaws_now(state)->treasury_limit_cents
           && payment->approved == SHEAF_NONE;
}

static sheaf_refusal treasury_on(const sheaf_state *state)
{
    uint8_t place;
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_treasury), treasury_off);
    SHEAF_REFUSE_IF(!sheaf_treasury_organ(state, &place), no_treasurers);
    return SHEAF_ACCEPTED;
}

/* ---- what is open ---- */

static struct sheaf_row_orderer *orderer_of(sheaf_fold *fold, uint32_t member)
{
    uint32_t row = sheaf_orderer_row(fold->state, member);
    if (row != SHEAF_NONE)
        return sheaf_orderer_edit(fold->state, row);
    struct sheaf_row_orderer *fresh = sheaf_orderer_new(fold->state, member);
    fresh->id = member;
    return fresh;
}

/* The payment, while it is neither gone nor given up. */
static sheaf_refusal find_open(const sheaf_state *state, uint32_t id, uint32_t *row)
{
    *row = sheaf_payment_row(state, id);
    SHEAF_REFUSE_IF(*row == SHEAF_NONE, no_such_payment);
    SHEAF_REFUSE_IF(sheaf_payment_at(state, *row)->state != SHEAF_payment_state_ordered,
                    payment_ended);
    return SHEAF_ACCEPTED;
}

static void end(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    struct sheaf_row_payment *payment = sheaf_payment_edit(fold->state, row);
    payment->state = to;
    payment->ended = fold->index;
    sheaf_deadline_clear(fold->state, payment->id, SHEAF_deadline_kind_payment);
    orderer_of(fold, payment->by)->open--;
}

static int64_t owed(const sheaf_state *state, uint32_t member)
{
    return -sheaf_ledger_balance(state, SHEAF_account_kind_member, member);
}

/* May the member ask for a payment out of that account? */
static sheaf_refusal check_account(const sheaf_fold *fold,
                                   const struct sheaf_payment_order *what)
{
    const sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_member_find(state, what->account), no_such_member);
    SHEAF_REFUSE_IF(what->account != fold->member
                        && (sheaf_member_active(state, what->account)
                            || !sheaf_treasurer_is(state, fold->member)),
                    not_your_account);
    SHEAF_REFUSE_IF(owed(state, what->account) < what->amount_cents, account_short);
    return SHEAF_ACCEPTED;
}

/* The line of a budget that it is part of, as 1 + its row, or 0. */
static sheaf_refusal check_line(const sheaf_fold *fold, const struct sheaf_payment_order *what,
                                uint32_t *line_1)
{
    *line_1 = 0;
    SHEAF_REFUSE_IF(what->has_budget != what->has_line
                        || (what->has_budget && what->has_account),
                    treasury_line_form);
    if (!what->has_budget)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_UNLESS(sheaf_budget_line_named(fold->state, what->budget, what->line, line_1));
    return sheaf_budget_line_check(fold->state, *line_1, what->amount_cents, fold->stamp);
}

sheaf_refusal sheaf_rule_payment_order(sheaf_fold *fold, const struct sheaf_payment_order *what)
{
    sheaf_state *state = fold->state;
    uint32_t line_1;
    SHEAF_REFUSE_UNLESS(treasury_on(state));
    SHEAF_REFUSE_UNLESS(check_line(fold, what, &line_1));
    bool treasurer = sheaf_treasurer_is(state, fold->member), own = false;
    if (what->has_account) {
        SHEAF_REFUSE_UNLESS(check_account(fold, what));
        own = what->account == fold->member;
    }
    SHEAF_REFUSE_IF(!treasurer && !own && !sheaf_member_get(state, fold->member)->votes,
                    no_vote);
    struct sheaf_row_orderer *orderer = orderer_of(fold, fold->member);
    SHEAF_REFUSE_IF(orderer->open >= (treasurer ? SHEAF_PAYMENTS_OPEN_MAX : 1),
                    payments_open_max);
    orderer->open++;
    struct sheaf_row_payment *payment = sheaf_payment_new(state, fold->index);
    payment->id = fold->index;
    payment->by = fold->member;
    payment->account = what->has_account ? what->account : SHEAF_NONE;
    payment->amount_cents = what->amount_cents;
    payment->budget_line = line_1;
    payment->payee = what->payee;
    payment->purpose = what->purpose;
    payment->approved = payment->ended = payment->settled = SHEAF_NONE;
    payment->opened = fold->stamp;
    payment->closes = fold->stamp + SHEAF_PAYMENT_LAPSE_S * INT64_C(1000);
    sheaf_deadline_set(state, payment->id, SHEAF_deadline_kind_payment, payment->closes);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_payment_cancel(sheaf_fold *fold,
                                        const struct sheaf_payment_cancel *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(find_open(fold->state, what->payment, &row));
    SHEAF_REFUSE_IF(sheaf_payment_at(fold->state, row)->by != fold->member, not_your_payment);
    end(fold, row, SHEAF_payment_state_cancelled);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_payment(sheaf_fold *fold, uint32_t of)
{
    end(fold, sheaf_payment_row(fold->state, of), SHEAF_payment_state_lapsed);
    return SHEAF_ACCEPTED;
}

/* ---- decision and signatures ---- */

sheaf_refusal sheaf_rule_payment_approve(sheaf_fold *fold,
                                         const struct sheaf_payment_approve *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(treasury_on(fold->state));
    SHEAF_REFUSE_UNLESS(find_open(fold->state, what->payment, &row));
    struct sheaf_row_payment *payment = sheaf_payment_edit(fold->state, row);
    SHEAF_REFUSE_IF(payment->approved != SHEAF_NONE, payment_decided);
    payment->approved = fold->index;
    return SHEAF_ACCEPTED;
}

/* The money leaves. */
static sheaf_refusal release(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_payment *payment = sheaf_payment_at(fold->state, row);
    int64_t cents = payment->amount_cents;
    uint32_t account = payment->account, line_1 = payment->budget_line;
    if (line_1) {
        SHEAF_REFUSE_UNLESS(sheaf_budget_line_check(fold->state, line_1, cents, fold->stamp));
        sheaf_budget_line_spend(fold->state, line_1, cents);
    }
    if (account == SHEAF_NONE) {
        SHEAF_REFUSE_IF(sheaf_ledger_free(fold->state) < cents, treasury_short);
        SHEAF_REFUSE_UNLESS(
            sheaf_ledger_post(fold, SHEAF_account_kind_expenses, SHEAF_NONE, cents));
    } else {
        SHEAF_REFUSE_IF(owed(fold->state, account) < cents, account_short);
        SHEAF_REFUSE_IF(sheaf_ledger_balance(fold->state, SHEAF_account_kind_bank, SHEAF_NONE)
                            < cents,
                        bank_short);
        SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_member, account, cents));
    }
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_bank, SHEAF_NONE, -cents));
    end(fold, row, SHEAF_payment_state_released);
    return SHEAF_ACCEPTED;
}

static void add_signature(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_payment *payment = sheaf_payment_edit(state, row);
    struct sheaf_row_payment_signature *fresh =
        sheaf_payment_signature_new(state, sheaf_pair(payment->id, fold->member));
    fresh->payment = payment->id;
    fresh->member = fold->member;
    fresh->entry = fold->index;
    fresh->before = payment->signature_last;
    payment->signature_last = sheaf_payment_signature_count(state);
}

sheaf_refusal sheaf_rule_payment_sign(sheaf_fold *fold, const struct sheaf_payment_sign *what)
{
    sheaf_state *state = fold->state;
    uint32_t row;
    SHEAF_REFUSE_UNLESS(treasury_on(state));
    SHEAF_REFUSE_UNLESS(find_open(state, what->payment, &row));
    const struct sheaf_row_payment *payment = sheaf_payment_at(state, row);
    SHEAF_REFUSE_IF(!sheaf_treasurer_is(state, fold->member), not_a_treasurer);
    SHEAF_REFUSE_IF(payment->account == fold->member, payment_own);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, payment->id, fold->member), conflicted);
    SHEAF_REFUSE_IF(sheaf_payment_undecided(state, payment), payment_undecided);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, payment->id, false));
    add_signature(fold, row);
    SHEAF_STOP_IF_SPENT(fold);
    payment = sheaf_payment_at(state, row);
    return sheaf_payment_signatures(state, payment)
                   < sheaf_bylaws_now(state)->treasury_signatures
               ? SHEAF_ACCEPTED
               : release(fold, row);
}

sheaf_refusal sheaf_rule_payment_settle(sheaf_fold *fold,
                                        const struct sheaf_payment_settle *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_payment_row(state, what->payment);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_payment);
    SHEAF_REFUSE_IF(!sheaf_treasurer_is(state, fold->member)
                        && !sheaf_liquidator_now(state, fold->member),
                    not_a_treasurer);
    struct sheaf_row_payment *payment = sheaf_payment_edit(state, row);
    SHEAF_REFUSE_IF(payment->state != SHEAF_payment_state_released, payment_not_left);
    payment->state = SHEAF_payment_state_settled;
    payment->settled = fold->index;
    payment->evidence = what->evidence;
    return SHEAF_ACCEPTED;
}

/* ---- conflicts of interest ---- */

/* Whoever is a treasurer now may have one. */
sheaf_refusal sheaf_matter_payment_open(const sheaf_state *state, uint32_t id,
                                        sheaf_electorate *out)
{
    uint32_t row;
    uint8_t place;
    SHEAF_REFUSE_IF(!sheaf_payment_find(state, id), no_such_matter);
    SHEAF_REFUSE_UNLESS(find_open(state, id, &row));
    SHEAF_REFUSE_IF(!sheaf_treasury_organ(state, &place), no_treasurers);
    *out = (sheaf_electorate){.body = SHEAF_body_organ,
                              .of = place,
                              .opened = (uint32_t)state->size,
                              .bylaws = sheaf_coop(state)->bylaws};
    return SHEAF_ACCEPTED;
}

/* A signature that was given counts no longer, see sheaf_payment_signatures(). */
void sheaf_matter_payment_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    (void)fold, (void)id, (void)member;
}
