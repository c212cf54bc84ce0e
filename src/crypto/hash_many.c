#include "crypto/hash_many.h"

#include "crypto/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* The code of FIPS 180-4, section 6.2.2, in the form that the instructions want: state words
 * A, B, E, F in one register and C, D, G, H in another, four words of the message in each of
 * four more. The lanes are two computations that share nothing but the loop. */
#define WITH_SHA        __attribute__((target("sha,ssse3,sse4.1")))
#define WITH_SHA_INLINE __attribute__((target("sha,ssse3,sse4.1"), always_inline)) static inline

enum { LANES = 2, BLOCK = 64, STATE_WORDS = 8 };

static const uint32_t initial_state[STATE_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                                    0xa54ff53a, 0x510e527f, 0x9b05688c,
                                                    0x1f83d9ab, 0x5be0cd19};

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

typedef struct {
    __m128i abef, cdgh, words[4];
} lane;

/* Four rounds, with the words that stand at place `i`; then these words become those of 16
 * rounds later. */
WITH_SHA_INLINE void lane_rounds(lane *l, __m128i constants, int i, bool more)
{
    __m128i *w = l->words, sum = _mm_add_epi32(w[i], constants);
    l->cdgh = _mm_sha256rnds2_epu32(l->cdgh, l->abef, sum);
    l->abef = _mm_sha256rnds2_epu32(l->abef, l->cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if (!more)
        return;
    __m128i last = w[(i + 3) % 4], next = _mm_sha256msg1_epu32(w[i], w[(i + 1) % 4]);
    next = _mm_add_epi32(next, _mm_alignr_epi8(last, w[(i + 2) % 4], 4));
    w[i] = _mm_sha256msg2_epu32(next, last);
}

WITH_SHA_INLINE void both_rounds(lane *a, lane *b, int round, int i, bool more)
{
    __m128i constants = _mm_loadu_si128((const __m128i *)(round_constants + round + 4 * i));
    lane_rounds(a, constants, i, more);
    lane_rounds(b, constants, i, more);
}

WITH_SHA_INLINE void both_16_rounds(lane *a, lane *b, int round, bool more)
{
    both_rounds(a, b, round, 0, more);
    both_rounds(a, b, round, 1, more);
    both_rounds(a, b, round, 2, more);
    both_rounds(a, b, round, 3, more);
}

/* The message is in big-endian words. */
WITH_SHA_INLINE void lane_load(lane *l, const uint8_t *block)
{
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    for (int i = 0; i < 4; i++)
        l->words[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)block + i), swap);
}

WITH_SHA_INLINE void lane_open(lane *l, const uint32_t state[STATE_WORDS])
{
    __m128i abcd = _mm_loadu_si128((const __m128i *)state);
    __m128i efgh = _mm_loadu_si128((const __m128i *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(abcd, 0xb1), hgfe = _mm_shuffle_epi32(efgh, 0x1b);
    l->abef = _mm_alignr_epi8(cdab, hgfe, 8);
    l->cdgh = _mm_blend_epi16(hgfe, cdab, 0xf0);
}

WITH_SHA_INLINE void lane_close(const lane *l, uint32_t state[STATE_WORDS])
{
    __m128i feba = _mm_shuffle_epi32(l->abef, 0x1b), dchg = _mm_shuffle_epi32(l->cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Carries both states over so many blocks. */
WITH_SHA static void blocks_take(uint32_t state[LANES][STATE_WORDS], const uint8_t *first,
                                 const uint8_t *second, size_t blocks)
{
    lane a, b;
    lane_open(&a, state[0]);
    lane_open(&b, state[1]);
    for (; blocks > 0; blocks--, first += BLOCK, second += BLOCK) {
        lane a_before = a, b_before = b;
        lane_load(&a, first);
        lane_load(&b, second);
        both_16_rounds(&a, &b, 0, true);
        both_16_rounds(&a, &b, 16, true);
        both_16_rounds(&a, &b, 32, true);
        both_16_rounds(&a, &b, 48, false);
        a.abef = _mm_add_epi32(a.abef, a_before.abef);
        a.cdgh = _mm_add_epi32(a.cdgh, a_before.cdgh);
        b.abef = _mm_add_epi32(b.abef, b_before.abef);
        b.cdgh = _mm_add_epi32(b.cdgh, b_before.cdgh);
    }
    lane_close(&a, state[0]);
    lane_close(&b, state[1]);
}

/* One piece on its way through a lane: its whole blocks, then those of its end with padding
 * and length. */
typedef struct {
    const uint8_t *at;
    size_t blocks;
    size_t end_blocks; /* 0 once they are what is read */
    uint8_t end[2 * BLOCK];
    sheaf_hash *out; /* NULL: the lane is idle */
} passage;

static void passage_begin(passage *p, sheaf_slice data, sheaf_hash *out)
{
    size_t rest = data.len % BLOCK;
    uint64_t bits = (uint64_t)data.len * 8;
    *p = (passage){.at = data.data, .blocks = data.len / BLOCK, .out = out};
    if (rest > 0)
        memcpy(p->end, data.data + data.len - rest, rest);
    p->end[rest] = 0x80;
    p->end_blocks = rest + 1 + sizeof bits <= BLOCK ? 1 : 2;
    for (size_t i = 0; i < sizeof bits; i++)
        p->end[p->end_blocks * BLOCK - 1 - i] = (uint8_t)(bits >> 8 * i);
}

/* True once all blocks are behind it: its hash is given out and the lane idle. */
static bool passage_ended(passage *p, const uint32_t state[STATE_WORDS])
{
    if (p->blocks > 0)
        return false;
    if (p->end_blocks > 0) {
        p->at = p->end;
        p->blocks = p->end_blocks;
        p->end_blocks = 0;
        return false;
    }
    for (size_t i = 0; i < sizeof p->out->bytes; i++)
        p->out->bytes[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    p->out = NULL;
    return true;
}

/* A lane with nothing to do reads what the other one does, into a state that nobody wants. */
static void many_at_once(const sheaf_slice *data, size_t count, sheaf_hash *out)
{
    uint32_t state[LANES][STATE_WORDS] = {{0}};
    passage lanes[LANES] = {{0}};
    size_t begun = 0, ended = 0;
    while (ended < count) {
        for (int i = 0; i < LANES; i++)
            if (!lanes[i].out && begun < count) {
                memcpy(state[i], initial_state, sizeof initial_state);
                passage_begin(&lanes[i], data[begun], &out[begun]);
                begun++;
            }
        passage *a = lanes[0].out ? &lanes[0] : &lanes[1];
        passage *b = lanes[1].out ? &lanes[1] : a;
        size_t n = a->blocks < b->blocks ? a->blocks : b->blocks;
        blocks_take(state, a->at, b->at, n);
        for (int i = 0; i < LANES; i++)
            if (lanes[i].out) {
                lanes[i].at += n * BLOCK;
                lanes[i].blocks -= n;
                ended += passage_ended(&lanes[i], state[i]);
            }
    }
}

static bool taken_at_once(const sheaf_slice *data, size_t count, sheaf_hash *out)
{
    if (count < 2 || !sheaf_processor_has_sha())
        return false;
    many_at_once(data, count, out);
    return true;
}
#else
static bool taken_at_once(const sheaf_slice *data, size_t count, sheaf_hash *out)
{
    (void)data, (void)count, (void)out;
    return false;
}
#endif

void sheaf_sha256_many(const sheaf_slice *data, size_t count, sheaf_hash *out)
{
    if (taken_at_once(data, count, out))
        return;
    for (size_t i = 0; i < count; i++)
        out[i] = sheaf_sha256(data[i]);
}
