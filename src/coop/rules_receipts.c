/* Money received: who records it, and how a wrong record is reversed. */
#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/licence.h"
#include "coop/member.h"
#include "coop/override.h"
#include "coop/treasury.h"

sheaf_refusal sheaf_recorder_check(const sheaf_state *state, uint32_t member,
                                   uint32_t *officers)
{
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    *officers = ending ? ending->liquidators : sheaf_treasurers(state);
    SHEAF_REFUSE_IF(ending && !sheaf_liquidator_find(state, sheaf_pair(ending->named, member)),
                    not_a_liquidator);
    SHEAF_REFUSE_IF(!ending && *officers && !sheaf_treasurer_is(state, member),
                    not_a_treasurer);
    SHEAF_REFUSE_IF(!*officers && !sheaf_member_get(state, member)->votes, no_vote);
    return SHEAF_ACCEPTED;
}

/* One more receipt, of that evidence, by whoever signed. */
static sheaf_refusal receive(sheaf_fold *fold, int64_t cents, const sheaf_hash *evidence,
                             struct sheaf_row_receipt **out)
{
    uint32_t officers;
    SHEAF_REFUSE_UNLESS(sheaf_recorder_check(fold->state, fold->member, &officers));
    bool bare = officers && sheaf_hash_is_zero(evidence);
    SHEAF_REFUSE_IF(bare && sheaf_ending_now(fold->state), ending_evidence);
    SHEAF_REFUSE_IF(bare, evidence_missing);
    SHEAF_REFUSE_UNLESS(sheaf_ledger_begin(fold));
    SHEAF_REFUSE_UNLESS(sheaf_ledger_earn(fold, cents));
    struct sheaf_row_receipt *receipt = sheaf_receipt_new(fold->state, fold->index);
    receipt->id = fold->index;
    receipt->by = fold->member;
    receipt->human = sheaf_key_get(fold->state, fold->key)->human;
    receipt->amount_cents = cents;
    receipt->evidence = *evidence;
    receipt->licence = receipt->model = receipt->reversed = SHEAF_NONE;
    *out = receipt;
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_revenue_record(sheaf_fold *fold,
                                        const struct sheaf_revenue_record *what)
{
    struct sheaf_row_receipt *receipt;
    int64_t cents = what->amount_cents;
    if (what->has_licence)
        SHEAF_REFUSE_UNLESS(
            sheaf_licence_pay_check(fold->state, what->licence, cents, fold->stamp));
    SHEAF_REFUSE_UNLESS(receive(fold, cents, &what->evidence, &receipt));
    receipt->memo = what->memo;
    if (!what->has_licence)
        return SHEAF_ACCEPTED;
    receipt->licence = what->licence;
    sheaf_licence_pay(fold->state, what->licence, cents);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_usage_record(sheaf_fold *fold, const struct sheaf_usage_record *what)
{
    uint32_t row = sheaf_model_row(fold->state, what->model);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_model);
    struct sheaf_row_model *model = sheaf_model_edit(fold->state, row);
    SHEAF_REFUSE_IF(model->state != SHEAF_model_state_released, not_released);
    SHEAF_REFUSE_IF(sheaf_suspended(fold->state, model->id), model_suspended);
    SHEAF_REFUSE_IF(!model->price_cents, free_of_charge);
    int64_t cents;
    SHEAF_REFUSE_IF(__builtin_mul_overflow(model->price_cents, what->uses, &cents)
                        || cents > SHEAF_BALANCE_MAX,
                    amount_range);
    model->uses += (uint64_t)what->uses;
    struct sheaf_row_receipt *receipt;
    SHEAF_REFUSE_UNLESS(receive(fold, cents, &what->evidence, &receipt));
    receipt->memo = what->customer;
    receipt->model = what->model;
    receipt->uses = (uint32_t)what->uses;
    return SHEAF_ACCEPTED;
}

/* ---- reversal ---- */

static sheaf_refusal reverse(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_receipt *receipt = sheaf_receipt_edit(fold->state, row);
    int64_t cents = receipt->amount_cents;
    SHEAF_REFUSE_IF(sheaf_ledger_surplus(fold->state) < cents, receipt_spent);
    receipt->reversed = fold->index;
    if (receipt->model != SHEAF_NONE)
        sheaf_model_edit(fold->state, sheaf_model_row(fold->state, receipt->model))->uses -=
            receipt->uses;
    if (receipt->licence != SHEAF_NONE)
        sheaf_licence_pay(fold->state, receipt->licence, -cents);
    return sheaf_ledger_earn(fold, -cents);
}

static bool recorded_it(const sheaf_fold *fold, const struct sheaf_row_receipt *receipt)
{
    struct sheaf_actor_key by = {receipt->by, receipt->human};
    return by.member == fold->member
           || sheaf_one_person(fold->state, by, sheaf_signer_key(fold), fold->stamp);
}

/* An officer's word is enough against another's. Whoever alone holds the office has nobody else
 * to ask, and could not have been kept from recording it either. */
sheaf_refusal sheaf_rule_revenue_reverse(sheaf_fold *fold,
                                         const struct sheaf_revenue_reverse *what)
{
    sheaf_state *state = fold->state;
    uint32_t officers, row = sheaf_receipt_row(state, what->entry);
    SHEAF_REFUSE_UNLESS(sheaf_recorder_check(fold->state, fold->member, &officers));
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_receipt);
    SHEAF_REFUSE_IF(sheaf_receipt_at(state, row)->reversed != SHEAF_NONE, receipt_reversed);
    SHEAF_REFUSE_IF(what->entry < sheaf_ledger_since(state), receipt_currency);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, what->entry, false));
    SHEAF_STOP_IF_SPENT(fold);
    struct sheaf_row_receipt *receipt = sheaf_receipt_edit(state, row);
    receipt->reason = what->reason;
    bool enough =
        ++receipt->voices > 1 || officers == 1 || (officers && !recorded_it(fold, receipt));
    return enough ? reverse(fold, row) : SHEAF_ACCEPTED;
}
