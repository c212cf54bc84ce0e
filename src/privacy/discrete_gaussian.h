/* privacy/discrete_gaussian.h - integers by the discrete Gaussian law: x with a probability
 * proportional to exp(-x²/(2s²)), for a variance parameter s² that is an exact fraction
 * (Canonne, Kamath and Steinke 2020). Pure integers from a ChaCha20 stream: a seed gives the
 * same noise on every machine and for every size of the batches it is taken in.
 *
 * How: the integers within ten standard deviations are cut into blocks of 2^b, b such that a
 * block is 1/32 to 1/16 of a standard deviation wide (one integer below s = 32). A table of
 * 8,192 entries names every block at least as often as its greatest weight needs. One stream
 * word gives an entry, a place in its block, and 24 bits u; the place is taken with the
 * probability weight / (what the entries of the block stand for). Nearly always u alone
 * decides, for it lies below the least such probability of the block or above the greatest;
 * else the next word makes it 88 bits and they are compared with the exact value.
 *
 * How far from the law: at most 2^-70 in total variation per sample. (1) The integers beyond
 * ten standard deviations are never drawn; the law is sub-Gaussian, so they have less than
 * 2 e^-50 < 2^-71. (2) Which block, and where in it, is exact. A probability of acceptance is
 * wrong by less than 2^-87 of the weight of 0: over at most 650 blocks this is 2^-77 of the
 * mass. (3) Words of the stream count as uniform and independent: that is ChaCha20.
 *
 * Timing: NOT constant. Which cache lines of a 24 KiB table are read, and whether a sample
 * needs the second word, depend on the secret noise: never for the blocks beside 0, up to 20
 * times in 100 at three standard deviations, on whichever side. How many words were rejected
 * before a sample does not depend on it. Who sees how long a whole vector took learns something
 * of the sum of its magnitudes, but what he sees varies by chance five times as much or more as
 * by that sum; of signs he learns nothing. A program on the same core that watches the cache
 * could learn the high bits of single samples: so noise is drawn on the member's own machine,
 * and the guarantee does not cover a machine shared with strangers. In constant time the whole
 * table would be read for every sample, a thousand times slower.
 */
#ifndef SHEAF_PRIVACY_DISCRETE_GAUSSIAN_H
#define SHEAF_PRIVACY_DISCRETE_GAUSSIAN_H

#include "privacy/variance.h"

enum {
    SHEAF_NOISE_ENTRIES = 8192,
    SHEAF_NOISE_BLOCKS = 660,
    SHEAF_NOISE_WORDS = 1024, /* stream words made at a time: 8 KiB */
};

/* What is tabulated of a law; holds no secret, and may be shared by threads. */
typedef struct {
    sheaf_weight weight;
    int block_bits;     /* a block has 2^block_bits integers */
    uint32_t half;      /* blocks on either side of 0 */
    uint32_t zero_size; /* entries that the weight of 0 stands for */
    struct {
        uint32_t sure;     /* 24 bits below this: taken wherever in the block */
        uint32_t possible; /* this or above: taken nowhere in the block */
        uint32_t size;     /* entries */
    } block[SHEAF_NOISE_BLOCKS];
    uint16_t entry[SHEAF_NOISE_ENTRIES]; /* the block of each */
} sheaf_discrete_gaussian;

/* The stream that noise is drawn from. A secret: whoever owns it wipes it with sheaf_wipe(). */
typedef struct {
    uint8_t seed[32];
    uint64_t made; /* words made of the stream so far */
    size_t used;   /* words used of those in words[] */
    uint64_t words[SHEAF_NOISE_WORDS];
} sheaf_noise_stream;

/* Refuses a variance outside of what privacy/variance.h gives. */
SHEAF_MUST_USE sheaf_status sheaf_discrete_gaussian_init(sheaf_discrete_gaussian *law,
                                                         sheaf_variance variance,
                                                         sheaf_err *err);

/* The seed serves this stream alone. */
void sheaf_noise_stream_init(sheaf_noise_stream *stream, const uint8_t seed[32]);

/* The next `count` samples of the stream. */
void sheaf_discrete_gaussian_fill(const sheaf_discrete_gaussian *law,
                                  sheaf_noise_stream *stream, int64_t *out, size_t count);

#endif
