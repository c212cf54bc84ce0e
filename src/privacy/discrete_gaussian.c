#include "privacy/discrete_gaussian.h"

#include "crypto/stream.h"

#include <assert.h>

enum { ENTRY_BITS = 13, TRIAL_BITS = 24, NO_BLOCK = SHEAF_NOISE_BLOCKS - 1 };
_Static_assert(1 << ENTRY_BITS == SHEAF_NOISE_ENTRIES, "a word names one entry");

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
}

static sheaf_uint128 weight_of(const sheaf_discrete_gaussian *law, int64_t x)
{
    return sheaf_weight_exp(&law->weight, sheaf_weight_exponent(&law->weight, magnitude(x)));
}

static int64_t block_first(const sheaf_discrete_gaussian *law, uint32_t block)
{
    return ((int64_t)block - (int64_t)law->half) * ((int64_t)1 << law->block_bits);
}

/* The widest block of at most 1/16 standard deviation, and how many reach to ten of them. */
static void choose_blocks(sheaf_discrete_gaussian *law)
{
    const sheaf_uint128 half = (sheaf_uint128)1 << (SHEAF_EXPONENT_BITS - 1);
    law->block_bits = 0;
    while (sheaf_weight_exponent(&law->weight, (uint64_t)32 << law->block_bits) <= half)
        law->block_bits++;
    law->half = 1;
    while (sheaf_weight_exponent(&law->weight, (uint64_t)law->half << law->block_bits)
           < 100 * half)
        law->half++;
    assert(2 * law->half < NO_BLOCK);
    assert(ENTRY_BITS + law->block_bits + TRIAL_BITS <= 64);
}

/* Entries for a block of this greatest weight, when the weight of 0 has `zero_size`: rounded
 * up, so that no probability of acceptance is above 1. */
static uint32_t entries_for(sheaf_uint128 most, uint32_t zero_size)
{
    const sheaf_uint128 below_one = ((sheaf_uint128)1 << SHEAF_WEIGHT_BITS) - 1;
    uint32_t entries = (uint32_t)((most * zero_size + below_one) >> SHEAF_WEIGHT_BITS);
    return entries ? entries : 1;
}

/* As many for the weight of 0 as the table has room for. */
static uint32_t choose_zero_size(const sheaf_uint128 *most, uint32_t blocks)
{
    uint32_t low = 1, high = SHEAF_NOISE_ENTRIES;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2, sum = 0;
        for (uint32_t i = 0; i < blocks; i++)
            sum += entries_for(most[i], middle);
        if (sum <= SHEAF_NOISE_ENTRIES)
            low = middle;
        else
            high = middle;
    }
    return low;
}

sheaf_status sheaf_discrete_gaussian_init(sheaf_discrete_gaussian *law, sheaf_variance variance,
                                          sheaf_err *err)
{
    sheaf_uint128 most[SHEAF_NOISE_BLOCKS], least[SHEAF_NOISE_BLOCKS];
    memset(law, 0, sizeof *law);
    SHEAF_TRY(sheaf_weight_init(&law->weight, variance, err));
    choose_blocks(law);
    uint32_t blocks = 2 * law->half, used = 0;
    for (uint32_t i = 0; i < blocks; i++) {
        int64_t first = block_first(law, i), last = block_first(law, i + 1) - 1;
        most[i] = weight_of(law, first < 0 ? last : first);
        least[i] = weight_of(law, first < 0 ? first : last);
    }
    law->zero_size = choose_zero_size(most, blocks);
    for (uint32_t i = 0; i < blocks; i++) {
        uint32_t size = entries_for(most[i], law->zero_size);
        const int rest = SHEAF_WEIGHT_BITS - TRIAL_BITS;
        law->block[i].size = size;
        law->block[i].sure = (uint32_t)(least[i] * law->zero_size / size >> rest);
        law->block[i].possible = (uint32_t)(most[i] * law->zero_size / size >> rest) + 1;
        for (uint32_t k = 0; k < size; k++)
            law->entry[used++] = (uint16_t)i;
    }
    while (used < SHEAF_NOISE_ENTRIES) /* all 0: never taken */
        law->entry[used++] = NO_BLOCK;
    return SHEAF_OK;
}

void sheaf_noise_stream_init(sheaf_noise_stream *stream, const uint8_t seed[32])
{
    memset(stream, 0, sizeof *stream);
    memcpy(stream->seed, seed, sizeof stream->seed);
    stream->used = SHEAF_NOISE_WORDS;
}

static inline uint64_t next_word(sheaf_noise_stream *stream)
{
    if (stream->used == SHEAF_NOISE_WORDS) {
        sheaf_stream_words(stream->seed, stream->made, stream->words, SHEAF_NOISE_WORDS);
        stream->made += SHEAF_NOISE_WORDS;
        stream->used = 0;
    }
    return stream->words[stream->used++];
}

/* Whether 88 bits, of which `high` are the first 24, lie below the probability for x. */
static bool taken(const sheaf_discrete_gaussian *law, uint32_t block, int64_t x, uint64_t high,
                  uint64_t low)
{
    sheaf_uint128 trial = (sheaf_uint128)high << 64 | low;
    return trial * law->block[block].size < weight_of(law, x) * law->zero_size;
}

void sheaf_discrete_gaussian_fill(const sheaf_discrete_gaussian *law,
                                  sheaf_noise_stream *stream, int64_t *out, size_t count)
{
    const uint64_t within = ((uint64_t)1 << law->block_bits) - 1;
    for (size_t done = 0; done < count;) {
        uint64_t word = next_word(stream);
        uint32_t block = law->entry[word % SHEAF_NOISE_ENTRIES];
        uint64_t trial = word >> (64 - TRIAL_BITS);
        int64_t x = block_first(law, block) + (int64_t)(word >> ENTRY_BITS & within);
        out[done] = x;
        if (trial < law->block[block].sure
            || (trial < law->block[block].possible
                && taken(law, block, x, trial, next_word(stream))))
            done++;
    }
}
