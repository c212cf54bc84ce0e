/* The treasury: payments are asked for, taken back, and settled; how they are decided on,
 * signed and leave stands in rules_signing.c. */
#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/member.h"
#include "coop/organs.h"
#include "coop/treasury_internal.h"

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

sheaf_refusal sheaf_treasury_check(const sheaf_state *state)
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

sheaf_refusal sheaf_payment_find_open(const sheaf_state *state, uint32_t id, uint32_t *row)
{
    *row = sheaf_payment_row(state, id);
    SHEAF_REFUSE_IF(*row == SHEAF_NONE, no_such_payment);
    SHEAF_REFUSE_IF(sheaf_payment_at(state, *row)->state != SHEAF_payment_state_ordered,
                    payment_ended);
    return SHEAF_ACCEPTED;
}

void sheaf_payment_end(sheaf_fold *fold, uint32_t row, uint8_t to)
{
    struct sheaf_row_payment *payment = sheaf_payment_edit(fold->state, row);
    payment->state = to;
    payment->ended = fold->index;
    sheaf_deadline_clear(fold->state, payment->id, SHEAF_deadline_kind_payment);
    if (payment->advice != SHEAF_NONE && to != SHEAF_payment_state_released)
        sheaf_advice_edit(fold->state, sheaf_advice_row(fold->state, payment->advice))
            ->payment = SHEAF_NONE;
    orderer_of(fold, payment->by)->open--;
}

void sheaf_payments_lapse(sheaf_fold *fold)
{
    for (uint32_t i = 0; i < sheaf_payment_count(fold->state); i++)
        if (sheaf_payment_at(fold->state, i)->state == SHEAF_payment_state_ordered)
            sheaf_payment_end(fold, i, SHEAF_payment_state_lapsed);
}

int64_t sheaf_account_owed(const sheaf_state *state, uint32_t member)
{
    return -sheaf_ledger_balance(state, SHEAF_account_kind_member, member);
}

/* A member has few keys that are in force. */
bool sheaf_payment_own(const sheaf_fold *fold, const struct sheaf_row_payment *payment)
{
    const sheaf_state *state = fold->state;
    uint32_t human = sheaf_key_get(state, fold->key)->human;
    if (payment->account == SHEAF_NONE || payment->account == fold->member)
        return payment->account == fold->member;
    if (!human)
        return sheaf_signer_acts(fold, payment->account);
    for (uint32_t at = sheaf_member_get(state, payment->account)->key_last; at;) {
        const struct sheaf_row_key *key = sheaf_key_at(state, at - 1);
        if (key->human == human)
            return true;
        at = key->before;
    }
    return false;
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
    SHEAF_REFUSE_IF(sheaf_account_owed(state, what->account) < what->amount_cents,
                    account_short);
    return SHEAF_ACCEPTED;
}

/* The line of a budget that it is part of, as 1 + its row, or 0. */
static sheaf_refusal check_line(const sheaf_fold *fold, const struct sheaf_payment_order *what,
                                uint32_t *line_1)
{
    *line_1 = 0;
    SHEAF_REFUSE_IF(what->has_budget != what->has_line
                        || (what->has_account && (what->has_budget || what->has_advice)),
                    treasury_line_form);
    SHEAF_REFUSE_IF(!what->has_budget && !what->has_account
                        && sheaf_bylaws_now(fold->state)->treasury_budget,
                    budget_needed);
    if (!what->has_budget)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_UNLESS(sheaf_budget_line_named(fold->state, what->budget, what->line, line_1));
    return sheaf_budget_line_check(fold->state, *line_1, what->amount_cents, fold->stamp);
}

/* Has the member decided on it after advice, and asked for no other payment? */
static sheaf_refusal check_advice(const sheaf_fold *fold,
                                  const struct sheaf_payment_order *what)
{
    const sheaf_state *state = fold->state;
    if (!what->has_advice)
        return SHEAF_ACCEPTED;
    const struct sheaf_row_advice *advice = sheaf_advice_find(state, what->advice);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_advice), advice_off);
    SHEAF_REFUSE_IF(!advice, no_such_advice);
    SHEAF_REFUSE_IF(advice->state != SHEAF_advice_state_decided || advice->by != fold->member
                        || advice->payment != SHEAF_NONE,
                    advice_payment);
    SHEAF_REFUSE_IF(what->amount_cents > sheaf_bylaws_now(state)->advice_spend_max_cents,
                    advice_over);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_payment_order(sheaf_fold *fold, const struct sheaf_payment_order *what)
{
    sheaf_state *state = fold->state;
    uint32_t line_1;
    SHEAF_REFUSE_UNLESS(sheaf_treasury_check(state));
    SHEAF_REFUSE_UNLESS(check_line(fold, what, &line_1));
    SHEAF_REFUSE_UNLESS(check_advice(fold, what));
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
    payment->by_human = sheaf_key_get(state, fold->key)->human;
    payment->account = what->has_account ? what->account : SHEAF_NONE;
    payment->advice = what->has_advice ? what->advice : SHEAF_NONE;
    payment->amount_cents = what->amount_cents;
    payment->budget_line = line_1;
    payment->payee = what->payee;
    payment->purpose = what->purpose;
    payment->approved = payment->ended = payment->settled = SHEAF_NONE;
    payment->opened = fold->stamp;
    payment->closes = fold->stamp + SHEAF_PAYMENT_LAPSE_S * INT64_C(1000);
    if (what->has_advice)
        sheaf_advice_edit(state, sheaf_advice_row(state, what->advice))->payment = payment->id;
    sheaf_deadline_set(state, payment->id, SHEAF_deadline_kind_payment, payment->closes);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_payment_cancel(sheaf_fold *fold,
                                        const struct sheaf_payment_cancel *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(sheaf_payment_find_open(fold->state, what->payment, &row));
    SHEAF_REFUSE_IF(sheaf_payment_at(fold->state, row)->by != fold->member, not_your_payment);
    SHEAF_REFUSE_IF(sheaf_conflicted(fold->state, what->payment, fold->member), conflicted);
    sheaf_payment_end(fold, row, SHEAF_payment_state_cancelled);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_settle_payment(sheaf_fold *fold, uint32_t of)
{
    sheaf_payment_end(fold, sheaf_payment_row(fold->state, of), SHEAF_payment_state_lapsed);
    return SHEAF_ACCEPTED;
}

/* ---- what became of it ---- */

sheaf_refusal sheaf_rule_payment_settle(sheaf_fold *fold,
                                        const struct sheaf_payment_settle *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_payment_row(state, what->payment);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_payment);
    bool any, stand_in = sheaf_payment_unable(state, sheaf_payment_at(state, row), &any) && !any
                         && sheaf_member_get(state, fold->member)->votes;
    SHEAF_REFUSE_IF(!stand_in && !sheaf_treasurer_is(state, fold->member)
                        && !sheaf_liquidator_now(state, fold->member),
                    not_a_treasurer);
    struct sheaf_row_payment *payment = sheaf_payment_edit(state, row);
    SHEAF_REFUSE_IF(payment->state != SHEAF_payment_state_released, payment_not_left);
    /* The one who winds the co-op up has nobody else to ask. */
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    bool alone =
        ending && ending->liquidators == 1 && sheaf_liquidator_now(state, fold->member);
    SHEAF_REFUSE_IF(!alone && sheaf_payment_own(fold, payment), payment_own);
    SHEAF_REFUSE_IF(!alone && sheaf_conflicted(state, payment->id, fold->member), conflicted);
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
    SHEAF_REFUSE_UNLESS(sheaf_payment_find_open(state, id, &row));
    SHEAF_REFUSE_IF(!sheaf_treasury_organ(state, &place), no_treasurers);
    *out = (sheaf_electorate){.body = SHEAF_body_organ,
                              .of = place,
                              .opened = (uint32_t)state->size,
                              .bylaws = sheaf_coop(state)->bylaws};
    return SHEAF_ACCEPTED;
}

/* What others have found does not follow: nobody takes a member's vote on a motion away. */
static bool declared(const sheaf_state *state, uint32_t payment, uint32_t member)
{
    const struct sheaf_row_conflict *row =
        sheaf_conflict_find(state, sheaf_pair(payment, member));
    return sheaf_conflicted(state, payment, member) && !row->found;
}

/* A signature that was given counts no longer, see rules_signing.c. Nor does a vote on it. */
void sheaf_matter_payment_conflict(sheaf_fold *fold, uint32_t id, uint32_t member)
{
    sheaf_state *state = fold->state;
    if (!declared(state, id, member))
        return;
    const sheaf_hash reason = sheaf_conflict_find(state, sheaf_pair(id, member))->reason;
    for (uint32_t at = sheaf_payment_find(state, id)->vote_last; at && !state->failed;) {
        const struct sheaf_row_payment_vote *vote = sheaf_payment_vote_at(state, at - 1);
        sheaf_electorate electorate;
        at = vote->before;
        if (sheaf_matter_motion_open(state, vote->id, &electorate) != SHEAF_ACCEPTED
            || sheaf_conflicted(state, vote->id, member)
            || sheaf_entitled(state, &electorate, member) != SHEAF_ACCEPTED)
            continue;
        sheaf_conflict_make(fold, vote->id, member, &reason);
        if (!state->failed)
            sheaf_matter_motion_conflict(fold, vote->id, member);
    }
}

void sheaf_payment_conflict_of(sheaf_fold *fold, uint32_t motion, uint32_t member)
{
    const struct sheaf_row_payment_vote *vote = sheaf_payment_vote_find(fold->state, motion);
    sheaf_electorate electorate;
    if (!vote || sheaf_conflicted(fold->state, vote->payment, member)
        || sheaf_matter_payment_open(fold->state, vote->payment, &electorate) != SHEAF_ACCEPTED
        || sheaf_entitled(fold->state, &electorate, member) != SHEAF_ACCEPTED)
        return;
    const sheaf_hash reason =
        sheaf_conflict_find(fold->state, sheaf_pair(motion, member))->reason;
    sheaf_conflict_make(fold, vote->payment, member, &reason);
    if (!fold->state->failed)
        sheaf_matter_payment_conflict(fold, vote->payment, member);
}

void sheaf_payment_moved(sheaf_fold *fold, const sheaf_effect *effect,
                         const struct sheaf_row_motion *motion)
{
    sheaf_state *state = fold->state;
    if (effect->kind != SHEAF_KIND_payment_approve)
        return;
    uint32_t of = ((const struct sheaf_payment_approve *)effect->what)->payment;
    struct sheaf_row_payment *payment = sheaf_payment_edit(state, sheaf_payment_row(state, of));
    struct sheaf_row_payment_vote *vote = sheaf_payment_vote_new(state, motion->id);
    vote->id = motion->id;
    vote->payment = of;
    vote->before = payment->vote_last;
    payment->vote_last = sheaf_payment_vote_count(state);
    const sheaf_electorate electorate = sheaf_motion_electorate(motion);
    sheaf_conflicts_follow(fold, of, motion->id, &electorate);
}

bool sheaf_payment_unable(const sheaf_state *state, const struct sheaf_row_payment *payment,
                          bool *any)
{
    uint32_t able = 0, others = 0, conflicted = 0;
    uint8_t organ;
    const struct sheaf_row_post *post;
    *any = false;
    if (!sheaf_article_on(state, SHEAF_ARTICLE_treasury)
        || !sheaf_treasury_organ(state, &organ))
        return false;
    for (uint8_t place = 0; (post = sheaf_post_find(state, sheaf_pair(organ, place)));
         place++) {
        if (!post->office)
            continue;
        uint32_t member = sheaf_office_at(state, post->office - 1)->member;
        bool is = sheaf_conflicted(state, payment->id, member);
        conflicted += is;
        able += !is && payment->account != member;
        others += !is && payment->account != member && payment->by != member;
    }
    *any = able > 0;
    return conflicted && (able < sheaf_bylaws_now(state)->treasury_signatures || !others);
}
