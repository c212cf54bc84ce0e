/* round/message.h - the bytes that a participant sends to the coordinator.
 *
 * A message is a body and the sender's Ed25519 signature over LABEL LF origin LF body, label
 * sheaf-round/v1. The body begins with
 *
 *     version u16 = 1, type u16, round u32, manifest 32, member u32            (44 bytes)
 *
 * and goes on, by type (numbers big-endian, lists ascending by member, no byte left over):
 *
 *     COMMIT     commitment 32, see graph.h; on a ring alone
 *     ADVERTISE  mask point 32, seal point 32, the bytes behind the commitment 32; zeros on the
 *                complete graph
 *     SHARE      hash of the adverts 32, t u16, t self commitments of 32, t mask commitments of
 *                32, hash of the boxes 32;
 *                behind the signature the boxes: n u16, n times {receiver u32, sealed box 104}
 *     INPUT      hash of the adverts 32, hash of the shares 32, words u32, hash of the words
 *                32, see chunk.h; behind the signature the masked words, as in words.h
 *     SURVIVORS  hash of the survivor list 32; the signature is over the list itself, see
 *                survivors.h
 *     REVEAL     hash of the survivor list 32,
 *                n u16, n times {survivor u32, share of its self secret 32},
 *                n u16, n times {dropout u32, share of its mask secret 32}
 *
 * sheaf_round_message_decode() looks at the form alone; sheaf_round_message_check() at round,
 * roster, signature, and that the boxes are the signed ones. A decoded message borrows from the
 * bytes.
 *
 * The head of a message is its body and signature, without the boxes or words behind them. A
 * transcript has heads alone, so that nobody who keeps it, and steals a member's keys years
 * later, finds encrypted shares in it.
 */
#ifndef SHEAF_ROUND_MESSAGE_H
#define SHEAF_ROUND_MESSAGE_H

#include "base/buffer.h"
#include "crypto/aead.h"
#include "crypto/group.h"
#include "round/config.h"

enum {
    SHEAF_ROUND_VERSION = 1,
    SHEAF_ROUND_HEAD_BYTES = 44,
    SHEAF_ROUND_BOX_BYTES = 2 * SHEAF_SCALAR_BYTES + SHEAF_SEAL_OVERHEAD,
    SHEAF_ROUND_BOX_ENTRY_BYTES = 4 + SHEAF_ROUND_BOX_BYTES,
    SHEAF_ROUND_SHARE_ENTRY_BYTES = 4 + SHEAF_SCALAR_BYTES,
    /* Body and signature of INPUT. */
    SHEAF_ROUND_INPUT_HEAD_BYTES =
        SHEAF_ROUND_HEAD_BYTES + 32 + 32 + 4 + 32 + SHEAF_SIGNATURE_BYTES,
};

typedef struct {
    sheaf_point mask;        /* for agreeing on pairwise masks */
    sheaf_point seal;        /* for encrypting shares */
    sheaf_hash contribution; /* to the order of the ring */
} sheaf_round_advertise;

typedef struct {
    sheaf_hash adverts; /* sheaf_round_digest() of the adverts that the sender was shown */
    uint16_t threshold;
    sheaf_slice self_commitments; /* threshold points: Feldman, of the self secret */
    sheaf_slice mask_commitments; /* the same of the mask secret */
    sheaf_hash hash;              /* of all that stands behind the signature */
    sheaf_slice behind;           /* that; empty in a head */
    uint16_t count;
    sheaf_slice boxes; /* count entries of SHEAF_ROUND_BOX_ENTRY_BYTES */
} sheaf_round_share;

typedef struct {
    sheaf_hash adverts; /* as in a SHARE */
    sheaf_hash shares;  /* sheaf_round_digest() of the shares that the sender was shown */
    uint32_t count;
    sheaf_hash hash;   /* of the words */
    sheaf_slice words; /* all that stands behind the signature; empty in a head */
} sheaf_round_input;

typedef struct {
    sheaf_hash list;
    uint16_t survivors, dropouts;
    sheaf_slice self_shares; /* survivors entries of SHEAF_ROUND_SHARE_ENTRY_BYTES */
    sheaf_slice mask_shares; /* dropouts entries */
} sheaf_round_reveal;

typedef struct {
    sheaf_round_stage type;
    uint32_t round, member;
    sheaf_hash manifest;
    sheaf_slice bytes; /* all of it */
    sheaf_slice body;  /* what is signed */
    const uint8_t *signature;
    union {
        sheaf_hash commitment;
        sheaf_round_advertise advertise;
        sheaf_round_share share;
        sheaf_round_input input;
        sheaf_hash survivors; /* hash of the list */
        sheaf_round_reveal reveal;
    };
} sheaf_round_message;

SHEAF_MUST_USE sheaf_status sheaf_round_message_decode(sheaf_slice bytes,
                                                       sheaf_round_message *out,
                                                       sheaf_err *err);

/* The head of a message, of any type. */
SHEAF_MUST_USE sheaf_status sheaf_round_head_decode(sheaf_slice bytes, sheaf_round_message *out,
                                                    sheaf_err *err);

/* The first SHEAF_ROUND_INPUT_HEAD_BYTES of an INPUT, without the words. */
SHEAF_MUST_USE sheaf_status sheaf_round_input_head_decode(sheaf_slice bytes,
                                                          sheaf_round_message *out,
                                                          sheaf_err *err);

/* How long the head of a SHARE is. */
static inline size_t sheaf_round_share_head_bytes(const sheaf_round_config *config)
{
    return SHEAF_ROUND_HEAD_BYTES + SHEAF_HASH_BYTES + 2
           + 2 * (size_t)config->threshold * SHEAF_POINT_BYTES + SHEAF_HASH_BYTES
           + SHEAF_SIGNATURE_BYTES;
}

/* The message belongs to this round, its sender is on the roster and signed it, and its sizes
 * are the round's; `index` is the sender's position. Boxes that are there are those that the
 * sender signed. Of SURVIVORS the signature is left to sheaf_survivors_verify(). The words of
 * an INPUT are not looked at. */
SHEAF_MUST_USE sheaf_status sheaf_round_message_check(const sheaf_round_config *config,
                                                      const sheaf_round_message *message,
                                                      int *index, sheaf_err *err);

/* The commitments of a checked SHARE are points. The coordinator asks, before others are shown
 * them; whoever checks a share against them has seen it, and nobody else computes with them. */
SHEAF_MUST_USE sheaf_status sheaf_round_commitments_check(const sheaf_round_message *message,
                                                          sheaf_err *err);

/* Entry i of a list in a message that was decoded. */
uint32_t sheaf_round_box_at(const sheaf_round_share *share, size_t i, sheaf_slice *box);
uint32_t sheaf_round_share_at(sheaf_slice shares, size_t i, sheaf_scalar *out);
sheaf_point sheaf_round_commitment_at(sheaf_slice commitments, size_t i);

/* What a set of messages of one stage amounts to: a hash over the session, then with each
 * sender and body in order over what was before and that. Two participants that were shown
 * different sets get different digests. */
sheaf_hash sheaf_round_digest(const sheaf_hash *session, const sheaf_round_message *messages,
                              size_t count);

/* The same step by step, from the hashes of the bodies. */
sheaf_hash sheaf_round_digest_begin(const sheaf_hash *session);
sheaf_hash sheaf_round_digest_add(const sheaf_hash *so_far, const sheaf_hash *body);

/* The longest message of this type that the round can contain. */
size_t sheaf_round_message_max(const sheaf_round_config *config, sheaf_round_stage type);

/* Writing: head, the fields of the type, signature over all that stands in `out`. */
void sheaf_round_head_put(sheaf_buffer *out, const sheaf_round_config *config,
                          sheaf_round_stage type, uint32_t member);
void sheaf_round_sign(sheaf_buffer *out, const sheaf_round_config *config,
                      const sheaf_keypair *pair);

#endif
