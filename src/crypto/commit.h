/* crypto/commit.h - a text on the log: HMAC-SHA-256 of it under a fresh 32-byte salt.
 *
 * The entry holds the commitment; salt and text travel beside the act and can be erased. */
#ifndef SHEAF_CRYPTO_COMMIT_H
#define SHEAF_CRYPTO_COMMIT_H

#include "crypto/hash.h"

enum { SHEAF_SALT_BYTES = 32 };

sheaf_hash sheaf_commit(const uint8_t salt[SHEAF_SALT_BYTES], sheaf_slice text);

#endif
