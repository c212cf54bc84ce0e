#include "crypto/hash_wide.h"

const uint32_t sheaf_sha256_initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

const uint32_t sheaf_sha256_round[64] = {
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

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE        __attribute__((target("avx512f,avx512bw")))
#define WIDE_INLINE __attribute__((target("avx512f,avx512bw"), always_inline)) static inline

enum { BLOCK = 64, WORDS = BLOCK / 4, STATE_WORDS = 8, LANES = 16 };

/* Of a function of three bits, its value at each of the eight, for vpternlog. */
enum { EITHER = 0xca, MAJORITY = 0xe8, PARITY = 0x96 };

/* Word j of vector i becomes word i of vector j. */
WIDE_INLINE void transpose(__m512i v[LANES])
{
    __m512i pairs[LANES], fours[LANES];
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < LANES; i += 4) {
        fours[i] = _mm512_unpacklo_epi64(pairs[i], pairs[i + 2]);
        fours[i + 1] = _mm512_unpackhi_epi64(pairs[i], pairs[i + 2]);
        fours[i + 2] = _mm512_unpacklo_epi64(pairs[i + 1], pairs[i + 3]);
        fours[i + 3] = _mm512_unpackhi_epi64(pairs[i + 1], pairs[i + 3]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) { /* quarters of vectors, 0 and 2 first, then 1 and 3 */
        __m512i a = _mm512_shuffle_i32x4(fours[i], fours[i + 4], 0x88);
        __m512i b = _mm512_shuffle_i32x4(fours[i + 8], fours[i + 12], 0x88);
        __m512i c = _mm512_shuffle_i32x4(fours[i], fours[i + 4], 0xdd);
        __m512i d = _mm512_shuffle_i32x4(fours[i + 8], fours[i + 12], 0xdd);
        v[i] = _mm512_shuffle_i32x4(a, b, 0x88);
        v[i + 4] = _mm512_shuffle_i32x4(c, d, 0x88);
        v[i + 8] = _mm512_shuffle_i32x4(a, b, 0xdd);
        v[i + 12] = _mm512_shuffle_i32x4(c, d, 0xdd);
    }
}

WIDE_INLINE __m512i swap_bytes(__m512i words)
{
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    return _mm512_shuffle_epi8(words, _mm512_broadcast_i32x4(order));
}

WIDE_INLINE __m512i parity(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi32(a, b, c, PARITY);
}

/* One round; the places of a to h move on by one with each, and are back after eight. */
WIDE_INLINE void one_round(__m512i s[STATE_WORDS], unsigned i, __m512i word, uint32_t constant)
{
    __m512i a = s[(0u - i) % 8], b = s[(1u - i) % 8], c = s[(2u - i) % 8];
    __m512i e = s[(4u - i) % 8], f = s[(5u - i) % 8], g = s[(6u - i) % 8];
    __m512i *d = &s[(3u - i) % 8], *h = &s[(7u - i) % 8];
    __m512i sum_e =
        parity(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
    __m512i sum_a =
        parity(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
    __m512i known =
        _mm512_add_epi32(_mm512_add_epi32(word, _mm512_set1_epi32((int)constant)), *h);
    known = _mm512_add_epi32(known, _mm512_ternarylogic_epi32(e, f, g, EITHER));
    known = _mm512_add_epi32(known, sum_e);
    *d = _mm512_add_epi32(*d, known);
    *h = _mm512_add_epi32(
        known, _mm512_add_epi32(sum_a, _mm512_ternarylogic_epi32(a, b, c, MAJORITY)));
}

/* The word at place i becomes that of 16 rounds later. */
WIDE_INLINE void next_word(__m512i w[WORDS], unsigned i)
{
    __m512i near = w[(i + 1) % 16], far = w[(i + 14) % 16];
    __m512i low = parity(_mm512_ror_epi32(near, 7), _mm512_ror_epi32(near, 18),
                         _mm512_srli_epi32(near, 3));
    __m512i high = parity(_mm512_ror_epi32(far, 17), _mm512_ror_epi32(far, 19),
                          _mm512_srli_epi32(far, 10));
    w[i] =
        _mm512_add_epi32(_mm512_add_epi32(w[i], low), _mm512_add_epi32(w[(i + 9) % 16], high));
}

/* Sixteen computations: where each stands, and what it reads. */
typedef struct {
    __m512i state[STATE_WORDS], words[WORDS];
} sixteen;

WIDE_INLINE void take_block(sixteen *a, sixteen *b)
{
    sixteen before[2] = {*a, *b};
#pragma GCC unroll 16
    for (unsigned i = 0; i < WORDS; i++) {
        one_round(a->state, i, a->words[i], sheaf_sha256_round[i]);
        one_round(b->state, i, b->words[i], sheaf_sha256_round[i]);
    }
#pragma GCC unroll 1
    for (unsigned round = WORDS; round < 64; round += WORDS) {
#pragma GCC unroll 16
        for (unsigned i = 0; i < WORDS; i++) {
            next_word(a->words, i);
            next_word(b->words, i);
            one_round(a->state, i, a->words[i], sheaf_sha256_round[round + i]);
            one_round(b->state, i, b->words[i], sheaf_sha256_round[round + i]);
        }
    }
#pragma GCC unroll 8
    for (unsigned i = 0; i < STATE_WORDS; i++) {
        a->state[i] = _mm512_add_epi32(a->state[i], before[0].state[i]);
        b->state[i] = _mm512_add_epi32(b->state[i], before[1].state[i]);
    }
}

/* What stands behind `len` bytes in the block that begins at `from`: the mark of the end, and
 * in the last block the length. */
static void padding(uint8_t out[BLOCK], size_t len, size_t from, bool last)
{
    memset(out, 0, BLOCK);
    if (len >= from && len - from < BLOCK)
        out[len - from] = 0x80;
    for (int i = 0; i < 8 && last; i++)
        out[BLOCK - 1 - i] = (uint8_t)((uint64_t)len * 8 >> 8 * i);
}

/* A block of each piece, from that place on. Nothing behind its end is read. */
WIDE_INLINE void read_block(sixteen *to, const sheaf_slice *data, size_t from, bool last)
{
    uint8_t rest[BLOCK];
    size_t len = data->len, here = len <= from ? 0 : len - from < BLOCK ? len - from : BLOCK;
    __mmask64 read = here == BLOCK ? ~(uint64_t)0 : ((uint64_t)1 << here) - 1;
    padding(rest, len, from, last);
    __m512i behind = _mm512_loadu_si512(rest);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++)
        to->words[i] =
            swap_bytes(_mm512_mask_loadu_epi8(behind, read, here ? data[i].data + from : rest));
    transpose(to->words);
}

/* The first block of each node: the mark, and all but the last byte of what stands below it. */
WIDE_INLINE void read_below(sixteen *to, const sheaf_node_place *at)
{
    const __m512i mark = _mm512_set_epi64(SHEAF_NODE_MARK << 56, 0, 0, 0, 0, 0, 0, 0);
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
        __m512i all = _mm512_loadu_si512(at[i].below);
        __m512i before = _mm512_alignr_epi64(all, mark, 6); /* the quarter before each */
        to->words[i] = swap_bytes(_mm512_alignr_epi8(all, before, 15));
    }
    transpose(to->words);
}

/* The second one: that byte, the mark of the end, and the length. */
WIDE_INLINE void read_last(sixteen *to, const sheaf_node_place *at)
{
    uint32_t last[LANES];
    for (int i = 0; i < LANES; i++) {
        last[i] = (uint32_t)at[i].below[1].bytes[SHEAF_HASH_BYTES - 1] << 24 | 0x80 << 16;
        to->words[i] = _mm512_setzero_si512();
    }
    to->words[0] = _mm512_loadu_si512(last);
    to->words[WORDS - 1] = _mm512_set1_epi32((1 + 2 * SHEAF_HASH_BYTES) * 8);
}

WIDE_INLINE void begin(sixteen *to)
{
    for (int i = 0; i < STATE_WORDS; i++)
        to->state[i] = _mm512_set1_epi32((int)sheaf_sha256_initial[i]);
}

/* The hashes, one after the other. */
WIDE_INLINE void give_out(const sixteen *from, sheaf_hash *out)
{
    __m512i words[LANES];
    for (int i = 0; i < LANES; i++)
        words[i] = i < STATE_WORDS ? from->state[i] : _mm512_setzero_si512();
    transpose(words);
    for (int i = 0; i < LANES; i++)
        _mm256_storeu_si256((__m256i *)out[i].bytes,
                            _mm512_castsi512_si256(swap_bytes(words[i])));
}

WIDE void sheaf_sha256_wide(const sheaf_slice *data, sheaf_hash *out)
{
    sixteen a, b;
    size_t end = (data->len + 9 + BLOCK - 1) / BLOCK * BLOCK;
    begin(&a);
    begin(&b);
    for (size_t from = 0; from < end; from += BLOCK) {
        read_block(&a, data, from, from + BLOCK == end);
        read_block(&b, data + LANES, from, from + BLOCK == end);
        take_block(&a, &b);
    }
    give_out(&a, out);
    give_out(&b, out + LANES);
}

WIDE void sheaf_sha256_wide_nodes(const sheaf_node_place *at)
{
    sixteen a, b;
    sheaf_hash out[SHEAF_WIDE];
    begin(&a);
    begin(&b);
#pragma GCC unroll 1
    for (int block = 0; block < 2; block++) {
        if (block == 0) {
            read_below(&a, at);
            read_below(&b, at + LANES);
        } else {
            read_last(&a, at);
            read_last(&b, at + LANES);
        }
        take_block(&a, &b);
    }
    give_out(&a, out);
    give_out(&b, out + LANES);
    for (int i = 0; i < SHEAF_WIDE; i++)
        *at[i].node = out[i];
}
#else
#include <assert.h>

void sheaf_sha256_wide(const sheaf_slice *data, sheaf_hash *out)
{
    (void)data, (void)out;
    assert(!"there is AVX-512");
}

void sheaf_sha256_wide_nodes(const sheaf_node_place *at)
{
    (void)at;
    assert(!"there is AVX-512");
}
#endif
