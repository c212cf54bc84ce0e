/* coop/motion.h - how a motion is decided: what sort of decision it needs, and how its ballots
 * are counted.
 *
 * Sort. An effect has a least sort in the catalogue, and the bylaws can raise it
 * (decisions.raised). An amendment of the bylaws is protected if it changes, removes or
 * switches off an article that is protected in the version that it was written against, else
 * qualified; so is giving up such an amendment while it awaits registration. A motion is
 * decided by the rule for its sort in the bylaws of its opening. Where its effect has come to
 * need more by the time of the tick, or is protected, the result must satisfy the rule for that
 * sort in the bylaws then in force as well: when it closes, and again where its effect is held
 * until then. One that would be adopted and has come to need more stays open until the notice
 * and the voting days of that sort are over; at an assembly, which does not wait, it is void.
 *
 * Quorum. Heads are counted, all ballots or those for and against alone, as the rule says.
 *
 * Assemblies. A motion that is put to an assembly is voted on there, by those of its electorate
 * who are present; a proxy votes for whom it holds for. One without effect has the quorum of
 * the assembly, on its first or second call: the stricter of the notice, of the beginning, and
 * of the motion's opening. What takes effect needs that of its sort besides, the one of a first
 * call, of all who may vote; and of a class that decides alone so many are there. It is decided
 * when the assembly ends, misses its quorum where that is not held, and ends with it where it
 * is called off.
 *
 * Protected decisions. Where the bylaws say so they need their majority among the settled
 * members as well (coop/settled.h), with no quorum of their own.
 *
 * Majority. Classes with a ceiling of votes count for so much at most (coop/ceilings.h), blank
 * votes among those cast. What one class alone is entitled to decide, its officers, it decides
 * by its whole votes.
 *
 * One voice. What a motion does to one member, who does not vote on it, takes two votes for it:
 * in a co-op of two whoever is first would exclude the other alone, and so where few take part.
 * Where fewer could vote it is not opened; where one class elects, all members decide then.
 * It takes as many to dismiss who is on trial, but where one member alone has a vote.
 *
 * Organs. On a motion of an organ its officers vote: who held the office when it was opened and
 * holds it when voting. It is decided by the ordinary rule; its quorum is that of the organ, of
 * all those officers, blank votes and conflicted officers among them. Once too few are left who
 * can vote, by conflicts or because offices have ended, it passes to the members, as if it were
 * opened then: with a new electorate, a new notice and no votes. So it does at once with a
 * conflict, and otherwise when it closes. An urgent act takes effect with the votes of more
 * than half of all those officers, and then passes to the members in the same way, who ratify
 * or undo it.
 */
#ifndef SHEAF_COOP_MOTION_H
#define SHEAF_COOP_MOTION_H

#include "coop/ceilings.h"

/* A ballot in what people are shown; nothing is decided by it where a ceiling binds. */
enum { SHEAF_BALLOT_UNITS = 1 << 30 };

/* How a motion stands among the settled members. */
typedef struct {
    bool counted; /* it is to be adopted by the rule, and bylaws ask for it; else all are 0 */
    bool carried; /* the majority is reached among them, or would be a share of nothing */
    uint32_t yes, no, abstain;
    /* Counted as against besides: who was excluded, and memberships whose keys all others gave
     * to another over the objection of one, whatever is voted by them. */
    uint32_t removed, overruled;
} sheaf_settled_standing;

/* How a motion stands. */
typedef struct {
    uint32_t turnout, needed; /* ballots that count for the quorum, and how many it takes */
    uint64_t yes, base;       /* in units, rounded down: the votes for, and what the majority is
                                 a share of */
    /* The same of members whose class has no ceiling of votes, where they have a quorum of
     * their own; else 0. */
    uint32_t turnout_apart, needed_apart;
    uint32_t voices; /* so many must be for it besides, or 0 */
    bool quorate;    /* the quorums are reached */
    bool carried;  /* the majority is, with so many votes, and where it is asked for that of the
                      settled */
    bool majority; /* the majority of all votes is */
    sheaf_settled_standing settled;
} sheaf_standing;

/* The ballots that count, and what those of each class count for. */
typedef struct {
    sheaf_votes yes, no, abstain;
    sheaf_ceilings ceilings;
} sheaf_motion_votes;

sheaf_motion_votes sheaf_motion_counted(const sheaf_state *state,
                                        const struct sheaf_row_motion *motion);

/* The ballot of the member that stands: none that was cast before the motion passed to another
 * electorate. NULL if there is none. */
const struct sheaf_row_ballot *sheaf_motion_ballot(const sheaf_state *state,
                                                   const struct sheaf_row_motion *motion,
                                                   uint32_t member);

/* Of a motion that an organ decides: are too few officers left to reach its quorum? */
bool sheaf_organ_unable(const sheaf_state *state, const struct sheaf_row_motion *motion);

/* Does something follow from it: an effect, or the end of a process of accountability? An
 * assembly decides on that with the notice and the quorum of its sort, on anything else by its
 * own quorum. */
bool sheaf_motion_binds(const struct sheaf_row_motion *motion);

/* So many votes must be for a motion with the effect whatever its majority is: for what it does
 * to one member. 0 for anything else. */
uint32_t sheaf_effect_voices(sheaf_kind effect);
/* The same for the motion, fewer where not so many could vote on who is on trial. */
uint32_t sheaf_motion_voices(const struct sheaf_row_motion *motion);

/* By the rule for its sort in the bylaws of its opening. */
const struct sheaf_row_decision *sheaf_motion_rule(const sheaf_state *state,
                                                   const struct sheaf_row_motion *motion);
/* By what else its result is judged when it closes, where its effect needs that sort by then:
 * the rule in force, if the sort has risen or is protected; else NULL. */
const struct sheaf_row_decision *sheaf_motion_rule_now(const sheaf_state *state,
                                                       const struct sheaf_row_motion *motion,
                                                       uint8_t sort);
sheaf_standing sheaf_motion_standing(const sheaf_state *state,
                                     const struct sheaf_row_motion *motion,
                                     const struct sheaf_row_decision *rule);

/* The quorum of an assembly on that call, in hundredths of a percent; that of a first where
 * there is no other. */
uint32_t sheaf_assembly_quorum_bp(const struct sheaf_row_bylaws *bylaws, uint8_t call);

/* Do the bylaws of its notice demand a record of how that was delivered, and is there none? */
bool sheaf_assembly_unproven(const sheaf_state *state,
                             const struct sheaf_row_assembly *assembly);
/* Does that keep the assembly, to which the motion is put, from deciding on it: since something
 * follows from it, and the bylaws of its notice or of the motion's opening demand the record?
 */
bool sheaf_motion_unproven(const sheaf_state *state, const struct sheaf_row_motion *motion);

/* The least sort of decision (enum decision_sort) on the effect under the bylaws in force;
 * false if memory is spent. */
SHEAF_MUST_USE bool sheaf_effect_sort(const sheaf_state *state, const sheaf_effect *effect,
                                      uint8_t *out);

#endif
