#include "crypto/hash_many.h"

#include "crypto/hash_wide.h"
#include "crypto/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>

/* The code of FIPS 180-4, section 6.2.2, in the form that the instructions want: state words
 * A, B, E, F in one register and C, D, G, H in another, four words of the message in each of
 * four more. Lanes are computations that share nothing but the loop. */
#define WITH_SHA        __attribute__((target("sha,avx")))
#define WITH_SHA_INLINE __attribute__((target("sha,avx"), always_inline)) static inline

enum { LANES = 4, BLOCK = 64, STATE_WORDS = 8 };

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

/* The same for each of two lanes, or of four. */
#define EACH(DO)                                                                               \
    DO(0) DO(1) if (lanes > 2)                                                                 \
    {                                                                                          \
        DO(2) DO(3)                                                                            \
    }

WITH_SHA_INLINE void rounds_4(lane *l, int lanes, int round, int i, bool more)
{
    __m128i constants = _mm_loadu_si128((const __m128i *)(sheaf_sha256_round + round + 4 * i));
#define ROUNDS(L) lane_rounds(&l[L], constants, i, more);
    EACH(ROUNDS)
}

WITH_SHA_INLINE void rounds_16(lane *l, int lanes, int round, bool more)
{
    rounds_4(l, lanes, round, 0, more);
    rounds_4(l, lanes, round, 1, more);
    rounds_4(l, lanes, round, 2, more);
    rounds_4(l, lanes, round, 3, more);
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

/* Carries each state over so many blocks from each place. */
WITH_SHA_INLINE void blocks_take(uint32_t *const *state, const uint8_t *const *at,
                                 size_t blocks, int lanes)
{
    lane l[LANES], before[LANES];
#define OPEN(L) lane_open(&l[L], state[L]);
    EACH(OPEN)
    for (size_t done = 0; done < blocks * BLOCK; done += BLOCK) {
#define LOAD(L)                                                                                \
    before[L] = l[L];                                                                          \
    lane_load(&l[L], at[L] + done);
        EACH(LOAD)
        rounds_16(l, lanes, 0, true);
        rounds_16(l, lanes, 16, true);
        rounds_16(l, lanes, 32, true);
        rounds_16(l, lanes, 48, false);
#define ADD(L)                                                                                 \
    l[L].abef = _mm_add_epi32(l[L].abef, before[L].abef);                                      \
    l[L].cdgh = _mm_add_epi32(l[L].cdgh, before[L].cdgh);
        EACH(ADD)
    }
#define CLOSE(L) lane_close(&l[L], state[L]);
    EACH(CLOSE)
}

WITH_SHA static void blocks_take_two(uint32_t *const *state, const uint8_t *const *at,
                                     size_t blocks)
{
    blocks_take(state, at, blocks, 2);
}

WITH_SHA static void blocks_take_four(uint32_t *const *state, const uint8_t *const *at,
                                      size_t blocks)
{
    blocks_take(state, at, blocks, 4);
}

/* With twice the registers, where four lanes need not make room for one another. */
__attribute__((target("sha,avx,avx512f,avx512vl"))) static void
blocks_take_four_wide(uint32_t *const *state, const uint8_t *const *at, size_t blocks)
{
    blocks_take(state, at, blocks, 4);
}

/* One piece on its way through a lane: its whole blocks, then those of its end with padding
 * and length. */
typedef struct {
    uint32_t state[STATE_WORDS];
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
    memcpy(p->state, sheaf_sha256_initial, sizeof sheaf_sha256_initial);
    if (!data.len)
        p->at = p->end; /* it is read as far as the others go, and may be NULL */
    if (rest > 0)
        memcpy(p->end, data.data + data.len - rest, rest);
    p->end[rest] = 0x80;
    p->end_blocks = rest + 1 + sizeof bits <= BLOCK ? 1 : 2;
    for (size_t i = 0; i < sizeof bits; i++)
        p->end[p->end_blocks * BLOCK - 1 - i] = (uint8_t)(bits >> 8 * i);
}

/* True once all blocks are behind it: its hash is given out and the lane idle. */
static bool passage_ended(passage *p)
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
        p->out->bytes[i] = (uint8_t)(p->state[i / 4] >> (24 - 8 * (i % 4)));
    p->out = NULL;
    return true;
}

/* All that are on their way, as far as the shortest one goes. A lane with nothing to do reads
 * what another one does, into a state that nobody wants. */
static void passages_go_on(passage lanes[LANES])
{
    uint32_t nobody[STATE_WORDS] = {0}, *state[LANES];
    const uint8_t *at[LANES] = {0};
    size_t busy = 0, blocks = SIZE_MAX;
    for (int i = 0; i < LANES; i++)
        if (lanes[i].out) {
            state[busy] = lanes[i].state;
            at[busy++] = lanes[i].at;
            blocks = lanes[i].blocks < blocks ? lanes[i].blocks : blocks;
        }
    for (size_t i = busy; i < LANES; i++) {
        state[i] = nobody;
        at[i] = at[0];
    }
    if (busy <= 2)
        blocks_take_two(state, at, blocks);
    else if (busy == LANES && sheaf_processor_has_avx512())
        blocks_take_four_wide(state, at, blocks);
    else
        blocks_take_four(state, at, blocks);
    for (int i = 0; i < LANES; i++)
        if (lanes[i].out) {
            lanes[i].at += blocks * BLOCK;
            lanes[i].blocks -= blocks;
        }
}

static void many_at_once(const sheaf_slice *data, size_t count, sheaf_hash *out)
{
    passage lanes[LANES] = {{.out = NULL}};
    size_t begun = 0, ended = 0;
    while (ended < count) {
        for (int i = 0; i < LANES && begun < count; i++)
            if (!lanes[i].out) {
                passage_begin(&lanes[i], data[begun], &out[begun]);
                begun++;
            }
        passages_go_on(lanes);
        for (int i = 0; i < LANES; i++)
            ended += lanes[i].out && passage_ended(&lanes[i]);
    }
}

/* Pieces of one length, so short that they are best copied with their padding: rows of tables,
 * nodes of trees. */
enum { SHORT_BLOCKS = 4, SHORT_MAX = SHORT_BLOCKS * BLOCK - 9 };

static bool alike(const sheaf_slice *data, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (data[i].len != data[0].len)
            return false;
    return data[0].len <= SHORT_MAX;
}

static void four_short(const sheaf_slice *data, sheaf_hash *out)
{
    uint8_t padded[LANES][SHORT_BLOCKS * BLOCK];
    uint32_t states[LANES][STATE_WORDS], *state[LANES];
    const uint8_t *at[LANES];
    size_t len = data[0].len, blocks = (len + 9 + BLOCK - 1) / BLOCK, size = blocks * BLOCK;
    for (int l = 0; l < LANES; l++) {
        memcpy(states[l], sheaf_sha256_initial, sizeof sheaf_sha256_initial);
        if (len > 0)
            memcpy(padded[l], data[l].data, len);
        memset(padded[l] + len, 0, size - len);
        padded[l][len] = 0x80;
        padded[l][size - 2] = (uint8_t)(len * 8 >> 8);
        padded[l][size - 1] = (uint8_t)(len * 8);
        state[l] = states[l];
        at[l] = padded[l];
    }
    if (sheaf_processor_has_avx512())
        blocks_take_four_wide(state, at, blocks);
    else
        blocks_take_four(state, at, blocks);
    for (int l = 0; l < LANES; l++)
        for (int i = 0; i < STATE_WORDS; i++) {
            uint32_t word = __builtin_bswap32(states[l][i]);
            memcpy(out[l].bytes + 4 * i, &word, sizeof word);
        }
}

static bool taken_at_once(const sheaf_slice *data, size_t count, sheaf_hash *out)
{
    if (count < 2 || !sheaf_processor_has_sha())
        return false;
    size_t done = 0;
    if (sheaf_processor_has_avx512())
        for (; count - done >= SHEAF_WIDE && alike(data + done, SHEAF_WIDE); done += SHEAF_WIDE)
            sheaf_sha256_wide(data + done, out + done);
    for (; count - done >= LANES && alike(data + done, LANES); done += LANES)
        four_short(data + done, out + done);
    if (done < count)
        many_at_once(data + done, count - done, out + done);
    return true;
}

static size_t nodes_at_once(const sheaf_node_place *at, size_t count)
{
    size_t done = 0;
    if (sheaf_processor_has_avx512())
        for (; count - done >= SHEAF_WIDE; done += SHEAF_WIDE)
            sheaf_sha256_wide_nodes(at + done);
    return done;
}
#else
static size_t nodes_at_once(const sheaf_node_place *at, size_t count)
{
    (void)at, (void)count;
    return 0;
}

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

void sheaf_sha256_nodes(const sheaf_node_place *at, size_t count)
{
    uint8_t both[SHEAF_WIDE][1 + 2 * SHEAF_HASH_BYTES];
    sheaf_slice data[SHEAF_WIDE];
    sheaf_hash out[SHEAF_WIDE];
    for (size_t done = nodes_at_once(at, count), n; done < count; done += n) {
        n = count - done < SHEAF_WIDE ? count - done : SHEAF_WIDE;
        for (size_t i = 0; i < n; i++) {
            both[i][0] = SHEAF_NODE_MARK;
            memcpy(both[i] + 1, at[done + i].below, 2 * SHEAF_HASH_BYTES);
            data[i] = sheaf_bytes(both[i], sizeof both[i]);
        }
        sheaf_sha256_many(data, n, out);
        for (size_t i = 0; i < n; i++)
            *at[done + i].node = out[i];
    }
}
