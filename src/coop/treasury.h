/* coop/treasury.h - money received; payments: who signs them, and what they still need.
 *
 * A payment is asked for, decided on by a motion where it is above the limit of article 17 (or
 * by whoever asks for it, after advice, up to what article 12 lets one decision spend),
 * signed by treasurers, and leaves with the last signature that is needed; only then it is
 * posted. What is needed is judged when it leaves, by the bylaws then in force: a signature
 * counts while it is not taken back, its treasurer is in office and has no conflict of
 * interest, and the key that gave it stands; none is counted twice for one human
 * (coop/member.h), and at least one is by another human than who asked for the payment.
 * Treasurers are the officers of the first organ of that kind.
 *
 * Money that comes in is recorded by treasurers with its evidence; by liquidators while the
 * co-op is wound up; and where nobody is in such an office by any member with a vote. A wrong
 * record is reversed by another officer than who made it, or by two people, while so much was
 * neither shared nor spent.
 *
 * The limit is not got round by many small payments: what leaves without a decision of the
 * members and out of no budget is summed, in periods of article 17, and the sum of a period and
 * the one before stays within the limit, whatever day the first began on. Within any time as
 * long as a period no more can leave, and it may be less. What was decided after advice is
 * summed with it, and stays within the larger of the limit and what one such decision spends,
 * or a member alone would have as much as there are decisions to make. What members' accounts
 * pay is owed to them, and not counted.
 *
 * Where conflicts of interest leave too few treasurers for that, the members decide, and it
 * leaves with their decision. Whoever has declared a conflict on a payment does not vote on it
 * either, and the other way round; what officers have found holds among treasurers alone.
 *
 * A payment may name a line of a budget, and then leaves only while the budget is in force and
 * so much is left on the line (it must, where article 17 says so); what was asked for and has
 * not left takes nothing of it.
 */
#ifndef SHEAF_COOP_TREASURY_H
#define SHEAF_COOP_TREASURY_H

#include "bylaws/fixed.h"
#include "coop/refusal.h"
#include "coop/state.h"

enum {
    SHEAF_PAYMENT_LAPSE_S =
        SHEAF_FIXED_payment_lapse_s, /* in which a payment leaves or lapses */
    SHEAF_PAYMENTS_OPEN_MAX =
        SHEAF_FIXED_payments_open, /* of one treasurer; of another member one */
    SHEAF_PAYMENT_PERIOD_S = SHEAF_FIXED_payment_period_s, /* where article 17 says none */
};

/* The treasurers' organ, by its place in the bylaws in force; false if there is none. */
bool sheaf_treasury_organ(const sheaf_state *state, uint8_t *place);

/* Is the member a treasurer in office? */
bool sheaf_treasurer_is(const sheaf_state *state, uint32_t member);

/* How many treasurers in office there are where article 17 is on, else 0. */
uint32_t sheaf_treasurers(const sheaf_state *state);

/* Does the signature count, at the time of the newest entry? */
bool sheaf_payment_signature_counts(const sheaf_state *state,
                                    const struct sheaf_row_payment_signature *signature);

/* How many do, of different people. */
uint32_t sheaf_payment_signatures(const sheaf_state *state,
                                  const struct sheaf_row_payment *payment);

/* May the member record money that comes in, or went to another co-op: as a treasurer, as a
 * liquidator while the co-op is wound up, or with a vote where nobody is a treasurer.
 * *officers: how many hold that office, 0 where nobody does. */
sheaf_refusal sheaf_recorder_check(const sheaf_state *state, uint32_t member,
                                   uint32_t *officers);

/* Have conflicts of interest left too few treasurers who could sign it? Then a decision of the
 * members lets it leave. *any: whether one is left at all. */
bool sheaf_payment_unable(const sheaf_state *state, const struct sheaf_row_payment *payment,
                          bool *any);

/* When the budget ends, in milliseconds since 1970: at its own end, or when the one that takes
 * its place begins. */
int64_t sheaf_budget_ends(const sheaf_state *state, const struct sheaf_row_budget *budget);

/* Has the time of the budget come, and is it not over? */
bool sheaf_budget_in_force(const sheaf_state *state, const struct sheaf_row_budget *budget,
                           int64_t stamp);

/* A line of a budget by its place: 1 + its row. */
sheaf_refusal sheaf_budget_line_named(const sheaf_state *state, uint32_t budget, int64_t line,
                                      uint32_t *line_1);

/* May so much be spent on it at that time; and it was. */
sheaf_refusal sheaf_budget_line_check(const sheaf_state *state, uint32_t line_1, int64_t cents,
                                      int64_t stamp);
void sheaf_budget_line_spend(sheaf_state *state, uint32_t line_1, int64_t cents);

/* Is a motion needed that is not adopted yet? */
bool sheaf_payment_undecided(const sheaf_state *state, const struct sheaf_row_payment *payment);

/* Would more than the limit leave with it by now, in this period and the one before? 0 if not,
 * else from when on it no more would, if nothing else leaves, in milliseconds since 1970. */
int64_t sheaf_payment_waits_until(const sheaf_state *state,
                                  const struct sheaf_row_payment *payment);

#endif
