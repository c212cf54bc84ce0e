/* store/key_file.h - a signing key in a file: two lines, "sheaf-key/v1" and the base64url seed.
 *
 * The file is readable by its owner only, and one that others can read is refused. The secret
 * is in no message. Whoever gets a keypair wipes it with sheaf_wipe().
 */
#ifndef SHEAF_STORE_KEY_FILE_H
#define SHEAF_STORE_KEY_FILE_H

#include "base/status.h"
#include "crypto/ed25519.h"

/* Makes a new random key; refuses to replace a file that is there. */
SHEAF_MUST_USE sheaf_status sheaf_key_file_create(const char *path, sheaf_keypair *out,
                                                  sheaf_err *err);

/* The same from a given seed, for demonstrations and tests. */
SHEAF_MUST_USE sheaf_status sheaf_key_file_put(const char *path,
                                               const uint8_t seed[SHEAF_SEED_BYTES],
                                               sheaf_keypair *out, sheaf_err *err);

SHEAF_MUST_USE sheaf_status sheaf_key_file_load(const char *path, sheaf_keypair *out,
                                                sheaf_err *err);

#endif
