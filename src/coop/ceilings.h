/* coop/ceilings.h - what votes count for where a class of members has a ceiling of them.
 *
 * A class with a ceiling of c hundredths of a percent counts for at most as much as makes it c
 * of 10,000 of all votes beside the classes without a ceiling: for U * c / (10000 - c) votes
 * where U were cast in those. Where it cast more, N, each of its votes counts for that part of
 * one, U * c / ((10000 - c) * N). So nobody's vote counts for more than another's of the class,
 * and where nobody else votes such a class decides nothing. Blank votes are cast too.
 *
 * A vote is a ballot in motions and elections, and a point where an amount is divided. Where
 * one class decides alone, or officers do, there are no others to protect from it. Signatures
 * for a new hub decide like votes, and count like them (coop/succession.h), as do voices on a
 * recovery of keys that was objected to (coop/panel.h). Signatures that only put a matter
 * before the members or stop it until they have decided, as under petitions and suspensions,
 * and approvals by a number of people count heads.
 *
 * Nothing is rounded where it is decided who has more: weights are compared as the fractions
 * that they are, so a tie is one, and exactly nine tenths are nine tenths.
 */
#ifndef SHEAF_COOP_CEILINGS_H
#define SHEAF_COOP_CEILINGS_H

#include "coop/state.h"

/* Votes for one thing, or all that were cast. Less than 2^46 in all. */
typedef struct {
    uint64_t all;                   /* those of classes with a ceiling among them */
    uint64_t of[SHEAF_CLASSES_MAX]; /* by place of the class; 0 of one without a ceiling */
} sheaf_votes;

/* Writes into *votes those of each class, from the rows of the table that counts them apart, of
 * whose keys `first` is the first half. */
#define SHEAF_VOTES_APART(state, votes, table, first, column)                                  \
    for (uint32_t class_ = 0; class_ < SHEAF_CLASSES_MAX; class_++) {                          \
        const struct sheaf_row_##table *apart_ =                                               \
            sheaf_##table##_find((state), sheaf_pair((first), class_));                        \
        (votes)->of[class_] = apart_ ? apart_->column : 0;                                     \
    }

/* What each vote of a class counts for: so much of one. */
typedef struct {
    struct {
        uint64_t part, whole; /* below 2^60; both 0 where a vote is whole */
    } of[SHEAF_CLASSES_MAX];
    bool bind;        /* not all votes are whole */
    sheaf_votes cast; /* that it was made from */
} sheaf_ceilings;

/* The exact weight of votes times what all that are weighed with the same ceilings have in
 * common; the least limb first. */
enum { SHEAF_WEIGHT_LIMBS = 16 };
typedef struct {
    uint64_t limb[SHEAF_WEIGHT_LIMBS];
} sheaf_weight;

/* Has the class at that place a ceiling in that version of the bylaws? */
bool sheaf_class_limited(const sheaf_state *state, const struct sheaf_row_bylaws *bylaws,
                         uint8_t class);

/* From all votes that were cast. */
sheaf_ceilings sheaf_ceilings_of(const sheaf_state *state,
                                 const struct sheaf_row_bylaws *bylaws,
                                 const sheaf_votes *cast);

/* For ballots, of which there are less than 2^36: fifteen ceilings fit. */
sheaf_weight sheaf_votes_weigh(const sheaf_ceilings *ceilings, const sheaf_votes *votes);
/* By less than 2^64: once, of what was weighed. */
void sheaf_weight_multiply(sheaf_weight *weight, uint64_t by);
/* Less than, equal to or greater than 0 as `a` is to `b`. */
int sheaf_weight_compare(const sheaf_weight *a, const sheaf_weight *b);
bool sheaf_weight_is_zero(const sheaf_weight *weight);

/* Are there votes for it, and do they reach that majority (enum majority) as a share of `base`,
 * among which they are? As sheaf_majority_reached() says of whole votes. */
bool sheaf_votes_reach(const sheaf_ceilings *ceilings, uint8_t majority,
                       const sheaf_votes *with, const sheaf_votes *base);

/* The same in units of which a vote has `unit`; the sum of what classes count for is rounded
 * down, and thirds and two thirds of a unit make up a whole one.
 * votes->all * unit is below 2^63. */
uint64_t sheaf_votes_units(const sheaf_ceilings *ceilings, const sheaf_votes *votes,
                           uint64_t unit);

#endif
