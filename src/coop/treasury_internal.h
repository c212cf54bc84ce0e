/* coop/treasury_internal.h - what the rules of payments share. */
#ifndef SHEAF_COOP_TREASURY_INTERNAL_H
#define SHEAF_COOP_TREASURY_INTERNAL_H

#include "coop/coop_internal.h"
#include "coop/treasury.h"

/* Do the bylaws have a treasury, and an organ of treasurers? */
sheaf_refusal sheaf_treasury_check(const sheaf_state *state);

/* The row of the payment, while it is neither gone nor given up. */
sheaf_refusal sheaf_payment_find_open(const sheaf_state *state, uint32_t id, uint32_t *row);

/* It has left, was taken back or lapsed. */
void sheaf_payment_end(sheaf_fold *fold, uint32_t row, uint8_t to);

/* Each one that is open lapses. */
void sheaf_payments_lapse(sheaf_fold *fold);

/* Is it paid to whoever signs, out of the account of a member whose keys the same human holds?
 */
bool sheaf_payment_own(const sheaf_fold *fold, const struct sheaf_row_payment *payment);

/* What is owed to the member, in cents. */
int64_t sheaf_account_owed(const sheaf_state *state, uint32_t member);

#endif
