/* round/coordinator.h - the hub's side of a round, as a pure state machine.
 *
 * It collects the participants' messages, moves from stage to stage, and in the end unmasks the
 * sum of the survivors' vectors. It never learns more than that: not by honesty, but because
 * the participants reveal nothing else.
 *
 * A stage ends when all who are still there have answered, or when its time is over and enough
 * have: min_survivors up to INPUT; from SURVIVORS on `threshold` of the neighbours of each
 * member on the list, because the sum's members are fixed by then, and of their signatures
 * sheaf_round_signers(). REVEAL ends when `threshold`
 * sound reveals are there for each secret. Otherwise the round is aborted with a reason. What
 * arrives after its stage is refused: a late input is never unmasked.
 *
 * State is in memory alone; kept.h says what to write down so that a restart loses nothing.
 */
#ifndef SHEAF_ROUND_COORDINATOR_H
#define SHEAF_ROUND_COORDINATOR_H

#include "round/chunk.h"
#include "round/neighbours.h"
#include "round/survivors.h"

typedef enum {
    SHEAF_ROUND_ACCEPTED,
    SHEAF_ROUND_DUPLICATE, /* the very same bytes were accepted before: fine */
    SHEAF_ROUND_REFUSED,   /* the reason is in the caller's sheaf_err */
} sheaf_round_answer;

/* Fields are private to coordinator.c. */
typedef struct {
    sheaf_round_config config;
    sheaf_neighbours neighbours;
    sheaf_round_stage stage;
    int64_t stage_since_ms;
    /* By stage and position in the roster; kept after the stage for bundles and transcript. Of
     * INPUT the heads alone. */
    uint8_t *message[SHEAF_ROUND_MESSAGE_STAGES + 1][SHEAF_ROUND_MEMBERS_MAX];
    size_t message_len[SHEAF_ROUND_MESSAGE_STAGES + 1][SHEAF_ROUND_MEMBERS_MAX];
    bool expected[SHEAF_ROUND_MEMBERS_MAX]; /* may answer in the current stage */
    bool faulty[SHEAF_ROUND_MEMBERS_MAX];   /* revealed a false share */
    sheaf_buffer bundle[SHEAF_ROUND_ABORTED + 1];
    sheaf_buffer scratch; /* the bundle of one member's neighbourhood */
    sheaf_round_commits commits;
    sheaf_round_adverts adverts;
    bool shared[SHEAF_ROUND_MEMBERS_MAX];
    sheaf_hash share_body[SHEAF_ROUND_MEMBERS_MAX]; /* hashes, of those who shared */
    sheaf_hash transcript;
    sheaf_survivors list;
    sheaf_survivors_text list_text;
    sheaf_scalar self_secret[SHEAF_ROUND_MEMBERS_MAX]; /* of survivors, by position */
    sheaf_scalar mask_secret[SHEAF_ROUND_MEMBERS_MAX]; /* of dropouts */
    size_t secrets; /* so many of them are joined, in the order of the list */
    sheaf_chunk_store store;
    uint8_t *vector[SHEAF_ROUND_MEMBERS_MAX];    /* masked; NULL where the store has it */
    sheaf_hash *chunks[SHEAF_ROUND_MEMBERS_MAX]; /* the hashes of its chunks */
    sheaf_sum_sink sink;
    bool joined;      /* the secrets are there; with a store the shell makes the sum */
    uint64_t *sum;    /* where there is no sink */
    sheaf_err reason; /* of the abort */
} sheaf_coordinator;

SHEAF_MUST_USE sheaf_status sheaf_coordinator_init(sheaf_coordinator *c,
                                                   const sheaf_round_config *config,
                                                   int64_t now_ms, sheaf_err *err);
void sheaf_coordinator_deinit(sheaf_coordinator *c);

/* Vectors go to the store instead of memory, and the sum into the sink. To be called before the
 * first message; the store of a vector that is never accepted may keep chunks that nobody
 * needs. See arrival.h for how they come in.
 *
 * The sum of long vectors takes its time, so the shell makes it, where and when it likes: once
 * sheaf_coordinator_joined() is true no message is awaited any more, until
 *
 *     sheaf_coordinator_sum_make(&c, &transcript, &err);     may run beside all but deinit
 *     sheaf_coordinator_sum_end(&c, &transcript);            the stage is DONE
 *
 * or, where that fails, sheaf_coordinator_abort(). */
void sheaf_coordinator_stream(sheaf_coordinator *c, sheaf_chunk_store store,
                              sheaf_sum_sink sink);
bool sheaf_coordinator_joined(const sheaf_coordinator *c);
SHEAF_MUST_USE sheaf_status sheaf_coordinator_sum_make(const sheaf_coordinator *c,
                                                       sheaf_hash *transcript, sheaf_err *err);
void sheaf_coordinator_sum_end(sheaf_coordinator *c, const sheaf_hash *transcript);

/* One message from whoever claims to be its sender. */
SHEAF_MUST_USE sheaf_round_answer sheaf_coordinator_receive(sheaf_coordinator *c,
                                                            sheaf_slice message, int64_t now_ms,
                                                            sheaf_err *err);

/* Ends a stage whose time is over. To be called now and then; sheaf_coordinator_deadline() says
 * when it will next matter. */
void sheaf_coordinator_tick(sheaf_coordinator *c, int64_t now_ms);
int64_t sheaf_coordinator_deadline(const sheaf_coordinator *c); /* INT64_MAX at the end */

/* Ends the round for a reason of the shell's, such as a revoked mandate. */
void sheaf_coordinator_abort(sheaf_coordinator *c, const char *reason);

sheaf_round_stage sheaf_coordinator_stage(const sheaf_coordinator *c);

/* The bundle that opens a stage for the member, empty if the round has not come so far. It
 * stays the same from then on. On the complete graph it is the same for everybody; on a ring
 * that of INPUT has the member's neighbourhood alone, and is made when it is asked for: the
 * bytes are the coordinator's, and stay until it is asked for another bundle. */
sheaf_slice sheaf_coordinator_bundle(sheaf_coordinator *c, sheaf_round_stage stage,
                                     uint32_t member);

/* A hash of all that the bundles of a stage are made of, for whomever. */
sheaf_hash sheaf_coordinator_shown(const sheaf_coordinator *c, sheaf_round_stage stage);

/* True if the vector of the member at this position was taken. */
bool sheaf_coordinator_has_input(const sheaf_coordinator *c, int index);

/* True if the member's message is awaited in the current stage. */
bool sheaf_coordinator_awaits(const sheaf_coordinator *c, uint32_t member);

/* After DONE. The sum is modulo 2^bits, config->words long, the sign of each word carried to 64
 * bits; NULL where it went into a sink. */
const uint64_t *sheaf_coordinator_sum(const sheaf_coordinator *c);
const sheaf_survivors *
sheaf_coordinator_list(const sheaf_coordinator *c); /* from SURVIVORS on */
const sheaf_hash *sheaf_coordinator_list_hash(const sheaf_coordinator *c);
SHEAF_MUST_USE sheaf_status sheaf_coordinator_transcript(const sheaf_coordinator *c,
                                                         sheaf_buffer *out, sheaf_err *err);
const sheaf_hash *sheaf_coordinator_transcript_hash(const sheaf_coordinator *c);

/* After ABORTED: why; else an empty text. */
const char *sheaf_coordinator_reason(const sheaf_coordinator *c);

#endif
