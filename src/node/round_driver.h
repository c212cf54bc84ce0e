/* node/round_driver.h - one round, driven from the member's side.
 *
 * Opening checks everything on the member's own replay, reads the data and computes the words;
 * every step after that looks again before anything leaves. A step never waits: it answers what
 * the hub shows by now. What an answer rests on is durable before its first byte is sent (see
 * round_keep.h), so a round that was begun before a crash goes on where it was, with the very
 * bytes that were made then; words are computed only where no masked vector was kept.
 *
 * After the round is closed, sheaf_result_confirm() adds up again and attests.
 */
#ifndef SHEAF_NODE_ROUND_DRIVER_H
#define SHEAF_NODE_ROUND_DRIVER_H

#include "node/local.h"
#include "node/member.h"
#include "node/round_check.h"
#include "node/round_keep.h"
#include "round/participant.h"
#include "store/blob.h"

/* What the node works with; borrowed by the driver. */
typedef struct {
    sheaf_member *member;
    sheaf_blobs blobs;
    sheaf_keypair train;
    uint32_t key; /* entry of the train key */
    sheaf_revoked revoked;
    sheaf_local_own own; /* a trainer of the member's own, and how it went last */
} sheaf_worker;

typedef struct {
    sheaf_worker *worker;
    uint32_t round, member;
    bool open, over;
    bool again; /* begun before a restart, or before a trouble that made it close */
    bool kept;  /* the pending message is durable */
    sheaf_round_keep keep;
    sheaf_participant *participant;
    uint64_t *words; /* the member's own, until they are masked */
    size_t word_count;
    sheaf_round_own own;
    sheaf_slice pending;             /* a message that the hub does not have yet */
    sheaf_round_stage pending_stage; /* and its stage */
    sheaf_buffer bundle;
} sheaf_round_driver;

/* SHEAF_INVALID with a reason for member and hub where the node must not take part; where the
 * reason is in the member's own data, *private is true and the hub is not told it. */
SHEAF_MUST_USE sheaf_status sheaf_round_driver_open(sheaf_round_driver *d, sheaf_worker *worker,
                                                    uint32_t round, const char *file,
                                                    bool *private, sheaf_err *err);
void sheaf_round_driver_close(sheaf_round_driver *d);

/* Answers what there is to answer. SHEAF_IO: try again. Anything else but SHEAF_OK: the node
 * takes no further part, and says why; where d->over, it was the hub that refused. d->over:
 * nothing is left to do. Then, as after a failure, the secrets of the round are gone. */
SHEAF_MUST_USE sheaf_status sheaf_round_driver_step(sheaf_round_driver *d, sheaf_err *err);

/* The root of the member's copy of the log up to the entry that opened the round. */
SHEAF_MUST_USE sheaf_status sheaf_worker_manifest(const sheaf_worker *worker, uint32_t round,
                                                  sheaf_hash *out, sheaf_err *err);

/* A model or sum by its hash: from HOME/blobs or the hub, always checked. */
SHEAF_MUST_USE sheaf_status sheaf_worker_blob(const sheaf_worker *worker,
                                              const sheaf_hash *hash, sheaf_buffer *out,
                                              sheaf_err *err);

/* What an attestation rests on. */
typedef struct {
    sheaf_posted posted;
    size_t chunks, of;  /* chunks of each vector that were added up again */
    sheaf_hash trainer; /* of the member's own, which has trained; zeros: ours */
} sheaf_attested;

/* Adds up a closed round from its transcript, compares result and figures with the log, keeps
 * the result and signs round.attest. Of vectors of many chunks only some are added up, which
 * the node chooses by chance; see claims/recompute.h for what that is worth. SHEAF_FAULT if the
 * log claims another result. */
SHEAF_MUST_USE sheaf_status sheaf_result_confirm(sheaf_worker *worker, uint32_t round,
                                                 sheaf_attested *out, sheaf_err *err);

#endif
