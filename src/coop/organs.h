/* coop/organs.h - organs, their powers, and who is in office.
 *
 * An organ is named by its place in the bylaws, which only ever append to the list. What an
 * organ may do follows from its kind: tbl/organ_powers.def. An office lasts from the entry that
 * began it to the entry that ended it; the rows stay, so that who was in office at an entry
 * never changes. Whoever leaves the co-op leaves all offices (sheaf_offices_end()).
 */
#ifndef SHEAF_COOP_ORGANS_H
#define SHEAF_COOP_ORGANS_H

#include "coop/ceilings.h"
#include "coop/refusal.h"

/* What an organ may do, one bit each. */
#define POWER(name, doc) SHEAF_POWER_NUMBER_##name,
#define GRANT(kind, name)
enum {
#include "coop/tbl/organ_powers.def"
    SHEAF_POWER_COUNT
};
#undef POWER
#define POWER(name, doc) SHEAF_POWER_##name = 1 << SHEAF_POWER_NUMBER_##name,
typedef enum {
#include "coop/tbl/organ_powers.def"
} sheaf_power;
#undef POWER
#undef GRANT

/* The powers of organs of that kind. */
unsigned sheaf_organ_powers(uint8_t kind);

/* What the power is, in words, by its number. */
const char *sheaf_power_doc(unsigned number);

/* The organ in that version of the bylaws; NULL if it has none at that place, or has switched
 * organs off. */
const struct sheaf_row_organ *sheaf_organ_of(const sheaf_state *state, uint32_t bylaws,
                                             int64_t place);
const struct sheaf_row_organ *sheaf_organ_now(const sheaf_state *state, int64_t place);

/* How many officers the organ has now. */
uint32_t sheaf_officers(const sheaf_state *state, uint8_t organ);

/* Do the officers of an organ alone decide on that application? Not while fewer of them could
 * be heard on it, or were, than must approve it: then the members with a vote decide. */
bool sheaf_officers_admit(const sheaf_state *state, uint32_t applicant, int64_t stamp);

/* The member's office in the organ as it is now, or NULL. */
const struct sheaf_row_office *sheaf_office_now(const sheaf_state *state, uint32_t member,
                                                uint8_t organ);

/* Was the member in office when that entry was made? */
bool sheaf_office_at_entry(const sheaf_state *state, uint32_t member, uint8_t organ,
                           uint32_t entry);

/* 1 + place of the class that alone decides on the effect, since it elects the organ, or 0. */
uint32_t sheaf_effect_class(const sheaf_state *state, const sheaf_effect *effect);

/* Do the officers of an organ of that kind decide on the effect: tbl/organ_decides.def. */
bool sheaf_organ_decides(uint8_t organ_kind, sheaf_kind effect);

/* May the organ at that place act urgently under the bylaws in force? */
bool sheaf_organ_urgent(const sheaf_state *state, uint32_t place);

/* Is the member in office in an organ with the power? */
bool sheaf_power_held(const sheaf_state *state, uint32_t member, sheaf_power power);

/* How many offices there are now in organs with the power, but for those of `without`. */
uint32_t sheaf_power_officers(const sheaf_state *state, sheaf_power power, uint32_t without);

/* Can the member take a seat that the election fills? Not one whose term in the organ goes on.
 */
sheaf_refusal sheaf_candidate_fit(const sheaf_state *state,
                                  const struct sheaf_row_election *election, uint32_t member);

/* The member's ballot that stands in the election, or NULL. */
const struct sheaf_row_election_ballot *
sheaf_election_ballot_of(const sheaf_state *state, uint32_t election, uint32_t member);

/* What ballots in the election count for, by class. */
sheaf_ceilings sheaf_election_ceilings(const sheaf_state *state,
                                       const struct sheaf_row_election *election);

/* The approvals of the candidate in that row. */
sheaf_votes sheaf_candidate_votes(const sheaf_state *state, uint32_t row);

#endif
