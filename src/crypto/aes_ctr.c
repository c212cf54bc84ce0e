#include "crypto/aes_ctr.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <sodium.h>

#define WITH_AES        __attribute__((target("aes,avx2,vaes")))
#define WITH_AES_INLINE __attribute__((target("aes,avx2,vaes"), always_inline)) static inline

enum { REGISTERS = 8, AT_ONCE = REGISTERS * 2 * SHEAF_AES_BLOCK };

/* The same for each of the registers, one after the other. */
#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)

/* FIPS 197, section 5.2: the round key two before this one, each word added to all that follow
 * it, and the word that the one before this gives, added to each. */
WITH_AES_INLINE __m128i key_next(__m128i key, __m128i word)
{
    for (int i = 0; i < 3; i++)
        key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    return _mm_xor_si128(key, word);
}

/* The round constant has to stand in the instruction itself. */
#define KEY_PAIR(I, CONSTANT)                                                                  \
    even = key_next(even, _mm_shuffle_epi32(_mm_aeskeygenassist_si128(odd, CONSTANT), 0xff));  \
    _mm_store_si128((__m128i *)out->round[I], even);                                           \
    odd = key_next(odd, _mm_shuffle_epi32(_mm_aeskeygenassist_si128(even, 0), 0xaa));          \
    if ((I) + 1 < SHEAF_AES_ROUND_KEYS)                                                        \
        _mm_store_si128((__m128i *)out->round[((I) + 1) % SHEAF_AES_ROUND_KEYS], odd);

WITH_AES void sheaf_aes_keys_make(sheaf_aes_keys *out, const uint8_t key[32])
{
    __m128i even = _mm_loadu_si128((const __m128i *)key);
    __m128i odd = _mm_loadu_si128((const __m128i *)key + 1);
    _mm_store_si128((__m128i *)out->round[0], even);
    _mm_store_si128((__m128i *)out->round[1], odd);
    KEY_PAIR(2, 0x01)
    KEY_PAIR(4, 0x02)
    KEY_PAIR(6, 0x04)
    KEY_PAIR(8, 0x08)
    KEY_PAIR(10, 0x10)
    KEY_PAIR(12, 0x20)
    KEY_PAIR(14, 0x40)
}

WITH_AES_INLINE __m256i round_key(const sheaf_aes_keys *keys, int round)
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)keys->round[round]));
}

/* AT_ONCE bytes. */
WITH_AES_INLINE void blocks_make(const sheaf_aes_keys *keys, uint64_t first, uint8_t *out)
{
    const __m256i swap = _mm256_broadcastsi128_si256(
        _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m256i key = round_key(keys, 0), block[REGISTERS];
#define COUNT(I)                                                                               \
    block[I] = _mm256_set_epi64x(0, (long long)(first + 2 * (I) + 1), 0,                       \
                                 (long long)(first + 2 * (I)));                                \
    block[I] = _mm256_xor_si256(_mm256_shuffle_epi8(block[I], swap), key);
    EACH(COUNT)
    for (int round = 1; round < SHEAF_AES_ROUND_KEYS - 1; round++) {
        key = round_key(keys, round);
#define ROUND(I) block[I] = _mm256_aesenc_epi128(block[I], key);
        EACH(ROUND)
    }
    key = round_key(keys, SHEAF_AES_ROUND_KEYS - 1);
#define LAST(I)                                                                                \
    _mm256_storeu_si256((__m256i *)out + (I), _mm256_aesenclast_epi128(block[I], key));
    EACH(LAST)
}

WITH_AES void sheaf_aes_ctr(const sheaf_aes_keys *keys, uint64_t first, uint8_t *out,
                            size_t len)
{
    uint8_t end[AT_ONCE];
    for (; len >= AT_ONCE; len -= AT_ONCE, out += AT_ONCE, first += AT_ONCE / SHEAF_AES_BLOCK)
        blocks_make(keys, first, out);
    if (len == 0)
        return;
    blocks_make(keys, first, end);
    memcpy(out, end, len);
    sodium_memzero(end, sizeof end);
}
#else
#include <assert.h>

void sheaf_aes_keys_make(sheaf_aes_keys *out, const uint8_t key[32])
{
    (void)out, (void)key;
    assert(false);
}

void sheaf_aes_ctr(const sheaf_aes_keys *keys, uint64_t first, uint8_t *out, size_t len)
{
    (void)keys, (void)first, (void)out, (void)len;
    assert(false);
}
#endif
