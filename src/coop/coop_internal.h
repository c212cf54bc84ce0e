/* coop/coop_internal.h - what rules share. */
#ifndef SHEAF_COOP_INTERNAL_H
#define SHEAF_COOP_INTERNAL_H

#include "coop/deadline.h"
#include "coop/electorate.h"
#include "coop/fold.h"
#include "coop/view.h"

/* What a rule works on. */
typedef struct {
    sheaf_state *state;
    sheaf_arena *arena;
    sheaf_outcome *out;
    uint32_t index;  /* of the entry: the name of what it makes */
    int64_t stamp;   /* of the entry */
    uint32_t member; /* who signed, SHEAF_NONE for hub and co-op */
    uint32_t key;
    bool rehearsal;  /* the effect of a motion is tried when it is opened: nothing is posted */
    uint32_t motion; /* of an effect: the motion that carries it */
    bool lives;      /* who signed disproves by it that it has died, as was recorded */
} sheaf_fold;

/* A kind without its rule does not link. */
#define RECORD SHEAF_SKIP
#define F      SHEAF_SKIP
#define END    SHEAF_SKIP
#define ACT(name, wire, actor, needs, since, visibility, doc)                                  \
    sheaf_refusal sheaf_rule_##name(sheaf_fold *fold, const struct sheaf_##name *what);
#include "acts/tbl/all.def"
#undef RECORD
#undef F
#undef END
#undef ACT

/* What follows when a deadline has passed, see coop/deadline.h. */
#define DEADLINE(name, doc) sheaf_refusal sheaf_settle_##name(sheaf_fold *fold, uint32_t of);
#include "acts/tbl/deadlines.def"
#undef DEADLINE

/* Who votes on a motion. */
sheaf_electorate sheaf_motion_electorate(const struct sheaf_row_motion *motion);
/* Writes how many they are into its row, as of now. */
void sheaf_motion_electorate_set(const sheaf_state *state, struct sheaf_row_motion *motion);

/* From the stamp of the entry: when its ballots are taken and when it closes. */
void sheaf_motion_schedule(sheaf_fold *fold, struct sheaf_row_motion *motion);

/* May the officer open that motion in an organ: asked before anything is written. */
sheaf_refusal sheaf_organ_motion_check(const sheaf_fold *fold,
                                       const struct sheaf_motion_open *what);
/* Is the effect (of the kind none: a resolution) one for that organ's officers, and in time? */
sheaf_refusal sheaf_organ_effect_check(const sheaf_fold *fold,
                                       const struct sheaf_row_motion *motion);
/* The motion of an organ closes. Has it passed to the members, since the organ cannot reach its
 * quorum any more, or its effect is no longer the organ's to decide? */
bool sheaf_organ_refers(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect);
/* All members decide on the motion of an organ, from now on and as if it were opened now. */
void sheaf_motion_refer(sheaf_fold *fold, uint32_t row, const sheaf_effect *effect);

/* The least sort of decision that the open or held motion needs by the bylaws in force. */
uint8_t sheaf_motion_sort_now(sheaf_fold *fold, const struct sheaf_row_motion *motion);
/* It closes, and its effect has come to need a decision of another sort: when the notice and
 * the days of voting of that would be over, if they are not. Else 0. */
int64_t sheaf_motion_more_time(sheaf_fold *fold, const struct sheaf_row_motion *motion);
/* Have all voted who may, and do bylaws and law let it close by that? */
bool sheaf_motion_closes_early(sheaf_fold *fold, const struct sheaf_row_motion *motion);

/* The rule of the effect's or act's kind. */
sheaf_refusal sheaf_rule_run(sheaf_fold *fold, sheaf_kind kind, const void *what);

#define SHEAF_REFUSE_IF(condition, name)                                                       \
    do {                                                                                       \
        if (condition)                                                                         \
            return SHEAF_REFUSED_##name;                                                       \
    } while (0)

#define SHEAF_REFUSE_UNLESS(call)                                                              \
    do {                                                                                       \
        sheaf_refusal try_refusal = (call);                                                    \
        if (try_refusal != SHEAF_ACCEPTED)                                                     \
            return try_refusal;                                                                \
    } while (0)

/* Before a rule reads what it has just written: without memory that is not there. The answer
 * does not matter, the fold reports SHEAF_NOMEM and rolls back. */
#define SHEAF_STOP_IF_SPENT(fold)                                                              \
    do {                                                                                       \
        if ((fold)->state->failed)                                                             \
            return SHEAF_ACCEPTED;                                                             \
    } while (0)

/* Copies words into a column of zeros; the catalogue bounds their length by the column's. */
void sheaf_words_set(char *column, size_t size, sheaf_slice words);
#define SHEAF_SET_WORDS(column, words) sheaf_words_set((column), sizeof(column), (words))

uint8_t sheaf_scope_bits(const struct sheaf_scopes *scopes);

/* A public key that is sound and nobody's yet. */
sheaf_refusal sheaf_key_fresh(const sheaf_state *state, const sheaf_public_key *key);

/* What the final accounts divide has changed: while the co-op is wound up all sign again. */
void sheaf_ending_changed(sheaf_fold *fold);

/* The member is conflicted on the matter from now on. */
void sheaf_conflict_make(sheaf_fold *fold, uint32_t matter, uint32_t member,
                         const sheaf_hash *reason);

/* Was the member excluded, or did the members adopt that before it ended otherwise? */
bool sheaf_exclusion_adopted(const sheaf_state *state, const struct sheaf_row_member *member);

/* The motion, if its effect is an exclusion, is the one on its request from now on, in the
 * place of one that waits for an assembly and would close later. It has its times. */
sheaf_refusal sheaf_exclusion_moved(sheaf_fold *fold, const sheaf_effect *effect,
                                    const struct sheaf_row_motion *motion);

/* Another takes the place of an open motion that is put to an assembly which has not begun. */
void sheaf_motion_call_off(sheaf_fold *fold, uint32_t id);

/* The motion, if its effect approves a payment, is one on that: whoever has declared a conflict
 * of interest there has it here. */
void sheaf_payment_moved(sheaf_fold *fold, const sheaf_effect *effect,
                         const struct sheaf_row_motion *motion);
/* The member has one on the motion, and on the payment that it is about, if on any. */
void sheaf_payment_conflict_of(sheaf_fold *fold, uint32_t motion, uint32_t member);

/* A member speaks on an application, an appointment, or what else so many must speak on: once,
 * and once as a human (coop/member.h). */
sheaf_refusal sheaf_member_speak(sheaf_fold *fold, uint32_t of, bool declines);

/* Could the member still speak on it? Not who has, nor where whoever holds its keys has spoken
 * for another; who has no key any more could, once its keys are recovered. */
bool sheaf_member_may_speak(const sheaf_state *state, const struct sheaf_row_member *member,
                            uint32_t of, int64_t stamp);

/* The terms of privacy of a mandate that is being granted, into its row. */
sheaf_refusal sheaf_mandate_privacy(sheaf_fold *fold, const struct sheaf_mandate_grant *what,
                                    struct sheaf_row_mandate *row);

/* The budget of a consent that is being granted, into its row. */
void sheaf_consent_budget(sheaf_fold *fold, const struct sheaf_privacy_budget *budget,
                          struct sheaf_row_consent *row);

/* Charges a round of that task to the data set for good. */
void sheaf_seat_charge(sheaf_fold *fold, const struct sheaf_row_mandate *mandate,
                       uint32_t dataset, uint8_t task);

/* The seats' data sets are never in an exact sum over others than these: refuses where one is
 * bound to others already. */
sheaf_refusal sheaf_seats_bind(sheaf_fold *fold, const struct sheaf_row_round *round);

/* The one way by which a membership changes its state: what is counted of members follows. */
void sheaf_member_become(sheaf_state *state, uint32_t row, uint8_t to);

/* Was the application not decided in time? */
bool sheaf_application_lapsed(const sheaf_fold *fold, const struct sheaf_row_member *member);

/* Anyone can apply, or claim a place of the imported register, so how many of each wait is
 * bounded: how many do; and a new one is counted. */
uint32_t sheaf_applications_undecided(sheaf_fold *fold, bool claims);
void sheaf_application_count(sheaf_fold *fold, const struct sheaf_row_member *member);

/* Members have spoken against it: it takes no place of others any more, and waits. */
void sheaf_application_aside(sheaf_state *state, uint32_t row);

/* Counts again the keys that guard their members: what a page's keys may sign has changed. */
void sheaf_guards_recount(sheaf_state *state);

/* Counts again which applications are undecided: the time after which they lapse has changed.
 */
void sheaf_applications_recount(sheaf_state *state);

/* Checks a document and makes it a version of the bylaws: in force, or awaiting registration.
 */
sheaf_refusal sheaf_bylaws_enact(sheaf_fold *fold, const struct sheaf_bylaws *text);
/* The version is in force from now on, in the place of the one before. */
sheaf_refusal sheaf_bylaws_begin(sheaf_fold *fold, uint32_t version);
/* So many versions may await registration. */
enum { SHEAF_BYLAWS_WAITING_MAX = SHEAF_FIXED_versions_waiting };
/* Those that do, from the newest back; `*at` is SHEAF_NONE before the first. NULL after the
 * last. */
const struct sheaf_row_bylaws *sheaf_bylaws_waiting(const sheaf_state *state, uint32_t *at);

/* Effects that can be undone (coop/tbl/effects.def): what the entry has made as an urgent act
 * stands for good, or is as if it had not been. */
#define FINAL(name)
#define UNDONE(name)                                                                           \
    sheaf_refusal sheaf_ratify_##name(sheaf_fold *fold, uint32_t entry);                       \
    void sheaf_undo_##name(sheaf_fold *fold, uint32_t entry);
#define EFFECT(kind, when, undo, article) undo(kind)
#include "coop/tbl/effects.def"
#undef FINAL
#undef UNDONE
#undef EFFECT
sheaf_refusal sheaf_effect_ratify(sheaf_fold *fold, sheaf_kind kind, uint32_t entry);
void sheaf_effect_undo(sheaf_fold *fold, sheaf_kind kind, uint32_t entry);

/* The kinds of matters: coop/tbl/matters.def. */
#define MATTER(name, doc)                                                                      \
    sheaf_refusal sheaf_matter_##name##_open(const sheaf_state *state, uint32_t id,            \
                                             sheaf_electorate *out);                           \
    void sheaf_matter_##name##_conflict(sheaf_fold *fold, uint32_t id, uint32_t member);
#include "coop/tbl/matters.def"
#undef MATTER

/* The new motion is put to the assembly that it names, if to any. */
sheaf_refusal sheaf_assembly_motion_put(sheaf_fold *fold, struct sheaf_row_motion *motion);
/* Does the assembly that it is put to, if to any, take ballots now, and is the member there? */
sheaf_refusal sheaf_assembly_ballot_check(const sheaf_state *state,
                                          const struct sheaf_row_motion *motion,
                                          uint32_t member);
/* Has the assembly a place left for a motion of the signer's? It has as many as the bylaws let
 * motions be open, shared out as in coop/room.h. */
sheaf_refusal sheaf_assembly_place_check(const sheaf_fold *fold, uint32_t id);
/* The motion, which is being withdrawn, is on no agenda any more. */
void sheaf_assembly_motion_drop(sheaf_state *state, uint32_t row);
/* Was the assembly that the motion is put to called off? */
bool sheaf_assembly_motion_off(const sheaf_state *state, uint32_t row);
/* Whatever is put to the assembly closes then. */
void sheaf_assembly_motions_close(sheaf_fold *fold, const struct sheaf_row_assembly *assembly,
                                  int64_t at);

/* Do ballots count that tellers have counted, and that their members can contest: until it
 * closes in its own time? */
bool sheaf_ballots_contestable(const sheaf_state *state, uint32_t matter);

/* A debt is paid out of the bank; and every account is cleared. */
sheaf_refusal sheaf_ledger_pay(sheaf_fold *fold, int64_t cents);
void sheaf_ledger_clear(sheaf_fold *fold);

/* The effect of a motion that was held never takes place. */
void sheaf_motion_override(sheaf_fold *fold, uint32_t of);
/* What was suspended of the held motion is not any more: it is held until its first hold is
 * over, and `anew` as long as at first from now on, so that others can suspend it. Where
 * neither lasts it acts now. */
sheaf_refusal sheaf_motion_go_on(sheaf_fold *fold, uint32_t of, bool anew);
/* The held motion has taken effect: what members did to its suspensions holds for what it has
 * made or released too. */
void sheaf_override_began(sheaf_fold *fold, uint32_t motion);

/* Whoever may vote on the matter that is open under that number. */
sheaf_refusal sheaf_matter_find_open(const sheaf_state *state, uint32_t id,
                                     sheaf_electorate *out);

/* The matter has another electorate: counts anew how many of it are conflicted. */
void sheaf_conflicts_recount(sheaf_fold *fold, uint32_t matter,
                             const sheaf_electorate *electorate);

/* Whoever is conflicted on the one matter and has a vote on the other is so on that as well.
 */
void sheaf_conflicts_follow(sheaf_fold *fold, uint32_t from, uint32_t to,
                            const sheaf_electorate *electorate);

/* The one member whom the effect is about, or SHEAF_NONE. */
uint32_t sheaf_effect_subject(const sheaf_state *state, const sheaf_effect *effect);

/* Whom the effect of a motion concerns is conflicted on it; and whoever is so on an adopted
 * motion, on one that suspends it or lets it go on. */
void sheaf_conflict_of_subject(sheaf_fold *fold, uint32_t matter,
                               const sheaf_electorate *electorate, const sheaf_effect *effect);

/* Organs of a document: do they follow from those of a version; and into rows. */
sheaf_refusal sheaf_organs_follow(const sheaf_state *state, uint32_t version,
                                  const struct sheaf_bylaws *text);
void sheaf_organs_add(sheaf_fold *fold, struct sheaf_row_bylaws *version,
                      const struct sheaf_organs_article *article);

/* The member holds no office any more: membership has ended. */
void sheaf_offices_end(sheaf_fold *fold, uint32_t member);

/* The bytes of open motions' effects. */
uint32_t sheaf_parts_store(sheaf_state *state, sheaf_slice bytes);
void sheaf_parts_free(sheaf_state *state, uint32_t first);

#endif
