/* How the co-op ends: dissolved, wound up, sealed; see coop/ending.h. */
#include "coop/ending.h"

#include "coop/member.h"
#include "coop/override.h"
#include "coop/pending.h"
#include "coop/shares.h"

enum { CALL_S = SHEAF_FIXED_creditors_call_s, CREDITORS_OPEN_MAX = SHEAF_FIXED_creditors_open };

/* ---- what it forbids ---- */

#define STOPS(kind) [SHEAF_KIND_##kind] = true,
static const bool stops[SHEAF_KIND_COUNT] = {
#include "coop/tbl/ending.def"
};
#undef STOPS

const struct sheaf_row_ending *sheaf_ending_now(const sheaf_state *state)
{
    uint32_t count = sheaf_ending_count(state);
    const struct sheaf_row_ending *row = count ? sheaf_ending_at(state, count - 1) : NULL;
    return row && row->state != SHEAF_ending_state_continued ? row : NULL;
}

/* A digest says what is there and changes nothing. */
sheaf_refusal sheaf_ending_check(const sheaf_state *state, sheaf_kind kind)
{
    const struct sheaf_row_ending *row = sheaf_ending_now(state);
    if (!row || kind == SHEAF_KIND_state_digest)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(row->state == SHEAF_ending_state_sealed, sealed);
    SHEAF_REFUSE_IF(stops[kind], winding_up);
    return SHEAF_ACCEPTED;
}

static struct sheaf_row_ending *change(sheaf_fold *fold)
{
    return sheaf_ending_edit(fold->state, sheaf_ending_count(fold->state) - 1);
}

/* ---- beginning and going on ---- */

/* Signatures that were given before count no longer. */
static void sign_anew(sheaf_fold *fold)
{
    struct sheaf_row_ending *ending = change(fold);
    ending->signing = fold->index;
    ending->signatures = 0;
}

void sheaf_ending_changed(sheaf_fold *fold)
{
    if (sheaf_ending_now(fold->state))
        sign_anew(fold);
}

static sheaf_refusal appoint(sheaf_fold *fold, const sheaf_list *members)
{
    sheaf_state *state = fold->state;
    const struct sheaf_named_member *list = members->at;
    uint32_t needed = sheaf_bylaws_now(state)->liquidators;
    if (needed > sheaf_coop(state)->voters)
        needed = sheaf_coop(state)->voters;
    SHEAF_REFUSE_IF(members->count != needed, liquidators_count);
    SHEAF_REFUSE_UNLESS(sheaf_members_ordered(members));
    for (uint32_t i = 0; i < members->count; i++) {
        SHEAF_REFUSE_IF(!sheaf_member_active(state, list[i].member), liquidator_not_a_member);
        SHEAF_REFUSE_IF(!sheaf_member_get(state, list[i].member)->votes, no_vote);
        struct sheaf_row_liquidator *row =
            sheaf_liquidator_new(state, sheaf_pair(fold->index, list[i].member));
        row->named = fold->index;
        row->member = list[i].member;
    }
    SHEAF_STOP_IF_SPENT(fold);
    change(fold)->liquidators = (uint8_t)needed;
    change(fold)->named = fold->index;
    sign_anew(fold);
    return SHEAF_ACCEPTED;
}

static void revoke_mandates(sheaf_fold *fold)
{
    for (uint32_t i = 0; i < sheaf_mandate_count(fold->state); i++)
        if (sheaf_mandate_at(fold->state, i)->revoked == SHEAF_NONE)
            sheaf_mandate_edit(fold->state, i)->revoked = fold->index;
}

static int64_t call_ms(const struct sheaf_row_bylaws *bylaws)
{
    if (bylaws->dissolution_call_s)
        return (int64_t)bylaws->dissolution_call_s * 1000;
    return bylaws->form == SHEAF_legal_form_demonstration ? 0 : (int64_t)CALL_S * 1000;
}

sheaf_refusal sheaf_conversion_called(const sheaf_state *state, uint32_t version, int64_t stamp)
{
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state);
    const struct sheaf_row_bylaws *next = sheaf_bylaws_get(state, version);
    SHEAF_REFUSE_IF(next->form != now->form && stamp < next->adopted + call_ms(now),
                    creditors_called);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_coop_dissolve(sheaf_fold *fold, const struct sheaf_coop_dissolve *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(sheaf_ending_now(state), winding_up);
    SHEAF_REFUSE_IF(what->has_successor && !sheaf_origin_valid(what->successor), origin_form);
    struct sheaf_row_ending *row = sheaf_ending_new(state, fold->index);
    row->id = fold->index;
    row->motion = fold->motion;
    row->began = fold->stamp;
    row->call_until = fold->stamp + call_ms(sheaf_bylaws_now(state));
    row->ended = SHEAF_NONE;
    if (what->has_successor)
        SHEAF_SET_WORDS(row->successor, what->successor);
    SHEAF_STOP_IF_SPENT(fold);
    SHEAF_REFUSE_UNLESS(appoint(fold, &what->liquidators));
    revoke_mandates(fold);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_coop_continue(sheaf_fold *fold, const struct sheaf_coop_continue *what)
{
    (void)what;
    SHEAF_REFUSE_IF(!sheaf_ending_now(fold->state), not_winding_up);
    SHEAF_REFUSE_IF(sheaf_ending_now(fold->state)->creditors_open, creditors_unpaid);
    struct sheaf_row_ending *row = change(fold);
    row->state = SHEAF_ending_state_continued;
    row->ended = fold->index;
    sheaf_shares_look(fold);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_liquidators_appoint(sheaf_fold *fold,
                                             const struct sheaf_liquidators_appoint *what)
{
    SHEAF_REFUSE_IF(!sheaf_ending_now(fold->state), not_winding_up);
    return appoint(fold, &what->members);
}

sheaf_refusal sheaf_rule_model_hand_over(sheaf_fold *fold,
                                         const struct sheaf_model_hand_over *what)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_model_row(state, what->model);
    SHEAF_REFUSE_IF(!sheaf_ending_now(state), not_winding_up);
    SHEAF_REFUSE_IF(row == SHEAF_NONE, no_such_model);
    SHEAF_REFUSE_IF(sheaf_model_at(state, row)->state != SHEAF_model_state_released,
                    not_released);
    SHEAF_REFUSE_IF(sheaf_suspended(state, what->model), model_suspended);
    struct sheaf_row_model *model = sheaf_model_edit(state, row);
    model->state = SHEAF_model_state_retired;
    model->retired = fold->index;
    struct sheaf_row_handover *handover = sheaf_handover_new(state, 0);
    handover->ending = sheaf_ending_now(state)->id;
    handover->model = what->model;
    SHEAF_SET_WORDS(handover->to, what->to);
    return SHEAF_ACCEPTED;
}

/* ---- creditors ---- */

bool sheaf_liquidator_now(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_ending *row = sheaf_ending_now(state);
    return row && sheaf_liquidator_find(state, sheaf_pair(row->named, member));
}

static sheaf_refusal check_liquidator(const sheaf_fold *fold)
{
    SHEAF_REFUSE_IF(!sheaf_ending_now(fold->state), not_winding_up);
    SHEAF_REFUSE_IF(!sheaf_liquidator_now(fold->state, fold->member), not_a_liquidator);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_creditor_record(sheaf_fold *fold,
                                         const struct sheaf_creditor_record *what)
{
    SHEAF_REFUSE_UNLESS(check_liquidator(fold));
    const struct sheaf_row_ending *ending = sheaf_ending_now(fold->state);
    SHEAF_REFUSE_IF(ending->creditors_open >= CREDITORS_OPEN_MAX, creditors_many);
    struct sheaf_row_creditor *row = sheaf_creditor_new(fold->state, fold->index);
    row->id = fold->index;
    row->ending = ending->id;
    row->by = fold->member;
    row->amount_cents = what->amount_cents;
    row->name = what->name;
    row->reason = what->reason;
    row->settled = SHEAF_NONE;
    change(fold)->creditors_open++;
    sign_anew(fold);
    SHEAF_STOP_IF_SPENT(fold);
    return sheaf_member_speak(fold, fold->index, false);
}

/* By another liquidator, who is another person. A co-op with one has nobody else who could. */
sheaf_refusal sheaf_rule_creditor_settle(sheaf_fold *fold,
                                         const struct sheaf_creditor_settle *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_UNLESS(check_liquidator(fold));
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    uint32_t row = sheaf_creditor_row(state, what->creditor);
    SHEAF_REFUSE_IF(row == SHEAF_NONE || sheaf_creditor_at(state, row)->ending != ending->id,
                    no_such_creditor);
    const struct sheaf_row_creditor *owed = sheaf_creditor_at(state, row);
    SHEAF_REFUSE_IF(owed->state != SHEAF_creditor_state_open, creditor_settled);
    if (ending->liquidators > 1) {
        SHEAF_REFUSE_IF(owed->by == fold->member, second_liquidator);
        SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, owed->id, false));
    }
    bool paid = what->outcome == SHEAF_creditor_outcome_paid;
    if (paid)
        SHEAF_REFUSE_UNLESS(sheaf_ledger_pay(fold, owed->amount_cents));
    struct sheaf_row_creditor *creditor = sheaf_creditor_edit(state, row);
    creditor->state = paid ? SHEAF_creditor_state_paid : SHEAF_creditor_state_struck;
    creditor->evidence = what->evidence;
    creditor->settled = fold->index;
    change(fold)->creditors_open--;
    sign_anew(fold);
    return SHEAF_ACCEPTED;
}

/* ---- the close ---- */

sheaf_final_accounts sheaf_ending_accounts(const sheaf_state *state)
{
    const struct sheaf_row_ending *ending = sheaf_ending_now(state);
    bool members =
        sheaf_bylaws_now(state)->reserve_destination == SHEAF_reserve_destination_members
        && !ending->successor[0];
    sheaf_final_accounts out = {0};
    for (uint32_t i = 0; i < sheaf_account_count(state); i++) {
        const struct sheaf_row_account *row = sheaf_account_at(state, i);
        if (row->kind == SHEAF_account_kind_bank)
            out.bank = row->balance_cents;
        else if (row->kind == SHEAF_account_kind_split)
            out.split = -row->balance_cents;
        else if (row->kind == SHEAF_account_kind_member && row->balance_cents < 0)
            out.credited -= row->balance_cents;
    }
    const struct sheaf_row_capital *capital = sheaf_capital_now(state);
    out.shares = capital ? capital->cents : 0;
    out.split_paid = out.split < out.bank ? out.split : out.bank;
    int64_t left = out.bank - out.split_paid;
    out.credited_paid = out.credited < left ? out.credited : left;
    left -= out.credited_paid;
    out.shares_paid = out.shares < left ? out.shares : left;
    left -= out.shares_paid;
    out.rest = members ? 0 : left;
    out.paid = out.bank - out.split_paid - out.rest;
    return out;
}

/* A round that is under way ends first, with a result or without. */
static bool learning(const sheaf_state *state)
{
    for (uint32_t i = 0; i < sheaf_mandate_count(state); i++) {
        uint32_t last = sheaf_mandate_at(state, i)->last_round;
        if (last != SHEAF_NONE
            && sheaf_round_find(state, last)->state == SHEAF_round_state_open)
            return true;
    }
    return false;
}

/* Did a payment leave of which nobody has seen yet that the bank carried it out? */
static bool unsettled(const sheaf_state *state)
{
    for (uint32_t i = 0; i < sheaf_payment_count(state); i++)
        if (sheaf_payment_at(state, i)->state == SHEAF_payment_state_released)
            return true;
    return false;
}

static void end_payments(sheaf_fold *fold)
{
    for (uint32_t i = 0; i < sheaf_payment_count(fold->state); i++) {
        if (sheaf_payment_at(fold->state, i)->state != SHEAF_payment_state_ordered)
            continue;
        struct sheaf_row_payment *payment = sheaf_payment_edit(fold->state, i);
        payment->state = SHEAF_payment_state_lapsed;
        payment->ended = fold->index;
    }
}

static void end_models_and_consents(sheaf_fold *fold)
{
    sheaf_state *state = fold->state;
    for (uint32_t i = 0; i < sheaf_model_count(state); i++) {
        if (sheaf_model_at(state, i)->state == SHEAF_model_state_retired)
            continue;
        struct sheaf_row_model *model = sheaf_model_edit(state, i);
        model->state = SHEAF_model_state_retired;
        model->retired = fold->index;
    }
    for (uint32_t i = 0; i < sheaf_consent_count(state); i++)
        if (sheaf_consent_at(state, i)->revoked == SHEAF_NONE)
            sheaf_consent_edit(state, i)->revoked = fold->index;
}

static void end_motions(sheaf_fold *fold)
{
    sheaf_state *state = fold->state;
    for (uint32_t i = 0; i < sheaf_motion_count(state); i++) {
        uint8_t stands = sheaf_motion_at(state, i)->state;
        if (stands != SHEAF_motion_state_open && stands != SHEAF_motion_state_held)
            continue;
        struct sheaf_row_motion *motion = sheaf_motion_edit(state, i);
        motion->state = SHEAF_motion_state_void;
        motion->refusal = SHEAF_REFUSED_sealed;
        if (stands == SHEAF_motion_state_open)
            motion->decided = fold->index;
    }
    sheaf_coop_edit(state, 0)->motions_open = sheaf_coop_edit(state, 0)->motions_placed = 0;
    if (sheaf_pending(state)->urgents)
        sheaf_pending_change(state)->urgents = 0;
}

/* Whoever was licensed may use the data no longer: its owners could not withdraw any more. */
static void end_licences(sheaf_fold *fold)
{
    for (uint32_t i = 0; i < sheaf_licence_count(fold->state); i++)
        if (sheaf_licence_at(fold->state, i)->ended == SHEAF_NONE)
            sheaf_licence_edit(fold->state, i)->ended = fold->index;
}

/* Nothing falls due any more. */
static void end_deadlines(sheaf_state *state)
{
    sheaf_deadline due;
    while (!state->failed && sheaf_deadline_first(state, &due))
        sheaf_deadline_clear(state, due.of, due.kind);
}

static void seal(sheaf_fold *fold)
{
    end_models_and_consents(fold);
    end_licences(fold);
    end_motions(fold);
    end_payments(fold);
    end_deadlines(fold->state);
    sheaf_ledger_clear(fold);
    sheaf_shares_clear(fold);
    struct sheaf_row_ending *ending = change(fold);
    ending->state = SHEAF_ending_state_sealed;
    ending->ended = fold->index;
}

sheaf_refusal sheaf_rule_coop_close(sheaf_fold *fold, const struct sheaf_coop_close *what)
{
    SHEAF_REFUSE_UNLESS(check_liquidator(fold));
    const struct sheaf_row_ending *ending = sheaf_ending_now(fold->state);
    SHEAF_REFUSE_IF(fold->stamp < ending->call_until, creditors_called);
    SHEAF_REFUSE_IF(ending->creditors_open, creditors_unpaid);
    SHEAF_REFUSE_IF(unsettled(fold->state), payments_unsettled);
    SHEAF_REFUSE_IF(sheaf_splits_unpaid(fold->state), split_unpaid);
    SHEAF_REFUSE_IF(learning(fold->state), round_under_way);
    const sheaf_final_accounts accounts = sheaf_ending_accounts(fold->state);
    SHEAF_REFUSE_IF(what->paid_cents != accounts.paid || what->rest_cents != accounts.rest,
                    final_accounts);
    if (ending->paid_cents != accounts.paid || ending->rest_cents != accounts.rest)
        sign_anew(fold);
    SHEAF_REFUSE_UNLESS(sheaf_member_speak(fold, change(fold)->signing, false));
    struct sheaf_row_ending *row = change(fold);
    row->paid_cents = accounts.paid;
    row->rest_cents = accounts.rest;
    if (++row->signatures == row->liquidators)
        seal(fold);
    return SHEAF_ACCEPTED;
}
