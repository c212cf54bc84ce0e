/* Member shares; see coop/shares.h. */
#include "coop/shares.h"

#include "coop/ending.h"
#include "coop/ledger.h"
#include "coop/member.h"
#include "coop/treasury.h"

#include <assert.h>

/* ---- what is held ---- */

const struct sheaf_row_capital *sheaf_capital_now(const sheaf_state *state)
{
    return sheaf_capital_count(state) ? sheaf_capital_at(state, 0) : NULL;
}

static struct sheaf_row_capital *capital(sheaf_fold *fold)
{
    return sheaf_capital_count(fold->state) ? sheaf_capital_edit(fold->state, 0)
                                            : sheaf_capital_new(fold->state, 0);
}

int64_t sheaf_holding_cents(const sheaf_state *state, const struct sheaf_row_holding *holding)
{
    return (int64_t)(holding->shares + holding->leaving)
           * sheaf_capital_at(state, 0)->price_cents;
}

static struct sheaf_row_holding *holding_of(sheaf_fold *fold, uint32_t member)
{
    uint32_t row = sheaf_holding_row(fold->state, member);
    if (row != SHEAF_NONE)
        return sheaf_holding_edit(fold->state, row);
    struct sheaf_row_holding *fresh = sheaf_holding_new(fold->state, member);
    fresh->id = member;
    fresh->given = SHEAF_NONE;
    return fresh;
}

static uint32_t held(const sheaf_state *state, uint32_t member, uint32_t *leaving)
{
    const struct sheaf_row_holding *row = sheaf_holding_find(state, member);
    *leaving = row ? row->leaving : 0;
    return row ? row->shares : 0;
}

sheaf_refusal sheaf_shares_follow(const sheaf_state *state, bool has_shares,
                                  int64_t price_cents)
{
    const struct sheaf_row_capital *row = sheaf_capital_now(state);
    SHEAF_REFUSE_IF(row && row->cents && (!has_shares || price_cents != row->price_cents),
                    share_price);
    return SHEAF_ACCEPTED;
}

bool sheaf_shares_paid(const sheaf_state *state, uint32_t member)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint32_t leaving;
    return !bylaws->share_before_admission
           || held(state, member, &leaving) >= bylaws->share_min;
}

/* Does the member's application wait to be decided? */
static bool waits_for_admission(const sheaf_fold *fold, uint32_t member)
{
    const struct sheaf_row_member *row = sheaf_member_find(fold->state, member);
    return row && row->state == SHEAF_member_state_applied
           && !sheaf_application_lapsed(fold, row);
}

/* Who was declined pays in, too, to be admitted by the members. */
static bool may_be_admitted(const sheaf_fold *fold, uint32_t member)
{
    const struct sheaf_row_member *row = sheaf_member_find(fold->state, member);
    return waits_for_admission(fold, member)
           || (row && !row->number
               && sheaf_appeal_check(fold->state, row, fold->stamp) == SHEAF_ACCEPTED);
}

/* May the member come to hold so many more? */
static sheaf_refusal check_more(const sheaf_state *state, uint32_t member, int64_t more)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    uint32_t leaving, shares = held(state, member, &leaving);
    SHEAF_REFUSE_IF(shares + leaving + more > bylaws->share_max, share_cap);
    SHEAF_REFUSE_IF(shares + more < bylaws->share_min, share_few);
    SHEAF_REFUSE_IF(sheaf_member_goes(state, member), share_going);
    return SHEAF_ACCEPTED;
}

/* May the member part with so many? */
static sheaf_refusal check_fewer(const sheaf_fold *fold, int64_t fewer)
{
    uint32_t leaving, shares = held(fold->state, fold->member, &leaving);
    SHEAF_REFUSE_IF(shares < fewer, share_short);
    SHEAF_REFUSE_IF(shares - fewer < sheaf_bylaws_now(fold->state)->share_min, share_few);
    return SHEAF_ACCEPTED;
}

/* May anybody begin to hold shares? Not at a price that an amendment changes, or where it drops
 * the article, once it is registered: whoever records a share could keep it from being. */
static sheaf_refusal check_price(const sheaf_fold *fold)
{
    const sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *now = sheaf_bylaws_now(state), *next;
    uint32_t at = SHEAF_NONE;
    while ((next = sheaf_bylaws_waiting(state, &at)) != NULL)
        SHEAF_REFUSE_IF(!(next->articles >> SHEAF_ARTICLE_shares & 1)
                            || next->share_price_cents != now->share_price_cents,
                        share_price_waits);
    return sheaf_ledger_begin(fold);
}

/* ---- repayment ---- */

/* While the co-op is wound up creditors come first. */
static bool fits(const sheaf_state *state, const struct sheaf_row_repayment *repayment)
{
    const struct sheaf_row_capital *row = sheaf_capital_at(state, 0);
    return !sheaf_ending_now(state)
           && row->cents - repayment->shares * repayment->price_cents
                  >= sheaf_bylaws_now(state)->share_capital_min_cents;
}

void sheaf_shares_look(sheaf_fold *fold)
{
    const struct sheaf_row_capital *row = sheaf_capital_now(fold->state);
    if (!row || !row->wait_first)
        return;
    const struct sheaf_row_repayment *first =
        sheaf_repayment_at(fold->state, row->wait_first - 1);
    if (fits(fold->state, first))
        sheaf_deadline_set(fold->state, first->id, SHEAF_deadline_kind_share, fold->stamp);
}

static void begin_repayment(sheaf_fold *fold, uint32_t member, uint32_t shares)
{
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(fold->state);
    struct sheaf_row_holding *holding = holding_of(fold, member);
    holding->shares -= shares;
    holding->leaving += shares;
    struct sheaf_row_repayment *row = sheaf_repayment_new(fold->state, fold->index);
    row->id = fold->index;
    row->member = member;
    row->shares = shares;
    row->price_cents = sheaf_capital_at(fold->state, 0)->price_cents;
    row->ended = SHEAF_NONE;
    row->due = fold->stamp + (int64_t)bylaws->share_repay_from_s * 1000;
    row->until = fold->stamp + (int64_t)bylaws->share_repay_until_s * 1000;
    sheaf_deadline_set(fold->state, row->id, SHEAF_deadline_kind_share, row->due);
}

void sheaf_shares_end(sheaf_fold *fold, uint32_t member)
{
    uint32_t leaving, shares = held(fold->state, member, &leaving);
    if (shares)
        begin_repayment(fold, member, shares);
}

sheaf_refusal sheaf_shares_leave(sheaf_fold *fold, uint32_t member, int64_t *cents)
{
    uint32_t leaving, shares = held(fold->state, member, &leaving);
    *cents = 0;
    if (!shares)
        return SHEAF_ACCEPTED;
    *cents = shares * sheaf_capital_at(fold->state, 0)->price_cents;
    holding_of(fold, member)->shares = 0;
    capital(fold)->cents -= *cents;
    return sheaf_ledger_post(fold, SHEAF_account_kind_shares, member, *cents);
}

sheaf_refusal sheaf_shares_least(const sheaf_state *state)
{
    const struct sheaf_row_capital *row = sheaf_capital_now(state);
    SHEAF_REFUSE_IF(row && row->cents < sheaf_bylaws_now(state)->share_capital_min_cents,
                    share_capital);
    return SHEAF_ACCEPTED;
}

/* From the capital to the member's account. */
static sheaf_refusal repay(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_repayment *repayment = sheaf_repayment_edit(fold->state, row);
    uint32_t member = repayment->member;
    int64_t cents = repayment->shares * repayment->price_cents;
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_member, member, -cents));
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_shares, member, cents));
    repayment->state = SHEAF_repayment_state_repaid;
    repayment->ended = fold->index;
    struct sheaf_row_holding *holding = holding_of(fold, member);
    holding->leaving -= repayment->shares;
    if (holding->given == repayment->id)
        holding->given = SHEAF_NONE;
    capital(fold)->cents -= cents;
    return SHEAF_ACCEPTED;
}

/* Behind those that wait already. */
static void wait(sheaf_fold *fold, uint32_t row)
{
    struct sheaf_row_capital *all = capital(fold);
    sheaf_repayment_edit(fold->state, row)->state = SHEAF_repayment_state_waits;
    if (all->wait_last)
        sheaf_repayment_edit(fold->state, all->wait_last - 1)->next = row + 1;
    else
        all->wait_first = row + 1;
    all->wait_last = row + 1;
}

sheaf_refusal sheaf_settle_share(sheaf_fold *fold, uint32_t of)
{
    sheaf_state *state = fold->state;
    uint32_t row = sheaf_repayment_row(state, of);
    const struct sheaf_row_repayment *repayment = sheaf_repayment_at(state, row);
    bool waited = repayment->state == SHEAF_repayment_state_waits;
    if (!fits(state, repayment) || (!waited && sheaf_capital_at(state, 0)->wait_first)) {
        if (!waited)
            wait(fold, row);
        return SHEAF_ACCEPTED;
    }
    if (waited) {
        struct sheaf_row_capital *all = capital(fold);
        all->wait_first = repayment->next;
        if (!all->wait_first)
            all->wait_last = 0;
    }
    SHEAF_REFUSE_UNLESS(repay(fold, row));
    sheaf_shares_look(fold);
    return SHEAF_ACCEPTED;
}

void sheaf_shares_clear(sheaf_fold *fold)
{
    for (uint32_t i = 0; i < sheaf_holding_count(fold->state); i++) {
        struct sheaf_row_holding *row = sheaf_holding_edit(fold->state, i);
        row->shares = row->leaving = 0;
    }
    for (uint32_t i = 0; i < sheaf_repayment_count(fold->state); i++) {
        if (sheaf_repayment_at(fold->state, i)->state == SHEAF_repayment_state_repaid)
            continue;
        struct sheaf_row_repayment *row = sheaf_repayment_edit(fold->state, i);
        row->state = SHEAF_repayment_state_repaid;
        row->ended = fold->index;
    }
    if (sheaf_capital_count(fold->state)) {
        struct sheaf_row_capital *row = capital(fold);
        row->cents = 0;
        row->wait_first = row->wait_last = 0;
    }
}

/* ---- acts ---- */

/* Is the human whose key signed one who acts for that member? */
static bool same_human(const sheaf_fold *fold, uint32_t member)
{
    uint32_t human = sheaf_key_get(fold->state, fold->key)->human;
    uint32_t next = sheaf_member_get(fold->state, member)->key_last;
    if (!human)
        return sheaf_signer_acts(fold, member);
    while (next) {
        const struct sheaf_row_key *key = sheaf_key_at(fold->state, next - 1);
        if (key->human == human)
            return true;
        next = key->before;
    }
    return false;
}

/* May who signs say what the member has paid in? What the only treasurer pays any member with a
 * vote does, for there is no other. */
static sheaf_refusal check_recorder(const sheaf_fold *fold, uint32_t member)
{
    const sheaf_state *state = fold->state;
    uint32_t officers;
    SHEAF_REFUSE_IF(member == fold->member || same_human(fold, member), share_own);
    if (sheaf_treasurers(state) != 1 || !sheaf_treasurer_is(state, member))
        return sheaf_recorder_check(state, fold->member, &officers);
    SHEAF_REFUSE_IF(!sheaf_member_get(state, fold->member)->votes, no_vote);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_share_pay(sheaf_fold *fold, const struct sheaf_share_pay *what)
{
    sheaf_state *state = fold->state;
    const struct sheaf_row_bylaws *bylaws = sheaf_bylaws_now(state);
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_shares), shares_off);
    SHEAF_REFUSE_IF(
        !sheaf_member_active(state, what->member)
            && !(bylaws->share_before_admission && may_be_admitted(fold, what->member)),
        no_such_member);
    SHEAF_REFUSE_UNLESS(check_more(state, what->member, what->shares));
    SHEAF_REFUSE_UNLESS(check_recorder(fold, what->member));
    SHEAF_REFUSE_IF(sheaf_hash_is_zero(&what->evidence), share_evidence);
    SHEAF_REFUSE_UNLESS(check_price(fold));
    struct sheaf_row_capital *all = capital(fold);
    assert(!all->cents || all->price_cents == bylaws->share_price_cents);
    int64_t cents = what->shares * bylaws->share_price_cents;
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_bank, SHEAF_NONE, cents));
    SHEAF_REFUSE_UNLESS(
        sheaf_ledger_post(fold, SHEAF_account_kind_shares, what->member, -cents));
    all->price_cents = bylaws->share_price_cents;
    all->cents += cents;
    holding_of(fold, what->member)->shares += (uint32_t)what->shares;
    SHEAF_STOP_IF_SPENT(fold);
    sheaf_shares_look(fold);
    return SHEAF_ACCEPTED;
}

/* A lapse is no entry that could do it. */
sheaf_refusal sheaf_rule_share_return(sheaf_fold *fold, const struct sheaf_share_return *what)
{
    const struct sheaf_row_member *member = sheaf_member_find(fold->state, what->member);
    uint32_t leaving, shares = held(fold->state, what->member, &leaving);
    SHEAF_REFUSE_IF(!member || !shares || sheaf_member_active(fold->state, member->id)
                        || waits_for_admission(fold, member->id),
                    share_stays);
    SHEAF_REFUSE_UNLESS(check_recorder(fold, member->id));
    begin_repayment(fold, member->id, shares);
    return SHEAF_ACCEPTED;
}

/* Strikes so many of the member's repayments, those that are made or those that are not, the
 * newest first; what they are worth is added to *cents. A row of none stays where it is, and
 * repays nothing when its time comes. What was repaid in another currency is not struck in this
 * one. Walks through all repayments. How many it has not found. */
static uint32_t strike_repayments(sheaf_fold *fold, uint32_t member, uint32_t shares, bool made,
                                  int64_t *cents)
{
    uint32_t since = sheaf_ledger_since(fold->state);
    for (uint32_t i = sheaf_repayment_count(fold->state); shares && i-- > 0;) {
        const struct sheaf_row_repayment *row = sheaf_repayment_at(fold->state, i);
        if (row->member != member || (row->state == SHEAF_repayment_state_repaid) != made
            || (made && row->ended < since))
            continue;
        uint32_t less = row->shares < shares ? row->shares : shares;
        sheaf_repayment_edit(fold->state, i)->shares -= less;
        *cents += less * row->price_cents;
        shares -= less;
    }
    return shares;
}

/* What was repaid is taken off the member's account; what has left it already is a loss, until
 * it comes back as money received. */
static sheaf_refusal strike_repaid(sheaf_fold *fold, uint32_t member, int64_t cents)
{
    int64_t owed = -sheaf_ledger_balance(fold->state, SHEAF_account_kind_member, member);
    int64_t back = owed < 0 ? 0 : owed < cents ? owed : cents;
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_member, member, back));
    return sheaf_ledger_post(fold, SHEAF_account_kind_expenses, SHEAF_NONE, cents - back);
}

/* Off the capital: those that the member holds, then those that are on their way back, then
 * those that are repaid. */
static sheaf_refusal strike(sheaf_fold *fold, uint32_t member, uint32_t shares, int64_t *all)
{
    int64_t standing = 0, repaid = 0;
    uint32_t leaving, now = held(fold->state, member, &leaving);
    now = shares < now ? shares : now;
    shares -= now;
    leaving = shares < leaving ? shares : leaving;
    if (now + leaving) {
        struct sheaf_row_holding *holding = holding_of(fold, member);
        standing = now * sheaf_capital_at(fold->state, 0)->price_cents;
        holding->shares -= now;
        holding->leaving -= leaving;
    }
    uint32_t missed = strike_repayments(fold, member, leaving, false, &standing);
    assert(!missed);
    missed = strike_repayments(fold, member, shares - leaving, true, &repaid);
    SHEAF_REFUSE_IF(missed, share_short);
    if (standing)
        capital(fold)->cents -= standing;
    *all = standing + repaid;
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_shares, member, standing));
    return strike_repaid(fold, member, repaid);
}

/* As if they had not been recorded: what is there is what the bank says. Also of those that
 * were given up since, or whose holder has left. */
sheaf_refusal sheaf_rule_share_strike(sheaf_fold *fold, const struct sheaf_share_strike *what)
{
    int64_t cents;
    SHEAF_REFUSE_UNLESS(strike(fold, what->member, (uint32_t)what->shares, &cents));
    SHEAF_REFUSE_IF(sheaf_ledger_balance(fold->state, SHEAF_account_kind_bank, SHEAF_NONE)
                        < cents,
                    share_bank);
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_bank, SHEAF_NONE, -cents));
    sheaf_ending_changed(fold);
    return SHEAF_ACCEPTED;
}

/* One at a time, so that nobody fills the co-op with deadlines. */
sheaf_refusal sheaf_rule_share_give_up(sheaf_fold *fold, const struct sheaf_share_give_up *what)
{
    SHEAF_REFUSE_IF(!sheaf_article_on(fold->state, SHEAF_ARTICLE_shares), shares_off);
    SHEAF_REFUSE_UNLESS(check_fewer(fold, what->shares));
    struct sheaf_row_holding *holding = holding_of(fold, fold->member);
    SHEAF_REFUSE_IF(holding->given != SHEAF_NONE, share_given);
    holding->given = fold->index;
    begin_repayment(fold, fold->member, (uint32_t)what->shares);
    return SHEAF_ACCEPTED;
}

sheaf_refusal sheaf_rule_share_transfer(sheaf_fold *fold,
                                        const struct sheaf_share_transfer *what)
{
    sheaf_state *state = fold->state;
    SHEAF_REFUSE_IF(!sheaf_article_on(state, SHEAF_ARTICLE_shares), shares_off);
    SHEAF_REFUSE_IF(!sheaf_bylaws_now(state)->share_transferable, share_fixed);
    SHEAF_REFUSE_IF(what->to == fold->member, about_oneself);
    SHEAF_REFUSE_IF(!sheaf_member_active(state, what->to), no_such_member);
    SHEAF_REFUSE_UNLESS(check_fewer(fold, what->shares));
    SHEAF_REFUSE_UNLESS(check_more(state, what->to, what->shares));
    int64_t cents = what->shares * sheaf_capital_at(state, 0)->price_cents;
    SHEAF_REFUSE_UNLESS(
        sheaf_ledger_post(fold, SHEAF_account_kind_shares, fold->member, cents));
    SHEAF_REFUSE_UNLESS(sheaf_ledger_post(fold, SHEAF_account_kind_shares, what->to, -cents));
    holding_of(fold, fold->member)->shares -= (uint32_t)what->shares;
    holding_of(fold, what->to)->shares += (uint32_t)what->shares;
    return SHEAF_ACCEPTED;
}
