/* coop/organs_internal.h - what the rules of organs and elections share. */
#ifndef SHEAF_COOP_ORGANS_INTERNAL_H
#define SHEAF_COOP_ORGANS_INTERNAL_H

#include "coop/coop_internal.h"
#include "coop/organs.h"

/* To write; made where the organ has none yet. */
struct sheaf_row_chamber *sheaf_chamber_of(sheaf_state *state, uint8_t organ);

/* Who can take office, however it comes to it: a member with a vote, for whom a term that
 * begins then is not one too many in a row; of those who do not use the co-op only as many as
 * the bylaws let (Council Regulation (EC) 1435/2003, art. 42(2): a quarter). */
sheaf_refusal sheaf_eligible(const sheaf_state *state, const struct sheaf_row_organ *organ,
                             uint32_t member, uint8_t place, int64_t begins);

/* A term of the organ's, named by the entry that is being folded. */
struct sheaf_row_term *sheaf_term_begin(sheaf_fold *fold, uint8_t organ, uint32_t election,
                                        int64_t ends);

/* The member, who holds none in the organ, takes a vacant seat for that term. */
void sheaf_office_begin(sheaf_fold *fold, const struct sheaf_row_term *term, uint32_t member);

/* Calls the election of all seats that will be vacant when it closes; `ends` as in its row. */
sheaf_refusal sheaf_election_open(sheaf_fold *fold, int64_t place, int64_t ends);

/* Takes the next from the count who can take office, or SHEAF_NONE. */
uint32_t sheaf_election_next(sheaf_fold *fold, uint32_t id);

#endif
