/* coop/budget.h - what noised rounds cost, and whether mandates and consents can bear it.
 *
 * Privacy is spent order by order in units of 10^-12 (privacy/cost.h computes what a round
 * costs; here it is only added up and compared). Spending is within a limit when it is at most
 * the limit at some order. The largest number stands for "no bound", is within nothing, and
 * sums stop at it.
 *
 * A data set has one account for each unit of privacy. A round of the unit member is charged to
 * the account of the unit record too, four times: one record more or less in a member's data
 * moves that member's clipped update by at most twice the norm that the noise was made for, and
 * the cost grows with the square.
 *
 * An exact sum has no cost that could be added up. What protects it is that no two exact sums
 * overlap in part, so that none can be subtracted from another: all that a data set is ever in
 * are over the same data sets. They are bound to each other when a round opens, since from then
 * on a hub may learn the sum and say that the round was aborted; and whoever drops out ends the
 * round.
 */
#ifndef SHEAF_COOP_BUDGET_H
#define SHEAF_COOP_BUDGET_H

#include "coop/refusal.h"
#include "coop/state.h"

enum { SHEAF_ORDERS = 32 };
#define SHEAF_UNBOUNDED (((int64_t)1 << 53) - 1) /* of an amount: there is no bound */

/* The rows of an account stand together, in the order of places, as do the amounts of a mandate
 * and of a consent: the first of them, or SHEAF_NONE while nothing was spent. */
uint32_t sheaf_spent_first(const sheaf_state *state, uint32_t dataset, uint8_t unit);

/* What was spent on the data set at one order, in the account of that unit. */
int64_t sheaf_spent_amount(const sheaf_state *state, uint32_t dataset, uint8_t unit,
                           unsigned place);

/* Has the mandate room for one more round of that task: SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_charge_check(const sheaf_state *state,
                                 const struct sheaf_row_mandate *mandate, uint8_t task);

/* Do the budgets of all live consents of the data set allow rounds of this mandate, and has no
 * more than they allow been spent? */
sheaf_refusal sheaf_budget_fits(const sheaf_state *state,
                                const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                int64_t stamp);

/* Would one more round of that task stay within what the data set's consents allow? */
sheaf_refusal sheaf_budget_check(const sheaf_state *state,
                                 const struct sheaf_row_mandate *mandate, uint32_t dataset,
                                 uint8_t task, int64_t stamp);

/* Can the exact sum over the data sets of the round's seats, two or more, be disclosed, after
 * all that may have been? */
sheaf_refusal sheaf_exact_check(const sheaf_state *state, const struct sheaf_row_round *round);

/* Saturating: both are amounts, and the sum or product is one again. */
int64_t sheaf_amount_add(int64_t a, int64_t b);
int64_t sheaf_amount_times(int64_t amount, uint32_t times);
bool sheaf_amount_within(int64_t amount, int64_t limit);

#endif
