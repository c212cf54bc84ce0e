/* crypto/stream.h - ChaCha20 (RFC 8439, 64-bit counter variant of libsodium) as a mask
 * generator: the stream of a 32-byte seed is read as little-endian words. One seed, one stream:
 * the nonce is zero, so a seed must serve one purpose only. */
#ifndef SHEAF_CRYPTO_STREAM_H
#define SHEAF_CRYPTO_STREAM_H

#include "base/slice.h"

/* Adds (or, with `subtract`, subtracts) stream words [first, first+count) to words[], modulo
 * 2^64. `first` is a multiple of 8, so that chunks begin on a 64-byte block. */
void sheaf_stream_mask64(const uint8_t seed[32], uint64_t first, uint64_t *words, size_t count,
                         bool subtract);

/* Plain stream bytes from the start: for keys and test data that are derived from a seed. */
void sheaf_stream_bytes(const uint8_t seed[32], uint8_t *out, size_t len);

#endif
