#include "round/mask.h"

#include "base/encode.h"
#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "round/words.h"

#include <assert.h>

/* SHA-256 over label, session, two members and 32 secret bytes. */
static void derive(const char *label, const sheaf_hash *session, uint32_t first,
                   uint32_t second, const uint8_t secret[32], uint8_t out[32])
{
    uint8_t members[8];
    sheaf_big_endian_put(members, first, 4);
    sheaf_big_endian_put(members + 4, second, 4);
    const sheaf_slice parts[] = {sheaf_str(label),
                                 {session->bytes, sizeof session->bytes},
                                 {members, sizeof members},
                                 {secret, 32}};
    sheaf_hash hash = sheaf_sha256_parts(parts, sizeof parts / sizeof *parts);
    memcpy(out, hash.bytes, 32);
    sheaf_wipe(&hash, sizeof hash);
}

bool sheaf_mask_pair(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t me,
                     const sheaf_point *point, uint32_t other, sheaf_mask *out)
{
    sheaf_point shared;
    uint32_t low = me < other ? me : other, high = me < other ? other : me;
    if (!sheaf_point_mul(&shared, secret, point))
        return false;
    derive("sheaf-round-mask/v1\n", session, low, high, shared.bytes, out->seed);
    out->subtract = me == high;
    sheaf_wipe(&shared, sizeof shared);
    return true;
}

void sheaf_mask_self(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t me,
                     sheaf_mask *out)
{
    derive("sheaf-round-self/v1\n", session, me, me, secret->bytes, out->seed);
    out->subtract = false;
}

/* So many bytes of each stream are in the nearest cache, and so many words in the next one
 * while all masks come over them. */
enum { PIECE = 4096, SOME = 131072 };

/* Those that stand in the first `many` streams, all of one sign. */
static void streams_apply(sheaf_keystreams *streams, size_t many, bool subtract, unsigned bits,
                          uint8_t *words, size_t len)
{
    uint8_t piece[SHEAF_KEYSTREAMS][PIECE];
    const uint8_t *const pieces[SHEAF_KEYSTREAMS] = {piece[0], piece[1], piece[2], piece[3]};
    _Static_assert(SHEAF_KEYSTREAMS == 4, "a piece of each stream");
    for (size_t done = 0; done < len; done += PIECE) {
        size_t n = len - done < PIECE ? len - done : PIECE;
        for (size_t i = 0; i < many; i++)
            sheaf_keystreams_next(streams, i, piece[i], n);
        if (subtract)
            sheaf_words_subtract_many(bits, words + done, pieces, many, n / (bits / 8));
        else
            sheaf_words_add_many(bits, words + done, pieces, many, n / (bits / 8));
    }
    sheaf_wipe(piece, sizeof piece);
}

/* All masks of one sign, to words that begin at byte `from` of the vector. */
static void sign_apply(sheaf_keystreams *streams, const sheaf_mask *masks, size_t mask_count,
                       bool subtract, unsigned bits, uint64_t from, uint8_t *words, size_t len)
{
    size_t many = 0;
    for (size_t i = 0; i < mask_count; i++) {
        if (masks[i].subtract != subtract)
            continue;
        sheaf_keystreams_seek(streams, many++, masks[i].seed, from);
        if (many == SHEAF_KEYSTREAMS) {
            streams_apply(streams, many, subtract, bits, words, len);
            many = 0;
        }
    }
    if (many > 0)
        streams_apply(streams, many, subtract, bits, words, len);
}

void sheaf_masks_apply(sheaf_keystreams *streams, const sheaf_mask *masks, size_t mask_count,
                       unsigned bits, uint64_t first, uint8_t *words, size_t count)
{
    size_t len = count * (bits / 8);
    uint64_t from = first * (bits / 8);
    assert(first % 8 == 0);
    for (size_t done = 0; done < len; done += SOME) {
        size_t n = len - done < SOME ? len - done : SOME;
        sign_apply(streams, masks, mask_count, false, bits, from + done, words + done, n);
        sign_apply(streams, masks, mask_count, true, bits, from + done, words + done, n);
    }
}

/* The box key of one direction, and what is bound into the box. */
static bool box_key(const sheaf_hash *session, const sheaf_scalar *secret,
                    const sheaf_point *point, uint32_t from, uint32_t to, uint8_t key[32],
                    uint8_t bound[40])
{
    sheaf_point shared;
    if (!sheaf_point_mul(&shared, secret, point))
        return false;
    derive("sheaf-round-box/v1\n", session, from, to, shared.bytes, key);
    memcpy(bound, session->bytes, 32);
    sheaf_big_endian_put(bound + 32, from, 4);
    sheaf_big_endian_put(bound + 36, to, 4);
    sheaf_wipe(&shared, sizeof shared);
    return true;
}

bool sheaf_box_seal(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t from,
                    const sheaf_point *to_point, uint32_t to, const uint8_t nonce[24],
                    sheaf_slice plain, uint8_t *out)
{
    uint8_t key[32], bound[40];
    if (!box_key(session, secret, to_point, from, to, key, bound))
        return false;
    sheaf_seal(out, key, nonce, plain, sheaf_bytes(bound, sizeof bound));
    sheaf_wipe(key, sizeof key);
    return true;
}

bool sheaf_box_open(const sheaf_hash *session, const sheaf_scalar *secret, uint32_t to,
                    const sheaf_point *from_point, uint32_t from, sheaf_slice box, uint8_t *out)
{
    uint8_t key[32], bound[40];
    if (!box_key(session, secret, from_point, from, to, key, bound))
        return false;
    bool opened = sheaf_unseal(out, key, box, sheaf_bytes(bound, sizeof bound));
    sheaf_wipe(key, sizeof key);
    return opened;
}
