/* crypto/stream.h - bytes that nobody can tell from random ones, from a 32-byte seed. One seed
 * serves one purpose: there is no nonce.
 *
 * Two generators:
 *
 * - ChaCha20 (RFC 8439, 64-bit counter variant of libsodium): for keys, noise and test data.
 * - The key stream of AES-256-CTR (FIPS 197, NIST SP 800-38A) of OpenSSL: for masks, of which a
 *   round needs the most bytes by far. Why this one: with the instructions that every server
 *   and telephone processor of the last ten years has, it is the fastest, and takes the same
 *   time for every key; the masks of a round must be the same at all participants, so there can
 *   be no other one for slower machines. OpenSSL computes it in constant time without those
 *   instructions too where there are vector registers (SSSE3, NEON), at about a fifth of the
 *   speed. With VAES it is crypto/aes_ctr.h, the same bytes at twice OpenSSL's speed. Byte k is
 *   byte k % 16 of the encrypted block k / 16, a big-endian number of 128
 *   bits. A stream of 8 GB is told from random bytes with an advantage below 2^-70.
 */
#ifndef SHEAF_CRYPTO_STREAM_H
#define SHEAF_CRYPTO_STREAM_H

#include "base/slice.h"

/* ChaCha20 from the start of the stream. */
void sheaf_stream_bytes(const uint8_t seed[32], uint8_t *out, size_t len);

/* ChaCha20 as little-endian words [first, first + count) of the stream; `first` is a multiple
 * of 8. */
void sheaf_stream_words(const uint8_t seed[32], uint64_t first, uint64_t *out, size_t count);

/* The AES-256-CTR generator: room for one key schedule, for as many seeds as one likes. */
typedef struct sheaf_keystream sheaf_keystream;
sheaf_keystream *sheaf_keystream_open(void);         /* NULL if memory is spent */
sheaf_keystream *sheaf_keystream_open_openssl(void); /* as where there is no VAES */
void sheaf_keystream_close(sheaf_keystream *stream);

enum { SHEAF_KEYSTREAM_BLOCK = 16 };

/* Goes to byte `from` of a seed's stream, a multiple of SHEAF_KEYSTREAM_BLOCK. */
void sheaf_keystream_seek(sheaf_keystream *stream, const uint8_t seed[32], uint64_t from);

/* The bytes that come next. After a piece that is no multiple of SHEAF_KEYSTREAM_BLOCK nothing
 * comes until one seeks again. */
void sheaf_keystream_next(sheaf_keystream *stream, uint8_t *out, size_t len);

#endif
