#include "crypto/commit.h"

sheaf_hash sheaf_commit(const uint8_t salt[SHEAF_SALT_BYTES], sheaf_slice text)
{
    return sheaf_hmac_sha256(salt, text);
}
