/* How payments are decided on, signed, and leave; see coop/treasury.h. */
#include "coop/treasury_internal.h"

#include "coop/ledger.h"
#include "coop/member.h"

/* ---- which signatures count ---- */

static bool counts(const sheaf_state *state,
                   const struct sheaf_row_payment_signature *signature, int64_t stamp)
{
    uint32_t member = signature->member;
    return !signature->withdrawn && sheaf_treasurer_is(state, member)
           && sheaf_key_live(state, signature->key, SHEAF_SCOPE_MONEY, stamp)
           && sheaf_keys_frozen(state, member, SHEAF_SCOPE_MONEY) == SHEAF_ACCEPTED
           && !sheaf_conflicted(state, signature->payment, member);
}

/* A signature among those from row `next - 1` back that counts and is another member's, but may
 * be the same person's. Only treasurers have signed, so there are few. */
static bool signed_by_person(const sheaf_state *state, uint32_t next, struct sheaf_actor_key by,
                             int64_t stamp)
{
    while (next) {
        const struct sheaf_row_payment_signature *row =
            sheaf_payment_signature_at(state, next - 1);
        struct sheaf_actor_key other = {row->member, row->human};
        if (row->member != by.member && counts(state, row, stamp)
            && sheaf_one_person(state, by, other, stamp))
            return true;
        next = row->before;
    }
    return false;
}

typedef struct {
    uint32_t count; /* of signatures that count, once for a person */
    bool others;    /* one of them is by another person than who asked for the payment */
} tally;

static tally count(const sheaf_state *state, const struct sheaf_row_payment *payment,
                   int64_t stamp)
{
    const struct sheaf_actor_key asked = {payment->by, payment->by_human};
    tally out = {0};
    for (uint32_t next = payment->signature_last; next;) {
        const struct sheaf_row_payment_signature *row =
            sheaf_payment_signature_at(state, next - 1);
        struct sheaf_actor_key by = {row->member, row->human};
        next = row->before;
        if (!counts(state, row, stamp) || signed_by_person(state, next, by, stamp))
            continue;
        out.count++;
        out.others |= row->member != payment->by && !sheaf_one_person(state, by, asked, stamp);
    }
    return out;
}

bool sheaf_payment_signature_counts(const sheaf_state *state,
                                    const struct sheaf_row_payment_signature *signature)
{
    return counts(state, signature, sheaf_coop(state)->stamp);
}

uint32_t sheaf_payment_signatures(const sheaf_state *state,
                                  const struct sheaf_row_payment *payment)
{
    return count(state, payment, sheaf_coop(state)->stamp).count;
}

/* ---- decision ---- */

/* Above what it needs a decision of the members, in cents. */
static int64_t limit_of(const sheaf_state *state, const struct sheaf_row_payment *payment)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    bool advised =
        payment->advice != SHEAF_NONE && sheaf_article_on(state, SHEAF_ARTICLE_advice);
    return advised && bylaws->advice_spend_max_cents > bylaws->treasury_limit_cents
               ? bylaws->advice_spend_max_cents
               : bylaws->treasury_limit_cents;
}

bool sheaf_payment_undecided(const sheaf_state *state, const struct sheaf_row_payment *payment)
{
    return payment->approved == SHEAF_NONE && payment->amount_cents > limit_of(state, payment);
}

static int64_t period_ms(const sheaf_state *state)
{
    uint32_t period_s = sheaf_bylaws_now(state)->treasury_period_s;
    return (period_s ? period_s : SHEAF_PAYMENT_PERIOD_S) * INT64_C(1000);
}

/* What has left so by that time, with the periods as they stand then. */
static struct sheaf_row_till till_at(const sheaf_state *state, int64_t stamp)
{
    struct sheaf_row_till till = {.begun = stamp};
    int64_t period = period_ms(state);
    const struct sheaf_row_till *row = sheaf_till_count(state) ? sheaf_till_at(state, 0) : NULL;
    if (!row || stamp - row->begun >= 2 * period)
        return till;
    if (stamp - row->begun < period)
        return *row;
    till.begun = row->begun + period;
    till.before_cents = row->cents;
    return till;
}

/* The members have neither decided on it nor on its budget, and it is owed to nobody. */
static bool is_summed(const struct sheaf_row_payment *payment)
{
    return payment->approved == SHEAF_NONE && payment->account == SHEAF_NONE
           && !payment->budget_line;
}

static bool waits(const sheaf_state *state, const struct sheaf_row_payment *payment,
                  int64_t stamp)
{
    const struct sheaf_row_till till = till_at(state, stamp);
    return is_summed(payment)
           && till.before_cents + till.cents + payment->amount_cents > limit_of(state, payment);
}

int64_t sheaf_payment_waits_until(const sheaf_state *state,
                                  const struct sheaf_row_payment *payment)
{
    int64_t now = sheaf_coop(state)->stamp;
    if (payment->state != SHEAF_payment_state_ordered || !waits(state, payment, now))
        return 0;
    int64_t next = till_at(state, now).begun + period_ms(state);
    return waits(state, payment, next) ? next + period_ms(state) : next;
}

static void add_to_till(sheaf_fold *fold, int64_t cents)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_till till = till_at(state, fold->stamp);
    till.cents += cents;
    *(sheaf_till_count(state) ? sheaf_till_edit(state, 0) : sheaf_till_new(state, 0)) = till;
}

/* ---- signing ---- */

/* Out of which budget it is paid, or how much leaves out of none. */
static sheaf_refusal charge(sheaf_fold *fold, const struct sheaf_row_payment *payment)
{
    sheaf_state *state = fold->state;
    int64_t cents = payment->amount_cents;
    uint32_t line_1 = payment->budget_line;
    SHEAF_REFUSE_IF(waits(state, payment, fold->stamp), payment_period);
    SHEAF_REFUSE_IF(sheaf_bylaws_now(state)->treasury_budget && !line_1
                        && payment->account == SHEAF_NONE,
                    budget_needed);
    if (is_summed(payment))
        add_to_till(fold, cents);
    if (!line_1)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_UNLESS(sheaf_budget_line_check(state, line_1, cents, fold->stamp));
    sheaf_budget_line_spend(state, line_1, cents);
    return SHEAF_ACCEPTED;
}

/* The money leaves. */
static sheaf_refusal release(sheaf_fold *fold, uint32_t row)
{
    const struct sheaf_row_payment *payment = sheaf_payment_at(fold->state, row);
    int64_t cents = payment->amount_cents;
    uint32_t account = payment->account;
    SHEAF_REFUSE_UNLESS(charge(fold, payment));
    if (account == SHEAF_NONE) {
        SHEAF_REFUSE_IF(sheaf_ledger_free(fold->state) < cents, treasury_short);
        SHEAF_REFUSE_UNLESS(
            sheaf_ledger_post(fold, SHEAF_account_kind_expenses, SHEAF_NONE, cents));
    } else {
        SHEAF_REFUSE_IF(sheaf_account_owed(fold->state, account) < cents, account_short);
        SHEAF_REFUSE_IF(sheaf_ledger_balance(fold->state, SHEAF_account_kind_bank, SHEAF_NONE)
                            < cents,
                        bank_short);
        SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_member, account, cents));
    }
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_bank, SHEAF_NONE, -cents));
    sheaf_payment_end(fold, row, SHEAF_payment_state_released);
    return SHEAF_ACCEPTED;
}

/* Where conflicts have left too few treasurers the members decide in their place: it leaves. */
sheaf_refusal sheaf_rule_payment_approve(sheaf_fold *fold,
                                         const struct sheaf_payment_approve *what)
{
    uint32_t row;
    bool any;
    SHEAF_REFUSE_UNLESS(sheaf_treasury_check(fold->state));
    SHEAF_REFUSE_UNLESS(sheaf_payment_find_open(fold->state, what->payment, &row));
    struct sheaf_row_payment *payment = sheaf_payment_edit(fold->state, row);
    bool unable = sheaf_payment_unable(fold->state, payment, &any);
    SHEAF_REFUSE_IF(payment->approved != SHEAF_NONE && !unable, payment_decided);
    payment->approved = fold->index;
    return unable ? release(fold, row) : SHEAF_ACCEPTED;
}

/* In the place of one that the member gave before and that counts no longer. */
static void put_signature(sheaf_fold *fold, uint32_t row)
{
    sheaf_state *state = fold->state;
    struct sheaf_row_payment *payment = sheaf_payment_edit(state, row);
    uint64_t pair = sheaf_pair(payment->id, fold->member);
    uint32_t before = sheaf_payment_signature_row(state, pair);
    struct sheaf_row_payment_signature *signature =
        before == SHEAF_NONE ? sheaf_payment_signature_new(state, pair)
                             : sheaf_payment_signature_edit(state, before);
    if (before == SHEAF_NONE) {
        signature->payment = payment->id;
        signature->member = fold->member;
        signature->before = payment->signature_last;
        payment->signature_last = sheaf_payment_signature_count(state);
    }
    signature->entry = fold->index;
    signature->key = fold->key;
    signature->human = sheaf_key_get(state, fold->key)->human;
    signature->withdrawn = false;
}

static sheaf_refusal check_signer(const sheaf_fold *fold,
                                  const struct sheaf_row_payment *payment)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_payment_signature *before =
        sheaf_payment_signature_find(state, sheaf_pair(payment->id, fold->member));
    struct sheaf_actor_key by = sheaf_signer_key(fold);
    SHEAF_REFUSE_IF(!sheaf_treasurer_is(state, fold->member), not_a_treasurer);
    SHEAF_REFUSE_IF(sheaf_payment_own(fold, payment), payment_own);
    SHEAF_REFUSE_IF(sheaf_conflicted(state, payment->id, fold->member), conflicted);
    SHEAF_REFUSE_IF(before && counts(state, before, fold->stamp), approved_twice);
    bool again = signed_by_person(state, payment->signature_last, by, fold->stamp);
    SHEAF_REFUSE_IF(sheaf_signer_unclear(fold) || (again && !by.human), human_unnamed);
    SHEAF_REFUSE_IF(again, human_twice);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_payment_sign(sheaf_fold *fold, const struct sheaf_payment_sign *what)
{
    sheaf_state *state = fold->state;
    uint32_t row;
    SHEAF_REFUSE_UNLESS(sheaf_treasury_check(state));
    SHEAF_REFUSE_UNLESS(sheaf_payment_find_open(state, what->payment, &row));
    SHEAF_REFUSE_UNLESS(check_signer(fold, sheaf_payment_at(state, row)));
    SHEAF_REFUSE_IF(sheaf_payment_undecided(state, sheaf_payment_at(state, row)),
                    payment_undecided);
    put_signature(fold, row);
    SHEAF_STOP_IF_SPENT(fold);
    tally now = count(state, sheaf_payment_at(state, row), fold->stamp);
    if (now.count < sheaf_bylaws_now(state)->treasury_signatures)
        return SHEAF_ACCEPTED;
    SHEAF_REFUSE_IF(!now.others, payment_alone);
    return release(fold, row);
}

sheaf_refusal sheaf_rule_payment_unsign(sheaf_fold *fold,
                                        const struct sheaf_payment_unsign *what)
{
    uint32_t row;
    SHEAF_REFUSE_UNLESS(sheaf_payment_find_open(fold->state, what->payment, &row));
    row = sheaf_payment_signature_row(fold->state, sheaf_pair(what->payment, fold->member));
    SHEAF_REFUSE_IF(row == SHEAF_NONE
                        || sheaf_payment_signature_at(fold->state, row)->withdrawn,
                    payment_unsigned);
    sheaf_payment_signature_edit(fold->state, row)->withdrawn = true;
    return SHEAF_ACCEPTED;
}
