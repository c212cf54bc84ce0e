/* crypto/stream.h - bytes that nobody can tell from random ones, from a 32-byte seed. One seed
 * serves one purpose: there is no nonce. ChaCha20 (RFC 8439, the variant of
 * libsodium with a counter of 64 bits): for keys, noise and test data. Masks are made of
 * crypto/keystream.h.
 */
#ifndef SHEAF_CRYPTO_STREAM_H
#define SHEAF_CRYPTO_STREAM_H

#include "base/slice.h"

/* From the start of the stream. */
void sheaf_stream_bytes(const uint8_t seed[32], uint8_t *out, size_t len);

/* As little-endian words [first, first + count) of the stream; `first` is a multiple of 8. */
void sheaf_stream_words(const uint8_t seed[32], uint64_t first, uint64_t *out, size_t count);

#endif
