#include "crypto/stream.h"

#include <assert.h>
#include <endian.h>
#include <sodium.h>

static const uint8_t zero_nonce[crypto_stream_chacha20_NONCEBYTES];

void sheaf_stream_mask64(const uint8_t seed[32], uint64_t first, uint64_t *words, size_t count,
                         bool subtract)
{
    enum { CHUNK = 1024 }; /* 8 KiB: stays in the first-level cache */
    uint64_t mask[CHUNK];
    assert(first % 8 == 0);
    for (size_t done = 0; done < count;) {
        size_t n = count - done < CHUNK ? count - done : CHUNK;
        memset(mask, 0, n * sizeof *mask);
        crypto_stream_chacha20_xor_ic((uint8_t *)mask, (const uint8_t *)mask, n * sizeof *mask,
                                      zero_nonce, (first + done) / 8, seed);
        for (size_t i = 0; i < n; i++) {
            uint64_t word = le64toh(mask[i]);
            words[done + i] = subtract ? words[done + i] - word : words[done + i] + word;
        }
        done += n;
    }
    sodium_memzero(mask, sizeof mask);
}

void sheaf_stream_bytes(const uint8_t seed[32], uint8_t *out, size_t len)
{
    crypto_stream_chacha20(out, len, zero_nonce, seed);
}
