/* round/participant.h - one member's side of a round, as a pure state machine.
 *
 * It is fed the coordinator's bundles and answers each with the message to send, or refuses and
 * says why. It believes nothing: every signature in a bundle is checked against the roster of
 * the config, which the member made from its own copy of the log.
 *
 * - The same bundle gives the same bytes again; another bundle for a stage that is already
 *   answered is refused. So only one input, one survivor list and one reveal ever leave.
 * - The list of dropouts is checked against the participant's own view, so no member's self
 *   secret and mask secret can both be revealed. On a ring that view is of its neighbours, the
 *   only ones whose shares it has; of the others it checks that they were shown the same
 *   adverts, so that no two groups of members can be led to two sums.
 * - A refusal changes nothing: a bundle that was garbled under way can be fetched again.
 *
 * All that it sends follows from the seed, the input and the bundles that it answered. The
 * shell makes these durable before the first byte of an answer leaves: the seed at first, each
 * bundle, and the INPUT message with its words. After a crash a participant made from the same
 * seed, given that message by sheaf_participant_input_again() and fed the same bundles in their
 * order, gives the very same bytes and goes on where it was. Before there is an INPUT message
 * another input may be given; afterwards never.
 *
 *     sheaf_participant_init(&p, &config, me, &pair, seed, &err);
 *     sheaf_participant_input(&p, words, count, &err);      before the bundle of stage INPUT
 *     while (!sheaf_participant_over(&p))
 *         sheaf_participant_receive(&p, bundle, &message, &err);   send message if not empty
 *     sheaf_participant_deinit(&p);
 */
#ifndef SHEAF_ROUND_PARTICIPANT_H
#define SHEAF_ROUND_PARTICIPANT_H

#include "round/neighbours.h"
#include "round/survivors.h"

/* Wiped as soon as it is no longer needed, and by sheaf_participant_deinit(). */
typedef struct {
    sheaf_keypair pair;
    sheaf_scalar seal;
    /* The secrets themselves are the constant terms. */
    sheaf_scalar self_poly[SHEAF_ROUND_MEMBERS_MAX], mask_poly[SHEAF_ROUND_MEMBERS_MAX];
    uint8_t nonces[SHEAF_ROUND_MEMBERS_MAX][SHEAF_NONCE_BYTES];
    uint8_t contribution[SHEAF_GRAPH_CONTRIBUTION_BYTES]; /* secret until ADVERTISE */
    /* Shares that the others gave to this member, by position of the giver. */
    sheaf_scalar self_share[SHEAF_ROUND_MEMBERS_MAX], mask_share[SHEAF_ROUND_MEMBERS_MAX];
} sheaf_participant_secrets;

/* Where a long vector comes from and where its masked words go. */
typedef struct {
    void *context;
    sheaf_status (*read)(void *context, uint64_t first, uint64_t *values, size_t count,
                         sheaf_err *err);
    sheaf_status (*write)(void *context, uint64_t at, sheaf_slice words, sheaf_err *err);
} sheaf_vector_stream;

/* Where masked words are read again: `len` bytes of them from `at`, in order. */
typedef struct {
    void *context;
    sheaf_status (*read)(void *context, uint64_t at, uint8_t *out, size_t len, sheaf_err *err);
} sheaf_masked_words;

/* Fields are private to participant.c. */
typedef struct {
    sheaf_round_config config;
    sheaf_neighbours neighbours;
    int me;                     /* position in the roster */
    sheaf_round_stage answered; /* the last stage that was answered; before the round's first
                                   stage that before it */
    bool sealed[SHEAF_ROUND_ABORTED + 1]; /* answered: seen[] and sent[] are final */
    sheaf_participant_secrets *secrets;
    sheaf_buffer sent[SHEAF_ROUND_MESSAGE_STAGES + 1]; /* by stage; [0] is empty */
    sheaf_hash seen[SHEAF_ROUND_ABORTED + 1];          /* hash of the bundle of each stage */
    bool have_input;
    sheaf_vector_stream stream; /* all NULL: the words wait in sent[] */
    bool masked;                /* the input is a message that was made before a restart */
    bool shared[SHEAF_ROUND_MEMBERS_MAX]; /* of the neighbours, and oneself */
    sheaf_round_commits commits;          /* what was shown, and the digest of the shares */
    sheaf_round_adverts adverts;
    sheaf_hash shares;
    sheaf_survivors list; /* the one that was signed */
    sheaf_hash list_hash, transcript;
} sheaf_participant;

/* `me` and the public key of `pair` must stand in the roster; `seed` is fresh randomness for
 * this round only, or after a restart that of the first start. */
SHEAF_MUST_USE sheaf_status sheaf_participant_init(sheaf_participant *p,
                                                   const sheaf_round_config *config,
                                                   uint32_t me, const sheaf_keypair *pair,
                                                   const uint8_t seed[SHEAF_SEED_BYTES],
                                                   sheaf_err *err);
void sheaf_participant_deinit(sheaf_participant *p);

/* The vector to be summed, config->words long, taken modulo 2^bits; copied. Once only. See
 * fixed_point.h for the range that keeps a sum of signed values from wrapping. */
SHEAF_MUST_USE sheaf_status sheaf_participant_input(sheaf_participant *p, const uint64_t *words,
                                                    size_t count, sheaf_err *err);

/* For a long vector: it is read, masked and handed on chunk by chunk, at the bundle of stage
 * INPUT. The message of that stage is then the head alone; the words that belong behind it have
 * gone to write(), in order. If either fails, the participant is out of the round, for what was
 * masked must not be masked again. */
SHEAF_MUST_USE sheaf_status sheaf_participant_stream(sheaf_participant *p,
                                                     sheaf_vector_stream stream,
                                                     sheaf_err *err);

/* Instead, after a restart: the INPUT message that this participant had made; of a streamed one
 * the head alone, and its words are read once more. SHEAF_FAULT or SHEAF_INVALID unless it is
 * that, whole and signed; `words` may be NULL where they are in the message. */
SHEAF_MUST_USE sheaf_status sheaf_participant_input_again(sheaf_participant *p,
                                                          sheaf_slice message,
                                                          const sheaf_masked_words *words,
                                                          sheaf_err *err);

/* Reads a bundle and gives the message to send, which the participant keeps; empty where there
 * is nothing to send (DONE, ABORTED). SHEAF_FAULT where somebody's signature, share or proof is
 * wrong: the sentence names the member. SHEAF_INVALID for any other refusal. */
SHEAF_MUST_USE sheaf_status sheaf_participant_receive(sheaf_participant *p, sheaf_slice bundle,
                                                      sheaf_slice *message, sheaf_err *err);

/* The stage whose bundle is awaited: sheaf_round_first() at first, DONE after the reveal and
 * from then on; ABORTED if the coordinator said so. Over is true once the sum or the abort was
 * shown. */
sheaf_round_stage sheaf_participant_stage(const sheaf_participant *p);
bool sheaf_participant_over(const sheaf_participant *p);

/* The message sent in a stage, empty if none was. */
sheaf_slice sheaf_participant_sent(const sheaf_participant *p, sheaf_round_stage stage);

/* The survivor list that this participant signed, or NULL. */
const sheaf_survivors *sheaf_participant_list(const sheaf_participant *p);

/* After DONE: the hash of the transcript that the coordinator claims. The sum counts only once
 * sheaf_transcript_sum() over bytes with this hash gives the same words. */
const sheaf_hash *sheaf_participant_transcript(const sheaf_participant *p);

#endif
