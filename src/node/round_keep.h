/* node/round_keep.h - what a node keeps of a round that is under way: HOME/sent/N/.
 *
 *     seed       all secrets of the round follow from it
 *     input      the INPUT message: its head, then the masked words
 *     bundle-commit … bundle-reveal
 *                by stage: the bundle that was answered, and the hash of the answer; the
 *                first of them on a ring alone
 *     left       the node has left the round for good
 *
 * Everything is durable before the first byte that rests on it leaves the node, so that a node
 * which restarts makes the very same messages again and goes on where it was. Each file carries
 * a hash of what is in it, the input its signature: where one is spoiled or missing, the node
 * takes no part in the round any more. Whoever has left never comes back, under a restart
 * either: other bytes under the same seat could unmask what was sent.
 *
 * A vector is masked into input.draft chunk by chunk; only what is whole and durable becomes
 * input, and only from there words are sent. So there is one masked vector for each seed, or
 * none: half a one never leaves, and is not gone on with.
 *
 * When the node's part is over the seed is overwritten; when the log says that the round is,
 * the folder goes. So there is a folder for each open round at most, no larger than one vector
 * and the bundles.
 */
#ifndef SHEAF_NODE_ROUND_KEEP_H
#define SHEAF_NODE_ROUND_KEEP_H

#include "coop/view.h"
#include "node/member.h"
#include "round/participant.h"
#include "store/file.h"

typedef struct {
    char dir[SHEAF_PATH_MAX];
    uint32_t round;
} sheaf_round_keep;

/* Where the round is kept; touches no disk. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_init(sheaf_round_keep *keep, const char *home,
                                                  uint32_t round, sheaf_err *err);

/* Gives the seed of the round, drawn and made durable the first time; *again: it was kept. The
 * session is that of the round's config: a seed is for no other. SHEAF_INVALID if the node left
 * the round before or what it kept is spoiled. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_open(const sheaf_round_keep *keep,
                                                  const sheaf_node_ports *ports,
                                                  const sheaf_hash *session,
                                                  uint8_t seed[SHEAF_SEED_BYTES], bool *again,
                                                  sheaf_err *err);

/* The file that a masked vector is sent from, and where its words begin in it. */
enum { SHEAF_ROUND_KEEP_WORDS_AT = SHEAF_ROUND_INPUT_HEAD_BYTES };
SHEAF_MUST_USE sheaf_status sheaf_round_keep_input_path(const sheaf_round_keep *keep,
                                                        char out[SHEAF_PATH_MAX],
                                                        sheaf_err *err);

/* Lets the participant mask these words into the folder; they are the caller's and stay until
 * the bundle of stage INPUT was answered. */
typedef struct {
    const sheaf_round_keep *keep;
    const uint64_t *words;
} sheaf_round_own;
SHEAF_MUST_USE sheaf_status sheaf_round_keep_mask(sheaf_round_own *own, sheaf_participant *p,
                                                  sheaf_err *err);

/* Gives the participant the masked vector that was kept; *found is false if there is none. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_input(const sheaf_round_keep *keep,
                                                   sheaf_participant *p, bool *found,
                                                   sheaf_err *err);

/* Feeds the participant, which has its input, the bundles that were answered. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_replay(const sheaf_round_keep *keep,
                                                    sheaf_participant *p, sheaf_err *err);

/* The answer to this bundle is about to leave. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_answer(const sheaf_round_keep *keep,
                                                    sheaf_round_stage stage, sheaf_slice bundle,
                                                    sheaf_slice message, sheaf_err *err);

/* The node's part in the round is over: nothing but that remains. It may never have begun. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_leave(const sheaf_round_keep *keep,
                                                   sheaf_err *err);

/* Removes what was kept of rounds that the state says are over; *left: of open ones something
 * remains. The state is of the newest log that the node knows. */
SHEAF_MUST_USE sheaf_status sheaf_round_keep_sweep(const char *home, const sheaf_state *state,
                                                   bool *left, sheaf_err *err);

#endif
