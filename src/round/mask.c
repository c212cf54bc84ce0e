#include "round/mask.h"

#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/stream.h"
#include "round/words.h"

#include <assert.h>

static void put_u32(uint8_t out[4], uint32_t value)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* SHA-256 over label, session, two members and 32 secret bytes. */
static void derive(const char *label, const sheaf_hash *session, uint32_t first,
                   uint32_t second, const uint8_t secret[32], uint8_t out[32])
{
    uint8_t members[8];
    put_u32(members, first);
    put_u32(members + 4, second);
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

/* `words` are few enough to stay in the core's second cache while every mask comes over them;
 * each stream is made piece by piece in the nearest one. */
static void masks_apply_some(const sheaf_mask *masks, size_t mask_count, unsigned bits,
                             uint64_t from, uint8_t *words, size_t len, sheaf_keystream *stream)
{
    uint8_t piece[8192];
    for (size_t i = 0; i < mask_count; i++) {
        sheaf_keystream_seek(stream, masks[i].seed, from);
        for (size_t done = 0; done < len; done += sizeof piece) {
            size_t n = len - done < sizeof piece ? len - done : sizeof piece;
            sheaf_keystream_next(stream, piece, n);
            if (masks[i].subtract)
                sheaf_words_subtract(bits, words + done, piece, n / (bits / 8));
            else
                sheaf_words_add(bits, words + done, piece, n / (bits / 8));
        }
    }
    sheaf_wipe(piece, sizeof piece);
}

bool sheaf_masks_apply(const sheaf_mask *masks, size_t mask_count, unsigned bits,
                       uint64_t first, uint8_t *words, size_t count)
{
    enum { SOME = 131072 };
    size_t len = count * (bits / 8);
    uint64_t from = first * (bits / 8);
    assert(first % 8 == 0);
    sheaf_keystream *stream = sheaf_keystream_open();
    if (!stream)
        return false;
    for (size_t done = 0; done < len; done += SOME)
        masks_apply_some(masks, mask_count, bits, from + done, words + done,
                         len - done < SOME ? len - done : SOME, stream);
    sheaf_keystream_close(stream);
    return true;
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
    put_u32(bound + 32, from);
    put_u32(bound + 36, to);
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
