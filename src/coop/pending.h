/* coop/pending.h - what the rules on petitions, advice, assemblies, accountability and conflict
 * resolution share, and what the rules on members call of them. */
#ifndef SHEAF_COOP_PENDING_H
#define SHEAF_COOP_PENDING_H

#include "bylaws/fixed.h"
#include "coop/coop_internal.h"

/* For so long before its beginning members can say that they are at an assembly. */
enum { SHEAF_DOORS_MS = SHEAF_FIXED_assembly_doors_s * 1000 };

/* What is open of every sort: a row of zeros before there has been anything. */
const struct sheaf_row_pending *sheaf_pending(const sheaf_state *state);
struct sheaf_row_pending *sheaf_pending_change(sheaf_state *state);

/* The members of a list of named_member are named once each, in ascending order. */
sheaf_refusal sheaf_members_ordered(const sheaf_list *members);

/* A member has gained or lost the vote: its signatures under open petitions begin or cease to
 * count. Whoever calls it calls sheaf_petitions_look() once the members with a vote are counted
 * anew. */
void sheaf_petitions_vote(sheaf_fold *fold, uint32_t member, bool has_vote);
/* How many signatures the petition needs: by the bylaws of its opening, of the members with a
 * vote now. */
uint32_t sheaf_petition_needed(const sheaf_state *state,
                               const struct sheaf_row_petition *petition);
/* Enough signatures under an open petition? Asked whenever there are fewer members with a vote,
 * or more signatures; with more members no threshold becomes lower. */
void sheaf_petitions_look(sheaf_fold *fold);

/* It has lapsed, or its assembly is over: another takes its place among those that the bylaws
 * let be open. */
void sheaf_petition_over(sheaf_fold *fold, uint32_t id);

/* Was the member asked in that process: by name, or in an organ or circle when it was opened?
 */
bool sheaf_advice_asks(const sheaf_state *state, const struct sheaf_row_advice *advice,
                       uint32_t member);
/* Has somebody who was asked not given advice yet? */
bool sheaf_advice_awaited(const sheaf_state *state, const struct sheaf_row_advice *advice);

/* A new assembly under that version of the bylaws, named by the entry. */
struct sheaf_row_assembly *sheaf_assembly_add(sheaf_fold *fold, uint32_t bylaws, int64_t starts,
                                              int64_t ends);
/* Did the member call for it: sign the petition that asked for it, or convene it? For who
 * convened it and is no member any more each with a vote does. */
bool sheaf_assembly_called_by(const sheaf_state *state,
                              const struct sheaf_row_assembly *assembly, uint32_t member);

/* May the member convene now what the petition asks for, if that waits to be convened: who
 * opened it, officers who convene, and later who signed it? */
sheaf_refusal sheaf_petition_convener(const sheaf_state *state,
                                      const struct sheaf_row_petition *petition,
                                      uint32_t member, int64_t now);
/* And tell where an assembly is held that dated itself, if that is not told? */
sheaf_refusal sheaf_assembly_placer(const sheaf_state *state,
                                    const struct sheaf_row_assembly *assembly, uint32_t member,
                                    int64_t now);

/* Is the member there: has it come, or was it recorded by two tellers, and says no other? */
bool sheaf_attends(const sheaf_state *state, uint32_t assembly, uint32_t member);
/* Can the member say that it is not, though tellers have recorded so? */
sheaf_refusal sheaf_presence_contestable(const sheaf_state *state, uint32_t assembly,
                                         uint32_t member, int64_t stamp);
/* One fewer of those who were counted was there; where too few were, on the first call, it is
 * called again. */
void sheaf_presence_less(sheaf_fold *fold, struct sheaf_row_assembly *assembly);
/* Tellers have recorded a member as there who has a key to contest it: what is put to the
 * assembly stays open for so long. */
void sheaf_presence_keep_open(sheaf_fold *fold, struct sheaf_row_assembly *assembly);

/* The motion, which is being opened, is on what follows from that process of accountability:
 * whoever is called does not vote on it. `effect` is NULL where it has none. */
sheaf_refusal sheaf_accountability_put(sheaf_fold *fold, uint32_t id,
                                       struct sheaf_row_motion *motion,
                                       const sheaf_effect *effect);
/* Such a motion is open no longer: if the members have adopted it, its process is concluded. */
void sheaf_accountability_decided(sheaf_fold *fold, const struct sheaf_row_motion *motion);

/* Is the member a teller now? */
bool sheaf_teller_is(const sheaf_fold *fold, uint32_t member);
/* Has the member a key with which it could contest what tellers record of it? */
bool sheaf_member_keyed(const sheaf_fold *fold, uint32_t member);
/* So long, at least, members can contest what tellers count as theirs where ballots are taken
 * for so many seconds, in milliseconds. */
int64_t sheaf_contest_ms(uint32_t open_s);
/* What tellers counted as the member's on what is open is set aside: what it had cast itself
 * counts again. Refuses where they have counted nothing. */
sheaf_refusal sheaf_ballot_set_aside(sheaf_fold *fold, uint32_t matter, uint32_t member);
/* Is the signer another person than the member who signed with that key? */
bool sheaf_teller_other(const sheaf_fold *fold, uint32_t by, uint32_t key);

#endif
