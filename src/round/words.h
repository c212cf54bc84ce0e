/* round/words.h - vectors as they travel: words of 16, 32 or 64 bits, little-endian, one after
 * the other, at any address. Arithmetic on them is modulo 2^bits.
 */
#ifndef SHEAF_ROUND_WORDS_H
#define SHEAF_ROUND_WORDS_H

#include "base/slice.h"

static inline bool sheaf_words_bits_valid(unsigned bits)
{
    return bits == 16 || bits == 32 || bits == 64;
}

/* The low `bits` of each value: a signed value comes back as itself if it fits. */
void sheaf_words_pack(unsigned bits, const uint64_t *values, size_t count, uint8_t *out);

/* Each word with its sign carried to 64 bits. */
void sheaf_words_unpack(unsigned bits, const uint8_t *words, size_t count, uint64_t *out);

/* to[] += words[] and to[] -= words[]. */
void sheaf_words_add(unsigned bits, uint8_t *to, const uint8_t *words, size_t count);
void sheaf_words_subtract(unsigned bits, uint8_t *to, const uint8_t *words, size_t count);

/* The same with every one of `many` vectors, four at a time. */
void sheaf_words_add_many(unsigned bits, uint8_t *to, const uint8_t *const *vectors,
                          size_t many, size_t count);
void sheaf_words_subtract_many(unsigned bits, uint8_t *to, const uint8_t *const *vectors,
                               size_t many, size_t count);

#endif
