/* coop/view.h - questions about the state that rules, hub and node ask alike. */
#ifndef SHEAF_COOP_VIEW_H
#define SHEAF_COOP_VIEW_H

#include "acts/act.h"
#include "bylaws/bylaws.h"
#include "bylaws/fixed.h"
#include "coop/refusal.h"
#include "coop/state.h"
#include "coop/task.h"
#include "log/note.h"

/* The one row of the co-op; NULL before it is founded. */
const struct sheaf_row_coop *sheaf_coop(const sheaf_state *state);
/* The bylaws in force. */
const struct sheaf_row_bylaws *sheaf_bylaws_now(const sheaf_state *state);

/* How decisions of that sort (enum decision_sort) are taken under a version of the bylaws. */
const struct sheaf_row_decision *sheaf_decision_by(const sheaf_state *state,
                                                   const struct sheaf_row_bylaws *bylaws,
                                                   uint8_t sort);

/* Is that article switched on in the bylaws in force? */
bool sheaf_article_on(const sheaf_state *state, sheaf_article article);

/* How the rules refuse what is wrong with a document; SHEAF_ACCEPTED where nothing is. */
sheaf_refusal sheaf_bylaws_refusal(sheaf_bylaws_fault fault);

/* The key of a witness's cosignatures. */
SHEAF_MUST_USE sheaf_status sheaf_witness_vkey(const struct sheaf_row_witness *row,
                                               sheaf_vkey *out, sheaf_err *err);

/* May everyone read that entry? Judged by the bylaws that were in force before it was entered,
 * so the answer never changes. */
bool sheaf_entry_public(const sheaf_state *state, sheaf_kind kind, uint64_t index);
/* The opposite; *reason (enum withheld_reason) is why: as the bylaws say of the kind, else what
 * stands for its area. */
bool sheaf_entry_withheld(const sheaf_state *state, sheaf_kind kind, uint64_t index,
                          uint8_t *reason);

/* In so many seconds after the hearing a motion follows on a request for exclusion. */
enum { SHEAF_EXCLUSION_LAPSE_S = SHEAF_FIXED_exclusion_lapse_s };

/* For so long from an application on the members can admit by a decision, also whom those who
 * decide have declined or have not decided on in time. */
enum { SHEAF_APPEAL_S = SHEAF_FIXED_appeal_s };

/* Can they admit that applicant then, at `stamp` in milliseconds since 1970? */
sheaf_refusal sheaf_appeal_check(const sheaf_state *state,
                                 const struct sheaf_row_member *member, int64_t stamp);

/* The motion on a request for exclusion; NULL where there is none, or nothing was decided by
 * it: it was withdrawn, or called off, or too few voted. */
const struct sheaf_row_motion *sheaf_exclusion_motion(const sheaf_state *state,
                                                      const struct sheaf_row_exclusion *row);

bool sheaf_member_active(const sheaf_state *state, uint32_t member);

/* An SCE that has fewer members than it takes to form one: five, or two where all are bodies
 * (Council Regulation (EC) 1435/2003, art. 2(1)). Where they reside no program sees. */
bool sheaf_members_few(const sheaf_state *state);

/* What the key may sign now: of one made in a page, what the bylaws in force leave to such
 * keys. */
uint8_t sheaf_key_scopes(const sheaf_state *state, const struct sheaf_row_key *key);

/* The scope that a key must have to sign an act of that kind; 0 where any key may. */
uint8_t sheaf_scope_needed(sheaf_kind kind);

/* The key is admitted, of an active member, not revoked, not expired, and has the scopes. */
bool sheaf_key_live(const sheaf_state *state, uint32_t key, uint8_t scopes, int64_t stamp);

/* So many must confirm the recovery; or, where it was objected to, judge on its panel, if none
 * of them acts for the member. */
uint32_t sheaf_recovery_needed(const sheaf_state *state,
                               const struct sheaf_row_recovery *recovery);

/* The majority (enum majority) of all who confirmed, objected and judged by which it stands
 * where it was objected to. */
uint8_t sheaf_recovery_majority(const sheaf_state *state,
                                const struct sheaf_row_recovery *recovery);

/* Does every voice on the recovery count as a whole one, of those that were given and of those
 * to come? Else they weigh as votes do (coop/ceilings.h). */
bool sheaf_recovery_whole(const sheaf_state *state, const struct sheaf_row_recovery *recovery);

/* The latest end that the bylaws let a consent of that moment have, in milliseconds since 1970;
 * INT64_MAX where they say nothing. */
int64_t sheaf_consent_latest(const struct sheaf_row_bylaws *bylaws, int64_t granted);

/* The consent is not revoked, its own end is not over, and its member is one. What it allows
 * may end before (sheaf_consent_live()); what its budget limits does not. */
bool sheaf_consent_lasts(const sheaf_state *state, const struct sheaf_row_consent *consent,
                         int64_t stamp);

/* All consents to a data set, from the newest back; NULL after the first. */
const struct sheaf_row_consent *sheaf_consent_newest(const sheaf_state *state,
                                                     uint32_t dataset);
const struct sheaf_row_consent *sheaf_consent_before(const sheaf_state *state,
                                                     const struct sheaf_row_consent *consent);

/* The consent that allows the data set's use for the purpose at that time, or NULL. A consent
 * for any_member_model serves every purpose. Of several the newest is given; the budgets of all
 * count (coop/budget.h). */
const struct sheaf_row_consent *sheaf_consent_live(const sheaf_state *state, uint32_t dataset,
                                                   uint8_t purpose, int64_t stamp);

/* Does article 22, as it is in force now, allow what the mandate releases: exact sums, or
 * epsilon and delta of its noise? SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_release_check(const sheaf_state *state,
                                  const struct sheaf_row_mandate *mandate);

/* Is the mandate in force with rounds left, and within what the bylaws allow now:
 * SHEAF_ACCEPTED, or why not. */
sheaf_refusal sheaf_mandate_check(const sheaf_state *state, uint32_t mandate, int64_t stamp);

/* May this key's member take part with this data set: SHEAF_ACCEPTED, or why not. What the next
 * round would spend is asked of sheaf_budget_check() (coop/budget.h). */
sheaf_refusal sheaf_seat_check(const sheaf_state *state, uint32_t mandate, uint32_t key,
                               uint32_t dataset, int64_t stamp);
/* The same, whatever has been spent. */
sheaf_refusal sheaf_seat_possible(const sheaf_state *state, uint32_t mandate, uint32_t key,
                                  uint32_t dataset, int64_t stamp);

/* The next round of the mandate may open: none is under way and the last result is attested. */
sheaf_refusal sheaf_next_round_check(const sheaf_state *state, uint32_t mandate);

/* For how long a transcript is kept after its round's end where the mandate does not say. */
enum { SHEAF_AUDIT_S = SHEAF_FIXED_audit_s };

/* When the round's transcript may go, in milliseconds since 1970: once the audit window of its
 * mandate is over. INT64_MAX while there is none, or its end is still open. */
int64_t sheaf_transcript_until(const sheaf_state *state, const struct sheaf_row_round *round);

/* May the member see the transcript: with a seat in the round, or as an auditor. */
bool sheaf_transcript_shown(const sheaf_state *state, const struct sheaf_row_round *round,
                            uint32_t member);

/* What follows if the open motion is adopted, in the arena, of SHEAF_ACT_ARENA_BYTES; false
 * where nothing does, or it is settled. */
bool sheaf_motion_effect(const sheaf_state *state, const struct sheaf_row_motion *motion,
                         sheaf_arena *arena, sheaf_effect *out);

/* Fewest survivors that a round of this mandate may have: as many as bylaws and mandate want,
 * and as sign a survivor list that its colluders cannot have twice (round/config.h). On a ring
 * nine tenths besides: its degree and threshold are made for a tenth that drops out, and so the
 * noise need not be sized for more. */
uint16_t sheaf_survivors_min(const sheaf_state *state, const struct sheaf_row_mandate *mandate,
                             uint16_t seats);

#endif
