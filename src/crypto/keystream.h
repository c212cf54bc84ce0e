/* crypto/keystream.h - the bytes that masks are made of: the key stream of AES-256 in counter
 * mode (FIPS 197, NIST SP 800-38A). One seed of 32 bytes, the key, serves one purpose: there is
 * no nonce. Byte k is byte k % 16 of the encrypted block k / 16, a big-endian number of 128
 * bits.
 *
 * Why this generator and not ChaCha20 (crypto/stream.h): a round needs more bytes of masks than
 * of anything else by far. With the instructions that every server and telephone processor of
 * the last ten years has, AES is the fastest, and takes the same time for every key; the masks
 * of a round must be the same at all participants, so there can be no other one for slower
 * machines. A stream of 8 GB is told from random bytes with an advantage below 2^-70.
 *
 * It is made by a library: where the processor has VAES and AVX-512 by Intel's libipsec-mb, if
 * the program was built with it, twice as fast as by OpenSSL, which makes it everywhere else;
 * in constant time there even without AES instructions, where there are vector registers
 * (SSSE3, NEON), at about a fifth of the speed.
 */
#ifndef SHEAF_CRYPTO_KEYSTREAM_H
#define SHEAF_CRYPTO_KEYSTREAM_H

#include "base/slice.h"

enum { SHEAF_KEYSTREAMS = 4, SHEAF_KEYSTREAM_BLOCK = 16 };

/* A stream has so many bytes. */
#define SHEAF_KEYSTREAM_MAX ((uint64_t)1 << 36)

/* Several streams on their way, numbered from 0. One thread at a time. */
typedef struct sheaf_keystreams sheaf_keystreams;

sheaf_keystreams *sheaf_keystreams_open(void);         /* NULL if memory is spent */
sheaf_keystreams *sheaf_keystreams_open_openssl(void); /* as where there is nothing faster */
void sheaf_keystreams_close(sheaf_keystreams *streams);

/* Lets stream `i` begin at byte `from` of what the seed gives, a multiple of
 * SHEAF_KEYSTREAM_BLOCK. */
void sheaf_keystreams_seek(sheaf_keystreams *streams, size_t i, const uint8_t seed[32],
                           uint64_t from);

/* The bytes of stream `i` that come next. After a piece that is no multiple of
 * SHEAF_KEYSTREAM_BLOCK nothing comes until one seeks again. */
void sheaf_keystreams_next(sheaf_keystreams *streams, size_t i, uint8_t *out, size_t len);

#endif
