/* bylaws/bylaws.h - the bylaws document: what contradicts itself, what lies below the legal
 * floor, how a vote is counted, and a document to start from. The document's form is the record
 * `bylaws` of acts/tbl/bylaws.def. */
#ifndef SHEAF_BYLAWS_BYLAWS_H
#define SHEAF_BYLAWS_BYLAWS_H

#include "bylaws/article.h"

typedef enum {
    SHEAF_BYLAWS_SOUND,
    SHEAF_BYLAWS_SURPLUS_KEYS,
    SHEAF_BYLAWS_NO_VOTING_CLASS,
    SHEAF_BYLAWS_CLASS_TWICE,
    SHEAF_BYLAWS_FLOOR_OPEN,
    SHEAF_BYLAWS_FLOOR_PROTECTED,
    SHEAF_BYLAWS_EXACT_COHORT,
    SHEAF_BYLAWS_CURRENCY,
    SHEAF_BYLAWS_FLOOR_SUCCESSION,
    SHEAF_BYLAWS_WITNESS_QUORUM,
    SHEAF_BYLAWS_WITNESS_TWICE,
    SHEAF_BYLAWS_WITNESS_FORM,
} sheaf_bylaws_fault;

/* A document as a struct in the arena, which has SHEAF_ACT_ARENA_BYTES: in canonical form, as
 * that rules revision knows it. */
SHEAF_MUST_USE sheaf_status sheaf_bylaws_decode(sheaf_slice bytes, uint16_t revision,
                                                sheaf_arena *arena,
                                                const struct sheaf_bylaws **out,
                                                sheaf_err *err);

/* The first thing that is wrong with a document that has the right form. */
sheaf_bylaws_fault sheaf_bylaws_check(const struct sheaf_bylaws *bylaws);

/* Do the votes for reach that majority of the base (enum vote_base says what it counts)?
 * Without a vote for, nothing is adopted. */
bool sheaf_majority_reached(uint8_t majority, uint64_t yes, uint64_t base);

/* Have enough of the electorate taken part? */
bool sheaf_quorum_reached(uint32_t quorum_bp, uint32_t electorate, uint32_t cast);

/* Documents to start from, in canonical JSON with the name and text of article 1 still to be
 * put in: the demonstration's motions last seconds. */
const char *sheaf_bylaws_template(enum sheaf_legal_form form);

#endif
