/* coop/ledger.h - what the co-op has and owes, in double entry; debits are positive.
 *
 * All balances sum to zero, and none leaves what JSON can carry. What is owed to members is so
 * what is held less what is free: it is never summed over members.
 */
#ifndef SHEAF_COOP_LEDGER_H
#define SHEAF_COOP_LEDGER_H

#include "coop/coop_internal.h"

/* So that balances never leave what JSON can carry. */
#define SHEAF_BALANCE_MAX (SHEAF_JSON_INT_MAX / 4)

/* Adds a line; the caller adds the others, so that they sum to zero. `member` is SHEAF_NONE but
 * for a member's account. Refuses where a balance would become too large. */
sheaf_refusal sheaf_ledger_post(sheaf_fold *fold, uint8_t account, uint32_t member,
                                int64_t cents);

/* Money comes in as revenue; below 0 it goes out again. */
sheaf_refusal sheaf_ledger_earn(sheaf_fold *fold, int64_t cents);

/* Debits less credits, in cents. */
int64_t sheaf_ledger_balance(const sheaf_state *state, uint8_t account, uint32_t member);

/* What was earned less what was spent, and is not shared yet, in cents; below 0 after a loss.
 */
int64_t sheaf_ledger_surplus(const sheaf_state *state);

/* What the co-op may spend: that and the reserve, so what it holds beyond what it owes to
 * members, in cents. */
int64_t sheaf_ledger_free(const sheaf_state *state);

/* Those bylaws come into force: may they, for the currency that they name? In another one not
 * while money is held or owed, a budget or a licence with a price runs, or a released model has
 * one: the numbers would stay, and mean something else. What was earned, spent and kept in
 * reserve is nothing together then, and is set off, so that the books begin at 0. Payments that
 * have not left lapse, which there is no money for. Walks through all of these where the
 * currency changes. */
sheaf_refusal sheaf_ledger_follow(sheaf_fold *fold, const struct sheaf_row_bylaws *text);

/* The entry since which amounts are in the currency in force. Walks through versions of the
 * bylaws. */
uint32_t sheaf_ledger_since(const sheaf_state *state);

/* May anything begin to be counted in the currency in force? Not while bylaws with another one
 * await registration: whoever records a cent could keep them from ever being registered (while
 * the co-op is wound up nothing is). Nor by a motion that was opened when amounts were in
 * another one. */
sheaf_refusal sheaf_ledger_begin(const sheaf_fold *fold);

#endif
