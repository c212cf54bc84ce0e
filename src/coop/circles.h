/* coop/circles.h - circles: who is in them, and what the rules on members call of them.
 *
 * A circle is named by the entry that founded it. Whoever leaves the co-op leaves all circles;
 * with its last member a circle ends, and nobody can join it again. A member may be in a circle
 * without a vote in the co-op, on trial for one, but then does not answer proposals: the
 * electorate of a proposal are those in the circle who had a vote when it came before it
 * (coop/electorate.h).
 */
#ifndef SHEAF_COOP_CIRCLES_H
#define SHEAF_COOP_CIRCLES_H

#include "bylaws/fixed.h"
#include "coop/coop_internal.h"

enum {
    SHEAF_CIRCLE_MEMBERS_MAX = SHEAF_FIXED_circle_members,
    SHEAF_CIRCLES_OF_MEMBER_MAX =
        SHEAF_FIXED_circles_of_member,                 /* in which one is, or has asked to be */
    SHEAF_CIRCLE_DEPTH_MAX = SHEAF_FIXED_circle_depth, /* so many are wider at most */
    SHEAF_CIRCLE_VOTERS_MIN = SHEAF_FIXED_circle_voters, /* who proposes, and two besides */
    SHEAF_PROPOSAL_AMENDMENTS_MAX = SHEAF_FIXED_proposal_changes,
};

/* Is the member in the circle now? */
bool sheaf_circle_in(const sheaf_state *state, uint32_t circle, uint32_t member);

/* Was it when that entry was made, and has not come back later: SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_circle_at_entry(const sheaf_state *state, uint32_t circle, uint32_t member,
                                    uint32_t entry);

/* Was the member in the circle when that entry was made, whatever came after? */
bool sheaf_circle_was_in(const sheaf_state *state, uint32_t circle, uint32_t member,
                         uint32_t entry);

/* The member, who is in the circle, is so no more. */
void sheaf_circle_take_out(sheaf_fold *fold, uint32_t circle, uint32_t member);

/* The member has gained or lost the vote. Electorates of open proposals stay as they were. */
void sheaf_circles_vote(sheaf_fold *fold, uint32_t member, bool has_vote);

/* The membership ends: the member leaves all circles, and takes all requests back. Called while
 * its row still says whether it had a vote. */
void sheaf_circles_end(sheaf_fold *fold, uint32_t member);

/* The member is about to leave the circle: its answers to the proposals that are open there
 * no longer count. */
void sheaf_proposals_leave(sheaf_fold *fold, uint32_t circle, uint32_t member);

/* May the member open a motion on the proposal that no circle could resolve, if it has a vote?
 * Those in the circle that it was opened in may; where that has ended, those in the one that it
 * came before last; where that has as well, everybody. */
bool sheaf_proposal_may_put(const sheaf_state *state, const struct sheaf_row_proposal *proposal,
                            uint32_t member);
/* The motion, which is being opened, is on that proposal, which no circle could resolve. */
sheaf_refusal sheaf_proposal_put(sheaf_fold *fold, uint32_t id,
                                 struct sheaf_row_motion *motion);
/* The motion, on a proposal or not, is open no longer: if members have adopted it the proposal
 * stands. */
void sheaf_proposal_decided(sheaf_fold *fold, const struct sheaf_row_motion *motion);

#endif
