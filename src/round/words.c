#include "round/words.h"

#include <assert.h>
#include <endian.h>

void sheaf_words_pack(unsigned bits, const uint64_t *values, size_t count, uint8_t *out)
{
    assert(sheaf_words_bits_valid(bits));
    for (size_t i = 0; i < count; i++) {
        uint64_t word = htole64(values[i]);
        memcpy(out + i * (bits / 8), &word, bits / 8); /* the low bytes come first */
    }
}

void sheaf_words_unpack(unsigned bits, const uint8_t *words, size_t count, uint64_t *out)
{
    assert(sheaf_words_bits_valid(bits));
    uint64_t sign = (uint64_t)1 << (bits - 1);
    for (size_t i = 0; i < count; i++) {
        uint64_t word = 0;
        memcpy(&word, words + i * (bits / 8), bits / 8);
        out[i] = (le64toh(word) ^ sign) - sign;
    }
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
