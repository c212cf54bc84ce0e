#include "round/words.h"

#include <assert.h>
#include <endian.h>

/* Each width has a loop of its own: with one length for all that is moved, several words go
 * through the processor's vectors at once. */
#define PACK(TYPE, FROM_HOST)                                                                  \
    for (size_t i = 0; i < count; i++) {                                                       \
        TYPE word = FROM_HOST((TYPE)values[i]);                                                \
        memcpy(out + i * sizeof word, &word, sizeof word);                                     \
    }

void sheaf_words_pack(unsigned bits, const uint64_t *values, size_t count, uint8_t *out)
{
    assert(sheaf_words_bits_valid(bits));
    if (bits == 16)
        PACK(uint16_t, htole16)
    else if (bits == 32)
        PACK(uint32_t, htole32)
    else
        PACK(uint64_t, htole64)
}

#define UNPACK(TYPE, TO_HOST)                                                                  \
    for (size_t i = 0; i < count; i++) {                                                       \
        TYPE word;                                                                             \
        memcpy(&word, words + i * sizeof word, sizeof word);                                   \
        out[i] = ((uint64_t)TO_HOST(word) ^ sign) - sign;                                      \
    }

void sheaf_words_unpack(unsigned bits, const uint8_t *words, size_t count, uint64_t *out)
{
    assert(sheaf_words_bits_valid(bits));
    uint64_t sign = (uint64_t)1 << (bits - 1);
    if (bits == 16)
        UNPACK(uint16_t, le16toh)
    else if (bits == 32)
        UNPACK(uint32_t, le32toh)
    else
        UNPACK(uint64_t, le64toh)
}

/* Sums and differences of 64 bytes at a time as the processor's vectors; where it is
 * big-endian, and at the end, word by word. */
enum { BLOCK = 64, LITTLE = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };
typedef uint16_t lanes16 __attribute__((vector_size(BLOCK)));
typedef uint32_t lanes32 __attribute__((vector_size(BLOCK)));
typedef uint64_t lanes64 __attribute__((vector_size(BLOCK)));

#define WHOLE_BLOCKS(LANES, OPERATION)                                                         \
    for (; done + BLOCK <= len; done += BLOCK) {                                               \
        LANES a, b;                                                                            \
        memcpy(&a, to + done, BLOCK);                                                          \
        memcpy(&b, words + done, BLOCK);                                                       \
        a OPERATION b;                                                                         \
        memcpy(to + done, &a, BLOCK);                                                          \
    }

static void one_by_one(unsigned bits, uint8_t *to, const uint8_t *words, size_t len,
                       bool subtract)
{
    for (size_t at = 0; at < len; at += bits / 8) {
        uint64_t a, b;
        sheaf_words_unpack(bits, to + at, 1, &a);
        sheaf_words_unpack(bits, words + at, 1, &b);
        a = subtract ? a - b : a + b;
        sheaf_words_pack(bits, &a, 1, to + at);
    }
}

void sheaf_words_add(unsigned bits, uint8_t *to, const uint8_t *words, size_t count)
{
    assert(sheaf_words_bits_valid(bits));
    size_t len = count * (bits / 8), done = 0;
    if (LITTLE && bits == 16)
        WHOLE_BLOCKS(lanes16, +=)
    else if (LITTLE && bits == 32)
        WHOLE_BLOCKS(lanes32, +=)
    else if (LITTLE)
        WHOLE_BLOCKS(lanes64, +=)
    one_by_one(bits, to + done, words + done, len - done, false);
}

void sheaf_words_subtract(unsigned bits, uint8_t *to, const uint8_t *words, size_t count)
{
    assert(sheaf_words_bits_valid(bits));
    size_t len = count * (bits / 8), done = 0;
    if (LITTLE && bits == 16)
        WHOLE_BLOCKS(lanes16, -=)
    else if (LITTLE && bits == 32)
        WHOLE_BLOCKS(lanes32, -=)
    else if (LITTLE)
        WHOLE_BLOCKS(lanes64, -=)
    one_by_one(bits, to + done, words + done, len - done, true);
}

/* Four at a time: what they are added to is loaded and stored a quarter as often, and the
 * memory has four reads to work on at once. */
#define WHOLE_BLOCKS_OF_FOUR(LANES, OPERATION)                                                 \
    for (; done + BLOCK <= len; done += BLOCK) {                                               \
        LANES sum, word;                                                                       \
        memcpy(&sum, to + done, BLOCK);                                                        \
        for (int i = 0; i < 4; i++) {                                                          \
            __builtin_prefetch(four[i] + done + AHEAD);                                        \
            memcpy(&word, four[i] + done, BLOCK);                                              \
            sum OPERATION word;                                                                \
        }                                                                                      \
        memcpy(to + done, &sum, BLOCK);                                                        \
    }

enum { AHEAD = 512 }; /* bytes; measured */

static void add_four(unsigned bits, uint8_t *to, const uint8_t *const four[4], size_t len)
{
    size_t done = 0;
    if (LITTLE && bits == 16)
        WHOLE_BLOCKS_OF_FOUR(lanes16, +=)
    else if (LITTLE && bits == 32)
        WHOLE_BLOCKS_OF_FOUR(lanes32, +=)
    else if (LITTLE)
        WHOLE_BLOCKS_OF_FOUR(lanes64, +=)
    for (int i = 0; i < 4; i++)
        one_by_one(bits, to + done, four[i] + done, len - done, false);
}

static void subtract_four(unsigned bits, uint8_t *to, const uint8_t *const four[4], size_t len)
{
    size_t done = 0;
    if (LITTLE && bits == 16)
        WHOLE_BLOCKS_OF_FOUR(lanes16, -=)
    else if (LITTLE && bits == 32)
        WHOLE_BLOCKS_OF_FOUR(lanes32, -=)
    else if (LITTLE)
        WHOLE_BLOCKS_OF_FOUR(lanes64, -=)
    for (int i = 0; i < 4; i++)
        one_by_one(bits, to + done, four[i] + done, len - done, true);
}

void sheaf_words_add_many(unsigned bits, uint8_t *to, const uint8_t *const *vectors,
                          size_t many, size_t count)
{
    assert(sheaf_words_bits_valid(bits));
    for (; many >= 4; many -= 4, vectors += 4)
        add_four(bits, to, vectors, count * (bits / 8));
    for (; many > 0; many--, vectors++)
        sheaf_words_add(bits, to, *vectors, count);
}

void sheaf_words_subtract_many(unsigned bits, uint8_t *to, const uint8_t *const *vectors,
                               size_t many, size_t count)
{
    assert(sheaf_words_bits_valid(bits));
    for (; many >= 4; many -= 4, vectors += 4)
        subtract_four(bits, to, vectors, count * (bits / 8));
    for (; many > 0; many--, vectors++)
        sheaf_words_subtract(bits, to, *vectors, count);
}
