/* coop/ending.h - how the co-op ends (article 30).
 *
 * Winding up. A protected decision dissolves the co-op and names its liquidators. From then on
 * nothing new begins (coop/tbl/ending.def), and all mandates are revoked. Creditors are called
 * for the time that article 30 says (a year where it says none, and not at all in a
 * demonstration); liquidators record what is owed and, another than who recorded it, that it
 * was paid. Liquidators have a vote, and one human is not two of them. Models are handed over
 * by motion. The members can go on after all (coop.continue) or replace liquidators.
 *
 * Sealed. Once the call is over, nobody is owed anything, and the bank has carried out every
 * payment that left (which liquidators record as treasurers do), each liquidator signs the
 * final accounts, and with the last signature consents end, models that nobody got are retired,
 * open motions are void, payments that have not left lapse, all accounts and deadlines are
 * cleared, and nothing is accepted ever after but the hub's digest of the state. Signatures
 * count over one and the same accounts: where these change, all sign again.
 *
 * Final accounts. Creditors have been paid, then, as far as the money goes, what went with
 * members to another co-op. Members get what they are credited with, which the
 * co-op owes them like a creditor, and then their shares at their price, with which they stand
 * in for it: each as far as the money goes and in proportion where it does not. What is left
 * goes to the successor, or where article 30 says: shared among the members alike, if it says
 * so.
 */
#ifndef SHEAF_COOP_ENDING_H
#define SHEAF_COOP_ENDING_H

#include "coop/refusal.h"
#include "coop/state.h"

/* The winding up under way, or the one that sealed the log; NULL where the co-op goes on. */
const struct sheaf_row_ending *sheaf_ending_now(const sheaf_state *state);

/* Is the member a liquidator of the winding up under way? */
bool sheaf_liquidator_now(const sheaf_state *state, uint32_t member);

/* Is an act or effect of that kind possible as the co-op stands: SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_ending_check(const sheaf_state *state, sheaf_kind kind);

/* Another legal form is an amendment of article 1, so of a protected one, above the floors of
 * that form, and each change between legal forms awaits its registration. May that version of
 * the bylaws be registered: where it changes the form, have creditors been called for the time
 * that article 30 of the bylaws in force states? A demonstration calls none. */
sheaf_refusal sheaf_conversion_called(const sheaf_state *state, uint32_t version,
                                      int64_t stamp);

/* Has the member said that it goes to another co-op? */
bool sheaf_member_goes(const sheaf_state *state, uint32_t member);

/* What is owed to the co-op that those members went to (coop/rules_split.c), in cents. */
int64_t sheaf_split_owed(const struct sheaf_row_split *split);

/* Is anything owed to such a co-op, and money there to pay it? */
bool sheaf_splits_unpaid(const sheaf_state *state);

typedef struct {
    int64_t bank;                    /* money held */
    int64_t split, split_paid;       /* to co-ops that members went to, before them */
    int64_t credited, credited_paid; /* to members; what of it is paid */
    int64_t shares, shares_paid;     /* capital paid in; what of it is paid back */
    int64_t paid, rest;              /* to members, both among it; elsewhere */
} sheaf_final_accounts;

/* As they would be now, in cents, while the co-op is wound up. Walks through all accounts. */
sheaf_final_accounts sheaf_ending_accounts(const sheaf_state *state);

#endif
