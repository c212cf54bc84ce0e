/* coop/electorate.h - who may vote on a matter: the one place that says so.
 *
 * A matter is whatever members decide on: a motion, an election. It is named by the entry that
 * opened it. Its electorate is a predicate over what was so when it was opened: when somebody
 * was admitted or took office, and which classes had votes under the bylaws of that day. None
 * of it is ever written again, so an electorate is the same at the first ballot and at the
 * last, and no list of it is kept.
 *
 * Conflicts of interest come on top. Who is conflicted on a matter belongs to its electorate
 * and counts for its quorum, but does not vote or sign: what was cast before is taken out of
 * the count.
 */
#ifndef SHEAF_COOP_ELECTORATE_H
#define SHEAF_COOP_ELECTORATE_H

#include "coop/refusal.h"
#include "coop/state.h"

typedef struct {
    uint8_t body;    /* enum sheaf_body */
    uint32_t of;     /* assembly: 1 + place of the one class that decides, or 0 for all;
                        organ: its place; circle: the entry that founded it, and of its
                        members those with a vote */
    uint32_t opened; /* the entry that opened the matter */
    uint32_t bylaws; /* the version in force then */
} sheaf_electorate;

/* Does the member belong to it: SHEAF_ACCEPTED, or why not. Of the reasons on_trial means that
 * a ballot is recorded and not counted. */
sheaf_refusal sheaf_entitled(const sheaf_state *state, const sheaf_electorate *electorate,
                             uint32_t member);

/* The same, and nothing stands in the way of a vote or signature on the matter. A conflict does
 * also for who is on trial: then no ballot is recorded either. */
sheaf_refusal sheaf_may_vote(const sheaf_state *state, const sheaf_electorate *electorate,
                             uint32_t matter, uint32_t member);

/* The same of whose row is at hand; NULL where there is no such member. */
sheaf_refusal sheaf_row_entitled(const sheaf_state *state, const sheaf_electorate *electorate,
                                 const struct sheaf_row_member *row);
sheaf_refusal sheaf_row_may_vote(const sheaf_state *state, const sheaf_electorate *electorate,
                                 uint32_t matter, const struct sheaf_row_member *row);

/* How many belong to the electorate of a matter that is being opened. */
uint32_t sheaf_electorate_count(const sheaf_state *state, const sheaf_electorate *electorate);

/* Is the member conflicted on the matter? */
bool sheaf_conflicted(const sheaf_state *state, uint32_t matter, uint32_t member);

/* Did officers find that the member has a conflict of interest on it, which holds? */
bool sheaf_conflict_was_found(const sheaf_state *state, uint32_t matter, uint32_t member);

/* How many of the matter's electorate are conflicted. */
uint32_t sheaf_conflicts(const sheaf_state *state, uint32_t matter);

#endif
