/* round/round_internal.h - what participant, coordinator and transcript check alike: a set of
 * messages of one stage, who may send what after whom, and the removal of masks from a sum.
 */
#ifndef SHEAF_ROUND_INTERNAL_H
#define SHEAF_ROUND_INTERNAL_H

#include "round/coordinator.h"
#include "round/mask.h"
#include "round/participant.h"
#include "round/shamir.h"
#include "round/survivors.h"

enum { SHEAF_TRANSCRIPT_TYPE = 512 };

/* Messages of one stage, checked, ascending by sender. */
typedef struct {
    uint16_t count;
    int index[SHEAF_ROUND_MEMBERS_MAX]; /* position of the sender in the roster */
    sheaf_round_message message[SHEAF_ROUND_MEMBERS_MAX];
} sheaf_round_set;

/* Decodes and checks every item, and that no sender stands twice. With `heads` the items are
 * heads of INPUT messages. */
SHEAF_MUST_USE sheaf_status sheaf_round_set_read(const sheaf_round_config *config,
                                                 const sheaf_round_items *items,
                                                 sheaf_round_stage type, bool heads,
                                                 sheaf_round_set *out, sheaf_err *err);

void sheaf_round_adverts_from(const sheaf_hash *session, const sheaf_round_set *set,
                              sheaf_round_adverts *out);

/* A checked SHARE fits the adverts: its sender is one of them and saw the same set, committed
 * to the mask point that it advertised, and made a box for each other one. */
SHEAF_MUST_USE sheaf_status sheaf_round_share_check(const sheaf_round_config *config,
                                                    const sheaf_round_adverts *adverts,
                                                    const sheaf_round_message *message,
                                                    int index, sheaf_err *err);

/* The survivor list that follows from who shared and whose INPUT is there. */
SHEAF_MUST_USE sheaf_status sheaf_round_list_make(const sheaf_round_config *config,
                                                  const bool *shared, const sheaf_hash *shares,
                                                  const sheaf_round_set *inputs,
                                                  sheaf_survivors *out, sheaf_err *err);

/* All that the sum is made of; arrays by position. */
typedef struct {
    const sheaf_round_config *config;
    const sheaf_hash *session;
    const sheaf_survivors *list;
    const sheaf_point *mask_point;
    const sheaf_scalar *self_secret;            /* of survivors */
    const sheaf_scalar *mask_secret;            /* of dropouts */
    sheaf_slice words[SHEAF_ROUND_MEMBERS_MAX]; /* masked, of survivors */
} sheaf_unmask;

/* Adds the survivors' vectors and takes off what masks do not cancel. */
SHEAF_MUST_USE sheaf_status sheaf_unmask_sum(const sheaf_unmask *work, uint64_t *out,
                                             sheaf_err *err);

/* Too few: `what` says who, as in "survivors". */
SHEAF_MUST_USE sheaf_status sheaf_round_enough(size_t count, size_t least, const char *what,
                                               sheaf_err *err);

/* coordinator_sum.c: joins the secrets from `threshold` reveals and unmasks the sum. A reveal
 * with a false share is dropped and its sender marked faulty; then *summed is false. */
SHEAF_MUST_USE sheaf_status sheaf_coordinator_unmask(sheaf_coordinator *c, bool *summed,
                                                     sheaf_err *err);

/* The message that the member at this position sent in a stage; empty if none. */
sheaf_slice sheaf_coordinator_message(const sheaf_coordinator *c, sheaf_round_stage stage,
                                      int index);

/* participant_answer.c: makes the message for a bundle that is in turn, in p->sent[]. */
SHEAF_MUST_USE sheaf_status sheaf_participant_answer(sheaf_participant *p,
                                                     const sheaf_round_bundle *bundle,
                                                     sheaf_err *err);
uint32_t sheaf_participant_me(const sheaf_participant *p);
void sheaf_participant_forget(sheaf_participant *p); /* wipes and frees the secrets */

#endif
