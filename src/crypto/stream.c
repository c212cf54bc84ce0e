#include "crypto/stream.h"

#include <assert.h>
#include <endian.h>
#include <sodium.h>

static const uint8_t zero_nonce[crypto_stream_chacha20_NONCEBYTES];

void sheaf_stream_bytes(const uint8_t seed[32], uint8_t *out, size_t len)
{
    crypto_stream_chacha20(out, len, zero_nonce, seed);
}

void sheaf_stream_words(const uint8_t seed[32], uint64_t first, uint64_t *out, size_t count)
{
    assert(first % 8 == 0);
    memset(out, 0, count * sizeof *out);
    crypto_stream_chacha20_xor_ic((uint8_t *)out, (const uint8_t *)out, count * sizeof *out,
                                  zero_nonce, first / 8, seed);
    for (size_t i = 0; i < count; i++)
        out[i] = le64toh(out[i]);
}
