/* coop/shares.h - member shares and the capital they make up (article 4).
 *
 * Payments. Who has paid in is recorded by another: by a treasurer where another is in
 * office, else by a member with a vote, with evidence; never by the human who pays. One record
 * is enough, as of other money that comes in: nothing leaves by it, for what is repaid later is
 * a payment that as many sign as of any other, and until then a motion strikes it. A member
 * holds no more than the bylaws allow, shares that are not repaid yet among them, and, once it
 * holds any, no fewer than they say. Where the bylaws demand it nobody is admitted before that;
 * what was paid in with an application that came to nothing is returned. Shares that were
 * recorded and never paid are struck by motion, also when they were repaid since: off the
 * member's account, and what has left it as a loss. Shares carry no votes. While anybody holds
 * shares their price stands: the bylaws name no other, and do not drop the article.
 *
 * Repayment. Whoever leaves, or gives up shares beyond the fewest, has them repaid once the
 * time of the bylaws is over, by a deadline: they pass from the capital to the member's
 * account, out of which a payment goes like any other. So they never miss the latest time of
 * the bylaws but where that is suspended, as article 3(4) of Regulation 1435/2003 has it. Where
 * the capital would fall below the least that the bylaws state, they wait, in the order in
 * which they fell due, until others have paid in as much or the bylaws ask for less. While the
 * co-op is wound up nothing is repaid but with the final accounts (coop/ending.h).
 *
 * Shares are in the ledger as what is owed to their holders; they are not the co-op's to spend
 * (sheaf_ledger_free()).
 */
#ifndef SHEAF_COOP_SHARES_H
#define SHEAF_COOP_SHARES_H

#include "coop/coop_internal.h"

/* Capital and price; NULL where nobody has ever paid in. */
const struct sheaf_row_capital *sheaf_capital_now(const sheaf_state *state);

/* What the holder's shares are worth, those not repaid yet among them, in cents. */
int64_t sheaf_holding_cents(const sheaf_state *state, const struct sheaf_row_holding *holding);

/* May bylaws with shares at that price, or without any, follow, for what members hold? */
sheaf_refusal sheaf_shares_follow(const sheaf_state *state, bool has_shares,
                                  int64_t price_cents);

/* Has who applies paid in as much as the bylaws demand before admission? */
bool sheaf_shares_paid(const sheaf_state *state, uint32_t member);

/* The membership has ended: its shares fall due. */
void sheaf_shares_end(sheaf_fold *fold, uint32_t member);

/* They go to another co-op with the member, so their sum, `cents`, is taken off the capital;
 * the caller posts it. What was given up before stays to be repaid. */
sheaf_refusal sheaf_shares_leave(sheaf_fold *fold, uint32_t member, int64_t *cents);

/* Is the capital as high as the bylaws state? */
sheaf_refusal sheaf_shares_least(const sheaf_state *state);

/* More capital, or less that must stay: does a repayment that waits go on? */
void sheaf_shares_look(sheaf_fold *fold);

/* Everything is paid out: nobody holds shares any more. */
void sheaf_shares_clear(sheaf_fold *fold);

#endif
