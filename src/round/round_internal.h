/* round/round_internal.h - what participant, coordinator and transcript check alike: a set of
 * messages of one stage, and who may send what after whom.
 */
#ifndef SHEAF_ROUND_INTERNAL_H
#define SHEAF_ROUND_INTERNAL_H

#include "round/coordinator.h"
#include "round/mask.h"
#include "round/neighbours.h"
#include "round/participant.h"
#include "round/shamir.h"
#include "round/survivors.h"
#include "round/unmask.h"

enum { SHEAF_TRANSCRIPT_TYPE = 512 };

/* Messages of one stage, checked, ascending by sender. */
typedef struct {
    uint16_t count;
    int index[SHEAF_ROUND_MEMBERS_MAX]; /* position of the sender in the roster */
    sheaf_round_message message[SHEAF_ROUND_MEMBERS_MAX];
} sheaf_round_set;

/* Decodes and checks every item, and that no sender stands twice. With `heads` the items are
 * heads. */
SHEAF_MUST_USE sheaf_status sheaf_round_set_read(const sheaf_round_config *config,
                                                 const sheaf_round_items *items,
                                                 sheaf_round_stage type, bool heads,
                                                 sheaf_round_set *out, sheaf_err *err);

void sheaf_round_commits_from(const sheaf_round_set *set, sheaf_round_commits *out);

/* Who advertised what; and, which follows from it, who is whose neighbour. */
SHEAF_MUST_USE sheaf_status sheaf_round_adverts_from(const sheaf_round_config *config,
                                                     const sheaf_round_commits *commits,
                                                     const sheaf_round_set *set,
                                                     sheaf_neighbours *neighbours,
                                                     sheaf_round_adverts *out, sheaf_err *err);

/* A checked SHARE, or its head, fits the adverts: its sender is one of them and saw the same
 * set, and committed to the mask point that it advertised. */
SHEAF_MUST_USE sheaf_status sheaf_round_share_check(const sheaf_round_adverts *adverts,
                                                    const sheaf_round_message *message,
                                                    int index, sheaf_err *err);

/* It has a box for each neighbour that advertised, and for nobody else. */
SHEAF_MUST_USE sheaf_status sheaf_round_boxes_check(const sheaf_round_config *config,
                                                    const sheaf_neighbours *neighbours,
                                                    const sheaf_round_adverts *adverts,
                                                    const sheaf_round_message *message,
                                                    int index, sheaf_err *err);

/* A checked INPUT, or its head, was masked over these shares. */
SHEAF_MUST_USE sheaf_status sheaf_round_shares_check(const sheaf_round_message *message,
                                                     const sheaf_hash *shares, sheaf_err *err);

/* The survivor list that follows from who shared and whose INPUT is there. */
SHEAF_MUST_USE sheaf_status sheaf_round_list_make(const sheaf_round_config *config,
                                                  const sheaf_round_adverts *adverts,
                                                  const bool *shared,
                                                  const sheaf_round_set *inputs,
                                                  sheaf_survivors *out, sheaf_err *err);

/* Too few: `what` says who, as in "survivors". */
SHEAF_MUST_USE sheaf_status sheaf_round_enough(size_t count, size_t least, const char *what,
                                               sheaf_err *err);

/* coordinator_join.c: somebody on the list whose secret can not be joined yet, for want of
 * reveals by those who hold shares of it; -1 if there is nobody. With `hoped` those who may
 * still reveal count too: then it never can. */
int sheaf_coordinator_short(const sheaf_coordinator *c, bool hoped);

/* coordinator_join.c: joins the secrets from `threshold` reveals. A reveal with a false share
 * is dropped and its sender marked faulty; then *joined is false. */
SHEAF_MUST_USE sheaf_status sheaf_coordinator_join(sheaf_coordinator *c, bool *joined,
                                                   sheaf_err *err);
/* Makes the sum in memory and ends the round. */
SHEAF_MUST_USE sheaf_status sheaf_coordinator_sum_now(sheaf_coordinator *c, sheaf_err *err);

/* What a message is to the coordinator: ACCEPTED if it has none of that sender and stage. A
 * second one is held against its sender only if the sender signed it. */
SHEAF_MUST_USE sheaf_round_answer sheaf_coordinator_known(const sheaf_coordinator *c,
                                                          const sheaf_round_message *message,
                                                          sheaf_err *err);
/* It may be taken now; of INPUT the head alone is looked at. */
SHEAF_MUST_USE sheaf_status sheaf_coordinator_check(const sheaf_coordinator *c,
                                                    const sheaf_round_message *message,
                                                    int *index, sheaf_err *err);
/* It may still be taken: the stage may have gone by, but the message is the one that was
 * checked before, so its signature holds. */
SHEAF_MUST_USE sheaf_status sheaf_coordinator_check_again(const sheaf_coordinator *c,
                                                          const sheaf_round_message *message,
                                                          int index, sheaf_err *err);
SHEAF_MUST_USE sheaf_status sheaf_coordinator_keep(sheaf_coordinator *c,
                                                   const sheaf_round_message *message,
                                                   int index, sheaf_err *err);
void sheaf_coordinator_answered(sheaf_coordinator *c, int64_t now_ms); /* moves on */

/* The message that the member at this position sent in a stage, of INPUT its head; empty if
 * none. */
sheaf_slice sheaf_coordinator_message(const sheaf_coordinator *c, sheaf_round_stage stage,
                                      int index);

/* participant_answer.c: makes the message for a bundle that is in turn, in p->sent[]. */
SHEAF_MUST_USE sheaf_status sheaf_participant_answer(sheaf_participant *p,
                                                     const sheaf_round_bundle *bundle,
                                                     sheaf_err *err);
/* participant_input.c: masks the vector over these sharers and signs its head, in
 * p->sent[SHEAF_ROUND_INPUT]. */
SHEAF_MUST_USE sheaf_status sheaf_participant_mask(sheaf_participant *p,
                                                   const sheaf_round_set *sharers,
                                                   const sheaf_hash *digest, sheaf_err *err);
/* participant_restore.c: a message that was masked before a restart fits these shares. */
SHEAF_MUST_USE sheaf_status sheaf_participant_masked_check(const sheaf_participant *p,
                                                           const sheaf_hash *shares,
                                                           sheaf_err *err);
uint32_t sheaf_participant_me(const sheaf_participant *p);
void sheaf_participant_forget(sheaf_participant *p); /* wipes and frees the secrets */

#endif
