/* round/mask.h - masks: streams of words (crypto/keystream.h), uniform over the whole modulus.
 *
 * Each pair of participants agrees on one by Diffie-Hellman; the one with the lower entry adds
 * it, the other subtracts it, so it vanishes from the sum. Each participant adds one more of
 * its own, the self mask, so that a vector stays hidden from a coordinator that calls its owner
 * a drop-out and gets the pairwise masks. Seeds are SHA-256 over label, session, members and
 * secret: all 256 bits of them are the stream's key.
 */
#ifndef SHEAF_ROUND_MASK_H
#define SHEAF_ROUND_MASK_H

#include "base/status.h"
#include "crypto/group.h"
#include "crypto/hash.h"
#include "crypto/keystream.h"

typedef struct {
    uint8_t seed[32];
    bool subtract;
} sheaf_mask;

/* The pairwise mask as the owner of `secret`, member `me`, applies it; false where `point` is
 * no valid point. */
bool sheaf_mask_pair(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t me,
                     const sheaf_point *point, uint32_t other, sheaf_mask *out);

/* The self mask as its owner applies it. */
void sheaf_mask_self(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t me,
                     sheaf_mask *out);

/* Applies all masks to the words [first, first + count) of a vector, modulo 2^bits; `first` is
 * a multiple of 8. The vector passes through memory once, whatever the number of masks. The
 * streams are tools: no matter where they stand. */
void sheaf_masks_apply(sheaf_keystreams *streams, const sheaf_mask *masks, size_t mask_count,
                       unsigned bits, uint64_t first, uint8_t *words, size_t count);

/* How the shares travel: one key for each direction of each pair, bound to the session and both
 * members. Open is false where the box was not made by `from` for `to` in this session. */
bool sheaf_box_seal(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t from,
                    const sheaf_point *to_point, uint32_t to, const uint8_t nonce[24],
                    sheaf_slice plain, uint8_t *out);
bool sheaf_box_open(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t to,
                    const sheaf_point *from_point, uint32_t from, sheaf_slice box,
                    uint8_t *out);

#endif
