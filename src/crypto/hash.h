/* crypto/hash.h - SHA-256 (FIPS 180-4) from OpenSSL, HMAC-SHA-256 (RFC 2104) from libsodium. */
#ifndef SHEAF_CRYPTO_HASH_H
#define SHEAF_CRYPTO_HASH_H

#include "base/slice.h"

enum { SHEAF_HASH_BYTES = 32 };

/* A hash as a value, so that it can be assigned and returned. */
typedef struct {
    uint8_t bytes[SHEAF_HASH_BYTES];
} sheaf_hash;

static inline bool sheaf_hash_equal(const sheaf_hash *a, const sheaf_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Takes a hash off the front; false, and nothing taken, if there are fewer bytes. */
static inline bool sheaf_take_hash(sheaf_slice *in, sheaf_hash *out)
{
    sheaf_slice bytes;
    if (!sheaf_take(in, SHEAF_HASH_BYTES, &bytes))
        return false;
    memcpy(out->bytes, bytes.data, SHEAF_HASH_BYTES);
    return true;
}

sheaf_hash sheaf_sha256(sheaf_slice data);

/* The hash of several parts one after the other. */
sheaf_hash sheaf_sha256_parts(const sheaf_slice *parts, size_t count);

/* For data that comes in pieces. */
typedef struct sheaf_hasher sheaf_hasher;
sheaf_hasher *sheaf_hasher_open(void); /* NULL if memory is spent */
void sheaf_hasher_add(sheaf_hasher *hasher, sheaf_slice data);
sheaf_hash sheaf_hasher_close(sheaf_hasher *hasher); /* and frees it */

sheaf_hash sheaf_hmac_sha256(const uint8_t key[32], sheaf_slice data);

#endif
